/* SPDX-License-Identifier: Apache-2.0 */
#include "eval_panoptic_formats.h"

#include <panodepth/png.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const panoptic_format_names[] = {
    [PANOPTIC_COCO] = "coco",
    [PANOPTIC_TWO_CHANNEL] = "two-channel",
    [PANOPTIC_THREE_CHANNEL] = "three-channel",
    [PANOPTIC_INSTANCE_IDS] = "instance-ids",
    [PANOPTIC_DIVISOR] = "divisor",
    [PANOPTIC_DETECTRON2] = "detectron2",
    NULL,
};
const char *const panoptic_gt_format_names[] = {
    [PANOPTIC_COCO] = "coco",
    [PANOPTIC_TWO_CHANNEL] = "two-channel",
    [PANOPTIC_THREE_CHANNEL] = "three-channel",
    [PANOPTIC_INSTANCE_IDS] = "instance-ids",
    [PANOPTIC_DIVISOR] = "divisor",
    NULL,
};
const char *const panoptic_space_names[] = {[PND_ID_SPACE_UNKNOWN] = "auto",
                                            [PND_ID_SPACE_LABEL_IDS] = "label",
                                            [PND_ID_SPACE_TRAIN_IDS] = "train",
                                            NULL};
const char *const panoptic_zero_names[] = {[PND_INSTANCE_ZERO_REFUSE] = "refuse",
                                           [PND_INSTANCE_ZERO_GROUP] = "group",
                                           [PND_INSTANCE_ZERO_COUNTS] = "instance",
                                           NULL};

/* ---- options */

static bool has_void(panoptic_format format)
{
    return !panoptic_has_json(format);
}

static bool has_instance_zero(panoptic_format format)
{
    return has_void(format) && format != PANOPTIC_INSTANCE_IDS;
}

int panoptic_form_choose(panoptic_form *out, tool *t, const char *side,
                         const panoptic_form_args *args)
{
    const panoptic_format format =
        args->format == PANOPTIC_UNSET ? PANOPTIC_COCO : (panoptic_format)args->format;
    const char *const name = panoptic_format_names[format];
    *out = (panoptic_form){.side = side,
                           .args = args,
                           .format = format,
                           .is_alone = !panoptic_has_json(format),
                           .ids = (pnd_id_space)args->ids};
    if (format == PANOPTIC_DIVISOR && args->divisor == 0)
        return tool_usage_error(t, "--%s-format divisor needs --%s-divisor N", side, side);
    if (format != PANOPTIC_DIVISOR && args->divisor != 0)
        return tool_usage_error(t, "--%s-divisor is for --%s-format divisor, not for %s", side,
                                side, name);
    if (!has_void(format) && args->void_class > 0)
        return tool_usage_error(t, "--%s-void: void is id 0 in the form %s", side, name);
    if (!has_instance_zero(format) && args->instance_zero != PND_INSTANCE_ZERO_REFUSE)
        return tool_usage_error(t, "--%s-instance-zero: the form %s says what it is", side, name);
    if (panoptic_has_json(format) && args->suffix != NULL)
        return tool_usage_error(t, "--%s-suffix: in the form %s the JSON names the files", side,
                                name);
    if (format == PANOPTIC_DETECTRON2 && args->ids == PND_ID_SPACE_TRAIN_IDS)
        return tool_usage_error(
            t, "--%s-ids train: the category_ids of detectron2's predictions are label ids", side);
    if (format == PANOPTIC_DETECTRON2)
        out->ids = PND_ID_SPACE_LABEL_IDS;
    return TOOL_EXIT_OK;
}

static bool ends_with(const char *text, const char *end)
{
    const size_t n = strlen(text), k = strlen(end);
    return n >= k && strcmp(text + n - k, end) == 0;
}

pnd_id_space panoptic_space_of_name(const char *path)
{
    if (ends_with(path, "instanceIds.png"))
        return PND_ID_SPACE_LABEL_IDS;
    return ends_with(path, "instanceTrainIds.png") ? PND_ID_SPACE_TRAIN_IDS : PND_ID_SPACE_UNKNOWN;
}

pnd_status panoptic_form_set_ids(panoptic_form *form, const char *example, pnd_error *err)
{
    char hint[PND_HINT_SIZE];
    if (form->format == PANOPTIC_COCO) /* its ids are those of instanceIds in either space */
        form->ids = PND_ID_SPACE_LABEL_IDS;
    else if (form->format == PANOPTIC_DETECTRON2)
        form->ids = PND_ID_SPACE_TRAIN_IDS;
    else if (form->ids == PND_ID_SPACE_UNKNOWN)
        form->ids = panoptic_space_of_name(example);
    if (form->ids != PND_ID_SPACE_UNKNOWN)
        return PND_OK;
    (void)snprintf(hint, sizeof hint, "say --%s-ids label or --%s-ids train", form->side,
                   form->side);
    return pnd_fail_hint(err, PND_EINVAL, hint, "%s: its classes may be label ids or trainIds",
                         example);
}

/* ---- decoding */

void panoptic_decoder_clear(panoptic_decoder *decoder)
{
    pnd_plane_u32_clear(&decoder->pairs);
    free(decoder->segments);
    *decoder = (panoptic_decoder){0};
}

static pnd_status decode_pairs(pnd_plane_u32 *out, const panoptic_form *form,
                               const pnd_buffer *file, const char *name,
                               const pnd_png_options *options, pnd_png_notes *notes, pnd_error *err)
{
    if (panoptic_has_json(form->format)) {
        const pnd_status status =
            pnd_png_decode_ids(out, file->data, file->size, name, options, notes, err);
        if (status == PND_OK)
            pnd_pairs_from_ids(out, form->format == PANOPTIC_DETECTRON2 ? PND_ID_SCHEME_DETECTRON2
                                                                        : PND_ID_SCHEME_CITYSCAPES);
        return status;
    }
    const int32_t void_class = form->args->void_class >= 0           ? form->args->void_class
                               : form->ids == PND_ID_SPACE_TRAIN_IDS ? 255
                                                                     : 0;
    const pnd_pairs_layout layout = {
        .form = (pnd_pairs_form)(form->format - PANOPTIC_TWO_CHANNEL),
        .divisor = form->args->divisor,
        .void_class = void_class,
    };
    return pnd_pairs_decode(out, layout, file->data, file->size, name, options, notes, err);
}

static uint64_t find_classes(const pnd_plane_u32 *pairs)
{
    uint64_t found = 0;
    for (int32_t y = 0; y < pairs->height; y++) {
        const uint32_t *p = pnd_plane_u32_row(pairs, y);
        for (int32_t x = 0; x < pairs->width; x++) {
            const uint32_t class_id = pnd_pair_class(p[x]);
            if ((x == 0 || p[x] != p[x - 1]) && p[x] != PND_PAIR_VOID && class_id < 64)
                found |= UINT64_C(1) << class_id;
        }
    }
    return found;
}

static pnd_status map_pairs(pnd_plane_u32 *pairs, const panoptic_form *form, const char *name,
                            pnd_error *err)
{
    char class_hint[PND_HINT_SIZE], zero_hint[PND_HINT_SIZE];
    if (panoptic_has_json(form->format))
        (void)snprintf(class_hint, sizeof class_hint,
                       "without its JSON, ids must be those that %s writes for Cityscapes",
                       form->format == PANOPTIC_COCO ? "pnd-panoptic" : "detectron2");
    else
        (void)snprintf(class_hint, sizeof class_hint, "check --%s-ids and --%s-void", form->side,
                       form->side);
    (void)snprintf(zero_hint, sizeof zero_hint, "say --%s-instance-zero group or instance",
                   form->side);
    const pnd_pairs_rule rule = {.from = form->ids,
                                 .to = form->target,
                                 .zero = has_instance_zero(form->format)
                                             ? (pnd_instance_zero)form->args->instance_zero
                                             : PND_INSTANCE_ZERO_GROUP,
                                 .class_hint = class_hint,
                                 .zero_hint = zero_hint};
    return pnd_pairs_map(pairs, &rule, name, err);
}

static void write_ids(pnd_plane_rgb8 *out, const pnd_plane_u32 *ids)
{
    for (int32_t y = 0; y < ids->height; y++) {
        const uint32_t *from = pnd_plane_u32_row(ids, y);
        uint8_t *to = pnd_plane_rgb8_row(out, y);
        for (int32_t x = 0; x < ids->width; x++, to += 3) {
            to[0] = (uint8_t)from[x];
            to[1] = (uint8_t)(from[x] >> 8);
            to[2] = (uint8_t)(from[x] >> 16);
        }
    }
}

pnd_status panoptic_decode(panoptic_decoder *d, pnd_plane_rgb8 *pixels, const panoptic_form *form,
                           const pnd_buffer *file, const char *name, const pnd_png_options *options,
                           pnd_png_notes *notes, pnd_error *err)
{
    free(d->segments);
    d->segments = NULL;
    d->n = 0;
    d->classes = 0;
    pnd_status status = decode_pairs(&d->pairs, form, file, name, options, notes, err);
    if (status == PND_OK) {
        d->classes = find_classes(&d->pairs);
        status = map_pairs(&d->pairs, form, name, err);
    }
    if (status == PND_OK)
        status = pnd_pairs_to_segments(&d->pairs, &d->segments, &d->n, PND_ID_SCHEME_CITYSCAPES,
                                       form->target, name, err);
    if (status == PND_OK)
        status = pnd_plane_rgb8_resize(pixels, d->pairs.width, d->pairs.height, err);
    if (status == PND_OK)
        write_ids(pixels, &d->pairs);
    return status;
}

pnd_status panoptic_map_categories(const panoptic_form *form, pnd_segment *segments, size_t n,
                                   const char *name, pnd_error *err)
{
    if (form->ids == PND_ID_SPACE_UNKNOWN || form->ids == form->target)
        return PND_OK;
    for (size_t i = 0; i < n; i++) {
        const pnd_label *const label = pnd_label_in_space(segments[i].category_id, form->ids);
        if (label == NULL || label->ignore_in_eval)
            return pnd_fail(err, PND_EFORMAT,
                            "%s: segment %" PRIu32 " is of category %" PRId32
                            ", which is no evaluated %s",
                            name, segments[i].id, segments[i].category_id,
                            form->ids == PND_ID_SPACE_TRAIN_IDS ? "trainId" : "label id");
        segments[i].category_id = pnd_class_in_space(label, form->target);
    }
    return PND_OK;
}

/* ---- what looks like another form */

void panoptic_advise_kind(pnd_error *err, const panoptic_form *form, const pnd_buffer *file)
{
    pnd_png_info info;
    const bool wants_grey =
        form->format == PANOPTIC_INSTANCE_IDS || form->format == PANOPTIC_DIVISOR;
    if (pnd_png_read_info(&info, file->data, file->size, "", NULL) != PND_OK)
        return;
    if (info.color_type == 0 && info.bit_depth <= 8)
        (void)snprintf(err->hint, sizeof err->hint,
                       "labels without instances? pnd-eval semantic scores them");
    else if (info.color_type == 0 && !wants_grey)
        (void)snprintf(err->hint, sizeof err->hint,
                       "instanceIds? --%s-format instance-ids takes them", form->side);
    else if (info.color_type == 2 && wants_grey)
        (void)snprintf(err->hint, sizeof err->hint,
                       "segment ids or channels? --%s-format coco, two-channel or three-channel",
                       form->side);
}

pnd_status panoptic_check_classes(const panoptic_form *form, uint64_t classes, const char *where,
                                  pnd_error *err)
{
    pnd_segment_info segments[64] = {0};
    pnd_annotation image = {.segments = segments};
    const pnd_panoptic_set set = {.annotations = &image, .n_annotations = 1};
    char hint[PND_HINT_SIZE];
    for (int32_t c = 0; c < 64; c++)
        if (classes >> c & 1)
            segments[image.n_segments++].category_id = c;
    if (!form->is_alone || form->ids != PND_ID_SPACE_LABEL_IDS ||
        pnd_panoptic_set_id_space(&set) != PND_ID_SPACE_TRAIN_IDS)
        return PND_OK;
    (void)snprintf(hint, sizeof hint, "say --%s-ids train if they are", form->side);
    return pnd_fail_hint(err, PND_EMISMATCH, hint,
                         "%s: classes were read as label ids and look like trainIds: none above "
                         "18, and some that no prediction should have",
                         where);
}
