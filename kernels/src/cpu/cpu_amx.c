/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Convolution as a matrix product on AMX tiles, without ever forming the matrix.
 *
 * The output is cut into pieces of about 256 pixels, one at a time per thread. For each piece, and
 * for each chunk of input channels:
 *
 *     1. pack   the input under the piece, zeros around the map included, as
 *               [32 channels][row][column] cache lines: any 16 neighbours are one tile
 *     2. for every 32 output channels (their weights for this chunk stay in the second-level cache)
 *        and every 32 pixels: load 2 x 2 tiles of sums, add the products of all taps, put them back
 *
 * and after the last chunk bias, residual and ReLU are applied on the way to the output. Sums of
 * one output are added in an order that only the shape decides.
 */
#include "cpu_amx.h"

#include "../net/net_plan.h"

#include <panodepth/alloc.h>

#include <immintrin.h>
#include <stdlib.h>
#include <string.h>
#ifdef _OPENMP
#include <omp.h>
#endif

enum {
    SIDE = 16,                  /* rows of a tile; pixels, pairs of channels, outputs */
    DEPTH = 32,                 /* input channels of a tile */
    LINE = 64,                  /* bytes of a tile's row */
    TILE = SIDE * LINE,         /* bytes */
    SUMS = 4 * TILE,            /* bytes of 2 x 2 tiles of sums */
    WEIGHTS_BUDGET = 40 * 1024, /* of 32 outputs and one chunk */
    SUMS_BUDGET = 512 * 1024,   /* of a piece, when there is more than one chunk */
    MAX_PIXELS = 256,           /* of a piece */
    MAX_TILES = MAX_PIXELS / SIDE,
    MAX_KERNEL = 5,
    MIN_CHANNELS = 16 /* fewer waste too much of a tile */
};

struct cpu_amx {
    cpu_conv_shape shape;
    bool split; /* float32 as two bfloat16 */
    int threads;
    int32_t n_chunks, chunk_depths; /* depths (32 channels) of a chunk but the last */
    int32_t n_depths;
    int32_t n_blocks;      /* of 32 outputs */
    int32_t rows, columns; /* output pixels of a piece, columns a multiple of SIDE */
    int32_t in_columns, max_in_rows;
    size_t pack_bytes, sum_bytes; /* of one thread */
    size_t weight_bytes;
    unsigned char *memory, *weights; /* aligned */
    float *bias;                     /* padded to n_blocks x 32 */
};

/* ---- planning */

static int32_t divide_up(int32_t a, int32_t b)
{
    return (a + b - 1) / b;
}

/* The input row under tap ky of output row y; may lie outside the map. */
static int32_t in_row(const cpu_conv_shape *s, int32_t y, int32_t ky)
{
    return y * s->stride + ky * s->dilation - s->dilation * (s->kernel - 1) / 2;
}

/* The distinct input rows under `rows` output rows, ascending, and the slot of each (row, tap). */
typedef struct row_slots {
    int32_t n;
    int32_t row[MAX_TILES * MAX_KERNEL];
    int32_t slot[MAX_TILES][MAX_KERNEL];
} row_slots;

static int32_t slot_of(row_slots *slots, int32_t row)
{
    for (int32_t i = 0; i < slots->n; i++)
        if (slots->row[i] == row)
            return i;
    slots->row[slots->n] = row;
    return slots->n++;
}

static void find_slots(row_slots *slots, const cpu_conv_shape *s, int32_t y, int32_t rows)
{
    slots->n = 0;
    for (int32_t r = 0; r < rows; r++)
        for (int32_t k = 0; k < s->kernel; k++)
            slots->slot[r][k] = slot_of(slots, in_row(s, y + r, k));
}

static int32_t columns_under(const cpu_conv_shape *s, int32_t columns)
{
    return (columns - 1) * s->stride + (s->kernel - 1) * s->dilation + 1;
}

/* The shape of a piece of at most `pixels` that packs the fewest input pixels. */
static void shape_piece(cpu_amx *c, int32_t pixels)
{
    const cpu_conv_shape *s = &c->shape;
    const int32_t widest = divide_up(s->out.width, SIDE) * SIDE;
    double least = 0.0;
    for (int32_t columns = SIDE; columns <= pixels && columns <= widest; columns += SIDE) {
        row_slots slots;
        const int32_t fit = pixels / columns;
        const int32_t rows = fit < s->out.height ? fit : s->out.height;
        find_slots(&slots, s, 0, rows);
        const int32_t across = divide_up(s->out.width, columns);
        const int32_t down = divide_up(s->out.height, rows);
        const double cost = (double)slots.n * columns_under(s, columns) * across * down +
                            4.0 * rows * columns * across * down;
        if (c->rows == 0 || cost < least) {
            least = cost;
            c->rows = rows;
            c->columns = columns;
            c->max_in_rows = slots.n;
        }
    }
    c->in_columns = columns_under(s, c->columns);
}

static size_t align(size_t bytes)
{
    return (bytes + NET_ALIGN - 1) / NET_ALIGN * NET_ALIGN;
}

static void plan(cpu_amx *c)
{
    const cpu_conv_shape *s = &c->shape;
    const int32_t taps = s->kernel * s->kernel, parts = c->split ? 2 : 1;
    const int32_t fitting = WEIGHTS_BUDGET / (2 * TILE * taps * parts);
    c->n_depths = divide_up(s->in.channels, DEPTH);
    c->n_chunks = divide_up(c->n_depths, fitting > 0 ? fitting : 1);
    c->chunk_depths = divide_up(c->n_depths, c->n_chunks);
    c->n_chunks = divide_up(c->n_depths, c->chunk_depths);
    c->n_blocks = divide_up(s->out.channels, 2 * SIDE);
    int32_t pixels = MAX_PIXELS;
    while (c->n_chunks > 1 && pixels > 64 &&
           (size_t)pixels * (size_t)c->n_blocks * 2 * SIDE * sizeof(float) > SUMS_BUDGET)
        pixels /= 2;
    shape_piece(c, pixels);
    c->pack_bytes = align((size_t)parts * (size_t)c->chunk_depths * (size_t)c->max_in_rows *
                          (size_t)c->in_columns * LINE);
    const int32_t tiles = c->rows * (c->columns / SIDE);
    c->sum_bytes = align((size_t)divide_up(tiles, 2) * (size_t)c->n_blocks * SUMS);
}

/* ---- weights */

static uint16_t high(float value)
{
    return (uint16_t)_mm_extract_epi16((__m128i)_mm_cvtneps_pbh(_mm_set1_ps(value)), 0);
}

static uint16_t low(float value)
{
    const uint32_t wide = (uint32_t)high(value) << 16;
    float h;
    memcpy(&h, &wide, sizeof h);
    return high(value - h);
}

/* Tile t (of two) of a block: row i holds channels 2 i and 2 i + 1 of 16 outputs. */
static void pack_weight_tile(uint16_t *to, const cpu_conv_shape *s, const float *weight,
                             int32_t tap, int32_t first_in, int32_t first_out, bool lower)
{
    const int32_t taps = s->kernel * s->kernel;
    for (int32_t i = 0; i < DEPTH; i++) {
        for (int32_t o = 0; o < SIDE; o++) {
            const int32_t in = first_in + i, out = first_out + o;
            uint16_t value = 0;
            if (in < s->in.channels && out < s->out.channels) {
                const size_t at =
                    ((size_t)out * (size_t)taps + (size_t)tap) * (size_t)s->in.channels +
                    (size_t)in;
                value = lower ? low(weight[at]) : high(weight[at]);
            }
            to[(i / 2) * (LINE / 2) + 2 * o + i % 2] = value;
        }
    }
}

/* [block][depth][tap][high, low][tile] */
static void pack_weights(cpu_amx *c, const float *weight)
{
    const int32_t taps = c->shape.kernel * c->shape.kernel, parts = c->split ? 2 : 1;
    unsigned char *to = c->weights;
    for (int32_t block = 0; block < c->n_blocks; block++)
        for (int32_t depth = 0; depth < c->n_depths; depth++)
            for (int32_t tap = 0; tap < taps; tap++)
                for (int32_t part = 0; part < parts; part++)
                    for (int32_t t = 0; t < 2; t++, to += TILE)
                        pack_weight_tile((uint16_t *)(void *)to, &c->shape, weight, tap,
                                         depth * DEPTH, (2 * block + t) * SIDE, part == 1);
}

static size_t block_weight_bytes(const cpu_amx *c, int32_t depths)
{
    return (size_t)depths * (size_t)(c->shape.kernel * c->shape.kernel) * (c->split ? 2 : 1) * 2 *
           TILE;
}

pnd_status cpu_amx_open(cpu_amx **out, const cpu_conv_shape *shape, const float *weight,
                        const float *bias, int threads, pnd_error *err)
{
    *out = NULL;
    if (shape->kernel > CPU_AMX_MAX_KERNEL)
        return pnd_fail(err, PND_EUNSUPPORTED, "a %dx%d convolution needs oneDNN", shape->kernel,
                        shape->kernel);
    cpu_amx *c = pnd_calloc_array(1, sizeof *c);
    if (c == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for a convolution");
    c->shape = *shape;
    c->split = !shape->in.bf16;
    c->threads = threads;
    plan(c);
    const size_t weights = (size_t)c->n_blocks * block_weight_bytes(c, c->n_depths);
    const size_t biases = (size_t)c->n_blocks * 2 * SIDE * sizeof(float);
    c->weight_bytes = weights + biases + NET_ALIGN;
    c->memory = pnd_calloc_array(c->weight_bytes, 1);
    if (c->memory == NULL) {
        free(c);
        return pnd_fail(err, PND_ENOMEM, "out of memory for the weights of a convolution");
    }
    c->weights = c->memory + (NET_ALIGN - (uintptr_t)c->memory % NET_ALIGN);
    c->bias = (float *)(void *)(c->weights + weights);
    memcpy(c->bias, bias, (size_t)shape->out.channels * sizeof *bias);
    pack_weights(c, weight);
    *out = c;
    return PND_OK;
}

void cpu_amx_close(cpu_amx *conv)
{
    if (conv == NULL)
        return;
    free(conv->memory);
    free(conv);
}

size_t cpu_amx_weight_bytes(const cpu_amx *conv)
{
    return conv->weight_bytes;
}

size_t cpu_amx_scratch_bytes(const cpu_amx *conv)
{
    return (size_t)conv->threads * (conv->pack_bytes + conv->sum_bytes);
}

/* ---- packing the input */

/* One chunk of one piece. */
typedef struct piece {
    const cpu_amx *conv;
    const unsigned char *in;
    unsigned char *out, *pack, *sums;
    int32_t y, x, rows, columns; /* output pixels inside the map */
    int32_t first_depth, n_depths;
    row_slots slots;
} piece;

static size_t plane_bytes(const cpu_amx *c)
{
    return (size_t)c->max_in_rows * (size_t)c->in_columns * LINE;
}

/* Up to 32 channels of a pixel to a line, or a high and a low line. */
static inline void pack_bf16(unsigned char *to, const unsigned char *from, int32_t channels)
{
    const __mmask32 mask = channels >= DEPTH ? ~0u : (1u << channels) - 1u;
    _mm512_store_si512(to, _mm512_maskz_loadu_epi16(mask, from));
}

static inline void pack_f32(unsigned char *to, size_t low_plane, const unsigned char *from,
                            int32_t channels)
{
    const uint32_t mask = channels >= DEPTH ? ~0u : (1u << channels) - 1u;
    const __m512 a = _mm512_maskz_loadu_ps((__mmask16)(mask & 0xffffu), from);
    const __m512 b = _mm512_maskz_loadu_ps((__mmask16)(mask >> 16), from + SIDE * sizeof(float));
    const __m512i h = (__m512i)_mm512_cvtne2ps_pbh(b, a);
    const __m512 ah = _mm512_castsi512_ps(
        _mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm512_castsi512_si256(h)), 16));
    const __m512 bh = _mm512_castsi512_ps(
        _mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm512_extracti64x4_epi64(h, 1)), 16));
    _mm512_store_si512(to, h);
    _mm512_store_si512(to + low_plane,
                       (__m512i)_mm512_cvtne2ps_pbh(_mm512_sub_ps(b, bh), _mm512_sub_ps(a, ah)));
}

/* Planes: [depth], then for float32 as many low ones. */
static void pack_pixel(const piece *p, unsigned char *to, const unsigned char *from)
{
    const cpu_amx *c = p->conv;
    const size_t plane = plane_bytes(c), low_plane = plane * (size_t)p->n_depths;
    int32_t left = c->shape.in.channels - p->first_depth * DEPTH;
    for (int32_t depth = 0; depth < p->n_depths; depth++, left -= DEPTH, to += plane) {
        if (c->split)
            pack_f32(to, low_plane, from + (size_t)depth * DEPTH * sizeof(float), left);
        else
            pack_bf16(to, from + (size_t)depth * DEPTH * sizeof(uint16_t), left);
    }
}

static void zero_pixels(const piece *p, unsigned char *to, int32_t n)
{
    const size_t planes = (size_t)p->n_depths * (p->conv->split ? 2 : 1);
    for (size_t i = 0; i < planes && n > 0; i++, to += plane_bytes(p->conv))
        memset(to, 0, (size_t)n * LINE);
}

static void pack_row(const piece *p, int32_t slot)
{
    const cpu_amx *c = p->conv;
    const cpu_map *in = &c->shape.in;
    const int32_t y = p->slots.row[slot];
    const int32_t x = p->x * c->shape.stride - c->shape.dilation * (c->shape.kernel - 1) / 2;
    unsigned char *const to = p->pack + (size_t)slot * (size_t)c->in_columns * LINE;
    const size_t size = in->bf16 ? sizeof(uint16_t) : sizeof(float);
    int32_t begin = x < 0 ? -x : 0, end = in->width - x;
    if (end > c->in_columns)
        end = c->in_columns;
    if (y < 0 || y >= in->height || begin >= end)
        begin = end = c->in_columns;
    zero_pixels(p, to, begin);
    zero_pixels(p, to + (size_t)end * LINE, c->in_columns - end);
    if (begin >= end)
        return;
    const unsigned char *from =
        p->in + (((size_t)y * (size_t)in->width + (size_t)(x + begin)) * in->pitch +
                 (size_t)p->first_depth * DEPTH) *
                    size;
    for (int32_t i = begin; i < end; i++, from += in->pitch * size)
        pack_pixel(p, to + (size_t)i * LINE, from);
}

/* ---- products */

/* Where two tiles of 16 pixels find their lines: of each tap row, in plane 0. */
typedef struct tile_pair {
    const unsigned char *a[MAX_KERNEL], *b[MAX_KERNEL];
} tile_pair;

static void find_lines(const unsigned char *lines[MAX_KERNEL], const piece *p, int32_t tile)
{
    const cpu_amx *c = p->conv;
    const int32_t across = c->columns / SIDE, row = tile / across, column = tile % across * SIDE;
    for (int32_t k = 0; k < c->shape.kernel; k++)
        lines[k] = p->pack + ((size_t)p->slots.slot[row][k] * (size_t)c->in_columns +
                              (size_t)column * (size_t)c->shape.stride) *
                                 LINE;
}

static inline void multiply_bf16(const tile_pair *pair, const piece *p,
                                 const unsigned char *weights)
{
    const cpu_conv_shape *s = &p->conv->shape;
    const size_t plane = plane_bytes(p->conv), step = (size_t)s->dilation * LINE;
    const size_t stride = (size_t)s->stride * LINE;
    for (int32_t depth = 0; depth < p->n_depths; depth++) {
        for (int32_t ky = 0; ky < s->kernel; ky++) {
            const unsigned char *a = pair->a[ky] + (size_t)depth * plane;
            const unsigned char *b = pair->b[ky] + (size_t)depth * plane;
            for (int32_t kx = 0; kx < s->kernel; kx++, a += step, b += step) {
                _tile_loadd(6, weights, LINE);
                _tile_loadd(4, a, stride);
                _tile_dpbf16ps(0, 4, 6);
                _tile_loadd(5, b, stride);
                _tile_dpbf16ps(2, 5, 6);
                _tile_loadd(7, weights + TILE, LINE);
                _tile_dpbf16ps(1, 4, 7);
                _tile_dpbf16ps(3, 5, 7);
                weights += 2 * TILE;
            }
        }
    }
}

/* Low times high, high times low, high times high: small terms first. */
static inline void multiply_split(const tile_pair *pair, const piece *p,
                                  const unsigned char *weights)
{
    const cpu_conv_shape *s = &p->conv->shape;
    const size_t plane = plane_bytes(p->conv), step = (size_t)s->dilation * LINE;
    const size_t stride = (size_t)s->stride * LINE, lower = plane * (size_t)p->n_depths;
    for (int32_t depth = 0; depth < p->n_depths; depth++) {
        for (int32_t ky = 0; ky < s->kernel; ky++) {
            const unsigned char *a = pair->a[ky] + (size_t)depth * plane;
            const unsigned char *b = pair->b[ky] + (size_t)depth * plane;
            for (int32_t kx = 0; kx < s->kernel; kx++, a += step, b += step) {
                _tile_loadd(4, a, stride);
                _tile_loadd(5, b, stride);
                _tile_loadd(6, weights + 2 * TILE, LINE);
                _tile_loadd(7, weights + 3 * TILE, LINE);
                _tile_dpbf16ps(0, 4, 6);
                _tile_dpbf16ps(1, 4, 7);
                _tile_dpbf16ps(2, 5, 6);
                _tile_dpbf16ps(3, 5, 7);
                _tile_loadd(6, weights, LINE);
                _tile_loadd(7, weights + TILE, LINE);
                _tile_dpbf16ps(0, 4, 6);
                _tile_dpbf16ps(1, 4, 7);
                _tile_dpbf16ps(2, 5, 6);
                _tile_dpbf16ps(3, 5, 7);
                _tile_loadd(4, a + lower, stride);
                _tile_loadd(5, b + lower, stride);
                _tile_dpbf16ps(0, 4, 6);
                _tile_dpbf16ps(1, 4, 7);
                _tile_dpbf16ps(2, 5, 6);
                _tile_dpbf16ps(3, 5, 7);
                weights += 4 * TILE;
            }
        }
    }
}

static void clear_sums(void)
{
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
}

static void load_sums(const unsigned char *sums)
{
    _tile_loadd(0, sums, LINE);
    _tile_loadd(1, sums + TILE, LINE);
    _tile_loadd(2, sums + 2 * TILE, LINE);
    _tile_loadd(3, sums + 3 * TILE, LINE);
}

static void store_sums(unsigned char *sums)
{
    _tile_stored(0, sums, LINE);
    _tile_stored(1, sums + TILE, LINE);
    _tile_stored(2, sums + 2 * TILE, LINE);
    _tile_stored(3, sums + 3 * TILE, LINE);
}

/* ---- the output */

static inline __m512 load_half(const unsigned char *from, __mmask16 mask, bool bf16)
{
    if (!bf16)
        return _mm512_maskz_loadu_ps(mask, from);
    const __m512i wide = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(mask, from));
    return _mm512_castsi512_ps(_mm512_slli_epi32(wide, 16));
}

static inline void store_half(unsigned char *to, __mmask16 mask, __m512 value, bool bf16)
{
    if (bf16)
        _mm256_mask_storeu_epi16(to, mask, (__m256i)_mm512_cvtneps_pbh(value));
    else
        _mm512_mask_storeu_ps(to, mask, value);
}

/* What of a tile of pixels lies inside the map, and where it goes. */
typedef struct place {
    unsigned char *to; /* the first pixel's first channel of the block */
    size_t pitch;      /* bytes */
    const float *bias;
    int32_t pixels, channels; /* of the block, 32 or fewer */
} place;

#define INLINE static inline __attribute__((always_inline))

/* 16 channels, or as many as `mask` has: what all blocks but the last, fuller, do twice. */
INLINE void finish_half(const place *p, const unsigned char *sums, int32_t half, __mmask16 mask,
                        bool residual, bool relu, bool bf16)
{
    const __m512 bias = _mm512_loadu_ps(p->bias + half * SIDE), zero = _mm512_setzero_ps();
    unsigned char *to = p->to + (size_t)half * SIDE * (bf16 ? sizeof(uint16_t) : sizeof(float));
    const size_t pitch = p->pitch;
    for (int32_t i = 0; i < p->pixels; i++, to += pitch) {
        __m512 v = _mm512_add_ps(_mm512_load_ps(sums + (size_t)i * LINE), bias);
        if (residual)
            v = _mm512_add_ps(v, load_half(to, mask, bf16));
        if (relu)
            v = _mm512_max_ps(zero, v); /* in this order NaN stays */
        store_half(to, mask, v, bf16);
    }
}

/* 32 channels to bfloat16: one line at a time. */
INLINE void finish_line(const place *p, const unsigned char *sums, bool residual, bool relu)
{
    const __m512 bias0 = _mm512_loadu_ps(p->bias), bias1 = _mm512_loadu_ps(p->bias + SIDE);
    const __m512 zero = _mm512_setzero_ps();
    const size_t pitch = p->pitch;
    unsigned char *to = p->to;
    for (int32_t i = 0; i < p->pixels; i++, to += pitch) {
        __m512 a = _mm512_add_ps(_mm512_load_ps(sums + (size_t)i * LINE), bias0);
        __m512 b = _mm512_add_ps(_mm512_load_ps(sums + TILE + (size_t)i * LINE), bias1);
        if (residual) {
            a = _mm512_add_ps(a, load_half(to, 0xffff, true));
            b = _mm512_add_ps(b, load_half(to + SIDE * sizeof(uint16_t), 0xffff, true));
        }
        if (relu) {
            a = _mm512_max_ps(zero, a);
            b = _mm512_max_ps(zero, b);
        }
        _mm512_storeu_si512(to, (__m512i)_mm512_cvtne2ps_pbh(b, a));
    }
}

static __mmask16 mask_of(int32_t channels)
{
    return (__mmask16)(channels >= SIDE ? 0xffff : (1 << channels) - 1);
}

INLINE void finish_as(const place *p, const unsigned char *sums, bool residual, bool relu,
                      bool bf16)
{
    if (bf16 && p->channels == 2 * SIDE) {
        finish_line(p, sums, residual, relu);
        return;
    }
    finish_half(p, sums, 0, mask_of(p->channels), residual, relu, bf16);
    if (p->channels > SIDE)
        finish_half(p, sums + TILE, 1, mask_of(p->channels - SIDE), residual, relu, bf16);
}

static void finish(const piece *p, const unsigned char *sums, int32_t tile, int32_t block)
{
    const cpu_conv_shape *s = &p->conv->shape;
    const int32_t across = p->conv->columns / SIDE;
    const int32_t row = tile / across, column = tile % across * SIDE;
    const int32_t channel = 2 * block * SIDE, left = s->out.channels - channel;
    if (row >= p->rows || column >= p->columns)
        return;
    const size_t size = s->out.bf16 ? sizeof(uint16_t) : sizeof(float);
    const size_t pixel = (size_t)(p->y + row) * (size_t)s->out.width + (size_t)(p->x + column);
    const int32_t pixels = p->columns - column;
    const place at = {.to = p->out + (pixel * s->out.pitch + (size_t)channel) * size,
                      .pitch = s->out.pitch * size,
                      .bias = p->conv->bias + channel,
                      .pixels = pixels < SIDE ? pixels : SIDE,
                      .channels = left < 2 * SIDE ? left : 2 * SIDE};
    if (s->out.bf16 && s->relu && !s->residual) /* nearly all of them */
        finish_as(&at, sums, false, true, true);
    else if (s->out.bf16)
        finish_as(&at, sums, s->residual, s->relu, true);
    else
        finish_as(&at, sums, s->residual, s->relu, false);
}

/* ---- pieces */

/* All outputs of a block for the pixels of tiles t and t + 1. */
static void run_pair(const piece *p, const tile_pair *pair, int32_t t, int32_t block)
{
    const cpu_amx *c = p->conv;
    const size_t pairs = ((size_t)c->rows * (size_t)(c->columns / SIDE) + 1) / 2;
    unsigned char *const sums = p->sums + ((size_t)block * pairs + (size_t)t / 2) * SUMS;
    const unsigned char *weights = c->weights + (size_t)block * block_weight_bytes(c, c->n_depths) +
                                   block_weight_bytes(c, p->first_depth);
    const bool last = p->first_depth + p->n_depths == c->n_depths;
    if (p->first_depth == 0)
        clear_sums();
    else
        load_sums(sums);
    if (c->split)
        multiply_split(pair, p, weights);
    else
        multiply_bf16(pair, p, weights);
    if (!last) {
        store_sums(sums);
        return;
    }
    _Alignas(LINE) unsigned char results[SUMS];
    store_sums(results);
    finish(p, results, t, block);
    finish(p, results + 2 * TILE, t + 1, block);
}

static void run_chunk(piece *p)
{
    const cpu_amx *c = p->conv;
    const int32_t tiles = p->rows * (c->columns / SIDE);
    tile_pair pairs[MAX_TILES / 2 + 1];
    for (int32_t slot = 0; slot < p->slots.n; slot++)
        pack_row(p, slot);
    for (int32_t t = 0; t < tiles; t += 2) {
        find_lines(pairs[t / 2].a, p, t);
        find_lines(pairs[t / 2].b, p, t + 1 < tiles ? t + 1 : t);
    }
    for (int32_t block = 0; block < c->n_blocks; block++)
        for (int32_t t = 0; t < tiles; t += 2)
            run_pair(p, &pairs[t / 2], t, block);
}

static void run_piece(piece *p, int32_t index)
{
    const cpu_amx *c = p->conv;
    const cpu_map *out = &c->shape.out;
    const int32_t across = divide_up(out->width, c->columns);
    p->y = index / across * c->rows;
    p->x = index % across * c->columns;
    p->rows = out->height - p->y < c->rows ? out->height - p->y : c->rows;
    p->columns = out->width - p->x < c->columns ? out->width - p->x : c->columns;
    find_slots(&p->slots, &c->shape, p->y, p->rows);
    for (int32_t depth = 0; depth < c->n_depths; depth += c->chunk_depths) {
        const int32_t left = c->n_depths - depth;
        p->first_depth = depth;
        p->n_depths = left < c->chunk_depths ? left : c->chunk_depths;
        run_chunk(p);
    }
}

typedef struct tile_config {
    uint8_t palette, start_row, reserved[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
} tile_config;

static void configure(void)
{
    _Alignas(64) tile_config config = {.palette = 1};
    for (int i = 0; i < 8; i++) {
        config.row_bytes[i] = LINE;
        config.rows[i] = SIDE;
    }
    _tile_loadconfig(&config);
}

static int thread_number(void)
{
#ifdef _OPENMP
    return omp_get_thread_num();
#else
    return 0;
#endif
}

void cpu_amx_run(const cpu_amx *c, unsigned char *out, const unsigned char *in,
                 unsigned char *scratch)
{
    const cpu_map *map = &c->shape.out;
    const int32_t n = divide_up(map->width, c->columns) * divide_up(map->height, c->rows);
#pragma omp parallel num_threads(c->threads)
    {
        unsigned char *const mine =
            scratch + (size_t)thread_number() * (c->pack_bytes + c->sum_bytes);
        piece p = {.conv = c, .in = in, .out = out, .pack = mine, .sums = mine + c->pack_bytes};
        configure();
#pragma omp for schedule(dynamic)
        for (int32_t i = 0; i < n; i++)
            run_piece(&p, i);
        _tile_release();
    }
}
