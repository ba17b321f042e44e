/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pnd-panoptic: what its two passes share.
 *
 * The first pass reads and checks every frame and keeps its segments; only when all frames are good
 * (or --skip-bad is given) does the second one read them again and write the images. So a bad frame
 * leaves nothing half written, and memory does not grow with the number of frames. The JSON comes
 * last: where it is, its images are complete.
 */
#ifndef PANOPTIC_H
#define PANOPTIC_H

#include "tool.h"

#include <panodepth/cityscapes.h>
#include <panodepth/labels.h>
#include <panodepth/panoptic_set.h>

typedef struct panoptic_args {
    const char *root, *out;
    tool_list splits;
    bool in_place, train_ids, label_train_ids, instance_train_ids;
} panoptic_args;

/** One frame, filled by the first pass. */
typedef struct gt_frame {
    const pnd_frame *frame; /**< borrowed from its split's list */
    size_t split;
    bool good;
    int32_t width, height;
    pnd_segment_info *segments; /**< owned */
    size_t n_segments;
} gt_frame;

typedef struct gt_run {
    tool *tool;
    const panoptic_args *args;
    const char *panoptic_dir; /**< receives cityscapes_panoptic_{split}.json and its folder */
    const char *tree_root;    /**< trainId images go to {tree_root}/gtFine/{split}/{city} */
    pnd_frame_list *lists;    /**< one per split */
    size_t n_splits;
    gt_frame *frames; /**< of all splits, in path order within each */
    int32_t n_frames;
    pnd_train_id_lut *lut; /**< NULL when no trainId images are wanted */
} gt_run;

/** First pass: decode, check the classes, keep the segments, see that no output exists. */
int panoptic_check_frames(gt_run *run, tool_problems *problems);

/** Second pass: write the images of the good frames. */
int panoptic_write_frames(gt_run *run);

/** Write the JSON of one split. */
PND_NODISCARD pnd_status panoptic_write_json(const gt_run *run, size_t split, pnd_error *err);

/** {panoptic_dir}/cityscapes_panoptic_{split}[_trainId]{rest}; free(). NULL without memory. */
char *panoptic_output_path(const gt_run *run, size_t split, const char *rest);

/** Refuse to overwrite without --force. @retval PND_EINVAL */
PND_NODISCARD pnd_status panoptic_check_absent(const gt_run *run, const char *path, pnd_error *err);

#endif
