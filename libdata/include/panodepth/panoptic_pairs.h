/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file panodepth/panoptic_pairs.h
 * Panoptic images that hold a class and an instance number in every pixel, without a JSON.
 *
 * A decoded pixel is a pair, class * 65536 + instance. Instance 0 means none: a stuff region, or a
 * group of things; instances count from 1. PND_PAIR_VOID is no class at all.
 *
 *     PND_PAIRS_TWO_CHANNEL    8-bit RGB: R class, G instance, B unused      (deeplab2, 2 channels)
 *     PND_PAIRS_THREE_CHANNEL  8-bit RGB: R class, G instance / 256, B instance % 256 (KITTI-STEP)
 *     PND_PAIRS_INSTANCE_IDS   16-bit grey: class, or class * 1000 + (instance - 1)   (Cityscapes)
 *     PND_PAIRS_DIVISOR        16-bit grey: class * divisor + instance
 *
 * Nothing is cut off to fit: a number that a form cannot hold is an error. Thread-safe.
 */
#ifndef PANODEPTH_PANOPTIC_PAIRS_H
#define PANODEPTH_PANOPTIC_PAIRS_H

#include <panodepth/buffer.h>
#include <panodepth/image.h>
#include <panodepth/png.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum pnd_pairs_form {
    PND_PAIRS_TWO_CHANNEL,
    PND_PAIRS_THREE_CHANNEL,
    PND_PAIRS_INSTANCE_IDS,
    PND_PAIRS_DIVISOR
} pnd_pairs_form;

/** How classes and instances become samples. */
typedef struct pnd_pairs_layout {
    pnd_pairs_form form;
    int32_t divisor;    /**< PND_PAIRS_DIVISOR: 2 to 65535; else ignored */
    int32_t void_class; /**< 0 to 255: the class of void pixels, whatever their instance */
} pnd_pairs_layout;

#define PND_PAIR_VOID UINT32_MAX

static inline uint32_t pnd_pair(uint32_t class_id, uint32_t instance)
{
    return class_id << 16 | instance;
}

static inline uint32_t pnd_pair_class(uint32_t pair)
{
    return pair >> 16;
}

static inline uint32_t pnd_pair_instance(uint32_t pair)
{
    return pair & 0xffff;
}

/**
 * Decode a PNG into a plane of pairs, which is resized. A two-channel image must have an empty
 * third channel: a three-channel one read as two would lose instances without a word. `options` and
 * `notes` are those of png.h and may be NULL.
 * @retval PND_EINVAL a layout out of range  @retval PND_EFORMAT (the third channel too)
 * @retval PND_EUNSUPPORTED another kind of PNG  @retval PND_ELIMIT  @retval PND_ENOMEM
 */
PND_API PND_NODISCARD pnd_status pnd_pairs_decode(pnd_plane_u32 *out, pnd_pairs_layout layout,
                                                  const void *bytes, size_t size, const char *name,
                                                  const pnd_png_options *options,
                                                  pnd_png_notes *notes, pnd_error *err);

/**
 * Encode pairs as a PNG; `out` is reset first. `name` begins every message.
 * @retval PND_ELIMIT  a class or instance that the form cannot hold; the message says which, where
 * and what it can  @retval PND_EINVAL  @retval PND_ENOMEM
 */
PND_API PND_NODISCARD pnd_status pnd_pairs_encode(pnd_buffer *out, pnd_pairs_layout layout,
                                                  pnd_view_u32 pairs, const char *name,
                                                  pnd_error *err);

#ifdef __cplusplus
}
#endif

#endif
