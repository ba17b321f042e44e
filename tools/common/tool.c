/* SPDX-License-Identifier: Apache-2.0 */
/* tool_main(): parse, run, see that standard output was really written. */
#include "tool.h"
#include "tool_help.h"

#include <panodepth/alloc.h>
#include <panodepth/buffer.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A closed descriptor 0, 1 or 2 would be handed to the first file opened, and our messages would go
 * into it. Read-only, so that a closed standard output still fails on writing. */
static void occupy_standard_streams(void)
{
    int fd = 0;
    while (fd >= 0 && fd <= STDERR_FILENO)
        fd = open("/dev/null", O_RDONLY);
    if (fd > STDERR_FILENO)
        (void)close(fd);
}

static int print_text(tool *t, pnd_buffer *text)
{
    pnd_error err = {0};
    const pnd_status status = pnd_buffer_status(text, &err);
    if (status == PND_OK)
        (void)fwrite(pnd_buffer_text(text), 1, text->size, stdout);
    pnd_buffer_clear(text);
    return status == PND_OK ? TOOL_EXIT_OK : tool_fail(t, TOOL_OUTPUT, &err);
}

static int print_version(const tool *t)
{
    (void)printf("%s (panodepth) %s\n", t->name, pnd_version());
    return TOOL_EXIT_OK;
}

static int print_help(tool *t)
{
    pnd_buffer text = {0};
    if (t->command == NULL)
        tool_help_program(&text, t->program);
    else
        tool_help_command(&text, t->program, t->command);
    return print_text(t, &text);
}

static int report_usage(tool *t, const pnd_error *err)
{
    if (err->status != PND_EINVAL)
        return tool_fail(t, TOOL_USAGE, err);
    if (err->hint[0] == '\0')
        return tool_usage_error(t, "%s", err->message);
    return tool_usage_error(t, "%s; %s", err->message, err->hint);
}

static int generate(tool *t, const char *kind)
{
    pnd_buffer text = {0};
    pnd_error err = {0};
    if (tool_generate(&text, t->program, kind, &err) != PND_OK)
        return report_usage(t, &err);
    return print_text(t, &text);
}

static int run_command(tool *t, int argc, char **argv)
{
    tool_parsed parsed;
    pnd_error err = {0};
    int code = TOOL_EXIT_OK;
    void *const args = pnd_calloc_array(1, t->command->args_size);
    if (args == NULL || tool_opt_parse(&parsed, args, t->command, argc, argv, &err) != PND_OK) {
        if (args == NULL)
            (void)pnd_fail(&err, PND_ENOMEM, "out of memory");
        free(args);
        return report_usage(t, &err);
    }
    t->common = parsed.common;
    t->operands = parsed.operands;
    t->n_operands = parsed.n_operands;
    t->parsed = &parsed;
    if (parsed.common.help)
        code = print_help(t);
    else if (parsed.common.version)
        code = print_version(t);
    else if (parsed.common.generate != NULL)
        code = generate(t, parsed.common.generate);
    else
        code = t->command->run(t, args);
    t->parsed = NULL;
    tool_parsed_clear(&parsed);
    free(args);
    return code;
}

static const tool_command *find_command(const tool_program *program, const char *name)
{
    for (size_t i = 0; i < program->n_commands; i++)
        if (strcmp(program->commands[i].name, name) == 0)
            return &program->commands[i];
    return NULL;
}

static int unknown_command(tool *t, const char *name)
{
    enum { MOST = 16 };
    const char *names[MOST];
    size_t n = 0;
    for (; n < t->program->n_commands && n < MOST; n++)
        names[n] = t->program->commands[n].name;
    const char *const near = tool_nearest(name, names, n);
    if (near == NULL)
        return tool_usage_error(t, "unknown command '%s'", name);
    return tool_usage_error(t, "unknown command '%s'; did you mean '%s'?", name, near);
}

/* The first argument of a program with sub-commands. */
static int run_program(tool *t, int argc, char **argv)
{
    const char *const first = argc > 1 ? argv[1] : NULL;
    if (first == NULL)
        return tool_usage_error(t, "COMMAND is missing");
    if (strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0)
        return print_help(t);
    if (strcmp(first, "--version") == 0)
        return print_version(t);
    if (strcmp(first, "--generate") == 0 && argc > 2)
        return generate(t, argv[2]);
    t->command = find_command(t->program, first);
    return t->command == NULL ? unknown_command(t, first) : run_command(t, argc - 1, argv + 1);
}

/* Messages about the command line itself obey --json too. */
static bool wants_json(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--json") == 0)
            return true;
    return false;
}

int tool_main(const tool_program *program, int argc, char **argv)
{
    tool t = {.program = program, .name = program->name};
    occupy_standard_streams();
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN); /* a file size limit becomes EFBIG, and a message */
    t.common.json = wants_json(argc, argv);
    int code;
    if (program->commands[0].name != NULL) {
        code = run_program(&t, argc, argv);
    } else {
        t.command = &program->commands[0];
        code = run_command(&t, argc, argv);
    }
    return tool_finish_stdout(&t, code);
}

bool tool_given(const tool *t, const char *name)
{
    return tool_opt_given(t->parsed, t->command, name);
}
