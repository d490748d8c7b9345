/* SPDX-License-Identifier: Apache-2.0 */
/* toy.h 1.0 - frozen.  A kind of interface that exists to prove the growth rules: what was true when
 * this header was made stays true for every host and plugin made with it.  Never change it; the next
 * version is another file. */
#ifndef TOY_H
#define TOY_H

#include <moult/abi.h>

#define TOY_MAJOR 1
#define TOY_MINOR 0

/* What the host lends to toys. */
typedef struct toy_host {
    uint32_t size;
    uint32_t reserved;
    uint64_t (*add)(uint64_t a, uint64_t b);
} toy_host;

/* What the host tells with a call; made by the host. */
typedef struct toy_call {
    uint32_t size;
    uint32_t times; /* a 32-bit field last: in the padding after it a later field may lie */
} toy_call;

typedef struct toy {
    moult_iface head;
    /* 1.0, required */
    uint64_t (*play)(const toy_host *host, const toy_call *call, uint64_t with);
    /* 1.0, optional */
    uint32_t (*colour)(void);
} toy;

#define TOY_REQUIRED MOULT_END(toy, colour) /* of major 1, whatever the minor */
#define TOY_LATEST MOULT_END(toy, colour)
#define TOY_HOST_LATEST MOULT_END(toy_host, add)
#define TOY_CALL_LATEST MOULT_END(toy_call, times)

#endif
