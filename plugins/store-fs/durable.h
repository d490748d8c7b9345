/* SPDX-License-Identifier: Apache-2.0 */
/* durable.h - files that are there as a whole or not at all, even after a power cut.  Every
 * function returns 0 or an errno. */
#ifndef MOULT_STORE_FS_DURABLE_H
#define MOULT_STORE_FS_DURABLE_H

#include <stddef.h>

/* PATH and the folders above it, each known to the folder above it before the next is made. */
int fs_make_folder(const char *path);
/* Writes the bytes beside PATH, flushes them, takes the place of PATH, flushes the folder. */
int fs_write_file(const char *path, const char *bytes, size_t len);
/* The whole file, from malloc, with a closing zero. */
int fs_read_file(const char *path, char **bytes, size_t *len);
/* Removes PATH; that it is not there is no error. */
int fs_remove_file(const char *path);
/* Flushes the folder that PATH lies in. */
int fs_flush_folder_of(const char *path);

#endif
