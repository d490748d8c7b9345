/* SPDX-License-Identifier: Apache-2.0 */
/* memory.h - a database adapter for tests, whole in every slot: a small DDL, kept in a JSON file.
 *
 * The same sources make two plugins.  "memory" commits each statement by itself, as MariaDB does;
 * "memory-txn" (built with MEMORY_TXN) has transactional DDL, as PostgreSQL has.  Settings make the
 * N-th write fail, or kill the process before or after it.
 *
 *   memory-text.c     tokens
 *   memory-state.c    the JSON document: reading, writing, answering probes
 *   memory-statement.c  what statements do to it
 *   memory-dialect.c  split, bind, fold, ways
 *   memory-render.c   statements, probes, inverses
 *   memory-reader.c   sessions that look
 *   memory-writer.c   scratch, lock, transactions, bookkeeping
 *
 * The language, names being words or "quoted", keywords in lower or upper case:
 *   create table T (C TYPE [not null] [default X], ...)       drop table T
 *   alter table T add column C TYPE ... | drop column C | alter column C TYPE ...
 *   alter table T rename to U | rename column C to D           copy T to U
 *   comment on table T is 'text' | null
 *   create [unique] index I on T (C, ...)                      drop index I
 *   create view V as TEXT                                      drop view V */
#ifndef MEMORY_H
#define MEMORY_H

#include <moult/adapter.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "memory-file.h"

#ifdef MEMORY_TXN
#define MEMORY_NAME "memory-txn"
#else
#define MEMORY_NAME "memory"
#endif

#define MEMORY_MAX_NAME 256

/* ---- text ---- */
#define TOKEN_END 0
#define TOKEN_WORD 1
#define TOKEN_QUOTED 2 /* between the quotes, doubled ones inside still doubled */
#define TOKEN_STRING 3
#define TOKEN_PUNCT 4
#define TOKEN_BAD 5 /* a quote that does not end */

struct scan {
    const char *p, *end;
    uint64_t line;
};
struct token {
    int type;
    const char *p; /* of QUOTED and STRING: after the quote */
    size_t n;
    const char *start, *end; /* with quotes */
    uint64_t line;
};
struct token memory_next(struct scan *s);
struct token memory_peek(const struct scan *s);
bool token_is(const struct token *t, const char *word); /* a word or punctuation, any case */
bool memory_take(struct scan *s, const char *word);     /* skips it if it is next */
/* A name into OUT, doubled quotes undone; false if there is none or it is too long. */
bool memory_name(struct scan *s, char out[MEMORY_MAX_NAME]);
bool memory_string(struct scan *s, char **out); /* malloc'd */
void memory_fold(const char *name, char out[MEMORY_MAX_NAME]);

/* ---- state ---- */
json_t *state_new(void);
moult_status state_read(const moult_host *host, const char *path, json_t **out, moult_error *err);
/* Carries one statement, or several, out on DB.  On failure DB may hold the ones before. */
moult_status state_run(const moult_host *host, json_t *db, const char *sql, size_t len,
                       uint64_t *changed, moult_error *err);
/* Conditions joined by "and": MOULT_PROBE_DONE if all hold. */
moult_status state_probe(const moult_host *host, const json_t *db, const char *sql, size_t len,
                         uint32_t *answer, moult_error *err);
json_t *state_part(const json_t *db, const char *part); /* "tables", "indexes", "views" */
json_t *state_find(const json_t *db, const char *part, const char *name); /* NULL = none */
/* "TYPE [not null] [default X]" parsed; NULL after memory_fail. */
json_t *state_column(const moult_host *host, struct scan *s, moult_error *err);

/* ---- sessions ---- */
struct moult_session {
    const moult_host *host;
    moult_op *op;
    char *path; /* of the JSON file; NULL: in memory only */
    json_t *db; /* the transaction's working copy, or the in-memory database; else NULL */
    bool in_txn, read_only, scratch;
    int lock_fd; /* -1: not held */
    uint64_t lock_timeout_ms, latency_ms;
    uint32_t run_ms; /* of a statement; 0 = no limit */
    uint64_t writes, fail_at, kill_at;
    bool kill_after;   /* kill when the write has been done, not before */
    bool fail_unknown; /* the failing commit or statement takes place, its answer is lost */
    bool fail_lost;    /* the failing statement does not, and whether it did is not told */
    _Atomic bool cancelled;
};
moult_session *session_new(const moult_host *host, const moult_open *how);
const char *memory_path(const char *url); /* after the scheme */
/* The database as the session sees it: *OWNED is to be released if the state had to be read. */
moult_status session_state(moult_session *s, json_t **db, json_t **owned, moult_error *err);
void memory_close(moult_session *s);
void memory_pause(moult_session *s);

/* ---- the slots ---- */
extern const moult_dialect memory_dialect;
extern const moult_reader memory_reader;
extern const moult_writer memory_writer;
moult_status memory_ways(const moult_host *host, const moult_change *change, moult_ways *ways,
                         moult_error *err);
moult_status memory_render(const moult_host *host, const moult_operation *operation,
                           moult_script *script, moult_error *err);
moult_status memory_inspect(moult_session *s, const moult_binding *const *bindings, uint32_t count,
                            moult_tree *out, moult_error *err);

#endif
