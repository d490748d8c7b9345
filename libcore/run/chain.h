/* SPDX-License-Identifier: Apache-2.0 */
/* chain.h - the audit trail's hash chain. */
#ifndef MOULT_RUN_CHAIN_H
#define MOULT_RUN_CHAIN_H

#include "ledger.h"

/* The hash of the latest audit record; 64 zeros while there is none. */
moult_status chain_head(const moult_targets *t, moult_session *s, char out[65], moult_error *err);
/* The body of the record that follows HEAD, from malloc, and its hash; as in ledger_audit. */
moult_status chain_link(const char *head, const char *run, const char *at, struct str sql,
                        struct statement_ref place, uint64_t rows, char **body, char hash[65],
                        moult_error *err);

#endif
