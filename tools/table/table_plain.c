/* SPDX-License-Identifier: Apache-2.0 */
/* Plain text in aligned columns. */
#include "score_text.h"
#include "table_writer.h"

#include <string.h>

static const char *text_label(const table_writer *w, int column)
{
    return w->ascii ? table_column_at(w, column)->ascii : table_column_at(w, column)->utf8;
}

static const char *arrow(const table_writer *w, int column)
{
    const bool up = table_column_at(w, column)->higher_is_better;
    if (w->ascii)
        return up ? "^" : "v";
    return up ? "↑" : "↓";
}

static void widen(int *width, int needed)
{
    if (*width < needed)
        *width = needed;
}

static void begin(table_writer *w, const char *caption)
{
    memset(w->widths, 0, sizeof w->widths);
    widen(&w->widths[0], score_text_width("Method"));
    widen(&w->widths[1], score_text_width("Protocol"));
    for (size_t i = 0; i < w->sheet->n_rows; i++) {
        widen(&w->widths[0], score_text_width(w->sheet->rows[i]->method));
        widen(&w->widths[1], score_text_width(w->sheet->rows[i]->protocol));
    }
    for (int c = 0; c < w->sheet->n_metrics; c++) {
        widen(&w->widths[c + 2], score_text_width(text_label(w, c)) + 2);
        for (size_t i = 0; i < w->sheet->n_rows; i++)
            widen(&w->widths[c + 2], (int)strlen(table_cell_at(w, i, c)->text));
    }
    table_put(w, caption, false);
    pnd_buffer_puts(w->out, "\n\n");
}

static void text_left(table_writer *w, const char *text, int width)
{
    table_put(w, text, false);
    pnd_buffer_printf(w->out, "%*s", width - score_text_width(text), "");
}

static void end_line(table_writer *w)
{
    while (w->out->size > 0 && w->out->data[w->out->size - 1] == ' ')
        w->out->data[--w->out->size] = '\0';
    pnd_buffer_puts(w->out, "\n");
}

static void put_header(table_writer *w)
{
    text_left(w, "Method", w->widths[0]);
    if (w->sheet->shows_protocol) {
        pnd_buffer_puts(w->out, "  ");
        text_left(w, "Protocol", w->widths[1]);
    }
    for (int c = 0; c < w->sheet->n_metrics; c++) {
        const int width = score_text_width(text_label(w, c)) + 2;
        pnd_buffer_printf(w->out, "  %*s%s %s ", w->widths[c + 2] - width, "", text_label(w, c),
                          arrow(w, c));
    }
    end_line(w);
}

static void put_row(table_writer *w, size_t row)
{
    text_left(w, w->sheet->rows[row]->method, w->widths[0]);
    if (w->sheet->shows_protocol) {
        pnd_buffer_puts(w->out, "  ");
        text_left(w, w->sheet->rows[row]->protocol, w->widths[1]);
    }
    for (int c = 0; c < w->sheet->n_metrics; c++) {
        const table_cell *const cell = table_cell_at(w, row, c);
        pnd_buffer_printf(w->out, "  %*s%s", w->widths[c + 2],
                          cell->text[0] != '\0' ? cell->text : "-", cell->is_best ? "*" : " ");
    }
    end_line(w);
}

static void body_end(table_writer *w)
{
    bool any = false;
    for (size_t i = 0; i < w->sheet->n_rows * (size_t)w->sheet->n_metrics; i++)
        any |= w->sheet->cells[i].is_best;
    if (any)
        pnd_buffer_puts(w->out, "\n* best of its column\n");
    w->has_notes = any;
}

static void put_note(table_writer *w, const char *text)
{
    if (!w->has_notes)
        pnd_buffer_puts(w->out, "\n");
    w->has_notes = true;
    table_put(w, text, false);
    pnd_buffer_puts(w->out, "\n");
}

const table_ops table_text_ops = {
    .begin = begin, .header = put_header, .row = put_row, .body_end = body_end, .note = put_note};
