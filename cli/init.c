/* SPDX-License-Identifier: Apache-2.0 */
/* init.c - moult init: a commented moult.toml and a folder for the schema. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "templates.h"

struct values {
    const char *database, *url;
};

static const struct option options[] = {
    {"database", 0, OPTION_TEXT, offsetof(struct values, database), "NAME", NULL,
     "how the database is called in moult.toml; \"app\" by default", false},
    {"url", 0, OPTION_TEXT, offsetof(struct values, url), "URL", NULL,
     "where it is; schema/ is then filled with the schema that it has now", false},
    {0},
};
static const struct option_group groups[] = {{options, 0}, {0}};

static int cannot(struct cli *cli, const char *what, const char *path)
{
    if (errno == EEXIST)
        return complain(cli, EXIT_USAGE, "moult init never overwrites; choose another folder",
                        "\"%s\" exists already", path);
    return complain(cli, EXIT_FAILED, NULL, "cannot %s \"%s\": %s", what, path, strerror(errno));
}

/* A TOML basic string. */
static void put_toml(FILE *f, const char *text)
{
    fputc('"', f);
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            fprintf(f, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            fprintf(f, "\\u%04x", c);
        else
            fputc(c, f);
    }
    fputc('"', f);
}

static void put_line(FILE *f, const char *line, const char *database, const char *url)
{
    const char *mark;
    while ((mark = strchr(line, '@'))) {
        fprintf(f, "%.*s", (int)(mark - line), line);
        if (!strncmp(mark, "@DATABASE@", 10)) {
            fputs(database, f);
            line = mark + 10;
        } else if (!strncmp(mark, "@URL@", 5)) {
            put_toml(f, url);
            line = mark + 5;
        } else {
            fputc('@', f);
            line = mark + 1;
        }
    }
    fputs(line, f);
}

static int write_config(struct cli *cli, const char *path, const char *database, const char *url)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
    if (!f)
        return cannot(cli, "write", path);
    for (const char *const *line = template_config; *line; line++)
        put_line(f, *line, database, url);
    bool bad = ferror(f) || fflush(f) || fsync(fd);
    int e = errno;
    if (fclose(f) || bad) {
        unlink(path);
        errno = bad ? e : errno;
        return cannot(cli, "write", path);
    }
    return 0;
}

/* A name that needs no quotes in TOML, as moult.toml wants it. */
static bool name_is_good(const char *name)
{
    return *name && !name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                       "0123456789_-")];
}

static int fill_schema(struct cli *cli, const char *url, const char *dir)
{
    AUTO_SNAPSHOT *now = NULL;
    struct ref_options how = {.allow_empty = true};
    uint32_t files = 0;
    int code = cli_open_with(cli, "");
    if (!code)
        code = ref_load(cli, url, NULL, &how, &now);
    return code ? code
                : cli_failed(cli, moult_snapshot_write_dir(cli->m, now, dir, &files, cli->err));
}

static int make(struct cli *cli, const char *toml, const char *schema, const struct values *v)
{
    const char *database = v->database ? v->database : "app";
    if (mkdir(schema, 0777))
        return cannot(cli, "make the folder", schema);
    int code = v->url ? fill_schema(cli, v->url, schema) : 0;
    if (!code)
        code = write_config(cli, toml, database, v->url ? v->url : "sqlite:app.db");
    if (code)
        rmdir(schema); /* goes if it is empty */
    else
        note(cli, "%s and %s/ are there; moult config shows the settings", toml, schema);
    return code;
}

static int run(struct cli *cli, const struct list *operands, void *values)
{
    const struct values *v = values;
    const char *dir = operands->count ? operands->items[0] : ".";
    char *toml = NULL, *schema = NULL;
    int code = 0;
    if (v->database && !name_is_good(v->database))
        return complain(cli, EXIT_USAGE, NULL,
                        "the name of a database may only hold letters, digits, - and _: \"%s\"",
                        v->database);
    if (asprintf(&toml, "%s/moult.toml", dir) < 0 || asprintf(&schema, "%s/schema", dir) < 0)
        return complain(cli, EXIT_FAILED, NULL, "out of memory");
    if (mkdir(dir, 0777) && errno != EEXIST)
        code = cannot(cli, "make the folder", dir);
    if (!code && access(toml, F_OK) == 0)
        code = (errno = EEXIST, cannot(cli, "write", toml));
    if (!code)
        code = make(cli, toml, schema, v);
    free(toml);
    free(schema);
    return code;
}

const struct command command_init = {
    .name = "init",
    .operands = "[DIR]",
    .operands_max = 1,
    .summary = "Begin: write a commented moult.toml and a folder for the schema",
    .complete = "directory",
    .formats = FORMAT_TEXT,
    .no_config = true,
    .groups = groups,
    .values_size = sizeof(struct values),
    .run = run,
};
