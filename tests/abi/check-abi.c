/* SPDX-License-Identifier: Apache-2.0 */
/* The growth rules, in every pairing of an old and a new side:
 *
 *   host 1.0, plugin 1.0   the first day
 *   host 1.0, plugin 1.1   the host sees the slots it knows; the plugin does without what is not lent
 *   host 1.1, plugin 1.0   slots that the plugin has not are NULL, and the host does it itself
 *   host 1.1, plugin 1.1   both use what is new
 *
 * Then a plugin of another major, and one whose struct is shorter than its major's first. */
#include <stdio.h>
#include <sys/stat.h>

#include "../hostile/modules.h"
#include "toy-host.h"

/* What both headers must agree on, for ever and on every platform. */
#include "v1.0/toy.h"
#define TOY_1_0_REQUIRED TOY_REQUIRED
_Static_assert(MOULT_END(toy_call, times) == 8, "toy_call 1.0 ends at 8");
_Static_assert(offsetof(moult_iface, reserved) == 12, "the head is frozen");
_Static_assert(offsetof(moult_iface, caps) == 16, "the head is frozen");
_Static_assert(offsetof(moult_iface, kind) == 32, "the head is frozen");
_Static_assert(offsetof(moult_iface, params) == 32 + 3 * sizeof(void *), "the head is frozen");
_Static_assert(offsetof(toy, play) == MOULT_END(moult_iface, params), "no padding after the head");

static const struct pairing {
    const char *plugin;
    toy_host_fn *host;
    uint16_t minor;
    uint64_t played, played_many;
} pairings[] = {
    {"toy-1.0", toy_host_1_0, 0, 21, 0},
    {"toy-1.1", toy_host_1_0, 1, 21, 0},  /* `twice` is not told: it lies beyond the call's size */
    {"toy-1.0", toy_host_1_1, 0, 21, 18}, /* the host's loop; an old toy knows no `twice` */
    {"toy-1.1", toy_host_1_1, 1, 42, 1036},
};

static const moult_iface *toy_of(moult *m, const char *name)
{
    struct loaded loaded;
    moult_status s = load(m, module(name, name), &loaded);
    ck_assert_msg(s == MOULT_OK, "%s", moult_error_message(err));
    return loaded.ifaces[0];
}

START_TEST(pairing)
{
    const struct pairing *p = &pairings[_i];
    moult *m = open_toml("");
    struct toy_answers a = {0};
    ck_assert_int_eq(p->host(toy_of(m, p->plugin), &a, err), MOULT_OK);
    ck_assert_uint_eq(a.minor, p->minor);
    ck_assert_uint_eq(a.played, p->played);
    ck_assert_uint_eq(a.played_many, p->played_many);
    ck_assert_uint_eq(a.colour, 0);
    ck_assert_uint_ge(a.size, TOY_1_0_REQUIRED);
    moult_free(m);
}
END_TEST

START_TEST(another_major_is_refused)
{
    moult *m = open_toml("");
    struct toy_answers a;
    toy copy = *(const toy *)(const void *)toy_of(m, "toy-1.0");
    copy.head.major = 2;
    ck_assert_int_eq(toy_host_1_1(&copy.head, &a, err), MOULT_ERR_UNSUPPORTED);
    ck_message("interface test/toy:toy is of version 2.0, this moult speaks 1.1");
    moult_free(m);
}
END_TEST

START_TEST(shorter_than_the_first_is_refused)
{
    moult *m = open_toml("");
    struct toy_answers a;
    toy copy = *(const toy *)(const void *)toy_of(m, "toy-1.0");
    copy.head.size = MOULT_END(toy, play);
    ck_assert_int_eq(toy_host_1_1(&copy.head, &a, err), MOULT_ERR_INVALID);
    ck_message("bytes, version 1.0 has");
    copy = *(const toy *)(const void *)toy_of(m, "toy-1.0");
    copy.play = NULL;
    ck_assert_int_eq(toy_host_1_0(&copy.head, &a, err), MOULT_ERR_INVALID);
    ck_message("it lacks \"play\"");
    moult_free(m);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("abi");
    TCase *t = tcase_create("pairings");
    tcase_add_checked_fixture(t, setup_modules, teardown);
    tcase_add_loop_test(t, pairing, 0, 4);
    tcase_add_test(t, another_major_is_refused);
    tcase_add_test(t, shorter_than_the_first_is_refused);
    suite_add_tcase(s, t);
    return run_suite(s);
}
