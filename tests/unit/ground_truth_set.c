/* SPDX-License-Identifier: Apache-2.0 */
#include "ground_truth_set.h"

#include <panodepth/alloc.h>
#include <panodepth/file.h>
#include <panodepth/png.h>

#include <stdlib.h>

void read_whole(pnd_buffer *bytes, const char *path)
{
    pnd_error err = {0};
    pnd_assert_ok(pnd_file_read(bytes, path, PND_MAX_IMAGE_BYTES, &err));
}

void read_u16(pnd_plane_u16 *out, const char *root, const pnd_frame *frame, const char *suffix)
{
    pnd_error err = {0};
    pnd_buffer bytes = {0};
    char *path = pnd_frame_path(frame, root, "gtFine", suffix);
    read_whole(&bytes, path);
    pnd_assert_ok(pnd_png_decode_u16(out, bytes.data, bytes.size, path, NULL, NULL, &err));
    pnd_buffer_clear(&bytes);
    free(path);
}

static void add_frame(ground_truth_set *out, const char *root, const pnd_frame *frame,
                      bool train_ids)
{
    pnd_error err = {0};
    pnd_plane_u16 instance_ids = {0};
    pnd_plane_u32 *ids = &out->ids[out->n];
    pnd_annotation *annotation = &out->set.annotations[out->set.n_annotations++];
    read_u16(&instance_ids, root, frame, "_gtFine_instanceIds.png");
    pnd_assert_ok(pnd_panoptic_from_instance_ids(
        ids, &annotation->segments, &annotation->n_segments, pnd_plane_u16_view(&instance_ids),
        train_ids, frame->core, &err));
    annotation->image_id = pnd_strdup(frame->core);
    annotation->file_name = pnd_strdup_printf("%s_gtFine_panoptic.png", frame->core);
    out->images[out->n++] = (pnd_image_info){
        annotation->image_id, pnd_strdup_printf("%s_gtFine_leftImg8bit.png", frame->core),
        ids->width, ids->height};
    pnd_plane_u16_clear(&instance_ids);
}

void ground_truth_set_build(ground_truth_set *out, const char *root, const pnd_frame_list *frames,
                            bool train_ids)
{
    pnd_error err = {0};
    *out = (ground_truth_set){
        .set.annotations = pnd_calloc_array(frames->n, sizeof *out->set.annotations),
        .images = pnd_calloc_array(frames->n, sizeof *out->images),
        .ids = pnd_calloc_array(frames->n, sizeof *out->ids),
    };
    pnd_assert_ok(pnd_panoptic_set_add_cityscapes(&out->set, train_ids, &err));
    for (size_t i = 0; i < frames->n; i++)
        add_frame(out, root, &frames->frames[i], train_ids);
}

void ground_truth_set_clear(ground_truth_set *truth)
{
    for (size_t i = 0; i < truth->n; i++) {
        free((void *)(uintptr_t)truth->images[i].file_name);
        pnd_plane_u32_clear(&truth->ids[i]);
    }
    free(truth->images);
    free(truth->ids);
    pnd_panoptic_set_clear(&truth->set);
}
