/* SPDX-License-Identifier: Apache-2.0 */
/* The man page (roff, written directly) and the Markdown page of a program. */
#include "tool_opt_value.h"
#include "tool_text.h"

#include <ctype.h>
#include <string.h>

/* A dash that may be typed is \-, a backslash \e, and a line must not begin with a request. */
static void roff(pnd_buffer *out, const char *text, size_t length)
{
    if (length > 0 && (*text == '.' || *text == '\''))
        pnd_buffer_puts(out, "\\&");
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\\')
            pnd_buffer_puts(out, "\\e");
        else if (text[i] == '-')
            pnd_buffer_puts(out, "\\-");
        else
            pnd_buffer_append(out, &text[i], 1);
    }
}

static void roff_text(pnd_buffer *out, const char *text)
{
    roff(out, text, strlen(text));
}

static void upper(pnd_buffer *out, const char *text)
{
    for (; *text != '\0'; text++) {
        const char c = (char)toupper((unsigned char)*text);
        pnd_buffer_append(out, &c, 1);
    }
}

static void man_paragraphs(pnd_buffer *out, const char *text)
{
    size_t length;
    for (const char *p; (p = tool_next_paragraph(&text, &length)) != NULL;) {
        pnd_buffer_puts(out, ".PP\n");
        roff(out, p, length);
        pnd_buffer_puts(out, "\n");
    }
}

static void man_synopsis(pnd_buffer *out, const tool_program *program, const tool_command *command)
{
    const char *text = command->synopsis;
    size_t length;
    for (const char *line; (line = tool_next_line(&text, &length)) != NULL;) {
        pnd_buffer_puts(out, ".PP\n\\fB");
        roff_text(out, program->name);
        if (command->name != NULL)
            pnd_buffer_printf(out, " %s", command->name);
        pnd_buffer_puts(out, "\\fR ");
        roff(out, line, length);
        pnd_buffer_puts(out, "\n");
    }
}

static void man_option(pnd_buffer *out, const tool_opt *opt, const void *defaults)
{
    pnd_buffer help = {0};
    pnd_buffer_puts(out, ".TP\n");
    if (opt->letter != 0)
        pnd_buffer_printf(out, "\\fB\\-%c\\fR, ", opt->letter);
    pnd_buffer_puts(out, "\\fB\\-\\-");
    roff_text(out, opt->name);
    pnd_buffer_puts(out, "\\fR");
    if (tool_opt_has_value(opt))
        pnd_buffer_printf(out, " \\fI%s\\fR", opt->argument);
    pnd_buffer_puts(out, "\n");
    tool_opt_help(&help, opt, defaults);
    roff(out, pnd_buffer_text(&help), help.size);
    pnd_buffer_puts(out, "\n");
    out->failed |= help.failed;
    pnd_buffer_clear(&help);
}

static void man_options(pnd_buffer *out, const tool_command *command)
{
    tool_table tables[2];
    tool_tables(tables, command);
    for (int t = 0; t < 2; t++)
        for (const tool_opt *o = tables[t].options; o->type != TOOL_END; o++) {
            if (o->type == TOOL_GROUP)
                pnd_buffer_printf(out, ".SS %s\n", o->name);
            else if (tool_opt_is_shown(command, o))
                man_option(out, o, tables[t].defaults);
        }
}

static void man_operands(pnd_buffer *out, const tool_command *command)
{
    if (command->operand_help == NULL)
        return;
    pnd_buffer_printf(out, ".TP\n\\fI%s\\fR\n", command->operand);
    roff_text(out, command->operand_help);
    pnd_buffer_puts(out, "\n");
}

static void man_examples(pnd_buffer *out, const tool_program *program)
{
    pnd_buffer_puts(out, ".SH EXAMPLES\n.nf\n");
    for (size_t i = 0; i < program->n_commands; i++) {
        const char *text = program->commands[i].examples;
        size_t length;
        for (const char *line; (line = tool_next_line(&text, &length)) != NULL;) {
            roff(out, line, length);
            pnd_buffer_puts(out, "\n");
        }
    }
    pnd_buffer_puts(out, ".fi\n");
}

static void man_environment(pnd_buffer *out, const tool_program *program)
{
    bool headed = false;
    for (size_t i = 0; i < program->n_commands; i++)
        for (const tool_opt *o = program->commands[i].options; o->type != TOOL_END; o++) {
            if (o->env == NULL)
                continue;
            if (!headed)
                pnd_buffer_puts(out, ".SH ENVIRONMENT\n");
            headed = true;
            pnd_buffer_printf(out, ".TP\n\\fB%s\\fR\nThe default of \\fB\\-\\-", o->env);
            roff_text(out, o->name);
            pnd_buffer_puts(out, "\\fR");
            if (program->commands[i].name != NULL)
                pnd_buffer_printf(out, " (%s)", program->commands[i].name);
            pnd_buffer_puts(out, "\n");
        }
}

static void man_end(pnd_buffer *out, const tool_program *program)
{
    man_environment(out, program);
    pnd_buffer_puts(out, ".SH EXIT STATUS\n");
    for (const tool_exit_text *e = tool_exit_texts(); e->meaning != NULL; e++)
        pnd_buffer_printf(out, ".TP\n.B %s\n%s\n", e->code, e->meaning);
    man_examples(out, program);
    if (program->see_also != NULL) {
        pnd_buffer_puts(out, ".SH SEE ALSO\n");
        roff_text(out, program->see_also);
        pnd_buffer_puts(out, "\n");
    }
}

static const char *summary(const tool_program *program)
{
    return program->summary != NULL ? program->summary : program->commands[0].summary;
}

static void man_command(pnd_buffer *out, const tool_program *program, const tool_command *command)
{
    if (command->name != NULL) {
        pnd_buffer_puts(out, ".SH COMMAND ");
        upper(out, command->name);
        pnd_buffer_puts(out, "\n");
        roff_text(out, command->summary);
        pnd_buffer_puts(out, ".\n");
        man_synopsis(out, program, command);
    }
    man_paragraphs(out, command->description);
    if (command->name == NULL)
        pnd_buffer_puts(out, ".SH OPTIONS\n");
    man_operands(out, command);
    man_options(out, command);
}

void tool_make_man(pnd_buffer *out, const tool_program *program)
{
    pnd_buffer_puts(out, ".TH ");
    upper(out, program->name);
    pnd_buffer_printf(out, " 1 \"\" \"panodepth %s\" \"panodepth\"\n.SH NAME\n", pnd_version());
    roff_text(out, program->name);
    pnd_buffer_puts(out, " \\- ");
    roff_text(out, summary(program));
    pnd_buffer_puts(out, "\n.SH SYNOPSIS\n");
    for (size_t i = 0; i < program->n_commands; i++)
        man_synopsis(out, program, &program->commands[i]);
    pnd_buffer_puts(out, ".SH DESCRIPTION\n");
    man_paragraphs(out, program->description);
    for (size_t i = 0; i < program->n_commands; i++)
        man_command(out, program, &program->commands[i]);
    man_end(out, program);
}

static void markdown(pnd_buffer *out, const char *text, size_t length)
{
    tool_put_escaped(out, text, length, "\\`*_<>|[]#", "\\");
}

static void markdown_paragraphs(pnd_buffer *out, const char *text)
{
    size_t length;
    for (const char *p; (p = tool_next_paragraph(&text, &length)) != NULL;) {
        markdown(out, p, length);
        pnd_buffer_puts(out, "\n\n");
    }
}

static void markdown_option(pnd_buffer *out, const tool_opt *opt, const void *defaults)
{
    pnd_buffer help = {0};
    pnd_buffer_puts(out, "- ");
    if (opt->letter != 0)
        pnd_buffer_printf(out, "`-%c`, ", opt->letter);
    pnd_buffer_printf(out, "`--%s%s%s`: ", opt->name, tool_opt_has_value(opt) ? " " : "",
                      tool_opt_has_value(opt) ? opt->argument : "");
    tool_opt_help(&help, opt, defaults);
    markdown(out, pnd_buffer_text(&help), help.size);
    pnd_buffer_puts(out, "\n");
    out->failed |= help.failed;
    pnd_buffer_clear(&help);
}

static void markdown_options(pnd_buffer *out, const tool_command *command)
{
    tool_table tables[2];
    tool_tables(tables, command);
    for (int t = 0; t < 2; t++)
        for (const tool_opt *o = tables[t].options; o->type != TOOL_END; o++) {
            if (o->type == TOOL_GROUP)
                pnd_buffer_printf(out, "\n**%s**\n\n", o->name);
            else if (tool_opt_is_shown(command, o))
                markdown_option(out, o, tables[t].defaults);
        }
}

static void markdown_command(pnd_buffer *out, const tool_program *program,
                             const tool_command *command)
{
    const char *text = command->synopsis;
    size_t length;
    if (command->name != NULL)
        pnd_buffer_printf(out, "## %s %s\n\n%s.\n\n", program->name, command->name,
                          command->summary);
    pnd_buffer_puts(out, "```\n");
    for (const char *line; (line = tool_next_line(&text, &length)) != NULL;)
        pnd_buffer_printf(out, "%s%s%s %.*s\n", program->name, command->name == NULL ? "" : " ",
                          command->name == NULL ? "" : command->name, (int)length, line);
    pnd_buffer_puts(out, "```\n\n");
    markdown_paragraphs(out, command->description);
    if (command->operand_help != NULL) {
        pnd_buffer_printf(out, "`%s`: ", command->operand);
        markdown(out, command->operand_help, strlen(command->operand_help));
        pnd_buffer_puts(out, "\n");
    }
    markdown_options(out, command);
    if (command->examples != NULL)
        pnd_buffer_printf(out, "\n**Examples**\n\n```sh\n%s\n```\n", command->examples);
    pnd_buffer_puts(out, "\n");
}

void tool_make_markdown(pnd_buffer *out, const tool_program *program)
{
    pnd_buffer_printf(out, "# %s\n\n%s.\n\n", program->name, summary(program));
    markdown_paragraphs(out, program->description);
    for (size_t i = 0; i < program->n_commands; i++)
        markdown_command(out, program, &program->commands[i]);
    pnd_buffer_puts(out, "**Exit status**\n\n");
    for (const tool_exit_text *e = tool_exit_texts(); e->meaning != NULL; e++)
        pnd_buffer_printf(out, "- `%s`: %s\n", e->code, e->meaning);
}
