/* SPDX-License-Identifier: Apache-2.0 */
/* --generate: which text. */
#include "tool_help.h"

pnd_status tool_generate(pnd_buffer *out, const tool_program *program, const char *kind,
                         pnd_error *err)
{
    (void)out;
    (void)program;
    return pnd_fail(err, PND_EINVAL,
                    "--generate: '%s' is not one of man, markdown, bash, zsh, fish", kind);
}
