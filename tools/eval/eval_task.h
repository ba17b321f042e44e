/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A task of pnd-eval as a table of callbacks: what turns files into one score. eval_run.h runs one
 * of them for its own command, or several in one pass over the frames.
 *
 * The order of the calls: open; for every thread scratch_create, frame for each of its frames,
 * scratch_free; reduce; print, write_json and metrics in any order; close, which is called after a
 * failed open too.
 */
#ifndef PND_EVAL_TASK_H
#define PND_EVAL_TASK_H

#include "eval_planes.h"
#include "eval_results.h"
#include "eval_sets.h"
#include "tool.h"

typedef struct eval_task {
    const char *name;   /* "panoptic" */
    const char *images; /* what it calls its frames: "images" */
    size_t state_size;  /* of its state, which is given zeroed */

    /* Find, read and pair what is to be scored, and refuse outputs that would touch it. `args` are
     * those of the task's own command and outlive the state. Returns an exit code; everything was
     * reported. */
    int (*open)(void *state, tool *t, const void *args, eval_sets *sets);
    size_t (*count)(const void *state);
    const char *(*image_id)(const void *state, size_t index);

    /* One frame on one of the threads. It writes what belongs to its own index, and keeps nothing
     * of `planes`. */
    pnd_status (*frame)(const void *state, size_t index, void *scratch, eval_planes *planes,
                        pnd_error *err);
    pnd_status (*scratch_create)(void **scratch, void *state, pnd_error *err);
    void (*scratch_free)(void *scratch);

    /* Sum up in the order of the frames, and warn of what a reader should not overlook. Returns an
     * exit code; everything was reported. */
    int (*reduce)(void *state, tool *t);

    void (*print)(pnd_buffer *text, const void *state);
    void (*write_json)(pnd_buffer *json, const void *state);
    /* What --require can name with these arguments, at most EVAL_MAX_METRICS; without a state the
     * values mean nothing. Returns how many. */
    size_t (*metrics)(eval_metric *out, const void *args, const void *state);
    void (*close)(void *state);
} eval_task;

enum { EVAL_MAX_METRICS = 32 };

extern const eval_task eval_panoptic_task, eval_semantic_task, eval_instance_task, eval_depth_task,
    eval_joint_task;

#endif
