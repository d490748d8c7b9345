/* SPDX-License-Identifier: Apache-2.0 */
/* json_events.h - a snapshot document on its way into a tree. */
#ifndef MOULT_SCHEMA_JSON_EVENTS_H
#define MOULT_SCHEMA_JSON_EVENTS_H

#include <yajl/yajl_parse.h>

#include "json_forms.h"
#include "node.h"
#include "renames.h"

struct frame {
    enum form form;
    uint32_t seen;   /* a bit for each member met */
    uint32_t member; /* the one whose value comes */
    moult_node *node;
};

struct reader {
    moult_tree *tree;
    struct str json;
    moult_error *err;
    moult_status status;
    struct frame frames[2 * TREE_MAX_DEPTH + 8];
    size_t depth;
    uint32_t node_depth;
    struct str adapter, klass, format, server, digest[DIGESTS];
    uint32_t level, major;
    struct attr attr; /* the one being read */
    struct claim claim;
    struct ref ref;
    /* Collected here, copied to the node in their final size. */
    struct attr *attrs;
    size_t attr_count, attr_cap;
    struct claim *claims;
    size_t claim_count, claim_cap;
    struct ref *refs;
    size_t ref_count, ref_cap;
    struct renames *renames; /* the caller's */
};

/* What yajl calls, with a struct reader. */
extern const yajl_callbacks json_events;
/* Marks the document as no snapshot, because of what FMT says.  0, which stops yajl. */
int json_fail(struct reader *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same, with NAME as a JSON string behind PROBLEM. */
int json_fail_quoting(struct reader *r, const char *problem, struct str name);

#endif
