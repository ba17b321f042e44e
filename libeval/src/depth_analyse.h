/* SPDX-License-Identifier: Apache-2.0 */
/* The analyses while an image is scored: rows in, an analysis out. */
#ifndef PND_DEPTH_ANALYSE_H
#define PND_DEPTH_ANALYSE_H

#include "depth_select.h"
#include "depth_totals.h"

#include <panodepth/depth_analysis.h>

enum { PND_DEPTH_MAX_GROUPS = 19 };

/* One scored row once more, as doubles with 0 where nothing is scored. */
typedef struct pnd_depth_dense {
    double *g, *p;
} pnd_depth_dense;

/* Scratch of a scorer, and one image's sums. Zero-initialise. */
typedef struct pnd_depth_analyser {
    const pnd_depth_analysis_options *options;
    const pnd_depth_scene *scene;
    pnd_depth_totals distance[PND_DEPTH_MAX_BINS], class_[PND_DEPTH_N_CLASSES],
        region[PND_DEPTH_N_REGIONS];
    pnd_plane_f64 packed_g, packed_p; /* scored pixels of all rows */
    size_t n;
    double *block; /* all row scratch */
    double *sorted_g, *sorted_p, *scratch_g, *scratch_p;
    pnd_depth_dense rows[2]; /* boundary: this row and the one before, by y % 2 */
    uint8_t *group;
    int32_t capacity;
} pnd_depth_analyser;

void pnd_depth_analyser_clear(pnd_depth_analyser *analyser);

/* Begin an image of that size. */
pnd_status pnd_depth_analyser_begin(pnd_depth_analyser *analyser,
                                    const pnd_depth_analysis_options *options,
                                    const pnd_depth_scene *scene, int32_t width, int32_t height,
                                    pnd_error *err);

/* Add the scored, transformed row y; rows come from top to bottom. */
void pnd_depth_analyser_add_row(pnd_depth_analyser *analyser, pnd_depth_analysis *out,
                                const pnd_depth_row *row, const pnd_depth_job *job, int32_t y);

/* End the image. `histogram` is scratch of 65536 entries. */
void pnd_depth_analyser_finish(pnd_depth_analyser *analyser, pnd_depth_analysis *out,
                               uint32_t *histogram);

#endif
