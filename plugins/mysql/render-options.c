/* SPDX-License-Identifier: Apache-2.0 */
/* render-options.c - the options of tables, as ALTER TABLE takes them. */
#include "lexer.h"
#include "render.h"

/* What takes an option back, where that is not DEFAULT. */
static const struct {
    const char *name, *value;
} usual[] = {
    {"avg_row_length", "0"}, {"checksum", "0"},        {"connection", "''"},
    {"delay_key_write", "0"}, {"insert_method", "NO"},  {"key_block_size", "0"},
    {"max_rows", "0"},       {"min_rows", "0"},        {"transactional", "DEFAULT"},
    {"union", "()"},
};

/* Of which rows know nothing. */
static const char *const light[] = {
    "avg_row_length",  "checksum",        "comment",          "delay_key_write",     "insert_method",
    "max_rows",        "min_rows",        "pack_keys",        "stats_auto_recalc",   "stats_persistent",
    "stats_sample_pages", "transactional", "page_checksum",   "union",               "connection"};

/* "NAME=value": where NAME ends. */
static struct slice option_name(struct slice option)
{
    struct lexer l = {.text = option.p, .len = option.n, .how = mylexing_of("", 0)};
    for (struct token t = mytoken_next(&l); t.kind != TOKEN_END && t.kind != TOKEN_BAD;
         t = mytoken_next(&l))
        if (mytoken_is_op(option.p, &t, '=')) {
            while (t.at && option.p[t.at - 1] == ' ')
                t.at--;
            return (struct slice){option.p, t.at};
        }
    return option;
}

static bool list_names(struct slice list, struct slice name)
{
    struct slice one;
    while (list.p && list_next(&list, &one))
        if (slice_eq(option_name(one), name))
            return true;
    return false;
}

static void add(struct text *out, const char *before, struct slice s)
{
    mytext_z(out, out->n ? " " : "");
    mytext_z(out, before);
    mytext_slice(out, s);
}

static void take_back(struct text *out, struct slice name)
{
    const char *value = "DEFAULT";
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (mytoken_equal(name.p, name.n, usual[i].name))
            value = usual[i].value;
    add(out, "", name);
    mytext_char(out, '=');
    mytext_z(out, value);
}

static void list_diff(struct slice from, struct slice to, bool moves, struct table_diff *d)
{
    struct slice one, old = from, new = to;
    while (new.p && list_next(&new, &one))
        if (!list_has(from, one))
            add(&d->options, "", one);
    while (old.p && list_next(&old, &one)) {
        struct slice name = option_name(one);
        /* Another engine may not know it; but this one it gets from Aria, and does not lose it at once. */
        bool stays = mytoken_equal(name.p, name.n, "page_checksum");
        if (!list_names(to, name))
            take_back(!moves ? &d->options : stays ? &d->late : &d->early, name);
    }
}

static void directory_diff(const moult_host *host, const moult_node *from, const moult_node *to,
                           const char *name, const char *word, struct text *out)
{
    struct slice s = node_text(host, to, name);
    if (!s.p || !node_differs(host, from, to, name))
        return;
    add(out, word, (struct slice){"", 0});
    mytext_literal(out, s);
}

bool options_diff(struct table_diff *d)
{
    const moult_host *host = d->host;
    const moult_node *from = d->from, *to = d->to;
    struct text *out = &d->options;
    struct slice format = node_text(host, to, "row_format");
    struct slice collate = node_text(host, to, "collate"), comment = node_text(host, to, "comment");
    if (node_differs(host, from, to, "engine"))
        add(out, "ENGINE=", node_text(host, to, "engine"));
    if (collate.p && node_differs(host, from, to, "collate")) {
        add(out, "DEFAULT CHARSET=", mycollation_charset(collate));
        add(out, "COLLATE=", collate);
    }
    if (node_differs(host, from, to, "row_format"))
        add(out, "ROW_FORMAT=", format.p ? format : slice_z("DEFAULT"));
    list_diff(node_text(host, from, "options"), node_text(host, to, "options"),
              node_differs(host, from, to, "engine"), d);
    if (node_differs(host, from, to, "comment")) {
        add(out, "COMMENT=", (struct slice){"", 0});
        mytext_literal(out, comment.p ? comment : slice_z(""));
    }
    directory_diff(host, from, to, "data_directory", "DATA DIRECTORY=", out);
    directory_diff(host, from, to, "index_directory", "INDEX DIRECTORY=", out);
    return !out->failed && !d->early.failed && !d->late.failed;
}

static bool is_light(struct slice name)
{
    for (size_t i = 0; i < sizeof light / sizeof *light; i++)
        if (mytoken_equal(name.p, name.n, light[i]))
            return true;
    return false;
}

static bool heavy_in(struct slice list, struct slice other)
{
    struct slice one;
    while (list.p && list_next(&list, &one))
        if (!list_has(other, one) && !is_light(option_name(one)))
            return true;
    return false;
}

bool options_rebuild(const moult_host *host, const moult_node *from, const moult_node *to)
{
    struct slice a = node_text(host, from, "options"), b = node_text(host, to, "options");
    return node_differs(host, from, to, "row_format") || heavy_in(a, b) || heavy_in(b, a);
}
