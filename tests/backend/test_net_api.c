/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_net_api FOLDER BACKEND: the public calls of a network. FOLDER holds golden_slim8, whose
 * panoptic map and depth map come from PyTorch; the rest compares the network with itself: a batch
 * with single images, a slot with another, a second run with the first.
 */
#include "hashed_net.h"
#include "net_files.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SKIPPED = 77, WIDTH = 112, HEIGHT = 80 };

static int n_failed;
static pnd_backend *backend;

static void check(bool ok, const char *what)
{
    if (!ok) {
        (void)printf("FAILED: %s\n", what);
        n_failed++;
    }
}

static void must(pnd_status status, const pnd_error *err)
{
    if (status != PND_OK) {
        (void)fprintf(stderr, "%s\n", err->message);
        exit(1);
    }
}

/* ---- against PyTorch */

static bool same_panoptic(const pnd_postprocess_result *post, const net_file *io)
{
    const pnd_net_tensor *golden = net_file_find(io, "post.panoptic");
    return memcmp(post->panoptic, golden->data, net_file_count(golden) * sizeof(int32_t)) == 0;
}

/* The largest difference; the bound of test_net_golden. */
static bool near_depth(const pnd_postprocess_result *post, const net_file *io)
{
    const pnd_net_tensor *golden = net_file_find(io, "post.depth");
    float largest = 0.0f, error = 0.0f;
    for (size_t i = 0; i < net_file_count(golden); i++) {
        float expected;
        memcpy(&expected, (const char *)golden->data + i * sizeof expected, sizeof expected);
        const float e = fabsf(post->depth[i] - expected);
        largest = fmaxf(largest, fabsf(expected));
        error = e <= error ? error : e;
    }
    (void)printf("depth: largest %g, error %.2e of it\n", (double)largest,
                 (double)error / (double)largest);
    return error <= 1e-4f * largest;
}

static void test_golden(const char *folder)
{
    net_file weights, io;
    pnd_net *net = NULL;
    pnd_error err = {0};
    net_file_open(&weights, folder, "weights.safetensors");
    net_file_open(&io, folder, "io.safetensors");
    const pnd_net_tensor *image = net_file_find(&io, "image_hwc");
    const pnd_net_options options = {.struct_size = sizeof options,
                                     .height = (int32_t)image->shape[0],
                                     .width = (int32_t)image->shape[1],
                                     .pool_height = 2,
                                     .pool_width = 4};
    must(pnd_net_open(&net, backend, weights.tensors, weights.n, &options, &err), &err);
    memcpy(pnd_net_input(net, 0, 0), image->data, net_file_count(image));
    must(pnd_net_run(net, 0, 1, &err), &err);
    const pnd_net_result *r = pnd_net_get_result(net, 0, 0);
    check(same_panoptic(&r->post, &io), "the panoptic map is PyTorch's");
    check(near_depth(&r->post, &io), "the depth map is PyTorch's");
    check(r->post.n_centers == 42, "42 centres");
    check(r->depths.n == r->post.n_segments || r->depths.n == r->post.n_segments + 1,
          "a depth for every segment");
    pnd_net_free(net);
    net_file_close(&weights);
    net_file_close(&io);
}

/* ---- against itself */

static pnd_net *open_hashed(const hashed_config *config, int32_t batch, int32_t slots,
                            bool keep_heads)
{
    hashed_net tensors;
    pnd_net *net = NULL;
    pnd_error err = {0};
    hashed_net_make(&tensors, config);
    const pnd_net_options options = {.struct_size = sizeof options,
                                     .width = WIDTH,
                                     .height = HEIGHT,
                                     .batch = batch,
                                     .slots = slots,
                                     .keep_heads = keep_heads};
    must(pnd_net_open(&net, backend, tensors.tensors, tensors.n, &options, &err), &err);
    hashed_net_clear(&tensors); /* not needed once it is open */
    return net;
}

/* Picture k, of a few. */
static void draw(uint8_t *rgb, int k)
{
    hashed_image(rgb, WIDTH, HEIGHT);
    for (size_t i = 0; i < (size_t)WIDTH * HEIGHT * 3; i++)
        rgb[i] = (uint8_t)(rgb[i] + 77 * k);
}

static bool same_result(const pnd_net_result *a, const pnd_net_result *b)
{
    const size_t n = (size_t)WIDTH * HEIGHT;
    return memcmp(a->post.panoptic, b->post.panoptic, n * sizeof *a->post.panoptic) == 0 &&
           memcmp(a->post.depth, b->post.depth, n * sizeof *a->post.depth) == 0 &&
           a->post.n_segments == b->post.n_segments && a->depths.n == b->depths.n;
}

static void test_batch(void)
{
    const hashed_config config = {.divisor = 16, .depth_channels = 20, .separable = true};
    pnd_net *batched = open_hashed(&config, 3, 2, true), *single = open_hashed(&config, 1, 1, true);
    pnd_error err = {0};
    for (int i = 0; i < 3; i++)
        draw(pnd_net_input(batched, 1, i), i);
    must(pnd_net_submit(batched, 1, 3, &err), &err);
    check(pnd_net_submit(batched, 1, 3, &err) == PND_EINVAL, "a slot is submitted twice");
    check(pnd_net_get_result(batched, 1, 0) == NULL, "no result before wait");
    must(pnd_net_wait(batched, 1, &err), &err);
    for (int i = 0; i < 3; i++) {
        draw(pnd_net_input(single, 0, 0), i);
        must(pnd_net_run(single, 0, 1, &err), &err);
        check(same_result(pnd_net_get_result(batched, 1, i), pnd_net_get_result(single, 0, 0)),
              "a batch gives what single images give");
    }
    draw(pnd_net_input(batched, 0, 0), 2);
    must(pnd_net_run(batched, 0, 1, &err), &err);
    check(same_result(pnd_net_get_result(batched, 0, 0), pnd_net_get_result(batched, 1, 2)),
          "slots are alike, and the second run is like the first");
    check(pnd_net_get_result(batched, 0, 1) == NULL, "only what was submitted has a result");
    const pnd_net_result *r = pnd_net_get_result(batched, 0, 0);
    check(r->heads.classes == 19 && r->heads.width == 28 && r->heads.height == 20,
          "stride-4 heads");
    check(r->raw_depth != NULL && r->raw_depth != r->heads.depth, "raw DORN logits are kept");
    check(pnd_net_get_info(single).depth_channels == 20, "20 logits");
    pnd_net_free(batched);
    pnd_net_free(single);
}

static void test_without_depth(void)
{
    pnd_net *net = open_hashed(&(hashed_config){.divisor = 16}, 1, 1, false);
    pnd_error err = {0};
    draw(pnd_net_input(net, 0, 0), 0);
    must(pnd_net_run(net, 0, 1, &err), &err);
    const pnd_net_result *r = pnd_net_get_result(net, 0, 0);
    check(r->post.depth == NULL && r->depths.n == 0 && r->post.panoptic != NULL,
          "a base checkpoint gives a panoptic map and no depth");
    pnd_net_free(net);
}

/* ---- what is refused */

typedef struct refusal {
    const char *what;
    pnd_net_options options;
} refusal;

static void test_refusals(void)
{
    const pnd_net_options good = {
        .struct_size = sizeof good, .width = WIDTH, .height = HEIGHT, .batch = 1};
    refusal refusals[] = {
        {"no struct_size", good},    {"63 pixels", good},         {"too large a side", good},
        {"batch 65", good},          {"17 slots", good},          {"half a window", good},
        {"std of 0", good},          {"mean not a number", good}, {"window too large", good},
        {"unknown precision", good}, {"post option", good}};
    const pnd_postprocess_options even_window = {.struct_size = sizeof even_window, .nms = 4};
    refusals[0].options.struct_size = 0;
    refusals[1].options.height = 63;
    refusals[2].options.width = PND_MAX_SIDE + 1;
    refusals[3].options.batch = PND_NET_MAX_BATCH + 1;
    refusals[4].options.slots = PND_NET_MAX_SLOTS + 1;
    refusals[5].options.pool_height = 2;
    refusals[6].options.std[0] = 1.0f;
    refusals[7].options.std[0] = refusals[7].options.std[1] = refusals[7].options.std[2] = 1.0f;
    refusals[7].options.mean[1] = NAN;
    refusals[8].options.pool_height = refusals[8].options.pool_width = 9;
    refusals[9].options.precision = (pnd_precision)9;
    refusals[10].options.post = &even_window;
    hashed_net tensors;
    hashed_net_make(&tensors, &(hashed_config){.divisor = 16, .depth_channels = 1});
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        pnd_net *net = NULL;
        pnd_error err = {0};
        const pnd_status status =
            pnd_net_open(&net, backend, tensors.tensors, tensors.n, &refusals[i].options, &err);
        (void)printf("%s: %s\n", refusals[i].what, err.message);
        check((status == PND_EINVAL || status == PND_ELIMIT) && net == NULL &&
                  err.message[0] != '\0',
              refusals[i].what);
        pnd_net_free(net);
    }
    hashed_net_clear(&tensors);
}

static void test_misuse(void)
{
    pnd_net *net = open_hashed(&(hashed_config){.divisor = 16}, 2, 1, false);
    pnd_error err = {0};
    check(pnd_net_input(net, 1, 0) == NULL && pnd_net_input(net, 0, 2) == NULL &&
              pnd_net_input(net, -1, 0) == NULL,
          "inputs out of range");
    check(pnd_net_submit(net, 0, 3, &err) == PND_EINVAL, "more images than the batch");
    check(pnd_net_submit(net, 0, 0, &err) == PND_EINVAL, "no image");
    check(pnd_net_submit(net, 1, 1, &err) == PND_EINVAL, "no such slot");
    check(pnd_net_wait(net, 0, &err) == PND_EINVAL, "waiting for nothing");
    check(pnd_net_get_result(net, 0, 0) == NULL, "no result before the first run");
    pnd_net_free(net);
}

int main(int argc, char **argv)
{
    pnd_backend_options options = {.struct_size = sizeof options};
    pnd_error err = {0};
    if (argc != 3 || pnd_backend_options_parse(&options, argv[2], &err) != PND_OK) {
        (void)fprintf(stderr, "usage: test_net_api FOLDER ref|cpu|cuda\n");
        return 2;
    }
    if (pnd_backend_create(&backend, &options, &err) != PND_OK) {
        (void)printf("SKIPPED: %s\n", err.message);
        return SKIPPED;
    }
    test_golden(argv[1]);
    test_batch();
    test_without_depth();
    test_refusals();
    test_misuse();
    pnd_backend_free(backend);
    return n_failed > 0;
}
