#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds moult against a folder of real MariaDB schemas, judged by mariadb-dump.

usage: mariadb.py --moult CMD --corpus DIR [--entry TEXT] [--only CHECK] [--server URL] [-v]

DIR has manifest.tsv (a line an entry: name, dialect, what is in it), series.tsv (from, to) and load.py, which loads an entry into the
database of the client's arguments in MYSQL_ARGS.  A server is started for the run, unless one is given.  For every entry:
  understood   no object is one that moult does not understand;
  dump         what mariadb-dump writes without rows, loaded by mariadb, has the same digests, layout included;
  round-trip   what inspect --format sql writes, loaded by mariadb, has the same digests and the same dump;
  reference    the output of mariadb-dump is a reference that does not differ from the database;
  empty        a sync from nothing reaches the state, and one to nothing takes it back.
For every pair of a series, both ways:
  converge     a sync with rows in the tables leaves no difference, gives the other's dump, and keeps the rows.
For one entry:
  tenants      loaded into databases of awkward names: one snapshot, one plan, none of the names in them.
The last line is 'N passed, N failed, N skipped'.
"""
import argparse, csv, difflib, json, os, re, shlex, shutil, subprocess, sys, tempfile, urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
ap.add_argument("--moult", required=True)
ap.add_argument("--corpus", required=True)
ap.add_argument("--entry", default="")
ap.add_argument("--only", default="")
ap.add_argument("--server")
ap.add_argument("-v", action="store_true")
o = ap.parse_args()
MOULT = shlex.split(o.moult)
AWKWARD = ["t1", "T-2", "select", "a`b;c", "tenant", "ä" * 63 + "x"]
passed, failed, skipped = 0, 0, 0
os.environ.pop("MYSQL_PWD", None)  # the accounts here have no passwords


class Wrong(Exception):
    pass


class Skip(Exception):
    pass


def check(what, name, fn, *args):
    global passed, failed
    if o.only not in what:
        return
    try:
        fn(*args)
        passed += 1
        if o.v:
            print(f"passed   {name}: {what}", flush=True)
    except (Wrong, subprocess.SubprocessError, OSError, ValueError) as e:
        failed += 1
        print(f"failed   {name}: {what}\n    {e}", flush=True)


def run(cmd, inp=None, env=None, wrong=Wrong):
    p = subprocess.run(cmd, input=inp, capture_output=True, timeout=600, env=env)
    if p.returncode:
        raise wrong(f"{shlex.join(cmd)} exited {p.returncode}: {p.stderr.decode(errors='replace')[-1500:]}")
    return p.stdout


def moult(*args):
    return run([*MOULT, "--config", "", *args])


def same(what, a, b):
    if a != b:
        raise Wrong(f"{what}: {str(a)[:300]} is not {str(b)[:300]}")


def url(db):
    return server + "/" + urllib.parse.quote(db, safe="")


def client():
    u = urllib.parse.urlsplit(server)
    return ["--no-defaults", "-h", u.hostname, "-P", str(u.port), "-u", u.username]


def mariadb(db, sql, *options):
    data = sql.encode() if isinstance(sql, str) else sql
    return run(["mariadb", *client(), "-NBr", "--comments", "--default-character-set=utf8mb4", *options, *([db] if db else [])], data).decode()


def quoted(name):
    return "`" + name.replace("`", "``") + "`"


def literal(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def drop(*names):
    for n in names:
        mariadb(None, f"DROP DATABASE IF EXISTS {quoted(n)}")


def create(name, like=None):
    """A new database; with the default collation of LIKE, which moult leaves to whoever makes databases."""
    drop(name)
    collate = like and mariadb(None, f"SELECT default_collation_name FROM information_schema.schemata WHERE CAST(schema_name AS BINARY) = {literal(like)}").strip()
    mariadb(None, f"CREATE DATABASE {quoted(name)}" + (f" COLLATE {collate}" if collate else ""))
    return name


def load(entry, db):
    env = dict(os.environ, MYSQL_ARGS=shlex.join([*client()[1:], db]))
    run([sys.executable, f"{o.corpus}/load.py", entry], env=env, wrong=Skip)


def dump(db, *options):
    return run(["mariadb-dump", *client(), "--no-data", "--routines", "--triggers", "--events", "--skip-dump-date", *options, db])


def normal(db):
    """The dump as statements in any order, with the keys of tables in any order, and without what is state."""
    text = dump(db, "--skip-comments", "--compact").decode(errors="replace")
    text = re.sub(r" AUTO_INCREMENT=\d+", "", text).replace(f"{quoted(db)}.", "")
    out = []
    for s in re.split(r";;?\n", text):
        s = re.sub(r"(?m)^/\*!\d+ SET .*$|^DELIMITER.*$|^/\*M!999999.*$", "", s).strip()
        if s.startswith("CREATE TABLE"):
            lines = [l.rstrip(",") for l in s.split("\n")]
            end = max(i for i, l in enumerate(lines) if l.startswith(")"))
            columns = [l for l in lines[1:end] if l.startswith("  `")]
            keys = sorted(l for l in lines[1:end] if not l.startswith("  `"))
            s = "\n".join([lines[0], *columns, *keys, *lines[end:]])
        if s and not s.startswith("/*!50003 ALTER DATABASE"):
            out.append(s)
    return sorted(out)


def same_dump(a, b):
    x, y = normal(a), normal(b)
    if x != y:
        lines = list(difflib.unified_diff("\n".join(x).splitlines(), "\n".join(y).splitlines(), a, b, lineterm="", n=1))
        raise Wrong("mariadb-dump differs:\n    " + "\n    ".join(lines[:40]))


def snapshot(ref):
    return moult("inspect", ref, "--format", "json", "--like", server + "/mysql")


def digests(ref):
    return json.loads(snapshot(ref))["digest"]


# ---- the checks ----

def nodes(node):
    yield node
    for c in node.get("children", []):
        yield from nodes(c)


def understood(db):
    for n in nodes(json.loads(snapshot(url(db)))["root"]):
        if "opaque" in n.get("attributes", {}):
            raise Wrong(f"{n['kind']} {n['key']}: {n['attributes']['opaque']['text']}")


def dump_and_load(db):
    copy = create(db + " d", db)
    mariadb(copy, dump(db))
    same("digests of mariadb-dump's copy", digests(url(copy)), digests(url(db)))
    drop(copy)


def round_trip(db):
    copy = create(db + " m", db)
    mariadb(copy, moult("inspect", url(db), "--format", "sql"))
    same_dump(copy, db)
    got, want = digests(url(copy)), digests(url(db))
    same("digests of moult's copy", {k: v for k, v in got.items() if k != "layout"}, {k: v for k, v in want.items() if k != "layout"})
    drop(copy)


def reference(db):
    with open(f"{d}/dump.sql", "wb") as f:
        f.write(dump(db))
    moult("diff", url(db), f"{d}/dump.sql", "--exit-code")


def sync(target, to):
    moult("sync", target, "--to", to, "--allow", "all", "--yes")


def from_empty_and_back(db):
    copy, nothing = create(db + " e", db), create(db + " n", db)
    sync(url(copy), url(db))
    same_dump_but_ours(copy, db)
    same("state after a sync from nothing", digests(url(copy))["state"], digests(url(db))["state"])
    sync(url(copy), url(nothing))
    same("state after a sync to nothing", digests(url(copy))["state"], digests(url(nothing))["state"])
    drop(copy, nothing)


OURS = ("moult_run", "moult_step", "moult_audit", "moult_format")


def same_dump_but_ours(a, b):
    x, y = ([s for s in normal(n) if not s.startswith(tuple(f"CREATE TABLE `{t}`" for t in OURS))] for n in (a, b))
    if x != y:
        lines = list(difflib.unified_diff("\n".join(x).splitlines(), "\n".join(y).splitlines(), a, b, lineterm="", n=1))
        raise Wrong("mariadb-dump differs:\n    " + "\n    ".join(lines[:40]))


VALUES = {"enum": "1", "set": "1", "date": "'2020-01-0{}'", "datetime": "'2020-01-01 00:00:0{}'", "timestamp": "'2020-01-02 00:00:0{}'",
          "time": "'00:00:0{}'", "year": "202{}", "point": "point(1,{})", "geometry": "point(1,{})", "uuid": "'00000000-0000-4000-8000-00000000000{}'"}


def tables(db):
    """Table -> its columns (name, data type, full type, check) that take values."""
    found = {}
    sql = ("SELECT hex(c.table_name), hex(c.column_name), c.data_type, hex(c.column_type) FROM information_schema.columns c JOIN information_schema.tables t "
           f"USING (table_schema, table_name) WHERE CAST(c.table_schema AS BINARY) = {literal(db)} AND t.table_type <> 'VIEW' AND c.generation_expression IS NULL "
           f"AND c.extra NOT LIKE '%STORED GENERATED%' AND t.table_type <> 'SEQUENCE' AND c.table_name NOT IN {OURS} ORDER BY c.table_name, c.ordinal_position")
    text = lambda h: bytes.fromhex(h).decode()
    for line in mariadb(None, sql).splitlines():
        t, c, base, full = line.split("\t")
        found.setdefault(text(t), []).append((text(c), base, text(full)))
    return found


def seed(db):
    """Two rows into each table that takes them, whatever foreign keys say."""
    out = ["SET foreign_key_checks = 0, sql_mode = '', unique_checks = 1;"]
    for t, columns in tables(db).items():
        for i in (1, 2):
            values = ", ".join(VALUES.get(c[1], "'{}'").format(i) for c in columns)
            out.append(f"INSERT IGNORE INTO {quoted(t)} ({', '.join(quoted(c[0]) for c in columns)}) VALUES ({values});")
    subprocess.run(["mariadb", *client(), "-f", db], input="\n".join(out).encode(), capture_output=True, timeout=600)


def rows(db):
    """Table -> (columns with their types, rows of values in hexadecimal)."""
    found = {}
    for t, columns in tables(db).items():
        values = ", ".join(f"coalesce(hex(CAST({quoted(c[0])} AS BINARY)), 'NULL')" for c in columns)
        found[t] = ({c[0]: c[2] for c in columns}, [l.split("\t") for l in mariadb(db, f"SELECT {values} FROM {quoted(t)}").splitlines()])
    return found


def kept(before, after):
    for t, (columns, old) in before.items():
        if t not in after:
            continue
        same(f"rows of {t}", len(after[t][1]), len(old))
        for i, c in enumerate(columns):
            if after[t][0].get(c) == columns[c]:
                k = list(after[t][0]).index(c)
                same(f"values of {t}.{c}", sorted(r[k] for r in after[t][1]), sorted(r[i] for r in old))


def copy_of(db, name):
    mariadb(create(name, db), dump(db))
    return name


def converge(a, b):
    """With rows; where the rows forbid the change they must all still be there, and it is done without them."""
    work = copy_of(a, "work")
    seed(work)
    before = rows(work)
    if not any(r for _, r in before.values()):
        raise Wrong("no table took a row")
    p = subprocess.run([*MOULT, "--config", "", "sync", url(work), "--to", url(b), "--allow", "all", "--yes"], capture_output=True, timeout=600)
    if p.returncode:
        if o.v:
            print("refused: " + p.stderr.decode(errors="replace")[-1000:])
        kept(before, rows(work))
        copy_of(a, "work")
        sync(url(work), url(b))
    else:
        kept(before, rows(work))
    moult("diff", url(work), url(b), "--exit-code")
    same_dump_but_ours(work, b)
    drop(work)


def awkward_tenants(entry):
    for n in AWKWARD:
        load(entry, create(n))
    snapshots = {snapshot(url(n)) for n in AWKWARD}
    same("snapshots", len(snapshots), 1)
    text = snapshots.pop().decode()
    for name in ("T-2", "a`b;c", AWKWARD[-1]):
        # The others are words that a schema may well hold; that all are equal speaks for them.
        if json.dumps(name, ensure_ascii=False)[1:-1] in text:
            raise Wrong(f"the snapshot holds the name {name}")
    config = f"{d}/tenants.toml"
    with open(config, "w", encoding="utf-8") as f:
        f.write(f'[database.app]\nurl = "{server}"\ntenants = {{ databases = "*" }}\n')
    listed = run([*MOULT, "--config", config, "tenants", "list", "--format", "json"]).decode()
    for n in AWKWARD:
        if json.dumps(n) not in listed and json.dumps(n, ensure_ascii=False) not in listed:
            raise Wrong(f"{n} is not among the tenants: {listed}")
    want, found = url(create("others")), set()
    for n in AWKWARD:
        plan = json.loads(moult("plan", url(n), "--to", want, "--format", "json"))
        found.add(json.dumps({k: v for k, v in plan.items() if k not in ("rehearsal", "digest")}))
    same("plans", len(found), 1)
    drop("others", *AWKWARD)


def database(entry):
    return re.sub(r"\W", "_", entry)


def source(entry):
    """A database with the entry; None: it does not load."""
    db = create(database(entry))
    try:
        load(entry, db)
        return db
    except Skip as e:
        global skipped
        skipped += 1
        print(f"skipped  {entry}\n    {e}", flush=True)
        drop(db)
        return None


def read(name):
    with open(f"{o.corpus}/{name}", encoding="utf-8") as f:
        return list(csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE))


def main():
    entries = [r for r in read("manifest.tsv") if r["dialect"] == "mariadb" and o.entry in r["name"]]
    names = {e["name"] for e in entries}
    pairs = [(r["from"], r["to"]) for r in read("series.tsv") if r["from"] in names and r["to"] in names]
    wanted = {n for p in pairs for n in p}
    for e in (e["name"] for e in entries):
        db = source(e)
        if not db:
            wanted.discard(e)
            continue
        check("understood", e, understood, db)
        check("dump", e, dump_and_load, db)
        check("round-trip", e, round_trip, db)
        check("reference", e, reference, db)
        check("empty", e, from_empty_and_back, db)
        drop(*(db + end for end in (" d", " m", " e", " n")), *([] if e in wanted else [db]))
    for a, b in pairs:
        if a in wanted and b in wanted:
            check("converge", f"{a} to {b}", converge, database(a), database(b))
            check("converge", f"{b} to {a}", converge, database(b), database(a))
    kinds = ("indexes", "fk", "unique", "checks", "views", "functions", "triggers")
    by_size = sorted(entries, key=lambda e: (-sum(int(e[k] or 0) > 0 for k in kinds), -int(e["tables"])))
    tenant = next((e["name"] for e in by_size if not e["loading"]), None)
    if tenant:
        check("tenants", tenant, awkward_tenants, tenant)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    sys.exit(1 if failed or not passed else 0)


d = tempfile.mkdtemp(prefix="moult-corpus-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
os.chmod(d, 0o755)  # the server may run as somebody else
script = os.path.join(HERE, "../servers/mariadb.sh")
try:
    server = o.server
    if not server:
        p = subprocess.run([script, "start", f"{d}/db"], stdout=subprocess.PIPE, text=True)
        if p.returncode:
            print("0 passed, 0 failed, 1 skipped" if p.returncode == 77 else "no server could be started")
            sys.exit(p.returncode)
        server = p.stdout.strip()
    main()
finally:
    if not o.server and os.path.exists(f"{d}/db/data"):
        subprocess.run([script, "stop", f"{d}/db"])
    shutil.rmtree(d, ignore_errors=True)
