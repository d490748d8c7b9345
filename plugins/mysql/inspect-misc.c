/* SPDX-License-Identifier: Apache-2.0 */
/* inspect-misc.c - the nodes of triggers and events, and of the database itself. */
#include "inspect.h"
#include "writer.h"

static struct lexing lexing_under(const struct inspect *in, struct slice sql_mode)
{
    struct lexing how = mylexing_of(sql_mode.p, sql_mode.n);
    how.version = in->how.version;
    how.mysql = in->how.mysql;
    return how;
}

/* ---- triggers ---- */

#define TRIGGER_NAME 0
#define TRIGGER_TABLE 1
#define TRIGGER_TIMING 2
#define TRIGGER_EVENT 3
#define TRIGGER_BODY 4
#define TRIGGER_MODE 5
#define TRIGGER_DEFINER 6
#define TRIGGER_CLIENT 7

/* The server gives those of one table, timing and event in the order in which they run. */
static void put_order(struct inspect *in, moult_node *node, const struct row *row)
{
    struct slice *const latest[] = {&in->trigger.table, &in->trigger.timing, &in->trigger.event};
    bool follows = in->trigger.name.p != NULL;
    for (unsigned i = 0; i < 3; i++)
        follows = follows && slice_eq(*latest[i], row_slice(row, TRIGGER_TABLE + i));
    if (follows) {
        CLEANUP_TEXT struct text path = {0};
        myput(in, node, MOULT_SHAPE, "follows", in->trigger.name);
        myput_segment(&path, "trigger", in->trigger.name);
        if (path.failed)
            myput_nomem(in);
        myput_refer(in, node, MOULT_REF_ENFORCED, slice_of(&path));
    }
    for (unsigned i = 0; !follows && i < 3; i++)
        *latest[i] = myput_copy(in, row_slice(row, TRIGGER_TABLE + i));
    in->trigger.name = myput_copy(in, row_slice(row, TRIGGER_NAME));
}

static void put_three_charsets(struct inspect *in, moult_node *node, const struct row *row,
                               unsigned first)
{
    myput(in, node, MOULT_LAYOUT, "character_set_client", row_slice(row, first));
    myput(in, node, MOULT_LAYOUT, "collation_connection", row_slice(row, first + 1));
    myput(in, node, MOULT_LAYOUT, "database_collation", row_slice(row, first + 2));
}

static void add_trigger(struct inspect *in, moult_node *node, struct slice name, struct slice body,
                        struct lexing how)
{
    struct trigger *t = mypool_alloc(&in->pool, sizeof *t);
    if (!t) {
        myput_nomem(in);
        return;
    }
    *t = (struct trigger){
        .name = myput_copy(in, name), .body = myput_copy(in, body), .how = how, .node = node};
    if (in->last_trigger)
        in->last_trigger->next = t;
    else
        in->first_trigger = t;
    in->last_trigger = t;
}

void myinspect_trigger_row(struct inspect *in, const struct row *row)
{
    struct slice name = row_slice(row, TRIGGER_NAME), table = row_slice(row, TRIGGER_TABLE);
    struct relation *r = mymark_relation(in, table);
    struct naming naming = {.how = lexing_under(in, row_slice(row, TRIGGER_MODE)),
                            .strength = MOULT_REF_TEXT,
                            .subject = r,
                            .rows = true};
    moult_node *node = myput_object(in, "trigger", name);
    myput(in, node, MOULT_SHAPE, "table", table);
    myput(in, node, MOULT_SHAPE, "timing", row_slice(row, TRIGGER_TIMING));
    myput(in, node, MOULT_SHAPE, "event", row_slice(row, TRIGGER_EVENT));
    put_order(in, node, row);
    mymark_put(in, node, "body", row_slice(row, TRIGGER_BODY), &naming);
    myput(in, node, MOULT_SHAPE, "sql_mode", row_slice(row, TRIGGER_MODE));
    myput_definer(in, node, row_slice(row, TRIGGER_DEFINER));
    put_three_charsets(in, node, row, TRIGGER_CLIENT);
    myput_claim(in, node, "trigger", name);
    if (r)
        myput_refer(in, node, MOULT_REF_OWNED, r->path);
    add_trigger(in, node, name, row_slice(row, TRIGGER_BODY), naming.how);
}

/* "x after insert on t for each row": what stands before the body, as its author wrote it. */
void myinspect_trigger(struct inspect *in, struct trigger *t, struct slice sql)
{
    struct naming naming = {.how = t->how, .strength = MOULT_REF_TEXT};
    struct lexer l = {.text = sql.p, .len = sql.n, .how = t->how};
    struct token k = mytoken_next(&l);
    while (k.kind != TOKEN_END && k.kind != TOKEN_BAD && !mytoken_is(sql.p, &k, "trigger"))
        k = mytoken_next(&l);
    k = mytoken_next(&l);
    struct lexer after = l;
    struct token dot = mytoken_next(&after);
    if (mytoken_is_op(sql.p, &dot, '.')) /* `database`.`name` */
        k = mytoken_next(&after);
    size_t end = sql.n - t->body.n;
    if (sql.n <= t->body.n || k.at >= end || memcmp(sql.p + end, t->body.p, t->body.n) != 0)
        return; /* it is written in the usual way, then */
    struct slice head = {sql.p + k.at, end - k.at};
    mytext_clear(&in->marked);
    mymark_put(in, t->node, NULL, head, &naming);
    myput(in, t->node, MOULT_LAYOUT, "head", in->marked.n ? slice_of(&in->marked) : head);
}

/* ---- events ---- */

#define EVENT_NAME 0
#define EVENT_BODY 1
#define EVENT_TYPE 2
#define EVENT_AT 3
#define EVENT_VALUE 4
#define EVENT_FIELD 5
#define EVENT_STARTS 6
#define EVENT_ENDS 7
#define EVENT_STATUS 8
#define EVENT_COMPLETION 9
#define EVENT_MODE 10
#define EVENT_ZONE 11
#define EVENT_COMMENT 12
#define EVENT_DEFINER 13
#define EVENT_CLIENT 14
#define EVENT_FROM_NOW 17
#define EVENT_SCHEMA 18

static void put_schedule(struct inspect *in, moult_node *node, const struct row *row)
{
    mytext_clear(&in->value);
    if (slice_is(row_slice(row, EVENT_TYPE), "ONE TIME")) {
        mytext_z(&in->value, "AT ");
        mytext_literal(&in->value, row_slice(row, EVENT_AT));
    } else {
        mytext_z(&in->value, "EVERY ");
        mytext_slice(&in->value, row_slice(row, EVENT_VALUE)); /* 1, or '1:30' with its quotes */
        mytext_char(&in->value, ' ');
        mytext_slice(&in->value, row_slice(row, EVENT_FIELD));
    }
    if (in->value.failed)
        myput_nomem(in);
    myput(in, node, MOULT_SHAPE, "schedule", slice_of(&in->value));
    if (row_z(row, EVENT_FROM_NOW)[0] != '1')
        myput(in, node, MOULT_SHAPE, "starts", row_slice(row, EVENT_STARTS));
    myput(in, node, MOULT_SHAPE, "ends", row_slice(row, EVENT_ENDS));
}

/* None runs in a scratch database, where they are made disabled. */
static bool meant_to_run(const struct inspect *in, struct slice name)
{
    for (const struct myevent *e = in->session->events; e; e = e->next) {
        if (slice_is(name, e->name))
            return true;
    }
    return false;
}

static void put_status(struct inspect *in, moult_node *node, const struct row *row)
{
    struct slice status = row_slice(row, EVENT_STATUS);
    if (slice_is(status, "ENABLED") || meant_to_run(in, row_slice(row, EVENT_NAME)))
        return;
    bool replica =
        slice_is(status, "SLAVESIDE_DISABLED") || slice_is(status, "REPLICA_SIDE_DISABLED");
    myput_z(in, node, MOULT_SHAPE, "status", replica ? "DISABLE ON SLAVE" : "DISABLE");
}

void myinspect_event_row(struct inspect *in, const struct row *row)
{
    struct slice name = row_slice(row, EVENT_NAME), key = myput_folded(in, name);
    struct naming naming = {.how = lexing_under(in, row_slice(row, EVENT_MODE)),
                            .strength = MOULT_REF_TEXT};
    if (!slice_is(row_slice(row, EVENT_SCHEMA), in->session->database))
        return;
    moult_node *node = myput_object(in, "event", key);
    myput_name(in, node, name, key);
    put_schedule(in, node, row);
    myput_flag(in, node, "preserve", slice_is(row_slice(row, EVENT_COMPLETION), "PRESERVE"));
    put_status(in, node, row);
    mymark_put(in, node, "body", row_slice(row, EVENT_BODY), &naming);
    myput(in, node, MOULT_SHAPE, "sql_mode", row_slice(row, EVENT_MODE));
    if (!slice_is(row_slice(row, EVENT_ZONE), "SYSTEM"))
        myput(in, node, MOULT_SHAPE, "time_zone", row_slice(row, EVENT_ZONE));
    if (row_slice(row, EVENT_COMMENT).n)
        myput(in, node, MOULT_NOTES, "comment", row_slice(row, EVENT_COMMENT));
    myput_definer(in, node, row_slice(row, EVENT_DEFINER));
    put_three_charsets(in, node, row, EVENT_CLIENT);
}

/* ---- the database ---- */

moult_node *myinspect_database(struct inspect *in)
{
    if (!in->database)
        in->database = myput_object(in, "database", slice_z(""));
    return in->database;
}

void myinspect_database_row(struct inspect *in, const struct row *row)
{
    if (slice_is(row_slice(row, 0), SCRATCH_MARKER))
        return;
    myput(in, myinspect_database(in), MOULT_NOTES, "comment", row_slice(row, 0));
}
