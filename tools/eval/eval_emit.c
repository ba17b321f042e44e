/* SPDX-License-Identifier: Apache-2.0 */
#include "eval_emit.h"

#include "tool.h"

#include <string.h>

pnd_status eval_emit(struct tool *t, const char *out, const pnd_buffer *json,
                     const pnd_buffer *text, pnd_error *err)
{
    const pnd_buffer *const shown = t->common.json ? json : text;
    const bool to_stdout = out != NULL && strcmp(out, "-") == 0;
    pnd_status status = pnd_buffer_status(json, err);
    if (status == PND_OK)
        status = pnd_buffer_status(text, err);
    if (status == PND_OK && out != NULL)
        status = tool_write(t, out, json->data, json->size, err);
    if (status == PND_OK && !to_stdout)
        status = tool_write(t, "-", shown->data, shown->size, err);
    return status;
}
