/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file panodepth/semantic.h
 * Semantic segmentation: confusion matrix, IoU and iIoU per class and per category, boundary IoU.
 *
 * Definitions of Cordts et al., "The Cityscapes Dataset", CVPR 2016, section 4.1, as
 * cityscapesScripts' evalPixelLevelSemanticLabeling.py computes them from the confusion matrix
 * C[ground truth][prediction]. For a class k that is not ignored
 *
 *     IoU_k = TP / (TP + FP + FN)
 *     TP = C[k][k]    FN = sum over j of C[k][j] - TP    FP = sum of C[i][k], i evaluated, i != k
 *
 * where ignored ground truth excuses false positives, and predictions of an ignored class are false
 * negatives. A category is scored alike, over its evaluated classes L: TP is the L x L block, FP
 * comes from the evaluated rows of other categories. The instance-weighted iIoU of a class or
 * category that has instances replaces TP and FN by
 *
 *     iTP = sum over instances of w hits        w = average size of the class / size of the
 * instance iFN = sum over instances of w (size - hits)
 *
 * and keeps FP. docs/metrics.md sets every rule beside the reference's, with its quirks.
 *
 * Use: one counter per thread, pnd_semantic_count() per image, then pnd_semantic_add() of every
 * image IN IMAGE ORDER, then the scores. Counts are integers; the weighted sums are added one
 * instance at a time, so the result is the reference's to the last bit for any number of threads.
 */
#ifndef PANODEPTH_SEMANTIC_H
#define PANODEPTH_SEMANTIC_H

#include <panodepth/image.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PND_SEMANTIC_MAX_CLASSES = 64 };

/** A class; its id is its position in the table. */
typedef struct pnd_semantic_class {
    int32_t category; /**< 0 to n_categories - 1 */
    bool is_ignored;
    bool has_instances;
    double average_size; /**< pixels of an instance; read when has_instances */
} pnd_semantic_class;

/** Which classes there are. Owns nothing. */
typedef struct pnd_semantic_table {
    const pnd_semantic_class *classes;
    int32_t n_classes, n_categories; /**< each at most PND_SEMANTIC_MAX_CLASSES */
} pnd_semantic_table;

/** One instance of the ground truth, and how much of it was found. */
typedef struct pnd_semantic_instance {
    int32_t id, class_id;
    int64_t size, hits;    /**< pixels; hits: predicted as its class */
    int64_t category_hits; /**< predicted as any class of its category, ignored ones included */
} pnd_semantic_instance;

/** Pixels of one class within the boundary bands of both images. */
typedef struct pnd_semantic_boundary {
    int64_t gt, pred, both;
} pnd_semantic_boundary;

/** What one image contributes. Belongs to the counter, valid until its next pnd_semantic_count().
 */
typedef struct pnd_semantic_image {
    const int64_t *confusion;               /**< n_classes x n_classes, row: ground truth */
    const pnd_semantic_instance *instances; /**< ascending by id */
    size_t n_instances;
    bool has_instances; /**< an image of instances was given, even if it holds none */
    const pnd_semantic_boundary *boundary; /**< n_classes, or NULL when not asked for */
} pnd_semantic_image;

/** Scratch memory, reused between images. One per thread. */
typedef struct pnd_semantic_counter pnd_semantic_counter;

/**
 * @param boundary_ratio  width of the boundary band as a share of the image's diagonal (Cheng et
 *                        al. use 0.02); 0: no boundary IoU
 * @retval PND_EINVAL  a class with a category out of range, or too many  @retval PND_ENOMEM
 */
PND_API PND_NODISCARD pnd_status pnd_semantic_counter_create(pnd_semantic_counter **out,
                                                             const pnd_semantic_table *table,
                                                             double boundary_ratio, pnd_error *err);
PND_API void pnd_semantic_counter_free(pnd_semantic_counter *counter); /**< NULL is fine */

/**
 * Count the pixels of one image.
 * @param gt, pred   class ids
 * @param instances  id, or id * 1000 + number for single instances, as in instanceIds images; data
 *                   NULL: none
 * @param gt_name, pred_name, instances_name  begin the messages
 * @retval PND_EMISMATCH  sizes differ
 * @retval PND_EINVAL     a value that is no class; names the first pixel that has it
 * @retval PND_ENOMEM
 * O(pixels). Thread-safe for distinct counters. `*out` is zeroed on failure.
 */
PND_API PND_NODISCARD pnd_status pnd_semantic_count(pnd_semantic_image *out,
                                                    pnd_semantic_counter *counter, pnd_view_u8 gt,
                                                    pnd_view_u8 pred, pnd_view_u16 instances,
                                                    const char *gt_name, const char *pred_name,
                                                    const char *instances_name, pnd_error *err);

/** Sums over images. Zero it to start. */
typedef struct pnd_semantic_sums {
    int64_t confusion[PND_SEMANTIC_MAX_CLASSES * PND_SEMANTIC_MAX_CLASSES]; /**< n_classes a row */
    double class_tp[PND_SEMANTIC_MAX_CLASSES], class_fn[PND_SEMANTIC_MAX_CLASSES];
    double category_tp[PND_SEMANTIC_MAX_CLASSES], category_fn[PND_SEMANTIC_MAX_CLASSES];
    pnd_semantic_boundary boundary[PND_SEMANTIC_MAX_CLASSES];
    int64_t n_without_instances; /**< images; above 0 there is no iIoU */
} pnd_semantic_sums;

PND_API void pnd_semantic_add(pnd_semantic_sums *sums, const pnd_semantic_table *table,
                              const pnd_semantic_image *image);

/** Pixel counts behind an IoU. */
typedef struct pnd_semantic_count3 {
    int64_t tp, fp, fn;
} pnd_semantic_count3;

PND_API pnd_semantic_count3 pnd_semantic_class_count(const int64_t *confusion,
                                                     const pnd_semantic_table *table,
                                                     int32_t class_id);
PND_API pnd_semantic_count3 pnd_semantic_category_count(const int64_t *confusion,
                                                        const pnd_semantic_table *table,
                                                        int32_t category);

/** Scores as fractions in [0, 1]; NaN where undefined (ignored, without instances, never seen). */
typedef struct pnd_semantic_scores {
    double class_iou[PND_SEMANTIC_MAX_CLASSES], class_iiou[PND_SEMANTIC_MAX_CLASSES];
    double category_iou[PND_SEMANTIC_MAX_CLASSES], category_iiou[PND_SEMANTIC_MAX_CLASSES];
    double boundary_iou[PND_SEMANTIC_MAX_CLASSES];
    double prior[PND_SEMANTIC_MAX_CLASSES]; /**< share of the ground truth's pixels */
    /** Means over what is defined, in the order of the table. */
    double mean_class_iou, mean_class_iiou, mean_category_iou, mean_category_iiou;
    double mean_boundary_iou;
} pnd_semantic_scores;

PND_API void pnd_semantic_score(pnd_semantic_scores *out, const pnd_semantic_sums *sums,
                                const pnd_semantic_table *table);

/** Width of the boundary band: max(1, ratio x diagonal rounded half to even), in pixels. */
PND_API int32_t pnd_boundary_width(int32_t width, int32_t height, double ratio);

/**
 * The boundary band of every class at once: 1 where a pixel of another class, or the outside of the
 * image, is within `distance` rows and columns, else 0. That is, for each class, what `distance`
 * erosions of its mask by a 3x3 square remove (Cheng et al., "Boundary IoU", CVPR 2021).
 * @param band  resized to the image
 * @param runs  scratch of 2 x labels.width entries
 * O(pixels) for any distance. @retval PND_ENOMEM
 */
PND_API PND_NODISCARD pnd_status pnd_boundary_band(pnd_plane_u8 *band, pnd_view_u8 labels,
                                                   int32_t distance, int32_t *runs, pnd_error *err);

#ifdef __cplusplus
}
#endif

#endif
