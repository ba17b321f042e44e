/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_backend_ops cpu|cuda: every operator on odd shapes, padded rows and extreme values must give
 * the bits of ref. Prints one line per operator and shape; exits 1 on any difference and 77 when
 * the backend cannot run here.
 */
#include "backend_cases.h"

#include <panodepth/backend.h>
#include <panodepth/depth.h>
#include <panodepth/fuse.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int thread_counts[] = {1, 2, 7};

typedef struct rule_case {
    const char *name;
    pnd_stereo stereo;
    pnd_depth_options options; /* the mask is set where has_mask */
    bool has_mask, has_range, u16;
} rule_case;

/* 473.57484876 is 0.209313 m * 2262.52 px (depth.md A.2); Motorcycle: 994.978 px * 0.193001 m. */
static const rule_case rules[] = {
    {"plain", {473.57484876, 0}, {0}, false, false, false},
    {"plain 16 bit", {473.57484876, 0}, {0}, false, false, true},
    {"truncated", {503.86173336, 0}, {.truncate = true}, false, false, true},
    {"far", {503.86173336, 0}, {.zero_disparity = PND_ZERO_DISPARITY_FAR}, false, false, false},
    {"far 16 bit",
     {473.57484876, 0},
     {.zero_disparity = PND_ZERO_DISPARITY_FAR},
     true,
     false,
     true},
    {"cap 80", {473.57484876, 0}, {.cap_m = 80}, false, false, false},
    {"cap 80 clamped, far, NaN",
     {473.57484876, 0},
     {.cap_m = 80,
      .cap_mode = PND_CAP_CLAMP,
      .zero_disparity = PND_ZERO_DISPARITY_FAR,
      .nan_for_no_depth = true},
     true,
     false,
     false},
    {"cap 300 clamped 16 bit",
     {473.57484876, 0},
     {.cap_m = 300, .cap_mode = PND_CAP_CLAMP},
     false,
     false,
     true},
    {"doffs", {994.978 * 0.193001, 31.086}, {0}, true, false, false},
    {"negative doffs", {473.57484876, -2.5}, {.cap_m = 200}, true, false, true},
    {"range", {473.57484876, 0}, {0}, false, true, false},
    {"range, cap 80, 16 bit", {473.57484876, 0}, {.cap_m = 80}, true, true, true},
};

static const pnd_pinhole pinhole = {2262.52, 2265.3017905988554, 1096.98, 513.137};

typedef struct depth_result {
    void *bytes;
    size_t size;
    pnd_depth_counts counts;
} depth_result;

/* The padding is filled with a pattern and compared too: nobody may write there. */
static bool run_depth(depth_result *result, pnd_backend *backend, const case_image *image,
                      const rule_case *rule, size_t padding)
{
    const size_t sample = rule->u16 ? sizeof(uint16_t) : sizeof(float);
    const size_t stride = (size_t)image->disparity.width * sample + 2 * padding;
    pnd_depth_options options = rule->options;
    pnd_error err = {0};
    options.struct_size = sizeof options;
    if (rule->has_mask)
        options.mask = image->mask;
    if (rule->has_range)
        options.range = &pinhole;
    result->size = stride * (size_t)image->disparity.height;
    result->bytes = malloc(result->size);
    if (result->bytes == NULL)
        return false;
    memset(result->bytes, 0x5a, result->size);
    const pnd_status status =
        rule->u16 ? pnd_depth_u16_from_disparity(result->bytes, stride, &result->counts, backend,
                                                 image->disparity, rule->stereo, &options, &err)
                  : pnd_depth_from_disparity(result->bytes, stride, &result->counts, backend,
                                             image->disparity, rule->stereo, &options, &err);
    if (status != PND_OK)
        printf("%s: %s\n", rule->name, err.message);
    return status == PND_OK;
}

static bool same_counts(const pnd_depth_counts *a, const pnd_depth_counts *b, int64_t n_pixels)
{
    return a->invalid == b->invalid && a->infinite == b->infinite && a->finite == b->finite &&
           a->masked == b->masked && a->beyond_cap == b->beyond_cap &&
           a->saturated == b->saturated &&
           a->invalid + a->infinite + a->finite + a->masked == n_pixels;
}

static int compare_depth(pnd_backend *ref, pnd_backend *other, case_shape shape, case_fill fill,
                         const rule_case *rule)
{
    case_image image = {0};
    depth_result expected = {0}, actual = {0};
    int failures = 1;
    if (case_image_make(&image, shape, fill, 5) &&
        run_depth(&expected, ref, &image, rule, shape.padding) &&
        run_depth(&actual, other, &image, rule, shape.padding)) {
        const bool same_bytes = memcmp(expected.bytes, actual.bytes, expected.size) == 0;
        const bool same =
            same_counts(&expected.counts, &actual.counts, (int64_t)shape.width * shape.height);
        failures = !same_bytes + !same;
        if (failures > 0)
            printf("%s, %s, %" PRId32 "x%" PRId32 ": %s differ from ref\n", rule->name,
                   case_fill_name(fill), shape.width, shape.height,
                   same_bytes ? "counts" : "pixels");
    }
    free(expected.bytes);
    free(actual.bytes);
    case_image_clear(&image);
    return failures;
}

static int test_depth(pnd_backend *ref, pnd_backend *other, case_shape shape)
{
    int failures = 0;
    for (size_t r = 0; r < sizeof rules / sizeof *rules; r++)
        for (int fill = 0; fill < CASE_N_FILLS; fill++)
            failures += compare_depth(ref, other, shape, (case_fill)fill, &rules[r]);
    printf("depth_from_disparity(%" PRId32 "x%" PRId32 ", stride %zu): %s\n", shape.width,
           shape.height, 2 * (size_t)shape.width + shape.padding, failures == 0 ? "OK" : "FAILED");
    return failures;
}

/* Equal bits, NaN included. */
static bool same_segments(const pnd_segment_depths *a, const pnd_segment_depths *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++) {
        const pnd_segment_depth *s = &a->segments[i], *t = &b->segments[i];
        const double p[] = {s->coverage, s->mean, s->median, s->trimmed_mean, s->inverse_mean,
                            s->min,      s->max,  s->p10,    s->p90,          s->std};
        const double q[] = {t->coverage, t->mean, t->median, t->trimmed_mean, t->inverse_mean,
                            t->min,      t->max,  t->p10,    t->p90,          t->std};
        if (s->id != t->id || s->area_px != t->area_px || s->n_valid != t->n_valid ||
            memcmp(p, q, sizeof p) != 0)
            return false;
    }
    return true;
}

static int test_fuse(pnd_backend *ref, pnd_backend *other, case_shape shape)
{
    static const uint32_t id_counts[] = {1, 2, 60};
    static const double trims[] = {0.1, 0.45};
    pnd_segment_depths expected = {0}, actual = {0};
    int failures = 0;
    for (size_t i = 0; i < 6; i++) {
        const pnd_fuse_options options = {.struct_size = sizeof options, .trim = trims[i % 2]};
        case_image image = {0};
        pnd_error err = {0};
        if (!case_image_make(&image, shape, CASE_TYPICAL, id_counts[i / 2]) ||
            pnd_fuse_depth(&expected, ref, image.ids, image.depth_m, &options, &err) != PND_OK ||
            pnd_fuse_depth(&actual, other, image.ids, image.depth_m, &options, &err) != PND_OK) {
            printf("fuse_depth: %s\n", err.message);
            failures++;
        } else if (!same_segments(&expected, &actual)) {
            failures++;
        }
        case_image_clear(&image);
    }
    pnd_segment_depths_clear(&expected);
    pnd_segment_depths_clear(&actual);
    printf("fuse_depth(%" PRId32 "x%" PRId32 ", stride %zu): %s\n", shape.width, shape.height,
           4 * (size_t)shape.width + 2 * shape.padding, failures == 0 ? "OK" : "FAILED");
    return failures;
}

static int test_backend(pnd_backend *ref, pnd_backend *other)
{
    int failures = 0;
    printf("%s: %s\n", pnd_backend_name(other), pnd_backend_description(other));
    for (size_t i = 0; i < n_case_shapes; i++) {
        failures += test_depth(ref, other, case_shapes[i]);
        failures += test_fuse(ref, other, case_shapes[i]);
    }
    return failures;
}

static int test_kind(pnd_backend *ref, pnd_backend_kind kind, int threads)
{
    const pnd_backend_options options = {
        .struct_size = sizeof options, .kind = kind, .threads = threads};
    pnd_backend *other = NULL;
    pnd_error err = {0};
    const pnd_status status = pnd_backend_create(&other, &options, &err);
    if (status != PND_OK) {
        printf("SKIPPED: %s\n", err.message);
        return -1;
    }
    const int failures = test_backend(ref, other);
    pnd_backend_free(other);
    return failures;
}

int main(int argc, char **argv)
{
    const pnd_backend_options options = {.struct_size = sizeof options, .kind = PND_BACKEND_REF};
    const bool cuda = argc == 2 && strcmp(argv[1], "cuda") == 0;
    const size_t n_runs = cuda ? 1 : sizeof thread_counts / sizeof *thread_counts;
    pnd_backend *ref = NULL;
    int failures = 0;
    if (argc != 2 || (!cuda && strcmp(argv[1], "cpu") != 0)) {
        fprintf(stderr, "usage: test_backend_ops cpu|cuda\n");
        return 2;
    }
    if (pnd_backend_create(&ref, &options, NULL) != PND_OK)
        return 1;
    for (size_t i = 0; i < n_runs; i++) {
        const int n = test_kind(ref, cuda ? PND_BACKEND_CUDA : PND_BACKEND_CPU, thread_counts[i]);
        if (n < 0) {
            pnd_backend_free(ref);
            return 77;
        }
        failures += n;
    }
    pnd_backend_free(ref);
    printf("%d failures\n", failures);
    return failures == 0 ? 0 : 1;
}
