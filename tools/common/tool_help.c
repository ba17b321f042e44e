/* SPDX-License-Identifier: Apache-2.0 */
/* --help. */
#include "tool_help.h"
#include "tool_opt_value.h"
#include "tool_text.h"

#include <ctype.h>
#include <string.h>

enum { WIDTH = 80, OPTION_COLUMN = 26 };

/* Append the words of one paragraph to a line that stands at `column`; the lines that follow begin
 * at `indent`. */
static void wrap(pnd_buffer *out, const char *text, size_t length, int indent, int column)
{
    bool first = true;
    for (size_t at = 0; at < length;) {
        const size_t word = strcspn(text + at, " \n");
        const int n = (int)(word < length - at ? word : length - at);
        if (n > 0 && !first && column + 1 + n > WIDTH) {
            pnd_buffer_printf(out, "\n%*s", indent, "");
            column = indent;
            first = true;
        }
        if (n > 0) {
            pnd_buffer_printf(out, "%s%.*s", first ? "" : " ", n, text + at);
            column += n + (first ? 0 : 1);
            first = false;
        }
        at += (size_t)n + 1;
    }
    pnd_buffer_puts(out, "\n");
}

static void wrap_paragraphs(pnd_buffer *out, const char *text)
{
    size_t length;
    for (const char *p; (p = tool_next_paragraph(&text, &length)) != NULL;) {
        pnd_buffer_puts(out, "\n");
        wrap(out, p, length, 0, 0);
    }
}

/* "  -o, --out DIR" was just written, `column` wide: now its help, to the right or below. */
static void put_beside(pnd_buffer *out, int column, const char *text)
{
    if (column > OPTION_COLUMN - 2) {
        pnd_buffer_puts(out, "\n");
        column = 0;
    }
    pnd_buffer_printf(out, "%*s", OPTION_COLUMN - column, "");
    wrap(out, text, strlen(text), OPTION_COLUMN, OPTION_COLUMN);
}

static void put_option(pnd_buffer *out, const tool_opt *opt, const void *defaults)
{
    pnd_buffer text = {0};
    const size_t before = out->size;
    if (opt->letter != 0)
        pnd_buffer_printf(out, "  -%c, --%s", opt->letter, opt->name);
    else
        pnd_buffer_printf(out, "      --%s", opt->name);
    if (tool_opt_has_value(opt))
        pnd_buffer_printf(out, " %s", opt->argument);
    tool_opt_help(&text, opt, defaults);
    put_beside(out, (int)(out->size - before), pnd_buffer_text(&text));
    out->failed |= text.failed;
    pnd_buffer_clear(&text);
}

static void put_options(pnd_buffer *out, const tool_command *command)
{
    tool_table tables[2];
    tool_tables(tables, command);
    for (int t = 0; t < 2; t++)
        for (const tool_opt *o = tables[t].options; o->type != TOOL_END; o++) {
            if (o->type == TOOL_GROUP)
                pnd_buffer_printf(out, "\n%s:\n", o->name);
            else if (tool_opt_is_shown(command, o))
                put_option(out, o, tables[t].defaults);
        }
}

static void put_usage(pnd_buffer *out, const char *program, const tool_command *command)
{
    const char *text = command->synopsis;
    const char *lead = "Usage:";
    size_t length;
    for (const char *line; (line = tool_next_line(&text, &length)) != NULL; lead = "      ")
        pnd_buffer_printf(out, "%s %s%s%s %.*s\n", lead, program, command->name == NULL ? "" : " ",
                          command->name == NULL ? "" : command->name, (int)length, line);
}

static void put_examples(pnd_buffer *out, const char *text)
{
    size_t length;
    if (text != NULL)
        pnd_buffer_puts(out, "\nExamples:\n");
    for (const char *line; (line = tool_next_line(&text, &length)) != NULL;)
        pnd_buffer_printf(out, "  %.*s\n", (int)length, line);
}

static void put_exit_codes(pnd_buffer *out)
{
    pnd_buffer text = {0};
    pnd_buffer_puts(&text, "Exit status:");
    for (const tool_exit_text *e = tool_exit_texts(); e->meaning != NULL; e++)
        pnd_buffer_printf(&text, "%s %s %s", e == tool_exit_texts() ? "" : ";", e->code,
                          e->meaning);
    pnd_buffer_puts(&text, ".");
    pnd_buffer_puts(out, "\n");
    wrap(out, pnd_buffer_text(&text), text.size, 0, 0);
    out->failed |= text.failed;
    pnd_buffer_clear(&text);
}

void tool_help_command(pnd_buffer *out, const tool_program *program, const tool_command *command)
{
    put_usage(out, program->name, command);
    pnd_buffer_printf(out, "\n%c%s.\n", toupper((unsigned char)command->summary[0]),
                      command->summary + 1);
    wrap_paragraphs(out, command->description);
    if (command->operand_help != NULL) {
        pnd_buffer_printf(out, "\nOperands:\n  %s", command->operand);
        put_beside(out, 2 + (int)strlen(command->operand), command->operand_help);
    }
    put_options(out, command);
    put_examples(out, command->examples);
    put_exit_codes(out);
}

void tool_help_program(pnd_buffer *out, const tool_program *program)
{
    pnd_buffer_printf(out, "Usage: %s COMMAND [OPTION]...\n\n%c%s.\n", program->name,
                      toupper((unsigned char)program->summary[0]), program->summary + 1);
    wrap_paragraphs(out, program->description);
    pnd_buffer_puts(out, "\nCommands:\n");
    for (size_t i = 0; i < program->n_commands; i++) {
        const tool_command *const c = &program->commands[i];
        pnd_buffer_printf(out, "  %s", c->name);
        put_beside(out, 2 + (int)strlen(c->name), c->summary);
    }
    pnd_buffer_printf(out, "\n'%s COMMAND --help' lists the options of a command.\n",
                      program->name);
}
