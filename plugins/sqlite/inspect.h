/* SPDX-License-Identifier: Apache-2.0 */
/* inspect.h - one inspection: what inspect.c finds and the others turn into nodes.
 *
 * The CREATE texts say everything; the pragmas say some of it again, and must agree (check.h).
 * Attributes that are one name (name, table, module, collate, match) hold it unquoted; lists and
 * expressions (columns, to_columns, of, expression, where, body, ...) hold SQL as the author wrote
 * it. */
#ifndef MOULT_SQLITE_INSPECT_H
#define MOULT_SQLITE_INSPECT_H

#include <uthash.h>

#include "parsed.h"
#include "pool.h"
#include "same.h"
#include "session.h"

#define OBJECT_TABLE 1u
#define OBJECT_VIRTUAL 2u
#define OBJECT_VIEW 3u
#define OBJECT_INDEX 4u
#define OBJECT_TRIGGER 5u

/* A column of a table, for finding who names it. */
struct named {
    const char *key; /* folded, unquoted, no marker */
    size_t n;
    uint32_t seen; /* number of the node that was given a reference to it last */
};

/* A row of sqlite_schema with a text. */
struct object {
    uint32_t what; /* OBJECT_* */
    const char *name;
    size_t name_len;
    const char *key; /* folded name */
    const char *sql;
    size_t sql_len;
    bool left_out;        /* internal, a shadow table, or moult's own */
    const char *owner;    /* folded name of the table of an index or trigger */
    struct object *next;  /* in the order of sqlite_schema */
    struct object *index; /* of a table: its first index; of an index: the next one */

    /* From table_list. */
    bool listed, without_rowid, strict;
    char type; /* 't'able, 'v'iew, 's'hadow, 'V'irtual */
    uint32_t column_count;

    struct named *columns; /* of a table, once it was read */
    uint32_t named_count;
    const char *path; /* of its node, once it was asked for */
    size_t path_len;
    uint32_t seen;
    struct object *chain; /* the next relation that the program at hand names */
    UT_hash_handle hh;    /* by key: tables, views, virtual tables */
};

struct inspect {
    moult_session *session;
    const moult_host *host;
    const moult_tree_api *api;
    moult_tree *tree;
    moult_error *err;
    moult_status st; /* the first failure; all that builds does nothing after it */
    const moult_binding *const *bindings;
    uint32_t binding_count;

    struct pool pool;
    struct object *first, *last; /* all objects */
    uint32_t count;
    struct object *relations; /* the hash */
    const char **modules;     /* of virtual tables that this SQLite has, ends in NULL */
    const struct parse *table; /* of the table at hand */
    struct parse other;        /* of the view, trigger or virtual table at hand */
    struct text a, b, c, d;   /* scratch */
    struct object *at;        /* for messages */
    uint32_t node_number;     /* counts the nodes that get references, see named.seen */
    uint64_t *key_hashes;     /* of the constraints of the table at hand, to find doubles */
    uint32_t key_hash_cap;
};

/* inspect.c */
struct object *inspect_relation(struct inspect *in, const char *key, size_t n);
/* "kind:key" of the relation with the folded name KEY: a table if there is none. */
void inspect_path(struct inspect *in, struct object *o, const char *key, size_t n,
                  struct text *out);
void inspect_segment(struct text *out, const char *kind, const char *key, size_t n);
moult_status inspect_fail(struct inspect *in, moult_status code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Parses the object's text into P; false after a failure. */
bool inspect_parse(struct inspect *in, struct object *o, struct parse *p, uint32_t what);

/* Nodes of one object: inspect-table.c, inspect-text.c */
/* With its indexes; all of them are left in PARSED. */
void inspect_table(struct inspect *in, struct object *o, struct parsed *parsed);
/* P NULL: there was no memory for it. */
void inspect_index(struct inspect *in, struct object *table, struct object *o, struct parse *p);
/* Terms FIRST ... as a list: the author's, and canonical. */
void inspect_terms(const struct same *s, uint32_t first, uint32_t count, struct text *text,
                   struct text *same);
void inspect_view(struct inspect *in, struct object *o);
void inspect_trigger(struct inspect *in, struct object *o);
void inspect_virtual(struct inspect *in, struct object *o);

/* put.c: attributes, references. */
struct same put_same(struct inspect *in, const struct parse *p, uint32_t mode,
                     struct object *columns);
moult_node *put_node(struct inspect *in, moult_node *parent, const char *kind, const char *key,
                     size_t n);
void put(struct inspect *in, moult_node *node, uint32_t aspect, const char *name,
         const struct text *text, const struct text *same);
void put_z(struct inspect *in, moult_node *node, uint32_t aspect, const char *name,
           const char *text);
/* A name, unquoted; its same is folded. */
void put_name(struct inspect *in, moult_node *node, uint32_t aspect, const char *name,
              const struct same *s, uint32_t token);
/* SQL as it is written; its same canonical. */
void put_range(struct inspect *in, moult_node *node, const char *name, const struct same *s,
               struct range r);
/* Words such as "SET NULL": upper case, single spaces. */
void put_words(struct inspect *in, moult_node *node, const char *name, const struct parse *p,
               struct range r);
void put_ref(struct inspect *in, moult_node *node, uint32_t strength, const struct text *path);
/* References to the columns of TABLE that R names, each once for a node_number. */
void put_columns(struct inspect *in, moult_node *node, uint32_t strength, const struct parse *p,
                 struct range r, struct object *table);
void put_claim(struct inspect *in, moult_node *node, const char *space, const char *key, size_t n);
/* The column of TABLE that token T names; NO_TOKEN = none. */
uint32_t column_at(const struct object *table, const struct parse *p, uint32_t token);

/* facts.c: what both the nodes and the checks need. */
/* The names of the columns in P, for O; false: out of memory. */
bool table_columns(struct pool *pool, const struct parse *p, struct object *o);
/* The PRIMARY KEY constraint in P, or NULL. */
const struct constraint *table_primary_key(const struct parse *p);
/* Is it the rowid under another name?  COLUMN gets its index. */
bool primary_key_is_rowid(const struct object *o, const struct parse *p, const struct constraint *k,
                          uint32_t *column);
/* The last constraint of KIND at COLUMN, or NULL. */
const struct constraint *column_last(const struct parse *p, uint32_t column, uint32_t kind);

/* logical.c: the database-neutral type of an SQLite type (upper case), into OUT; "" = none. */
void logical_type(const char *type, size_t n, char out[48]);

#endif
