/* SPDX-License-Identifier: Apache-2.0 */
/* JSON text with the bytes of Python's json module (ensure_ascii, repr() numbers). */
#include "utf8.h"

#include <panodepth/json.h>

#include <inttypes.h>
#include <math.h>
#include <string.h>

static void new_line(pnd_json_writer *writer)
{
    static const char blanks[] = "                                ";
    pnd_buffer_append(writer->out, "\n", 1);
    int n = writer->indent * writer->depth;
    for (; n > 32; n -= 32)
        pnd_buffer_append(writer->out, blanks, 32);
    pnd_buffer_append(writer->out, blanks, (size_t)n);
}

/* What stands between the previous token and the next key or array element. */
static void begin_item(pnd_json_writer *writer)
{
    if (writer->has_items)
        pnd_buffer_puts(writer->out, writer->indent > 0 ? "," : ", ");
    if (writer->indent > 0 && writer->depth > 0)
        new_line(writer);
    writer->has_items = true;
}

static void begin_value(pnd_json_writer *writer)
{
    if (!writer->after_key)
        begin_item(writer);
    writer->after_key = false;
}

static void begin_container(pnd_json_writer *writer, const char *bracket)
{
    begin_value(writer);
    pnd_buffer_puts(writer->out, bracket);
    writer->depth++;
    writer->has_items = false;
}

static void end_container(pnd_json_writer *writer, const char *bracket)
{
    writer->depth--;
    if (writer->has_items && writer->indent > 0)
        new_line(writer);
    pnd_buffer_puts(writer->out, bracket);
    writer->has_items = true; /* of the parent: it holds this container */
}

void pnd_json_begin_object(pnd_json_writer *writer)
{
    begin_container(writer, "{");
}

void pnd_json_end_object(pnd_json_writer *writer)
{
    end_container(writer, "}");
}

void pnd_json_begin_array(pnd_json_writer *writer)
{
    begin_container(writer, "[");
}

void pnd_json_end_array(pnd_json_writer *writer)
{
    end_container(writer, "]");
}

static void put_escaped(pnd_buffer *out, uint32_t code)
{
    static const char shorthand[] = "\"\"\\\\\bb\ff\nn\rr\tt"; /* character, letter */
    for (const char *p = shorthand; *p != '\0'; p += 2)
        if (code == (uint32_t)(unsigned char)*p) {
            pnd_buffer_printf(out, "\\%c", p[1]);
            return;
        }
    if (code < 0x10000)
        pnd_buffer_printf(out, "\\u%04" PRIx32, code);
    else
        pnd_buffer_printf(out, "\\u%04" PRIx32 "\\u%04" PRIx32, 0xd7c0 + (code >> 10),
                          0xdc00 + (code & 0x3ff));
}

static bool is_plain(uint8_t c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static void put_string(pnd_buffer *out, const char *text)
{
    const uint8_t *p = (const uint8_t *)text;
    const uint8_t *end = p + strlen(text);
    pnd_buffer_append(out, "\"", 1);
    while (p < end) {
        const uint8_t *run = p;
        while (p < end && is_plain(*p))
            p++;
        pnd_buffer_append(out, run, (size_t)(p - run));
        if (p == end)
            break;
        uint32_t code = 0xfffd;
        const size_t length = utf8_decode(&code, p, (size_t)(end - p));
        put_escaped(out, code);
        p += length > 0 ? length : 1;
    }
    pnd_buffer_append(out, "\"", 1);
}

void pnd_json_key(pnd_json_writer *writer, const char *key)
{
    begin_item(writer);
    put_string(writer->out, key);
    pnd_buffer_puts(writer->out, ": ");
    writer->after_key = true;
}

void pnd_json_string(pnd_json_writer *writer, const char *text)
{
    begin_value(writer);
    put_string(writer->out, text);
}

static void put_token(pnd_json_writer *writer, const char *token)
{
    begin_value(writer);
    pnd_buffer_puts(writer->out, token);
}

void pnd_json_double(pnd_json_writer *writer, double value)
{
    char text[PND_NUMBER_SIZE];
    put_token(writer, isfinite(value) ? pnd_format_double(text, value) : "null");
}

void pnd_json_int(pnd_json_writer *writer, int64_t value)
{
    begin_value(writer);
    pnd_buffer_printf(writer->out, "%" PRId64, value);
}

void pnd_json_number_text(pnd_json_writer *writer, const char *text)
{
    put_token(writer, text);
}

void pnd_json_bool(pnd_json_writer *writer, bool value)
{
    put_token(writer, value ? "true" : "false");
}

void pnd_json_null(pnd_json_writer *writer)
{
    put_token(writer, "null");
}
