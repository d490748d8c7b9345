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

void say_using(struct rendering *r, struct span column, struct span from, struct span to)
{
    char a[NAME_SIZE], b[NAME_SIZE];
    bool a_array, b_array;
    base_name(from, a, &a_array);
    base_name(to, b, &b_array);
    enum family fa = family_of(a), fb = family_of(b);
    if (a_array == b_array && (strcmp(a, b) == 0 || (fa != OTHER && fa == fb)))
        return;
    if (!a_array && !b_array && fb == STRING)
        return;
    if (!a_array && b_array && strcmp(a, b) == 0)
        say(r, " USING CASE WHEN % IS NULL THEN NULL ELSE ARRAY[%] END", column, column);
    else if (a_array == b_array &&
             (fa == STRING || (fa == BOOLEAN && strcmp(b, "integer") == 0) ||
              (fb == BOOLEAN && strcmp(a, "integer") == 0)))
        say(r, " USING %::%", column, to);
    else
        say(r, " USING %::text%::%", column, span_of(a_array && b_array ? "[]" : ""), to);
}

const char *usual_storage(struct span type)
{
    return span_starts(type, "numeric") || span_is(type, "inet") || span_is(type, "cidr") ? "MAIN"
                                                                                         : "EXTENDED";
}

/* The number in "(N)"; 0: there is none. */
static unsigned long modifier(struct span type)
{
    const char *open = type.n ? memchr(type.p, '(', type.n) : NULL;
    return open ? strtoul(open + 1, NULL, 10) : 0;
}

void type_facts(struct span from, struct span to, bool *rewrites, bool *scans, bool *loses)
{
    char a[NAME_SIZE], b[NAME_SIZE];
    bool a_array, b_array;
    base_name(from, a, &a_array);
    base_name(to, b, &b_array);
    unsigned long n = modifier(from), m = modifier(to);
    bool wider = !m || (n && m >= n);
    bool texts = (strcmp(a, "character varying") == 0 || strcmp(a, "text") == 0) &&
                 (strcmp(b, "character varying") == 0 || strcmp(b, "text") == 0);
    *scans = *rewrites = true;
    *loses = true;
    if (a_array != b_array)
        return;
    if (texts && wider && (n || !m)) {
        *rewrites = *scans = *loses = false;
    } else if (strcmp(a, b) == 0 && wider && (n || !m)) {
        bool plain = strcmp(a, "character") != 0;
        const char *x = memchr(from.p, ',', from.n), *y = memchr(to.p, ',', to.n);
        *loses = strcmp(a, "numeric") == 0 && x && y ? atoi(x + 1) > atoi(y + 1) : false;
        *rewrites = *scans = !plain || *loses ||
                             (strcmp(a, "numeric") == 0 && x && y && atoi(x + 1) != atoi(y + 1));
    } else if (texts || strcmp(a, b) == 0) {
        *loses = false; /* what does not fit is refused */
    } else {
        static const char *const wider_numbers[] = {"smallint", "integer", "bigint", "numeric"};
        int from_rank = -1, to_rank = -1;
        for (int i = 0; i < 4; i++) {
            from_rank = strcmp(a, wider_numbers[i]) == 0 ? i : from_rank;
            to_rank = strcmp(b, wider_numbers[i]) == 0 ? i : to_rank;
        }
        *loses = !(from_rank >= 0 && to_rank >= 0) &&
                 !(family_of(b) == STRING && m == 0 && strcmp(b, "character") != 0);
    }
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
