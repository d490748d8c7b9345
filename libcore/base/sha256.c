/* SPDX-License-Identifier: Apache-2.0 */
#include "sha256.h"

#include <openssl/evp.h>
#include <stdlib.h>

#include "cleanup.h"

struct sha256 {
    EVP_MD_CTX *ctx;
    EVP_MD *md; /* fetched once: EVP_sha256() would look the provider up at each start */
};

struct sha256 *sha256_new(void)
{
    struct sha256 *h = calloc(1, sizeof *h);
    if (!h)
        return NULL;
    h->ctx = EVP_MD_CTX_new();
    h->md = EVP_MD_fetch(NULL, "SHA256", NULL);
    if (h->ctx && h->md)
        return h;
    sha256_free(h);
    return NULL;
}

void sha256_free(struct sha256 *h)
{
    if (!h)
        return;
    EVP_MD_CTX_free(h->ctx);
    EVP_MD_free(h->md);
    free(h);
}

bool sha256_start(struct sha256 *h)
{
    return EVP_DigestInit_ex2(h->ctx, h->md, NULL) == 1;
}

bool sha256_add(struct sha256 *h, const void *bytes, size_t n)
{
    return n == 0 || EVP_DigestUpdate(h->ctx, bytes, n) == 1;
}

bool sha256_add_field(struct sha256 *h, struct str s)
{
    uint8_t len[8];
    for (int i = 0; i < 8; i++)
        len[i] = (uint8_t)((uint64_t)s.n >> (56 - 8 * i));
    return sha256_add(h, len, sizeof len) && sha256_add(h, s.p, s.n);
}

bool sha256_end(struct sha256 *h, uint8_t out[32])
{
    return EVP_DigestFinal_ex(h->ctx, out, NULL) == 1;
}

void sha256_print(const uint8_t digest[32], char out[65])
{
    static const char digit[] = "0123456789abcdef";
    for (size_t i = 0; i < 32; i++) {
        out[2 * i] = digit[digest[i] >> 4];
        out[2 * i + 1] = digit[digest[i] & 15];
    }
    out[64] = 0;
}

bool sha256_hex(struct str s, char out[65])
{
    CLEANUP_SHA256 struct sha256 *h = sha256_new();
    uint8_t digest[32];
    if (!h || !sha256_start(h) || !sha256_add(h, s.p, s.n) || !sha256_end(h, digest))
        return false;
    sha256_print(digest, out);
    return true;
}

static int hex_value(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool sha256_parse(struct str hex, uint8_t out[32])
{
    if (hex.n != 64)
        return false;
    for (size_t i = 0; i < 32; i++) {
        int high = hex_value(hex.p[2 * i]), low = hex_value(hex.p[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}
