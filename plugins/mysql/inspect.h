/* SPDX-License-Identifier: Apache-2.0 */
/* inspect.h - one inspection: what the server says turns into nodes.
 *
 * The first round trip asks what there is and for all that information_schema knows whole:
 * routines, triggers, events, columns.  The second asks for every table, view, sequence and
 * routine what SHOW CREATE says of it. catalogue.c has the questions, inspect.c runs them,
 * inspect-*.c make the nodes. */
#ifndef MOULT_MYSQL_INSPECT_H
#define MOULT_MYSQL_INSPECT_H

#include <uthash.h>

#include "parse-table.h"
#include "pool.h"

#define RELATION_TABLE 't'
#define RELATION_VIEW 'v'
#define RELATION_SEQUENCE 's'

/* A column as information_schema has it. */
struct known_column {
    struct slice name, key, type, collate; /* collate p NULL: it has none */
    struct known_column *next;
};

struct relation {
    char kind;         /* RELATION_* */
    struct slice name; /* the key of the hash */
    struct slice path; /* "table:name" */
    moult_node *node;
    struct known_column *columns, *last_column;
    moult_node **foreign_keys; /* of the table at hand */
    uint32_t foreign_key_count, foreign_key_room;
    const char *why;       /* it is not understood */
    struct relation *next; /* in the order in which the server lists them */
    UT_hash_handle hh;
};

/* A table that was read and found to be not understood: the inspection begins again, knowing it. */
struct misread {
    struct misread *next;
    char *why; /* behind the name */
    char name[];
};

/* Functions, procedures, packages and their bodies. */
struct routine {
    const char *kind;  /* of its node: "function", ... */
    const char *type;  /* as SHOW CREATE calls it: "PACKAGE BODY" */
    struct slice name; /* as it is spelled */
    struct slice key;  /* "function:name", folded: the key of the hash */
    struct slice data_access, security, sql_mode, comment, definer, client, connection, database;
    bool deterministic;
    moult_node *node;
    struct routine *next;
    UT_hash_handle hh;
};

/* A trigger of which SHOW CREATE says how its author wrote the head. */
struct trigger {
    struct slice name, body;
    struct lexing how; /* of both */
    moult_node *node;
    struct trigger *next;
};

/* A character set and its default collation. */
struct charset {
    struct slice name, collation;
    struct charset *next;
};

struct inspect {
    moult_session *session;
    const moult_host *host;
    const moult_tree_api *api;
    moult_tree *tree;
    moult_error *err;
    moult_status st; /* the first failure; all that builds does nothing after it */

    struct pool pool;
    struct relation *relations, *first_relation, *last_relation, *latest;
    struct routine *routines, *first_routine, *last_routine;
    struct charset *charsets;
    struct trigger *first_trigger, *last_trigger;
    struct {
        struct slice table, timing, event, name;
    } trigger; /* the latest */
    struct {
        struct slice kind, object, account, privilege;
        moult_node *node; /* NULL: what is granted is no part of the schema */
        bool grantable, columns;
    } grant; /* the latest */
    moult_node *database;
    struct relation *show_relation; /* what the next answer of the second round trip is about */
    struct routine *show_routine;
    struct trigger *show_trigger;
    unsigned failed; /* number of the error that ended a batch; what was said is in `value` */
    bool gone;       /* an object was dropped or made meanwhile: begin again */
    struct misread *misread;
    bool reread;            /* one was added to it: begin again */
    struct slice states[2]; /* of the catalogue, before and after */
    int state_count;
    bool fine;        /* states are of the finer kind, */
    bool doubtful;    /* and the first is too young to be told from a later one */
    uint64_t content; /* of all other answers */

    struct table_text table, again; /* what the server says, and what the nodes say */
    struct lexing how;              /* of texts that the server writes */
    struct text key, path, value, marked, sql, written; /* for reuse */
};

/* ---- catalogue.c ---- */

/* The questions that are no SHOW CREATE, in the order of their rows. */
struct mycatalogue_query {
    uint32_t round;
    void (*sql)(const struct inspect *in, struct text *sql); /* nothing added: not asked */
    void (*row)(struct inspect *in, const struct row *row);
};
extern const struct mycatalogue_query mycatalogue[];
extern const uint32_t mycatalogue_count;
/* The collation that the server means by a character set alone; p NULL: unknown. */
struct slice mycatalogue_collation(const struct inspect *in, struct slice charset);

/* ---- state.c ---- */

/* A query whose first column is the same at two times only if nothing of the database was made,
 * changed or dropped between them.  Not FINE: by what the whole server counts, which is cheap;
 * else by what there is in the database, and then the second column is 1 where the clock is too
 * coarse to see a change after it. */
void mystate_sql(const moult_session *session, bool fine, struct text *sql);

/* ---- put.c: nodes, attributes, references.  None does anything after a failure. ---- */

void myput_nomem(struct inspect *in);
struct slice myput_copy(struct inspect *in, struct slice s);
moult_node *myput_node(struct inspect *in, moult_node *parent, const char *kind, struct slice key);
/* A top-level object. */
moult_node *myput_object(struct inspect *in, const char *kind, struct slice key);
void myput(struct inspect *in, moult_node *node, uint32_t aspect, const char *name,
           struct slice text);
void myput_same(struct inspect *in, moult_node *node, uint32_t aspect, const char *name,
                struct slice text, struct slice same);
void myput_z(struct inspect *in, moult_node *node, uint32_t aspect, const char *name,
             const char *text);
void myput_flag(struct inspect *in, moult_node *node, const char *name, bool on);
void myput_number(struct inspect *in, moult_node *node, uint32_t aspect, const char *name,
                  uint64_t number);
void myput_refer(struct inspect *in, moult_node *node, uint32_t strength, struct slice path);
void myput_claim(struct inspect *in, moult_node *node, const char *space, struct slice name);
/* "kind:key" with what a path may not hold as %XX. */
void myput_segment(struct text *t, const char *kind, struct slice key);
/* The path of a table's column NAME (folded), in in->path. */
struct slice myput_column_path(struct inspect *in, const struct relation *r, struct slice name);
/* A name in quotes, as a token, without them; and folded.  In in->key, until the next call. */
struct slice myput_unquoted(struct inspect *in, struct slice token);
struct slice myput_folded(struct inspect *in, struct slice token);
/* KEY is NAME folded: `name` is set where they differ. */
void myput_name(struct inspect *in, moult_node *node, struct slice name, struct slice key);
/* "user@host" as `definer`, unless it is the account that moult acts as. */
void myput_definer(struct inspect *in, moult_node *node, struct slice account);

/* ---- mark.c: names in texts ---- */

/* A text of the server's or of an author, and what is known about the names in it. */
struct naming {
    struct lexing how;
    uint32_t strength;              /* of the references to what is named */
    const struct relation *subject; /* the table that it is about, or NULL */
    struct slice self; /* key of the column of the subject that it is part of, or p NULL */
    bool columns;      /* a name alone is one of the subject's columns */
    bool tables;       /* a name alone is a table */
    bool bare;         /* the server's text: the database's own name is left out */
    bool rows;         /* NEW and OLD are rows of the subject */
};

/* Puts TEXT as the attribute NAME (NULL: does not), with the database's own name marked, and
 * gives NODE references to what the names in it stand for. */
void mymark_put(struct inspect *in, moult_node *node, const char *name, struct slice text,
                const struct naming *naming);
/* Is the token NAME, as it stands, the name of the database itself? */
bool mymark_own(const struct inspect *in, struct slice name);
struct relation *mymark_relation(struct inspect *in, struct slice name);
/* KIND "function", "procedure", "package"; NULL: there is none. */
struct routine *mymark_routine(struct inspect *in, const char *kind, struct slice name);
struct known_column *mymark_column(struct inspect *in, const struct relation *r, struct slice name);

/* ---- nodes ---- */

/* What SHOW CREATE says of in->show_relation, in->show_routine, in->show_trigger. */
void myinspect_table(struct inspect *in, struct relation *r, struct slice sql);
void myinspect_view(struct inspect *in, struct relation *r, const struct row *row);
void myinspect_sequence(struct inspect *in, struct relation *r, struct slice sql);
void myinspect_routine(struct inspect *in, struct routine *r, struct slice sql);
void myinspect_trigger(struct inspect *in, struct trigger *t, struct slice sql);
/* An object whose statement is not understood, or (SQL p NULL) may not be shown. */
moult_node *myinspect_opaque(struct inspect *in, const char *kind, struct slice key,
                             struct slice sql, const char *why);
/* Of in->table, which is read. */
void myinspect_columns(struct inspect *in, struct relation *r);
void myinspect_keys(struct inspect *in, struct relation *r);
void myinspect_constraints(struct inspect *in, struct relation *r);
void myinspect_partitions(struct inspect *in, struct relation *r, struct slice engine);

/* Rows of the questions of the catalogue. */
void myinspect_charset_row(struct inspect *in, const struct row *row);
void myinspect_relation_row(struct inspect *in, const struct row *row);
void myinspect_column_row(struct inspect *in, const struct row *row);
void myinspect_routine_row(struct inspect *in, const struct row *row);
void myinspect_trigger_row(struct inspect *in, const struct row *row);
void myinspect_event_row(struct inspect *in, const struct row *row);
void myinspect_database_row(struct inspect *in, const struct row *row);
void myinspect_grant_row(struct inspect *in, const struct row *row);
/* Ends the latest object's grants. */
void myinspect_grants_end(struct inspect *in);
/* The node of what is unusual about the database itself. */
moult_node *myinspect_database(struct inspect *in);

/* ---- selfcheck.c ---- */

/* Do the nodes of R say what in->table was read from?  NULL: yes; else what differs. */
const char *myselfcheck(struct inspect *in, const struct relation *r);

/* ---- logical.c ---- */

/* The database-neutral type of a column of TYPE, into OUT.  JSON: a check holds it to be JSON. */
void mylogical(struct slice type, bool json, char out[48]);

#endif
