/* SPDX-License-Identifier: Apache-2.0 */
/* From two stored rows to the pixels a protocol compares. */
#ifndef PND_DEPTH_SELECT_H
#define PND_DEPTH_SELECT_H

#include <panodepth/depth_metrics.h>

/* One image on its way through the stages. */
typedef struct pnd_depth_job {
    const pnd_depth_protocol *protocol;
    const pnd_depth_samples *gt, *pred;
    pnd_view_u8 mask;
    const pnd_plane_f64 *filled; /* the prediction without gaps, or NULL */
    double scale, shift;         /* of the prediction; shift is of its inverse */
} pnd_depth_job;

/* Scratch for one row of up to `capacity` pixels. */
typedef struct pnd_depth_row {
    double *gt, *pred; /* as stored */
    int32_t *index;    /* columns of the scored pixels */
    int32_t *rejected; /* scratch: columns of the others */
    double *g, *p;     /* what is compared, in the order of `index` */
    int32_t n;         /* scored pixels */
    int32_t capacity;
    /* Predictions the protocol cannot use: how many, of which kind, and the first. */
    int64_t n_bad, n_nonfinite, n_negative, n_zero;
    int32_t bad_x, bad_y;
    double bad_value;
} pnd_depth_row;

pnd_status pnd_depth_row_resize(pnd_depth_row *row, int32_t width, pnd_error *err);
void pnd_depth_row_clear(pnd_depth_row *row);

/* Fill index, g, p, n of row y and add to the tally. g is capped; p is filled, but neither scaled
 * nor clamped. */
void pnd_depth_row_select(pnd_depth_row *row, const pnd_depth_job *job, int32_t y,
                          pnd_depth_tally *tally);

/* x as the protocol's source would store it. */
double pnd_depth_round(double x, pnd_depth_storage storage);

/* Scale, clamp and round p as the protocol says. */
void pnd_depth_row_transform(pnd_depth_row *row, const pnd_depth_job *job);

#endif
