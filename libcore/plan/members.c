/* SPDX-License-Identifier: Apache-2.0 */
#include "members.h"

#include "../base/buf.h"
#include "../base/sha256.h"
#include "words.h"

static void print_place(struct buf *b, const struct at *at)
{
    if (!at)
        return;
    print_place(b, at->outer);
    if (at->key)
        buf_printf(b, "%s%s", b->n ? "." : "", at->key);
    else
        buf_printf(b, "[%zu]", at->index);
}

bool wrong(struct reader *r, const struct at *at, const char *what)
{
    CLEANUP_BUF struct buf place = {0};
    print_place(&place, at);
    if (r->status != MOULT_OK)
        return false;
    r->status = error_set(r->err, MOULT_ERR_INVALID, "%s is not a plan: %.*s %s", r->name,
                          STR_FMT(buf_view(&place)), what);
    error_detail(r->err, "file", "%s", r->name);
    error_detail(r->err, "hint",
                 "plans are written by \"moult plan -o FILE\" and not to be edited");
    return false;
}

bool no_memory(struct reader *r)
{
    if (r->status == MOULT_OK)
        r->status = error_nomem(r->err);
    return false;
}

bool members(struct reader *r, const struct at *at, const json_t *object, const char *const *keys)
{
    if (!json_is_object(object))
        return wrong(r, at, "is not an object");
    size_t found = 0;
    for (size_t i = 0; keys[i]; i++) {
        bool optional = keys[i][0] == '?', there = json_object_get(object, keys[i] + optional);
        found += there;
        if (!there && !optional)
            return wrong(r, &(struct at){at, keys[i], 0}, "is missing");
    }
    if (found == json_object_size(object))
        return true;
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        bool known = false;
        for (size_t i = 0; keys[i] && !known; i++)
            known = strcmp(key, keys[i] + (keys[i][0] == '?')) == 0;
        if (!known)
            return wrong(r, &(struct at){at, key, 0}, "is not known");
    }
    return false;
}

bool read_text(struct reader *r, const struct at *at, const json_t *j, struct str *out)
{
    if (!json_is_string(j))
        return wrong(r, at, "is not a string");
    *out = arena_str(&r->plan->arena, (struct str){json_string_value(j), json_string_length(j)});
    return out->p || no_memory(r);
}

bool member_text(struct reader *r, const struct at *at, const json_t *o, const char *key,
                 struct str *out)
{
    return read_text(r, &(struct at){at, key, 0}, json_object_get(o, key), out);
}

bool member_text_or_null(struct reader *r, const struct at *at, const json_t *o, const char *key,
                         struct str *out)
{
    *out = (struct str){0};
    return json_is_null(json_object_get(o, key)) || member_text(r, at, o, key, out);
}

bool member_boolean(struct reader *r, const struct at *at, const json_t *o, const char *key,
                    bool *out)
{
    const json_t *j = json_object_get(o, key);
    if (!json_is_boolean(j))
        return wrong(r, &(struct at){at, key, 0}, "is neither true nor false");
    *out = json_is_true(j);
    return true;
}

bool read_number(struct reader *r, const struct at *at, const json_t *j, uint64_t most,
                 uint64_t *out)
{
    if (!json_is_integer(j) || json_integer_value(j) < 0 || (uint64_t)json_integer_value(j) > most)
        return wrong(r, at, "is not a number of the kind expected");
    *out = (uint64_t)json_integer_value(j);
    return true;
}

bool member_number(struct reader *r, const struct at *at, const json_t *o, const char *key,
                   uint32_t *out)
{
    uint64_t n = 0;
    if (!read_number(r, &(struct at){at, key, 0}, json_object_get(o, key), UINT32_MAX, &n))
        return false;
    *out = (uint32_t)n;
    return true;
}

bool member_word(struct reader *r, const struct at *at, const json_t *o, const char *key,
                 const struct word *words, uint32_t *out)
{
    const char *name = json_string_value(json_object_get(o, key));
    *out = name ? word_value(words, name) : 0;
    return *out || wrong(r, &(struct at){at, key, 0}, "is not one of the known words");
}

/* A digest of 64 digits. */
bool member_digest(struct reader *r, const struct at *at, const json_t *o, const char *key,
                   char out[65])
{
    const json_t *j = json_object_get(o, key);
    struct str hex = {json_string_value(j), json_string_length(j)};
    uint8_t bytes[32];
    if (!hex.p || !sha256_parse(hex, bytes))
        return wrong(r, &(struct at){at, key, 0}, "is not a SHA-256 digest");
    memcpy(out, hex.p, 64);
    out[64] = 0;
    return true;
}

bool each_element(struct reader *r, const struct at *at, const json_t *o, const char *key,
                  element_fn *fn, void *arg)
{
    struct at here = {at, key, 0}, element = {&here, NULL, 0};
    const json_t *list = json_object_get(o, key);
    if (!json_is_array(list))
        return wrong(r, &here, "is not an array");
    for (; element.index < json_array_size(list); element.index++)
        if (!fn(r, &element, json_array_get(list, element.index), arg))
            return false;
    return true;
}

struct texts {
    struct str *items;
    size_t count, cap;
};

static bool add_text(struct reader *r, const struct at *at, const json_t *element, void *arg)
{
    struct texts *t = arg;
    struct str *slot = ARENA_PUSH(&r->plan->arena, t->items, t->count, t->cap);
    return slot ? read_text(r, at, element, slot) : no_memory(r);
}

bool member_texts(struct reader *r, const struct at *at, const json_t *o, const char *key,
                  struct str **items, size_t *count)
{
    struct texts t = {0};
    bool ok = each_element(r, at, o, key, add_text, &t);
    *items = t.items;
    *count = t.count;
    return ok;
}
