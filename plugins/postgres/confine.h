/* SPDX-License-Identifier: Apache-2.0 */
/* confine.h - untrusted text in a scratch database that a superuser makes.
 *
 * Much of DDL runs code while it is loaded: a default is evaluated for a column that is added, a bound
 * for a partition, whatever is constant in an expression that is planned.  A superuser's code may do
 * anything to the whole server, and nothing takes a superuser's rights from a session for good: what
 * SET ROLE sets, the code sets back.  Inside of a SECURITY DEFINER function it cannot.  So every
 * statement runs inside of one, which belongs to a role without rights, the stand-in, to which the
 * scratch database belongs as well.
 *
 * Statements that the stand-in may not run, and that run no code of the text's own, are run by the
 * superuser: those that make what only a superuser can make, and those about owners and grants. */
#ifndef MOULT_POSTGRES_CONFINE_H
#define MOULT_POSTGRES_CONFINE_H

#include "writer.h"

struct confine;

/* Looks who KEEPER, a connection to the scratch server, logged in as; *OUT stays NULL where its rights
 * need no confining. */
moult_status postgres_confine_new(moult_session *keeper, struct confine **out, moult_error *err);
void postgres_confine_free(struct confine *c);
/* The role that the scratch database is to belong to. */
const char *postgres_confine_owner(const struct confine *c);
/* Is the acting role a superuser, whose place another one takes? */
bool postgres_confine_as_superuser(const struct confine *c);
/* Makes ready: SCRIPT runs statements of the text, SESSION looks, both as the one who logged in. */
moult_status postgres_confine_enter(struct confine *c, moult_session *session,
                                    moult_session *script, moult_error *err);
/* Runs one statement. */
moult_status postgres_confine_run(struct confine *c, const char *sql, uint64_t *changed,
                                  moult_error *err);
/* Does what was put off until no code of the text's own runs any more. */
moult_status postgres_confine_settle(struct confine *c, moult_error *err);
/* MOULT_ERR_INVALID if the settings that a text makes, SQL of LEN bytes, are none that can be made. */
moult_status postgres_confine_settings(struct confine *c, const char *sql, size_t len,
                                       moult_error *err);

/* ---- confine-text.c: what of a statement matters here ---- */

/* SQL as the stand-in is to run it: the acting role's name is its own, nothing is CONCURRENTLY. */
void pgconfine_translate(struct text *out, const char *sql, const char *acting,
                         const char *stand_in);
/* Does it run no code of the text's own, so that the superuser may run it?  *WHY not, or NULL. */
bool pgconfine_is_harmless(const char *sql, const char **why);
/* Is it to run when all others have? */
bool pgconfine_wakes(const char *sql);    /* ALTER EVENT TRIGGER ... ENABLE ALWAYS */
bool pgconfine_routine(const char *sql);  /* CREATE FUNCTION */
/* Does SQL give ROLE what only superusers may own? */
bool pgconfine_stays(const char *sql, const char *role);
bool pgconfine_makes_server(const char *sql, struct text *name);
/* ALTER FUNCTION ... OWNER TO ROLE, which is given unquoted. */
bool pgconfine_gives_routine(const char *sql, struct text *role);
/* SET ROLE in the settings of a text, to another than ACTING. */
bool pgconfine_changes_role(const char *sql, size_t len, const char *acting);

#endif
