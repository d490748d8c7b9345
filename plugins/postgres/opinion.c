/* SPDX-License-Identifier: Apache-2.0 */
/* opinion.c - a second look at a statement, with PostgreSQL's own grammar (libpg_query).
 *
 * The library has the grammar of one version of the server: what it does not parse may be newer, or
 * wrong, which the server will tell.  What it parses must be what classify.c took it for. */
#include <pg_query.h>
#include <stdlib.h>
#include <string.h>

#include "split.h"

/* The library writes the tree recursively; so deep a one fits on any stack. */
#define TOKENS_MAX 4096

static const char *const schema_nodes[] = {"AlterCollationStmt",
                                           "AlterDefaultPrivilegesStmt",
                                           "AlterDomainStmt",
                                           "AlterEnumStmt",
                                           "AlterEventTrigStmt",
                                           "AlterExtensionContentsStmt",
                                           "AlterExtensionStmt",
                                           "AlterFdwStmt",
                                           "AlterForeignServerStmt",
                                           "AlterFunctionStmt",
                                           "AlterObjectDependsStmt",
                                           "AlterObjectSchemaStmt",
                                           "AlterOpFamilyStmt",
                                           "AlterOperatorStmt",
                                           "AlterOwnerStmt",
                                           "AlterPolicyStmt",
                                           "AlterPublicationStmt",
                                           "AlterSeqStmt",
                                           "AlterStatsStmt",
                                           "AlterSubscriptionStmt",
                                           "AlterTSConfigurationStmt",
                                           "AlterTSDictionaryStmt",
                                           "AlterTableMoveAllStmt",
                                           "AlterTableStmt",
                                           "AlterTypeStmt",
                                           "AlterUserMappingStmt",
                                           "ClusterStmt",
                                           "CommentStmt",
                                           "CompositeTypeStmt",
                                           "CreateAmStmt",
                                           "CreateCastStmt",
                                           "CreateConversionStmt",
                                           "CreateDomainStmt",
                                           "CreateEnumStmt",
                                           "CreateEventTrigStmt",
                                           "CreateExtensionStmt",
                                           "CreateFdwStmt",
                                           "CreateForeignServerStmt",
                                           "CreateForeignTableStmt",
                                           "CreateFunctionStmt",
                                           "CreateOpClassStmt",
                                           "CreateOpFamilyStmt",
                                           "CreatePLangStmt",
                                           "CreatePolicyStmt",
                                           "CreatePublicationStmt",
                                           "CreateRangeStmt",
                                           "CreateSchemaStmt",
                                           "CreateSeqStmt",
                                           "CreateStatsStmt",
                                           "CreateStmt",
                                           "CreateSubscriptionStmt",
                                           "CreateTableAsStmt",
                                           "CreateTransformStmt",
                                           "CreateTrigStmt",
                                           "CreateUserMappingStmt",
                                           "DefineStmt",
                                           "DropStmt",
                                           "DropUserMappingStmt",
                                           "GrantStmt",
                                           "IndexStmt",
                                           "RenameStmt",
                                           "RuleStmt",
                                           "SecLabelStmt",
                                           "ViewStmt",
                                           NULL};
static const char *const data_nodes[] = {
    "AlterOwnerStmt",     "ClusterStmt", "CommentStmt",  "CopyStmt",
    "DeleteStmt",         "GrantStmt",   "InsertStmt",   "MergeStmt",
    "RefreshMatViewStmt", "ReindexStmt", "SecLabelStmt", "SelectStmt",
    "TruncateStmt",       "UpdateStmt",  "VacuumStmt",   NULL};
static const char *const session_nodes[] = {
    "ConstraintsSetStmt", "LockStmt",         "SelectStmt", "TransactionStmt",
    "VariableSetStmt",    "VariableShowStmt", NULL};
static const char *const procedural_nodes[] = {"CallStmt", "DoStmt", "SelectStmt", NULL};

static bool listed(const char *const *list, const char *name, size_t n)
{
    for (; *list; list++) {
        if (strlen(*list) == n && memcmp(*list, name, n) == 0)
            return true;
    }
    return false;
}

static const char *judge(const char *json, uint32_t klass)
{
    static const char head[] = "\"stmts\":[{\"stmt\":{\"";
    const char *name = strstr(json, head);
    if (!name)
        return "there is no statement in it";
    /* A length is written of each statement that a semicolon ends; quotes in texts are escaped. */
    if (strstr(json, "\"stmt_len\":"))
        return "PostgreSQL reads more than one statement here";
    name += sizeof head - 1;
    size_t n = strcspn(name, "\"");
    const char *const *list = klass == MOULT_STMT_SCHEMA    ? schema_nodes
                              : klass == MOULT_STMT_DATA    ? data_nodes
                              : klass == MOULT_STMT_SESSION ? session_nodes
                                                            : procedural_nodes;
    return listed(list, name, n) ? NULL : "moult and PostgreSQL's grammar do not read this alike";
}

const char *pgopinion(const struct sentence *s, uint32_t klass)
{
    if (s->count > TOKENS_MAX || s->tokens[0].kind == TOKEN_COMMAND)
        return NULL;
    const struct token *last = pgsentence_at(s, s->count - 1);
    const char *from = s->text + s->tokens[0].at;
    char *sql = strndup(from, last->at + last->n - s->tokens[0].at);
    if (!sql)
        return "out of memory";
    PgQueryParseResult r = pg_query_parse(sql);
    const char *why = r.error || !r.parse_tree ? NULL : judge(r.parse_tree, klass);
    pg_query_free_parse_result(r);
    free(sql);
    return why;
}
