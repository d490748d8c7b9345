/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz-config - libFuzzer target: any bytes as moult.toml.  What is accepted must be shown in a form
 * that is accepted again. */
#include <moult/moult.h>
#include <stdint.h>
#include <stdlib.h>

#include "../../libcore/host/config.h"

static void must(bool held)
{
    if (!held)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* The first byte is a --set option's length, so that options are tried too. */
    size_t n = size ? data[0] : 0;
    if (size < n + 1)
        return 0;
    CLEANUP_BUF struct buf option = {0};
    buf_add(&option, (const char *)data + 1, n);
    const char *const set[] = {option.p, NULL};
    const moult_options options = {.size = MOULT_END(moult_options, cancel),
                                   .set = n && !memchr(option.p, 0, n) ? set : NULL};
    CLEANUP_ERROR moult_error *err = moult_error_new();
    struct config *c = NULL;
    moult_status s = config_load_text(
        &options, (struct str){(const char *)data + n + 1, size - n - 1}, "fuzz.toml", &c, err);
    must((s == MOULT_OK) == (c != NULL));
    must(s == MOULT_OK || *moult_error_message(err));
    if (!c)
        return 0;
    const char *url;
    (void)!config_string(c, "database.app.url", &url, err);
    CLEANUP_BUF struct buf text = {0};
    for (const struct config_value *v = c->root->first; v; v = v->next) {
        buf_printf(&text, "%s = ", v->key);
        config_write(&text, v);
        buf_char(&text, '\n');
    }
    struct config_value *again = NULL;
    struct arena a = {0};
    must(toml_parse(&a, buf_view(&text), "again", &again, err) == MOULT_OK);
    must(config_check(again, "again", err) == MOULT_OK);
    arena_free(&a);
    config_free(c);
    return 0;
}
