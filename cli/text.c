/* SPDX-License-Identifier: Apache-2.0 */
/* text.c - results for people: colours and tables. */
#include <langinfo.h>
#include <libsmartcols.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

void out_coloured(struct cli *cli, const char *colour, const char *text)
{
    bool on = cli->out.colour && *colour;
    out_printf(cli, "%s%s%s", on ? colour : "", text, on ? COLOUR_END : "");
}

static const char *colour_of(char first)
{
    return first == '+' ? COLOUR_GOOD : first == '-' ? COLOUR_BAD : first == '~' ? COLOUR_WARN : "";
}

moult_status out_write_diff(void *arg, const char *bytes, size_t len)
{
    struct cli *cli = arg;
    if (!cli->out.colour)
        return out_write(arg, bytes, len);
    /* The library hands over whole lines or parts of them; a part is coloured as it comes, the
     * end of the colour stands before the line's end. */
    moult_status st = MOULT_OK;
    while (len && !st) {
        size_t blank = 0;
        while (blank < len && bytes[blank] == ' ')
            blank++;
        const char *nl = memchr(bytes, '\n', len);
        size_t n = nl ? (size_t)(nl - bytes) : len;
        const char *colour = blank < n && !cli->out.inside_line ? colour_of(bytes[blank]) : "";
        if (*colour)
            out_puts(cli, colour);
        st = out_write(cli, bytes, n);
        if (*colour)
            out_puts(cli, COLOUR_END);
        if (nl && !st)
            st = out_write(cli, "\n", 1);
        cli->out.inside_line = !nl;
        bytes += nl ? n + 1 : n;
        len -= nl ? n + 1 : n;
    }
    return st;
}

struct table {
    struct libscols_table *scols;
    size_t columns;
    bool failed;
};

/* Column widths are counted in characters, which takes a locale that knows UTF-8. */
static void want_utf8(void)
{
    if (!setlocale(LC_CTYPE, "") || strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        setlocale(LC_CTYPE, "C.UTF-8");
}

struct table *table_new(struct cli *cli, const char *const *heads)
{
    want_utf8();
    struct table *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->scols = scols_new_table();
    if (!t->scols) {
        free(t);
        return NULL;
    }
    scols_table_enable_colors(t->scols, cli->out.colour);
    scols_table_set_column_separator(t->scols, "  ");
    /* Long lines are the terminal's to wrap; nothing is cut off. */
    scols_table_set_termforce(t->scols, SCOLS_TERMFORCE_NEVER);
    for (; heads[t->columns]; t->columns++)
        t->failed |= !scols_table_new_column(t->scols, heads[t->columns], 0, 0);
    return t;
}

bool table_row(struct table *t, const char *const *cells, size_t coloured, const char *colour)
{
    struct libscols_line *line = scols_table_new_line(t->scols, NULL);
    for (size_t i = 0; line && i < t->columns; i++) {
        t->failed |= scols_line_set_data(line, i, cells[i] ? cells[i] : "") != 0;
        if (colour && i == coloured)
            t->failed |= scols_cell_set_color(scols_line_get_cell(line, i), colour) != 0;
    }
    t->failed |= !line;
    return !t->failed;
}

int table_print(struct cli *cli, struct table *t)
{
    char *text = NULL;
    bool bad = t->failed;
    if (!bad && !scols_table_is_empty(t->scols)) {
        bad = scols_print_table_to_string(t->scols, &text) != 0;
        if (!bad)
            out_printf(cli, "%s%s", text, *text && text[strlen(text) - 1] != '\n' ? "\n" : "");
    }
    free(text);
    scols_unref_table(t->scols);
    free(t);
    return bad ? complain(cli, EXIT_FAILED, NULL, "out of memory") : 0;
}
