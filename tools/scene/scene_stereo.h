/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The disparity image: exact geometry with the habits of the real one.
 *
 *     d = baseline fx / Z,    p = round(256 d) + 1,    p = 0 no measurement, p = 1 infinitely far
 *
 * As in Cityscapes: computed at half resolution (every 2 x 2 block is constant; images with an odd
 * side keep full resolution), nothing between 0 and 1 px, nothing above 126 px of a 2048 px wide
 * image, no measurement along the image border, on the car's own bonnet, where the right camera
 * does not see the point, and on some of the glass.
 */
#ifndef SCENE_STEREO_H
#define SCENE_STEREO_H

#include "scene_annotate.h"

#define SCENE_UNMATCHED (-1.0f) /* no measurement; 0 is infinitely far */

/* Disparity of every left pixel in px, 0 or SCENE_UNMATCHED. `seed` places the random gaps. */
PND_NODISCARD pnd_status scene_match(pnd_plane_f32 *disparity, const scene_picture *left,
                                     const scene_picture *right, const scene_rig *rig,
                                     uint32_t seed, pnd_error *err);

/* Quantise to 16 bit, halving the resolution when both sides are even. */
PND_NODISCARD pnd_status scene_encode_disparity(pnd_plane_u16 *out, const pnd_plane_f32 *disparity,
                                                pnd_error *err);

#endif
