/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From rows to the sheets that are printed: which rows and columns stand together, the text of
 * every number, and which is best.
 *
 * Rows of different protocols never share a sheet unless asked for: a score of one protocol says
 * nothing about a score of another.
 */
#ifndef TABLE_SHEET_H
#define TABLE_SHEET_H

#include "score_resample.h"
#include "table_rows.h"

#include <panodepth/buffer.h>

/* A column's name in the three ways it is written. */
typedef struct table_column {
    const char *ascii, *utf8, *latex;
    const char *key; /* in CSV */
    int table;       /* the sheet it stands in; a table_number */
    bool higher_is_better;
    bool is_percent;  /* printed in percent, as the field does */
    int decimals;     /* likewise */
    unsigned when;    /* bits of table_when; 0: always */
    const char *unit; /* NULL: a plain number, or the rows name it */
} table_column;

/* The paper's tables, then one for each further task. */
typedef enum table_number {
    TABLE_ALL,
    TABLE_PANOPTIC,
    TABLE_DEPTH_ERRORS,
    TABLE_DEPTH_ACCURACY,
    TABLE_SEMANTIC,
    TABLE_INSTANCE,
    TABLE_JOINT,
    TABLE_N_NUMBERS
} table_number;

typedef enum table_when {
    WHEN_GROUPS = 1, /* with --groups */
    WHEN_ANY = 2     /* when a row has a value */
} table_when;

/* "1", "2", "3", "semantic", ... and the task they are of. */
extern const char *const table_names[TABLE_N_NUMBERS + 1];
table_task table_task_of(int number);

const table_column *table_column_of(table_metric metric);

enum { TABLE_MAX_COLUMNS = 9, TABLE_NUMBER_SIZE = 32, TABLE_CELL_SIZE = 128 };

typedef struct table_cell {
    char number[TABLE_NUMBER_SIZE]; /* "" for an undefined value */
    char text[TABLE_CELL_SIZE];     /* the number and its interval: "60.3 [58.9, 61.8]" */
    bool is_best;
} table_cell;

typedef struct table_sheet {
    int number; /* a table_number */
    table_metric metrics[TABLE_MAX_COLUMNS];
    int n_metrics;
    const table_row **rows; /* owned array of borrowed rows */
    size_t n_rows;
    table_cell *cells;     /* n_rows x n_metrics, row by row */
    const char *protocol;  /* of all rows but those that equal strict; borrowed */
    bool mixes_data;       /* rows of different ground truth */
    bool mixes_rules;      /* rows of one protocol whose signatures name different rules */
    bool shows_protocol;   /* rows of several protocols, asked for */
    bool has_other_sheets; /* rows of another protocol stand apart */
    bool wants_percent;    /* accuracies too */
    bool has_intervals;    /* with the numbers of at least one row */
    score_plan plan;       /* of the intervals */
} table_sheet;

typedef struct table_sheets {
    table_sheet *items;
    size_t n;
} table_sheets;

typedef struct table_choice {
    int number;          /* a table_number */
    bool tasks[N_TASKS]; /* the tables of a task are wanted at all; by table_task */
    bool groups;         /* Table 1 with things and stuff */
    bool mix_protocols;  /* one sheet for all */
    bool mix_data;       /* rank rows of different ground truth */
    bool percent;        /* Table 3 too */
    bool intervals;      /* CSV: columns for them */
    score_plan plan;     /* of the intervals */
    int digits;          /* -1: automatic */
} table_choice;

/* Zero `out` first. The rows must outlive the sheets. @retval PND_ENOMEM */
PND_NODISCARD pnd_status table_make_sheets(table_sheets *out, const table_rows *rows,
                                           table_choice choice, pnd_error *err);
void table_sheets_clear(table_sheets *sheets);

/* The column is printed in percent. */
bool table_is_percent(const table_sheet *sheet, int column);

/* The column's unit, NULL when no row names one. False when two rows name different ones, which
 * rows of mixed protocols may do. */
bool table_unit(const char **unit, const table_sheet *sheet, int column);

/* The row stands with strict rows although it is of corrected parity: its numbers are theirs. */
bool table_row_is_guest(const table_sheet *sheet, const table_row *row);

/* "Table 1: Panoptic quality in percent, protocol strict, val". */
void table_caption(pnd_buffer *out, const table_sheet *sheet);

#endif
