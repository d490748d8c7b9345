/* SPDX-License-Identifier: Apache-2.0 */
/* Plans for people, and as SQL to run by hand. */
#include "hazards.h"
#include "words.h"

#define SHORT_DIGEST 12

/* One line: what a dialect or an object's name brings in stays in it. */
static void line(struct buf *b, struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        buf_char(b, (unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f ? ' ' : s.p[i]);
}

static void write_head(struct buf *b, const struct moult_plan *plan)
{
    buf_printf(b, "plan %.*s: %.*s -> %.*s, %zu %s (%s, ", SHORT_DIGEST, plan->digest, SHORT_DIGEST,
               plan->from, SHORT_DIGEST, plan->to, plan->step_count,
               plan->step_count == 1 ? "step" : "steps", plan->klass);
    line(b, plan->server);
    buf_puts(b, ")\n");
}

static void write_amount(struct buf *b, uint64_t n, const char *unit)
{
    if (n == UNKNOWN_AMOUNT)
        buf_printf(b, "%s unknown", unit);
    else
        buf_printf(b, "%llu %s", (unsigned long long)n, unit);
}

static void write_cost(struct buf *b, const struct plan_step *s)
{
    const char *downtime = step_downtime(s);
    bool known = s->rows != UNKNOWN_AMOUNT || s->bytes != UNKNOWN_AMOUNT;
    if (s->rewrites || s->scans || known) {
        buf_printf(b, "     %s: ",
                   s->rewrites ? "writes every row"
                   : s->scans  ? "reads every row"
                               : "estimate");
        write_amount(b, s->rows, "rows");
        buf_puts(b, ", ");
        write_amount(b, s->bytes, "bytes");
        buf_char(b, '\n');
    }
    if (strcmp(downtime, "none") != 0)
        buf_printf(b, "     others wait: %s (lock: %s)\n", downtime,
                   word_name(lock_words, s->lock));
    if (s->txn != MOULT_TXN_INSIDE)
        buf_printf(b, "     %s\n",
                   s->txn == MOULT_TXN_ALONE ? "runs outside of any transaction"
                                             : "commits by itself");
    if (!s->reversible)
        buf_puts(b, "     cannot be taken back\n");
}

/* What is done to what, and what it puts at risk. */
static void write_title(struct buf *b, const struct plan_step *s)
{
    buf_printf(b, "%s ", word_name(op_words, s->op));
    line(b, s->object);
    buf_puts(b, ": ");
    line(b, s->summary);
    if (s->hazards) {
        buf_puts(b, " [");
        hazards_list(b, s->hazards, ", ");
        buf_char(b, ']');
    }
    buf_char(b, '\n');
}

static void write_step(struct buf *b, const struct plan_step *s, size_t number)
{
    buf_printf(b, "%4zu. ", number);
    write_title(b, s);
    if (s->why.p) {
        buf_puts(b, "     why: ");
        line(b, s->why);
        buf_char(b, '\n');
    }
    write_cost(b, s);
}

static void write_foot(struct buf *b, const struct moult_plan *plan)
{
    for (size_t i = 0; i < plan->warning_count; i++) {
        buf_puts(b, "warning: ");
        line(b, plan->warnings[i]);
        buf_char(b, '\n');
    }
    buf_puts(b, "hazards: ");
    if (plan->hazards)
        hazards_list(b, plan->hazards, ", ");
    else
        buf_puts(b, "none");
    buf_puts(b, plan->rehearsed ? "\nrehearsed: " : "\nrehearsed: no");
    if (plan->rehearsed) {
        line(b, plan->rehearsed_at);
        buf_puts(b, " on ");
        line(b, plan->rehearsed_on);
    }
    buf_char(b, '\n');
    for (size_t i = 0; i < plan->not_rehearsed_count; i++) {
        buf_puts(b, "not rehearsed: ");
        line(b, plan->not_rehearsed[i]);
        buf_char(b, '\n');
    }
}

static moult_status hand_over(const struct buf *b, moult_write_fn *write, void *arg,
                              moult_error *err)
{
    if (!buf_ok(b))
        return error_nomem(err);
    struct str all = buf_view(b);
    moult_status st = all.n ? write(arg, all.p, all.n) : MOULT_OK;
    return st == MOULT_OK ? st : error_set(err, st, "cannot write the plan");
}

moult_status plan_write_text(const struct moult_plan *plan, moult_write_fn *write, void *arg,
                             moult_error *err)
{
    CLEANUP_BUF struct buf b = {0};
    write_head(&b, plan);
    if (!plan->step_count)
        buf_puts(&b, "nothing to do\n");
    for (size_t i = 0; i < plan->step_count; i++)
        write_step(&b, &plan->steps[i], i + 1);
    write_foot(&b, plan);
    return hand_over(&b, write, arg, err);
}

/* The semicolon must not end up inside a comment that ends the text. */
static bool may_end_in_comment(struct str sql)
{
    const char *end = memrchr(sql.p, '\n', sql.n), *last = end ? end + 1 : sql.p;
    size_t n = sql.n - (size_t)(last - sql.p);
    return memmem(last, n, "--", 2) || memchr(last, '#', n);
}

/* "$$", or as many as the text does not hold. */
static void write_delimited(struct buf *b, struct str sql, const char *command)
{
    char end[16] = "$$";
    for (size_t n = 2; n < sizeof end - 1 && memmem(sql.p, sql.n, end, n); n++)
        end[n] = '$';
    buf_printf(b, "%s %s\n", command, end);
    buf_str(b, sql);
    buf_printf(b, "%s%s\n%s ;\n", may_end_in_comment(sql) ? "\n" : "", end, command);
}

static void write_one(struct buf *b, struct str sql, const char *delimiter)
{
    if (delimiter && memchr(sql.p, ';', sql.n)) {
        write_delimited(b, sql, delimiter);
        return;
    }
    buf_str(b, sql);
    buf_puts(b, may_end_in_comment(sql) ? "\n;\n" : ";\n");
}

/* A line "SET ...;" in front is for the statement alone.  It stands by itself, since clients read what follows as it says. */
static void write_statement(struct buf *b, struct str sql, struct plan_script how)
{
    const char *end = sql.n ? memmem(sql.p, sql.n, ";\n", 2) : NULL;
    if (!sql.p || !sql.n)
        return;
    if (!how.delimiter || !str_starts(sql, STR("SET ")) || !end) {
        write_one(b, sql, how.delimiter);
        return;
    }
    size_t head = (size_t)(end + 2 - sql.p);
    buf_add(b, sql.p, head);
    write_one(b, (struct str){sql.p + head, sql.n - head}, how.delimiter);
    if (how.preamble)
        buf_puts(b, how.preamble);
}

static void write_header(struct buf *b, const struct plan_step *s, size_t number)
{
    buf_printf(b, "-- step %zu: ", number);
    write_title(b, s);
}

static moult_status write_sql(const struct moult_plan *plan, struct plan_script how, bool headers,
                              moult_write_fn *write, void *arg, moult_error *err)
{
    CLEANUP_BUF struct buf b = {0};
    if (how.preamble && plan->step_count)
        buf_printf(&b, "%s\n", how.preamble);
    for (size_t i = 0; i < plan->step_count; i++) {
        const struct plan_step *s = &plan->steps[i];
        if (headers)
            write_header(&b, s, i + 1);
        for (size_t k = 0; k < s->statement_count; k++)
            write_statement(&b, s->statements[k].sql, how);
    }
    return hand_over(&b, write, arg, err);
}

moult_status plan_write_sql(const struct moult_plan *plan, struct plan_script how,
                            moult_write_fn *write, void *arg, moult_error *err)
{
    return write_sql(plan, how, true, write, arg, err);
}

moult_status plan_write_sql_bare(const struct moult_plan *plan, struct plan_script how,
                                 moult_write_fn *write, void *arg, moult_error *err)
{
    return write_sql(plan, how, false, write, arg, err);
}
