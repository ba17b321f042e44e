/* SPDX-License-Identifier: Apache-2.0 */
#include <panodepth/alloc.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* malloc(0) may return NULL, which callers would read as "out of memory". */
static size_t at_least_one(size_t size)
{
    return size > 0 ? size : 1;
}

void *pnd_alloc_array(size_t count, size_t size)
{
    size_t bytes = 0;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > PTRDIFF_MAX)
        return NULL;
    return malloc(at_least_one(bytes));
}

void *pnd_calloc_array(size_t count, size_t size)
{
    size_t bytes = 0;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > PTRDIFF_MAX)
        return NULL;
    return calloc(1, at_least_one(bytes));
}

void *pnd_realloc_array(void *block, size_t count, size_t size)
{
    size_t bytes = 0;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > PTRDIFF_MAX)
        return NULL;
    return realloc(block, at_least_one(bytes));
}

char *pnd_strdup(const char *text)
{
    const size_t size = strlen(text) + 1;
    char *copy = pnd_alloc_array(size, 1);
    if (copy != NULL)
        memcpy(copy, text, size);
    return copy;
}

char *pnd_strdup_printf(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0)
        return NULL;
    char *text = pnd_alloc_array((size_t)length + 1, 1);
    if (text == NULL)
        return NULL;
    va_start(args, format);
    (void)vsnprintf(text, (size_t)length + 1, format, args);
    va_end(args);
    return text;
}
