/* SPDX-License-Identifier: Apache-2.0 */
#include "score_text.h"

#include <panodepth/alloc.h>

#include <string.h>

/* Length of the well-formed UTF-8 character at `p` (RFC 3629), or 0. */
static int char_length(const unsigned char *p)
{
    const int n = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    if (n == 0 || p[0] > 0xf4)
        return 0;
    for (int i = 1; i < n; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    const bool overlong = (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xf0 && p[1] < 0x90);
    const bool outside = (p[0] == 0xed && p[1] > 0x9f) || (p[0] == 0xf4 && p[1] > 0x8f);
    return overlong || outside ? 0 : n;
}

char *score_text_visible(const char *text)
{
    pnd_buffer out = {0};
    pnd_error err = {0};
    while (*text != '\0') {
        const unsigned char *const p = (const unsigned char *)text;
        const int n = char_length(p);
        const bool c1 = n == 2 && p[0] == 0xc2 && p[1] < 0xa0; /* control characters above ASCII */
        if (n == 0 || *p < 0x20 || *p == 0x7f || c1)
            pnd_buffer_printf(&out, "\\x%02x", (unsigned)(c1 ? p[1] : *p));
        else
            pnd_buffer_append(&out, text, (size_t)n);
        text += n == 0 ? 1 : n;
    }
    char *const copy =
        pnd_buffer_status(&out, &err) == PND_OK ? pnd_strdup(pnd_buffer_text(&out)) : NULL;
    pnd_buffer_clear(&out);
    return copy;
}

uint32_t score_text_next_char(const char **text)
{
    static const unsigned char lead_bits[5] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    const unsigned char *const p = (const unsigned char *)*text;
    const int n = char_length(p) > 0 ? char_length(p) : 1;
    uint32_t c = p[0] & lead_bits[n];
    for (int i = 1; i < n; i++)
        c = c << 6 | (p[i] & 0x3fU);
    *text += n;
    return c;
}

int score_text_width(const char *text)
{
    int width = 0;
    for (; *text != '\0'; width++)
        (void)score_text_next_char(&text);
    return width;
}

void score_text_put_ascii(pnd_buffer *out, const char *text, bool html)
{
    while (*text != '\0') {
        const uint32_t c = score_text_next_char(&text);
        const char byte = (char)c;
        if (c < 0x80)
            pnd_buffer_append(out, &byte, 1);
        else if (html)
            pnd_buffer_printf(out, "&#%u;", (unsigned)c);
        else
            pnd_buffer_puts(out, "?");
    }
}
