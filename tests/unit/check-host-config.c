/* SPDX-License-Identifier: Apache-2.0 */
/* moult.toml: what is accepted, what is refused and where, and what lies over what. */
#include <stdio.h>
#include <unistd.h>

#include "../../libcore/base/file.h"
#include "host-fixture.h"

/* ---- mistakes ---- */

static const struct mistake {
    const char *toml, *where, *message, *hint;
} mistakes[] = {
    {"[database.app]\nulr = \"sqlite:a.db\"\n", ":2:1", "unknown key \"ulr\" in [database.app]",
     "did you mean \"url\"?"},
    {"databse = 1\n", ":1:1", "unknown key \"databse\"", "did you mean \"database\"?"},
    {"database = 1\n", ":1:1", "\"database\" must be a table, not an integer", NULL},
    {"[database]\napp = \"sqlite:a.db\"\n", ":2:1", "\"app\" must be a table, not a string", NULL},
    {"[database.app]\nurl = 5\n", ":2:1", "\"url\" must be a string, not an integer", NULL},
    {"[database.app]\nurl = \"\"\n", ":2:1", "\"url\" is empty", NULL},
    {"[database.app]\nurl = \"a\\u0000b\"\n", ":2:1", "zero byte", NULL},
    {"[database.\"a.b\"]\nurl = \"sqlite:a\"\n", ":1:11", "\"a.b\" may only hold", NULL},
    {"[database.app]\nlock-timeout = -1\n", ":2:1", "0 to 86400000 milliseconds", NULL},
    {"[database.app]\nlock-timeout = 1.5\n", ":2:1", "an integer, not a fraction", NULL},
    {"[database.app]\nmanage = \"table:*\"\n", ":2:1", "\"manage\" must be an array", NULL},
    {"[database.app]\nmanage = [1]\n", ":2:11", "\"manage\" must be a string", NULL},
    {"[database.app]\nallow = [\"delets-data\"]\n", ":2:10", "does not know \"delets-data\"",
     "did you mean \"deletes-data\"?"},
    {"[database.app]\ntenants = { files = \"a\", list = [\"b\"] }\n", ":2:1",
     "must have one of files, schemas, databases, list and query", "files ="},
    {"[database.app]\ntenants = { schemas = [] }\n", ":2:13", "\"schemas\" is empty", NULL},
    {"[database.app]\ntenants = { databases = [1] }\n", ":2:26", "must be a string", NULL},
    {"[database.app]\ntenants = { query = [\"a\"] }\n", ":2:13", "must be a string", NULL},
    {"[database.app]\ntenants = {}\n", ":2:1", "must have one of", NULL},
    {"[database.app]\ntenants = { file = \"a\" }\n", ":2:13", "unknown key \"file\"",
     "did you mean \"files\"?"},
    {"[database.app]\ntenants = { list = \"a\" }\n", ":2:13", "must be an array", NULL},
    {"[database.app]\nlabels = { big = \"a\" }\n", ":2:12", "\"big\" must be an array", NULL},
    {"[database.app]\nlabels = { \"b c\" = [] }\n", ":2:12", "the label \"b c\"", NULL},
    {"[log]\nlevel = \"loud\"\n", ":2:1", "does not know \"loud\"",
     "possible is: error, warning, info, debug"},
    {"[log]\nformat = 2020-01-01\n", ":2:1", "not a date or time", NULL},
    {"[plugins.x]\nsha256 = \"abc\"\n", ":2:1", "64 lower-case hexadecimal digits", NULL},
    {"[plugins.x]\nlist = [1]\n", ":2:1", "\"list\" must be a string, an integer", NULL},
    {"[environment.prod]\nconfirm = \"yes\"\n", ":2:1", "must be true or false", NULL},
    {"[environment.prod.log]\nlevel = \"info\"\n", ":1:19", "unknown key \"log\"", "confirm"},
    {"[environment.prod]\ndatabase.app.ulr = \"x\"\n", ":2:14", "unknown key \"ulr\"", "\"url\""},
    {"[database.app\n", ":1:", "", NULL},
    {"a = 1\na = 2\n", ":2:", "", NULL},
};

START_TEST(mistake_is_told_with_its_place)
{
    const struct mistake *k = &mistakes[_i];
    moult *m = NULL;
    moult_status s = try_toml(k->toml, &m);
    ck_assert_ptr_null(m);
    ck_assert_msg(s == MOULT_ERR_CONFIG || s == MOULT_ERR_INVALID, "status %d", s);
    char place[700];
    snprintf(place, sizeof place, "%s%s", at("moult.toml"), k->where);
    ck_message(place);
    ck_message(k->message);
    ck_assert_str_eq(moult_error_detail(err, "file"), at("moult.toml"));
    ck_assert_int_eq(strtol(moult_error_detail(err, "line"), NULL, 10), strtol(k->where + 1, NULL, 10));
    ck_assert_int_gt(strtol(moult_error_detail(err, "position"), NULL, 10), 0);
    if (k->hint)
        ck_detail("hint", k->hint);
}
END_TEST

START_TEST(nesting_without_end_is_refused)
{
    CLEANUP_BUF struct buf deep = {0};
    buf_puts(&deep, "a = ");
    for (int i = 0; i < 100; i++)
        buf_char(&deep, '[');
    for (int i = 0; i < 100; i++)
        buf_char(&deep, ']');
    moult *m = NULL;
    ck_assert_int_eq(try_toml(deep.p, &m), MOULT_ERR_INVALID);
    ck_message("nested too deeply");
}
END_TEST

START_TEST(missing_file)
{
    moult *m = NULL;
    want.config = "/nonexistent/moult.toml";
    ck_assert_int_eq(moult_open_config(&want, &m, err), MOULT_ERR_CONFIG);
    ck_message("there is no configuration file \"/nonexistent/moult.toml\"");
    ck_detail("hint", "MOULT_CONFIG");
}
END_TEST

START_TEST(a_mistake_in_an_environment_not_chosen)
{
    moult *m = NULL;
    ck_assert_int_eq(try_toml("[environment.prod]\ndatabase.app.url = 1\n", &m), MOULT_ERR_CONFIG);
    ck_message(":2:14");
}
END_TEST

/* ---- sources ---- */

static const char three[] = "[database.app]\n"
                            "url = \"sqlite:file.db\"\n"
                            "[environment.prod]\n"
                            "confirm = true\n"
                            "allow = [\"rewrites-table\"]\n"
                            "database.app.url = \"sqlite:environment.db\"\n";

static const char *url_of(moult *m)
{
    const char *url = NULL;
    ck_assert_int_eq(config_string(m->config, "database.app.url", &url, err), MOULT_OK);
    return url;
}

static const char *from_of(moult *m)
{
    return config_at(m->config, "database.app.url")->from;
}

START_TEST(later_sources_win)
{
    moult *m = open_toml(three);
    ck_assert_str_eq(url_of(m), "sqlite:file.db");
    ck_assert_ptr_nonnull(strstr(from_of(m), "moult.toml:2:1"));
    ck_assert(!m->config->confirm);
    ck_assert_ptr_null(m->config->allow);
    ck_assert_ptr_null(m->config->environment);
    moult_free(m);

    want.environment = "prod";
    m = open_toml(three);
    ck_assert_str_eq(url_of(m), "sqlite:environment.db");
    ck_assert_ptr_nonnull(strstr(from_of(m), "moult.toml:6:14"));
    ck_assert(m->config->confirm);
    ck_assert_str_eq(m->config->allow->first->text.p, "rewrites-table");
    ck_assert_str_eq(m->config->environment, "prod");
    moult_free(m);

    setenv("MOULT_DATABASE__APP__URL", "sqlite:variable.db", 1);
    m = open_toml(three);
    ck_assert_str_eq(url_of(m), "sqlite:variable.db");
    ck_assert_str_eq(from_of(m), "MOULT_DATABASE__APP__URL");
    moult_free(m);

    want.set = (const char *const[]){"database.app.url=sqlite:option.db", NULL};
    m = open_toml(three);
    ck_assert_str_eq(url_of(m), "sqlite:option.db");
    ck_assert_str_eq(from_of(m), "--set");
    moult_free(m);
    unsetenv("MOULT_DATABASE__APP__URL");
}
END_TEST

START_TEST(environment_by_variable)
{
    setenv("MOULT_ENVIRONMENT", "prod", 1);
    moult *m = open_toml(three);
    ck_assert_str_eq(url_of(m), "sqlite:environment.db");
    moult_free(m);
    unsetenv("MOULT_ENVIRONMENT");
}
END_TEST

START_TEST(unknown_environment)
{
    moult *m = NULL;
    want.environment = "prdo";
    ck_assert_int_eq(try_toml(three, &m), MOULT_ERR_CONFIG);
    ck_message("there is no [environment.prdo]");
    ck_detail("hint", "did you mean \"prod\"?");
}
END_TEST

START_TEST(environment_replaces_whole_values)
{
    want.environment = "prod";
    moult *m = open_toml("[database.app]\ntenants = { files = \"a/*.db\" }\n"
                         "[environment.prod]\ndatabase.app.tenants = { list = [\"x.db\"] }\n"
                         "[environment.prod.snapshots]\npath = \"/srv\"\n");
    const struct config_value *t = config_at(m->config, "database.app.tenants");
    ck_assert_str_eq(t->first->key, "list");
    ck_assert_ptr_null(t->first->next);
    ck_assert_str_eq(config_at(m->config, "snapshots.path")->text.p, "/srv");
    moult_free(m);
}
END_TEST

START_TEST(configuration_by_variable)
{
    put("other.toml", "[database.app]\nurl = \"sqlite:other.db\"\n");
    setenv("MOULT_CONFIG", at("other.toml"), 1);
    moult *m = NULL;
    want.config = NULL;
    ck_assert_int_eq(moult_open_config(&want, &m, err), MOULT_OK);
    ck_assert_str_eq(url_of(m), "sqlite:other.db");
    ck_assert_str_eq(m->config->folder, folder);
    moult_free(m);
    unsetenv("MOULT_CONFIG");
}
END_TEST

START_TEST(variables_are_typed)
{
    setenv("MOULT_DATABASE__MY_APP__LOCK_TIMEOUT", "250", 1);
    setenv("MOULT_DATABASE__MY_APP__MANAGE", "[\"table:*\"]", 1);
    setenv("MOULT_DATABASE__MY_APP__DESIRED", "2024", 1); /* a folder's name, not a number */
    setenv("MOULT_LOG_LEVEL", "debug", 1);
    setenv("MOULT_LOG__FORMAT", "json", 1);
    setenv("MOULT_HOME_OF_SOMEBODY_ELSE", "x", 1);
    moult *m = open_toml("[database.my-app]\nurl = \"sqlite:a.db\"\n");
    ck_assert_int_eq(config_at(m->config, "database.my-app.lock-timeout")->integer, 250);
    ck_assert_str_eq(config_at(m->config, "database.my-app.manage")->first->text.p, "table:*");
    ck_assert_str_eq(config_at(m->config, "database.my-app.desired")->text.p, "2024");
    ck_assert_str_eq(config_at(m->config, "log.format")->text.p, "json");
    ck_assert_int_eq(m->log_level, MOULT_LOG_DEBUG);
    moult_free(m);
    unsetenv("MOULT_DATABASE__MY_APP__LOCK_TIMEOUT");
    unsetenv("MOULT_DATABASE__MY_APP__MANAGE");
    unsetenv("MOULT_DATABASE__MY_APP__DESIRED");
    unsetenv("MOULT_LOG_LEVEL");
    unsetenv("MOULT_LOG__FORMAT");
    unsetenv("MOULT_HOME_OF_SOMEBODY_ELSE");
}
END_TEST

START_TEST(variable_makes_a_database)
{
    setenv("MOULT_DATABASE__APP__URL", "sqlite:a.db", 1);
    moult *m = NULL;
    ck_assert_int_eq(moult_open_config(&want, &m, err), MOULT_OK);
    ck_assert_str_eq(url_of(m), "sqlite:a.db");
    moult_free(m);
    unsetenv("MOULT_DATABASE__APP__URL");
}
END_TEST

static const struct bad_variable {
    const char *name, *value, *message;
} bad_variables[] = {
    {"MOULT_DATABASE__APP__ULR", "x", "MOULT_DATABASE__APP__ULR names no setting"},
    {"MOULT_DATABSE__APP__URL", "x", "names no setting"},
    {"MOULT_DATABASE_APP_URL", "x", "names no setting"},
    {"MOULT_LOG_LEVLE", "x", "names no setting"},
    {"MOULT_LOG____LEVEL", "x", "names no setting"},
    {"MOULT_LOG__LEVEL", "loud", "MOULT_LOG__LEVEL: \"level\" does not know \"loud\""},
    {"MOULT_DATABASE__APP__LOCK_TIMEOUT", "soon", "must be an integer, not a string"},
    {"MOULT_ENABLE", "1\nx = 2", "must be an array, not a string"},
    {"MOULT_PLUGINS__X__PATH", "/tmp/x.so", "\"path\" can only be set in moult.toml"},
};

START_TEST(bad_variable_is_an_error)
{
    const struct bad_variable *b = &bad_variables[_i];
    moult *m = NULL;
    setenv(b->name, b->value, 1);
    moult_status s = try_toml("[database.app]\nurl = \"sqlite:a.db\"\n", &m);
    unsetenv(b->name);
    ck_assert_int_ne(s, MOULT_OK);
    ck_assert_ptr_null(m);
    ck_message(b->message);
}
END_TEST

static const struct bad_set {
    const char *option, *message;
} bad_sets[] = {
    {"database.app.url", "is not KEY=VALUE"},
    {"=x", "is not KEY=VALUE"},
    {"a b=x", "is not KEY=VALUE"},
    {"a\nb=x", "is not KEY=VALUE"},
    {"database.app.ulr=x", "--set: unknown key \"ulr\""},
    {"database.app.lock-timeout=soon", "must be an integer"},
    {"database.app.tenants.files=x", "must"},
    {"environment.prod.confirm=true", "only be written in moult.toml"},
    {"plugins.x.path=/tmp/x.so", "can only be set in moult.toml"},
    {"database.app.url=\xff", "--set: the value is not UTF-8"},
    {"plugins.x.sha256=0", "can only be set in moult.toml"},
};

START_TEST(bad_set_is_an_error)
{
    moult *m = NULL;
    want.set = (const char *const[]){bad_sets[_i].option, NULL};
    moult_status s = try_toml("[database.app]\ntenants = {list = [\"z\"]}\n", &m);
    ck_assert_int_ne(s, MOULT_OK);
    ck_message(bad_sets[_i].message);
}
END_TEST

START_TEST(set_takes_toml_values)
{
    want.set = (const char *const[]){"database.app.allow=[\"deletes-data\", \"all\"]",
                                     "database.app.tenants={ list = [\"a=b\"] }",
                                     "database.\"app\".url=sqlite:x=y.db",
                                     "enable=[]",
                                     "snapshots.depth=3",
                                     NULL};
    moult *m = open_toml("");
    ck_assert_str_eq(config_at(m->config, "database.app.allow")->first->next->text.p, "all");
    ck_assert_str_eq(config_at(m->config, "database.app.tenants.list")->first->text.p, "a=b");
    ck_assert_str_eq(url_of(m), "sqlite:x=y.db");
    ck_assert_uint_eq(config_at(m->config, "snapshots.depth")->type, CONFIG_INTEGER);
    moult_free(m);
}
END_TEST

/* ---- defaults, values, showing ---- */

START_TEST(defaults)
{
    moult *m = open_toml("[database.app]\nurl = \"sqlite:a.db\"\n");
    ck_assert_str_eq(setting(m, "log.level"), "\"warning\"|default");
    ck_assert_str_eq(setting(m, "log.format"), "\"text\"|default");
    ck_assert_str_eq(setting(m, "snapshots.store"), "\"store-fs\"|default");
    ck_assert_str_eq(setting(m, "database.app.planners"), "[\"planner-default\"]|default");
    ck_assert_str_eq(setting(m, "database.app.lock-timeout"), "10000|default");
    ck_assert_str_eq(setting(m, "database.app.scratch"), "");
    ck_assert_int_eq(m->log_level, MOULT_LOG_WARNING);
    ck_assert_uint_gt(m->jobs, 0);
    moult_free(m);
}
END_TEST

START_TEST(no_file_at_all)
{
    moult *m = NULL;
    ck_assert_int_eq(moult_open_config(&want, &m, err), MOULT_OK);
    ck_assert_ptr_null(m->config->path);
    ck_assert_str_eq(m->config->folder, ".");
    ck_assert_str_eq(setting(m, "snapshots.store"), "\"store-fs\"|default");
    ck_assert_ptr_null(config_at(m->config, "database"));
    moult_free(m);
}
END_TEST

START_TEST(env_is_replaced)
{
    moult *m = open_toml("[database.app]\nurl = \"env:HOST_TEST_URL\"\n");
    const char *url;
    unsetenv("HOST_TEST_URL");
    ck_assert_int_eq(config_string(m->config, "database.app.url", &url, err), MOULT_ERR_CONFIG);
    ck_assert_ptr_null(url);
    ck_message("HOST_TEST_URL, which is not set");
    ck_message(":2:1: ");
    setenv("HOST_TEST_URL", "sqlite:secret.db", 1);
    ck_assert_str_eq(url_of(m), "sqlite:secret.db");
    ck_assert_ptr_nonnull(strstr(setting(m, "database.app.url"), "\"env:HOST_TEST_URL\"|"));
    ck_assert_int_eq(config_string(m->config, "database.app.nothing", &url, err), MOULT_OK);
    ck_assert_ptr_null(url);
    ck_assert_int_eq(config_string(m->config, "database.app", &url, err), MOULT_ERR_CONFIG);
    moult_free(m);
    unsetenv("HOST_TEST_URL");
}
END_TEST

static const struct shown {
    const char *given, *want;
} showns[] = {
    {"sqlite:/srv/a.db", "sqlite:/srv/a.db"},
    {"postgres://bob:pw@host/db", "postgres://bob:***@host/db"},
    {"postgres://bob@host/db", "postgres://bob@host/db"},
    {"postgres://host:5432/db", "postgres://host:5432/db"},
    {"postgres://bob:p@ss/w:rd@host/db", "postgres://bob:***@host/db"},
    {"postgres:///db?user=bob&password=pw&x=1", "postgres:///db?user=bob&password=***&x=1"},
    {"mysql://h/db?sslPassword=pw", "mysql://h/db?sslPassword=***"},
    {"host=h password = 'a b\\'c' dbname=d", "host=h password = *** dbname=d"},
    {"s3://bucket?access_token=abc#frag", "s3://bucket?access_token=***#frag"},
    {"password='open", "password=***"},
    {"", ""},
};

START_TEST(passwords_are_hidden)
{
    struct arena a = {0};
    /* libpq allows spaces around "=", where the key is a word before. */
    ck_assert_str_eq(host_url_shown(&a, showns[_i].given).p, showns[_i].want);
    arena_free(&a);
}
END_TEST

START_TEST(settings_hide_passwords)
{
    moult *m = open_toml("[database.app]\nurl = \"postgres://u:pw@h/d\"\n"
                         "tenants = { list = [\"postgres://u:pw@h/e\"] }\n");
    ck_assert_ptr_nonnull(strstr(setting(m, "database.app.url"), "\"postgres://u:***@h/d\"|"));
    ck_assert_ptr_nonnull(
        strstr(setting(m, "database.app.tenants"), "{list = [\"postgres://u:***@h/e\"]}|"));
    moult_free(m);
}
END_TEST

START_TEST(settings_show_the_chosen_environment_alone)
{
    moult *m = open_toml(three);
    ck_assert_str_eq(setting(m, "environment.prod.confirm"), "");
    moult_free(m);
    want.environment = "prod";
    m = open_toml(three);
    ck_assert_ptr_nonnull(strstr(setting(m, "environment.prod.confirm"), "true|"));
    ck_assert_str_eq(setting(m, "environment.prod.database.app.url"), "");
    moult_free(m);
}
END_TEST

START_TEST(databases_in_file_order)
{
    moult *m = open_toml("[database.zeta]\nurl=\"sqlite:z\"\n[database.alpha]\nurl=\"sqlite:a\"\n");
    const struct config_value *v = config_at(m->config, "database")->first;
    ck_assert_str_eq(v->key, "zeta");
    ck_assert_str_eq(v->next->key, "alpha");
    moult_free(m);
}
END_TEST

/* The page tells of every key and of its default. */
START_TEST(manual_page_knows_every_key)
{
    const char *top = getenv("MOULT_SRCDIR");
    CLEANUP_BUF struct buf path = {0}, page = {0};
    buf_printf(&path, "%s/docs/man/moult.toml.5.pod", top ? top : ".");
    if (access(path.p, R_OK))
        return; /* not run from the build */
    ck_assert_int_eq(file_read(path.p, &page, err), MOULT_OK);
    for (size_t i = 0; i < config_rule_count; i++) {
        const struct config_rule *rule = &config_rules[i];
        CLEANUP_BUF struct buf key = {0}, fallback = {0};
        buf_printf(&key, "B<%s>", rule->key);
        ck_assert_msg(strstr(page.p, key.p) != NULL, "%s", key.p);
        if (!rule->fallback)
            continue;
        buf_printf(&fallback, "Default: C<%s>", rule->fallback);
        ck_assert_msg(strstr(page.p, fallback.p) != NULL, "%s: %s", rule->key, fallback.p);
    }
}
END_TEST

/* ---- messages and progress ---- */

struct heard {
    char text[200];
    int32_t level;
    unsigned count;
};

static void hear(void *arg, int32_t level, const char *msg, size_t len)
{
    struct heard *h = arg;
    snprintf(h->text, sizeof h->text, "%.*s", (int)len, msg);
    h->level = level;
    h->count++;
}

START_TEST(log_is_cut_off_at_the_level)
{
    struct heard h = {0};
    want.log = hear;
    want.log_arg = &h;
    moult *m = open_toml("[log]\nlevel = \"info\"\n");
    host_log(m, MOULT_LOG_DEBUG, "too much");
    ck_assert_uint_eq(h.count, 0);
    m->host.log(m->host.ctx, MOULT_LOG_INFO, "just right!", 10);
    ck_assert_str_eq(h.text, "just right");
    ck_assert_int_eq(h.level, MOULT_LOG_INFO);
    m->host.log(m->host.ctx, -5, "loud", 4);
    ck_assert_int_eq(h.level, MOULT_LOG_ERROR);
    host_entry_table()->log(host_entry_table()->ctx, MOULT_LOG_ERROR, "nobody's", 8);
    ck_assert_uint_eq(h.count, 2);
    moult_free(m);
}
END_TEST

static void count_progress(void *arg, const char *what, uint64_t done, uint64_t total)
{
    unsigned *count = arg;
    (void)what;
    *count += done == total ? 1000 : 1;
}

START_TEST(progress_is_throttled)
{
    unsigned count = 0;
    want.progress = count_progress;
    want.progress_arg = &count;
    moult *m = open_toml("");
    moult_op op = {.m = m, .what = "rows"};
    for (uint64_t i = 1; i <= 1000; i++)
        m->host.progress(m->host.ctx, &op, i, 1000);
    m->host.progress(m->host.ctx, NULL, 1, 1);
    ck_assert_uint_ge(count, 1001); /* the first and the last */
    ck_assert_uint_lt(count, 1020);
    moult_free(m);
}
END_TEST

START_TEST(cancel_is_seen)
{
    volatile int flag = 0;
    want.cancel = &flag;
    moult *m = open_toml("");
    moult_op op = {.m = m, .what = "rows"};
    ck_assert_int_eq(m->host.cancelled(m->host.ctx, &op), 0);
    flag = 1;
    ck_assert_int_eq(m->host.cancelled(m->host.ctx, &op), 1);
    ck_assert_int_eq(m->host.cancelled(m->host.ctx, NULL), 1);
    ck_assert_int_eq(host_entry_table()->cancelled(NULL, NULL), 0);
    moult_free(m);
}
END_TEST

START_TEST(lent_errors)
{
    const moult_host *h = host_entry_table();
    h->error_set(NULL, err, 9999, "newer than this host", 5);
    ck_assert_int_eq(moult_error_code(err), MOULT_ERR_INTERNAL);
    ck_assert_str_eq(moult_error_message(err), "newer");
    h->error_set(NULL, err, MOULT_OK, "no error", 8);
    ck_assert_int_eq(moult_error_code(err), MOULT_ERR_INTERNAL);
    h->error_set(NULL, err, MOULT_ERR_BUSY, NULL, 0);
    ck_assert_int_eq(moult_error_code(err), MOULT_ERR_BUSY);
    h->error_detail(NULL, err, "hint", "wait a bit", 4);
    ck_assert_str_eq(moult_error_detail(err, "hint"), "wait");
    h->error_detail(NULL, err, NULL, "x", 1);
    h->error_set(NULL, NULL, MOULT_ERR_BUSY, "nowhere to go", 4);
    void *p = h->alloc(NULL, 0);
    ck_assert_ptr_nonnull(p);
    h->free(NULL, p);
    h->free(NULL, NULL);
    size_t len = 7;
    ck_assert_ptr_null(h->setting(NULL, NULL, "x", &len));
    ck_assert_uint_eq(len, 0);
}
END_TEST

START_TEST(short_options_of_an_older_program)
{
    moult *m = NULL;
    put("moult.toml", "[database.app]\nurl = \"sqlite:a.db\"\n");
    moult_options old = {.size = MOULT_END(moult_options, config),
                         .config = at("moult.toml"),
                         .environment = "beyond the size"};
    ck_assert_int_eq(moult_open_config(&old, &m, err), MOULT_OK);
    ck_assert_ptr_null(m->config->environment);
    moult_free(m);
    want.plugin_dir = "/nonexistent/plugins";
    ck_assert_int_eq(moult_open_config(&want, &m, err), MOULT_ERR_CONFIG);
    ck_message("there is no plugin folder");
}
END_TEST

START_TEST(urls_are_told_from_files)
{
    ck_assert(host_is_url("sqlite:a.db"));
    ck_assert(host_is_url("postgres://h/d"));
    ck_assert(!host_is_url("c:\\file"));
    ck_assert(!host_is_url("schema/"));
    ck_assert(!host_is_url("9p:x"));
    ck_assert(!host_is_url(""));
}
END_TEST

#define ADD_EACH(t, test, table)                                                                   \
    tcase_add_loop_test(t, test, 0, (int)(sizeof(table) / sizeof *(table)))

int main(void)
{
    Suite *s = suite_create("host-config");
    TCase *t = tcase_create("mistakes");
    tcase_add_checked_fixture(t, setup, teardown);
    ADD_EACH(t, mistake_is_told_with_its_place, mistakes);
    tcase_add_test(t, nesting_without_end_is_refused);
    tcase_add_test(t, missing_file);
    tcase_add_test(t, a_mistake_in_an_environment_not_chosen);
    suite_add_tcase(s, t);
    t = tcase_create("sources");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, later_sources_win);
    tcase_add_test(t, environment_by_variable);
    tcase_add_test(t, unknown_environment);
    tcase_add_test(t, environment_replaces_whole_values);
    tcase_add_test(t, configuration_by_variable);
    tcase_add_test(t, variables_are_typed);
    tcase_add_test(t, variable_makes_a_database);
    ADD_EACH(t, bad_variable_is_an_error, bad_variables);
    ADD_EACH(t, bad_set_is_an_error, bad_sets);
    tcase_add_test(t, set_takes_toml_values);
    suite_add_tcase(s, t);
    t = tcase_create("values");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, defaults);
    tcase_add_test(t, no_file_at_all);
    tcase_add_test(t, env_is_replaced);
    ADD_EACH(t, passwords_are_hidden, showns);
    tcase_add_test(t, settings_hide_passwords);
    tcase_add_test(t, settings_show_the_chosen_environment_alone);
    tcase_add_test(t, databases_in_file_order);
    tcase_add_test(t, manual_page_knows_every_key);
    suite_add_tcase(s, t);
    t = tcase_create("services");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, log_is_cut_off_at_the_level);
    tcase_add_test(t, progress_is_throttled);
    tcase_add_test(t, cancel_is_seen);
    tcase_add_test(t, lent_errors);
    tcase_add_test(t, short_options_of_an_older_program);
    tcase_add_test(t, urls_are_told_from_files);
    suite_add_tcase(s, t);
    return run_suite(s);
}
