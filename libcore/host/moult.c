/* SPDX-License-Identifier: Apache-2.0 */
/* A moult: one configuration with its plugins. */
#include <sched.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "registry.h"

const char *moult_version(void)
{
    return MOULT_VERSION;
}

static moult_status keep_text(struct arena *a, const char **text, moult_error *err)
{
    if (*text && !(*text = arena_str(a, str_of(*text)).p))
        return error_nomem(err);
    return MOULT_OK;
}

/* The module's path must not depend on where the process is when it is opened. */
static moult_status keep_folder(struct arena *a, const char **folder, const char *what,
                                moult_error *err)
{
    if (!*folder)
        return MOULT_OK;
    char *real = realpath(*folder, NULL);
    if (!real)
        return error_set(err, MOULT_ERR_CONFIG, "there is no %s folder \"%s\"", what, *folder);
    *folder = arena_str(a, str_of(real)).p;
    free(real);
    return *folder ? MOULT_OK : error_nomem(err);
}

static moult_status keep_set(struct arena *a, moult_options *o, moult_error *err)
{
    size_t n = 0;
    while (o->set && o->set[n])
        n++;
    const char **copy = arena_array(a, n + 1, sizeof *copy);
    for (size_t i = 0; copy && i < n; i++)
        if (!(copy[i] = arena_str(a, str_of(o->set[i])).p))
            return error_nomem(err);
    o->set = copy;
    return copy ? MOULT_OK : error_nomem(err);
}

static moult_status keep_options(struct moult *m, const moult_options *given, moult_error *err)
{
    moult_options *o = &m->options;
    if (given && given->size)
        memcpy(o, given, given->size < sizeof *o ? given->size : sizeof *o);
    o->size = MOULT_END(moult_options, cancel);
    if ((o->plugin_dir || o->manifest_dir) && getauxval(AT_SECURE)) {
        error_set(err, MOULT_ERR_REFUSED,
                  "a process with raised rights takes no other folder of plugins");
        return MOULT_ERR_REFUSED;
    }
    moult_status s = keep_text(&m->arena, &o->config, err);
    if (!s)
        s = keep_text(&m->arena, &o->environment, err);
    if (!s)
        s = keep_set(&m->arena, o, err);
    if (!s)
        s = keep_folder(&m->arena, &o->plugin_dir, "plugin", err);
    if (!s)
        s = keep_folder(&m->arena, &o->manifest_dir, "manifest", err);
    if (!o->plugin_dir)
        o->plugin_dir = MOULT_PLUGIN_DIR;
    return s;
}

static uint32_t processors(void)
{
    cpu_set_t set;
    int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return n > 0 ? (uint32_t)n : 1;
}

static int32_t log_level(const struct config *c)
{
    static const char *const levels[] = {"error", "warning", "info", "debug"};
    const struct config_value *v = config_at(c, "log.level");
    for (int32_t i = 0; v && i < 4; i++)
        if (str_is(v->text, levels[i]))
            return MOULT_LOG_ERROR + i;
    return MOULT_LOG_WARNING;
}

static moult_status fill(struct moult *m, const moult_options *options, moult_error *err)
{
    moult_status s = keep_options(m, options, err);
    if (!s)
        s = config_load(&m->options, &m->config, err);
    if (s)
        return s;
    m->jobs = m->options.jobs ? m->options.jobs : processors();
    m->log_level = log_level(m->config);
    host_table_init(m);
    if (!(m->registry = ARENA_NEW(&m->arena, struct registry)))
        return error_nomem(err);
    return registry_fill(m, err);
}

moult_status moult_open_config(const moult_options *options, moult **out, moult_error *err)
{
    *out = NULL;
    struct moult *m = calloc(1, sizeof *m);
    if (!m)
        return error_nomem(err);
    if (pthread_mutex_init(&m->mutex, NULL)) {
        free(m);
        return error_nomem(err);
    }
    if (pthread_mutex_init(&m->progress_mutex, NULL)) {
        pthread_mutex_destroy(&m->mutex);
        free(m);
        return error_nomem(err);
    }
    moult_status s = fill(m, options, err);
    if (s)
        moult_free(m);
    else
        *out = m;
    return s;
}

void moult_free(moult *m)
{
    if (!m)
        return;
    config_free(m->config);
    pthread_mutex_destroy(&m->mutex);
    pthread_mutex_destroy(&m->progress_mutex);
    arena_free(&m->arena);
    free(m);
}
