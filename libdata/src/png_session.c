/* SPDX-License-Identifier: Apache-2.0 */
#include "png_session.h"

#include <panodepth/alloc.h>

#include <stdlib.h>
#include <string.h>

/* All requests of one image together. A row of 16384 RGBA16 pixels needs 0.4 MB, deflate 0.3 MB. */
enum { ALLOCATION_LIMIT = 4 << 20 };

void pnd_png_session_set_reason(pnd_png_session *session, const char *text)
{
    const size_t length = strlen(text);
    const size_t most = sizeof session->reason - 1;
    const size_t kept = length < most ? length : most;
    memcpy(session->reason, text, kept);
    session->reason[kept] = '\0';
}

static _Noreturn void on_error(png_structp png, png_const_charp text)
{
    pnd_png_session_set_reason(png_get_error_ptr(png), text);
    png_longjmp(png, 1);
}

static png_voidp on_malloc(png_structp png, png_alloc_size_t size)
{
    pnd_png_session *session = png_get_mem_ptr(png);
    void *block = NULL;
    if (size <= ALLOCATION_LIMIT - session->allocated)
        block = pnd_alloc_array(size, 1);
    if (block == NULL)
        session->out_of_memory = true;
    else
        session->allocated += size;
    return block;
}

static void on_free(png_structp png, png_voidp block)
{
    (void)png;
    free(block);
}

png_structp pnd_png_session_reader(pnd_png_session *session, png_error_ptr on_warning)
{
    return png_create_read_struct_2(PNG_LIBPNG_VER_STRING, session, on_error, on_warning, session,
                                    on_malloc, on_free);
}

png_structp pnd_png_session_writer(pnd_png_session *session, png_error_ptr on_warning)
{
    return png_create_write_struct_2(PNG_LIBPNG_VER_STRING, session, on_error, on_warning, session,
                                     on_malloc, on_free);
}

bool pnd_png_swaps_samples(void)
{
    const uint16_t one = 1;
    uint8_t first = 0;
    memcpy(&first, &one, 1);
    return first == 1; /* PNG is big-endian */
}
