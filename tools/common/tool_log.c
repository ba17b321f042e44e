/* SPDX-License-Identifier: Apache-2.0 */
/* Messages, one write each, and the exit codes. */
#include "tool.h"

#include <panodepth/buffer.h>
#include <panodepth/json.h>

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int tool_exit_code(pnd_status status, tool_side side)
{
    switch (status) {
    case PND_OK:
        return TOOL_EXIT_OK;
    case PND_EDEVICE:
        return TOOL_EXIT_DEVICE;
    case PND_ENOMEM:
    case PND_EINTERNAL:
        return TOOL_EXIT_INTERNAL;
    case PND_EINVAL:
        if (side == TOOL_USAGE)
            return TOOL_EXIT_USAGE;
        break;
    case PND_EIO:
    case PND_EFORMAT:
    case PND_ELIMIT:
    case PND_EMISMATCH:
    case PND_EUNSUPPORTED:
        break;
    }
    return side == TOOL_OUTPUT ? TOOL_EXIT_OUTPUT : TOOL_EXIT_INPUT;
}

/* One write, so that lines of several threads do not mix; a progress line is wiped first. */
static void put(struct tool *t, const char *line)
{
    flockfile(stderr);
    if (t->progress_line)
        (void)fputs("\r\x1b[K", stderr);
    t->progress_line = false;
    (void)fprintf(stderr, "%s\n", line);
    funlockfile(stderr);
}

static void put_member(pnd_json_writer *json, const char *key, const char *text)
{
    if (text == NULL || *text == '\0')
        return;
    pnd_json_key(json, key);
    pnd_json_string(json, text);
}

/* From the stack: "out of memory" is a message too. */
static void put_text(struct tool *t, const char *level, const pnd_error *err)
{
    char line[PND_MESSAGE_SIZE + PND_HINT_SIZE + 128];
    const bool hint = err->hint[0] != '\0';
    (void)snprintf(line, sizeof line, "%s: %s%s%s%s%s", t->name, level, err->message,
                   hint ? " (" : "", err->hint, hint ? ")" : "");
    put(t, line);
}

static void put_json(struct tool *t, const char *level, int code, const pnd_error *err,
                     tool_place place)
{
    pnd_buffer line = {0};
    pnd_json_writer json = {.out = &line};
    pnd_json_begin_object(&json);
    put_member(&json, "level", level);
    put_member(&json, "tool", t->name);
    if (code != 0) {
        pnd_json_key(&json, "code");
        pnd_json_int(&json, code);
    }
    if (err->status != PND_OK)
        put_member(&json, "kind", code == TOOL_EXIT_USAGE ? "usage" : pnd_status_name(err->status));
    put_member(&json, "file", place.file);
    put_member(&json, "image_id", place.image_id);
    put_member(&json, "message", err->message);
    put_member(&json, "hint", err->hint);
    pnd_json_end_object(&json);
    if (pnd_buffer_status(&line, NULL) == PND_OK)
        put(t, pnd_buffer_text(&line));
    else
        put_text(t, code == 0 ? "warning: " : "", err);
    pnd_buffer_clear(&line);
}

int tool_fail_at(struct tool *t, tool_side side, const pnd_error *err, tool_place place)
{
    const int code = tool_exit_code(err->status, side);
    if (t->common.json)
        put_json(t, "error", code, err, place);
    else
        put_text(t, "", err);
    return code;
}

int tool_fail(struct tool *t, tool_side side, const pnd_error *err)
{
    return tool_fail_at(t, side, err, (tool_place){0});
}

void tool_warn_error(struct tool *t, const pnd_error *err, tool_place place)
{
    if (t->common.json)
        put_json(t, "warning", 0, err, place);
    else
        put_text(t, "warning: ", err);
}

static pnd_error format_error(pnd_status status, const char *format, va_list args) PND_PRINTF(2, 0);

static pnd_error format_error(pnd_status status, const char *format, va_list args)
{
    char text[PND_MESSAGE_SIZE];
    pnd_error err = {0};
    (void)vsnprintf(text, sizeof text, format, args);
    (void)pnd_fail(&err, PND_EINVAL, "%s", text);
    err.status = status;
    return err;
}

int tool_usage_error(struct tool *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const pnd_error err = format_error(PND_EINVAL, format, args);
    va_end(args);
    const int code = tool_fail(t, TOOL_USAGE, &err);
    if (!t->common.json) {
        char line[128];
        const char *const sub = t->command == NULL ? NULL : t->command->name;
        (void)snprintf(line, sizeof line, "Try '%s%s%s --help'.", t->name, sub == NULL ? "" : " ",
                       sub == NULL ? "" : sub);
        put(t, line);
    }
    return code;
}

void tool_warn(struct tool *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const pnd_error err = format_error(PND_OK, format, args);
    va_end(args);
    tool_warn_error(t, &err, (tool_place){0});
}

void tool_info(struct tool *t, const char *format, ...)
{
    va_list args;
    if (t->common.quiet || t->common.json)
        return;
    va_start(args, format);
    const pnd_error err = format_error(PND_OK, format, args);
    va_end(args);
    put_text(t, "", &err);
}

void tool_verbose(struct tool *t, const char *format, ...)
{
    va_list args;
    if (!t->common.verbose || t->common.json)
        return;
    va_start(args, format);
    const pnd_error err = format_error(PND_OK, format, args);
    va_end(args);
    put_text(t, "", &err);
}

/* A failed write reports its errno once; by the time of the last flush it may be gone, so the pipe
 * itself is asked. */
static bool reader_is_gone(int error)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return error == EPIPE || (poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0);
}

int tool_finish_stdout(struct tool *t, int code)
{
    errno = 0;
    const bool failed = ferror(stdout) != 0;
    const bool flush_failed = fflush(stdout) != 0;
    const int error = errno;
    const bool gone = (failed || flush_failed) && reader_is_gone(error);
    const bool close_failed = fclose(stdout) != 0;
    if (!failed && !flush_failed && !close_failed)
        return code;
    if (gone)
        return code != TOOL_EXIT_OK ? code : TOOL_EXIT_SIGNAL + 13; /* as if SIGPIPE had ended it */
    pnd_error err = {0};
    (void)pnd_fail(&err, PND_EIO, "standard output: %s",
                   error != 0 ? strerror(error) : "write error");
    const int output_code = tool_fail(t, TOOL_OUTPUT, &err);
    return code != TOOL_EXIT_OK ? code : output_code;
}
