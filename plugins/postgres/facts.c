/* SPDX-License-Identifier: Apache-2.0 */
/* facts.c - what changes of columns cost: which types take each other's values, and which rows are
 * written or read for it.  What is not known is taken to be dear. */
#include <stdio.h>
#include <stdlib.h>

#include "render.h"

#define NAME_SIZE 96

/* The type without modifiers and array brackets: "timestamp with time zone". */
static void base_name(struct span type, char out[NAME_SIZE], bool *array)
{
    size_t n = 0, depth = 0;
    *array = type.n > 2 && type.p[type.n - 1] == ']';
    for (size_t i = 0; i < type.n && n < NAME_SIZE - 1; i++) {
        char c = type.p[i];
        depth += c == '(';
        if (!depth && c != '[' && c != ']')
            out[n++] = c;
        depth -= depth && c == ')';
    }
    out[n] = '\0';
}

enum family { OTHER, NUMBER, STRING, DATETIME, TIME, JSON, BOOLEAN };

static enum family family_of(const char *name)
{
    static const struct {
        const char *name;
        enum family family;
    } known[] = {
        {"smallint", NUMBER}, {"integer", NUMBER}, {"bigint", NUMBER}, {"numeric", NUMBER},
        {"real", NUMBER}, {"double precision", NUMBER}, {"text", STRING},
        {"character varying", STRING}, {"character", STRING}, {"\"char\"", STRING},
        {"name", STRING}, {"date", DATETIME}, {"timestamp without time zone", DATETIME},
        {"timestamp with time zone", DATETIME}, {"time without time zone", TIME},
        {"time with time zone", TIME}, {"json", JSON}, {"jsonb", JSON}, {"boolean", BOOLEAN}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(name, known[i].name) == 0)
            return known[i].family;
    return OTHER;
}

bool converts(struct span from, struct span to)
{
    char a[NAME_SIZE], b[NAME_SIZE];
    bool a_array, b_array;
    base_name(from, a, &a_array);
    base_name(to, b, &b_array);
    enum family fa = family_of(a), fb = family_of(b);
    return (a_array == b_array && (strcmp(a, b) == 0 || (fa != OTHER && fa == fb))) ||
           (!a_array && !b_array && fb == STRING);
}

void say_value(struct rendering *r, struct span column, struct span from, struct span to)
{
    char a[NAME_SIZE], b[NAME_SIZE];
    bool a_array, b_array;
    base_name(from, a, &a_array);
    base_name(to, b, &b_array);
    enum family fa = family_of(a), fb = family_of(b);
    bool cast = converts(from, to) || fa == STRING ||
                (fa == BOOLEAN && strcmp(b, "integer") == 0) ||
                (fb == BOOLEAN && strcmp(a, "integer") == 0);
    if (!a_array && b_array && strcmp(a, b) == 0)
        say(r, "CASE WHEN % IS NULL THEN NULL ELSE ARRAY[%] END", column, column);
    else if (a_array == b_array && cast)
        say(r, "%::%", column, to);
    else
        say(r, "%::text%::%", column, span_of(a_array && b_array ? "[]" : ""), to);
}

void say_using(struct rendering *r, struct span column, struct span from, struct span to)
{
    if (converts(from, to))
        return;
    say(r, " USING ");
    say_value(r, column, from, to);
}

const char *usual_storage(struct span type)
{
    return span_starts(type, "numeric") || span_is(type, "inet") || span_is(type, "cidr") ? "MAIN"
                                                                                         : "EXTENDED";
}

/* "(12,2)" of a type: how long, and of numbers how exact. */
struct size {
    bool any;
    long length, scale;
};

static struct size size_of(struct span type)
{
    const char *open = type.n ? memchr(type.p, '(', type.n) : NULL, *comma = NULL;
    struct size s = {.any = open};
    if (!open)
        return s;
    s.length = strtol(open + 1, NULL, 10);
    comma = memchr(open, ',', type.n - (size_t)(open - type.p));
    s.scale = comma ? strtol(comma + 1, NULL, 10) : 0;
    return s;
}

/* Has every value of the size A one of the size B, with the same bytes? */
static bool holds(struct size a, struct size b, bool number)
{
    if (!b.any)
        return true;
    return a.any && b.length >= a.length && (!number || a.scale == b.scale);
}

/* The same type in another size.  What is too long is refused; what is too exact is rounded. */
static void size_facts(const char *name, struct size a, struct size b, bool *rewrites, bool *loses)
{
    bool number = strcmp(name, "numeric") == 0;
    bool rounds = number || family_of(name) == DATETIME || family_of(name) == TIME ||
                  strcmp(name, "interval") == 0;
    bool held = holds(a, b, number);
    *rewrites = !held || strcmp(name, "character") == 0; /* it is filled up with blanks */
    *loses = !held && rounds && (number ? !a.any || b.scale < a.scale : true);
}

/* Does every number, or day, of A have its like in B? */
static bool is_wider(const char *a, const char *b)
{
    static const char *const wider[][2] = {
        {"smallint", "integer"}, {"smallint", "bigint"}, {"integer", "bigint"},
        {"smallint", "numeric"}, {"integer", "numeric"}, {"bigint", "numeric"},
        {"smallint", "real"}, {"smallint", "double precision"}, {"integer", "double precision"},
        {"real", "double precision"}, {"date", "timestamp without time zone"}};
    for (size_t i = 0; i < sizeof wider / sizeof *wider; i++)
        if (strcmp(a, wider[i][0]) == 0 && strcmp(b, wider[i][1]) == 0)
            return true;
    return false;
}

void type_facts(struct span from, struct span to, bool *rewrites, bool *scans, bool *loses)
{
    char a[NAME_SIZE], b[NAME_SIZE];
    bool a_array, b_array;
    struct size n = size_of(from), m = size_of(to);
    base_name(from, a, &a_array);
    base_name(to, b, &b_array);
    bool texts = (strcmp(a, "character varying") == 0 || strcmp(a, "text") == 0) &&
                 (strcmp(b, "character varying") == 0 || strcmp(b, "text") == 0);
    bool alike = strcmp(a, "cidr") == 0 && strcmp(b, "inet") == 0; /* the same bytes */
    *rewrites = *loses = true;
    if (a_array == b_array && texts) {
        size_facts("text", n, m, rewrites, loses);
    } else if (a_array == b_array && (alike || strcmp(a, b) == 0)) {
        size_facts(b, n, m, rewrites, loses);
    } else if (a_array == b_array) {
        bool number = strcmp(b, "numeric") == 0;
        bool text = family_of(b) == STRING && strcmp(b, "character") != 0;
        *loses = !(text && !m.any) && !(is_wider(a, b) && !(number && m.any && m.scale < 0));
    } else {
        *loses = !b_array || strcmp(a, b) != 0; /* each value becomes an array of one */
    }
    *rewrites |= a_array; /* each element is looked at, whatever its type */
    *scans = *rewrites;
}

/* Length of the name of a type behind "::", with its modifiers. */
static size_t cast_length(struct span s)
{
    size_t at = 0, depth = 0;
    while (at < s.n) {
        char c = s.p[at];
        size_t n = sql_token(span_after(s, at));
        bool part = n > 1 || (c >= 'a' && c <= 'z') || c == '.' || c == ' ' || c == '[' || c == ']' ||
                    c == '(' || depth;
        if (!part)
            break;
        depth += c == '(';
        depth -= depth && c == ')';
        at += n;
    }
    return at;
}

/* A default that gives every row the same value, as far as can be told. */
static bool is_constant(struct span expression)
{
    static const char *const stable[] = {"CURRENT_TIMESTAMP", "CURRENT_DATE", "LOCALTIMESTAMP",
                                         "now()", "CURRENT_USER", "LOCALTIME", "CURRENT_TIME"};
    for (size_t i = 0; i < sizeof stable / sizeof *stable; i++)
        if (span_is(expression, stable[i]))
            return true;
    for (size_t at = 0; at < expression.n;) {
        struct span rest = span_after(expression, at);
        char c = *rest.p;
        if (span_starts(rest, "::")) {
            at += 2;
            at += cast_length(span_after(expression, at));
            continue;
        }
        size_t n = sql_token(rest);
        bool name = c == '"' || c == MOULT_MARK_OPEN || (c >= 'a' && c <= 'z') || c == '_';
        if (name && n < rest.n && rest.p[n] == '(')
            return false; /* a function: it may give another value each time */
        at += n;
    }
    return true;
}

bool column_rewrites(const moult_host *host, const moult_node *column)
{
    const moult_node *value = node_child(host, column, "default", span_of(""));
    if (node_has(host, column, "generated"))
        return !node_flag(host, column, "virtual");
    return node_has(host, column, "identity") ||
           (value && !is_constant(node_text(host, value, "expression")));
}
