/* SPDX-License-Identifier: Apache-2.0 */
/* toy-host.c - the host of the version whose header is first in the include path.  It uses the checks
 * and the copy that libcore uses for the real kinds. */
#include "toy-host.h"

#include "../../libcore/host/interfaces.h"
#include "toy.h"

#if TOY_MINOR == 0
#define THIS_HOST toy_host_1_0
#else
#define THIS_HOST toy_host_1_1
#endif

static uint64_t add(uint64_t a, uint64_t b)
{
    return a + b;
}

#if TOY_MINOR >= 1
static uint64_t multiply(uint64_t a, uint64_t b)
{
    return a * b;
}
#endif

moult_status THIS_HOST(const moult_iface *iface, struct toy_answers *out, moult_error *err)
{
    static const struct iface_slot slots[] = {{"play", offsetof(toy, play)}};
    static const struct iface_kind kind = {
        .name = "test/toy",
        .major = TOY_MAJOR,
        .minor = TOY_MINOR,
        .required = TOY_REQUIRED,
        .size = sizeof(toy),
        .slots = slots,
        .slot_count = 1,
    };
    moult_status s = iface_check(&kind, iface, err);
    if (s)
        return s;
    toy own;
    iface_copy(&kind, iface, &own);
    const toy_host host = {
        .size = TOY_HOST_LATEST,
        .add = add,
#if TOY_MINOR >= 1
        .multiply = multiply,
#endif
    };
    const toy_call call = {
        .size = TOY_CALL_LATEST,
        .times = 3,
#if TOY_MINOR >= 1
        .twice = 1,
#endif
    };
    out->minor = own.head.minor;
    out->size = own.head.size;
    out->played = own.play(&host, &call, 7);
    out->colour = own.colour ? own.colour() : 0;
    out->played_many = 0;
#if TOY_MINOR >= 1
    static const uint64_t with[] = {1, 2, 3};
    if (own.play_many) {
        out->played_many = own.play_many(&host, &call, with, 3);
        return MOULT_OK;
    }
    for (int i = 0; i < 3; i++)
        out->played_many += own.play(&host, &call, with[i]);
#endif
    return MOULT_OK;
}
