/* SPDX-License-Identifier: Apache-2.0 */
/* Opening files, what is asked of them, and finding tenants. */
#include "check-sqlite.h"

#include <stdio.h>
#include <sys/stat.h>

#include "../../plugins/sqlite/bookkeeping.h"

static moult_status try_open(const char *url, uint32_t purpose, moult_error *err)
{
    moult_open how = {.size = MOULT_END(moult_open, lock_timeout_ms),
                      .purpose = purpose,
                      .url = url,
                      .lock_timeout_ms = 20};
    moult_session *s = NULL;
    moult_status st = sqlite_reader_open(&sqlite_test_host, &how, &s, err);
    sqlite_reader_close(s);
    return st;
}

static moult_status try_path(const char *path, uint32_t purpose, moult_error *err)
{
    char url[300];
    snprintf(url, sizeof url, "sqlite:%s", path);
    return try_open(url, purpose, err);
}

START_TEST(urls_name_files)
{
    ck_assert_str_eq(sqlite_url_path("sqlite:a.db"), "a.db");
    ck_assert_str_eq(sqlite_url_path("sqlite:/srv/a.db"), "/srv/a.db");
    ck_assert_str_eq(sqlite_url_path("sqlite:///srv/a.db"), "/srv/a.db");
    ck_assert_str_eq(sqlite_url_path("sqlite:a b?mode=rwc%20"), "a b?mode=rwc%20");
    ck_assert_ptr_null(sqlite_url_path("sqlite:"));
    ck_assert_ptr_null(sqlite_url_path("sqlite://host/a.db"));
    ck_assert_ptr_null(sqlite_url_path("postgresql:a"));
}
END_TEST

START_TEST(what_is_no_database_is_told_apart)
{
    moult_error *err = moult_error_new();
    ck_assert_int_eq(try_open("sqlite:", 1, err), MOULT_ERR_CONFIG);
    ck_assert_int_eq(try_path(sqlite_test_path("missing.db"), 1, err), MOULT_ERR_NOT_FOUND);
    ck_assert_ptr_nonnull(moult_error_detail(err, "hint"));
    ck_assert_int_eq(try_path(sqlite_test_path(""), 1, err), MOULT_ERR_CONFIG);
    ck_assert_int_eq(try_open("sqlite::memory:", 1, err), MOULT_ERR_NOT_FOUND);
    ck_assert_int_eq(try_open("sqlite:file:x?mode=memory", 1, err), MOULT_ERR_NOT_FOUND);
    const char *text = sqlite_test_path("text.db");
    char line[2000];
    memset(line, 'x', sizeof line);
    sqlite_test_write(text, line, sizeof line);
    ck_assert_int_eq(try_path(text, 1, err), MOULT_ERR_INVALID);
    ck_assert_str_eq(moult_error_message(err), "cannot read the database: file is not a database");
    ck_assert_str_eq(moult_error_detail(err, "vendor_code"), "26");
    ck_assert_str_eq(moult_error_detail(err, "file"), text);
    const char *empty = sqlite_test_path("empty.db");
    sqlite_test_write(empty, "", 0);
    ck_assert_int_eq(try_path(empty, 1, err), MOULT_OK);
    moult_tree *t = sqlite_test_tree(empty, NULL);
    ck_assert_uint_eq(t->root->child_count, 0);
    tree_free(t);
    struct stat st;
    ck_assert_int_eq(stat(empty, &st), 0);
    ck_assert_int_eq(st.st_size, 0);
    moult_error_free(err);
}
END_TEST

START_TEST(broken_pages_are_corrupt)
{
    const char *path = sqlite_test_make("c.db", "CREATE TABLE t (a); CREATE TABLE u (b)");
    FILE *f = fopen(path, "r+");
    fseek(f, 100, SEEK_SET);
    for (int i = 0; i < 200; i++)
        fputc(0xee, f);
    fclose(f);
    moult_error *err = moult_error_new();
    moult_status st = try_path(path, 1, err);
    if (st == MOULT_OK)
        st = sqlite_test_inspect(path, err);
    ck_assert_int_eq(st, MOULT_ERR_CORRUPT);
    ck_assert_ptr_nonnull(moult_error_detail(err, "hint"));
    moult_error_free(err);
}
END_TEST

START_TEST(locked_files_are_busy)
{
    const char *path = sqlite_test_make("l.db", "CREATE TABLE t (a)");
    sqlite3 *db;
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
    moult_error *err = moult_error_new();
    ck_assert_int_eq(try_path(path, 1, err), MOULT_ERR_BUSY);
    sqlite3_close(db);
    ck_assert_int_eq(try_path(path, 1, err), MOULT_OK);
    moult_error_free(err);
}
END_TEST

START_TEST(readers_cannot_write)
{
    const char *path = sqlite_test_make("r.db", "CREATE TABLE t (a)");
    moult_session *s = sqlite_test_open(path, MOULT_PURPOSE_READ);
    ck_assert_int_eq(sqlite3_exec(s->db, "INSERT INTO t VALUES (1)", NULL, NULL, NULL),
                     SQLITE_READONLY);
    ck_assert_int_ne(sqlite3_exec(s->db, "ATTACH ':memory:' AS x", NULL, NULL, NULL), SQLITE_OK);
    sqlite_reader_cancel(s); /* harmless when nothing runs */
    moult_server server;
    ck_assert_int_eq(sqlite_reader_server(s, &server, NULL), MOULT_OK);
    ck_assert_str_eq(server.make, "SQLite");
    ck_assert_uint_eq(server.major, 3);
    ck_assert_str_eq(server.version, sqlite3_libversion());
    sqlite_reader_close(s);
    s = sqlite_test_open(path, MOULT_PURPOSE_WRITE);
    ck_assert_int_eq(sqlite3_exec(s->db, "BEGIN; INSERT INTO t VALUES (1)", NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite_reader_close(s); /* rolls back */
    s = sqlite_test_open(path, MOULT_PURPOSE_READ);
    uint64_t rows, bytes;
    ck_assert_int_eq(sqlite_reader_measure(s, "table:t", 7, &rows, &bytes, NULL), MOULT_OK);
    ck_assert_uint_eq(rows, 0);
    sqlite_reader_close(s);
    sqlite_reader_close(NULL);
}
END_TEST

START_TEST(inspect_can_be_cancelled)
{
    char *sql = malloc((size_t)200 * 40);
    size_t n = 0;
    for (int i = 0; i < 100; i++)
        n += (size_t)sprintf(sql + n, "CREATE TABLE t%d (a);", i);
    moult_session *s = sqlite_test_open(sqlite_test_make("k.db", sql), MOULT_PURPOSE_READ);
    free(sql);
    int op;
    s->op = (moult_op *)(void *)&op;
    moult_tree *tree = tree_new(STR("sqlite"), 3, 1, STR("SQLite"));
    ck_assert_int_eq(sqlite_reader_inspect(s, NULL, 0, tree, NULL), MOULT_ERR_CANCELLED);
    ck_assert(sqlite3_get_autocommit(s->db));
    tree_free(tree);
    sqlite_reader_close(s);
}
END_TEST

START_TEST(inspect_sees_the_own_transaction)
{
    moult_session *s =
        sqlite_test_open(sqlite_test_make("t.db", "CREATE TABLE t (a)"), MOULT_PURPOSE_WRITE);
    ck_assert_int_eq(sqlite3_exec(s->db, "BEGIN; CREATE TABLE u (b)", NULL, NULL, NULL), SQLITE_OK);
    moult_tree *tree = tree_new(STR("sqlite"), 3, 1, STR("SQLite"));
    ck_assert_int_eq(sqlite_reader_inspect(s, NULL, 0, tree, NULL), MOULT_OK);
    ck_assert_uint_eq(tree->root->child_count, 2);
    ck_assert(!sqlite3_get_autocommit(s->db)); /* and leaves it open */
    tree_free(tree);
    sqlite_reader_close(s);
}
END_TEST

static void stamp_of(const char *path, uint8_t out[32])
{
    moult_session *s = sqlite_test_open(path, MOULT_PURPOSE_READ);
    ck_assert_int_eq(sqlite_reader_stamp(s, out, NULL), MOULT_OK);
    sqlite_reader_close(s);
}

static const char *const own_tables =
#define BOOKKEEPING_SQL(table, name, sql) sql ";"
    BOOKKEEPING_TABLES(
        BOOKKEEPING_SQL) "INSERT INTO moult_format VALUES ('" BOOKKEEPING_MARKER "', 1);"
                         "INSERT INTO moult_run VALUES (1, 'r1', 'open', 'now', '{}');"
                         "INSERT INTO moult_run VALUES (2, 'r1', 'done', 'later', '{\"a\":1}')";
#undef BOOKKEEPING_SQL

START_TEST(stamps_tell_schemas_apart)
{
    uint8_t a[32], b[32], c[32], d[32];
    const char *path = sqlite_test_make("1.db", "CREATE TABLE t (a)");
    stamp_of(path, a);
    stamp_of(sqlite_test_make("2.db", "CREATE TABLE t (a); INSERT INTO t VALUES (1)"), b);
    stamp_of(sqlite_test_make("3.db", "CREATE TABLE t (a, b)"), c);
    ck_assert_mem_eq(a, b, 32);
    ck_assert_mem_ne(a, c, 32);
    sqlite_test_exec(path, own_tables);
    stamp_of(path, d);
    ck_assert_mem_eq(a, d, 32); /* moult's own tables do not count */
    sqlite_test_exec(path, "DELETE FROM moult_format");
    stamp_of(path, d);
    ck_assert_mem_ne(a, d, 32); /* without the marker they are the user's */
}
END_TEST

struct got {
    size_t n;
    char text[256];
};

static moult_status get_record(void *arg, const moult_record *r)
{
    struct got *got = arg;
    got->n++;
    snprintf(got->text, sizeof got->text, "%llu %s %s %s %.*s", (unsigned long long)r->seq, r->run,
             r->event, r->at, (int)r->body_len, r->body);
    return MOULT_OK;
}

START_TEST(records_are_known_by_their_marker)
{
    const char *path = sqlite_test_make("1.db", "CREATE TABLE t (a)");
    moult_session *s = sqlite_test_open(path, MOULT_PURPOSE_READ);
    struct got got = {0};
    ck_assert_int_eq(sqlite_reader_records(s, MOULT_RECORD_RUN, 0, get_record, &got, NULL),
                     MOULT_OK);
    ck_assert_uint_eq(got.n, 0);
    sqlite_test_exec(path, own_tables);
    ck_assert_int_eq(sqlite_reader_records(s, MOULT_RECORD_RUN, 0, get_record, &got, NULL),
                     MOULT_OK);
    ck_assert_uint_eq(got.n, 2);
    ck_assert_str_eq(got.text, "2 r1 done later {\"a\":1}");
    ck_assert_int_eq(sqlite_reader_records(s, MOULT_RECORD_RUN, 1, get_record, &got, NULL),
                     MOULT_OK);
    ck_assert_uint_eq(got.n, 3);
    ck_assert_int_eq(sqlite_reader_records(s, MOULT_RECORD_AUDIT, 0, get_record, &got, NULL),
                     MOULT_OK);
    ck_assert_uint_eq(got.n, 3);
    sqlite_reader_close(s);
    moult_tree *t = sqlite_test_tree(path, NULL);
    ck_assert_uint_eq(t->root->child_count, 1);
    tree_free(t);
}
END_TEST

START_TEST(a_users_table_of_that_name_is_a_table)
{
    const char *path = sqlite_test_make("1.db", "CREATE TABLE moult_run (a); CREATE TABLE t (b)");
    moult_tree *t = sqlite_test_tree(path, NULL);
    ck_assert_uint_eq(t->root->child_count, 2);
    ck_assert_ptr_nonnull(tree_find(t, STR("table:moult_run")));
    tree_free(t);
    moult_session *s = sqlite_test_open(path, MOULT_PURPOSE_READ);
    moult_error *err = moult_error_new();
    ck_assert_int_eq(sqlite_reader_records(s, MOULT_RECORD_RUN, 0, get_record, NULL, err),
                     MOULT_ERR_EXISTS);
    ck_assert_ptr_nonnull(strstr(moult_error_message(err), "moult_run"));
    sqlite_reader_close(s);
    moult_error_free(err);
}
END_TEST

static moult_status see_right(void *arg, const char *name, uint32_t held, const char *note)
{
    struct buf *b = arg;
    ck_assert_ptr_nonnull(note);
    buf_printf(b, "%s=%u ", name, held);
    return MOULT_OK;
}

START_TEST(rights_and_sizes)
{
    const char *path = sqlite_test_make(
        "1.db", "CREATE TABLE \"a b\" (x); INSERT INTO \"a b\" VALUES (1), (2);"
                "CREATE INDEX i ON \"a b\" (x); CREATE TABLE w (k PRIMARY KEY) WITHOUT ROWID");
    moult_session *s = sqlite_test_open(path, MOULT_PURPOSE_READ);
    struct buf b = {0};
    ck_assert_int_eq(sqlite_reader_rights(s, see_right, &b, NULL), MOULT_OK);
    ck_assert_str_eq(
        b.p,
        "read=1 write=1 write-folder=1 disk-space=1 journal-mode=1 foreign-keys=0 integrity=1 ");
    buf_free(&b);
    uint64_t rows, bytes;
    ck_assert_int_eq(sqlite_reader_measure(s, "table:a%20b", 11, &rows, &bytes, NULL), MOULT_OK);
    ck_assert_uint_eq(rows, 2);
    ck_assert(bytes == 4096 || bytes == UINT64_MAX);
    ck_assert_int_eq(sqlite_reader_measure(s, "table:w", 7, &rows, &bytes, NULL), MOULT_OK);
    ck_assert_uint_eq(rows, 0);
    ck_assert_int_eq(sqlite_reader_measure(s, "index:i", 7, &rows, &bytes, NULL), MOULT_OK);
    ck_assert_uint_eq(rows, UINT64_MAX);
    ck_assert_int_eq(sqlite_reader_measure(s, "table:none", 10, &rows, &bytes, NULL), MOULT_OK);
    ck_assert_uint_eq(rows, UINT64_MAX);
    ck_assert_int_eq(sqlite_reader_measure(s, "view:v", 6, &rows, &bytes, NULL), MOULT_OK);
    ck_assert_uint_eq(bytes, UINT64_MAX);
    sqlite_reader_close(s);
}
END_TEST

TCase *sqlite_file_cases(void)
{
    TCase *t = tcase_create("files");
    tcase_add_checked_fixture(t, sqlite_test_setup, sqlite_test_teardown);
    tcase_add_test(t, urls_name_files);
    tcase_add_test(t, what_is_no_database_is_told_apart);
    tcase_add_test(t, broken_pages_are_corrupt);
    tcase_add_test(t, locked_files_are_busy);
    tcase_add_test(t, readers_cannot_write);
    tcase_add_test(t, inspect_can_be_cancelled);
    tcase_add_test(t, inspect_sees_the_own_transaction);
    tcase_add_test(t, stamps_tell_schemas_apart);
    tcase_add_test(t, records_are_known_by_their_marker);
    tcase_add_test(t, a_users_table_of_that_name_is_a_table);
    tcase_add_test(t, rights_and_sizes);
    return t;
}

/* ---- tenants ---- */

static moult_status see_tenant(void *arg, const moult_tenant *t)
{
    /* Without the test's folder. */
    const char *file = strstr(t->url, "/moult-sqlite.");
    file = file ? strchr(file + 1, '/') : t->url;
    buf_printf(arg, "%s=%s ", t->name, file + 1);
    return MOULT_OK;
}

static const char *tenants(const char *file, const char *how, const char *pattern)
{
    static char out[512];
    char url[300];
    struct buf b = {0};
    moult_error *err = moult_error_new();
    snprintf(url, sizeof url, "sqlite:%s", sqlite_test_path(file));
    moult_open base = {
        .size = MOULT_END(moult_open, lock_timeout_ms), .purpose = MOULT_PURPOSE_READ, .url = url};
    moult_status st =
        sqlite_reader_tenants(&sqlite_test_host, &base, how, pattern, see_tenant, &b, err);
    if (st == MOULT_OK)
        snprintf(out, sizeof out, "%s", b.p ? b.p : "");
    else
        snprintf(out, sizeof out, "error %d: %.*s", st,
                 (int)strcspn(moult_error_message(err), "\""), moult_error_message(err));
    buf_free(&b);
    moult_error_free(err);
    return out;
}

static void touch(const char *name)
{
    sqlite_test_write(sqlite_test_path(name), "", 0);
}

START_TEST(tenants_are_files)
{
    mkdir(sqlite_test_path("d"), 0700);
    mkdir(sqlite_test_path("dir.db"), 0700);
    touch("b.db");
    touch("a b.db");
    touch("a\"b;c.db");
    touch("B.db");
    touch("b.db-wal");
    touch("d/x.sqlite");
    touch(".hidden");
    ck_assert_str_eq(tenants("", "files", "*.db"), "B=B.db a b=a b.db a\"b;c=a\"b;c.db b=b.db ");
    ck_assert_str_eq(tenants("b.db", "files", "*.db*"),
                     "B=B.db a b=a b.db a\"b;c=a\"b;c.db b=b.db ");
    ck_assert_str_eq(tenants("", "files", "*/*"), "d/x=d/x.sqlite ");
    ck_assert_str_eq(tenants("", "files", ".hid*"), ".hidden=.hidden ");
    ck_assert_str_eq(tenants("", "files", "none*"), "");
    touch("b.sqlite");
    ck_assert_str_eq(tenants("", "files", "b.*"), "error 3: two files would be the tenant ");
    ck_assert_str_eq(tenants("", "files", "../*"), "error 3: the pattern ");
    ck_assert_str_eq(tenants("", "files", "/etc/*"), "error 3: the pattern ");
    ck_assert_str_eq(tenants("missing/x", "files", "*"), "error 9: there is no folder ");
}
END_TEST

START_TEST(tenants_are_listed)
{
    touch("t1.db");
    touch("raw");
    ck_assert_str_eq(tenants("", "list", "t1"), "t1=t1.db ");
    ck_assert_str_eq(tenants("", "list", "raw"), "raw=raw ");
    ck_assert_str_eq(tenants("", "list", "new"), "new=new.db ");
    ck_assert_str_eq(tenants("", "list", "../x"), "error 3: the tenant ");
    ck_assert_str_eq(tenants("", "schemas", "x"), "error 3: SQLite's tenants are not found by ");
}
END_TEST

START_TEST(tenants_are_queried)
{
    sqlite_test_make(
        "base.db",
        "CREATE TABLE c (n, f); INSERT INTO c VALUES ('b', 'x/b.db'), ('a', '/srv/a.db')");
    ck_assert_str_eq(tenants("base.db", "query", "SELECT n, f FROM c"),
                     "a=qlite:/srv/a.db b=x/b.db ");
    ck_assert_str_eq(tenants("base.db", "query", "SELECT 'a', 'x' UNION ALL SELECT 'a', 'y'"),
                     "error 3: two files would be the tenant ");
    ck_assert_str_eq(
        tenants("base.db", "query", "SELECT n FROM c"),
        "error 3: the query for tenants has to be one SELECT of two columns: name and file");
    ck_assert_str_eq(
        tenants("base.db", "query", "SELECT 1, 2; DROP TABLE c"),
        "error 3: the query for tenants has to be one SELECT of two columns: name and file");
    ck_assert_str_eq(tenants("base.db", "query", "SELECT NULL, 'x'"),
                     "error 3: the query for tenants gave a row without a name");
    ck_assert_str_eq(tenants("base.db", "query", "SELECT nope, 1 FROM c"),
                     "error 19: cannot run the query for tenants: no such column: nope");
}
END_TEST

TCase *sqlite_tenant_cases(void)
{
    TCase *t = tcase_create("tenants");
    tcase_add_checked_fixture(t, sqlite_test_setup, sqlite_test_teardown);
    tcase_add_test(t, tenants_are_files);
    tcase_add_test(t, tenants_are_listed);
    tcase_add_test(t, tenants_are_queried);
    return t;
}
