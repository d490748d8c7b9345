/* SPDX-License-Identifier: Apache-2.0 */
/* classify.c - what a statement of untrusted text would do.  Whatever is not known is refused. */
#include <stdlib.h>
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

static struct verdict refused_at(const struct parse *p, uint32_t i, const char *why)
{
    return (struct verdict){
        .klass = MOULT_STMT_REFUSED,
        .why = why,
        .about = p->text + p->tokens[i].at,
        .about_len = p->tokens[i].n,
    };
}

static const struct token *at(const struct parse *p, uint32_t i)
{
    return &p->tokens[i < p->token_count ? i : p->token_count - 1];
}

static bool names(const struct parse *p, uint32_t i, const char *name)
{
    const struct token *t = at(p, i);
    return token_is_name(t) && token_names(p->text, t, name, strlen(name));
}

static bool is_op(const struct parse *p, uint32_t i, char op)
{
    const struct token *t = at(p, i);
    return t->kind == TOKEN_OPERATOR && t->n == 1 && t->op == (uint8_t)op;
}

static bool is_schema_table(const struct parse *p, uint32_t i)
{
    return names(p, i, "sqlite_schema") || names(p, i, "sqlite_master") ||
           names(p, i, "sqlite_temp_schema") || names(p, i, "sqlite_temp_master");
}

/* Is token I a database that a desired state may name? */
static bool is_own_database(const struct parse *p, uint32_t i)
{
    return names(p, i, "main");
}

/* ---- what no statement may contain ---- */

/* Does a table's name follow this word? */
static bool before_table(uint16_t keyword)
{
    switch (keyword) {
    case KW_EXISTS:
    case KW_FROM:
    case KW_INDEX:
    case KW_INTO:
    case KW_JOIN:
    case KW_ON:
    case KW_REFERENCES:
    case KW_TABLE:
    case KW_TRIGGER:
    case KW_UPDATE:
    case KW_VIEW:
        return true;
    default:
        return false;
    }
}

/* Functions that reach out of the database, be they there or not. */
static bool is_denied_function(const struct parse *p, uint32_t i)
{
    static const char *const denied[] = {"load_extension", "readfile",      "writefile",
                                         "edit",           "lsdir",         "fsdir",
                                         "zipfile",        "fts3_tokenizer"};
    if (!is_op(p, i + 1, '(') ||
        (i > 0 && (before_table(at(p, i - 1)->keyword) || is_op(p, i - 1, '.'))))
        return false;
    for (size_t k = 0; k < sizeof denied / sizeof *denied; k++) {
        if (names(p, i, denied[k]))
            return true;
    }
    return false;
}

static struct verdict contents(const struct parse *p)
{
    int64_t depth = 0;
    for (uint32_t i = 0; i + 1 < p->token_count; i++) {
        depth += is_op(p, i, '(') - is_op(p, i, ')');
        if (depth < 0)
            return refused("a parenthesis is closed that was not opened");
        if (is_denied_function(p, i))
            return refused_at(p, i, "%.*s reaches outside of the database");
        uint16_t keyword = at(p, i)->keyword;
        /* "IS DISTINCT FROM a.b" is a column. */
        bool table = before_table(keyword) && keyword != KW_ON &&
                     !(keyword == KW_FROM && i > 0 && at(p, i - 1)->keyword == KW_DISTINCT);
        if (table && token_is_name(at(p, i + 1)) && is_op(p, i + 2, '.') &&
            !is_own_database(p, i + 1))
            return refused_at(p, i + 1, "%.*s is another database");
        if (at(p, i)->kind == TOKEN_VARIABLE)
            return refused_at(p, i, "nothing gives the parameter %.*s a value");
    }
    return depth ? refused("a parenthesis is left open") : klass(0);
}

/* ---- PRAGMA ---- */

static const char *const harmless[] = {"analysis_limit",
                                       "application_id",
                                       "auto_vacuum",
                                       "automatic_index",
                                       "busy_timeout",
                                       "cache_size",
                                       "cache_spill",
                                       "cell_size_check",
                                       "checkpoint_fullfsync",
                                       "collation_list",
                                       "compile_options",
                                       "data_version",
                                       "database_list",
                                       "defer_foreign_keys",
                                       "encoding",
                                       "foreign_key_check",
                                       "foreign_key_list",
                                       "foreign_keys",
                                       "freelist_count",
                                       "fullfsync",
                                       "function_list",
                                       "incremental_vacuum",
                                       "index_info",
                                       "index_list",
                                       "index_xinfo",
                                       "integrity_check",
                                       "journal_mode",
                                       "journal_size_limit",
                                       "legacy_alter_table",
                                       "legacy_file_format",
                                       "max_page_count",
                                       "mmap_size",
                                       "module_list",
                                       "optimize",
                                       "page_count",
                                       "page_size",
                                       "pragma_list",
                                       "quick_check",
                                       "read_uncommitted",
                                       "recursive_triggers",
                                       "reverse_unordered_selects",
                                       "secure_delete",
                                       "shrink_memory",
                                       "synchronous",
                                       "table_info",
                                       "table_list",
                                       "table_xinfo",
                                       "temp_store",
                                       "threads",
                                       "user_version",
                                       "wal_autocheckpoint",
                                       "wal_checkpoint"};

/* The token of the value in "= value" or "(value)" after token I; 0 = none. */
static uint32_t pragma_value(const struct parse *p, uint32_t i)
{
    if (is_op(p, i + 1, '=') || is_op(p, i + 1, '('))
        return is_op(p, i + 2, '-') || is_op(p, i + 2, '+') ? i + 3 : i + 2;
    return 0;
}

static bool value_is(const struct parse *p, uint32_t i, const char *word)
{
    const struct token *t = at(p, i);
    return token_names(p->text, t, word, strlen(word));
}

static struct verdict writable_schema(const struct parse *p, uint32_t value)
{
    struct verdict v = refused("PRAGMA writable_schema lets any text into the schema");
    if (!value)
        return v;
    if (value_is(p, value, "off") || value_is(p, value, "reset") || value_is(p, value, "0") ||
        value_is(p, value, "no") || value_is(p, value, "false"))
        v.pragma_writable = 2;
    else if (value_is(p, value, "on") || value_is(p, value, "1") || value_is(p, value, "yes") ||
             value_is(p, value, "true"))
        v.pragma_writable = 1;
    return v;
}

static struct verdict pragma(const struct parse *p)
{
    uint32_t i = 1;
    if (is_op(p, 2, '.')) {
        if (!is_own_database(p, 1))
            return refused_at(p, 1, "%.*s is another database");
        i = 3;
    }
    uint32_t value = pragma_value(p, i);
    if (names(p, i, "writable_schema"))
        return writable_schema(p, value);
    if (names(p, i, "locking_mode") && (!value || value_is(p, value, "normal")))
        return klass(MOULT_STMT_SESSION);
    for (size_t k = 0; k < sizeof harmless / sizeof *harmless; k++) {
        if (names(p, i, harmless[k]))
            return klass(MOULT_STMT_SESSION);
    }
    return refused_at(p, i, "PRAGMA %.*s is not known to be harmless");
}

/* ---- rows ---- */

/* "INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql) VALUES('table',N,N,0,'...')" */
static bool is_dumped_virtual(const struct parse *p)
{
    static const char *const columns[] = {"type", "name", "tbl_name", "rootpage", "sql"};
    if (at(p, 0)->keyword != KW_INSERT || at(p, 1)->keyword != KW_INTO || p->token_count != 27 ||
        !(names(p, 2, "sqlite_schema") || names(p, 2, "sqlite_master")) || !is_op(p, 3, '('))
        return false;
    for (uint32_t i = 0; i < 5; i++) {
        char after = i < 4 ? ',' : ')';
        if (!names(p, 4 + 2 * i, columns[i]) || !is_op(p, 5 + 2 * i, after) ||
            !is_op(p, 17 + 2 * i, after))
            return false;
    }
    return true;
}

static struct verdict rows(const struct parse *p, uint32_t verb)
{
    uint32_t i = verb + 1;
    uint16_t keyword = at(p, verb)->keyword;
    if (at(p, i)->keyword == KW_OR)
        i += 2;
    if (keyword != KW_UPDATE) {
        if (at(p, i)->keyword != (keyword == KW_DELETE ? KW_FROM : KW_INTO))
            return refused_at(p, verb, "%.*s is not followed by a table");
        i++;
    }
    if (!token_is_name(at(p, i)))
        return refused_at(p, verb, "%.*s is not followed by a table");
    if (is_op(p, i + 1, '.'))
        i += 2; /* `contents` has looked at the database */
    if (!is_schema_table(p, i))
        return klass(MOULT_STMT_DATA);
    struct verdict v = refused_at(p, i, "writing to %.*s lets any text into the schema");
    v.dumped_virtual = is_dumped_virtual(p);
    return v;
}

/* The statement that the WITH clause belongs to: the first verb outside of parentheses. */
static struct verdict with(const struct parse *p)
{
    int64_t depth = 0;
    for (uint32_t i = 1; i + 1 < p->token_count; i++) {
        depth += is_op(p, i, '(') - is_op(p, i, ')');
        if (depth)
            continue;
        switch (at(p, i)->keyword) {
        case KW_INSERT:
        case KW_REPLACE:
        case KW_UPDATE:
        case KW_DELETE:
            return rows(p, i);
        case KW_SELECT:
        case KW_VALUES:
            return refused("a query is no part of a schema");
        default:
            break;
        }
    }
    return refused("WITH is not followed by a statement");
}

/* ---- schema ---- */

static struct verdict create(const struct parse *p)
{
    uint32_t i = 1;
    if (at(p, i)->keyword == KW_TEMP || at(p, i)->keyword == KW_TEMPORARY)
        return refused("what is temporary is no part of a schema: it ends with its session");
    if (at(p, i)->keyword == KW_UNIQUE && at(p, i + 1)->keyword == KW_INDEX)
        i++;
    if (at(p, i)->keyword == KW_VIRTUAL && at(p, i + 1)->keyword == KW_TABLE)
        i++;
    switch (at(p, i)->keyword) {
    case KW_TABLE:
    case KW_INDEX:
    case KW_VIEW:
    case KW_TRIGGER:
        return klass(MOULT_STMT_SCHEMA);
    default:
        return refused_at(p, i, "SQLite has no CREATE %.*s");
    }
}

static struct verdict drop(const struct parse *p)
{
    switch (at(p, 1)->keyword) {
    case KW_TABLE:
    case KW_INDEX:
    case KW_VIEW:
    case KW_TRIGGER:
        return klass(MOULT_STMT_SCHEMA);
    default:
        return refused_at(p, 1, "SQLite has no DROP %.*s");
    }
}

static struct verdict vacuum(const struct parse *p)
{
    for (uint32_t i = 1; i + 1 < p->token_count; i++) {
        if (at(p, i)->keyword == KW_INTO)
            return refused("VACUUM INTO writes another file");
    }
    return klass(MOULT_STMT_SESSION);
}

static struct verdict by_first_word(const struct parse *p)
{
    switch (at(p, 0)->keyword) {
    case KW_CREATE:
        return create(p);
    case KW_DROP:
        return drop(p);
    case KW_ALTER:
        return at(p, 1)->keyword == KW_TABLE ? klass(MOULT_STMT_SCHEMA)
                                             : refused_at(p, 1, "SQLite has no ALTER %.*s");
    case KW_INSERT:
    case KW_REPLACE:
    case KW_UPDATE:
    case KW_DELETE:
        return rows(p, 0);
    case KW_WITH:
        return with(p);
    case KW_SELECT:
    case KW_VALUES:
        return refused("a query is no part of a schema");
    case KW_PRAGMA:
        return pragma(p);
    case KW_BEGIN:
    case KW_COMMIT:
    case KW_END:
    case KW_SAVEPOINT:
    case KW_RELEASE:
    case KW_ANALYZE:
    case KW_REINDEX:
        return klass(MOULT_STMT_SESSION);
    case KW_VACUUM:
        return vacuum(p);
    case KW_ROLLBACK:
        return refused("ROLLBACK would take back what stands before it");
    case KW_ATTACH:
        return refused("ATTACH reaches another database");
    case KW_DETACH:
        return refused("DETACH reaches another database");
    case KW_EXPLAIN:
        return refused("EXPLAIN is no part of a schema");
    default:
        return refused_at(p, 0, "SQLite has no statement that begins with %.*s");
    }
}

struct verdict classify(const struct parse *p)
{
    struct verdict v = by_first_word(p);
    if (v.klass == MOULT_STMT_REFUSED && !v.dumped_virtual && !v.pragma_writable)
        return v;
    struct verdict inside = contents(p);
    return inside.klass == MOULT_STMT_REFUSED ? inside : v;
}

char *dumped_virtual_sql(const struct parse *p)
{
    const struct token *name = at(p, 18), *table = at(p, 20), *sql = at(p, 24);
    if (!is_dumped_virtual(p) || !value_is(p, 16, "table") || !is_op(p, 15, '(') ||
        at(p, 14)->keyword != KW_VALUES || name->kind != TOKEN_STRING ||
        sql->kind != TOKEN_STRING || at(p, 22)->n != 1 || p->text[at(p, 22)->at] != '0' ||
        name->n != table->n || memcmp(p->text + name->at, p->text + table->at, name->n) != 0)
        return NULL;
    char *out = malloc(sql->n + 1);
    if (!out)
        return NULL;
    size_t n = token_unquote(p->text, sql, out);
    out[n] = '\0';
    /* The text is judged as if it stood there by itself, and it has to create what the row names.
     */
    struct parse inner = {0};
    char *spelled = malloc(name->n + 1);
    size_t spelled_len = spelled ? token_unquote(p->text, name, spelled) : 0;
    bool fine = spelled && parse_create(&inner, out, n) && inner.what == PARSE_VIRTUAL &&
                inner.schema == NO_TOKEN && inner.end + 1 == inner.token_count &&
                token_names(inner.text, &inner.tokens[inner.name], spelled, spelled_len) &&
                classify(&inner).klass == MOULT_STMT_SCHEMA;
    parse_free(&inner);
    free(spelled);
    if (fine)
        return out;
    free(out);
    return NULL;
}
