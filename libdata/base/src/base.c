/* SPDX-License-Identifier: Apache-2.0 */
/* Status names and the one place that writes into a pnd_error. */
#include <panodepth/base.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *pnd_version(void)
{
    return PND_VERSION_STRING;
}

const char *pnd_status_name(pnd_status status)
{
    static const char *const names[] = {"ok",    "invalid",  "memory",      "io",     "format",
                                        "limit", "mismatch", "unsupported", "device", "internal"};
    const size_t n = sizeof names / sizeof *names;
    return (size_t)status < n ? names[status] : "unknown";
}

/* Copy with control characters (a file name may hold a newline or an escape sequence) made visible.
 */
static void copy_visible(char *out, size_t out_size, const char *in)
{
    size_t n = 0;
    for (; *in != '\0' && n + 5 < out_size; in++) {
        const unsigned char c = (unsigned char)*in;
        if (c < 0x20 || c == 0x7f)
            n += (size_t)snprintf(out + n, out_size - n, "\\x%02x", (unsigned)c);
        else
            out[n++] = *in;
    }
    out[n] = '\0';
}

static void record(pnd_error *err, pnd_status status, const char *hint, const char *format,
                   va_list args) PND_PRINTF(4, 0);

static void record(pnd_error *err, pnd_status status, const char *hint, const char *format,
                   va_list args)
{
    char text[PND_MESSAGE_SIZE];
    if (err == NULL || err->status != PND_OK)
        return;
    err->status = status;
    (void)vsnprintf(text, sizeof text, format, args);
    copy_visible(err->message, sizeof err->message, text);
    copy_visible(err->hint, sizeof err->hint, hint);
}

/* In parentheses: for the analyzer the name is a macro as well. */
pnd_status(pnd_fail)(pnd_error *err, pnd_status status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    record(err, status, "", format, args);
    va_end(args);
    return status;
}

pnd_status(pnd_fail_hint)(pnd_error *err, pnd_status status, const char *hint, const char *format,
                          ...)
{
    va_list args;
    va_start(args, format);
    record(err, status, hint, format, args);
    va_end(args);
    return status;
}
