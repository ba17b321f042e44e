/* SPDX-License-Identifier: Apache-2.0 */
/* From the tallies of an analysis to its scores. */
#include <panodepth/depth_analysis.h>

#include <math.h>

typedef enum score {
    SCORE_MEDIAN,
    SCORE_P90,
    SCORE_D_105,
    SCORE_D_110,
    SCORE_OUTLIERS,
    SCORE_WHDR, /* and two more */
    SCORE_F1 = SCORE_WHDR + PND_DEPTH_N_ORDERS,
    SCORE_PRECISION,
    SCORE_RECALL,
    SCORE_END
} score;

static const pnd_depth_score_info infos[PND_DEPTH_N_SCORES] = {
    {"abs_rel_median", PND_DEPTH_ERRORS, false},
    {"abs_rel_p90", PND_DEPTH_ERRORS, false},
    {"d_105", PND_DEPTH_ERRORS, true},
    {"d_110", PND_DEPTH_ERRORS, true},
    {"disparity_outliers", PND_DEPTH_DISPARITY, false},
    {"whdr_02", PND_DEPTH_ORDER, false},
    {"whdr_05", PND_DEPTH_ORDER, false},
    {"whdr_10", PND_DEPTH_ORDER, false},
    {"boundary_f1", PND_DEPTH_BOUNDARY, true},
    {"boundary_precision", PND_DEPTH_BOUNDARY, true},
    {"boundary_recall", PND_DEPTH_BOUNDARY, true},
};
_Static_assert((int)SCORE_END == (int)PND_DEPTH_N_SCORES, "one info per score");

const pnd_depth_score_info *pnd_depth_score_infos(void)
{
    return infos;
}

pnd_depth_analysis_options pnd_depth_analysis_defaults(void)
{
    return (pnd_depth_analysis_options){.edges_m = {10, 20, 40, 80}, .n_edges = 4, .pairs = 10000};
}

/* ---- edges ---- */

typedef struct edge_counts {
    int64_t gt, pred, both;
} edge_counts;

/* Pairs that exceed more than k thresholds. */
static edge_counts count_edges(const pnd_depth_analysis *a, int direction, int k)
{
    edge_counts counts = {0};
    for (int g = 0; g <= PND_DEPTH_BOUNDARY_STEPS; g++)
        for (int p = 0; p <= PND_DEPTH_BOUNDARY_STEPS; p++) {
            const int64_t n = a->edges[direction][g][p];
            counts.gt += g > k ? n : 0;
            counts.pred += p > k ? n : 0;
            counts.both += g > k && p > k ? n : 0;
        }
    return counts;
}

static double share(int64_t part, int64_t whole)
{
    return (double)part / (double)(whole > 0 ? whole : 1);
}

static bool has_edges(const pnd_depth_analysis *a)
{
    for (int direction = 0; direction < 4; direction++) {
        const edge_counts counts = count_edges(a, direction, 0);
        if (counts.gt + counts.pred > 0)
            return true;
    }
    return false;
}

static void score_edges(double out[PND_DEPTH_N_SCORES], const pnd_depth_analysis *a)
{
    double f1 = 0, precision = 0, recall = 0, weights = 0;
    for (int k = 0; k < PND_DEPTH_BOUNDARY_STEPS; k++) {
        const double t = 1.05 + k * (0.2 / (PND_DEPTH_BOUNDARY_STEPS - 1));
        double p = 0, r = 0;
        for (int direction = 0; direction < 4; direction++) {
            const edge_counts counts = count_edges(a, direction, k);
            p += share(counts.both, counts.pred) / 4;
            r += share(counts.both, counts.gt) / 4;
        }
        f1 += t * (p + r > 0 ? 2 * p * r / (p + r) : 0);
        precision += t * p;
        recall += t * r;
        weights += t;
    }
    if (!has_edges(a))
        weights = (double)NAN;
    out[SCORE_F1] = f1 / weights;
    out[SCORE_PRECISION] = precision / weights;
    out[SCORE_RECALL] = recall / weights;
}

/* ---- all ---- */

static double ratio_or_undefined(int64_t part, int64_t whole)
{
    return whole > 0 ? (double)part / (double)whole : (double)NAN;
}

void pnd_depth_analysis_scores(double out[PND_DEPTH_N_SCORES], const pnd_depth_analysis *a)
{
    out[SCORE_MEDIAN] = a->abs_rel_median;
    out[SCORE_P90] = a->abs_rel_p90;
    out[SCORE_D_105] = ratio_or_undefined(a->within_105, a->n);
    out[SCORE_D_110] = ratio_or_undefined(a->within_110, a->n);
    out[SCORE_OUTLIERS] = ratio_or_undefined(a->disparity_outliers, a->disparity_n);
    for (int m = 0; m < PND_DEPTH_N_ORDERS; m++)
        out[SCORE_WHDR + m] = ratio_or_undefined(a->pairs_wrong[m], a->pairs);
    score_edges(out, a);
}

void pnd_depth_analysis_add(pnd_depth_analysis *total, const pnd_depth_analysis *image)
{
    total->abs_rel_median = total->abs_rel_p90 = (double)NAN;
    total->n += image->n;
    total->within_105 += image->within_105;
    total->within_110 += image->within_110;
    total->disparity_n += image->disparity_n;
    total->disparity_outliers += image->disparity_outliers;
    total->pairs += image->pairs;
    for (int m = 0; m < PND_DEPTH_N_ORDERS; m++)
        total->pairs_wrong[m] += image->pairs_wrong[m];
    for (int direction = 0; direction < 4; direction++)
        for (int g = 0; g <= PND_DEPTH_BOUNDARY_STEPS; g++)
            for (int p = 0; p <= PND_DEPTH_BOUNDARY_STEPS; p++)
                total->edges[direction][g][p] += image->edges[direction][g][p];
}
