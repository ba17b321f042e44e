/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Panoptic quality of one 2048x1024 pair: matching alone, and all that pnd-eval panoptic does with
 * its two PNGs beside plain libpng decoding of them:
 *
 *     bench_pq [--rounds N]
 *
 * One synthetic ground truth of 26 segments against itself (12 000 runs of one (gt, pred) pair), a
 * shifted copy (23 000), and that copy with specks (96 000); real frames have 35 000 to 45 000.
 * Targets: match at most 1 ns per pixel, "end to end" at most 1.15 of "libpng decode".
 */
#include "bench.h"

#include <panodepth/file.h>
#include <panodepth/png.h>
#include <panodepth/pq.h>

#include <math.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 2048, HEIGHT = 1024, N_THINGS = 24, MAX_SEGMENTS = 64, NAME_SIZE = 64 };

static const pnd_category categories[] = {{7, false},  {8, false}, {11, false}, {21, false},
                                          {23, false}, {24, true}, {26, true}};
enum { N_CATEGORIES = sizeof categories / sizeof *categories };

typedef struct image {
    pnd_plane_u32 ids;
    pnd_segment segments[MAX_SEGMENTS];
    size_t n;
    pnd_buffer png;
    pnd_plane_rgb8 pixels;
} image;

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* ---- scenes */

/* Sky over vegetation over building over sidewalk over road, with wavy borders. */
static uint32_t background(int32_t x, int32_t y)
{
    static const int32_t borders[] = {260, 420, 640, 760};
    static const uint32_t ids[] = {23, 21, 11, 8, 7};
    const int32_t wave = (int32_t)(40 * sin(x / 90.0) + 9 * sin(x / 7.0));
    size_t band = 0;
    while (band < 4 && y > borders[band] + wave)
        band++;
    return ids[band];
}

static void ellipse(pnd_plane_u32 *ids, int32_t cx, int32_t cy, int32_t rx, int32_t ry, uint32_t id)
{
    for (int32_t y = cy - ry > 0 ? cy - ry : 0; y < HEIGHT && y <= cy + ry; y++) {
        const double t = (double)(y - cy) / ry;
        const int32_t half = (int32_t)(rx * sqrt(1 - t * t) + 3 * sin(y / 3.0));
        uint32_t *const row = pnd_plane_u32_row(ids, y);
        for (int32_t x = cx - half > 0 ? cx - half : 0; x < WIDTH && x <= cx + half; x++)
            row[x] = id;
    }
}

static void paint_things(pnd_plane_u32 *ids, int32_t shift)
{
    uint32_t seed = 7;
    for (uint32_t k = 0; k < N_THINGS; k++) {
        const int32_t cx = (int32_t)(next_random(&seed) % WIDTH) + shift;
        const int32_t cy = 500 + (int32_t)(next_random(&seed) % 350);
        const int32_t ry = 20 + (int32_t)(next_random(&seed) % 120);
        ellipse(ids, cx, cy, ry / (k % 2 == 0 ? 3 : 1) + 4, ry, (k % 2 == 0 ? 24000u : 26000u) + k);
    }
}

static void list_segments(image *out)
{
    out->n = 0;
    for (int32_t y = 0; y < HEIGHT; y++) {
        const uint32_t *const row = pnd_plane_u32_row(&out->ids, y);
        for (int32_t x = 0; x < WIDTH; x++) {
            size_t i = 0;
            while (i < out->n && out->segments[i].id != row[x])
                i++;
            if (i == out->n && row[x] != 0 && out->n < MAX_SEGMENTS) {
                const uint32_t id = row[x];
                out->segments[out->n++] =
                    (pnd_segment){id, (int32_t)(id < 1000 ? id : id / 1000), false, PND_PQ_NO_AREA};
            }
        }
    }
}

/* specks: 0 for none, else one pixel in that many takes an id from elsewhere. */
static bool make(image *out, int32_t shift, uint32_t specks)
{
    uint32_t seed = 11;
    if (pnd_plane_u32_resize(&out->ids, WIDTH, HEIGHT, NULL) != PND_OK)
        return false;
    for (int32_t y = 0; y < HEIGHT; y++)
        for (int32_t x = 0; x < WIDTH; x++)
            pnd_plane_u32_row(&out->ids, y)[x] = background(x + shift, y);
    paint_things(&out->ids, shift);
    for (int32_t y = 0; y < HEIGHT && specks > 0; y++) {
        uint32_t *const row = pnd_plane_u32_row(&out->ids, y);
        for (int32_t x = 1; x < WIDTH; x++)
            if (next_random(&seed) % specks == 0)
                row[x] = pnd_plane_u32_row(&out->ids, y == 0 ? 1 : y - 1)[(x + 400) % WIDTH];
    }
    list_segments(out);
    return pnd_png_encode_ids(&out->png, pnd_plane_u32_view(&out->ids), NULL) == PND_OK;
}

/* ---- what is timed */

typedef struct pair {
    const char *name;
    image *gt, *pred;
    pnd_pq_matcher *matcher;
    pnd_pq_image result;
} pair;

static bool succeeded(pnd_status status, const pnd_error *err)
{
    if (status != PND_OK)
        (void)fprintf(stderr, "bench_pq: %s\n", err->message);
    return status == PND_OK;
}

static bool match(void *job)
{
    pair *const p = job;
    pnd_error err = {0};
    const pnd_panoptic gt = {.rgb = pnd_plane_rgb8_view(&p->gt->pixels),
                             .segments = p->gt->segments,
                             .n_segments = p->gt->n};
    const pnd_panoptic pred = {.rgb = pnd_plane_rgb8_view(&p->pred->pixels),
                               .segments = p->pred->segments,
                               .n_segments = p->pred->n};
    return succeeded(pnd_pq_match(&p->result, p->matcher, &gt, &pred, p->name, &err), &err);
}

static bool decode_one(image *i)
{
    pnd_error err = {0};
    return succeeded(
        pnd_png_decode_rgb8(&i->pixels, i->png.data, i->png.size, "bench", NULL, NULL, &err), &err);
}

static bool decode(void *job)
{
    pair *const p = job;
    return decode_one(p->gt) && decode_one(p->pred);
}

/* What pnd-eval panoptic does per pair, without opening the files. */
static bool end_to_end(void *job)
{
    pair *const p = job;
    char digest[PND_SHA256_TEXT_SIZE];
    pnd_sha256(digest, p->gt->png.data, p->gt->png.size);
    return decode(job) && match(job);
}

typedef struct reader {
    const uint8_t *bytes;
    size_t left;
} reader;

static void read_bytes(png_structp png, png_bytep out, size_t size)
{
    reader *const r = png_get_io_ptr(png);
    if (size > r->left)
        png_error(png, "truncated");
    memcpy(out, r->bytes, size);
    r->bytes += size;
    r->left -= size;
}

/* As libpng's manual has it; the denominator of the target. */
static bool plain_one(image *i)
{
    reader r = {i->png.data, i->png.size};
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    if (setjmp(png_jmpbuf(png)) != 0) {
        png_destroy_read_struct(&png, &info, NULL);
        return false;
    }
    png_set_read_fn(png, &r, read_bytes);
    png_read_info(png, info);
    for (int32_t y = 0; y < HEIGHT; y++)
        png_read_row(png, pnd_plane_rgb8_row(&i->pixels, y), NULL);
    png_read_end(png, NULL);
    png_destroy_read_struct(&png, &info, NULL);
    return true;
}

static bool plain(void *job)
{
    pair *const p = job;
    return plain_one(p->gt) && plain_one(p->pred);
}

/* ---- */

enum { N_PAIRS = 3, N_BODIES = 4, N_CASES = N_PAIRS * N_BODIES };

static const struct {
    const char *name;
    bool (*body)(void *job);
    double pixels_per_pair;
} bodies[N_BODIES] = {{"libpng decode", plain, 2}, /* two images */
                      {"decode", decode, 2},
                      {"match", match, 1},
                      {"end to end", end_to_end, 1}};

/* A wrong result is not worth timing. */
static bool is_right(pair *p, double low, double high)
{
    pnd_error err = {0};
    if (!succeeded(
            pnd_pq_matcher_create(&p->matcher, categories, N_CATEGORIES, PND_PQ_CORRECTED, &err),
            &err) ||
        !end_to_end(p))
        return false;
    const pnd_pq_score all = pnd_pq_average(p->result.counts, categories, N_CATEGORIES, PND_PQ_ALL);
    if (all.pq >= low && all.pq <= high)
        return true;
    (void)fprintf(stderr, "bench_pq: %s: PQ %g is not within %g..%g\n", p->name, all.pq, low, high);
    return false;
}

static bool run(pair pairs[N_PAIRS], bench_options options)
{
    bench_case cases[N_CASES];
    char names[N_CASES][NAME_SIZE];
    for (size_t c = 0; c < N_CASES; c++) {
        pair *const p = &pairs[c / N_BODIES];
        const size_t b = c % N_BODIES;
        (void)snprintf(names[c], NAME_SIZE, "%s, %s", bodies[b].name, p->name);
        cases[c] = (bench_case){.name = names[c],
                                .body = bodies[b].body,
                                .job = p,
                                .pixels = bodies[b].pixels_per_pair * WIDTH * HEIGHT};
    }
    if (!bench_run(cases, N_CASES, options))
        return false;
    bench_print(stdout, "pq", cases, N_CASES, options);
    return true;
}

static void clear(image *i)
{
    pnd_plane_u32_clear(&i->ids);
    pnd_plane_rgb8_clear(&i->pixels);
    pnd_buffer_clear(&i->png);
}

int main(int argc, char **argv)
{
    image gt = {0}, shifted = {0}, specked = {0};
    bench_options options;
    if (bench_parse(&options, argc, argv) != 0)
        return EXIT_FAILURE;
    pair pairs[N_PAIRS] = {{.name = "perfect", .gt = &gt, .pred = &gt},
                           {.name = "shifted", .gt = &gt, .pred = &shifted},
                           {.name = "specked", .gt = &gt, .pred = &specked}};
    const bool ok = make(&gt, 0, 0) && make(&shifted, 3, 0) && make(&specked, 3, 18) &&
                    is_right(&pairs[0], 1, 1) && is_right(&pairs[1], .9, .99) &&
                    is_right(&pairs[2], .8, .95) && run(pairs, options);
    for (size_t i = 0; i < N_PAIRS; i++)
        pnd_pq_matcher_free(pairs[i].matcher);
    clear(&gt);
    clear(&shifted);
    clear(&specked);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
