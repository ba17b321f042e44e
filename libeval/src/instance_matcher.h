/* SPDX-License-Identifier: Apache-2.0 */
/* What an image is matched with; private to instance_*.c. */
#ifndef PND_INSTANCE_MATCHER_H
#define PND_INSTANCE_MATCHER_H

#include "pq_pairs.h"

#include <panodepth/instance.h>

enum { N_VALUES = 1 << 16 };

struct pnd_instance_matcher {
    pnd_instance_rule classes[PND_INSTANCE_MAX_CLASSES];
    int32_t n_classes;
    pnd_view_u16 gt;
    int64_t area[N_VALUES];      /* pixels of each value; all 0 between images */
    int64_t shared[N_VALUES];    /* pixels of each value under a mask; all 0 between masks */
    uint32_t truth_of[N_VALUES]; /* position + 1 in truths; 0: the value is no truth */
    uint16_t values[N_VALUES];   /* those of the image, ascending */
    size_t n_values;
    pnd_instance_truth *truths;
    pnd_instance_guess *guesses;
    pnd_instance_overlap *overlaps;
    size_t n_truths, n_guesses, n_overlaps;
    size_t truths_capacity, guesses_capacity, overlaps_capacity;
    int64_t n_empty;
    pnd_plane_u32 wide; /* gt as 32 bits, to count pairs */
    pq_pairs pairs;
};

#endif
