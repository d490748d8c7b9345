/* SPDX-License-Identifier: Apache-2.0 */
/* help.c - everything that documents the option tables: --help, the completion, the man pages. */
#include <ctype.h>
#include <string.h>

#include "cli.h"

#define COLUMN 30
#define WIDTH 90

static int left_of(FILE *f, const struct option *o)
{
    int n = o->letter ? fprintf(f, "  -%c, --%s", o->letter, o->name)
                      : fprintf(f, "      --%s", o->name);
    if (o->choices)
        n += fprintf(f, " %s", o->choices);
    else if (o->arg)
        n += fprintf(f, " %s", o->arg);
    return n;
}

/* TEXT from COLUMN on, the first line at USED. */
static void right_of(FILE *f, int used, const char *text)
{
    if (used > COLUMN - 2) {
        fputc('\n', f);
        used = 0;
    }
    fprintf(f, "%*s", COLUMN - used, "");
    int at = COLUMN;
    while (*text) {
        int n = (int)strcspn(text, " ");
        if (at > COLUMN && at + 1 + n > WIDTH) {
            fprintf(f, "\n%*s", COLUMN, "");
            at = COLUMN;
        }
        at += fprintf(f, "%s%.*s", at > COLUMN ? " " : "", n, text);
        text += n;
        text += strspn(text, " ");
    }
    fputc('\n', f);
}

static void help_options(FILE *f, const struct option *table)
{
    for (const struct option *o = table; o->name; o++)
        if (!o->hidden)
            right_of(f, left_of(f, o), o->help);
}

static const char *formats_of(const struct command *c)
{
    switch (c->formats) {
    case FORMAT_TEXT | FORMAT_JSON:
        return "text or json";
    case FORMAT_TEXT | FORMAT_JSON | FORMAT_SQL:
        return "text, json or sql";
    default:
        return "text";
    }
}

void help_main(FILE *f)
{
    fprintf(f, "Usage: moult [OPTION]... COMMAND [OPTION]... [ARGUMENT]...\n\n"
               "Brings the schemas of many databases to where they should be.\n\nCommands:\n");
    for (const struct command *const *c = commands; *c; c++)
        right_of(f, fprintf(f, "  %s", (*c)->name), (*c)->summary);
    fprintf(f, "\nOptions of every command:\n");
    help_options(f, global_options);
    fprintf(f, "\nmoult COMMAND --help explains a command; moult-COMMAND(1) all of it.\n");
}

void help_command(FILE *f, const struct command *c)
{
    if (c->subs) {
        fprintf(f, "Usage: moult %s COMMAND [OPTION]...\n\n%s.\n\nCommands:\n", c->name,
                c->summary);
        for (const struct command *const *s = c->subs; *s; s++)
            right_of(f, fprintf(f, "  %s", (*s)->name), (*s)->summary);
        fprintf(f, "\nSee moult-%s(1).\n", c->name);
        return;
    }
    fprintf(f, "Usage: moult %s [OPTION]...%s%s\n\n%s.\n", c->name, *c->operands ? " " : "",
            c->operands, c->summary);
    bool any = false;
    for (const struct option_group *g = c->groups; g && g->options; g++) {
        fprintf(f, "%s", any ? "" : "\nOptions:\n");
        help_options(f, g->options);
        any = true;
    }
    fprintf(f, "\nOptions of every command (--format here: %s):\n", formats_of(c));
    help_options(f, global_options);
    fprintf(f, "\nSee moult-%.*s(1).\n", (int)strcspn(c->name, " "), c->name);
}

/* ---- man pages ---- */

static void pod_table(FILE *f, const struct option *table)
{
    for (const struct option *o = table; o->name; o++) {
        if (o->hidden)
            continue;
        fprintf(f, "=item ");
        if (o->letter)
            fprintf(f, "B<-%c>, ", o->letter);
        fprintf(f, "B<--%s>", o->name);
        if (o->choices)
            fprintf(f, " %s", o->choices);
        else if (o->arg)
            fprintf(f, " I<%s>", o->arg);
        fprintf(f, "\n\n%c%s.%s\n\n", toupper((unsigned char)o->help[0]), o->help + 1,
                o->type == OPTION_LIST ? " May be given more than once." : "");
    }
}

static void pod_command(FILE *f, const struct command *c)
{
    if (c->subs) {
        for (const struct command *const *s = c->subs; *s; s++) {
            fprintf(f, "=head2 moult %s%s%s\n\n", (*s)->name, *(*s)->operands ? " " : "",
                    (*s)->operands);
            pod_command(f, *s);
        }
        return;
    }
    bool any = c->groups && c->groups->options;
    if (any)
        fprintf(f, "=over 4\n\n");
    for (const struct option_group *g = c->groups; g && g->options; g++)
        pod_table(f, g->options);
    if (any)
        fprintf(f, "=back\n\n");
    fprintf(f, "The result is written as %s (B<--format>).\n\n", formats_of(c));
}

/* ---- bash completion ---- */

static void complete_words(FILE *f, const struct option *table)
{
    for (const struct option *o = table; o->name; o++)
        if (!o->hidden)
            fprintf(f, " --%s%s", o->name, o->type == OPTION_FLAG ? "" : "=");
}

static void complete_command(FILE *f, const struct command *c)
{
    if (c->subs) {
        fprintf(f, "    [%s]=\"", c->name);
        for (const struct command *const *s = c->subs; *s; s++)
            fprintf(f, "%s%s", s == c->subs ? "" : " ", strrchr((*s)->name, ' ') + 1);
        fprintf(f, "\"\n");
        for (const struct command *const *s = c->subs; *s; s++)
            complete_command(f, *s);
        return;
    }
    fprintf(f, "    [%s%s]=\"", c->name, " options");
    for (const struct option_group *g = c->groups; g && g->options; g++)
        complete_words(f, g->options);
    fprintf(f, "\"\n    [%s operands]=\"%s\"\n", c->name, c->complete);
}

static void complete_choices(FILE *f, const struct option *table)
{
    for (const struct option *o = table; o->name; o++)
        if (o->choices)
            fprintf(f, "    [--%s]=\"%s\"\n", o->name, o->choices);
}

static void completion(FILE *f)
{
    fprintf(f, "declare -gA _moult_words=(\n    [moult]=\"");
    for (const struct command *const *c = commands; *c; c++)
        fprintf(f, "%s%s", c == commands ? "" : " ", (*c)->name);
    fprintf(f, "\"\n    [moult options]=\"");
    complete_words(f, global_options);
    fprintf(f, "\"\n");
    for (const struct command *const *c = commands; *c; c++)
        complete_command(f, *c);
    fprintf(f, ")\ndeclare -gA _moult_choices=(\n");
    complete_choices(f, global_options);
    for (const struct command *const *c = commands; *c; c++)
        for (const struct option_group *g = (*c)->groups; g && g->options; g++)
            complete_choices(f, g->options);
    fprintf(f, ")\n");
}

bool help_generate(FILE *f, const char *what)
{
    if (!strcmp(what, "completion")) {
        completion(f);
        return true;
    }
    if (!strcmp(what, "options:moult")) {
        fprintf(f, "=over 4\n\n");
        pod_table(f, global_options);
        fprintf(f, "=back\n\n");
        return true;
    }
    for (const struct command *const *c = commands; *c; c++)
        if (!strncmp(what, "options:", 8) && !strcmp(what + 8, (*c)->name)) {
            pod_command(f, *c);
            fprintf(f, "The options of every command are in L<moult(1)>.\n\n");
            return true;
        }
    return false;
}
