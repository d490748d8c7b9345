/* SPDX-License-Identifier: Apache-2.0 */
/* dialect.c - schemes, fold and bind: what needs no database. */
#include "dialect.h"

const moult_dialect *dialect_of(struct run *r)
{
    if (!r->m)
        run_moult(r, NULL);
    return (const moult_dialect *)(const void *)r->iface;
}

static void check_schemes(struct run *r)
{
    const moult_dialect *d = dialect_of(r);
    const char *p = d->schemes + strspn(d->schemes, " ");
    REQUIRE(r, *p, "it serves no URL scheme");
    REQUIRE(r, d->level >= 1, "its level is 0");
    for (size_t n; *p; p += n, p += strspn(p, " ")) {
        CLEANUP_BUF struct buf url = {0};
        const char *name = NULL;
        n = strcspn(p, " ");
        buf_printf(&url, "%.*s:x", (int)n, p);
        REQUIRE(r, host_is_url(buf_view(&url).p), "\"%.*s\" is no scheme of URLs", (int)n, p);
        OK(r, "finding the adapter of its scheme", host_adapter_for(r->m, url.p, &name, r->err));
        REQUIRE(r, strcmp(name, d->head.name) == 0, "its scheme leads to \"%s\"", name);
    }
}

/* ---- fold ---- */

static char *fold(struct run *r, const char *kind, const char *name, size_t *n)
{
    const moult_dialect *d = dialect_of(r);
    char *out = NULL;
    *n = 0;
    OK(r, "dialect.fold", d->fold(HOST(r), kind, name, strlen(name), &out, n, r->err));
    REQUIRE(r, out && *n, "fold gave no key for \"%s\"", name);
    char *copy = strndup(out, *n);
    HOST(r)->free(HOST(r)->ctx, out);
    REQUIRE(r, copy, "out of memory");
    return copy;
}

static void check_fold_name(struct run *r, const char *kind, const char *name)
{
    size_t n, again, same;
    CLEANUP_FREE char *key = fold(r, kind, name, &n);
    CLEANUP_FREE char *twice = fold(r, kind, key, &again);
    CLEANUP_FREE char *once = fold(r, kind, name, &same);
    REQUIRE(r, n == again && memcmp(key, twice, n) == 0,
            "folding \"%s\" gives \"%s\", and folding that \"%s\"", name, key, twice);
    REQUIRE(r, n == same && memcmp(key, once, n) == 0, "folding \"%s\" twice gives two keys", name);
}

static void check_fold_of(struct run *r, const char *kind)
{
    static const char *const names[] = {"a", "Abc", "ABC", "x y", NULL};
    for (const char *const *name = names; *name; name++)
        check_fold_name(r, kind, *name);
    for (const char *const *name = hostile_names; *name; name++)
        check_fold_name(r, kind, *name);
}

static void check_fold(struct run *r)
{
    static const char *const usual[] = {"table", "column", "index", NULL};
    const char *const *kinds = r->suite->quirks.kinds;
    for (kinds = kinds ? kinds : usual; *kinds; kinds++)
        check_fold_of(r, *kinds);
}

/* ---- bind ---- */

static moult_status bind_one(struct run *r, struct str text, const char *value, char **out,
                             size_t *n)
{
    const moult_binding tenant = {MOULT_END(moult_binding, value), 0, "tenant", value};
    const moult_binding other = {MOULT_END(moult_binding, value), 0, "other", "never"};
    const moult_binding *list[] = {&other, &tenant};
    *out = NULL;
    *n = 0;
    return dialect_of(r)->bind(HOST(r), text.p, text.n, list, 2, out, n, r->err);
}

static void check_bind_plain(struct run *r)
{
    static const char text[] = "create table \"a\" (b 'c');\n-- \"\"";
    char *out;
    size_t n;
    OK(r, "dialect.bind", bind_one(r, (struct str){text, sizeof text - 1}, "t", &out, &n));
    REQUIRE(r, n == sizeof text - 1 && memcmp(out, text, n) == 0,
            "a text without markers is changed");
    HOST(r)->free(HOST(r)->ctx, out);
    OK(r, "dialect.bind", bind_one(r, (struct str){"", 0}, "t", &out, &n));
    REQUIRE(r, n == 0, "an empty text becomes one of %zu bytes", n);
    HOST(r)->free(HOST(r)->ctx, out);
    FAILS(r, "binding a name that has no value", bind_one(r, STR("a \1nobody\2 b"), "t", &out, &n));
    FAILS(r, "binding a marker that does not end", bind_one(r, STR("a \1tenant"), "t", &out, &n));
    REQUIRE(r, dialect_of(r)->bind(HOST(r), STR("\1x\2").p, 3, NULL, 0, &out, &n, NULL) != MOULT_OK,
            "binding without bindings succeeded");
}

/* The name stands as one identifier, whatever it is made of: the statement stays one. */
static void check_bind_names(struct run *r)
{
    const char *const *bound = r->suite->quirks.bound;
    REQUIRE(r, bound && *bound, "the quirks have no DDL in adapter.bound");
    for (; *bound; bound++) {
        CLEANUP_BUF struct buf marked = {0};
        for (const char *p = *bound; *p; p++)
            if (p[0] == '{' && p[1] == '}')
                buf_puts(&marked, "\1tenant\2"), p++;
            else
                buf_char(&marked, *p);
        REQUIRE(r, buf_ok(&marked) && marked.n && memchr(marked.p, 1, marked.n), "\"%s\" has no {}", *bound);
        for (const char *const *name = hostile_names; *name; name++) {
            char *out;
            size_t n;
            struct cut c;
            OK(r, "dialect.bind", bind_one(r, buf_view(&marked), *name, &out, &n));
            REQUIRE(r, !memchr(out, 1, n) && !memchr(out, 2, n), "a marker is left");
            cut_text(r, out, n, &c);
            REQUIRE(
                r, c.count == 1 && c.items[0].klass == MOULT_STMT_SCHEMA,
                "bound to the name \"%s\", \"%s\" becomes %zu statements, the first of class %u",
                *name, *bound, c.count, c.items[0].klass);
            HOST(r)->free(HOST(r)->ctx, out);
        }
    }
}

const struct check dialect_checks[] = {
    {"dialect.schemes", "its URL schemes lead to it", check_schemes, CHECK_REQUIRED},
    {"dialect.split-empty", "an empty text has no statement", check_split_empty, CHECK_REQUIRED},
    {"dialect.split-open", "a text that ends anywhere is cut, an open quote refused",
     check_split_open, CHECK_REQUIRED},
    {"dialect.split-garbage", "garbage is cut without harm", check_split_garbage, CHECK_REQUIRED},
    {"dialect.split-huge", "texts of a megabyte are cut", check_split_huge, CHECK_REQUIRED},
    {"dialect.split-stop", "the callback can stop it", check_split_stop, CHECK_REQUIRED},
    {"dialect.split-classes", "statements are what the quirks say, in their lines",
     check_split_classes, CHECK_REQUIRED | CHECK_QUIRKS},
    {"dialect.fold", "folding a key gives the key", check_fold, CHECK_REQUIRED},
    {"dialect.bind", "only markers are replaced, and only by what is bound", check_bind_plain,
     CHECK_REQUIRED},
    {"dialect.bind-names", "no name breaks out of its place", check_bind_names,
     CHECK_REQUIRED | CHECK_QUIRKS},
    {"dialect.kinds", "the pairs create, drop and alter", check_kinds,
     CHECK_REQUIRED | CHECK_QUIRKS},
    {"dialect.renames", "the pairs rename", check_renames, CHECK_QUIRKS},
    {"dialect.ways", "every change has ways, with facts that make sense", check_ways,
     CHECK_REQUIRED | CHECK_QUIRKS | CHECK_PAIRS},
    {"dialect.render", "every way is written, the same each time", check_render,
     CHECK_REQUIRED | CHECK_QUIRKS | CHECK_PAIRS},
    {0}};
