#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Objects may be called anything: keywords, paths, quotes, line ends.  Each is read, written as a file of its own
# that stays in its folder, made again, and rebuilt with its rows.
. "${0%/*}/lib.sh"
needs sqlite3 python3
needs_plugins sqlite planner-default

cat >names.py <<'END'
"""make: a database with a table, index and view of each name, and DDL that rebuilds each table.  check: are the rows there?"""
import sqlite3, sys

names = ["select", 'a"b', ";", "..", "../up", "/tmp/x", "new\nline", "tab\t", "ro\rw", ".hidden", "CON", "x" * 300, "é" * 140,
         "a%2Fb", "%", "it's", "[x]", "`y`", " ", "sp ace", "Ａ", "😀", "-rf", "*", "a\\b", "main", "temp", "1st", "a.b", "--", "/*", ""]

def quoted(name):
    return '"' + name.replace('"', '""') + '"'

db = sqlite3.connect("odd.db")
if sys.argv[1] == "make":
    out = open("rebuilt.sql", "w", encoding="utf-8", newline="")
    for name in names:
        table, column = quoted(name), quoted("b " + name)
        create = f"CREATE TABLE {table} ({table} INTEGER PRIMARY KEY, {column} TEXT);\n"
        rest = (f"CREATE INDEX {quoted('i ' + name)} ON {table} ({column});\n"
                f"CREATE VIEW {quoted('v ' + name)} AS SELECT {column} FROM {table};\n")
        db.executescript(create + rest)
        db.execute(f"INSERT INTO {table} VALUES (1, ?)", (name,))
        out.write(create.replace(" TEXT", " VARCHAR") + rest)
    db.commit()
wrong = [n for n in names if db.execute(f"SELECT * FROM {quoted(n)}").fetchall() != [(1, n)]
         or db.execute(f"SELECT * FROM {quoted('v ' + n)}").fetchall() != [(n,)]]
print(len(names) if not wrong else wrong)
END
count=$(python3 names.py make)
state=$(digest sqlite:odd.db)
moult inspect sqlite:odd.db --dir folder
is "a file an object" "$code $(find folder -type f -name '*.sql' | wc -l)" "0 $((count * 3))"
is "and none elsewhere" "$(find . -type f ! -path './folder/*' | sort | tr '\n' ' ')" "./names.py ./odd.db ./rebuilt.sql "
is "no file that is hidden or hard to name" "$(find folder -name '*.sql' | grep -c '/\.\|[*;"\\]\|^$')" 0
gives 0 'no differences' diff sqlite:odd.db folder --exit-code --layout
gives 0 '' inspect sqlite:odd.db --format json -o odd.json
gives 0 'no differences' diff odd.json sqlite:odd.db --exit-code --layout
gives 0 '' inspect sqlite:odd.db --format sql -o odd.sql
sqlite3 new.db <odd.sql
is "DDL that another program reads" "$(digest sqlite:new.db)" "$state"
: >empty.db
gives 0 changed sync sqlite:empty.db --to odd.json --yes
is "made from a snapshot" "$(digest sqlite:empty.db)" "$state"
gives 0 changed sync sqlite:odd.db --to rebuilt.sql --yes --allow all
gives 0 'no differences' diff sqlite:odd.db rebuilt.sql --exit-code
is "every table rebuilt, every row there" "$(python3 names.py check)" "$count"
done_testing
