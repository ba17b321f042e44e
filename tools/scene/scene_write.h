/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a frame and of a run, in the folders of the official data set. */
#ifndef SCENE_WRITE_H
#define SCENE_WRITE_H

#include "scene_errors.h"

#include "tool.h"

/* Which frame of the data set a scene is. */
typedef struct scene_name {
    const char *split, *city; /* borrowed */
    int32_t rig;
    char *core; /* CITY_SEQUENCE_FRAME, owned */
} scene_name;

/* What the run's lists say about one predicted frame. */
typedef struct scene_record {
    uint32_t *segments;
    size_t n_segments;
    scene_error_entry *entries;
    int32_t n_entries;
    double depth_scale;
} scene_record;

/* Names of `n` frames over splits in the given shares; frames of a split go round its cities.
 * @param shares  one per split, or NULL for equal ones   Release: scene_names_clear() */
PND_NODISCARD pnd_status scene_names_make(scene_name **out, int32_t n, const char *const *splits,
                                          const double *shares, size_t n_splits, pnd_error *err);
void scene_names_clear(scene_name *names, int32_t n);

/* leftImg8bit, rightImg8bit, disparity, camera, gtFine of one frame below `root`. */
PND_NODISCARD pnd_status scene_write_frame(const tool *t, const char *root, const scene_name *name,
                                           const scene_shot *shot, bool with_color,
                                           pnd_buffer *bytes, pnd_error *err);

/* A predicted frame below `root`: cityscapes_panoptic_SPLIT/CORE_panoptic.png and
 * SPLIT/CITY/CORE_depth.png. */
PND_NODISCARD pnd_status scene_write_prediction(const tool *t, const char *root,
                                                const scene_name *name,
                                                const scene_prediction *prediction,
                                                pnd_buffer *bytes, pnd_error *err);

/* cityscapes_panoptic_SPLIT.json of the predictions, and the list of the errors made. */
PND_NODISCARD pnd_status scene_write_panoptic_json(const tool *t, const char *root,
                                                   const char *split, const scene_name *names,
                                                   const scene_record *records, int32_t n,
                                                   int32_t width, int32_t height, pnd_error *err);
PND_NODISCARD pnd_status scene_write_error_list(const tool *t, const char *root,
                                                const scene_name *names,
                                                const scene_record *records, int32_t n,
                                                const char *severity, uint64_t seed,
                                                pnd_error *err);

#endif
