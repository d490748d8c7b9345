/* SPDX-License-Identifier: Apache-2.0 */
/* settings-text.c - the SET statements in front of another statement. */
#include <stdlib.h>

#include "split.h"

/* Called with each SET of settings; false ends it. */
typedef bool set_fn(void *arg, const struct sentence *q);

/* The leading SET statements of SQL; gives the bytes up to what follows them: all, if nothing does. */
static size_t each_set(const char *sql, size_t len, set_fn *fn, void *arg, struct lexing *how)
{
    struct cutter c;
    struct sentence q = {0};
    struct cut cut;
    size_t end = len;
    struct settings *s = mysettings_new();
    const char *why = NULL;
    *how = mylexing_of("", 0);
    mycutter_init(&c, sql, len, *how);
    while (s) {
        if (!mycut(&c, &q, &cut) || cut.end)
            break;
        if (cut.bad || cut.empty || !mysentence_is(&q, 0, "set") || !mysettings_judge(&q).sets ||
            !mysettings_take(s, &q, &why) || why || !fn(arg, &q)) {
            end = cut.from;
            break;
        }
        *how = c.lexer.how = mysettings_lexing(s);
    }
    free(q.tokens);
    mycutter_free(&c);
    mysettings_free(s);
    return end;
}

static bool pass(void *arg, const struct sentence *q)
{
    (void)arg;
    (void)q;
    return true;
}

size_t mysettings_length(const char *sql, size_t len, struct lexing *how)
{
    size_t n = each_set(sql, len, pass, NULL, how);
    if (n < len)
        return n;
    *how = mylexing_of("", 0); /* nothing follows: they are no prefix */
    return 0;
}

static bool read_one(void *arg, const struct sentence *q)
{
    const char *why = NULL;
    return mysettings_take(arg, q, &why);
}

bool mysettings_read(struct settings *s, const char *sql, size_t len)
{
    struct lexing how;
    return each_set(sql, len, read_one, s, &how) == len;
}

static bool add_one(void *arg, const struct sentence *q)
{
    return mysettings_add_defaults(q, arg);
}

bool mysettings_defaults(const char *sql, size_t len, struct text *out)
{
    struct lexing how;
    return !len || (each_set(sql, len, add_one, out, &how) <= len && !out->failed);
}
