/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Predictions with known errors, made from a frame's ground truth.
 *
 * Panoptic: outlines shifted by smooth noise; things missed, merged with a neighbour, split in two
 * or taken for another class; patches of stuff taken for other stuff; invented things; patches
 * without an answer. Segments are numbered class id (stuff) or class id * 1000 + n (things). Depth:
 * a scale error of the whole image, a factor per thing, smooth and pixel noise, edges blurred in
 * inverse depth. Everything is drawn from (seed, frame) and listed.
 */
#ifndef SCENE_ERRORS_H
#define SCENE_ERRORS_H

#include "scene_shot.h"

typedef enum scene_severity { SCENE_NO_PREDICTIONS, SCENE_MILD, SCENE_HARSH } scene_severity;

typedef enum scene_error_kind {
    SCENE_ERROR_MISSED,
    SCENE_ERROR_MERGED,   /* into segment `other` */
    SCENE_ERROR_SPLIT,    /* its right half is segment `other` */
    SCENE_ERROR_CONFUSED, /* predicted as segment `other` of another class */
    SCENE_ERROR_STUFF,    /* patches of class `id` predicted as class `other` */
    SCENE_ERROR_INVENTED, /* segment `other` has no ground truth */
    SCENE_ERROR_FACTOR    /* depth of thing `id` times `amount` */
} scene_error_kind;

typedef struct scene_error_entry {
    scene_error_kind kind;
    uint32_t id, other;
    double amount;
} scene_error_entry;

enum { SCENE_MAX_ENTRIES = 512 };

/* Zero-initialise; reused between frames. */
typedef struct scene_prediction {
    pnd_plane_u32 ids; /* 0: no answer */
    pnd_plane_f32 depth_m;
    uint32_t *segments; /* the ids that occur, ascending */
    size_t n_segments;
    scene_error_entry entries[SCENE_MAX_ENTRIES];
    int32_t n_entries;
    double depth_scale;
    pnd_plane_f32 scratch;
    uint32_t *table; /* per instanceIds value */
} scene_prediction;

PND_NODISCARD pnd_status scene_predict(scene_prediction *out, const scene_shot *shot,
                                       scene_severity severity, uint64_t seed, uint64_t frame,
                                       pnd_error *err);
void scene_prediction_clear(scene_prediction *prediction);

/* "missed", "merged" ... as in the list of errors. */
const char *scene_error_name(scene_error_kind kind);

#endif
