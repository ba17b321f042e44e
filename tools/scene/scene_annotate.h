/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ground truth of a view: instanceIds as Cityscapes writes them, and what the car itself covers.
 *
 * value = class id for stuff and for groups of things, class id * 1000 + number for single things,
 * numbered per class in the order they were placed. A thing with too few visible pixels to be
 * outlined joins its class's group, as annotators do with far traffic.
 */
#ifndef SCENE_ANNOTATE_H
#define SCENE_ANNOTATE_H

#include "scene_render.h"

/* The label that covers pixel (x, y) of the LEFT image before any scene: LABEL_EGO (the bonnet),
 * LABEL_RECTIFICATION (second rig), LABEL_OUT_OF_ROI (a ring); LABEL_UNLABELED when the scene
 * shows. Sizes are those of the full image, scaled. */
int32_t scene_cover_at(const scene_rig *rig, float x, float y);

/* Disparity of the bonnet, px. */
float scene_bonnet_disparity(const scene_rig *rig);

/* Paint the bonnet and the rectification border into a finished view. */
void scene_paint_cover(pnd_plane_rgb8 *color, const scene_rig *rig, const scene_weather *weather,
                       bool is_right);

/* Visible pixels below which a thing belongs to its class's group. */
int32_t scene_smallest_thing(int32_t width, int32_t height);

/* @retval PND_ENOMEM @retval PND_ELIMIT a thousand things of one class */
PND_NODISCARD pnd_status scene_annotate(pnd_plane_u16 *instance_ids, pnd_plane_u8 *label_ids,
                                        const scene_picture *left, const scene_model *scene,
                                        const scene_view *view, const scene_rig *rig,
                                        pnd_error *err);

#endif
