#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints moult's speed on PostgreSQL, as ratios against peers that are measured in the same run.

usage: postgres.py [--moult CMD] [--peak PROGRAM] [--peers DIR] [--tables N,N...] [--runs N]

Run from the top of a build tree.  Nothing here passes or fails: it measures.  A server is started for it.  Commands
that are compared run in turn; each line has the medians of time and of processor time (of the command and of the
server's sessions), then the ratios of moult's to the other's.  psql and pg_dump are the server's.  Peers that are
found in DIR or on the PATH take part: migra (npm @pgkit/migra), pgdelta (npm @supabase/pg-delta).
"""
import argparse, glob, os, resource, shlex, shutil, statistics, subprocess, sys, tempfile, time

sys.dont_write_bytecode = True
from tables import tables

HERE = os.path.dirname(os.path.abspath(__file__))
ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
ap.add_argument("--moult", default="./moult")
ap.add_argument("--peak", default="tests/bench/peak")
ap.add_argument("--peers", default="")
ap.add_argument("--tables", default="1000,10000")
ap.add_argument("--runs", type=int, default=5)
ap.add_argument("--only", default="")
o = ap.parse_args()
MOULT = [*shlex.split(o.moult), "--config", ""]
for folder in [o.peers, *sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda p: int(p.split("/")[4]))]:
    os.environ["PATH"] = folder + os.pathsep + os.environ["PATH"] if folder else os.environ["PATH"]


class Server:
    """A private server, and what its sessions cost."""

    def __init__(self, folder):
        os.chmod(os.path.dirname(folder), 0o755)
        self.script, self.folder = os.path.join(HERE, "../servers/postgres.sh"), folder
        settings = ["shared_buffers=128MB", "max_locks_per_transaction=1024", "autovacuum=off", "max_wal_size=8GB"]
        p = subprocess.run([self.script, "start", folder, *settings], stdout=subprocess.PIPE, text=True)
        if p.returncode:
            raise SystemExit(p.returncode)
        self.url = p.stdout.strip()
        with open(f"{folder}/data/postmaster.pid", encoding="ascii") as f:
            self.pid = int(f.readline())
        self.idle = len(self.children())

    def stop(self):
        subprocess.run([self.script, "stop", self.folder])

    def children(self):
        with open(f"/proc/{self.pid}/task/{self.pid}/children", encoding="ascii") as f:
            return f.read().split()

    def cpu(self):
        """Seconds that sessions took which have ended; waits for them to."""
        until = time.monotonic() + 5
        while len(self.children()) > self.idle and time.monotonic() < until:
            time.sleep(0.002)
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")

    def db(self, name):
        return f"{self.url}/{name}"

    def create(self, name, sql=None):
        self.sql("postgres", f"DROP DATABASE IF EXISTS {name}")
        self.sql("postgres", f"CREATE DATABASE {name} TEMPLATE template0")
        if sql:
            self.sql(name, sql)

    def sql(self, name, sql):
        subprocess.run(["psql", "-Xq1", "-v", "ON_ERROR_STOP=1", "-d", self.db(name)] if name != "postgres" else ["psql", "-Xq", "-d", self.db(name)],
                       input=sql.encode(), check=True, stdout=subprocess.DEVNULL, env=dict(os.environ, PGOPTIONS="-c client_min_messages=error"))


class Command:
    def __init__(self, name, cmd, ok=(0,), before=None):
        self.name, self.cmd, self.ok, self.before, self.times, self.cpus = name, cmd, ok, before, [], []

    def run(self, server, keep):
        if self.before:
            self.before()
        busy, t = server.cpu() + self.own(), time.monotonic()
        p = subprocess.run(self.cmd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        took = time.monotonic() - t
        if p.returncode not in self.ok:
            raise SystemExit(f"{shlex.join(self.cmd)} exited {p.returncode}: {p.stderr.decode()[-500:]}")
        if keep:
            self.times.append(took)
            self.cpus.append(server.cpu() + self.own() - busy)

    @staticmethod
    def own():
        r = resource.getrusage(resource.RUSAGE_CHILDREN)
        return r.ru_utime + r.ru_stime


def compare(server, title, ours, *others):
    """Runs the commands in turn; prints medians and ratios; gives OURS' median."""
    if o.only not in title:
        return None
    for i in range(o.runs + 1):
        for c in (ours, *others):
            c.run(server, i > 0)
    med = statistics.median
    text = f"{title}: moult {med(ours.times) * 1e3:.0f} ms (cpu {med(ours.cpus) * 1e3:.0f})"
    for c in others:
        text += f"; {c.name} {med(c.times) * 1e3:.0f} ms (cpu {med(c.cpus) * 1e3:.0f}): ratio {med(ours.times) / med(c.times):.3f} (cpu {med(ours.cpus) / med(c.cpus):.3f})"
    print(text, flush=True)
    return med(ours.times)


def peak(title, cmd):
    if o.only not in title or not os.access(o.peak, os.X_OK):
        return
    p = subprocess.run([o.peak, *cmd], capture_output=True, text=True)
    print(f"{title}: peak {float(p.stdout):.1f} MiB", flush=True)


def measure(s, d, n):
    a, b, c = s.db("a"), s.db("b"), s.db("c")
    s.create("a", tables(n))
    s.create("b", tables(n, True))
    for db in ("a", "b"):
        s.sql("postgres", "CHECKPOINT")
        subprocess.run(["psql", "-Xq", "-d", s.db(db), "-c", "VACUUM ANALYZE"], check=True)
    took = {}
    inspect, diff = [*MOULT, "inspect", a], [*MOULT, "diff", a, b]
    took["inspect"] = compare(s, f"inspect, {n} tables", Command("moult", inspect), Command("pg_dump -s", ["pg_dump", "-s", "-d", a]))
    peers = []
    for name, cmd in (("migra", ["migra", a, b, "--unsafe"]), ("pgdelta", ["pgdelta", "plan", "--source", a, "--desired", b, "--out", f"{d}/delta.json"])):
        if shutil.which(name):
            peers.append(Command(name, cmd, ok=(0, 2, 3)))
        else:
            print(f"{name} is not installed: left out")
    took["diff"] = compare(s, f"diff of two databases of {n} tables", Command("moult", diff), *peers)
    fresh = lambda: s.create("c")
    fresh()
    plan = [*MOULT, "plan", c, "--to", a]
    subprocess.run([*plan, "-o", f"{d}/plan.json"], check=True, stdout=subprocess.DEVNULL)
    with open(f"{d}/plan.sql", "wb") as f:
        subprocess.run([*plan, "--format", "sql"], check=True, stdout=f)
    psql = lambda: Command("psql -1 -f", ["psql", "-Xq1", "-v", "ON_ERROR_STOP=1", "-d", c, "-f", f"{d}/plan.sql"], before=fresh)
    took["apply"] = compare(s, f"apply of a plan that creates {n} tables", Command("moult", [*MOULT, "apply", f"{d}/plan.json", c, "--yes"], before=fresh), psql())
    took["sync"] = compare(s, f"sync of {n} tables from empty", Command("moult", [*MOULT, "sync", c, "--to", a, "--yes"], before=fresh), psql())
    peak(f"inspect, {n} tables", inspect)
    peak(f"diff, {n} tables", diff)
    fresh()
    peak(f"sync from empty, {n} tables", [*MOULT, "sync", c, "--to", a, "--yes"])
    return took


def main():
    d = tempfile.mkdtemp(prefix="moult-bench-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
    server = None
    try:
        server = Server(f"{d}/pg")
        sizes = [int(n) for n in o.tables.split(",")]
        took = {n: measure(server, d, n) for n in sizes}
        for n in sizes[1:]:
            for what, t in took[n].items():
                if t and took[sizes[0]][what]:
                    print(f"{what}: {n / sizes[0]:.0f} times the tables take {t / took[sizes[0]][what]:.1f} times as long")
    finally:
        if server:
            server.stop()
        shutil.rmtree(d, ignore_errors=True)


main()
