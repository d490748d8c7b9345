/* SPDX-License-Identifier: Apache-2.0 */
/* confine-text.c - what of a statement matters to who may run it. */
#include <stdlib.h>
#include <string.h>

#include "confine.h"
#include "split.h"

static void cleanup_sentence(struct sentence *s)
{
    free(s->tokens);
}
#define SENTENCE(s, sql)                                                                           \
    __attribute__((cleanup(cleanup_sentence))) struct sentence s = {0};                            \
    struct cut s##_cut;                                                                            \
    if (!pgcut(sql, strlen(sql), 0, &s, &s##_cut) || !(s).count)                                   \
    return false

static bool is_any(const struct sentence *s, uint32_t i, const char *const *words)
{
    for (; *words; words++) {
        if (pgsentence_is(s, i, *words))
            return true;
    }
    return false;
}

/* Does token T of TEXT name the role NAME? */
static bool names(const char *text, const struct token *t, const char *name)
{
    CLEANUP_TEXT struct text bare = {0};
    const char *p = text + t->at;
    if (t->kind == TOKEN_WORD) {
        for (size_t i = 0; i < t->n; i++)
            pgtext_char(&bare, (char)(p[i] >= 'A' && p[i] <= 'Z' ? p[i] - 'A' + 'a' : p[i]));
    } else if (t->kind == TOKEN_QUOTED && *p == '"') {
        for (size_t i = 1; i + 1 < t->n; i++) {
            pgtext_char(&bare, p[i]);
            i += p[i] == '"';
        }
    }
    return !bare.failed && bare.n && strcmp(bare.p, name) == 0;
}

/* ---- names of the acting role ---- */

/* Is what follows token I a list of roles? */
static bool before_roles(const struct sentence *s, uint32_t i, bool grants)
{
    bool defaults = pgsentence_is(s, 1, "default");
    if (grants)
        return pgsentence_is(s, i, "to") || pgsentence_is(s, i, "from") ||
               (pgsentence_is(s, i, "by") && pgsentence_is(s, i - 1, "granted")) ||
               (defaults && (pgsentence_is(s, i, "role") || pgsentence_is(s, i, "user")) &&
                pgsentence_is(s, i - 1, "for"));
    return (pgsentence_is(s, i, "to") && i && pgsentence_is(s, i - 1, "owner")) ||
           (pgsentence_is(s, i, "authorization") && pgsentence_is(s, 0, "create"));
}

static bool ends_roles(const struct sentence *s, uint32_t i)
{
    static const char *const words[] = {"with",  "cascade", "restrict", "granted", "grant",
                                        "revoke", "in",     "on",       "create",  NULL};
    return is_any(s, i, words);
}

/* A role in a list is a word on its own: "GRANT a ON b TO c" has none before TO. */
static void translate(struct text *out, const struct sentence *s, const char *acting,
                      const char *stand_in)
{
    bool grants = pgsentence_is(s, 0, "grant") || pgsentence_is(s, 0, "revoke") ||
                  (pgsentence_is(s, 0, "alter") && pgsentence_is(s, 1, "default"));
    uint32_t index = pgsentence_is(s, 1, "unique") ? 2 : 1;
    bool makes_index = pgsentence_is(s, 0, "create") && pgsentence_is(s, index, "index");
    static const char *const self[] = {"session_user", "current_user", "current_role", NULL};
    bool roles = false;
    size_t done = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        const struct token *t = pgsentence_at(s, i);
        bool role = roles && (names(s->text, t, acting) || is_any(s, i, self));
        if (role || (makes_index && i == index + 1 && pgsentence_is(s, i, "concurrently"))) {
            pgtext_add(out, s->text + done, t->at - done);
            if (role)
                pgtext_name(out, stand_in, strlen(stand_in));
            done = t->at + t->n;
        }
        roles = before_roles(s, i, grants) || (roles && !ends_roles(s, i));
    }
    pgtext_z(out, s->text + done);
}

static bool translated(struct text *out, const char *sql, const char *acting, const char *stand_in)
{
    SENTENCE(s, sql);
    translate(out, &s, acting, stand_in);
    return true;
}

void pgconfine_translate(struct text *out, const char *sql, const char *acting,
                         const char *stand_in)
{
    if (!translated(out, sql, acting, stand_in))
        pgtext_z(out, sql);
}

bool pgconfine_changes_role(const char *sql, size_t len, const char *acting)
{
    for (struct token t = pgtoken_next(sql, len, 0); t.kind != TOKEN_END;) {
        struct token set = t;
        t = pgtoken_next(sql, len, t.at + t.n);
        if (!pgtoken_is(sql, &set, "set") || !pgtoken_is(sql, &t, "role"))
            continue;
        struct token name = pgtoken_next(sql, len, t.at + t.n);
        if (pgtoken_is_op(sql, &name, '=') || pgtoken_is(sql, &name, "to"))
            name = pgtoken_next(sql, len, name.at + name.n);
        if (!names(sql, &name, acting) && !pgtoken_is(sql, &name, "none"))
            return true;
    }
    return false;
}

/* ---- what the superuser may run ---- */

static bool ends_in_owner(const struct sentence *s)
{
    return s->count > 4 && pgsentence_is(s, s->count - 3, "owner") &&
           pgsentence_is(s, s->count - 2, "to");
}

static const char *const routines[] = {"function", "procedure", "routine", "aggregate", NULL};

/* Of the kinds that are not here, some evaluate expressions: tables, domains, indexes. */
static bool harmless_alter(const struct sentence *s)
{
    static const char *const kinds[] = {
        "default",     "extension",    "event",  "language",  "foreign",    "server", "user",
        "publication", "subscription", "function", "procedure", "routine",  "aggregate",
        "operator",    "collation",    "text",   "conversion", "schema",    "procedural",
        "policy",      "trigger",      "rule",   "sequence",   "statistics", "view", NULL};
    uint32_t last = s->count - 3;
    bool table = pgsentence_is(s, 1, "foreign") && pgsentence_is(s, 2, "table");
    bool renames = s->count > 5 && ((pgsentence_is(s, last, "rename") &&
                                     pgsentence_is(s, last + 1, "to")) ||
                                    (pgsentence_is(s, last, "set") &&
                                     pgsentence_is(s, last + 1, "schema")));
    return ends_in_owner(s) || renames || (is_any(s, 1, kinds) && !table);
}

/* A cast by a function would be in force in moult's own queries. */
static bool harmless_cast(const struct sentence *s)
{
    uint32_t with = pgsentence_find(s, 2, "with");
    return pgsentence_is(s, with + 1, "inout") ||
           pgsentence_find(s, 2, "without") < s->count;
}

/* The library of a function in C is loaded when it is made. */
static bool strange_library(const struct sentence *s)
{
    static const char usual[] = "'$libdir/";
    uint32_t as = pgsentence_find(s, 2, "as");
    const struct token *t = pgsentence_at(s, as + 1);
    const char *p = s->text + t->at;
    return t->kind == TOKEN_STRING && memchr(p, '/', t->n) &&
           (t->n < sizeof usual || memcmp(p, usual, sizeof usual - 1) != 0);
}

static bool harmless_create(const struct sentence *s, uint32_t i, const char **why)
{
    static const char *const kinds[] = {
        "extension", "event",     "language", "procedural", "trusted",   "server",
        "user",      "operator",  "text",     "access",     "transform", "publication",
        "schema",    "policy",    "trigger",  "constraint", "rule",      "view",
        "sequence",  "statistics", "type",    "conversion", "collation", "subscription",
        "recursive", "function",  "procedure", "aggregate", NULL};
    if (pgsentence_is(s, i + 1, "pg_catalog") && pgsentence_op(s, i + 2, '.'))
        return false;
    if (pgsentence_is(s, i, "cast"))
        return harmless_cast(s);
    if (pgsentence_is(s, i, "foreign"))
        return pgsentence_is(s, i + 1, "data");
    uint32_t language = pgsentence_find(s, 2, "language");
    if (is_any(s, i, routines) && strange_library(s) &&
        (pgsentence_is(s, language + 1, "c") || pgsentence_at(s, language + 1)->kind == TOKEN_STRING)) {
        *why = "a function in C of a library that is not in $libdir is not loaded";
        return false;
    }
    return is_any(s, i, kinds);
}

bool pgconfine_is_harmless(const char *sql, const char **why)
{
    static const char *const always[] = {"comment", "security", "grant", "revoke", "drop", NULL};
    *why = NULL;
    SENTENCE(s, sql);
    if (is_any(&s, 0, always))
        return true;
    if (pgsentence_is(&s, 0, "alter"))
        return harmless_alter(&s);
    bool replace = pgsentence_is(&s, 1, "or") && pgsentence_is(&s, 2, "replace");
    return pgsentence_is(&s, 0, "create") && harmless_create(&s, replace ? 3 : 1, why);
}

/* ---- what is put off ---- */

bool pgconfine_wakes(const char *sql)
{
    SENTENCE(s, sql);
    return pgsentence_is(&s, 0, "alter") && pgsentence_is(&s, 1, "event") &&
           pgsentence_is(&s, 2, "trigger") && pgsentence_is(&s, 4, "enable") && s.count > 5;
}

bool pgconfine_routine(const char *sql)
{
    SENTENCE(s, sql);
    bool replace = pgsentence_is(&s, 1, "or") && pgsentence_is(&s, 2, "replace");
    return pgsentence_is(&s, 0, "create") && is_any(&s, replace ? 3 : 1, routines);
}

bool pgconfine_stays(const char *sql, const char *role)
{
    SENTENCE(s, sql);
    bool kind = (pgsentence_is(&s, 1, "event") && pgsentence_is(&s, 2, "trigger")) ||
                (pgsentence_is(&s, 1, "foreign") && pgsentence_is(&s, 2, "data"));
    return pgsentence_is(&s, 0, "alter") && kind && ends_in_owner(&s) &&
           names(sql, pgsentence_at(&s, s.count - 1), role);
}

bool pgconfine_makes_server(const char *sql, struct text *name)
{
    SENTENCE(s, sql);
    uint32_t i = 2;
    if (!pgsentence_is(&s, 0, "create") || !pgsentence_is(&s, 1, "server"))
        return false;
    if (pgsentence_is(&s, i, "if"))
        i += 3;
    const struct token *t = pgsentence_at(&s, i);
    pgtext_add(name, sql + t->at, t->n);
    return !name->failed;
}

bool pgconfine_gives_routine(const char *sql, struct text *role)
{
    SENTENCE(s, sql);
    if (!pgsentence_is(&s, 0, "alter") || !is_any(&s, 1, routines) || !ends_in_owner(&s))
        return false;
    const struct token *t = pgsentence_at(&s, s.count - 1);
    pgtext_add(role, sql + t->at, t->n);
    return !role->failed;
}
