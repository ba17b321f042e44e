/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file tool_log.h
 * Messages on standard error and the exit codes. Standard output carries results only.
 *
 * Lines begin with the program's name ("pnd-eval: ..."). With --json every error and warning is one
 * JSON object on one line instead:
 *
 *     {"level": "error", "code": 3, "kind": "format", "file": ..., "image_id": ..., "message": ...,
 *      "hint": ...}
 *
 * where `code` is the exit code that belongs to it, `kind` the name of the pnd_status, and `file`,
 * `image_id` and `hint` are left out when unknown.
 */
#ifndef TOOL_LOG_H
#define TOOL_LOG_H

#include <panodepth/base.h>

struct tool;

enum {
    TOOL_EXIT_OK = 0,
    TOOL_EXIT_GATE = 1,       /**< a gate or check is not met */
    TOOL_EXIT_USAGE = 2,      /**< the command line */
    TOOL_EXIT_INPUT = 3,      /**< bad input data */
    TOOL_EXIT_OUTPUT = 4,     /**< writing failed */
    TOOL_EXIT_DEVICE = 5,     /**< the accelerator */
    TOOL_EXIT_INCOMPLETE = 6, /**< frames are missing */
    TOOL_EXIT_INTERNAL = 70,  /**< a bug, or no memory */
    TOOL_EXIT_SIGNAL = 128    /**< plus the signal's number */
};

/** What the program was doing when something failed: it decides between exit codes 2, 3 and 4. */
typedef enum tool_side {
    TOOL_INPUT, /**< reading or checking data: 3 */
    TOOL_USAGE, /**< acting on the command line: PND_EINVAL is 2, all else as TOOL_INPUT */
    TOOL_OUTPUT /**< writing: 4 */
} tool_side;

/** Device errors are 5, PND_ENOMEM and PND_EINTERNAL 70 on every side; PND_OK is 0. */
int tool_exit_code(pnd_status status, tool_side side);

/** Where a message belongs; every member may be NULL. */
typedef struct tool_place {
    const char *file, *image_id;
} tool_place;

/** Print a failure and return its exit code: `return tool_fail(t, TOOL_INPUT, &err);`. */
int tool_fail(struct tool *t, tool_side side, const pnd_error *err);

/** As tool_fail() for a failure that belongs to a file or an image. The message itself should name
 *  them already; `place` is for --json. */
int tool_fail_at(struct tool *t, tool_side side, const pnd_error *err, tool_place place);

/** Print a usage error with a pointer to --help; returns TOOL_EXIT_USAGE. */
int tool_usage_error(struct tool *t, const char *format, ...) PND_PRINTF(2, 3);

/** Something the user should know; shown even with --quiet. */
void tool_warn(struct tool *t, const char *format, ...) PND_PRINTF(2, 3);

/** As tool_warn() with the message, hint and kind of an error. */
void tool_warn_error(struct tool *t, const pnd_error *err, tool_place place);

/** What was done; not with --quiet or --json. */
void tool_info(struct tool *t, const char *format, ...) PND_PRINTF(2, 3);

/** Detail; only with --verbose. */
void tool_verbose(struct tool *t, const char *format, ...) PND_PRINTF(2, 3);

/** Close standard output and see that nothing was lost: `code`, or 4, or 141 for a closed pipe. */
int tool_finish_stdout(struct tool *t, int code);

#endif
