/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Panoptic images that come without a JSON, listed as if they had one: an annotation for each,
 * whose file_name is the path to open and which has no segments yet.
 */
#ifndef PND_EVAL_PANOPTIC_LIST_H
#define PND_EVAL_PANOPTIC_LIST_H

#include "eval_panoptic_formats.h"

/* The images below a folder whose name ends in `suffix` (NULL: all PNGs), in the order of their
 * names. Returns an exit code; everything was reported. */
int panoptic_list_ground_truth(pnd_panoptic_set *out, tool *t, const char *folder,
                               const char *suffix);

/* Those that belong to an image of `gt`, in its order, and then those of no image of it. Without a
 * suffix an image's file is ID.png, or else the only ID*.png. */
int panoptic_list_predictions(pnd_panoptic_set *out, tool *t, const pnd_panoptic_set *gt,
                              const char *folder, const char *suffix);

/* GROUND_TRUTH.png and PREDICTION.png: their forms, where those were not said, and the two sets. */
int panoptic_list_pair(pnd_panoptic_set *gt, panoptic_form *gt_form, pnd_panoptic_set *pred,
                       panoptic_form *pred_form, tool *t);

#endif
