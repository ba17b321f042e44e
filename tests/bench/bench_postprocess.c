/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Post-processing of a 2048x1024 street with 60 objects, and the fusion of its result:
 *
 *     bench_postprocess [--rounds N]
 *
 * "crowded" is the same with heat everywhere, as a network without training puts it out: thousands
 * of peaks, of which 199 are centres. Results are compared with ref before anything is timed. CUDA
 * times include the copies from and to the host.
 */
#include "bench.h"
#include "post_scene.h"

#include <panodepth/fuse.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    WIDTH = 2048,
    HEIGHT = 1024,
    N_PIXELS = WIDTH * HEIGHT,
    N_OBJECTS = 60,
    MAX_CASES = 32,
    NAME_SIZE = 64
};

typedef struct job {
    pnd_backend *backend;
    const post_scene *scene;
    pnd_postprocess_result result;
    pnd_segment_depths fused;
    uint32_t *ids;
} job;

typedef struct plan {
    bench_case cases[MAX_CASES];
    char names[MAX_CASES][NAME_SIZE];
    job jobs[MAX_CASES];
    size_t n, n_jobs;
} plan;

static bool post(job *j, bool skip_scores)
{
    const pnd_postprocess_options options = {.struct_size = sizeof options,
                                             .skip_scores = skip_scores};
    const pnd_heads heads = post_scene_heads(j->scene);
    return pnd_postprocess(&j->result, j->backend, &heads, WIDTH, HEIGHT, &options, NULL) == PND_OK;
}

static bool run_post(void *j)
{
    return post(j, false);
}

static bool run_without_scores(void *j)
{
    return post(j, true);
}

static bool run_fuse(void *job_)
{
    job *j = job_;
    const pnd_view_u32 ids = {j->ids, WIDTH, HEIGHT, WIDTH * sizeof *j->ids};
    const pnd_view_f32 depth_m = {j->result.depth, WIDTH, HEIGHT, WIDTH * sizeof(float)};
    return pnd_fuse_depth(&j->fused, j->backend, ids, depth_m, NULL, NULL) == PND_OK;
}

static float noise(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (float)(*seed >> 8) / 8388608.0f - 1.0f;
}

/* An object's ellipse in map pixels. */
typedef struct object {
    float y, x, height, width;
    int32_t class_id;
} object;

/* Far ones small, near ones large; about a quarter of the picture. */
static object object_at(int k, uint32_t *seed)
{
    const float near = (float)(k % 10 + 1) / 10.0f;
    return (object){.y = 110.0f + 90.0f * near + 10.0f * noise(seed),
                    .x = 256.0f + 250.0f * noise(seed),
                    .height = 3.0f + 22.0f * near,
                    .width = 3.0f + 18.0f * near,
                    .class_id = 11 + k % 8};
}

static void draw_object(post_scene *s, const object *o, uint32_t *seed)
{
    const int32_t n = s->map_width * s->map_height;
    for (int32_t y = 0; y < s->map_height; y++) {
        for (int32_t x = 0; x < s->map_width; x++) {
            const float dy = o->y - (float)y, dx = o->x - (float)x;
            const int32_t i = y * s->map_width + x;
            const float heat = expf(-(dy * dy + dx * dx) / 8.0f);
            s->center[i] = fmaxf(s->center[i], 0.8f * heat);
            if (dy * dy / (o->height * o->height) + dx * dx / (o->width * o->width) > 1.0f)
                continue;
            post_scene_class(s, y, x, o->class_id);
            s->offset[i] = dy + 0.4f * noise(seed);
            s->offset[n + i] = dx + 0.4f * noise(seed);
        }
    }
}

static void draw(post_scene *s, bool crowded)
{
    const int32_t n = s->map_width * s->map_height;
    uint32_t seed = 1;
    for (int32_t i = 0; i < n; i++) {
        const int32_t y = i / s->map_width;
        post_scene_class(s, y, i % s->map_width, y < 90 ? 2 : y < 120 ? 8 : 0);
        s->depth[i] = y < 100 ? 80.0f : 1600.0f / (float)(y - 80) + 0.1f * noise(&seed);
    }
    for (int k = 0; k < N_OBJECTS; k++) {
        const object o = object_at(k, &seed);
        draw_object(s, &o, &seed);
    }
    for (int32_t i = 0; i < s->classes * n; i++)
        s->sem[i] += 0.5f * noise(&seed);
    for (int32_t i = 0; i < n; i++)
        s->center[i] += (crowded ? 1.0f : 0.002f) * noise(&seed);
}

static void add(plan *p, const char *what, const char *backend, bool (*body)(void *), job *j)
{
    (void)snprintf(p->names[p->n], NAME_SIZE, "%s %s", what, backend);
    p->cases[p->n] =
        (bench_case){.name = p->names[p->n], .body = body, .job = j, .pixels = N_PIXELS};
    p->n++;
}

/* A backend's job, run once; NULL when it cannot be opened here. */
static job *open_job(plan *p, const post_scene *scene, pnd_backend_kind kind, int threads)
{
    const pnd_backend_options options = {
        .struct_size = sizeof options, .kind = kind, .threads = threads};
    job *j = &p->jobs[p->n_jobs];
    pnd_error err = {0};
    if (pnd_backend_create(&j->backend, &options, &err) != PND_OK) {
        (void)fprintf(stderr, "left out: %s\n", err.message);
        return NULL;
    }
    p->n_jobs++;
    j->scene = scene;
    j->ids = malloc(N_PIXELS * sizeof *j->ids);
    if (j->ids == NULL || !post(j, false))
        return NULL;
    for (int32_t i = 0; i < N_PIXELS; i++)
        j->ids[i] = (uint32_t)(j->result.panoptic[i] + 1);
    return j;
}

static bool agrees(const job *a, const job *b)
{
    const pnd_postprocess_result *x = &a->result, *y = &b->result;
    if (x->n_segments != y->n_segments ||
        memcmp(x->panoptic, y->panoptic, N_PIXELS * sizeof *x->panoptic) != 0 ||
        memcmp(x->depth, y->depth, N_PIXELS * sizeof *x->depth) != 0) {
        (void)fprintf(stderr, "%s differs from ref\n", pnd_backend_name(a->backend));
        return false;
    }
    return true;
}

static bool add_backend(plan *p, const job *ref, const char *scene_name, const char *name,
                        pnd_backend_kind kind, int threads)
{
    char what[NAME_SIZE];
    job *j = open_job(p, ref->scene, kind, threads);
    if (j == NULL)
        return kind == PND_BACKEND_CUDA;
    if (!agrees(j, ref))
        return false;
    (void)snprintf(what, sizeof what, "postprocess %s", scene_name);
    add(p, what, name, run_post, j);
    (void)snprintf(what, sizeof what, "without scores %s", scene_name);
    add(p, what, name, run_without_scores, j);
    (void)snprintf(what, sizeof what, "fuse %s", scene_name);
    add(p, what, name, run_fuse, j);
    return true;
}

static bool add_scene(plan *p, const post_scene *scene, const char *name)
{
    const job *ref = open_job(p, scene, PND_BACKEND_REF, 1);
    if (ref == NULL)
        return false;
    (void)fprintf(stderr, "%s: %zu centres, %zu segments\n", name, ref->result.n_centers,
                  ref->result.n_segments);
    return add_backend(p, ref, name, "cpu, 1 thread", PND_BACKEND_CPU, 1) &&
           add_backend(p, ref, name, "cpu, 2 threads", PND_BACKEND_CPU, 2) &&
           add_backend(p, ref, name, "cuda", PND_BACKEND_CUDA, 0);
}

int main(int argc, char **argv)
{
    static plan p;
    bench_options options;
    post_scene street, crowded;
    if (bench_parse(&options, argc, argv) != 0) {
        (void)fprintf(stderr, "usage: bench_postprocess [--rounds N]\n");
        return 2;
    }
    street = post_scene_make(WIDTH, HEIGHT, 19, 0);
    crowded = post_scene_make(WIDTH, HEIGHT, 19, 0);
    draw(&street, false);
    draw(&crowded, true);
    const bool ok = add_scene(&p, &street, "street") && add_scene(&p, &crowded, "crowded") &&
                    bench_run(p.cases, p.n, options);
    if (ok)
        bench_print(stdout, "postprocess", p.cases, p.n, options);
    for (size_t i = 0; i < p.n_jobs; i++) {
        pnd_backend_free(p.jobs[i].backend);
        pnd_postprocess_result_clear(&p.jobs[i].result);
        pnd_segment_depths_clear(&p.jobs[i].fused);
        free(p.jobs[i].ids);
    }
    post_scene_free(&street);
    post_scene_free(&crowded);
    return ok ? 0 : 1;
}
