/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file tool.h
 * The frame of every program: main() is one line, the table says the rest.
 *
 *     static int run(tool *t, const void *data)
 *     {
 *         const depth_args *args = data;
 *         ...open, compute (tool_for_each), report...
 *         return TOOL_EXIT_OK;
 *     }
 *     static const tool_command command = {.summary = ..., .options = options, .run = run, ...};
 *     static const tool_program program = {"pnd-depth", .commands = &command, .n_commands = 1};
 *     int main(int argc, char **argv) { return tool_main(&program, argc, argv); }
 *
 * tool_main() parses, answers --help, --version and --generate, runs the command, and checks at the
 * end that everything printed really reached standard output.
 */
#ifndef TOOL_H
#define TOOL_H

#include "tool_frames.h"
#include "tool_log.h"
#include "tool_opt.h"
#include "tool_output.h"
#include "tool_problems.h"
#include "tool_progress.h"

/** A running program. Its members are read by the command and not changed. */
struct tool {
    const tool_program *program;
    const tool_command *command;
    const char *name;   /**< "pnd-eval": begins every message */
    tool_common common; /**< --quiet, --verbose, --json, --force, --threads, ... */
    const char *const *operands;
    int32_t n_operands;
    const tool_parsed *parsed; /**< for tool_given() */
    bool progress_line;        /**< private: a progress line stands on the terminal */
};
typedef struct tool tool;

/** Everything between main()'s braces. Returns the exit code. */
int tool_main(const tool_program *program, int argc, char **argv);

/** True when the option stood on the command line. */
bool tool_given(const tool *t, const char *name);

#endif
