/* SPDX-License-Identifier: Apache-2.0 */
/* See hashed_net.h. Names and widths are detectron2's for Panoptic-DeepLab with an R-52 backbone.
 */
#include "hashed_net.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 128, CLASSES = 19 };

/* ---- the hash */

static uint64_t name_hash(const char *name)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (; *name != '\0'; name++)
        h = (h ^ (unsigned char)*name) * 0x100000001b3u;
    return h;
}

static double unit(uint64_t h, uint64_t i)
{
    uint64_t z = h + (i + 1) * 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    return (double)(z >> 40) / 8388608.0 - 1.0;
}

static bool ends_with(const char *name, const char *end)
{
    const size_t n = strlen(name), m = strlen(end);
    return n >= m && strcmp(name + n - m, end) == 0;
}

static void fill(float *out, const pnd_net_tensor *t, size_t n)
{
    const uint64_t h = name_hash(t->name);
    double offset = 0.0, scale = 0.1;
    if (ends_with(t->name, ".norm.running_var")) {
        offset = 1.0;
        scale = 0.5;
    } else if (ends_with(t->name, ".norm.weight")) {
        const bool last =
            ends_with(t->name, ".conv3.norm.weight") && strncmp(t->name, "backbone.res", 12) == 0;
        offset = last ? 0.25 : 1.0;
        scale = last ? 0.05 : 0.1;
    } else if (t->rank == 4) {
        const double fan_in = (double)(t->shape[1] * t->shape[2] * t->shape[3]);
        scale = sqrt((strstr(t->name, "predictor") != NULL ? 3.0 : 6.0) / fan_in);
    }
    for (size_t i = 0; i < n; i++)
        out[i] = (float)(offset + scale * unit(h, i));
}

void hashed_image(uint8_t *rgb, int32_t width, int32_t height)
{
    const uint64_t h = name_hash("image");
    for (size_t i = 0; i < (size_t)width * (size_t)height * 3; i++)
        rgb[i] = (uint8_t)(127.5 + 127.0 * unit(h, i));
}

/* ---- the inventory */

typedef struct writer {
    hashed_net *net;
    const hashed_config *config;
} writer;

static void *must(void *block)
{
    if (block == NULL) {
        (void)fprintf(stderr, "out of memory\n");
        exit(1);
    }
    return block;
}

static void add_tensor(const writer *w, const char *conv, const char *part, int32_t rank,
                       const int64_t shape[4])
{
    hashed_net *net = w->net;
    if (net->n == net->capacity) {
        net->capacity = net->capacity > 0 ? 2 * net->capacity : 512;
        net->tensors = must(realloc(net->tensors, net->capacity * sizeof *net->tensors));
    }
    char *name = must(malloc(NAME_SIZE));
    (void)snprintf(name, NAME_SIZE, "%s.%s", conv, part);
    pnd_net_tensor *t = &net->tensors[net->n++];
    *t = (pnd_net_tensor){.name = name, .rank = rank};
    size_t n = 1;
    for (int32_t i = 0; i < rank; i++) {
        t->shape[i] = shape[i];
        n *= (size_t)shape[i];
    }
    if (w->config->shapes_only)
        return;
    float *data = must(malloc(n * sizeof *data));
    fill(data, t, n);
    t->data = data;
}

static void add_conv(const writer *w, int32_t out, int32_t in, int32_t kernel, bool norm,
                     const char *format, ...) __attribute__((format(printf, 6, 7)));

/* in: channels of one filter, 1 for depthwise */
static void add_conv(const writer *w, int32_t out, int32_t in, int32_t kernel, bool norm,
                     const char *format, ...)
{
    static const char *const parts[] = {"norm.weight", "norm.bias", "norm.running_mean",
                                        "norm.running_var"};
    char name[NAME_SIZE];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(name, sizeof name, format, arguments);
    va_end(arguments);
    add_tensor(w, name, "weight", 4, (const int64_t[4]){out, in, kernel, kernel});
    for (size_t i = 0; i < 4 && norm; i++)
        add_tensor(w, name, parts[i], 1, (const int64_t[4]){out});
    if (!norm)
        add_tensor(w, name, "bias", 1, (const int64_t[4]){out});
}

static void add_separable(const writer *w, int32_t out, int32_t in, int32_t kernel,
                          const char *name)
{
    add_conv(w, in, 1, kernel, true, "%s.depthwise", name);
    add_conv(w, out, in, 1, true, "%s.pointwise", name);
}

static void add_pair(const writer *w, bool separable, int32_t middle, int32_t out, int32_t in,
                     const char *name)
{
    if (separable) {
        add_separable(w, out, in, 5, name);
        return;
    }
    add_conv(w, middle, in, 3, true, "%s.0", name);
    add_conv(w, out, middle, 3, true, "%s.1", name);
}

static void add_backbone(const writer *w)
{
    static const int32_t blocks[] = {3, 4, 6, 3};
    const int32_t d = w->config->divisor;
    int32_t in = 128 / d;
    add_conv(w, 64 / d, 3, 3, true, "backbone.stem.conv1");
    add_conv(w, 64 / d, 64 / d, 3, true, "backbone.stem.conv2");
    add_conv(w, 128 / d, 64 / d, 3, true, "backbone.stem.conv3");
    for (int32_t stage = 0; stage < 4; stage++) {
        const int32_t mid = (64 << stage) / d, out = (256 << stage) / d;
        for (int32_t i = 0; i < blocks[stage]; i++, in = out) {
            char block[NAME_SIZE];
            (void)snprintf(block, sizeof block, "backbone.res%d.%d", stage + 2, i);
            if (i == 0)
                add_conv(w, out, in, 1, true, "%s.shortcut", block);
            add_conv(w, mid, in, 1, true, "%s.conv1", block);
            add_conv(w, mid, mid, 3, true, "%s.conv2", block);
            add_conv(w, out, mid, 1, true, "%s.conv3", block);
        }
    }
}

static void add_decoder(const writer *w, const char *branch, int32_t width)
{
    const int32_t d = w->config->divisor, res5 = 2048 / d, aspp = 256 / d;
    const bool separable = w->config->separable;
    char name[NAME_SIZE];
    add_conv(w, aspp, res5, 1, true, "%s.decoder.res5.project_conv.convs.0", branch);
    for (int32_t i = 1; i <= 3; i++) {
        (void)snprintf(name, sizeof name, "%s.decoder.res5.project_conv.convs.%d", branch, i);
        if (separable)
            add_separable(w, aspp, res5, 3, name);
        else
            add_conv(w, aspp, res5, 3, true, "%s", name);
    }
    add_conv(w, aspp, res5, 1, false, "%s.decoder.res5.project_conv.convs.4.1", branch);
    add_conv(w, aspp, 5 * aspp, 1, true, "%s.decoder.res5.project_conv.project", branch);
    add_conv(w, 64 / d, 512 / d, 1, true, "%s.decoder.res3.project_conv", branch);
    (void)snprintf(name, sizeof name, "%s.decoder.res3.fuse_conv", branch);
    add_pair(w, separable, width, width, 64 / d + aspp, name);
    add_conv(w, 32 / d, 256 / d, 1, true, "%s.decoder.res2.project_conv", branch);
    (void)snprintf(name, sizeof name, "%s.decoder.res2.fuse_conv", branch);
    add_pair(w, separable, width, width, 32 / d + width, name);
}

static void add_branches(const writer *w)
{
    const hashed_config *c = w->config;
    const int32_t wide = 256 / c->divisor, narrow = 128 / c->divisor, thin = 32 / c->divisor;
    add_decoder(w, "sem_seg_head", wide);
    add_pair(w, c->separable, wide, wide, wide, "sem_seg_head.head");
    add_conv(w, CLASSES, wide, 1, false, "sem_seg_head.predictor");
    add_decoder(w, "ins_embed_head", narrow);
    add_pair(w, false, narrow, thin, narrow, "ins_embed_head.center_head");
    add_conv(w, 1, thin, 1, false, "ins_embed_head.center_predictor");
    add_pair(w, c->separable, narrow, thin, narrow, "ins_embed_head.offset_head");
    add_conv(w, 2, thin, 1, false, "ins_embed_head.offset_predictor");
    if (c->depth_channels == 0)
        return;
    add_decoder(w, "depth_head", wide);
    add_pair(w, c->separable && !c->plain_depth_head, wide, wide, wide, "depth_head.head");
    add_conv(w, c->depth_channels, wide, 1, false, "depth_head.predictor");
}

void hashed_net_make(hashed_net *net, const hashed_config *config)
{
    const writer w = {net, config};
    *net = (hashed_net){0};
    add_backbone(&w);
    add_branches(&w);
}

void hashed_net_clear(hashed_net *net)
{
    for (size_t i = 0; i < net->n; i++) {
        free((void *)(uintptr_t)net->tensors[i].name);
        free((void *)(uintptr_t)net->tensors[i].data);
    }
    free(net->tensors);
    *net = (hashed_net){0};
}
