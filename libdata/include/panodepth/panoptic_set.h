/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file panodepth/panoptic_set.h
 * The COCO panoptic JSON: ground truth and predictions, and the Cityscapes ground truth builder.
 *
 * Ground truth holds images, categories and annotations with category, area, bbox and iscrowd per
 * segment. A prediction needs annotations[].{image_id, file_name, segments_info[].{id,
 * category_id}}; its categories, areas and crowd flags are ignored by every evaluator.
 */
#ifndef PANODEPTH_PANOPTIC_SET_H
#define PANODEPTH_PANOPTIC_SET_H

#include <panodepth/buffer.h>
#include <panodepth/image.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One row of segments_info. */
typedef struct pnd_segment_info {
    uint32_t id; /**< r + 256 g + 65536 b in the PNG; 0 only where `zero_id` policy allows it */
    int32_t category_id;
    int64_t area;    /**< pixels; -1 when the file gives none */
    int32_t bbox[4]; /**< x, y, width, height; width 0 when the file gives none */
    bool is_crowd;
    double depth_m; /**< fused depth; NaN when the file gives none */
    double score;   /**< NaN when the file gives none */
} pnd_segment_info;

typedef struct pnd_annotation {
    char *image_id;    /**< as text; an integer id is printed in decimal */
    bool id_is_number; /**< the JSON held a number: 1 and "1" are different ids */
    char *
        file_name; /**< relative to the PNG folder; NOT checked here, see pnd_file_read_beneath() */
    pnd_segment_info *segments;
    size_t n_segments;
} pnd_annotation;

typedef struct pnd_category_info {
    int32_t id;
    char *name;
    char *supercategory; /**< "" when absent */
    bool is_thing;
    uint8_t color[3];
} pnd_category_info;

typedef struct pnd_panoptic_set {
    pnd_annotation *annotations; /**< in file order */
    size_t n_annotations;
    pnd_category_info *categories; /**< in file order; none in most predictions */
    size_t n_categories;
} pnd_panoptic_set;

typedef enum pnd_panoptic_role { PND_GROUND_TRUTH, PND_PREDICTION } pnd_panoptic_role;

/**
 * Parse a panoptic JSON. Ground truth requires categories and iscrowd.
 * Parsed as the file says, duplicates included: whether a duplicate segment id, a segment id 0 or a
 * duplicate image_id is an error depends on the parity mode of the evaluator, which asks
 * pnd_annotation_find_duplicate().
 * @retval PND_EFORMAT  with the JSON path of the offending value  @retval PND_ELIMIT more than
 * 65536 segments
 * @retval PND_ENOMEM   `*out` is zeroed on failure; release with pnd_panoptic_set_clear().
 */
PND_API PND_NODISCARD pnd_status pnd_panoptic_set_parse(pnd_panoptic_set *out, const void *bytes,
                                                        size_t size, const char *name,
                                                        pnd_panoptic_role role, pnd_error *err);
PND_API void pnd_panoptic_set_clear(pnd_panoptic_set *set);

/** Category spaces a set can be in, from the category ids its annotations use. */
typedef enum pnd_id_space {
    PND_ID_SPACE_UNKNOWN,
    PND_ID_SPACE_LABEL_IDS,
    PND_ID_SPACE_TRAIN_IDS
} pnd_id_space;
PND_API pnd_id_space pnd_panoptic_set_id_space(const pnd_panoptic_set *set);

/**
 * Append the 19 evaluated Cityscapes categories to an empty set, in table order.
 * @retval PND_ENOMEM
 */
PND_API PND_NODISCARD pnd_status pnd_panoptic_set_add_cityscapes(pnd_panoptic_set *set,
                                                                 bool train_ids, pnd_error *err);

/**
 * Panoptic ground truth of one instanceIds image, exactly as csCreatePanopticImgs builds it:
 * segments ascending by value, ignored classes become void (0), crowd only for groups of things,
 * bbox [xmin, ymin, width, height]. One pass over runs of equal values.
 * @param ids       same size, receives the segment ids; may be NULL when only the segments are
 * wanted
 * @param segments  *segments is a fresh array of *n rows (free())
 * @retval PND_EFORMAT  a value whose class is no Cityscapes label; says which and where
 * @retval PND_ENOMEM
 */
PND_API PND_NODISCARD pnd_status pnd_panoptic_from_instance_ids(
    pnd_plane_u32 *ids, pnd_segment_info **segments, size_t *n, pnd_view_u16 instance_ids,
    bool train_ids, const char *name, pnd_error *err);

/** One image of a set, for the JSON's "images" list. */
typedef struct pnd_image_info {
    const char *image_id;  /**< the frame's core name; borrowed */
    const char *file_name; /**< borrowed */
    int32_t width, height;
} pnd_image_info;

/** The JSON of csCreatePanopticImgs, byte for byte: sorted keys, indent 4, no final newline.
 * Segment fields that the set lacks (area -1, NaN depth or score) are left out; depth and score are
 * written only when present. @retval PND_ENOMEM */
PND_API PND_NODISCARD pnd_status pnd_panoptic_set_write(pnd_buffer *out,
                                                        const pnd_panoptic_set *set,
                                                        const pnd_image_info *images,
                                                        size_t n_images, pnd_error *err);

#ifdef __cplusplus
}
#endif

#endif
