/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8 for tables. */
#ifndef SCORE_TEXT_H
#define SCORE_TEXT_H

#include <panodepth/buffer.h>

/* A copy in which control characters and bytes that are no UTF-8 are written as \xNN: one line,
 * safe to show. NULL when memory is short. Release with free(). */
char *score_text_visible(const char *text);

/* Read one character of valid UTF-8 and advance. */
uint32_t score_text_next_char(const char **text);

/* Columns a terminal needs, one a character. */
int score_text_width(const char *text);

/* Append with everything above ASCII written as '?', or as a character reference for HTML. */
void score_text_put_ascii(pnd_buffer *out, const char *text, bool html);

#endif
