/* SPDX-License-Identifier: Apache-2.0 */
/* settings.c - the settings that a text makes for its later statements, where they change what
 * those mean.  All others of a text are left out, or refused.
 *
 * Dumps keep the old value of a setting in a variable and put it back later.  Such variables are
 * followed; expressions are not. */
#include <stdlib.h>

#include "split.h"

/* What is carried: a setting, and the number that it shares with others that set the same. */
static const struct {
    const char *name;
    uint32_t slot;
} carried[] = {
    {"sql_mode", 0},
    {"character_set_client", 1},
    {"character_set_connection", 2},
    {"collation_connection", 2},
    {"time_zone", 3},
    {"foreign_key_checks", 4},
    {"default_storage_engine", 5},
    {"storage_engine", 5},
    {"explicit_defaults_for_timestamp", 6},
    {"innodb_strict_mode", 7},
    {"system_versioning_alter_history", 8},
    {"old_mode", 9},
    {"character_set_collations", 10},
    {"default_collation_for_utf8mb4", 11},
    {"div_precision_increment", 12},
    {"sql_if_exists", 13},
    {"check_constraint_checks", 14},
    {"innodb_compression_default", 15},
    {"sql_generate_invisible_primary_key", 16},
};
#define CARRIED (uint32_t)(sizeof carried / sizeof *carried)
#define SLOTS 17u
#define SLOT_MODE 0u
#define SLOT_CLIENT 1u
#define SLOT_CONNECTION 2u
#define SLOT_ENGINE 5u
/* Whoever sets up a session sets these in any case. */
static const bool is_usual[SLOTS] = {
    [0] = true, [1] = true, [2] = true, [3] = true, [4] = true, [5] = true, [7] = true};

/* Left out: what they set is pinned, or of no meaning to a schema. */
static const char *const idle[] = {"alter_algorithm",
                                   "autocommit",
                                   "auto_increment_increment",
                                   "auto_increment_offset",
                                   "big_tables",
                                   "bulk_insert_buffer_size",
                                   "character_set_database",
                                   "character_set_results",
                                   "character_set_server",
                                   "collation_database",
                                   "collation_server",
                                   "completion_type",
                                   "default_tmp_storage_engine",
                                   "default_week_format",
                                   "deadlock_timeout_long",
                                   "group_concat_max_len",
                                   "identity",
                                   "information_schema_stats_expiry",
                                   "innodb_lock_wait_timeout",
                                   "insert_id",
                                   "interactive_timeout",
                                   "join_buffer_size",
                                   "last_insert_id",
                                   "lc_messages",
                                   "lc_time_names",
                                   "lock_wait_timeout",
                                   "long_query_time",
                                   "low_priority_updates",
                                   "max_allowed_packet",
                                   "max_execution_time",
                                   "max_heap_table_size",
                                   "max_sort_length",
                                   "max_statement_time",
                                   "myisam_sort_buffer_size",
                                   "net_buffer_length",
                                   "net_read_timeout",
                                   "net_write_timeout",
                                   "note_verbosity",
                                   "optimizer_switch",
                                   "print_identified_with_as_hex",
                                   "profiling",
                                   "query_cache_type",
                                   "read_buffer_size",
                                   "read_rnd_buffer_size",
                                   "show_create_table_skip_secondary_engine",
                                   "show_create_table_verbosity",
                                   "sort_buffer_size",
                                   "sql_auto_is_null",
                                   "sql_big_selects",
                                   "sql_buffer_result",
                                   "sql_log_bin",
                                   "sql_notes",
                                   "sql_quote_show_create",
                                   "sql_require_primary_key",
                                   "sql_safe_updates",
                                   "sql_select_limit",
                                   "sql_warnings",
                                   "system_versioning_innodb_algorithm_simple",
                                   "timestamp",
                                   "tmp_table_size",
                                   "transaction_isolation",
                                   "transaction_read_only",
                                   "tx_isolation",
                                   "tx_read_only",
                                   "unique_checks",
                                   "updatable_views_with_limit",
                                   "wait_timeout",
                                   NULL};

struct saved {
    struct saved *next;
    uint32_t slot;
    struct text name, value; /* of the variable; what the slot held */
};

struct settings {
    struct text slots[SLOTS]; /* "name = value"; empty: as at the beginning */
    struct saved *saved;
};

struct settings *mysettings_new(void)
{
    return calloc(1, sizeof(struct settings));
}

void mysettings_free(struct settings *s)
{
    for (uint32_t i = 0; s && i < SLOTS; i++)
        mytext_free(&s->slots[i]);
    for (struct saved *v = s ? s->saved : NULL, *next; v; v = next) {
        next = v->next;
        mytext_free(&v->name);
        mytext_free(&v->value);
        free(v);
    }
    free(s);
}

/* ---- the parts of a SET ---- */

#define ITEM_SETTING 1u
#define ITEM_VARIABLE 2u /* @x */
#define ITEM_NAMES 3u    /* SET NAMES x [COLLATE y] */
#define ITEM_CHARSET 4u  /* SET CHARACTER SET x */

struct item {
    uint32_t what;        /* ITEM_*; 0: something else */
    uint32_t name;        /* token: of the setting or variable */
    uint32_t value, next; /* tokens: the first of the value, the first behind it */
    bool global;
};

/* Behind "@@", "SESSION.", "@@global."; OUT->global as they say. */
static uint32_t scope(const struct sentence *s, uint32_t i, struct item *out)
{
    static const char *const mine[] = {"session", "local", NULL};
    static const char *const all[] = {"global", "persist", "persist_only", NULL};
    bool at = mysentence_op(s, i, '@') && mysentence_op(s, i + 1, '@');
    i += 2u * at;
    bool dotted = at && mysentence_op(s, i + 1, '.');
    if ((at && !dotted) || (!mysentence_any(s, i, mine) && !mysentence_any(s, i, all)))
        return i;
    out->global = mysentence_any(s, i, all);
    return i + 1 + dotted;
}

static struct item item_at(const struct sentence *s, uint32_t i)
{
    struct item out = {0};
    uint32_t from = i;
    i = scope(s, i, &out);
    if (i == from && mysentence_is(s, i, "names")) {
        out.what = ITEM_NAMES;
        out.value = i + 1;
    } else if (i == from && mysentence_is(s, i, "charset")) {
        out.what = ITEM_CHARSET;
        out.value = i + 1;
    } else if (i == from && mysentence_is(s, i, "character") && mysentence_is(s, i + 1, "set")) {
        out.what = ITEM_CHARSET;
        out.value = i + 2;
    } else {
        bool variable = i == from && mysentence_op(s, i, '@');
        out.name = i + variable;
        i = out.name + 1;
        while (variable && mysentence_op(s, i, '.')) /* @a.b is one name */
            i += 2;
        i += mysentence_op(s, i, ':');
        bool named = mysentence_name(s, out.name) ||
                     (variable && mysentence_at(s, out.name)->kind == TOKEN_STRING);
        out.value = i + 1;
        if (mysentence_op(s, i, '=') && named)
            out.what = variable ? ITEM_VARIABLE : ITEM_SETTING;
    }
    int64_t depth = 0;
    for (i = out.value; i < s->count && (depth || !mysentence_op(s, i, ',')); i++)
        depth += mysentence_op(s, i, '(') - mysentence_op(s, i, ')');
    out.next = i;
    return out;
}

/* The name without its quotes, if it has any. */
static struct slice name_of(const struct sentence *s, uint32_t i)
{
    const struct token *t = mysentence_at(s, i);
    bool quoted = t->kind == TOKEN_QUOTED || t->kind == TOKEN_STRING;
    return (struct slice){s->text + t->at + quoted, t->n - 2u * quoted};
}

static uint32_t slot_of(struct slice name)
{
    for (uint32_t i = 0; i < CARRIED; i++) {
        if (mytoken_equal(name.p, name.n, carried[i].name))
            return carried[i].slot;
    }
    return SLOTS;
}

static bool is_idle(struct slice name)
{
    static const char *const families[] = {"optimizer_", "session_track_", "innodb_sort_",
                                           "debug_",     "expensive_",     "histogram_"};
    for (const char *const *p = idle; *p; p++) {
        if (mytoken_equal(name.p, name.n, *p))
            return true;
    }
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        size_t k = strlen(families[i]);
        if (name.n > k && mytoken_equal(name.p, k, families[i]))
            return true;
    }
    return false;
}

static struct verdict no(const char *why, struct slice about)
{
    return (struct verdict){
        .klass = MOULT_STMT_REFUSED, .why = why, .about = about.p, .about_len = about.n};
}

struct verdict mysettings_judge(const struct sentence *s)
{
    static const char *const quiet[] = {"transaction", NULL};
    static const char *const rights[] = {"password", "role", "default", "resource", NULL};
    struct verdict v = {.klass = MOULT_STMT_SESSION, .sets = true};
    struct item ignored = {0};
    uint32_t first = scope(s, 1, &ignored);
    if (mysentence_any(s, first, quiet) && !ignored.global)
        return (struct verdict){.klass = MOULT_STMT_SESSION};
    if (mysentence_is(s, 1, "statement"))
        return no("SET STATEMENT is not taken apart: write SET and the statement",
                  (struct slice){0});
    if (mysentence_any(s, 1, rights))
        return no("SET %.*s is about the rights of an account", name_of(s, 1));
    for (uint32_t i = 1; i < s->count;) {
        struct item item = item_at(s, i);
        if (item.global)
            return no("SET GLOBAL %.*s changes the whole server", name_of(s, item.name));
        if (!item.what)
            return no("SET %.*s is not understood", name_of(s, i));
        struct slice name = name_of(s, item.name);
        if (item.what == ITEM_SETTING && slot_of(name) == SLOTS && !is_idle(name))
            return no("the setting %.*s is none that a schema may ask for", name);
        i = item.next + 1;
    }
    return s->count > 1 ? v : no("SET sets nothing", (struct slice){0});
}

/* ---- values ---- */

/* Nothing but letters, digits and what lists of modes and offsets of time zones are written with. */
static bool is_plain(struct slice v)
{
    for (size_t i = 0; i < v.n; i++) {
        char c = v.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && !strchr("_,+-:/ =.", c))
            return false;
    }
    return true;
}

/* In which no byte of a quote or backslash is part of another character. */
static bool is_safe_charset(struct slice v)
{
    static const char *const safe[] = {"utf8",  "latin",   "ascii",    "binary",  "cp125", "cp85",
                                       "cp866", "koi8",    "greek",    "hebrew",  "dec8",  "tis620",
                                       "mac",   "keybcs2", "armscii8", "geostd8", "hp8"};
    for (size_t i = 0; i < sizeof safe / sizeof *safe; i++) {
        size_t k = strlen(safe[i]);
        if (v.n >= k && mytoken_equal(v.p, k, safe[i]))
            return true;
    }
    return false;
}

static bool fits(const struct sentence *q, uint32_t slot, uint32_t at, struct slice v,
                 const char **why)
{
    if (!is_plain(v))
        *why = "a setting with a value that is not plain";
    else if ((slot == SLOT_CLIENT || slot == SLOT_CONNECTION) && !is_safe_charset(v))
        *why = "a character set that is not known, or in which quotes cannot be told: use utf8mb4";
    else if (slot == SLOT_ENGINE && !myengine_is_local(q, at))
        *why = "a default storage engine that may reach a file or another server";
    else
        return true;
    return false;
}

static bool put(struct settings *s, uint32_t slot, const char *name, size_t name_len,
                struct slice value, bool number)
{
    struct text *t = &s->slots[slot];
    mytext_clear(t);
    mytext_add(t, name, name_len);
    mytext_z(t, number ? " = " : " = '");
    mytext_slice(t, value);
    mytext_z(t, number ? "" : "'");
    return !t->failed;
}

static struct saved *variable(const struct settings *s, struct slice name)
{
    struct saved *v = s->saved;
    while (v && !slice_eq(slice_of(&v->name), name))
        v = v->next;
    return v;
}

/* "@@sql_mode", "@@session.sql_mode": the slot that is read. */
static uint32_t slot_read(const struct sentence *q, const struct item *item)
{
    struct item ignored = {0};
    uint32_t i = scope(q, item->value, &ignored);
    bool at = mysentence_op(q, item->value, '@') && mysentence_op(q, item->value + 1, '@');
    return at && !ignored.global && item->next == i + 1 ? slot_of(name_of(q, i)) : SLOTS;
}

/* @x = ...: worth remembering only where it keeps a setting. */
static bool take_variable(struct settings *s, const struct sentence *q, const struct item *item)
{
    CLEANUP_TEXT struct text name = {0};
    uint32_t slot = slot_read(q, item);
    mytext_fold(&name, name_of(q, item->name));
    struct saved *v = name.failed ? NULL : variable(s, slice_of(&name));
    if (!v && slot == SLOTS)
        return !name.failed;
    if (!v) {
        v = calloc(1, sizeof *v);
        if (!v || name.failed) {
            free(v);
            return false;
        }
        v->next = s->saved;
        s->saved = v;
        mytext_slice(&v->name, slice_of(&name));
    }
    v->slot = slot;
    mytext_clear(&v->value);
    if (slot < SLOTS)
        mytext_slice(&v->value, slice_of(&s->slots[slot]));
    return !v->name.failed && !v->value.failed;
}

static bool restore(struct settings *s, const struct sentence *q, const struct item *item,
                    uint32_t slot, const char **why)
{
    CLEANUP_TEXT struct text name = {0};
    mytext_fold(&name, name_of(q, item->value + 1));
    const struct saved *v = name.failed ? NULL : variable(s, slice_of(&name));
    if (!v || v->slot != slot || item->next != item->value + 2) {
        *why = "a setting from a variable whose value is not known: write the value itself";
        return !name.failed;
    }
    mytext_clear(&s->slots[slot]);
    mytext_slice(&s->slots[slot], slice_of(&v->value));
    return !s->slots[slot].failed;
}

static bool take_setting(struct settings *s, const struct sentence *q, const struct item *item,
                         const char **why)
{
    struct slice name = name_of(q, item->name), value = name_of(q, item->value);
    const struct token *t = mysentence_at(q, item->value);
    uint32_t slot = slot_of(name);
    if (slot == SLOTS || slot_read(q, item) == slot)
        return true;
    if (mysentence_op(q, item->value, '@') && !mysentence_op(q, item->value + 1, '@'))
        return restore(s, q, item, slot, why);
    bool one =
        item->next == item->value + 1 &&
        (mysentence_name(q, item->value) || t->kind == TOKEN_STRING || t->kind == TOKEN_NUMBER);
    bool mode_number = slot == SLOT_MODE && t->kind == TOKEN_NUMBER && !slice_is(value, "0");
    if (!one || mode_number) {
        *why = "a setting with a value that is no plain word, string or number";
        return true;
    }
    if (mysentence_is(q, item->value, "default")) {
        mytext_clear(&s->slots[slot]);
        return true;
    }
    return !fits(q, slot, item->value, value, why) ||
           put(s, slot, name.p, name.n, value, t->kind == TOKEN_NUMBER);
}

/* NAMES x [COLLATE y], CHARACTER SET x */
static bool take_names(struct settings *s, const struct sentence *q, const struct item *item,
                       const char **why)
{
    struct slice value = name_of(q, item->value), collate = {0};
    bool collates = mysentence_is(q, item->value + 1, "collate");
    if (mysentence_is(q, item->value, "default")) {
        mytext_clear(&s->slots[SLOT_CLIENT]);
        mytext_clear(&s->slots[SLOT_CONNECTION]);
        return true;
    }
    if (collates)
        collate = name_of(q, item->value + 2);
    if (item->next != item->value + 1u + 2u * collates) {
        *why = "SET NAMES of more than a name";
        return true;
    }
    if (!fits(q, SLOT_CLIENT, item->value, value, why) ||
        (collates && !fits(q, SLOT_CONNECTION, item->value + 2, collate, why)))
        return true;
    if (!put(s, SLOT_CLIENT, "character_set_client", 20, value, false))
        return false;
    if (item->what == ITEM_CHARSET) { /* the connection's is the database's */
        mytext_clear(&s->slots[SLOT_CONNECTION]);
        return true;
    }
    return collates ? put(s, SLOT_CONNECTION, "collation_connection", 20, collate, false)
                    : put(s, SLOT_CONNECTION, "character_set_connection", 24, value, false);
}

bool mysettings_take(struct settings *s, const struct sentence *q, const char **why)
{
    bool ok = true;
    for (uint32_t i = 1; ok && !*why && i < q->count;) {
        struct item item = item_at(q, i);
        if (item.what == ITEM_VARIABLE)
            ok = take_variable(s, q, &item);
        else if (item.what == ITEM_SETTING)
            ok = take_setting(s, q, &item, why);
        else
            ok = take_names(s, q, &item, why);
        i = item.next + 1;
    }
    return ok;
}

/* ---- what they are ---- */

struct lexing mysettings_lexing(const struct settings *s)
{
    const struct text *mode = &s->slots[SLOT_MODE];
    const char *quote = mode->n ? memchr(mode->p, '\'', mode->n) : NULL;
    return quote ? mylexing_of(quote + 1, mode->n - (size_t)(quote - mode->p) - 2)
                 : mylexing_of("", 0);
}

void mysettings_write(const struct settings *s, struct text *out)
{
    const char *before = "SET ";
    for (uint32_t i = 0; i < SLOTS; i++) {
        if (!s->slots[i].n)
            continue;
        mytext_z(out, before);
        mytext_slice(out, slice_of(&s->slots[i]));
        before = ", ";
    }
    if (*before == ',')
        mytext_z(out, ";");
}

bool mysettings_add_defaults(const struct sentence *q, struct text *out)
{
    for (uint32_t i = 1; i < q->count;) {
        struct item item = item_at(q, i);
        struct slice name = name_of(q, item.name);
        uint32_t slot = item.what == ITEM_SETTING ? slot_of(name) : SLOTS;
        if (slot < SLOTS && !is_usual[slot]) {
            mytext_z(out, ", ");
            mytext_slice(out, name);
            mytext_z(out, " = DEFAULT");
        }
        i = item.next + 1;
    }
    return !out->failed;
}
