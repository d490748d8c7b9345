/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz-snapshot - libFuzzer target: any bytes as a snapshot.  What is accepted must survive being written
 * and read again, and comparing it with itself must find nothing. */
#include <stdint.h>
#include <stdlib.h>

#include "../../libcore/base/buf.h"
#include "../../libcore/schema/delta.h"

static moult_status collect(void *arg, const char *bytes, size_t len)
{
    buf_add(arg, bytes, len);
    return MOULT_OK;
}

static void must(bool held)
{
    if (!held)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP_ERROR moult_error *err = moult_error_new();
    CLEANUP_TREE moult_tree *tree = NULL;
    if (tree_read_json((struct str){(const char *)data, size}, "fuzz", &tree, err) != MOULT_OK)
        return 0;
    CLEANUP_BUF struct buf first = {0}, second = {0};
    must(tree_write_json(tree, collect, &first, err) == MOULT_OK);
    CLEANUP_TREE moult_tree *again = NULL;
    must(tree_read_json(buf_view(&first), "again", &again, err) == MOULT_OK);
    must(tree_write_json(again, collect, &second, err) == MOULT_OK);
    must(str_eq(buf_view(&first), buf_view(&second)));
    CLEANUP_DELTA struct moult_delta *delta = NULL;
    must(delta_make(tree, again, true, &delta, err) == MOULT_OK && delta->change_count == 0);
    return 0;
}
