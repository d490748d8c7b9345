#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds moult against a folder of real PostgreSQL schemas, judged by pg_dump.

usage: postgres.py --moult CMD --corpus DIR [--entry TEXT] [--only CHECK] [--server URL] [-v]

DIR has manifest.tsv (a line an entry: name, dialect, what is in it), series.tsv (from, to) and load.py, which loads an entry into the
database of libpq's environment.  A server is started for the run, unless one is given.  For every entry:
  round-trip   what inspect --format sql writes, loaded by psql, has the digests and the pg_dump -s of what pg_dump -s
               writes, loaded by psql; column order apart;
  reference    the output of pg_dump -s is a reference that does not differ from the database.
For every pair of a series, both ways:
  converge     a sync with rows in the tables leaves no difference, gives the other's pg_dump -s but for statistics targets and
               storage, and keeps the rows.
For one entry:
  schemas      loaded into schemas of awkward names: one snapshot, one plan, none of the names in them;
  databases    the same of databases.
The last line is 'N passed, N failed, N skipped'.
"""
import argparse, csv, difflib, glob, itertools, json, os, re, shlex, shutil, subprocess, sys, tempfile, urllib.parse

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
AWKWARD = ["t1", "T-2", "select", 'a"b;c', "tenant", "ä" * 31 + "x"]
passed, failed, skipped = 0, 0, 0
for d in sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda p: int(p.split("/")[4])):
    os.environ["PATH"] = d + os.pathsep + os.environ["PATH"]  # the programs themselves, not wrappers that choose one


class Wrong(Exception):
    pass


class Skip(Exception):
    pass


def check(what, name, fn, *args):
    global passed, failed, skipped
    if o.only not in what:
        return
    try:
        fn(*args)
        passed += 1
        if o.v:
            print(f"passed   {name}: {what}", flush=True)
    except Skip as e:
        skipped += 1
        print(f"skipped  {name}: {what}\n    {e}", flush=True)
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


def url(db, schema=None):
    return server + "/" + urllib.parse.quote(db) + (f"#schema={urllib.parse.quote(schema, safe='')}" if schema else "")


def psql(db, sql, wrong=Wrong):
    return run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", url(db)], sql.encode() if isinstance(sql, str) else sql, wrong=wrong).decode()


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def drop(*names):
    for n in names:
        psql("postgres", f"DROP DATABASE IF EXISTS {quoted(n)} WITH (FORCE)")


def create(name, template="template0"):
    drop(name)
    psql("postgres", f"CREATE DATABASE {quoted(name)} TEMPLATE {quoted(template)}")
    return name


def load(entry, db):
    u = urllib.parse.urlsplit(server)
    env = dict(os.environ, PGHOST=u.hostname, PGPORT=str(u.port), PGUSER=u.username, PGDATABASE=db)
    run([sys.executable, f"{o.corpus}/load.py", entry], env=env, wrong=Skip)


def pg_dump(db):
    return run(["pg_dump", "-s", "--restrict-key=x", "-N", "moult", "-d", url(db)]).decode()


def sort_columns(text):
    """DUMP with the lines of each CREATE TABLE, the comments on a table's columns and the grants on an object sorted."""
    text = re.sub(r"(?ms)^(CREATE (?:UNLOGGED |FOREIGN )?TABLE [^\n]*\(\n    )(.*?)(?=\n\))", lambda m: m[1] + ",\n    ".join(sorted(m[2].split(",\n    "))), text)
    head, *blocks = re.split(r"(?m)^(?=-- Name: )", text)
    for _, run_of in itertools.groupby(enumerate(blocks), lambda b: (re.match(r"-- Name: COLUMN (.*)\.", b[1]) or [b[0]])[0]):
        of_one = sorted(run_of)
        for (i, _), block in zip(of_one, sorted(b for _, b in of_one)):
            blocks[i] = block
    text = head + "".join(blocks)
    return re.sub(r"(?m)(?:^(?:GRANT|REVOKE) .*\n)+", lambda m: "".join(sorted(m[0].splitlines(True))), text)


def without_layout(text):
    return re.sub(r"(?m)^ALTER TABLE ONLY .* SET (?:STATISTICS -?\d+|STORAGE \w+);\n", "", text)


def same_dump(a, b, form=lambda text: text):
    x, y = form(sort_columns(pg_dump(a))), form(sort_columns(pg_dump(b)))
    if x != y:
        lines = [l for l in difflib.unified_diff(x.splitlines(), y.splitlines(), a, b, lineterm="", n=1)]
        raise Wrong("pg_dump differs:\n    " + "\n    ".join(lines[:40]))


def digests(ref):
    return json.loads(moult("inspect", ref, "--format", "json", "--like", server))["digest"]


# ---- the checks ----

def round_trip(db):
    moults, theirs = create(db + " m"), create(db + " p")
    psql(theirs, pg_dump(db))
    psql(moults, moult("inspect", url(db), "--format", "sql"))
    same_dump(moults, theirs)
    want = digests(url(db))
    same("digests of moult's copy", digests(url(moults)), want)
    same("digests of pg_dump's copy", digests(url(theirs)), want)


def reference(db):
    with open(f"{d}/dump.sql", "w", encoding="utf-8") as f:
        f.write(pg_dump(db))
    moult("diff", url(db), f"{d}/dump.sql", "--exit-code")


COLUMNS = """SELECT json_agg(json_build_array(c.oid::regclass::text, (SELECT json_agg(json_build_array(quote_ident(a.attname),
 format_type(a.atttypid, a.atttypmod), coalesce(b.typcategory, y.typcategory), coalesce(b.oid, y.oid)::regtype::text,
 (SELECT enumlabel FROM pg_enum WHERE enumtypid = y.oid ORDER BY enumsortorder LIMIT 1)) ORDER BY a.attnum) FROM pg_attribute a
 JOIN pg_type y ON y.oid = a.atttypid LEFT JOIN pg_type b ON b.oid = y.typbasetype WHERE a.attrelid = c.oid AND a.attnum > 0
 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attidentity <> 'a'))) FROM pg_class c JOIN pg_namespace n
 ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname !~ '^pg_'
 AND n.nspname NOT IN ('information_schema', 'moult')"""
BY_CATEGORY = {"N": "{}", "S": "{}", "B": "true", "D": "2001-02-03 04:05:0{}", "T": "{} s", "A": "{{}}", "I": "10.1.2.{}", "R": "empty", "V": "10", "G": "(1,1)"}


def tables(db):
    return json.loads(psql(db, COLUMNS).strip() or "null") or []


def value(i, category, base, label):
    text = label or BY_CATEGORY.get(category) or {"uuid": "00000000-0000-4000-8000-00000000000{}", "bytea": "\\x0{}"}.get(base, "{{}}")
    return (text if label else text.format(i)).replace("'", "''")


def seed(db):
    """Two rows into each table that takes them, whatever foreign keys say."""
    sql = ["\\set ON_ERROR_STOP 0", "SET session_replication_role = replica;"]
    for table, columns in tables(db):
        for i in (1, 2):
            names = ", ".join(c[0] for c in columns or [])
            values = ", ".join(f"'{value(i, *c[2:])}'::{c[1]}" for c in columns or [])
            sql.append(f"INSERT INTO {table} ({names}) VALUES ({values});" if names else f"INSERT INTO {table} DEFAULT VALUES;")
    psql(db, "\n".join(sql))


def rows(db):
    """Table -> (columns with their types, rows as sorted JSON)."""
    found = {t: ({c[0]: c[1] for c in cols or []}, []) for t, cols in tables(db)}
    for i, t in enumerate(found):
        found[t][1].extend(sorted(psql(db, f"SELECT to_json(\"the row\") FROM {t} \"the row\"").splitlines()))
    return found


def kept(before, after):
    for t, (columns, old) in before.items():
        if t not in after:
            continue
        same(f"rows of {t}", len(after[t][1]), len(old))
        stay = [json.loads("".join([c]) if c.startswith('"') else f'"{c}"').replace('""', '"') for c in columns if after[t][0].get(c) == columns[c]]
        pick = lambda lines: sorted(json.dumps([json.loads(l).get(c) for c in stay]) for l in lines)
        same(f"values of {t}", pick(after[t][1]), pick(old))


def converge(a, b):
    """With rows; where the rows forbid the change they must all still be there, and it is done without them."""
    work = create("work", a)
    seed(work)
    before = rows(work)
    if not any(r for _, r in before.values()):
        raise Wrong("no table took a row")
    sync = [*MOULT, "--config", "", "sync", url(work), "--to", url(b), "--allow", "all", "--yes"]
    p = subprocess.run(sync, capture_output=True, timeout=600)
    if p.returncode:
        if o.v:
            print("refused: " + p.stderr.decode(errors="replace")[-1000:])
        kept(before, rows(work))
        create("work", a)
        run(sync)
    else:
        kept(before, rows(work))
    moult("diff", url(work), url(b), "--exit-code")
    same_dump(work, b, without_layout)


def plans(refs, want):
    found = set()
    for r in refs:
        plan = json.loads(moult("plan", r, "--to", want, "--format", "json"))
        found.add(json.dumps({k: v for k, v in plan.items() if k not in ("rehearsal", "digest")}))
    same("plans", len(found), 1)


def one_state(refs, want):
    snapshots = {moult("inspect", r, "--format", "json") for r in refs}
    same("snapshots", len(snapshots), 1)
    text = snapshots.pop().decode()
    for name in AWKWARD:
        # The others are words that a schema may well hold; that all are equal speaks for them.
        if name in ("T-2", 'a"b;c', AWKWARD[-1]) and json.dumps(name, ensure_ascii=False)[1:-1] in text:
            raise Wrong(f"the snapshot holds the name {name}")
    plans(refs, want)


def load_into(schema, entry, db):
    psql(db, f"CREATE SCHEMA {quoted(schema)}; ALTER ROLE CURRENT_USER IN DATABASE {db} SET search_path = {quoted(schema)}")
    load(entry, db)


def keeps_to_schema(entry):
    """Does it make nothing outside of the schema that it is loaded into?"""
    try:
        load_into("one", entry, create("tenants"))
    except Skip:
        return False
    return psql("tenants", "SELECT count(*) FROM pg_depend WHERE refclassid = 'pg_namespace'::regclass AND objid >= 16384 AND refobjid <> 'one'::regnamespace").strip() == "0"


def awkward_schemas(entry):
    db = create("tenants")
    for n in AWKWARD:
        load_into(n, entry, db)
    other = create("others")
    psql(other, 'CREATE SCHEMA other; CREATE TABLE other.t (a int PRIMARY KEY)')
    one_state([url(db, n) for n in AWKWARD], url(other, "other"))
    config = f"{d}/schemas.toml"
    with open(config, "w", encoding="utf-8") as f:
        f.write(f'[database.app]\nurl = "{url(db)}"\ntenants = {{ schemas = "*" }}\nignore = ["nothing"]\n')
    listed = run([*MOULT, "--config", config, "tenants", "list", "--format", "json"]).decode()
    for n in AWKWARD:
        if json.dumps(n) not in listed and json.dumps(n, ensure_ascii=False) not in listed:
            raise Wrong(f"{n} is not among the tenants: {listed}")


def awkward_databases(entry):
    psql("postgres", "ALTER ROLE CURRENT_USER RESET search_path")
    for n in AWKWARD:
        load(entry, create(n))
    one_state([url(n) for n in AWKWARD], url(create("others")))
    drop(*AWKWARD)


def roles():
    return set(psql("postgres", "SELECT rolname FROM pg_roles").splitlines())


def database(entry):
    return re.sub(r"\W", "_", entry)


def source(entry):
    """A database with the entry; None: it does not load."""
    try:
        db = create(database(entry))
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
    entries = [r for r in read("manifest.tsv") if r["dialect"] == "pg" and o.entry in r["name"]]
    names = {e["name"] for e in entries}
    pairs = [(r["from"], r["to"]) for r in read("series.tsv") if r["from"] in names and r["to"] in names]
    wanted, at_first = {n for p in pairs for n in p}, roles()
    for e in (e["name"] for e in entries):
        db = source(e)
        if not db:
            wanted.discard(e)
            continue
        check("round-trip", e, round_trip, db)
        check("reference", e, reference, db)
        drop(db + " m", db + " p", *([] if e in wanted else [db]))
        for role in roles() - at_first - set() if e not in wanted else ():
            psql("postgres", f"DROP ROLE {quoted(role)}")
    for a, b in pairs:
        if a in wanted and b in wanted:
            check("converge", f"{a} to {b}", converge, database(a), database(b))
            check("converge", f"{b} to {a}", converge, database(b), database(a))
    kinds = ("indexes", "fk", "unique", "checks", "views", "functions", "triggers")
    by_size = sorted(entries, key=lambda e: (-sum(int(e[k] or 0) > 0 for k in kinds), -int(e["tables"])))
    tenant = next((e["name"] for e in by_size if not e["loading"] and keeps_to_schema(e["name"])), None)
    if tenant:
        check("schemas", tenant, awkward_schemas, tenant)
        check("databases", tenant, awkward_databases, tenant)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    sys.exit(1 if failed or not passed else 0)


d = tempfile.mkdtemp(prefix="moult-corpus-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
os.chmod(d, 0o755)  # the server may run as somebody else
script = os.path.join(HERE, "../servers/postgres.sh")
try:
    server = o.server
    if not server:
        p = subprocess.run([script, "start", f"{d}/pg", "max_locks_per_transaction=256"], stdout=subprocess.PIPE, text=True)
        if p.returncode:
            print("0 passed, 0 failed, 1 skipped" if p.returncode == 77 else "no server could be started")
            sys.exit(p.returncode)
        server = p.stdout.strip()
    main()
finally:
    if not o.server and os.path.exists(f"{d}/pg/data"):
        subprocess.run([script, "stop", f"{d}/pg"])
    shutil.rmtree(d, ignore_errors=True)
