/* SPDX-License-Identifier: Apache-2.0 */
/* toy-host.h - a host of toys, made once for each version of the header. */
#ifndef TOY_HOST_H
#define TOY_HOST_H

#include <moult/abi.h>

struct toy_answers {
    uint16_t minor;       /* of the plugin */
    uint32_t size;        /* of the host's copy: what both know */
    uint64_t played;      /* play(3 times 7) */
    uint64_t played_many; /* play_many of 1, 2, 3, or the host's own loop */
    uint32_t colour;      /* 0: not offered */
};

typedef moult_status toy_host_fn(const moult_iface *iface, struct toy_answers *out,
                                 moult_error *err);
toy_host_fn toy_host_1_0, toy_host_1_1;

#endif
