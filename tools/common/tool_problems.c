/* SPDX-License-Identifier: Apache-2.0 */
/* Failures of a run, sorted by image before anybody sees them. */
#include "tool.h"

#include <panodepth/alloc.h>

#include <pthread.h>
#include <stdlib.h>

/* No OpenMP critical section: threads that OpenMP did not start come here too, and LLVM's runtime
 * does not survive that. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static bool grow(tool_problems *problems)
{
    if (problems->n < problems->capacity)
        return true;
    const size_t capacity = problems->capacity == 0 ? 16 : 2 * problems->capacity;
    tool_problem *const grown = pnd_realloc_array(problems->items, capacity, sizeof *grown);
    if (grown == NULL)
        return false;
    problems->items = grown;
    problems->capacity = capacity;
    return true;
}

void tool_problems_add(tool_problems *problems, int32_t index, const char *image_id, tool_side side,
                       const pnd_error *err)
{
    char *const name = image_id == NULL ? NULL : pnd_strdup(image_id);
    (void)pthread_mutex_lock(&lock);
    if (grow(problems))
        problems->items[problems->n++] = (tool_problem){index, name, side, *err};
    else {
        free(name);
        problems->lost = true;
    }
    (void)pthread_mutex_unlock(&lock);
}

/* Stable: problems of one image keep the order they were found in. Insertion from the right is fast
 * here, since frames finish nearly in order. */
void tool_problems_sort(tool_problems *problems)
{
    for (size_t i = 1; i < problems->n; i++) {
        const tool_problem moved = problems->items[i];
        size_t j = i;
        for (; j > 0 && problems->items[j - 1].index > moved.index; j--)
            problems->items[j] = problems->items[j - 1];
        problems->items[j] = moved;
    }
}

bool tool_problems_has(const tool_problems *problems, int32_t index)
{
    size_t low = 0, high = problems->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (problems->items[middle].index < index)
            low = middle + 1;
        else
            high = middle;
    }
    return low < problems->n && problems->items[low].index == index;
}

bool tool_problem_is_skippable(const tool_problem *problem)
{
    return tool_exit_code(problem->err.status, problem->side) == TOOL_EXIT_INPUT;
}

int tool_graver_exit(int a, int b)
{
    static const int order[] = {TOOL_EXIT_OK,     TOOL_EXIT_GATE,    TOOL_EXIT_INCOMPLETE,
                                TOOL_EXIT_INPUT,  TOOL_EXIT_USAGE,   TOOL_EXIT_OUTPUT,
                                TOOL_EXIT_DEVICE, TOOL_EXIT_INTERNAL};
    const size_t n = sizeof order / sizeof *order;
    for (size_t i = n; i-- > 0;)
        if (order[i] == a || order[i] == b)
            return order[i];
    return a;
}

static int report_one(struct tool *t, const tool_problem *problem, bool listed)
{
    const bool skipped = t->common.skip_bad && tool_problem_is_skippable(problem);
    const tool_place place = {.image_id = problem->image_id};
    if (listed && skipped)
        tool_warn_error(t, &problem->err, place);
    else if (listed)
        (void)tool_fail_at(t, problem->side, &problem->err, place);
    return skipped ? TOOL_EXIT_OK : tool_exit_code(problem->err.status, problem->side);
}

int tool_problems_report(struct tool *t, tool_problems *problems)
{
    const size_t most = (size_t)t->common.max_errors;
    int code = problems->lost ? TOOL_EXIT_INTERNAL : TOOL_EXIT_OK;
    tool_problems_sort(problems);
    for (size_t i = 0; i < problems->n; i++)
        code = tool_graver_exit(code, report_one(t, &problems->items[i], i < most));
    if (problems->n > most)
        tool_warn(t, "and %zu more problems (--max-errors %d)", problems->n - most,
                  t->common.max_errors);
    if (problems->lost)
        tool_warn(t, "out of memory: some problems are not listed");
    return code;
}

void tool_problems_clear(tool_problems *problems)
{
    for (size_t i = 0; i < problems->n; i++)
        free(problems->items[i].image_id);
    free(problems->items);
    *problems = (tool_problems){0};
}
