/* SPDX-License-Identifier: Apache-2.0 */
#include "error.h"

#include <moult/moult.h>
#include <stdlib.h>

#include "buf.h"

#define DETAILS 16

struct moult_error {
    moult_status code;
    struct buf message;
    struct {
        char *key, *value;
    } detail[DETAILS];
};

moult_error *moult_error_new(void)
{
    return calloc(1, sizeof(moult_error));
}

void moult_error_clear(moult_error *err)
{
    if (!err)
        return;
    for (size_t i = 0; i < DETAILS; i++) {
        free(err->detail[i].key);
        free(err->detail[i].value);
        err->detail[i].key = err->detail[i].value = NULL;
    }
    buf_free(&err->message);
    err->code = MOULT_OK;
}

void moult_error_free(moult_error *err)
{
    moult_error_clear(err);
    free(err);
}

moult_status moult_error_code(const moult_error *err)
{
    return err ? err->code : MOULT_OK;
}

const char *moult_error_message(const moult_error *err)
{
    if (!err || err->code == MOULT_OK)
        return "";
    return buf_ok(&err->message) && err->message.p ? err->message.p : "out of memory";
}

const char *moult_error_detail_at(const moult_error *err, uint32_t i, const char **value)
{
    if (!err || i >= DETAILS || !err->detail[i].key)
        return NULL;
    *value = err->detail[i].value;
    return err->detail[i].key;
}

const char *moult_error_detail(const moult_error *err, const char *key)
{
    const char *value, *name;
    for (uint32_t i = 0; (name = moult_error_detail_at(err, i, &value)); i++)
        if (strcmp(name, key) == 0)
            return value;
    return NULL;
}

moult_status error_set(moult_error *err, moult_status code, const char *fmt, ...)
{
    if (!err)
        return code;
    CLEANUP_BUF struct buf text = {0}; /* the arguments may point into the error itself */
    va_list ap;
    va_start(ap, fmt);
    buf_vprintf(&text, fmt, ap);
    va_end(ap);
    moult_error_clear(err);
    err->code = code;
    err->message = text;
    text = (struct buf){0};
    return code;
}

static void put_detail(moult_error *err, const char *key, char *value)
{
    for (size_t i = 0; value && i < DETAILS; i++) {
        if (err->detail[i].key && strcmp(err->detail[i].key, key) != 0)
            continue;
        if (!err->detail[i].key && !(err->detail[i].key = strdup(key)))
            break;
        free(err->detail[i].value);
        err->detail[i].value = value;
        return;
    }
    free(value);
}

void error_detail(moult_error *err, const char *key, const char *fmt, ...)
{
    if (!err)
        return;
    struct buf text = {0};
    va_list ap;
    va_start(ap, fmt);
    buf_vprintf(&text, fmt, ap);
    va_end(ap);
    put_detail(err, key, buf_ok(&text) ? text.p : (buf_free(&text), NULL));
}

void error_detail_str(moult_error *err, const char *key, struct str value)
{
    if (err)
        put_detail(err, key, strndup(value.p ? value.p : "", value.n));
}

moult_status error_nomem(moult_error *err)
{
    return error_set(err, MOULT_ERR_NOMEM, "out of memory");
}

moult_status error_prefix(moult_error *err, const char *fmt, ...)
{
    if (!err)
        return MOULT_ERR_INTERNAL;
    struct buf text = {0};
    va_list ap;
    va_start(ap, fmt);
    buf_vprintf(&text, fmt, ap);
    va_end(ap);
    buf_puts(&text, ": ");
    buf_puts(&text, moult_error_message(err));
    buf_free(&err->message);
    err->message = text;
    return err->code;
}

moult_status error_copy(moult_error *to, const moult_error *from)
{
    if (!to || to == from)
        return moult_error_code(from);
    error_set(to, moult_error_code(from), "%s", moult_error_message(from));
    const char *key, *value;
    for (uint32_t i = 0; (key = moult_error_detail_at(from, i, &value)); i++)
        error_detail(to, key, "%s", value);
    return moult_error_code(from);
}
