/* SPDX-License-Identifier: Apache-2.0 */
#include "scene_render.h"

#include "scene_shade.h"
#include "scene_texture.h"

#include <panodepth/alloc.h>

#include <stdlib.h>
#include <string.h>
#ifdef _OPENMP
#include <omp.h>
#endif

/* Nothing nearer than this is drawn, and the ground ends in haze. */
#define NEAREST  0.3f
#define FARTHEST 4000.0f

enum { BAND_ROWS = 16, MAX_CANDIDATES = 9, SUB_SAMPLES = 4 };

static const float sub_x[SUB_SAMPLES] = {-0.125f, 0.375f, 0.125f, -0.375f};
static const float sub_y[SUB_SAMPLES] = {-0.375f, -0.125f, 0.375f, 0.125f};

void scene_picture_clear(scene_picture *picture)
{
    pnd_plane_f32_clear(&picture->depth);
    pnd_plane_u32_clear(&picture->prim);
    pnd_plane_u8_clear(&picture->glass);
    pnd_plane_rgb8_clear(&picture->color);
}

void scene_renderer_clear(scene_renderer *renderer)
{
    free(renderer->bounds);
    free(renderer->eyes);
    memset(renderer, 0, sizeof *renderer);
}

static vec3 to_local(const scene_prim *prim, vec3 d)
{
    return v3(v3_dot(prim->to_local[0], d), v3_dot(prim->to_local[1], d),
              v3_dot(prim->to_local[2], d));
}

static int32_t clamp_pixel(float x, int32_t n)
{
    return x < 0.0f ? 0 : x > (float)(n - 1) ? n - 1 : (int32_t)x;
}

/* A rectangle of the image that grows. */
typedef struct extent {
    float u0, u1, v0, v1;
} extent;

static void extend(extent *e, const scene_view *view, vec3 p, float depth)
{
    const float u = view->u0 + view->fx * v3_dot(p, view->right) / depth;
    const float v = view->v0 - view->fy * v3_dot(p, view->up) / depth;
    *e = (extent){minf(e->u0, u), maxf(e->u1, u), minf(e->v0, v), maxf(e->v1, v)};
}

/* Project a box given by its corners and their depths; edges are cut at the nearest depth. */
static extent project_box(const vec3 corner[8], const float depth[8], const scene_view *view)
{
    extent e = {1e30f, -1e30f, 1e30f, -1e30f};
    for (int i = 0; i < 8; i++) {
        if (depth[i] >= NEAREST)
            extend(&e, view, corner[i], depth[i]);
        for (int bit = 1; bit < 8; bit <<= 1) {
            const int k = i ^ bit;
            if (depth[i] < NEAREST && depth[k] > NEAREST) {
                const float share = (NEAREST - depth[i]) / (depth[k] - depth[i]);
                extend(&e, view, v3_mix(corner[i], corner[k], share), NEAREST);
            }
        }
    }
    return e;
}

/* The ground lies below the horizon, which is a row because the cameras do not roll. */
static scene_bound bound_ground(const scene_view *view)
{
    const float horizon = view->v0 + view->fy * view->forward.y / view->up.y;
    return (scene_bound){.x1 = view->width - 1,
                         .y0 = clamp_pixel(horizon - 1.0f, view->height),
                         .y1 = view->height - 1,
                         .nearest = NEAREST};
}

/* Where the bounding box is in the image; false when it is behind the eye or beside the image. */
static bool bound_prim(scene_bound *bound, const scene_prim *prim, const scene_view *view)
{
    vec3 corner[8];
    float depth[8], nearest = 1e30f, farthest = -1e30f;
    if (prim->shape == SCENE_GROUND) {
        *bound = bound_ground(view);
        return true;
    }
    const vec3 from_eye = v3_sub(prim->centre, view->eye);
    for (int i = 0; i < 8; i++) {
        vec3 p = v3_mad(from_eye, prim->axis[0], (i & 1) != 0 ? prim->half.x : -prim->half.x);
        p = v3_mad(p, prim->axis[1], (i & 2) != 0 ? prim->half.y : -prim->half.y);
        corner[i] = v3_mad(p, prim->axis[2], (i & 4) != 0 ? prim->half.z : -prim->half.z);
        depth[i] = v3_dot(corner[i], view->forward);
        nearest = minf(nearest, depth[i]);
        farthest = maxf(farthest, depth[i]);
    }
    if (farthest < NEAREST)
        return false;
    const extent e = project_box(corner, depth, view);
    if (e.u1 < -1.0f || e.v1 < -1.0f || e.u0 > (float)view->width || e.v0 > (float)view->height)
        return false;
    *bound = (scene_bound){.x0 = clamp_pixel(e.u0 - 0.5f, view->width),
                           .x1 = clamp_pixel(e.u1 + 1.5f, view->width),
                           .y0 = clamp_pixel(e.v0 - 0.5f, view->height),
                           .y1 = clamp_pixel(e.v1 + 1.5f, view->height),
                           .nearest = maxf(nearest, NEAREST)};
    return true;
}

static int compare_bounds(const void *a, const void *b)
{
    const scene_bound *p = a, *q = b;
    if (p->nearest != q->nearest)
        return p->nearest < q->nearest ? -1 : 1;
    return p->prim < q->prim ? -1 : p->prim > q->prim;
}

static pnd_status prepare(scene_renderer *renderer, const scene_model *scene,
                          const scene_view *view, pnd_error *err)
{
    if (scene->n_prims > renderer->capacity) {
        scene_renderer_clear(renderer);
        renderer->bounds = pnd_alloc_array((size_t)scene->n_prims, sizeof *renderer->bounds);
        renderer->eyes = pnd_alloc_array((size_t)scene->n_prims, sizeof *renderer->eyes);
        if (renderer->bounds == NULL || renderer->eyes == NULL)
            return pnd_fail(err, PND_ENOMEM, "out of memory for %d primitives", scene->n_prims);
        renderer->capacity = scene->n_prims;
    }
    renderer->n_bounds = 0;
    for (int32_t i = 0; i < scene->n_prims; i++) {
        const scene_prim *prim = &scene->prims[i];
        scene_bound *bound = &renderer->bounds[renderer->n_bounds];
        renderer->eyes[i] = to_local(prim, v3_sub(view->eye, prim->centre));
        if (!bound_prim(bound, prim, view))
            continue;
        bound->prim = i;
        bound->eye = renderer->eyes[i];
        renderer->n_bounds++;
    }
    qsort(renderer->bounds, (size_t)renderer->n_bounds, sizeof *renderer->bounds, compare_bounds);
    return PND_OK;
}

/* Leaves fill a clump: look for one at a few depths inside it. */
static float trace_foliage(const scene_prim *prim, vec3 o, vec3 d, float t_in, float t_out,
                           float limit)
{
    static const float share[] = {0.0f, 0.08f, 0.2f, 0.36f, 0.56f};
    for (size_t i = 0; i < sizeof share / sizeof share[0]; i++) {
        const float t = t_in + share[i] * (t_out - t_in);
        if (t >= limit)
            return limit;
        if (t > NEAREST && !scene_cutout_hides(prim, v3_mad(o, d, t)))
            return t;
    }
    return limit;
}

/* The nearest surface of one primitive in front of `limit`; holes let the ray through to its far
 * side. Returns `limit` when there is none. */
static float trace(const scene_prim *prim, vec3 o, vec3 d, float limit)
{
    float t[2];
    if (!scene_shape_hit(&t[0], &t[1], (scene_shape)prim->shape, prim->taper, o, d))
        return limit;
    if (prim->cutout == CUT_NONE)
        return t[0] > NEAREST && t[0] < limit && t[0] < FARTHEST ? t[0] : limit;
    if (prim->cutout == CUT_FOLIAGE)
        return trace_foliage(prim, o, d, t[0], t[1], limit);
    for (int i = 0; i < 2; i++)
        if (t[i] > NEAREST && t[i] < limit && !scene_cutout_hides(prim, v3_mad(o, d, t[i])))
            return t[i];
    return limit;
}

static void draw_bound(scene_picture *out, const scene_model *scene, const scene_view *view,
                       const scene_bound *bound, int32_t y0, int32_t y1)
{
    const scene_prim *prim = &scene->prims[bound->prim];
    const vec3 step = v3_scale(to_local(prim, view->right), 1.0f / view->fx);
    y0 = bound->y0 > y0 ? bound->y0 : y0;
    y1 = bound->y1 < y1 ? bound->y1 : y1;
    for (int32_t y = y0; y <= y1; y++) {
        float *depth = pnd_plane_f32_row(&out->depth, y);
        uint32_t *owner = pnd_plane_u32_row(&out->prim, y);
        const vec3 d0 = to_local(prim, scene_view_ray(view, 0.0f, (float)y));
        for (int32_t x = bound->x0; x <= bound->x1; x++) {
            if (depth[x] <= bound->nearest)
                continue;
            const float t = trace(prim, bound->eye, v3_mad(d0, step, (float)x), depth[x]);
            if (t < depth[x]) {
                depth[x] = t;
                owner[x] = (uint32_t)bound->prim;
            }
        }
    }
}

static void find_surfaces(scene_picture *out, const scene_renderer *renderer,
                          const scene_model *scene, const scene_view *view, int32_t y0, int32_t y1)
{
    for (int32_t y = y0; y <= y1; y++) {
        float *depth = pnd_plane_f32_row(&out->depth, y);
        uint32_t *owner = pnd_plane_u32_row(&out->prim, y);
        for (int32_t x = 0; x < view->width; x++) {
            depth[x] = SCENE_FAR;
            owner[x] = SCENE_NO_PRIM;
        }
    }
    for (int32_t i = 0; i < renderer->n_bounds; i++)
        draw_bound(out, scene, view, &renderer->bounds[i], y0, y1);
}

/* Clumps of one tree shade alike: their borders need no finer sampling. */
static bool is_same_surface(const scene_model *scene, uint32_t a, uint32_t b)
{
    if (a == b || a == SCENE_NO_PRIM || b == SCENE_NO_PRIM)
        return a == b;
    const scene_prim *p = &scene->prims[a], *q = &scene->prims[b];
    return p->material == MAT_FOLIAGE && q->material == MAT_FOLIAGE && p->object == q->object;
}

/* The distinct primitives around a pixel, its own first; returns their number. */
static int candidates_at(uint32_t found[MAX_CANDIDATES], const scene_picture *picture,
                         const scene_model *scene, int32_t x, int32_t y)
{
    int n = 0;
    found[n++] = pnd_plane_u32_row(&picture->prim, y)[x];
    for (int32_t j = y > 0 ? y - 1 : y; j <= y + 1 && j < picture->prim.height; j++) {
        const uint32_t *row = pnd_plane_u32_row(&picture->prim, j);
        for (int32_t i = x > 0 ? x - 1 : x; i <= x + 1 && i < picture->prim.width; i++) {
            if (row[i] == found[0])
                continue;
            int k = 0;
            while (k < n && !is_same_surface(scene, found[k], row[i]))
                k++;
            if (k == n)
                found[n++] = row[i];
        }
    }
    return n;
}

typedef struct painter {
    const scene_renderer *renderer;
    const scene_shader *shader;
    const scene_view *view;
    uint32_t noise_seed;
} painter;

/* The mean colour of four rays, each against the surfaces seen around the pixel. A surface is
 * shaded once, at the first ray that meets it. */
static vec3 blend_samples(const painter *p, const uint32_t *found, int n, int32_t x, int32_t y)
{
    const scene_model *scene = p->shader->light->scene;
    uint32_t winner[SUB_SAMPLES];
    vec3 sum = v3(0.0f, 0.0f, 0.0f), color[SUB_SAMPLES];
    for (int s = 0; s < SUB_SAMPLES; s++) {
        const vec3 d = scene_view_ray(p->view, (float)x + sub_x[s], (float)y + sub_y[s]);
        float nearest = SCENE_FAR;
        winner[s] = SCENE_NO_PRIM;
        for (int k = 0; k < n; k++) {
            if (found[k] == SCENE_NO_PRIM)
                continue;
            const scene_prim *prim = &scene->prims[found[k]];
            const float t = trace(prim, p->renderer->eyes[found[k]], to_local(prim, d), nearest);
            if (t < nearest) {
                nearest = t;
                winner[s] = found[k];
            }
        }
        int same = 0;
        while (same < s && winner[same] != winner[s])
            same++;
        color[s] = same < s ? color[same] : scene_shade(p->shader, winner[s], d, nearest, NULL);
        sum = v3_add(sum, color[s]);
    }
    return v3_scale(sum, 1.0f / SUB_SAMPLES);
}

static void sensor_noise(float noise[3], uint32_t seed, int32_t x, int32_t y)
{
    const uint64_t key = (uint64_t)(uint32_t)y << 32 | (uint32_t)x;
    uint64_t h = scene_mix64(key + seed * 0x9e3779b97f4a7c15u);
    for (int c = 0; c < 3; c++, h >>= 21) {
        /* The sum of three numbers of 0..127 has deviation 64; close enough to normal. */
        const uint32_t sum =
            (uint32_t)(h & 127) + (uint32_t)(h >> 7 & 127) + (uint32_t)(h >> 14 & 127);
        noise[c] = ((float)sum - 190.5f) * (1.0f / 64.0f);
    }
}

void scene_develop(uint8_t rgb[3], vec3 linear, const scene_weather *weather, float noise[3])
{
    const float channel[3] = {linear.x, linear.y, linear.z};
    for (int c = 0; c < 3; c++) {
        const float light = maxf(channel[c], 0.0f) * weather->exposure;
        const float display = sqrtf(light / (1.0f + 0.55f * light) * 1.3f);
        const float value = 255.0f * display + noise[c] * weather->noise * (0.5f + display);
        rgb[c] = (uint8_t)clampf(value + 0.5f, 0.0f, 255.0f);
    }
}

/* Light falls off towards the corners of a lens. */
static float vignette(const scene_view *view, int32_t x, int32_t y)
{
    const float dx = ((float)x - view->u0) / view->fx, dy = ((float)y - view->v0) / view->fy;
    return 1.0f / (1.0f + 0.35f * (dx * dx + dy * dy));
}

static void paint_rows(scene_picture *out, const painter *p, int32_t y0, int32_t y1)
{
    const scene_model *scene = p->shader->light->scene;
    for (int32_t y = y0; y <= y1; y++) {
        const float *depth = pnd_plane_f32_row(&out->depth, y);
        uint8_t *glass = pnd_plane_u8_row(&out->glass, y);
        uint8_t *color = pnd_plane_rgb8_row(&out->color, y);
        for (int32_t x = 0; x < p->view->width; x++) {
            uint32_t found[MAX_CANDIDATES];
            float noise[3];
            bool is_glass = false;
            const int n = candidates_at(found, out, scene, x, y);
            const vec3 d = scene_view_ray(p->view, (float)x, (float)y);
            const vec3 linear = n > 1 ? blend_samples(p, found, n, x, y)
                                      : scene_shade(p->shader, found[0], d, depth[x], &is_glass);
            sensor_noise(noise, p->noise_seed, x, y);
            scene_develop(&color[3 * x], v3_scale(linear, vignette(p->view, x, y)), &scene->weather,
                          noise);
            glass[x] = is_glass ? 1 : 0;
        }
    }
}

static pnd_status resize(scene_picture *out, const scene_view *view, pnd_error *err)
{
    pnd_status status = pnd_plane_f32_resize(&out->depth, view->width, view->height, err);
    if (status == PND_OK)
        status = pnd_plane_u32_resize(&out->prim, view->width, view->height, err);
    if (status == PND_OK)
        status = pnd_plane_u8_resize(&out->glass, view->width, view->height, err);
    if (status == PND_OK)
        status = pnd_plane_rgb8_resize(&out->color, view->width, view->height, err);
    return status;
}

static int team_size(int threads)
{
#ifdef _OPENMP
    return threads > 0 ? threads : omp_get_max_threads();
#else
    return threads;
#endif
}

pnd_status scene_render(scene_picture *out, scene_renderer *renderer, const scene_light *light,
                        const scene_view *view, uint32_t noise_seed, int threads, pnd_error *err)
{
    pnd_status status = resize(out, view, err);
    if (status == PND_OK)
        status = prepare(renderer, light->scene, view, err);
    if (status != PND_OK)
        return status;
    const scene_shader shader = {.light = light, .view = view};
    const painter p = {renderer, &shader, view, noise_seed};
    const int32_t n_bands = (view->height + BAND_ROWS - 1) / BAND_ROWS;
    const int team = team_size(threads);
    (void)team;
#pragma omp parallel for num_threads(team) schedule(dynamic)
    for (int32_t band = 0; band < n_bands; band++) {
        const int32_t y0 = band * BAND_ROWS;
        const int32_t y1 = y0 + BAND_ROWS < view->height ? y0 + BAND_ROWS - 1 : view->height - 1;
        find_surfaces(out, renderer, light->scene, view, y0, y1);
    }
    /* Colours look at the neighbouring rows' surfaces: all of those are known by now. */
#pragma omp parallel for num_threads(team) schedule(dynamic)
    for (int32_t band = 0; band < n_bands; band++) {
        const int32_t y0 = band * BAND_ROWS;
        const int32_t y1 = y0 + BAND_ROWS < view->height ? y0 + BAND_ROWS - 1 : view->height - 1;
        paint_rows(out, &p, y0, y1);
    }
    return PND_OK;
}
