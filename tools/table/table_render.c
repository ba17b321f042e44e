/* SPDX-License-Identifier: Apache-2.0 */
#include "table_render.h"
#include "score_text.h"
#include "table_writer.h"

#include <stdio.h>
#include <string.h>

const table_cell *table_cell_at(const table_writer *w, size_t row, int column)
{
    return &w->sheet->cells[row * (size_t)w->sheet->n_metrics + (size_t)column];
}

const table_column *table_column_at(const table_writer *w, int column)
{
    return table_column_of(w->sheet->metrics[column]);
}

void table_put(table_writer *w, const char *text, bool html)
{
    if (w->ascii)
        score_text_put_ascii(w->out, text, html);
    else
        pnd_buffer_puts(w->out, text);
}

void table_put_buffer(table_writer *w, pnd_buffer *escaped, bool html)
{
    table_put(w, pnd_buffer_text(escaped), html);
    w->out->failed |= escaped->failed;
    pnd_buffer_clear(escaped);
}

static bool same_source(const table_row *a, const table_row *b)
{
    return a->source != NULL && b->source != NULL && strcmp(a->source, b->source) == 0;
}

/* "A; B: where the numbers are from", once for every source. */
static void put_sources(table_writer *w, const table_ops *ops)
{
    const table_sheet *const sheet = w->sheet;
    pnd_buffer text = {0};
    for (size_t i = 0; i < sheet->n_rows; i++) {
        bool told = sheet->rows[i]->source == NULL;
        for (size_t k = 0; k < i && !told; k++)
            told = same_source(sheet->rows[k], sheet->rows[i]);
        if (told)
            continue;
        w->out->failed |= text.failed; /* the reset forgets it */
        pnd_buffer_reset(&text);
        for (size_t k = i; k < sheet->n_rows; k++)
            if (same_source(sheet->rows[k], sheet->rows[i]))
                pnd_buffer_printf(&text, "%s%s", k == i ? "" : "; ", sheet->rows[k]->method);
        pnd_buffer_printf(&text, ": %s.", sheet->rows[i]->source);
        ops->note(w, pnd_buffer_text(&text));
    }
    w->out->failed |= text.failed;
    pnd_buffer_clear(&text);
}

static void put_units(table_writer *w, const table_ops *ops)
{
    pnd_buffer text = {0};
    for (int c = 0; c < w->sheet->n_metrics; c++) {
        const char *unit;
        if (table_unit(&unit, w->sheet, c) && unit != NULL)
            pnd_buffer_printf(&text, "%s%s in %s", text.size > 0 ? ", " : "",
                              table_column_at(w, c)->ascii, unit);
    }
    if (text.size > 0) {
        pnd_buffer_puts(&text, ".");
        ops->note(w, pnd_buffer_text(&text));
    }
    w->out->failed |= text.failed;
    pnd_buffer_clear(&text);
}

static void put_interval_note(table_writer *w, const table_ops *ops)
{
    char text[160];
    const score_plan *const plan = &w->sheet->plan;
    (void)snprintf(
        text, sizeof text,
        "In brackets: %g %% BCa intervals, bootstrap over %s, %lld resamples, seed %lld.",
        100 * plan->level, w->sheet->number == TABLE_JOINT ? "sequences" : "images",
        (long long)plan->resamples, (long long)plan->seed);
    ops->note(w, text);
}

static void put_notes(table_writer *w, const table_ops *ops)
{
    pnd_buffer text = {0};
    put_units(w, ops);
    if (w->sheet->has_intervals)
        put_interval_note(w, ops);
    put_sources(w, ops);
    for (size_t i = 0; i < w->sheet->n_rows; i++) {
        const table_row *const row = w->sheet->rows[i];
        if (row->skipped <= 0)
            continue;
        w->out->failed |= text.failed; /* the reset forgets it */
        pnd_buffer_reset(&text);
        pnd_buffer_printf(&text, "%s: images left out: %lld.", row->method,
                          (long long)row->skipped);
        ops->note(w, pnd_buffer_text(&text));
    }
    for (size_t i = 0; i < w->sheet->n_rows; i++) {
        const table_row *const row = w->sheet->rows[i];
        if (!table_row_is_guest(w->sheet, row) || w->sheet->shows_protocol)
            continue;
        w->out->failed |= text.failed; /* the reset forgets it */
        pnd_buffer_reset(&text);
        pnd_buffer_printf(
            &text, "%s: protocol %s; no deviation was met, so these are the numbers of strict.",
            row->method, row->protocol);
        ops->note(w, pnd_buffer_text(&text));
    }
    if (w->sheet->mixes_data)
        ops->note(w, "Rows were scored on different ground truth (gt= in their signatures): their "
                     "numbers do not compare.");
    if (w->sheet->mixes_rules)
        ops->note(w, "Rows were scored by different rules (see their signatures): their numbers do "
                     "not compare.");
    if (w->sheet->has_other_sheets)
        ops->note(w, "Rows of another protocol stand in a table of their own: their numbers do not "
                     "compare with these.");
    w->out->failed |= text.failed;
    pnd_buffer_clear(&text);
}

static void put_sheet(table_writer *w, const table_ops *ops)
{
    pnd_buffer caption = {0};
    table_caption(&caption, w->sheet);
    ops->begin(w, pnd_buffer_text(&caption));
    ops->header(w);
    for (size_t i = 0; i < w->sheet->n_rows; i++)
        ops->row(w, i);
    if (ops->body_end != NULL)
        ops->body_end(w);
    put_notes(w, ops);
    if (ops->end != NULL)
        ops->end(w);
    w->out->failed |= caption.failed;
    pnd_buffer_clear(&caption);
}

static void put_html_head(pnd_buffer *out)
{
    pnd_buffer_puts(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
                         "<title>panodepth results</title>\n<style>\n"
                         "table { border-collapse: collapse; margin: 1em 0 }\n"
                         "caption { text-align: left; padding: 0.4em 0 }\n"
                         "th, td { padding: 0.2em 0.8em; text-align: right }\n"
                         "th:first-child, td.text { text-align: left }\n"
                         "thead, tbody { border-bottom: 1px solid }\n</style>\n");
}

void table_render(pnd_buffer *out, const table_sheets *sheets, table_format format, bool ascii)
{
    static const table_ops *const all[] = {[FORMAT_TEXT] = &table_text_ops,
                                           [FORMAT_MARKDOWN] = &table_markdown_ops,
                                           [FORMAT_LATEX] = &table_latex_ops,
                                           [FORMAT_HTML] = &table_html_ops};
    if (format == FORMAT_HTML)
        put_html_head(out);
    for (size_t i = 0; i < sheets->n; i++) {
        table_writer w = {.out = out, .sheet = &sheets->items[i], .ascii = ascii};
        if (i > 0)
            pnd_buffer_puts(out, "\n");
        put_sheet(&w, all[format]);
    }
    if (format == FORMAT_HTML)
        pnd_buffer_puts(out, "</html>\n");
}
