/* SPDX-License-Identifier: Apache-2.0 */
#include "table_sheet.h"

#include <panodepth/alloc.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const table_names[TABLE_N_NUMBERS + 1] = {"all",      "1",        "2",     "3",
                                                      "semantic", "instance", "joint", NULL};

table_task table_task_of(int number)
{
    static const table_task owners[TABLE_N_NUMBERS] = {
        [TABLE_PANOPTIC] = TASK_PANOPTIC,    [TABLE_DEPTH_ERRORS] = TASK_DEPTH,
        [TABLE_DEPTH_ACCURACY] = TASK_DEPTH, [TABLE_SEMANTIC] = TASK_SEMANTIC,
        [TABLE_INSTANCE] = TASK_INSTANCE,    [TABLE_JOINT] = TASK_JOINT,
    };
    return owners[number];
}

/* Columns of one name everywhere, in percent. */
#define PERCENT(name, latex, key, table, when)                                                     \
    {                                                                                              \
        name, name, latex, key, table, true, true, 1, when, NULL                                   \
    }

const table_column *table_column_of(table_metric metric)
{
    enum { ONE = TABLE_PANOPTIC, TWO = TABLE_DEPTH_ERRORS, THREE = TABLE_DEPTH_ACCURACY };
    static const table_column columns[N_METRICS] = {
        [METRIC_PQ] = PERCENT("PQ", "PQ", "PQ", ONE, 0),
        [METRIC_SQ] = PERCENT("SQ", "SQ", "SQ", ONE, 0),
        [METRIC_RQ] = PERCENT("RQ", "RQ", "RQ", ONE, 0),
        [METRIC_PQ_THINGS] =
            PERCENT("PQ Th", "PQ\\textsuperscript{Th}", "PQ_things", ONE, WHEN_GROUPS),
        [METRIC_SQ_THINGS] =
            PERCENT("SQ Th", "SQ\\textsuperscript{Th}", "SQ_things", ONE, WHEN_GROUPS),
        [METRIC_RQ_THINGS] =
            PERCENT("RQ Th", "RQ\\textsuperscript{Th}", "RQ_things", ONE, WHEN_GROUPS),
        [METRIC_PQ_STUFF] =
            PERCENT("PQ St", "PQ\\textsuperscript{St}", "PQ_stuff", ONE, WHEN_GROUPS),
        [METRIC_SQ_STUFF] =
            PERCENT("SQ St", "SQ\\textsuperscript{St}", "SQ_stuff", ONE, WHEN_GROUPS),
        [METRIC_RQ_STUFF] =
            PERCENT("RQ St", "RQ\\textsuperscript{St}", "RQ_stuff", ONE, WHEN_GROUPS),
        [METRIC_SQ_ERR] = {"sqErr", "sqErr", "sqErr", "sqErr", TWO, .decimals = 2},
        [METRIC_ABS_ERR] = {"absErr", "absErr", "absErr", "absErr", TWO, .decimals = 2},
        [METRIC_IRMSE] = {"IRMSE", "IRMSE", "IRMSE", "IRMSE", TWO, .decimals = 2},
        [METRIC_SILOG] = {"SILog", "SILog", "SILog", "SILog", TWO, .decimals = 2},
        [METRIC_DELTA1] = {"d1<1.25", "δ1<1.25", "$\\delta_1<1.25$", "delta1", THREE, true, false,
                           2},
        [METRIC_DELTA2] = {"d2<1.25^2", "δ2<1.25²", "$\\delta_2<1.25^2$", "delta2", THREE, true,
                           false, 2},
        [METRIC_DELTA3] = {"d3<1.25^3", "δ3<1.25³", "$\\delta_3<1.25^3$", "delta3", THREE, true,
                           false, 2},
        [METRIC_MIOU] = PERCENT("mIoU", "mIoU", "mIoU", TABLE_SEMANTIC, 0),
        [METRIC_IIOU] = PERCENT("iIoU", "iIoU", "iIoU", TABLE_SEMANTIC, 0),
        [METRIC_CATEGORY_IOU] =
            PERCENT("IoU cat", "IoU\\textsuperscript{cat}", "IoU_category", TABLE_SEMANTIC, 0),
        [METRIC_CATEGORY_IIOU] =
            PERCENT("iIoU cat", "iIoU\\textsuperscript{cat}", "iIoU_category", TABLE_SEMANTIC, 0),
        [METRIC_BOUNDARY_IOU] = PERCENT("bIoU", "bIoU", "boundary_IoU", TABLE_SEMANTIC, WHEN_ANY),
        [METRIC_AP] = PERCENT("AP", "AP", "AP", TABLE_INSTANCE, 0),
        [METRIC_AP50] = PERCENT("AP50", "AP\\textsubscript{50}", "AP50", TABLE_INSTANCE, 0),
        [METRIC_AP100M] =
            PERCENT("AP100m", "AP\\textsubscript{100m}", "AP100m", TABLE_INSTANCE, WHEN_ANY),
        [METRIC_AP50M] =
            PERCENT("AP50m", "AP\\textsubscript{50m}", "AP50m", TABLE_INSTANCE, WHEN_ANY),
        [METRIC_DPQ] = PERCENT("DPQ", "DPQ", "DPQ", TABLE_JOINT, 0),
        [METRIC_DVPQ] = PERCENT("DVPQ", "DVPQ", "DVPQ", TABLE_JOINT, 0),
        [METRIC_PQD] = PERCENT("PQ-D", "PQ-D", "PQ_D", TABLE_JOINT, 0),
        [METRIC_DSTQ] = PERCENT("DSTQ", "DSTQ", "DSTQ", TABLE_JOINT, 0),
        [METRIC_STQ] = PERCENT("STQ", "STQ", "STQ", TABLE_JOINT, 0),
        [METRIC_SEGMENT_REL] = {"seg. rel", "seg. rel", "seg. rel", "segment_rel", TABLE_JOINT,
                                .decimals = 3},
        [METRIC_SEGMENT_ABS] = {"seg. abs", "seg. abs", "seg. abs", "segment_abs", TABLE_JOINT,
                                .decimals = 2, .unit = "m"},
    };
    return &columns[metric];
}

static bool any_row_has(const table_sheet *sheet, int metric)
{
    for (size_t i = 0; i < sheet->n_rows; i++)
        if (isfinite(sheet->rows[i]->value[metric]))
            return true;
    return false;
}

static void choose_columns(table_sheet *sheet, table_choice choice)
{
    sheet->wants_percent = choice.percent;
    sheet->plan = choice.plan;
    for (int m = 0; m < N_METRICS; m++) {
        const table_column *const column = table_column_of((table_metric)m);
        if (column->table != sheet->number || (column->when == WHEN_GROUPS && !choice.groups) ||
            (column->when == WHEN_ANY && !any_row_has(sheet, m)))
            continue;
        sheet->metrics[sheet->n_metrics++] = (table_metric)m;
    }
}

bool table_is_percent(const table_sheet *sheet, int column)
{
    return table_column_of(sheet->metrics[column])->is_percent ||
           (sheet->number == TABLE_DEPTH_ACCURACY && sheet->wants_percent);
}

static double shown_value(const table_sheet *sheet, size_t row, int column)
{
    const double value = sheet->rows[row]->value[sheet->metrics[column]];
    return table_is_percent(sheet, column) ? 100 * value : value;
}

/* The paper's decimals, and more until a small value shows two digits: 0.0043 is not 0.00. Each
 * cell for itself: a published 0.72 does not become 0.7200 beside it. */
static int choose_decimals(const table_sheet *sheet, int column, double value, table_choice choice)
{
    const table_column *const c = table_column_of(sheet->metrics[column]);
    const int usual = c->is_percent == table_is_percent(sheet, column) ? c->decimals : 1;
    if (choice.digits >= 0)
        return choice.digits;
    if (value == 0)
        return usual;
    const int needed = 1 - (int)floor(log10(fabs(value)));
    if (needed <= usual)
        return usual;
    return needed < 9 ? needed : 9;
}

static void format_number(char text[TABLE_NUMBER_SIZE], double value, int decimals)
{
    if (fabs(value) < 1e12)
        (void)snprintf(text, TABLE_NUMBER_SIZE, "%.*f", decimals, value);
    else
        (void)snprintf(text, TABLE_NUMBER_SIZE, "%.6e", value);
}

/* The ends of an interval have the decimals of the number. */
static void write_cell(table_cell *cell, double value, pnd_interval interval, int decimals)
{
    char low[TABLE_NUMBER_SIZE], high[TABLE_NUMBER_SIZE];
    format_number(cell->number, value, decimals);
    format_number(low, interval.low, decimals);
    format_number(high, interval.high, decimals);
    if (isfinite(interval.low) && isfinite(interval.high))
        (void)snprintf(cell->text, sizeof cell->text, "%s [%s, %s]", cell->number, low, high);
    else
        (void)snprintf(cell->text, sizeof cell->text, "%s", cell->number);
}

static void write_cells(table_sheet *sheet, int column, table_choice choice)
{
    const double factor = table_is_percent(sheet, column) ? 100 : 1;
    for (size_t i = 0; i < sheet->n_rows; i++) {
        table_cell *const cell = &sheet->cells[i * (size_t)sheet->n_metrics + (size_t)column];
        const pnd_interval interval = sheet->rows[i]->interval[sheet->metrics[column]];
        const double value = shown_value(sheet, i, column);
        sheet->has_intervals |= isfinite(interval.low);
        if (isfinite(value))
            write_cell(cell, value, (pnd_interval){factor * interval.low, factor * interval.high},
                       choose_decimals(sheet, column, value, choice));
    }
}

bool table_unit(const char **unit, const table_sheet *sheet, int column)
{
    *unit = table_column_of(sheet->metrics[column])->unit;
    for (size_t i = 0; i < sheet->n_rows; i++) {
        const char *const own = sheet->rows[i]->unit[sheet->metrics[column]];
        if (own != NULL && *unit != NULL && strcmp(*unit, own) != 0)
            return false;
        if (own != NULL)
            *unit = own;
    }
    return true;
}

/* Best as printed: equal texts are equally good. One value alone is not best of anything, and
 * numbers of different units are not compared even where protocols are mixed. */
static void mark_best(table_sheet *sheet, int column)
{
    const bool up = table_column_of(sheet->metrics[column])->higher_is_better;
    const size_t stride = (size_t)sheet->n_metrics;
    size_t best = sheet->n_rows, n = 0;
    const char *unit;
    if (!table_unit(&unit, sheet, column))
        return;
    for (size_t i = 0; i < sheet->n_rows; i++) {
        const double value = shown_value(sheet, i, column);
        if (!isfinite(value))
            continue;
        n++;
        if (best == sheet->n_rows || (up ? value > shown_value(sheet, best, column)
                                         : value < shown_value(sheet, best, column)))
            best = i;
    }
    for (size_t i = 0; n > 1 && i < sheet->n_rows; i++)
        sheet->cells[i * stride + (size_t)column].is_best =
            strcmp(sheet->cells[i * stride + (size_t)column].number,
                   sheet->cells[best * stride + (size_t)column].number) == 0;
}

static pnd_status fill(table_sheet *sheet, table_choice choice, pnd_error *err)
{
    choose_columns(sheet, choice);
    sheet->cells = pnd_calloc_array(sheet->n_rows, (size_t)sheet->n_metrics * sizeof *sheet->cells);
    if (sheet->cells == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    for (int c = 0; c < sheet->n_metrics; c++) {
        write_cells(sheet, c, choice);
        if ((choice.mix_data || !sheet->mixes_data) &&
            (choice.mix_protocols || !sheet->mixes_rules))
            mark_best(sheet, c);
    }
    return PND_OK;
}

static table_sheet *add_sheet(table_sheets *sheets, int number, const char *protocol,
                              size_t capacity)
{
    table_sheet *const grown = pnd_realloc_array(sheets->items, sheets->n + 1, sizeof *grown);
    if (grown == NULL)
        return NULL;
    sheets->items = grown;
    table_sheet *const sheet = &sheets->items[sheets->n];
    *sheet = (table_sheet){.number = number, .protocol = protocol};
    sheet->rows = pnd_alloc_array(capacity, sizeof *sheet->rows);
    if (sheet->rows == NULL)
        return NULL;
    sheets->n++;
    return sheet;
}

/* The sheet of this protocol, or NULL. */
static table_sheet *find_sheet(const table_sheets *sheets, size_t first, const char *protocol,
                               table_choice choice)
{
    for (size_t i = first; i < sheets->n; i++)
        if (choice.mix_protocols || strcmp(sheets->items[i].protocol, protocol) == 0)
            return &sheets->items[i];
    return NULL;
}

static bool has_strict(const table_rows *rows, int number)
{
    for (size_t i = 0; i < rows->n; i++)
        if (rows->items[i].task == table_task_of(number) &&
            strcmp(rows->items[i].protocol, "strict") == 0)
            return true;
    return false;
}

bool table_row_is_guest(const table_sheet *sheet, const table_row *row)
{
    return row->equals_strict && strcmp(sheet->protocol, "strict") == 0 &&
           strcmp(row->protocol, "strict") != 0;
}

static void add_row(table_sheet *sheet, const table_row *row)
{
    for (size_t i = 0; i < sheet->n_rows; i++) {
        const char *const gt = sheet->rows[i]->gt;
        sheet->mixes_data |= gt != NULL && row->gt != NULL && strcmp(gt, row->gt) != 0;
        const char *const rules = sheet->rows[i]->rules;
        sheet->mixes_rules |= rules != NULL && row->rules != NULL &&
                              strcmp(rules, row->rules) != 0 &&
                              strcmp(sheet->rows[i]->protocol, row->protocol) == 0;
    }
    sheet->shows_protocol |=
        strcmp(row->protocol, sheet->protocol) != 0 && !table_row_is_guest(sheet, row);
    sheet->rows[sheet->n_rows++] = row;
}

/* All sheets of one table, in the order the protocols appear. */
static pnd_status add_table(table_sheets *sheets, const table_rows *rows, int number,
                            table_choice choice, pnd_error *err)
{
    const size_t first = sheets->n;
    const bool strict = has_strict(rows, number);
    for (size_t i = 0; i < rows->n; i++) {
        const table_row *const row = &rows->items[i];
        if (row->task != table_task_of(number))
            continue;
        const char *const protocol = row->equals_strict && strict ? "strict" : row->protocol;
        table_sheet *sheet = find_sheet(sheets, first, protocol, choice);
        if (sheet == NULL)
            sheet = add_sheet(sheets, number, protocol, rows->n);
        if (sheet == NULL)
            return pnd_fail(err, PND_ENOMEM, "out of memory");
        add_row(sheet, row);
    }
    for (size_t i = first; i < sheets->n; i++)
        sheets->items[i].has_other_sheets = sheets->n - first > 1;
    return PND_OK;
}

pnd_status table_make_sheets(table_sheets *out, const table_rows *rows, table_choice choice,
                             pnd_error *err)
{
    pnd_status status = PND_OK;
    for (int number = 1; number < TABLE_N_NUMBERS && status == PND_OK; number++)
        if (choice.tasks[table_task_of(number)] && (choice.number == 0 || choice.number == number))
            status = add_table(out, rows, number, choice, err);
    for (size_t i = 0; i < out->n && status == PND_OK; i++)
        status = fill(&out->items[i], choice, err);
    if (status != PND_OK)
        table_sheets_clear(out);
    return status;
}

void table_sheets_clear(table_sheets *sheets)
{
    for (size_t i = 0; i < sheets->n; i++) {
        free(sheets->items[i].rows);
        free(sheets->items[i].cells);
    }
    free(sheets->items);
    *sheets = (table_sheets){0};
}

/* The split all rows share, or NULL. */
static const char *common_split(const table_sheet *sheet)
{
    const char *const split = sheet->rows[0]->split;
    for (size_t i = 0; i < sheet->n_rows && split != NULL; i++)
        if (sheet->rows[i]->split == NULL || strcmp(sheet->rows[i]->split, split) != 0)
            return NULL;
    return split;
}

/* Every column is. */
static bool is_all_percent(const table_sheet *sheet)
{
    bool all = true;
    for (int c = 0; c < sheet->n_metrics; c++)
        all = all && table_is_percent(sheet, c);
    return all;
}

void table_caption(pnd_buffer *out, const table_sheet *sheet)
{
    static const char *const subjects[TABLE_N_NUMBERS] = {
        [TABLE_PANOPTIC] = "Table 1: Panoptic quality",
        [TABLE_DEPTH_ERRORS] = "Table 2: Depth errors",
        [TABLE_DEPTH_ACCURACY] = "Table 3: Depth accuracy",
        [TABLE_SEMANTIC] = "Semantic segmentation",
        [TABLE_INSTANCE] = "Instance segmentation",
        [TABLE_JOINT] = "Panoptic quality with depth",
    };
    const char *const split = common_split(sheet);
    pnd_buffer_printf(out, "%s%s", subjects[sheet->number],
                      is_all_percent(sheet)          ? " in percent"
                      : sheet->number == TABLE_JOINT ? " in percent, depth of segments"
                                                     : "");
    if (!sheet->shows_protocol)
        pnd_buffer_printf(out, ", protocol %s", sheet->protocol);
    if (split != NULL)
        pnd_buffer_printf(out, ", split %s", split);
}
