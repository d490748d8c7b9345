/* SPDX-License-Identifier: Apache-2.0 */
/* modules.h - real modules in the test's folder. */
#ifndef HOSTILE_MODULES_H
#define HOSTILE_MODULES_H

#include "../unit/host-fixture.h"

/* Makes folder/lib, where `want` looks for modules, and a manifest for the plugin "fine". */
void setup_modules(void);
/* Copies a built module to folder/lib/AS.so; its path, in a static ring. */
const char *module(const char *name, const char *as);
/* Loads folder/lib/NAME.so by its path, through m. */
moult_status load(moult *m, const char *path, struct loaded *out);

#endif
