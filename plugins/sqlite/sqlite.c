/* SPDX-License-Identifier: Apache-2.0 */
/* sqlite.c - moult's adapter for SQLite 3: dialect, reader and writer over database files. */
#include "session.h"

const moult_dialect sqlite_dialect = {
    .head =
        {
            .size = MOULT_END(moult_dialect, fold),
            .major = MOULT_DIALECT_MAJOR,
            .minor = MOULT_DIALECT_MINOR,
            .threading = MOULT_THREAD_FREE,
            .kind = "dialect",
            .name = "sqlite",
            .summary = "the SQL of SQLite 3",
        },
    .schemes = "sqlite",
    .level = 1,
    .split = sqlite_dialect_split,
    .ways = sqlite_dialect_ways,
    .render = sqlite_dialect_render,
    .bind = sqlite_dialect_bind,
    .fold = sqlite_dialect_fold,
};

const moult_reader sqlite_reader = {
    .head =
        {
            .size = MOULT_END(moult_reader, records),
            .major = MOULT_READER_MAJOR,
            .minor = MOULT_READER_MINOR,
            .threading = MOULT_THREAD_SESSION,
            .caps = MOULT_READER_COMMON_STAMPS,
            .kind = "reader",
            .name = "sqlite",
            .summary = "reads SQLite database files",
        },
    .open = sqlite_reader_open,
    .close = sqlite_reader_close,
    .cancel = sqlite_reader_cancel,
    .server = sqlite_reader_server,
    .rights = sqlite_reader_rights,
    .tenants = sqlite_reader_tenants,
    .inspect = sqlite_reader_inspect,
    .stamp = sqlite_reader_stamp,
    .measure = sqlite_reader_measure,
    .records = sqlite_reader_records,
};

const moult_writer sqlite_writer = {
    .head =
        {
            .size = MOULT_END(moult_writer, record_append),
            .major = MOULT_WRITER_MAJOR,
            .minor = MOULT_WRITER_MINOR,
            .threading = MOULT_THREAD_SESSION,
            .caps = MOULT_WRITER_TXN_DDL | MOULT_WRITER_LOCK_IS_TXN,
            .kind = "writer",
            .name = "sqlite",
            .summary = "changes SQLite database files",
        },
    .scratch = sqlite_writer_scratch,
    .reap = sqlite_writer_reap,
    .run = sqlite_writer_run,
    .limits = sqlite_writer_limits,
    .probe = sqlite_writer_probe,
    .lock = sqlite_writer_lock,
    .unlock = sqlite_writer_unlock,
    .begin = sqlite_writer_begin,
    .commit = sqlite_writer_commit,
    .rollback = sqlite_writer_rollback,
    .record_open = sqlite_writer_record_open,
    .record_append = sqlite_writer_record_append,
};

static const moult_iface *const interfaces[] = {&sqlite_dialect.head, &sqlite_reader.head,
                                                &sqlite_writer.head, NULL};

static const moult_plugin plugin = {
    .size = MOULT_END(moult_plugin, ifaces),
    .abi_major = MOULT_ABI_MAJOR,
    .abi_minor = MOULT_ABI_MINOR,
    .name = "sqlite",
    .version = MOULT_VERSION,
    .license = "Apache-2.0",
    .summary = "SQLite 3 database files",
    .ifaces = interfaces,
};

MOULT_PLUGIN_ENTRY(sqlite)
{
    /* STRICT tables, and PRAGMA table_list that tells of them, came with 3.37. */
    if (sqlite3_libversion_number() < 3037000) {
        sqlite_fail(host, err, MOULT_ERR_UNSUPPORTED,
                    "SQLite %s is too old: 3.37 or newer is needed", sqlite3_libversion());
        return NULL;
    }
    return &plugin;
}
