#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What moult writes as JSON is one document, and is what its published schema says; a schema lets nothing else in.
. "${0%/*}/lib.sh"
needs sqlite3 python3
needs_plugins sqlite planner-default store-fs
python3 -c 'import jsonschema; jsonschema.Draft202012Validator' 2>/dev/null || skip_all "needs python3-jsonschema"

cat >check.py <<'END'
"""Names and files by lines: "NAME SCHEMA FILE"; each is a document of that schema, and no damaged one is."""
import copy, json, sys
import jsonschema

folder, listing = sys.argv[1:]
validators = {}
for name in ("snapshot", "delta", "plan", "result"):
    with open(f"{folder}/{name}.json", encoding="utf-8") as f:
        schema = json.load(f)
    jsonschema.Draft202012Validator.check_schema(schema)
    validators[name] = jsonschema.Draft202012Validator(schema)

def damaged(doc):
    """The document with each top-level key gone, of another type, and with one more."""
    for key in doc:
        less = copy.deepcopy(doc)
        del less[key]
        if key not in OPTIONAL:
            yield f"without {key}", less
        other = copy.deepcopy(doc)
        other[key] = 7.5
        yield f"{key} as a number", other
    yield "with one key more", {**doc, "surplus": 1}

OPTIONAL = ("plans", "count", "summary")
failed = False
for line in open(listing, encoding="utf-8"):
    schema, file, *name = line.split()
    name = " ".join(name)
    try:
        with open(file, encoding="utf-8") as f:
            doc = json.load(f)
        errors = [f"{list(e.absolute_path)}: {e.message[:200]}" for e in validators[schema].iter_errors(doc)]
        for how, bad in ([] if errors else damaged(doc)):
            if validators[schema].is_valid(bad):
                errors.append(f"{how}: the schema lets it in")
    except ValueError as e:
        errors = [f"no JSON: {e}"]
    for e in errors[:10]:
        print("#", e)
    print("not ok" if errors else "ok", f"- {name} is a document of {schema}.json")
    failed |= bool(errors)
sys.exit(failed)
END
count=0
# SCHEMA CODE ARGUMENT...: remembers what moult writes.
document()
{
    schema=$1 want=$2
    shift 2
    moult "$@"
    count=$((count + 1))
    cp "$work/out" "$work/doc$count"
    echo "$schema $work/doc$count moult $*" | tr '\n' ' ' >>"$work/listing"
    echo >>"$work/listing"
    is "moult $*: exit code" "$code" "$want"
}

sqlite3 app.db <<'END'
CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT, x TEXT COLLATE NOCASE DEFAULT 'ü"\', y AS (x || 'z') STORED, UNIQUE (x), CHECK (x <> ''));
CREATE TABLE b (id INT, a INT REFERENCES a (id) ON DELETE SET NULL, PRIMARY KEY (id, a)) WITHOUT ROWID, STRICT;
CREATE INDEX i ON a (lower(x) DESC) WHERE y > 1;
CREATE VIEW v AS SELECT * FROM a;
CREATE TRIGGER r INSTEAD OF DELETE ON v BEGIN DELETE FROM a; END;
CREATE VIRTUAL TABLE f USING fts5(one, two);
INSERT INTO a (x) VALUES ('row');
END
cat >new.sql <<'END'
CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT, x BLOB, z TEXT);
CREATE TABLE c (id INTEGER);
CREATE VIEW v AS SELECT id FROM a;
END
mkdir tenants
cp app.db tenants/t1.db
cp app.db tenants/t2.db
cat >moult.toml <<'END'
[database.app]
url = "sqlite:tenants/"
tenants = { files = "*.db" }
desired = "new.sql"
END
json='--format json'
: >empty.db
# shellcheck disable=SC2086
{
    document snapshot 0 inspect sqlite:app.db $json
    document snapshot 0 inspect sqlite:empty.db $json
    document snapshot 0 inspect new.sql --like sqlite: $json
    document snapshot 0 inspect app $json
    document delta 0 diff sqlite:app.db new.sql $json
    document delta 0 diff sqlite:empty.db new.sql $json
    document delta 0 diff sqlite:app.db sqlite:empty.db $json --layout
    document delta 0 diff sqlite:app.db sqlite:app.db $json
    document delta 3 diff sqlite:app.db new.sql $json --exit-code --rename table:b=c
    document plan 0 plan sqlite:app.db --to new.sql $json
    document plan 0 plan sqlite:empty.db --to new.sql $json
    document plan 0 plan sqlite:app.db --to sqlite:app.db $json
    document plan 0 plan sqlite:app.db --to new.sql $json --rename table:b=c
    document result 0 sync --all-tenants --dry-run $json
    document result 3 validate $json
    document result 4 sync --all-tenants --yes $json
    document result 4 sync sqlite:app.db --to new.sql --yes $json
    document result 0 sync --tenant t1 --yes --allow all $json
    document result 3 validate $json
    document result 0 sync --all-tenants --yes --allow all $json
    document result 0 sync --all-tenants --yes $json
    document result 0 validate $json
    echo "this is no database, and it is longer than the header of one, by a good number of bytes" >tenants/t3.db
    document result 8 validate $json
    document result 8 sync --all-tenants --yes --keep-going $json
    rm tenants/t3.db
    document result 0 plan sqlite:tenants/t1.db --to new.sql $json -o plan.json
    document result 0 apply plan.json sqlite:tenants/t1.db --yes $json
    document result 0 audit sqlite:tenants/t1.db $json
    document result 0 doctor sqlite:tenants/t1.db $json
    document result 0 tenants list $json
    document result 0 config $json
    document result 0 plugin list $json
    document result 0 plugin info sqlite $json
    document result 0 snapshot save sqlite:app.db --tag v1 $json
    document result 0 snapshot save --all-tenants app $json
    document result 0 snapshot list $json
    document result 0 snapshot latest $json
    document snapshot 0 snapshot show v1 $json
    document delta 0 snapshot compare v1 t1@latest $json
    document result 0 snapshot prune --keep 1 --yes $json
}
sed -i 's/^result \([^ ]* moult plan\)/plan \1/' "$work/listing"
cp plan.json "$work/plan"
echo "plan $work/plan plan -o" >>"$work/listing"
python3 check.py "$MOULT_SRCDIR/docs/schemas" "$work/listing" >"$work/checked" 2>&1
is "the checker ran" "$(($? < 2)) $(grep -c -- '^ok -\|^not ok -' "$work/checked")" "1 $((count + 1))"
while IFS= read -r line; do
    case $line in
    "ok - "*) passed "${line#ok - }" ;;
    "not ok - "*)
        missed "${line#not ok - }"
        : >"$work/seen"
        ;;
    *) echo "$line" >>"$work/seen" ;;
    esac
done <"$work/checked"

# Damaged documents are not taken back in either.
gives 0 '' inspect sqlite:app.db --format json -o good.json
for change in 's/"format":"moult-snapshot.1",*//' 's/"level":[0-9]*/"level":"one"/' 's/"root"/"roof"/' 's/"kind":"table"/"kind":7/' \
    's/"digest":{/"surplus":1,"digest":{/' 's/"key":"a"/"key":"b"/' 's/}$//' 's/$/{}/'; do
    sed "$change" good.json >bad.json
    moult diff bad.json sqlite:app.db
    is "a snapshot changed by $change is refused" "$(cmp -s good.json bad.json && echo unchanged) $((code == 1 || code == 2)) $(grep -c '^moult: .*bad.json' "$work/err")" " 1 1"
done
done_testing
