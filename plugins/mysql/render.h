/* SPDX-License-Identifier: Apache-2.0 */
/* render.h - what ways*.c, aside.c, facts.c, algorithm.c and render*.c share: reading nodes, what
 * differs between two tables, and writing statements from nodes. */
#ifndef MOULT_MYSQL_RENDER_H
#define MOULT_MYSQL_RENDER_H

#include "create-table.h"

/* ---- reading nodes; a NULL node has no attributes and no children ---- */

static inline struct slice node_text(const moult_host *host, const moult_node *node,
                                     const char *name)
{
    struct slice s = {0};
    if (node)
        s.p = host->tree->text(node, name, &s.n);
    return s;
}
static inline struct slice node_same(const moult_host *host, const moult_node *node,
                                     const char *name)
{
    struct slice s = {0};
    if (node)
        s.p = host->tree->same(node, name, &s.n);
    return s;
}
static inline struct slice node_key(const moult_host *host, const moult_node *node)
{
    struct slice s;
    s.p = host->tree->key(node, &s.n);
    return s;
}
static inline struct slice node_path(const moult_host *host, const moult_node *node)
{
    struct slice s;
    s.p = host->tree->path(node, &s.n);
    return s;
}
static inline bool node_is(const moult_host *host, const moult_node *node, const char *kind)
{
    return node && strcmp(host->tree->kind(node), kind) == 0;
}
static inline bool node_flag(const moult_host *host, const moult_node *node, const char *name)
{
    return slice_is(node_text(host, node, name), "true");
}
static inline bool node_has(const moult_host *host, const moult_node *node, const char *name)
{
    return node_text(host, node, name).p != NULL;
}
/* Does the attribute differ, or is it on one side only? */
static inline bool node_differs(const moult_host *host, const moult_node *a, const moult_node *b,
                                const char *name)
{
    struct slice x = node_same(host, a, name), y = node_same(host, b, name);
    return !x.p != !y.p || !slice_eq(x, y);
}
/* The name as it is spelled. */
static inline struct slice node_name(const moult_host *host, const moult_node *node)
{
    return mynode_name(host->tree, node);
}
static inline uint32_t node_count(const moult_host *host, const moult_node *node)
{
    return node ? host->tree->count(node) : 0;
}
#define EACH_CHILD(host, parent, var)                                                              \
    const moult_node *var = NULL;                                                                  \
    for (uint32_t var##_i = 0, var##_n = node_count(host, parent);                                 \
         var##_i < var##_n && (var = (host)->tree->child(parent, var##_i)); var##_i++)

/* ---- render-nodes.c ---- */

struct nodes {
    const moult_node **at;
    size_t n, cap;
};
void mynodes_free(struct nodes *nodes);
#define CLEANUP_NODES __attribute__((cleanup(mynodes_free)))
/* false: out of memory. */
bool mynodes_add(struct nodes *nodes, const moult_node *node);
bool mynodes_have(const struct nodes *nodes, const moult_node *node);

/* The top-level node that NODE lies in, or itself. */
const moult_node *node_object(const moult_host *host, const moult_node *node);
/* The child of PARENT (may be NULL) of KIND and KEY, or NULL. */
const moult_node *node_child(const moult_host *host, const moult_node *parent, const char *kind,
                             struct slice key);
/* The top-level node of TREE (may be NULL) of KIND and KEY, or NULL. */
const moult_node *tree_node(const moult_host *host, const moult_tree *tree, const char *kind,
                            struct slice key);
/* The counterpart in TREE (may be NULL) of NODE of another tree, or NULL. */
const moult_node *tree_twin(const moult_host *host, const moult_tree *tree,
                            const moult_node *node);
/* Has NODE a reference of its own to PATH, or to what lies in it? */
bool node_needs(const moult_host *host, const moult_node *node, struct slice path);
/* Does TREE come from MySQL, and not from MariaDB? */
bool tree_is_mysql(const moult_host *host, const moult_tree *tree);
/* Is the column what MariaDB makes of the type JSON? */
bool is_json(const moult_host *host, const moult_node *column);
/* The next item of a list with commas between, without the space around; false at the end. */
bool list_next(struct slice *rest, struct slice *item);
bool list_has(struct slice list, struct slice item);
/* Does the list of columns LIST begin with all of HEAD, in this order?  Both are quoted. */
bool list_begins(struct slice list, struct slice head);
/* Is it a literal, or the time at hand: the same for every row? */
bool is_constant(struct slice expression);

/* The foreign keys of TREE (may be NULL) that need TABLE (a key): its own, and those to it.  false: out
 * of memory. */
bool foreign_keys_at(const moult_host *host, const moult_tree *tree, struct slice table,
                     struct nodes *out);

/* ---- render-diff.c: what differs between two tables ---- */

#define COLUMN_ADD 1u
#define COLUMN_MODIFY 2u
#define COLUMN_MOVE 4u    /* it stands elsewhere among those that stay */
#define COLUMN_REPLACE 8u /* it is dropped and added anew in one statement */
#define COLUMN_RESPELL 16u
#define COLUMN_EMPTY 64u /* replaced, if it holds no value: the server converts none */
#define COLUMN_STORE 32u /* its computed values have to be stored before, to be kept */

struct column_step {
    const moult_node *from; /* or NULL */
    const moult_node *to;
    uint32_t what;     /* COLUMN_*; 0: stays as it is */
    bool at_end;       /* behind all that were there before */
    bool unset;        /* ALTER COLUMN ... DROP DEFAULT has to follow */
};

#define KEY_DROP 1u
#define KEY_ADD 2u
#define KEY_IGNORED 4u /* IGNORED is set or taken back */
#define KEY_RESPELL 8u

struct key_step { /* of keys, checks and periods */
    const moult_node *from, *to; /* one may be NULL */
    uint32_t what;               /* KEY_* */
};

/* What is done about partitions. */
enum partition_step {
    PARTITION_NONE,
    PARTITION_BY,         /* every row is given its place anew */
    PARTITION_REMOVE,     /* REMOVE PARTITIONING */
    PARTITION_ADD,        /* further ones behind all others */
    PARTITION_DROP,       /* with their rows */
    PARTITION_REORGANIZE, /* some are made of some, rows and all */
    PARTITION_COUNT,      /* of hash or key: more, or fewer */
};

struct table_diff {
    const moult_host *host;
    const moult_node *from, *to;
    const moult_tree *from_tree, *to_tree;
    struct mytable a, b;
    struct column_step *columns; /* of `to`, in order */
    uint32_t column_count;
    struct nodes dropped; /* columns */
    struct key_step *keys, *checks, *periods;
    uint32_t key_count, check_count, period_count;
    struct text options;     /* "ENGINE=Aria COMMENT='x'": those that change */
    struct text early, late; /* those that are taken back before and after the engine changes */
    enum partition_step partition;
    uint32_t first, old_count, new_count; /* of PARTITION_ADD, DROP, REORGANIZE: which */
    bool mysql;
    bool forgets; /* its history has to go, for it to move to another engine */
};
/* DROP: partitions may go with their rows.  false: out of memory. */
bool table_diff_make(const moult_host *host, const moult_node *from, const moult_node *to,
                     const moult_tree *from_tree, const moult_tree *to_tree, bool drop,
                     struct table_diff *out);
void table_diff_free(struct table_diff *d);
#define CLEANUP_DIFF __attribute__((cleanup(table_diff_free)))
/* Is there anything for the ALTER TABLE that comes before partitions are seen to? */
bool table_diff_alters(const struct table_diff *d);
/* Is the column of one of the old keys? */
const moult_node *key_of_column(const struct table_diff *d, const moult_node *column);

/* ---- render-options.c ---- */

/* Finds what turns the options into those wanted, as ALTER TABLE takes them: d->options, ... */
bool options_diff(struct table_diff *d);
/* Does the change of options need every row written anew? */
bool options_rebuild(const moult_host *host, const moult_node *from, const moult_node *to);

/* ---- render-partition.c ---- */

/* Finds d->partition, ... */
bool partition_diff(struct table_diff *d, bool drop);
struct rendering;
/* The statement for all but PARTITION_BY and PARTITION_REMOVE. */
void alter_partitions(struct rendering *r, const struct table_diff *d);

/* ---- facts.c ---- */

/* What becomes of the values that a column has when its type changes. */
#define TYPE_COPIES 1u  /* every row is written */
#define TYPE_FORBIDS 2u /* some values may not fit */
#define TYPE_CHANGES 4u /* some may be stored differently */
#define TYPE_SORTS 8u   /* they compare differently: indexes are made anew */
/* Does the server turn values of the one type into those of the other at all? */
bool type_converts(const moult_host *host, const moult_node *from, const moult_node *to);
uint32_t column_type_facts(const moult_host *host, const moult_node *from, const moult_node *to);

/* ---- algorithm.c ---- */

#define ALGORITHM_INSTANT 0u
#define ALGORITHM_NOCOPY 1u
#define ALGORITHM_INPLACE 2u
#define ALGORITHM_COPY 3u

/* What the server does for an ALTER TABLE. */
struct effort {
    uint32_t algorithm; /* ALGORITHM_*: the lightest that the server takes */
    bool shared;        /* writers have to wait meanwhile */
    bool scans;         /* rows are read */
    uint32_t hazards;   /* of the rows' values: MOULT_HAZARD_* */
    uint32_t phase;
    const char *why;    /* it cannot be lighter */
};
void effort_of(const struct table_diff *d, struct effort *out);
/* ", ALGORITHM=INSTANT, LOCK=NONE" */
void effort_say(const struct effort *e, bool mysql, struct text *out);

/* ---- render.c ---- */

struct rendering {
    const moult_host *host;
    const moult_operation *operation;
    moult_script *script;
    moult_error *err;
    moult_status status; /* the first failure; nothing is added after it */
    uint32_t role;
    uint32_t emitted;            /* statements added in this role */
    const moult_tree *from, *to; /* what there is before and after, as this role sees it */
    bool mysql;
    struct text settings; /* under which the statement is to run */
    struct text sql;      /* the statement that is being written */
};

/* Writes FMT, in which each "%" stands for the next slice as it is, "~" for it as a literal, "@" as a
 * name. */
void say(struct rendering *r, const char *fmt, ...);
/* The statement runs with the setting NAME at VALUE. */
void under(struct rendering *r, const char *name, struct slice value);
/* A name of this run for what is only there in between: "moult_RUN_WHAT". */
struct slice temporary_name(const struct rendering *r, char out[64], const char *what);
/* Ends the statement. */
void done(struct rendering *r);
/* say() and done(). */
void run(struct rendering *r, const char *fmt, ...);
/* A statement that does nothing, for a step that has nothing to do, and WHY. */
void nothing(struct rendering *r, const char *why);
/* A statement that answers whether the latest one has taken place. */
void probe(struct rendering *r, const char *fmt, ...);
void render_fail(struct rendering *r, moult_status st, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

void render_create(struct rendering *r, const moult_node *node);
void render_drop(struct rendering *r, const moult_node *node);
void render_alter(struct rendering *r, const moult_node *from, const moult_node *to);

/* ---- render-alter.c ---- */

/* ALTER TABLE `t` */
void begin_alter(struct rendering *r, const moult_node *table);
/* DROP: partitions may go with their rows. */
void alter_table(struct rendering *r, const moult_node *from, const moult_node *to, bool drop);

/* ---- render-table.c ---- */

void create_table(struct rendering *r, const moult_node *table);
/* A column takes NULL, but not without a word. */
void unset_default(struct rendering *r, const moult_node *table, const moult_node *column);
void create_foreign_key(struct rendering *r, const moult_node *foreign_key);
void drop_foreign_key(struct rendering *r, const moult_node *foreign_key);
void replace_foreign_key(struct rendering *r, const moult_node *from, const moult_node *to);

/* ---- render-probe.c ---- */

/* Probes whether the ALTER TABLE that D calls for took place. */
void probe_table(struct rendering *r, const struct table_diff *d);
void probe_partitions(struct rendering *r, const struct table_diff *d);
void probe_relation(struct rendering *r, struct slice name, bool gone);
void probe_column(struct rendering *r, struct slice table, struct slice column, bool gone);
void probe_index(struct rendering *r, struct slice table, struct slice index, bool gone);
void probe_constraint(struct rendering *r, struct slice table, struct slice name, bool gone);
/* Of a view, routine, trigger or event: it is there; or (GONE) is not. */
void probe_object(struct rendering *r, const moult_node *node, bool gone);
/* It is as TO is, where it was as FROM. */
void probe_replaced(struct rendering *r, const moult_node *from, const moult_node *to);

/* ---- render-kinds.c, render-routine.c, render-trigger.c ---- */

/* false: it is of no kind of this file. */
bool create_kind(struct rendering *r, const moult_node *node);
bool drop_kind(struct rendering *r, const moult_node *node);
bool alter_kind(struct rendering *r, const moult_node *from, const moult_node *to);
bool is_routine(const moult_host *host, const moult_node *node);
void create_routine(struct rendering *r, const moult_node *node, bool replace);
void drop_routine(struct rendering *r, const moult_node *node);
void alter_routine(struct rendering *r, const moult_node *from, const moult_node *to);
void create_event(struct rendering *r, const moult_node *event);
void alter_event(struct rendering *r, const moult_node *from, const moult_node *to);
void create_trigger(struct rendering *r, const moult_node *trigger, bool replace);
void alter_trigger(struct rendering *r, const moult_node *from, const moult_node *to);
/* "DEFINER=`u`@`h` ", if NODE has one. */
void say_definer(struct rendering *r, const moult_node *node);
/* The settings that NODE was made under. */
void under_settings(struct rendering *r, const moult_node *node);

/* Do those triggers that stay keep their order among each other?  Of the table, timing and event of
 * TRIGGER. */
bool trigger_order_kept(const moult_host *host, const moult_tree *from, const moult_tree *to,
                        const moult_node *trigger);
/* The trigger of TREE that follows TRIGGER, or NULL. */
const moult_node *trigger_after(const moult_host *host, const moult_tree *tree,
                                const moult_node *trigger);
/* Does only its place in the order differ, which comes about by what is done to others? */
bool trigger_falls_into_place(const moult_host *host, const moult_tree *from_tree,
                              const moult_tree *to_tree, const moult_node *from,
                              const moult_node *to);

/* ---- render-rights.c ---- */

/* Grants; FROM or TO may be NULL. */
void render_grants(struct rendering *r, const moult_node *from, const moult_node *to);
void render_all_grants(struct rendering *r, const moult_node *from, const moult_node *to);

/* ---- render-rename.c ---- */

void render_rename(struct rendering *r, const moult_node *from, const moult_node *to);

/* ---- ways.c, ways-table.c, aside.c ---- */

moult_way my_way(const char *id, const char *summary);
/* What cannot be done to an object that is not understood. */
moult_status ways_opaque(const moult_host *host, const moult_node *node, const char *what,
                         moult_error *err);
moult_status ways_table(const moult_host *host, const moult_change *change, moult_ways *ways,
                        moult_error *err);
moult_status aside_path(const moult_host *host, const moult_node *node, moult_ways *ways);
/* Foreign keys with which the server would not let the table change as D says. */
moult_status aside_foreign_keys(const moult_host *host, const struct table_diff *d,
                                moult_ways *ways);
/* Triggers that stay behind TRIGGER as it moves: they are made anew behind it. */
moult_status aside_followers(const moult_host *host, const moult_change *change,
                             moult_ways *ways);

#endif
