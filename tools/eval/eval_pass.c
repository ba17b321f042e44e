/* SPDX-License-Identifier: Apache-2.0 */
/* One pass over the frames of a run. A frame is a list of steps, one for each part that has an
 * image of its name; they share the frame's decoded files. */
#include "eval_run.h"

#include <panodepth/alloc.h>
#include <panodepth/cityscapes.h>

#include <stdlib.h>
#include <string.h>

/* One image of one part. */
typedef struct step {
    const char *id;
    size_t length; /* of what names the frame: "aachen_000001_000019" of a longer id, or all */
    size_t part, index;
} step;

typedef struct pass {
    const eval_part *parts;
    size_t n_parts;
    step *steps;
    size_t n_steps;
    size_t *first;  /* the steps of frame i: from first[i] to first[i + 1] */
    size_t n, most; /* frames, and the most steps of one */
    tool_problems *problems;
} pass;

/* A thread's own memory. */
typedef struct pass_scratch {
    const pass *owner;
    eval_planes *planes;
    void **of;         /* by part */
    pnd_error *errors; /* of the frame at hand */
    size_t n_errors;
} pass_scratch;

/* ---- which images make a frame */

static int order_steps(const void *a, const void *b)
{
    const step *const x = a, *const y = b;
    const size_t shorter = x->length < y->length ? x->length : y->length;
    const int by_name = memcmp(x->id, y->id, shorter);
    if (by_name != 0)
        return by_name;
    if (x->length != y->length)
        return x->length < y->length ? -1 : 1;
    if (x->part != y->part)
        return x->part < y->part ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

static bool same_frame(const step *a, const step *b)
{
    return a->length == b->length && memcmp(a->id, b->id, a->length) == 0;
}

static void list_steps(pass *p)
{
    for (size_t k = 0; k < p->n_parts; k++) {
        const eval_part *const part = &p->parts[k];
        const size_t n = part->task->count(part->state);
        for (size_t i = 0; i < n; i++) {
            step *const s = &p->steps[p->n_steps++];
            *s = (step){.id = part->task->image_id(part->state, i), .part = k, .index = i};
            if (!pnd_frame_core_prefix(&s->length, s->id))
                s->length = strlen(s->id);
        }
    }
}

/* Images of one part are frames of their own, in its order, even if two have the same name. */
static void list_frames(pass *p)
{
    if (p->n_parts > 1)
        qsort(p->steps, p->n_steps, sizeof *p->steps, order_steps);
    for (size_t i = 0; i < p->n_steps; i++)
        if (i == 0 || p->n_parts == 1 || !same_frame(&p->steps[i], &p->steps[i - 1]))
            p->first[p->n++] = i;
    p->first[p->n] = p->n_steps;
    for (size_t i = 0; i < p->n; i++)
        if (p->first[i + 1] - p->first[i] > p->most)
            p->most = p->first[i + 1] - p->first[i];
}

static pnd_status plan(pass *p, pnd_error *err)
{
    size_t n = 0;
    for (size_t k = 0; k < p->n_parts; k++)
        n += p->parts[k].task->count(p->parts[k].state);
    if (n > INT32_MAX)
        return pnd_fail(err, PND_ELIMIT, "%zu images are too many", n);
    p->steps = pnd_calloc_array(n, sizeof *p->steps);
    p->first = pnd_calloc_array(n + 1, sizeof *p->first);
    if (p->steps == NULL || p->first == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for %zu images", n);
    list_steps(p);
    list_frames(p);
    return PND_OK;
}

/* ---- scratch */

static void free_scratch(void *data)
{
    pass_scratch *const s = data;
    for (size_t k = 0; s->of != NULL && k < s->owner->n_parts; k++)
        if (s->of[k] != NULL)
            s->owner->parts[k].task->scratch_free(s->of[k]);
    eval_planes_free(s->planes);
    free(s->of);
    free(s->errors);
    free(s);
}

static pnd_status fill_scratch(pass_scratch *s, pnd_error *err)
{
    const pass *const p = s->owner;
    s->of = pnd_calloc_array(p->n_parts, sizeof *s->of);
    s->errors = pnd_calloc_array(p->most, sizeof *s->errors);
    if (s->of == NULL || s->errors == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    pnd_status status = eval_planes_create(&s->planes, err);
    for (size_t k = 0; k < p->n_parts && status == PND_OK; k++)
        status = p->parts[k].task->scratch_create(&s->of[k], p->parts[k].state, err);
    return status;
}

static pnd_status create_scratch(void **out, void *context, pnd_error *err)
{
    pass_scratch *const s = pnd_calloc_array(1, sizeof *s);
    if (s == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    s->owner = context;
    const pnd_status status = fill_scratch(s, err);
    if (status != PND_OK)
        free_scratch(s);
    else
        *out = s;
    return status;
}

/* ---- one frame */

static const char *image_id(const void *context, int32_t index)
{
    const pass *const p = context;
    return p->steps[p->first[index]].id;
}

/* A file that several parts cannot use is complained of once. */
static void note_error(pass_scratch *s, pnd_status status, pnd_error *err)
{
    if (err->status == PND_OK)
        (void)pnd_fail(err, status, "failed (%s)", pnd_status_name(status));
    if (s->n_errors == 0 || !eval_planes_repeated_failure(s->planes))
        s->errors[s->n_errors++] = *err;
}

/* All but the last, which the caller returns. */
static pnd_status report_errors(tool_frame *frame, pass_scratch *s)
{
    const pass *const p = s->owner;
    if (s->n_errors == 0)
        return PND_OK;
    for (size_t i = 0; i + 1 < s->n_errors; i++)
        tool_problems_add(p->problems, frame->index, image_id(p, frame->index), TOOL_INPUT,
                          &s->errors[i]);
    frame->err = s->errors[s->n_errors - 1];
    return frame->err.status;
}

/* A part that fails leaves the others their turn, unless it failed for want of memory. */
static pnd_status run_frame(tool_frame *frame)
{
    const pass *const p = frame->context;
    pass_scratch *const s = frame->scratch;
    eval_planes_begin(s->planes);
    s->n_errors = 0;
    for (size_t i = p->first[frame->index]; i < p->first[frame->index + 1]; i++) {
        const step *const at = &p->steps[i];
        const eval_part *const part = &p->parts[at->part];
        pnd_error err = {0};
        eval_planes_next_task(s->planes);
        const pnd_status status =
            part->task->frame(part->state, at->index, s->of[at->part], s->planes, &err);
        if (status == PND_OK)
            continue;
        note_error(s, status, &err);
        if (tool_exit_code(status, TOOL_INPUT) != TOOL_EXIT_INPUT)
            break;
    }
    return report_errors(frame, s);
}

int eval_pass(tool *t, const eval_part *parts, size_t n)
{
    tool_problems problems = {0};
    pass p = {.parts = parts, .n_parts = n, .problems = &problems};
    pnd_error err = {0};
    int code;
    if (plan(&p, &err) == PND_OK) {
        const tool_frame_job job = {
            .n = (int32_t)p.n,
            .what = n == 1 ? parts[0].task->images : "frames",
            .context = &p,
            .run = run_frame,
            .scratch_create = create_scratch,
            .scratch_free = free_scratch,
            .image_id = image_id,
        };
        code = tool_for_each(t, &job, &problems);
    } else {
        code = tool_fail(t, TOOL_INPUT, &err);
    }
    tool_problems_clear(&problems);
    free(p.steps);
    free(p.first);
    return code;
}
