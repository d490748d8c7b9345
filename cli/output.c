/* SPDX-License-Identifier: Apache-2.0 */
/* output.c - the result: to stdout or to a file that appears whole or not at all. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"

static int cannot_write(struct cli *cli, int e)
{
    return complain(cli, EXIT_FAILED, NULL, "cannot write the result to %s: %s", cli->out.name,
                    strerror(e));
}

static int open_beside(struct cli *cli, const char *path)
{
    struct out *out = &cli->out;
    if (asprintf(&out->temp, "%s.XXXXXX", path) < 0) {
        out->temp = NULL;
        return ENOMEM;
    }
    int fd = mkostemp(out->temp, O_CLOEXEC);
    if (fd < 0) {
        int e = errno;
        free(out->temp);
        out->temp = NULL;
        return e;
    }
    mode_t mask = umask(0);
    umask(mask);
    out->file = fchmod(fd, 0666 & ~mask) ? NULL : fdopen(fd, "w");
    return out->file ? 0 : errno;
}

int out_open(struct cli *cli, const char *path)
{
    struct out *out = &cli->out;
    struct stat st;
    if (!path || !strcmp(path, "-"))
        return 0;
    out->name = path;
    out->colour = false;
    out->path = strdup(path);
    int e = out->path ? 0 : ENOMEM;
    if (!e && stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
        /* A device or a pipe is written to, never replaced. */
        out->file = fopen(path, "we");
        e = out->file ? 0 : errno;
    } else if (!e) {
        e = open_beside(cli, path);
    }
    return e ? complain(cli, exit_code(MOULT_ERR_CONFIG), NULL, "cannot write to \"%s\": %s", path,
                        strerror(e))
             : 0;
}

moult_status out_write(void *arg, const char *bytes, size_t len)
{
    struct cli *cli = arg;
    struct out *out = &cli->out;
    if (out->error)
        return MOULT_ERR_IO;
    if (!out->file) {
        out->file = stdout;
        out->name = "standard output";
    }
    if (out->terminal || cli->progress.shown) {
        pthread_mutex_lock(&cli->terminal);
        progress_clear(cli);
        pthread_mutex_unlock(&cli->terminal);
    }
    if (len && fwrite(bytes, 1, len, out->file) != len)
        out->error = errno ? errno : EIO;
    return out->error ? MOULT_ERR_IO : MOULT_OK;
}

void out_puts(struct cli *cli, const char *text)
{
    out_write(cli, text, strlen(text));
}

void out_printf(struct cli *cli, const char *fmt, ...)
{
    char *text;
    va_list ap;
    va_start(ap, fmt);
    int n = vasprintf(&text, fmt, ap);
    va_end(ap);
    if (n < 0) {
        cli->out.error = ENOMEM;
        return;
    }
    out_write(cli, text, (size_t)n);
    free(text);
}

void out_safe(struct cli *cli, const char *text)
{
    for (const char *from = text;; text++) {
        unsigned char c = (unsigned char)*text;
        if (c >= 0x20 && c != 0x7f)
            continue;
        out_write(cli, from, (size_t)(text - from));
        if (!c)
            return;
        out_printf(cli, "\\x%02x", c);
        from = text + 1;
    }
}

static int sync_and_rename(struct out *out, bool keep)
{
    int e = 0;
    if (keep && (fflush(out->file) || fsync(fileno(out->file))))
        e = errno;
    if (fclose(out->file) && !e)
        e = errno;
    if (keep && !e && rename(out->temp, out->path))
        e = errno;
    if (!keep || e)
        unlink(out->temp);
    return e;
}

int out_finish(struct cli *cli, int code)
{
    struct out *out = &cli->out;
    bool good = (code == EXIT_DONE || code == EXIT_DIFFERS) && !out->error;
    int e = out->error;
    if (out->file && out->temp) {
        int late = sync_and_rename(out, good);
        e = e ? e : late;
    } else if (out->file && fclose(out->file) && !e) {
        e = errno;
    }
    out->file = NULL;
    if (e)
        code = cannot_write(cli, e);
    free(out->path);
    free(out->temp);
    out->path = out->temp = NULL;
    return code;
}

/* ---- JSON ---- */

static int dump(const char *bytes, size_t len, void *arg)
{
    return out_write(arg, bytes, len) ? -1 : 0;
}

moult_status out_json_part(struct cli *cli, json_t *part)
{
    int bad = part ? json_dump_callback(part, dump, cli, JSON_INDENT(2) | JSON_ENCODE_ANY) : -1;
    if (bad && !cli->out.error)
        cli->out.error = ENOMEM;
    json_decref(part);
    return bad ? MOULT_ERR_IO : MOULT_OK;
}

moult_status out_json(struct cli *cli, json_t *doc)
{
    moult_status st = out_json_part(cli, doc);
    out_puts(cli, "\n");
    return st;
}

json_t *result_json(const struct cli *cli, const char *key, json_t *items)
{
    json_t *doc = json_object();
    json_object_set_new(doc, "format", json_string("moult-result/1"));
    json_object_set_new(doc, "command", json_string(cli->command->name));
    json_object_set_new(doc, key, items);
    return doc;
}

json_t *json_text(const char *text)
{
    json_t *value = json_string(text);
    if (value || !text)
        return value;
    /* Not UTF-8: each foreign byte becomes U+FFFD, so that the document stays readable. */
    size_t n = strlen(text), at = 0;
    char *clean = malloc(n * 3 + 1);
    if (!clean)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)text[i] < 0x80) {
            clean[at++] = text[i];
        } else {
            memcpy(clean + at, "\xef\xbf\xbd", 3);
            at += 3;
        }
    }
    clean[at] = 0;
    value = json_string(clean);
    free(clean);
    return value;
}
