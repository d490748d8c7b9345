/* SPDX-License-Identifier: Apache-2.0 */
/* signals.c - SIGINT and SIGTERM ask the work to stop where it safely can; a second one kills,
 * which loses nothing either: the next command finishes or takes back what was begun. */
#include <signal.h>

#include "cli.h"

static volatile int stop;

static void ask_to_stop(int sig)
{
    (void)sig;
    stop = 1;
}

void signals_install(void)
{
    /* Without SA_RESTART: a question that waits for an answer ends. */
    struct sigaction once = {.sa_handler = ask_to_stop, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&once.sa_mask);
    sigaction(SIGINT, &once, NULL);
    sigaction(SIGTERM, &once, NULL);
    /* A reader that went away is a write error with a message and an exit code. */
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigemptyset(&ignore.sa_mask);
    sigaction(SIGPIPE, &ignore, NULL);
}

const volatile int *signals_flag(void)
{
    return &stop;
}
