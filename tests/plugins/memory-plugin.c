/* SPDX-License-Identifier: Apache-2.0 */
/* memory-plugin.c - the descriptor of the memory adapter. */
#include "memory.h"

static const moult_iface *const ifaces[] = {&memory_dialect.head, &memory_reader.head,
                                            &memory_writer.head, NULL};

static const moult_plugin plugin = {
    .size = MOULT_END(moult_plugin, ifaces),
    .abi_major = MOULT_ABI_MAJOR,
    .abi_minor = MOULT_ABI_MINOR,
    .name = MEMORY_NAME,
    .version = MOULT_VERSION,
    .license = "Apache-2.0",
    .summary = "a database in a JSON file, for tests",
    .ifaces = ifaces,
};

#ifdef MEMORY_TXN
MOULT_PLUGIN_ENTRY(memory_txn)
#else
MOULT_PLUGIN_ENTRY(memory)
#endif
{
    (void)host, (void)err;
    return &plugin;
}
