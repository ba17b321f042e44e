/* SPDX-License-Identifier: Apache-2.0 */
#include <panodepth/stq.h>

#include "video_pairs.h"

#include <panodepth/alloc.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = PND_VIDEO_MAX_CLASSES + 1 };

/* Everything of one sequence or of all but the tubes themselves. */
typedef struct stq_sums {
    double association; /* sum over tubes of 1/|g| sum TPA^2 / union */
    int64_t n_tubes;
    int64_t confusion[SIDE][SIDE]; /* [ground truth][prediction]; no row of void */
    int64_t depth_pixels, inliers[PND_VIDEO_N_INLIERS];
} stq_sums;

struct pnd_stq {
    int32_t n_classes;
    bool is_thing[SIDE];
    video_sums pairs, tubes, gt, pred;
    stq_sums sequence, total;
};

pnd_status pnd_stq_create(pnd_stq **out, const pnd_category *classes, size_t n_classes,
                          pnd_error *err)
{
    *out = NULL;
    if (n_classes < 1 || n_classes > PND_VIDEO_MAX_CLASSES)
        return pnd_fail(err, PND_EINVAL, "%zu classes: expected 1 to %d", n_classes,
                        PND_VIDEO_MAX_CLASSES);
    pnd_stq *const stq = pnd_calloc_array(1, sizeof *stq);
    if (stq == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for STQ");
    stq->n_classes = (int32_t)n_classes;
    for (size_t c = 0; c < n_classes; c++)
        stq->is_thing[c] = classes[c].is_thing;
    *out = stq;
    return PND_OK;
}

void pnd_stq_free(pnd_stq *stq)
{
    if (stq == NULL)
        return;
    video_sums_clear(&stq->pairs);
    video_sums_clear(&stq->tubes);
    video_sums_clear(&stq->gt);
    video_sums_clear(&stq->pred);
    free(stq);
}

static bool is_crowd(const pnd_stq *stq, uint32_t gt)
{
    return stq->is_thing[pnd_video_class(gt)] && pnd_video_instance(gt) == 0;
}

static void count_classes(pnd_stq *stq)
{
    for (size_t i = 0; i < stq->pairs.n; i++) {
        const int32_t gt = pnd_video_class(pq_key_gt(stq->pairs.items[i].key));
        const int32_t pred = pnd_video_class(pq_key_pred(stq->pairs.items[i].key));
        if (gt != stq->n_classes)
            stq->sequence.confusion[gt][pred] += stq->pairs.items[i].value;
    }
}

/* Areas of the things: the ground truth's tubes, and all that is predicted a thing off crowds. */
static pnd_status measure_tubes(pnd_stq *stq, pnd_error *err)
{
    const size_t n = stq->pairs.n;
    pnd_status status = video_sums_reserve(&stq->tubes, n, err);
    if (status == PND_OK)
        status = video_sums_reserve(&stq->gt, n, err);
    if (status == PND_OK)
        status = video_sums_reserve(&stq->pred, n, err);
    if (status != PND_OK)
        return status;
    stq->tubes.n = stq->gt.n = stq->pred.n = 0;
    for (size_t i = 0; i < n; i++) {
        const pq_item pair = stq->pairs.items[i];
        const uint32_t gt = pq_key_gt(pair.key), pred = pq_key_pred(pair.key);
        if (is_crowd(stq, gt))
            continue;
        const bool gt_thing = stq->is_thing[pnd_video_class(gt)];
        const bool pred_thing = stq->is_thing[pnd_video_class(pred)];
        if (gt_thing)
            stq->gt.items[stq->gt.n++] = (pq_item){gt, pair.value};
        if (pred_thing)
            stq->pred.items[stq->pred.n++] = (pq_item){pred, pair.value};
        if (gt_thing && pred_thing)
            stq->tubes.items[stq->tubes.n++] = pair;
    }
    video_sums_merge(&stq->gt);
    video_sums_merge(&stq->pred);
    return PND_OK;
}

/* The pairs are sorted by ground truth, so each tube's are together. */
static void associate(pnd_stq *stq)
{
    size_t i = 0;
    stq->sequence.n_tubes = (int64_t)stq->gt.n;
    for (size_t g = 0; g < stq->gt.n; g++) {
        const double area = (double)stq->gt.items[g].value;
        double inner = 0;
        for (; i < stq->tubes.n && pq_key_gt(stq->tubes.items[i].key) == stq->gt.items[g].key;
             i++) {
            const uint32_t pred_id = pq_key_pred(stq->tubes.items[i].key);
            const double tpa = (double)stq->tubes.items[i].value;
            const double pred = (double)video_sums_find(&stq->pred, pred_id)->value;
            inner += tpa * (tpa / (pred + area - tpa));
        }
        stq->sequence.association += inner / area;
    }
}

static double mean_iou(const stq_sums *sums, int32_t n_classes)
{
    double total = 0;
    int32_t n = 0;
    for (int32_t c = 0; c <= n_classes; c++) {
        int64_t row = 0, column = 0;
        for (int32_t k = 0; k <= n_classes; k++) {
            row += sums->confusion[c][k];
            column += sums->confusion[k][c];
        }
        const int64_t inter = sums->confusion[c][c], all = row + column - inter;
        n += all > 0;
        total += all > 0 ? (double)inter / (double)all : 0;
    }
    return total / (double)n; /* 0 / 0 is NaN */
}

static pnd_stq_score score_of(const stq_sums *sums, int32_t n_classes)
{
    pnd_stq_score score = {.n_tubes = sums->n_tubes, .n_depth_pixels = sums->depth_pixels};
    score.aq = sums->n_tubes > 0 ? sums->association / (double)sums->n_tubes : 0;
    score.iou = mean_iou(sums, n_classes);
    score.stq = sqrt(score.aq * score.iou);
    double product = 1;
    for (int i = 0; i < PND_VIDEO_N_INLIERS; i++) {
        score.dq_at[i] =
            sums->depth_pixels > 0 ? (double)sums->inliers[i] / (double)sums->depth_pixels : 0;
        score.dstq_at[i] = cbrt(score.stq * score.stq * score.dq_at[i]);
        product *= score.dq_at[i];
    }
    score.dq = pow(product, 1.0 / PND_VIDEO_N_INLIERS);
    score.dstq = cbrt(score.stq * score.stq * score.dq);
    return score;
}

static void add_sums(stq_sums *total, const stq_sums *sequence)
{
    total->association += sequence->association;
    total->n_tubes += sequence->n_tubes;
    total->depth_pixels += sequence->depth_pixels;
    for (int i = 0; i < PND_VIDEO_N_INLIERS; i++)
        total->inliers[i] += sequence->inliers[i];
    for (int g = 0; g < SIDE; g++)
        for (int p = 0; p < SIDE; p++)
            total->confusion[g][p] += sequence->confusion[g][p];
}

pnd_status pnd_stq_add(pnd_stq_score *score, pnd_stq *stq, const pnd_video_table *tables, size_t n,
                       pnd_error *err)
{
    *score = (pnd_stq_score){0};
    memset(&stq->sequence, 0, sizeof stq->sequence);
    pnd_status status = video_sums_pairs(&stq->pairs, tables, n, PND_VIDEO_ANY_DEPTH, 0, err);
    if (status == PND_OK)
        status = measure_tubes(stq, err);
    if (status != PND_OK)
        return status;
    count_classes(stq);
    associate(stq);
    for (size_t f = 0; f < n; f++) {
        stq->sequence.depth_pixels += tables[f].depth_pixels;
        for (int i = 0; i < PND_VIDEO_N_INLIERS; i++)
            stq->sequence.inliers[i] += tables[f].inliers[i];
    }
    *score = score_of(&stq->sequence, stq->n_classes);
    add_sums(&stq->total, &stq->sequence);
    return PND_OK;
}

pnd_stq_score pnd_stq_total(const pnd_stq *stq)
{
    return score_of(&stq->total, stq->n_classes);
}
