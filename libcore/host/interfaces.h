/* SPDX-License-Identifier: Apache-2.0 */
/* interfaces.h - what the host asks of an interface before it calls it. */
#ifndef MOULT_HOST_INTERFACES_H
#define MOULT_HOST_INTERFACES_H

#include <moult/abi.h>
#include <stdbool.h>

struct iface_slot {
    const char *name;
    size_t offset;
};

/* A kind of interface as this host knows it. */
struct iface_kind {
    const char *name; /* "dialect" */
    uint64_t needs;   /* bits of `needs` that this host fulfils */
    const struct iface_slot *slots; /* required ones */
    size_t slot_count;
    /* An interface's size is at least this: the end of the major's first minor. */
    uint32_t required;
    uint32_t size; /* of the host's own struct */
    uint16_t major, minor;
    bool exact;    /* until 1.0: the minor number must be equal too */
    bool any_slot; /* one of the slots is enough */
};

extern const struct iface_kind iface_kinds[];
extern const size_t iface_kind_count;
const struct iface_kind *iface_kind_find(const char *name); /* NULL: not known */

/* The head alone, which is all that can be asked of a kind that the host does not know. */
moult_status iface_check_head(const moult_iface *iface, moult_error *err);
/* Head, numbers, size, needs, slots, parameters.  MOULT_ERR_UNSUPPORTED or MOULT_ERR_INVALID. */
moult_status iface_check(const struct iface_kind *kind, const moult_iface *iface, moult_error *err);
/* Into OWN, kind->size bytes: what both know; zero is the rest.  `threading` is rounded. */
void iface_copy(const struct iface_kind *kind, const moult_iface *iface, void *own);
/* Down to the next stricter value that is known. */
uint32_t iface_threading(uint32_t declared);

/* The descriptor itself, and that (kind, name) is unique among its interfaces. */
moult_status descriptor_check(const moult_plugin *plugin, moult_error *err);
/* Lower-case letters, digits and "-", 1 to 64 of them, no "-" at the start: names of plugins, modules,
 * interfaces. */
bool plugin_name_ok(const char *name);
/* Does TEXT spell a value of TYPE (MOULT_PARAM_*)? */
bool param_value_ok(uint32_t type, const char *text);

#endif
