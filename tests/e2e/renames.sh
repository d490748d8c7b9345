#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A hint says that an object has a new name: rows stay, whatever depends on it follows, and a hint that fits
# nothing is an error.
. "${0%/*}/lib.sh"
needs sqlite3
needs_plugins sqlite planner-default

make_database()
{
    rm -f app.db
    sqlite3 app.db <<'END'
CREATE TABLE users (id INTEGER PRIMARY KEY, mail TEXT NOT NULL, name TEXT);
CREATE TABLE posts (id INTEGER PRIMARY KEY AUTOINCREMENT, author INT NOT NULL REFERENCES users (id) ON DELETE CASCADE, t TEXT);
CREATE INDEX users_mail ON users (mail) WHERE mail <> '';
CREATE VIEW authors AS SELECT users.mail, posts.t FROM users JOIN posts ON posts.author = users.id;
CREATE TABLE log (x);
CREATE TRIGGER on_mail AFTER UPDATE OF mail ON users BEGIN INSERT INTO log VALUES (old.mail); END;
INSERT INTO users VALUES (1, 'a@x', 'Ann'), (7, 'b@x', NULL);
INSERT INTO posts (author, t) VALUES (7, 'first'), (1, 'second');
DELETE FROM posts WHERE id = 2; INSERT INTO posts (author, t) VALUES (1, 'third');
END
}
mkdir schema
cat >schema/all.sql <<'END'
CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT NOT NULL, name TEXT);
CREATE TABLE posts (id INTEGER PRIMARY KEY AUTOINCREMENT, author INT NOT NULL REFERENCES people (id) ON DELETE CASCADE, t TEXT);
CREATE INDEX users_mail ON people (email) WHERE email <> '';
CREATE VIEW authors AS SELECT people.email, posts.t FROM people JOIN posts ON posts.author = people.id;
CREATE TABLE log (x);
CREATE TRIGGER on_mail AFTER UPDATE OF email ON people BEGIN INSERT INTO log VALUES (old.email); END;
END

# All that was there, under the new names.
whole()
{
    gives 0 'no differences' diff sqlite:app.db schema --exit-code
    is "$1: rows" "$(sql app.db 'SELECT * FROM people; SELECT * FROM posts; SELECT seq FROM sqlite_sequence')" \
        "1|a@x|Ann
7|b@x|
1|7|first
3|1|third
3"
    is "$1: view" "$(sql app.db 'SELECT email, t FROM authors ORDER BY t')" "b@x|first
a@x|third"
    is "$1: trigger" "$(sql app.db "UPDATE people SET email = 'c@x' WHERE id = 1; SELECT * FROM log")" a@x
    is "$1: foreign key" "$(sql app.db 'PRAGMA foreign_keys = ON; DELETE FROM people WHERE id = 7; SELECT author FROM posts')" 1
    is "$1: integrity" "$(sql app.db 'PRAGMA integrity_check; PRAGMA foreign_key_check')" ok
}

make_database
keep app.db schema/all.sql
fails 4 'deletes-data' sync sqlite:app.db --to schema --yes
check "without hints it would be another table" untouched

gives 0 changed sync sqlite:app.db --to schema --yes --rename table:users=people --rename table:people/column:mail=email
whole "--rename"
make_database
keep app.db
fails 2 'cannot rename table:users/column:mail' sync sqlite:app.db --to schema --yes \
    --rename table:users/column:mail=email --rename table:users=people
check "a column's hint names its table as it is wanted" untouched

cat >schema/renames.toml <<'END'
# once
rename = ["table:users=people", "table:people/column:mail=email"]
END
make_database
gives 0 'rename' plan sqlite:app.db --to schema
is "a rename costs nothing" "$(sed -n 's/^hazards: //p' "$work/out")" none
gives 0 changed sync sqlite:app.db --to schema --yes
whole "renames.toml beside the desired state"
gives 0 'in sync' sync sqlite:app.db --to schema --yes
gives 0 'in sync' validate sqlite:app.db --to schema
passed "a hint that is done does not matter"
make_database
gives 0 'no differences' diff schema schema --like sqlite:
gives 0 '> table:users' diff sqlite:app.db schema
is "diff shows renames, not drops" "$(grep -c '^[-+]' "$work/out")" 0

# A plan knows its renames.
make_database
gives 0 '' plan sqlite:app.db --to schema -o plan.json
gives 0 changed apply plan.json sqlite:app.db --yes
whole "a plan with renames"
rm plan.json

# In the middle of other work, and where a rebuild is needed.
make_database
sed -i 's/name TEXT)/name INTEGER, extra BLOB)/; s/CREATE TABLE log (x)/CREATE TABLE log (x, at)/' schema/all.sql
gives 0 changed sync sqlite:app.db --to schema --yes --allow all
gives 0 'no differences' diff sqlite:app.db schema --exit-code
is "renamed and rebuilt" "$(sql app.db 'SELECT id, email, name, extra FROM people ORDER BY id')" "1|a@x|Ann|
7|b@x||"
gives 0 'in sync' sync sqlite:app.db --to schema --yes

# Names that change places, and a chain.
rm -r schema
sql swap.db "CREATE TABLE a (one); CREATE TABLE b (two); INSERT INTO a VALUES (1); INSERT INTO b VALUES (2)"
echo 'CREATE TABLE b (one); CREATE TABLE c (two);' >chain.sql
gives 0 changed sync sqlite:swap.db --to chain.sql --yes --rename table:a=b --rename table:b=c
is "a chain of names" "$(sql swap.db 'SELECT one FROM b; SELECT two FROM c')" "1
2"
sql case.db "CREATE TABLE People (id INTEGER PRIMARY KEY, \"e mail/x\" TEXT); INSERT INTO People VALUES (1, 'a')"
echo 'CREATE TABLE people (id INTEGER PRIMARY KEY, mail TEXT);' >case.sql
gives 0 changed sync sqlite:case.db --to case.sql --yes --rename 'table:PEOPLE/column:E MAIL%2Fx=mail'
is "names in other case, with a slash" "$(sql case.db 'SELECT mail FROM people')" a

# What fits nothing.
make_database
echo 'CREATE TABLE people (id INTEGER PRIMARY KEY, mail TEXT NOT NULL, name TEXT);' >one.sql
keep app.db
for hint in table:nothing=people table:users=nobody table:users/column:nothing=nobody view:authors=writers \
    index:users_mail=i table:users= table:=people users=people table:users=people=x nosuch:users=people \
    table:users=a/b; do
    fails 2 rename sync sqlite:app.db --to one.sql --yes --allow all --rename "$hint"
done
# Also where there is nothing to do.
cp app.db same.db
"$MOULT" inspect sqlite:same.db --dir same 2>/dev/null
for hint in table:users= users=people table:users=people=x; do
    fails 2 'rename' sync sqlite:same.db --to same --yes --rename "$hint"
done
gives 0 'in sync' sync sqlite:same.db --to same --yes --rename table:before=users
sql both.db "CREATE TABLE users (id INTEGER PRIMARY KEY); CREATE TABLE people (id INTEGER PRIMARY KEY)"
echo 'CREATE TABLE users (id INTEGER PRIMARY KEY); CREATE TABLE people (id INTEGER PRIMARY KEY, x);' >both.sql
fails 2 'users' sync sqlite:both.db --to both.sql --yes --allow all --rename table:users=people
echo 'rename = "table:users=people"' >bad.toml
fails 2 '^moult: bad.toml:1:[0-9]*: ' sync sqlite:app.db --to one.sql --yes --renames bad.toml
echo 'rename = ["table:users=people", 7]' >bad.toml
fails 2 '^moult: bad.toml:1:[0-9]*: ' sync sqlite:app.db --to one.sql --yes --renames bad.toml
echo 'rename = [' >bad.toml
fails 2 '^moult: bad.toml:[0-9]*:' sync sqlite:app.db --to one.sql --yes --renames bad.toml
rm -f bad.toml
sql app.db .dump >now
sqlite3 "$work/kept/app.db" .dump >was
check "nothing was changed" cmp now was
done_testing
