/* SPDX-License-Identifier: Apache-2.0 */
/* plugin_new.c - moult plugin new: a folder with a plugin that builds and can be changed. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "plugin.h"
#include "templates.h"

struct begun {
    const char *name, *kind, *summary;
    char module[64];
};

static const struct {
    const char *kind, *summary;
    const char *const *code;
} kinds[] = {
    {"planner", "chooses the way that harms other sessions least", template_planner},
    {"store", "keeps snapshots in one file", template_store},
};

/* The names that a module may have. */
static bool name_is_good(const char *name)
{
    size_t n = strlen(name);
    return n && n < 64 && *name >= 'a' && *name <= 'z' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

static void put(FILE *f, const char *line, const struct begun *b)
{
    const struct {
        const char *mark, *value;
    } marks[] = {{"@NAME@", b->name},
                 {"@MODULE@", b->module},
                 {"@KIND@", b->kind},
                 {"@SUMMARY@", b->summary}};
    while (*line) {
        size_t i = 0, n = strcspn(line, "@");
        fprintf(f, "%.*s", (int)n, line);
        line += n;
        while (i < 4 && strncmp(line, marks[i].mark, strlen(marks[i].mark)) != 0)
            i++;
        if (i < 4) {
            fputs(marks[i].value, f);
            line += strlen(marks[i].mark);
        } else if (*line) {
            fputc(*line++, f);
        }
    }
}

static int write_file(struct cli *cli, const struct begun *b, const char *file,
                      const char *const *lines)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", b->name, file);
    FILE *f = fopen(path, "wxe");
    bool bad = !f;
    for (; f && *lines; lines++)
        put(f, *lines, b);
    bad |= f && ferror(f);
    int e = errno;
    if (f && fclose(f)) {
        e = bad ? e : errno;
        bad = true;
    }
    return bad ? complain(cli, EXIT_FAILED, NULL, "cannot write \"%s\": %s", path, strerror(e)) : 0;
}

static int run(struct cli *cli, const struct list *operands, void *values)
{
    (void)values;
    struct begun b = {.name = operands->items[0], .kind = operands->items[1]};
    const char *const *code = NULL;
    char source[80], manifest[80];
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!strcmp(kinds[i].kind, b.kind)) {
            code = kinds[i].code;
            b.summary = kinds[i].summary;
        }
    if (!code)
        return complain(cli, EXIT_USAGE, NULL, "KIND is planner or store, not \"%s\"", b.kind);
    if (!name_is_good(b.name))
        return complain(cli, EXIT_USAGE, NULL,
                        "a plugin's name begins with a letter and has only small letters, digits "
                        "and -: \"%s\"",
                        b.name);
    snprintf(b.module, sizeof b.module, "%s", b.name);
    for (char *c = b.module; *c; c++)
        if (*c == '-')
            *c = '_';
    snprintf(source, sizeof source, "%s.c", b.name);
    snprintf(manifest, sizeof manifest, "%s.toml", b.name);
    if (mkdir(b.name, 0777))
        return complain(cli, EXIT_USAGE, errno == EEXIST ? "nothing is overwritten" : NULL,
                        "cannot make the folder \"%s\": %s", b.name, strerror(errno));
    const struct {
        const char *file;
        const char *const *lines;
    } files[] = {{source, code},
                 {manifest, template_manifest},
                 {"Makefile", template_makefile},
                 {"README.md", template_readme}};
    int result = 0;
    for (size_t i = 0; i < 4 && !result; i++)
        result = write_file(cli, &b, files[i].file, files[i].lines);
    if (!result)
        note(cli, "%s/ is there: cd %s && make", b.name, b.name);
    return result;
}

const struct command command_plugin_new = {
    .name = "plugin new",
    .operands = "NAME KIND",
    .operands_min = 2,
    .operands_max = 2,
    .summary = "Begin a plugin: a folder with a planner or store that builds",
    .complete = "none",
    .formats = FORMAT_TEXT,
    .run = run,
};
