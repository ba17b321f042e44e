/* SPDX-License-Identifier: Apache-2.0 */
/* The segments of one image, sorted by id, and what is wrong with them. Private to libeval. */
#ifndef PND_PQ_TABLE_H
#define PND_PQ_TABLE_H

#include "pq_pairs.h"

#include <panodepth/pq.h>

/* Category ids -> index, sorted: key is the id (as unsigned), value the index. */
typedef struct pq_categories {
    pq_item *by_id;
    size_t n;
} pq_categories;

/* One distinct id of one image. */
typedef struct pq_segment {
    uint32_t id;
    int32_t category_id;
    int64_t category; /* index, or -1: not among the categories */
    int64_t file_area;
    int64_t area;               /* pixels */
    int64_t on_void;            /* predictions: pixels on ground truth void ... */
    int64_t on_crowd;           /* ... and on crowd of their category */
    int64_t band, band_on_void; /* boundary PQ: pixels of its band, and those on void */
    size_t order;               /* position of its first record in the file */
    bool is_crowd;              /* ground truth */
    bool is_counted_crowd;      /* ground truth: predictions on it are excused */
    bool matched;
} pq_segment;

typedef struct pq_table {
    pq_segment *rows; /* ascending by id */
    size_t n, capacity;
    pq_item *scratch;
    size_t scratch_capacity;
} pq_table;

/* The first few offending ids of one kind, and how many there are. */
enum { PQ_LISTED = 12 };
typedef struct pq_offenders {
    uint32_t ids[PQ_LISTED];
    int32_t category_ids[PQ_LISTED];
    int64_t n;
} pq_offenders;

/* Everything that can be wrong between the pixels and the table of one image. */
typedef struct pq_problems {
    pq_offenders not_in_table, not_in_pixels, unknown_category, duplicate, zero;
} pq_problems;

void pq_offend(pq_offenders *offenders, uint32_t id, int32_t category_id);

/* One message that lists them all: "IMAGE: prediction: segments 5, 7 are in ...; ...". */
pnd_status pq_problems_fail(const pq_problems *problems, const char *image, const char *side,
                            pnd_error *err);

/* Index of a category id, or -1. */
int64_t pq_category_index(const pq_categories *categories, int32_t id);

/* Fill the table. Of records with one id the last counts, at the first one's place in the order;
 * the surplus ones go to problems->duplicate. */
PND_NODISCARD pnd_status pq_table_build(pq_table *table, pq_problems *problems,
                                        const pnd_panoptic *image, const pq_categories *categories,
                                        const char *name, pnd_error *err);

/* The row with that id, or NULL. */
pq_segment *pq_table_find(const pq_table *table, uint32_t id);

/* Collect what is wrong, in ascending order of ids, once the rows have their areas. */
PND_NODISCARD pnd_status pq_table_check(pq_table *table, pq_problems *problems,
                                        const pq_pairs *pairs, uint32_t (*key_id)(uint64_t),
                                        const char *name, pnd_error *err);

void pq_table_clear(pq_table *table);

#endif
