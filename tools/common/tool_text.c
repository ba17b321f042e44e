/* SPDX-License-Identifier: Apache-2.0 */
/* Helpers of the help, man page, Markdown and completion writers. */
#include "tool_text.h"
#include "tool_opt_value.h"

#include <string.h>

const tool_exit_text *tool_exit_texts(void)
{
    static const tool_exit_text texts[] = {
        {"0", "done"},
        {"1", "a gate or check is not met"},
        {"2", "wrong usage"},
        {"3", "bad input data"},
        {"4", "the output could not be written"},
        {"5", "the accelerator failed or is absent"},
        {"6", "incomplete: frames are missing"},
        {"70", "internal error or out of memory"},
        {"128+n", "ended by signal n"},
        {NULL, NULL},
    };
    return texts;
}

void tool_tables(tool_table tables[2], const tool_command *command)
{
    tables[0] = (tool_table){command->options, command->defaults};
    tables[1] = (tool_table){tool_common_options(), tool_common_defaults()};
}

bool tool_opt_is_shown(const tool_command *command, const tool_opt *opt)
{
    return (opt->flags & TOOL_HIDDEN) == 0 && tool_opt_is_offered(command, opt);
}

static void put_choices(pnd_buffer *out, const tool_opt *opt)
{
    for (size_t i = 0; opt->choices != NULL && opt->choices[i] != NULL; i++)
        pnd_buffer_printf(out, "%s%s", i == 0 ? ": " : ", ", opt->choices[i]);
}

void tool_opt_help(pnd_buffer *out, const tool_opt *opt, const void *defaults)
{
    pnd_buffer value = {0};
    const bool shown = tool_opt_show(&value, opt, defaults);
    pnd_buffer_puts(out, opt->help);
    put_choices(out, opt);
    if (opt->env != NULL)
        pnd_buffer_printf(out, " (default: $%s)", opt->env);
    else if (shown)
        pnd_buffer_printf(out, " (default: %s)", pnd_buffer_text(&value));
    else if ((opt->flags & TOOL_REQUIRED) != 0)
        pnd_buffer_puts(out, " (required)");
    out->failed |= value.failed;
    pnd_buffer_clear(&value);
}

tool_completes tool_opt_completes(const tool_opt *opt)
{
    if (opt->choices != NULL)
        return TOOL_WORDS;
    if (!tool_opt_has_value(opt))
        return TOOL_NOTHING;
    if ((opt->flags & TOOL_IS_DIR) != 0 || strcmp(opt->argument, "DIR") == 0)
        return TOOL_DIRS;
    if ((opt->flags & TOOL_IS_FILE) != 0 || strcmp(opt->argument, "FILE") == 0 ||
        strcmp(opt->argument, "PATH") == 0)
        return TOOL_FILES;
    return TOOL_NOTHING;
}

static const char *next_piece(const char **text, size_t *length, const char *separator)
{
    const char *const piece = *text;
    if (piece == NULL || *piece == '\0')
        return NULL;
    const char *const end = strstr(piece, separator);
    *length = end == NULL ? strlen(piece) : (size_t)(end - piece);
    *text = end == NULL ? NULL : end + strlen(separator);
    return piece;
}

const char *tool_next_line(const char **text, size_t *length)
{
    return next_piece(text, length, "\n");
}

const char *tool_next_paragraph(const char **text, size_t *length)
{
    return next_piece(text, length, "\n\n");
}

void tool_put_escaped(pnd_buffer *out, const char *text, size_t length, const char *special,
                      const char *escape)
{
    for (size_t i = 0; i < length; i++) {
        if (strchr(special, text[i]) != NULL)
            pnd_buffer_puts(out, escape);
        pnd_buffer_append(out, &text[i], 1);
    }
}
