/* SPDX-License-Identifier: Apache-2.0 */
/* split.c - cutting text into statements, whatever the text is. */
#include "suite.h"

#include "dialect.h"

#include <sys/mman.h>

/* TEXT with nothing readable behind its last byte: reading on is a crash. */
struct fenced {
    char *map, *text;
    size_t whole, n;
};

static struct fenced fence(struct run *r, const char *bytes, size_t n)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), room = (n + page - 1) / page * page;
    struct fenced f = {.whole = room + page, .n = n};
    f.map = mmap(NULL, f.whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    REQUIRE(r, f.map != MAP_FAILED && mprotect(f.map + room, page, PROT_NONE) == 0, "no memory");
    f.text = f.map + room - n;
    if (n)
        memcpy(f.text, bytes, n);
    return f;
}

static void unfence(struct fenced *f)
{
    munmap(f->map, f->whole);
}

struct seen {
    struct run *r;
    const char *text;
    size_t n;
    uint64_t offset; /* of the latest statement, plus one; 0: none */
    uint64_t counted, line;
    struct cut *cut;
};

static void check_statement(struct seen *x, const moult_statement *st)
{
    struct run *r = x->r;
    REQUIRE(r, st->size >= MOULT_END(moult_statement, why), "a statement of %u bytes", st->size);
    REQUIRE(r, st->offset < x->n, "a statement at %llu in a text of %zu bytes",
            (unsigned long long)st->offset, x->n);
    REQUIRE(r, st->offset >= x->offset, "a statement at %llu after one at %llu",
            (unsigned long long)st->offset, (unsigned long long)x->offset - 1);
    x->offset = st->offset + 1;
    for (; x->counted < st->offset; x->counted++)
        x->line += x->text[x->counted] == '\n';
    uint64_t last = x->line;
    for (uint64_t i = st->offset; st->line > last && i < x->n; i++)
        last += x->text[i] == '\n';
    REQUIRE(r, st->line >= x->line && st->line <= last,
            "the statement at byte %llu is said to be in line %llu, it begins in line %llu",
            (unsigned long long)st->offset, (unsigned long long)st->line,
            (unsigned long long)x->line);
    REQUIRE(r, st->klass >= MOULT_STMT_SCHEMA && st->klass <= MOULT_STMT_PROCEDURAL,
            "a statement of the class %u", st->klass);
    REQUIRE(r, st->klass != MOULT_STMT_REFUSED || (st->why && *st->why),
            "a statement is refused without a reason");
    REQUIRE(r, st->sql || !st->sql_len, "a statement without its text");
    REQUIRE(r, st->klass == MOULT_STMT_REFUSED || st->sql_len,
            "an empty statement is no statement");
    REQUIRE(r, st->klass == MOULT_STMT_REFUSED || st->sql[st->sql_len - 1] != ';',
            "a statement with its closing semicolon");
    if (st->sql_len) { /* all of it can be read */
        volatile char sink;
        sink = st->sql[0];
        sink = st->sql[st->sql_len - 1];
        (void)sink;
    }
}

static moult_status see(void *arg, const moult_statement *st)
{
    struct seen *x = arg;
    check_statement(x, st);
    if (x->cut->count < CUT_MAX)
        x->cut->items[x->cut->count] = (struct piece){st->klass, st->line, st->offset};
    x->cut->count++;
    return MOULT_OK;
}

void cut_text(struct run *r, const char *bytes, size_t n, struct cut *out)
{
    struct fenced f = fence(r, bytes, n);
    struct seen x = {.r = r, .text = f.text, .n = n, .line = 1, .cut = out};
    const moult_dialect *d = dialect_of(r);
    out->count = 0;
    OK(r, "dialect.split", d->split(HOST(r), f.text, n, see, &x, r->err));
    unfence(&f);
}

static void cut_z(struct run *r, const char *text, struct cut *out)
{
    cut_text(r, text, strlen(text), out);
}

void check_split_empty(struct run *r)
{
    static const char *const texts[] = {"", " ", "\n\t\r\n", ";", ";;; ;\n;", NULL};
    struct cut c;
    for (size_t i = 0; texts[i]; i++) {
        cut_z(r, texts[i], &c);
        REQUIRE(r, c.count == 0, "nothing but space and \";\" is taken for %zu statements",
                c.count);
    }
}

void check_split_open(struct run *r)
{
    struct cut c;
    cut_z(r, "select 1;\nselect 'abc", &c);
    REQUIRE(r, c.count && c.count <= CUT_MAX && c.items[c.count - 1].klass == MOULT_STMT_REFUSED,
            "a quote that is left open is not reported as refused");
    REQUIRE(r, c.items[c.count - 1].line == 2,
            "a quote left open in line 2 is reported in line %llu",
            (unsigned long long)c.items[c.count - 1].line);
    const struct quirks *q = &r->suite->quirks;
    for (size_t i = 0; i < q->sample_count; i++) /* each sample, ending anywhere */
        for (size_t n = 0; n <= strlen(q->samples[i].sql); n++)
            cut_text(r, q->samples[i].sql, n, &c);
}

static uint32_t next_random(uint32_t *seed) /* G. Marsaglia, "Xorshift RNGs" (2003) */
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

void check_split_garbage(struct run *r)
{
    static const char *const words[] = {"create ", "table ",
                                        "\"",      "'",
                                        "`",       "[",
                                        "]",       "(",
                                        ")",       ";",
                                        "--",      "/*",
                                        "*/",      "\n",
                                        "$$",      "$x$",
                                        "begin ",  "end ",
                                        "end;",    "trigger ",
                                        "as ",     "select ",
                                        "\\",      "\0",
                                        "\x01",    "\x02",
                                        "\xff",    "\xc3",
                                        "E'",      "0x",
                                        ".",       "case ",
                                        ",",       "delimiter //\n",
                                        "\r",      "#"};
    char text[2048];
    uint32_t seed = 2463534242u;
    struct cut c;
    for (unsigned i = 0; i < 400; i++) {
        size_t n = 0, want = next_random(&seed) % (sizeof text - 20);
        while (n < want) {
            size_t w = next_random(&seed) % (sizeof words / sizeof *words);
            size_t k = words[w][0] ? strlen(words[w]) : 1;
            if (i % 2) {
                text[n++] = (char)(next_random(&seed) >> 11);
            } else {
                memcpy(text + n, words[w], k);
                n += k;
            }
        }
        cut_text(r, text, n, &c);
    }
    for (unsigned i = 0; i < 256; i++)
        cut_text(r, &(char){(char)i}, 1, &c);
}

void check_split_huge(struct run *r)
{
    static const char *const units[] = {"(",    ")",           "'",      "\"",
                                        "/*",   "--",          "a",      " ",
                                        "\n",   "select 1;\n", "begin ", "create trigger t begin ",
                                        "case "};
    struct cut c;
    for (size_t u = 0; u < sizeof units / sizeof *units; u++) {
        size_t k = strlen(units[u]), times = 1000000 / k;
        CLEANUP_FREE char *text = malloc(times * k + 1);
        REQUIRE(r, text, "no memory");
        for (size_t i = 0; i < times; i++)
            memcpy(text + i * k, units[u], k);
        cut_text(r, text, times * k, &c);
        REQUIRE(r, strcmp(units[u], "select 1;\n") != 0 || c.count == times,
                "%zu statements of one line each are cut into %zu", times, c.count);
    }
}

static moult_status stop(void *arg, const moult_statement *st)
{
    (void)st;
    ++*(unsigned *)arg;
    return MOULT_ERR_CANCELLED;
}

void check_split_stop(struct run *r)
{
    static const char text[] = "select 1; select 2; select 3;";
    const moult_dialect *d = dialect_of(r);
    unsigned calls = 0;
    moult_status st = d->split(HOST(r), text, sizeof text - 1, stop, &calls, r->err);
    REQUIRE(r, calls == 1, "the callback wanted to stop and was called %u times", calls);
    REQUIRE(r, st == MOULT_ERR_CANCELLED, "the callback gave %d, split gave %d",
            MOULT_ERR_CANCELLED, (int)st);
}

static const char *const class_names[] = {"none",    "schema",  "data",
                                          "session", "refused", "procedural"};

void check_split_classes(struct run *r)
{
    const struct quirks *q = &r->suite->quirks;
    CLEANUP_BUF struct buf all = {0};
    struct cut c;
    unsigned of[6] = {0};
    for (size_t i = 0; i < q->sample_count; i++) {
        const struct sample *s = &q->samples[i];
        of[s->klass]++;
        cut_z(r, s->sql, &c);
        REQUIRE(r, c.count == 1, "\"%s\" is cut into %zu statements", s->sql, c.count);
        REQUIRE(r, c.items[0].klass == s->klass, "\"%s\" is %s, not %s", s->sql,
                class_names[c.items[0].klass], class_names[s->klass]);
    }
    REQUIRE(r, of[MOULT_STMT_SCHEMA] >= 3 && of[MOULT_STMT_REFUSED] >= 2,
            "the quirks need 3 statements of the schema and 2 that are refused, at least");
    uint64_t lines[CUT_MAX];
    size_t n = 0;
    for (size_t i = 0; i < q->sample_count && n < CUT_MAX;
         i++) { /* those that end, after each other */
        if (q->samples[i].klass == MOULT_STMT_REFUSED)
            continue;
        lines[n++] = 2;
        for (size_t k = 0; k < all.n; k++)
            lines[n - 1] += all.p[k] == '\n';
        buf_printf(&all, "\n  %s;\n", q->samples[i].sql);
    }
    REQUIRE(r, buf_ok(&all), "no memory");
    cut_text(r, buf_view(&all).p, all.n, &c);
    REQUIRE(r, c.count == n, "%zu statements in one text are cut into %zu", n, c.count);
    for (size_t i = 0; i < n; i++)
        REQUIRE(r, c.items[i].line == lines[i], "statement %zu is in line %llu, not %llu", i + 1,
                (unsigned long long)lines[i], (unsigned long long)c.items[i].line);
}
