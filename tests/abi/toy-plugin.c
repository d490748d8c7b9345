/* SPDX-License-Identifier: Apache-2.0 */
/* toy-plugin.c - the toy of the version whose header is first in the include path. */
#include "toy.h"

static uint64_t play(const toy_host *host, const toy_call *call, uint64_t with)
{
    uint64_t sum = 0;
#if TOY_MINOR >= 1
    /* An older host lends no multiply, and tells nothing of `twice`: look before touching. */
    if (MOULT_HAS(toy_host, host, multiply))
        sum = host->multiply(with, call->times);
    else
#endif
        for (uint32_t i = 0; i < call->times; i++)
            sum = host->add(sum, with);
#if TOY_MINOR >= 1
    if (MOULT_HAS(toy_call, call, twice))
        sum = host->add(sum, sum);
#endif
    return sum;
}

#if TOY_MINOR >= 1
static uint64_t play_many(const toy_host *host, const toy_call *call, const uint64_t *with,
                          uint32_t count)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < count; i++)
        sum = host->add(sum, play(host, call, with[i]));
    return host->add(sum, 1000); /* so that the test sees who did it */
}
#endif

static const toy ours = {
    .head = {.size = TOY_LATEST,
             .major = TOY_MAJOR,
             .minor = TOY_MINOR,
             .threading = MOULT_THREAD_FREE,
             .caps = UINT64_C(1) << 40,
             .kind = "test/toy",
             .name = "toy",
             .summary = "a toy"},
    .play = play,
#if TOY_MINOR >= 1
    .play_many = play_many,
#endif
};

static const moult_iface *const ifaces[] = {&ours.head, NULL};
static const moult_plugin descriptor = {
    .size = MOULT_END(moult_plugin, ifaces),
    .abi_major = MOULT_ABI_MAJOR,
    .abi_minor = MOULT_ABI_MINOR,
    .name = "toy",
    .version = "1",
    .license = "Apache-2.0",
    .summary = "a toy",
    .ifaces = ifaces,
};

MOULT_EXPORT const moult_plugin *moult_plugin_v0(const moult_host *host, moult_error *err);
const moult_plugin *moult_plugin_v0(const moult_host *host, moult_error *err)
{
    (void)host;
    (void)err;
    return &descriptor;
}
