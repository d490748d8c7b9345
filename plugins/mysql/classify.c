/* SPDX-License-Identifier: Apache-2.0 */
/* classify.c - what a statement of untrusted text would do, by the words that it begins with.
 *
 * Nothing confines a session to its database here, so whatever is not known is refused.  What lies
 * within a statement, names of other databases above all, is reach.c's. */
#include "split.h"

static struct verdict klass(uint32_t k)
{
    return (struct verdict){.klass = k};
}

static struct verdict refused(const char *why)
{
    return (struct verdict){.klass = MOULT_STMT_REFUSED, .why = why};
}

static struct verdict refused_at(const struct sentence *s, uint32_t i, const char *why)
{
    const struct token *t = mysentence_at(s, i);
    return (struct verdict){
        .klass = MOULT_STMT_REFUSED, .why = why, .about = s->text + t->at, .about_len = t->n};
}

/* ---- storage engines ---- */

/* Those that keep their rows in the database's own folder. */
static bool is_engine(const char *p, size_t n)
{
    static const char *const known[] = {
        "innodb",    "myisam",     "aria",       "memory",  "heap",   "csv",     "archive",
        "blackhole", "merge",      "mrg_myisam", "rocksdb", "tokudb", "mroonga", "columnstore",
        "ndb",       "ndbcluster", "sequence",   "default", "xtradb", NULL};
    for (const char *const *k = known; *k; k++) {
        if (mytoken_equal(p, n, *k))
            return true;
    }
    return false;
}

bool myengine_is_local(const struct sentence *s, uint32_t i)
{
    const struct token *t = mysentence_at(s, i);
    const char *p = s->text + t->at;
    bool quoted = t->n >= 2 && (t->kind == TOKEN_STRING || t->kind == TOKEN_QUOTED);
    return is_engine(p + quoted, t->n - 2u * quoted);
}

/* A column may be called "engine": then a type follows. */
static bool is_type(const struct sentence *s, uint32_t i)
{
    static const char *const types[] = {"tinyint",
                                        "smallint",
                                        "mediumint",
                                        "int",
                                        "integer",
                                        "bigint",
                                        "int1",
                                        "int2",
                                        "int3",
                                        "int4",
                                        "int8",
                                        "bit",
                                        "bool",
                                        "boolean",
                                        "decimal",
                                        "dec",
                                        "numeric",
                                        "fixed",
                                        "float",
                                        "double",
                                        "real",
                                        "number",
                                        "date",
                                        "datetime",
                                        "timestamp",
                                        "time",
                                        "year",
                                        "char",
                                        "nchar",
                                        "character",
                                        "varchar",
                                        "varchar2",
                                        "nvarchar",
                                        "national",
                                        "long",
                                        "binary",
                                        "varbinary",
                                        "raw",
                                        "tinyblob",
                                        "blob",
                                        "clob",
                                        "mediumblob",
                                        "longblob",
                                        "tinytext",
                                        "text",
                                        "mediumtext",
                                        "longtext",
                                        "enum",
                                        "set",
                                        "json",
                                        "uuid",
                                        "inet4",
                                        "inet6",
                                        "geometry",
                                        "point",
                                        "linestring",
                                        "polygon",
                                        "multipoint",
                                        "multilinestring",
                                        "multipolygon",
                                        "geometrycollection",
                                        "serial",
                                        "vector",
                                        "xmltype",
                                        NULL};
    return mysentence_any(s, i, types);
}

/* What a table's options, and those of its partitions, may not say. */
static struct verdict table_options(const struct sentence *s, uint32_t from)
{
    int64_t depth = 0;
    bool partitions = false;
    for (uint32_t i = from; i < s->count; i++) {
        depth += mysentence_op(s, i, '(') - mysentence_op(s, i, ')');
        partitions |= depth == 0 && mysentence_is(s, i, "partition");
        if (mysentence_at(s, i)->kind != TOKEN_WORD || (depth && !partitions) ||
            mysentence_op(s, i - 1, '.'))
            continue;
        bool equals = mysentence_op(s, i + 1, '=');
        const struct token *value = mysentence_at(s, i + 1 + equals);
        if (mysentence_is(s, i, "engine") && value->kind != TOKEN_OPERATOR && value->n &&
            !myengine_is_local(s, i + 1 + equals) && (equals || !is_type(s, i + 1)))
            return refused_at(s, i + 1 + equals,
                              "the storage engine %.*s may reach a file or another server");
        if ((mysentence_is(s, i, "data") || mysentence_is(s, i, "index")) &&
            mysentence_is(s, i + 1, "directory"))
            return refused_at(s, i, "%.*s DIRECTORY names a place among the server's files");
        if (mysentence_is(s, i, "connection") && value->kind == TOKEN_STRING)
            return refused("CONNECTION reaches another server");
        if ((mysentence_is(s, i, "import") || mysentence_is(s, i, "discard")) &&
            (mysentence_is(s, i + 1, "tablespace") || mysentence_is(s, i + 1, "partition")))
            return refused_at(s, i, "%.*s ... TABLESPACE works on the server's files");
    }
    return klass(MOULT_STMT_SCHEMA);
}

/* ---- CREATE, ALTER, DROP, RENAME ---- */

/* Kinds that are the whole server's, or another database. */
static struct verdict shared_kind(const struct sentence *s, uint32_t k)
{
    static const char *const kinds[] = {"user",     "role",     "server", "tablespace", "logfile",
                                        "instance", "resource", "undo",   "reference",  NULL};
    if (mysentence_is(s, k, "database") || mysentence_is(s, k, "schema"))
        return refused_at(s, 0,
                          "%.*s DATABASE is not about what is inside of a database: dump without"
                          " --databases");
    if (mysentence_any(s, k, kinds))
        return refused_at(s, k, "%.*s: that is the whole server's");
    return refused_at(s, k, "%.*s is no kind of object that is known");
}

static bool has_before(const struct sentence *s, uint32_t end, const char *word)
{
    for (uint32_t i = 1; i < end; i++) {
        if (mysentence_is(s, i, word))
            return true;
    }
    return false;
}

bool mykind_is_inside(const struct sentence *s, uint32_t k)
{
    static const char *const kinds[] = {"table",    "tables",    "view",     "views",   "index",
                                        "trigger",  "procedure", "function", "package", "event",
                                        "sequence", "sequences", NULL};
    return mysentence_any(s, k, kinds);
}

/* CREATE TABLE ... SELECT: which rows it takes, and by which functions, nobody can see. */
static bool has_query(const struct sentence *s, uint32_t k)
{
    for (uint32_t i = k + 1; i < s->count; i++) {
        if (mysentence_is(s, i, "select") && !mysentence_op(s, i - 1, '.'))
            return true;
    }
    return mysentence_find(s, k + 1, "as") < s->count ||
           mysentence_find(s, k + 1, "table") < s->count ||
           mysentence_find(s, k + 1, "values") < s->count;
}

static struct verdict create(const struct sentence *s)
{
    uint32_t k = mysentence_kind(s);
    if (!mykind_is_inside(s, k))
        return shared_kind(s, k);
    if (has_before(s, k, "temporary"))
        return refused("a temporary table is no part of a schema");
    if (mysentence_is(s, k, "function") && mysentence_find(s, k, "soname") < s->count)
        return refused("CREATE FUNCTION ... SONAME loads a file into the server");
    if (!mysentence_is(s, k, "table"))
        return klass(MOULT_STMT_SCHEMA);
    return has_query(s, k)
               ? refused("CREATE TABLE ... SELECT takes rows along: write down its columns")
               : table_options(s, k + 1);
}

/* ALTER DATABASE [name] CHARACTER SET x COLLATE y: a dump says so of the database that it is of. */
static struct verdict alter_database(const struct sentence *s)
{
    static const char *const options[] = {"default", "character", "charset",
                                          "collate", "comment",   NULL};
    static const char *const words[] = {"default", "character", "charset", "collate",
                                        "comment", "set",       NULL};
    struct verdict v = klass(MOULT_STMT_SCHEMA);
    uint32_t i = 2;
    bool named = !mysentence_any(s, i, options);
    v.unnamed = true;
    i += named;
    if (i >= s->count)
        return shared_kind(s, 1);
    for (bool value = false; i < s->count; i++) {
        const struct token *t = mysentence_at(s, i);
        if (mysentence_any(s, i, words))
            value = true;
        else if (mysentence_op(s, i, '='))
            continue;
        else if (!value || t->kind == TOKEN_OPERATOR)
            return shared_kind(s, 1);
        else
            value = false;
    }
    return v;
}

static struct verdict alter(const struct sentence *s)
{
    uint32_t k = mysentence_kind(s);
    if (mysentence_is(s, 1, "database") || mysentence_is(s, 1, "schema"))
        return alter_database(s);
    if (!mykind_is_inside(s, k))
        return shared_kind(s, k);
    return mysentence_is(s, k, "table") ? table_options(s, k + 1) : klass(MOULT_STMT_SCHEMA);
}

static struct verdict drop(const struct sentence *s)
{
    uint32_t k = mysentence_kind(s);
    if (mysentence_is(s, 1, "prepare"))
        return refused("a prepared statement is no part of a schema");
    if (!mykind_is_inside(s, k))
        return shared_kind(s, k);
    return klass(has_before(s, k, "temporary") ? MOULT_STMT_DATA : MOULT_STMT_SCHEMA);
}

static struct verdict rename_it(const struct sentence *s)
{
    return mysentence_is(s, 1, "table") || mysentence_is(s, 1, "tables") ? klass(MOULT_STMT_SCHEMA)
                                                                         : shared_kind(s, 1);
}

/* ---- rows ---- */

static struct verdict rows(const struct sentence *s)
{
    (void)s;
    return klass(MOULT_STMT_DATA);
}

/* DO SETVAL(`s`, 5, 0): where a sequence stands, in a dump. */
static struct verdict do_it(const struct sentence *s)
{
    static const char *const known[] = {"setval", "nextval", "lastval", NULL};
    return mysentence_any(s, 1, known) && mysentence_op(s, 2, '(')
               ? klass(MOULT_STMT_DATA)
               : refused("DO calls what cannot be seen");
}

/* ---- the session ---- */

static struct verdict session(const struct sentence *s)
{
    (void)s;
    return klass(MOULT_STMT_SESSION);
}

static struct verdict lock(const struct sentence *s)
{
    return mysentence_is(s, 1, "table") || mysentence_is(s, 1, "tables")
               ? klass(MOULT_STMT_SESSION)
               : refused_at(s, 1, "LOCK %.*s is for the whole server");
}

static struct verdict start(const struct sentence *s)
{
    return mysentence_is(s, 1, "transaction") ? klass(MOULT_STMT_SESSION)
                                              : refused_at(s, 1, "START %.*s is for the server");
}

static struct verdict block(const struct sentence *s)
{
    return refused_at(s, 0, "%.*s: a block of code outside of a routine may do anything");
}

static struct verdict begin(const struct sentence *s)
{
    return s->count == 1 || mysentence_is(s, 1, "work") ? klass(MOULT_STMT_SESSION) : block(s);
}

/* ---- what is never run ---- */

static struct verdict use(const struct sentence *s)
{
    return refused_at(s, 1, "USE goes to another database, %.*s: dump without --databases");
}

static struct verdict load(const struct sentence *s)
{
    return refused_at(s, 1, "LOAD %.*s reads a file");
}

static struct verdict call(const struct sentence *s)
{
    return refused_at(s, 1, "CALL %.*s runs code that may do anything");
}

static struct verdict rights(const struct sentence *s)
{
    return refused_at(s, 0, "%.*s: accounts and their rights are the whole server's");
}

static struct verdict prepared(const struct sentence *s)
{
    return refused_at(s, 0, "%.*s: what a prepared statement does cannot be seen");
}

static struct verdict server(const struct sentence *s)
{
    return refused_at(s, 0, "%.*s is for the server, and no part of a schema");
}

static struct verdict follow(const struct sentence *s)
{
    return refused_at(s, 0,
                      "%.*s is not followed: name a folder, all .sql files of which are read");
}

static struct verdict client(const struct sentence *s)
{
    return refused_at(s, 0, "%.*s is a command of the mysql client, not of SQL");
}

/* ---- all ---- */

typedef struct verdict judge_fn(const struct sentence *s);

static const struct {
    const char *word;
    judge_fn *judge;
} statements[] = {
    {"create", create},   {"alter", alter},      {"drop", drop},         {"rename", rename_it},
    {"insert", rows},     {"replace", rows},     {"update", rows},       {"delete", rows},
    {"truncate", rows},   {"select", rows},      {"with", rows},         {"values", rows},
    {"table", rows},      {"analyze", rows},     {"optimize", rows},     {"check", rows},
    {"checksum", rows},   {"repair", rows},      {"do", do_it},          {"set", mysettings_judge},
    {"lock", lock},       {"unlock", session},   {"start", start},       {"begin", begin},
    {"commit", session},  {"rollback", session}, {"savepoint", session}, {"release", session},
    {"show", session},    {"describe", session}, {"desc", session},      {"explain", session},
    {"use", use},         {"load", load},        {"call", call},         {"grant", rights},
    {"revoke", rights},   {"prepare", prepared}, {"execute", prepared},  {"deallocate", prepared},
    {"source", follow},   {"if", block},         {"case", block},        {"while", block},
    {"repeat", block},    {"loop", block},       {"for", block},         {"declare", block},
    {"kill", server},     {"flush", server},     {"reset", server},      {"purge", server},
    {"shutdown", server}, {"restart", server},   {"install", server},    {"uninstall", server},
    {"change", server},   {"stop", server},      {"binlog", server},     {"backup", server},
    {"clone", server},    {"import", server},    {"cache", server},      {"handler", server},
    {"xa", server},       {"signal", server},    {"resignal", server},   {"get", server},
    {"help", server},     {"execute", server},   {"system", client},     {"tee", client},
    {"notee", client},    {"pager", client},     {"nopager", client},    {"connect", client},
    {"edit", client},     {"ego", client},       {"go", client},         {"exit", client},
    {"quit", client},     {"print", client},     {"prompt", client},     {"status", client},
    {"charset", client},  {"rehash", client},    {"warnings", client},   {"nowarning", client},
};

/* A backslash and what follows it. */
static struct verdict command(const struct sentence *s)
{
    const struct token *t = mysentence_at(s, 0);
    const char *p = s->text + t->at;
    size_t n = 1;
    while (n < t->n && (n == 1 || p[n] > ' '))
        n++;
    struct verdict v = t->n > 1 && p[1] == '.'   ? follow(s)
                       : t->n > 1 && p[1] == 'u' ? refused("\\u goes to another database")
                                                 : client(s);
    v.about = p;
    v.about_len = n;
    return v;
}

struct verdict myclassify(const struct sentence *s)
{
    uint32_t first = 0;
    if (s->tokens[0].kind == TOKEN_COMMAND)
        return command(s);
    while (mysentence_op(s, first, '('))
        first++;
    if (first)
        return mysentence_is(s, first, "select") || mysentence_is(s, first, "values") ||
                       mysentence_is(s, first, "with") || mysentence_is(s, first, "table")
                   ? rows(s)
                   : refused_at(s, first, "no statement begins with (%.*s");
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
        if (mysentence_is(s, 0, statements[i].word))
            return statements[i].judge(s);
    }
    return refused_at(s, 0, "no statement begins with %.*s");
}
