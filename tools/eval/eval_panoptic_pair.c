/* SPDX-License-Identifier: Apache-2.0 */
/* pnd-eval panoptic GROUND_TRUTH.png PREDICTION.png: two images without a JSON. */
#include "eval_panoptic_list.h"

#include <panodepth/alloc.h>
#include <panodepth/cityscapes.h>
#include <panodepth/file.h>
#include <panodepth/png.h>

#include <stdio.h>
#include <string.h>

static const char *base_of(const char *path)
{
    const char *const slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static bool is_panoptic_name(const char *path)
{
    static const char end[] = "_gtFine_panoptic.png";
    const size_t n = strlen(path), k = sizeof end - 1;
    return n >= k && strcmp(path + n - k, end) == 0;
}

static pnd_status ask_for_form(const char *path, const char *side, pnd_error *err)
{
    char hint[PND_HINT_SIZE];
    (void)snprintf(hint, sizeof hint,
                   "say --%s-format coco (Cityscapes' ids), detectron2, two-channel or "
                   "three-channel",
                   side);
    return pnd_fail_hint(err, PND_EINVAL, hint,
                         "%s: an 8-bit RGB image may hold segment ids, or classes and instances in "
                         "its channels",
                         path);
}

/* Where the kind of PNG leaves one form, or the name is the official one. Other kinds are left to
 * the decoder, which says what is wrong with them. */
static pnd_status guess_form(panoptic_form *form, const char *path, pnd_error *err)
{
    pnd_buffer file = {0};
    pnd_png_info info = {0};
    pnd_status status = pnd_file_read(&file, path, PND_MAX_IMAGE_BYTES, err);
    if (status == PND_OK)
        status = pnd_png_read_info(&info, file.data, file.size, path, err);
    pnd_buffer_clear(&file);
    if (status != PND_OK)
        return status;
    if (info.color_type == 0 && info.bit_depth == 16)
        form->format = PANOPTIC_INSTANCE_IDS;
    else if (info.color_type == 2 && !is_panoptic_name(path))
        return ask_for_form(path, form->side, err);
    return PND_OK;
}

static pnd_status set_form(panoptic_form *form, const char *path, pnd_error *err)
{
    form->is_alone = true;
    const pnd_status status =
        form->args->format == PANOPTIC_UNSET ? guess_form(form, path, err) : PND_OK;
    return status == PND_OK ? panoptic_form_set_ids(form, path, err) : status;
}

static pnd_status set_image(pnd_panoptic_set *out, const char *id, size_t id_length,
                            const char *path, pnd_error *err)
{
    out->annotations = pnd_calloc_array(1, sizeof *out->annotations);
    if (out->annotations == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    out->n_annotations = 1;
    pnd_annotation *const image = &out->annotations[0];
    image->image_id = pnd_strdup_printf("%.*s", (int)id_length, id);
    image->file_name = pnd_strdup(path);
    return image->image_id != NULL && image->file_name != NULL
               ? PND_OK
               : pnd_fail(err, PND_ENOMEM, "out of memory");
}

int panoptic_list_pair(pnd_panoptic_set *gt, panoptic_form *gt_form, pnd_panoptic_set *pred,
                       panoptic_form *pred_form, tool *t)
{
    const char *const gt_path = t->operands[0], *const pred_path = t->operands[1];
    const char *const id = base_of(gt_path);
    size_t length = 0;
    pnd_error err = {0};
    if (!pnd_frame_core_prefix(&length, id))
        length = strcspn(id, ".");
    pnd_status status = set_form(gt_form, gt_path, &err);
    if (status == PND_OK)
        status = set_form(pred_form, pred_path, &err);
    if (status == PND_EINVAL)
        return tool_fail(t, TOOL_USAGE, &err);
    if (status == PND_OK)
        status = set_image(gt, id, length, gt_path, &err);
    if (status == PND_OK)
        status = set_image(pred, id, length, pred_path, &err);
    return status == PND_OK ? TOOL_EXIT_OK : tool_fail(t, TOOL_INPUT, &err);
}
