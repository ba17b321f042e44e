/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the panoptic images of one side are written. COCO and detectron2 come as a JSON with PNGs; of
 * the other forms, and of a single pair, the PNG alone says class and instance of every pixel.
 */
#ifndef PND_EVAL_PANOPTIC_FORMATS_H
#define PND_EVAL_PANOPTIC_FORMATS_H

#include "tool.h"

#include <panodepth/panoptic_segments.h>
#include <panodepth/pq.h>

typedef enum panoptic_format {
    PANOPTIC_UNSET = -1,
    PANOPTIC_COCO,
    PANOPTIC_TWO_CHANNEL, /* as pnd_pairs_form from here ... */
    PANOPTIC_THREE_CHANNEL,
    PANOPTIC_INSTANCE_IDS,
    PANOPTIC_DIVISOR, /* ... to here */
    PANOPTIC_DETECTRON2
} panoptic_format;

/* The names of forms, and those of them that ground truth has. */
extern const char *const panoptic_format_names[], *const panoptic_gt_format_names[];
extern const char *const panoptic_space_names[], *const panoptic_zero_names[];

/* The options of one side: --pred-format and so on. */
typedef struct panoptic_form_args {
    int32_t format;     /* a panoptic_format */
    int32_t ids;        /* a pnd_id_space; unknown: not said */
    int32_t divisor;    /* 0: not said */
    int32_t void_class; /* -1: not said */
    int32_t instance_zero;
    const char *suffix;
} panoptic_form_args;

/* What they come to, together with the files. */
typedef struct panoptic_form {
    const char *side; /* "pred" or "gt": begins the names of its options */
    const panoptic_form_args *args;
    panoptic_format format;
    bool is_alone;       /* PNGs without a JSON */
    pnd_id_space ids;    /* of its classes; unknown: as the ground truth's, whatever they are */
    pnd_id_space target; /* of the ground truth */
} panoptic_form;

static inline bool panoptic_has_json(panoptic_format format)
{
    return format == PANOPTIC_COCO || format == PANOPTIC_DETECTRON2;
}

/* The options of one side alone. Returns an exit code; everything was reported. */
int panoptic_form_choose(panoptic_form *out, tool *t, const char *side,
                         const panoptic_form_args *args);

/* The space of a file's classes where its name says so: "instanceIds.png", "instanceTrainIds.png".
 */
pnd_id_space panoptic_space_of_name(const char *path);

/* The space of images without a JSON: as said, as the form has it, or as the name `example` of one
 * of them says. @retval PND_EINVAL  (a usage error) none of these does */
PND_NODISCARD pnd_status panoptic_form_set_ids(panoptic_form *form, const char *example,
                                               pnd_error *err);

/* Scratch of one image; memory is kept. Zero-initialise. */
typedef struct panoptic_decoder {
    pnd_plane_u32 pairs;
    pnd_segment_info *segments; /* of the image decoded last */
    size_t n;
    uint64_t classes; /* bit per class that it holds, as it holds them, up to 63 */
} panoptic_decoder;

void panoptic_decoder_clear(panoptic_decoder *decoder);

/* Pixels and segments of an image that comes alone, as pnd-convert and then a reader of COCO would
 * give them. @retval as pnd_pairs_decode(), pnd_pairs_map() and pnd_pairs_to_segments() */
PND_NODISCARD pnd_status panoptic_decode(panoptic_decoder *decoder, pnd_plane_rgb8 *pixels,
                                         const panoptic_form *form, const pnd_buffer *file,
                                         const char *name, const pnd_png_options *options,
                                         pnd_png_notes *notes, pnd_error *err);

/* Categories of a JSON, from its space to the ground truth's. @retval PND_EFORMAT one that the
 * space does not have */
PND_NODISCARD pnd_status panoptic_map_categories(const panoptic_form *form, pnd_segment *segments,
                                                 size_t n, const char *name, pnd_error *err);

/* Another kind of PNG than the form has: what to do about it, with the options of this side. */
void panoptic_advise_kind(pnd_error *err, const panoptic_form *form, const pnd_buffer *file);

/* @retval PND_EMISMATCH  the classes of all images, as panoptic_decoder.classes, were read as label
 * ids and look like trainIds */
PND_NODISCARD pnd_status panoptic_check_classes(const panoptic_form *form, uint64_t classes,
                                                const char *where, pnd_error *err);

#endif
