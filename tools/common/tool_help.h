/* SPDX-License-Identifier: Apache-2.0 */
/* --help and --generate; private to tools/common. */
#ifndef TOOL_HELP_H
#define TOOL_HELP_H

#include "tool_opt.h"

#include <panodepth/buffer.h>

/** --help of one command, 80 columns. */
void tool_help_command(pnd_buffer *out, const tool_program *program, const tool_command *command);

/** --help of a program with sub-commands: what they are. */
void tool_help_program(pnd_buffer *out, const tool_program *program);

/** --generate man|markdown|bash|zsh|fish. @retval PND_EINVAL an unknown kind */
PND_NODISCARD pnd_status tool_generate(pnd_buffer *out, const tool_program *program,
                                       const char *kind, pnd_error *err);

#endif
