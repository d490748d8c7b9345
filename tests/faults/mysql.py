#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills moult, and the MariaDB server, with SIGKILL at every statement of a run, and cuts the connection there.

usage: mysql.py --moult CMD [--every N] [--random N] [--server-every N] [--only FAULT]

A proxy stands between moult and a server of its own and counts the statements of the session that has the lock for runs. At each of them, in turn,
one of these happens:
  moult-before   moult is killed before the statement reaches the server
  moult-after    moult is killed when the server has answered, before it learns of that
  lost-before, lost-after      the connection is cut there; moult has to go on by itself
  server-before, server-after  the server is killed there, and started again
Then the same command, or one with another desired state, must end as it does on a database that nothing happened to: the wanted state, every row
once, an audit trail that holds, and doctor leaves no scratch database. --every N takes each Nth statement (1: all), --server-every of the faults of the
server. The last line is 'N passed, N failed, N skipped'.
"""
import argparse, json, os, random, shlex, shutil, signal, socket, subprocess, sys, tempfile, threading, time

ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
ap.add_argument("--moult", required=True)
ap.add_argument("--every", type=int, default=4)
ap.add_argument("--server-every", type=int, default=12)
ap.add_argument("--random", type=int, default=5)
ap.add_argument("--only", default="")
o = ap.parse_args()
MOULT = shlex.split(o.moult)
HERE = os.path.dirname(os.path.abspath(__file__))
SCRIPT = os.path.join(HERE, "..", "servers", "mariadb.sh")
DB = "work;`1"

OLD = """CREATE TABLE customer (id int AUTO_INCREMENT PRIMARY KEY, name varchar(40), city varchar(40), KEY city (city));
CREATE TABLE invoice (id int PRIMARY KEY, customer_id int, total varchar(20), KEY invoice_customer (customer_id),
    CONSTRAINT invoice_customer FOREIGN KEY (customer_id) REFERENCES customer (id));
CREATE TABLE parts (id int PRIMARY KEY, at int NOT NULL, name varchar(10));
CREATE TABLE gone (a int);
CREATE VIEW totals AS SELECT customer_id, count(total) AS total FROM invoice GROUP BY customer_id;
CREATE TRIGGER invoice_paid AFTER UPDATE ON invoice FOR EACH ROW SET @paid = NEW.id;
CREATE PROCEDURE p(a int) BEGIN SELECT a; SELECT 2; END;
CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' DO DELETE FROM gone;
CREATE SEQUENCE s START 5;"""
NEW = """CREATE TABLE customer (id bigint AUTO_INCREMENT PRIMARY KEY, name varchar(80) NOT NULL, country char(2) NOT NULL DEFAULT 'AT', city varchar(40), KEY city (city, name));
CREATE TABLE invoice (id int PRIMARY KEY, customer_id bigint NOT NULL, total varchar(20), KEY invoice_customer (customer_id),
    CONSTRAINT invoice_customer FOREIGN KEY (customer_id) REFERENCES customer (id) ON DELETE RESTRICT, CONSTRAINT short CHECK (length(total) < 100));
CREATE TABLE parts (id int, at int NOT NULL, name varchar(10), PRIMARY KEY (id, at)) PARTITION BY RANGE (at) (PARTITION a VALUES LESS THAN (100), PARTITION b VALUES LESS THAN MAXVALUE);
CREATE TABLE audit (at datetime, what text);
CREATE VIEW totals AS SELECT customer_id, count(*) AS n FROM invoice GROUP BY customer_id;
CREATE TRIGGER invoice_paid AFTER UPDATE ON invoice FOR EACH ROW BEGIN INSERT INTO audit VALUES (now(), NEW.id); END;
CREATE PROCEDURE p(a int, b int) SELECT a + b;
CREATE EVENT e ON SCHEDULE EVERY 2 DAY STARTS '2030-01-01 00:00:00' DISABLE DO DELETE FROM audit;
CREATE SEQUENCE s START 5 INCREMENT 2;"""
OTHER = """CREATE TABLE customer (id int AUTO_INCREMENT PRIMARY KEY, name varchar(40), city varchar(40), vat varchar(20), KEY vat (vat));
CREATE TABLE invoice (id int PRIMARY KEY, customer_id int, total varchar(20), UNIQUE KEY u (customer_id, id));
CREATE TABLE parts (id int PRIMARY KEY, at int NOT NULL, name varchar(10));
CREATE VIEW totals AS SELECT total FROM invoice;"""
ROWS = 40


class Server:
    """A server, and the means to kill it and start it again."""

    def __init__(self, d):
        self.d = d
        self.start()

    def start(self):
        p = subprocess.run([SCRIPT, "start", self.d, "--innodb-lock-wait-timeout=5"], capture_output=True, text=True)
        if p.returncode:
            print("0 passed, 0 failed, 1 skipped" if p.returncode == 77 else p.stderr)
            raise SystemExit(0 if p.returncode == 77 else 1)
        self.port = int(p.stdout.split(":")[-1])

    def kill(self):
        with open(self.d + "/pid", encoding="ascii") as f:
            pid = int(f.read())
        os.kill(pid, signal.SIGKILL)
        while True:
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                return
            time.sleep(0.01)

    def stop(self):
        subprocess.run([SCRIPT, "stop", self.d], capture_output=True)

    def sql(self, text, db=None):
        cmd = ["mariadb", "--no-defaults", "-h127.0.0.1", f"-P{self.port}", "-umoult", "-N", "-B", *([f"-D{db}"] if db else [])]
        p = subprocess.run(cmd, input=text, capture_output=True, text=True)
        assert p.returncode == 0, p.stderr
        return p.stdout


class Proxy:
    """Passes packets on and counts the statements of the session that has moult's lock; FAULT happens at statement AT."""

    def __init__(self, server):
        self.server, self.fault, self.at, self.count, self.hit, self.child = server, None, 0, 0, False, None
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def arm(self, fault, at):
        self.fault, self.at, self.count, self.hit = fault, at, 0, False

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            try:
                upstream = socket.create_connection(("127.0.0.1", self.server.port))
            except OSError:
                client.close()
                continue
            for s in (client, upstream):
                s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            state = {"running": False, "hold": False, "answered": threading.Event()}
            threading.Thread(target=self.answers, args=(upstream, client, state), daemon=True).start()
            threading.Thread(target=self.commands, args=(client, upstream, state), daemon=True).start()

    def answers(self, upstream, client, state):
        try:
            while data := upstream.recv(65536):
                state["answered"].set()
                if not state["hold"]:
                    client.sendall(data)
        except OSError:
            pass
        state["answered"].set()
        self.end(upstream, client)

    @staticmethod
    def end(*sockets):
        for s in sockets:
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    @staticmethod
    def packet(sock):
        data = b""
        while len(data) < 4 or len(data) < 4 + int.from_bytes(data[:3], "little"):
            want = 4 - len(data) if len(data) < 4 else 4 + int.from_bytes(data[:3], "little") - len(data)
            more = sock.recv(want)
            if not more:
                return None
            data += more
        return data

    def commands(self, client, upstream, state):
        try:
            while (data := self.packet(client)) is not None:
                command = data[3] == 0 and len(data) > 4
                if command and data[4] == 3 and b"moult.run." in data and b"GET_LOCK" in data:
                    state["running"] = True
                chosen = None
                if command and state["running"] and data[4] != 1:
                    with self.lock:
                        self.count += 1
                        if self.fault and not self.hit and self.count == self.at:
                            self.hit, chosen = True, self.fault
                if chosen:
                    self.strike(chosen, data, upstream, client, state)
                    return
                upstream.sendall(data)
        except OSError:
            pass
        self.end(upstream, client)

    def strike(self, fault, data, upstream, client, state):
        whom, when = fault.split("-")
        if when == "after":
            state["hold"] = True
            state["answered"].clear()
            upstream.sendall(data)
            state["answered"].wait(20)
        if whom == "moult":
            self.child.kill()
        elif whom == "server":
            self.server.kill()
        self.end(client, upstream)


class Case:
    def __init__(self, d):
        self.d, self.n = d, {"passed": 0, "failed": 0}
        self.server = Server(d + "/server")
        self.proxy = Proxy(self.server)
        for name, text in (("old", OLD), ("new", NEW), ("other", OTHER)):
            with open(f"{d}/{name}.sql", "w", encoding="ascii") as f:
                f.write(text)
        self.states = {}
        for name in ("old", "new", "other"):
            self.fresh(rows=False)
            p = self.sync(name)
            assert p.wait(60) == 0, p.stderr.read().decode()
            self.states[name] = self.state()
        self.fresh()
        self.server.sql("FLUSH TABLES")
        self.dump = subprocess.run(["mariadb-dump", "--no-defaults", "-h127.0.0.1", f"-P{self.server.port}", "-umoult", "--routines", "--events", "--triggers", DB],
                                   capture_output=True, text=True, check=True).stdout
        self.before = self.rows()

    def url(self, port):
        return f"mysql://moult@127.0.0.1:{port}/" + DB.replace(";", "%3B").replace("`", "%60")

    def sync(self, to, through=False):
        port = self.proxy.port if through else self.server.port
        cmd = [*MOULT, "sync", self.url(port), "--to", f"{self.d}/{to}.sql", "--scratch", self.url(self.server.port), "--allow", "all", "--yes", "--lock-timeout", "4s"]
        return subprocess.Popen(cmd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)

    def state(self):
        p = subprocess.run([*MOULT, "inspect", self.url(self.server.port), "--format", "json"], capture_output=True, timeout=60)
        return json.loads(p.stdout)["digest"]["state"] if p.returncode == 0 else p.stderr.decode()

    def fresh(self, rows=True):
        quoted = "`" + DB.replace("`", "``") + "`"
        self.server.sql(f"DROP DATABASE IF EXISTS {quoted}; CREATE DATABASE {quoted}")
        if hasattr(self, "dump"):
            self.server.sql(self.dump, DB)
        elif rows:
            p = self.sync("old")
            assert p.wait(60) == 0, p.stderr.read().decode()
            self.server.sql("DROP TABLE moult_run, moult_step, moult_audit", DB)
            values = ", ".join(f"({i}, 'name {i}', repeat('x', 30))" for i in range(1, ROWS + 1))
            self.server.sql(f"INSERT INTO customer (id, name, city) VALUES {values};" +
                            "INSERT INTO invoice SELECT id, id, concat('t', id) FROM customer; INSERT INTO parts SELECT id, id * 5, name FROM customer", DB)

    def rows(self):
        return self.server.sql("SELECT id, name, city FROM customer ORDER BY id; SELECT id, customer_id, total FROM invoice ORDER BY id; SELECT id, at, name FROM parts ORDER BY id", DB)

    def judge(self, name, then):
        try:
            p = self.sync(then)
            _, err = p.communicate(timeout=120)
            assert p.returncode == 0, f"exited {p.returncode}: {err.decode()[-800:]}"
            assert self.state() == self.states[then], "not the state wanted"
            assert self.rows() == self.before, "rows differ"
            p = subprocess.run([*MOULT, "audit", self.url(self.server.port)], capture_output=True, text=True, timeout=60)
            assert p.returncode == 0 and "the chain holds" in p.stdout, p.stdout + p.stderr
            p = subprocess.run([*MOULT, "doctor", self.url(self.server.port)], capture_output=True, text=True, timeout=60)
            assert "failed" not in p.stdout.replace("password", ""), p.stdout
            left = self.server.sql("SHOW DATABASES LIKE 'moult%'") + self.server.sql("SHOW TABLES LIKE 'moult\\_%'", DB)
            assert left.split() == ["moult_audit", "moult_run", "moult_step"], f"left: {left}"
            self.n["passed"] += 1
        except Exception as e:
            self.n["failed"] += 1
            print(f"failed   {name}, then {then}: {e}", flush=True)

    def strike(self, fault, at, then):
        """One fault, and what the next command makes of it; False: the run has no such statement."""
        self.fresh()
        self.proxy.arm(fault, at)
        p = self.proxy.child = self.sync("new", through=True)
        try:
            _, err = p.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            p.kill()
            _, err = p.communicate()
            err += b" (it hung)"
        if not self.proxy.hit:
            return False
        name = f"{fault} statement {at}"
        if fault.startswith("server"):
            self.server.start()
        wanted = {"moult": [-signal.SIGKILL], "lost": [0, 6, 7], "server": [0, 6, 7]}[fault.split("-")[0]]
        if p.returncode not in wanted:
            self.n["failed"] += 1
            print(f"failed   {name}: exited {p.returncode}: {err.decode()[-400:]}", flush=True)
        self.judge(name, then)
        return True


def main():
    if not shutil.which("mariadbd") and not os.path.exists("/usr/sbin/mariadbd"):
        print("no MariaDB server is installed\n0 passed, 0 failed, 1 skipped")
        return
    d = tempfile.mkdtemp(prefix="moult-faults-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
    os.chmod(d, 0o755)
    c = None
    try:
        c = Case(d)
        points = 0
        for fault in ("moult-before", "moult-after", "lost-before", "lost-after", "server-before", "server-after"):
            step = o.server_every if fault.startswith("server") else o.every
            if o.only not in fault:
                continue
            # Each fault begins elsewhere, so that together they come by more statements.
            at = 1 + len(fault) % step
            turn = 0
            while c.strike(fault, at, ("new", "other")[turn % 2]):
                at, turn, points = at + step, turn + 1, points + 1
            if not turn:
                c.n["failed"] += 1
                print(f"failed   {fault}: the run was not struck once")
        r = random.Random(7)
        for i in range(0 if o.only else o.random):
            c.fresh()
            p = c.sync("new")
            time.sleep(r.random() * 0.3)
            p.send_signal(signal.SIGKILL)
            p.communicate(timeout=60)
            c.judge(f"killed at random, {i}", r.choice(["new", "other"]))
        print(f"{points} faults")
        print(f"{c.n['passed']} passed, {c.n['failed']} failed, 0 skipped")
        sys.exit(1 if c.n["failed"] else 0)
    finally:
        if c:
            c.server.stop()
        shutil.rmtree(d, ignore_errors=True)


main()
