/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What reading and writing through libpng have in common; not installed. libpng's text ends in a
 * string, its memory comes from pnd_alloc_array() and is limited, its errors come back by
 * longjmp().
 */
#ifndef PND_PNG_SESSION_H
#define PND_PNG_SESSION_H

#include <panodepth/base.h>

#include <png.h>

/* First member of a job. It lives in the caller of the function that calls setjmp(), so longjmp()
 * leaves it alone. */
typedef struct pnd_png_session {
    size_t allocated; /* by all requests together */
    bool out_of_memory;
    char reason[128]; /* libpng's error, or the warning that is one to us */
} pnd_png_session;

/* NULL on failure. The warning handler finds the session by png_get_error_ptr(). */
png_structp pnd_png_session_reader(pnd_png_session *session, png_error_ptr on_warning);
png_structp pnd_png_session_writer(pnd_png_session *session, png_error_ptr on_warning);

void pnd_png_session_set_reason(pnd_png_session *session, const char *text);

/* Whether 16-bit samples must be swapped on their way from or to a PNG. */
bool pnd_png_swaps_samples(void);

#endif
