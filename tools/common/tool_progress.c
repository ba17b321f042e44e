/* SPDX-License-Identifier: Apache-2.0 */
/* The progress line. The stream's own lock guards the counters, so a line and a message never mix.
 */
#include "tool.h"

#include <math.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static double now_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

char *tool_format_duration(char text[16], double seconds)
{
    if (!isfinite(seconds) || seconds < 0 || seconds > 3.5e7) {
        (void)snprintf(text, 16, "?");
        return text;
    }
    const unsigned s = (unsigned)lround(seconds);
    if (s >= 3600)
        (void)snprintf(text, 16, "%u:%02u:%02u", s / 3600, s / 60 % 60, s % 60);
    else
        (void)snprintf(text, 16, "%u:%02u", s / 60, s % 60);
    return text;
}

tool_progress tool_progress_start(struct tool *t, const char *what, int64_t total)
{
    tool_progress p = {.tool = t, .what = what, .total = total};
    p.enabled = !t->common.quiet && !t->common.json && isatty(STDERR_FILENO) == 1;
    p.started_s = p.enabled ? now_s() : 0;
    p.shown_s = p.started_s;
    return p;
}

static void show(tool_progress *p, double now)
{
    char left[16];
    const double elapsed = now - p->started_s;
    const double rate = elapsed > 0 ? (double)p->done / elapsed : 0;
    tool_format_duration(left, (double)(p->total - p->done) / rate);
    (void)fprintf(stderr, "\r\x1b[K%s: %lld/%lld %s, %.1f/s, %s left", p->tool->name,
                  (long long)p->done, (long long)p->total, p->what, rate, left);
    (void)fflush(stderr);
    p->tool->progress_line = true;
    p->shown_s = now;
}

void tool_progress_step(tool_progress *progress)
{
    const double at_most_every_s = 1.0 / 6;
    if (!progress->enabled)
        return;
    flockfile(stderr);
    progress->done++;
    const double now = now_s();
    if (now - progress->shown_s >= at_most_every_s)
        show(progress, now);
    funlockfile(stderr);
}

void tool_progress_end(tool_progress *progress)
{
    if (!progress->enabled)
        return;
    flockfile(stderr);
    if (progress->tool->progress_line)
        (void)fputs("\r\x1b[K", stderr);
    progress->tool->progress_line = false;
    progress->enabled = false;
    funlockfile(stderr);
}
