/* SPDX-License-Identifier: Apache-2.0 */
/* Tubes of k frames: areas are sums of pairs, and a pair of one class is a candidate match. */
#include "video_pairs.h"

#include <panodepth/alloc.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct pnd_video_matcher {
    int32_t n_classes;
    video_sums pairs, gt, pred;
    bool *gt_matched, *pred_matched; /* by row of gt and pred */
    size_t gt_capacity, pred_capacity;
    pnd_pq_true_positive *matches;
    size_t n_matches, match_capacity;
    pnd_pq_count counts[PND_VIDEO_MAX_CLASSES];
};

pnd_status pnd_video_matcher_create(pnd_video_matcher **out, int32_t n_classes, pnd_error *err)
{
    *out = NULL;
    if (n_classes < 1 || n_classes > PND_VIDEO_MAX_CLASSES)
        return pnd_fail(err, PND_EINVAL, "%d classes: expected 1 to %d", (int)n_classes,
                        PND_VIDEO_MAX_CLASSES);
    pnd_video_matcher *const matcher = pnd_calloc_array(1, sizeof *matcher);
    if (matcher == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for a matcher");
    matcher->n_classes = n_classes;
    *out = matcher;
    return PND_OK;
}

void pnd_video_matcher_free(pnd_video_matcher *matcher)
{
    if (matcher == NULL)
        return;
    video_sums_clear(&matcher->pairs);
    video_sums_clear(&matcher->gt);
    video_sums_clear(&matcher->pred);
    free(matcher->gt_matched);
    free(matcher->pred_matched);
    free(matcher->matches);
    free(matcher);
}

/* n flags, all false. */
static pnd_status reset_flags(bool **flags, size_t *capacity, size_t n, pnd_error *err)
{
    if (n > *capacity) {
        bool *const grown = pnd_realloc_array(*flags, n, sizeof *grown);
        if (grown == NULL)
            return pnd_fail(err, PND_ENOMEM, "out of memory for %zu tubes", n);
        *flags = grown;
        *capacity = n;
    }
    if (n > 0)
        memset(*flags, 0, n * sizeof **flags);
    return PND_OK;
}

static pnd_status prepare(pnd_video_matcher *m, const pnd_video_table *tables, size_t k,
                          int32_t lambda, pnd_error *err)
{
    pnd_status status =
        video_sums_pairs(&m->pairs, tables, k, lambda, pnd_video_id(m->n_classes, 0), err);
    if (status == PND_OK)
        status = video_sums_areas(&m->gt, &m->pairs, pq_key_gt, err);
    if (status == PND_OK)
        status = video_sums_areas(&m->pred, &m->pairs, pq_key_pred, err);
    if (status == PND_OK)
        status = reset_flags(&m->gt_matched, &m->gt_capacity, m->gt.n, err);
    if (status == PND_OK)
        status = reset_flags(&m->pred_matched, &m->pred_capacity, m->pred.n, err);
    return status;
}

static int64_t pixels_on_void(const pnd_video_matcher *m, uint32_t pred_id)
{
    const uint64_t gt_void = pnd_video_id(m->n_classes, 0);
    const pq_item *const pair = video_sums_find(&m->pairs, gt_void << 32 | pred_id);
    return pair == NULL ? 0 : pair->value;
}

static pnd_status add_match(pnd_video_matcher *m, uint32_t gt_id, uint32_t pred_id, double iou,
                            pnd_error *err)
{
    if (m->n_matches == m->match_capacity) {
        const size_t capacity = m->match_capacity == 0 ? 256 : 2 * m->match_capacity;
        pnd_pq_true_positive *const grown = pnd_realloc_array(m->matches, capacity, sizeof *grown);
        if (grown == NULL)
            return pnd_fail(err, PND_ENOMEM, "out of memory for %zu matches", capacity);
        m->matches = grown;
        m->match_capacity = capacity;
    }
    const size_t category = (size_t)pnd_video_class(gt_id);
    m->counts[category].tp++;
    m->counts[category].iou_sum += iou;
    m->matches[m->n_matches++] = (pnd_pq_true_positive){category, gt_id, pred_id, iou};
    return PND_OK;
}

/* An IoU above 0.5 is unique to both sides, so pairs may be taken in any order. */
static pnd_status match_pairs(pnd_video_matcher *m, pnd_error *err)
{
    pnd_status status = PND_OK;
    for (size_t i = 0; i < m->pairs.n && status == PND_OK; i++) {
        const uint32_t gt_id = pq_key_gt(m->pairs.items[i].key);
        const uint32_t pred_id = pq_key_pred(m->pairs.items[i].key);
        if (pnd_video_class(gt_id) != pnd_video_class(pred_id) ||
            pnd_video_class(gt_id) == m->n_classes)
            continue;
        const pq_item *const gt = video_sums_find(&m->gt, gt_id);
        const pq_item *const pred = video_sums_find(&m->pred, pred_id);
        const int64_t inter = m->pairs.items[i].value;
        const int64_t all = gt->value + pred->value - inter - pixels_on_void(m, pred_id);
        const double iou = (double)inter / (double)all;
        if (!(iou > 0.5))
            continue;
        m->gt_matched[gt - m->gt.items] = true;
        m->pred_matched[pred - m->pred.items] = true;
        status = add_match(m, gt_id, pred_id, iou, err);
    }
    return status;
}

/* Pixels of every unmatched prediction on any id of the void class: too many of them excuse it. */
static void count_surplus(pnd_video_matcher *m)
{
    const uint32_t first_void = pnd_video_id(m->n_classes, 0);
    for (size_t i = 0; i < m->pred.n; i++) {
        const uint32_t id = (uint32_t)m->pred.items[i].key;
        if (m->pred_matched[i] || pnd_video_class(id) == m->n_classes)
            continue;
        int64_t on_void = 0;
        for (size_t g = m->gt.n; g-- > 0 && m->gt.items[g].key >= first_void;) {
            const pq_item *const pair = video_sums_find(&m->pairs, m->gt.items[g].key << 32 | id);
            on_void += pair == NULL ? 0 : pair->value;
        }
        if (!((double)on_void / (double)m->pred.items[i].value > 0.5))
            m->counts[pnd_video_class(id)].fp++;
    }
}

static void count_missed(pnd_video_matcher *m)
{
    for (size_t i = 0; i < m->gt.n; i++) {
        const int32_t class_index = pnd_video_class((uint32_t)m->gt.items[i].key);
        if (class_index != m->n_classes && !m->gt_matched[i])
            m->counts[class_index].fn++;
    }
}

pnd_status pnd_video_match(pnd_pq_image *out, pnd_video_matcher *m, const pnd_video_table *tables,
                           size_t k, int32_t lambda, pnd_error *err)
{
    *out = (pnd_pq_image){0};
    m->n_matches = 0;
    memset(m->counts, 0, sizeof m->counts);
    pnd_status status = prepare(m, tables, k, lambda, err);
    if (status == PND_OK)
        status = match_pairs(m, err);
    if (status != PND_OK)
        return status;
    count_missed(m);
    count_surplus(m);
    out->counts = m->counts;
    out->n_categories = (size_t)m->n_classes;
    out->matches = m->matches;
    out->n_matches = m->n_matches;
    return PND_OK;
}

pnd_pq_score pnd_video_average(const pnd_pq_count *counts, const pnd_category *classes,
                               size_t n_classes, pnd_pq_group group, bool zero_fill)
{
    pnd_pq_score mean = pnd_pq_average(counts, classes, n_classes, group);
    const double supported = (double)mean.n_categories;
    if (!zero_fill)
        return mean;
    int32_t n = 0;
    for (size_t c = 0; c < n_classes; c++)
        n += group == PND_PQ_ALL || classes[c].is_thing == (group == PND_PQ_THINGS);
    const double share = supported / (double)n;
    if (mean.n_categories == 0)
        mean.pq = mean.sq = mean.rq = n > 0 ? 0.0 : (double)NAN;
    else
        mean = (pnd_pq_score){mean.pq * share, mean.sq * share, mean.rq * share, n};
    mean.n_categories = n;
    return mean;
}
