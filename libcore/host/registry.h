/* SPDX-License-Identifier: Apache-2.0 */
/* registry.h - the plugins that there are: found by manifests, by moult.toml, or built in. */
#ifndef MOULT_HOST_REGISTRY_H
#define MOULT_HOST_REGISTRY_H

#include "host.h"

struct entry {
    const char *name, *module, *version, *summary;
    const char *package;   /* to install for it, or NULL */
    const char **provides; /* "dialect:sqlite" */
    size_t provide_count;
    const char **schemes;
    size_t scheme_count;
    const char *manifest; /* path, "built in", or "moult.toml" */
    const char *file;     /* absolute path of the module; "" = built in */
    const char *sha256;   /* what the file must have, or NULL */
    const char *state;    /* NULL: available; else why it cannot be used */
    bool by_path;         /* named by moult.toml: only opened if that was accepted */
    bool opened;
    struct loaded loaded;
};

struct registry {
    struct entry *entries; /* sorted by name */
    size_t count, cap;
    bool names_checked; /* `enable` and [plugins.NAME] name plugins that there are */
};

/* registry.c.  The caller of entry_open holds m->mutex, or is alone. */
moult_status registry_fill(struct moult *m, moult_error *err);
struct entry *registry_entry(struct moult *m, const char *name);
moult_status entry_open(struct moult *m, struct entry *e, moult_error *err);
/* Why a plugin by path is not trusted; NULL: it is.  Texts of the arena of m. */
const char *entry_distrust(struct moult *m, const struct entry *e);
/* The plugin that IFACE is of, or NULL. */
const struct loaded *registry_plugin_of(struct moult *m, const moult_iface *iface);
/* How to get a plugin that serves KIND:NAME, or NULL; KIND may be "scheme". */
const char *well_known_package(const char *kind, const char *name);

/* manifest.c: adds the manifests of the folder DIR; those of an OVERRIDING folder mask (by an empty
 * file) or replace what is there.  A manifest that is wrong makes an entry whose state says so. */
moult_status manifests_add(struct moult *m, const char *dir, bool overriding, moult_error *err);
struct entry *registry_add(struct moult *m, const char *name);

/* settings.c: every key of a section that holds parameters is one of the plugin's. */
moult_status settings_check_section(struct moult *m, const char *section,
                                    const struct loaded *plugin, moult_error *err);

/* shown.c: TEXT with what looks like a password hidden; .p NULL: out of memory. */
struct str text_shown(struct arena *a, struct str text);

#endif
