/* SPDX-License-Identifier: Apache-2.0 */
/* plan.h - changes, ways and decisions: what a dialect offers and a planner chooses from.
 *
 * The host finds the changes; the dialect says in which ways each can be made, with facts; planners
 * choose; the host adds what must stand aside, orders, and has the dialect render the result. */
#ifndef MOULT_PLAN_H
#define MOULT_PLAN_H

#include <moult/tree.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct moult_change moult_change;   /* host's: one difference */
typedef struct moult_ways moult_ways;       /* host's: collects the ways of one change */
typedef struct moult_problem moult_problem; /* host's: all changes with ways and decisions */
typedef struct moult_script moult_script;   /* host's: collects rendered statements */

/* What a change does to its object. */
#define MOULT_CREATE 1u /* only `to` is there */
#define MOULT_DROP 2u   /* only `from` is there */
#define MOULT_ALTER 3u  /* both are there and differ */
#define MOULT_RENAME 4u /* a hint: `from` and `to` are the object under its old and new name */

/* A way's manner. */
#define MOULT_IN_PLACE 1u /* a statement of the server's that keeps the object */
#define MOULT_REBUILD 2u  /* a new object takes the rows and the name of the old */
#define MOULT_REPLACE 3u  /* dropped and created again; only what has no rows */
#define MOULT_SHADOW 4u   /* a second object is kept in step, then takes over */

/* How much one step of a way covers. */
#define MOULT_COVERS_CHANGE 1u /* this change alone */
#define MOULT_COVERS_OBJECT 2u /* every change of the same top-level object at once */

#define MOULT_TXN_INSIDE 1u  /* may share a transaction with others */
#define MOULT_TXN_ALONE 2u   /* refuses to run inside a transaction */
#define MOULT_TXN_COMMITS 3u /* commits by itself */

#define MOULT_LOCK_NONE 1u      /* others read and write on */
#define MOULT_LOCK_WRITES 2u    /* others read, writers wait */
#define MOULT_LOCK_READS 3u     /* readers wait too */
#define MOULT_LOCK_UNKNOWN 255u /* a hazard of its own */

#define MOULT_EXPAND 1u   /* harmless to the old application */
#define MOULT_MIGRATE 2u  /* moves or checks rows */
#define MOULT_CONTRACT 3u /* takes away what only the old application used */

/* Hazards: bit, name, and what it means.  The name is what --allow takes. */
#define MOULT_HAZARDS(X)                                                                           \
    X(0, DELETES_DATA, "deletes-data", "rows or values that are there now are gone afterwards")    \
    X(1, REWRITES_TABLE, "rewrites-table", "every row is written again")                           \
    X(2, BLOCKS_WRITES, "blocks-writes", "other sessions' writes wait for longer than a moment")   \
    X(3, BLOCKS_READS, "blocks-reads", "other sessions' reads wait for longer than a moment")      \
    X(4, NOT_REVERSIBLE, "not-reversible", "no inverse brings back what was there")                \
    X(5, NEEDS_PRIVILEGE, "needs-privilege", "rights beyond owning the object are needed")         \
    X(6, TEXT_ONLY, "text-only-dependency", "a text may name the object where nobody checks")      \
    X(7, UNKNOWN_LOCK, "unknown-lock", "which lock is taken is not known")                         \
    X(8, ROWS_MAY_FORBID, "rows-may-forbid", "the rows that are there may make it fail")           \
    X(9, CHANGES_VALUES, "changes-values", "values that are there may be stored differently")      \
    X(10, NOT_ANALYSED, "not-analysed", "moult does not know what this does")                      \
    X(11, EMPTY_STATE, "empty-desired-state", "the desired state has no object: all would be dropped")
#define MOULT_HAZARD_ENUM(bit, id, name, help) MOULT_HAZARD_##id = 1u << (bit),
enum { MOULT_HAZARDS(MOULT_HAZARD_ENUM) MOULT_HAZARD_NONE = 0 };
#undef MOULT_HAZARD_ENUM

/* One manner in which a change can be made, with its facts. */
typedef struct moult_way {
    uint32_t size;
    uint32_t manner;      /* MOULT_IN_PLACE, ... */
    uint32_t covers;      /* MOULT_COVERS_* */
    uint32_t txn;         /* MOULT_TXN_* */
    uint32_t lock;        /* MOULT_LOCK_* */
    uint32_t phase;       /* MOULT_EXPAND, ...: the earliest that is harmless */
    uint32_t hazards;     /* MOULT_HAZARD_* bits */
    uint32_t rewrites;    /* 1: cost grows with the object's rows because they are written */
    uint32_t scans;       /* 1: cost grows with the object's rows because they are read */
    uint32_t reversible;  /* 1: render gives an inverse that loses nothing */
    const char *id;       /* "add-column", "rebuild": stable, in plans */
    const char *summary;  /* for people: "copy the rows into a new table" */
    const char *why;      /* why no lighter way does, or NULL */
    const char *privilege; /* what is needed beyond ownership, or NULL */
} moult_way;

/* One step as the dialect renders it. */
typedef struct moult_operation {
    uint32_t size;
    /* What happens to the top-level object: MOULT_CREATE, DROP, RENAME, or ALTER, which is also what a change of one
     * of its parts is.  RENAME of a part too: `changes` says which. */
    uint32_t op;
    /* moult_way.id that was chosen; "aside" for what is dropped (or created again) because it stands in another
     * one's way: its change is then a DROP (or CREATE), of the object or of a part of it. */
    const char *way;
    const char *run;        /* short id, same for the whole plan: for temporary names */
    const moult_node *from; /* the top-level object now, or NULL */
    const moult_node *to;   /* the top-level object wanted, or NULL */
    const moult_tree *from_tree, *to_tree;
    /* The changes covered: one, or all of the object's. */
    const moult_change *const *changes;
    uint32_t change_count;
} moult_operation;

#define MOULT_SQL_DO 1u    /* carry it out */
#define MOULT_SQL_PROBE 2u /* answers whether the latest DO has taken place: writer.probe */
#define MOULT_SQL_UNDO 3u  /* part of the inverse; given in the order of its execution */

typedef struct moult_plan_api {
    uint32_t size;
    uint32_t reserved;

    /* A change. */
    uint32_t (*op)(const moult_change *change);
    const moult_node *(*from)(const moult_change *change); /* NULL for CREATE */
    const moult_node *(*to)(const moult_change *change);   /* NULL for DROP */
    const char *(*path)(const moult_change *change, size_t *len);
    /* The change of the top-level object that this one lies in (itself, if it is that). */
    const moult_change *(*object)(const moult_change *change);
    /* Nested changes of an ALTER; 0 for others. */
    uint32_t (*nested_count)(const moult_change *change);
    const moult_change *(*nested)(const moult_change *change, uint32_t i);
    /* 1: attribute NAME differs between from and to (or is only on one side). */
    int32_t (*differs)(const moult_change *change, const char *name);
    /* Names of the differing attributes by index; NULL past the end. */
    const char *(*differing)(const moult_change *change, uint32_t i);
    const moult_tree *(*from_tree)(const moult_change *change);
    const moult_tree *(*to_tree)(const moult_change *change);

    /* For dialect.ways: adds a way, best first; strings are copied. */
    moult_status (*way)(moult_ways *ways, const moult_way *way);
    /* PATH must be gone while the way added last is carried out; the host drops it before and, if
     * it is wanted, creates it after, with all that depends on it. */
    moult_status (*aside)(moult_ways *ways, const char *path, size_t len);

    /* For dialect.render: adds a statement (without closing semicolon). ROLE is MOULT_SQL_*. */
    moult_status (*statement)(moult_script *script, uint32_t role, const char *sql, size_t len);

    /* For planners: the changes that need a decision, in the order of the object paths. */
    uint32_t (*count)(const moult_problem *problem);
    const moult_change *(*change)(const moult_problem *problem, uint32_t i);
    uint32_t (*way_count)(const moult_problem *problem, uint32_t i);
    const moult_way *(*way_at)(const moult_problem *problem, uint32_t i, uint32_t way);
    /* The way chosen for change I so far; UINT32_MAX while there is none. */
    uint32_t (*chosen)(const moult_problem *problem, uint32_t i);
    moult_status (*choose)(moult_problem *problem, uint32_t i, uint32_t way);
    /* Overrides the way's phase: MOULT_EXPAND, ... Steps run phase by phase. */
    moult_status (*set_phase)(moult_problem *problem, uint32_t i, uint32_t phase);
    /* Milliseconds that the step may wait for locks, and run; 0 = no limit. */
    moult_status (*set_timeouts)(moult_problem *problem, uint32_t i, uint32_t lock_ms,
                                 uint32_t run_ms);
    /* A warning in the plan, about change I or (UINT32_MAX) the whole. */
    moult_status (*warn)(moult_problem *problem, uint32_t i, const char *msg, size_t len);
    /* Rows and bytes of an object as measured on the target; UINT64_MAX = unknown. */
    moult_status (*measured)(const moult_problem *problem, uint32_t i, uint64_t *rows,
                             uint64_t *bytes);
} moult_plan_api;

#ifdef __cplusplus
}
#endif
#endif
