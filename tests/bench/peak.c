/* SPDX-License-Identifier: Apache-2.0 */
/* peak.c - runs a command and prints its peak memory in MiB.
 *
 * usage: peak COMMAND...
 *
 * A process begins with the peak of the one that it was forked from: a small one tells the command's own.  What the
 * command writes to its standard output is thrown away; peak's exit code is the command's. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc < 2) {
        fputs("usage: peak COMMAND...\n", stderr);
        return 2;
    }
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY);
        if (null >= 0)
            dup2(null, STDOUT_FILENO);
        execvp(argv[1], argv + 1);
        perror(argv[1]);
        _exit(127);
    }
    int status;
    struct rusage used;
    if (pid < 0 || wait4(pid, &status, 0, &used) != pid) {
        perror("peak");
        return 1;
    }
    printf("%.1f\n", (double)used.ru_maxrss / 1024);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
