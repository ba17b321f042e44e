/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernels of cpu_rows.h. The file that includes this has set
 *     CPU_ROWS   the table to define
 *     CPU_LANES  floats in a vector register
 * and is compiled for that instruction set. Loops over channels are written for the compiler's
 * vectoriser; the depthwise convolution names its registers.
 */
#include "cpu_rows.h"

#include "../net/net_rule.h"

#include <string.h>
#if CPU_LANES > 4
#include <immintrin.h>
#endif

/* ---- elements */

static inline float widen(uint16_t bits)
{
    const uint32_t wide = (uint32_t)bits << 16;
    float value;
    memcpy(&value, &wide, sizeof value);
    return value;
}

/* To the nearest, ties to even; NaN stays NaN. */
static inline uint16_t narrow(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    const uint32_t rounded = (bits + 0x7fffu + (bits >> 16 & 1u)) >> 16;
    const uint32_t quiet = bits >> 16 | 0x40u;
    return (uint16_t)((bits & 0x7fffffffu) > 0x7f800000u ? quiet : rounded);
}

/* `bf16` is a constant wherever these are inlined. */
static inline float load(const void *elements, size_t i, bool bf16)
{
    return bf16 ? widen(((const uint16_t *)elements)[i]) : ((const float *)elements)[i];
}

static inline void store(void *elements, size_t i, float value, bool bf16)
{
    if (bf16)
        ((uint16_t *)elements)[i] = narrow(value);
    else
        ((float *)elements)[i] = value;
}

static inline unsigned char *pixel(const cpu_map *map, int32_t y, int32_t x)
{
    const size_t index = ((size_t)y * (size_t)map->width + (size_t)x) * map->pitch;
    return map->data + index * (map->bf16 ? sizeof(uint16_t) : sizeof(float));
}

/* ---- input */

static inline void normalise_as(const cpu_map *out, const uint8_t *restrict photograph,
                                const cpu_colours *restrict colours, int32_t y, bool bf16)
{
    unsigned char *const to = pixel(out, y, 0);
    const size_t n = 3 * (size_t)out->width;
    size_t i = 0;
    if (out->pitch == 3)
        for (; i + CPU_NORMALISE_PERIOD <= n; i += CPU_NORMALISE_PERIOD)
            for (size_t k = 0; k < CPU_NORMALISE_PERIOD; k++)
                store(to, i + k,
                      net_normalise(photograph[i + k], colours->mean[k], colours->std[k]), bf16);
    for (; i < n; i++)
        store(to, i / 3 * out->pitch + i % 3,
              net_normalise(photograph[i], colours->mean[i % 3], colours->std[i % 3]), bf16);
}

static void normalise(const cpu_map *out, const uint8_t *photograph, const cpu_colours *colours,
                      int32_t y)
{
    if (out->bf16)
        normalise_as(out, photograph, colours, y, true);
    else
        normalise_as(out, photograph, colours, y, false);
}

/* ---- depthwise convolution */

typedef float vector __attribute__((vector_size(4 * CPU_LANES)));
typedef float loose_vector __attribute__((vector_size(4 * CPU_LANES), aligned(4), may_alias));
typedef uint32_t bits_vector __attribute__((vector_size(4 * CPU_LANES)));
typedef uint16_t half_vector __attribute__((vector_size(2 * CPU_LANES)));
typedef uint16_t loose_half __attribute__((vector_size(2 * CPU_LANES), aligned(2), may_alias));

#define INLINE static inline __attribute__((always_inline))

enum { DW_PIXELS = 4, DW_VECTORS = 2 };

/* gcc takes three times as many instructions for __builtin_convertvector(). */
INLINE void widen_vector(bits_vector *out, const void *elements)
{
#if CPU_LANES == 16
    *out = (bits_vector)_mm512_cvtepu16_epi32(_mm256_loadu_si256(elements));
#elif CPU_LANES == 8
    *out = (bits_vector)_mm256_cvtepu16_epi32(_mm_loadu_si128(elements));
#else
    *out = __builtin_convertvector((half_vector) * (const loose_half *)elements, bits_vector);
#endif
}

INLINE void load_vector(vector *out, const void *elements, bool bf16)
{
    if (bf16) {
        bits_vector bits;
        widen_vector(&bits, elements);
        *out = (vector)(bits << 16);
    } else {
        *out = *(const loose_vector *)elements;
    }
}

INLINE void store_vector(void *elements, const vector *value, bool bf16)
{
    if (!bf16) {
        *(loose_vector *)elements = *value;
        return;
    }
    const bits_vector bits = (bits_vector)*value;
    const bits_vector rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
    const bits_vector nan = (bits_vector)((bits & 0x7fffffffu) > 0x7f800000u);
    const bits_vector chosen = (rounded & ~nan) | (((bits >> 16) | 0x40u) & nan);
    *(loose_half *)elements = __builtin_convertvector(chosen, half_vector);
}

/* The taps of a row of windows that fall inside the map, [begin, end). */
typedef struct taps {
    int32_t begin, end;
} taps;

static inline taps taps_inside(int32_t at, const cpu_window *w, int32_t side)
{
    const int32_t first = at * w->stride - w->dilation * (w->kernel - 1) / 2;
    taps t = {0, w->kernel};
    while (t.begin < t.end && first + t.begin * w->dilation < 0)
        t.begin++;
    while (t.end > t.begin && first + (t.end - 1) * w->dilation >= side)
        t.end--;
    return t;
}

/* Once for each sum of a block. Spelt out, so that the sums are registers and not an array: no
 * compiler unrolls the loops early enough. */
#define DW_EACH(f) f(0, 0) f(0, 1) f(1, 0) f(1, 1) f(2, 0) f(2, 1) f(3, 0) f(3, 1)
#define DW_BEGIN(p, v)                                                                             \
    if ((p) < pixels && (v) < vectors)                                                             \
        sum[p][v] = *(const loose_vector *)(w->bias + c + (v)*CPU_LANES);
#define DW_TAP(p, v)                                                                               \
    if ((p) < pixels && (v) < vectors) {                                                           \
        load_vector(&value, from + (p)*step + (v)*CPU_LANES * size, bf16);                         \
        sum[p][v] += weight[v] * value;                                                            \
    }
#define DW_END(p, v)                                                                               \
    if ((p) < pixels && (v) < vectors)                                                             \
        dw_store(pixel(out, y, x + (p)) + (c + (v)*CPU_LANES) * size, &sum[p][v], w->relu, bf16);

INLINE void dw_store(unsigned char *to, vector *sum, bool relu, bool bf16)
{
    if (relu) /* NaN stays */
        *sum = (vector)((bits_vector)*sum & ~(bits_vector)(*sum < 0.0f));
    store_vector(to, sum, bf16);
}

/* `pixels` neighbours whose columns have the taps `kx`; `vectors` registers of channels from c. */
INLINE void dw_block(const cpu_map *out, const cpu_map *in, const cpu_window *w, int32_t y,
                     int32_t x, taps ky, taps kx, size_t c, int pixels, int vectors, bool bf16)
{
    const size_t size = bf16 ? sizeof(uint16_t) : sizeof(float);
    const int32_t reach = w->dilation * (w->kernel - 1) / 2;
    const size_t step = (size_t)w->stride * in->pitch * size;
    const size_t gap = (size_t)w->dilation * in->pitch * size, channels = (size_t)in->channels;
    vector sum[DW_PIXELS][DW_VECTORS], weight[DW_VECTORS], value;
    DW_EACH(DW_BEGIN)
    for (int32_t i = ky.begin; i < ky.end; i++) {
        const float *weights = w->weight + (size_t)(i * w->kernel + kx.begin) * channels + c;
        const unsigned char *from = pixel(in, y * w->stride + i * w->dilation - reach,
                                          x * w->stride + kx.begin * w->dilation - reach) +
                                    c * size;
        for (int32_t k = kx.begin; k < kx.end; k++, from += gap, weights += channels) {
            weight[0] = *(const loose_vector *)weights;
            if (vectors > 1)
                weight[1] = *(const loose_vector *)(weights + CPU_LANES);
            DW_EACH(DW_TAP)
        }
    }
    DW_EACH(DW_END)
}

/* The channels that fill no register. */
INLINE void dw_tail(const cpu_map *out, const cpu_map *in, const cpu_window *w, int32_t y,
                    int32_t x, taps ky, taps kx, size_t c, size_t end, bool bf16)
{
    const int32_t reach = w->dilation * (w->kernel - 1) / 2;
    for (; c < end; c++) {
        float sum = w->bias[c];
        for (int32_t i = ky.begin; i < ky.end; i++)
            for (int32_t k = kx.begin; k < kx.end; k++)
                sum += w->weight[(size_t)(i * w->kernel + k) * (size_t)in->channels + c] *
                       load(pixel(in, y * w->stride + i * w->dilation - reach,
                                  x * w->stride + k * w->dilation - reach),
                            c, bf16);
        store(pixel(out, y, x), c, w->relu && sum < 0.0f ? 0.0f : sum, bf16);
    }
}

/* Channels [c, end) of `pixels` neighbours. */
INLINE void dw_channels(const cpu_map *out, const cpu_map *in, const cpu_window *w, int32_t y,
                        int32_t x, taps ky, taps kx, size_t c, size_t end, int pixels, bool bf16)
{
    for (; c + DW_VECTORS * CPU_LANES <= end; c += DW_VECTORS * CPU_LANES)
        dw_block(out, in, w, y, x, ky, kx, c, pixels, DW_VECTORS, bf16);
    for (; c + CPU_LANES <= end; c += CPU_LANES)
        dw_block(out, in, w, y, x, ky, kx, c, pixels, 1, bf16);
    for (int p = 0; p < pixels && c < end; p++)
        dw_tail(out, in, w, y, x + p, ky, kx, c, end, bf16);
}

INLINE void dw_row(const cpu_map *out, const cpu_map *in, const cpu_window *w, int32_t y, size_t c,
                   size_t end, bool bf16)
{
    const taps ky = taps_inside(y, w, in->height);
    for (int32_t x = 0; x < out->width;) {
        const taps kx = taps_inside(x, w, in->width);
        const bool inner = x + DW_PIXELS <= out->width && kx.begin == 0 && kx.end == w->kernel &&
                           taps_inside(x + DW_PIXELS - 1, w, in->width).end == w->kernel;
        if (inner)
            dw_channels(out, in, w, y, x, ky, kx, c, end, DW_PIXELS, bf16);
        else
            dw_channels(out, in, w, y, x, ky, kx, c, end, 1, bf16);
        x += inner ? DW_PIXELS : 1;
    }
}

static void depthwise(const cpu_map *out, const cpu_map *in, const cpu_window *window,
                      cpu_part part)
{
    const size_t first = (size_t)part.first, end = (size_t)part.end;
    for (int32_t y = part.top; y < part.bottom; y++) {
        if (in->bf16)
            dw_row(out, in, window, y, first, end, true);
        else
            dw_row(out, in, window, y, first, end, false);
    }
}

/* ---- 3x3 maximum, stride 2, padding 1 */

static inline void max_tap(float *restrict most, const void *restrict from, size_t n, bool bf16)
{
    for (size_t c = 0; c < n; c++) {
        const float value = load(from, c, bf16);
        most[c] = value > most[c] ? value : most[c];
    }
}

static inline void max_block(const cpu_map *out, const cpu_map *in, int32_t y, int32_t x,
                             size_t first, size_t n, bool bf16)
{
    const size_t skip = first * (bf16 ? sizeof(uint16_t) : sizeof(float));
    const int32_t top = y > 0 ? 2 * y - 1 : 0, left = x > 0 ? 2 * x - 1 : 0;
    float most[CPU_BLOCK];
    for (size_t c = 0; c < n; c++)
        most[c] = load(pixel(in, 2 * y, 2 * x) + skip, c, bf16);
    for (int32_t v = top; v <= 2 * y + 1 && v < in->height; v++)
        for (int32_t u = left; u <= 2 * x + 1 && u < in->width; u++)
            max_tap(most, pixel(in, v, u) + skip, n, bf16);
    for (size_t c = 0; c < n; c++)
        store(pixel(out, y, x) + skip, c, most[c], bf16);
}

static inline void max_pool_as(const cpu_map *out, const cpu_map *in, int32_t y, bool bf16)
{
    const size_t channels = (size_t)in->channels;
    for (int32_t x = 0; x < out->width; x++) {
        size_t c = 0;
        for (; c + CPU_BLOCK <= channels; c += CPU_BLOCK)
            max_block(out, in, y, x, c, CPU_BLOCK, bf16);
        if (c < channels)
            max_block(out, in, y, x, c, channels - c, bf16);
    }
}

static void max_pool(const cpu_map *out, const cpu_map *in, int32_t y)
{
    if (in->bf16)
        max_pool_as(out, in, y, true);
    else
        max_pool_as(out, in, y, false);
}

/* ---- bilinear resize */

static inline void resize_as(const cpu_map *out, const cpu_map *in, int32_t y, bool bf16)
{
    const size_t n = (size_t)out->channels;
    const float scale = (float)in->width / (float)out->width;
    const net_tap ty = net_resize_tap(y, (float)in->height / (float)out->height, in->height);
    for (int32_t x = 0; x < out->width; x++) {
        const net_tap tx = net_resize_tap(x, scale, in->width);
        const void *restrict const a = pixel(in, ty.i0, tx.i0), *restrict const b =
                                                                    pixel(in, ty.i0, tx.i1);
        const void *restrict const c = pixel(in, ty.i1, tx.i0), *restrict const d =
                                                                    pixel(in, ty.i1, tx.i1);
        void *restrict const to = pixel(out, y, x);
        for (size_t i = 0; i < n; i++)
            store(to, i,
                  net_resize_mix(ty, tx, load(a, i, bf16), load(b, i, bf16), load(c, i, bf16),
                                 load(d, i, bf16)),
                  bf16);
    }
}

static void resize(const cpu_map *out, const cpu_map *in, int32_t y)
{
    if (in->bf16)
        resize_as(out, in, y, true);
    else
        resize_as(out, in, y, false);
}

/* ---- average of a window, as running sums in double precision */

static inline void add_row(double *restrict sums, const cpu_map *in, int32_t y, size_t first,
                           size_t n, double sign, bool bf16)
{
    for (int32_t x = 0; x < in->width; x++) {
        const void *restrict from = pixel(in, y, x);
        double *restrict const sum = sums + (size_t)x * CPU_BLOCK;
        for (size_t c = 0; c < n; c++)
            sum[c] += sign * (double)load(from, first + c, bf16);
    }
}

static inline void average_row(const cpu_map *out, const double *restrict sums, int32_t y,
                               int32_t width, double count, size_t first, size_t n, bool bf16)
{
    double run[CPU_BLOCK] = {0};
    for (int32_t x = 0; x < width; x++)
        for (size_t c = 0; c < n; c++)
            run[c] += sums[(size_t)x * CPU_BLOCK + c];
    for (int32_t x = 0; x < out->width; x++) {
        void *restrict const to = pixel(out, y, x);
        const double *leaves = sums + (size_t)x * CPU_BLOCK;
        const double *enters = leaves + (size_t)width * CPU_BLOCK;
        for (size_t c = 0; c < n; c++)
            store(to, first + c, (float)(run[c] / count), bf16);
        if (x + 1 < out->width)
            for (size_t c = 0; c < n; c++)
                run[c] += enters[c] - leaves[c];
    }
}

static inline void average_as(const cpu_map *out, const cpu_map *in, size_t first, double *sums,
                              bool bf16)
{
    const size_t left = (size_t)in->channels - first, n = left < CPU_BLOCK ? left : CPU_BLOCK;
    const int32_t height = in->height - out->height + 1, width = in->width - out->width + 1;
    memset(sums, 0, (size_t)in->width * CPU_BLOCK * sizeof *sums);
    for (int32_t y = 0; y < height; y++)
        add_row(sums, in, y, first, n, 1.0, bf16);
    for (int32_t y = 0; y < out->height; y++) {
        average_row(out, sums, y, width, (double)height * (double)width, first, n, bf16);
        if (y + 1 < out->height) {
            add_row(sums, in, y + height, first, n, 1.0, bf16);
            add_row(sums, in, y, first, n, -1.0, bf16);
        }
    }
}

static void average(const cpu_map *out, const cpu_map *in, int32_t first, double *sums)
{
    if (in->bf16)
        average_as(out, in, (size_t)first, sums, true);
    else
        average_as(out, in, (size_t)first, sums, false);
}

/* ---- DORN */

static void dorn(const cpu_map *out, const cpu_map *in, const float *depths, bool paper, int32_t y)
{
    const int32_t intervals = in->channels / 2;
    for (int32_t x = 0; x < out->width; x++) {
        const float *logits = (const float *)(const void *)pixel(in, y, x);
        const int32_t label = paper ? net_dorn_label(logits, 1, intervals, 1)
                                    : net_dorn_label(logits, 1, intervals, 0);
        memcpy(pixel(out, y, x), &depths[label], sizeof *depths);
    }
}

const cpu_rows CPU_ROWS = {
    .name = CPU_ROWS_NAME,
    .normalise = normalise,
    .depthwise = depthwise,
    .max_pool = max_pool,
    .resize = resize,
    .average = average,
    .dorn = dorn,
};
