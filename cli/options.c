/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

bool list_add(struct list *list, const char *item)
{
    const char **items = realloc(list->items, (list->count + 2) * sizeof *items);
    if (!items)
        return false;
    list->items = items;
    items[list->count++] = item;
    items[list->count] = NULL;
    return true;
}

void list_free(struct list *list)
{
    free(list->items);
    *list = (struct list){0};
}

struct parser {
    struct cli *cli;
    struct parsed *out;
    char **argv;
    int argc, i;
};

static int nomem(struct cli *cli)
{
    return complain(cli, EXIT_FAILED, NULL, "out of memory");
}

/* Secrets on a command line can be read by every user of the machine, and stay in histories. */
static bool has_password(const char *word)
{
    const char *at = strstr(word, "://");
    if (!at)
        return false;
    const char *end = at + 3 + strcspn(at + 3, "/?#");
    const char *user_end = memrchr(at + 3, '@', (size_t)(end - at - 3));
    const char *colon = memchr(at + 3, ':', (size_t)(end - at - 3));
    if (user_end && colon && colon + 1 < user_end)
        return true;
    const char *query = strchr(at, '?');
    for (; query; query = strpbrk(query + 1, "?&"))
        if (!strncmp(query + 1, "password=", 9) && query[10] && query[10] != '&')
            return true;
    return false;
}

static int refuse_password(struct cli *cli, const char *what)
{
    return complain(cli, EXIT_USAGE,
                    "put the URL into moult.toml as \"env:VARIABLE\", or the password where the "
                    "database's own tools look for it (PGPASSFILE, an option file)",
                    "%s holds a password, which every user of this machine could read", what);
}

static bool chosen_from(const char *choices, const char *value)
{
    size_t n = strlen(value);
    for (const char *c = choices; *c; c += strcspn(c, "|"), c += *c == '|')
        if (strcspn(c, "|") == n && !strncmp(c, value, n))
            return true;
    return false;
}

static int set_count(struct parser *p, const struct option *o, const char *value, uint32_t *to)
{
    char *end;
    errno = 0;
    unsigned long n = strtoul(value, &end, 10);
    if (*value < '0' || *value > '9' || *end || errno || !n || n > UINT32_MAX)
        return complain(p->cli, EXIT_USAGE, NULL, "--%s wants a number above zero, not \"%s\"",
                        o->name, value);
    *to = (uint32_t)n;
    return 0;
}

static int set_millis(struct parser *p, const struct option *o, const char *value, uint64_t *to)
{
    static const struct {
        const char *unit;
        uint64_t millis;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}};
    char *end;
    errno = 0;
    unsigned long long n = strtoull(value, &end, 10);
    bool number = *value >= '0' && *value <= '9' && !errno;
    for (size_t i = 0; number && i < sizeof units / sizeof *units; i++)
        if (!strcmp(end, units[i].unit) && n && !__builtin_mul_overflow(n, units[i].millis, to))
            return 0;
    return complain(p->cli, EXIT_USAGE, "write 500ms, 10s or 2m",
                    "--%s wants a time above zero with its unit, not \"%s\"", o->name, value);
}

static int set_value(struct parser *p, const struct option *o, void *base, const char *value)
{
    void *field = (char *)base + o->at;
    if (!value) { /* only flags have none */
        *(bool *)field = true;
        return 0;
    }
    if (o->choices && !chosen_from(o->choices, value))
        return complain(p->cli, EXIT_USAGE, NULL, "--%s is one of %s, not \"%s\"", o->name,
                        o->choices, value);
    if (o->arg && has_password(value)) {
        char what[64];
        snprintf(what, sizeof what, "the value of --%s", o->name);
        return refuse_password(p->cli, what);
    }
    switch (o->type) {
    case OPTION_FLAG:
        return 0;
    case OPTION_TEXT:
        *(const char **)field = value;
        return 0;
    case OPTION_LIST:
        return list_add(field, value) ? 0 : nomem(p->cli);
    case OPTION_COUNT:
        return set_count(p, o, value, field);
    case OPTION_MILLIS:
        return set_millis(p, o, value, field);
    }
    return 0;
}

static const struct option *find(const struct option *table, const char *name, size_t n,
                                 char letter)
{
    for (const struct option *o = table; o->name; o++)
        if (letter ? o->letter == letter
                   : name && strlen(o->name) == n && !strncmp(o->name, name, n))
            return o;
    return NULL;
}

/* The option and the struct that its field lies in: of the command's tables, or the global one. */
static const struct option *look_up(struct parser *p, const char *name, size_t n, char letter,
                                    void **base)
{
    const struct command *c = p->out->command;
    for (const struct option_group *g = c ? c->groups : NULL; g && g->options; g++) {
        const struct option *o = find(g->options, name, n, letter);
        if (o) {
            *base = (char *)p->out->values + g->at;
            return o;
        }
    }
    *base = &p->cli->global;
    return find(global_options, name, n, letter);
}

static void offer_options(struct near *near, const struct option *table)
{
    for (const struct option *o = table; o->name; o++)
        if (!o->hidden)
            near_offer(near, o->name);
}

static int unknown(struct parser *p, const char *word, size_t n)
{
    const struct command *c = p->out->command;
    char plain[64], hint[160];
    snprintf(plain, sizeof plain, "%.*s", (int)n, word);
    struct near near = {.word = plain + strspn(plain, "-")};
    for (const struct option_group *g = c ? c->groups : NULL; g && g->options; g++)
        offer_options(&near, g->options);
    offer_options(&near, global_options);
    if (near.name)
        snprintf(hint, sizeof hint, "did you mean --%s?", near.name);
    else
        snprintf(hint, sizeof hint, "see moult %s%s--help", c ? c->name : "", c ? " " : "");
    return complain(p->cli, EXIT_USAGE, hint, "unknown option %.*s%s%s", (int)n, word,
                    c ? " of moult " : " before the command", c ? c->name : "");
}

static int next_value(struct parser *p, const struct option *o, const char **value)
{
    if (p->i + 1 >= p->argc)
        return complain(p->cli, EXIT_USAGE, NULL, "--%s wants a value: %s", o->name, o->arg);
    *value = p->argv[++p->i];
    return 0;
}

static int long_option(struct parser *p, const char *word)
{
    size_t n = strcspn(word + 2, "=");
    bool has_value = word[2 + n] == '=';
    void *base;
    const struct option *o = look_up(p, word + 2, n, 0, &base);
    if (!o)
        return unknown(p, word, n + 2);
    if (o->type == OPTION_FLAG && has_value)
        return complain(p->cli, EXIT_USAGE, NULL, "--%s takes no value", o->name);
    const char *value = has_value ? word + 3 + n : NULL;
    if (o->type != OPTION_FLAG && !value) {
        int code = next_value(p, o, &value);
        if (code)
            return code;
    }
    return set_value(p, o, base, value);
}

/* "-q", "-o FILE", "-oFILE", "-qo FILE". */
static int short_options(struct parser *p, const char *word)
{
    for (const char *c = word + 1; *c; c++) {
        void *base;
        const struct option *o = look_up(p, NULL, 0, *c, &base);
        if (!o) {
            char one[3] = {'-', *c, 0};
            return unknown(p, one, 2);
        }
        if (o->type == OPTION_FLAG) {
            set_value(p, o, base, NULL);
            continue;
        }
        const char *value = c + 1;
        int code = *value ? 0 : next_value(p, o, &value);
        return code ? code : set_value(p, o, base, value);
    }
    return 0;
}

static int unknown_command(struct cli *cli, const char *group, const char *word,
                           const struct command *const *from)
{
    struct near near = {.word = word};
    char hint[200];
    for (; *from; from++) {
        const char *space = strrchr((*from)->name, ' ');
        near_offer(&near, space ? space + 1 : (*from)->name);
    }
    if (near.name)
        snprintf(hint, sizeof hint, "did you mean moult %s%s%s?", group, *group ? " " : "",
                 near.name);
    else
        snprintf(hint, sizeof hint, "see moult %s%s--help", group, *group ? " " : "");
    return complain(cli, EXIT_USAGE, hint, "unknown command \"%s%s%s\"", group, *group ? " " : "",
                    word);
}

static int take_command(struct parser *p, const char *word)
{
    const struct command *group = p->out->command;
    const struct command *const *from = group ? group->subs : commands;
    for (const struct command *const *c = from; *c; c++) {
        const char *space = strrchr((*c)->name, ' ');
        if (strcmp(space ? space + 1 : (*c)->name, word) != 0)
            continue;
        p->out->command = *c;
        if (!(*c)->subs) {
            p->out->values = calloc(1, (*c)->values_size ? (*c)->values_size : 1);
            if (!p->out->values)
                return nomem(p->cli);
        }
        return 0;
    }
    return unknown_command(p->cli, group ? group->name : "", word, from);
}

static int take_word(struct parser *p, const char *word)
{
    if (!p->out->command || p->out->command->subs)
        return take_command(p, word);
    if (has_password(word))
        return refuse_password(p->cli, "an argument");
    return list_add(&p->out->operands, word) ? 0 : nomem(p->cli);
}

static int check(struct parser *p)
{
    const struct command *c = p->out->command;
    struct globals *g = &p->cli->global;
    if (!c || c->subs || g->help || g->version || g->generate)
        return 0;
    size_t n = p->out->operands.count;
    char hint[200];
    snprintf(hint, sizeof hint, "moult %s %s", c->name, c->operands);
    if (n < c->operands_min)
        return complain(p->cli, EXIT_USAGE, hint, "moult %s: an argument is missing", c->name);
    if (n > c->operands_max)
        return complain(p->cli, EXIT_USAGE, hint, "moult %s: \"%s\" is one argument too many",
                        c->name, p->out->operands.items[c->operands_max]);
    if (c->no_config && (g->config || g->environment || g->set.count))
        return complain(
            p->cli, EXIT_USAGE, NULL,
            "moult %s reads no moult.toml: it takes no --config, --environment or --set", c->name);
    uint32_t format = !g->format                   ? FORMAT_TEXT
                      : !strcmp(g->format, "json") ? FORMAT_JSON
                      : !strcmp(g->format, "sql")  ? FORMAT_SQL
                                                   : FORMAT_TEXT;
    if (g->format && !(c->formats & format))
        return complain(p->cli, EXIT_USAGE, NULL, "moult %s has no --format %s", c->name,
                        g->format);
    return 0;
}

int options_parse(struct cli *cli, int argc, char **argv, struct parsed *out)
{
    struct parser p = {.cli = cli, .out = out, .argv = argv, .argc = argc};
    bool words_only = false;
    int code = 0;
    const char **log_format = &cli->global.log_format;
    for (p.i = 1; p.i < argc && !code; p.i++) {
        const char *word = argv[p.i];
        if (words_only || word[0] != '-' || !word[1])
            code = take_word(&p, word);
        else if (!strcmp(word, "--"))
            words_only = true;
        else if (word[1] == '-')
            code = long_option(&p, word);
        else
            code = short_options(&p, word);
        /* At once: what is wrong with the next word is told in this format already. */
        cli->log_json = *log_format && !strcmp(*log_format, "json");
    }
    cli->command = out->command;
    return code ? code : check(&p);
}

void options_free(struct globals *globals, struct parsed *parsed)
{
    list_free(&globals->set);
    list_free(&parsed->operands);
    const struct command *c = parsed->command;
    for (const struct option_group *g = c ? c->groups : NULL; parsed->values && g && g->options;
         g++)
        for (const struct option *o = g->options; o->name; o++)
            if (o->type == OPTION_LIST)
                list_free((struct list *)(void *)((char *)parsed->values + g->at + o->at));
    free(parsed->values);
}
