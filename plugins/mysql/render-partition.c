/* SPDX-License-Identifier: Apache-2.0 */
/* render-partition.c - which of the server's statements turns one list of partitions into another,
 * so that every row that has a place in the new one is kept. */
#include <stdlib.h>

#include "render.h"

static const moult_node *partitioning_of(const moult_host *host, const moult_node *table)
{
    return node_child(host, table, "partitioning", (struct slice){"", 0});
}

/* The children of PARENT of KIND, in order. */
static bool parts_of(const moult_host *host, const moult_node *parent, const char *kind,
                     struct nodes *out)
{
    EACH_CHILD(host, parent, part)
    {
        if (!node_is(host, part, kind))
            continue;
        if (!mynodes_add(out, part))
            return false;
        uint32_t position = mynode_position(host->tree, part);
        size_t i = out->n - 1;
        for (; i && mynode_position(host->tree, out->at[i - 1]) > position; i--)
            out->at[i] = out->at[i - 1];
        out->at[i] = part;
    }
    return true;
}

static bool same_attributes(const moult_host *host, const moult_node *a, const moult_node *b)
{
    static const char *const names[] = {"values", "engine", "options", "comment"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (node_differs(host, a, b, names[i]))
            return false;
    return slice_eq(node_key(host, a), node_key(host, b));
}

static bool same_part(const moult_host *host, const moult_node *a, const moult_node *b)
{
    if (!same_attributes(host, a, b) || node_count(host, a) != node_count(host, b))
        return false;
    EACH_CHILD(host, a, sub)
    {
        const moult_node *other = node_child(host, b, "subpartition", node_key(host, sub));
        if (!other || !same_attributes(host, sub, other) || node_differs(host, sub, other, "after"))
            return false;
    }
    return true;
}

static bool by_is(const moult_host *host, const moult_node *partitioning, const char *word)
{
    struct slice by = node_text(host, partitioning, "by");
    size_t n = strlen(word);
    return by.n >= n && memcmp(by.p, word, n) == 0;
}

static struct slice values_of(const moult_host *host, const moult_node *partition)
{
    return node_text(host, partition, "values");
}

/* "LESS THAN (1990)": the number; false: it is none. */
static bool bound_number(struct slice values, long long *out)
{
    static const char head[] = "LESS THAN (";
    size_t n = sizeof head - 1;
    if (values.n <= n || memcmp(values.p, head, n) != 0)
        return false;
    char *end;
    *out = strtoll(values.p + n, &end, 10);
    return *end == ')' && end + 1 == values.p + values.n;
}

/* Does the range that ends at B reach as far as the one that ends at A, at least? */
static bool reaches(struct slice a, struct slice b)
{
    long long x, y;
    if (slice_eq(a, b) || slice_is(b, "LESS THAN MAXVALUE"))
        return true;
    return bound_number(a, &x) && bound_number(b, &y) && y >= x;
}

struct lists {
    struct nodes a, b;
    size_t first, tail; /* that are the same, at the beginning and at the end */
};

static bool is_default(const moult_host *host, const moult_node *partition)
{
    return slice_is(values_of(host, partition), "DEFAULT");
}

/* Is there a partition for all that the others have not? */
static bool has_default(const moult_host *host, const struct nodes *list, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (is_default(host, list->at[i]))
            return true;
    return false;
}

/* "IN (1,2)": what stands between the parentheses. */
static struct slice members(struct slice values)
{
    static const char head[] = "IN (";
    size_t n = sizeof head - 1;
    if (values.n <= n || memcmp(values.p, head, n) != 0)
        return (struct slice){"", 0};
    return (struct slice){values.p + n, values.n - n - 1};
}

/* Is each value of the partition A in one of COUNT others from AT on? */
static bool has_members(const moult_host *host, const moult_node *a, const moult_node *const *at,
                        size_t count)
{
    struct slice list = members(values_of(host, a)), one;
    while (list_next(&list, &one)) {
        bool found = false;
        for (size_t i = 0; i < count && !found; i++)
            found = list_has(members(values_of(host, at[i])), one);
        if (!found)
            return false;
    }
    return true;
}

static enum partition_step range_step(const struct table_diff *d, struct lists *l)
{
    size_t old = l->a.n - l->first - l->tail, new = l->b.n - l->first - l->tail;
    if (!old && !l->tail)
        return PARTITION_ADD;
    struct slice a = old ? values_of(d->host, l->a.at[l->first + old - 1]) : (struct slice){0};
    struct slice b = new ? values_of(d->host, l->b.at[l->first + new - 1]) : (struct slice){0};
    bool same_end = old && new && slice_eq(a, b);
    if (l->tail && !same_end) /* the next one gives or takes rows */
        l->tail--;
    else if (!l->tail && !same_end && (!new || !reaches(a, b)))
        return PARTITION_BY;
    return PARTITION_REORGANIZE;
}

/* Of lists the server drops rows without a word that have no place in those that it makes, and leaves those in
 * the default partition that now belong elsewhere: only where all have a place and none comes from
 * elsewhere is REORGANIZE sound.  Else each row is looked at, and the server refuses to lose it. */
static enum partition_step list_step(const struct table_diff *d, const struct lists *l)
{
    const moult_host *host = d->host;
    size_t old = l->a.n - l->first - l->tail, new = l->b.n - l->first - l->tail;
    const moult_node *const *a = l->a.at + l->first, *const *b = l->b.at + l->first;
    bool was = has_default(host, &l->a, 0, l->a.n);
    if (!old && !l->tail)
        return was ? PARTITION_BY : PARTITION_ADD;
    if (!old || !new || was || has_default(host, &l->b, 0, l->b.n))
        return PARTITION_BY;
    for (size_t i = 0; i < old; i++)
        if (!has_members(host, a[i], b, new))
            return PARTITION_BY;
    return PARTITION_REORGANIZE;
}

static enum partition_step history_step(const struct table_diff *d, const struct lists *l)
{
    size_t old = l->a.n - l->first - l->tail;
    return !old && l->tail == 1 && l->first && !d->mysql ? PARTITION_ADD : PARTITION_BY;
}

static enum partition_step list_diff(struct table_diff *d, const moult_node *by, struct lists *l,
                                     bool drop)
{
    const moult_host *host = d->host;
    bool counted = by_is(host, by, "HASH") || by_is(host, by, "KEY") || by_is(host, by, "LINEAR");
    while (l->first < l->a.n && l->first < l->b.n &&
           same_part(host, l->a.at[l->first], l->b.at[l->first]))
        l->first++;
    while (l->tail + l->first < l->a.n && l->tail + l->first < l->b.n &&
           same_part(host, l->a.at[l->a.n - 1 - l->tail], l->b.at[l->b.n - 1 - l->tail]))
        l->tail++;
    size_t old = l->a.n - l->first - l->tail, new = l->b.n - l->first - l->tail;
    if (!old && !new)
        return PARTITION_NONE;
    if (counted || (!l->a.n != !l->b.n))
        return PARTITION_BY;
    if (drop && old && !new)
        return PARTITION_DROP;
    return by_is(host, by, "RANGE")  ? range_step(d, l)
           : by_is(host, by, "LIST") ? list_step(d, l)
                                     : history_step(d, l);
}

static bool diff_lists(struct table_diff *d, const moult_node *a, const moult_node *b, bool drop)
{
    const moult_host *host = d->host;
    struct lists l = {0};
    bool ok = parts_of(host, a, "partition", &l.a) && parts_of(host, b, "partition", &l.b);
    if (ok)
        d->partition = list_diff(d, b, &l, drop);
    d->first = (uint32_t)l.first;
    d->old_count = (uint32_t)(l.a.n - l.first - l.tail);
    d->new_count = (uint32_t)(l.b.n - l.first - l.tail);
    mynodes_free(&l.a);
    mynodes_free(&l.b);
    return ok;
}

static uint32_t number_of(struct slice s)
{
    return s.n ? (uint32_t)strtoul(s.p, NULL, 10) : 1;
}

/* Partitions that are only counted, but not those that the server adds by itself. */
static bool count_differs(struct table_diff *d, const moult_node *a, const moult_node *b)
{
    struct slice by = node_text(d->host, b, "by");
    bool grows = by.n > 5 && memcmp(by.p + by.n - 5, " AUTO", 5) == 0;
    if (grows || !node_differs(d->host, a, b, "partitions"))
        return false;
    d->old_count = number_of(node_text(d->host, a, "partitions"));
    d->new_count = number_of(node_text(d->host, b, "partitions"));
    return true;
}

bool partition_diff(struct table_diff *d, bool drop)
{
    const moult_host *host = d->host;
    const moult_node *a = partitioning_of(host, d->from), *b = partitioning_of(host, d->to);
    d->partition = PARTITION_NONE;
    if (!a || !b) {
        d->partition = a ? PARTITION_REMOVE : b ? PARTITION_BY : PARTITION_NONE;
        return true;
    }
    if (node_differs(host, a, b, "by") || node_differs(host, a, b, "subpartition_by") ||
        node_differs(host, a, b, "subpartitions")) {
        d->partition = PARTITION_BY;
        return true;
    }
    if (!count_differs(d, a, b))
        return diff_lists(d, a, b, drop);
    bool counted = by_is(host, b, "HASH") || by_is(host, b, "KEY") || by_is(host, b, "LINEAR");
    bool equal = d->old_count == d->new_count;
    d->partition = !counted || equal || node_has(host, b, "subpartition_by") ? PARTITION_BY
                                                                             : PARTITION_COUNT;
    return true;
}

/* ---- statements ---- */

/* Partitions FROM to FROM + COUNT of the node: their names, or all that they are. */
static void list_partitions(struct rendering *r, const moult_node *partitioning, uint32_t from,
                            uint32_t count, struct slice engine, bool whole)
{
    const char *before = "";
    for (uint32_t position = from + 1; position <= from + count; position++) {
        EACH_CHILD(r->host, partitioning, p)
        {
            if (mynode_position(r->host->tree, p) != position)
                continue;
            say(r, "%", slice_z(before));
            if (whole)
                mycreate_partition(r->host->tree, p, engine, &r->sql);
            else
                say(r, "@", node_name(r->host, p));
            before = whole ? ",\n " : ", ";
        }
    }
}

void alter_partitions(struct rendering *r, const struct table_diff *d)
{
    struct slice engine = node_text(r->host, d->to, "engine");
    const moult_node *a = d->a.partitioning, *b = d->b.partitioning;
    begin_alter(r, d->from);
    if (d->partition == PARTITION_COUNT) {
        bool more = d->new_count > d->old_count;
        say(r, more ? " ADD PARTITION PARTITIONS " : " COALESCE PARTITION ");
        mytext_printf(&r->sql, "%u",
                      more ? d->new_count - d->old_count : d->old_count - d->new_count);
    } else if (d->partition == PARTITION_DROP) {
        say(r, " DROP PARTITION ");
        list_partitions(r, a, d->first, d->old_count, engine, false);
    } else {
        if (d->partition == PARTITION_REORGANIZE) {
            say(r, " REORGANIZE PARTITION ");
            list_partitions(r, a, d->first, d->old_count, engine, false);
            say(r, " INTO\n(");
        } else {
            say(r, " ADD PARTITION\n(");
        }
        list_partitions(r, b, d->first, d->new_count, engine, true);
        say(r, ")");
    }
    done(r);
    probe_partitions(r, d);
}
