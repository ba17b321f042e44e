/* SPDX-License-Identifier: Apache-2.0 */
#include "scene_errors.h"

#include <panodepth/alloc.h>

#include <stdlib.h>
#include <string.h>

/* instanceIds values are below this; predicted ids too. Numbers from 300 are ours: 300 confused,
 * 500 split, 800 invented, 900 groups. */
enum { N_VALUES = 34000, FULL_WIDTH = 2048 };
#define MISSED UINT32_MAX

/* Depth of the sky in predictions, and of all that is farther: it fits 16 bits of 1/256 m. */
#define FARTHEST 250.0f
enum { FIRST_CONFUSED = 300, FIRST_SPLIT = 500, FIRST_INVENTED = 800, GROUP = 900 };

typedef struct settings {
    float jitter;                                   /* px of a 2048 px wide image */
    float miss, merge, split, confuse;              /* per thing */
    float stuff;                                    /* per pair of classes */
    float patch_share, void_share;                  /* of the area concerned */
    float invented;                                 /* per frame, expected */
    float scale, factor, smooth_noise, pixel_noise; /* relative depth */
    float blur;                                     /* px of a 2048 px wide image */
} settings;

static const settings levels[] = {
    [SCENE_MILD] = {5.0f, 0.04f, 0.02f, 0.02f, 0.03f, 0.10f, 0.25f, 0.01f, 0.5f, 0.03f, 0.03f,
                    0.03f, 0.01f, 5.0f},
    [SCENE_HARSH] = {20.0f, 0.20f, 0.12f, 0.10f, 0.15f, 0.40f, 0.45f, 0.05f, 3.0f, 0.18f, 0.15f,
                     0.12f, 0.04f, 16.0f},
};

/* One thing of the ground truth. */
typedef struct thing {
    uint32_t value;
    int32_t x0, x1, y0, y1;
} thing;

typedef struct work {
    scene_prediction *out;
    const scene_shot *shot;
    const settings *set;
    scene_rng rng;
    uint32_t seed;
    thing *things;
    int32_t n_things;
    int32_t next_confused, next_split;
    uint32_t stuff_from[8], stuff_to[8];
    int32_t n_stuff;
} work;

void scene_prediction_clear(scene_prediction *prediction)
{
    pnd_plane_u32_clear(&prediction->ids);
    pnd_plane_f32_clear(&prediction->depth_m);
    pnd_plane_f32_clear(&prediction->scratch);
    free(prediction->segments);
    free(prediction->table);
    memset(prediction, 0, sizeof *prediction);
}

const char *scene_error_name(scene_error_kind kind)
{
    static const char *const names[] = {"missed", "merged",   "split",       "confused",
                                        "stuff",  "invented", "depth_factor"};
    return names[kind];
}

static void note(work *w, scene_error_kind kind, uint32_t id, uint32_t other, double amount)
{
    if (w->out->n_entries < SCENE_MAX_ENTRIES)
        w->out->entries[w->out->n_entries++] = (scene_error_entry){kind, id, other, amount};
}

/* What a careful model says about each label: itself, or for ignored classes the nearest evaluated
 * one (0: no answer). */
static uint32_t base_prediction(uint32_t value)
{
    static const uint8_t nearest[LABEL_COUNT] = {[LABEL_EGO] = LABEL_ROAD,
                                                 [LABEL_STATIC] = LABEL_BUILDING,
                                                 [LABEL_DYNAMIC] = LABEL_SIDEWALK,
                                                 [LABEL_ROAD] = LABEL_ROAD,
                                                 [LABEL_SIDEWALK] = LABEL_SIDEWALK,
                                                 [LABEL_PARKING] = LABEL_SIDEWALK,
                                                 [LABEL_RAIL] = LABEL_ROAD,
                                                 [LABEL_BUILDING] = LABEL_BUILDING,
                                                 [LABEL_WALL] = LABEL_WALL,
                                                 [LABEL_FENCE] = LABEL_FENCE,
                                                 [LABEL_GUARD_RAIL] = LABEL_FENCE,
                                                 [LABEL_BRIDGE] = LABEL_BUILDING,
                                                 [LABEL_POLE] = LABEL_POLE,
                                                 [LABEL_LIGHT] = LABEL_LIGHT,
                                                 [LABEL_SIGN] = LABEL_SIGN,
                                                 [LABEL_VEGETATION] = LABEL_VEGETATION,
                                                 [LABEL_TERRAIN] = LABEL_TERRAIN,
                                                 [LABEL_SKY] = LABEL_SKY,
                                                 [LABEL_PERSON] = LABEL_PERSON,
                                                 [LABEL_RIDER] = LABEL_RIDER,
                                                 [LABEL_CAR] = LABEL_CAR,
                                                 [LABEL_TRUCK] = LABEL_TRUCK,
                                                 [LABEL_BUS] = LABEL_BUS,
                                                 [LABEL_CARAVAN] = LABEL_TRUCK,
                                                 [LABEL_TRAILER] = LABEL_CAR,
                                                 [LABEL_TRAIN] = LABEL_TRAIN,
                                                 [LABEL_MOTORCYCLE] = LABEL_MOTORCYCLE,
                                                 [LABEL_BICYCLE] = LABEL_BICYCLE};
    const uint32_t label = value < 1000 ? value : value / 1000;
    const uint32_t said = label < LABEL_COUNT ? nearest[label] : 0;
    if (!scene_is_thing((int32_t)said))
        return said;
    if (value < 1000)
        return said * 1000 + GROUP;
    return said == label ? value : said * 1000 + GROUP + 1 + value % 90;
}

static uint32_t class_of(uint32_t id)
{
    return id < 1000 ? id : id / 1000;
}

static pnd_status find_things(work *w, pnd_error *err)
{
    const pnd_plane_u16 *ids = &w->shot->instance_ids;
    uint32_t *index = w->out->table; /* value -> position + 1, for now */
    memset(index, 0, N_VALUES * sizeof *index);
    w->things = pnd_alloc_array((size_t)w->shot->model.n_objects, sizeof *w->things);
    if (w->things == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for %d objects", w->shot->model.n_objects);
    for (int32_t y = 0; y < ids->height; y++) {
        const uint16_t *row = pnd_plane_u16_row(ids, y);
        for (int32_t x = 0; x < ids->width; x++) {
            if (row[x] < 1000)
                continue;
            if (index[row[x]] == 0) {
                w->things[w->n_things++] = (thing){row[x], x, x, y, y};
                index[row[x]] = (uint32_t)w->n_things;
            }
            thing *t = &w->things[index[row[x]] - 1];
            t->x0 = x < t->x0 ? x : t->x0;
            t->x1 = x > t->x1 ? x : t->x1;
            t->y1 = y;
        }
    }
    return PND_OK;
}

/* The thing of the same class whose middle is nearest, or NULL. */
static const thing *neighbour(const work *w, const thing *of)
{
    const thing *best = NULL;
    int64_t best_gap = INT64_MAX;
    for (int32_t i = 0; i < w->n_things; i++) {
        const thing *t = &w->things[i];
        if (t == of || class_of(t->value) != class_of(of->value))
            continue;
        const int64_t dx = t->x0 + t->x1 - of->x0 - of->x1, dy = t->y0 + t->y1 - of->y0 - of->y1;
        if (dx * dx + dy * dy < best_gap) {
            best_gap = dx * dx + dy * dy;
            best = t;
        }
    }
    return best;
}

static uint32_t confused_class(uint32_t label)
{
    switch (label) {
    case LABEL_PERSON:
        return LABEL_RIDER;
    case LABEL_RIDER:
        return LABEL_PERSON;
    case LABEL_CAR:
        return LABEL_TRUCK;
    case LABEL_TRUCK:
    case LABEL_TRAIN:
        return LABEL_BUS;
    case LABEL_BUS:
        return LABEL_TRUCK;
    case LABEL_MOTORCYCLE:
        return LABEL_BICYCLE;
    case LABEL_BICYCLE:
        return LABEL_MOTORCYCLE;
    default:
        return label;
    }
}

/* Decide the fate of one thing. One draw, so that adding a kind of error moves nothing else. */
static void decide(work *w, const thing *t)
{
    const settings *s = w->set;
    uint32_t *table = w->out->table;
    const uint32_t label = class_of(t->value), other = confused_class(label);
    float draw = scene_rng_unit(&w->rng);
    const thing *near = neighbour(w, t);
    if (draw < s->miss) {
        table[t->value] = MISSED;
        note(w, SCENE_ERROR_MISSED, t->value, 0, 0.0);
        return;
    }
    draw -= s->miss;
    if (draw < s->merge && near != NULL) {
        table[t->value] = near->value;
        note(w, SCENE_ERROR_MERGED, t->value, near->value, 0.0);
        return;
    }
    draw -= s->merge;
    if (draw >= 0.0f && draw < s->confuse && other != label && w->next_confused < FIRST_SPLIT) {
        table[t->value] = other * 1000 + (uint32_t)w->next_confused++;
        note(w, SCENE_ERROR_CONFUSED, t->value, table[t->value], 0.0);
    }
}

static void decide_things(work *w)
{
    for (uint32_t v = 0; v < N_VALUES; v++)
        w->out->table[v] = base_prediction(v);
    for (int32_t i = 0; i < w->n_things; i++)
        if (class_of(w->things[i].value) != LABEL_CARAVAN &&
            class_of(w->things[i].value) != LABEL_TRAILER)
            decide(w, &w->things[i]);
}

static void decide_stuff(work *w)
{
    static const uint8_t pairs[][2] = {
        {LABEL_SIDEWALK, LABEL_ROAD},      {LABEL_TERRAIN, LABEL_VEGETATION},
        {LABEL_WALL, LABEL_BUILDING},      {LABEL_FENCE, LABEL_VEGETATION},
        {LABEL_BUILDING, LABEL_WALL},      {LABEL_ROAD, LABEL_SIDEWALK},
        {LABEL_VEGETATION, LABEL_TERRAIN}, {LABEL_POLE, LABEL_BUILDING}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        if (scene_rng_chance(&w->rng, w->set->stuff)) {
            w->stuff_from[w->n_stuff] = pairs[i][0];
            w->stuff_to[w->n_stuff++] = pairs[i][1];
            note(w, SCENE_ERROR_STUFF, pairs[i][0], pairs[i][1], (double)w->set->patch_share);
        }
}

static float scale_of(const work *w)
{
    return (float)w->shot->rig.width / (float)FULL_WIDTH;
}

/* Smooth patches that cover about `share` of the plane. */
static bool patch(const work *w, int32_t x, int32_t y, float share, uint32_t salt)
{
    const float cell = maxf(90.0f * scale_of(w), 2.0f);
    return scene_fbm2((float)x / cell, (float)y / cell, w->seed + salt, 2) <
           0.5f + (share - 0.5f) * 0.62f;
}

static int32_t clamp_index(float x, int32_t n)
{
    return x <= 0.0f ? 0 : x >= (float)(n - 1) ? n - 1 : (int32_t)x;
}

static uint32_t shifted_value(const work *w, int32_t x, int32_t y)
{
    const pnd_plane_u16 *ids = &w->shot->instance_ids;
    const float cell = maxf(24.0f * scale_of(w), 1.5f), reach = 2.0f * w->set->jitter * scale_of(w);
    const float u = (float)x / cell, v = (float)y / cell;
    const float dx = reach * (scene_noise2(u, v, w->seed + 1u) - 0.5f),
                dy = reach * (scene_noise2(u, v, w->seed + 2u) - 0.5f);
    return pnd_plane_u16_row(
        ids, clamp_index((float)y + dy + 0.5f,
                         ids->height))[clamp_index((float)x + dx + 0.5f, ids->width)];
}

static uint32_t predict_pixel(const work *w, int32_t x, int32_t y)
{
    uint32_t id = w->out->table[shifted_value(w, x, y)];
    for (int32_t i = 0; i < w->n_stuff; i++)
        if (id == w->stuff_from[i] && patch(w, x, y, w->set->patch_share, 10u + (uint32_t)i)) {
            id = w->stuff_to[i];
            break;
        }
    return patch(w, x, y, w->set->void_share, 3u) ? 0 : id;
}

static void predict_pixels(work *w)
{
    for (int32_t y = 0; y < w->out->ids.height; y++) {
        uint32_t *row = pnd_plane_u32_row(&w->out->ids, y);
        uint32_t last_stuff = LABEL_ROAD;
        for (int32_t x = 0; x < w->out->ids.width; x++) {
            row[x] = predict_pixel(w, x, y);
            /* Where a thing is missed, the surface beside it goes on. */
            if (row[x] == MISSED)
                row[x] = last_stuff;
            else if (row[x] != 0 && row[x] < 1000)
                last_stuff = row[x];
        }
    }
}

/* The right half of some things becomes a second one. */
static void split_things(work *w)
{
    for (int32_t i = 0; i < w->n_things; i++) {
        const thing *t = &w->things[i];
        const bool wanted = scene_rng_chance(&w->rng, w->set->split);
        if (!wanted || w->out->table[t->value] != t->value || w->next_split == FIRST_INVENTED)
            continue;
        const uint32_t half = class_of(t->value) * 1000 + (uint32_t)w->next_split++;
        for (int32_t y = t->y0; y <= t->y1; y++) {
            uint32_t *row = pnd_plane_u32_row(&w->out->ids, y);
            for (int32_t x = (t->x0 + t->x1 + 1) / 2; x <= t->x1; x++)
                if (row[x] == t->value)
                    row[x] = half;
        }
        note(w, SCENE_ERROR_SPLIT, t->value, half, 0.0);
    }
}

/* An ellipse of a thing where there is none. */
static void invent_things(work *w)
{
    static const uint32_t classes[] = {LABEL_PERSON, LABEL_CAR, LABEL_BICYCLE, LABEL_RIDER};
    const float width = (float)w->shot->rig.width, height = (float)w->shot->rig.height;
    int32_t n = floor_int(w->set->invented);
    n += scene_rng_chance(&w->rng, w->set->invented - (float)n) ? 1 : 0;
    for (int32_t i = 0; i < n; i++) {
        const uint32_t label = classes[scene_rng_below(&w->rng, 4)],
                       id = label * 1000 + FIRST_INVENTED + (uint32_t)i;
        const float half_y = height * scene_rng_range(&w->rng, 0.03f, 0.08f);
        const float half_x = half_y * (label == LABEL_CAR ? 1.4f : 0.45f);
        const float cx = scene_rng_range(&w->rng, half_x, width - half_x),
                    cy = height * scene_rng_range(&w->rng, 0.42f, 0.6f);
        for (int32_t y = clamp_index(cy - half_y, w->out->ids.height);
             y <= clamp_index(cy + half_y, w->out->ids.height); y++)
            for (int32_t x = clamp_index(cx - half_x, w->out->ids.width);
                 x <= clamp_index(cx + half_x, w->out->ids.width); x++) {
                const float ex = ((float)x - cx) / half_x, ey = ((float)y - cy) / half_y;
                if (ex * ex + ey * ey < 1.0f)
                    pnd_plane_u32_row(&w->out->ids, y)[x] = id;
            }
        note(w, SCENE_ERROR_INVENTED, 0, id, 0.0);
    }
}

/* Segments below the size that outlines start from become "no answer"; the rest are listed. */
static pnd_status list_segments(work *w, pnd_error *err)
{
    pnd_plane_u32 *ids = &w->out->ids;
    uint32_t *counts = w->out->table;
    const uint32_t smallest = (uint32_t)scene_smallest_thing(ids->width, ids->height);
    memset(counts, 0, N_VALUES * sizeof *counts);
    for (int32_t y = 0; y < ids->height; y++)
        for (int32_t x = 0; x < ids->width; x++)
            counts[pnd_plane_u32_row(ids, y)[x]]++;
    free(w->out->segments);
    w->out->n_segments = 0;
    w->out->segments = pnd_alloc_array(N_VALUES, sizeof *w->out->segments);
    if (w->out->segments == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for predicted segments");
    for (uint32_t id = 1; id < N_VALUES; id++)
        if (counts[id] >= smallest)
            w->out->segments[w->out->n_segments++] = id;
    for (int32_t y = 0; y < ids->height; y++) {
        uint32_t *row = pnd_plane_u32_row(ids, y);
        for (int32_t x = 0; x < ids->width; x++)
            row[x] = counts[row[x]] >= smallest ? row[x] : 0;
    }
    return PND_OK;
}

/* Mean over a window of 2 r + 1 along a line of n values `step` apart; the window shrinks at the
 * ends. */
static void box_blur(float *out, const float *in, int32_t n, int32_t step, int32_t r)
{
    double sum = 0.0;
    int32_t count = 0;
    for (int32_t i = 0; i < r && i < n; i++, count++)
        sum += (double)in[i * step];
    for (int32_t i = 0; i < n; i++) {
        if (i + r < n) {
            sum += (double)in[(i + r) * step];
            count++;
        }
        if (i - r > 0) {
            sum -= (double)in[(i - r - 1) * step];
            count--;
        }
        out[i * step] = (float)(sum / count);
    }
}

static float wrong_depth(const work *w, const float *factors, int32_t x, int32_t y)
{
    const scene_shot *shot = w->shot;
    const float cell = maxf(160.0f * scale_of(w), 2.0f);
    const bool is_ego = pnd_plane_u8_row(&shot->label_ids, y)[x] == LABEL_EGO;
    const float z = is_ego ? 5.5f : minf(pnd_plane_f32_row(&shot->left.depth, y)[x], FARTHEST);
    const float smooth = scene_fbm2((float)x / cell, (float)y / cell, w->seed + 40u, 3) - 0.5f;
    const float fine = scene_hash_unit(scene_hash2(x, y, w->seed + 41u)) - 0.5f;
    const float noise =
        1.0f + 2.0f * w->set->smooth_noise * smooth + 2.0f * w->set->pixel_noise * fine;
    return z * (float)w->out->depth_scale * factors[pnd_plane_u16_row(&shot->instance_ids, y)[x]] *
           noise;
}

static pnd_status predict_depth(work *w, pnd_error *err)
{
    const int32_t width = w->shot->rig.width, height = w->shot->rig.height;
    const int32_t radius = floor_int(0.5f * w->set->blur * scale_of(w) + 0.5f);
    scene_prediction *out = w->out;
    float *factors = pnd_alloc_array(N_VALUES, sizeof *factors);
    if (factors == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for predicted depth");
    for (int32_t i = 0; i < N_VALUES; i++)
        factors[i] = 1.0f;
    out->depth_scale = 1.0 + (double)scene_rng_range(&w->rng, -w->set->scale, w->set->scale);
    for (int32_t i = 0; i < w->n_things; i++) {
        const float factor = 1.0f + scene_rng_range(&w->rng, -w->set->factor, w->set->factor);
        factors[w->things[i].value] = factor;
        note(w, SCENE_ERROR_FACTOR, w->things[i].value, 0, (double)factor);
    }
    for (int32_t y = 0; y < height; y++)
        for (int32_t x = 0; x < width; x++)
            pnd_plane_f32_row(&out->scratch, y)[x] = 1.0f / wrong_depth(w, factors, x, y);
    for (int32_t y = 0; y < height; y++)
        box_blur(pnd_plane_f32_row(&out->depth_m, y), pnd_plane_f32_row(&out->scratch, y), width, 1,
                 radius);
    for (int32_t x = 0; x < width; x++)
        box_blur(out->scratch.data + x, out->depth_m.data + x, height, width, radius);
    for (int32_t y = 0; y < height; y++)
        for (int32_t x = 0; x < width; x++)
            pnd_plane_f32_row(&out->depth_m, y)[x] =
                minf(1.0f / pnd_plane_f32_row(&out->scratch, y)[x], FARTHEST);
    free(factors);
    return PND_OK;
}

static pnd_status make_room(scene_prediction *out, int32_t width, int32_t height, pnd_error *err)
{
    pnd_status status = pnd_plane_u32_resize(&out->ids, width, height, err);
    if (status == PND_OK)
        status = pnd_plane_f32_resize(&out->depth_m, width, height, err);
    if (status == PND_OK)
        status = pnd_plane_f32_resize(&out->scratch, width, height, err);
    if (status == PND_OK && out->table == NULL) {
        out->table = pnd_alloc_array(N_VALUES, sizeof *out->table);
        if (out->table == NULL)
            status = pnd_fail(err, PND_ENOMEM, "out of memory for a prediction");
    }
    return status;
}

pnd_status scene_predict(scene_prediction *out, const scene_shot *shot, scene_severity severity,
                         uint64_t seed, uint64_t frame, pnd_error *err)
{
    enum { PURPOSE_ERRORS = 100 };
    work w = {.out = out,
              .shot = shot,
              .set = &levels[severity],
              .rng = scene_rng_make(seed, frame, PURPOSE_ERRORS),
              .next_confused = FIRST_CONFUSED,
              .next_split = FIRST_SPLIT};
    w.seed = (uint32_t)scene_rng_next(&w.rng);
    out->n_entries = 0;
    pnd_status status = make_room(out, shot->rig.width, shot->rig.height, err);
    if (status == PND_OK)
        status = find_things(&w, err);
    if (status == PND_OK) {
        decide_things(&w);
        decide_stuff(&w);
        predict_pixels(&w);
        split_things(&w);
        invent_things(&w);
        status = list_segments(&w, err);
    }
    if (status == PND_OK)
        status = predict_depth(&w, err);
    free(w.things);
    return status;
}
