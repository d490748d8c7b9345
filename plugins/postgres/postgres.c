/* SPDX-License-Identifier: Apache-2.0 */
/* postgres.c - moult's adapter for PostgreSQL: dialect, reader and writer over libpq. */
#include "pg.h"

static const moult_param param_role = {
    .size = MOULT_END(moult_param, help),
    .type = MOULT_PARAM_STRING,
    .name = "role",
    .help = "role to act as (SET ROLE): owner of what is created",
};
static const moult_param param_statement_timeout = {
    .size = MOULT_END(moult_param, help),
    .type = MOULT_PARAM_INTEGER,
    .name = "statement-timeout",
    .fallback = "0",
    .help = "milliseconds that one statement may run; 0 = no limit",
};
static const moult_param *const params[] = {&param_role, &param_statement_timeout, NULL};

const moult_dialect postgres_dialect = {
    .head =
        {
            .size = MOULT_END(moult_dialect, preamble),
            .major = MOULT_DIALECT_MAJOR,
            .minor = MOULT_DIALECT_MINOR,
            .threading = MOULT_THREAD_FREE,
            .kind = "dialect",
            .name = "postgres",
            .summary = "the SQL of PostgreSQL",
        },
    .schemes = "postgresql postgres",
    .level = 1,
    .split = postgres_split,
    .ways = postgres_ways,
    .render = postgres_render,
    .bind = postgres_bind,
    .fold = postgres_fold,
    .preamble = POSTGRES_PREAMBLE,
};

const moult_reader postgres_reader = {
    .head =
        {
            .size = MOULT_END(moult_reader, move),
            .major = MOULT_READER_MAJOR,
            .minor = MOULT_READER_MINOR,
            .threading = MOULT_THREAD_SESSION,
            .kind = "reader",
            .name = "postgres",
            .summary = "reads PostgreSQL databases and schemas",
            .params = params,
        },
    .open = postgres_open,
    .close = postgres_close,
    .cancel = postgres_cancel,
    .server = postgres_server,
    .rights = postgres_rights,
    .tenants = postgres_tenants,
    .inspect = postgres_inspect,
    .stamp = postgres_stamp,
    .measure = postgres_measure,
    .records = postgres_records,
    .move = postgres_move,
};

const moult_writer postgres_writer = {
    .head =
        {
            .size = MOULT_END(moult_writer, record_append),
            .major = MOULT_WRITER_MAJOR,
            .minor = MOULT_WRITER_MINOR,
            .threading = MOULT_THREAD_SESSION,
            .caps = MOULT_WRITER_TXN_DDL,
            .kind = "writer",
            .name = "postgres",
            .summary = "changes PostgreSQL databases and schemas",
            .params = params,
        },
    .scratch = postgres_scratch,
    .reap = postgres_reap,
    .run = postgres_run,
    .limits = postgres_limits,
    .probe = postgres_probe,
    .lock = postgres_lock,
    .unlock = postgres_unlock,
    .begin = postgres_begin,
    .commit = postgres_commit,
    .rollback = postgres_rollback,
    .record_open = postgres_record_open,
    .record_append = postgres_record_append,
};

static const moult_iface *const interfaces[] = {&postgres_dialect.head, &postgres_reader.head,
                                                &postgres_writer.head, NULL};

static const moult_plugin plugin = {
    .size = MOULT_END(moult_plugin, ifaces),
    .abi_major = MOULT_ABI_MAJOR,
    .abi_minor = MOULT_ABI_MINOR,
    .name = "postgres",
    .version = MOULT_VERSION,
    .license = "Apache-2.0",
    .summary = "PostgreSQL databases and schemas",
    .ifaces = interfaces,
};

MOULT_PLUGIN_ENTRY(postgres)
{
    /* Several connections work side by side, each in a thread of its own. */
    if (!PQisthreadsafe()) {
        postgres_fail(host, err, MOULT_ERR_UNSUPPORTED,
                      "this libpq was built without thread safety");
        return NULL;
    }
    return &plugin;
}
