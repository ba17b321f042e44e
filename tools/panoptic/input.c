/* SPDX-License-Identifier: Apache-2.0 */
/* One frame: where it is, and its instanceIds from a PNG or from polygons. */
#include "panoptic.h"

#include <panodepth/alloc.h>
#include <panodepth/file.h>
#include <panodepth/png.h>

#include <stdlib.h>

const char *const panoptic_annotations[] = {"gtFine", "gtCoarse", NULL};

enum { POLYGONS_FILE_BYTES = 32 << 20 }; /* 262144 points, each coordinate on a line of its own */

pnd_status panoptic_scratch_create(void **out, void *run, pnd_error *err)
{
    (void)run;
    *out = pnd_calloc_array(1, sizeof(gt_scratch));
    return *out != NULL ? PND_OK : pnd_fail(err, PND_ENOMEM, "out of memory");
}

void panoptic_scratch_free(void *scratch)
{
    gt_scratch *s = scratch;
    pnd_buffer_clear(&s->file);
    pnd_buffer_clear(&s->png);
    pnd_plane_u16_clear(&s->instance_ids);
    pnd_plane_u16_clear(&s->mapped_u16);
    pnd_plane_u32_clear(&s->segment_ids);
    pnd_plane_u8_clear(&s->mapped_u8);
    pnd_polygon_scratch_clear(&s->fill);
    free(s);
}

const char *panoptic_image_id(const void *run, int32_t index)
{
    const gt_run *r = run;
    return r->frames[index].frame->core;
}

char *panoptic_frame_path(const gt_run *run, const gt_frame *frame, const char *root,
                          const char *kind)
{
    char *suffix = pnd_strdup_printf("_%s_%s", run->annotations, kind);
    char *path =
        suffix != NULL ? pnd_frame_path(frame->frame, root, run->annotations, suffix) : NULL;
    free(suffix);
    return path;
}

pnd_status panoptic_read_polygons(pnd_polygons *out, gt_scratch *s, const gt_run *run,
                                  const gt_frame *frame, pnd_error *err)
{
    *out = (pnd_polygons){0};
    char *path = panoptic_frame_path(run, frame, run->args->root, "polygons.json");
    if (path == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    pnd_status status = pnd_file_read(&s->file, path, POLYGONS_FILE_BYTES, err);
    if (status == PND_OK)
        status = pnd_polygons_parse(out, s->file.data, s->file.size, path, err);
    free(path);
    return status;
}

static pnd_status draw_instance_ids(gt_scratch *s, const gt_run *run, const gt_frame *frame,
                                    pnd_error *err)
{
    pnd_polygons polygons;
    pnd_status status = panoptic_read_polygons(&polygons, s, run, frame, err);
    if (status == PND_OK)
        status = pnd_polygons_draw(&s->instance_ids, &polygons, (pnd_fill_rule)run->args->fill,
                                   &s->fill, err);
    pnd_polygons_clear(&polygons);
    return status;
}

static pnd_status read_instance_ids(gt_scratch *s, const char *path, pnd_error *err)
{
    const pnd_status status = pnd_file_read(&s->file, path, PND_MAX_IMAGE_BYTES, err);
    if (status != PND_OK)
        return status;
    return pnd_png_decode_u16(&s->instance_ids, s->file.data, s->file.size, path, NULL, NULL, err);
}

pnd_status panoptic_build(gt_scratch *s, pnd_segment_info **segments, size_t *n, const gt_run *run,
                          const gt_frame *frame, pnd_error *err)
{
    const bool draw = run->args->from_polygons;
    char *path = panoptic_frame_path(run, frame, run->args->root,
                                     draw ? "polygons.json" : "instanceIds.png");
    if (path == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    pnd_status status =
        draw ? draw_instance_ids(s, run, frame, err) : read_instance_ids(s, path, err);
    if (status == PND_OK)
        status = pnd_panoptic_from_instance_ids(&s->segment_ids, segments, n,
                                                pnd_plane_u16_view(&s->instance_ids),
                                                run->args->train_ids, path, err);
    free(path);
    return status;
}
