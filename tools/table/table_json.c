/* SPDX-License-Identifier: Apache-2.0 */
/* The sheets for a program: raw numbers, and which columns a row is best in. */
#include "table_render.h"

#include <panodepth/json.h>

static void put_string(pnd_json_writer *json, const char *key, const char *text)
{
    pnd_json_key(json, key);
    if (text == NULL)
        pnd_json_null(json);
    else
        pnd_json_string(json, text);
}

static void put_intervals(pnd_json_writer *json, const table_sheet *sheet, const table_row *row)
{
    pnd_json_key(json, "intervals");
    pnd_json_begin_object(json);
    for (int c = 0; c < sheet->n_metrics; c++) {
        pnd_json_key(json, table_column_of(sheet->metrics[c])->key);
        pnd_json_begin_array(json);
        pnd_json_double(json, row->interval[sheet->metrics[c]].low);
        pnd_json_double(json, row->interval[sheet->metrics[c]].high);
        pnd_json_end_array(json);
    }
    pnd_json_end_object(json);
}

static void put_row(pnd_json_writer *json, const table_sheet *sheet, size_t row)
{
    const table_cell *const cells = &sheet->cells[row * (size_t)sheet->n_metrics];
    const table_row *const r = sheet->rows[row];
    pnd_json_begin_object(json);
    put_string(json, "method", r->method);
    put_string(json, "protocol", r->protocol);
    put_string(json, "split", r->split);
    put_string(json, "source", r->source);
    pnd_json_key(json, "values");
    pnd_json_begin_object(json);
    for (int c = 0; c < sheet->n_metrics; c++) {
        pnd_json_key(json, table_column_of(sheet->metrics[c])->key);
        pnd_json_double(json, r->value[sheet->metrics[c]]);
    }
    pnd_json_end_object(json);
    if (sheet->has_intervals)
        put_intervals(json, sheet, r);
    pnd_json_key(json, "best");
    pnd_json_begin_array(json);
    for (int c = 0; c < sheet->n_metrics; c++)
        if (cells[c].is_best)
            pnd_json_string(json, table_column_of(sheet->metrics[c])->key);
    pnd_json_end_array(json);
    pnd_json_end_object(json);
}

void table_render_json(pnd_buffer *out, const table_sheets *sheets)
{
    pnd_json_writer json = {.out = out, .indent = 4};
    pnd_json_begin_object(&json);
    put_string(&json, "schema", "panodepth-table/1");
    pnd_json_key(&json, "tables");
    pnd_json_begin_array(&json);
    for (size_t i = 0; i < sheets->n; i++) {
        const table_sheet *const sheet = &sheets->items[i];
        pnd_json_begin_object(&json);
        pnd_json_key(&json, "table");
        if (sheet->number <= TABLE_DEPTH_ACCURACY)
            pnd_json_int(&json, sheet->number);
        else
            pnd_json_string(&json, table_names[sheet->number]);
        pnd_json_key(&json, "rows");
        pnd_json_begin_array(&json);
        for (size_t r = 0; r < sheet->n_rows; r++)
            put_row(&json, sheet, r);
        pnd_json_end_array(&json);
        pnd_json_end_object(&json);
    }
    pnd_json_end_array(&json);
    pnd_json_end_object(&json);
    pnd_buffer_puts(out, "\n");
}
