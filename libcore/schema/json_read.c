/* SPDX-License-Identifier: Apache-2.0 */
/* json_read.c - reads a snapshot document, checks what it says of itself, and seals its tree. */
#include <stdlib.h>

#include "../base/cleanup.h"
#include "json_events.h"

static void cleanup_yajl(yajl_handle *h)
{
    if (*h)
        yajl_free(*h);
}

static void add_place(struct reader *r, size_t offset)
{
    if (offset > r->json.n)
        offset = r->json.n;
    size_t line = 1;
    for (size_t i = 0; i < offset; i++)
        line += r->json.p[i] == '\n';
    error_detail(r->err, "line", "%zu", line);
    error_detail(r->err, "position", "%zu", offset);
}

static moult_status parse(struct reader *r)
{
    CLEANUP(cleanup_yajl) yajl_handle h = yajl_alloc(&json_events, NULL, r);
    if (!h)
        return error_nomem(r->err);
    yajl_config(h, yajl_dont_validate_strings, 1); /* done before, faster and more strictly */
    const unsigned char *text = (const unsigned char *)r->json.p;
    yajl_status st = yajl_parse(h, text, r->json.n);
    size_t offset = st == yajl_status_ok ? r->json.n : yajl_get_bytes_consumed(h);
    if (st == yajl_status_ok)
        st = yajl_complete_parse(h);
    if (st == yajl_status_error) {
        unsigned char *why = yajl_get_error(h, 0, text, r->json.n);
        struct str said = str_of(why ? (const char *)why : "parse error");
        while (said.n && said.p[said.n - 1] == '\n')
            said.n--;
        json_fail(r, "%.*s", STR_FMT(said));
        yajl_free_error(h, why);
    }
    if (r->status != MOULT_OK)
        add_place(r, offset);
    return r->status;
}

static moult_status check_head(struct reader *r)
{
    moult_tree *tree = r->tree;
    if (!str_is(r->format, JSON_SNAPSHOT_FORMAT)) {
        json_fail_quoting(r, "its format is not \"" JSON_SNAPSHOT_FORMAT "\" but", r->format);
        error_detail(r->err, "hint", "it was made by another version of moult");
        return r->status;
    }
    for (size_t i = 0; i < r->adapter.n; i++)
        if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789_-", r->adapter.p[i]) || !r->adapter.p[i])
            return json_fail_quoting(r, "no adapter is called", r->adapter) ? MOULT_OK : r->status;
    if (!r->adapter.n || !tree_classify(tree, r->adapter, r->major, r->level, r->server) ||
        !str_is(r->klass, tree->klass))
        json_fail_quoting(r, "adapter, major and level do not make its class", r->klass);
    return r->status;
}

static moult_status check_digests(struct reader *r)
{
    const moult_tree *tree = r->tree;
    for (uint32_t i = 0; i < DIGESTS; i++) {
        const char *is = i < MOULT_ASPECTS ? tree->aspect[i] : tree->state;
        if (str_is(r->digest[i], is))
            continue;
        error_set(r->err, MOULT_ERR_CORRUPT,
                  "the snapshot is damaged: its %s digest is not that of its content",
                  json_forms[DIGEST].members[i].name.p);
        error_detail(r->err, "detail", "the content's digest is %s", is);
        error_detail(r->err, "hint",
                     "it was cut, damaged or edited by hand; save the snapshot again");
        return MOULT_ERR_CORRUPT;
    }
    return MOULT_OK;
}

moult_status tree_read_json(struct str json, const char *name, moult_tree **out, moult_error *err)
{
    struct renames hints = {0};
    moult_status st = snapshot_read_json(json, name, out, &hints, err);
    renames_free(&hints);
    return st;
}

moult_status snapshot_read_json(struct str json, const char *name, moult_tree **out,
                                struct renames *hints, moult_error *err)
{
    CLEANUP_TREE moult_tree *tree = tree_new(STR(""), 0, 0, STR(""));
    CLEANUP_FREE struct reader *r = calloc(1, sizeof *r);
    if (!tree || !r)
        return error_nomem(err);
    r->tree = tree;
    r->json = json;
    r->err = err;
    r->renames = hints;
    size_t offset;
    const char *problem = json_text_problem(json, &offset);
    if (problem) {
        json_fail(r, "%s", problem);
        add_place(r, offset);
    }
    moult_status st = problem ? r->status : parse(r);
    if (st == MOULT_OK)
        st = check_head(r);
    if (st == MOULT_OK)
        st = tree_seal(tree, NULL, err);
    if (st == MOULT_OK)
        st = check_digests(r);
    if (st != MOULT_OK) {
        if (name)
            error_detail(err, "file", "%s", name);
        return st;
    }
    *out = tree;
    tree = NULL;
    return MOULT_OK;
}
