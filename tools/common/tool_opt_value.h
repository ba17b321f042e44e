/* SPDX-License-Identifier: Apache-2.0 */
/* Text to value, shared by tool_opt.c and the help writer; private to tools/common. */
#ifndef TOOL_OPT_VALUE_H
#define TOOL_OPT_VALUE_H

#include "tool_opt.h"

#include <panodepth/buffer.h>

/** Convert `text` and store it in the member of `base` that `opt` names. `shown` names the option
 * in the message ("--fx" or "CITYSCAPES_DATASET"). Lists are appended to. */
pnd_status tool_opt_store(tool_parsed *parsed, const tool_opt *opt, void *base, const char *shown,
                          const char *text, pnd_error *err);

/** Append the value in `base` as it would be typed; nothing when it is empty, NaN or hidden.
 *  Returns true when something was written. */
bool tool_opt_show(pnd_buffer *out, const tool_opt *opt, const void *base);

/** Whether the option takes a value. */
bool tool_opt_has_value(const tool_opt *opt);

/** Whether a command takes this common option. */
bool tool_opt_is_offered(const tool_command *command, const tool_opt *opt);

#endif
