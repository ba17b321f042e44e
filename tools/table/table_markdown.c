/* SPDX-License-Identifier: Apache-2.0 */
/* Markdown (GitHub tables). */
#include "table_writer.h"

#include <string.h>

static void markdown_text(table_writer *w, const char *text)
{
    pnd_buffer escaped = {0};
    for (; *text != '\0'; text++) {
        if (strchr("\\`*_|[]#~$", *text) != NULL)
            pnd_buffer_puts(&escaped, "\\");
        if (*text == '<' || *text == '>' || *text == '&')
            pnd_buffer_puts(&escaped, *text == '<' ? "&lt;" : *text == '>' ? "&gt;" : "&amp;");
        else
            pnd_buffer_append(&escaped, text, 1);
    }
    table_put_buffer(w, &escaped, true);
}

static void begin(table_writer *w, const char *caption)
{
    pnd_buffer_puts(w->out, "**");
    markdown_text(w, caption);
    pnd_buffer_puts(w->out, "**\n\n");
}

static void put_header(table_writer *w)
{
    const bool protocol = w->sheet->shows_protocol;
    pnd_buffer_printf(w->out, "| Method |%s", protocol ? " Protocol |" : "");
    for (int c = 0; c < w->sheet->n_metrics; c++) {
        pnd_buffer_puts(w->out, " ");
        markdown_text(w, table_column_at(w, c)->utf8);
        table_put(w, table_column_at(w, c)->higher_is_better ? " ↑ |" : " ↓ |", true);
    }
    pnd_buffer_printf(w->out, "\n|---|%s", protocol ? "---|" : "");
    for (int c = 0; c < w->sheet->n_metrics; c++)
        pnd_buffer_puts(w->out, "---:|");
    pnd_buffer_puts(w->out, "\n");
}

static void put_row(table_writer *w, size_t row)
{
    pnd_buffer_puts(w->out, "| ");
    markdown_text(w, w->sheet->rows[row]->method);
    pnd_buffer_puts(w->out, " |");
    if (w->sheet->shows_protocol) {
        pnd_buffer_puts(w->out, " ");
        markdown_text(w, w->sheet->rows[row]->protocol);
        pnd_buffer_puts(w->out, " |");
    }
    for (int c = 0; c < w->sheet->n_metrics; c++) {
        const table_cell *const cell = table_cell_at(w, row, c);
        const char *const bold = cell->is_best ? "**" : "";
        table_put(w, " ", true);
        pnd_buffer_puts(w->out, bold);
        table_put(w, cell->text[0] != '\0' ? cell->text : "–", true);
        pnd_buffer_printf(w->out, "%s |", bold);
    }
    pnd_buffer_puts(w->out, "\n");
}

static void put_note(table_writer *w, const char *text)
{
    pnd_buffer_puts(w->out, w->has_notes ? "- " : "\n- ");
    w->has_notes = true;
    markdown_text(w, text);
    pnd_buffer_puts(w->out, "\n");
}

const table_ops table_markdown_ops = {
    .begin = begin, .header = put_header, .row = put_row, .note = put_note};
