/* SPDX-License-Identifier: Apache-2.0 */
/* Intervals beside the numbers of a results file, by the code of pnd-compare. */
#ifndef TABLE_INTERVALS_H
#define TABLE_INTERVALS_H

#include "score_resample.h"
#include "table_rows.h"
#include "tool.h"

/* Fill row->interval from the results file the row came from. Returns an exit code. */
int table_add_intervals(tool *t, table_row *row, const char *path, const score_plan *plan);

#endif
