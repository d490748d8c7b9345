/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

bool confirm_possible(void)
{
    return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

int confirm_ask(struct cli *cli, const char *word, const char *question)
{
    if (!confirm_possible())
        return ANSWER_NONE;
    pthread_mutex_lock(&cli->terminal);
    progress_clear(cli);
    if (word)
        fprintf(stderr, "%s Type %s to go on: ", question, word);
    else
        fprintf(stderr, "%s [y/N] ", question);
    fflush(stderr);
    char *line = NULL;
    size_t cap = 0;
    ssize_t n = getline(&line, &cap, stdin);
    if (n < 0)
        fputc('\n', stderr);
    if (n > 0 && line[n - 1] == '\n')
        line[--n] = 0;
    bool yes =
        n > 0 && (word ? !strcmp(line, word) : !strcasecmp(line, "y") || !strcasecmp(line, "yes"));
    free(line);
    pthread_mutex_unlock(&cli->terminal);
    return yes && !*signals_flag() ? ANSWER_YES : ANSWER_NO;
}
