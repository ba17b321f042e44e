/* SPDX-License-Identifier: Apache-2.0 */
/* Instances as the Cityscapes scripts want them: a text file per image, a mask per instance. */
#include "infer.h"

#include <panodepth/alloc.h>
#include <panodepth/labels.h>
#include <panodepth/png.h>

#include <stdlib.h>
#include <string.h>

/* 255 where the image holds `id`, looking in the segment's box only. */
static void draw_mask(pnd_plane_u8 *mask, pnd_view_u32 ids, const pnd_segment_info *segment)
{
    memset(mask->data, 0, mask->stride * (size_t)mask->height);
    for (int32_t y = segment->bbox[1]; y < segment->bbox[1] + segment->bbox[3]; y++) {
        const uint32_t *from = pnd_view_u32_row(ids, y);
        uint8_t *to = pnd_plane_u8_row(mask, y);
        for (int32_t x = segment->bbox[0]; x < segment->bbox[0] + segment->bbox[2]; x++)
            to[x] = from[x] == segment->id ? 255 : 0;
    }
}

static pnd_status write_mask(const infer_run *run, infer_file_list *files, const char *name,
                             pnd_view_u8 mask, pnd_buffer *bytes, pnd_error *err)
{
    const pnd_status status = pnd_png_encode_u8(bytes, mask, err);
    char *path = pnd_strdup_printf("instance/%s", name);
    const pnd_status written = status != PND_OK ? status
                               : path != NULL
                                   ? infer_write(run, files, path, bytes->data, bytes->size, err)
                                   : pnd_fail(err, PND_ENOMEM, "out of memory");
    free(path);
    return written;
}

static pnd_status write_text(const infer_run *run, infer_file_list *files, const char *image_id,
                             const pnd_buffer *text, pnd_error *err)
{
    char *path = pnd_strdup_printf("instance/%s_pred.txt", image_id);
    pnd_status status = pnd_buffer_status(text, err);
    if (status == PND_OK)
        status = path != NULL ? infer_write(run, files, path, text->data, text->size, err)
                              : pnd_fail(err, PND_ENOMEM, "out of memory");
    free(path);
    return status;
}

pnd_status infer_write_instances(const infer_run *run, infer_file_list *files,
                                 const infer_image *image, pnd_view_u32 ids, pnd_plane_u8 *mask,
                                 pnd_buffer *bytes, pnd_error *err)
{
    const char *id = image->file->image_id;
    pnd_buffer text = {0};
    pnd_status status = pnd_plane_u8_resize(mask, ids.width, ids.height, err);
    pnd_buffer_puts(&text, "");
    for (size_t i = 0; i < image->n_segments && status == PND_OK; i++) {
        const pnd_segment_info *segment = &image->segments[i];
        char score[PND_NUMBER_SIZE];
        if (!pnd_label_by_id(segment->category_id)->has_instances)
            continue;
        char *name = pnd_strdup_printf("masks/%s_%u.png", id, segment->id);
        if (name == NULL) {
            status = pnd_fail(err, PND_ENOMEM, "out of memory");
            break;
        }
        draw_mask(mask, ids, segment);
        status = write_mask(run, files, name, pnd_plane_u8_view(mask), bytes, err);
        pnd_buffer_printf(&text, "%s %d %s\n", name, segment->category_id,
                          pnd_format_double(score, segment->score));
        free(name);
    }
    if (status == PND_OK)
        status = write_text(run, files, id, &text, err);
    pnd_buffer_clear(&text);
    return status;
}
