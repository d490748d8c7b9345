#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The same schema is the same state, however it came about and was written; another schema is not.
. "${0%/*}/lib.sh"
needs sqlite3
needs_plugins sqlite planner-default

cat >plain.sql <<'END'
CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT 'x', age INT CHECK (age > 0), boss INT REFERENCES users (id));
CREATE UNIQUE INDEX users_name ON users (name COLLATE NOCASE, age DESC) WHERE age IS NOT NULL;
CREATE VIEW grown AS SELECT id, name FROM users WHERE age >= 18;
CREATE TRIGGER guard BEFORE DELETE ON users WHEN old.id = 1 BEGIN SELECT RAISE (ABORT, 'no'); END;
END
state=$(digest plain.sql --like sqlite:)

# NAME: the DDL of the standard input is the same.
same()
{
    cat >other.sql
    is "$1: digest" "$(digest other.sql --like sqlite:)" "$state"
    moult diff plain.sql other.sql --exit-code --like sqlite:
    is "$1: no difference" "$code $(grep -c '^[-+~]' "$work/out")" "0 0"
    rm -f other.db
    sqlite3 other.db <other.sql
    is "$1: in a database" "$(digest sqlite:other.db)" "$state"
    moult sync sqlite:other.db --to plain.sql
    is "$1: nothing to do" "$code $(cat "$work/out")" "0 sqlite:other.db: in sync"
}

same "white space" <<'END'
CREATE   TABLE users(id INTEGER
    PRIMARY	KEY,name TEXT NOT NULL
    DEFAULT 'x',age INT CHECK(age>0),boss INT REFERENCES users(id));
CREATE UNIQUE INDEX users_name ON users(name COLLATE NOCASE,age DESC)WHERE age IS NOT NULL;
CREATE VIEW grown AS SELECT id,name FROM users WHERE age>=18;
CREATE TRIGGER guard BEFORE DELETE ON users WHEN old.id=1 BEGIN SELECT RAISE(ABORT,'no');END;
END
same "comments" <<'END'
-- all users
CREATE TABLE users ( -- the table
  id INTEGER PRIMARY KEY, /* a
  number */ name TEXT NOT NULL DEFAULT 'x', age INT CHECK (age /* years */ > 0), boss INT REFERENCES users (id) -- end
);
CREATE UNIQUE INDEX users_name ON users (name COLLATE NOCASE, age DESC) /* partial */ WHERE age IS NOT NULL;
CREATE VIEW grown AS -- a view
  SELECT id, name FROM users WHERE age >= 18;
CREATE TRIGGER guard BEFORE DELETE ON users WHEN old.id = 1 BEGIN /* ; */ SELECT RAISE (ABORT, 'no'); END;
END
same "keywords in other case" <<'END'
create table users (id integer primary key, name text not null default 'x', age int check (age > 0), boss int references users (id));
create unique index users_name on users (name collate nocase, age desc) where age is not null;
create view grown as select id, name from users where age >= 18;
create trigger guard before delete on users when old.id = 1 begin select raise (abort, 'no'); end;
END
same "quotes" <<'END'
CREATE TABLE "users" ([id] INTEGER PRIMARY KEY, `name` TEXT NOT NULL DEFAULT 'x', "age" INT CHECK ("age" > 0), boss INT REFERENCES "users" ("id"));
CREATE UNIQUE INDEX [users_name] ON "users" ("name" COLLATE "NOCASE", [age] DESC) WHERE "age" IS NOT NULL;
CREATE VIEW "grown" AS SELECT "id", `name` FROM [users] WHERE "age" >= 18;
CREATE TRIGGER "guard" BEFORE DELETE ON "users" WHEN old."id" = 1 BEGIN SELECT RAISE (ABORT, 'no'); END;
END
same "names in other case" <<'END'
CREATE TABLE Users (ID INTEGER PRIMARY KEY, Name TEXT NOT NULL DEFAULT 'x', AGE INT CHECK (Age > 0), Boss INT REFERENCES USERS (Id));
CREATE UNIQUE INDEX Users_Name ON USERS (NAME COLLATE NoCase, age DESC) WHERE Age IS NOT NULL;
CREATE VIEW Grown AS SELECT Id, Name FROM Users WHERE aGe >= 18;
CREATE TRIGGER Guard BEFORE DELETE ON USERS WHEN Old.Id = 1 BEGIN SELECT raise (ABORT, 'no'); END;
END
same "by ALTER" <<'END'
CREATE TABLE people (id INTEGER PRIMARY KEY, nick TEXT NOT NULL DEFAULT 'x', gone);
ALTER TABLE people RENAME TO users;
ALTER TABLE users RENAME COLUMN nick TO name;
ALTER TABLE users ADD COLUMN age INT CHECK (age > 0);
ALTER TABLE users DROP COLUMN gone;
CREATE UNIQUE INDEX users_name ON users (name COLLATE NOCASE, age DESC) WHERE age IS NOT NULL;
ALTER TABLE users ADD COLUMN boss INT REFERENCES users (id);
CREATE VIEW grown AS SELECT id, name FROM users WHERE age >= 18;
CREATE TRIGGER guard BEFORE DELETE ON users WHEN old.id = 1 BEGIN SELECT RAISE (ABORT, 'no'); END;
END
same "IF NOT EXISTS, main, and an order of its own" <<'END'
CREATE TABLE IF NOT EXISTS main.users (id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT 'x', age INT CHECK (age > 0), boss INT REFERENCES users (id));
CREATE TRIGGER IF NOT EXISTS guard BEFORE DELETE ON users FOR EACH ROW WHEN old.id = 1 BEGIN SELECT RAISE (ABORT, 'no'); END;
CREATE VIEW IF NOT EXISTS grown AS SELECT id, name FROM users WHERE age >= 18;
CREATE UNIQUE INDEX IF NOT EXISTS users_name ON users (name COLLATE NOCASE, age DESC) WHERE age IS NOT NULL;
END

# SED-COMMAND: a change that counts.
other()
{
    sed "$1" plain.sql >other.sql
    moult diff plain.sql other.sql --exit-code --like sqlite:
    a=$code
    is "$1" "$a $(test "$(digest other.sql --like sqlite:)" = "$state" && echo same)" "3 "
}
other "s/'x'/'X'/"
other 's/TEXT/VARCHAR/'
other 's/age > 0/age >= 0/'
other 's/NOCASE/BINARY/'
other 's/ DESC//'
other 's/ UNIQUE//'
other 's/ WHERE age IS NOT NULL//'
other 's/18/21/'
other "s/'no'/'No'/"
other 's/BEFORE/AFTER/'
other 's/REFERENCES users (id)/& ON DELETE CASCADE/'
other 's/NOT NULL DEFAULT/DEFAULT/'
other '1s/);$/) STRICT;/; 1s/VARCHAR/TEXT/'
other 's/INTEGER PRIMARY KEY/& AUTOINCREMENT/'
other 's/^CREATE VIEW.*//'

# The order of columns is layout: no difference unless it is asked for.
echo 'CREATE TABLE t (a, b);' >one.sql
echo 'CREATE TABLE t (b, a);' >two.sql
gives 0 'layout alone' diff one.sql two.sql --like sqlite: --exit-code
gives 3 '' diff one.sql two.sql --like sqlite: --exit-code --layout
done_testing
