/* SPDX-License-Identifier: Apache-2.0 */
/* Scoring small arrays of metres in one line. */
#ifndef PND_DEPTH_TEST_H
#define PND_DEPTH_TEST_H

#include "pnd_test.h"

#include <panodepth/depth_metrics.h>

static const pnd_view_u8 no_mask = {0};

static inline pnd_depth_samples doubles(const double *data, int32_t width, int32_t height)
{
    return pnd_depth_samples_f64(
        (pnd_view_f64){data, width, height, (size_t)width * sizeof(double)}, NULL);
}

static inline pnd_depth_protocol protocol_named(const char *name)
{
    const pnd_depth_protocol *protocol = pnd_depth_protocol_find(name);
    assert_non_null(protocol);
    return *protocol;
}

static inline pnd_depth_image score_with(const pnd_depth_protocol *protocol, const double *gt,
                                         const double *pred, int32_t width, int32_t height,
                                         pnd_view_u8 mask)
{
    pnd_error err = {0};
    pnd_depth_scorer *scorer = NULL;
    pnd_depth_image image;
    const pnd_depth_samples g = doubles(gt, width, height), p = doubles(pred, width, height);
    pnd_assert_ok(pnd_depth_scorer_create(&scorer, protocol, &err));
    pnd_assert_ok(pnd_depth_score(&image, scorer, &g, &p, mask, &err));
    pnd_depth_scorer_free(scorer);
    return image;
}

static inline pnd_depth_image score(const char *name, const double *gt, const double *pred,
                                    int32_t width, int32_t height)
{
    const pnd_depth_protocol protocol = protocol_named(name);
    return score_with(&protocol, gt, pred, width, height, no_mask);
}

static inline pnd_depth_metrics metrics(const char *name, const double *gt, const double *pred,
                                        int32_t width, int32_t height)
{
    const pnd_depth_image image = score(name, gt, pred, width, height);
    return pnd_depth_metrics_from_stats(&image.stats);
}

#endif
