#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Everything that a REF may be names the same state, wherever it is kept.
. "${0%/*}/lib.sh"
needs sqlite3
needs_plugins sqlite planner-default store-fs

cat >all.sql <<'END'
CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT NOT NULL COLLATE NOCASE);
CREATE TABLE book (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT, author INT REFERENCES author (id));
CREATE INDEX book_author ON book (author);
CREATE VIEW shelf AS SELECT title, name FROM book JOIN author ON author.id = book.author;
CREATE TRIGGER trim_title AFTER INSERT ON book BEGIN UPDATE book SET title = trim(title) WHERE id = new.id; END;
CREATE VIRTUAL TABLE text USING fts5 (title, body);
END
sqlite3 app.db <all.sql
sql app.db "INSERT INTO author VALUES (1, 'Ann'); INSERT INTO book (title, author) VALUES ('It''s a; book', 1);
    INSERT INTO text VALUES ('a', 'some; words')"
keep app.db
state=$(digest sqlite:app.db)
is "a database has a digest" "$(printf %s "$state" | grep -c '^[0-9a-f]\{64\}$')" 1

# NAME REF ARGUMENT...
same()
{
    name=$1 ref=$2
    shift 2
    is "$name: digest" "$(digest "$ref" "$@")" "$state"
    moult diff sqlite:app.db "$ref" --exit-code --layout "$@"
    is "$name: no difference" "$code $(cat "$work/out")" "0 no differences"
}

same "DDL file" all.sql --like sqlite:
(echo '-- first a remark' && tac all.sql) >backwards.sql
same "statements in the wrong order" backwards.sql --like sqlite:

mkdir -p parts/deep
sed -n 5p all.sql >parts/a-trigger.sql
sed -n 4p all.sql >parts/b-view.sql
sed -n 3p all.sql >parts/c-index.sql
sed -n 6p all.sql >parts/d.sql
sed -n 2p all.sql >parts/deep/y.sql
sed -n 1p all.sql >parts/deep/z.sql
echo 'not SQL' >parts/README.md
echo 'ATTACH x AS y;' >parts/.hidden.sql
same "folder with files in the wrong order" parts --like sqlite:
same "folder named with a slash" parts/ --like sqlite:
ln -s parts linked
same "folder behind a link" linked --like sqlite:
same "absolute path" "$PWD/parts" --like sqlite:

sqlite3 app.db .dump >dump.sql
is "the dump has rows and a virtual table" "$(grep -c 'INSERT INTO' dump.sql) $(grep -c writable_schema dump.sql)" \
    "$(grep -c 'INSERT INTO' dump.sql) 2"
same "dump with rows and a virtual table" dump.sql --like sqlite:
printf '\357\273\277' | cat - all.sql | sed 's/$/\r/' >windows.sql
same "byte-order mark and CRLF" windows.sql --like sqlite:

gives 0 '' inspect sqlite:app.db --format json -o snapshot.json
same "snapshot file" snapshot.json
gives 0 '' inspect sqlite:app.db --format sql -o made.sql
same "what inspect --format sql writes" made.sql --like sqlite:
gives 0 '' inspect sqlite:app.db --dir made
is "inspect --dir writes a file an object" "$(find made -name '*.sql' | wc -l)" 6
same "what inspect --dir writes" made --like sqlite:
gives 0 '' inspect sqlite:app.db --dir made
is "inspect --dir writes into its own folder again" "$(find made -name '*.sql' | wc -l)" 6
gives 0 '' inspect sqlite:app.db --dir made --exclude 'view:*'
is "and removes the files of objects that are gone" "$(find made -name '*.sql' | wc -l)" 5
fails 1 'README.md\|c-index' inspect sqlite:app.db --dir parts
is "inspect --dir leaves a folder with other files alone" "$(cat parts/README.md)" 'not SQL'

gives 0 '' snapshot save sqlite:app.db --tag v1
for name in latest v1 "$state" "$(printf %s "$state" | cut -c1-12)"; do
    same "store:$name" "store:$name"
done
gives 0 '' snapshot save --from all.sql --like sqlite: --as compiled
same "store:TENANT@latest" store:compiled@latest
fails 2 nothing inspect store:nothing
fails 2 'ffffffffffff' inspect store:ffffffffffff

mkdir tenants
cp app.db tenants/t1.db
cat >moult.toml <<'END'
[database.app]
url = "sqlite:tenants/"
tenants = { files = "*.db" }
desired = "parts"
[database.compiled]
url = "sqlite:app.db"
desired = "store:v1"
[database.other]
url = "sqlite:app.db"
desired = "compiled"
[database.loop]
url = "sqlite:app.db"
desired = "loop"
[database.bare]
url = "sqlite:app.db"
END
same "NAME: its desired state" app
same "NAME@TENANT" app@t1
same "NAME whose desired state is in the store" compiled
same "NAME whose desired state is another name" other
fails 2 'leads back to itself' inspect loop
fails 2 'no desired state' inspect bare
fails 2 'is nothing' inspect unknown
fails 2 'none' inspect app@none
fails 2 'kind of database' inspect all.sql
fails 2 'sqlite:app.db' inspect app.db
same "--like NAME" all.sql --like app

# What each of them leads to.
for ref in parts dump.sql snapshot.json store:v1 app@t1 app; do
    : >new.db
    gives 0 'changed' sync sqlite:new.db --to "$ref" --yes
    is "sync --to $ref reaches the state" "$(digest sqlite:new.db)" "$state"
done
keep app.db
"$MOULT" inspect sqlite:app.db >"$work/out" 2>&1
check "reading changes nothing" untouched
done_testing
