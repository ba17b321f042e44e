/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CUDA executor behind the public calls, on a pretended GPU (emulated/emulation.h): slots,
 * batches, graphs, heads, post-processing, profile, and every failure of the runtime in turn.
 * Expected values are those of the ref backend.
 */
#include "emulated/emulation.h"
#include "hashed_net.h"

#include <panodepth/net.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 96, HEIGHT = 64, BATCH = 2, SLOTS = 2, CHANNELS = 3 };
enum { PHOTOGRAPH = CHANNELS * WIDTH * HEIGHT };

static int failures;

static void check(bool ok, const char *what)
{
    if (!ok) {
        (void)printf("FAILED: %s\n", what);
        failures++;
    }
}

static void die(const pnd_error *err)
{
    (void)fprintf(stderr, "%s\n", err->message);
    exit(1);
}

static pnd_backend *open_backend(pnd_backend_kind kind)
{
    pnd_backend *backend = NULL;
    pnd_error err = {0};
    const pnd_backend_options options = {.struct_size = sizeof options, .kind = kind};
    if (pnd_backend_create(&backend, &options, &err) != PND_OK)
        die(&err);
    return backend;
}

/* Fine pictures, all different: index is slot * BATCH + image. */
static void draw(uint8_t *rgb, int index)
{
    hashed_image(rgb, WIDTH, HEIGHT);
    for (int i = 0; i < PHOTOGRAPH; i++)
        rgb[i] = (uint8_t)(rgb[(i * (index + 3)) % PHOTOGRAPH] + 40 * index);
}

static pnd_net_options options_of(bool keep_heads)
{
    return (pnd_net_options){.struct_size = sizeof(pnd_net_options),
                             .width = WIDTH,
                             .height = HEIGHT,
                             .batch = BATCH,
                             .slots = SLOTS,
                             .pool_height = 2,
                             .pool_width = 3,
                             .keep_heads = keep_heads};
}

static pnd_net *open_net(pnd_backend *backend, const hashed_net *weights,
                         const pnd_net_options *options)
{
    pnd_net *net = NULL;
    pnd_error err = {0};
    if (pnd_net_open(&net, backend, weights->tensors, weights->n, options, &err) != PND_OK)
        die(&err);
    return net;
}

static bool near(const float *a, const float *b, size_t n)
{
    float largest = 0.0f, error = 0.0f;
    for (size_t i = 0; i < n; i++) {
        largest = fmaxf(largest, fabsf(b[i]));
        error = fabsf(a[i] - b[i]) <= error ? error : fabsf(a[i] - b[i]);
    }
    return error <= 1e-4f * largest;
}

static bool same_heads(const pnd_net_result *a, const pnd_net_result *b, int32_t depth_channels)
{
    const size_t n = (size_t)a->heads.width * (size_t)a->heads.height;
    return a->heads.classes == b->heads.classes && a->heads.width == b->heads.width &&
           a->heads.height == b->heads.height &&
           near(a->heads.sem, b->heads.sem, n * (size_t)a->heads.classes) &&
           near(a->heads.center, b->heads.center, n) &&
           near(a->heads.offset, b->heads.offset, 2 * n) &&
           near(a->heads.depth, b->heads.depth, n) &&
           near(a->raw_depth, b->raw_depth, n * (size_t)depth_channels);
}

/* Maps and segments follow from the heads, to the bit. */
static bool same_post(const pnd_net_result *r, pnd_backend *ref)
{
    const size_t n = (size_t)WIDTH * HEIGHT;
    pnd_postprocess_result expected = {0};
    pnd_error err = {0};
    if (pnd_postprocess(&expected, ref, &r->heads, WIDTH, HEIGHT, NULL, &err) != PND_OK)
        die(&err);
    bool same = r->post.width == WIDTH && r->post.height == HEIGHT &&
                r->post.n_segments == expected.n_segments &&
                r->post.n_centers == expected.n_centers && r->depths.n == expected.n_segments &&
                memcmp(r->post.panoptic, expected.panoptic, n * sizeof *expected.panoptic) == 0 &&
                memcmp(r->post.sem, expected.sem, n) == 0 &&
                memcmp(r->post.depth, expected.depth, n * sizeof *expected.depth) == 0;
    for (size_t i = 0; same && i < expected.n_segments; i++)
        same = r->post.segments[i].panoptic == expected.segments[i].panoptic &&
               r->depths.segments[i].id == (uint32_t)expected.segments[i].panoptic + 1 &&
               r->depths.segments[i].area_px == expected.segments[i].area_px;
    pnd_postprocess_result_clear(&expected);
    return same;
}

/* All slots in flight at once, several times; the last time one image less. */
static void test_slots(const hashed_net *weights, int32_t depth_channels, bool profile)
{
    pnd_backend *emulated = open_backend(PND_BACKEND_CUDA), *ref = open_backend(PND_BACKEND_REF);
    pnd_net_options options = options_of(true);
    pnd_net *expected = open_net(ref, weights, &options);
    options.profile = profile;
    pnd_net *net = open_net(emulated, weights, &options);
    pnd_error err = {0};
    size_t n_rows = 0;
    for (int round = 0; round < 2; round++) {
        const int32_t n = BATCH - round;
        for (int32_t slot = SLOTS - 1; slot >= 0; slot--) {
            for (int32_t i = 0; i < BATCH; i++) {
                const int index = slot * BATCH + i + round;
                draw(pnd_net_input(net, slot, i), index);
                draw(pnd_net_input(expected, slot, i), index);
            }
            if (pnd_net_submit(net, slot, n, &err) != PND_OK ||
                pnd_net_run(expected, slot, n, &err) != PND_OK)
                die(&err);
        }
        for (int32_t slot = 0; slot < SLOTS; slot++) {
            if (pnd_net_wait(net, slot, &err) != PND_OK)
                die(&err);
            for (int32_t i = 0; i < n; i++) {
                const pnd_net_result *a = pnd_net_get_result(net, slot, i);
                const pnd_net_result *b = pnd_net_get_result(expected, slot, i);
                check(same_heads(a, b, depth_channels), "heads are those of ref");
                check(same_post(a, ref), "maps and segments are those of the heads");
            }
        }
    }
    const pnd_net_profile_row *rows = pnd_net_profile(net, &n_rows);
    check(!profile || (n_rows > 60 && rows[3].ms > 0.0 && strcmp(rows[1].kind, "conv own") == 0 &&
                       strcmp(rows[2].kind, "conv cudnn") == 0),
          "there is a profile");
    pnd_net_free(net);
    pnd_net_free(expected);
    pnd_backend_free(emulated);
    pnd_backend_free(ref);
    check(emulation_live() == 0, "all of the device is given back");
}

static void test_heads_only(const hashed_net *weights)
{
    pnd_backend *emulated = open_backend(PND_BACKEND_CUDA);
    pnd_net_options options = options_of(false);
    pnd_error err = {0};
    options.heads_only = true;
    options.precision = PND_PRECISION_F16;
    pnd_net *net = open_net(emulated, weights, &options);
    draw(pnd_net_input(net, 1, 0), 1);
    if (pnd_net_run(net, 1, 1, &err) != PND_OK)
        die(&err);
    const pnd_net_result *r = pnd_net_get_result(net, 1, 0);
    check(r->heads.sem != NULL && isfinite(r->heads.sem[7]), "heads alone");
    check(r->post.panoptic == NULL && r->depths.n == 0, "and nothing else");
    pnd_net_free(net);
    pnd_backend_free(emulated);
}

/* Open, run and close with the n-th call failing: a status and a message, and nothing left over.
 * False when the n-th call was never reached. */
static bool survives(pnd_backend *backend, const hashed_net *weights, long n)
{
    const pnd_net_options options = options_of(true);
    pnd_net *net = NULL;
    pnd_error err = {0};
    emulation_fail_at(n);
    pnd_status status = pnd_net_open(&net, backend, weights->tensors, weights->n, &options, &err);
    check(status == PND_OK || net == NULL, "no network when opening fails");
    if (status == PND_OK)
        status = pnd_net_run(net, 0, 1, &err);
    const bool failed = emulation_failed();
    emulation_fail_at(0);
    /* A library without a plan is not an error: another way is found. */
    check(status == PND_OK || (failed && err.message[0] != '\0'), "a failure has a message");
    pnd_net_free(net);
    check(emulation_live() == 0, "nothing is left over");
    return failed;
}

static void test_failures(const hashed_net *weights)
{
    pnd_backend *backend = open_backend(PND_BACKEND_CUDA);
    long n = 1;
    while (failures == 0 && survives(backend, weights, n))
        n += n < 16 ? 1 : 53;
    (void)printf("%ld calls that can fail\n", n);
    pnd_backend_free(backend);
}

int main(void)
{
    static const hashed_config plain = {.depth_channels = 1, .divisor = 16};
    static const hashed_config separable = {
        .separable = true, .plain_depth_head = true, .depth_channels = 12, .divisor = 16};
    hashed_net weights = {0};
    hashed_net_make(&weights, &plain);
    test_slots(&weights, 1, false);
    test_slots(&weights, 1, true);
    test_heads_only(&weights);
    test_failures(&weights);
    hashed_net_clear(&weights);
    hashed_net_make(&weights, &separable);
    test_slots(&weights, 12, false);
    hashed_net_clear(&weights);
    (void)printf("%s\n", failures == 0 ? "OK" : "FAILED");
    return failures == 0 ? 0 : 1;
}
