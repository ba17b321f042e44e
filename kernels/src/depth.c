/* SPDX-License-Identifier: Apache-2.0 */
/* Disparity to depth: argument checks, the rule, and the call into the backend. */
#include "depth_job.h"

#include <string.h>

static pnd_status check_stereo(pnd_stereo stereo, pnd_error *err)
{
    if (!(stereo.fx_baseline >= 1e-3 && stereo.fx_baseline <= 1e9))
        return pnd_fail(err, PND_EINVAL, "fx * baseline = %g: expected 1e-3 to 1e9 pixel metres",
                        stereo.fx_baseline);
    if (!(fabs(stereo.doffs) <= 1e6))
        return pnd_fail(err, PND_EINVAL, "doffs = %g: expected -1e6 to 1e6 pixels", stereo.doffs);
    return PND_OK;
}

static pnd_status check_options(const pnd_depth_options *options, pnd_view_u16 disparity,
                                pnd_error *err)
{
    const pnd_pinhole *range = options->range;
    if (!(options->cap_m >= 0.0 && options->cap_m <= 1e9))
        return pnd_fail(err, PND_EINVAL, "cap = %g m: expected above 0 and at most 1e9, or 0: none",
                        options->cap_m);
    if (range != NULL && !(range->fx > 0.0 && range->fx <= 1e9 && range->fy > 0.0 &&
                           range->fy <= 1e9 && fabs(range->u0) <= 1e9 && fabs(range->v0) <= 1e9))
        return pnd_fail(err, PND_EINVAL, "range with fx = %g, fy = %g, u0 = %g, v0 = %g", range->fx,
                        range->fy, range->u0, range->v0);
    if (options->mask.data != NULL &&
        (options->mask.width != disparity.width || options->mask.height != disparity.height))
        return pnd_fail(err, PND_EMISMATCH, "the mask is %dx%d, the disparity %dx%d",
                        options->mask.width, options->mask.height, disparity.width,
                        disparity.height);
    return PND_OK;
}

/* Field by field into zeroed memory: a backend may compare rules with memcmp(). */
static void make_rule(pnd_depth_rule *rule, pnd_stereo stereo, const pnd_depth_options *options)
{
    memset(rule, 0, sizeof *rule);
    rule->fx_baseline = stereo.fx_baseline;
    rule->doffs = stereo.doffs;
    rule->cap_m = options->cap_m > 0.0 ? options->cap_m : (double)INFINITY;
    rule->clamp = options->cap_mode == PND_CAP_CLAMP;
    rule->far_ = options->zero_disparity == PND_ZERO_DISPARITY_FAR;
    rule->nan_for_no_depth = options->nan_for_no_depth;
    rule->truncate = options->truncate;
    if (options->range != NULL) {
        rule->range = true;
        rule->fx = options->range->fx;
        rule->fy = options->range->fy;
        rule->u0 = options->range->u0;
        rule->v0 = options->range->v0;
    }
}

/* Shared by both outputs; the caller filled job->f32 or job->u16, and the stride. */
static pnd_status run(pnd_depth_job *job, size_t sample_size, pnd_depth_counts *counts,
                      pnd_backend *backend, pnd_stereo stereo, const pnd_depth_options *options,
                      pnd_error *err)
{
    pnd_depth_options known = {.struct_size = sizeof known};
    pnd_depth_counts tally = {0};
    if (counts != NULL)
        *counts = tally;
    if (options != NULL && options->struct_size < sizeof options->struct_size)
        return pnd_fail(err, PND_EINVAL, "depth options without struct_size");
    if (options != NULL)
        memcpy(&known, options,
               options->struct_size < sizeof known ? options->struct_size : sizeof known);
    pnd_status status =
        pnd_check_size(job->disparity.width, job->disparity.height, "disparity", err);
    if (status == PND_OK)
        status = check_stereo(stereo, err);
    if (status == PND_OK)
        status = check_options(&known, job->disparity, err);
    if (status != PND_OK)
        return status;
    if (job->stride % sample_size != 0 || job->stride / sample_size < (size_t)job->disparity.width)
        return pnd_fail(err, PND_EINVAL, "a stride of %zu bytes for %d samples of %zu bytes",
                        job->stride, job->disparity.width, sample_size);
    if (backend->ops->depth_from_disparity == NULL)
        return pnd_backend_lacks(backend, "depth_from_disparity", err);
    make_rule(&job->rule, stereo, &known);
    job->mask = known.mask;
    status = backend->ops->depth_from_disparity(backend->impl, job, &tally, err);
    if (status == PND_OK && counts != NULL)
        *counts = tally;
    return status;
}

pnd_status pnd_depth_from_disparity(float *depth_m, size_t stride, pnd_depth_counts *counts,
                                    pnd_backend *backend, pnd_view_u16 disparity, pnd_stereo stereo,
                                    const pnd_depth_options *options, pnd_error *err)
{
    pnd_depth_job job = {.disparity = disparity, .f32 = depth_m, .stride = stride};
    return run(&job, sizeof *depth_m, counts, backend, stereo, options, err);
}

pnd_status pnd_depth_u16_from_disparity(uint16_t *samples, size_t stride, pnd_depth_counts *counts,
                                        pnd_backend *backend, pnd_view_u16 disparity,
                                        pnd_stereo stereo, const pnd_depth_options *options,
                                        pnd_error *err)
{
    pnd_depth_job job = {.disparity = disparity, .u16 = samples, .stride = stride};
    return run(&job, sizeof *samples, counts, backend, stereo, options, err);
}
