/* SPDX-License-Identifier: Apache-2.0 */
#include "scene_write.h"

#include <panodepth/alloc.h>
#include <panodepth/depth_file.h>
#include <panodepth/file.h>
#include <panodepth/labels.h>
#include <panodepth/png.h>

#include <stdlib.h>
#include <string.h>

/* {root}/{type}/{split}/{city}/{core}{suffix}; then write and forget the bytes. */
static pnd_status write_bytes(const tool *t, const char *root, const char *type,
                              const scene_name *name, const char *suffix, const pnd_buffer *bytes,
                              pnd_error *err)
{
    char *path = pnd_strdup_printf("%s/%s%s%s/%s/%s%s", root, type, type[0] != '\0' ? "/" : "",
                                   name->split, name->city, name->core, suffix);
    if (path == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    const pnd_status status = tool_write(t, path, bytes->data, bytes->size, err);
    free(path);
    return status;
}

static pnd_status write_pictures(const tool *t, const char *root, const scene_name *name,
                                 const scene_shot *shot, pnd_buffer *bytes, pnd_error *err)
{
    pnd_status status = pnd_png_encode_rgb8(bytes, pnd_plane_rgb8_view(&shot->left.color), err);
    if (status == PND_OK)
        status = write_bytes(t, root, "leftImg8bit", name, "_leftImg8bit.png", bytes, err);
    if (status == PND_OK)
        status = pnd_png_encode_rgb8(bytes, pnd_plane_rgb8_view(&shot->right.color), err);
    return status == PND_OK
               ? write_bytes(t, root, "rightImg8bit", name, "_rightImg8bit.png", bytes, err)
               : status;
}

static pnd_status write_stereo(const tool *t, const char *root, const scene_name *name,
                               const scene_shot *shot, pnd_buffer *bytes, pnd_error *err)
{
    pnd_status status =
        pnd_png_encode_u16(bytes, pnd_plane_u16_view(&shot->disparity), PND_PNG_DEPTH, err);
    if (status == PND_OK)
        status = write_bytes(t, root, "disparity", name, "_disparity.png", bytes, err);
    pnd_buffer_reset(bytes);
    scene_rig_write(bytes, &shot->rig);
    if (status == PND_OK)
        status = pnd_buffer_status(bytes, err);
    return status == PND_OK ? write_bytes(t, root, "camera", name, "_camera.json", bytes, err)
                            : status;
}

static pnd_status write_colors(const tool *t, const char *root, const scene_name *name,
                               const scene_shot *shot, pnd_buffer *bytes, pnd_error *err)
{
    pnd_plane_rgb8 color = {0};
    pnd_status status =
        pnd_plane_rgb8_resize(&color, shot->label_ids.width, shot->label_ids.height, err);
    if (status != PND_OK)
        return status;
    for (int32_t y = 0; y < color.height; y++)
        for (int32_t x = 0; x < color.width; x++)
            memcpy(pnd_plane_rgb8_row(&color, y) + 3 * (size_t)x,
                   pnd_label_by_id(pnd_plane_u8_row(&shot->label_ids, y)[x])->color, 3);
    status = pnd_png_encode_rgb8(bytes, pnd_plane_rgb8_view(&color), err);
    if (status == PND_OK)
        status = write_bytes(t, root, "gtFine", name, "_gtFine_color.png", bytes, err);
    pnd_plane_rgb8_clear(&color);
    return status;
}

pnd_status scene_write_frame(const tool *t, const char *root, const scene_name *name,
                             const scene_shot *shot, bool with_color, pnd_buffer *bytes,
                             pnd_error *err)
{
    pnd_status status = write_pictures(t, root, name, shot, bytes, err);
    if (status == PND_OK)
        status = write_stereo(t, root, name, shot, bytes, err);
    if (status == PND_OK)
        status =
            pnd_png_encode_u16(bytes, pnd_plane_u16_view(&shot->instance_ids), PND_PNG_LABELS, err);
    if (status == PND_OK)
        status = write_bytes(t, root, "gtFine", name, "_gtFine_instanceIds.png", bytes, err);
    if (status == PND_OK)
        status = pnd_png_encode_u8(bytes, pnd_plane_u8_view(&shot->label_ids), err);
    if (status == PND_OK)
        status = write_bytes(t, root, "gtFine", name, "_gtFine_labelIds.png", bytes, err);
    return status == PND_OK && with_color ? write_colors(t, root, name, shot, bytes, err) : status;
}

pnd_status scene_write_prediction(const tool *t, const char *root, const scene_name *name,
                                  const scene_prediction *prediction, pnd_buffer *bytes,
                                  pnd_error *err)
{
    pnd_status status = pnd_png_encode_ids(bytes, pnd_plane_u32_view(&prediction->ids), err);
    if (status != PND_OK)
        return status;
    char *path = pnd_strdup_printf("%s/cityscapes_panoptic_%s/%s_panoptic.png", root, name->split,
                                   name->core);
    if (path == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    status = tool_write(t, path, bytes->data, bytes->size, err);
    free(path);
    if (status == PND_OK)
        status = pnd_depth_encode(bytes, NULL, pnd_plane_f32_view(&prediction->depth_m),
                                  PND_DEPTH_PNG16, PND_ROUND_HALF_UP, false, err);
    return status == PND_OK ? write_bytes(t, root, "", name, "_depth.png", bytes, err) : status;
}
