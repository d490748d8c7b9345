/* SPDX-License-Identifier: Apache-2.0 */
/* names.h - reference names as file names, and back.
 *
 * Each part of a name becomes a folder, the last one a file: letters, digits, "-", "_" and bytes
 * above 0x7f stay, every other byte is %XX; what is longer than file systems take is cut into
 * folders whose names end in "+".  The file's name ends in ".ref", so that a reference may be
 * called as the folder of others.  All of that is one to one. */
#ifndef MOULT_STORE_FS_NAMES_H
#define MOULT_STORE_FS_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/* ROOT/the file of the reference NAME, from malloc; NULL = out of memory. */
char *fs_ref_path(const char *root, const char *name);
/* ROOT/the deepest folder that holds every reference beginning with PREFIX. */
char *fs_ref_folder(const char *root, const char *prefix);
/* NAME of the file at PATH, relative to the root, from malloc.  NULL: it is no reference's
 * (*FOREIGN), or out of memory. */
char *fs_ref_name(const char *path, bool *foreign);

#endif
