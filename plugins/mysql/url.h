/* SPDX-License-Identifier: Apache-2.0 */
/* url.h - mysql://USER:PASSWORD@HOST:PORT/DATABASE?OPTION=VALUE&... taken apart. */
#ifndef MOULT_MYSQL_URL_H
#define MOULT_MYSQL_URL_H

#include "my.h"

struct url_option {
    struct url_option *next;
    uint32_t what; /* index into the table of options */
    char value[];
};

/* What the URL does not say is NULL or 0, and then the option files' or the library's; the database
 * is "" then. */
struct url {
    char *host, *user, *password, *database, *socket;
    char *defaults_file, *defaults_group;
    bool no_defaults;
    unsigned port;
    struct url_option *options;
};

moult_status myurl_parse(const moult_host *host, const char *url, struct url *out,
                         moult_error *err);
void myurl_free(struct url *u);
#define CLEANUP_URL __attribute__((cleanup(myurl_free)))

/* Gives the options to the session's handle, before it connects. */
moult_status myurl_apply(moult_session *session, const struct url *u, moult_error *err);
/* Once connected: an option file, which is read last, may have put another value in the place of
 * the URL's. */
moult_status myurl_check(moult_session *session, const struct url *u, moult_error *err);

#endif
