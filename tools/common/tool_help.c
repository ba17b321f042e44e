/* SPDX-License-Identifier: Apache-2.0 */
/* --help. */
#include "tool_help.h"
#include "tool_opt_value.h"

#include <string.h>

enum { WIDTH = 80, OPTION_COLUMN = 26 };

/* Append words, breaking lines before column WIDTH; continuation lines begin at `indent`. The line
 * being written stands at `column`. One paragraph. */
static void wrap(pnd_buffer *out, const char *text, size_t length, int indent, int column)
{
    size_t at = 0;
    bool first = true;
    while (at < length) {
        size_t end = at;
        while (end < length && text[end] != ' ' && text[end] != '\n')
            end++;
        const int word = (int)(end - at);
        if (word > 0) {
            if (!first && column + 1 + word >= WIDTH) {
                pnd_buffer_printf(out, "\n%*s", indent, "");
                column = indent;
            } else if (!first) {
                pnd_buffer_puts(out, " ");
                column++;
            }
            pnd_buffer_append(out, text + at, (size_t)word);
            column += word;
            first = false;
        }
        at = end + 1;
    }
    pnd_buffer_puts(out, "\n");
}

static void paragraphs(pnd_buffer *out, const char *text)
{
    while (text != NULL && *text != '\0') {
        const char *const gap = strstr(text, "\n\n");
        const size_t length = gap == NULL ? strlen(text) : (size_t)(gap - text);
        pnd_buffer_puts(out, "\n");
        wrap(out, text, length, 0, 0);
        text = gap == NULL ? NULL : gap + 2;
    }
}

/* "  -o, --out DIR" */
static int option_name(pnd_buffer *out, const tool_opt *opt)
{
    const size_t before = out->size;
    if (opt->letter != 0)
        pnd_buffer_printf(out, "  -%c, --%s", opt->letter, opt->name);
    else
        pnd_buffer_printf(out, "      --%s", opt->name);
    if (tool_opt_has_value(opt))
        pnd_buffer_printf(out, " %s", opt->argument);
    return (int)(out->size - before);
}

void tool_opt_help(pnd_buffer *out, const tool_opt *opt, const void *defaults)
{
    pnd_buffer value = {0};
    pnd_buffer_puts(out, opt->help);
    if (opt->choices != NULL) {
        pnd_buffer_puts(out, ": ");
        for (size_t i = 0; opt->choices[i] != NULL; i++)
            pnd_buffer_printf(out, "%s%s", i == 0 ? "" : ", ", opt->choices[i]);
    }
    const bool shown = tool_opt_show(&value, opt, defaults);
    if (opt->env != NULL)
        pnd_buffer_printf(out, " (default: $%s)", opt->env);
    else if (shown)
        pnd_buffer_printf(out, " (default: %s)", pnd_buffer_text(&value));
    else if ((opt->flags & TOOL_REQUIRED) != 0)
        pnd_buffer_puts(out, " (required)");
    pnd_buffer_clear(&value);
}

static void option_entry(pnd_buffer *out, const tool_opt *opt, const void *defaults)
{
    pnd_buffer text = {0};
    int column = option_name(out, opt);
    if (column > OPTION_COLUMN - 2) {
        pnd_buffer_puts(out, "\n");
        column = 0;
    }
    pnd_buffer_printf(out, "%*s", OPTION_COLUMN - column, "");
    tool_opt_help(&text, opt, defaults);
    wrap(out, pnd_buffer_text(&text), text.size, OPTION_COLUMN, OPTION_COLUMN);
    pnd_buffer_clear(&text);
}

static void option_table(pnd_buffer *out, const tool_opt *table, const void *defaults,
                         bool skip_bad)
{
    for (const tool_opt *o = table; o->type != TOOL_END; o++) {
        if (o->type == TOOL_GROUP)
            pnd_buffer_printf(out, "\n%s:\n", o->name);
        else if ((o->flags & TOOL_HIDDEN) == 0 && (skip_bad || strcmp(o->name, "skip-bad") != 0))
            option_entry(out, o, defaults);
    }
}

static void usage_lines(pnd_buffer *out, const char *program, const tool_command *command)
{
    const char *line = command->synopsis;
    const char *lead = "Usage:";
    while (line != NULL) {
        const char *const end = strchr(line, '\n');
        const int length = end == NULL ? (int)strlen(line) : (int)(end - line);
        pnd_buffer_printf(out, "%s %s%s%s %.*s\n", lead, program, command->name == NULL ? "" : " ",
                          command->name == NULL ? "" : command->name, length, line);
        line = end == NULL ? NULL : end + 1;
        lead = "      ";
    }
}

/* "# comment" and command lines, two columns in. */
static void examples(pnd_buffer *out, const char *lines)
{
    if (lines == NULL)
        return;
    pnd_buffer_puts(out, "\nExamples:\n");
    while (lines != NULL && *lines != '\0') {
        const char *const end = strchr(lines, '\n');
        const int length = end == NULL ? (int)strlen(lines) : (int)(end - lines);
        pnd_buffer_printf(out, "  %.*s\n", length, lines);
        lines = end == NULL ? NULL : end + 1;
    }
}

void tool_help_command(pnd_buffer *out, const tool_program *program, const tool_command *command)
{
    static const tool_common common = {.max_errors = 20};
    usage_lines(out, program->name, command);
    pnd_buffer_puts(out, "\n");
    pnd_buffer_printf(out, "%s.\n", command->summary);
    paragraphs(out, command->description);
    if (command->operand_help != NULL) {
        pnd_buffer_puts(out, "\nOperands:\n");
        const tool_opt operand = {TOOL_FLAG, .name = command->operand};
        pnd_buffer_printf(out, "  %s", operand.name);
        const int column = 2 + (int)strlen(operand.name);
        pnd_buffer_printf(out, "%*s", column < OPTION_COLUMN - 1 ? OPTION_COLUMN - column : 2, "");
        wrap(out, command->operand_help, strlen(command->operand_help), OPTION_COLUMN,
             OPTION_COLUMN);
    }
    option_table(out, command->options, command->defaults, true);
    option_table(out, tool_common_options(), &common, command->has_skip_bad);
    examples(out, command->examples);
}

void tool_help_program(pnd_buffer *out, const tool_program *program)
{
    pnd_buffer_printf(out, "Usage: %s COMMAND [OPTION]...\n\n%s.\n", program->name,
                      program->summary);
    paragraphs(out, program->description);
    pnd_buffer_puts(out, "\nCommands:\n");
    for (size_t i = 0; i < program->n_commands; i++)
        pnd_buffer_printf(out, "  %-22s  %s\n", program->commands[i].name,
                          program->commands[i].summary);
    pnd_buffer_printf(out,
                      "\n'%s COMMAND --help' lists the options of a command; '%s --version' the "
                      "version.\n",
                      program->name, program->name);
}
