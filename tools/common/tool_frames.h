/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file tool_frames.h
 * The frames of a run, in parallel, one at a time per thread.
 *
 *     static pnd_status one_frame(tool_frame *frame)
 *     {
 *         const job *j = frame->context;
 *         scratch *s = frame->scratch;
 *         ...read and compute: return the failing call's status, message in &frame->err...
 *         frame->side = TOOL_OUTPUT;
 *         return tool_write(...);
 *     }
 *
 * A frame writes only what belongs to its own index (counts[index], row[index]); sums are taken
 * afterwards in image order, so results are the same bytes for any number of threads.
 */
#ifndef TOOL_FRAMES_H
#define TOOL_FRAMES_H

#include "tool_problems.h"

typedef struct tool_frame {
    int32_t index;
    void *context;  /**< shared by all threads: read it, or write only element `index` */
    void *scratch;  /**< this thread's own */
    tool_side side; /**< TOOL_INPUT at the start; set TOOL_OUTPUT before writing */
    pnd_error err;
} tool_frame;

typedef struct tool_frame_job {
    int32_t n;
    const char *what; /**< for the progress line; "frames" if NULL */
    void *context;
    pnd_status (*run)(tool_frame *frame);
    /** One scratch object per thread; both NULL when none is needed. */
    pnd_status (*scratch_create)(void **scratch, void *context, pnd_error *err);
    void (*scratch_free)(void *scratch);
    /** Name of a frame for messages and JSON, borrowed; NULL when there are none. */
    const char *(*image_id)(const void *context, int32_t index);
} tool_frame_job;

/**
 * Run every frame with --threads threads, collect failures in `problems` (which may hold some
 * already), report them.
 *
 * A failing output, device or allocation stops the run after the frames in flight. So do SIGINT and
 * SIGTERM; a second one ends the program at once.
 * @return 0 when the run may go on (with --skip-bad some frames may be in `problems`, sorted);
 *         else the exit code: 3, 4, 5, 70, 130, 143
 */
int tool_for_each(struct tool *t, const tool_frame_job *job, tool_problems *problems);

#endif
