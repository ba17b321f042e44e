/* SPDX-License-Identifier: Apache-2.0 */
#include "eval_run.h"

#include "eval_emit.h"

#include <panodepth/alloc.h>

#include <stdlib.h>

int eval_part_open(eval_part *part, tool *t, eval_sets *sets)
{
    pnd_error err = {0};
    part->state = pnd_calloc_array(1, part->task->state_size);
    if (part->state != NULL)
        return part->task->open(part->state, t, part->args, sets);
    (void)pnd_fail(&err, PND_ENOMEM, "out of memory");
    return tool_fail(t, TOOL_INPUT, &err);
}

void eval_part_close(eval_part *part)
{
    if (part->state != NULL)
        part->task->close(part->state);
    free(part->state);
    part->state = NULL;
}

/* ---- --require */

pnd_status eval_require_check(const tool_list *require, const eval_metric *known, size_t n,
                              pnd_error *err)
{
    pnd_status status = PND_OK;
    for (size_t i = 0; i < require->n && status == PND_OK; i++)
        status = eval_require_parse(require->items[i], known, n, err);
    return status;
}

int eval_require_judge(tool *t, const tool_list *require, const eval_metric *metrics, size_t n)
{
    int code = TOOL_EXIT_OK;
    for (size_t i = 0; i < require->n; i++) {
        pnd_error why = {0};
        if (eval_require_met(require->items[i], metrics, n, &why))
            continue;
        tool_warn(t, "requirement not met: %s", why.message);
        code = TOOL_EXIT_GATE;
    }
    return code;
}

/* ---- one task */

static int report(tool *t, const eval_part *part, const char *out)
{
    pnd_error err = {0};
    pnd_buffer json = {0}, text = {0};
    if (out != NULL || t->common.json)
        part->task->write_json(&json, part->state);
    part->task->print(&text, part->state);
    const pnd_status status = eval_emit(t, out, &json, &text, &err);
    pnd_buffer_clear(&json);
    pnd_buffer_clear(&text);
    return status == PND_OK ? TOOL_EXIT_OK : tool_fail(t, TOOL_OUTPUT, &err);
}

static int score(tool *t, eval_part *part, const char *out, const tool_list *require)
{
    eval_metric metrics[EVAL_MAX_METRICS];
    eval_sets sets = {0};
    int code = eval_part_open(part, t, &sets);
    if (code == TOOL_EXIT_OK)
        code = eval_pass(t, part, 1);
    if (code == TOOL_EXIT_OK)
        code = part->task->reduce(part->state, t);
    if (code == TOOL_EXIT_OK)
        code = report(t, part, out);
    if (code == TOOL_EXIT_OK) {
        const size_t n = part->task->metrics(metrics, part->args, part->state);
        code = eval_require_judge(t, require, metrics, n);
    }
    eval_part_close(part);
    eval_sets_clear(&sets);
    return code;
}

int eval_run_task(tool *t, const eval_task *task, const void *args, const char *out,
                  const tool_list *require)
{
    eval_metric known[EVAL_MAX_METRICS];
    eval_part part = {.task = task, .args = args};
    pnd_error err = {0};
    if (eval_require_check(require, known, task->metrics(known, args, NULL), &err) != PND_OK)
        return tool_fail(t, TOOL_USAGE, &err);
    return score(t, &part, out, require);
}
