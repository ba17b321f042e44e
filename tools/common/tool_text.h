/* SPDX-License-Identifier: Apache-2.0 */
/* What the texts made from the option table have in common; private to tools/common. */
#ifndef TOOL_TEXT_H
#define TOOL_TEXT_H

#include "tool_opt.h"

#include <panodepth/buffer.h>

/** The exit codes every program shares, in order; ends with a NULL meaning. */
typedef struct tool_exit_text {
    const char *code, *meaning;
} tool_exit_text;
const tool_exit_text *tool_exit_texts(void);

/** An option's help, its choices and its default. */
void tool_opt_help(pnd_buffer *out, const tool_opt *opt, const void *defaults);

/** One table of a command: its own, or the common one. */
typedef struct tool_table {
    const tool_opt *options;
    const void *defaults;
} tool_table;

/** Both tables, its own first. */
void tool_tables(tool_table tables[2], const tool_command *command);

/** False for hidden options and for --skip-bad where the command has none; true for groups. */
bool tool_opt_is_shown(const tool_command *command, const tool_opt *opt);

/** What a shell offers for an option's value. */
typedef enum tool_completes { TOOL_NOTHING, TOOL_FILES, TOOL_DIRS, TOOL_WORDS } tool_completes;
tool_completes tool_opt_completes(const tool_opt *opt);

/** The next line of *text (without its newline), or NULL at the end; advances *text. */
const char *tool_next_line(const char **text, size_t *length);

/** The next paragraph: up to an empty line. */
const char *tool_next_paragraph(const char **text, size_t *length);

/** Append `length` bytes with `escape` written before each byte that stands in `special`. */
void tool_put_escaped(pnd_buffer *out, const char *text, size_t length, const char *special,
                      const char *escape);

void tool_make_man(pnd_buffer *out, const tool_program *program);
void tool_make_markdown(pnd_buffer *out, const tool_program *program);
void tool_make_bash(pnd_buffer *out, const tool_program *program);
void tool_make_zsh(pnd_buffer *out, const tool_program *program);
void tool_make_fish(pnd_buffer *out, const tool_program *program);

#endif
