#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds moult against a folder of real SQLite schemas, judged by SQLite itself.

usage: sqlite.py --moult CMD --corpus DIR [--entry TEXT] [-v]

DIR has manifest.tsv (columns name, dialect), series.tsv (from, to) and load.py, which loads an entry into the file
named by SQLITE_DB.  For every SQLite entry:
  - inspect, written as SQL, loaded by sqlite3 and inspected again has the same digests, layout included;
  - the folder that inspect --dir writes, and sqlite3's .dump, are references with the same state digest;
  - a sync from empty reaches that digest, and one to empty and back.
For every pair of a series, both ways: a sync with rows in the tables reaches the other's digest and keeps the rows.
The entry with most rows is synced to a copy in which every table must be rebuilt; all values and rowids must stay.
The last line is 'N passed, N failed, N skipped'.
"""
import argparse, csv, json, os, re, shlex, shutil, sqlite3, subprocess, sys, tempfile

ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
ap.add_argument("--moult", required=True)
ap.add_argument("--corpus", required=True)
ap.add_argument("--entry", default="")
ap.add_argument("-v", action="store_true")
o = ap.parse_args()
MOULT = shlex.split(o.moult)
passed, failed = 0, 0


class Wrong(Exception):
    pass


def check(name, fn, *args):
    global passed, failed
    try:
        fn(*args)
        passed += 1
        if o.v:
            print(f"passed   {name}", flush=True)
    except (Wrong, subprocess.SubprocessError, sqlite3.Error, OSError, ValueError) as e:
        failed += 1
        print(f"failed   {name}\n    {e}", flush=True)


def run(cmd, inp=None, ok=(0,)):
    p = subprocess.run(cmd, input=inp, capture_output=True, timeout=120)
    if p.returncode not in ok:
        raise Wrong(f"{shlex.join(cmd)} exited {p.returncode}: {p.stderr.decode(errors='replace')[-800:]}")
    return p.stdout


def moult(*args, ok=(0,)):
    return run([*MOULT, *args], ok=ok)


def digests(ref):
    return json.loads(moult("inspect", ref, "--format", "json", "--like", "sqlite:"))["digest"]


def same(what, a, b):
    if a != b:
        raise Wrong(f"{what}: {a} is not {b}")


def state(ref):
    return digests(ref)["state"]


def sync(target, to):
    moult("sync", target, "--to", to, "--allow", "all", "--yes")


def load(name, path):
    run([sys.executable, f"{o.corpus}/load.py", name], None)


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def user_tables(c):
    return [r[0] for r in c.execute("select name from pragma_table_list where schema='main' and type='table' and name not like 'sqlite\\_%' escape '\\' and name not like 'moult\\_%' escape '\\' order by 1")]


def rows(path):
    """Table -> (columns, sorted rows with their rowids where there are any)."""
    c = sqlite3.connect(path)
    c.text_factory = bytes
    out = {}
    for t in user_tables(c):
        t = t.decode() if isinstance(t, bytes) else t
        cols = [r[1].decode() for r in c.execute(f"pragma table_xinfo({quoted(t)})") if r[6] == 0]
        wr = c.execute("select wr from pragma_table_list where schema='main' and name=?", (t,)).fetchone()[0]
        sel = ",".join(map(quoted, cols)) + ("" if wr else ",rowid")
        out[t] = (cols, sorted(map(repr, c.execute(f"select {sel} from {quoted(t)}"))))
    seq = [repr(r) for r in c.execute("select name, seq from sqlite_sequence order by 1")] if c.execute("select 1 from sqlite_schema where name='sqlite_sequence'").fetchone() else []
    c.close()
    return out, seq


def seed(path):
    """Two rows into each table that takes them."""
    c = sqlite3.connect(path, isolation_level=None)
    for t in user_tables(c):
        cols = [r for r in c.execute(f"pragma table_xinfo({quoted(t)})") if r[6] == 0]
        for i in (1, 2):
            values = [i if re.search("INT|REAL|NUM|DEC|BOOL", (r[2] or "").upper()) else str(i) for r in cols]
            try:
                c.execute(f"insert into {quoted(t)} ({','.join(quoted(r[1]) for r in cols)}) values ({','.join('?' * len(cols))})", values)
            except sqlite3.Error:
                pass
    c.close()


def round_trip(d, name):
    db = f"{d}/{name}.db"
    want = digests("sqlite:" + db)
    with open(f"{d}/out.sql", "wb") as f:
        f.write(moult("inspect", "sqlite:" + db, "--format", "sql"))
    copy = fresh(d, "copy")
    with open(f"{d}/out.sql", "rb") as f:
        run(["sqlite3", "-bail", copy], f.read())
    same("digests after inspect, SQL, load", digests("sqlite:" + copy), want)


def other_forms(d, name):
    db = f"{d}/{name}.db"
    want = state("sqlite:" + db)
    shutil.rmtree(f"{d}/tree", ignore_errors=True)
    moult("inspect", "sqlite:" + db, "--dir", f"{d}/tree")
    same("state of the folder", state(f"{d}/tree"), want)
    dump = run(["sqlite3", db, ".dump"])
    if subprocess.run(["sqlite3", "-bail", fresh(d, "copy")], input=dump, capture_output=True, timeout=120).returncode:
        print(f"{name}: sqlite3 does not load its own .dump, which is left out")
        return
    with open(f"{d}/dump.sql", "wb") as f:
        f.write(dump)
    same("state of .dump", state(f"{d}/dump.sql"), want)


def from_empty_and_back(d, name):
    db, copy = f"{d}/{name}.db", fresh(d, "copy")
    sync("sqlite:" + copy, "sqlite:" + db)
    same("state after a sync from empty", state("sqlite:" + copy), state("sqlite:" + db))
    sync("sqlite:" + copy, "sqlite:" + fresh(d, "nothing"))
    same("state after a sync to empty", state("sqlite:" + copy), state("sqlite:" + d + "/nothing.db"))


def fresh(d, name):
    path = f"{d}/{name}.db"
    for end in ("", "-journal", "-wal", "-shm"):
        if os.path.exists(path + end):
            os.unlink(path + end)
    open(path, "wb").close()
    return path


def kept(before, after):
    for t, (cols, old) in before.items():
        if t in after and len(after[t][1]) != len(old):
            raise Wrong(f"{t}: {len(old)} rows before, {len(after[t][1])} after")
        if t in after and after[t][0] == cols and after[t][1] != old:
            raise Wrong(f"{t}: values changed")


def converge(d, a, b):
    """With rows; where the rows forbid the change they must all still be there, and it is done without them."""
    work = fresh(d, "work")
    shutil.copyfile(f"{d}/{a}.db", work)
    seed(work)
    before = rows(work)[0]
    p = subprocess.run([*MOULT, "sync", "sqlite:" + work, "--to", f"sqlite:{d}/{b}.db", "--allow", "all", "--yes"], capture_output=True, timeout=120)
    after = rows(work)[0]
    if p.returncode:
        same("all rows after a refused sync", after, before)
        shutil.copyfile(f"{d}/{a}.db", work)
        sync("sqlite:" + work, f"sqlite:{d}/{b}.db")
    else:
        kept(before, after)
    same("state", state("sqlite:" + work), state(f"sqlite:{d}/{b}.db"))
    moult("diff", "sqlite:" + work, f"sqlite:{d}/{b}.db", "--exit-code")


def rebuild_all(d, name):
    work, want = f"{d}/rebuilt.db", fresh(d, "want")
    shutil.copyfile(f"{d}/{name}.db", work)
    c, to = sqlite3.connect(work), sqlite3.connect(want, isolation_level=None)
    changed = 0
    for typ, sql in c.execute("select type, sql from sqlite_schema where sql is not null and name not like 'sqlite\\_%' escape '\\' order by rowid"):
        if typ == "table":
            at = sql.rstrip().rindex(")")
            sql, changed = sql[:at] + ", CHECK (length('rebuilt') = 7)" + sql[at:], changed + 1
        to.execute(sql)
    c.close(), to.close()
    before = rows(work)
    plan = json.loads(moult("plan", "sqlite:" + work, "--to", "sqlite:" + want, "--format", "json"))
    same("tables rebuilt", sum(1 for s in plan["steps"] if s["way"] == "rebuild"), changed)
    sync("sqlite:" + work, "sqlite:" + want)
    same("all rows, rowids and sequences", rows(work), before)
    same("state", state("sqlite:" + work), state("sqlite:" + want))
    print(f"rebuilt {changed} tables of {name} with {sum(len(r[1]) for r in before[0].values())} rows: equal by value")


def odd_tenants(d, name):
    """One schema in tenants of awkward names: one digest, one plan."""
    names = ["t1", "T-2", "select", 'a"b;c', "ä" * 31 + "x"]
    assert len(names[-1].encode()) == 63
    os.makedirs(f"{d}/odd")
    for n in names:
        shutil.copyfile(f"{d}/{name}.db", f"{d}/odd/{n}.db")
    same("digests", len({json.dumps(digests(f"sqlite:{d}/odd/{n}.db")) for n in names}), 1)
    want = fresh(d, "want")
    plans = {moult("plan", f"sqlite:{d}/odd/{n}.db", "--to", "sqlite:" + want, "--format", "json") for n in names}
    same("plans", len({json.dumps({k: v for k, v in json.loads(p).items() if k not in ("rehearsal", "digest")}) for p in plans}), 1)


def main():
    with open(f"{o.corpus}/manifest.tsv", encoding="utf-8") as f:
        entries = [r for r in csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE) if r["dialect"] == "sqlite" and o.entry in r["name"]]
    with open(f"{o.corpus}/series.tsv", encoding="utf-8") as f:
        names = {e["name"] for e in entries}
        pairs = [(r["from"], r["to"]) for r in csv.DictReader(f, delimiter="\t") if r["from"] in names and r["to"] in names]
    d = tempfile.mkdtemp(prefix="moult-corpus-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
    try:
        for e in entries:
            os.environ["SQLITE_DB"] = fresh(d, e["name"])
            check(f"{e['name']}: loads", load, e["name"], d)
            for fn in (round_trip, other_forms, from_empty_and_back):
                check(f"{e['name']}: {fn.__name__.replace('_', ' ')}", fn, d, e["name"])
        for a, b in pairs:
            check(f"{a} to {b}", converge, d, a, b)
            check(f"{b} to {a}", converge, d, b, a)
        if entries:
            biggest = max(entries, key=lambda e: os.path.getsize(f"{d}/{e['name']}.db"))["name"]
            check(f"{biggest}: every table rebuilt", rebuild_all, d, biggest)
            check(f"{biggest}: tenants of awkward names", odd_tenants, d, biggest)
    finally:
        shutil.rmtree(d, ignore_errors=True)
    print(f"{passed} passed, {failed} failed, 0 skipped")
    sys.exit(1 if failed else 0)


main()
