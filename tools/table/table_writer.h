/* SPDX-License-Identifier: Apache-2.0 */
/* What the text formats share: a format is a set of small functions around one walk over caption,
 * header, rows and notes. Private to the renderers. */
#ifndef TABLE_WRITER_H
#define TABLE_WRITER_H

#include "table_sheet.h"

typedef struct table_writer {
    pnd_buffer *out;
    const table_sheet *sheet;
    bool ascii;
    bool has_notes;                    /* something stands below the table already */
    int widths[TABLE_MAX_COLUMNS + 2]; /* plain text only: method, protocol, then the numbers */
} table_writer;

typedef struct table_ops {
    void (*begin)(table_writer *w, const char *caption);
    void (*header)(table_writer *w);
    void (*row)(table_writer *w, size_t row);
    void (*body_end)(table_writer *w); /* NULL: nothing */
    void (*note)(table_writer *w, const char *text);
    void (*end)(table_writer *w); /* NULL: nothing */
} table_ops;

extern const table_ops table_text_ops, table_markdown_ops, table_latex_ops, table_html_ops;

const table_cell *table_cell_at(const table_writer *w, size_t row, int column);
const table_column *table_column_at(const table_writer *w, int column);

/* Append text that is already escaped; with --ascii without anything above ASCII. */
void table_put(table_writer *w, const char *text, bool html);

/* As above, and release `escaped`; its want of memory becomes the output's. */
void table_put_buffer(table_writer *w, pnd_buffer *escaped, bool html);

#endif
