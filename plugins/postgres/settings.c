/* SPDX-License-Identifier: Apache-2.0 */
/* settings.c - the settings that a text makes for its later statements, where they change what
 * those mean.  All others of a text are left out, or refused by classify.c. */
#include <stdlib.h>
#include <string.h>

#include "split.h"

static const char *const carried[] = {
    "search_path",
    "default_tablespace",
    "default_table_access_method",
    "timezone",
    "datestyle",
    "intervalstyle",
    "array_nulls",
    "transform_null_equals",
    "xmloption",
    "lc_monetary",
    "backslash_quote",
    "default_text_search_config",
    "role", /* last: what is set before may need the session's own rights */
};
#define CARRIED (sizeof carried / sizeof *carried)

static bool is_carried(const char *name, size_t n, size_t *number)
{
    for (*number = 0; *number < CARRIED; ++*number) {
        if (pgtoken_equal(name, n, carried[*number]))
            return true;
    }
    return false;
}

bool pgsettings_init(struct settings *s)
{
    *s = (struct settings){.session = calloc(CARRIED, sizeof *s->session),
                           .current = calloc(CARRIED, sizeof *s->current)};
    return s->session && s->current;
}

void pgsettings_free(struct settings *s)
{
    for (size_t i = 0; i < CARRIED; i++) {
        if (s->session)
            pgtext_free(&s->session[i]);
        if (s->current)
            pgtext_free(&s->current[i]);
    }
    free(s->session);
    free(s->current);
}

static bool copy(struct text *to, const struct text *from)
{
    pgtext_clear(to);
    if (from->n)
        pgtext_add(to, from->p, from->n);
    return !to->failed && !from->failed;
}

/* What SET LOCAL set ends with its transaction. */
static bool end_transaction(struct settings *s)
{
    bool ok = true;
    for (size_t i = 0; i < CARRIED; i++)
        ok &= copy(&s->current[i], &s->session[i]);
    s->txn = false;
    return ok;
}

/* LOCAL has an effect inside of a transaction only. */
static bool put(struct settings *s, size_t number, const struct text *value, bool local)
{
    if (local && !s->txn)
        return true;
    return copy(&s->current[number], value) && (local || copy(&s->session[number], value));
}

/* The value of a plain string literal, 'a''b'; false: it is something else. */
static bool literal(const struct sentence *s, uint32_t i, struct text *out)
{
    const struct token *t = pgsentence_at(s, i);
    const char *p = s->text + t->at;
    if (t->kind != TOKEN_STRING || *p != '\'')
        return false;
    for (size_t k = 1; k + 1 < t->n; k++) {
        pgtext_char(out, p[k]);
        k += p[k] == '\'';
    }
    return true;
}

/* SELECT [pg_catalog.]set_config('name', 'value', local) */
static bool take_set_config(struct settings *s, const struct sentence *q, const char **why)
{
    uint32_t i = pgsentence_op(q, 2, '.') ? 5 : 3;
    CLEANUP_TEXT struct text name = {0}, value = {0}, sql = {0};
    size_t number;
    if (!literal(q, i, &name) || !literal(q, i + 2, &value)) {
        *why = "set_config() of anything but plain strings";
        return true;
    }
    if (name.failed || value.failed)
        return false;
    if (!name.p || !is_carried(name.p, name.n, &number))
        return true;
    pgtext_z(&sql, "SELECT pg_catalog.set_config('");
    pgtext_add(&sql, name.p, name.n);
    pgtext_z(&sql, "', ");
    pgtext_literal(&sql, value.p ? value.p : "", value.n);
    pgtext_z(&sql, ", false);");
    return !sql.failed && put(s, number, &sql, pgsentence_is(q, i + 4, "true"));
}

/* The setting that is named at token I, which some have words of SQL for: TIME ZONE, SCHEMA, XML
 * OPTION. */
static bool named(const struct sentence *q, uint32_t i, size_t *number)
{
    const struct token *name = pgsentence_at(q, i);
    const char *words = pgsentence_is(q, i, "time")     ? "timezone"
                        : pgsentence_is(q, i, "schema") ? "search_path"
                        : pgsentence_is(q, i, "xml")    ? "xmloption"
                                                        : NULL;
    return words ? is_carried(words, strlen(words), number)
                 : is_carried(q->text + name->at, name->n, number);
}

static const char standard_strings[] = "standard_conforming_strings";

bool pgsettings_carries(const struct sentence *s, uint32_t i)
{
    size_t number;
    return named(s, i, &number) || pgsentence_is(s, i, standard_strings);
}

const char *pgsettings_refuse(const struct settings *s, const struct sentence *statement)
{
    for (uint32_t i = 0; s->escapes && i < statement->count; i++) {
        const struct token *t = pgsentence_at(statement, i);
        const char *p = statement->text + t->at;
        if (t->kind == TOKEN_STRING && *p == '\'' && memchr(p, '\\', t->n))
            return "a string with a backslash, while standard_conforming_strings is off: write E''";
    }
    return NULL;
}

/* SET [SESSION | LOCAL] name = value */
static bool take_set(struct settings *s, const struct sentence *q)
{
    bool local = pgsentence_is(q, 1, "local");
    uint32_t i = local || pgsentence_is(q, 1, "session") ? 2 : 1;
    const struct token *name = pgsentence_at(q, i), *last = pgsentence_at(q, q->count - 1);
    size_t number;
    if (pgsentence_is(q, i, standard_strings)) {
        const char *p = q->text + last->at;
        s->escapes = !(pgtoken_equal(p, last->n, "on") || pgtoken_equal(p, last->n, "true") ||
                       pgtoken_equal(p, last->n, "'on'") || pgtoken_equal(p, last->n, "default"));
        return true;
    }
    if (!named(q, i, &number))
        return true;
    CLEANUP_TEXT struct text sql = {0};
    if (!pgtoken_is(q->text, last, "default")) {
        pgtext_z(&sql, "SET ");
        pgtext_add(&sql, q->text + name->at, last->at + last->n - name->at);
        pgtext_char(&sql, ';');
    }
    return !sql.failed && put(s, number, &sql, local);
}

static bool take_reset(struct settings *s, const struct sentence *q)
{
    static const struct text none = {0};
    size_t number;
    bool ok = true, all = pgsentence_is(q, 1, "all");
    if (all || pgsentence_is(q, 1, standard_strings))
        s->escapes = false;
    if (!all && named(q, 1, &number))
        return put(s, number, &none, false);
    for (size_t i = 0; all && i + 1 < CARRIED; i++) /* the role is no part of "all" */
        ok &= put(s, i, &none, false);
    return ok;
}

bool pgsettings_take(struct settings *s, const struct sentence *q, const char **why)
{
    if (pgsentence_is(q, 0, "begin") || pgsentence_is(q, 0, "start")) {
        s->txn = true;
        return true;
    }
    if (pgsentence_is(q, 0, "commit") || pgsentence_is(q, 0, "end"))
        return end_transaction(s);
    if (pgsentence_is(q, 0, "select"))
        return take_set_config(s, q, why);
    return pgsentence_is(q, 0, "reset") ? take_reset(s, q) : take_set(s, q);
}

void pgsettings_write(const struct settings *s, struct text *out)
{
    for (size_t i = 0; i < CARRIED; i++) {
        if (s->current[i].n)
            pgtext_add(out, s->current[i].p, s->current[i].n);
        out->failed |= s->current[i].failed;
    }
}

size_t pgsettings_length(const char *sql, size_t len)
{
    size_t end = 0;
    for (;;) {
        struct token first = pgtoken_next(sql, len, end), t = first;
        struct token next = pgtoken_next(sql, len, t.at + t.n);
        struct token dot = pgtoken_next(sql, len, next.at + next.n);
        struct token name = pgtoken_next(sql, len, dot.at + dot.n);
        bool select = pgtoken_is(sql, &first, "select") && pgtoken_is(sql, &next, "pg_catalog") &&
                      pgtoken_is_op(sql, &dot, '.') && pgtoken_is(sql, &name, "set_config");
        if (!select && !pgtoken_is(sql, &first, "set"))
            return end;
        while (t.kind != TOKEN_END && t.kind != TOKEN_BAD && !pgtoken_is_op(sql, &t, ';'))
            t = pgtoken_next(sql, len, t.at + t.n);
        if (!pgtoken_is_op(sql, &t, ';'))
            return end; /* the statement itself sets something */
        end = t.at + 1;
    }
}
