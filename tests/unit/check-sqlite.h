/* SPDX-License-Identifier: Apache-2.0 */
/* check-sqlite.h - the parts of the program that tests the SQLite plugin's dialect and reader. */
#ifndef MOULT_CHECK_SQLITE_H
#define MOULT_CHECK_SQLITE_H

#include <stdlib.h>

#include "sqlite-fixture.h"

TCase *sqlite_token_cases(void);
TCase *sqlite_parse_cases(void);
TCase *sqlite_split_cases(void);
TCase *sqlite_name_cases(void);
TCase *sqlite_tree_cases(void);
TCase *sqlite_same_cases(void);
TCase *sqlite_pragma_cases(void);
TCase *sqlite_file_cases(void);
TCase *sqlite_tenant_cases(void);

#endif
