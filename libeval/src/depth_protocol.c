/* SPDX-License-Identifier: Apache-2.0 */
#include <panodepth/depth_protocol.h>

#include <math.h>
#include <string.h>

#define WHOLE_IMAGE                                                                                \
    {                                                                                              \
        .top = 0, .bottom = 1, .left = 0, .right = 1                                               \
    }
/* ManyDepth's evaluate_depth.py keeps rows 256..767 and columns 192..1855 of a 1024-row frame. */
#define MANYDEPTH_CROP                                                                             \
    {                                                                                              \
        .top = 256.0 / 1024, .bottom = 768.0 / 1024, .left = 192.0 / 2048, .right = 1856.0 / 2048  \
    }
#define FAR ((double)INFINITY)

static const pnd_depth_protocol protocols[] = {
    {.name = "paper-eq",
     .summary = "both depths capped at 80 m and compared by the paper's equations",
     .source = "Panoptic-DepthLab paper, equations 2 to 6",
     .cap_m = 80,
     .cap_rule = PND_DEPTH_CAP_INCLUDE,
     .crop = WHOLE_IMAGE,
     .pred_max_m = 80},
    {.name = "paper-repo",
     .summary = "what produced the paper's Tables 2 and 3: whole metres, rse and rae",
     .source = "KenYu910645/detectron2 panoptic_evaluation.py",
     .cap_m = 80,
     .cap_rule = PND_DEPTH_CAP_INCLUDE,
     .crop = WHOLE_IMAGE,
     .border = {.left_columns = 90, .bottom_rows = 180, .max_m = 40},
     .pred_max_m = FAR,
     .storage = PND_DEPTH_STORE_METRES,
     .headline = PND_DEPTH_HEADLINE_REPO},
    {.name = "kitti",
     .summary = "no cap; gaps of the prediction filled",
     .source = "KITTI depth devkit",
     .cap_m = FAR,
     .cap_rule = PND_DEPTH_CAP_NONE,
     .crop = WHOLE_IMAGE,
     .pred_max_m = FAR,
     .bad_rule = PND_DEPTH_BAD_FILL},
    {.name = "eigen80",
     .summary = "ground truth from 80 m on left out, prediction clamped",
     .source = "the common evaluation after Eigen et al. 2014",
     .min_m = 1e-3,
     .cap_m = 80,
     .cap_rule = PND_DEPTH_CAP_EXCLUDE,
     .crop = WHOLE_IMAGE,
     .pred_min_m = 1e-3,
     .pred_max_m = 80},
    {.name = "manydepth-raw",
     .summary = "eigen80 on the middle of the image",
     .source = "ManyDepth evaluate_depth.py without median scaling",
     .min_m = 1e-3,
     .cap_m = 80,
     .cap_rule = PND_DEPTH_CAP_EXCLUDE,
     .crop = MANYDEPTH_CROP,
     .pred_min_m = 1e-3,
     .pred_max_m = 80},
    {.name = "manydepth",
     .summary = "eigen80 on the middle of the image, median scaling",
     .source = "ManyDepth evaluate_depth.py",
     .min_m = 1e-3,
     .cap_m = 80,
     .cap_rule = PND_DEPTH_CAP_EXCLUDE,
     .crop = MANYDEPTH_CROP,
     .pred_min_m = 1e-3,
     .pred_max_m = 80,
     .scaling = PND_DEPTH_SCALE_MEDIAN},
    {.name = "mgnet",
     .summary = "eigen80 in single precision",
     .source = "MGNet depth_evaluation.py",
     .min_m = 1e-3,
     .cap_m = 80,
     .cap_rule = PND_DEPTH_CAP_EXCLUDE,
     .crop = WHOLE_IMAGE,
     .pred_min_m = 1e-3,
     .pred_max_m = 80,
     .storage = PND_DEPTH_STORE_FLOAT},
    {.name = "mgnet-median",
     .summary = "eigen80 in single precision, median scaling",
     .source = "MGNet depth_evaluation.py with USE_DGC_SCALING off",
     .min_m = 1e-3,
     .cap_m = 80,
     .cap_rule = PND_DEPTH_CAP_EXCLUDE,
     .crop = WHOLE_IMAGE,
     .pred_min_m = 1e-3,
     .pred_max_m = 80,
     .scaling = PND_DEPTH_SCALE_MEDIAN,
     .storage = PND_DEPTH_STORE_FLOAT},
    {.name = "dvps",
     .summary = "1/256 m, mean over sequences",
     .source = "ViP-DeepLab and PanopticDepth eval_dvpq.py, its absolute relative error",
     .cap_m = 80,
     .cap_rule = PND_DEPTH_CAP_INCLUDE,
     .crop = WHOLE_IMAGE,
     .pred_max_m = FAR,
     .bad_rule = PND_DEPTH_BAD_ZERO,
     .storage = PND_DEPTH_STORE_M256,
     .averaging = PND_DEPTH_AVERAGE_SEQUENCES},
    {.name = "deeplab2",
     .summary = "no cap, single precision",
     .source = "deeplab2 depth_metrics.py",
     .cap_m = FAR,
     .cap_rule = PND_DEPTH_CAP_NONE,
     .crop = WHOLE_IMAGE,
     .pred_max_m = FAR,
     .bad_rule = PND_DEPTH_BAD_ZERO,
     .storage = PND_DEPTH_STORE_FLOAT},
};

const pnd_depth_protocol *pnd_depth_protocols(size_t *n)
{
    *n = sizeof protocols / sizeof protocols[0];
    return protocols;
}

const pnd_depth_protocol *pnd_depth_protocol_find(const char *name)
{
    for (size_t i = 0; i < sizeof protocols / sizeof protocols[0]; i++)
        if (strcmp(protocols[i].name, name) == 0)
            return &protocols[i];
    return NULL;
}

pnd_status pnd_depth_protocol_check(const pnd_depth_protocol *protocol, pnd_error *err)
{
    const pnd_depth_crop crop = protocol->crop;
    if (!(crop.top >= 0 && crop.top < crop.bottom && crop.bottom <= 1 && crop.left >= 0 &&
          crop.left < crop.right && crop.right <= 1))
        return pnd_fail(err, PND_EINVAL, "protocol %s: the crop is empty or leaves the image",
                        protocol->name);
    if (!(protocol->min_m >= 0 && protocol->min_m < protocol->cap_m && protocol->pred_min_m >= 0 &&
          protocol->pred_min_m <= protocol->pred_max_m))
        return pnd_fail(err, PND_EINVAL, "protocol %s: an empty depth range", protocol->name);
    if (protocol->scaling == PND_DEPTH_SCALE_SHIFT && !(protocol->pred_max_m < FAR))
        return pnd_fail_hint(err, PND_EINVAL, "clamp predictions, as in --clip 0.001,80",
                             "protocol %s: scaling with a shift needs a largest prediction",
                             protocol->name);
    return PND_OK;
}

bool pnd_depth_protocol_has_cap(const pnd_depth_protocol *protocol)
{
    return protocol->cap_rule != PND_DEPTH_CAP_NONE;
}

pnd_status pnd_depth_protocol_set_cap(pnd_depth_protocol *protocol, double cap_m, pnd_error *err)
{
    if (!pnd_depth_protocol_has_cap(protocol))
        return pnd_fail(err, PND_EINVAL, "protocol %s has no cap distance to change",
                        protocol->name);
    if (!(cap_m > protocol->min_m && cap_m < FAR))
        return pnd_fail(err, PND_EINVAL, "a cap of %g m leaves nothing to score (depths > %g m)",
                        cap_m, protocol->min_m);
    const double before = protocol->cap_m;
    protocol->cap_m = cap_m;
    if (!(protocol->pred_max_m < before) && !(protocol->pred_max_m > before))
        protocol->pred_max_m = cap_m;
    return PND_OK;
}

pnd_status pnd_depth_protocol_set_clip(pnd_depth_protocol *protocol, double low_m, double high_m,
                                       pnd_error *err)
{
    if (!(low_m > 0 && low_m <= high_m && high_m < FAR))
        return pnd_fail(err, PND_EINVAL, "cannot clip depths to [%g, %g] m", low_m, high_m);
    const double low = fmax(low_m, protocol->pred_min_m);
    const double high = fmin(high_m, protocol->pred_max_m);
    if (low > high)
        return pnd_fail(err, PND_EINVAL, "[%g, %g] m is outside the range of protocol %s", low_m,
                        high_m, protocol->name);
    protocol->pred_min_m = low;
    protocol->pred_max_m = high;
    return PND_OK;
}
