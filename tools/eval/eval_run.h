/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of the work, for one task or several: open, one pass over the frames, sums, report,
 * gates.
 */
#ifndef PND_EVAL_RUN_H
#define PND_EVAL_RUN_H

#include "eval_task.h"

/* A task of a run. */
typedef struct eval_part {
    const eval_task *task;
    const void *args;
    void *state; /* NULL until opened */
} eval_part;

/* Make the state and open it. Returns an exit code; eval_part_close() is due in any case. */
int eval_part_open(eval_part *part, tool *t, eval_sets *sets);
void eval_part_close(eval_part *part);

/*
 * Every frame of every part, in parallel: a frame's files are read and decoded once, then each part
 * that has the frame scores it. A part's frames keep their indices; the order of problems is that
 * of the part's frames, or with several parts that of the frames' names. Returns an exit code.
 */
int eval_pass(tool *t, const eval_part *parts, size_t n);

/* The whole command of one task: its results to `out` (NULL: none) and standard output. Returns an
 * exit code. */
int eval_run_task(tool *t, const eval_task *task, const void *args, const char *out,
                  const tool_list *require);

/* Check the syntax of all, and that they name known scores. @retval PND_EINVAL (a usage error) */
PND_NODISCARD pnd_status eval_require_check(const tool_list *require, const eval_metric *known,
                                            size_t n, pnd_error *err);

/* TOOL_EXIT_GATE and a warning for each that does not hold, or TOOL_EXIT_OK. */
int eval_require_judge(tool *t, const tool_list *require, const eval_metric *metrics, size_t n);

#endif
