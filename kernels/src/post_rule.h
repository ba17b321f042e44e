/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The arithmetic of post-processing, shared by every backend and, like depth_rule.h, by host and
 * device.
 *
 * Everything is float32 in the order PyTorch computes it, from operations that IEEE 754 rounds
 * correctly, and is built without contraction: the same bits everywhere, finite or not. What is
 * summed is summed as integers.
 *
 * Segments are counted in slots: slot c < classes is the stuff of class c; slot classes + k is the
 * instance of centre k, from 1; slot classes is what thing pixels have when there is no centre.
 */
#ifndef PND_POST_RULE_H
#define PND_POST_RULE_H

#include "depth_rule.h" /* PND_HOST_DEVICE */

#include <panodepth/postprocess.h>

#include <string.h>

enum { PND_POST_SCALE = 4, PND_POST_MAX_NMS = 31 };

/* pnd_postprocess_options and the sizes, checked and flattened. */
typedef struct pnd_post_rule {
    int32_t width, height;         /* of the photograph */
    int32_t map_width, map_height; /* of the heads: a quarter, rounded up */
    int32_t stride;                /* 4, or 1: maps of the photograph's size, in ref alone */
    int32_t classes;
    uint32_t things; /* bit c: class c is a thing; no bit past the classes */
    float threshold;
    int32_t nms_radius;
    int32_t top_k;
    int64_t min_stuff_area; /* smaller stuff is void */
    int32_t label_divisor;
    bool one_instance, keep_top_k, scores;
} pnd_post_rule;

/* Sums over the pixels of one slot, in the types of CUDA's atomics, then what became of it. */
typedef struct pnd_post_tally {
    unsigned long long area_px, sum_x, sum_y;
    unsigned long long probability; /* units of 2^-32 */
    int32_t x0, y0, x1, y1;         /* first and last column and row */
    int32_t center_x, center_y;     /* -1 without */
    int32_t class_id;
    int32_t panoptic; /* PND_POST_VOID: no segment */
    float heat;       /* of a thing, at its centroid */
} pnd_post_tally;

static inline PND_HOST_DEVICE bool pnd_post_is_thing(const pnd_post_rule *rule, int32_t class_id)
{
    return (rule->things >> class_id & 1u) != 0;
}

/* Enlargement along one side: a sample of the photograph between two of the map. */
typedef struct pnd_post_tap {
    int32_t i0, i1;
    float w0, w1;
} pnd_post_tap;

static inline PND_HOST_DEVICE pnd_post_tap pnd_post_tap_of(int32_t at, int32_t map_size)
{
    const float s = ((float)at + 0.5f) / 4.0f - 0.5f;
    const float from = s > 0.0f ? s : 0.0f;
    pnd_post_tap tap;
    tap.i0 = (int32_t)from;
    tap.i1 = tap.i0 + 1 < map_size ? tap.i0 + 1 : map_size - 1;
    tap.w1 = from - (float)tap.i0;
    tap.w0 = 1.0f - tap.w1;
    return tap;
}

/* Between a and b, with the weights of a tap. */
static inline PND_HOST_DEVICE float pnd_post_mix(pnd_post_tap tap, float a, float b)
{
    return tap.w0 * a + tap.w1 * b;
}

/* One channel of a map at a pixel of the photograph. */
static inline PND_HOST_DEVICE float pnd_post_sample(const float *map, int32_t map_width,
                                                    pnd_post_tap y, pnd_post_tap x)
{
    const float *const upper = map + (size_t)y.i0 * (size_t)map_width;
    const float *const lower = map + (size_t)y.i1 * (size_t)map_width;
    return pnd_post_mix(y, pnd_post_mix(x, upper[x.i0], upper[x.i1]),
                        pnd_post_mix(x, lower[x.i0], lower[x.i1]));
}

/* Whether a heat can be a centre's: above the threshold and, as t is clamped, above 0. */
static inline PND_HOST_DEVICE bool pnd_post_is_hot(const pnd_post_rule *rule, float heat)
{
    return heat > rule->threshold && heat > 0.0f;
}

/* From the place (y, x) an offset points at to a centre. With the square root two distances may be
 * equal whose squares are not. */
static inline PND_HOST_DEVICE float pnd_post_distance(float center_y, float center_x, float y,
                                                      float x)
{
    const float dy = center_y - y, dx = center_x - x;
    return sqrtf(dy * dy + dx * dx);
}

/* e^x for x <= 0, to 2 units in the last place; 0 below -87 and for NaN. With n the whole number
 * nearest to x / ln 2 and r = x - n ln 2, it is 2^n times the Taylor polynomial of e^r, whose
 * remainder r^8 / 8! is below 6e-9. ln 2 is subtracted in two parts, the first of few bits. */
static inline PND_HOST_DEVICE float pnd_post_exp(float x)
{
    const float round = 12582912.0f; /* 1.5 * 2^23: adding it rounds to a whole number */
    const float safe = x > -87.0f ? x : 0.0f;
    const float n = (safe * 1.44269504f + round) - round;
    const float r = (safe - n * 0.693359375f) - n * -2.12194440e-4f;
    const int32_t bits = ((int32_t)n + 127) << 23;
    float p = 1.0f / 5040.0f, power;
    p = p * r + 1.0f / 720.0f;
    p = p * r + 1.0f / 120.0f;
    p = p * r + 1.0f / 24.0f;
    p = p * r + 1.0f / 6.0f;
    p = p * r + 0.5f;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
    memcpy(&power, &bits, sizeof power);
    return x > -87.0f ? p * power : 0.0f;
}

/* A probability in units of 2^-32, rounded to nearest; 0 for NaN. */
static inline PND_HOST_DEVICE unsigned long long pnd_post_probability_term(float p)
{
    const double place = 4503599627370496.0; /* 2^52: below it lie whole numbers, in the low bits */
    const double sum = (double)(p >= 0.0f ? p : 0.0f) * 4294967296.0 + place;
    unsigned long long bits;
    memcpy(&bits, &sum, sizeof bits);
    return bits & 0xfffffffffffffull;
}

/* The most frequent class of an instance, the smallest on ties; -1 when it has no pixel.
 * counts[c] of its pixels are of class c. */
static inline PND_HOST_DEVICE int32_t pnd_post_mode(const unsigned *counts, int32_t classes)
{
    unsigned most = 0;
    int32_t mode = -1;
    for (int32_t c = 0; c < classes; c++) {
        if (counts[c] > most) {
            most = counts[c];
            mode = c;
        }
    }
    return mode;
}

static inline PND_HOST_DEVICE pnd_post_tally pnd_post_empty_tally(const pnd_post_rule *rule)
{
    pnd_post_tally tally;
    memset(&tally, 0, sizeof tally);
    tally.x0 = rule->width;
    tally.y0 = rule->height;
    tally.x1 = tally.y1 = tally.center_x = tally.center_y = -1;
    tally.panoptic = PND_POST_VOID;
    return tally;
}

/* The value of a stuff class in the map. */
static inline PND_HOST_DEVICE int32_t pnd_post_stuff_value(const pnd_post_rule *rule,
                                                           int32_t class_id,
                                                           unsigned long long area_px)
{
    return area_px > 0 && (int64_t)area_px >= rule->min_stuff_area ? class_id * rule->label_divisor
                                                                   : (int32_t)PND_POST_VOID;
}

#endif
