/* SPDX-License-Identifier: Apache-2.0 */
/* broken-store.c - the memory store with three defects, which the conformance suite has to find. */
#include "../plugins/memory-store.c" /* NOLINT(bugprone-suspicious-include): changed in parts */

/* Points NAME to KEY whatever it points to. */
static moult_status careless_swap(moult_session *s, const char *name, const char *expect,
                                  const char *key, moult_error *err)
{
    char now[65];
    moult_status st = ref_get(s, name, now, NULL);
    (void)expect;
    if (st && st != MOULT_ERR_NOT_FOUND)
        return memory_fail(s->host, err, st, "cannot read the reference");
    return ref_swap(s, name, st ? NULL : now, key, err);
}

static moult_status loud_remove(moult_session *s, const char *key, moult_error *err)
{
    puts("removing an object");
    return drop(s, key, err);
}

static moult_status crashing_list(moult_session *s, const char *prefix, moult_name_fn *fn,
                                  void *arg, moult_error *err)
{
    if (*prefix)
        abort();
    return ref_list(s, prefix, fn, arg, err);
}

MOULT_PLUGIN_ENTRY(broken_store)
{
    static moult_store broken;
    static const moult_iface *const interfaces[] = {&broken.head, NULL};
    static const moult_plugin descriptor = {
        .size = MOULT_END(moult_plugin, ifaces),
        .abi_major = MOULT_ABI_MAJOR,
        .abi_minor = MOULT_ABI_MINOR,
        .name = "broken-store",
        .version = MOULT_VERSION,
        .license = "Apache-2.0",
        .summary = "a store that breaks rules",
        .ifaces = interfaces,
    };
    (void)host, (void)err;
    broken = store;
    broken.head.name = "broken-store";
    broken.ref_swap = careless_swap;
    broken.remove = loud_remove;
    broken.ref_list = crashing_list;
    return &descriptor;
}
