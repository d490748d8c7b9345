/* SPDX-License-Identifier: Apache-2.0 */
/* sha256.h - SHA-256 by OpenSSL's libcrypto, with one context reused for many digests. */
#ifndef MOULT_BASE_SHA256_H
#define MOULT_BASE_SHA256_H

#include <stdint.h>

#include "str.h"

struct sha256; /* not to be shared by threads */

struct sha256 *sha256_new(void); /* NULL: libcrypto failed or no memory */
void sha256_free(struct sha256 *h);
static inline void cleanup_sha256(struct sha256 **h)
{
    sha256_free(*h);
}
#define CLEANUP_SHA256 __attribute__((cleanup(cleanup_sha256)))

/* Each false: libcrypto failed. */
bool sha256_start(struct sha256 *h);
bool sha256_add(struct sha256 *h, const void *bytes, size_t n);
/* Length as 8 bytes, most significant first, then the bytes. */
bool sha256_add_field(struct sha256 *h, struct str s);
bool sha256_end(struct sha256 *h, uint8_t out[32]);

/* The digest of one piece, as 64 hex digits and a zero. */
bool sha256_hex(struct str s, char out[65]);
void sha256_print(const uint8_t digest[32], char out[65]);
/* false: not 64 lower-case hex digits. */
bool sha256_parse(struct str hex, uint8_t out[32]);

#endif
