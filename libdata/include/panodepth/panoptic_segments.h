/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file panodepth/panoptic_segments.h
 * Pairs of class and instance (panoptic_pairs.h) as segments of a COCO panoptic image, and back.
 *
 * Both schemes of ids hold class and instance; instance 0 means none (stuff, a group of things):
 *
 *     PND_ID_SCHEME_CITYSCAPES  c, or c * 1000 + instance - 1, with c the label id in either space
 *     PND_ID_SCHEME_DETECTRON2  t * 1000 + instance + 1, with t the trainId; category_id is the
 *                               label id (Panoptic-DeepLab)
 *
 * 0 is void in both. Thread-safe.
 */
#ifndef PANODEPTH_PANOPTIC_SEGMENTS_H
#define PANODEPTH_PANOPTIC_SEGMENTS_H

#include <panodepth/labels.h>
#include <panodepth/panoptic_pairs.h>
#include <panodepth/panoptic_set.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum pnd_id_scheme { PND_ID_SCHEME_CITYSCAPES, PND_ID_SCHEME_DETECTRON2 } pnd_id_scheme;

/** What a thing with instance 0 is in forms that do not say. */
typedef enum pnd_instance_zero {
    PND_INSTANCE_ZERO_REFUSE,
    PND_INSTANCE_ZERO_GROUP,
    PND_INSTANCE_ZERO_COUNTS /**< the first instance: all numbers grow by one */
} pnd_instance_zero;

/** How classes are read. */
typedef struct pnd_pairs_rule {
    pnd_id_space from, to; /**< label ids unless train ids */
    pnd_instance_zero zero;
    const char *class_hint, *zero_hint; /**< what the messages advise; NULL: nothing */
} pnd_pairs_rule;

/** The label of a class in a space, label ids unless train ids; NULL when there is none. */
PND_API const pnd_label *pnd_label_in_space(int32_t class_id, pnd_id_space space);

/** That class in a space. */
PND_API int32_t pnd_class_in_space(const pnd_label *label, pnd_id_space space);

/**
 * Pairs of one space, in place, to pairs of another. Ignored classes of label ids become void.
 * @retval PND_EFORMAT an unknown class, stuff with an instance, or a thing with instance 0 while
 * that is refused  @retval PND_ELIMIT
 */
PND_API PND_NODISCARD pnd_status pnd_pairs_map(pnd_plane_u32 *pairs, const pnd_pairs_rule *rule,
                                               const char *name, pnd_error *err);

/**
 * Segment ids and their list (ascending by id, with areas and boxes) from pairs that
 * pnd_pairs_map() made, in place.
 * @param[out] segments  a fresh array (free()); NULL on failure
 * @retval PND_ELIMIT an instance number the scheme cannot hold, or more than 65536 segments
 * @retval PND_EUNSUPPORTED a group of things for detectron2  @retval PND_ENOMEM
 */
PND_API PND_NODISCARD pnd_status pnd_pairs_to_segments(pnd_plane_u32 *pairs,
                                                       pnd_segment_info **segments, size_t *n,
                                                       pnd_id_scheme scheme, pnd_id_space space,
                                                       const char *name, pnd_error *err);

/**
 * Pairs from segment ids, in place, and their list. Instances are those of the ids if all things
 * follow the scheme, else counted in the order of the list.
 * @retval PND_EFORMAT a pixel of no segment, an unknown category, a segment listed twice
 * @retval PND_ENOMEM
 */
PND_API PND_NODISCARD pnd_status pnd_pairs_from_segments(pnd_plane_u32 *ids,
                                                         const pnd_annotation *annotation,
                                                         pnd_id_scheme scheme, pnd_id_space space,
                                                         const char *name, pnd_error *err);

/** Pairs from segment ids alone, in place: classes as the scheme has them, which may be none. The
 * classes are label ids, of detectron2 trainIds. */
PND_API void pnd_pairs_from_ids(pnd_plane_u32 *ids, pnd_id_scheme scheme);

#ifdef __cplusplus
}
#endif

#endif
