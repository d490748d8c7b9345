/* SPDX-License-Identifier: Apache-2.0 */
/* exit.c - which exit code a status becomes, and how it is called in JSON.  moult(1), EXIT
 * STATUS. */
#include "cli.h"

static const struct {
    moult_status status;
    int code;
    const char *name;
} table[] = {
    {MOULT_OK, 0, "ok"},
    {MOULT_ERR_INTERNAL, 1, "internal"},
    {MOULT_ERR_UNSUPPORTED, 1, "unsupported"},
    {MOULT_ERR_CONFIG, 2, "config"},
    {MOULT_ERR_UNAVAILABLE, 7, "unavailable"},
    {MOULT_ERR_AUTH, 7, "auth"},
    {MOULT_ERR_CONSTRAINT, 1, "constraint"},
    {MOULT_ERR_CANCELLED, 1, "cancelled"},
    {MOULT_ERR_NOMEM, 1, "nomem"},
    {MOULT_ERR_NOT_FOUND, 2, "not-found"},
    {MOULT_ERR_EXISTS, 1, "exists"},
    {MOULT_ERR_BUSY, 5, "busy"},
    {MOULT_ERR_INVALID, 2, "invalid"},
    {MOULT_ERR_REFUSED, 4, "refused"},
    {MOULT_ERR_UNKNOWN, 1, "unknown"},
    {MOULT_ERR_CORRUPT, 1, "corrupt"},
    {MOULT_ERR_IO, 1, "io"},
    {MOULT_ERR_OPEN_RUN, 6, "open-run"},
    {MOULT_ERR_DIFFERS, 1, "differs"},
    {MOULT_ERR_SQL, 1, "sql"},
    {MOULT_ERR_TOO_LARGE, 1, "too-large"},
};

int exit_code(moult_status status)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].status == status)
            return table[i].code;
    return EXIT_FAILED;
}

const char *status_name(moult_status status)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].status == status)
            return table[i].name;
    return "internal";
}
