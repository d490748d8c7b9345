/* SPDX-License-Identifier: Apache-2.0 */
/* render-nodes.c - finding nodes, and reading the lists in their attributes. */
#include <stdlib.h>

#include "lexer.h"
#include "render.h"

void mynodes_free(struct nodes *nodes)
{
    free(nodes->at);
    *nodes = (struct nodes){0};
}

bool mynodes_add(struct nodes *nodes, const moult_node *node)
{
    if (nodes->n == nodes->cap) {
        size_t cap = nodes->cap ? nodes->cap * 2 : 8;
        const moult_node **at = realloc(nodes->at, cap * sizeof *at);
        if (!at)
            return false;
        nodes->at = at;
        nodes->cap = cap;
    }
    nodes->at[nodes->n++] = node;
    return true;
}

bool mynodes_have(const struct nodes *nodes, const moult_node *node)
{
    for (size_t i = 0; i < nodes->n; i++)
        if (nodes->at[i] == node)
            return true;
    return false;
}

const moult_node *node_object(const moult_host *host, const moult_node *node)
{
    for (;;) {
        const moult_node *parent = host->tree->parent(node);
        if (!parent || !host->tree->parent(parent))
            return node;
        node = parent;
    }
}

static int compare_keys(struct slice a, struct slice b)
{
    int c = memcmp(a.p ? a.p : "", b.p ? b.p : "", a.n < b.n ? a.n : b.n);
    return c ? c : (a.n > b.n) - (a.n < b.n);
}

/* Children are sorted by kind and key. */
const moult_node *node_child(const moult_host *host, const moult_node *parent, const char *kind,
                             struct slice key)
{
    uint32_t low = 0, high = node_count(host, parent);
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const moult_node *node = host->tree->child(parent, middle);
        int c = strcmp(host->tree->kind(node), kind);
        if (!c)
            c = compare_keys(node_key(host, node), key);
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
                            struct slice key)
{
    return tree ? node_child(host, host->tree->top(tree), kind, key) : NULL;
}

const moult_node *tree_twin(const moult_host *host, const moult_tree *tree, const moult_node *node)
{
    struct slice path = node_path(host, node);
    return tree ? host->tree->find(tree, path.p, path.n) : NULL;
}

static bool lies_in(struct slice path, struct slice place)
{
    return path.n >= place.n && memcmp(path.p, place.p, place.n) == 0 &&
           (path.n == place.n || path.p[place.n] == '/');
}

bool node_needs(const moult_host *host, const moult_node *node, struct slice path)
{
    struct slice ref;
    uint32_t strength = 0;
    for (uint32_t i = 0; (ref.p = host->tree->ref(node, i, &strength, &ref.n)); i++)
        if (lies_in(ref, path))
            return true;
    return false;
}

bool tree_is_mysql(const moult_host *host, const moult_tree *tree)
{
    size_t n = 0;
    const char *server = tree ? host->tree->server(tree, &n) : NULL;
    return server && n >= 5 && memcmp(server, "MySQL", 5) == 0;
}

bool is_json(const moult_host *host, const moult_node *column)
{
    static const char head[] = "json_valid(";
    CLEANUP_TEXT struct text check = {0};
    mytext_z(&check, head);
    mytext_name(&check, node_name(host, column));
    mytext_char(&check, ')');
    return slice_is(node_text(host, column, "type"), "longtext") &&
           slice_is(node_text(host, column, "collate"), "utf8mb4_bin") && !check.failed &&
           slice_eq(node_text(host, column, "check"), slice_of(&check));
}

/* ---- lists ---- */

static struct slice trimmed(struct slice s)
{
    while (s.n && (*s.p == ' ' || *s.p == '\n'))
        s = (struct slice){s.p + 1, s.n - 1};
    while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\n'))
        s.n--;
    return s;
}

bool list_next(struct slice *rest, struct slice *item)
{
    struct lexer l = {.text = rest->p, .len = rest->n, .how = mylexing_of("", 0)};
    uint32_t depth = 0;
    if (!trimmed(*rest).n)
        return false;
    for (;;) {
        struct token t = mytoken_next(&l);
        bool comma = !depth && mytoken_is_op(rest->p, &t, ',');
        if (t.kind == TOKEN_END || t.kind == TOKEN_BAD || comma) {
            size_t end = comma ? t.at : rest->n, next = comma ? t.at + 1 : rest->n;
            *item = trimmed((struct slice){rest->p, end});
            *rest = (struct slice){rest->p + next, rest->n - next};
            return true;
        }
        if (mytoken_is_op(rest->p, &t, '('))
            depth++;
        else if (mytoken_is_op(rest->p, &t, ')') && depth)
            depth--;
    }
}

bool list_has(struct slice list, struct slice item)
{
    struct slice one;
    while (list.p && list_next(&list, &one))
        if (slice_eq(one, item))
            return true;
    return false;
}

/* Is ITEM the column NAME, as a whole: neither a prefix of it nor something more? */
static bool is_whole(struct slice item, struct slice name)
{
    static const char desc[] = " DESC";
    if (item.n == name.n + sizeof desc - 1 && memcmp(item.p + name.n, desc, sizeof desc - 1) == 0)
        item.n = name.n;
    if (item.n != name.n)
        return false;
    for (size_t i = 0; i < item.n; i++) {
        char a = item.p[i], b = name.p[i];
        a = a >= 'A' && a <= 'Z' ? (char)(a + 32) : a;
        b = b >= 'A' && b <= 'Z' ? (char)(b + 32) : b;
        if (a != b)
            return false;
    }
    return true;
}

bool list_begins(struct slice list, struct slice head)
{
    struct slice item, name;
    while (head.p && list_next(&head, &name))
        if (!list.p || !list_next(&list, &item) || !is_whole(item, name))
            return false;
    return true;
}

bool is_constant(struct slice expression)
{
    struct lexer l = {.text = expression.p, .len = expression.n, .how = mylexing_of("", 0)};
    struct token t = mytoken_next(&l);
    const char *p = expression.p;
    if (mytoken_is_op(p, &t, '-'))
        t = mytoken_next(&l);
    if (t.kind == TOKEN_STRING || t.kind == TOKEN_NUMBER || mytoken_is(p, &t, "null"))
        return mytoken_next(&l).kind == TOKEN_END;
    if (!mytoken_is(p, &t, "current_timestamp"))
        return false;
    t = mytoken_next(&l);
    if (!mytoken_is_op(p, &t, '('))
        return t.kind == TOKEN_END;
    t = mytoken_next(&l);
    if (t.kind == TOKEN_NUMBER)
        t = mytoken_next(&l);
    return mytoken_is_op(p, &t, ')') && mytoken_next(&l).kind == TOKEN_END;
}

/* ---- foreign keys ---- */

struct finding {
    const moult_host *host;
    struct nodes *out;
};

static moult_status take_foreign_key(void *arg, const moult_node *node)
{
    struct finding *f = arg;
    if (!node_is(f->host, node, "foreign_key") || mynodes_have(f->out, node))
        return MOULT_OK;
    return mynodes_add(f->out, node) ? MOULT_OK : MOULT_ERR_NOMEM;
}

bool foreign_keys_at(const moult_host *host, const moult_tree *tree, struct slice table,
                     struct nodes *out)
{
    struct finding f = {host, out};
    const moult_node *node = tree_node(host, tree, "table", table);
    if (!node)
        return true;
    struct slice path = node_path(host, node);
    return host->tree->dependents(tree, path.p, path.n, take_foreign_key, &f) == MOULT_OK;
}
