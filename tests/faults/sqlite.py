#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills moult with SIGKILL at every point at which it changes a file, and at random; and fills the disk there.

usage: sqlite.py --moult CMD --preload io-fault.so [--random N] [--every N]

After each fault the database must be wholly in the old or wholly in the new state, sound by PRAGMA integrity_check and
foreign_key_check, with every row; then the same command, or one with another desired state, must end as it does on a
database that nothing happened to.  --every N takes each Nth point (1: all).  The last line is 'N passed, N failed, N skipped'.
"""
import argparse, json, os, random, shlex, shutil, signal, sqlite3, subprocess, sys, tempfile, time

ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
ap.add_argument("--moult", required=True)
ap.add_argument("--preload", required=True)
ap.add_argument("--random", type=int, default=10)
ap.add_argument("--every", type=int, default=1)
o = ap.parse_args()
MOULT = shlex.split(o.moult)

OLD = """CREATE TABLE customer (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, city TEXT);
CREATE TABLE invoice (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer (id), total TEXT);
CREATE INDEX invoice_customer ON invoice (customer_id);
CREATE VIEW totals AS SELECT customer_id, sum(total) AS total FROM invoice GROUP BY customer_id;
CREATE TRIGGER invoice_paid AFTER UPDATE OF total ON invoice BEGIN UPDATE customer SET city = city WHERE id = new.customer_id; END;"""
NEW = """CREATE TABLE customer (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, city TEXT, country TEXT NOT NULL DEFAULT 'AT');
CREATE TABLE invoice (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customer (id) ON DELETE RESTRICT, total TEXT, CHECK (length(total) < 100));
CREATE INDEX invoice_customer ON invoice (customer_id, total);
CREATE VIEW totals AS SELECT customer_id, count(*) AS n FROM invoice GROUP BY customer_id;
CREATE TABLE audit (at TEXT, what TEXT);"""
OTHER = """CREATE TABLE customer (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, city TEXT, vat TEXT);
CREATE TABLE invoice (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer (id), total TEXT, UNIQUE (customer_id, id));"""


def build(path, sql, n=0):
    c = sqlite3.connect(path, isolation_level=None)
    c.executescript("BEGIN;" + sql)
    c.executemany("INSERT INTO customer (id, name, city) VALUES (?, ?, ?)", ((i, f"name {i}", "x" * 40) for i in range(1, n + 1)))
    c.executemany("INSERT INTO invoice (id, customer_id, total) VALUES (?, ?, ?)", ((i, i, str(i)) for i in range(1, n + 1)))
    c.execute("COMMIT")
    c.close()


def rows(path):
    c = sqlite3.connect(path)
    out = (c.execute("SELECT id, name, city FROM customer ORDER BY id").fetchall(), c.execute("SELECT id, customer_id, total FROM invoice ORDER BY id").fetchall(),
           c.execute("SELECT * FROM sqlite_sequence").fetchall())
    sound = c.execute("PRAGMA integrity_check").fetchall(), c.execute("PRAGMA foreign_key_check").fetchall()
    c.close()
    return out, sound


def state(path):
    p = subprocess.run([*MOULT, "inspect", "sqlite:" + path, "--format", "json"], capture_output=True, timeout=60)
    return json.loads(p.stdout)["digest"]["state"] if p.returncode == 0 else p.stderr.decode()


class Case:
    def __init__(self, d):
        self.d, self.n = d, {"passed": 0, "failed": 0}
        for name, sql in (("old", OLD), ("new", NEW), ("other", OTHER)):
            build(f"{d}/{name}.db", sql, 300 if name == "old" else 0)
        self.before = rows(f"{d}/old.db")[0]
        self.states = {x: state(f"{d}/{x}.db") for x in ("old", "new", "other")}

    def sync(self, to, **env):
        cmd = [*MOULT, "sync", f"sqlite:{self.d}/work.db", "--to", f"sqlite:{self.d}/{to}.db", "--allow", "all", "--yes"]
        return subprocess.Popen(cmd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **env}, start_new_session=True)

    def fresh(self):
        for end in ("", "-journal", "-wal", "-shm"):
            if os.path.exists(f"{self.d}/work.db{end}"):
                os.unlink(f"{self.d}/work.db{end}")
        shutil.copyfile(f"{self.d}/old.db", f"{self.d}/work.db")

    def judge(self, name, then, want_old=False):
        """After a fault: sound, whole, and the next command ends as if nothing had happened."""
        try:
            self.judge_or_raise(then, want_old)
            self.n["passed"] += 1
        except Exception as e:
            self.n["failed"] += 1
            print(f"failed   {name}, then {then}: {e}", flush=True)

    def judge_or_raise(self, then, want_old):
        now = state(f"{self.d}/work.db")
        assert now in ([self.states["old"]] if want_old else [self.states["old"], self.states["new"]]), f"neither old nor new: {now}"
        data, sound = rows(f"{self.d}/work.db")
        assert data == self.before, "rows differ"
        assert sound == ([("ok",)], []), f"not sound: {sound}"
        p = self.sync(then)
        _, err = p.communicate(timeout=60)
        assert p.returncode == 0, f"exited {p.returncode}: {err.decode()[-400:]}"
        assert state(f"{self.d}/work.db") == self.states[then], "not the state wanted"
        assert rows(f"{self.d}/work.db") == (self.before, ([("ok",)], [])), "rows differ in the end"

    def count(self):
        self.fresh()
        p = self.sync("new", LD_PRELOAD=o.preload, IO_FAULT_COUNT=f"{self.d}/count")
        _, err = p.communicate(timeout=60)
        if p.returncode:
            raise SystemExit(f"the undisturbed run exited {p.returncode}: {err.decode()}")
        with open(f"{self.d}/count", encoding="ascii") as f:
            return int(f.read())


def main():
    d = tempfile.mkdtemp(prefix="moult-faults-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
    try:
        c = Case(d)
        points = c.count()
        for at in range(1, points + 1, o.every):
            for then in ("new", "other"):
                c.fresh()
                p = c.sync("new", LD_PRELOAD=o.preload, IO_FAULT="kill", IO_FAULT_AT=str(at))
                p.communicate(timeout=60)
                if p.returncode != -signal.SIGKILL and at < points:
                    print(f"point {at} of {points} was not reached: exited {p.returncode}")
                    c.n["failed"] += 1
                c.judge(f"killed at point {at} of {points}", then)
        for at in range(1, points + 1, o.every):
            c.fresh()
            p = c.sync("new", LD_PRELOAD=o.preload, IO_FAULT="full", IO_FAULT_AT=str(at))
            _, err = p.communicate(timeout=60)
            c.judge(f"full disk from point {at} of {points} (exited {p.returncode}: {err.decode().splitlines()[:1]})", "new", want_old=p.returncode != 0)
        r = random.Random(7)
        for i in range(o.random):
            c.fresh()
            p = c.sync("new")
            time.sleep(r.random() * 0.06)
            p.send_signal(signal.SIGKILL)
            p.communicate(timeout=60)
            c.judge(f"killed at random, {i}", r.choice(["new", "other"]))
        print(f"{points} points")
        print(f"{c.n['passed']} passed, {c.n['failed']} failed, 0 skipped")
        sys.exit(1 if c.n["failed"] else 0)
    finally:
        shutil.rmtree(d, ignore_errors=True)


main()
