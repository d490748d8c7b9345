/* SPDX-License-Identifier: Apache-2.0 */
/* logical.c - the database-neutral type of a MySQL type.  Whether it is unsigned does not count:
 * the others know no such types. */
#include <stdio.h>

#include "inspect.h"

static const struct {
    const char *type, *logical; /* MODIFIER: "(p,s)" goes with it */
    bool modifier;
} types[] = {
    {"tinyint", "int16", false},
    {"smallint", "int16", false},
    {"mediumint", "int32", false},
    {"int", "int32", false},
    {"bigint", "int64", false},
    {"year", "int16", false},
    {"decimal", "decimal", true},
    {"float", "float32", false},
    {"double", "float64", false},
    {"char", "char", true},
    {"varchar", "varchar", true},
    {"tinytext", "text", false},
    {"text", "text", false},
    {"mediumtext", "text", false},
    {"longtext", "text", false},
    {"binary", "bytes", false},
    {"varbinary", "bytes", false},
    {"tinyblob", "bytes", false},
    {"blob", "bytes", false},
    {"mediumblob", "bytes", false},
    {"longblob", "bytes", false},
    {"date", "date", false},
    {"time", "time", false},
    {"datetime", "timestamp", false},
    {"timestamp", "timestamptz", false},
    {"uuid", "uuid", false},
    {"json", "json", false},
    {"enum", "enum", false},
};

void mylogical(struct slice type, bool json, char out[48])
{
    size_t name = 0, end;
    while (name < type.n && type.p[name] >= 'a' && type.p[name] <= 'z')
        name++;
    const char *close = memchr(type.p, ')', type.n);
    end = name < type.n && type.p[name] == '(' && close ? (size_t)(close - type.p) + 1 : name;
    struct slice whole = {type.p, end};
    const char *found = "other";
    bool modifier = false;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (strlen(types[i].type) == name && memcmp(types[i].type, type.p, name) == 0) {
            found = types[i].logical;
            modifier = types[i].modifier;
        }
    }
    if (json)
        found = "json";
    else if (slice_is(whole, "tinyint(1)") || slice_is(whole, "bit(1)"))
        found = "bool";
    size_t rest = modifier && end - name < 24 ? end - name : 0;
    snprintf(out, 48, "%s%.*s", found, (int)rest, type.p + name);
}
