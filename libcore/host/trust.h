/* SPDX-License-Identifier: Apache-2.0 */
/* trust.h - which configuration files, and plugins that these name by path, the user has accepted. */
#ifndef MOULT_HOST_TRUST_H
#define MOULT_HOST_TRUST_H

#include "../base/error.h"

/* The SHA-256 under which the file at PATH (absolute, without links) was accepted; OUT "" if never. */
moult_status trust_lookup(const char *path, char out[65], moult_error *err);

#endif
