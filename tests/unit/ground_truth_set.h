/* SPDX-License-Identifier: Apache-2.0 */
/* The ground truth of some frames of a tree, as pnd-panoptic puts it together. Failures fail the
 * running test. */
#ifndef GROUND_TRUTH_SET_H
#define GROUND_TRUTH_SET_H

#include "pnd_test.h"

#include <panodepth/cityscapes.h>
#include <panodepth/panoptic_set.h>

typedef struct ground_truth_set {
    pnd_panoptic_set set;
    pnd_image_info *images; /* one per frame, as are the ids */
    pnd_plane_u32 *ids;
    size_t n;
} ground_truth_set;

void read_whole(pnd_buffer *bytes, const char *path);
void read_u16(pnd_plane_u16 *out, const char *root, const pnd_frame *frame, const char *suffix);
void ground_truth_set_build(ground_truth_set *out, const char *root, const pnd_frame_list *frames,
                            bool train_ids);
void ground_truth_set_clear(ground_truth_set *truth);

#endif
