/* SPDX-License-Identifier: Apache-2.0 */
/* suite.c - runs checks, each in a process of its own, so that a crash or a hang is a result like
 * any other, and tells what came of them as TAP. */
#include "suite.h"

#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define EXIT_CHECK_FAILED 101
#define EXIT_NOT_APPLICABLE 102

/* ---- in the check's process ---- */

static void report(const struct run *r, const char *fmt, va_list ap)
{
    CLEANUP_BUF struct buf b = {0};
    buf_vprintf(&b, fmt, ap);
    for (size_t i = 0; i < b.n; i++)
        if (b.p[i] == '\n')
            b.p[i] = ' ';
    size_t done = 0;
    while (done < b.n) {
        ssize_t n = write(r->report, b.p + done, b.n - done);
        if (n <= 0)
            break;
        done += (size_t)n;
    }
}

void check_fail(struct run *r, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    report(r, fmt, ap);
    va_end(ap);
    _exit(EXIT_CHECK_FAILED);
}

void check_not_applicable(struct run *r, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    report(r, fmt, ap);
    va_end(ap);
    _exit(EXIT_NOT_APPLICABLE);
}

void check_ok(struct run *r, moult_status code, const char *what)
{
    if (code == MOULT_OK)
        return;
    CLEANUP_BUF struct buf more = {0};
    const char *key, *value;
    for (uint32_t i = 0; (key = moult_error_detail_at(r->err, i, &value)); i++)
        buf_printf(&more, "; %s: %s", key, value);
    check_fail(r, "%s gave %d: %s%s", what, (int)code, moult_error_message(r->err),
               buf_view(&more).p);
}

void check_fails(struct run *r, moult_status code, moult_status wanted, const char *what)
{
    const char *message = moult_error_message(r->err);
    REQUIRE(r, code != MOULT_OK, "%s succeeded and should have failed", what);
    REQUIRE(r, !wanted || code == wanted, "%s gave %d instead of %d: %s", what, (int)code,
            (int)wanted, message);
    REQUIRE(r, *message, "%s gave %d without an error message", what, (int)code);
    REQUIRE(r, moult_error_code(r->err) == code, "%s gave %d, its error says %d: %s", what,
            (int)code, (int)moult_error_code(r->err), message);
}

/* What a check prints goes to a file: plugins print nothing. */
static void become_check(struct suite *s, const struct check *check, struct run *r,
                         const char *output)
{
    int fd = open(output, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
        _exit(EXIT_CHECK_FAILED);
    signal(SIGALRM, SIG_DFL);
    alarm(s->timeout);
    r->err = moult_error_new();
    if (!r->err)
        check_fail(r, "out of memory");
    check->run(r);
    moult_free(r->m);
    moult_error_free(r->err);
    exit(0);
}

/* ---- in the suite's ---- */

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *f)
{
    (void)st, (void)type, (void)f;
    return remove(path);
}

static int open_one(const char *path, const struct stat *st, int type, struct FTW *f)
{
    (void)st, (void)f;
    return type == FTW_DNR || type == FTW_D ? chmod(path, 0700) : 0;
}

void remove_folder(const char *path)
{
    nftw(path, open_one, 16, FTW_PHYS);
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void say(struct suite *s, const char *name, const char *state, const char *why)
{
    s->number++;
    bool good = strcmp(state, "ok") == 0;
    good ? s->passed++ : s->failed++;
    printf("%sok %u - %s%s%s\n", good ? "" : "not ", s->number, name, good ? "" : " # ",
           good ? "" : why);
}

/* No test: there is nothing that could be true or false. */
static void leave_out(struct suite *s, const char *name, const char *why)
{
    s->left_out++;
    printf("# does not apply: %s: %s\n", name, why);
}

void suite_tell(struct suite *s, const char *name, const char *why)
{
    say(s, name, why ? "not ok" : "ok", why);
}

static size_t slurp(int fd, char *out, size_t room)
{
    size_t n = 0;
    ssize_t got;
    char rest[512];
    while ((got = read(fd, n < room ? out + n : rest, n < room ? room - n : sizeof rest)) > 0)
        n += n < room ? (size_t)got : 0;
    out[n] = 0;
    return n;
}

/* Shows what a check printed; true: it printed something. */
static bool show_output(const char *path)
{
    CLEANUP_FCLOSE FILE *f = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;
    bool any = false;
    while (f && getline(&line, &room, f) > 0) {
        line[strcspn(line, "\n")] = 0;
        printf("# %s\n", line);
        any = true;
    }
    free(line);
    return any;
}

static void tell_end(struct suite *s, const char *name, int status, const char *said, bool printed)
{
    char why[200];
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
        snprintf(why, sizeof why, "it took more than %u seconds", s->timeout);
    else if (WIFSIGNALED(status))
        snprintf(why, sizeof why, "it crashed: signal %d, %s", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    else
        snprintf(why, sizeof why, "it ended the process with exit code %d", WEXITSTATUS(status));
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    if (code == EXIT_NOT_APPLICABLE)
        leave_out(s, name, said);
    else if (code == EXIT_CHECK_FAILED)
        say(s, name, "not ok", said);
    else if (code != 0)
        say(s, name, "not ok", why);
    else
        say(s, name, printed ? "not ok" : "ok", "a plugin prints nothing; see above");
}

static void run_one(struct suite *s, const struct check *check, const moult_iface *iface,
                    size_t index, const char *name)
{
    char folder[1024], output[1024], said[2048];
    int ends[2];
    snprintf(folder, sizeof folder, "%s/%u", s->work, s->number + 1 + s->left_out);
    snprintf(output, sizeof output, "%s/output", s->work);
    if (mkdir(folder, 0700) || pipe2(ends, O_CLOEXEC)) {
        say(s, name, "not ok", "cannot make a folder for the check");
        return;
    }
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        struct run r = {.suite = s,
                        .iface = iface,
                        .name = iface ? iface->name : s->module,
                        .index = index,
                        .folder = folder,
                        .report = ends[1]};
        close(ends[0]);
        become_check(s, check, &r, output);
    }
    close(ends[1]);
    slurp(ends[0], said, sizeof said - 1);
    close(ends[0]);
    int status = 0;
    if (pid < 0 || waitpid(pid, &status, 0) < 0)
        say(s, name, "not ok", "cannot start a process for the check");
    else
        tell_end(s, name, status, said, show_output(output));
    fflush(stdout);
    remove_folder(folder);
}

static void run_times(struct suite *s, const struct check *check, const moult_iface *iface)
{
    bool pairs = check->flags & CHECK_PAIRS;
    size_t times = pairs && s->quirks.pair_count ? s->quirks.pair_count : 1;
    const char *why = quirks_declined(&s->quirks, check->id);
    for (size_t i = 0; i < times; i++) {
        CLEANUP_BUF struct buf name = {0};
        buf_printf(&name, "%s %s: %s", iface ? iface->name : s->module, check->id, check->what);
        if (pairs && s->quirks.pair_count)
            buf_printf(&name, ": %s", s->quirks.pairs[i].name);
        if (!buf_ok(&name))
            say(s, check->id, "not ok", "out of memory");
        else if (check->flags & CHECK_QUIRKS && !s->quirks.url)
            say(s, name.p, "not ok", "needs a file of quirks that says how a database is made");
        else if (why && check->flags & CHECK_REQUIRED)
            say(s, name.p, "not ok", "the quirks decline what every plugin of this kind must do");
        else if (why)
            leave_out(s, name.p, why);
        else
            run_one(s, check, iface, i, name.p);
    }
}

void suite_run(struct suite *s, const struct check *checks, const moult_iface *iface)
{
    for (; checks->id; checks++)
        run_times(s, checks, iface);
}
