/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file tool_progress.h
 * One line on a terminal: "pnd-depth: 120/500 frames, 31.4/s, 0:12 left".
 *
 * Only when standard error is a terminal and neither --quiet nor --json is given; at most six
 * updates a second; the line is gone at the end. Safe to step from several threads.
 */
#ifndef TOOL_PROGRESS_H
#define TOOL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct tool;

typedef struct tool_progress {
    struct tool *tool;
    const char *what; /**< "frames" */
    int64_t done, total;
    double started_s, shown_s; /**< private: monotonic clock */
    bool enabled;
} tool_progress;

tool_progress tool_progress_start(struct tool *t, const char *what, int64_t total);
void tool_progress_step(tool_progress *progress);
void tool_progress_end(tool_progress *progress);

/** "1:05:09", "0:07"; "?" when the number is not finite or negative. Returns `text`. */
char *tool_format_duration(char text[16], double seconds);

#endif
