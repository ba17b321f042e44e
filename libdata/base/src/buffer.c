/* SPDX-License-Identifier: Apache-2.0 */
#include <panodepth/alloc.h>
#include <panodepth/buffer.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void pnd_buffer_reset(pnd_buffer *buffer)
{
    buffer->size = 0;
    buffer->failed = false;
    if (buffer->data != NULL)
        buffer->data[0] = 0;
}

void pnd_buffer_clear(pnd_buffer *buffer)
{
    free(buffer->data);
    *buffer = (pnd_buffer){0};
}

pnd_status pnd_buffer_reserve(pnd_buffer *buffer, size_t extra)
{
    if (buffer->failed || extra >= SIZE_MAX / 4 - buffer->size) {
        buffer->failed = true;
        return PND_ENOMEM;
    }
    const size_t needed = buffer->size + extra + 1;
    if (needed <= buffer->capacity)
        return PND_OK;
    const size_t grown = buffer->capacity + buffer->capacity / 2;
    const size_t capacity = needed > grown ? needed : grown;
    uint8_t *data = pnd_realloc_array(buffer->data, capacity, 1);
    if (data == NULL) {
        buffer->failed = true;
        return PND_ENOMEM;
    }
    if (buffer->data == NULL)
        data[0] = 0;
    buffer->data = data;
    buffer->capacity = capacity;
    return PND_OK;
}

void pnd_buffer_append(pnd_buffer *buffer, const void *bytes, size_t size)
{
    if (pnd_buffer_reserve(buffer, size) != PND_OK)
        return;
    if (size > 0)
        memcpy(buffer->data + buffer->size, bytes, size);
    buffer->size += size;
    buffer->data[buffer->size] = 0;
}

void pnd_buffer_puts(pnd_buffer *buffer, const char *text)
{
    pnd_buffer_append(buffer, text, strlen(text));
}

void pnd_buffer_printf(pnd_buffer *buffer, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0)
        buffer->failed = true;
    else if (pnd_buffer_reserve(buffer, (size_t)length) == PND_OK) {
        va_start(args, format);
        (void)vsnprintf((char *)buffer->data + buffer->size, (size_t)length + 1, format, args);
        va_end(args);
        buffer->size += (size_t)length;
    }
}

pnd_status pnd_buffer_status(const pnd_buffer *buffer, pnd_error *err)
{
    return buffer->failed ? pnd_fail(err, PND_ENOMEM, "out of memory") : PND_OK;
}

const char *pnd_buffer_text(const pnd_buffer *buffer)
{
    return buffer->data != NULL ? (const char *)buffer->data : "";
}
