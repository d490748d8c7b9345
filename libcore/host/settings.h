/* SPDX-License-Identifier: Apache-2.0 */
/* settings.h - the checked settings of an interface, as its plugin sees them. */
#ifndef MOULT_HOST_SETTINGS_H
#define MOULT_HOST_SETTINGS_H

#include <moult/abi.h>

/* A declared parameter's value, or NULL: unset and without default, or not declared. */
const char *settings_get(const moult_config *config, const char *name);

#endif
