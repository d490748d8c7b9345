/* SPDX-License-Identifier: Apache-2.0 */
/* nodes.c - reading the nodes of a table. */
#include "render.h"

#include <stdlib.h>

#include "token.h"

void sqlite_cleanup_memory(void *p)
{
    sqlite3_free(*(void **)p);
}

void sqlite_nodes_free(struct nodes *nodes)
{
    sqlite3_free(nodes->at);
    *nodes = (struct nodes){NULL, 0, 0};
}

bool sqlite_nodes_add(struct nodes *nodes, const moult_node *node)
{
    if (nodes->n == nodes->cap) {
        size_t cap = nodes->cap ? nodes->cap * 2 : 16;
        const moult_node **at = sqlite3_realloc64(nodes->at, cap * sizeof *at);
        if (!at)
            return false;
        nodes->at = at;
        nodes->cap = cap;
    }
    nodes->at[nodes->n++] = node;
    return true;
}

bool sqlite_nodes_have(const struct nodes *nodes, const moult_node *node)
{
    for (size_t i = 0; i < nodes->n; i++)
        if (nodes->at[i] == node)
            return true;
    return false;
}

uint64_t sqlite_position(const moult_host *host, const moult_node *column)
{
    struct text t = node_text(host, column, "position");
    uint64_t n = 0;
    if (!t.n || t.n > 9)
        return UINT64_MAX;
    for (size_t i = 0; i < t.n; i++) {
        if (t.p[i] < '0' || t.p[i] > '9')
            return UINT64_MAX;
        n = n * 10 + (uint64_t)(t.p[i] - '0');
    }
    return n;
}

struct placed {
    uint64_t position;
    size_t order; /* keeps equal positions apart: qsort is not stable */
    const moult_node *node;
};

static int by_position(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    if (x->position != y->position)
        return x->position < y->position ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static bool sort_columns(const moult_host *host, struct nodes *columns)
{
    CLEANUP_SQLITE struct placed *placed = sqlite3_malloc64((columns->n + 1) * sizeof *placed);
    if (!placed)
        return false;
    for (size_t i = 0; i < columns->n; i++)
        placed[i] = (struct placed){sqlite_position(host, columns->at[i]), i, columns->at[i]};
    qsort(placed, columns->n, sizeof *placed, by_position);
    for (size_t i = 0; i < columns->n; i++)
        columns->at[i] = placed[i].node;
    return true;
}

bool sqlite_nodes_of(const moult_host *host, const moult_node *parent, const char *kind,
                     struct nodes *out)
{
    for (uint32_t i = 0, n = host->tree->count(parent); i < n; i++) {
        const moult_node *child = host->tree->child(parent, i);
        if (node_is(host, child, kind) && !sqlite_nodes_add(out, child))
            return false;
    }
    return strcmp(kind, "column") != 0 || sort_columns(host, out);
}

/* Bytewise, as the tree sorts siblings. */
static int compare(const char *a, size_t an, const char *b, size_t bn)
{
    size_t n = an < bn ? an : bn;
    int c = n ? memcmp(a, b, n) : 0;
    return c ? c : (an > bn) - (an < bn);
}

const moult_node *sqlite_child(const moult_host *host, const moult_node *parent, const char *kind,
                               struct text key)
{
    uint32_t low = 0, high = host->tree->count(parent);
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const moult_node *child = host->tree->child(parent, middle);
        struct text other = node_key(host, child);
        int c = strcmp(kind, host->tree->kind(child));
        if (!c)
            c = compare(key.p, key.n, other.p, other.n);
        if (!c)
            return child;
        if (c < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const moult_node *sqlite_single_column(const moult_host *host, const moult_node *constraint,
                                       bool *desc)
{
    struct text columns = node_text(host, constraint, "columns");
    const moult_node *table = host->tree->parent(constraint);
    if (!columns.n)
        return NULL;
    struct token name = token_next(columns.p, columns.n, 0);
    struct token after = token_next(columns.p, columns.n, name.at + name.n);
    if (desc)
        *desc = after.keyword == KW_DESC;
    if (after.keyword == KW_DESC || after.keyword == KW_ASC)
        after = token_next(columns.p, columns.n, after.at + after.n);
    if (!token_is_name(&name) || after.kind != TOKEN_END)
        return NULL;
    for (uint32_t i = 0, n = host->tree->count(table); i < n; i++) {
        const moult_node *child = host->tree->child(table, i);
        struct text key = node_key(host, child);
        if (node_is(host, child, "column") && token_names(columns.p, &name, key.p, key.n))
            return child;
    }
    return NULL;
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || (unsigned char)c >= 0x80;
}

bool sqlite_mentions(struct text t, struct text name)
{
    if (!t.n || !name.n)
        return false;
    /* Within quotes these may be doubled: look no closer. */
    for (size_t i = 0; i < name.n; i++)
        if (strchr("\"'`]", name.p[i]))
            return true;
    bool word = is_word(name.p[0]) && is_word(name.p[name.n - 1]);
    for (size_t i = 0; i + name.n <= t.n; i++) {
        if (sqlite3_strnicmp(t.p + i, name.p, (int)name.n) != 0)
            continue;
        bool open = word && i > 0 && is_word(t.p[i - 1]);
        bool shut = word && i + name.n < t.n && is_word(t.p[i + name.n]);
        if (!open && !shut)
            return true;
    }
    return false;
}

bool sqlite_column_is_plain(const moult_host *host, const moult_node *column)
{
    return !node_text(host, column, "generated").p;
}

static bool has(struct text t, const char *part)
{
    size_t n = strlen(part);
    for (size_t i = 0; i + n <= t.n; i++)
        if (sqlite3_strnicmp(t.p + i, part, (int)n) == 0)
            return true;
    return false;
}

/* "Determination Of Column Affinity", https://sqlite.org/datatype3.html, 3.1 */
char sqlite_affinity(const moult_host *host, const moult_node *column)
{
    struct text type = node_text(host, column, "type");
    if (has(type, "INT"))
        return 'I';
    if (has(type, "CHAR") || has(type, "CLOB") || has(type, "TEXT"))
        return 'T';
    if (!type.n || has(type, "BLOB"))
        return 'B';
    if (has(type, "REAL") || has(type, "FLOA") || has(type, "DOUB"))
        return 'R';
    const moult_node *table = host->tree->parent(column);
    if (node_flag(host, table, "strict") && type.n == 3 && has(type, "ANY"))
        return 'B';
    return 'N';
}

const moult_node *sqlite_rowid_alias(const moult_host *host, const moult_node *table)
{
    const moult_node *key = sqlite_child(host, table, "primary_key", (struct text){"", 0});
    if (!key || !text_is(node_text(host, key, "rowid"), "alias"))
        return NULL;
    return sqlite_single_column(host, key, NULL);
}

const char *sqlite_rowid_name(const moult_host *host, const moult_node *table)
{
    static const char *const names[] = {"rowid", "_rowid_", "oid"};
    if (node_flag(host, table, "without_rowid"))
        return NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct text key = {names[i], strlen(names[i])};
        if (!sqlite_child(host, table, "column", key))
            return names[i];
    }
    return NULL;
}
