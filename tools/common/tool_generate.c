/* SPDX-License-Identifier: Apache-2.0 */
/* --generate KIND: scripts/gen_docs writes docs/ with it. */
#include "tool_help.h"
#include "tool_text.h"

#include <string.h>

pnd_status tool_generate(pnd_buffer *out, const tool_program *program, const char *kind,
                         pnd_error *err)
{
    static const struct {
        const char *kind;
        void (*make)(pnd_buffer *out, const tool_program *program);
    } makers[] = {{"man", tool_make_man},
                  {"markdown", tool_make_markdown},
                  {"bash", tool_make_bash},
                  {"zsh", tool_make_zsh},
                  {"fish", tool_make_fish}};
    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++)
        if (strcmp(kind, makers[i].kind) == 0) {
            makers[i].make(out, program);
            return PND_OK;
        }
    return pnd_fail(err, PND_EINVAL,
                    "--generate: '%s' is not one of man, markdown, bash, zsh, fish", kind);
}
