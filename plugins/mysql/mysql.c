/* SPDX-License-Identifier: Apache-2.0 */
/* mysql.c - moult's adapter for MySQL and MariaDB: dialect, reader and writer over libmariadb. */
#include "my.h"

static const moult_param param_grants = {
    .size = MOULT_END(moult_param, help),
    .type = MOULT_PARAM_BOOLEAN,
    .name = "grants",
    .fallback = "false",
    .help = "grants on the database and its objects are part of the schema",
};
static const moult_param param_statement_timeout = {
    .size = MOULT_END(moult_param, help),
    .type = MOULT_PARAM_INTEGER,
    .name = "statement-timeout",
    .fallback = "0",
    .help = "milliseconds that one statement may run; 0 = no limit (MariaDB)",
};
static const moult_param *const params[] = {&param_grants, &param_statement_timeout, NULL};

const moult_dialect mysql_dialect = {
    .head =
        {
            .size = MOULT_END(moult_dialect, delimiter),
            .major = MOULT_DIALECT_MAJOR,
            .minor = MOULT_DIALECT_MINOR,
            .threading = MOULT_THREAD_FREE,
            .kind = "dialect",
            .name = "mysql",
            .summary = "the SQL of MySQL and MariaDB",
        },
    .schemes = "mysql mariadb",
    .level = 1,
    .split = mydialect_split,
    .ways = mydialect_ways,
    .render = mydialect_render,
    .bind = mydialect_bind,
    .fold = mydialect_fold,
    /* Texts have backslashes, and times are those of the reader's session. */
    .preamble = "SET NAMES utf8mb4 COLLATE utf8mb4_general_ci;\n"
                "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,"
                "NO_AUTO_VALUE_ON_ZERO', time_zone = '+00:00', foreign_key_checks = 1;\n",
    .delimiter = "DELIMITER",
};

const moult_reader mysql_reader = {
    .head =
        {
            .size = MOULT_END(moult_reader, move),
            .major = MOULT_READER_MAJOR,
            .minor = MOULT_READER_MINOR,
            .threading = MOULT_THREAD_SESSION,
            .kind = "reader",
            .name = "mysql",
            .summary = "reads MySQL and MariaDB databases",
            .params = params,
        },
    .open = myreader_open,
    .close = myreader_close,
    .cancel = myreader_cancel,
    .server = myreader_server,
    .rights = myreader_rights,
    .tenants = myreader_tenants,
    .inspect = myreader_inspect,
    .stamp = myreader_stamp,
    .measure = myreader_measure,
    .records = myreader_records,
    .move = myreader_move,
};

const moult_writer mysql_writer = {
    .head =
        {
            .size = MOULT_END(moult_writer, record_append),
            .major = MOULT_WRITER_MAJOR,
            .minor = MOULT_WRITER_MINOR,
            .threading = MOULT_THREAD_SESSION,
            .kind = "writer",
            .name = "mysql",
            .summary = "changes MySQL and MariaDB databases",
            .params = params,
        },
    .scratch = mywriter_scratch,
    .reap = mywriter_reap,
    .run = mywriter_run,
    .limits = mywriter_limits,
    .probe = mywriter_probe,
    .lock = mywriter_lock,
    .unlock = mywriter_unlock,
    .begin = mywriter_begin,
    .commit = mywriter_commit,
    .rollback = mywriter_rollback,
    .record_open = mywriter_record_open,
    .record_append = mywriter_record_append,
};

static const moult_iface *const interfaces[] = {&mysql_dialect.head, &mysql_reader.head,
                                                &mysql_writer.head, NULL};

static const moult_plugin plugin = {
    .size = MOULT_END(moult_plugin, ifaces),
    .abi_major = MOULT_ABI_MAJOR,
    .abi_minor = MOULT_ABI_MINOR,
    .name = "mysql",
    .version = MOULT_VERSION,
    .license = "Apache-2.0",
    .summary = "MySQL and MariaDB databases",
    .ifaces = interfaces,
};

MOULT_PLUGIN_ENTRY(mysql)
{
    /* Once, before there are threads that each would do it. */
    if (mysql_server_init(0, NULL, NULL) != 0 || !mysql_thread_safe()) {
        my_fail(host, err, MOULT_ERR_UNSUPPORTED,
                "this client library was built without thread safety");
        return NULL;
    }
    return &plugin;
}
