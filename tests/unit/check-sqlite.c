/* SPDX-License-Identifier: Apache-2.0 */
#include "check-sqlite.h"

int main(void)
{
    Suite *suite = suite_create("sqlite");
    suite_add_tcase(suite, sqlite_token_cases());
    suite_add_tcase(suite, sqlite_parse_cases());
    suite_add_tcase(suite, sqlite_split_cases());
    suite_add_tcase(suite, sqlite_name_cases());
    suite_add_tcase(suite, sqlite_tree_cases());
    suite_add_tcase(suite, sqlite_same_cases());
    suite_add_tcase(suite, sqlite_pragma_cases());
    suite_add_tcase(suite, sqlite_file_cases());
    suite_add_tcase(suite, sqlite_tenant_cases());
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
