/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one CUDA thread does in each of the network's own kernels. Plain C, as depth_thread.h: a
 * test without a GPU runs the whole grid in a loop.
 *
 * `type`, `vec` and the other int arguments behind them are compile-time constants where a kernel
 * calls these functions, so that loops unroll and branches vanish. vec is the number of channels
 * one thread handles together: NET_VEC where the addresses allow 16-byte accesses, else 1. Sums are
 * float32.
 */
#ifndef PND_NET_THREAD_H
#define PND_NET_THREAD_H

#include "../depth_rule.h" /* PND_HOST_DEVICE */
#include "../net/net_rule.h"

#include <panodepth/net.h>

#include <string.h>

#ifdef __CUDACC__
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#endif

#ifdef __CUDA_ARCH__
#define NET_UNROLL _Pragma("unroll")
#else
#define NET_UNROLL
#endif

enum {
    NET_VEC = 8,
    NET_DW_PIXELS = 4,  /* of one thread in the fast depthwise kernels */
    NET_DW_TAPS = 7,    /* the largest depthwise kernel */
    NET_STEM_OUTS = 16, /* output channels of one thread in the direct convolution: 3x3, */
    NET_MAX_OUTS = 20,  /* and 1x1 */
    NET_PHOTOGRAPH = 3  /* a `type`: 8-bit samples that are normalised when read */
};

/* Where a value lies. Element (image, pixel, c) is number
 * image * image_step + pixel * pixel_step + c * channel_step; pixels are in raster order. */
typedef struct net_map {
    void *data;
    int32_t height, width, channels;
    int64_t image_step, pixel_step, channel_step;
    int32_t type; /* a pnd_precision */
} net_map;

static inline PND_HOST_DEVICE int64_t net_map_index(const net_map *map, int64_t image,
                                                    int64_t pixel, int64_t c)
{
    return image * map->image_step + pixel * map->pixel_step + c * map->channel_step;
}

/* ---- numbers of 16 bits */

static inline PND_HOST_DEVICE float net_float_of_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline PND_HOST_DEVICE uint32_t net_bits_of_float(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static inline PND_HOST_DEVICE float net_from_half(uint16_t half)
{
#ifdef __CUDA_ARCH__
    return __half2float(__ushort_as_half(half));
#else
    const uint32_t sign = (uint32_t)(half & 0x8000u) << 16;
    const uint32_t exponent = half >> 10 & 31u, fraction = half & 0x3ffu;
    if (exponent == 31)
        return net_float_of_bits(sign | 0x7f800000u | fraction << 13);
    if (exponent == 0) { /* a multiple of 2^-24 */
        const float value = (float)fraction * (1.0f / 16777216.0f);
        return sign != 0 ? -value : value;
    }
    return net_float_of_bits(sign | (exponent + 112u) << 23 | fraction << 13);
#endif
}

/* To nearest, ties to even; infinity beyond 65504 and its rounding. */
static inline PND_HOST_DEVICE uint16_t net_to_half(float value)
{
#ifdef __CUDA_ARCH__
    return __half_as_ushort(__float2half_rn(value));
#else
    const uint32_t bits = net_bits_of_float(value), magnitude = bits & 0x7fffffffu;
    const uint16_t sign = (uint16_t)(bits >> 16 & 0x8000u);
    if (magnitude > 0x7f800000u)
        return 0x7fffu; /* NaN */
    if (magnitude >= 0x477ff000u)
        return (uint16_t)(sign | 0x7c00u);
    if (magnitude < 0x38800000u) { /* subnormal: adding 0.5 rounds at 2^-24 */
        const uint32_t rounded = net_bits_of_float(net_float_of_bits(magnitude) + 0.5f);
        return (uint16_t)(sign | (rounded - 0x3f000000u));
    }
    const uint32_t odd = magnitude >> 13 & 1u;
    return (uint16_t)(sign | ((magnitude - 0x38000000u + 0xfffu + odd) >> 13));
#endif
}

static inline PND_HOST_DEVICE float net_from_bfloat(uint16_t bfloat)
{
    return net_float_of_bits((uint32_t)bfloat << 16);
}

static inline PND_HOST_DEVICE uint16_t net_to_bfloat(float value)
{
#ifdef __CUDA_ARCH__
    return __bfloat16_as_ushort(__float2bfloat16_rn(value));
#else
    const uint32_t bits = net_bits_of_float(value);
    if ((bits & 0x7fffffffu) > 0x7f800000u)
        return 0x7fffu; /* NaN */
    return (uint16_t)((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
#endif
}

static inline PND_HOST_DEVICE float net_from_16(uint16_t bits, int32_t type)
{
    return type == PND_PRECISION_F16 ? net_from_half(bits) : net_from_bfloat(bits);
}

static inline PND_HOST_DEVICE uint16_t net_to_16(float value, int32_t type)
{
    return type == PND_PRECISION_F16 ? net_to_half(value) : net_to_bfloat(value);
}

/* ---- elements of a map */

static inline PND_HOST_DEVICE float net_load(const void *data, int32_t type, int64_t i)
{
    if (type == PND_PRECISION_F32)
        return ((const float *)data)[i];
    return net_from_16(((const uint16_t *)data)[i], type);
}

static inline PND_HOST_DEVICE void net_store(void *data, int32_t type, int64_t i, float value)
{
    if (type == PND_PRECISION_F32)
        ((float *)data)[i] = value;
    else
        ((uint16_t *)data)[i] = net_to_16(value, type);
}

/* vec neighbouring elements from i, which is a multiple of vec. */
static inline PND_HOST_DEVICE void net_load_vec(float *out, const void *data, int32_t type, int vec,
                                                int64_t i)
{
#ifdef __CUDA_ARCH__
    if (vec == NET_VEC && type == PND_PRECISION_F32) {
        const float4 *const p = (const float4 *)((const float *)data + i);
        const float4 a = p[0], b = p[1];
        out[0] = a.x, out[1] = a.y, out[2] = a.z, out[3] = a.w;
        out[4] = b.x, out[5] = b.y, out[6] = b.z, out[7] = b.w;
        return;
    }
    if (vec == NET_VEC) {
        const uint4 raw = *(const uint4 *)((const uint16_t *)data + i);
        const uint32_t words[4] = {raw.x, raw.y, raw.z, raw.w};
        NET_UNROLL
        for (int j = 0; j < 4; j++) {
            out[2 * j] = net_from_16((uint16_t)(words[j] & 0xffffu), type);
            out[2 * j + 1] = net_from_16((uint16_t)(words[j] >> 16), type);
        }
        return;
    }
#endif
    NET_UNROLL
    for (int j = 0; j < vec; j++)
        out[j] = net_load(data, type, i + j);
}

static inline PND_HOST_DEVICE void net_store_vec(void *data, int32_t type, int vec, int64_t i,
                                                 const float *values)
{
#ifdef __CUDA_ARCH__
    if (vec == NET_VEC && type == PND_PRECISION_F32) {
        float4 *const p = (float4 *)((float *)data + i);
        p[0] = make_float4(values[0], values[1], values[2], values[3]);
        p[1] = make_float4(values[4], values[5], values[6], values[7]);
        return;
    }
    if (vec == NET_VEC) {
        uint32_t words[4];
        NET_UNROLL
        for (int j = 0; j < 4; j++)
            words[j] = (uint32_t)net_to_16(values[2 * j], type) |
                       (uint32_t)net_to_16(values[2 * j + 1], type) << 16;
        *(uint4 *)((uint16_t *)data + i) = make_uint4(words[0], words[1], words[2], words[3]);
        return;
    }
#endif
    NET_UNROLL
    for (int j = 0; j < vec; j++)
        net_store(data, type, i + j, values[j]);
}

/* n floats; where n is a multiple of 4 they begin at a 16-byte address. */
static inline PND_HOST_DEVICE void net_load_floats(float *out, const float *from, int n)
{
#ifdef __CUDA_ARCH__
    if (n % 4 == 0) {
        NET_UNROLL
        for (int j = 0; j < n; j += 4) {
            const float4 four = *(const float4 *)(from + j);
            out[j] = four.x, out[j + 1] = four.y, out[j + 2] = four.z, out[j + 3] = four.w;
        }
        return;
    }
#endif
    NET_UNROLL
    for (int j = 0; j < n; j++)
        out[j] = from[j];
}

/* Whether NET_VEC channels at a time can be read and written: whole groups, on 16-byte addresses.
 */
static inline bool net_map_is_vec(const net_map *map)
{
    return map->channel_step == 1 && map->channels % NET_VEC == 0 &&
           map->pixel_step % NET_VEC == 0 && map->image_step % NET_VEC == 0 &&
           (uintptr_t)map->data % 16 == 0;
}

static inline int64_t net_map_pixels(const net_map *map, int32_t images)
{
    return (int64_t)images * map->height * map->width;
}

/* How a kernel is launched. Each has a grid, which is all that its threads are told, and a function
 * net_X_work() that completes the grid for a number of images and says the rest: the threads, and
 * the constants they are compiled for. */
typedef struct net_work {
    int64_t threads;
    int32_t groups; /* of output channels, in the second dimension: convolutions */
    int32_t type;   /* a pnd_precision, or NET_PHOTOGRAPH */
    int vec, outs, pixels;
} net_work;

/* One thread for each pixel and each vec channels of `out`. */
static inline net_work net_work_over(const net_map *in, const net_map *out, int32_t images)
{
    const int vec = net_map_is_vec(in) && net_map_is_vec(out) ? NET_VEC : 1;
    const net_work work = {
        net_map_pixels(out, images) * (out->channels / vec), 1, out->type, vec, 0, 0};
    return work;
}

/* Thread i of a kernel over all pixels of all images and all groups of vec channels, the groups
 * fastest. */
typedef struct net_place_of {
    int64_t image;
    int32_t y, x, c;
} net_place_of;

static inline PND_HOST_DEVICE net_place_of net_thread_place(int64_t i, int32_t height,
                                                            int32_t width, int32_t groups, int vec)
{
    net_place_of place;
    place.c = (int32_t)(i % groups) * vec;
    i /= groups;
    place.x = (int32_t)(i % width);
    i /= width;
    place.y = (int32_t)(i % height);
    place.image = i / height;
    return place;
}

static inline PND_HOST_DEVICE bool net_inside(int32_t y, int32_t x, const net_map *map)
{
    return y >= 0 && y < map->height && x >= 0 && x < map->width;
}

/* ---- normalising a photograph */

typedef struct net_input_grid {
    const uint8_t *photographs; /* [images][height][width][3] */
    net_map out;
    float mean[3], std[3];
    int64_t n; /* pixels of all images */
} net_input_grid;

static inline net_work net_input_work(net_input_grid *grid, int32_t images)
{
    grid->n = net_map_pixels(&grid->out, images);
    const net_work work = {grid->n, 1, grid->out.type, 1, 0, 0};
    return work;
}

static inline PND_HOST_DEVICE void net_input_thread(const net_input_grid *grid, int32_t type,
                                                    int64_t i)
{
    if (i >= grid->n)
        return;
    const int64_t pixels = (int64_t)grid->out.height * grid->out.width;
    for (int c = 0; c < 3; c++)
        net_store(grid->out.data, type, net_map_index(&grid->out, i / pixels, i % pixels, c),
                  net_normalise(grid->photographs[3 * i + c], grid->mean[c], grid->std[c]));
}

/* ---- convolution, directly: the first one of the stem, predictors, and whatever no library has
 *
 * A thread computes `outs` channels of one pixel. Weights are [rows][columns][in][outs_padded], so
 * that a thread reads `outs` neighbours; all threads of a warp read the same ones.
 */
typedef struct net_conv_grid {
    const uint8_t *photographs; /* type NET_PHOTOGRAPH: in place of in.data */
    net_map in, out;
    float mean[3], scale[3]; /* of photographs: 1 / std */
    const float *weights, *bias;
    int32_t kernel, stride, dilation;
    int32_t outs_padded; /* a multiple of `outs` */
    bool relu, residual; /* residual: the output's old value is added */
    bool wide;           /* the output can be written NET_VEC channels at a time */
    int64_t n;           /* output pixels of all images */
} net_conv_grid;

/* Output channels of one thread. Weights are padded to a multiple of it. */
static inline int32_t net_conv_outs(int32_t out_channels, int32_t kernel)
{
    if (kernel != 1)
        return NET_STEM_OUTS;
    return out_channels <= 2 ? out_channels : NET_MAX_OUTS;
}

/* photographs NULL: from grid->in.data. */
static inline net_work net_conv_work(net_conv_grid *grid, int32_t images)
{
    const bool photographs = grid->photographs != NULL;
    const int32_t outs = net_conv_outs(grid->out.channels, grid->kernel);
    const int32_t groups = (grid->out.channels + outs - 1) / outs;
    grid->n = net_map_pixels(&grid->out, images);
    grid->outs_padded = groups * outs;
    grid->wide = net_map_is_vec(&grid->out);
    const net_work work = {grid->n,
                           groups,
                           photographs ? NET_PHOTOGRAPH : grid->in.type,
                           !photographs && net_map_is_vec(&grid->in) ? NET_VEC : 1,
                           outs,
                           0};
    return work;
}

/* vec input channels of a pixel, from c. */
static inline PND_HOST_DEVICE void net_conv_input(float *x, const net_conv_grid *grid, int32_t type,
                                                  int vec, int64_t image, int64_t pixel, int32_t c)
{
    if (type == NET_PHOTOGRAPH) {
        const int64_t pixels = (int64_t)grid->in.height * grid->in.width;
        const uint8_t sample = grid->photographs[3 * (image * pixels + pixel) + c];
        x[0] = ((float)sample - grid->mean[c]) * grid->scale[c];
        return;
    }
    net_load_vec(x, grid->in.data, type, vec, net_map_index(&grid->in, image, pixel, c));
}

/* `vec` of a thread's sums, from channel c, to their place. */
static inline PND_HOST_DEVICE void net_conv_store(const net_conv_grid *grid, float *sums, int vec,
                                                  int64_t index)
{
    float before[NET_VEC];
    if (grid->residual)
        net_load_vec(before, grid->out.data, grid->out.type, vec, index);
    NET_UNROLL
    for (int v = 0; v < vec; v++) {
        if (grid->residual)
            sums[v] += before[v];
        if (grid->relu && sums[v] < 0.0f)
            sums[v] = 0.0f;
    }
    net_store_vec(grid->out.data, grid->out.type, vec, index, sums);
}

static inline PND_HOST_DEVICE void net_conv_finish(const net_conv_grid *grid, float *sums, int outs,
                                                   int64_t image, int64_t pixel, int32_t first)
{
    const int vec = outs % NET_VEC == 0 ? NET_VEC : 1;
    if (vec == NET_VEC && grid->wide) {
        NET_UNROLL
        for (int o = 0; o < outs; o += vec)
            if (first + o < grid->out.channels)
                net_conv_store(grid, sums + o, vec,
                               net_map_index(&grid->out, image, pixel, first + o));
        return;
    }
    NET_UNROLL
    for (int o = 0; o < outs; o++)
        if (first + o < grid->out.channels)
            net_conv_store(grid, sums + o, 1, net_map_index(&grid->out, image, pixel, first + o));
}

static inline PND_HOST_DEVICE void net_conv_thread(const net_conv_grid *grid, int32_t type, int vec,
                                                   int outs, int64_t i, int32_t group)
{
    if (i >= grid->n)
        return;
    const net_place_of at = net_thread_place(i, grid->out.height, grid->out.width, 1, 1);
    const int32_t reach = grid->dilation * (grid->kernel - 1) / 2, first = group * outs;
    float sums[NET_MAX_OUTS], w[NET_MAX_OUTS], x[NET_VEC];
    NET_UNROLL
    for (int o = 0; o < outs; o++)
        sums[o] = first + o < grid->out.channels ? grid->bias[first + o] : 0.0f;
    for (int32_t ky = 0; ky < grid->kernel; ky++) {
        for (int32_t kx = 0; kx < grid->kernel; kx++) {
            const int32_t iy = at.y * grid->stride + ky * grid->dilation - reach;
            const int32_t ix = at.x * grid->stride + kx * grid->dilation - reach;
            if (!net_inside(iy, ix, &grid->in))
                continue;
            const int64_t tap = ky * grid->kernel + kx;
            for (int32_t c = 0; c < grid->in.channels; c += vec) {
                const float *from =
                    grid->weights + (tap * grid->in.channels + c) * grid->outs_padded + first;
                net_conv_input(x, grid, type, vec, at.image, (int64_t)iy * grid->in.width + ix, c);
                NET_UNROLL
                for (int v = 0; v < vec; v++, from += grid->outs_padded) {
                    net_load_floats(w, from, outs);
                    NET_UNROLL
                    for (int o = 0; o < outs; o++)
                        sums[o] = fmaf(x[v], w[o], sums[o]);
                }
            }
        }
    }
    net_conv_finish(grid, sums, outs, at.image, (int64_t)at.y * grid->out.width + at.x, first);
}

/* ---- depthwise convolution
 *
 * A thread computes `pixels` outputs of a row, `dilation` apart, so that neighbouring outputs share
 * inputs whatever the dilation is: with 4 outputs and 5 taps it reads 8 inputs, not 20. pixels > 1
 * wants stride 1.
 */
typedef struct net_dwconv_grid {
    net_map in, out;
    const float *weights, *bias; /* [rows][columns][channels] */
    int32_t kernel, stride, dilation;
    bool relu;
    int64_t n; /* threads */
} net_dwconv_grid;

/* Threads that share a row of the output. */
static inline PND_HOST_DEVICE int32_t net_dwconv_groups(int32_t width, int32_t dilation, int pixels)
{
    return (width + pixels * dilation - 1) / (pixels * dilation) * dilation;
}

/* The first of a thread's columns; the others follow `dilation` apart. */
static inline PND_HOST_DEVICE int32_t net_dwconv_column(int32_t group, int32_t dilation, int pixels)
{
    return group / dilation * pixels * dilation + group % dilation;
}

static inline PND_HOST_DEVICE void net_dwconv_load(float *out, const net_map *in, int32_t type,
                                                   int vec, int64_t image, int32_t y, int32_t x,
                                                   int32_t c)
{
    if (net_inside(y, x, in)) {
        net_load_vec(out, in->data, type, vec,
                     net_map_index(in, image, (int64_t)y * in->width + x, c));
        return;
    }
    NET_UNROLL
    for (int v = 0; v < vec; v++)
        out[v] = 0.0f;
}

/* Four pixels and eight channels at a time where that is possible. */
static inline net_work net_dwconv_work(net_dwconv_grid *grid, int32_t images)
{
    const bool fast = (grid->kernel == 3 || grid->kernel == 5) && grid->stride == 1 &&
                      net_map_is_vec(&grid->in) && net_map_is_vec(&grid->out);
    const int vec = fast ? NET_VEC : 1, pixels = fast ? NET_DW_PIXELS : 1;
    grid->n = (int64_t)images * grid->out.height *
              net_dwconv_groups(grid->out.width, grid->dilation, pixels) *
              (grid->out.channels / vec);
    const net_work work = {grid->n, 1, grid->out.type, vec, 0, pixels};
    return work;
}

/* One row of taps for `pixels` outputs: each input and each weight is read once. `x` is the input
 * column under the first tap of the first output. */
static inline PND_HOST_DEVICE void net_dwconv_row(float *sums, const net_dwconv_grid *grid,
                                                  const float *weights, int32_t type, int vec,
                                                  int pixels, int kernel, int64_t image, int32_t y,
                                                  int32_t x, int32_t c)
{
    float line[(NET_DW_PIXELS + NET_DW_TAPS - 1) * NET_VEC], w[NET_VEC];
    NET_UNROLL
    for (int t = 0; t < kernel + pixels - 1; t++)
        net_dwconv_load(line + t * vec, &grid->in, type, vec, image, y, x + t * grid->dilation, c);
    NET_UNROLL
    for (int t = 0; t < kernel; t++) {
        net_load_vec(w, weights, PND_PRECISION_F32, vec, (int64_t)t * grid->out.channels);
        NET_UNROLL
        for (int p = 0; p < pixels; p++)
            NET_UNROLL
        for (int v = 0; v < vec; v++)
            sums[p * vec + v] = fmaf(line[(p + t) * vec + v], w[v], sums[p * vec + v]);
    }
}

/* kernel is grid->kernel, at most NET_DW_TAPS; as a constant where it is one. */
static inline PND_HOST_DEVICE void net_dwconv_thread(const net_dwconv_grid *grid, int32_t type,
                                                     int vec, int pixels, int kernel, int64_t i)
{
    if (i >= grid->n)
        return;
    const int32_t channels = grid->out.channels, d = grid->dilation;
    const net_place_of at = net_thread_place(
        i, grid->out.height, net_dwconv_groups(grid->out.width, d, pixels), channels / vec, vec);
    const int32_t column = net_dwconv_column(at.x, d, pixels), reach = d * (kernel - 1) / 2;
    float sums[NET_DW_PIXELS * NET_VEC];
    NET_UNROLL
    for (int p = 0; p < pixels; p++)
        net_load_vec(sums + p * vec, grid->bias, PND_PRECISION_F32, vec, at.c);
    for (int ky = 0; ky < kernel; ky++) {
        const int32_t y = at.y * grid->stride + ky * d - reach;
        if (y >= 0 && y < grid->in.height)
            net_dwconv_row(sums, grid, grid->weights + (int64_t)ky * kernel * channels + at.c, type,
                           vec, pixels, kernel, at.image, y, column * grid->stride - reach, at.c);
    }
    NET_UNROLL
    for (int p = 0; p < pixels; p++) {
        if (column + p * d >= grid->out.width)
            return;
        const int64_t pixel = (int64_t)at.y * grid->out.width + column + p * d;
        NET_UNROLL
        for (int v = 0; v < vec; v++)
            if (grid->relu && sums[p * vec + v] < 0.0f)
                sums[p * vec + v] = 0.0f;
        net_store_vec(grid->out.data, type, vec, net_map_index(&grid->out, at.image, pixel, at.c),
                      sums + p * vec);
    }
}

/* ---- max pooling, 3x3 at stride 2 */

typedef struct net_pool_grid {
    net_map in, out;
    float *columns; /* average pooling: [images][out rows][in columns][channels] */
    int64_t n;      /* threads */
} net_pool_grid;

static inline net_work net_maxpool_work(net_pool_grid *grid, int32_t images)
{
    const net_work work = net_work_over(&grid->in, &grid->out, images);
    grid->n = work.threads;
    return work;
}

static inline PND_HOST_DEVICE void net_maxpool_thread(const net_pool_grid *grid, int32_t type,
                                                      int vec, int64_t i)
{
    if (i >= grid->n)
        return;
    const net_map *const in = &grid->in;
    const net_place_of at =
        net_thread_place(i, grid->out.height, grid->out.width, grid->out.channels / vec, vec);
    float most[NET_VEC], x[NET_VEC];
    net_load_vec(most, in->data, type, vec,
                 net_map_index(in, at.image, (int64_t)(2 * at.y) * in->width + 2 * at.x, at.c));
    for (int32_t y = 2 * at.y - 1; y <= 2 * at.y + 1; y++) {
        for (int32_t column = 2 * at.x - 1; column <= 2 * at.x + 1; column++) {
            if (!net_inside(y, column, in))
                continue;
            net_load_vec(x, in->data, type, vec,
                         net_map_index(in, at.image, (int64_t)y * in->width + column, at.c));
            NET_UNROLL
            for (int v = 0; v < vec; v++)
                most[v] = x[v] > most[v] ? x[v] : most[v];
        }
    }
    net_store_vec(grid->out.data, type, vec,
                  net_map_index(&grid->out, at.image, (int64_t)at.y * grid->out.width + at.x, at.c),
                  most);
}

/* ---- average pooling at stride 1 by two running sums: down the columns, then along the rows.
 * The window is what in is larger than out, plus 1. In double precision, so that what is added and
 * taken away again leaves nothing behind. */

static inline size_t net_avgpool_bytes(const net_map *in, const net_map *out, int32_t images)
{
    return (size_t)images * (size_t)out->height * (size_t)in->width * (size_t)in->channels *
           sizeof(float);
}

static inline net_work net_avgpool_column_work(net_pool_grid *grid, int32_t images)
{
    grid->n = (int64_t)images * grid->in.width * grid->in.channels;
    const net_work work = {grid->n, 1, grid->in.type, 1, 0, 0};
    return work;
}

static inline net_work net_avgpool_row_work(net_pool_grid *grid, int32_t images)
{
    grid->n = (int64_t)images * grid->out.height * grid->in.channels;
    const net_work work = {grid->n, 1, grid->in.type, 1, 0, 0};
    return work;
}

/* One channel of one column: all its sums, from the top. */
static inline PND_HOST_DEVICE void net_avgpool_column_thread(const net_pool_grid *grid,
                                                             int32_t type, int64_t i)
{
    if (i >= grid->n)
        return;
    const net_map *const in = &grid->in;
    const int32_t rows = grid->out.height, window = in->height - rows + 1;
    const net_place_of at = net_thread_place(i, 1, in->width, in->channels, 1);
    const int64_t first = net_map_index(in, at.image, at.x, at.c);
    const int64_t step = (int64_t)in->width * in->pixel_step;
    float *const out = grid->columns + ((at.image * rows * in->width) + at.x) * in->channels + at.c;
    const int64_t out_step = (int64_t)in->width * in->channels;
    double sum = 0.0;
    for (int32_t y = 0; y < window; y++)
        sum += (double)net_load(in->data, type, first + y * step);
    out[0] = (float)sum;
    for (int32_t y = 1; y < rows; y++) {
        sum += (double)net_load(in->data, type, first + (y + window - 1) * step);
        sum -= (double)net_load(in->data, type, first + (y - 1) * step);
        out[y * out_step] = (float)sum;
    }
}

/* One channel of one row of the output, from the left. */
static inline PND_HOST_DEVICE void net_avgpool_row_thread(const net_pool_grid *grid, int32_t type,
                                                          int64_t i)
{
    if (i >= grid->n)
        return;
    const net_map *const in = &grid->in, *const out = &grid->out;
    const int32_t channels = in->channels, window = in->width - out->width + 1;
    const net_place_of at = net_thread_place(i, out->height, 1, channels, 1);
    const float *const sums =
        grid->columns + (at.image * out->height + at.y) * in->width * channels + at.c;
    const double area = (double)window * (double)(in->height - out->height + 1);
    const int64_t first = net_map_index(out, at.image, (int64_t)at.y * out->width, at.c);
    double sum = 0.0;
    for (int32_t x = 0; x < window; x++)
        sum += (double)sums[(int64_t)x * channels];
    net_store(out->data, type, first, (float)(sum / area));
    for (int32_t x = 1; x < out->width; x++) {
        sum += (double)sums[(int64_t)(x + window - 1) * channels];
        sum -= (double)sums[(int64_t)(x - 1) * channels];
        net_store(out->data, type, first + x * out->pixel_step, (float)(sum / area));
    }
}

/* ---- bilinear enlargement */

typedef struct net_resize_grid {
    net_map in, out;
    float scale_y, scale_x;
    int64_t n; /* threads */
} net_resize_grid;

static inline net_work net_resize_work(net_resize_grid *grid, int32_t images)
{
    const net_work work = net_work_over(&grid->in, &grid->out, images);
    grid->scale_y = (float)grid->in.height / (float)grid->out.height;
    grid->scale_x = (float)grid->in.width / (float)grid->out.width;
    grid->n = work.threads;
    return work;
}

static inline PND_HOST_DEVICE void net_resize_thread(const net_resize_grid *grid, int32_t type,
                                                     int vec, int64_t i)
{
    if (i >= grid->n)
        return;
    const net_map *const in = &grid->in;
    const net_place_of at =
        net_thread_place(i, grid->out.height, grid->out.width, grid->out.channels / vec, vec);
    const net_tap y = net_resize_tap(at.y, grid->scale_y, in->height);
    const net_tap x = net_resize_tap(at.x, grid->scale_x, in->width);
    const int64_t upper = (int64_t)y.i0 * in->width, lower = (int64_t)y.i1 * in->width;
    float a[NET_VEC], b[NET_VEC], c[NET_VEC], d[NET_VEC];
    net_load_vec(a, in->data, type, vec, net_map_index(in, at.image, upper + x.i0, at.c));
    net_load_vec(b, in->data, type, vec, net_map_index(in, at.image, upper + x.i1, at.c));
    net_load_vec(c, in->data, type, vec, net_map_index(in, at.image, lower + x.i0, at.c));
    net_load_vec(d, in->data, type, vec, net_map_index(in, at.image, lower + x.i1, at.c));
    NET_UNROLL
    for (int v = 0; v < vec; v++)
        a[v] = net_resize_mix(y, x, a[v], b[v], c[v], d[v]);
    net_store_vec(grid->out.data, type, vec,
                  net_map_index(&grid->out, at.image, (int64_t)at.y * grid->out.width + at.x, at.c),
                  a);
}

/* ---- DORN's logits to metres, float32 on both sides */

typedef struct net_dorn_grid {
    net_map in, out;
    const float *table; /* metres of each label */
    int32_t intervals;
    bool paper;
    int64_t n; /* pixels of all images */
} net_dorn_grid;

static inline net_work net_dorn_work(net_dorn_grid *grid, int32_t images)
{
    grid->n = net_map_pixels(&grid->out, images);
    const net_work work = {grid->n, 1, PND_PRECISION_F32, 1, 0, 0};
    return work;
}

static inline PND_HOST_DEVICE void net_dorn_thread(const net_dorn_grid *grid, int64_t i)
{
    if (i >= grid->n)
        return;
    const int64_t pixels = (int64_t)grid->out.height * grid->out.width;
    const float *const logits =
        (const float *)grid->in.data + net_map_index(&grid->in, i / pixels, i % pixels, 0);
    const int32_t label =
        net_dorn_label(logits, (size_t)grid->in.channel_step, grid->intervals, grid->paper);
    ((float *)grid->out.data)[net_map_index(&grid->out, i / pixels, i % pixels, 0)] =
        grid->table[label];
}

/* ---- between a map and planar float32, for tests and for what leaves the device */

typedef struct net_copy_grid {
    net_map map; /* of one image */
    float *planar;
    bool to_map;
    int64_t n; /* elements */
} net_copy_grid;

static inline net_work net_copy_work(net_copy_grid *grid)
{
    grid->n = net_map_pixels(&grid->map, 1) * grid->map.channels;
    const net_work work = {grid->n, 1, grid->map.type, 1, 0, 0};
    return work;
}

static inline PND_HOST_DEVICE void net_copy_thread(const net_copy_grid *grid, int64_t i)
{
    if (i >= grid->n)
        return;
    const int64_t pixels = (int64_t)grid->map.height * grid->map.width;
    const int64_t index = net_map_index(&grid->map, 0, i % pixels, i / pixels);
    if (grid->to_map)
        net_store(grid->map.data, grid->map.type, index, grid->planar[i]);
    else
        grid->planar[i] = net_load(grid->map.data, grid->map.type, index);
}

#endif
