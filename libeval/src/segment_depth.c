/* SPDX-License-Identifier: Apache-2.0 */
#include <panodepth/segment_depth.h>

#include <math.h>

static const double bins[PND_SEGMENT_N_BINS] = {0, 10, 20, 40, 80};

const double *pnd_segment_bins(void)
{
    return bins;
}

pnd_segment_verdict pnd_segment_judge(const pnd_segment_match *match)
{
    const double measured = (double)match->gt_valid;
    if (match->gt_valid < PND_SEGMENT_MIN_PIXELS ||
        measured / (double)match->gt_area < PND_SEGMENT_MIN_COVERAGE || !(match->gt_m > 0))
        return PND_SEGMENT_UNMEASURED;
    return match->pred_m > 0 ? PND_SEGMENT_JUDGED : PND_SEGMENT_NO_DEPTH;
}

void pnd_segment_error_add(pnd_segment_error *sum, const pnd_segment_match *match)
{
    const pnd_segment_verdict verdict = pnd_segment_judge(match);
    sum->unmeasured += verdict == PND_SEGMENT_UNMEASURED;
    sum->no_depth += verdict == PND_SEGMENT_NO_DEPTH;
    if (verdict != PND_SEGMENT_JUDGED)
        return;
    const double difference = match->pred_m - match->gt_m;
    sum->n++;
    sum->abs += fabs(difference);
    sum->rel += fabs(difference) / match->gt_m;
    sum->signed_m += difference;
    sum->signed_rel += difference / match->gt_m;
    sum->gt_coverage += (double)match->gt_valid / (double)match->gt_area;
    sum->pred_coverage += (double)match->pred_valid / (double)match->pred_area;
}

pnd_segment_error pnd_segment_error_mean(const pnd_segment_error *sum)
{
    const double n = (double)sum->n; /* 0 / 0 is NaN */
    pnd_segment_error mean = *sum;
    mean.abs /= n;
    mean.rel /= n;
    mean.signed_m /= n;
    mean.signed_rel /= n;
    mean.gt_coverage /= n;
    mean.pred_coverage /= n;
    return mean;
}

int32_t pnd_segment_bin(const pnd_segment_match *match)
{
    int32_t bin = PND_SEGMENT_N_BINS - 1;
    while (bin > 0 && match->gt_m < bins[bin])
        bin--;
    return bin;
}

double pnd_segment_pqd_iou(const pnd_segment_match *match, double lambda)
{
    switch (pnd_segment_judge(match)) {
    case PND_SEGMENT_UNMEASURED:
        return match->iou;
    case PND_SEGMENT_JUDGED:
        return fabs(match->pred_m - match->gt_m) / match->gt_m <= lambda ? match->iou : 0;
    default:
        return 0;
    }
}
