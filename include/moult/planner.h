/* SPDX-License-Identifier: Apache-2.0 */
/* planner.h - decides which way each change takes, in which phase, with which time-outs.
 *
 * Planners form a chain: the first one's plan() chooses for every change; each later one's revise()
 * may change what stands.  A planner sees objects, facts and hazards, never SQL.  To refuse, return
 * MOULT_ERR_REFUSED with an error that says why. */
#ifndef MOULT_PLANNER_H
#define MOULT_PLANNER_H

#include <moult/plan.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MOULT_PLANNER_MAJOR 0
#define MOULT_PLANNER_MINOR 1
typedef struct moult_planner {
    moult_iface head;
    /* Chooses a way for every change.  NULL: can only revise. */
    moult_status (*plan)(const moult_host *host, const moult_config *config, moult_problem *problem,
                         moult_error *err);
    /* Changes choices that earlier planners made.  NULL: can only plan. */
    moult_status (*revise)(const moult_host *host, const moult_config *config,
                           moult_problem *problem, moult_error *err);
} moult_planner;

#ifdef __cplusplus
}
#endif
#endif
