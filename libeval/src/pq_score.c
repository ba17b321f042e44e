/* SPDX-License-Identifier: Apache-2.0 */
#include <panodepth/pq.h>

#include <math.h>

void pnd_pq_add(pnd_pq_count *total, const pnd_pq_image *image)
{
    for (size_t c = 0; c < image->n_categories; c++) {
        total[c].tp += image->counts[c].tp;
        total[c].fp += image->counts[c].fp;
        total[c].fn += image->counts[c].fn;
    }
    for (size_t i = 0; i < image->n_matches; i++)
        total[image->matches[i].category].iou_sum += image->matches[i].iou;
}

pnd_pq_score pnd_pq_category_score(const pnd_pq_count *count)
{
    if (count->tp == 0 && count->fp == 0 && count->fn == 0)
        return (pnd_pq_score){(double)NAN, (double)NAN, (double)NAN, 0};
    const double tp = (double)count->tp;
    const double denominator = tp + 0.5 * (double)count->fp + 0.5 * (double)count->fn;
    return (pnd_pq_score){
        .pq = count->iou_sum / denominator,
        .sq = count->tp == 0 ? 0.0 : count->iou_sum / tp,
        .rq = tp / denominator,
        .n_categories = 1,
    };
}

pnd_pq_score pnd_pq_average(const pnd_pq_count *counts, const pnd_category *categories,
                            size_t n_categories, pnd_pq_group group)
{
    pnd_pq_score sum = {0};
    for (size_t c = 0; c < n_categories; c++) {
        if (group != PND_PQ_ALL && categories[c].is_thing != (group == PND_PQ_THINGS))
            continue;
        const pnd_pq_score score = pnd_pq_category_score(&counts[c]);
        if (score.n_categories == 0)
            continue;
        sum.pq += score.pq;
        sum.sq += score.sq;
        sum.rq += score.rq;
        sum.n_categories++;
    }
    const double n = (double)sum.n_categories; /* 0 / 0 is NaN: an empty group has no score */
    return (pnd_pq_score){sum.pq / n, sum.sq / n, sum.rq / n, sum.n_categories};
}

void pnd_pq_add_dagger(pnd_pq_dagger *total, const pnd_pq_image *image)
{
    for (size_t c = 0; c < image->n_categories; c++) {
        total[c].iou_sum += image->dagger[c].iou_sum;
        total[c].segments += image->dagger[c].segments;
    }
}

pnd_pq_mean pnd_pq_dagger_score(const pnd_pq_count *count, const pnd_pq_dagger *dagger,
                                bool is_thing)
{
    if (is_thing) {
        const pnd_pq_score score = pnd_pq_category_score(count);
        return (pnd_pq_mean){score.pq, score.n_categories};
    }
    return (pnd_pq_mean){dagger->iou_sum / (double)dagger->segments, dagger->segments > 0};
}

pnd_pq_mean pnd_pq_dagger_average(const pnd_pq_count *counts, const pnd_pq_dagger *daggers,
                                  const pnd_category *categories, size_t n_categories,
                                  pnd_pq_group group)
{
    pnd_pq_mean mean = {0};
    for (size_t c = 0; c < n_categories; c++) {
        const bool is_thing = categories[c].is_thing;
        if (group != PND_PQ_ALL && is_thing != (group == PND_PQ_THINGS))
            continue;
        const pnd_pq_mean score = pnd_pq_dagger_score(&counts[c], &daggers[c], is_thing);
        if (score.n_categories == 0)
            continue;
        mean.pq += score.pq;
        mean.n_categories++;
    }
    mean.pq /= (double)mean.n_categories;
    return mean;
}

static const struct {
    const char *code, *corrected, *strict;
} deviations[PND_PQ_N_DEVIATIONS] = {
    [PND_PQ_GT_AREA_DIFFERS] =
        {"gt-area-differs",
         "ground truth areas in the JSON differ from the pixels; the pixels were counted",
         "ground truth areas in the JSON differ from the pixels; the JSON was believed"},
    [PND_PQ_GT_SEVERAL_CROWDS] =
        {"gt-several-crowds",
         "several crowd segments of one category in an image; all of them excuse predictions",
         "several crowd segments of one category in an image; only the last excuses predictions"},
    [PND_PQ_GT_DUPLICATE_ID] = {"gt-duplicate-id", "",
                                "ground truth segment ids listed twice; the last record counted"},
    [PND_PQ_PRED_DUPLICATE_ID] = {"pred-duplicate-id", "",
                                  "predicted segment ids listed twice; the last record counted"},
    [PND_PQ_GT_ZERO_ID] = {"gt-zero-id", "",
                           "ground truth lists id 0; it counted as a segment and as void"},
    [PND_PQ_PRED_ZERO_ID] = {"pred-zero-id", "",
                             "the prediction lists id 0; it counted as a segment, not as void"},
    [PND_PQ_GT_ID_NOT_IN_TABLE] =
        {"gt-id-not-in-json", "",
         "ground truth pixels with ids the JSON lacks; neither segments nor void"},
    [PND_PQ_GT_ID_NOT_IN_PIXELS] =
        {"gt-id-not-in-png", "",
         "ground truth segments without a pixel; each counted as a false negative"},
    [PND_PQ_GT_CATEGORY_UNKNOWN] =
        {"gt-category-unknown", "",
         "ground truth segments of a category that is not in the list; left out of every score"},
    [PND_PQ_SIZE_BROADCAST] =
        {"size-broadcast", "",
         "images of different sizes; a side of 1 was repeated, as NumPy broadcasts"},
    [PND_PQ_IOU_ABOVE_ONE] = {"iou-above-one", "",
                              "pairs with an IoU above 1, from wrong areas in the JSON"},
};

const char *pnd_pq_deviation_code(pnd_pq_deviation deviation)
{
    return deviations[deviation].code;
}

const char *pnd_pq_deviation_text(pnd_pq_deviation deviation, pnd_pq_parity parity)
{
    return parity == PND_PQ_STRICT ? deviations[deviation].strict : deviations[deviation].corrected;
}
