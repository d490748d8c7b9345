/* SPDX-License-Identifier: Apache-2.0 */
/* virtual.c - virtual tables: there is no ALTER for them, but full-text and R-tree tables can be copied
 * like others, because their rows can be read and written column by column. */
#include "render.h"
#include "token.h"

#define FAMILY_OTHER 0u
#define FAMILY_TEXT 1u /* FTS3, FTS4, FTS5 */
#define FAMILY_TREE 2u /* R-tree */

static uint32_t family(const moult_host *host, const moult_node *table)
{
    static const struct {
        const char *module;
        uint32_t family;
    } known[] = {{"fts3", FAMILY_TEXT},
                 {"fts4", FAMILY_TEXT},
                 {"fts5", FAMILY_TEXT},
                 {"rtree", FAMILY_TREE},
                 {"rtree_i32", FAMILY_TREE}};
    struct text module = node_text(host, table, "module");
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (module.n == strlen(known[i].module) && equal_folded(module.p, module.n, known[i].module, module.n))
            return known[i].family;
    return FAMILY_OTHER;
}

/* One argument of a module: a column, or an option NAME=VALUE. */
struct argument {
    struct token name;
    struct token value; /* of an option: its first token */
    bool option;
};

/* The argument that begins at *AT; moves *AT past the comma.  false: there is none. */
static bool next_argument(struct text t, size_t *at, struct argument *out)
{
    struct token k = token_next(t.p, t.n, *at);
    size_t depth = 0, count = 0;
    *out = (struct argument){.option = false};
    if (k.kind == TOKEN_END || k.kind == TOKEN_BAD)
        return false;
    for (; k.kind != TOKEN_END && k.kind != TOKEN_BAD; k = token_next(t.p, t.n, k.at + k.n)) {
        if (!depth && token_is_op(t.p, &k, ","))
            break;
        depth += token_is_op(t.p, &k, "(");
        depth -= depth && token_is_op(t.p, &k, ")");
        if (!count && token_is_op(t.p, &k, "+"))
            continue; /* an auxiliary column of an R-tree */
        if (count == 0)
            out->name = k;
        else if (count == 1)
            out->option = token_is_op(t.p, &k, "=");
        else if (count == 2)
            out->value = k;
        count++;
    }
    *at = k.kind == TOKEN_END || k.kind == TOKEN_BAD ? t.n : k.at + k.n;
    return true;
}

static bool is_column(const struct argument *a, struct text t)
{
    /* FTS3 also takes "tokenize porter". */
    return !a->option && token_is_name(&a->name) && !token_names(t.p, &a->name, "tokenize", 8);
}

#define CONTENT_OWN 0u
#define CONTENT_NONE 1u
#define CONTENT_ELSEWHERE 2u

static uint32_t content(const moult_host *host, const moult_node *table)
{
    struct text t = node_text(host, table, "arguments");
    struct argument a;
    for (size_t at = 0; t.n && next_argument(t, &at, &a);) {
        if (!a.option || !token_names(t.p, &a.name, "content", 7))
            continue;
        return a.value.n == 0 || token_names(t.p, &a.value, "", 0) ? CONTENT_NONE
                                                                    : CONTENT_ELSEWHERE;
    }
    return CONTENT_OWN;
}

uint32_t sqlite_virtual_rows(const moult_host *host, const moult_node *from, const moult_node *to)
{
    uint32_t kind = family(host, from);
    if (kind == FAMILY_OTHER || kind != family(host, to))
        return VIRTUAL_LOST;
    if (kind == FAMILY_TREE)
        return VIRTUAL_COPY;
    if (content(host, to) == CONTENT_ELSEWHERE)
        return VIRTUAL_INDEX;
    return content(host, from) == CONTENT_NONE ? VIRTUAL_LOST : VIRTUAL_COPY;
}

/* Finds the column of TABLE that is named as the argument token of TEXT is; its token in *OUT. */
static bool find_column(struct text arguments, struct text text, const struct token *name,
                        struct token *out)
{
    struct argument a;
    CLEANUP_SQLITE char *z = sqlite3_malloc64(name->n + 1);
    if (!z)
        return false;
    size_t n = token_unquote(text.p, name, z);
    for (size_t at = 0; arguments.n && next_argument(arguments, &at, &a);)
        if (is_column(&a, arguments) && token_names(arguments.p, &a.name, z, n)) {
            *out = a.name;
            return true;
        }
    return false;
}

bool sqlite_virtual_loses(const moult_host *host, const moult_node *from, const moult_node *to)
{
    uint32_t rows = sqlite_virtual_rows(host, from, to);
    if (rows == VIRTUAL_LOST)
        return true;
    if (family(host, from) == FAMILY_TEXT && content(host, from) == CONTENT_ELSEWHERE)
        return false;
    if (rows == VIRTUAL_INDEX || content(host, to) == CONTENT_NONE)
        return true;
    struct text old = node_text(host, from, "arguments"), new = node_text(host, to, "arguments");
    struct argument a;
    struct token found;
    for (size_t at = 0; old.n && next_argument(old, &at, &a);)
        if (is_column(&a, old) && !find_column(new, old, &a.name, &found))
            return true;
    return false;
}

static moult_status emit_copy(const struct rendering *r, uint32_t role, const moult_node *from,
                              const moult_node *to, struct text new_name)
{
    struct text old = node_text(r->host, from, "arguments");
    struct text new = node_text(r->host, to, "arguments");
    struct argument a, b;
    struct token found;
    size_t at = 0, old_at = 0;
    sqlite3_str *s = sqlite3_str_new(NULL), *select = sqlite3_str_new(NULL);
    put(s, "INSERT INTO ");
    put_name(s, new_name);
    put(s, " (");
    if (family(r->host, to) == FAMILY_TREE) {
        /* The first column, whatever its name, is what tells rows apart. */
        if (next_argument(new, &at, &a) && next_argument(old, &old_at, &b)) {
            put_text(s, (struct text){new.p + a.name.at, a.name.n});
            put_text(select, (struct text){old.p + b.name.at, b.name.n});
        }
    } else {
        put(s, "rowid");
        put(select, "rowid");
    }
    while (new.n && next_argument(new, &at, &a)) {
        if (!is_column(&a, new) || !find_column(old, new, &a.name, &found))
            continue;
        put(s, ", ");
        put_text(s, (struct text){new.p + a.name.at, a.name.n});
        put(select, ", ");
        put_text(select, (struct text){old.p + found.at, found.n});
    }
    put(s, ")\n    SELECT ");
    CLEANUP_SQLITE char *columns = sqlite3_str_finish(select);
    put(s, columns ? columns : "");
    put(s, "\n    FROM ");
    put_name(s, node_name(r->host, from));
    return sqlite_emit(r, role, s);
}

/* Has the full-text module read the other table again. */
static moult_status emit_index(const struct rendering *r, uint32_t role, struct text name)
{
    sqlite3_str *s = sqlite3_str_new(NULL);
    put(s, "INSERT INTO ");
    put_name(s, name);
    put(s, " (");
    put_name(s, name);
    put(s, ") VALUES ('rebuild')");
    return sqlite_emit(r, role, s);
}

moult_status sqlite_render_virtual(const struct rendering *r, uint32_t role,
                                   const moult_node *from, const moult_node *to)
{
    const moult_host *host = r->host;
    uint32_t rows = sqlite_virtual_rows(host, from, to);
    struct text own = {NULL, 0};
    moult_status st;
    if (rows == VIRTUAL_COPY) {
        CLEANUP_SQLITE char *temporary = sqlite_temporary_name(r, to);
        if (!temporary)
            return sqlite_nomem(host, r->err);
        struct text name = {temporary, strlen(temporary)};
        st = sqlite_emit_create(r, role, to, name);
        if (!st)
            st = emit_copy(r, role, from, to, name);
        if (!st)
            st = sqlite_emit_drop(r, role, from, own);
        if (!st)
            st = sqlite_emit_rename(r, role, name, node_name(host, to));
    } else {
        st = sqlite_emit_drop(r, role, from, own);
        if (!st)
            st = sqlite_emit_create(r, role, to, own);
        if (!st && rows == VIRTUAL_INDEX)
            st = emit_index(r, role, node_name(host, to));
    }
    if (!st && role == MOULT_SQL_DO && !sqlite_virtual_loses(host, from, to))
        st = sqlite_render_virtual(r, MOULT_SQL_UNDO, to, from);
    return st;
}
