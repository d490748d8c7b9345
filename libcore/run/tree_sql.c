/* SPDX-License-Identifier: Apache-2.0 */
/* A snapshot as a folder of SQL, one file an object. */
#include "tree_sql.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "../base/buf.h"
#include "../base/cleanup.h"
#include "../base/file.h"
#include "../base/sha256.h"

#define MARKER ".moult" /* lists the files that were written, one a line */
#define MAX_NAME 200

moult_status dialect_named(struct moult *m, struct str adapter, const moult_dialect **out,
                           moult_error *err)
{
    CLEANUP_BUF struct buf name = {0};
    buf_str(&name, adapter);
    return buf_ok(&name) ? host_dialect(m, buf_view(&name).p, out, err) : error_nomem(err);
}

moult_status adapter_for_tree(struct moult *m, const moult_tree *tree, struct adapter *a,
                              moult_error *err)
{
    const moult_dialect *dialect = NULL;
    moult_status st = dialect_named(m, tree->adapter, &dialect, err);
    return st == MOULT_OK && dialect ? adapter_open(m, dialect->head.name, a, err)
                                     : st; /* its name outlives ours */
}

moult_status tree_plan(struct moult *m, const moult_tree *tree, struct moult_plan **out,
                       moult_error *err)
{
    struct adapter a;
    CLEANUP_TREE moult_tree *none = NULL;
    CLEANUP_DELTA struct moult_delta *delta = NULL;
    *out = NULL;
    moult_status st = adapter_for_tree(m, tree, &a, err);
    if (st == MOULT_OK)
        st = adapter_empty_tree(&a, tree, &none, err);
    if (st == MOULT_OK)
        st = delta_make(none, tree, false, &delta, err);
    return st == MOULT_OK ? plan_plain(m, &a, delta, out, err) : st;
}

/* ---- file names ---- */

/* KEY as a file name: what file systems or shells may trip over is %XX; what is long ends in its
 * hash. */
static bool file_name(struct buf *b, struct str key)
{
    CLEANUP_BUF struct buf safe = {0};
    for (size_t i = 0; i < key.n; i++) {
        unsigned char c = (unsigned char)key.p[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                     c == '_' || c == '-' || c >= 0x80;
        if (plain)
            buf_char(&safe, (char)c);
        else
            buf_printf(&safe, "%%%02X", c);
    }
    char hash[65];
    if (safe.n > MAX_NAME || !str_utf8(key)) {
        if (!sha256_hex(key, hash))
            return false;
        safe.n = safe.n > 40 ? 40 : safe.n;
        while (safe.n && (unsigned char)safe.p[safe.n - 1] >= 0x80)
            safe.n--;
        buf_printf(b, "%.*s-%.32s.sql", (int)safe.n, safe.n ? safe.p : "", hash);
    } else
        buf_printf(b, "%s.sql", safe.n ? safe.p : "%");
    return buf_ok(&safe);
}

/* "kind/name.sql" of the object at PATH in TREE. */
static moult_status file_of(const moult_tree *tree, struct str path, struct buf *out,
                            moult_error *err)
{
    const moult_node *node = tree_find(tree, path);
    if (!node)
        return error_set(err, MOULT_ERR_INTERNAL,
                         "a plan names an object that its tree has not: %.*s", STR_FMT(path));
    node = node_object(node);
    buf_clear(out);
    buf_printf(out, "%s/", node->kind);
    return file_name(out, node->key) && buf_ok(out) ? MOULT_OK : error_nomem(err);
}

/* ---- the folder ---- */

struct names {
    struct arena arena;
    struct str *items;
    size_t count, cap;
};

static void cleanup_names(struct names *n)
{
    arena_free(&n->arena);
}

static bool has_name(const struct names *n, struct str name)
{
    for (size_t i = 0; i < n->count; i++)
        if (str_eq(n->items[i], name))
            return true;
    return false;
}

static bool add_name(struct names *n, struct str name)
{
    struct str *slot = ARENA_PUSH(&n->arena, n->items, n->count, n->cap);
    return slot && (*slot = arena_str(&n->arena, name)).p;
}

static moult_status read_marker(struct names *old, const char *path, moult_error *err)
{
    CLEANUP_BUF struct buf text = {0};
    moult_status st = file_read(path, &text, err);
    if (st != MOULT_OK)
        return st;
    for (const char *p = text.p; p && *p;) {
        struct str name = {p, strcspn(p, "\n")};
        p += name.n + (p[name.n] == '\n');
        bool ours = name.n && name.p[0] != '/' && !memmem(name.p, name.n, "..", 2);
        if (ours && !add_name(old, name))
            return error_nomem(err);
    }
    return MOULT_OK;
}

static moult_status foreign(const char *dir, const char *what, moult_error *err)
{
    error_set(err, MOULT_ERR_EXISTS, "the folder \"%s\" holds what moult did not write there: %s",
              dir, what);
    error_detail(err, "file", "%s", dir);
    error_detail(err, "hint", "take an empty folder, or remove or move that file");
    return MOULT_ERR_EXISTS;
}

/* SQL that is not ours would become part of the schema that the folder says. */
static moult_status check_folder(const char *dir, const char *sub, const struct names *old,
                                 bool marked, moult_error *err)
{
    CLEANUP_BUF struct buf path = {0}, name = {0};
    buf_printf(&path, "%s/%s", dir, sub);
    DIR *d = buf_ok(&path) ? opendir(path.p) : NULL;
    if (!d)
        return errno == ENOENT
                   ? MOULT_OK
                   : error_set(err, MOULT_ERR_IO, "cannot read \"%s\": %s", dir, strerror(errno));
    moult_status st = MOULT_OK;
    for (struct dirent *e; st == MOULT_OK && (e = readdir(d));) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
            strcmp(e->d_name, MARKER) == 0)
            continue;
        size_t n = strlen(e->d_name);
        bool sql = n > 4 && strcmp(e->d_name + n - 4, ".sql") == 0;
        buf_clear(&name);
        buf_printf(&name, "%s%s%s", sub, *sub ? "/" : "", e->d_name);
        buf_clear(&path);
        buf_printf(&path, "%s/%s", dir, buf_view(&name).p);
        if (!buf_ok(&name) || !buf_ok(&path))
            st = error_nomem(err);
        else if (!marked || (sql && !has_name(old, buf_view(&name))))
            st = foreign(dir, name.p, err);
        else if (!*sub && e->d_name[0] != '.' && file_is_dir(path.p))
            st = check_folder(dir, e->d_name, old, marked, err);
    }
    closedir(d);
    return st;
}

static moult_status write_marker(const char *path, const struct names *a, const struct names *b,
                                 moult_error *err)
{
    CLEANUP_BUF struct buf text = {0};
    for (size_t i = 0; i < a->count; i++)
        buf_printf(&text, "%.*s\n", STR_FMT(a->items[i]));
    for (size_t i = 0; b && i < b->count; i++)
        if (!has_name(a, b->items[i]))
            buf_printf(&text, "%.*s\n", STR_FMT(b->items[i]));
    return buf_ok(&text) ? file_write(path, buf_view(&text), err) : error_nomem(err);
}

/* ---- the files ---- */

static moult_status into_buf(void *arg, const char *bytes, size_t len)
{
    buf_add(arg, bytes, len);
    return buf_ok(arg) ? MOULT_OK : MOULT_ERR_NOMEM;
}

/* The object's steps, from FIRST on, as the text of its file. */
static moult_status object_sql(const struct moult_plan *plan, size_t first, struct plan_script how,
                               struct buf *out, moult_error *err)
{
    for (size_t i = first; i < plan->step_count; i++) {
        if (!str_eq(plan->steps[i].object, plan->steps[first].object))
            continue;
        struct moult_plan one = {.steps = &plan->steps[i], .step_count = 1};
        moult_status st = plan_write_sql_bare(&one, how, into_buf, out, err);
        if (st != MOULT_OK)
            return st;
    }
    return MOULT_OK;
}

static bool is_first(const struct moult_plan *plan, size_t i)
{
    for (size_t k = i; k--;)
        if (str_eq(plan->steps[k].object, plan->steps[i].object))
            return false;
    return true;
}

static moult_status name_files(const moult_tree *tree, const struct moult_plan *plan,
                               struct names *names, moult_error *err)
{
    CLEANUP_BUF struct buf name = {0};
    for (size_t i = 0; i < plan->step_count; i++) {
        moult_status st = file_of(tree, plan->steps[i].object, &name, err);
        if (st != MOULT_OK)
            return st;
        if (!add_name(names, buf_view(&name)))
            return error_nomem(err);
    }
    return MOULT_OK;
}

static moult_status write_files(const char *dir, const struct moult_plan *plan,
                                struct plan_script how, const struct names *names, uint32_t *files,
                                moult_error *err)
{
    CLEANUP_BUF struct buf path = {0}, text = {0};
    for (size_t i = 0; i < plan->step_count; i++) {
        if (!is_first(plan, i))
            continue;
        struct str name = names->items[i];
        const char *slash = memchr(name.p, '/', name.n);
        buf_clear(&path);
        buf_printf(&path, "%s/%.*s", dir, (int)(slash - name.p), name.p);
        moult_status st = buf_ok(&path) ? file_mkdirs(path.p, err) : error_nomem(err);
        buf_str(&path, (struct str){slash, name.n - (size_t)(slash - name.p)});
        buf_clear(&text);
        if (st == MOULT_OK)
            st = object_sql(plan, i, how, &text, err);
        if (st == MOULT_OK)
            st = buf_ok(&path) ? file_write(path.p, buf_view(&text), err) : error_nomem(err);
        if (st != MOULT_OK)
            return st;
        ++*files;
    }
    return MOULT_OK;
}

static moult_status remove_old(const char *dir, const struct names *old, const struct names *names,
                               moult_error *err)
{
    CLEANUP_BUF struct buf path = {0};
    for (size_t i = 0; i < old->count; i++) {
        if (has_name(names, old->items[i]))
            continue;
        buf_clear(&path);
        buf_printf(&path, "%s/%.*s", dir, STR_FMT(old->items[i]));
        if (!buf_ok(&path))
            return error_nomem(err);
        if (unlink(path.p) && errno != ENOENT)
            return error_set(err, MOULT_ERR_IO, "cannot remove \"%s\": %s", path.p,
                             strerror(errno));
    }
    return MOULT_OK;
}

moult_status moult_snapshot_write_dir(moult *m, const moult_snapshot *snapshot, const char *dir,
                                      uint32_t *files, moult_error *err)
{
    CLEANUP(cleanup_names) struct names old = {0}, names = {0};
    CLEANUP_PLAN struct moult_plan *plan = NULL;
    uint32_t written = 0;
    struct str marker = file_join(&names.arena, dir, MARKER);
    if (!marker.p)
        return error_nomem(err);
    bool marked = file_exists(marker.p);
    const moult_dialect *dialect = NULL;
    moult_status st = dialect_named(m, snapshot->tree->adapter, &dialect, err);
    if (st == MOULT_OK && marked)
        st = read_marker(&old, marker.p, err);
    if (st == MOULT_OK)
        st = check_folder(dir, "", &old, marked, err);
    if (st == MOULT_OK)
        st = tree_plan(m, snapshot->tree, &plan, err);
    if (st == MOULT_OK)
        st = name_files(snapshot->tree, plan, &names, err);
    if (st == MOULT_OK)
        st = file_mkdirs(dir, err);
    /* Whatever breaks off from here on, all that is there is known as ours the next time. */
    if (st == MOULT_OK)
        st = write_marker(marker.p, &names, &old, err);
    if (st == MOULT_OK)
        st = write_files(dir, plan,
                         (struct plan_script){.delimiter = dialect ? dialect->delimiter : NULL},
                         &names, &written, err);
    if (st == MOULT_OK)
        st = remove_old(dir, &old, &names, err);
    if (st == MOULT_OK)
        st = write_marker(marker.p, &names, NULL, err);
    if (files)
        *files = st == MOULT_OK ? written : 0;
    return st;
}
