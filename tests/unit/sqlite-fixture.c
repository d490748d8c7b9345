/* SPDX-License-Identifier: Apache-2.0 */
#include "sqlite-fixture.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

static char folder[64];
static char paths[8][256];
static unsigned next_path;

static void *lend_alloc(moult_ctx *ctx, size_t len)
{
    (void)ctx;
    return malloc(len ? len : 1);
}
static void lend_free(moult_ctx *ctx, void *p)
{
    (void)ctx;
    free(p);
}
static void lend_log(moult_ctx *ctx, int32_t level, const char *msg, size_t len)
{
    (void)ctx;
    (void)level;
    (void)msg;
    (void)len;
}
static void lend_error_set(moult_ctx *ctx, moult_error *err, moult_status code, const char *msg,
                           size_t len)
{
    (void)ctx;
    error_set(err, code, "%.*s", (int)len, msg);
}
static void lend_error_detail(moult_ctx *ctx, moult_error *err, const char *key, const char *value,
                              size_t len)
{
    (void)ctx;
    error_detail_str(err, key, (struct str){value, len});
}
static const char *lend_setting(moult_ctx *ctx, const moult_config *config, const char *name,
                                size_t *len)
{
    (void)ctx;
    (void)config;
    (void)name;
    if (len)
        *len = 0;
    return NULL;
}
static int32_t lend_cancelled(moult_ctx *ctx, const moult_op *op)
{
    (void)ctx;
    return op != NULL; /* a test that gives an operation wants it cancelled */
}
static void lend_progress(moult_ctx *ctx, moult_op *op, uint64_t done, uint64_t total)
{
    (void)ctx;
    (void)op;
    (void)done;
    (void)total;
}

const moult_host sqlite_test_host = {
    .size = MOULT_END(moult_host, plan),
    .abi_major = MOULT_ABI_MAJOR,
    .abi_minor = MOULT_ABI_MINOR,
    .version = "test",
    .alloc = lend_alloc,
    .free = lend_free,
    .log = lend_log,
    .error_set = lend_error_set,
    .error_detail = lend_error_detail,
    .setting = lend_setting,
    .cancelled = lend_cancelled,
    .progress = lend_progress,
    .tree = &tree_api,
};

void sqlite_test_setup(void)
{
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%.40s/moult-sqlite.XXXXXX", base ? base : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

void sqlite_test_teardown(void)
{
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *sqlite_test_path(const char *name)
{
    char *p = paths[next_path++ % 8];
    snprintf(p, sizeof paths[0], "%s/%s", folder, name);
    return p;
}

void sqlite_test_exec(const char *path, const char *sql)
{
    sqlite3 *db;
    char *msg = NULL;
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    int rc = sqlite3_exec(db, sql, NULL, NULL, &msg);
    ck_assert_msg(rc == SQLITE_OK, "%s: %s", msg, sql);
    ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}

const char *sqlite_test_make(const char *name, const char *sql)
{
    const char *path = sqlite_test_path(name);
    remove(path);
    sqlite_test_exec(path, sql);
    return path;
}

void sqlite_test_write(const char *path, const void *bytes, size_t n)
{
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(bytes, 1, n, f), n);
    ck_assert_int_eq(fclose(f), 0);
}

moult_session *sqlite_test_open(const char *path, uint32_t purpose)
{
    char url[300];
    snprintf(url, sizeof url, "sqlite:%s", path);
    moult_open how = {
        .size = MOULT_END(moult_open, lock_timeout_ms), .purpose = purpose, .url = url};
    moult_session *s = NULL;
    moult_error *err = moult_error_new();
    moult_status st = sqlite_reader_open(&sqlite_test_host, &how, &s, err);
    ck_assert_msg(st == MOULT_OK, "%s", moult_error_message(err));
    moult_error_free(err);
    return s;
}

/* "name=value,name=value" */
static uint32_t parse_bindings(const char *text, moult_binding *items, const moult_binding **out,
                               char *copy)
{
    uint32_t n = 0;
    memcpy(copy, text ? text : "", text ? strlen(text) + 1 : 1);
    for (char *p = strtok(copy, ","); p; p = strtok(NULL, ",")) {
        char *eq = strchr(p, '=');
        *eq = '\0';
        items[n] =
            (moult_binding){.size = MOULT_END(moult_binding, value), .name = p, .value = eq + 1};
        out[n] = &items[n];
        n++;
    }
    return n;
}

moult_tree *sqlite_test_tree(const char *path, const char *bindings)
{
    moult_binding items[4];
    const moult_binding *list[4];
    char copy[256];
    uint32_t n = parse_bindings(bindings, items, list, copy);
    moult_session *s = sqlite_test_open(path, MOULT_PURPOSE_READ);
    moult_tree *tree = tree_new(STR("sqlite"), 3, 1, STR("SQLite"));
    moult_error *err = moult_error_new();
    moult_status st = sqlite_reader_inspect(s, list, n, tree, err);
    ck_assert_msg(st == MOULT_OK, "%s: %s", moult_error_message(err),
                  moult_error_detail(err, "detail"));
    st = tree_seal(tree, NULL, err);
    ck_assert_msg(st == MOULT_OK, "%s", moult_error_message(err));
    sqlite_reader_close(s);
    moult_error_free(err);
    return tree;
}

moult_tree *sqlite_test_tree_of(const char *sql)
{
    return sqlite_test_tree(sqlite_test_make("tree.db", sql), NULL);
}

moult_status sqlite_test_inspect(const char *path, moult_error *err)
{
    moult_session *s = sqlite_test_open(path, MOULT_PURPOSE_READ);
    moult_tree *tree = tree_new(STR("sqlite"), 3, 1, STR("SQLite"));
    moult_status st = sqlite_reader_inspect(s, NULL, 0, tree, err);
    tree_free(tree);
    sqlite_reader_close(s);
    return st;
}

void sqlite_test_state(const char *sql, char out[65])
{
    moult_tree *t = sqlite_test_tree_of(sql);
    memcpy(out, t->state, 65);
    tree_free(t);
}

static const moult_node *node_at(const moult_tree *tree, const char *path)
{
    const moult_node *n = tree_find(tree, str_of(path));
    ck_assert_msg(n != NULL, "no node %s", path);
    return n;
}

const char *sqlite_test_text(const moult_tree *tree, const char *path, const char *name)
{
    const struct attr *a = node_attr(node_at(tree, path), name);
    return a ? a->text.p : "(none)";
}

const char *sqlite_test_same(const moult_tree *tree, const char *path, const char *name)
{
    const struct attr *a = node_attr(node_at(tree, path), name);
    return a ? attr_same(a).p : "(none)";
}

uint32_t sqlite_test_ref(const moult_tree *tree, const char *path, const char *target)
{
    const moult_node *n = node_at(tree, path);
    for (size_t i = 0; i < n->ref_count; i++) {
        if (str_is(n->refs[i].path, target))
            return n->refs[i].strength + 1;
    }
    return 0;
}
