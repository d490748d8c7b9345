/* SPDX-License-Identifier: Apache-2.0 */
/* place.c - databases that are made for one check, and states made from DDL in them. */
#include "suite.h"

#include <sys/stat.h>
#include <sys/wait.h>

/* 63 bytes of Greek and Cyrillic, the longest name that PostgreSQL takes */
#define LONGEST_NAME                                                                       \
    "\xce\xb1\xce\xb2\xce\xb3\xce\xb4\xce\xb5\xce\xb6\xce\xb7\xce\xb8\xce\xb9\xce\xba\xce\xbb\xce\xbc"\
    "\xce\xbd\xce\xbe\xce\xbf\xcf\x80\xd0\xb0\xd0\xb1\xd0\xb2\xd0\xb3\xd0\xb4\xd0\xb5\xd0\xb6\xd0\xb7"\
    "\xd0\xb8\xd0\xb9\xd0\xba\xd0\xbb\xd0\xbc\xd0\xbd\xd0\xbe_"

const char *const hostile_names[] = {
    "t1", "T-2", "select", "a\"b;c", "a'b", "`tick`", "[bracket]", "--", "/* open", "back\\slash",
    " ", "%s", "$1", "?", ":x", "a\nb", "\"", "\"\"", "'; DROP TABLE t; --", "{}",
    "\xc3\xa4\xc3\xb6\xc3\xbc\xe2\x82\xac\xf0\x9f\x90\x8b",
    (LONGEST_NAME),
    NULL};

char *in_folder(const char *folder, const char *name)
{
    char *out;
    return asprintf(&out, "%s/%s", folder, name) < 0 ? NULL : out;
}

void write_file(struct run *r, const char *path, const char *bytes, size_t n)
{
    CLEANUP_FCLOSE FILE *f = fopen(path, "we");
    REQUIRE(r, f && fwrite(bytes, 1, n, f) == n && fflush(f) == 0, "cannot write %s", path);
}

char *expand(struct run *r, const char *text, const char *folder, const char *name)
{
    struct buf b = {0};
    for (; *text; text++) {
        if (text[0] == '%' && (text[1] == 's' || text[1] == 'n'))
            buf_puts(&b, *++text == 's' ? folder : name);
        else
            buf_char(&b, *text);
    }
    REQUIRE(r, buf_ok(&b) && b.p, "the quirks give an empty text");
    return b.p;
}

struct moult *run_moult(struct run *r, const char *extra)
{
    const struct quirks *q = &r->suite->quirks;
    CLEANUP_BUF struct buf b = {0};
    CLEANUP_FREE char *path = in_folder(r->folder, "moult.toml");
    buf_puts(&b, extra ? extra : "");
    if (q->settings) {
        buf_printf(&b, "[plugins.%s]\n", r->suite->plugin->name);
        for (const struct config_value *v = q->settings->first; v; v = v->next) {
            buf_printf(&b, "%s = ", v->key);
            config_write(&b, v);
            buf_puts(&b, "\n");
        }
    }
    REQUIRE(r, buf_ok(&b) && path, "out of memory");
    write_file(r, path, buf_view(&b).p, b.n);
    moult_options o = {.size = MOULT_END(moult_options, cancel),
                       .jobs = 2,
                       .config = path,
                       .plugin_dir = r->suite->folder,
                       .manifest_dir = r->suite->manifests};
    OK(r, "opening the configuration", moult_open_config(&o, &r->m, r->err));
    return r->m;
}

void place_shell(struct place *p, const char *command)
{
    struct run *r = p->r;
    CLEANUP_FREE char *line = expand(r, command, p->folder, p->name);
    int status = system(line);
    REQUIRE(r, WIFEXITED(status) && WEXITSTATUS(status) == 0,
            "the command of the quirks failed: %s", line);
}

void place_make(struct run *r, struct place *p)
{
    const struct quirks *q = &r->suite->quirks;
    char number[64];
    if (!r->m)
        run_moult(r, NULL);
    snprintf(number, sizeof number, "moult_check_%ld_%u", (long)getpid(), r->places++);
    *p = (struct place){.r = r, .folder = in_folder(r->folder, number), .name = strdup(number)};
    REQUIRE(r, p->folder && p->name && mkdir(p->folder, 0700) == 0, "cannot make a folder");
    p->url = expand(r, q->url, p->folder, p->name);
    if (q->name)
        p->file = in_folder(p->folder, q->name);
    if (q->create)
        place_shell(p, q->create);
    else
        write_file(r, p->file, q->empty ? q->empty : "", q->empty ? strlen(q->empty) : 0);
    OK(r, "finding the database", moult_targets_find(r->m, p->url, NULL, 1, &p->t, r->err));
    OK(r, "loading the writer", adapter_writer(r->m, &p->t->adapter, r->err));
    p->u = &p->t->units[0];
}

void place_end(struct place *p)
{
    moult_targets_free(p->t);
    if (p->url && p->r->suite->quirks.destroy)
        place_shell(p, p->r->suite->quirks.destroy);
    free(p->folder);
    free(p->name);
    free(p->url);
    free(p->file);
}

moult_session *place_open(struct place *p, uint32_t purpose, uint64_t lock_ms)
{
    moult_session *s = NULL;
    OK(p->r, "reader.open", unit_open(p->t, p->u, purpose, lock_ms, &s, p->r->err));
    REQUIRE(p->r, s, "reader.open succeeded without a session");
    return s;
}

moult_tree *place_inspect(struct place *p, moult_session *s)
{
    moult_tree *tree = NULL;
    OK(p->r, "reader.inspect", unit_inspect(p->t, p->u, s, &tree, p->r->err));
    return tree;
}

void place_state(struct place *p, char state[65])
{
    moult_session *s = place_open(p, MOULT_PURPOSE_READ, 1000);
    CLEANUP_TREE moult_tree *tree = place_inspect(p, s);
    memcpy(state, tree->state, 65);
    READER(p)->close(s);
}

/* ---- statements ---- */

struct running {
    struct place *p;
    moult_session *s;
    moult_status status;
};

static moult_status run_statement_of(void *arg, const moult_statement *st)
{
    struct running *x = arg;
    struct run *r = x->p->r;
    if (st->klass == MOULT_STMT_SESSION)
        return MOULT_OK;
    REQUIRE(r, st->klass == MOULT_STMT_SCHEMA || st->klass == MOULT_STMT_DATA,
            "DDL of the quirks is refused at line %llu: %s", (unsigned long long)st->line,
            st->why ? st->why : "no reason given");
    CLEANUP_BUF struct buf what = {0};
    buf_printf(&what, "running \"%.*s\"", (int)st->sql_len, st->sql);
    OK(r, buf_view(&what).p,
       x->status = WRITER(x->p)->run(x->s, st->sql, (size_t)st->sql_len, NULL, r->err));
    return x->status;
}

void place_run(struct place *p, moult_session *s, const char *ddl)
{
    struct running x = {p, s, MOULT_OK};
    CLEANUP_ERROR moult_error *err = moult_error_new();
    moult_status st = DIALECT(p)->split(HOST(p->r), ddl, strlen(ddl), run_statement_of, &x, err);
    REQUIRE(p->r, st == MOULT_OK, "dialect.split gave %d: %s", (int)st, moult_error_message(err));
}

void place_load(struct place *p, const char *ddl)
{
    moult_session *s = place_open(p, MOULT_PURPOSE_WRITE, 1000);
    place_run(p, s, ddl);
    READER(p)->close(s);
}

moult_tree *state_of(struct run *r, const char *ddl)
{
    PLACE(r, p);
    place_load(&p, ddl);
    moult_session *s = place_open(&p, MOULT_PURPOSE_READ, 1000);
    moult_tree *tree = place_inspect(&p, s);
    READER(&p)->close(s);
    return tree;
}

const struct pair *run_pair(struct run *r)
{
    const struct quirks *q = &r->suite->quirks;
    REQUIRE(r, q->pair_count, "the quirks have no pair of states");
    return &q->pairs[r->index];
}
