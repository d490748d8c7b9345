/* SPDX-License-Identifier: Apache-2.0 */
/* logical.c - the database-neutral type of a PostgreSQL type. */
#include <stdio.h>
#include <string.h>

#include "inspect.h"

/* The server's names, without modifiers; %s stands for "(p,s)" where it has one. */
static const struct {
    const char *type, *logical;
} types[] = {
    {"boolean", "bool"},
    {"smallint", "int16"},
    {"integer", "int32"},
    {"bigint", "int64"},
    {"numeric", "decimal"},
    {"real", "float32"},
    {"double precision", "float64"},
    {"text", "text"},
    {"citext", "text"},
    {"character varying", "varchar"},
    {"character", "char"},
    {"bytea", "bytes"},
    {"date", "date"},
    {"time without time zone", "time"},
    {"timestamp without time zone", "timestamp"},
    {"timestamp with time zone", "timestamptz"},
    {"interval", "interval"},
    {"uuid", "uuid"},
    {"json", "json"},
    {"jsonb", "json"},
};

/* "character varying(20)" and "time(3) without time zone" without what is in parentheses. */
static void split(struct slice type, char name[64], char modifier[16])
{
    size_t n = 0, m = 0;
    bool inside = false;
    for (size_t i = 0; i < type.n; i++) {
        char c = type.p[i];
        inside |= c == '(';
        if (inside && c != '(' && c != ')' && m < 15)
            modifier[m++] = c;
        else if (!inside && n < 63)
            name[n++] = c;
        inside &= c != ')';
    }
    name[n] = modifier[m] = '\0';
}

void postgres_logical(struct slice type, char out[48])
{
    char name[64], modifier[16];
    bool array = type.n > 2 && memcmp(type.p + type.n - 2, "[]", 2) == 0;
    if (array)
        type.n -= 2;
    split(type, name, modifier);
    const char *found = "other";
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (strcmp(types[i].type, name) == 0)
            found = types[i].logical;
    }
    bool sized = *modifier && (strcmp(found, "decimal") == 0 || strcmp(found, "varchar") == 0 ||
                               strcmp(found, "char") == 0);
    if (strcmp(found, "varchar") == 0 && !sized)
        found = "text";
    snprintf(out, 48, "%s%s%s%s%s%s", array ? "array(" : "", found, sized ? "(" : "",
             sized ? modifier : "", sized ? ")" : "", array ? ")" : "");
}

/* Built-in types that most columns are of. */
#define DEFAULT_COLLATION 100u
static const struct {
    uint32_t oid, collation;
    char storage;
    const char *text;
} known[] = {
    {16, 0, 'p', "boolean"},
    {17, 0, 'x', "bytea"},
    {20, 0, 'p', "bigint"},
    {21, 0, 'p', "smallint"},
    {23, 0, 'p', "integer"},
    {25, DEFAULT_COLLATION, 'x', "text"},
    {26, 0, 'p', "oid"},
    {114, 0, 'x', "json"},
    {700, 0, 'p', "real"},
    {701, 0, 'p', "double precision"},
    {1007, 0, 'x', "integer[]"},
    {1009, DEFAULT_COLLATION, 'x', "text[]"},
    {1043, DEFAULT_COLLATION, 'x', "character varying"},
    {1082, 0, 'p', "date"},
    {1114, 0, 'p', "timestamp without time zone"},
    {1184, 0, 'p', "timestamp with time zone"},
    {1700, 0, 'm', "numeric"},
    {2950, 0, 'p', "uuid"},
    {3802, 0, 'x', "jsonb"},
};

/* Types with a length or precision: what format_type writes for them. */
static bool sized_type(struct inspect *in, struct type *t, int32_t modifier)
{
    char text[48];
    int32_t n = modifier - 4; /* without the header that it counts */
    if (modifier < 4)
        return false;
    if (t->id.oid == 1043)
        snprintf(text, sizeof text, "character varying(%d)", n);
    else if (t->id.oid == 1042)
        snprintf(text, sizeof text, "character(%d)", n);
    else if (t->id.oid == 1700 && (n & 0x7ff) <= 1000)
        snprintf(text, sizeof text, "numeric(%d,%d)", n >> 16 & 0xffff, n & 0x7ff);
    else
        return false;
    t->text = pginspect_copy(in, slice_z(text));
    t->collation = t->id.oid == 1700 ? 0 : DEFAULT_COLLATION;
    t->storage = t->id.oid == 1700 ? 'm' : 'x';
    return t->text.p;
}

bool postgres_known_type(struct inspect *in, struct type *t)
{
    int32_t modifier = (int32_t)t->id.modifier;
    if (modifier >= 0)
        return sized_type(in, t, modifier);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (known[i].oid != t->id.oid)
            continue;
        t->text = slice_z(known[i].text);
        t->collation = known[i].collation;
        t->storage = known[i].storage;
        return true;
    }
    return false;
}
