/* SPDX-License-Identifier: Apache-2.0 */
/* algorithm.c - the lightest algorithm and lock that the server takes for an ALTER TABLE.
 *
 * An algorithm that is too light makes the server refuse; one that is too heavy holds others up for
 * nothing.  What is not known here is COPY, which the server never refuses.  The rules are those of InnoDB from MariaDB 10.5 on
 * (handler0alter.cc), where an operation alone, what comes with it and what the table has all count:
 * each change adds marks, and the marks together decide. */
#include "render.h"

#define META 1u          /* a new definition, the rows stay: any engine of the server's own */
#define META_INNODB 2u   /* likewise, but other engines copy */
#define ADD 4u           /* a column, at the end */
#define ADD_MID 8u       /* elsewhere */
#define DROP 16u         /* a column that is stored */
#define MOVE 32u
#define VIRTUAL_ADD 64u
#define VIRTUAL_ADD_MID 128u
#define VIRTUAL_DROP 256u
#define VIRTUAL_MODIFY 512u
#define KEY_MADE 1024u
#define KEY_GONE 2048u
#define FULLTEXT 4096u
#define REBUILD 8192u    /* the clustered index */
#define NOT_NULL 16384u
#define WRITERS_WAIT 32768u
#define OPTIONS 65536u   /* of the table, whichever */
#define RETYPE 131072u   /* another name, type or collation of the same values */

#define COLUMNS (ADD | ADD_MID | DROP | MOVE)

struct marks {
    const struct table_diff *d;
    const moult_host *host;
    struct effort *e;
    uint32_t set;
    uint32_t fulltexts;
    const char *copy; /* why rows must be copied, or NULL */
    bool tightens;    /* what the old application writes may not fit */
    bool drops;
    /* The table as it is. */
    bool innodb, known, has_virtual, virtual_key, has_stored, fulltext, spatial, compressed, parted;
};

static void copy(struct marks *m, const char *why)
{
    if (!m->copy)
        m->copy = why;
}

static bool is_virtual(const moult_host *host, const moult_node *column)
{
    return node_has(host, column, "generated") && !node_has(host, column, "stored");
}

static bool is_generated(const moult_host *host, const moult_node *column)
{
    return node_has(host, column, "generated");
}

/* ---- the table as it is ---- */

static void look_at_engine(struct marks *m, const moult_node *table)
{
    struct slice engine = node_text(m->host, table, "engine");
    struct slice format = node_text(m->host, table, "row_format");
    struct slice options = node_text(m->host, table, "options"), one;
    m->innodb = slice_is(engine, "InnoDB");
    m->known = m->innodb || slice_is(engine, "Aria") || slice_is(engine, "MyISAM");
    m->compressed = slice_is(format, "COMPRESSED");
    while (options.p && list_next(&options, &one))
        m->compressed |= one.n > 14 && strncasecmp(one.p, "key_block_size", 14) == 0;
}

static void look_at_table(struct marks *m)
{
    const struct table_diff *d = m->d;
    look_at_engine(m, d->from);
    m->parted = d->a.partitioning != NULL;
    for (uint32_t i = 0; i < d->a.column_count; i++) {
        const moult_node *c = d->a.columns[i];
        m->has_stored |= node_has(m->host, c, "stored");
        m->has_virtual |= is_virtual(m->host, c);
        m->virtual_key |= is_virtual(m->host, c) && key_of_column(d, c);
    }
    for (uint32_t i = 0; i < d->a.key_count; i++) {
        struct slice type = node_text(m->host, d->a.keys[i], "type");
        m->fulltext |= slice_is(type, "FULLTEXT");
        m->spatial |= slice_is(type, "SPATIAL");
    }
}

/* ---- columns ---- */

static bool named_by_generated(const struct marks *m, const moult_node *column)
{
    struct slice path = node_path(m->host, column);
    for (uint32_t i = 0; i < m->d->a.column_count; i++)
        if (m->d->a.columns[i] != column && is_generated(m->host, m->d->a.columns[i]) &&
            node_needs(m->host, m->d->a.columns[i], path))
            return true;
    return m->d->a.partitioning && node_needs(m->host, m->d->a.partitioning, path);
}

static void add_column(struct marks *m, const struct column_step *c, bool replaced)
{
    const moult_host *host = m->host;
    struct slice value = node_text(host, c->to, "default");
    bool not_null = node_has(host, c->to, "not_null");
    if (is_virtual(host, c->to)) {
        m->set |= c->at_end && !replaced ? VIRTUAL_ADD : VIRTUAL_ADD_MID;
        if (m->parted)
            copy(m, "the server adds virtual columns to partitioned tables by copying");
    } else if (is_generated(host, c->to)) {
        copy(m, "the values of a stored generated column have to be computed");
    } else if (node_has(host, c->to, "row")) {
        copy(m, "the columns of a period are filled for every row");
    } else {
        m->set |= c->at_end && !replaced ? ADD : ADD_MID;
    }
    if (value.p && !is_constant(value))
        copy(m, "the default is another one for each row");
    if (node_has(host, c->to, "auto_increment"))
        m->set |= REBUILD | WRITERS_WAIT;
    if (node_has(host, c->to, "check") && (not_null || value.p)) {
        copy(m, "the check of the new column has to be made for every row");
        m->e->hazards |= MOULT_HAZARD_ROWS_MAY_FORBID;
    }
    m->tightens |= not_null && !value.p && !is_generated(host, c->to) &&
                   !node_has(host, c->to, "auto_increment");
}

static void drop_column(struct marks *m, const moult_node *column, bool replaced)
{
    if (is_virtual(m->host, column)) {
        m->set |= VIRTUAL_DROP;
        if (m->parted)
            copy(m, "the server drops virtual columns of partitioned tables by copying");
        return;
    }
    m->set |= DROP;
    m->drops |= !replaced;
    if (!is_generated(m->host, column) && !node_has(m->host, column, "row"))
        m->e->hazards |= MOULT_HAZARD_DELETES_DATA | MOULT_HAZARD_NOT_REVERSIBLE;
}

static void empty_column(struct marks *m)
{
    copy(m, "the server does not convert values between the types: there must be none");
    m->e->hazards |= MOULT_HAZARD_ROWS_MAY_FORBID;
    m->set |= DROP;
    m->tightens = true;
}

static void retype_column(struct marks *m, const struct column_step *c)
{
    uint32_t what = column_type_facts(m->host, c->from, c->to);
    const moult_node *key = key_of_column(m->d, c->from);
    bool differs = node_differs(m->host, c->from, c->to, "type") ||
                   node_differs(m->host, c->from, c->to, "collate");
    if (!differs)
        return;
    m->set |= META_INNODB | RETYPE;
    if (what & TYPE_FORBIDS) {
        m->e->hazards |= MOULT_HAZARD_ROWS_MAY_FORBID;
        m->tightens = true;
    }
    if (what & TYPE_CHANGES)
        m->e->hazards |= MOULT_HAZARD_CHANGES_VALUES | MOULT_HAZARD_NOT_REVERSIBLE;
    if (what & TYPE_COPIES)
        copy(m, "values are stored in another way");
    else if (named_by_generated(m, c->from) ||
             ((what & TYPE_SORTS) && node_is(m->host, key, "primary_key")))
        copy(m, "what is computed or ordered by it has to be made anew");
    else if ((what & TYPE_SORTS) && key)
        m->set |= KEY_MADE;
    if ((what & TYPE_SORTS) && key)
        m->e->hazards |= MOULT_HAZARD_ROWS_MAY_FORBID;
}

static void modify_column(struct marks *m, const struct column_step *c)
{
    const moult_host *host = m->host;
    const moult_node *a = c->from, *b = c->to;
    m->set |= META;
    retype_column(m, c);
    if (c->what & COLUMN_STORE)
        copy(m, "the values of a virtual column have to be stored to be kept");
    else if (is_json(host, a) != is_json(host, b))
        copy(m, "the server takes JSON for another type than the text that holds it");
    if (is_generated(host, a) && !is_virtual(host, a))
        copy(m, "the server changes stored generated columns by copying");
    if (is_virtual(host, a) && is_virtual(host, b)) {
        m->set |= VIRTUAL_MODIFY;
        if (m->virtual_key || node_differs(host, a, b, "type"))
            copy(m, "the server changes virtual columns that are indexed, or their types, by copying");
    }
    if (node_has(host, b, "not_null") && !node_has(host, a, "not_null")) {
        m->set |= NOT_NULL | REBUILD;
        m->e->hazards |= MOULT_HAZARD_ROWS_MAY_FORBID;
        m->tightens = true;
    } else if (node_differs(host, a, b, "not_null")) {
        m->set |= REBUILD;
    }
    if (node_differs(host, a, b, "check") && node_has(host, b, "check")) {
        copy(m, "the check has to be made for every row");
        m->e->hazards |= MOULT_HAZARD_ROWS_MAY_FORBID;
        m->tightens = true;
    }
    if (node_has(host, b, "auto_increment") && !node_has(host, a, "auto_increment"))
        copy(m, "the server gives numbers to rows that have none by copying");
    if (node_differs(host, a, b, "compressed") || node_differs(host, a, b, "options") ||
        node_differs(host, a, b, "srid"))
        copy(m, "values are stored in another way");
}

static void look_at_columns(struct marks *m)
{
    const struct table_diff *d = m->d;
    for (size_t i = 0; i < d->dropped.n; i++)
        drop_column(m, d->dropped.at[i], false);
    for (uint32_t i = 0; i < d->column_count; i++) {
        const struct column_step *c = &d->columns[i];
        if (c->what & COLUMN_EMPTY)
            empty_column(m);
        else if (c->what & COLUMN_REPLACE)
            drop_column(m, c->from, true);
        if (c->what & (COLUMN_ADD | COLUMN_REPLACE))
            add_column(m, c, (c->what & COLUMN_REPLACE) != 0);
        if (c->what & COLUMN_MODIFY)
            modify_column(m, c);
        if (c->what & COLUMN_RESPELL)
            m->set |= META | RETYPE;
        if (c->what & COLUMN_MOVE) {
            m->set |= MOVE;
            if (is_generated(m->host, c->to))
                copy(m, "the server moves generated columns by copying");
        }
    }
}

/* ---- keys and constraints ---- */

/* Is it kept as an index of hashes, because its columns are too long for one of values? */
static bool is_hashed(const struct marks *m, const moult_node *key)
{
    struct slice list = node_text(m->host, key, "columns"), item;
    if (!node_has(m->host, key, "unique"))
        return false;
    if (slice_is(node_text(m->host, key, "using"), "HASH"))
        return true;
    while (list_next(&list, &item)) {
        for (uint32_t i = 0; i < m->d->column_count; i++) {
            struct slice name = node_name(m->host, m->d->columns[i].to);
            struct slice type = node_text(m->host, m->d->columns[i].to, "type");
            bool whole = item.n == name.n + 2 && memcmp(item.p + 1, name.p, name.n) == 0;
            bool lob = type.n > 3 && (memcmp(type.p + type.n - 4, "text", 4) == 0 ||
                                      memcmp(type.p + type.n - 4, "blob", 4) == 0);
            bool longer = type.n > 12 && memcmp(type.p, "varchar(", 8) == 0; /* four digits */
            if (whole && (lob || longer))
                return true;
        }
    }
    return false;
}

static void add_key(struct marks *m, const moult_node *key)
{
    struct slice type = node_text(m->host, key, "type");
    bool primary = node_is(m->host, key, "primary_key");
    m->e->scans = true;
    m->set |= KEY_MADE;
    if (primary || node_has(m->host, key, "unique"))
        m->e->hazards |= MOULT_HAZARD_ROWS_MAY_FORBID;
    if (primary)
        m->set |= REBUILD | (m->parted ? WRITERS_WAIT : 0);
    if (slice_is(type, "SPATIAL"))
        m->set |= WRITERS_WAIT;
    if (slice_is(type, "FULLTEXT")) {
        m->set |= FULLTEXT | WRITERS_WAIT | REBUILD;
        if (++m->fulltexts > 1 || node_has(m->host, m->d->from, "versioned"))
            copy(m, "the server makes a second full-text index, or one of history, by copying");
    }
    if (is_hashed(m, key))
        copy(m, "the server makes indexes of hashes by copying");
}

static void look_at_keys(struct marks *m)
{
    const struct table_diff *d = m->d;
    for (uint32_t i = 0; i < d->key_count; i++) {
        const struct key_step *k = &d->keys[i];
        bool unique = k->to && (node_has(m->host, k->to, "unique") ||
                                node_is(m->host, k->to, "primary_key"));
        if (k->what & KEY_DROP)
            m->set |= KEY_GONE;
        if (k->what == KEY_DROP && node_is(m->host, k->from, "primary_key"))
            copy(m, "without a primary key the server orders the rows anew by copying");
        if (k->what & KEY_ADD)
            add_key(m, k->to);
        if (k->what & (KEY_IGNORED | KEY_RESPELL))
            m->set |= META;
        m->tightens |= (k->what & KEY_ADD) && unique;
    }
    for (uint32_t i = 0; i < d->check_count; i++) {
        if (d->checks[i].what & KEY_ADD) {
            copy(m, "the check has to be made for every row");
            m->e->hazards |= MOULT_HAZARD_ROWS_MAY_FORBID;
            m->tightens = true;
        } else if (d->checks[i].what & KEY_RESPELL) {
            copy(m, "the server renames checks by making them anew");
        } else if (d->checks[i].what) {
            m->set |= META_INNODB;
        }
    }
    for (uint32_t i = 0; i < d->period_count; i++)
        if (d->periods[i].what)
            copy(m, "the server changes periods by copying");
}

static void look_at_options(struct marks *m)
{
    const struct table_diff *d = m->d;
    if (node_differs(m->host, d->from, d->to, "engine"))
        copy(m, "the rows move to another storage engine");
    if (node_differs(m->host, d->from, d->to, "data_directory") ||
        node_differs(m->host, d->from, d->to, "index_directory"))
        copy(m, "the rows move to another directory");
    if (options_rebuild(m->host, d->from, d->to))
        m->set |= REBUILD;
    else if (d->options.n)
        m->set |= node_differs(m->host, d->from, d->to, "collate") ||
                          node_differs(m->host, d->from, d->to, "options")
                      ? META_INNODB | OPTIONS
                      : META | OPTIONS;
    if (node_differs(m->host, d->from, d->to, "versioned")) {
        bool adds = node_has(m->host, d->to, "versioned");
        if (adds)
            copy(m, "every row gets the time from which on it counts");
        else
            m->e->hazards |= MOULT_HAZARD_DELETES_DATA | MOULT_HAZARD_NOT_REVERSIBLE;
        m->set |= REBUILD | DROP | WRITERS_WAIT;
        m->drops |= !adds;
    }
    if (d->forgets)
        m->e->hazards |= MOULT_HAZARD_DELETES_DATA | MOULT_HAZARD_NOT_REVERSIBLE;
    if (d->partition == PARTITION_BY || d->partition == PARTITION_REMOVE)
        copy(m, "every row is given its place among partitions");
}

/* ---- together ---- */

/* Marks that InnoDB does not take together, or not for a table that has virtual columns. */
static void look_together(struct marks *m)
{
    uint32_t set = m->set, fulltexts = 0;
    bool rebuilds = (set & REBUILD) || ((set & COLUMNS) && (set & KEY_MADE)) ||
                    ((set & COLUMNS) && (m->compressed || m->fulltext || m->virtual_key));
    if ((set & NOT_NULL) && (m->has_stored || m->virtual_key))
        copy(m, "there are generated columns that are stored or indexed");
    if ((set & (VIRTUAL_ADD | VIRTUAL_ADD_MID | VIRTUAL_DROP)) &&
        (rebuilds || (set & (META | META_INNODB | ADD | ADD_MID | MOVE)) ||
         (m->virtual_key && (set & VIRTUAL_ADD_MID))))
        copy(m, "the server adds and drops virtual columns by copying, unless it does little else");
    if ((set & VIRTUAL_MODIFY) && (rebuilds || (set & COLUMNS)))
        copy(m, "the server changes virtual columns by copying, unless it does little else");
    if (m->has_virtual && ((set & (ADD_MID | MOVE | VIRTUAL_ADD_MID)) ||
                           ((set & DROP) && (rebuilds || m->virtual_key))))
        copy(m, "the order of columns changes around virtual ones");
    if (rebuilds)
        m->set |= REBUILD;
    for (uint32_t i = 0; i < m->d->b.key_count; i++)
        fulltexts += slice_is(node_text(m->host, m->d->b.keys[i], "type"), "FULLTEXT");
    if (rebuilds && fulltexts > 1)
        copy(m, "the server makes more than one full-text index by copying");
}

static uint32_t algorithm(const struct marks *m)
{
    if (m->copy)
        return ALGORITHM_COPY;
    if (!m->innodb)
        return m->known && !(m->set & ~META) ? ALGORITHM_INSTANT : ALGORITHM_COPY;
    if (m->set & REBUILD)
        return ALGORITHM_INPLACE;
    if ((m->set & OPTIONS) && (m->set & RETYPE))
        return ALGORITHM_NOCOPY;
    return m->set & (KEY_MADE | KEY_GONE) ? ALGORITHM_NOCOPY : ALGORITHM_INSTANT;
}

static uint32_t phase(const struct marks *m)
{
    /* What the rows may forbid comes before what nobody can take back. */
    return m->drops                                              ? MOULT_CONTRACT
           : m->tightens || m->e->algorithm >= ALGORITHM_INPLACE ? MOULT_MIGRATE
                                                                 : MOULT_EXPAND;
}

void effort_of(const struct table_diff *d, struct effort *out)
{
    struct marks m = {.d = d, .host = d->host, .e = out};
    *out = (struct effort){0};
    look_at_table(&m);
    look_at_columns(&m);
    look_at_keys(&m);
    look_at_options(&m);
    look_together(&m);
    out->algorithm = algorithm(&m);
    out->shared = out->algorithm == ALGORITHM_COPY || (m.set & WRITERS_WAIT);
    if (out->algorithm == ALGORITHM_INPLACE)
        out->shared |= m.fulltext || m.spatial || m.virtual_key;
    else if (out->algorithm == ALGORITHM_NOCOPY)
        out->shared |= (m.spatial && (m.set & COLUMNS)) ||
                       ((m.set & KEY_MADE) && (m.set & (VIRTUAL_ADD | VIRTUAL_ADD_MID)));
    out->why = out->algorithm == ALGORITHM_COPY && !m.copy
                   ? "only InnoDB changes tables without copying them"
                   : m.copy;
    out->phase = phase(&m);
}

void effort_say(const struct effort *e, bool mysql, struct text *out)
{
    static const char *const names[] = {"INSTANT", "NOCOPY", "INPLACE", "COPY"};
    /* MySQL knows no NOCOPY, and takes a lock to be stated only with what is not instant: there the lock
     * alone is stated, which rules copying out. */
    if (!mysql || e->algorithm == ALGORITHM_COPY)
        mytext_printf(out, ", ALGORITHM=%s", names[e->algorithm]);
    mytext_z(out, e->shared ? ", LOCK=SHARED" : ", LOCK=NONE");
}
