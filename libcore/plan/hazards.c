/* SPDX-License-Identifier: Apache-2.0 */
#include <moult/moult.h>

#include "hazards.h"

static const struct {
    const char *name, *help;
} hazards[] = {
#define NAMED(bit, id, name, help) [bit] = {name, help},
    MOULT_HAZARDS(NAMED)
#undef NAMED
};
#define HAZARD_COUNT (sizeof hazards / sizeof *hazards)

const char *moult_hazard_name(uint32_t i, const char **help)
{
    if (i >= HAZARD_COUNT)
        return NULL;
    if (help)
        *help = hazards[i].help;
    return hazards[i].name;
}

uint32_t hazard_bit(struct str name)
{
    for (uint32_t i = 0; i < HAZARD_COUNT; i++)
        if (str_is(name, hazards[i].name))
            return 1u << i;
    return 0;
}

void hazards_list(struct buf *b, uint32_t bits, const char *between)
{
    const char *sep = "";
    for (uint32_t i = 0; i < HAZARD_COUNT; i++) {
        if (!(bits & 1u << i))
            continue;
        buf_puts(b, sep);
        buf_puts(b, hazards[i].name);
        sep = between;
    }
}

static struct str trim(struct str s)
{
    while (s.n && (*s.p == ' ' || *s.p == '\t'))
        s = (struct str){s.p + 1, s.n - 1};
    while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
        s.n--;
    return s;
}

static moult_status unknown_hazard(struct str name, moult_error *err)
{
    CLEANUP_BUF struct buf known = {0};
    hazards_list(&known, UINT32_MAX, ", ");
    if (name.n)
        error_set(err, MOULT_ERR_CONFIG, "there is no hazard named \"%.*s\"", STR_FMT(name));
    else
        error_set(err, MOULT_ERR_CONFIG, "a list of hazards has an empty name");
    error_detail(err, "hint", "the hazards are %.*s; or \"all\"", STR_FMT(buf_view(&known)));
    return MOULT_ERR_CONFIG;
}

moult_status moult_hazards_parse(const char *names, uint32_t *out, moult_error *err)
{
    uint32_t all = (uint32_t)((UINT64_C(1) << HAZARD_COUNT) - 1), bits = 0;
    *out = 0;
    struct str rest = trim(str_of(names));
    while (rest.n) {
        const char *comma = memchr(rest.p, ',', rest.n);
        struct str name = {rest.p, comma ? (size_t)(comma - rest.p) : rest.n};
        rest = comma ? (struct str){comma + 1, rest.n - name.n - 1} : (struct str){0};
        name = trim(name);
        uint32_t bit = str_is(name, "all") ? all : hazard_bit(name);
        if (!bit || (comma && !trim(rest).n))
            return unknown_hazard(bit ? STR("") : name, err);
        bits |= bit;
    }
    *out = bits;
    return MOULT_OK;
}
