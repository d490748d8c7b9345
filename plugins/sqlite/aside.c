/* SPDX-License-Identifier: Apache-2.0 */
/* aside.c - what must be gone while a table is altered.
 *
 * DROP TABLE takes indexes and triggers along.  And ALTER TABLE ... RENAME and DROP COLUMN read the
 * texts of all views and triggers of the database, whatever they name, and fail if one cannot be
 * resolved. */
#include "render.h"
#include "token.h"

static const moult_node *object_of(const moult_host *host, const moult_node *node)
{
    for (;;) {
        const moult_node *parent = host->tree->parent(node);
        if (!parent || !host->tree->parent(parent))
            return node;
        node = parent;
    }
}

static bool is_text(const moult_host *host, const moult_node *node)
{
    return node_is(host, node, "view") || node_is(host, node, "trigger");
}

struct search {
    const moult_host *host;
    struct nodes *found;
};

static moult_status add_text(void *arg, const moult_node *node)
{
    struct search *search = arg;
    const moult_node *object = object_of(search->host, node);
    if (!is_text(search->host, object) || sqlite_nodes_have(search->found, object))
        return MOULT_OK;
    return sqlite_nodes_add(search->found, object) ? MOULT_OK : MOULT_ERR_NOMEM;
}

/* Adds the views and triggers that need, at any remove, one of the first COUNT nodes of FOUND. */
static moult_status add_dependents(const moult_host *host, const moult_tree *tree,
                                   struct nodes *found)
{
    struct search search = {host, found};
    for (size_t i = 0; i < found->n; i++) {
        struct text path = node_path(host, found->at[i]);
        moult_status st = host->tree->dependents(tree, path.p, path.n, add_text, &search);
        if (st)
            return st;
    }
    return MOULT_OK;
}

/* Is there a table or view of this name, in whatever spelling? */
static bool is_relation(const moult_host *host, const moult_tree *tree, struct text name)
{
    static const char *const kinds[] = {"table", "view", "virtual_table"};
    const moult_node *top = host->tree->top(tree);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (sqlite_child(host, top, kinds[i], name))
            return true;
    return false;
}

/* SQLite's own tables and table-valued functions, for which there are no nodes. */
static bool is_built_in(struct text name)
{
    static const char *const prefixes[] = {"sqlite_", "pragma_", "json_"};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (name.n > strlen(prefixes[i]) &&
            memcmp(name.p, prefixes[i], strlen(prefixes[i])) == 0)
            return true;
    return false;
}

/* Does the name that begins at byte AT of T, where a table is named, stand for none? */
static bool is_missing(const moult_host *host, const moult_tree *tree, struct text t, size_t at)
{
    struct token name = token_next(t.p, t.n, at);
    struct token after = token_next(t.p, t.n, name.at + name.n);
    if (token_is_op(t.p, &after, ".")) {
        name = token_next(t.p, t.n, after.at + after.n);
        after = token_next(t.p, t.n, name.at + name.n);
    }
    if (!token_is_name(&name) || token_is_op(t.p, &after, "("))
        return false;
    CLEANUP_SQLITE char *z = sqlite3_malloc64(name.n + 1);
    if (!z)
        return false;
    struct text key = {z, token_unquote(t.p, &name, z)};
    fold_ascii(z, key.n);
    return !is_built_in(key) && !is_relation(host, tree, key);
}

/* Does a view or trigger name a table that is not there?  The tree has no references to such, so that
 * this goes by the words after which a table is named.  Names of common table expressions look the
 * same: a text that has some is taken to be sound. */
static bool is_broken(const moult_host *host, const moult_tree *tree, const moult_node *node)
{
    struct text t = node_text(host, node, "body");
    uint16_t before = KW_NONE;
    bool broken = false;
    for (struct token k = token_next(t.p, t.n, 0); t.n && k.kind != TOKEN_END;
         k = token_next(t.p, t.n, k.at + k.n)) {
        bool names = k.keyword == KW_JOIN || k.keyword == KW_INTO || k.keyword == KW_UPDATE ||
                     (k.keyword == KW_FROM && before != KW_DISTINCT);
        if (k.keyword == KW_WITH || k.kind == TOKEN_BAD)
            return false;
        if (names && is_missing(host, tree, t, k.at + k.n))
            broken = true;
        before = k.keyword;
    }
    return broken;
}

bool sqlite_broken_texts(const moult_host *host, const moult_tree *from, const moult_tree *to,
                         struct nodes *out)
{
    const moult_node *top = host->tree->top(from);
    for (uint32_t i = 0, n = host->tree->count(top); i < n; i++) {
        const moult_node *node = host->tree->child(top, i);
        if (!is_text(host, node))
            continue;
        struct text path = node_path(host, node);
        const moult_node *wanted = to ? host->tree->find(to, path.p, path.n) : NULL;
        if ((is_broken(host, from, node) || (wanted && is_broken(host, to, wanted))) &&
            !sqlite_nodes_add(out, node))
            return false;
    }
    return true;
}

static bool text_names(const moult_host *host, const moult_node *node, struct text name)
{
    static const char *const attributes[] = {"body", "when", "of", "columns", "where"};
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++)
        if (sqlite_mentions(node_text(host, node, attributes[i]), name))
            return true;
    return false;
}

/* Views and triggers that need TABLE and name COLUMN. */
static moult_status add_naming(const moult_host *host, const moult_tree *tree,
                               const moult_node *table, const moult_node *column,
                               struct nodes *out)
{
    CLEANUP_NODES struct nodes needing = {NULL, 0, 0};
    struct search search = {host, &needing};
    struct text path = node_path(host, table);
    moult_status st = host->tree->dependents(tree, path.p, path.n, add_text, &search);
    if (!st)
        st = add_dependents(host, tree, &needing);
    for (size_t i = 0; !st && i < needing.n; i++)
        if (text_names(host, needing.at[i], node_key(host, column)) &&
            !sqlite_nodes_have(out, needing.at[i]) && !sqlite_nodes_add(out, needing.at[i]))
            st = MOULT_ERR_NOMEM;
    return st;
}

/* Indexes of TABLE that name COLUMN. */
static bool add_indexes(const moult_host *host, const moult_tree *tree, const moult_node *table,
                        const moult_node *column, struct nodes *out)
{
    const moult_node *top = host->tree->top(tree);
    for (uint32_t i = 0, n = host->tree->count(top); i < n; i++) {
        const moult_node *node = host->tree->child(top, i);
        if (node_is(host, node, "index") && sqlite_owned_by(host, node, table) &&
            text_names(host, node, node_key(host, column)) && !sqlite_nodes_add(out, node))
            return false;
    }
    return true;
}

static moult_status declare(const moult_host *host, const struct nodes *nodes, moult_ways *ways)
{
    for (size_t i = 0; i < nodes->n; i++) {
        struct text path = node_path(host, nodes->at[i]);
        moult_status st = host->plan->aside(ways, path.p, path.n);
        if (st)
            return st;
    }
    return MOULT_OK;
}

moult_status sqlite_aside_texts(const moult_host *host, const moult_change *change,
                                const moult_node *const *columns, size_t count, moult_ways *ways)
{
    const moult_tree *from = host->plan->from_tree(change), *to = host->plan->to_tree(change);
    CLEANUP_NODES struct nodes found = {NULL, 0, 0};
    moult_status st = MOULT_OK;
    if (!from)
        return MOULT_OK;
    if (!sqlite_broken_texts(host, from, to, &found))
        return MOULT_ERR_NOMEM;
    for (size_t i = 0; !st && i < count; i++)
        st = add_naming(host, from, host->tree->parent(columns[i]), columns[i], &found);
    if (!st)
        st = add_dependents(host, from, &found);
    for (size_t i = 0; !st && i < count; i++)
        if (!add_indexes(host, from, host->tree->parent(columns[i]), columns[i], &found))
            st = MOULT_ERR_NOMEM;
    return st ? st : declare(host, &found, ways);
}

bool sqlite_owned_by(const moult_host *host, const moult_node *node, const moult_node *owner)
{
    struct text path = {NULL, 0}, wanted = node_path(host, owner);
    uint32_t strength = 0;
    for (uint32_t i = 0; (path.p = host->tree->ref(node, i, &strength, &path.n)); i++)
        if (strength == MOULT_REF_OWNED && text_equal(path, wanted))
            return true;
    return false;
}

moult_status sqlite_aside_owned(const moult_host *host, const moult_change *change,
                                const moult_node *owner, moult_ways *ways)
{
    const moult_tree *from = host->plan->from_tree(change);
    const moult_node *top = from ? host->tree->top(from) : NULL;
    for (uint32_t i = 0, n = top ? host->tree->count(top) : 0; i < n; i++) {
        const moult_node *node = host->tree->child(top, i);
        struct text path = node_path(host, node);
        moult_status st = sqlite_owned_by(host, node, owner)
                              ? host->plan->aside(ways, path.p, path.n)
                              : MOULT_OK;
        if (st)
            return st;
    }
    return MOULT_OK;
}
