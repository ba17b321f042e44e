/* SPDX-License-Identifier: Apache-2.0 */
#include "table_intervals.h"

#include <panodepth/alloc.h>

#include <stdlib.h>

static int fail(tool *t, pnd_error *err)
{
    return tool_fail(t, TOOL_INPUT, err);
}

static int fill(tool *t, table_row *row, const score_set *set, const score_draws *draws,
                const score_plan *plan)
{
    double *const sorted = pnd_alloc_array((size_t)plan->resamples, sizeof *sorted);
    if (sorted == NULL) {
        pnd_error err = {0};
        (void)pnd_fail(&err, PND_ENOMEM, "out of memory");
        return fail(t, &err);
    }
    for (int m = 0; m < N_METRICS; m++) {
        char key[TABLE_KEY_SIZE];
        table_metric_key(key, (table_metric)m);
        const size_t s = score_find(set, key);
        if (s < set->n_scores)
            row->interval[m] = score_summarise(sorted, draws->bootstrap + s, draws->jackknife + s,
                                               set->n_images, set->n_scores, row->value[m], plan)
                                   .bca;
    }
    free(sorted);
    return TOOL_EXIT_OK;
}

int table_add_intervals(tool *t, table_row *row, const char *path, const score_plan *plan)
{
    pnd_error err = {0};
    score_set set = {0};
    score_draws draws = {0};
    int code = TOOL_EXIT_OK;
    if (score_set_read(&set, path, &err) != PND_OK)
        code = fail(t, &err);
    if (code == TOOL_EXIT_OK)
        code = score_draw(t, &draws, &set, plan);
    if (code == TOOL_EXIT_OK)
        code = fill(t, row, &set, &draws, plan);
    score_draws_clear(&draws);
    score_set_clear(&set);
    return code;
}
