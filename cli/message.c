/* SPDX-License-Identifier: Apache-2.0 */
/* message.c - what people read on stderr: errors, remarks, log. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

#define LONGEST_VALUE 2000

/* Bytes that a terminal would obey are shown instead. */
static void put_safe(const char *text, size_t n, const char *after_newline)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '\n')
            fprintf(stderr, "\n%s", after_newline);
        else if ((c < 0x20 && c != '\t') || c == 0x7f)
            fprintf(stderr, "\\x%02x", c);
        else
            fputc(c, stderr);
    }
}

static const char *const level_names[] = {"", "error", "warning", "info", "debug"};

static void put_json_line(const char *level, const char *msg, json_t *more)
{
    char at[32];
    struct timespec now;
    struct tm tm;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &tm);
    size_t n = strftime(at, sizeof at, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(at + n, sizeof at - n, ".%03ldZ", now.tv_nsec / 1000000);
    json_t *line = json_object();
    json_object_set_new(line, "time", json_string(at));
    json_object_set_new(line, "level", json_string(level));
    json_object_set_new(line, "message", json_text(msg));
    if (more)
        json_object_update_missing_new(line, more);
    char *text = json_dumps(line, JSON_COMPACT | JSON_ENSURE_ASCII);
    fprintf(stderr, "%s\n", text ? text : "{\"level\":\"error\",\"message\":\"out of memory\"}");
    free(text);
    json_decref(line);
}

json_t *error_json(const moult_error *err)
{
    json_t *details = json_object(), *doc = json_object();
    const char *value, *key;
    for (uint32_t i = 0; (key = moult_error_detail_at(err, i, &value)); i++)
        json_object_set_new(details, key, json_text(value));
    json_object_set_new(doc, "code", json_string(status_name(moult_error_code(err))));
    json_object_set_new(doc, "message", json_text(moult_error_message(err)));
    json_object_set_new(doc, "details", details);
    return doc;
}

static void put_detail(const char *key, const char *value)
{
    size_t n = strlen(value);
    fprintf(stderr, "  %s: ", key);
    put_safe(value, n < LONGEST_VALUE ? n : LONGEST_VALUE, "    ");
    fprintf(stderr, "%s\n", n > LONGEST_VALUE ? " ..." : "");
}

static void put_error(const moult_error *err)
{
    const char *file = moult_error_detail(err, "file"), *line = moult_error_detail(err, "line");
    const char *tenant = moult_error_detail(err, "tenant"), *hint = moult_error_detail(err, "hint");
    const char *message = moult_error_message(err), *key, *value;
    fprintf(stderr, "moult: ");
    /* The library puts file:line before most messages itself. */
    bool placed = file && !strstr(message, file);
    if (placed) {
        put_safe(file, strlen(file), "");
        fprintf(stderr, ":%s%s ", line ? line : "", line ? ":" : "");
    }
    if (tenant && *tenant) {
        put_safe(tenant, strlen(tenant), "");
        fprintf(stderr, ": ");
    }
    put_safe(message, strlen(message), "  ");
    fputc('\n', stderr);
    for (uint32_t i = 0; (key = moult_error_detail_at(err, i, &value)); i++) {
        bool said = !strcmp(key, "tenant") || !strcmp(key, "hint") || !strcmp(key, "file") ||
                    (file && !strcmp(key, "line"));
        if (!said)
            put_detail(key, value);
    }
    if (hint)
        put_detail("hint", hint);
}

void cli_print_error(struct cli *cli, const moult_error *err)
{
    pthread_mutex_lock(&cli->terminal);
    progress_clear(cli);
    if (cli->log_json) {
        json_t *more = error_json(err);
        json_object_del(more, "message");
        put_json_line("error", moult_error_message(err), more);
    } else {
        put_error(err);
    }
    pthread_mutex_unlock(&cli->terminal);
}

int cli_error(struct cli *cli, const moult_error *err)
{
    cli_print_error(cli, err);
    return exit_code(moult_error_code(err));
}

int cli_failed(struct cli *cli, moult_status status)
{
    if (status == MOULT_OK)
        return 0;
    if (cli->out.error) /* out_finish says which */
        return EXIT_FAILED;
    if (moult_error_code(cli->err) == MOULT_OK)
        return complain(cli, exit_code(status), NULL, "failed: %s", status_name(status));
    return cli_error(cli, cli->err);
}

static void put_message(struct cli *cli, const char *level, const char *hint, const char *fmt,
                        va_list ap)
{
    char *text;
    if (vasprintf(&text, fmt, ap) < 0)
        text = NULL;
    const char *msg = text ? text : "out of memory";
    pthread_mutex_lock(&cli->terminal);
    progress_clear(cli);
    if (cli->log_json) {
        json_t *more = hint ? json_pack("{s:{s:s}}", "details", "hint", hint) : NULL;
        put_json_line(level, msg, more);
    } else {
        fprintf(stderr, "moult: ");
        put_safe(msg, strlen(msg), "  ");
        fputc('\n', stderr);
        if (hint)
            put_detail("hint", hint);
    }
    pthread_mutex_unlock(&cli->terminal);
    free(text);
}

int complain(struct cli *cli, int code, const char *hint, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    put_message(cli, "error", hint, fmt, ap);
    va_end(ap);
    return code;
}

void note(struct cli *cli, const char *fmt, ...)
{
    if (cli->global.quiet)
        return;
    va_list ap;
    va_start(ap, fmt);
    put_message(cli, "info", NULL, fmt, ap);
    va_end(ap);
}

void message_log(void *arg, int32_t level, const char *msg, size_t len)
{
    struct cli *cli = arg;
    if (level < MOULT_LOG_ERROR || level > MOULT_LOG_DEBUG)
        return;
    char *text = strndup(msg, len);
    if (!text)
        return;
    pthread_mutex_lock(&cli->terminal);
    progress_clear(cli);
    if (cli->log_json) {
        put_json_line(level_names[level], text, NULL);
    } else {
        fprintf(stderr, "moult: %s: ", level_names[level]);
        put_safe(text, strlen(text), "  ");
        fputc('\n', stderr);
    }
    pthread_mutex_unlock(&cli->terminal);
    free(text);
}
