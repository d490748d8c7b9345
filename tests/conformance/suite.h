/* SPDX-License-Identifier: Apache-2.0 */
/* suite.h - the conformance suite: checks of what a plugin does, each in a process of its own.
 *
 *   main.c       arguments, loading, which checks there are
 *   suite.c      one check after the other, each forked, reported as TAP
 *   quirks.c     what an adapter's file of quirks says
 *   place.c      fresh databases, sessions, states from DDL
 *   descriptor.c every plugin
 *   dialect.c split.c change.c        dialects
 *   reader.c look.c                   readers
 *   writer.c lock.c records.c round.c writers
 *   store.c keep.c race.c             stores
 *   planner.c                         planners */
#ifndef MOULT_CONFORMANCE_SUITE_H
#define MOULT_CONFORMANCE_SUITE_H

#include "../../libcore/base/buf.h"
#include "../../libcore/base/cleanup.h"
#include "../../libcore/run/execute.h"

/* ---- quirks ---- */

struct sample { /* a statement and what it is */
    const char *sql;
    uint32_t klass; /* MOULT_STMT_* */
};

struct pair { /* two states, each as DDL in an order in which it runs */
    const char *name, *from, *to;
    const char *rows;           /* statements that put rows into `from`; or NULL */
    const char *const *renames; /* hints for from -> to; ends in NULL; or NULL */
};

struct quirks {
    struct arena arena;
    const char *file; /* NULL: there is none */
    struct config_value *root;
    /* [adapter]; in url, create, destroy and missing %s is a folder, %n a name used once. */
    const char *url, *create, *destroy, *name, *empty;
    const char *const *missing; /* URLs of what is not there */
    const char *const *bound;   /* DDL in which {} is the tenant's name */
    const char *const *taken;   /* DDL of a table of the user's in the place of the bookkeeping */
    const char *const *kinds;   /* kinds of objects, for fold */
    const char *tenants_how, *tenants_pattern;
    const char *tenants_create; /* makes the tenants; NULL: they are files below the folder */
    const char *const *tenants; /* what the pattern finds */
    const char *const *tenants_bound; /* DDL that makes a tenant called {} */
    const char *const *impossible;    /* of the hostile names, those that no tenant can have */
    struct sample *samples;
    size_t sample_count, sample_cap;
    struct pair *pairs;
    size_t pair_count, pair_cap;
    const struct config_value *settings; /* of the plugin; or NULL */
    const struct config_value *decline;  /* check -> why it does not apply; or NULL */
};
/* PATH NULL: everything stays unset. */
moult_status quirks_read(const char *path, struct quirks *out, moult_error *err);
/* Why CHECK does not apply, or NULL. */
const char *quirks_declined(const struct quirks *q, const char *check);

/* ---- the suite ---- */

struct suite {
    const char *file;   /* of the plugin, absolute */
    const char *module; /* its base name without .so */
    const moult_plugin *plugin;
    struct quirks quirks;
    const char *work;      /* folder of this run */
    const char *manifests; /* a plugins.d with this plugin alone */
    const char *folder;    /* of the plugin */
    uint32_t timeout;      /* seconds a check may take */
    unsigned number;       /* of the check, from 1 */
    unsigned passed, failed, left_out;
};

/* One check under way; everything in it dies with its process. */
struct run {
    struct suite *suite;
    const moult_iface *iface; /* what is checked; NULL: the plugin as a whole */
    const char *name;         /* of the interface */
    size_t index;             /* of the pair, for checks that take one */
    char *folder;             /* empty, its own */
    int report;
    unsigned places;
    moult_error *err;
    struct moult *m; /* once run_moult() was called */
};

typedef void check_fn(struct run *r);
#define CHECK_REQUIRED 1u /* no quirk declines it */
#define CHECK_PAIRS 2u    /* once a pair */
#define CHECK_QUIRKS 4u   /* an adapter without quirks cannot be asked this */
struct check {
    const char *id, *what;
    check_fn *run;
    uint32_t flags;
};
/* Ends in an id of NULL. */
extern const struct check plugin_checks[], dialect_checks[], reader_checks[], writer_checks[],
    store_checks[], planner_checks[];

void suite_run(struct suite *s, const struct check *checks, const moult_iface *iface);
/* One result that needs no process; WHY NULL: it passed. */
void suite_tell(struct suite *s, const char *name, const char *why);
/* Removes a folder with all that is in it. */
void remove_folder(const char *path);

/* ---- in a check ---- */

void check_fail(struct run *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3), noreturn));
void check_not_applicable(struct run *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3), noreturn));
/* The call WHAT gave CODE and has to have given 0. */
void check_ok(struct run *r, moult_status code, const char *what);
/* It has to have failed, with WANTED unless that is 0, and to have said why. */
void check_fails(struct run *r, moult_status code, moult_status wanted, const char *what);
#define REQUIRE(r, condition, ...)                                                                 \
    do {                                                                                           \
        if (!(condition))                                                                          \
            check_fail(r, __VA_ARGS__);                                                            \
    } while (0)
#define OK(r, what, call) (moult_error_clear((r)->err), check_ok(r, call, what))
#define FAILS(r, what, call) (moult_error_clear((r)->err), check_fails(r, call, MOULT_OK, what))
#define GIVES(r, code, what, call) (moult_error_clear((r)->err), check_fails(r, call, code, what))

/* ---- place.c ---- */

/* Opens a moult with this plugin and its settings alone; EXTRA is more of moult.toml, or NULL. */
struct moult *run_moult(struct run *r, const char *extra);
/* TEXT with %s and %n replaced; malloc'd. */
char *expand(struct run *r, const char *text, const char *folder, const char *name);
char *in_folder(const char *folder, const char *name); /* "FOLDER/NAME", malloc'd */
void write_file(struct run *r, const char *path, const char *bytes, size_t n);

/* An empty database of its own, with the library's view of it. */
struct place {
    struct run *r;
    char *folder, *name, *url, *file; /* file NULL: it is none */
    moult_targets *t;
    struct unit *u;
};
void place_make(struct run *r, struct place *p);
void place_shell(struct place *p, const char *command);
void place_end(struct place *p);
#define PLACE(r, p)                                                                                \
    __attribute__((cleanup(place_end))) struct place p = {0};                                      \
    place_make(r, &p)
moult_session *place_open(struct place *p, uint32_t purpose, uint64_t lock_ms);
#define READER(p) ((p)->t->adapter.reader)
#define WRITER(p) ((p)->t->adapter.writer)
#define DIALECT(p) ((p)->t->adapter.dialect)
#define HOST(r) (&(r)->m->host)
moult_tree *place_inspect(struct place *p, moult_session *s);
/* The state digest by a session of its own. */
void place_state(struct place *p, char state[65]);
/* The statements of DDL that are schema, or data, run one after the other. */
void place_run(struct place *p, moult_session *s, const char *ddl);
/* Makes the objects of DDL in the empty place, each statement for itself. */
void place_load(struct place *p, const char *ddl);
/* The tree that DDL makes, in a database of its own. */
moult_tree *state_of(struct run *r, const char *ddl);
const struct pair *run_pair(struct run *r);

/* Names as people give them, and as nobody should. */
extern const char *const hostile_names[]; /* ends in NULL */

#endif
