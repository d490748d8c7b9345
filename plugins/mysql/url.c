/* SPDX-License-Identifier: Apache-2.0 */
/* url.c - takes URLs apart and gives their options to the client library. */
#include "url.h"

#include <stdlib.h>
#include <unistd.h>

#define VALUE_TEXT 0
#define VALUE_NUMBER 1
#define VALUE_BOOL 2

/* The names are those of option files. */
static const struct {
    const char *name;
    enum mysql_option option;
    int type;
    bool secret; /* not shown in messages */
} options[] = {
    {"bind-address", MYSQL_OPT_BIND, VALUE_TEXT, false},
    {"character-sets-dir", MYSQL_SET_CHARSET_DIR, VALUE_TEXT, false},
    {"compress", MYSQL_OPT_COMPRESS, VALUE_BOOL, false},
    {"connect-timeout", MYSQL_OPT_CONNECT_TIMEOUT, VALUE_NUMBER, false},
    {"default-auth", MYSQL_DEFAULT_AUTH, VALUE_TEXT, false},
    {"enable-cleartext-plugin", MYSQL_ENABLE_CLEARTEXT_PLUGIN, VALUE_BOOL, false},
    {"max-allowed-packet", MYSQL_OPT_MAX_ALLOWED_PACKET, VALUE_NUMBER, false},
    {"plugin-dir", MYSQL_PLUGIN_DIR, VALUE_TEXT, false},
    {"read-timeout", MYSQL_OPT_READ_TIMEOUT, VALUE_NUMBER, false},
    {"restricted-auth", MARIADB_OPT_RESTRICTED_AUTH, VALUE_TEXT, false},
    {"server-public-key", MYSQL_SERVER_PUBLIC_KEY, VALUE_TEXT, false},
    {"ssl", MYSQL_OPT_SSL_ENFORCE, VALUE_BOOL, false},
    {"ssl-ca", MYSQL_OPT_SSL_CA, VALUE_TEXT, false},
    {"ssl-capath", MYSQL_OPT_SSL_CAPATH, VALUE_TEXT, false},
    {"ssl-cert", MYSQL_OPT_SSL_CERT, VALUE_TEXT, false},
    {"ssl-cipher", MYSQL_OPT_SSL_CIPHER, VALUE_TEXT, false},
    {"ssl-crl", MYSQL_OPT_SSL_CRL, VALUE_TEXT, false},
    {"ssl-crlpath", MYSQL_OPT_SSL_CRLPATH, VALUE_TEXT, false},
    {"ssl-fp", MARIADB_OPT_TLS_PEER_FP, VALUE_TEXT, false},
    {"ssl-fp-list", MARIADB_OPT_TLS_PEER_FP_LIST, VALUE_TEXT, false},
    {"ssl-key", MYSQL_OPT_SSL_KEY, VALUE_TEXT, false},
    {"ssl-passphrase", MARIADB_OPT_TLS_PASSPHRASE, VALUE_TEXT, true},
    {"ssl-verify-server-cert", MYSQL_OPT_SSL_VERIFY_SERVER_CERT, VALUE_BOOL, false},
    {"tls-version", MARIADB_OPT_TLS_VERSION, VALUE_TEXT, false},
    {"write-timeout", MYSQL_OPT_WRITE_TIMEOUT, VALUE_NUMBER, false},
};
#define OPTION_COUNT (sizeof options / sizeof *options)

/* ---- taking apart ---- */

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* P..P+N with %XX taken apart; NULL = no memory. */
static char *decoded(const char *p, size_t n)
{
    char *out = malloc(n + 1), *to = out;
    for (size_t i = 0; out && i < n; i++) {
        int high = p[i] == '%' && n - i > 2 ? hex_value(p[i + 1]) : -1;
        int low = high >= 0 ? hex_value(p[i + 2]) : -1;
        *to = p[i];
        if (low >= 0)
            *to = (char)(high << 4 | low);
        to++;
        i += low >= 0 ? 2 : 0;
    }
    if (out)
        *to = '\0';
    return out;
}

static bool put(char **to, const char *p, size_t n)
{
    free(*to);
    *to = decoded(p, n);
    return *to != NULL;
}

void myurl_free(struct url *u)
{
    char *all[] = {u->host,   u->user,          u->password,      u->database,
                   u->socket, u->defaults_file, u->defaults_group};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
    while (u->options) {
        struct url_option *o = u->options;
        u->options = o->next;
        free(o);
    }
    *u = (struct url){0};
}

/* The parts of URL: "user:password@host:port", "database", "a=b&c=d". */
struct parts {
    struct slice authority, path, query;
};

static struct parts cut(const char *url)
{
    const char *p = strstr(url, "://");
    p = p ? p + 3 : url;
    struct parts out = {.authority = {p, strcspn(p, "/?#")}};
    p += out.authority.n;
    p += *p == '/';
    out.path = (struct slice){p, strcspn(p, "?#")};
    p += out.path.n;
    p += *p == '?';
    out.query = (struct slice){p, strcspn(p, "#")};
    return out;
}

static moult_status take_authority(const moult_host *host, struct slice a, struct url *out,
                                   moult_error *err)
{
    const char *at = memrchr(a.p, '@', a.n);
    struct slice who = {a.p, at ? (size_t)(at - a.p) : 0};
    struct slice where = at ? (struct slice){at + 1, a.n - who.n - 1} : a;
    const char *colon = memchr(who.p, ':', who.n);
    size_t user = colon ? (size_t)(colon - who.p) : who.n;
    bool ok = (!user || put(&out->user, who.p, user)) &&
              (!colon || put(&out->password, colon + 1, who.n - user - 1));
    bool bracket = where.n && where.p[0] == '[';
    const char *close = bracket ? memchr(where.p, ']', where.n) : NULL;
    struct slice name = close ? (struct slice){where.p + 1, (size_t)(close - where.p) - 1} : where;
    struct slice rest = close ? (struct slice){close + 1, where.n - name.n - 2} : where;
    colon = memchr(rest.p, ':', rest.n);
    if (colon && !close)
        name.n = (size_t)(colon - where.p);
    ok = ok && (!name.n || put(&out->host, name.p, name.n));
    if (!ok)
        return my_nomem(host, err);
    if (!colon)
        return MOULT_OK;
    char *end;
    unsigned long port = strtoul(colon + 1, &end, 10);
    if (end != where.p + where.n || end == colon + 1 || port == 0 || port > 65535)
        return my_fail(host, err, MOULT_ERR_CONFIG, "\"%.*s\" in the URL is no port",
                       (int)(where.p + where.n - colon - 1), colon + 1);
    out->port = (unsigned)port;
    return MOULT_OK;
}

static bool is_true(const char *value)
{
    return strcmp(value, "1") == 0 || strcmp(value, "true") == 0 || strcmp(value, "on") == 0;
}

static bool is_bool(const char *value)
{
    return is_true(value) || strcmp(value, "0") == 0 || strcmp(value, "false") == 0 ||
           strcmp(value, "off") == 0;
}

static moult_status wrong_value(const moult_host *host, const char *name, const char *what,
                                moult_error *err)
{
    return my_fail(host, err, MOULT_ERR_CONFIG, "the option \"%s\" in the URL has to be %s", name,
                   what);
}

static moult_status add_option(const moult_host *host, struct url *out, size_t what,
                               const char *value, moult_error *err)
{
    const char *name = options[what].name;
    if (options[what].type == VALUE_BOOL && !is_bool(value))
        return wrong_value(host, name, "true or false", err);
    if (options[what].type == VALUE_NUMBER &&
        (!*value || strspn(value, "0123456789") != strlen(value)))
        return wrong_value(host, name, "a number", err);
    struct url_option *o = malloc(sizeof *o + strlen(value) + 1);
    if (!o)
        return my_nomem(host, err);
    *o = (struct url_option){.next = out->options, .what = (uint32_t)what};
    strcpy(o->value, value);
    out->options = o;
    return MOULT_OK;
}

/* "a-b" and "a_b" are one name, as in option files. */
static bool is_named(const char *name, const char *known)
{
    for (; *name && *known; name++, known++) {
        if (*name != *known && !(*name == '_' && *known == '-'))
            return false;
    }
    return !*name && !*known;
}

static moult_status unknown_option(const moult_host *host, const char *name, moult_error *err)
{
    CLEANUP_TEXT struct text all = {0};
    for (size_t i = 0; i < OPTION_COUNT; i++)
        mytext_printf(&all, "%s, ", options[i].name);
    mytext_z(&all, "socket, defaults-file, defaults-group, no-defaults");
    moult_status st =
        my_fail(host, err, MOULT_ERR_CONFIG, "the URL's option \"%s\" is not known", name);
    my_detail(host, err, "hint", "use one of %s", all.failed ? "those of option files" : all.p);
    return st;
}

static moult_status take_option(const moult_host *host, struct url *out, const char *name,
                                const char *value, moult_error *err)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if (is_named(name, options[i].name))
            return add_option(host, out, i, value, err);
    }
    if (is_named(name, "no-defaults")) {
        out->no_defaults = is_true(value);
        return is_bool(value) ? MOULT_OK : wrong_value(host, name, "true or false", err);
    }
    char **to = is_named(name, "socket")           ? &out->socket
                : is_named(name, "defaults-file")  ? &out->defaults_file
                : is_named(name, "defaults-group") ? &out->defaults_group
                                                   : NULL;
    if (!to)
        return unknown_option(host, name, err);
    free(*to);
    *to = strdup(value);
    return *to ? MOULT_OK : my_nomem(host, err);
}

static moult_status take_query(const moult_host *host, struct slice q, struct url *out,
                               moult_error *err)
{
    moult_status st = MOULT_OK;
    while (q.n && st == MOULT_OK) {
        const char *amp = memchr(q.p, '&', q.n);
        size_t n = amp ? (size_t)(amp - q.p) : q.n;
        const char *equals = memchr(q.p, '=', n);
        size_t name_n = equals ? (size_t)(equals - q.p) : n;
        char *name = decoded(q.p, name_n);
        char *value = equals ? decoded(equals + 1, n - name_n - 1) : strdup("true");
        st = name && value ? take_option(host, out, name, value, err) : my_nomem(host, err);
        free(name);
        free(value);
        q.p += n + (amp != NULL);
        q.n -= n + (amp != NULL);
    }
    return st;
}

moult_status myurl_parse(const moult_host *host, const char *url, struct url *out, moult_error *err)
{
    struct parts p = cut(url);
    moult_status st = take_authority(host, p.authority, out, err);
    if (st == MOULT_OK && !put(&out->database, p.path.p, p.path.n))
        st = my_nomem(host, err);
    return st == MOULT_OK ? take_query(host, p.query, out, err) : st;
}

char *myurl_database(const char *url)
{
    struct parts p = cut(url);
    return decoded(p.path.p, p.path.n);
}

char *myurl_for(const char *url, const char *database)
{
    struct parts p = cut(url);
    struct text t = {0};
    mytext_add(&t, url, (size_t)(p.authority.p + p.authority.n - url));
    mytext_char(&t, '/');
    for (; *database; database++) {
        unsigned char c = (unsigned char)*database;
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '_' || c == '-' || c == '.' || c == '~';
        if (plain)
            mytext_char(&t, *database);
        else
            mytext_printf(&t, "%%%02X", c);
    }
    if (p.query.n) {
        mytext_char(&t, '?');
        mytext_slice(&t, p.query);
    }
    if (t.failed)
        mytext_free(&t);
    return t.p;
}

/* ---- giving them to the library ---- */

static int set_option(MYSQL *conn, const struct url_option *o)
{
    unsigned number;
    my_bool flag;
    switch (options[o->what].type) {
    case VALUE_NUMBER:
        number = (unsigned)strtoul(o->value, NULL, 10);
        if (options[o->what].option == MYSQL_OPT_MAX_ALLOWED_PACKET) {
            unsigned long bytes = number;
            return mysql_options(conn, MYSQL_OPT_MAX_ALLOWED_PACKET, &bytes);
        }
        return mysql_options(conn, options[o->what].option, &number);
    case VALUE_BOOL:
        flag = (my_bool)is_true(o->value);
        if (options[o->what].option == MYSQL_OPT_COMPRESS)
            return flag ? mysql_options(conn, MYSQL_OPT_COMPRESS, NULL) : 0;
        return mysql_options(conn, options[o->what].option, &flag);
    default:
        return mysql_options(conn, options[o->what].option, o->value);
    }
}

moult_status myurl_apply(moult_session *session, const struct url *u, moult_error *err)
{
    MYSQL *conn = session->conn;
    mysql_options(conn, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    mysql_options4(conn, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name", "moult");
    if (u->defaults_file && access(u->defaults_file, R_OK) != 0) {
        my_fail(session->host, err, MOULT_ERR_CONFIG, "the option file \"%s\" cannot be read",
                u->defaults_file);
        return MOULT_ERR_CONFIG;
    }
    if (u->defaults_file)
        mysql_options(conn, MYSQL_READ_DEFAULT_FILE, u->defaults_file);
    if (!u->no_defaults)
        mysql_options(conn, MYSQL_READ_DEFAULT_GROUP,
                      u->defaults_group ? u->defaults_group : "moult");
    for (const struct url_option *o = u->options; o; o = o->next) {
        if (set_option(conn, o) != 0)
            return my_fail(session->host, err, MOULT_ERR_UNSUPPORTED,
                           "the client library does not take the option \"%s\"",
                           options[o->what].name);
    }
    return MOULT_OK;
}

/* Has the library another value than O's? */
static bool differs(MYSQL *conn, const struct url_option *o)
{
    unsigned number = 0;
    my_bool flag = 0;
    char *text = NULL;
    switch (options[o->what].type) {
    case VALUE_NUMBER:
        return options[o->what].option != MYSQL_OPT_MAX_ALLOWED_PACKET &&
               mysql_get_option(conn, options[o->what].option, &number) == 0 &&
               number != strtoul(o->value, NULL, 10);
    case VALUE_BOOL:
        return options[o->what].option != MYSQL_OPT_COMPRESS &&
               mysql_get_option(conn, options[o->what].option, &flag) == 0 &&
               (flag != 0) != is_true(o->value);
    default:
        return mysql_get_option(conn, options[o->what].option, &text) == 0 && text &&
               strcmp(text, o->value) != 0;
    }
}

/* The library is content with a connection in the clear where the server offers nothing else. */
static moult_status check_encrypted(moult_session *session, const struct url *u, moult_error *err)
{
    const char *cipher = mysql_get_ssl_cipher(session->conn);
    bool wanted = false;
    for (const struct url_option *o = u->options; o; o = o->next) {
        const char *name = options[o->what].name;
        bool tls = strncmp(name, "ssl", 3) == 0 || strncmp(name, "tls", 3) == 0;
        wanted |= tls && !(options[o->what].type == VALUE_BOOL && !is_true(o->value));
    }
    if (!wanted || (cipher && *cipher))
        return MOULT_OK;
    my_fail(session->host, err, MOULT_ERR_UNAVAILABLE,
            "the server offers no TLS, which the URL asks for");
    my_detail(session->host, err, "hint",
              "give the server a certificate, or take the TLS options out of the URL");
    return MOULT_ERR_UNAVAILABLE;
}

moult_status myurl_check(moult_session *session, const struct url *u, moult_error *err)
{
    moult_status encrypted = check_encrypted(session, u, err);
    if (encrypted != MOULT_OK)
        return encrypted;
    for (const struct url_option *o = u->options; o; o = o->next) {
        if (!differs(session->conn, o))
            continue;
        moult_status st =
            my_fail(session->host, err, MOULT_ERR_CONFIG,
                    "the URL says %s=%s, but an option file says otherwise", options[o->what].name,
                    options[o->what].secret ? "(hidden)" : o->value);
        my_detail(session->host, err, "hint",
                  "take it out of one of them, or add no-defaults=true to the URL");
        return st;
    }
    return MOULT_OK;
}
