/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON of one split, from the segments of the first pass. */
#include "panoptic.h"

#include <panodepth/alloc.h>

#include <stdlib.h>

/* The set and the image list of a split; everything in both is owned. */
typedef struct split_json {
    pnd_panoptic_set set;
    pnd_image_info *images;
    char **image_files;
    size_t n_images;
} split_json;

static void split_json_clear(split_json *json)
{
    for (size_t i = 0; i < json->n_images; i++)
        free(json->image_files[i]);
    free(json->image_files);
    free(json->images);
    pnd_panoptic_set_clear(&json->set);
}

static pnd_status add_image(split_json *json, const gt_run *run, gt_frame *frame, pnd_error *err)
{
    const char *core = frame->frame->core;
    pnd_annotation *annotation = &json->set.annotations[json->set.n_annotations++];
    annotation->image_id = pnd_strdup(core);
    annotation->file_name = pnd_strdup_printf("%s_%s_panoptic.png", core, run->annotations);
    annotation->segments = frame->segments;
    annotation->n_segments = frame->n_segments;
    frame->segments = NULL; /* the set owns them now */
    /* Not the name of the real image: the official tool writes it so, and loaders use the id. */
    char *image_file = pnd_strdup_printf("%s_%s_leftImg8bit.png", core, run->annotations);
    json->image_files[json->n_images] = image_file;
    json->images[json->n_images++] =
        (pnd_image_info){annotation->image_id, image_file, frame->width, frame->height};
    if (annotation->image_id == NULL || annotation->file_name == NULL || image_file == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    return PND_OK;
}

static pnd_status collect(split_json *json, const gt_run *run, size_t split, pnd_error *err)
{
    const size_t n = run->lists[split].n;
    json->images = pnd_alloc_array(n, sizeof *json->images);
    json->image_files = pnd_alloc_array(n, sizeof *json->image_files);
    json->set.annotations = pnd_calloc_array(n, sizeof *json->set.annotations);
    if (json->images == NULL || json->image_files == NULL || json->set.annotations == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    pnd_status status = pnd_panoptic_set_add_cityscapes(&json->set, run->args->train_ids, err);
    for (int32_t i = 0; i < run->n_frames && status == PND_OK; i++)
        if (run->frames[i].split == split && run->frames[i].good)
            status = add_image(json, run, &run->frames[i], err);
    return status;
}

pnd_status panoptic_write_json(const gt_run *run, size_t split, pnd_error *err)
{
    split_json json = {0};
    pnd_buffer text = {0};
    char *path = panoptic_output_path(run, split, ".json");
    pnd_status status = path != NULL ? PND_OK : pnd_fail(err, PND_ENOMEM, "out of memory");
    if (status == PND_OK)
        status = collect(&json, run, split, err);
    if (status == PND_OK)
        status = pnd_panoptic_set_write(&text, &json.set, json.images, json.n_images, err);
    if (status == PND_OK)
        status = tool_write(run->tool, path, text.data, text.size, err);
    pnd_buffer_clear(&text);
    split_json_clear(&json);
    free(path);
    return status;
}
