/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sheets as text. Whatever comes from a file (method, protocol, split, source) is escaped for the
 * format it goes into.
 */
#ifndef TABLE_RENDER_H
#define TABLE_RENDER_H

#include "table_sheet.h"

typedef enum table_format {
    FORMAT_TEXT,
    FORMAT_MARKDOWN,
    FORMAT_LATEX,
    FORMAT_CSV,
    FORMAT_HTML
} table_format;

/* Every format but CSV. `ascii`: nothing above ASCII. */
void table_render(pnd_buffer *out, const table_sheets *sheets, table_format format, bool ascii);

/* One line a row with the raw numbers, not rounded unless digits >= 0. A text that a spreadsheet
 * would take for a formula begins with an apostrophe. */
void table_render_csv(pnd_buffer *out, const table_rows *rows, table_choice choice, bool ascii);

/* {"schema": "panodepth-table/1", "tables": [{"table", "rows": [...]}]}: raw numbers again. */
void table_render_json(pnd_buffer *out, const table_sheets *sheets);

#endif
