/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Post-processing as the CUDA kernels do it, thread by thread in plain loops (post_thread.h): every
 * grid with its threads outside of the image, last thread first, blocks' steps in order. What is
 * left to a device are the launches, the atomics and the sums over lanes of a warp.
 */
#include "post_cases.h"

#include "../../kernels/src/cuda/post_thread.h"

#include <panodepth/fuse.h>

#include <stdio.h>
#include <stdlib.h>

enum { STRIP = 16, N_THREADS = 64, PITCH_EXTRA = 2 };

static void *zeros(size_t n, size_t size)
{
    void *const block = calloc(n + 1, size);
    if (block == NULL)
        exit(1);
    return block;
}

/* The heads of a scene, planar as they are or copied with the channels of a pixel side by side. */
typedef struct maps {
    pnd_cuda_heads heads;
    float *blocks[4];
} maps;

static pnd_cuda_map make_map(float **block, const float *planar, int32_t channels, int32_t n,
                             bool nhwc)
{
    const int32_t pitch = channels + PITCH_EXTRA;
    if (!nhwc)
        return (pnd_cuda_map){planar, 0, 1, n};
    *block = zeros((size_t)n * (size_t)pitch, sizeof **block);
    for (int32_t c = 0; c < channels; c++)
        for (int32_t i = 0; i < n; i++)
            (*block)[i * pitch + c] = planar[c * n + i];
    return (pnd_cuda_map){*block, 0, pitch, 1};
}

static maps make_maps(const post_scene *s, bool nhwc)
{
    const int32_t n = s->map_width * s->map_height;
    maps m = {0};
    m.heads.sem = make_map(&m.blocks[0], s->sem, s->classes, n, nhwc);
    m.heads.center = make_map(&m.blocks[1], s->center, 1, n, nhwc);
    m.heads.offset = make_map(&m.blocks[2], s->offset, 2, n, nhwc);
    m.heads.depth = make_map(&m.blocks[3], s->depth, 1, n, nhwc);
    return m;
}

static void free_maps(maps *m)
{
    for (int i = 0; i < 4; i++)
        free(m->blocks[i]);
}

static pnd_post_grid make_grid(const pnd_post_rule *rule, const pnd_cuda_heads *heads)
{
    const size_t n = (size_t)rule->width * (size_t)rule->height;
    const size_t n_slots = pnd_post_n_slots(rule);
    pnd_post_grid g = {.rule = *rule, .heads = *heads};
    g.panoptic = zeros(n, sizeof *g.panoptic);
    g.depth = zeros(n, sizeof *g.depth);
    g.sem = zeros(n, sizeof *g.sem);
    g.centers = zeros((size_t)rule->top_k, 2 * sizeof *g.centers);
    g.tallies = zeros(n_slots, sizeof *g.tallies);
    g.depths = zeros(n_slots, sizeof *g.depths);
    g.info = zeros(1, sizeof *g.info);
    g.counts = zeros(n_slots * (size_t)rule->classes, sizeof *g.counts);
    g.peaks = zeros(PND_POST_LISTED_PEAKS, sizeof *g.peaks);
    g.kept = zeros((size_t)rule->top_k, sizeof *g.kept);
    g.counters = zeros(1, sizeof *g.counters);
    memset(g.tallies, 0x5a, n_slots * sizeof *g.tallies); /* clear must set everything */
    memset(g.counts, 0x5a, n_slots * (size_t)rule->classes * sizeof *g.counts);
    memset(g.counters, 0x5a, sizeof *g.counters);
    return g;
}

static void free_grid(pnd_post_grid *g)
{
    free(g->panoptic);
    free(g->depth);
    free(g->sem);
    free(g->centers);
    free(g->tallies);
    free(g->depths);
    free(g->info);
    free(g->counts);
    free(g->peaks);
    free(g->kept);
    free(g->counters);
}

/* As group_kernel, without its sums over lanes. */
static void group_strip(const pnd_post_grid *g, int32_t y0, int32_t x)
{
    pnd_post_share share = pnd_post_no_share();
    for (int32_t y = y0; y < y0 + STRIP; y++) {
        const pnd_post_share next = pnd_post_group_thread(g, y, x);
        if (pnd_post_can_join(&share, &next)) {
            pnd_post_join(&share, &next);
            continue;
        }
        if (share.slot >= 0)
            pnd_post_put(g, &share);
        share = next;
    }
    if (share.slot >= 0)
        pnd_post_put(g, &share);
}

static void finish_strip(const pnd_post_grid *g, int32_t y0, int32_t x)
{
    for (int32_t y = y0; y < y0 + STRIP; y++) {
        const pnd_post_chance chance = pnd_post_finish_thread(g, y, x);
        if (chance.slot >= 0)
            pnd_post_put_chance(g, &chance);
    }
}

static int32_t blocks(int32_t n, int32_t block)
{
    return (n + block - 1) / block * block;
}

static void run_kernels(const pnd_post_grid *g)
{
    const int32_t width = blocks(g->rule.width, 32), height = blocks(g->rule.height, 128);
    pnd_post_selection selection;
    memset(&selection, 0x5a, sizeof selection); /* shared memory begins as anything */
    for (int32_t t = N_THREADS - 1; t >= 0; t--)
        pnd_post_clear_thread(g, t, N_THREADS);
    for (int32_t y = blocks(g->rule.map_height + 1, 8) - 1; y >= 0; y--)
        for (int32_t x = blocks(g->rule.map_width + 1, 32) - 1; x >= 0; x--)
            pnd_post_cell_thread(g, y, x);
    for (int32_t y = height - 1; y >= 0; y--)
        for (int32_t x = width - 1; x >= 0; x--)
            pnd_post_peak_thread(g, y, x);
    for (int32_t step = 0; step < PND_POST_SELECT_STEPS; step++)
        for (int32_t t = N_THREADS - 1; t >= 0; t--)
            pnd_post_select_step(g, &selection, step, t, N_THREADS);
    for (int32_t y = height - STRIP; y >= 0; y -= STRIP)
        for (int32_t x = width - 1; x >= 0; x--)
            group_strip(g, y, x);
    for (int32_t step = 0; step < PND_POST_NAME_STEPS; step++)
        for (int32_t t = N_THREADS - 1; t >= 0; t--)
            pnd_post_name_step(g, step, t, N_THREADS);
    for (int32_t y = height - STRIP; y >= 0; y -= STRIP)
        for (int32_t x = width - 1; x >= 0; x--)
            finish_strip(g, y, x);
}

/* As pnd_cuda_post_read(). */
static pnd_postprocess_result result_of(const pnd_post_grid *g, pnd_segment *segments)
{
    pnd_postprocess_result r = {.width = g->rule.width,
                                .height = g->rule.height,
                                .panoptic = g->panoptic,
                                .sem = g->sem,
                                .depth = g->depth,
                                .segments = segments,
                                .centers = g->centers,
                                .n_centers = (size_t)g->info->n_centers,
                                .n_nonfinite = (int64_t)g->info->n_nonfinite};
    r.n_segments = pnd_post_segments(segments, g->tallies, pnd_post_n_slots(&g->rule), &g->rule);
    return r;
}

/* The depths a device sums up are those of fusion, to the bit. */
static const char *depth_difference(const pnd_post_grid *g, pnd_backend *ref)
{
    const size_t n = (size_t)g->rule.width * (size_t)g->rule.height;
    const size_t stride = (size_t)g->rule.width * sizeof(float);
    uint32_t *const ids = zeros(n, sizeof *ids);
    pnd_segment_depths fused = {0}, summed = {0};
    const char *difference = NULL;
    for (size_t i = 0; i < n; i++)
        ids[i] = (uint32_t)(g->panoptic[i] + 1);
    if (pnd_fuse_depth(&fused, ref, (pnd_view_u32){ids, g->rule.width, g->rule.height, stride},
                       (pnd_view_f32){g->depth, g->rule.width, g->rule.height, stride}, NULL,
                       NULL) != PND_OK ||
        pnd_post_fuse(&summed, g->tallies, g->depths, &g->rule, NULL) != PND_OK ||
        fused.n != summed.n)
        difference = "number of depths";
    for (size_t i = 0; difference == NULL && i < fused.n; i++) {
        const pnd_segment_depth *a = &fused.segments[i], *b = &summed.segments[i];
        const double p[] = {a->coverage, a->mean, a->inverse_mean, a->min, a->max};
        const double q[] = {b->coverage, b->mean, b->inverse_mean, b->min, b->max};
        if (a->id != b->id || a->area_px != b->area_px || a->n_valid != b->n_valid ||
            (a->n_valid > 0 && memcmp(p, q, sizeof p) != 0))
            difference = "depths of segments";
    }
    pnd_segment_depths_clear(&fused);
    pnd_segment_depths_clear(&summed);
    free(ids);
    return difference;
}

static int test_scene(const post_scene *scene, const pnd_postprocess_options *options,
                      pnd_backend *ref, bool nhwc, const char *name)
{
    const pnd_heads heads = post_scene_heads(scene);
    pnd_postprocess_result expected = {0};
    pnd_error err = {0};
    pnd_post_rule rule;
    maps m = make_maps(scene, nhwc);
    if (pnd_post_rule_make(&rule, options, scene->classes, scene->width, scene->height, &err) !=
            PND_OK ||
        pnd_postprocess(&expected, ref, &heads, scene->width, scene->height, options, &err) !=
            PND_OK) {
        printf("%s\n", err.message);
        exit(1);
    }
    pnd_post_grid g = make_grid(&rule, &m.heads);
    pnd_segment *const segments = zeros(pnd_post_n_slots(&rule), sizeof *segments);
    run_kernels(&g);
    const pnd_postprocess_result actual = result_of(&g, segments);
    const char *difference = post_difference(&expected, &actual);
    if (difference == NULL)
        difference = depth_difference(&g, ref);
    printf("post_thread(%dx%d, %zu centres, %s%s): %s\n", scene->width, scene->height,
           expected.n_centers, name, nhwc ? ", NHWC" : "", difference == NULL ? "OK" : difference);
    free(segments);
    free_grid(&g);
    free_maps(&m);
    pnd_postprocess_result_clear(&expected);
    return difference == NULL ? 0 : 1;
}

/* More peaks than are listed: 131072 equal pixels, each its own window. */
static int test_overflow(pnd_backend *ref)
{
    int failures = 0;
    post_scene scene = post_scene_make(512, 256, 19, 3);
    post_scene_fill(scene.center, scene.map_width * scene.map_height, 0.5f);
    for (int keep = 0; keep < 2; keep++) {
        const pnd_postprocess_options options = {
            .struct_size = sizeof options, .nms = 1, .keep_top_k = keep == 1};
        failures += test_scene(&scene, &options, ref, false, "all peaks");
    }
    scene.center[77] = 0.75f; /* and some above the rest */
    const pnd_postprocess_options options = {.struct_size = sizeof options, .nms = 1};
    failures += test_scene(&scene, &options, ref, false, "all peaks, some higher");
    post_scene_free(&scene);
    return failures;
}

int main(void)
{
    const pnd_backend_options ref_options = {.struct_size = sizeof ref_options,
                                             .kind = PND_BACKEND_REF};
    pnd_backend *ref = NULL;
    int failures = 0;
    if (pnd_backend_create(&ref, &ref_options, NULL) != PND_OK)
        return 1;
    for (size_t i = 0; i < n_post_cases; i++) {
        const pnd_postprocess_options options = post_case_options(&post_cases[i]);
        for (int odd = 0; odd < 2; odd++) {
            post_scene scene = post_case_scene(&post_cases[i], odd == 1);
            failures += test_scene(&scene, &options, ref, i % 2 == 1, odd == 1 ? "odd" : "plain");
            post_scene_free(&scene);
        }
    }
    failures += test_overflow(ref);
    pnd_backend_free(ref);
    printf("%d failures\n", failures);
    return failures == 0 ? 0 : 1;
}
