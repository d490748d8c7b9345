/* SPDX-License-Identifier: Apache-2.0 */
/* render-nodes.c - finding nodes, and reading the SQL in keys and attributes. */
#include <ctype.h>
#include <stdlib.h>

#include "render.h"

void nodes_free(struct nodes *nodes)
{
    free(nodes->at);
    *nodes = (struct nodes){NULL, 0, 0};
}

bool nodes_add(struct nodes *nodes, const moult_node *node)
{
    if (nodes->n == nodes->cap) {
        size_t cap = nodes->cap ? 2 * nodes->cap : 16;
        const moult_node **at = realloc(nodes->at, cap * sizeof *at);
        if (!at)
            return false;
        nodes->at = at;
        nodes->cap = cap;
    }
    nodes->at[nodes->n++] = node;
    return true;
}

bool nodes_have(const struct nodes *nodes, const moult_node *node)
{
    for (size_t i = 0; i < nodes->n; i++)
        if (nodes->at[i] == node)
            return true;
    return false;
}

static uint64_t position(const moult_host *host, const moult_node *node)
{
    struct span s = node_text(host, node, "position");
    uint64_t n = 0;
    for (size_t i = 0; i < s.n && i < 18 && isdigit((unsigned char)s.p[i]); i++)
        n = n * 10 + (uint64_t)(s.p[i] - '0');
    return n;
}

bool nodes_of(const moult_host *host, const moult_node *parent, const char *kind,
              struct nodes *out)
{
    EACH_CHILD(host, parent, child)
    {
        if (!node_is(host, child, kind))
            continue;
        if (!nodes_add(out, child))
            return false;
        size_t i = out->n - 1; /* they come by key: an insertion sort is stable */
        for (; i && position(host, out->at[i - 1]) > position(host, child); i--)
            out->at[i] = out->at[i - 1];
        out->at[i] = child;
    }
    return true;
}

const moult_node *node_object(const moult_host *host, const moult_node *node)
{
    const moult_node *parent = host->tree->parent(node);
    while (parent && host->tree->parent(parent)) {
        node = parent;
        parent = host->tree->parent(node);
    }
    return node;
}

static int compare_kind_key(const moult_host *host, const moult_node *node, const char *kind,
                            struct span key)
{
    int c = strcmp(host->tree->kind(node), kind);
    if (c)
        return c;
    struct span own = node_key(host, node);
    size_t n = own.n < key.n ? own.n : key.n;
    c = n ? memcmp(own.p, key.p, n) : 0;
    return c ? c : (own.n > key.n) - (own.n < key.n);
}

const moult_node *node_child(const moult_host *host, const moult_node *parent, const char *kind,
                             struct span key)
{
    uint32_t low = 0, high = node_count(host, parent);
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const moult_node *node = host->tree->child(parent, middle);
        int c = compare_kind_key(host, node, kind, key);
        if (!c)
            return node;
        if (c < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const moult_node *tree_node(const moult_host *host, const moult_tree *tree, const char *kind,
                            struct span key)
{
    return tree && key.p ? node_child(host, host->tree->top(tree), kind, key) : NULL;
}

const moult_node *tree_relation(const moult_host *host, const moult_tree *tree, struct span key)
{
    static const char *const kinds[] = {"table", "foreign_table", "view", "materialized_view",
                                        "sequence", "composite"};
    const moult_node *node = NULL;
    for (size_t i = 0; !node && i < sizeof kinds / sizeof *kinds; i++)
        node = tree_node(host, tree, kinds[i], key);
    return node;
}

const moult_node *tree_twin(const moult_host *host, const moult_tree *tree,
                            const moult_node *node)
{
    if (!tree)
        return NULL;
    struct span path = node_path(host, node);
    return host->tree->find(tree, path.p, path.n);
}

/* What core digests cannot be seen here: the attributes of both are compared one by one. */
static bool same_attributes(const moult_host *host, const moult_node *a, const moult_node *b)
{
    static const char *const names[] = {
        "definition", "expression", "type",     "columns",  "table",     "to",        "deferrable",
        "not_valid",  "not_null",   "identity", "generated", "virtual",  "collate",   "options",
        "unique",     "command",    "roles",    "using",    "check",     "enabled",   "arguments",
        "returns",    "labels",     "default",  "partition_by", "partition_of", "bound",
        "inherits",   "of",         "inherited", "restrictive", "identity_options", "members",
        "tables",     "schemas",    "mappings", "function", "language"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (node_differs(host, a, b, names[i]))
            return false;
    return true;
}

bool node_same_shape(const moult_host *host, const moult_node *a, const moult_node *b)
{
    if (!same_attributes(host, a, b) || node_count(host, a) != node_count(host, b))
        return false;
    EACH_CHILD(host, a, child)
    {
        const moult_node *other =
            node_child(host, b, host->tree->kind(child), node_key(host, child));
        if (!other || !node_same_shape(host, child, other))
            return false;
    }
    return true;
}

static size_t quoted(struct span s, size_t at, char quote, bool backslash)
{
    for (size_t i = at + 1; i < s.n; i++) {
        if (backslash && s.p[i] == '\\')
            i++;
        else if (s.p[i] == quote && i + 1 < s.n && s.p[i + 1] == quote)
            i++;
        else if (s.p[i] == quote)
            return i + 1;
    }
    return s.n;
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

/* $tag$ ... $tag$; 0: it is none. */
static size_t dollar_quoted(struct span s)
{
    size_t tag = 1;
    while (tag < s.n && is_word(s.p[tag]))
        tag++;
    if (tag == s.n || s.p[tag] != '$' || (tag > 1 && isdigit((unsigned char)s.p[1])))
        return 0;
    const char *end = memmem(s.p + tag + 1, s.n - tag - 1, s.p, tag + 1);
    return end ? (size_t)(end - s.p) + tag + 1 : s.n;
}

static size_t comment(struct span s)
{
    size_t depth = 1, i = 2;
    for (; depth && i < s.n; i++) {
        if (i + 1 < s.n && s.p[i] == '*' && s.p[i + 1] == '/') {
            depth--;
            i++;
        } else if (i + 1 < s.n && s.p[i] == '/' && s.p[i + 1] == '*') {
            depth++;
            i++;
        }
    }
    return i;
}

size_t sql_token(struct span s)
{
    size_t n = 0;
    char c = s.n ? s.p[0] : '\0', next = s.n > 1 ? s.p[1] : '\0';
    if (!s.n)
        return 0;
    if (c == '\'' || c == '"')
        return quoted(s, 0, c, false);
    if (next == '\'' && (c == 'E' || c == 'e'))
        return quoted(s, 1, '\'', true);
    if (c == '$' && (n = dollar_quoted(s)))
        return n;
    if (c == MOULT_MARK_OPEN) {
        const char *end = memchr(s.p, MOULT_MARK_CLOSE, s.n);
        return end ? (size_t)(end - s.p) + 1 : s.n;
    }
    if (c == '-' && next == '-') {
        const char *end = memchr(s.p, '\n', s.n);
        return end ? (size_t)(end - s.p) + 1 : s.n;
    }
    if (c == '/' && next == '*')
        return comment(s);
    if (is_word(c)) {
        while (n < s.n && (is_word(s.p[n]) || s.p[n] == '$'))
            n++;
        return n;
    }
    while (isspace((unsigned char)c) && n < s.n && isspace((unsigned char)s.p[n]))
        n++;
    return n ? n : 1;
}

static struct span trimmed(struct span s)
{
    while (s.n && isspace((unsigned char)*s.p))
        s = span_after(s, 1);
    while (s.n && isspace((unsigned char)s.p[s.n - 1]))
        s.n--;
    return s;
}

bool list_next(struct span *rest, struct span *item)
{
    size_t at = 0, depth = 0;
    if (!rest->p || !trimmed(*rest).n)
        return false;
    while (at < rest->n) {
        char c = rest->p[at];
        if (c == ',' && !depth)
            break;
        depth += c == '(' || c == '[';
        depth -= depth && (c == ')' || c == ']');
        at += sql_token(span_after(*rest, at));
    }
    *item = trimmed((struct span){rest->p, at});
    *rest = span_after(*rest, at < rest->n ? at + 1 : at);
    return true;
}

bool list_has(struct span list, struct span item)
{
    struct span each;
    while (list_next(&list, &each))
        if (span_equal(each, item))
            return true;
    return false;
}

void option_parts(struct span option, struct span *name, struct span *value)
{
    size_t at = 0;
    while (at < option.n && option.p[at] != '=' && option.p[at] != ' ')
        at += sql_token(span_after(option, at));
    *name = (struct span){option.p, at};
    *value = span_after(option, at);
}

void key_cut(struct span key, struct span *relation, struct span *name)
{
    size_t dot = 0, at = 0;
    while (at < key.n && key.p[at] != '(') {
        if (key.p[at] == '.')
            dot = at;
        at += sql_token(span_after(key, at));
    }
    *relation = (struct span){key.p, dot};
    *name = dot ? span_after(key, dot + 1) : key;
}

bool sql_mentions(struct span sql, struct span name)
{
    for (size_t at = 0, n; at < sql.n; at += n) {
        n = sql_token(span_after(sql, at));
        if (span_equal((struct span){sql.p + at, n}, name))
            return true;
    }
    return false;
}

size_t sql_before_where(struct span s)
{
    size_t at = 0, depth = 0;
    while (at < s.n) {
        size_t n = sql_token(span_after(s, at));
        depth += s.p[at] == '(';
        depth -= depth && s.p[at] == ')';
        if (!depth && n == 5 && strncasecmp(s.p + at, "WHERE", 5) == 0)
            return at && s.p[at - 1] == ' ' ? at - 1 : at;
        at += n;
    }
    return s.n;
}

#define MOST_ANCESTORS 64 /* a tree that somebody wrote may have a table inherit from itself */

static const moult_node *find_above(const moult_host *host, const moult_tree *tree,
                                    const moult_node *table, struct span column, int depth)
{
    struct span parents = node_text(host, table, "inherits"), each;
    if (node_has(host, table, "partition_of"))
        parents = node_text(host, table, "partition_of");
    while (list_next(&parents, &each)) {
        const moult_node *parent = tree_relation(host, tree, each);
        const moult_node *own = node_child(host, parent, "column", column);
        if (own && !span_is(node_text(host, own, "inherited"), "true"))
            return own;
        const moult_node *above =
            parent && depth ? find_above(host, tree, parent, column, depth - 1) : NULL;
        if (above)
            return above;
    }
    return NULL;
}

const moult_node *inherited_column(const moult_host *host, const moult_tree *tree,
                                   const moult_node *table, struct span column)
{
    return find_above(host, tree, table, column, MOST_ANCESTORS);
}

static bool check_above(const moult_host *host, const moult_tree *tree, const moult_node *table,
                        struct span name, int depth)
{
    struct span parents = node_text(host, table, "inherits"), each;
    if (node_has(host, table, "partition_of"))
        parents = node_text(host, table, "partition_of");
    while (list_next(&parents, &each)) {
        const moult_node *parent = tree_relation(host, tree, each);
        if (node_child(host, parent, "check", name) ||
            (parent && depth && check_above(host, tree, parent, name, depth - 1)))
            return true;
    }
    return false;
}

bool inherits_check(const moult_host *host, const moult_tree *tree, const moult_node *table,
                    struct span name)
{
    return check_above(host, tree, table, name, MOST_ANCESTORS);
}

struct span sql_trimmed(struct span s)
{
    while (s.n && (isspace((unsigned char)s.p[s.n - 1]) || s.p[s.n - 1] == ';'))
        s.n--;
    return s;
}
