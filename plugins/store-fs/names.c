/* SPDX-License-Identifier: Apache-2.0 */
#include "names.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PIECE 200 /* bytes of a file name; most systems take 255 */
#define ENDING ".ref"

static bool plain(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c >= 0x80;
}

/* LEN bytes of NAME below ROOT; "/" stays.  Escapes are never cut in two. */
static char *path_of(const char *root, const char *name, size_t len, const char *ending)
{
    static const char digit[] = "0123456789ABCDEF";
    size_t n = strlen(root), rest = strlen(ending) + 1;
    char *path = malloc(n + 4 * len + 2 + rest), *p = path; /* %XX, and "+/" less often than once a byte */
    if (!path)
        return NULL;
    memcpy(p, root, n);
    p += n;
    *p++ = '/';
    size_t piece = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)name[i];
        if (c != '/' && piece >= PIECE) {
            *p++ = '+';
            *p++ = '/';
            piece = 0;
        }
        if (c == '/' || plain(c)) {
            *p++ = (char)c;
            piece = c == '/' ? 0 : piece + 1;
        } else {
            *p++ = '%';
            *p++ = digit[c >> 4];
            *p++ = digit[c & 15];
            piece += 3;
        }
    }
    memcpy(p, ending, rest);
    return path;
}

char *fs_ref_path(const char *root, const char *name)
{
    return path_of(root, name, strlen(name), ENDING);
}

char *fs_ref_folder(const char *root, const char *prefix)
{
    const char *slash = strrchr(prefix, '/');
    char *path = path_of(root, prefix, slash ? (size_t)(slash - prefix) : 0, "");
    if (path && !slash)
        path[strlen(path) - 1] = 0; /* the root itself */
    return path;
}

static int hex(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

char *fs_ref_name(const char *path, bool *foreign)
{
    size_t n = strlen(path), end = sizeof ENDING - 1;
    *foreign = n <= end || strcmp(path + n - end, ENDING) != 0;
    char *name = *foreign ? NULL : malloc(n + 1), *p = name;
    if (!name)
        return NULL;
    for (size_t i = 0; i < n - end && !*foreign; i++) {
        int high, low;
        if (path[i] == '+' && path[i + 1] == '/')
            i++;
        else if (path[i] == '/' || plain((unsigned char)path[i]))
            *p++ = path[i];
        else if (path[i] == '%' && (high = hex(path[i + 1])) >= 0 &&
                 (low = hex(path[i + 2])) >= 0) {
            *p++ = (char)(high * 16 + low);
            i += 2;
        } else
            *foreign = true;
    }
    *p = 0;
    if (!*foreign)
        return name;
    free(name);
    return NULL;
}
