/* SPDX-License-Identifier: Apache-2.0 */
/* plugin.h - the part of moult plugin that lies in a file of its own. */
#ifndef MOULT_CLI_PLUGIN_H
#define MOULT_CLI_PLUGIN_H

#include "options.h"

extern const struct command command_plugin_new; /* plugin_new.c */

#endif
