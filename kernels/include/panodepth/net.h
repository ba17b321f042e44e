/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file panodepth/net.h
 * The Panoptic-DepthLab network: photographs in, panoptic maps, depth maps and fused segments out.
 *
 *     ResNet-52 (res5 dilated 2, 4, 8) -> for each of the semantic, instance and depth branches:
 *     ASPP (1x1, 3x3 at 6, 12, 18, pooled) -> decoder with res3 -> decoder with res2 -> heads
 *
 * after Cheng et al., Panoptic-DeepLab (CVPR 2020), in detectron2's form, with the depth branch of
 * Panoptic-DepthLab. Which variant a network is (plain or depthwise-separable convolutions, with or
 * without a depth head, its widths and classes) follows from the names and shapes of its tensors,
 * which are detectron2's. Opening folds every batch norm into its convolution in double precision,
 * plans one arena for all activations, and leaves nothing to allocate while images run.
 *
 *     pnd_net_open -> { fill pnd_net_input -> pnd_net_run -> read pnd_net_result } ... -> free
 *
 * A network has `slots` independent sets of input and result memory, so that one thread may decode
 * into a slot, and another encode from one, while a third is computed.
 */
#ifndef PANODEPTH_NET_H
#define PANODEPTH_NET_H

#include <panodepth/backend.h>
#include <panodepth/fuse.h>
#include <panodepth/postprocess.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One float32 tensor of a weight file. Borrowed, and only needed while pnd_net_open() runs. */
typedef struct pnd_net_tensor {
    const char *name; /**< detectron2's, as in "backbone.res2.0.conv1.norm.weight" */
    int32_t rank;     /**< 0 to 4 */
    int64_t shape[4]; /**< convolutions are [out, in / groups, rows, columns] */
    const void *data; /**< row-major, host byte order, any alignment */
} pnd_net_tensor;

typedef enum pnd_precision {
    PND_PRECISION_F32 = 0,  /**< float32 throughout */
    PND_PRECISION_BF16 = 1, /**< products of bfloat16, sums in float32 */
    PND_PRECISION_F16 = 2,  /**< products of half, sums in float32: CUDA only */
    /** Maps in float32, and 16 bits of every factor of a convolution: two bfloat16 each, three
     * products, sums in float32. Within 1e-4 of a map's largest value; CPUs with AMX only. PyTorch
     * calls it the float32 matmul precision "high". */
    PND_PRECISION_BF16X3 = 3
} pnd_precision;

/** "f32", "bf16", "f16" ("fp16") or "bf16x3"; false and *precision untouched otherwise. */
PND_API PND_NODISCARD bool pnd_precision_parse(pnd_precision *precision, const char *text);
PND_API const char *pnd_precision_name(pnd_precision precision);

/** What a depth head's predictor holds. */
typedef enum pnd_depth_head {
    PND_DEPTH_AUTO = 0, /**< one channel: metres; 2K channels: DORN_AUTHOR */
    PND_DEPTH_NONE = 1, /**< leave a depth head out, if there is one */
    PND_DEPTH_METRES = 2,
    /** K "deeper" logits, then K "not deeper": depth = (80^(l/K) + 80^((l+1)/K)) / 2 - 1 metres
     * with l the number of k whose deeper logit is the larger, strictly. */
    PND_DEPTH_DORN_AUTHOR = 3,
    /** K pairs (not deeper, deeper) as in Fu et al. (CVPR 2018), l counting ties; the same depths.
     */
    PND_DEPTH_DORN_PUBLISHED = 4
} pnd_depth_head;

enum { PND_NET_MAX_BATCH = 64, PND_NET_MAX_SLOTS = 16, PND_NET_MIN_SIDE = 64 };

/** Growable options; zero means the default. Set struct_size = sizeof(pnd_net_options). */
typedef struct pnd_net_options {
    size_t struct_size;
    int32_t width, height; /**< of every image, required: PND_NET_MIN_SIDE to PND_MAX_SIDE */
    int32_t batch;         /**< images a slot holds; 0: 1 */
    int32_t slots;         /**< 0: 1 */
    pnd_precision precision;
    /** ASPP pooling window at stride 16, rows and columns, at stride 1; both 0: the whole map. The
     * detectron2 checkpoints were trained with 32 x 64 (half their training crop / 8). */
    int32_t pool_height, pool_width;
    float mean[3], std[3]; /**< of R, G, B in 0..255; std all 0: ImageNet's */
    pnd_depth_head depth_head;
    bool keep_heads; /**< copy the raw stride-4 maps into the results */
    bool heads_only; /**< no post-processing: results hold heads and nothing else */
    bool profile;    /**< time each operation (on CUDA this gives up the graph launch) */
    const pnd_postprocess_options *post; /**< NULL: defaults. Copied. */
    const pnd_fuse_options *fuse;        /**< NULL: defaults. Copied. */
} pnd_net_options;

typedef struct pnd_net pnd_net;

/**
 * Open a network on a backend, which it borrows and which must outlive it.
 * @retval PND_EINVAL       an unusable option; a pooling window larger than the stride-16 map
 * @retval PND_EFORMAT      a tensor is missing, unknown, or of the wrong shape: the message names
 *                          the first ones, what was found and what was expected
 * @retval PND_EUNSUPPORTED this backend has no network, or not in that precision; says why
 * @retval PND_ENOMEM  @retval PND_EDEVICE
 * `*out` is NULL on failure; release with pnd_net_free().
 */
PND_API PND_NODISCARD pnd_status pnd_net_open(pnd_net **out, pnd_backend *backend,
                                              const pnd_net_tensor *tensors, size_t n_tensors,
                                              const pnd_net_options *options, pnd_error *err);
PND_API void pnd_net_free(pnd_net *net); /**< NULL is fine */

/** What was opened. Borrowed strings are static or the network's. */
typedef struct pnd_net_info {
    const char *variant;           /**< "r52" or "r52_ds" */
    pnd_depth_head depth_head;     /**< never AUTO */
    int32_t classes;               /**< semantic classes */
    int32_t depth_channels;        /**< of the raw depth map: 0, 1 or 2K */
    int32_t map_width, map_height; /**< of the raw head maps */
    int32_t n_ops;
    int64_t flops;                     /**< 2 x multiply-adds of one image */
    int64_t parameters;                /**< learnable ones */
    int64_t weight_bytes, arena_bytes; /**< held by the backend for this network */
} pnd_net_info;

PND_API pnd_net_info pnd_net_get_info(const pnd_net *net);

/** Where image i of a slot goes: height x width x 3 bytes, R G B, rows without padding. Writable
 * until the slot is submitted, and again once it has been waited for. NULL out of range. */
PND_API uint8_t *pnd_net_input(pnd_net *net, int32_t slot, int32_t i);

/** Results of one image. Borrowed from its slot until that is submitted again. */
typedef struct pnd_net_result {
    pnd_heads heads;        /**< with keep_heads or heads_only; depth is in metres here */
    const float *raw_depth; /**< [depth_channels][map_height][map_width]: the predictor's output */
    pnd_postprocess_result post; /**< zero with heads_only */
    pnd_segment_depths depths;   /**< by ascending id = panoptic value + 1; empty without depth */
} pnd_net_result;

/**
 * Start the first n images of a slot. A backend may return before the work is done; on ref and cpu
 * the work is done here. On CUDA fewer images than the batch take as long as the batch.
 * @retval PND_EINVAL   slot or n out of range, or a slot that was not waited for
 * @retval PND_EDEVICE  @retval PND_ENOMEM
 */
PND_API PND_NODISCARD pnd_status pnd_net_submit(pnd_net *net, int32_t slot, int32_t n,
                                                pnd_error *err);

/** Wait for a submitted slot; its results are then complete. @retval PND_EINVAL not submitted
 * @retval PND_EDEVICE @retval PND_ENOMEM; the results are then unusable and the slot is free. */
PND_API PND_NODISCARD pnd_status pnd_net_wait(pnd_net *net, int32_t slot, pnd_error *err);

/** Submit and wait. */
PND_API PND_NODISCARD pnd_status pnd_net_run(pnd_net *net, int32_t slot, int32_t n, pnd_error *err);

/** Result of image i of a slot that was waited for. NULL out of range. */
PND_API const pnd_net_result *pnd_net_get_result(const pnd_net *net, int32_t slot, int32_t i);

/** One row of the profile. */
typedef struct pnd_net_profile_row {
    const char *name; /**< the convolution's tensor name without ".weight", or what the step does */
    /** "conv", "dwconv", "resize", ..., "post"; on CUDA "conv cudnn", "conv cublaslt" or "conv
     * own", after what computes it. */
    const char *kind;
    double ms;    /**< per image, mean over the runs so far */
    double gflop; /**< per image */
} pnd_net_profile_row;

/** Rows in order of execution, the post-processing last. Empty without options.profile. Borrowed
 * until the next run. Call it only when no slot is submitted. */
PND_API const pnd_net_profile_row *pnd_net_profile(pnd_net *net, size_t *n_rows);

#ifdef __cplusplus
}
#endif

#endif
