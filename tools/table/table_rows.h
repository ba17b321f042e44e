/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of a benchmark table, read from results files and from files of published numbers.
 *
 * Both hold the same members: method, task, protocol, split and the scores where pnd-eval writes
 * them ("All", "headline", "averageScoreClasses" ...). A results file is one row; a baseline file
 * is
 * {"schema": "panodepth-baseline/1", "rows": [...]}, each row with its source.
 */
#ifndef TABLE_ROWS_H
#define TABLE_ROWS_H

#include <panodepth/bootstrap.h>

typedef enum table_metric {
    METRIC_PQ,
    METRIC_SQ,
    METRIC_RQ,
    METRIC_PQ_THINGS,
    METRIC_SQ_THINGS,
    METRIC_RQ_THINGS,
    METRIC_PQ_STUFF,
    METRIC_SQ_STUFF,
    METRIC_RQ_STUFF,
    METRIC_SQ_ERR,
    METRIC_ABS_ERR,
    METRIC_IRMSE,
    METRIC_SILOG,
    METRIC_DELTA1,
    METRIC_DELTA2,
    METRIC_DELTA3,
    METRIC_MIOU,
    METRIC_IIOU,
    METRIC_CATEGORY_IOU,
    METRIC_CATEGORY_IIOU,
    METRIC_BOUNDARY_IOU,
    METRIC_AP,
    METRIC_AP50,
    METRIC_AP100M,
    METRIC_AP50M,
    METRIC_DPQ,
    METRIC_DVPQ,
    METRIC_PQD,
    METRIC_DSTQ,
    METRIC_STQ,
    METRIC_SEGMENT_REL,
    METRIC_SEGMENT_ABS,
    N_METRICS
} table_metric;

typedef enum table_task {
    TASK_PANOPTIC,
    TASK_DEPTH,
    TASK_SEMANTIC,
    TASK_INSTANCE,
    TASK_JOINT,
    N_TASKS
} table_task;

extern const char *const table_task_names[N_TASKS]; /* as in results files */

/* Texts are owned, hold no control characters and are valid UTF-8. */
typedef struct table_row {
    char *method;
    char *protocol;
    char *split;        /* NULL when unknown */
    char *gt;           /* digest of the ground truth, from the signature; NULL when unknown */
    char *rules;        /* the signature's keys that say how was scored; NULL when unknown */
    bool equals_strict; /* corrected parity, and the numbers are those of strict */
    char *source;       /* of a published row; NULL for results */
    table_task task;
    int64_t images, skipped;          /* -1 when unknown */
    double value[N_METRICS];          /* as in the file; NaN where absent or null */
    pnd_interval interval[N_METRICS]; /* NaN until table_add_intervals() */
    char *unit[N_METRICS];            /* NULL where absent, or "1": a plain number */
} table_row;

/* Zero-initialise; release with table_rows_clear(). */
typedef struct table_rows {
    table_row *items;
    size_t n;
} table_rows;

/* Append the row of a results file. @retval as pnd_file_read(), pnd_json_parse(); PND_EFORMAT */
PND_NODISCARD pnd_status table_read_results(table_rows *rows, const char *path, pnd_error *err);

/* Append the rows of a baseline file. A name without '/' and '.' is one of the files that come with
 * panodepth. */
PND_NODISCARD pnd_status table_read_baseline(table_rows *rows, const char *name, pnd_error *err);

void table_rows_clear(table_rows *rows);

/* Where a metric stands in a results file: "All.pq". */
enum { TABLE_KEY_SIZE = 64 };
void table_metric_key(char text[TABLE_KEY_SIZE], table_metric metric);

#endif
