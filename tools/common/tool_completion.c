/* SPDX-License-Identifier: Apache-2.0 */
/* Shell completions. They need no helper package: bash uses compgen, zsh _arguments, fish complete.
 */
#include "tool_opt_value.h"
#include "tool_text.h"

#include <string.h>

/* Call `put` for every option a user may type. */
static void each_option(pnd_buffer *out, const tool_program *program, const tool_command *command,
                        void (*put)(pnd_buffer *, const tool_program *, const tool_command *,
                                    const tool_opt *))
{
    tool_table tables[2];
    tool_tables(tables, command);
    for (int t = 0; t < 2; t++)
        for (const tool_opt *o = tables[t].options; o->type != TOOL_END; o++)
            if (o->type != TOOL_GROUP && tool_opt_is_shown(command, o))
                put(out, program, command, o);
}

static void put_words(pnd_buffer *out, const char *const *words)
{
    for (size_t i = 0; words[i] != NULL; i++)
        pnd_buffer_printf(out, "%s%s", i == 0 ? "" : " ", words[i]);
}

static void bash_value(pnd_buffer *out, const tool_program *program, const tool_command *command,
                       const tool_opt *opt)
{
    (void)program;
    (void)command;
    if (!tool_opt_has_value(opt))
        return;
    pnd_buffer_puts(out, "    ");
    if (opt->letter != 0)
        pnd_buffer_printf(out, "-%c | ", opt->letter);
    pnd_buffer_printf(out, "--%s) ", opt->name);
    switch (tool_opt_completes(opt)) {
    case TOOL_WORDS:
        pnd_buffer_puts(out, "words='");
        put_words(out, opt->choices);
        pnd_buffer_puts(out, "' ;;\n");
        break;
    case TOOL_DIRS:
        pnd_buffer_puts(out, "kind=-d ;;\n");
        break;
    case TOOL_FILES:
        pnd_buffer_puts(out, "kind=-f ;;\n");
        break;
    case TOOL_NOTHING:
        pnd_buffer_puts(out, "return ;;\n");
        break;
    }
}

static void bash_name(pnd_buffer *out, const tool_program *program, const tool_command *command,
                      const tool_opt *opt)
{
    (void)program;
    (void)command;
    pnd_buffer_printf(out, " --%s", opt->name);
}

/* What follows the option before the cursor, else the option names. */
static void bash_command(pnd_buffer *out, const tool_program *program, const tool_command *command)
{
    pnd_buffer_puts(out, "    case $prev in\n");
    each_option(out, program, command, bash_value);
    pnd_buffer_puts(out, "    *) [[ $cur == -* ]] && words='");
    each_option(out, program, command, bash_name);
    pnd_buffer_printf(out, "' || kind=%s ;;\n    esac\n", command->operand != NULL ? "-f" : "");
}

static void bash_commands(pnd_buffer *out, const tool_program *program)
{
    pnd_buffer_puts(out, "    if ((COMP_CWORD == 1)); then\n        words='");
    for (size_t i = 0; i < program->n_commands; i++)
        pnd_buffer_printf(out, "%s ", program->commands[i].name);
    pnd_buffer_puts(out, "--help --version'\n    fi\n    case ${COMP_WORDS[1]} in\n");
    for (size_t i = 0; i < program->n_commands; i++) {
        pnd_buffer_printf(out, "    %s)\n", program->commands[i].name);
        bash_command(out, program, &program->commands[i]);
        pnd_buffer_puts(out, "    ;;\n");
    }
    pnd_buffer_puts(out, "    esac\n");
}

static void function_name(pnd_buffer *out, const char *program)
{
    pnd_buffer_puts(out, "_");
    for (; *program != '\0'; program++)
        pnd_buffer_append(out, *program == '-' ? "_" : program, 1);
}

void tool_make_bash(pnd_buffer *out, const tool_program *program)
{
    pnd_buffer_printf(out, "# bash completion for %s\n", program->name);
    function_name(out, program->name);
    pnd_buffer_puts(out,
                    "()\n{\n"
                    "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
                    "    local words='' kind='' at=$COMP_CWORD\n"
                    "    COMPREPLY=()\n"
                    "    # --opt=value arrives as three words\n"
                    "    [[ $cur == = ]] && cur='' at=$((at + 1))\n"
                    "    [[ ${COMP_WORDS[at - 1]} == = ]] && prev=${COMP_WORDS[at - 2]}\n");
    if (program->commands[0].name != NULL)
        bash_commands(out, program);
    else
        bash_command(out, program, &program->commands[0]);
    pnd_buffer_puts(out, "    if [[ -n $words ]]; then\n"
                         "        mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
                         "    elif [[ -n $kind ]]; then\n"
                         "        compopt -o filenames\n"
                         "        mapfile -t COMPREPLY < <(compgen \"$kind\" -- \"$cur\")\n"
                         "    fi\n}\ncomplete -F ");
    function_name(out, program->name);
    pnd_buffer_printf(out, " %s\n", program->name);
}

/* Inside a single-quoted _arguments specification: brackets and colons have a meaning there. */
static void zsh_text(pnd_buffer *out, const char *text, const char *special)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            pnd_buffer_puts(out, "'\\''");
        else
            tool_put_escaped(out, text, 1, special, "\\");
    }
}

static void zsh_value(pnd_buffer *out, const tool_opt *opt)
{
    pnd_buffer_puts(out, ":");
    zsh_text(out, opt->argument, ":");
    switch (tool_opt_completes(opt)) {
    case TOOL_WORDS:
        pnd_buffer_puts(out, ":(");
        put_words(out, opt->choices);
        pnd_buffer_puts(out, ")");
        break;
    case TOOL_DIRS:
        pnd_buffer_puts(out, ":_files -/");
        break;
    case TOOL_FILES:
        pnd_buffer_puts(out, ":_files");
        break;
    case TOOL_NOTHING:
        pnd_buffer_puts(out, ": ");
        break;
    }
}

static bool may_repeat(const tool_opt *opt)
{
    return opt->type == TOOL_LIST || opt->type == TOOL_REPEAT || opt->type == TOOL_INT_LIST ||
           opt->type == TOOL_DOUBLE_LIST;
}

static void zsh_option(pnd_buffer *out, const tool_program *program, const tool_command *command,
                       const tool_opt *opt)
{
    const char *const equals = tool_opt_has_value(opt) ? "=" : "";
    (void)program;
    (void)command;
    pnd_buffer_puts(out, "        ");
    if (may_repeat(opt))
        pnd_buffer_puts(out, "'*'");
    else if (opt->letter != 0)
        pnd_buffer_printf(out, "'(-%c --%s)'", opt->letter, opt->name);
    if (opt->letter != 0)
        pnd_buffer_printf(out, "{-%c%s,--%s%s}'[", opt->letter, *equals == '\0' ? "" : "+",
                          opt->name, equals);
    else
        pnd_buffer_printf(out, "'--%s%s[", opt->name, equals);
    zsh_text(out, opt->help, "[]:\\");
    pnd_buffer_puts(out, "]");
    if (tool_opt_has_value(opt))
        zsh_value(out, opt);
    pnd_buffer_puts(out, "' \\\n");
}

static void zsh_arguments(pnd_buffer *out, const tool_program *program, const tool_command *command)
{
    pnd_buffer_puts(out, "    _arguments -s -S : \\\n");
    each_option(out, program, command, zsh_option);
    if (command->operand != NULL) {
        pnd_buffer_puts(out, "        '*:");
        zsh_text(out, command->operand, ":");
        pnd_buffer_puts(out, ":_files'\n");
    } else {
        pnd_buffer_puts(out, "        && return 0\n");
    }
}

void tool_make_zsh(pnd_buffer *out, const tool_program *program)
{
    pnd_buffer_printf(out, "#compdef %s\n\n", program->name);
    if (program->commands[0].name == NULL) {
        zsh_arguments(out, program, &program->commands[0]);
        return;
    }
    pnd_buffer_puts(out, "local -a commands=(\n");
    for (size_t i = 0; i < program->n_commands; i++) {
        pnd_buffer_printf(out, "    '%s:", program->commands[i].name);
        zsh_text(out, program->commands[i].summary, ":");
        pnd_buffer_puts(out, "'\n");
    }
    pnd_buffer_puts(out, ")\nif ((CURRENT == 2)); then\n    _describe command commands\n"
                         "    return\nfi\nshift words\n((CURRENT--))\ncase $words[1] in\n");
    for (size_t i = 0; i < program->n_commands; i++) {
        pnd_buffer_printf(out, "%s)\n", program->commands[i].name);
        zsh_arguments(out, program, &program->commands[i]);
        pnd_buffer_puts(out, "    ;;\n");
    }
    pnd_buffer_puts(out, "esac\n");
}

static void fish_text(pnd_buffer *out, const char *text)
{
    pnd_buffer_puts(out, "'");
    tool_put_escaped(out, text, strlen(text), "'\\", "\\");
    pnd_buffer_puts(out, "'");
}

static void fish_option(pnd_buffer *out, const tool_program *program, const tool_command *command,
                        const tool_opt *opt)
{
    pnd_buffer_printf(out, "complete -c %s", program->name);
    if (command->name != NULL)
        pnd_buffer_printf(out, " -n '__fish_seen_subcommand_from %s'", command->name);
    if (opt->letter != 0)
        pnd_buffer_printf(out, " -s %c", opt->letter);
    pnd_buffer_printf(out, " -l %s", opt->name);
    if (tool_opt_completes(opt) == TOOL_WORDS) {
        pnd_buffer_puts(out, " -x -a '");
        put_words(out, opt->choices);
        pnd_buffer_puts(out, "'");
    } else if (tool_opt_completes(opt) == TOOL_DIRS) {
        pnd_buffer_puts(out, " -x -a '(__fish_complete_directories)'");
    } else if (tool_opt_completes(opt) == TOOL_FILES) {
        pnd_buffer_puts(out, " -r -F");
    } else if (tool_opt_has_value(opt)) {
        pnd_buffer_puts(out, " -x");
    }
    pnd_buffer_puts(out, " -d ");
    fish_text(out, opt->help);
    pnd_buffer_puts(out, "\n");
}

void tool_make_fish(pnd_buffer *out, const tool_program *program)
{
    for (size_t i = 0; i < program->n_commands; i++) {
        const tool_command *const c = &program->commands[i];
        if (c->operand == NULL && i == 0)
            pnd_buffer_printf(out, "complete -c %s -f\n", program->name);
        if (c->name != NULL) {
            pnd_buffer_printf(out, "complete -c %s -n __fish_use_subcommand -a %s -d ",
                              program->name, c->name);
            fish_text(out, c->summary);
            pnd_buffer_puts(out, "\n");
        }
        each_option(out, program, c, fish_option);
    }
}
