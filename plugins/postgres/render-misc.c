/* SPDX-License-Identifier: Apache-2.0 */
/* render-misc.c - schemas, extensions, publications, and what extends the server. */
#include "render.h"

/* "ADD a 'x', SET b 'y', DROP c": what turns one list of options into the other. */
bool say_option_changes(struct rendering *r, struct span from, struct span to)
{
    struct span rest = to, each, name, value, old, old_value;
    bool any = false;
    while (list_next(&rest, &each)) {
        if (list_has(from, each))
            continue;
        bool known = false;
        option_parts(each, &name, &value);
        for (struct span again = from, other; !known && list_next(&again, &other);) {
            option_parts(other, &old, &old_value);
            known = span_equal(old, name);
        }
        say(r, "%% %", span_of(any ? ", " : ""), span_of(known ? "SET" : "ADD"), each);
        any = true;
    }
    for (rest = from; list_next(&rest, &each);) {
        bool stays = false;
        option_parts(each, &old, &old_value);
        for (struct span again = to, other; !stays && list_next(&again, &other);) {
            option_parts(other, &name, &value);
            stays = span_equal(old, name);
        }
        if (stays)
            continue;
        say(r, "%DROP %", span_of(any ? ", " : ""), old);
        any = true;
    }
    return any;
}

static void alter_generic_options(struct rendering *r, const moult_node *from,
                                  const moult_node *to)
{
    struct span a = node_text(r->host, from, "options"), b = node_text(r->host, to, "options");
    struct text saved = r->sql;
    r->sql = (struct text){0};
    bool any = say_option_changes(r, a, b);
    struct text changes = r->sql;
    r->sql = saved;
    if (any) {
        struct span key = node_key(r->host, to);
        if (node_is(r->host, to, "user_mapping"))
            run(r, "ALTER USER MAPPING FOR % OPTIONS (%)", key,
                (struct span){changes.p, changes.n});
        else
            run(r, "ALTER % % OPTIONS (%)", span_of(kind_of(r->host, to)->word), key,
                (struct span){changes.p, changes.n});
    }
    pgtext_free(&changes);
}

/* ---- schemas ---- */

/* What initdb gave to public depends on the server's version. */
static void usual_owner(struct rendering *r)
{
    run(r, "DO $moult$ BEGIN IF pg_catalog.current_setting('server_version_num')::integer >= 150000 "
           "THEN ALTER SCHEMA public OWNER TO pg_database_owner; ELSE EXECUTE pg_catalog.format("
           "'ALTER SCHEMA public OWNER TO %', (SELECT rolname FROM pg_catalog.pg_roles WHERE oid = 10)); "
           "END IF; END $moult$", span_of("%I"));
}

static void usual_grants(struct rendering *r)
{
    run(r, "DO $moult$ BEGIN GRANT USAGE ON SCHEMA public TO PUBLIC; "
           "IF pg_catalog.current_setting('server_version_num')::integer < 150000 THEN "
           "GRANT CREATE ON SCHEMA public TO PUBLIC; END IF; END $moult$");
}

/* FROM or TO may be NULL: it is like new.  MADE: it was made anew just now, with nothing on it. */
static void alter_public(struct rendering *r, const moult_node *from, const moult_node *to,
                         bool made)
{
    const moult_host *host = r->host;
    struct span owner = node_text(host, to, "owner"), comment = node_text(host, to, "comment");
    if (owner.p && (made || node_differs(host, from, to, "owner")))
        run(r, "ALTER SCHEMA public OWNER TO %", owner);
    else if (made || node_differs(host, from, to, "owner"))
        usual_owner(r);
    if (made || node_differs(host, from, to, "grants")) {
        if (!made && !node_has(host, from, "grants"))
            run(r, "REVOKE ALL ON SCHEMA public FROM PUBLIC");
        if (!made || to)
            render_all_grants(r, made ? NULL : from, to);
        if (!node_has(host, to, "grants"))
            usual_grants(r);
    }
    if (made || node_differs(host, from, to, "comment"))
        run(r, "COMMENT ON SCHEMA public IS ~",
            comment.p ? comment : span_of("standard public schema"));
}

/* A schema that is there before moult comes.  FROM or TO may be NULL: it is like new. */
void alter_schema(struct rendering *r, const moult_node *from, const moult_node *to)
{
    const moult_host *host = r->host;
    const moult_node *node = to ? to : from;
    struct span key = node_key(host, node);
    if (node_flag(host, to, "missing")) {
        run(r, "DROP SCHEMA %", key);
        return;
    }
    bool made = node_flag(host, from, "missing");
    if (made)
        run(r, "CREATE SCHEMA %", key);
    if (span_is(key, "public")) {
        alter_public(r, from, to, made);
    } else if (to) {
        render_rights(r, from, to);
    } else if (from) {
        if (node_has(host, from, "owner"))
            run(r, "ALTER SCHEMA % OWNER TO CURRENT_USER", key);
        render_all_grants(r, from, NULL);
        if (node_has(host, from, "comment"))
            run(r, "COMMENT ON SCHEMA % IS NULL", key);
    }
}

static bool there_before(struct span key)
{
    return span_is(key, "public") || (key.n && key.p[0] == MOULT_MARK_OPEN);
}

static void create_schema(struct rendering *r, const moult_node *node)
{
    struct span key = node_key(r->host, node);
    if (there_before(key)) {
        alter_schema(r, NULL, node);
        return;
    }
    run(r, "CREATE SCHEMA %", key);
    probe(r, "SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE "
             "pg_catalog.quote_ident(nspname) = ~)", key);
    render_rights(r, NULL, node);
}

/* ---- extensions, event triggers ---- */

/* Default privileges of the acting role must not reach what an extension makes: they are taken away
 * meanwhile. */
static void own_defaults(struct rendering *r, bool on)
{
    EACH_CHILD(r->host, r->from ? r->host->tree->top(r->from) : NULL, node)
    {
        bool own = node_is(r->host, node, "default_privileges") &&
                   span_is(node_text(r->host, node, "role"), "CURRENT_USER") &&
                   tree_twin(r->host, r->to, node);
        if (own)
            render_default_privileges(r, on ? NULL : node, on ? node : NULL);
    }
}

static void create_extension(struct rendering *r, const moult_node *node)
{
    struct span schema = node_text(r->host, node, "schema");
    struct span version = node_text(r->host, node, "version");
    own_defaults(r, false);
    say(r, "CREATE EXTENSION %", node_key(r->host, node));
    if (schema.p)
        say(r, " SCHEMA %", schema);
    if (version.p)
        say(r, " VERSION ~", version);
    done(r);
    own_defaults(r, true);
    render_comment(r, NULL, node);
}

static void alter_extension(struct rendering *r, const moult_node *from, const moult_node *to)
{
    struct span key = node_key(r->host, to);
    if (node_differs(r->host, from, to, "schema"))
        run(r, "ALTER EXTENSION % SET SCHEMA %", key, node_text(r->host, to, "schema"));
    if (node_differs(r->host, from, to, "version"))
        run(r, "ALTER EXTENSION % UPDATE TO ~", key, node_text(r->host, to, "version"));
    render_comment(r, from, to);
}

static void event_enabled(struct rendering *r, const moult_node *node)
{
    struct span enabled = node_text(r->host, node, "enabled");
    run(r, "ALTER EVENT TRIGGER % %", node_key(r->host, node),
        span_of(span_is(enabled, "DISABLED")  ? "DISABLE"
                : span_is(enabled, "REPLICA") ? "ENABLE REPLICA"
                : span_is(enabled, "ALWAYS")  ? "ENABLE ALWAYS"
                                              : "ENABLE"));
}

static void create_event_trigger(struct rendering *r, const moult_node *node)
{
    struct span tags = node_text(r->host, node, "tags"), each;
    struct span function = node_text(r->host, node, "function");
    say(r, "CREATE EVENT TRIGGER % ON %", node_key(r->host, node),
        node_text(r->host, node, "event"));
    for (bool first = true; list_next(&tags, &each); first = false) {
        say(r, first ? " WHEN TAG IN (" : ", ");
        if (each.n && each.p[0] == '\'')
            say_span(r, each);
        else
            say_literal(r, each);
    }
    if (node_has(r->host, node, "tags"))
        say(r, ")");
    run(r, " EXECUTE FUNCTION %%", function,
        span_of(function.n && function.p[function.n - 1] == ')' ? "" : "()"));
    if (node_has(r->host, node, "enabled"))
        event_enabled(r, node);
    render_rights(r, NULL, node);
}

/* ---- text search ---- */

/* "word: s.d1, s.d2; ..." */
static bool mapping_next(struct span *rest, struct span *word, struct span *dictionaries)
{
    while (rest->n && (*rest->p == ' ' || *rest->p == ';'))
        *rest = span_after(*rest, 1);
    const char *colon = rest->n ? memchr(rest->p, ':', rest->n) : NULL;
    if (!colon)
        return false;
    *word = (struct span){rest->p, (size_t)(colon - rest->p)};
    *rest = span_after(*rest, word->n + 1);
    size_t at = 0;
    while (at < rest->n && rest->p[at] != ';')
        at += sql_token(span_after(*rest, at));
    *dictionaries = (struct span){rest->p, at < rest->n ? at : rest->n};
    *rest = span_after(*rest, dictionaries->n);
    return true;
}

static struct span mapping_find(struct span list, struct span wanted)
{
    struct span word, dictionaries;
    while (mapping_next(&list, &word, &dictionaries))
        if (span_equal(word, wanted))
            return dictionaries;
    return NO_SPAN;
}

static void text_search_mappings(struct rendering *r, const moult_node *from, const moult_node *to)
{
    struct span key = node_key(r->host, to), word, dictionaries;
    struct span old = node_text(r->host, from, "mappings"), new = node_text(r->host, to, "mappings");
    for (struct span rest = old; mapping_next(&rest, &word, &dictionaries);)
        if (!span_equal(mapping_find(new, word), dictionaries))
            run(r, "ALTER TEXT SEARCH CONFIGURATION % DROP MAPPING FOR %", key, word);
    for (struct span rest = new; mapping_next(&rest, &word, &dictionaries);)
        if (!span_equal(mapping_find(old, word), dictionaries))
            run(r, "ALTER TEXT SEARCH CONFIGURATION % ADD MAPPING FOR % WITH %", key, word,
                dictionaries);
}

/* ---- operator classes and families ---- */

static void create_operator_class(struct rendering *r, const moult_node *node)
{
    const moult_host *host = r->host;
    struct span key = node_key(host, node), members = node_text(host, node, "members");
    struct span family = node_text(host, node, "family"), storage = node_text(host, node, "storage");
    const char *using = memmem(key.p, key.n, " USING ", 7);
    size_t head = using ? (size_t)(using - key.p) : key.n;
    say(r, "CREATE OPERATOR CLASS % % FOR TYPE %%", (struct span){key.p, head},
        span_of(node_flag(host, node, "default") ? "DEFAULT" : ""), node_text(host, node, "type"),
        span_after(key, head));
    if (family.p)
        say(r, " FAMILY %", family);
    say(r, " AS %", members);
    if (storage.p)
        say(r, "%STORAGE %", span_of(members.n ? ", " : ""), storage);
    done(r);
    render_rights(r, NULL, node);
}

/* ---- foreign data, languages ---- */

static void say_part(struct rendering *r, const moult_node *node, const char *word,
                     const char *name)
{
    struct span value = node_text(r->host, node, name);
    if (value.p)
        say(r, " % %", span_of(word), value);
}

static void create_foreign(struct rendering *r, const moult_node *node)
{
    const moult_host *host = r->host;
    struct span options = node_text(host, node, "options");
    bool mapping = node_is(host, node, "user_mapping");
    say(r, "CREATE %%% %",
        span_of(node_flag(host, node, "trusted") ? "TRUSTED " : ""),
        span_of(kind_of(host, node)->word), span_of(mapping ? " FOR" : ""), node_key(host, node));
    if (node_is(host, node, "server"))
        say_part(r, node, "TYPE", "type");
    say_part(r, node, "VERSION", "version");
    say_part(r, node, "FOREIGN DATA WRAPPER", "wrapper");
    say_part(r, node, "HANDLER", "handler");
    say_part(r, node, "INLINE", "inline");
    say_part(r, node, "VALIDATOR", "validator");
    if (options.p)
        say(r, " OPTIONS (%)", options);
    done(r);
    render_rights(r, NULL, node);
}

static void alter_foreign(struct rendering *r, const moult_node *from, const moult_node *to)
{
    struct span key = node_key(r->host, to), value;
    if (node_is(r->host, to, "server") && node_differs(r->host, from, to, "version")) {
        value = node_text(r->host, to, "version");
        if (value.p)
            run(r, "ALTER SERVER % VERSION %", key, value);
        else
            run(r, "ALTER SERVER % VERSION NULL", key);
    }
    if (node_is(r->host, to, "foreign_data_wrapper") && node_differs(r->host, from, to, "handler")) {
        value = node_text(r->host, to, "handler");
        run(r, value.p ? "ALTER FOREIGN DATA WRAPPER % HANDLER %"
                       : "ALTER FOREIGN DATA WRAPPER % NO HANDLER", key, value);
    }
    if (node_is(r->host, to, "foreign_data_wrapper") &&
        node_differs(r->host, from, to, "validator")) {
        value = node_text(r->host, to, "validator");
        run(r, value.p ? "ALTER FOREIGN DATA WRAPPER % VALIDATOR %"
                       : "ALTER FOREIGN DATA WRAPPER % NO VALIDATOR", key, value);
    }
    alter_generic_options(r, from, to);
    render_rights(r, from, to);
}

/* ---- publications and subscriptions ---- */

static void say_published(struct rendering *r, const moult_node *node)
{
    struct span tables = node_text(r->host, node, "tables");
    struct span schemas = node_text(r->host, node, "schemas");
    if (tables.n)
        say(r, " TABLE %", tables);
    if (schemas.n)
        say(r, "% TABLES IN SCHEMA %", span_of(tables.n ? "," : ""), schemas);
}

static void create_publication(struct rendering *r, const moult_node *node)
{
    struct span options = node_text(r->host, node, "options");
    say(r, "CREATE PUBLICATION %", node_key(r->host, node));
    if (node_flag(r->host, node, "all_tables"))
        say(r, " FOR ALL TABLES");
    else if (node_has(r->host, node, "tables") || node_has(r->host, node, "schemas")) {
        say(r, " FOR");
        say_published(r, node);
    }
    if (options.p)
        say(r, " WITH (%)", options);
    done(r);
    render_rights(r, NULL, node);
}

static void alter_publication(struct rendering *r, const moult_node *from, const moult_node *to)
{
    struct span key = node_key(r->host, to), options = node_text(r->host, to, "options");
    if (node_differs(r->host, from, to, "tables") || node_differs(r->host, from, to, "schemas")) {
        if (node_has(r->host, to, "tables") || node_has(r->host, to, "schemas")) {
            say(r, "ALTER PUBLICATION % SET", key);
            say_published(r, to);
        } else {
            struct span each, list = node_text(r->host, from, "tables");
            say(r, "ALTER PUBLICATION % DROP", key);
            for (bool first = true; list_next(&list, &each); first = false) {
                size_t n = 0; /* the name alone, without columns and filter */
                while (n < each.n && each.p[n] != ' ')
                    n += sql_token(span_after(each, n));
                say(r, first ? " TABLE %" : ", %", (struct span){each.p, n});
            }
            list = node_text(r->host, from, "schemas");
            if (list.n)
                say(r, "% TABLES IN SCHEMA %",
                    span_of(node_has(r->host, from, "tables") ? "," : ""), list);
        }
        done(r);
    }
    if (node_differs(r->host, from, to, "options"))
        run(r, "ALTER PUBLICATION % SET (%)", key,
            options.p ? options
                      : span_of("publish = 'insert, update, delete, truncate', "
                                "publish_via_partition_root = false"));
    render_rights(r, from, to);
}

static void alter_subscription(struct rendering *r, const moult_node *from, const moult_node *to)
{
    struct span key = node_key(r->host, to);
    if (node_differs(r->host, from, to, "publications"))
        run(r, "ALTER SUBSCRIPTION % SET PUBLICATION % WITH (refresh = false)", key,
            node_text(r->host, to, "publications"));
    if (node_has(r->host, to, "options") && node_differs(r->host, from, to, "options"))
        run(r, "ALTER SUBSCRIPTION % SET (%)", key, node_text(r->host, to, "options"));
    render_rights(r, from, to);
}

/* ---- what is created by a definition ---- */

static bool create_defined(struct rendering *r, const moult_node *node)
{
    const moult_host *host = r->host;
    struct span key = node_key(host, node), definition = node_text(host, node, "definition");
    if (node_is(host, node, "operator") && !definition.p) {
        nothing(r, "it comes with the operator that names it");
        return true;
    }
    if (node_is(host, node, "operator")) {
        const char *open = memchr(key.p, '(', key.n);
        run(r, "CREATE OPERATOR % %", (struct span){key.p, open ? (size_t)(open - key.p) : key.n},
            definition);
    } else if (node_is(host, node, "conversion")) {
        run(r, "CREATE %CONVERSION % %",
            span_of(node_flag(host, node, "default") ? "DEFAULT " : ""), key, definition);
    } else if (definition.p) {
        run(r, "CREATE % % %", span_of(kind_of(host, node)->word), key, definition);
    } else {
        return false;
    }
    render_rights(r, NULL, node);
    return true;
}

bool create_misc(struct rendering *r, const moult_node *node)
{
    const moult_host *host = r->host;
    struct span key = node_key(host, node), options = node_text(host, node, "options"), each;
    if (node_is(host, node, "schema")) {
        create_schema(r, node);
    } else if (node_is(host, node, "extension")) {
        create_extension(r, node);
    } else if (node_is(host, node, "event_trigger")) {
        create_event_trigger(r, node);
    } else if (node_is(host, node, "default_privileges")) {
        render_default_privileges(r, NULL, node);
    } else if (node_is(host, node, "member")) {
        render_member(r, NULL, node);
    } else if (node_is(host, node, "operator_class")) {
        create_operator_class(r, node);
    } else if (node_is(host, node, "operator_family")) {
        struct span members = node_text(host, node, "members");
        run(r, "CREATE OPERATOR FAMILY %", key);
        while (list_next(&members, &each))
            run(r, "ALTER OPERATOR FAMILY % ADD %", key, each);
        render_rights(r, NULL, node);
    } else if (node_is(host, node, "text_search_configuration")) {
        run(r, "CREATE TEXT SEARCH CONFIGURATION % (PARSER = %)", key,
            node_text(host, node, "parser"));
        text_search_mappings(r, NULL, node);
        render_rights(r, NULL, node);
    } else if (node_is(host, node, "text_search_dictionary")) {
        say(r, "CREATE TEXT SEARCH DICTIONARY % (TEMPLATE = %", key,
            node_text(host, node, "template"));
        run(r, options.p ? ", %)" : ")", options);
        render_rights(r, NULL, node);
    } else if (node_is(host, node, "language") || node_is(host, node, "foreign_data_wrapper") ||
               node_is(host, node, "server") || node_is(host, node, "user_mapping")) {
        create_foreign(r, node);
    } else if (node_is(host, node, "publication")) {
        create_publication(r, node);
    } else {
        return create_defined(r, node);
    }
    return true;
}

bool alter_misc(struct rendering *r, const moult_node *from, const moult_node *to)
{
    const moult_host *host = r->host;
    if (node_is(host, to, "schema") && there_before(node_key(host, to))) {
        alter_schema(r, from, to);
    } else if (node_is(host, to, "extension")) {
        alter_extension(r, from, to);
    } else if (node_is(host, to, "event_trigger")) {
        if (node_differs(host, from, to, "enabled"))
            event_enabled(r, to);
        render_rights(r, from, to);
    } else if (node_is(host, to, "default_privileges")) {
        render_default_privileges(r, from, to);
    } else if (node_is(host, to, "member")) {
        render_member(r, from, to);
    } else if (node_is(host, to, "publication")) {
        alter_publication(r, from, to);
    } else if (node_is(host, to, "subscription")) {
        alter_subscription(r, from, to);
    } else if (node_is(host, to, "text_search_configuration")) {
        text_search_mappings(r, from, to);
        render_rights(r, from, to);
    } else if (node_is(host, to, "text_search_dictionary")) {
        if (node_differs(host, from, to, "options"))
            run(r, "ALTER TEXT SEARCH DICTIONARY % (%)", node_key(host, to),
                node_text(host, to, "options"));
        render_rights(r, from, to);
    } else if (node_is(host, to, "language") || node_is(host, to, "foreign_data_wrapper") ||
               node_is(host, to, "server") || node_is(host, to, "user_mapping")) {
        alter_foreign(r, from, to);
    } else {
        render_rights(r, from, to);
    }
    return true;
}
