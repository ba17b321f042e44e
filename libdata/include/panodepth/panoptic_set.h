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
    uint32_t id; /**< r + 256 g + 65536 b in the PNG; 0 is void */
    int32_t category_id;
    int64_t area;    /**< pixels, as the file says, even if absurd; -1 when it gives none */
    int32_t bbox[4]; /**< x, y, width, height; width 0 when the file gives none */
    bool is_crowd;
    double depth_m; /**< "depth": fused depth in metres; NaN when absent or null */
    double score;   /**< NaN when absent or null */
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
    char *name;          /**< the id in decimal when absent */
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
 * Parse a panoptic JSON. Ground truth requires categories (with unique ids) and iscrowd, and what
 * it gives of area and bbox must be well formed. Of a prediction, area, bbox, iscrowd and
 * categories are never an error: what is not usable counts as absent, and categories are not read.
 * Annotations and segments are taken as the file says, duplicates included: whether a duplicate
 * segment id, a segment id 0 or a duplicate image_id is an error depends on the parity mode of the
 * evaluator, which looks for them itself.
 * @retval PND_EFORMAT  with the JSON path of the offending value  @retval PND_ELIMIT more than
 * 65536 segments in an image, or an image_id longer than 4096 bytes
 * @retval PND_ENOMEM   `*out` is zeroed on failure; release with pnd_panoptic_set_clear().
 */
PND_API PND_NODISCARD pnd_status pnd_panoptic_set_parse(pnd_panoptic_set *out, const void *bytes,
                                                        size_t size, const char *name,
                                                        pnd_panoptic_role role, pnd_error *err);
PND_API void pnd_panoptic_set_clear(pnd_panoptic_set *set);

/**
 * Category spaces of Cityscapes. Told from the ids of the categories, or, without categories, from
 * those the segments use: 0..6 are evaluated classes in trainIds and void in label ids, 19..33
 * occur in label ids only, and 9, 10, 14, 15, 16, 18 are ignored classes in label ids. A set with
 * none of these (such as roads and buildings only), with contradicting ones or with other ids is
 * UNKNOWN.
 */
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
 * Segment fields that the set lacks (area -1, bbox of width 0, NaN depth or score) are left out,
 * and so are categories or images when there are none, as in a prediction. @retval PND_ENOMEM */
PND_API PND_NODISCARD pnd_status pnd_panoptic_set_write(pnd_buffer *out,
                                                        const pnd_panoptic_set *set,
                                                        const pnd_image_info *images,
                                                        size_t n_images, pnd_error *err);

#ifdef __cplusplus
}
#endif

#endif
