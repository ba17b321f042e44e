/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file eval_emit.h
 * Where a report goes.
 */
#ifndef EVAL_EMIT_H
#define EVAL_EMIT_H

#include <panodepth/buffer.h>

struct tool;

/**
 * Deliver a report: the results to the file `out` when given ("-": standard output, and nothing
 * else there), and to standard output the table, or with --json the results.
 * @retval PND_ENOMEM one of the buffers is incomplete  @retval PND_EIO and others of tool_write()
 */
PND_NODISCARD pnd_status eval_emit(struct tool *t, const char *out, const pnd_buffer *json,
                                   const pnd_buffer *text, pnd_error *err);

#endif
