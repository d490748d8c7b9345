#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random pairs of MariaDB schemas with rows: what a sync from A to B must leave behind.

usage: mariadb.py --moult CMD [--pairs N] [--first S] [--seed S] [--server DIR] [-v]

For each pair: B is A after random edits.  After `sync A --to B`: both have the same state digest and the server shows the same
tables, a second diff is empty, and every column that both sides have, of the same type, has the values it had (rows are known by
their column `k`).  Then A is synced back to what it was.  A sync may refuse because of the rows (a new NOT NULL, UNIQUE, CHECK or
narrower type that they break); then every row must still be there, with its values in all columns that are, and the pair is run again
without rows.  The seed of a failing
pair is printed; --seed runs it alone.  Without --server a server is started (tests/servers/mariadb.sh).
The last line is 'N passed, N failed, N skipped'.
"""
import argparse, copy, json, os, random, re, shlex, shutil, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
ap.add_argument("--moult", required=True)
ap.add_argument("--pairs", type=int, default=60)
ap.add_argument("--seed", type=int)
ap.add_argument("--first", type=int, default=0, help="the first seed of many")
ap.add_argument("--server", help="folder of a running server, with its socket `sock`")
ap.add_argument("-v", action="store_true")
o = ap.parse_args()
MOULT = shlex.split(o.moult)

NAMES = ["a", "b", "c", "d", "Order", "select", "sp ace", "it's", "q`uote", "ünï", "x1", "group"]
CHARSETS = ["utf8mb4 COLLATE utf8mb4_general_ci", "utf8mb4 COLLATE utf8mb4_bin", "latin1 COLLATE latin1_swedish_ci",
            "utf8mb3 COLLATE utf8mb3_general_ci", "ascii COLLATE ascii_bin"]
NUMBERS = ["int(11)", "int(10) unsigned", "bigint(20)", "smallint(6)", "tinyint(4)", "decimal(10,2)", "decimal(8,4)", "double", "float"]
TEXTS = ["varchar(20)", "varchar(60)", "varchar(200)", "varchar(300)", "char(10)", "text", "mediumtext", "tinytext"]
OTHERS = ["datetime", "datetime(3)", "date", "time", "timestamp", "year(4)", "enum('1','2','3')", "enum('1','2')", "enum('2','1','3')",
          "set('1','2')", "set('1','2','3')", "varbinary(20)", "blob", "json", "bit(8)", "uuid", "inet6"]


def q(name):
    return "`" + name.replace("`", "``") + "`"


def is_text(t):
    return t.startswith(("varchar", "char", "text", "mediumtext", "tinytext", "enum", "set"))


class Table:
    def __init__(self, r, name):
        self.name, self.engine = name, r.choices(["InnoDB", "Aria", "MyISAM"], [10, 1, 1])[0]
        self.format = r.choice(["", "", "", "COMPRESSED", "REDUNDANT", "COMPACT", "DYNAMIC"]) if self.engine == "InnoDB" else ""
        self.collate, self.comment = r.choice(CHARSETS[:3]), r.choice(["", "", "of it's own"])
        self.columns, self.keys, self.checks, self.fks, self.n = [], [], [], [], 0
        self.pk, self.auto = r.choice(["k", "k", "k", "", "k,z"]), False
        self.auto = self.pk == "k" and r.random() < 0.5
        self.versioned, self.partition, self.options = r.random() < 0.1, "", ""
        for _ in range(r.randint(1, 6)):
            self.add_column(r)
        if r.random() < 0.15 and self.engine == "InnoDB" and not self.versioned and self.pk != "k,z":
            self.partition = self.random_partition(r)

    def random_partition(self, r):
        return r.choice(["HASH (`k`) PARTITIONS 3", "HASH (`k`) PARTITIONS 2", "KEY (`k`) PARTITIONS 2",
                         "RANGE (`k`) (PARTITION p0 VALUES LESS THAN (20), PARTITION p1 VALUES LESS THAN MAXVALUE)",
                         "RANGE (`k`) (PARTITION p0 VALUES LESS THAN (20), PARTITION p1 VALUES LESS THAN (60))",
                         "RANGE (`k`) (PARTITION p0 VALUES LESS THAN (20), PARTITION p1 VALUES LESS THAN (60), PARTITION p2 VALUES LESS THAN (100))",
                         "RANGE (`k`) (PARTITION p0 VALUES LESS THAN (30), PARTITION p2 VALUES LESS THAN (100))",
                         "RANGE (`k`) (PARTITION p1 VALUES LESS THAN (60), PARTITION p2 VALUES LESS THAN (100) COMMENT = 'x')",
                         "LIST (`k`) (PARTITION l0 VALUES IN (10,20,30), PARTITION l1 VALUES IN (40,50,60))",
                         "LIST (`k`) (PARTITION l0 VALUES IN (10,20), PARTITION l1 VALUES IN (30,40,50,60))",
                         "LIST (`k`) (PARTITION l0 VALUES IN (10,20), PARTITION l2 DEFAULT)",
                         "LIST (`k`) (PARTITION l0 VALUES IN (10,20), PARTITION l1 VALUES IN (30), PARTITION l2 DEFAULT)",
                         "LIST (`k`) (PARTITION l0 VALUES IN (10,20,30,40), PARTITION l1 VALUES IN (50,60), PARTITION l3 VALUES IN (70))"])

    def free_name(self, r):
        free = [n for n in NAMES if n.lower() not in [c["name"].lower() for c in self.columns]]
        return r.choice(free) if free else None

    def random_type(self, r, c):
        c["type"] = r.choice(r.choice([NUMBERS, NUMBERS, TEXTS, TEXTS, OTHERS]))
        c["charset"] = r.choice(CHARSETS) if is_text(c["type"]) and r.random() < 0.4 else ""
        self.random_default(r, c)

    def random_default(self, r, c):
        t, c["default"] = c["type"], ""
        if r.random() < 0.4:
            if t in NUMBERS:
                c["default"] = r.choice(["0", "7", "(1 + 2)"])
            elif t.startswith(("varchar", "char")) and not t.startswith("char(1"):
                c["default"] = r.choice(["'x'", "'it''s'", "''", "(uuid())" if "300" in t else "'y'"])
            elif t in ("text", "blob"):
                c["default"] = "'t'"
            elif t == "json":
                c["default"] = r.choice(["'{}'", "(json_array())"])
            elif t in ("datetime", "timestamp"):
                c["default"] = r.choice(["current_timestamp()", "'2020-01-01 00:00:00'", "current_timestamp() ON UPDATE current_timestamp()"])

    def add_column(self, r):
        name = self.free_name(r)
        if not name:
            return
        c = {"name": name, "not_null": r.random() < 0.3, "comment": r.choice(["", "", "", "it's\n`x`"]), "invisible": r.random() < 0.08, "generated": "", "check": ""}
        self.random_type(r, c)
        base = [x for x in self.columns if not x["generated"]]
        if r.random() < 0.2 and base:
            c.update(generated=r.choice([f"length({q(r.choice(base)['name'])})", "`k` + 1", "`k` * 2"]), type=r.choice(["int(11)", "bigint(20)"]),
                     stored=r.random() < 0.4, default="", charset="", not_null=False)
            if self.auto and "`k`" in c["generated"]:
                c["generated"] = f"length({q(r.choice(base)['name'])})"
        elif c["not_null"] and c["type"] in NUMBERS and r.random() < 0.1:
            c["check"] = f"{q(name)} < 1000"
        self.columns.insert(r.randint(0, len(self.columns)), c)

    def plain(self):
        return [c for c in self.columns if not c["generated"]]

    def decorate(self, r, tables):
        self.n += 1
        kind = r.choice(["key", "key", "key2", "unique", "fulltext", "check", "fk", "prefix"])
        c = r.choice(self.columns) if self.columns else None
        if not c:
            return
        n, col, texty = f"n{self.n}", q(c["name"]), c["type"].startswith(("varchar", "char"))
        small = texty and not c["type"].startswith("varchar(300") or c["type"] in NUMBERS or c["type"] in OTHERS and c["type"] not in ("blob", "json")
        if kind == "key" and small:
            self.keys.append((c["name"], f"KEY {n} ({col})"))
        elif kind == "key2" and small:
            self.keys.append((c["name"], f"KEY {n} ({col}{r.choice(['', ' DESC'])}, `k`)" + r.choice(["", " COMMENT 'k'", " IGNORED"])))
        elif kind == "unique" and small and not self.partition:
            self.keys.append((c["name"], f"UNIQUE KEY {n} ({col}, `k`)"))
        elif kind == "fulltext" and (texty or c["type"] == "text") and not c["generated"] and not self.partition:
            self.keys.append((c["name"], f"FULLTEXT KEY {n} ({col})"))
        elif kind == "prefix" and c["type"] in ("text", "blob", "mediumtext", "varchar(300)") and not c["generated"]:
            self.keys.append((c["name"], f"KEY {n} ({col}(5))"))
        elif kind == "check" and not c["generated"]:
            self.checks.append((c["name"], f"CONSTRAINT c{n} CHECK (length({col}) < {r.choice([50, 1000])})"))
        elif kind == "fk" and self.engine == "InnoDB" and not self.partition and not self.versioned:
            to = [t for t in tables if t.engine == "InnoDB" and t.pk == "k" and not t.partition and not t.versioned]
            cs = [x for x in self.plain() if x["type"] == "int(11)" and not x["not_null"]]
            if to and cs:
                x = r.choice(cs)
                self.fks.append((x["name"], r.choice(to).name, f"f{self.n}", r.choice(["", " ON DELETE CASCADE", " ON DELETE SET NULL", " ON UPDATE CASCADE"])))

    def forget(self, name):
        used = [c["name"] for c in self.columns if f"({q(name)})" in c["generated"]]
        self.columns = [c for c in self.columns if c["name"] not in used]
        for n in [name, *used]:
            self.keys = [k for k in self.keys if k[0] != n]
            self.checks = [k for k in self.checks if k[0] != n]
            self.fks = [k for k in self.fks if k[0] != n]

    def edit(self, r, schema):
        what = r.choice(["add", "add", "drop", "alter", "alter", "alter", "move", "kind", "decorate", "decorate", "unkey", "uncheck", "pk", "option", "partition", "versioned", "engine"])
        c = r.choice(self.columns) if self.columns else None
        if what == "add":
            self.add_column(r)
        elif what == "drop" and c and len(self.columns) > 1:
            self.columns.remove(c)
            self.forget(c["name"])
        elif what == "alter" and c:
            f = r.choice(["null", "type", "type", "charset", "comment", "invisible", "default", "check"])
            if f == "null" and not c["generated"]:
                c["not_null"] = not c["not_null"]
            elif f == "type" and not c["generated"]:
                self.forget(c["name"])
                self.random_type(r, c)
                c["check"] = ""
            elif f == "charset" and c.get("charset") is not None and is_text(c["type"]):
                c["charset"] = r.choice(CHARSETS)
            elif f == "comment":
                c["comment"] = "other"
            elif f == "invisible":
                c["invisible"] = not c["invisible"]
            elif f == "default" and not c["generated"]:
                self.random_default(r, c)
            elif f == "check" and c["type"] in NUMBERS and not c["generated"]:
                c["check"] = "" if c["check"] else f"{q(c['name'])} < 1000"
        elif what == "move" and c:
            self.columns.remove(c)
            self.columns.insert(r.randint(0, len(self.columns)), c)
        elif what == "kind" and c and c["type"] in ("int(11)", "bigint(20)"):
            if not c["generated"]:
                self.forget(c["name"])
            c.update(r.choice([{"generated": ""}, {"generated": "3 + 4", "stored": True}, {"generated": "3 + 4", "stored": False}]))
            if c["generated"]:
                c.update(default="", not_null=False, check="", charset="")
        elif what == "decorate":
            self.decorate(r, schema.tables)
        elif what == "unkey" and self.keys:
            self.keys.pop(r.randrange(len(self.keys)))
        elif what == "uncheck":
            (self.checks or self.fks or [0]).pop()
        elif what == "pk" and not self.partition and not any(f[1] == self.name for t in schema.tables for f in t.fks):
            self.pk = r.choice(["k", "", "k,z"])
            self.auto = self.auto and self.pk == "k"
        elif what == "option":
            self.comment = r.choice(["", "another"])
            self.options = r.choice(["", "STATS_PERSISTENT=1", "MAX_ROWS=1000", "STATS_AUTO_RECALC=0 CHECKSUM=1"])
            if self.engine == "InnoDB" and r.random() < 0.4:
                self.format = r.choice(["", "COMPACT", "DYNAMIC", "COMPRESSED"])
            if r.random() < 0.4:
                self.collate = r.choice(CHARSETS[:3])
        elif what == "partition" and self.engine == "InnoDB" and not self.fks and not self.versioned and self.pk != "k,z":
            plain = not any(f[1] == self.name for t in schema.tables for f in t.fks) and not any("FULLTEXT" in k[1] or "UNIQUE" in k[1] for k in self.keys)
            if plain:
                self.partition = self.random_partition(r) if r.random() < 0.8 else ""
        elif what == "versioned" and not self.partition and not self.fks and not any(f[1] == self.name for t in schema.tables for f in t.fks):
            self.versioned = not self.versioned
        elif what == "engine" and r.random() < 0.3 and not self.partition and not self.fks and not any(f[1] == self.name for t in schema.tables for f in t.fks):
            self.engine, self.format = r.choice(["InnoDB", "Aria", "MyISAM"]), ""

    def sql(self):
        parts = ["`k` int(11) NOT NULL" + (" AUTO_INCREMENT" if self.auto else "")]
        if "z" in self.pk:
            parts.append("`z` int(11) NOT NULL DEFAULT 1")
        for c in self.columns:
            s = f"{q(c['name'])} {c['type']}" + (f" CHARACTER SET {c['charset']}" if c["charset"] and is_text(c["type"]) else "")
            if c["generated"]:
                s += f" GENERATED ALWAYS AS ({c['generated']}) {'STORED' if c.get('stored') else 'VIRTUAL'}"
            else:
                s += " NOT NULL" if c["not_null"] else " NULL"
            s += (f" DEFAULT {c['default']}" if c["default"] and not c["generated"] else "") + (" INVISIBLE" if c["invisible"] and (not c["not_null"] or c["default"]) else "")
            s += " COMMENT '" + c["comment"].replace("'", "''") + "'" if c["comment"] else ""
            s += f" CHECK ({c['check']})" if c["check"] and not c["generated"] else ""
            parts.append(s)
        if self.pk:
            parts.append(f"PRIMARY KEY ({', '.join(q(x) for x in self.pk.split(','))})")
        parts += [k[1] for k in self.keys] + [k[1] for k in self.checks]
        parts += [f"CONSTRAINT {self.name}_{n} FOREIGN KEY ({q(c)}) REFERENCES {q(to)} (`k`){tail}" for c, to, n, tail in self.fks]
        s = f"CREATE TABLE {q(self.name)} (\n  " + ",\n  ".join(parts) + f"\n) ENGINE={self.engine} DEFAULT CHARSET={self.collate}"
        s += (f" ROW_FORMAT={self.format}" if self.format else "") + (f" {self.options}" if self.options else "") + (" COMMENT='" + self.comment.replace("'", "''") + "'" if self.comment else "")
        return s + (" WITH SYSTEM VERSIONING" if self.versioned else "") + (f"\nPARTITION BY {self.partition}" if self.partition else "")


class Schema:
    def __init__(self, r):
        self.tables, self.others, self.n = [], [], 0
        for name in r.sample(["users", "Orders", "line items", "log", "tags"], r.randint(1, 4)):
            self.tables.append(Table(r, name))
        for _ in range(r.randint(0, 8)):
            r.choice(self.tables).decorate(r, self.tables)
        for _ in range(r.randint(0, 4)):
            self.add_other(r)

    def add_other(self, r):
        self.n += 1
        kind, t = r.choice(["view", "view2", "trigger", "trigger", "procedure", "function", "event", "sequence"]), r.choice(self.tables)
        self.others.append([kind, f"o{self.n}", t.name, r.randint(0, 3), r.choice(["before insert", "after update"])])

    def edit(self, r):
        for _ in range(r.randint(1, 5)):
            what = r.choice(["table", "table", "table", "table", "table", "new", "gone", "other", "unother", "change", "shuffle"])
            if what == "table":
                r.choice(self.tables).edit(r, self)
            elif what == "new" and not any(t.name == "extra" for t in self.tables):
                self.tables.append(Table(r, "extra"))
            elif what == "gone" and len(self.tables) > 1:
                t = self.tables.pop(r.randrange(len(self.tables)))
                self.others = [x for x in self.others if x[2] != t.name]
                for x in self.tables:
                    x.fks = [f for f in x.fks if f[1] != t.name]
            elif what == "other":
                self.add_other(r)
            elif what == "unother" and self.others:
                self.others.pop(r.randrange(len(self.others)))
            elif what == "change" and self.others:
                r.choice(self.others)[3] = r.randint(0, 3)
            elif what == "shuffle":
                r.shuffle(self.others)

    def sql(self):
        out = ["SET foreign_key_checks = 0"] + [t.sql() for t in self.tables]
        modes = ["", "ANSI_QUOTES", "STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES", "PIPES_AS_CONCAT"]
        for kind, name, t, v, when in sorted(self.others, key=lambda x: x[0] == "view2"):
            out.append(f"SET sql_mode = '{modes[v]}'")
            if kind.startswith("view"):
                out.append(f"CREATE {['', 'ALGORITHM=MERGE', 'SQL SECURITY INVOKER', 'ALGORITHM=TEMPTABLE'][v]} VIEW {name} AS SELECT `k` + {v} AS w FROM {q(t)}")
            elif kind == "trigger":
                out.append(f"CREATE TRIGGER {name} {when} ON {q(t)} FOR EACH ROW BEGIN SET @a = {v}; SET @b = 'x;y'; END")
            elif kind == "procedure":
                out.append(f"CREATE PROCEDURE {name}(p int) {['', 'DETERMINISTIC', 'READS SQL DATA', 'COMMENT ' + chr(39) + 'c' + chr(39)][v]} BEGIN IF p > {v} THEN SELECT {v}; END IF; END")
            elif kind == "function":
                out.append(f"CREATE FUNCTION {name}(p varchar(10)) RETURNS int {['NO SQL', 'DETERMINISTIC', 'READS SQL DATA', 'NO SQL'][v]} RETURN length(p) + {v}")
            elif kind == "event":
                out.append(f"CREATE EVENT {name} ON SCHEDULE EVERY {v + 1} DAY STARTS '2030-01-0{v + 1} 00:00:00' DISABLE DO BEGIN SET @c = {v}; END")
            else:
                out.append(f"CREATE SEQUENCE {name} START WITH {v + 1} INCREMENT BY {v + 1}" + [" CYCLE", " NOCACHE", " MAXVALUE 1000", ""][v])
        return out


class Server:
    def __init__(self, folder):
        self.args = ["mariadb", "--no-defaults", "-uroot", "-S", f"{folder}/sock", "--batch", "--raw", "-N", "--default-character-set=utf8mb4"]
        port = self.run("SELECT @@port")[1].strip()
        self.run("CREATE USER IF NOT EXISTS moult@'127.0.0.1'; GRANT ALL ON *.* TO moult@'127.0.0.1' WITH GRANT OPTION")
        self.url = f"mysql://moult@127.0.0.1:{port}"

    def run(self, sql, db=None, force=False):
        p = subprocess.run([*self.args, *(["-f"] if force else []), *([db] if db else [])], input=sql, capture_output=True, text=True, timeout=120)
        return p.returncode, p.stdout, p.stderr

    def build(self, db, statements):
        rc, _, err = self.run(f"DROP DATABASE IF EXISTS {db}; CREATE DATABASE {db}; USE {db};\nDELIMITER //\n" + "\n//\n".join(statements) + "\n//\n")
        return "" if rc == 0 else err

    def columns(self, db):
        out = self.run("SELECT table_name, column_name, column_type, coalesce(collation_name, ''), extra, engine FROM information_schema.columns JOIN information_schema.tables "
                       f"USING (table_schema, table_name) WHERE table_schema = '{db}' AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED') AND table_name NOT LIKE 'moult\\_%'")[1]
        tables = {}
        for line in out.splitlines():
            f = line.split("\t")
            tables.setdefault(f[0], []).append(f[1:])
        return tables

    def fill(self, db, r):
        sql = ["SET sql_mode = ''"]
        for t, cols in self.columns(db).items():
            use = [c for c in cols if "GENERATED" not in c[3]]
            for k in range(10, 10 * r.randint(2, 6) + 10, 10):
                values = []
                for c in use:
                    v = k // 10
                    values.append(str(k) if c[0] == "k" else "DEFAULT" if c[0] == "z" else
                                  "DEFAULT" if r.random() < 0.15 else "'{}'" if c[1] == "longtext" else f"'2020-01-0{v} 00:00:0{v}'" if c[1].startswith(("date", "timestamp")) else
                                  f"'00:00:0{v}'" if c[1] == "time" else f"'202{v}'" if c[1].startswith("year") else f"'{r.randint(1, 2)}'" if c[1].startswith(("enum", "set")) else
                                  f"'00000000-0000-0000-0000-00000000000{v}'" if c[1] == "uuid" else f"'::{v}'" if c[1] == "inet6" else str(v) if r.random() < 0.7 else
                                  r.choice([f"'{v}   '", f"'ü{v}'"]) if c[2] and "ascii" not in c[2] and "char(10" not in c[1] else str(r.choice([v, 200 + v])))
                sql.append(f"INSERT INTO {q(t)} ({', '.join(q(c[0]) for c in use)}) VALUES ({', '.join(values)})")
        self.run("SET foreign_key_checks = 0;" + ";\n".join(sql), db, force=True)
        self.run("SET foreign_key_checks = 0;" + "".join(f"UPDATE {q(t)} SET {q(c)} = 10 WHERE {q(c)} NOT IN (SELECT `k` FROM {q(to)});" for t, c, to in self.references(db)), db, force=True)

    def references(self, db):
        out = self.run(f"SELECT table_name, column_name, referenced_table_name FROM information_schema.key_column_usage WHERE table_schema = '{db}' AND referenced_table_name IS NOT NULL")[1]
        return [line.split("\t") for line in out.splitlines()]

    def content(self, db):
        tables = self.columns(db)
        sql = ""
        for t, cols in tables.items():
            values = ", ".join(f"coalesce(hex(cast({q(c[0])} AS BINARY)), 'NULL')" for c in cols)
            sql += f"SELECT 'T', {literal(t)}, `k`, {values} FROM {q(t)} ORDER BY `k`;\n"
        rc, out, err = self.run(sql, db)
        if rc:
            raise RuntimeError(err)
        res = {t: ({c[0]: (c[1], c[2], "GENERATED" in c[3], c[4]) for c in cols}, {}) for t, cols in tables.items()}
        for line in out.splitlines():
            f = line.split("\t")
            res[f[1]][1].setdefault(f[2], []).append(dict(zip([c[0] for c in tables[f[1]]], f[3:])))
        return res

    def show(self, db):
        out = {}
        for t in self.columns(db):
            s = self.run(f"SHOW CREATE TABLE {q(t)}", db)[1].split("\t", 1)[1]
            lines = re.sub(r" AUTO_INCREMENT=\d+", "", s).split("\n")
            out[t] = sorted(x.rstrip(",") for x in lines)
        return out


def literal(s):
    return "'" + s.replace("\\", "\\\\").replace("'", "''") + "'"


def lost(before, after):
    for t, (cols, rows) in before.items():
        if t not in after:
            continue
        new_cols, new_rows = after[t]
        if sum(map(len, rows.values())) != sum(map(len, new_rows.values())):
            return f"{t}: {sum(map(len, rows.values()))} rows before, {sum(map(len, new_rows.values()))} after"
        for name, about in cols.items():
            if new_cols.get(name, (None,))[:2] != about[:2] or new_cols[name][2]:
                continue
            for k in rows:
                a, b = [x[name] for x in rows[k]], [x[name] for x in new_rows.get(k, [])]
                if a != b and not (new_cols[name][0] and "NULL" in a):
                    return f"{t}.{name} of {k}: {a} became {b}"
    return ""


def moult(*args):
    return subprocess.run([*MOULT, *args], capture_output=True, text=True, timeout=120)


def sync(server, a, b, to):
    """Syncs database A to B, whose schema is TO.  None: done; else what went wrong, or '' if it was refused."""
    before = server.content(a)
    p = moult("sync", f"{server.url}/{a}", "--to", f"{server.url}/{b}", "--allow", "all", "--yes")
    after = server.content(a)
    bad = lost(before, after)
    if bad:
        return f"sync exited {p.returncode}: {bad}"
    if p.returncode:
        gone = [t for t in before if t not in after]
        if gone:
            return f"a refused sync took tables, {gone}: " + p.stderr[-300:]
        return "" if any(before[t][1] for t in before) else f"sync exited {p.returncode}: {p.stderr[-900:]}"
    one, two = (json.loads(moult("inspect", f"{server.url}/{x}", "--format", "json").stdout)["digest"]["state"] for x in (a, b))
    if one != two:
        return f"state {one} is not {two}"
    if server.show(a) != server.show(b):
        return "the server shows other tables: " + next(f"{t}: {[x for x in v if x not in server.show(b)[t]]} and {[x for x in server.show(b)[t] if x not in v]}"
                                                        for t, v in server.show(a).items() if v != server.show(b)[t])
    p = moult("diff", f"{server.url}/{a}", f"{server.url}/{b}", "--exit-code")
    return f"second diff exited {p.returncode}: {p.stdout}{p.stderr}" if p.returncode else None


def pair(server, seed):
    r = random.Random(seed)
    a = Schema(r)
    b = copy.deepcopy(a)
    b.edit(r)
    if server.build("pa", a.sql()) or server.build("pb", b.sql()):
        return None
    for old, new, x, y in ((a, b, "pa", "pb"), (b, a, "pb", "pa")):
        server.build(x, old.sql())
        server.build(y, new.sql())
        server.fill(x, r)
        bad = sync(server, x, y, new)
        if bad == "":
            server.build(x, old.sql())
            bad = sync(server, x, y, new)
        if bad is not None:
            return ("forth: " if x == "pa" else "back: ") + (bad or "refused without rows")
    return ""


def main():
    n = {"passed": 0, "failed": 0, "skipped": 0}
    folder = o.server or tempfile.mkdtemp(prefix="moult-property-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
    script = f"{HERE}/../servers/mariadb.sh"
    if not o.server:
        started = subprocess.run([script, "start", folder], capture_output=True, text=True)
        if started.returncode:
            shutil.rmtree(folder, ignore_errors=True)
            sys.exit(77 if started.returncode == 77 else started.stderr)
    seed = o.first
    try:
        server = Server(folder)
        while n["passed"] + n["failed"] < (1 if o.seed is not None else o.pairs):
            this, seed = o.seed if o.seed is not None else seed, seed + 1
            bad = pair(server, this)
            if bad is None:  # the server itself refuses one side: not a pair, another is drawn
                if o.seed is not None:
                    print("the pair of this seed does not load")
                    break
                continue
            n["failed" if bad else "passed"] += 1
            if bad or o.v:
                print(f"{'failed' if bad else 'passed'} --seed {this} {bad}", flush=True)
    finally:
        if not o.server:
            subprocess.run([script, "stop", folder])
            shutil.rmtree(folder, ignore_errors=True)
    print(f"{n['passed']} passed, {n['failed']} failed, {n['skipped']} skipped")
    sys.exit(1 if n["failed"] else 0)


main()
