/* SPDX-License-Identifier: Apache-2.0 */
/* inspect.h - one inspection: what the catalogue's rows turn into on their way to nodes.
 *
 * catalogue.c says which rows are asked for, in an order in which each finds what it belongs to;
 * inspect.c runs the batch and hands each row to its function. */
#ifndef MOULT_POSTGRES_INSPECT_H
#define MOULT_POSTGRES_INSPECT_H

#include <uthash.h>

#include "batch.h"
#include "pool.h"

/* Object identifiers of catalogues, fixed by initdb. */
#define CLASS_TYPE 1247u
#define CLASS_PROC 1255u
#define CLASS_CLASS 1259u
#define CLASS_AM 2601u
#define CLASS_ATTRDEF 2604u
#define CLASS_CAST 2605u
#define CLASS_CONSTRAINT 2606u
#define CLASS_CONVERSION 2607u
#define CLASS_LANGUAGE 2612u
#define CLASS_NAMESPACE 2615u
#define CLASS_OPCLASS 2616u
#define CLASS_OPERATOR 2617u
#define CLASS_REWRITE 2618u
#define CLASS_TRIGGER 2620u
#define CLASS_OPFAMILY 2753u
#define CLASS_EXTENSION 3079u
#define CLASS_POLICY 3256u
#define CLASS_STATISTIC 3381u
#define CLASS_COLLATION 3456u
#define CLASS_EVENT_TRIGGER 3466u
#define CLASS_TRANSFORM 3576u
#define CLASS_TS_DICT 3600u
#define CLASS_TS_PARSER 3601u
#define CLASS_TS_CONFIG 3602u
#define CLASS_TS_TEMPLATE 3764u
#define CLASS_FDW 2328u
#define CLASS_SERVER 1417u
#define CLASS_USER_MAPPING 1418u
#define CLASS_DEFAULT_ACL 826u
#define CLASS_PUBLICATION 6104u
#define CLASS_SUBSCRIPTION 6100u

struct namespace
{
    uint32_t oid;
    struct slice name; /* as in the catalogue */
    struct slice key;  /* as SQL, or a marker */
    bool place;        /* it is there before moult comes: "public", or a schema unit's own */
    UT_hash_handle hh;
};

struct type {
    struct {
        uint32_t oid, modifier;
    } id;
    struct slice text;
    uint32_t collation;
    char storage;
    char logical[48];
    struct type *next_unknown; /* to be asked for */
    UT_hash_handle hh;
};

#define COLUMN_OWN 0
#define COLUMN_INHERITED 1 /* from a parent alone */
#define COLUMN_MERGED 2    /* from a parent, and declared here too */

/* The expression of defaults that are equal. */
struct expression {
    struct slice form; /* the server's own notation, without where in a text it once stood */
    uint32_t oid;      /* pg_attrdef of one of them */
    struct slice text; /* as the server prints it */
    UT_hash_handle hh, by_oid;
};

struct column {
    struct slice name; /* p NULL: dropped */
    const struct expression *dflt; /* default or generation expression; NULL: none */
    const struct type *type;
    struct slice collate; /* text of its collation, where that is not "default" */
    uint32_t collation;
    moult_node *node; /* NULL: inherited, and nothing about it is its own */
    moult_node *default_node;
    int32_t statistics;
    char storage, compression;
    bool not_null, generated;
    char inherited; /* COLUMN_* */
};

struct relation {
    char kind; /* pg_class.relkind */
    bool partition, typed;
    bool deferred; /* has parents: its columns are compared with theirs at the end */
    uint32_t oid;
    struct slice name, key; /* bare; qualified, as SQL */
    struct slice owner;     /* p NULL: the acting role */
    moult_node *node;
    struct column *columns; /* by attnum - 1 */
    uint32_t attributes;    /* pg_class.relnatts */
    uint32_t column_count, column_room;
    struct relation **parents;
    uint32_t parent_count;
    struct relation *next_deferred, *next_view;
};

/* A column whose type is to be asked for; an index or constraint whose text is. */
struct untyped {
    struct relation *relation;
    uint32_t attnum;
    struct untyped *next;
};
struct unprinted {
    uint32_t index, constraint; /* CONSTRAINT 0: a plain index */
    struct unprinted *next;
};

/* A default operator class. */
struct opclass {
    uint32_t oid, type;
    UT_hash_handle hh;
};

/* A column of an index with a statistics target of its own; by attnum. */
struct target {
    uint32_t attnum, value;
    struct target *next;
};

/* What a catalogue row stands for: a node, or the path of what it is a part of. */
struct entity {
    struct {
        uint32_t klass, oid;
    } id;
    moult_node *node;  /* what comments and references of this row go to; may be NULL */
    struct slice path; /* what references to this row mean; may be empty */
    struct relation *relation;
    struct slice key;       /* of an index: "schema.name" */
    struct target *targets; /* of an index: statistics targets of its columns */
    bool own_options;        /* an index whose operator classes have options */
    bool key_index;          /* the index of the constraint that NODE is */
    UT_hash_handle hh;
};

#define STATES 2

struct inspect {
    moult_session *session;
    const moult_host *host;
    const moult_tree_api *api;
    moult_tree *tree;
    moult_error *err;
    moult_status st; /* the first failure; all that builds does nothing after it */
    const moult_binding *const *bindings;
    uint32_t binding_count;
    bool marking;  /* texts may hold a bound name */
    bool namesake; /* something in the unit's schema has the schema's name */

    struct pool pool;
    struct namespace *namespaces;
    struct type *types;
    struct entity *entities;
    struct opclass *opclasses;
    struct expression *expressions, *expressions_by_oid;
    struct type *unknown_types;
    struct untyped *untyped;
    struct unprinted *unprinted;
    uint32_t kinds;            /* which of pgcatalogue_misc_sql's there are */
    uint32_t queries;          /* which queries' conditions hold */
    struct relation *deferred; /* those with parents, the latest first */
    struct relation *views;
    struct relation *latest; /* whose column was seen last */
    bool public_seen, public_comment_seen;
    struct slice acting;                             /* the role that moult acts as */
    struct text key, path, value, same, marked, sql; /* for reuse */
    struct slice states[STATES];                     /* of the catalogue, before and after */
    int state_count;
    uint64_t seen; /* sum of the digests of all rows, but for those that say nothing about the unit */
    bool ignored;  /* the row at hand is such a one */
    int order[64], query_count; /* which query of the batch is which */
};

/* ---- catalogue.c ---- */

typedef void pginspect_row_fn(struct inspect *in, const struct row *row);

struct catalogue_query {
    int round; /* 1, or 2: asks for what the first turned up */
    const char *exists; /* a query without which there are no rows; NULL: it is always asked.  Round 2. */
    void (*sql)(const struct inspect *in, struct text *sql); /* nothing added: not for this unit */
    pginspect_row_fn *row;
};
extern const struct catalogue_query postgres_catalogue[];
extern const int postgres_catalogue_count;

/* ---- put.c: nodes, attributes, references.  None does anything after a failure. ---- */

struct entity *pginspect_entity(struct inspect *in, uint32_t klass, uint32_t oid);
/* NULL if unknown. */
struct entity *pginspect_find(struct inspect *in, uint32_t klass, uint32_t oid);
/* The table, view, ... that pg_class OID is; NULL for others. */
struct relation *pginspect_relation(struct inspect *in, uint32_t oid);
struct namespace *pginspect_namespace(struct inspect *in, uint32_t oid);
/* Appends "kind:key" with what a path may not hold as %XX. */
void pginspect_segment(struct text *t, const char *kind, struct slice key);
struct slice pginspect_copy(struct inspect *in, struct slice s);

/* A top-level object of KIND and KEY, with an entity.  NAME: bare, for patterns; p NULL = none. */
struct entity *pginspect_object(struct inspect *in, const char *kind, uint32_t klass, uint32_t oid,
                                struct slice key, struct slice name);
/* In the schema NSP, keyed "schema.NAME" and SUFFIX (p NULL = none). */
struct entity *pginspect_in_schema(struct inspect *in, const char *kind, uint32_t klass,
                                   uint32_t oid, uint32_t nsp, struct slice name,
                                   struct slice suffix);
/* Belonging to RELATION: "schema.relation.NAME". */
struct entity *pginspect_of_relation(struct inspect *in, const char *kind, uint32_t klass,
                                     uint32_t oid, const struct relation *relation,
                                     struct slice name);
moult_node *pginspect_child(struct inspect *in, moult_node *parent, const char *kind,
                            struct slice key);

void pginspect_set(struct inspect *in, moult_node *node, uint32_t aspect, const char *name,
                   struct slice text);
void pginspect_set_z(struct inspect *in, moult_node *node, uint32_t aspect, const char *name,
                     const char *text);
/* A text of the server's with names in it: bound ones are marked.  Nothing if TEXT is null. */
void pginspect_sql(struct inspect *in, moult_node *node, const char *name, struct slice text);
void pginspect_flag(struct inspect *in, moult_node *node, const char *name, bool on);
/* "fillfactor=70" items parted by \x1f, each after PREFIX, as "fillfactor='70'"; nothing if both are null. */
void pginspect_options(struct inspect *in, moult_node *node, uint32_t aspect, struct slice items,
                       struct slice toast);
/* The same for generic options: "user 'x'"; SECRET hides what may be a secret. */
void pginspect_generic_options(struct inspect *in, moult_node *node, const char *name,
                               struct slice items, bool secret);
void pginspect_refer(struct inspect *in, moult_node *node, uint32_t strength, struct slice path);
void pginspect_claim(struct inspect *in, moult_node *node, const char *space, struct slice key);
/* The path of a column; in in->path. */
struct slice pginspect_column_path(struct inspect *in, const struct relation *r, uint32_t attnum);
/* Its node, made if something about it is its own after all; NULL = no such column. */
moult_node *pginspect_column_node(struct inspect *in, struct relation *r, uint32_t attnum);
void pginspect_nomem(struct inspect *in);

static inline struct slice slice_z(const char *p)
{
    return (struct slice){p, strlen(p)};
}
static inline struct slice slice_of(const struct text *t)
{
    return (struct slice){t->p ? t->p : "", t->n};
}
static inline bool slice_is(struct slice s, const char *z)
{
    return s.p && s.n == strlen(z) && memcmp(s.p, z, s.n) == 0;
}
static inline bool slice_eq(struct slice a, struct slice b)
{
    return a.n == b.n && (!a.n || memcmp(a.p, b.p, a.n) == 0);
}

/* ---- grants.c ---- */

/* Appends a role as SQL: CURRENT_USER, a marker, or its name. */
void pginspect_role(const struct inspect *in, struct text *t, struct slice role);
/* OWNER null: the acting role.  ACL null: the usual; else aclitems parted by ",".  WHAT as for acldefault:
 * 'r' relation, 's' sequence, 'f' function, 'T' type, 'n' schema, 'l' language, 'F' wrapper, 'S' server,
 * 'c' column, 'p' the schema "public", '+' what comes on top. */
void pginspect_rights(struct inspect *in, moult_node *node, char what, struct slice owner,
                      struct slice acl);
/* The grants alone. */
void pginspect_grants(struct inspect *in, moult_node *node, char what, struct slice owner,
                      struct slice acl);
/* In in->value; a null slice if they are the usual. */
struct slice pginspect_grants_text(struct inspect *in, char what, struct slice owner,
                                   struct slice acl);
void pginspect_owner(struct inspect *in, moult_node *node, struct slice owner);

/* ---- mark.c ---- */

/* TEXT with every bound name in it as a marker; in in->marked, or TEXT itself. */
struct slice pginspect_mark(struct inspect *in, struct slice text);

/* ---- canon.c ---- */

/* What TEXT, an expression or more, is compared by: in in->same, or a null slice if TEXT will do. */
struct slice pginspect_canon(struct inspect *in, struct slice text);

/* ---- logical.c ---- */

/* The database-neutral type of a column of TYPE, into OUT; "" = none. */
void postgres_logical(struct slice type, char out[48]);
/* Fills in text, collation and storage of a built-in type as format_type gives them; false: ask. */
bool postgres_known_type(struct inspect *in, struct type *type);

/* ---- rows: inspect-*.c ---- */

pginspect_row_fn pginspect_default_row, pginspect_session_row, pginspect_namespace_row, pginspect_member_row,
    pginspect_type_row, pginspect_class_row, pginspect_parent_row, pginspect_attribute_row,
    pginspect_sequence_row, pginspect_opclass_row, pginspect_index_row,
    pginspect_index_text_row, pginspect_constraint_row, pginspect_kinds_row, pginspect_trigger_row,
    pginspect_rule_row, pginspect_policy_row, pginspect_statistics_row, pginspect_user_type_row,
    pginspect_array_row, pginspect_routine_row, pginspect_aggregate_row, pginspect_misc_row,
    pginspect_member_grants_row, pginspect_default_acl_row, pginspect_depend_row, pginspect_comment_row;
/* "PLAIN" ... */
const char *pginspect_storage(char c);
/* A column of an index, from its row of pg_attribute. */
void pginspect_index_column(struct inspect *in, const struct row *row);
/* Attributes that follow from a column's type. */
void pginspect_put_type(struct inspect *in, const struct relation *r, struct column *c);
/* Makes the node of a default, and says its expression if that is known. */
void pginspect_put_default(struct inspect *in, struct relation *r, uint32_t attnum);
/* The expression whose server notation is FORM; OID: its pg_attrdef. */
const struct expression *pginspect_expression(struct inspect *in, struct slice form, uint32_t oid);
/* One that is printed already. */
const struct expression *pginspect_printed(struct inspect *in, struct slice text);
/* Once all rows are there: what inherited columns have of their own; the names of views' columns. */
void pginspect_settle_columns(struct inspect *in);
void pginspect_list_views(struct inspect *in);
/* What "public" is without: its comment, or itself. */
void pginspect_public(struct inspect *in);

#endif
