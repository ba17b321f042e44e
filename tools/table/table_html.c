/* SPDX-License-Identifier: Apache-2.0 */
/* An HTML table. */
#include "table_writer.h"

#include <string.h>

static void html_text(table_writer *w, const char *text)
{
    pnd_buffer escaped = {0};
    for (; *text != '\0'; text++) {
        if (strchr("&<>\"'", *text) != NULL)
            pnd_buffer_printf(&escaped, "&#%d;", *text);
        else
            pnd_buffer_append(&escaped, text, 1);
    }
    table_put_buffer(w, &escaped, true);
}

static void begin(table_writer *w, const char *caption)
{
    pnd_buffer_puts(w->out, "<table>\n<caption>");
    html_text(w, caption);
    pnd_buffer_puts(w->out, "</caption>\n");
}

static void put_header(table_writer *w)
{
    pnd_buffer_printf(w->out, "<thead>\n<tr><th>Method</th>%s",
                      w->sheet->shows_protocol ? "<th>Protocol</th>" : "");
    for (int c = 0; c < w->sheet->n_metrics; c++) {
        pnd_buffer_puts(w->out, "<th>");
        html_text(w, table_column_at(w, c)->utf8);
        table_put(w, table_column_at(w, c)->higher_is_better ? " ↑" : " ↓", true);
        pnd_buffer_puts(w->out, "</th>");
    }
    pnd_buffer_puts(w->out, "</tr>\n</thead>\n<tbody>\n");
}

static void put_row(table_writer *w, size_t row)
{
    pnd_buffer_puts(w->out, "<tr><th scope=\"row\">");
    html_text(w, w->sheet->rows[row]->method);
    pnd_buffer_puts(w->out, "</th>");
    if (w->sheet->shows_protocol) {
        pnd_buffer_puts(w->out, "<td class=\"text\">");
        html_text(w, w->sheet->rows[row]->protocol);
        pnd_buffer_puts(w->out, "</td>");
    }
    for (int c = 0; c < w->sheet->n_metrics; c++) {
        const table_cell *const cell = table_cell_at(w, row, c);
        pnd_buffer_puts(w->out, cell->is_best ? "<td><strong>" : "<td>");
        table_put(w, cell->text[0] != '\0' ? cell->text : "–", true);
        pnd_buffer_puts(w->out, cell->is_best ? "</strong></td>" : "</td>");
    }
    pnd_buffer_puts(w->out, "</tr>\n");
}

static void body_end(table_writer *w)
{
    pnd_buffer_puts(w->out, "</tbody>\n</table>\n");
}

static void put_note(table_writer *w, const char *text)
{
    pnd_buffer_puts(w->out, "<p>");
    html_text(w, text);
    pnd_buffer_puts(w->out, "</p>\n");
}

const table_ops table_html_ops = {
    .begin = begin, .header = put_header, .row = put_row, .body_end = body_end, .note = put_note};
