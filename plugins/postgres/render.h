/* SPDX-License-Identifier: Apache-2.0 */
/* render.h - what ways*.c, aside.c and render*.c share: reading nodes, and writing statements from
 * them. */
#ifndef MOULT_POSTGRES_RENDER_H
#define MOULT_POSTGRES_RENDER_H

#include <string.h>

#include "pg.h"

/* Borrowed bytes; p NULL = absent. */
struct span {
    const char *p;
    size_t n;
};
#define NO_SPAN ((struct span){NULL, 0})
static inline struct span span_of(const char *z)
{
    return (struct span){z, z ? strlen(z) : 0};
}
static inline bool span_equal(struct span a, struct span b)
{
    return !a.p == !b.p && a.n == b.n && (!a.n || memcmp(a.p, b.p, a.n) == 0);
}
static inline bool span_is(struct span s, const char *z)
{
    return s.p && s.n == strlen(z) && (!s.n || memcmp(s.p, z, s.n) == 0);
}
static inline bool span_starts(struct span s, const char *z)
{
    return s.p && s.n >= strlen(z) && memcmp(s.p, z, strlen(z)) == 0;
}
static inline struct span span_after(struct span s, size_t n)
{
    return (struct span){s.p + n, s.n - n};
}

/* ---- reading nodes; a NULL node has no attributes and no children ---- */

static inline struct span node_text(const moult_host *host, const moult_node *node,
                                    const char *name)
{
    struct span s = NO_SPAN;
    if (node)
        s.p = host->tree->text(node, name, &s.n);
    return s;
}
static inline struct span node_same(const moult_host *host, const moult_node *node,
                                    const char *name)
{
    struct span s = NO_SPAN;
    if (node)
        s.p = host->tree->same(node, name, &s.n);
    return s;
}
static inline struct span node_key(const moult_host *host, const moult_node *node)
{
    struct span s;
    s.p = host->tree->key(node, &s.n);
    return s;
}
static inline struct span node_path(const moult_host *host, const moult_node *node)
{
    struct span s;
    s.p = host->tree->path(node, &s.n);
    return s;
}
static inline bool node_is(const moult_host *host, const moult_node *node, const char *kind)
{
    return node && strcmp(host->tree->kind(node), kind) == 0;
}
static inline bool node_flag(const moult_host *host, const moult_node *node, const char *name)
{
    return span_is(node_text(host, node, name), "true");
}
static inline bool node_has(const moult_host *host, const moult_node *node, const char *name)
{
    return node_text(host, node, name).p != NULL;
}
/* Does the attribute differ, or is it on one side only? */
static inline bool node_differs(const moult_host *host, const moult_node *a, const moult_node *b,
                                const char *name)
{
    return !span_equal(node_same(host, a, name), node_same(host, b, name));
}
static inline uint32_t node_count(const moult_host *host, const moult_node *node)
{
    return node ? host->tree->count(node) : 0;
}
static inline const moult_node *node_at(const moult_host *host, const moult_node *node, uint32_t i)
{
    return host->tree->child(node, i);
}
#define EACH_CHILD(host, parent, var)                                                              \
    const moult_node *var = NULL;                                                                  \
    for (uint32_t var##_i = 0, var##_n = node_count(host, parent);                                 \
         var##_i < var##_n && (var = node_at(host, parent, var##_i)); var##_i++)

/* ---- render-nodes.c ---- */

struct nodes {
    const moult_node **at;
    size_t n, cap;
};
void nodes_free(struct nodes *nodes);
#define CLEANUP_NODES __attribute__((cleanup(nodes_free)))
/* false: out of memory. */
bool nodes_add(struct nodes *nodes, const moult_node *node);
bool nodes_have(const struct nodes *nodes, const moult_node *node);
/* The children of PARENT of KIND, by position where they have one, else by key. */
bool nodes_of(const moult_host *host, const moult_node *parent, const char *kind,
              struct nodes *out);
/* The top-level node that NODE lies in, or itself. */
const moult_node *node_object(const moult_host *host, const moult_node *node);
/* The child of PARENT (may be NULL) of KIND and KEY, or NULL. */
const moult_node *node_child(const moult_host *host, const moult_node *parent, const char *kind,
                             struct span key);
/* The top-level node of TREE (may be NULL) of KIND and KEY, or NULL. */
const moult_node *tree_node(const moult_host *host, const moult_tree *tree, const char *kind,
                            struct span key);
/* The table, foreign table, view ... of TREE with KEY. */
const moult_node *tree_relation(const moult_host *host, const moult_tree *tree, struct span key);
/* The counterpart in TREE (may be NULL) of NODE of another tree, or NULL. */
const moult_node *tree_twin(const moult_host *host, const moult_tree *tree,
                            const moult_node *node);
/* Are both the same in shape, attributes and all below? */
bool node_same_shape(const moult_host *host, const moult_node *a, const moult_node *b);

/* Length of the token at the start of S: a quoted text, a marked name, a word, a number, one other
 * byte; white space and comments are tokens too. */
size_t sql_token(struct span s);
/* The next item of a list with commas between, without the space around; false at the end. */
bool list_next(struct span *rest, struct span *item);
bool list_has(struct span list, struct span item);
/* "name='value'" or "name 'value'": the name and what follows it. */
void option_parts(struct span option, struct span *name, struct span *value);
/* Cuts "R.N" before the last dot that is part of no name. */
void key_cut(struct span key, struct span *relation, struct span *name);
/* Does NAME stand in SQL as a whole token, or as a whole quoted literal? */
bool sql_mentions(struct span sql, struct span name);
/* Where "WHERE" begins at the top level of an index's or constraint's definition; else its end. */
size_t sql_before_where(struct span s);
/* S without space and semicolons at its end. */
struct span sql_trimmed(struct span s);
/* Is COLUMN one that NODE's parents in TREE give it? */
const moult_node *inherited_column(const moult_host *host, const moult_tree *tree,
                                   const moult_node *table, struct span column);
bool inherits_check(const moult_host *host, const moult_tree *tree, const moult_node *table,
                    struct span name);

/* ---- partition.c ---- */

/* The tables of TREE that inherit from TABLE, or are its partitions, by their keys. */
bool tables_below(const moult_host *host, const moult_tree *tree, const moult_node *table,
                  struct nodes *out);

/* Is ABOVE one of those that TABLE inherits from? */
bool is_below(const moult_host *host, const moult_tree *tree, const moult_node *table,
              struct span above, int depth);

struct trees {
    const moult_tree *from, *to;
};
/* Is TABLE, there before and after, partitioned in another way then, or by a column of another type? */
bool table_repartitions(const moult_host *host, struct trees trees, const moult_node *table);
/* What the making anew of a partitioned table does to a table beside it. */
enum fate {
    FATE_OWN,   /* nothing */
    FATE_GONE,  /* a partition that ends: its rows move */
    FATE_ANEW,  /* a partition before and after: made anew as well */
    FATE_OUT,   /* a partition that gets another parent, or none: it keeps its rows */
    FATE_IN,    /* a table that becomes a partition of it */
    FATE_FRESH, /* a partition that is new */
};
enum fate table_fate(const moult_host *host, struct trees trees, const moult_node *table);

/* Does a column of TABLE come from parents alone then, that is its own now or comes from others?  The
 * server makes such a column only with the table, or with the parent's. */
bool table_takes(const moult_host *host, struct trees trees, const moult_node *table);

/* Partitions of one table, of which some leave and some come. */
struct group {
    const moult_node *parent, *then; /* the table before and after */
    struct nodes leaving, coming;    /* of the tree before; of the one after */
    const moult_node *rest;          /* the default partition, if it stays */
};
bool group_find(const moult_host *host, struct trees trees, struct span parent, struct group *g);
void group_free(struct group *g); /* and empties it */
#define CLEANUP_GROUP __attribute__((cleanup(group_free)))
/* The partition whose step moves the rows of all; NULL: none need move. */
const moult_node *group_leader(const moult_host *host, const struct group *g);
enum part { PART_NONE, PART_LEADER, PART_MEMBER };
/* Of TABLE, which leaves. */
enum part group_part(const moult_host *host, struct trees trees, const moult_node *table);
/* Does TABLE, a partition that goes, end with one above it, whose rows move? */
bool ends_above(const moult_host *host, struct trees trees, const moult_node *table);
/* Is TABLE, a new partition, made by a leader? */
bool group_makes(const moult_host *host, struct trees trees, const moult_node *table);

/* ---- types.c ---- */

bool type_is_array(struct span type);
/* Is the type TEXT, but for modifiers and array brackets, TYPE or its multirange? */
bool is_of_type(const moult_host *host, struct span text, const moult_node *type);
/* What follows NAME in a range's definition: "subtype = ". */
struct span range_part(const moult_host *host, const moult_node *range, const char *name);
/* Name of the multirange that comes with TYPE; false: none does. */
bool type_multirange(const moult_host *host, const moult_node *type, struct text *out);
/* Columns of tables in TREE whose type is TYPE, an array of it or its multirange. */
bool columns_of_type(const moult_host *host, const moult_tree *tree, const moult_node *type,
                     struct nodes *out);
/* Columns of tables in TREE that are compared by COLLATION. */
bool columns_collated(const moult_host *host, const moult_tree *tree, const moult_node *collation,
                      struct nodes *out);
/* TYPE and all types that are built of it, each behind what it is built of. */
bool types_over(const moult_host *host, const moult_tree *tree, const moult_node *type,
                struct nodes *out);
/* Why a new type must take TYPE's place; NULL: it need not, of itself. */
const char *type_swaps(const moult_host *host, struct trees trees, const moult_node *type);
/* Is TYPE, or a part of one, built of a type that is swapped?  Then it is too, with that. */
bool type_goes_along(const moult_host *host, struct trees trees, const moult_node *type);
/* Does a column that TABLE, or a partition, is partitioned by get another type: itself, or (SWAPPED)
 * because one is put in its type's place? */
bool key_changes(const moult_host *host, struct trees trees, const moult_node *table, bool swapped);

/* ---- render.c ---- */

struct rendering {
    const moult_host *host;
    const moult_operation *operation;
    moult_script *script;
    moult_error *err;
    moult_status status; /* the first failure; nothing is added after it */
    uint32_t role;
    uint32_t emitted;             /* statements added in this role */
    const moult_tree *from, *to;  /* what there is before and after, as this role sees it */
    const struct nodes *swapped;  /* types that are swapped in this step, or NULL */
    struct text sql;              /* the statement that is being written */
};

/* Writes FMT, in which each "%" stands for the next span as it is, "~" for it as a literal. */
void say(struct rendering *r, const char *fmt, ...);
void say_span(struct rendering *r, struct span s);
void say_literal(struct rendering *r, struct span s);
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
/* A name of this run for what is only there in between: "moult_RUN_N". */
struct span temporary_name(struct rendering *r, char out[64], const char *what);

static inline struct trees trees_of(const struct rendering *r)
{
    return (struct trees){r->from, r->to};
}

void render_create(struct rendering *r, const moult_node *node);
void render_drop(struct rendering *r, const moult_node *node);
void render_alter(struct rendering *r, const moult_node *from, const moult_node *to);

/* ---- render-kinds.c: what is known of a kind ---- */

#define KIND_OWNER 1u    /* ALTER ... OWNER TO */
#define KIND_RELATED 2u  /* its key is relation and name: "NAME ON RELATION" */
#define KIND_TYPE 4u     /* columns may be of it */
#define KIND_NO_COMMENT 8u

struct kind {
    const char *name, *word; /* word: in DROP, COMMENT ON and ALTER */
    const char *grant;       /* word in GRANT ON, or NULL */
    const char *objects;     /* in ALTER DEFAULT PRIVILEGES, or NULL */
    const char *usual;       /* what PUBLIC has from the start, or NULL */
    uint32_t flags;
};
void drop_object(struct rendering *r, const moult_node *node);
const struct kind *kind_of(const moult_host *host, const moult_node *node);
/* "TABLE s.t", "TRIGGER n ON s.t", "COLUMN s.t.c", "CONSTRAINT n ON s.t": as COMMENT ON takes it. */
void say_object(struct rendering *r, const moult_node *node);
/* The column of TREE that SEQUENCE ends with, or NULL. */
const moult_node *sequence_owner(const moult_host *host, const moult_tree *tree,
                                 struct span sequence);
/* SEQUENCE shall not end with COLUMN of TABLE, which goes, or lets go of it. */
void release_sequence(struct rendering *r, struct span sequence, struct span table,
                      struct span column);
/* The relation that a top-level "R.N" or a nested node belongs to, and its own name. */
void belongs(const moult_host *host, const moult_node *node, struct span *relation,
             struct span *name);

/* ---- render-misc.c: CREATE and ALTER of the less common kinds ---- */
bool create_misc(struct rendering *r, const moult_node *node);
bool alter_misc(struct rendering *r, const moult_node *from, const moult_node *to);
/* "ADD a 'x', SET b 'y', DROP c" in parentheses behind OPTIONS; false: nothing to do. */
bool say_option_changes(struct rendering *r, struct span from, struct span to);
void alter_schema(struct rendering *r, const moult_node *from, const moult_node *to);

/* ---- render-rights.c ---- */

/* Owner, grants, comment; FROM NULL: of a new object. */
void render_rights(struct rendering *r, const moult_node *from, const moult_node *to);
void render_owner(struct rendering *r, const moult_node *from, const moult_node *to);
void render_grants(struct rendering *r, const moult_node *from, const moult_node *to);
/* FROM or TO may be NULL; where there is no such attribute only the owner has anything. */
void render_all_grants(struct rendering *r, const moult_node *from, const moult_node *to);
void render_column_grants(struct rendering *r, const moult_node *from, const moult_node *to);
void render_comment(struct rendering *r, const moult_node *from, const moult_node *to);
void render_default_privileges(struct rendering *r, const moult_node *from, const moult_node *to);
/* Grants on what belongs to an extension.  FROM or TO may be NULL: as the extension made them. */
void render_member(struct rendering *r, const moult_node *from, const moult_node *to);
/* "OWNER TO" needs a name: the owner of NODE, or CURRENT_USER. */
struct span owner_of(const moult_host *host, const moult_node *node);

/* ---- render-table.c ---- */

void create_table(struct rendering *r, const moult_node *table);
/* The CREATE statement alone, under NAME, with keys or without. */
void say_create_table(struct rendering *r, const moult_node *table, struct span name, bool keys);
/* What CREATE TABLE cannot say: columns' settings, sequences owned, keys' marks, comments, ... */
void finish_table(struct rendering *r, const moult_node *table, struct span name);
void say_column(struct rendering *r, const moult_node *column);
/* "CONSTRAINT n PRIMARY KEY ..." of any constraint */
void say_constraint(struct rendering *r, const moult_node *constraint);
void create_constraint(struct rendering *r, const moult_node *constraint);
void identity_by_index(struct rendering *r, struct span table, struct span name);
/* Clustered, comments. */
void finish_constraint(struct rendering *r, const moult_node *from, const moult_node *to);
void drop_constraint(struct rendering *r, const moult_node *constraint);
void alter_constraint(struct rendering *r, const moult_node *from, const moult_node *to);
bool is_constraint(const moult_host *host, const moult_node *node);
/* One that has an index. */
bool is_key(const moult_host *host, const moult_node *node);
/* ALTER TABLE, ALTER FOREIGN TABLE or ALTER MATERIALIZED VIEW ... */
void say_alter(struct rendering *r, const moult_node *relation);
/* SET (...) and RESET (...) behind WHAT, e.g. "ALTER INDEX i". */
void alter_options(struct rendering *r, const char *word, struct span name, struct span from,
                   struct span to);

/* ---- render-column.c ---- */

void create_column(struct rendering *r, const moult_node *column);
void drop_column(struct rendering *r, const moult_node *column);
void alter_column(struct rendering *r, const moult_node *from, const moult_node *to);
/* What a column has beyond its definition in CREATE; FROM NULL: it is new. */
void column_settings(struct rendering *r, const moult_node *from, const moult_node *to);
/* The same of a new one in two parts: what only its owner may say, and grants and comment, which follow the
 * relation's own. */
void column_tuning(struct rendering *r, const moult_node *from, const moult_node *to);
void column_rights(struct rendering *r, const moult_node *column);
/* An inherited column, or one of a typed table: all that it has, one by one. */
void column_bare(struct rendering *r, const moult_node *column);
void set_default(struct rendering *r, const moult_node *from, const moult_node *to);
void own_sequence(struct rendering *r, const moult_node *node, bool carry_on);
/* Must the column be dropped and added for the change? */
bool column_anew(const moult_host *host, const moult_node *from, const moult_node *to);

/* The default of an inherited column is taken away, or is its parent's again. */
void inherited_default(struct rendering *r, const moult_node *column);

/* ---- render-identity.c ---- */

/* A sequence that takes over from another goes on behind the values that are there. */
void carry_on_sequence(struct rendering *r, const moult_node *column);
void identity_options(struct rendering *r, const moult_node *column, struct span from,
                      struct span to);

/* ---- render-alter.c ---- */

void alter_table(struct rendering *r, const moult_node *from, const moult_node *to);
/* All differences of what lies in FROM and TO, in an order that works. */
void alter_children(struct rendering *r, const moult_node *from, const moult_node *to);
/* Parents, bounds and type changed, with all else. */
void relink_table(struct rendering *r, const moult_node *from, const moult_node *to);

/* ---- render-inherit.c ---- */

/* A column of FROM's parents becomes the table's own COLUMN. */
void become_own(struct rendering *r, const moult_node *from, const moult_node *column);
/* Columns and checks of parents that FROM has no longer, and that TO lacks. */
void drop_left_behind(struct rendering *r, const moult_node *from, const moult_node *to);
void adopt_parents(struct rendering *r, const moult_node *from, const moult_node *to);

/* VALIDATE CONSTRAINT, if the rows let it. */
void validate_check(struct rendering *r, struct span table, struct span name);
/* A check that is new on TABLE, and NOT VALID, is validated where it is to be, if the rows let it. */
void validate_below(struct rendering *r, const moult_node *table, struct span name, int depth);

/* ---- render-copy.c ---- */

/* The index or key of TREE that has KEY, S.N, of which PARTITION has a part; or NULL. */
const moult_node *copy_original(const moult_host *host, const moult_tree *tree,
                                const moult_node *partition, struct span key);
void render_index_copy(struct rendering *r, const moult_node *from, const moult_node *to);
/* Those of the index or key KEY in partitions that are there: ALL, or what is unusual about them. */
void index_copies_of(struct rendering *r, struct span key, bool all);
void index_copies_of_key(struct rendering *r, const moult_node *key);
/* Those of a new partition that are not as the server makes them. */
void new_index_copies(struct rendering *r, const moult_node *table);

/* ---- render-rebuild.c ---- */

void rebuild_table(struct rendering *r, const moult_node *from, const moult_node *to);
/* TABLE gets a name of this run, to end with what it is a part of. */
void make_old(struct rendering *r, const moult_node *table, bool if_there);
/* The partitions that TABLE is to have and that are not there, and theirs. */
void new_partitions(struct rendering *r, const moult_node *table, int depth);

/* ---- render-partition.c ---- */

/* All that leave make room for all that come, and the rows go where they belong. */
void move_partitions(struct rendering *r, const moult_node *leader);
/* Row security that holds for the owner, too, hides rows from whoever looks at all of them, and the server
 * refuses that.  Until AGAIN it does not hold for the owner. */
void see_all_rows(struct rendering *r, struct span table, bool again);
/* Before TABLE gets another parent, or none: what must have left the old and the new one, has. */
void make_room(struct rendering *r, const moult_node *table);
void detach_for_group(struct rendering *r, const struct group *g, const moult_node *table);
/* CREATE TABLE of a partition beside a default one, whose rows it may have to take. */
void partition_beside_rest(struct rendering *r, const moult_node *partition,
                           const moult_node *rest);

/* ---- render-swap.c ---- */

/* A type, and all that is built of it, take the place of others of their names, in all columns. */
void swap_type(struct rendering *r, const moult_node *from);
/* A collation takes the place of another of its name, in all columns. */
void swap_collation(struct rendering *r, const moult_node *from, const moult_node *to);
/* COLUMN's value of the type FROM as one of TO, either of which may be swapped now. */
void say_converted(struct rendering *r, struct span column, struct span from, struct span to);

/* ---- render-type.c: enums, domains, composites, sequences, ranges ---- */

bool create_type(struct rendering *r, const moult_node *node);
bool alter_type(struct rendering *r, const moult_node *from, const moult_node *to);
void create_sequence(struct rendering *r, const moult_node *node);
void alter_sequence(struct rendering *r, const moult_node *from, const moult_node *to);
/* Can the labels of FROM be turned into those of TO by adding some? */
bool labels_grow(struct span from, struct span to);
void create_attribute(struct rendering *r, const moult_node *attribute);
void alter_attribute(struct rendering *r, const moult_node *from, const moult_node *to);

/* ---- render-view.c: views, routines, indexes, triggers, rules, policies ---- */

bool create_related(struct rendering *r, const moult_node *node);
bool alter_related(struct rendering *r, const moult_node *from, const moult_node *to);
void render_index_concurrently(struct rendering *r, const moult_node *index, bool drop);
/* Is CREATE OR REPLACE possible? */
bool view_replaceable(const moult_host *host, const moult_node *from, const moult_node *to);
bool routine_replaceable(const moult_host *host, const moult_node *from, const moult_node *to);
bool policy_alterable(const moult_host *host, const moult_node *from, const moult_node *to);

/* ---- render-rename.c ---- */

void render_rename(struct rendering *r, const moult_node *from, const moult_node *to);

/* ---- ways.c ---- */

moult_way postgres_way(const char *id, const char *summary);
bool alterable(const moult_host *host, const moult_node *from, const moult_node *to,
               const char **why);

/* ---- facts.c ---- */

/* Must rows be written anew (REWRITES) or read (SCANS) for a column's new type? */
void type_facts(struct span from, struct span to, bool *rewrites, bool *scans, bool *loses);
/* "c::text::new": COLUMN's value of the type FROM as one of TO. */
void say_value(struct rendering *r, struct span column, struct span from, struct span to);
/* Does the server turn values of FROM into TO unasked? */
bool converts(struct span from, struct span to);
/* " USING c::text::new" where values of FROM are not taken as they are. */
void say_using(struct rendering *r, struct span column, struct span from, struct span to);
const char *usual_storage(struct span type);
/* Does adding COLUMN write every row? */
bool column_rewrites(const moult_host *host, const moult_node *column);

/* ---- ways-table.c ---- */

moult_status table_ways(const moult_host *host, const moult_change *change, moult_ways *ways,
                        moult_error *err);
moult_status nested_ways(const moult_host *host, const moult_change *change, moult_ways *ways,
                         moult_error *err);
moult_status type_ways(const moult_host *host, const moult_change *change, moult_ways *ways,
                       moult_error *err);
/* Rows go from one partition to another. */
void moving_facts(moult_way *way);
moult_status collation_ways(const moult_host *host, const moult_change *change, moult_ways *ways);
/* Of all labels of an enum at once. */
moult_status label_ways(const moult_host *host, const moult_change *change, moult_ways *ways);
/* A type in another's place; why no ALTER does. */
moult_status swap_ways(const moult_host *host, const moult_change *change, const char *why,
                       moult_ways *ways);
/* One that changes in another's step. */
moult_status along_ways(const moult_host *host, moult_ways *ways);
/* Is TABLE, as it is now, a partition that is detached? */
bool table_let_go(const moult_host *host, const moult_change *change, const moult_node *table);
bool table_relinks(const moult_host *host, const moult_node *from, const moult_node *to);

/* ---- aside.c ---- */

/* Declares what depends on NODE, which goes; ALL: also what changes and does not depend on it then. */
moult_status aside_dependents(const moult_host *host, const moult_change *change,
                              const moult_node *node, bool all, moult_ways *ways);
/* Declares what the server would not let a column's type change under. */
moult_status aside_column_type(const moult_host *host, const moult_change *change,
                               const moult_node *from, const moult_node *to, moult_ways *ways);
/* The same for tables of a type whose attribute FROM changes, or goes (TO NULL). */
moult_status aside_typed_tables(const moult_host *host, const moult_change *change,
                                const moult_node *from, const moult_node *to, moult_ways *ways);
/* Declares what must not be there while a type is put in another's place. */
moult_status aside_type(const moult_host *host, const moult_change *change,
                        const moult_node *type, moult_ways *ways);
/* Declares what ends with the relation: indexes, triggers, foreign keys, policies, rules. */
moult_status aside_owned(const moult_host *host, const moult_change *change,
                         const moult_node *owner, moult_ways *ways);
/* Declares triggers and rules of PARENT and of what it is a part of, which would see rows move; with KEYS
 * also the foreign keys to them. */
moult_status aside_moving(const moult_host *host, const moult_change *change, struct span parent,
                          bool keys, moult_ways *ways);
/* For a partition that comes beside the default one. */
moult_status aside_beside(const moult_host *host, const moult_change *change,
                          const struct group *g, moult_ways *ways);
moult_status aside_group(const moult_host *host, const moult_change *change,
                         const moult_node *leader, moult_ways *ways);
/* What the making anew of TABLE asks of its partitions, before and after. */
moult_status aside_partitions(const moult_host *host, const moult_change *change,
                              const moult_node *table, int depth, moult_ways *ways);
/* Declares the index or key of which INDEX, S.N, is the part of the partition TABLE: the server lets go
 * of the part only with the whole. */
moult_status aside_original(const moult_host *host, const moult_change *change,
                            const moult_node *table, struct span index, moult_ways *ways);
moult_status aside_path(const moult_host *host, const moult_node *node, moult_ways *ways);

#endif
