/* SPDX-License-Identifier: Apache-2.0 */
/* CSV (RFC 4180 with LF): the raw numbers for a spreadsheet or a script. */
#include "score_text.h"
#include "table_render.h"

#include <math.h>
#include <string.h>

static void put_text(pnd_buffer *out, const char *text, bool ascii)
{
    pnd_buffer quoted = {0};
    if (text == NULL)
        return;
    const bool formula = *text != '\0' && strchr("=+-@", *text) != NULL;
    const bool quote = strpbrk(text, ",\"'") != NULL || formula;
    pnd_buffer_printf(&quoted, "%s%s", quote ? "\"" : "", formula ? "'" : "");
    for (; *text != '\0'; text++)
        pnd_buffer_printf(&quoted, *text == '"' ? "\"%c" : "%c", *text);
    pnd_buffer_puts(&quoted, quote ? "\"" : "");
    if (ascii)
        score_text_put_ascii(out, pnd_buffer_text(&quoted), false);
    else
        pnd_buffer_puts(out, pnd_buffer_text(&quoted));
    out->failed |= quoted.failed;
    pnd_buffer_clear(&quoted);
}

static void put_number(pnd_buffer *out, double value, int digits)
{
    char text[PND_NUMBER_SIZE];
    pnd_buffer_puts(out, ",");
    if (!isfinite(value))
        return;
    if (digits >= 0)
        pnd_buffer_printf(out, "%.*f", digits, value);
    else
        pnd_buffer_puts(out, pnd_format_double(text, value));
}

static void put_metric(pnd_buffer *out, const table_row *row, int metric, table_choice choice)
{
    put_number(out, row->value[metric], choice.digits);
    if (choice.intervals) {
        put_number(out, row->interval[metric].low, choice.digits);
        put_number(out, row->interval[metric].high, choice.digits);
    }
}

static void put_names(pnd_buffer *out, const char *key, table_choice choice)
{
    pnd_buffer_printf(out, ",%s", key);
    if (choice.intervals)
        pnd_buffer_printf(out, ",%s_low,%s_high", key, key);
}

static void put_count(pnd_buffer *out, int64_t count)
{
    if (count >= 0)
        pnd_buffer_printf(out, ",%lld", (long long)count);
    else
        pnd_buffer_puts(out, ",");
}

static bool is_chosen(int number, table_choice choice)
{
    return choice.tasks[table_task_of(number)] &&
           (choice.number == TABLE_ALL || choice.number == number);
}

static bool has_column(int metric, table_choice choice)
{
    return is_chosen(table_column_of((table_metric)metric)->table, choice);
}

/* One of the tables of its task is. */
static bool is_wanted(const table_row *row, table_choice choice)
{
    bool wanted = false;
    for (int number = 1; number < TABLE_N_NUMBERS; number++)
        wanted |= table_task_of(number) == row->task && is_chosen(number, choice);
    return wanted;
}

static void put_row(pnd_buffer *out, const table_row *row, table_choice choice, bool ascii)
{
    put_text(out, row->method, ascii);
    pnd_buffer_printf(out, ",%s,", table_task_names[row->task]);
    put_text(out, row->protocol, ascii);
    pnd_buffer_puts(out, ",");
    put_text(out, row->split, ascii);
    put_count(out, row->images);
    put_count(out, row->skipped);
    for (int m = 0; m < N_METRICS; m++)
        if (has_column(m, choice))
            put_metric(out, row, m, choice);
    pnd_buffer_puts(out, ",");
    put_text(out, row->source, ascii);
    pnd_buffer_puts(out, "\n");
}

void table_render_csv(pnd_buffer *out, const table_rows *rows, table_choice choice, bool ascii)
{
    pnd_buffer_puts(out, "method,task,protocol,split,images,skipped");
    for (int m = 0; m < N_METRICS; m++)
        if (has_column(m, choice))
            put_names(out, table_column_of((table_metric)m)->key, choice);
    pnd_buffer_puts(out, ",source\n");
    for (size_t i = 0; i < rows->n; i++)
        if (is_wanted(&rows->items[i], choice))
            put_row(out, &rows->items[i], choice, ascii);
}
