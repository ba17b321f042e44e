/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Disparity to depth and fusion of a 2048x1024 frame, every backend and the bound that memory sets:
 *
 *     bench_depth [--rounds N]
 *
 * Results are compared with ref before anything is timed. CUDA times include the copies to and from
 * the host, which is what a caller waits for.
 */
#include "bench.h"

#include <panodepth/backend.h>
#include <panodepth/depth.h>
#include <panodepth/fuse.h>

#include <stdlib.h>
#include <string.h>

enum { WIDTH = 2048, HEIGHT = 1024, N_PIXELS = WIDTH * HEIGHT, MAX_CASES = 32, NAME_SIZE = 64 };

typedef struct images {
    uint16_t *disparity;
    uint32_t *ids;
    float *depth_m; /* ref's result: the input of fusion */
} images;

typedef struct job {
    pnd_backend *backend;
    const images *in;
    float *f32;
    uint16_t *u16;
    pnd_segment_depths fused;
    int calls;
} job;

static const pnd_stereo stereo = {473.57484876, 0};

static pnd_view_u16 disparity_view(const images *in)
{
    return (pnd_view_u16){in->disparity, WIDTH, HEIGHT, WIDTH * sizeof(uint16_t)};
}

static bool convert_f32(job *j, pnd_stereo s, const pnd_depth_options *options)
{
    return pnd_depth_from_disparity(j->f32, WIDTH * sizeof *j->f32, NULL, j->backend,
                                    disparity_view(j->in), s, options, NULL) == PND_OK;
}

static bool run_f32(void *job_)
{
    return convert_f32(job_, stereo, NULL);
}

/* A calibration that was never seen: the table is made anew. */
static bool run_new_camera(void *job_)
{
    job *j = job_;
    j->calls++;
    return convert_f32(j, (pnd_stereo){400.0 + j->calls, 0}, NULL);
}

static bool run_range(void *job_)
{
    static const pnd_pinhole pinhole = {2262.52, 2265.3, 1096.98, 513.137};
    const pnd_depth_options options = {.struct_size = sizeof options, .range = &pinhole};
    return convert_f32(job_, stereo, &options);
}

static bool run_u16(void *job_)
{
    job *j = job_;
    return pnd_depth_u16_from_disparity(j->u16, WIDTH * sizeof *j->u16, NULL, j->backend,
                                        disparity_view(j->in), stereo, NULL, NULL) == PND_OK;
}

static bool run_fuse(void *job_)
{
    job *j = job_;
    const pnd_view_u32 ids = {j->in->ids, WIDTH, HEIGHT, WIDTH * sizeof(uint32_t)};
    const pnd_view_f32 depth_m = {j->in->depth_m, WIDTH, HEIGHT, WIDTH * sizeof(float)};
    return pnd_fuse_depth(&j->fused, j->backend, ids, depth_m, NULL, NULL) == PND_OK;
}

static bool run_copy(void *job_)
{
    job *j = job_;
    memcpy(j->f32, j->in->depth_m, N_PIXELS * sizeof(float));
    return true;
}

/* A street in outline: 15 % without measurement, 5 % at infinity, forty boxes on a road. */
static void draw(images *in)
{
    uint32_t seed = 1;
    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
            const int i = y * WIDTH + x, box = x / 51;
            seed = seed * 1664525u + 1013904223u;
            const uint32_t r = seed >> 16 & 1023;
            const bool in_box = y > 400 + box % 7 * 20 && y < 620 + box % 5 * 30;
            in->ids[i] = in_box ? 26001u + (uint32_t)box : y < 450 ? 11 : 7;
            in->disparity[i] = r < 154   ? 0
                               : r < 205 ? 1
                                         : (uint16_t)(257 + (y < 450 ? 900 : y * 12) + (int)r / 8);
        }
    }
}

typedef struct plan {
    bench_case cases[MAX_CASES];
    char names[MAX_CASES][NAME_SIZE];
    job jobs[MAX_CASES];
    size_t n, n_jobs;
} plan;

static void add(plan *p, const char *what, const char *backend, bool (*body)(void *), job *j,
                double pixel_size)
{
    (void)snprintf(p->names[p->n], NAME_SIZE, "%s %s", what, backend);
    p->cases[p->n] = (bench_case){.name = p->names[p->n],
                                  .body = body,
                                  .job = j,
                                  .bytes = pixel_size * N_PIXELS,
                                  .pixels = N_PIXELS};
    p->n++;
}

/* A backend's job with its own outputs; NULL when it cannot be opened here. */
static job *open_job(plan *p, const images *in, pnd_backend_kind kind, int threads)
{
    const pnd_backend_options options = {
        .struct_size = sizeof options, .kind = kind, .threads = threads};
    job *j = &p->jobs[p->n_jobs];
    pnd_error err = {0};
    if (pnd_backend_create(&j->backend, &options, &err) != PND_OK) {
        (void)fprintf(stderr, "left out: %s\n", err.message);
        return NULL;
    }
    j->in = in;
    j->f32 = malloc(N_PIXELS * sizeof *j->f32);
    j->u16 = malloc(N_PIXELS * sizeof *j->u16);
    p->n_jobs++;
    return j->f32 != NULL && j->u16 != NULL ? j : NULL;
}

/* Everything behind the id, and so without the padding between them. */
static bool same_segments(const pnd_segment_depths *a, const pnd_segment_depths *b)
{
    const size_t begin = offsetof(pnd_segment_depth, area_px);
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (a->segments[i].id != b->segments[i].id ||
            memcmp((const char *)&a->segments[i] + begin, (const char *)&b->segments[i] + begin,
                   sizeof a->segments[i] - begin) != 0)
            return false;
    return true;
}

/* The bits of ref, for depth and for fusion. */
static bool agrees(job *j, job *ref)
{
    if (!run_f32(j) || !run_u16(j) || !run_fuse(j) ||
        memcmp(j->f32, ref->f32, N_PIXELS * sizeof *j->f32) != 0 ||
        memcmp(j->u16, ref->u16, N_PIXELS * sizeof *j->u16) != 0 ||
        !same_segments(&j->fused, &ref->fused)) {
        (void)fprintf(stderr, "%s differs from ref\n", pnd_backend_name(j->backend));
        return false;
    }
    return true;
}

static bool add_backend(plan *p, const images *in, job *ref, const char *name,
                        pnd_backend_kind kind, int threads)
{
    job *j = open_job(p, in, kind, threads);
    if (j == NULL)
        return kind == PND_BACKEND_CUDA;
    if (!agrees(j, ref))
        return false;
    add(p, "depth f32", name, run_f32, j, 6);
    add(p, "depth u16", name, run_u16, j, 4);
    add(p, "depth f32 new calibration", name, run_new_camera, j, 6);
    add(p, "range f32", name, run_range, j, 6);
    add(p, "fuse", name, run_fuse, j, 8);
    return true;
}

static bool make_plan(plan *p, images *in)
{
    in->disparity = malloc(N_PIXELS * sizeof *in->disparity);
    in->ids = malloc(N_PIXELS * sizeof *in->ids);
    in->depth_m = malloc(N_PIXELS * sizeof *in->depth_m);
    job *ref = open_job(p, in, PND_BACKEND_REF, 1);
    if (in->disparity == NULL || in->ids == NULL || in->depth_m == NULL || ref == NULL)
        return false;
    draw(in);
    if (!run_f32(ref) || !run_u16(ref))
        return false;
    memcpy(in->depth_m, ref->f32, N_PIXELS * sizeof *in->depth_m);
    if (!run_fuse(ref))
        return false;
    add(p, "copy of the floats", "memcpy", run_copy, ref, 8);
    add(p, "depth f32", "ref", run_f32, ref, 6);
    add(p, "depth u16", "ref", run_u16, ref, 4);
    return add_backend(p, in, ref, "cpu, 1 thread", PND_BACKEND_CPU, 1) &&
           add_backend(p, in, ref, "cpu, 2 threads", PND_BACKEND_CPU, 2) &&
           add_backend(p, in, ref, "cuda", PND_BACKEND_CUDA, 0);
}

int main(int argc, char **argv)
{
    static plan p;
    bench_options options;
    images in = {0};
    const int n_left = bench_parse(&options, argc, argv);
    if (n_left != 0) {
        (void)fprintf(stderr, "usage: bench_depth [--rounds N]\n");
        return 2;
    }
    const bool ok = make_plan(&p, &in) && bench_run(p.cases, p.n, options);
    if (ok)
        bench_print(stdout, "depth", p.cases, p.n, options);
    for (size_t i = 0; i < p.n_jobs; i++) {
        pnd_backend_free(p.jobs[i].backend);
        pnd_segment_depths_clear(&p.jobs[i].fused);
        free(p.jobs[i].f32);
        free(p.jobs[i].u16);
    }
    free(in.disparity);
    free(in.ids);
    free(in.depth_m);
    return ok ? 0 : 1;
}
