/* SPDX-License-Identifier: Apache-2.0 */
/* classify.c - what a statement of untrusted text would do, by the words that it begins with. 
 * Whatever is not known is refused. */
#include <string.h>

#include "split.h"

static struct verdict klass(uint32_t k)
{
    return (struct verdict){.klass = k};
}

static struct verdict refused(const char *why)
{
    return (struct verdict){.klass = MOULT_STMT_REFUSED, .why = why};
}

static struct verdict about(const struct sentence *s, uint32_t i, uint32_t k, const char *why)
{
    const struct token *t = pgsentence_at(s, i);
    return (struct verdict){.klass = k, .why = why, .about = s->text + t->at, .about_len = t->n};
}

static struct verdict refused_at(const struct sentence *s, uint32_t i, const char *why)
{
    return about(s, i, MOULT_STMT_REFUSED, why);
}

/* Is token I one of WORDS, which ends in NULL? */
static bool is_any(const struct sentence *s, uint32_t i, const char *const *words)
{
    for (; *words; words++) {
        if (pgsentence_is(s, i, *words))
            return true;
    }
    return false;
}

/* Kinds of objects that are the whole server's, or another database. */
static const char *shared_kind(const struct sentence *s, uint32_t i)
{
    if (pgsentence_is(s, i, "database"))
        return "%.*s DATABASE is not about what is inside of a database";
    if (pgsentence_is(s, i, "tablespace"))
        return "%.*s TABLESPACE changes the whole server";
    if (pgsentence_is(s, i, "role") || pgsentence_is(s, i, "group") ||
        (pgsentence_is(s, i, "user") && !pgsentence_is(s, i + 1, "mapping")))
        return "%.*s ROLE changes the whole server";
    if (pgsentence_is(s, i, "system"))
        return "%.*s SYSTEM changes the whole server";
    if (pgsentence_is(s, i, "parameter"))
        return "%.*s ON PARAMETER changes the whole server";
    return NULL;
}

/* ---- CREATE, ALTER, DROP and what else is about objects ---- */

static const char *const kinds[] = {
    "access",  "aggregate", "cast",       "collation", "constraint",   "conversion",
    "default", "domain",    "event",      "extension", "foreign",      "function",
    "global",  "index",     "language",   "local",     "materialized", "operator",
    "or",      "policy",    "procedural", "procedure", "publication",  "recursive",
    "routine", "rule",      "schema",     "sequence",  "server",       "statistics",
    "table",   "temp",      "temporary",  "text",      "transform",    "trigger",
    "trusted", "type",      "unique",     "unlogged",  "user",         "view",
    NULL};

/* CREATE SUBSCRIPTION ... WITH (connect = false): only then nothing is connected to. */
static bool connects(const struct sentence *s)
{
    for (uint32_t i = pgsentence_find(s, 3, "with"); i < s->count; i++) {
        if (!pgsentence_is(s, i, "connect") || !pgsentence_op(s, i + 1, '='))
            continue;
        const struct token *t = pgsentence_at(s, i + 2);
        const char *p = s->text + t->at;
        bool quoted = t->kind == TOKEN_STRING && t->n > 2 && *p == '\'';
        size_t n = quoted ? t->n - 2 : t->n;
        p += quoted;
        return !(pgtoken_equal(p, n, "false") || pgtoken_equal(p, n, "off") ||
                 pgtoken_equal(p, n, "0"));
    }
    return true;
}

static struct verdict create(const struct sentence *s)
{
    static const char *const before[] = {"or",   "replace",   "global",   "local",
                                         "temp", "temporary", "unlogged", NULL};
    const char *why = shared_kind(s, 1);
    if (why)
        return refused_at(s, 0, why);
    if (pgsentence_is(s, 1, "subscription"))
        return connects(s) ? refused("CREATE SUBSCRIPTION connects to another server, unless it is"
                                     " made WITH (connect = false)")
                           : klass(MOULT_STMT_SCHEMA);
    if (!is_any(s, 1, kinds))
        return refused_at(s, 1, "CREATE %.*s is not understood");
    struct verdict v = klass(MOULT_STMT_SCHEMA);
    uint32_t i = 1;
    while (is_any(s, i, before))
        i++;
    bool materialized = pgsentence_is(s, i, "materialized");
    if (!materialized && !pgsentence_is(s, i, "table"))
        return v;
    uint32_t as = pgsentence_find(s, i, "as");
    v.fills = as < s->count;
    if (pgsentence_is(s, as + 1, "execute"))
        return refused("CREATE TABLE AS EXECUTE runs what cannot be seen");
    return v;
}

static struct verdict alter(const struct sentence *s)
{
    static const char *const of_subscription[] = {"owner", "rename", "disable", NULL};
    const char *why = shared_kind(s, 1);
    if (why)
        return refused_at(s, 0, why);
    if (pgsentence_is(s, 1, "subscription"))
        return is_any(s, 3, of_subscription)
                   ? klass(MOULT_STMT_SCHEMA)
                   : refused("ALTER SUBSCRIPTION may connect to another server");
    if (pgsentence_is(s, 1, "large"))
        return klass(MOULT_STMT_DATA);
    return is_any(s, 1, kinds) ? klass(MOULT_STMT_SCHEMA)
                               : refused_at(s, 1, "ALTER %.*s is not understood");
}

static struct verdict drop(const struct sentence *s)
{
    const char *why = shared_kind(s, 1);
    if (why)
        return refused_at(s, 0, why);
    if (pgsentence_is(s, 1, "subscription"))
        return refused("DROP SUBSCRIPTION may connect to another server");
    if (pgsentence_is(s, 1, "owned"))
        return refused("DROP OWNED takes away rights outside of the database, too");
    return is_any(s, 1, kinds) ? klass(MOULT_STMT_SCHEMA)
                               : refused_at(s, 1, "DROP %.*s is not understood");
}

/* COMMENT ON kind, SECURITY LABEL [FOR provider] ON kind */
static struct verdict label(const struct sentence *s)
{
    uint32_t on = pgsentence_find(s, 1, "on");
    const char *why = shared_kind(s, on + 1);
    if (on >= s->count || (pgsentence_is(s, 0, "security") && !pgsentence_is(s, 1, "label")))
        return refused_at(s, 0, "the statement that begins with %.*s is not understood");
    if (why)
        return refused_at(s, 0, why);
    return klass(pgsentence_is(s, on + 1, "large") ? MOULT_STMT_DATA : MOULT_STMT_SCHEMA);
}

static struct verdict grant(const struct sentence *s)
{
    uint32_t on = pgsentence_find(s, 1, "on");
    uint32_t to = pgsentence_find(s, 1, pgsentence_is(s, 0, "grant") ? "to" : "from");
    if (on >= s->count || on > to)
        return refused_at(s, 0, "%.*s of membership in a role changes the whole server");
    const char *why = shared_kind(s, on + 1);
    if (why)
        return refused_at(s, 0, why);
    return klass(pgsentence_is(s, on + 1, "large") ? MOULT_STMT_DATA : MOULT_STMT_SCHEMA);
}

/* ---- rows ---- */

static struct verdict copy(const struct sentence *s)
{
    uint32_t from = pgsentence_find(s, 1, "from"), to = pgsentence_find(s, 1, "to");
    uint32_t i = (from < to ? from : to) + 1;
    struct verdict v = klass(MOULT_STMT_DATA);
    v.rows_follow = pgsentence_is(s, i, "stdin") && from < to;
    if (v.rows_follow || pgsentence_is(s, i, "stdout"))
        return v;
    return refused(pgsentence_is(s, i, "program") ? "COPY ... PROGRAM runs a program on the server"
                                                  : "COPY reads or writes a file of the server");
}

/* Functions that a dump calls, and those that change nothing anywhere. */
static bool is_harmless(const struct sentence *s, uint32_t i)
{
    static const char *const known[] = {"setval",    "nextval",    "currval",
                                        "lastval",   "set_config", "current_setting",
                                        "now",       "version",    "pg_backend_pid",
                                        "count",     "min",        "max",
                                        "sum",       "pg_sleep",   "current_database",
                                        "lo_create", "lo_open",    "lowrite",
                                        "lo_close",  "lo_unlink",  NULL};
    return is_any(s, i, known);
}

/* Is it a word that SQL puts before a parenthesis, or a function of the grammar's own? */
static bool is_syntax(const char *p, size_t n)
{
    char word[32];
    if (n >= sizeof word)
        return false;
    for (size_t i = 0; i < n; i++)
        word[i] = (char)(p[i] >= 'A' && p[i] <= 'Z' ? p[i] - 'A' + 'a' : p[i]);
    return postgres_is_keyword(word, n) || pgtoken_equal(p, n, "by") ||
           pgtoken_equal(p, n, "exists") || pgtoken_equal(p, n, "over") ||
           pgtoken_equal(p, n, "filter") || pgtoken_equal(p, n, "recursive");
}

/* A query changes nothing, unless it calls what does.  Built-in operators and casts can be
 * replaced by a text's own only where it runs, and a query is left out. */
static struct verdict query(const struct sentence *s)
{
    if (pgsentence_find(s, 0, "into") < s->count)
        return refused("a query that makes a table is not understood: write CREATE TABLE ... AS");
    for (uint32_t i = 1; i < s->count; i++) {
        const struct token *t = pgsentence_at(s, i - 1);
        bool name = t->kind == TOKEN_QUOTED || (t->kind == TOKEN_WORD && !is_harmless(s, i - 1) &&
                                                !is_syntax(s->text + t->at, t->n));
        if (pgsentence_op(s, i, '(') && name)
            return about(s, i - 1, MOULT_STMT_PROCEDURAL,
                         "the query calls %.*s(), which may do anything");
    }
    return klass(MOULT_STMT_DATA);
}

static struct verdict select(const struct sentence *s)
{
    uint32_t i = pgsentence_is(s, 1, "pg_catalog") && pgsentence_op(s, 2, '.') ? 3 : 1;
    uint32_t n = i + 7; /* set_config ( 'a' , 'b' , false ) */
    if (!pgsentence_is(s, i, "set_config"))
        return query(s);
    if (s->count != n + 1 || !pgsentence_op(s, n, ')'))
        return refused("set_config() inside of a query is not understood");
    struct verdict v = klass(MOULT_STMT_SESSION);
    v.sets = true;
    return v;
}

static struct verdict with(const struct sentence *s)
{
    static const char *const changes[] = {"insert", "update", "delete", "merge"};
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        if (pgsentence_find(s, 1, changes[i]) < s->count)
            return klass(MOULT_STMT_DATA);
    }
    return query(s);
}

/* ---- settings and transactions ---- */

/* Left out: what they set is pinned, or of no meaning to a schema. */
static bool is_idle_setting(const char *p, size_t n)
{
    static const char *const names[] = {"application_name",
                                        "bytea_output",
                                        "check_function_bodies",
                                        "client_encoding",
                                        "client_min_messages",
                                        "commit_delay",
                                        "constraint_exclusion",
                                        "cpu_tuple_cost",
                                        "default_statistics_target",
                                        "default_transaction_isolation",
                                        "default_transaction_read_only",
                                        "default_with_oids",
                                        "effective_cache_size",
                                        "effective_io_concurrency",
                                        "escape_string_warning",
                                        "extra_float_digits",
                                        "gin_fuzzy_search_limit",
                                        "idle_in_transaction_session_timeout",
                                        "idle_session_timeout",
                                        "jit",
                                        "lock_timeout",
                                        "maintenance_work_mem",
                                        "max_parallel_maintenance_workers",
                                        "max_parallel_workers",
                                        "max_parallel_workers_per_gather",
                                        "names",
                                        "quote_all_identifiers",
                                        "random_page_cost",
                                        "row_security",
                                        "seq_page_cost",
                                        "session_replication_role",
                                        "statement_timeout",
                                        "synchronous_commit",
                                        "synchronize_seqscans",
                                        "temp_buffers",
                                        "transaction_timeout",
                                        "work_mem",
                                        "seed",
                                        "password_encryption",
                                        "default_toast_compression"};
    static const char *const families[] = {"enable_", "log_", "debug_", "vacuum_", "geqo"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (pgtoken_equal(p, n, names[i]))
            return true;
    }
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        size_t k = strlen(families[i]);
        if (n > k && pgtoken_equal(p, k, families[i]))
            return true;
    }
    return false;
}

static struct verdict set(const struct sentence *s)
{
    static const char *const transaction[] = {"transaction", "constraints", "characteristics",
                                              NULL};
    struct verdict v = klass(MOULT_STMT_SESSION);
    uint32_t i = pgsentence_is(s, 1, "local") ||
                         (pgsentence_is(s, 1, "session") && !pgsentence_is(s, 2, "authorization"))
                     ? 2
                     : 1;
    const struct token *t = pgsentence_at(s, i);
    if (is_any(s, i, transaction))
        return v;
    if (pgsentence_is(s, i, "session"))
        return pgsentence_is(s, i + 2, "default")
                   ? v
                   : refused("SET SESSION AUTHORIZATION is not run: write SET ROLE");
    bool custom = pgsentence_op(s, i + 1, '.');
    if (custom || is_idle_setting(s->text + t->at, t->n))
        return v;
    v.sets = pgsettings_carries(s, i);
    return v.sets ? v : refused_at(s, i, "the setting %.*s is none that a schema may ask for");
}

static struct verdict reset(const struct sentence *s)
{
    struct verdict v = klass(MOULT_STMT_SESSION);
    v.sets = !pgsentence_is(s, 1, "session");
    return v;
}

static struct verdict end(const struct sentence *s)
{
    struct verdict v = klass(MOULT_STMT_SESSION);
    v.sets = true;
    if (pgsentence_is(s, 1, "prepared"))
        return refused("COMMIT PREPARED ends another session's transaction");
    return v;
}

/* ---- all ---- */

typedef struct verdict judge_fn(const struct sentence *s);

static struct verdict rows(const struct sentence *s)
{
    (void)s;
    return klass(MOULT_STMT_DATA);
}

static struct verdict session(const struct sentence *s)
{
    (void)s;
    return klass(MOULT_STMT_SESSION);
}

static struct verdict cluster(const struct sentence *s)
{
    bool marks =
        pgsentence_find(s, 1, "using") < s->count || pgsentence_find(s, 1, "on") < s->count;
    return klass(marks ? MOULT_STMT_SCHEMA : MOULT_STMT_DATA);
}

static struct verdict block(const struct sentence *s)
{
    return about(s, 0, MOULT_STMT_PROCEDURAL, "%.*s runs code that may do anything");
}

static struct verdict import(const struct sentence *s)
{
    return refused_at(s, 0, "%.*s FOREIGN SCHEMA reads from another server");
}

static struct verdict roll_back(const struct sentence *s)
{
    return refused_at(s, 0, "%.*s would take back what stands before it");
}

static struct verdict prepare(const struct sentence *s)
{
    return refused_at(
        s, 0, "%.*s is about a prepared statement or transaction, which is no part of a schema");
}

static struct verdict cursor(const struct sentence *s)
{
    return refused_at(s, 0, "%.*s is about a cursor, which is no part of a schema");
}

static struct verdict notify(const struct sentence *s)
{
    return refused_at(s, 0, "%.*s is for other sessions, and no part of a schema");
}

static struct verdict server(const struct sentence *s)
{
    return refused_at(s, 0, "%.*s is for the server, and no part of a schema");
}

static const struct {
    const char *word;
    judge_fn *judge;
} statements[] = {
    {"create", create},      {"alter", alter},       {"drop", drop},         {"comment", label},
    {"security", label},     {"grant", grant},       {"revoke", grant},      {"insert", rows},
    {"update", rows},        {"delete", rows},       {"merge", rows},        {"truncate", rows},
    {"copy", copy},          {"select", select},     {"values", query},      {"table", query},
    {"with", with},          {"vacuum", rows},       {"analyze", rows},      {"analyse", rows},
    {"reindex", rows},       {"refresh", rows},      {"cluster", cluster},   {"set", set},
    {"reset", reset},        {"show", session},      {"begin", end},         {"start", end},
    {"commit", end},         {"end", end},           {"savepoint", session}, {"release", session},
    {"lock", session},       {"do", block},          {"call", block},        {"import", import},
    {"rollback", roll_back}, {"abort", roll_back},   {"prepare", prepare},   {"execute", prepare},
    {"deallocate", prepare}, {"declare", cursor},    {"fetch", cursor},      {"move", cursor},
    {"close", cursor},       {"listen", notify},     {"notify", notify},     {"unlisten", notify},
    {"load", server},        {"checkpoint", server}, {"discard", server},    {"explain", server},
    {"reassign", server},
};

/* psql's own. */
static struct verdict command(const struct sentence *s)
{
    const struct token *t = pgsentence_at(s, 0);
    const char *p = s->text + t->at + 1;
    size_t n = 0;
    while (n + 1 < t->n && p[n] > ' ')
        n++;
    if (pgtoken_equal(p, n, "restrict") || pgtoken_equal(p, n, "unrestrict"))
        return klass(MOULT_STMT_SESSION); /* pg_dump's guard around its output */
    struct verdict v = refused("\\%.*s is a command of psql, not of SQL");
    if (pgtoken_equal(p, n, "i") || pgtoken_equal(p, n, "ir") || pgtoken_equal(p, n, "include") ||
        pgtoken_equal(p, n, "include_relative"))
        v.why = "\\%.*s is not followed: name a folder, all .sql files of which are read";
    else if (pgtoken_equal(p, n, "c") || pgtoken_equal(p, n, "connect"))
        v.why = "\\%.*s goes to another database";
    v.about = p;
    v.about_len = n;
    return v;
}

struct verdict pgclassify(const struct sentence *s)
{
    uint32_t first = 0;
    if (s->tokens[0].kind == TOKEN_COMMAND)
        return command(s);
    while (pgsentence_op(s, first, '('))
        first++;
    if (first)
        return query(s);
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
        if (pgsentence_is(s, 0, statements[i].word))
            return statements[i].judge(s);
    }
    return refused_at(s, 0, "no statement begins with %.*s");
}
