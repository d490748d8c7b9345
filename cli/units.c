/* SPDX-License-Identifier: Apache-2.0 */
/* units.c - what became of each tenant: lines as they come, a summary, an exit code. */
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

static const struct {
    const char *name, *colour, *several; /* SEVERAL: as in "3 differ", where that is another word */
} states[] = {
    [MOULT_UNIT_IN_SYNC] = {"in sync", COLOUR_GOOD, NULL},
    [MOULT_UNIT_CHANGED] = {"changed", COLOUR_GOOD, NULL},
    [MOULT_UNIT_PLANNED] = {"planned", COLOUR_WARN, NULL},
    [MOULT_UNIT_DIFFERS] = {"differs", COLOUR_WARN, "differ"},
    [MOULT_UNIT_FAILED] = {"failed", COLOUR_BAD, NULL},
    [MOULT_UNIT_FINISHED] = {"finished an earlier run", COLOUR_GOOD, NULL},
};
static const char *const json_states[] = {
    [MOULT_UNIT_IN_SYNC] = "in-sync", [MOULT_UNIT_CHANGED] = "changed",
    [MOULT_UNIT_PLANNED] = "planned", [MOULT_UNIT_DIFFERS] = "differs",
    [MOULT_UNIT_FAILED] = "failed",   [MOULT_UNIT_FINISHED] = "finished",
};
#define STATES (sizeof states / sizeof *states)

void tally_begin(struct tally *r, struct cli *cli, const char *command, uint32_t total)
{
    *r = (struct tally){.cli = cli, .command = command, .total = total, .first = true};
    r->json = cli_json(cli);
    if (r->json) {
        r->documents = json_array();
        out_printf(cli,
                   "{\n\"format\": \"moult-result/1\",\n\"command\": \"%s\",\n"
                   "\"units\": [",
                   command);
    }
}

void tally_targets(struct tally *r, const moult_targets *targets)
{
    r->targets = targets;
    r->only = moult_targets_count(targets) == 1 ? moult_targets_url(targets, 0) : NULL;
}

static const char *unit_name(const struct tally *r, const moult_unit_result *u)
{
    return u->tenant && *u->tenant ? u->tenant : r->only ? r->only : "database";
}

/* ---- plans: each is shown once, however many tenants share it ---- */

struct shown_plan {
    char states[132]; /* from and to */
    uint32_t index;
};

static int by_states(const void *a, const void *b)
{
    const struct shown_plan *x = a, *y = b;
    return strcmp(x->states, y->states);
}

/* The number of PLAN; *NEW says that it was not seen before.  UINT32_MAX when out of memory. */
static uint32_t plan_number(struct tally *r, const moult_plan *plan, bool *new)
{
    struct shown_plan *p = calloc(1, sizeof *p);
    if (!p)
        return UINT32_MAX;
    snprintf(p->states, sizeof p->states, "%s %s", moult_plan_from(plan), moult_plan_to(plan));
    struct shown_plan **slot = tsearch(p, &r->plans, by_states);
    *new = slot &&*slot == p;
    if (*new)
        p->index = r->plan_count++;
    else
        free(p);
    return slot ? (*slot)->index : UINT32_MAX;
}

struct text {
    char *bytes;
    size_t len;
};

static moult_status gather(void *arg, const char *bytes, size_t len)
{
    struct text *t = arg;
    char *grown = realloc(t->bytes, t->len + len + 1);
    if (!grown)
        return MOULT_ERR_NOMEM;
    memcpy(grown + t->len, bytes, len);
    t->bytes = grown;
    t->len += len;
    t->bytes[t->len] = 0;
    return MOULT_OK;
}

static moult_status document_of(struct tally *r, const moult_plan *plan)
{
    struct text text = {0};
    moult_status st = moult_plan_write(r->cli->m, plan, MOULT_FORMAT_JSON, gather, &text, NULL);
    if (!st && json_array_append_new(r->documents, json_loadb(text.bytes, text.len, 0, NULL)))
        st = MOULT_ERR_NOMEM;
    free(text.bytes);
    return st;
}

static moult_status show_plan(struct tally *r, const moult_plan *plan, uint32_t *number)
{
    bool new = false;
    *number = plan_number(r, plan, &new);
    if (*number == UINT32_MAX)
        return MOULT_ERR_NOMEM;
    if (!new)
        return MOULT_OK;
    if (r->json)
        return document_of(r, plan);
    if (r->total > 1)
        out_printf(r->cli, "plan %u:\n", *number + 1);
    return moult_plan_write(r->cli->m, plan, MOULT_FORMAT_TEXT, out_write_diff, r->cli, NULL);
}

/* ---- one unit ---- */

static json_t *hazards_json(uint32_t bits)
{
    json_t *list = json_array();
    const char *name;
    for (uint32_t i = 0; i < 32 && (name = moult_hazard_name(i, NULL)); i++)
        if (bits >> i & 1)
            json_array_append_new(list, json_string(name));
    return list;
}

static moult_status unit_json(struct tally *r, const moult_unit_result *u)
{
    uint32_t number = 0;
    moult_status st = MOULT_OK;
    json_t *doc = json_object();
    json_object_set_new(doc, "tenant", json_text(unit_name(r, u)));
    json_object_set_new(doc, "state", json_string(json_states[u->state]));
    if (u->from)
        json_object_set_new(doc, "from", json_string(u->from));
    if (u->to)
        json_object_set_new(doc, "to", json_string(u->to));
    if (u->plan) {
        json_object_set_new(doc, "steps", json_integer(moult_plan_steps(u->plan)));
        json_object_set_new(doc, "hazards", hazards_json(moult_plan_hazards(u->plan)));
    }
    if (u->plan && r->dry_run && moult_plan_steps(u->plan)) {
        st = show_plan(r, u->plan, &number);
        json_object_set_new(doc, "plan", json_integer(number));
    }
    if (u->delta)
        json_object_set_new(doc, "changes", json_integer(moult_delta_count(u->delta)));
    json_object_set_new(doc, "millis", json_integer((json_int_t)u->millis));
    if (u->error)
        json_object_set_new(doc, "error", error_json(u->error));
    out_puts(r->cli, r->first ? "\n" : ",\n");
    r->first = false;
    return out_json_part(r->cli, doc) || st ? MOULT_ERR_IO : MOULT_OK;
}

static void unit_line(struct tally *r, const moult_unit_result *u, uint32_t number)
{
    struct cli *cli = r->cli;
    out_safe(cli, unit_name(r, u));
    out_puts(cli, ": ");
    out_coloured(cli, states[u->state].colour, states[u->state].name);
    if (u->state == MOULT_UNIT_PLANNED && r->total > 1)
        out_printf(cli, " (plan %u)", number + 1);
    if (u->state == MOULT_UNIT_CHANGED && u->plan)
        out_printf(cli, " (%u step%s, %llu ms)", moult_plan_steps(u->plan),
                   moult_plan_steps(u->plan) == 1 ? "" : "s", (unsigned long long)u->millis);
    if (u->state == MOULT_UNIT_DIFFERS && u->delta)
        out_printf(cli, " (%u change%s)", moult_delta_count(u->delta),
                   moult_delta_count(u->delta) == 1 ? "" : "s");
    out_puts(cli, "\n");
}

static moult_status unit_text(struct tally *r, const moult_unit_result *u)
{
    uint32_t number = 0;
    moult_status st = MOULT_OK;
    if (u->state == MOULT_UNIT_PLANNED && u->plan)
        st = show_plan(r, u->plan, &number);
    if (u->state != MOULT_UNIT_IN_SYNC || r->total == 1)
        unit_line(r, u, number);
    /* Someone who looks at a single place wants to know what differs there. */
    if (u->state == MOULT_UNIT_DIFFERS && u->delta && r->total == 1 && !st)
        st =
            moult_delta_write(r->cli->m, u->delta, MOULT_FORMAT_TEXT, out_write_diff, r->cli, NULL);
    return st;
}

moult_status tally_unit(void *arg, const moult_unit_result *u)
{
    struct tally *r = arg;
    if (u->state >= STATES || !states[u->state].name)
        return MOULT_ERR_INTERNAL;
    r->counts[u->state]++;
    bool answered = r->declined || r->unasked;
    if (u->state == MOULT_UNIT_FAILED && u->error) {
        int code = exit_code(moult_error_code(u->error));
        r->unit_exit = r->unit_exit && r->unit_exit != code ? EXIT_SOME_FAILED : code;
        if (r->total > 1 && !(answered && moult_error_code(u->error) == MOULT_ERR_REFUSED))
            cli_print_error(r->cli, u->error);
    }
    if (!r->json && r->total == 1 && u->state == MOULT_UNIT_FAILED)
        return MOULT_OK; /* the error says it all */
    moult_status st = r->json ? unit_json(r, u) : unit_text(r, u);
    return r->cli->out.error ? MOULT_ERR_IO : st;
}

/* ---- the question before the first write ---- */

static moult_status to_stderr(void *arg, const char *bytes, size_t len)
{
    (void)arg;
    return fwrite(bytes, 1, len, stderr) == len ? MOULT_OK : MOULT_ERR_IO;
}

int32_t tally_confirm(void *arg, const moult_plan *plan, uint32_t units)
{
    struct tally *r = arg;
    if (r->yes || !moult_plan_steps(plan))
        return 1;
    if (!confirm_possible()) {
        r->unasked = true;
        return 0;
    }
    pthread_mutex_lock(&r->cli->terminal);
    progress_clear(r->cli);
    moult_plan_write(r->cli->m, plan, MOULT_FORMAT_TEXT, to_stderr, NULL, NULL);
    pthread_mutex_unlock(&r->cli->terminal);
    char question[96];
    if (units > 1)
        snprintf(question, sizeof question, "Carry this plan out on %u tenants?", units);
    else
        snprintf(question, sizeof question, "Carry this plan out?");
    /* Where moult.toml demands a confirmation, a finger that types y too fast is not enough. */
    const char *word = moult_targets_confirm(r->targets) ? "carry out" : NULL;
    if (confirm_ask(r->cli, word, question) == ANSWER_YES)
        return 1;
    r->declined = true;
    return 0;
}

/* ---- the end ---- */

/* Units that are as well as could be, next to those that failed. */
static bool some_well(const struct tally *r)
{
    for (size_t i = 1; i < STATES; i++)
        if (i != MOULT_UNIT_FAILED && r->counts[i])
            return true;
    return false;
}

/* What failed everywhere for one reason is told like the failure of a single place. */
static int several_failed(const struct tally *r)
{
    return some_well(r) ? EXIT_SOME_FAILED : r->unit_exit;
}

int tally_status(struct tally *r, moult_status status)
{
    struct cli *cli = r->cli;
    if (status == MOULT_OK)
        return 0;
    if (cli->out.error)
        return EXIT_FAILED;
    if (r->declined)
        return complain(cli, EXIT_REFUSED, NULL, "nothing was carried out: the answer was no");
    if (r->unasked)
        return complain(cli, EXIT_REFUSED,
                        "--yes carries the plan out without asking; --dry-run shows it",
                        "refused to write: there is no terminal on which to ask for confirmation");
    if (status == MOULT_ERR_DIFFERS && r->counts[MOULT_UNIT_DIFFERS] &&
        !r->counts[MOULT_UNIT_FAILED])
        return EXIT_DIFFERS;
    bool told = r->total > 1 && r->counts[MOULT_UNIT_FAILED];
    if (!told || moult_error_code(cli->err) == MOULT_ERR_CANCELLED)
        return cli_failed(cli, status);
    return several_failed(r);
}

/* Units that no one looked at any more, because something before them failed. */
static uint32_t not_reached(const struct tally *r)
{
    uint32_t n = r->total;
    for (size_t i = 1; i < STATES; i++)
        n -= r->counts[i] < n ? r->counts[i] : n;
    return n;
}

static void summary_text(struct tally *r)
{
    out_printf(r->cli, "%u tenants", r->total);
    for (size_t i = 1; i < STATES; i++)
        if (r->counts[i])
            out_printf(r->cli, ", %u %s", r->counts[i],
                       r->counts[i] > 1 && states[i].several ? states[i].several : states[i].name);
    if (not_reached(r))
        out_printf(r->cli, ", %u not reached", not_reached(r));
    out_puts(r->cli, "\n");
}

static void summary_json(struct tally *r)
{
    json_t *sum = json_object();
    json_object_set_new(sum, "units", json_integer(r->total));
    for (size_t i = 1; i < STATES; i++)
        json_object_set_new(sum, json_states[i], json_integer(r->counts[i]));
    json_object_set_new(sum, "not-reached", json_integer(not_reached(r)));
    out_puts(r->cli, r->first ? "],\n" : "\n],\n");
    if (r->dry_run) {
        out_puts(r->cli, "\"plans\": ");
        out_json_part(r->cli, json_incref(r->documents));
        out_puts(r->cli, ",\n");
    }
    out_puts(r->cli, "\"summary\": ");
    out_json_part(r->cli, sum);
    out_puts(r->cli, "\n}\n");
}

int tally_end(struct tally *r, int code)
{
    if (r->json)
        summary_json(r);
    else if (r->total > 1)
        summary_text(r);
    /* The units of another target may be well, or differ. */
    bool answered = r->declined || r->unasked || *signals_flag();
    if (r->counts[MOULT_UNIT_FAILED] && r->total > 1 && !answered &&
        (code == EXIT_DIFFERS || (code == r->unit_exit && some_well(r))))
        code = EXIT_SOME_FAILED;
    tdestroy(r->plans, free);
    r->plans = NULL;
    json_decref(r->documents);
    r->documents = NULL;
    return code;
}

/* ---- options of commands that write ---- */

const struct option write_options[] = {
    {"allow", 0, OPTION_LIST, offsetof(struct write_options, allow), "HAZARD,...|all", NULL,
     "hazards that the plan may have; moult plan names them", false},
    {"yes", 'y', OPTION_FLAG, offsetof(struct write_options, yes), NULL, NULL,
     "carry out without asking", false},
    {"dry-run", 'n', OPTION_FLAG, offsetof(struct write_options, dry_run), NULL, NULL,
     "show the plan after rehearsing it on a scratch copy; write nothing", false},
    {"keep-going", 'k', OPTION_FLAG, offsetof(struct write_options, keep_going), NULL, NULL,
     "go on with the other tenants when one fails", false},
    {"lock-timeout", 0, OPTION_MILLIS, offsetof(struct write_options, lock_timeout), "TIME", NULL,
     "how long a lock is waited for: 500ms, 10s (the default), 2m", false},
    {0},
};

int write_run_options(struct cli *cli, const struct write_options *from, struct tally *tally,
                      moult_run_options *out)
{
    *out = (moult_run_options){
        .size = MOULT_END(moult_run_options, arg),
        .dry_run = from->dry_run,
        .keep_going = from->keep_going,
        .lock_timeout_ms = from->lock_timeout,
        .plan = {.size = MOULT_END(moult_plan_options, planners), .rehearse = 1},
        .unit = tally_unit,
        .confirm = tally_confirm,
        .arg = tally,
    };
    for (size_t i = 0; i < from->allow.count; i++) {
        uint32_t bits;
        moult_status st = moult_hazards_parse(from->allow.items[i], &bits, cli->err);
        if (st)
            return cli_failed(cli, st);
        out->allow |= bits;
    }
    return 0;
}
