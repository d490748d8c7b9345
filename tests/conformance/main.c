/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - moult-check-plugin: checks a plugin against what its kind promises. */
#include "suite.h"

#include <errno.h>
#include <getopt.h>
#include <sys/stat.h>

#include "../../libcore/base/file.h"

#define DEFAULT_TIMEOUT 120

static const char usage[] =
    "usage: moult-check-plugin [--quirks=FILE] [--timeout=SECONDS] PLUGIN.so\n";

static int complain(const char *what, const char *why)
{
    fprintf(stderr, "moult-check-plugin: %s: %s\n", what, why);
    return 2;
}

/* ---- which file of quirks ---- */

static const char *there(struct arena *a, const char *folder, const char *module)
{
    struct str name = arena_printf(a, "%s.quirks", module);
    struct str path = name.p ? file_join(a, folder, name.p) : name;
    return path.p && file_exists(path.p) ? path.p : NULL;
}

/* Beside the plugin, beside this program (in a build tree), or where such files are installed. */
static const char *find_quirks(struct arena *a, const struct suite *s, const char *self)
{
    const char *slash = strrchr(self, '/');
    const char *found = there(a, s->folder, s->module);
    if (!found && slash) {
        struct str folder = arena_str(a, (struct str){self, (size_t)(slash - self)});
        found = folder.p ? there(a, folder.p, s->module) : NULL;
    }
    return found ? found : there(a, MOULT_CONFORMANCE_DIR, s->module);
}

/* ---- loading, by the road of the library ---- */

static moult_status keep(void *arg, const moult_plugin_info *info)
{
    struct suite *s = arg;
    s->plugin = info->descriptor;
    return MOULT_OK;
}

static moult_status load(struct suite *s, moult_error *err)
{
    moult *m = NULL;
    moult_options o = {.size = MOULT_END(moult_options, cancel),
                       .config = "",
                       .plugin_dir = s->folder,
                       .manifest_dir = s->manifests};
    moult_status st = moult_open_config(&o, &m, err);
    if (!st)
        st = moult_plugin_get(m, s->file, keep, s, err);
    moult_free(m);
    return st;
}

/* The manifest with which the library finds the plugin among others; here there are none. */
static moult_status write_manifest(struct suite *s, moult_error *err)
{
    CLEANUP_BUF struct buf b = {0}, path = {0};
    const char *sep = "";
    buf_printf(&path, "%s/%s.toml", s->manifests, s->plugin->name);
    buf_printf(&b, "name = \"%s\"\nmodule = \"%s\"\nversion = \"1\"\nsummary = \"checked\"\n",
               s->plugin->name, s->module);
    buf_printf(&b, "abi = \"%d.%d\"\nprovides = [", MOULT_ABI_MAJOR, MOULT_ABI_MINOR);
    for (const moult_iface *const *i = s->plugin->ifaces; *i; i++, sep = ", ")
        buf_printf(&b, "%s\"%s:%s\"", sep, (*i)->kind, (*i)->name);
    buf_puts(&b, "]\nschemes = [");
    sep = "";
    for (const moult_iface *const *i = s->plugin->ifaces; *i; i++) {
        if (strcmp((*i)->kind, "dialect") != 0)
            continue;
        const char *word = ((const moult_dialect *)(const void *)*i)->schemes;
        for (size_t n; *(word += strspn(word, " ")); word += n, sep = ", ") {
            n = strcspn(word, " ");
            buf_printf(&b, "%s\"%.*s\"", sep, (int)n, word);
        }
    }
    buf_puts(&b, "]\n");
    return buf_ok(&b) && buf_ok(&path) ? file_write(path.p, buf_view(&b), err) : error_nomem(err);
}

/* ---- all checks ---- */

struct kind {
    const char *name;
    const struct check *checks;
};
static const struct kind kinds[] = {{"dialect", dialect_checks}, {"reader", reader_checks},
                                    {"writer", writer_checks},   {"store", store_checks},
                                    {"planner", planner_checks}, {0}};

static const struct check *checks_of(const char *kind)
{
    for (const struct kind *k = kinds; k->name; k++)
        if (strcmp(k->name, kind) == 0)
            return k->checks;
    return NULL;
}

static int summary(const struct suite *s)
{
    printf("1..%u\n", s->number);
    printf("%u passed, %u failed, %u do not apply\n", s->passed, s->failed, s->left_out);
    return s->failed ? 1 : 0;
}

static int run_all(struct suite *s, moult_error *err)
{
    CLEANUP_BUF struct buf name = {0}, why = {0};
    buf_printf(&name, "%s plugin.load: the library loads it", s->module);
    moult_status st = load(s, err);
    if (!st)
        st = write_manifest(s, err);
    if (st || !buf_ok(&name)) {
        buf_printf(&why, "%s", moult_error_message(err));
        suite_tell(s, buf_view(&name).p, buf_view(&why).p);
        return summary(s);
    }
    suite_tell(s, name.p, NULL);
    suite_run(s, plugin_checks, NULL);
    for (const moult_iface *const *i = s->plugin->ifaces; *i; i++)
        if (checks_of((*i)->kind))
            suite_run(s, checks_of((*i)->kind), *i);
        else
            printf("# %s:%s is of a kind that is not known here and is not checked\n", (*i)->kind,
                   (*i)->name);
    return summary(s);
}

static int check_plugin(struct suite *s, struct arena *a, const char *quirks, const char *self)
{
    CLEANUP_ERROR moult_error *err = moult_error_new();
    const char *tmp = getenv("TMPDIR");
    struct str work = arena_printf(a, "%s/moult-check-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    const char *slash = strrchr(s->file, '/'), *dot = strrchr(slash, '.');
    struct str folder = arena_str(a, (struct str){s->file, (size_t)(slash - s->file)});
    size_t n = dot && strcmp(dot, ".so") == 0 ? (size_t)(dot - slash - 1) : strlen(slash + 1);
    struct str module = arena_str(a, (struct str){slash + 1, n});
    if (!err || !work.p || !folder.p || !module.p)
        return complain(s->file, "out of memory");
    s->folder = folder.p;
    s->module = module.p;
    s->work = mkdtemp((char *)(uintptr_t)work.p);
    if (!s->work)
        return complain(work.p, strerror(errno));
    struct str manifests = file_join(a, s->work, "plugins.d");
    s->manifests = manifests.p;
    int code = 2;
    if (!manifests.p || mkdir(manifests.p, 0700))
        complain(s->work, "cannot make a folder in it");
    else if (quirks_read(quirks ? quirks : find_quirks(a, s, self), &s->quirks, err))
        complain("the quirks", moult_error_message(err));
    else
        code = run_all(s, err);
    remove_folder(s->work);
    arena_free(&s->quirks.arena);
    return code;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"quirks", required_argument, NULL, 'q'},
                                            {"timeout", required_argument, NULL, 't'},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    struct suite s = {.timeout = DEFAULT_TIMEOUT};
    struct arena a = {0};
    const char *quirks = NULL;
    int o;
    setvbuf(stdout, NULL, _IOLBF, 0);
    while ((o = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (o == 'q') {
            quirks = optarg;
        } else if (o == 't') {
            char *end;
            unsigned long n = strtoul(optarg, &end, 10);
            if (*end || !n || n > 86400)
                return complain("--timeout", "takes 1 to 86400 seconds");
            s.timeout = (uint32_t)n;
        } else {
            fputs(usage, o == 'h' ? stdout : stderr);
            return o == 'h' ? 0 : 2;
        }
    }
    if (optind != argc - 1) {
        fputs(usage, stderr);
        return 2;
    }
    CLEANUP_FREE char *file = realpath(argv[optind], NULL);
    if (!file)
        return complain(argv[optind], strerror(errno));
    s.file = file;
    int code = check_plugin(&s, &a, quirks, argv[0]);
    arena_free(&a);
    return code;
}
