/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the CUDA kernels do per thread, run here as plain loops over the grid: every machine checks
 * the guards, the indexing and the arithmetic of the device code against ref. Sorting, atomics and
 * the launches themselves need a device (backend_cuda).
 */
#include "backend_cases.h"

#include "../../kernels/src/cuda/depth_thread.h"
#include "../../kernels/src/cuda/fuse_thread.h"
#include "../../kernels/src/depth_job.h"

#include <panodepth/alloc.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_WIDTH = 64, BLOCK_HEIGHT = 4, N_THREADS = 7 };

/* All threads of all blocks, those outside the image too. */
static pnd_depth_counts run_depth_grid(const pnd_depth_grid *grid)
{
    int64_t n[PND_THREAD_FLAGS] = {0};
    const int32_t width = (grid->width + BLOCK_WIDTH - 1) / BLOCK_WIDTH * BLOCK_WIDTH;
    const int32_t height = (grid->height + BLOCK_HEIGHT - 1) / BLOCK_HEIGHT * BLOCK_HEIGHT;
    for (int32_t y = height - 1; y >= 0; y--) {
        for (int32_t x = width - 1; x >= 0; x--) {
            const unsigned flags = pnd_depth_thread(grid, x, y);
            for (int flag = 0; flag < PND_THREAD_FLAGS; flag++)
                n[flag] += flags >> flag & 1u;
        }
    }
    return (pnd_depth_counts){.invalid = n[PND_PIXEL_INVALID],
                              .infinite = n[PND_PIXEL_INFINITE],
                              .finite = n[PND_PIXEL_FINITE],
                              .masked = n[PND_PIXEL_MASKED],
                              .beyond_cap = n[PND_THREAD_BEYOND_CAP],
                              .saturated = n[PND_THREAD_SATURATED]};
}

static int test_depth(const case_image *image, case_shape shape, const pnd_depth_rule *rule,
                      bool has_mask, bool u16)
{
    const size_t sample = u16 ? sizeof(uint16_t) : sizeof(float);
    const size_t stride = (size_t)shape.width * sample + 2 * shape.padding;
    const size_t size = stride * (size_t)shape.height;
    char *const expected = malloc(size), *const actual = malloc(size);
    pnd_depth_counts counts = {0};
    if (expected == NULL || actual == NULL)
        exit(1);
    memset(expected, 0x5a, size);
    memset(actual, 0x5a, size);
    const pnd_depth_job job = {.disparity = image->disparity,
                               .mask = has_mask ? image->mask : (pnd_view_u8){0},
                               .rule = *rule,
                               .f32 = u16 ? NULL : (float *)(void *)expected,
                               .u16 = u16 ? (uint16_t *)(void *)expected : NULL,
                               .stride = stride};
    const pnd_depth_grid grid = {.disparity = job.disparity.data,
                                 .mask = job.mask.data,
                                 .f32 = u16 ? NULL : (float *)(void *)actual,
                                 .u16 = u16 ? (uint16_t *)(void *)actual : NULL,
                                 .disparity_pitch = job.disparity.stride,
                                 .mask_pitch = job.mask.stride,
                                 .depth_pitch = stride,
                                 .width = shape.width,
                                 .height = shape.height,
                                 .rule = *rule};
    const pnd_status status = pnd_ref_depth(NULL, &job, &counts, NULL);
    const pnd_depth_counts device = run_depth_grid(&grid);
    const bool same = status == PND_OK && memcmp(expected, actual, size) == 0 &&
                      memcmp(&counts, &device, sizeof counts) == 0;
    free(actual);
    free(expected);
    return same ? 0 : 1;
}

static int test_depth_shape(case_shape shape)
{
    const pnd_depth_rule rules[] = {
        {.fx_baseline = 473.57484876, .cap_m = (double)INFINITY, .far_ = true},
        {.fx_baseline = 503.86173336, .cap_m = 80, .clamp = true, .truncate = true},
        {.fx_baseline = 473.57484876,
         .doffs = -2,
         .cap_m = 90,
         .nan_for_no_depth = true,
         .range = true,
         .fx = 2262.52,
         .fy = 2265.3,
         .u0 = 100.5,
         .v0 = 3.25}};
    int failures = 0;
    for (int fill = 0; fill < CASE_N_FILLS; fill++) {
        case_image image = {0};
        if (!case_image_make(&image, shape, (case_fill)fill, 5))
            exit(1);
        for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
            for (int variant = 0; variant < 4; variant++)
                failures += test_depth(&image, shape, &rules[i], variant & 1, variant & 2);
        case_image_clear(&image);
    }
    return failures;
}

static int compare_keys(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void add(pnd_fuse_sum *sum, pnd_fuse_sum part)
{
    sum->high += part.high;
    sum->low += part.low;
}

/* Steps 3 to 6 of fuse_thread.h for one run, its threads last first. */
static void run_steps(const uint64_t *keys, pnd_fuse_run *run, double trim)
{
    pnd_fuse_tally *const tally = &run->tally;
    pnd_fuse_count_thread(keys, run);
    run->ranks = pnd_fuse_ranks_of(tally->n_valid, trim);
    pnd_fuse_pick_thread(keys, run);
    for (int64_t thread = N_THREADS - 1; thread >= 0; thread--) {
        const pnd_fuse_share share = pnd_fuse_sum_thread(keys, run, thread, N_THREADS);
        add(&tally->depth, share.depth);
        add(&tally->inverse, share.inverse);
        add(&tally->trimmed, share.trimmed);
    }
    if (tally->n_valid == 0)
        return;
    run->mean = pnd_fuse_mean_of(tally);
    run->spread = pnd_fuse_spread_of(tally);
    for (int64_t thread = N_THREADS - 1; thread >= 0; thread--)
        add(&tally->squares, pnd_fuse_square_thread(keys, run, thread, N_THREADS));
}

static bool same_sum(pnd_fuse_sum a, pnd_fuse_sum b)
{
    return a.high == b.high && a.low == b.low;
}

static bool same_tally(const pnd_fuse_tally *a, const pnd_fuse_tally *b)
{
    return a->id == b->id && a->area_px == b->area_px && a->n_valid == b->n_valid &&
           memcmp(&a->min, &b->min, sizeof a->min) == 0 &&
           memcmp(&a->max, &b->max, sizeof a->max) == 0 &&
           memcmp(a->p10, b->p10, sizeof a->p10) == 0 &&
           memcmp(a->median, b->median, sizeof a->median) == 0 &&
           memcmp(a->p90, b->p90, sizeof a->p90) == 0 && same_sum(a->depth, b->depth) &&
           same_sum(a->inverse, b->inverse) && same_sum(a->trimmed, b->trimmed) &&
           same_sum(a->squares, b->squares);
}

static int test_fuse_shape(case_shape shape)
{
    case_image image = {0};
    const size_t n = (size_t)shape.width * (size_t)shape.height;
    uint64_t *const keys = malloc(n * sizeof *keys);
    int failures = 0;
    size_t n_runs = 0;
    if (keys == NULL || !case_image_make(&image, shape, CASE_TYPICAL, 9))
        exit(1);
    pnd_fuse_job job = {.ids = image.ids, .depth_m = image.depth_m, .trim = 0.1};
    const pnd_fuse_grid grid = {.ids = image.ids.data,
                                .depth_m = image.depth_m.data,
                                .ids_pitch = image.ids.stride,
                                .depth_pitch = image.depth_m.stride,
                                .width = shape.width,
                                .height = shape.height};
    if (pnd_ref_fuse(NULL, &job, NULL) != PND_OK)
        exit(1);
    for (int32_t y = 0; y < shape.height; y++)
        for (int32_t x = 0; x < shape.width; x++)
            keys[(size_t)y * (size_t)shape.width + (size_t)x] = pnd_fuse_key_thread(&grid, x, y);
    qsort(keys, n, sizeof *keys, compare_keys);
    for (size_t begin = 0, end; begin < n; begin = end) {
        pnd_fuse_run run = {.begin = (int64_t)begin};
        end = begin + 1;
        while (end < n && !pnd_fuse_is_head(keys, (int64_t)end))
            end++;
        run.tally.area_px = (int64_t)(end - begin);
        run_steps(keys, &run, job.trim);
        if (run.tally.id == 0)
            continue;
        failures += n_runs >= job.n || !same_tally(&run.tally, &job.tallies[n_runs]);
        n_runs++;
    }
    failures += n_runs != job.n;
    free(job.tallies);
    free(keys);
    case_image_clear(&image);
    return failures;
}

int main(void)
{
    int failures = 0;
    for (size_t i = 0; i < n_case_shapes; i++) {
        const case_shape shape = case_shapes[i];
        const int depth = test_depth_shape(shape), fuse = test_fuse_shape(shape);
        printf("depth_thread(%dx%d): %s\n", shape.width, shape.height,
               depth == 0 ? "OK" : "FAILED");
        printf("fuse_thread(%dx%d): %s\n", shape.width, shape.height, fuse == 0 ? "OK" : "FAILED");
        failures += depth + fuse;
    }
    return failures == 0 ? 0 : 1;
}
