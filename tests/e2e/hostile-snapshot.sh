#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A snapshot is a desired state that somebody may have forged, digests and all: text in it that would be more
# than it says never reaches the database.
. "${0%/*}/lib.sh"
needs sqlite3 python3
needs_plugins sqlite planner-default

sql shape.db "CREATE TABLE t (a, b INT DEFAULT 5); CREATE VIEW v AS SELECT 1 AS one; CREATE INDEX i ON t (b) WHERE b > 1;
    CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END"
sql app.db "CREATE TABLE t (a); INSERT INTO t VALUES ('kept')"
sql other.db "CREATE TABLE secret (x); INSERT INTO secret VALUES (42)"
gives 0 '' inspect sqlite:shape.db --format json -o shape.json
cat >forge.py <<'END'
"""Gives every attribute of one name another text, and the document the digests that then belong to it."""
import json, re, subprocess, sys

moult, attribute, text = sys.argv[1:]
with open("shape.json", encoding="utf-8") as f:
    doc = json.load(f)

def change(node):
    attributes = node.get("attributes", {})
    if attribute in attributes:
        attributes[attribute] = text
    for child in node.get("children", []):
        change(child)

change(doc["root"])
for _ in range(8):
    with open("forged.json", "w", encoding="utf-8") as f:
        json.dump(doc, f, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    tried = subprocess.run([moult, "inspect", "forged.json"], capture_output=True, text=True)
    told = re.search(r"its (\w+) digest is not.*?digest is ([0-9a-f]{64})", tried.stderr, re.S)
    if not told:
        break
    doc["digest"][told[1]] = told[2]
END

# ATTRIBUTE TEXT
forged()
{
    python3 forge.py "$MOULT" "$1" "$2"
    keep app.db other.db
    moult inspect forged.json
    taken=$code
    moult sync sqlite:app.db --to forged.json --yes --allow all
    if test $code != 0 && test ! -s "$work/out" && test "$(grep -c '^moult: ' "$work/err")" = 1 &&
        untouched >"$work/diff" 2>&1; then
        passed "$1: $2 ($taken)"
    else
        { shown "a failure" && cat "$work/diff"; } >"$work/seen"
        missed "$1: $2"
    fi
}
forged type "INT); ATTACH 'other.db' AS x; DELETE FROM x.secret; CREATE TABLE more (a"
forged type "INT, z AS (load_extension('x')))--"
forged default "5); ATTACH 'other.db' AS x; CREATE TABLE x.z (a"
forged default "(load_extension('x'))"
forged body "SELECT load_extension('x'); ATTACH 'other.db' AS y"
forged body "SELECT 1; END; ATTACH 'other.db' AS y; DELETE FROM y.secret"
forged body "SELECT 1; COMMIT; ATTACH 'other.db' AS y; BEGIN"
forged where "b > 1; ATTACH 'other.db' AS y"
forged where "b > 1; COMMIT; VACUUM INTO 'new.db'"
forged where "b > 1; PRAGMA writable_schema = 1"
forged where "b > 1; DELETE FROM t"
forged where "b > (SELECT 1"
forged columns 'nothing'
forged table 'sqlite_schema'
forged event 'NOTHING'
done_testing
