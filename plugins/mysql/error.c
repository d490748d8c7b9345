/* SPDX-License-Identifier: Apache-2.0 */
/* error.c - what server and client library say, as moult's errors. */
#include <errmsg.h>
#include <mysqld_error.h>
#include <stdio.h>
#include <stdlib.h>

#include "my.h"

/* Numbers that other versions and makes of the server have, but not every header. */
#define MY_ER_QUERY_TIMEOUT 3024     /* MySQL: max_execution_time */
#define MY_ER_CHECK_VIOLATED 3819    /* MySQL */
#define MY_ER_STATEMENT_TIMEOUT 1969 /* MariaDB: max_statement_time */
#define MY_ER_CONSTRAINT_FAILED 4025 /* MariaDB: CHECK */
#define MY_ER_CONNECTION_KILLED 1927
#define MY_ER_SHUTTING_DOWN 3169 /* MySQL: ER_SESSION_WAS_KILLED */

moult_status my_nomem(const moult_host *host, moult_error *err)
{
    static const char msg[] = "out of memory";
    host->error_set(host->ctx, err, MOULT_ERR_NOMEM, msg, sizeof msg - 1);
    return MOULT_ERR_NOMEM;
}

moult_status my_fail(const moult_host *host, moult_error *err, moult_status code, const char *fmt,
                     ...)
{
    char *msg = NULL;
    va_list ap;
    va_start(ap, fmt);
    int n = vasprintf(&msg, fmt, ap);
    va_end(ap);
    if (n < 0)
        return my_nomem(host, err);
    host->error_set(host->ctx, err, code, msg, (size_t)n);
    free(msg);
    return code;
}

void my_detail(const moult_host *host, moult_error *err, const char *key, const char *fmt, ...)
{
    char *value = NULL;
    va_list ap;
    va_start(ap, fmt);
    int n = vasprintf(&value, fmt, ap);
    va_end(ap);
    if (n < 0)
        return;
    host->error_detail(host->ctx, err, key, value, (size_t)n);
    free(value);
}

/* The number to moult's code and what to do about it. */
static const struct {
    unsigned number;
    moult_status code;
    const char *hint;
} numbers[] = {
    {CR_CONNECTION_ERROR, MOULT_ERR_UNAVAILABLE, "does the server run, and is this its socket?"},
    {CR_CONN_HOST_ERROR, MOULT_ERR_UNAVAILABLE,
     "does the server run, and are host and port right?"},
    {CR_UNKNOWN_HOST, MOULT_ERR_UNAVAILABLE, "is the host's name right?"},
    {CR_SERVER_GONE_ERROR, MOULT_ERR_UNAVAILABLE, NULL},
    {CR_SERVER_LOST, MOULT_ERR_UNAVAILABLE, NULL},
    {CR_SERVER_LOST_EXTENDED, MOULT_ERR_UNAVAILABLE, NULL},
    {CR_SSL_CONNECTION_ERROR, MOULT_ERR_UNAVAILABLE,
     "does the server offer TLS, and is its certificate the one expected?"},
    {CR_OUT_OF_MEMORY, MOULT_ERR_NOMEM, NULL},
    {CR_NET_PACKET_TOO_LARGE, MOULT_ERR_UNSUPPORTED, "raise max_allowed_packet"},
    {CR_AUTH_PLUGIN_CANNOT_LOAD, MOULT_ERR_AUTH,
     "install the client's plugin, or name its folder: plugin-dir=... in the URL"},
    {ER_ACCESS_DENIED_ERROR, MOULT_ERR_AUTH, "are user and password right?"},
    {ER_DBACCESS_DENIED_ERROR, MOULT_ERR_AUTH, "the account has no rights on this database"},
    {ER_TABLEACCESS_DENIED_ERROR, MOULT_ERR_AUTH, NULL},
    {ER_COLUMNACCESS_DENIED_ERROR, MOULT_ERR_AUTH, NULL},
    {ER_SPECIFIC_ACCESS_DENIED_ERROR, MOULT_ERR_AUTH, NULL},
    {ER_PROCACCESS_DENIED_ERROR, MOULT_ERR_AUTH, NULL},
    {ER_HOST_NOT_PRIVILEGED, MOULT_ERR_AUTH, NULL},
    {ER_HOST_IS_BLOCKED, MOULT_ERR_AUTH, NULL},
    {ER_MUST_CHANGE_PASSWORD, MOULT_ERR_AUTH, NULL},
    {ER_OPTION_PREVENTS_STATEMENT, MOULT_ERR_AUTH,
     "the server is read-only: connect to the primary"},
    {ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION, MOULT_ERR_AUTH, NULL},
    {ER_BAD_DB_ERROR, MOULT_ERR_NOT_FOUND, "moult creates no databases: use CREATE DATABASE"},
    {ER_NO_SUCH_TABLE, MOULT_ERR_NOT_FOUND, NULL},
    {ER_CON_COUNT_ERROR, MOULT_ERR_UNAVAILABLE,
     "all connections are taken: end some, or raise max_connections"},
    {ER_TOO_MANY_USER_CONNECTIONS, MOULT_ERR_UNAVAILABLE,
     "the account's connections are all taken"},
    {ER_SERVER_SHUTDOWN, MOULT_ERR_UNAVAILABLE, NULL},
    {MY_ER_CONNECTION_KILLED, MOULT_ERR_UNAVAILABLE, NULL},
    {MY_ER_SHUTTING_DOWN, MOULT_ERR_UNAVAILABLE, NULL},
    {ER_LOCK_WAIT_TIMEOUT, MOULT_ERR_BUSY,
     "another session holds the lock: try again, or give a longer lock time-out"},
    {ER_LOCK_DEADLOCK, MOULT_ERR_BUSY, NULL},
    {ER_QUERY_INTERRUPTED, MOULT_ERR_CANCELLED, NULL},
    {MY_ER_STATEMENT_TIMEOUT, MOULT_ERR_CANCELLED, NULL},
    {MY_ER_QUERY_TIMEOUT, MOULT_ERR_CANCELLED, NULL},
    {ER_DUP_ENTRY, MOULT_ERR_CONSTRAINT, NULL},
    {ER_DUP_ENTRY_WITH_KEY_NAME, MOULT_ERR_CONSTRAINT, NULL},
    {ER_NO_REFERENCED_ROW, MOULT_ERR_CONSTRAINT, NULL},
    {ER_NO_REFERENCED_ROW_2, MOULT_ERR_CONSTRAINT, NULL},
    {ER_ROW_IS_REFERENCED, MOULT_ERR_CONSTRAINT, NULL},
    {ER_ROW_IS_REFERENCED_2, MOULT_ERR_CONSTRAINT, NULL},
    {ER_BAD_NULL_ERROR, MOULT_ERR_CONSTRAINT, NULL},
    {ER_WARN_DATA_OUT_OF_RANGE, MOULT_ERR_CONSTRAINT, NULL},
    {WARN_DATA_TRUNCATED, MOULT_ERR_CONSTRAINT, NULL},
    {ER_DATA_TOO_LONG, MOULT_ERR_CONSTRAINT, NULL},
    {ER_TRUNCATED_WRONG_VALUE, MOULT_ERR_CONSTRAINT, NULL},
    {ER_TRUNCATED_WRONG_VALUE_FOR_FIELD, MOULT_ERR_CONSTRAINT, NULL},
    {ER_ROW_DOES_NOT_MATCH_PARTITION, MOULT_ERR_CONSTRAINT, NULL},
    {ER_NO_PARTITION_FOR_GIVEN_VALUE, MOULT_ERR_CONSTRAINT, NULL},
    {MY_ER_CONSTRAINT_FAILED, MOULT_ERR_CONSTRAINT, NULL},
    {MY_ER_CHECK_VIOLATED, MOULT_ERR_CONSTRAINT, NULL},
    {ER_DISK_FULL, MOULT_ERR_IO, "the server's disk is full: make room and try again"},
    {ER_RECORD_FILE_FULL, MOULT_ERR_IO, NULL},
    {ER_OUT_OF_RESOURCES, MOULT_ERR_UNAVAILABLE, NULL},
    {ER_CRASHED_ON_USAGE, MOULT_ERR_CORRUPT, "repair the table first"},
    {ER_CRASHED_ON_REPAIR, MOULT_ERR_CORRUPT, NULL},
};
#define NUMBER_COUNT (sizeof numbers / sizeof *numbers)

static size_t number_index(unsigned number)
{
    size_t i = 0;
    while (i < NUMBER_COUNT && numbers[i].number != number)
        i++;
    return i;
}

moult_status my_status(unsigned number)
{
    size_t i = number_index(number);
    if (i < NUMBER_COUNT)
        return numbers[i].code;
    return number >= CR_MIN_ERROR && number <= CR_MAX_ERROR ? MOULT_ERR_INTERNAL : MOULT_ERR_SQL;
}

moult_status my_fail_conn(moult_session *session, moult_error *err, const char *what,
                          const char *sql, size_t sql_len)
{
    const moult_host *host = session->host;
    unsigned number = mysql_errno(session->conn);
    moult_status code = my_status(number);
    size_t i = number_index(number);
    bool lost = number == CR_SERVER_GONE_ERROR || number == CR_SERVER_LOST;
    if (lost && host->cancelled(host->ctx, session->op))
        code = MOULT_ERR_CANCELLED;
    my_fail(host, err, code, "cannot %s: %s", what, mysql_error(session->conn));
    my_detail(host, err, "sqlstate", "%s", mysql_sqlstate(session->conn));
    my_detail(host, err, "vendor_code", "%u", number);
    if (session->database && *session->database)
        my_detail(host, err, "database", "%s", session->database);
    if (sql)
        host->error_detail(host->ctx, err, "statement", sql, sql_len);
    if (i < NUMBER_COUNT && numbers[i].hint)
        my_detail(host, err, "hint", "%s", numbers[i].hint);
    return code;
}
