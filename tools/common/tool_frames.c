/* SPDX-License-Identifier: Apache-2.0 */
/* The parallel frame loop. Nothing jumps or returns out of the parallel region: a failure becomes
 * an entry in the problem list, and a stop (signal, full disk) makes the remaining iterations
 * empty. */
#include "tool.h"
#include "tool_signal.h"

#include <stdatomic.h>
#include <stddef.h>

#ifdef _OPENMP
#include <omp.h>
#endif

typedef struct loop {
    const tool_frame_job *job;
    tool_problems *problems;
    tool_progress progress;
    atomic_bool stop;
    atomic_int done;
} loop;

static void record(loop *l, const tool_frame *frame)
{
    const tool_frame_job *const job = l->job;
    const char *const id = job->image_id == NULL ? NULL : job->image_id(job->context, frame->index);
    const int code = tool_exit_code(frame->err.status, frame->side);
    tool_problems_add(l->problems, frame->index, id, frame->side, &frame->err);
    if (code != TOOL_EXIT_INPUT)
        atomic_store(&l->stop, true);
}

static void one_frame(loop *l, int32_t index, void *scratch)
{
    tool_frame frame = {.index = index, .context = l->job->context, .scratch = scratch};
    if (tool_signal_caught() != 0 || atomic_load(&l->stop))
        return;
    const pnd_status status = l->job->run(&frame);
    if (status != PND_OK) {
        if (frame.err.status == PND_OK)
            (void)pnd_fail(&frame.err, status, "frame %d failed (%s)", index,
                           pnd_status_name(status));
        record(l, &frame);
    }
    atomic_fetch_add(&l->done, 1);
    tool_progress_step(&l->progress);
}

static void *make_scratch(loop *l)
{
    tool_frame frame = {.index = -1, .context = l->job->context};
    void *scratch = NULL;
    if (l->job->scratch_create == NULL)
        return NULL;
    const pnd_status status = l->job->scratch_create(&scratch, l->job->context, &frame.err);
    if (status != PND_OK) {
        if (frame.err.status == PND_OK)
            (void)pnd_fail(&frame.err, status, "out of memory");
        tool_problems_add(l->problems, -1, NULL, TOOL_INPUT, &frame.err);
        atomic_store(&l->stop, true);
    }
    return scratch;
}

static int thread_count(const struct tool *t, int32_t n)
{
#ifdef _OPENMP
    const int wanted = t->common.threads > 0 ? t->common.threads : omp_get_max_threads();
    return wanted < n ? wanted : (n > 0 ? n : 1);
#else
    (void)t;
    (void)n;
    return 1;
#endif
}

static void run_all(loop *l, int threads)
{
    const int32_t n = l->job->n;
    (void)threads;
#pragma omp parallel num_threads(threads)
    {
        void *const scratch = make_scratch(l);
#pragma omp for schedule(dynamic, 1)
        for (int32_t i = 0; i < n; i++)
            one_frame(l, i, scratch);
        if (scratch != NULL && l->job->scratch_free != NULL)
            l->job->scratch_free(scratch);
    }
}

int tool_for_each(struct tool *t, const tool_frame_job *job, tool_problems *problems)
{
    const char *const what = job->what == NULL ? "frames" : job->what;
    loop l = {.job = job, .problems = problems};
    atomic_init(&l.stop, false);
    atomic_init(&l.done, 0);
    l.progress = tool_progress_start(t, what, job->n);
    const tool_signals saved = tool_signals_catch();
    run_all(&l, thread_count(t, job->n));
    tool_signals_restore(&saved);
    tool_progress_end(&l.progress);
    const int code = tool_problems_report(t, problems);
    const int caught = tool_signal_caught();
    if (caught == 0)
        return code;
    tool_warn(t, "stopped by signal %d after %d of %d %s", caught, atomic_load(&l.done), job->n,
              what);
    return TOOL_EXIT_SIGNAL + caught;
}
