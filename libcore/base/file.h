/* SPDX-License-Identifier: Apache-2.0 */
/* file.h - whole files in and out; the reasons of failures go into the error slot. */
#ifndef MOULT_BASE_FILE_H
#define MOULT_BASE_FILE_H

#include <moult/abi.h>

#include "arena.h"
#include "buf.h"

/* The whole file into OUT.  MOULT_ERR_NOT_FOUND or MOULT_ERR_CONFIG (unreadable, a directory), with
 * details "file" and "hint"; MOULT_ERR_IO for a read error. */
moult_status file_read(const char *path, struct buf *out, moult_error *err);
/* Replaces PATH with BYTES as one: written beside it, flushed to disk, renamed, the folder flushed.
 * On failure the old content stays and nothing is left beside it. */
moult_status file_write(const char *path, struct str bytes, moult_error *err);
/* PATH and what is missing above it, mode 0777 less umask. */
moult_status file_mkdirs(const char *path, moult_error *err);
bool file_is_dir(const char *path);
bool file_exists(const char *path);
/* DIR/NAME in A. */
struct str file_join(struct arena *a, const char *dir, const char *name);

#endif
