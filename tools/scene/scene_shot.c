/* SPDX-License-Identifier: Apache-2.0 */
#include "scene_shot.h"

void scene_shot_clear(scene_shot *shot)
{
    scene_model_clear(&shot->model);
    scene_light_clear(&shot->light);
    scene_renderer_clear(&shot->renderer);
    scene_picture_clear(&shot->left);
    scene_picture_clear(&shot->right);
    pnd_plane_f32_clear(&shot->match);
    pnd_plane_u16_clear(&shot->disparity);
    pnd_plane_u16_clear(&shot->instance_ids);
    pnd_plane_u8_clear(&shot->label_ids);
}

/* Both eyes: the left one with everything, the right one for its picture and for what it sees. */
static pnd_status render_pair(scene_shot *shot, uint32_t noise_seed, int threads, pnd_error *err)
{
    const scene_view right =
        scene_view_make(&shot->rig, shot->plan.offset, shot->plan.heading, true);
    pnd_status status = scene_render(&shot->left, &shot->renderer, &shot->light, &shot->view,
                                     noise_seed, threads, err);
    if (status == PND_OK)
        status = scene_render(&shot->right, &shot->renderer, &shot->light, &right,
                              scene_hash(noise_seed + 1u), threads, err);
    if (status != PND_OK)
        return status;
    scene_paint_cover(&shot->left.color, &shot->rig, &shot->model.weather, false);
    scene_paint_cover(&shot->right.color, &shot->rig, &shot->model.weather, true);
    return PND_OK;
}

pnd_status scene_take(scene_shot *shot, uint64_t seed, uint64_t frame, int32_t rig, int32_t width,
                      int32_t height, int threads, pnd_error *err)
{
    pnd_status status = pnd_check_size(width, height, "scene", err);
    if (status == PND_OK)
        status = scene_build(&shot->model, &shot->plan, seed, frame, err);
    if (status == PND_OK)
        status = scene_light_prepare(&shot->light, &shot->model, err);
    if (status != PND_OK)
        return status;
    const uint32_t noise_seed = (uint32_t)scene_mix64(seed ^ (frame + 1u) * 0x9e3779b97f4a7c15u);
    shot->rig = scene_rig_make(rig, width, height);
    shot->view = scene_view_make(&shot->rig, shot->plan.offset, shot->plan.heading, false);
    status = render_pair(shot, noise_seed, threads, err);
    if (status == PND_OK)
        status = scene_annotate(&shot->instance_ids, &shot->label_ids, &shot->left, &shot->model,
                                &shot->view, &shot->rig, err);
    if (status == PND_OK)
        status = scene_match(&shot->match, &shot->left, &shot->right, &shot->rig, noise_seed, err);
    return status == PND_OK ? scene_encode_disparity(&shot->disparity, &shot->match, err) : status;
}
