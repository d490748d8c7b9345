/* SPDX-License-Identifier: Apache-2.0 */
/* stamp.h - the state of the catalogue as a few numbers. */
#ifndef MOULT_POSTGRES_STAMP_H
#define MOULT_POSTGRES_STAMP_H

#include "pg.h"

/* An expression of type text that is equal at two times only if no row of the catalogues that the server's
 * printing functions read (ALL: of any catalogue that inspect reads) was added, changed or dropped
 * between them. */
void postgres_state_sql(struct text *sql, bool all);

#endif
