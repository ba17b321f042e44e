/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file tool_problems.h
 * The failures of a run, collected from any thread and reported in image order.
 *
 * All frames are examined whatever happens to some of them; the first --max-errors problems in
 * image order are printed, then how many more there are. So the text is the same for any number of
 * threads.
 */
#ifndef TOOL_PROBLEMS_H
#define TOOL_PROBLEMS_H

#include "tool_log.h"

typedef struct tool_problem {
    int32_t index;  /**< the image's position in the run */
    char *image_id; /**< owned; NULL when unknown */
    tool_side side;
    pnd_error err;
} tool_problem;

/** Zero-initialise; release with tool_problems_clear(). */
typedef struct tool_problems {
    tool_problem *items; /**< sorted by index once tool_problems_sort() or _report() ran */
    size_t n, capacity;
    bool lost; /**< memory ran out while collecting: some are not listed */
} tool_problems;

/** Record a failure; several may share an index and keep their order when added by one thread.
 *  Callable from any thread. `image_id` may be NULL. */
void tool_problems_add(tool_problems *problems, int32_t index, const char *image_id, tool_side side,
                       const pnd_error *err);

void tool_problems_sort(tool_problems *problems);

/** True when image `index` has a problem. Call after sorting. */
bool tool_problems_has(const tool_problems *problems, int32_t index);

/** Problems of bad input that --skip-bad may pass over (not output, device or memory). */
bool tool_problem_is_skippable(const tool_problem *problem);

/**
 * Sort and print. With --skip-bad, skippable ones are warnings and do not fail the run.
 * @return 0 when nothing fails the run; else 70, 5, 4 or 3: the gravest kind met.
 */
int tool_problems_report(struct tool *t, tool_problems *problems);

/** The graver of two exit codes below 128: a bug, then device, output, usage, input, missing
 * frames, an unmet gate. */
int tool_graver_exit(int a, int b);

void tool_problems_clear(tool_problems *problems);

#endif
