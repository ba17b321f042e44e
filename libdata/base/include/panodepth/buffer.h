/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file panodepth/buffer.h
 * A growable run of bytes, and numbers as text.
 *
 * A buffer is reused between images (pnd_buffer_reset() keeps the memory). The bytes are always
 * followed by one NUL that is not counted in `size`, so text needs no extra care. Appending stops
 * at the first failure: `failed` stays set and further appends do nothing, so a long run of appends
 * is checked once, at its end, with pnd_buffer_status().
 */
#ifndef PANODEPTH_BUFFER_H
#define PANODEPTH_BUFFER_H

#include <panodepth/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Zero-initialise to start empty. */
typedef struct pnd_buffer {
    uint8_t *data; /**< NULL while nothing was ever appended */
    size_t size;
    size_t capacity;
    bool failed;
} pnd_buffer;

/** Empty it and keep its memory. */
PND_API void pnd_buffer_reset(pnd_buffer *buffer);

/** Release its memory and zero it. */
PND_API void pnd_buffer_clear(pnd_buffer *buffer);

/** Make room for `extra` further bytes. @retval PND_ENOMEM */
PND_API pnd_status pnd_buffer_reserve(pnd_buffer *buffer, size_t extra);

PND_API void pnd_buffer_append(pnd_buffer *buffer, const void *bytes, size_t size);
PND_API void pnd_buffer_puts(pnd_buffer *buffer, const char *text);
PND_API void pnd_buffer_printf(pnd_buffer *buffer, const char *format, ...) PND_PRINTF(2, 3);

/** PND_OK, or PND_ENOMEM (recorded in err) when any append since the last reset failed. */
PND_API PND_NODISCARD pnd_status pnd_buffer_status(const pnd_buffer *buffer, pnd_error *err);

/** The text so far; "" for an empty buffer. Borrowed, valid until the next append. */
PND_API const char *pnd_buffer_text(const pnd_buffer *buffer);

enum { PND_NUMBER_SIZE = 32 };

/**
 * The shortest decimal text that reads back as exactly `value`, in the style of Python's repr():
 * "0.1", "1e-07", "1e+16", "3.0"; "nan", "inf", "-inf" for the rest. Never a locale's comma.
 * @return `text`
 */
PND_API char *pnd_format_double(char text[PND_NUMBER_SIZE], double value);

/**
 * Read a decimal number that fills `text` to its end, whatever the locale. Leading blanks, hex
 * floats, "nan" and "inf" are refused. @return false and *value untouched when it is not such a
 * number or overflows a double.
 */
PND_API PND_NODISCARD bool pnd_parse_double(double *value, const char *text);

/** As above for a base-10 integer within [low, high]. */
PND_API PND_NODISCARD bool pnd_parse_int(int64_t *value, const char *text, int64_t low,
                                         int64_t high);

#ifdef __cplusplus
}
#endif

#endif
