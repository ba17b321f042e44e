/* SPDX-License-Identifier: Apache-2.0 */
#include "scene_world.h"

#include <string.h>

#define STREET_START (-18.0f)

enum {
    PURPOSE_PLAN = 1,
    PURPOSE_LOTS,
    PURPOSE_FURNITURE,
    PURPOSE_TRAFFIC,
    PURPOSE_PEOPLE,
    PURPOSE_WEATHER
};

/* Rare classes come round: four frames in a row show all of them. */
static uint32_t choose_features(scene_rng *rng, uint64_t seed, uint64_t frame)
{
    static const uint32_t turns[4] = {
        FEATURE_TRUCK | FEATURE_WALL | FEATURE_CYCLIST | FEATURE_GREEN,
        FEATURE_BUS | FEATURE_FENCE | FEATURE_MOTORCYCLE | FEATURE_LIGHTS,
        FEATURE_TRAM | FEATURE_CROWD | FEATURE_CYCLIST | FEATURE_LIGHTS,
        FEATURE_GREEN | FEATURE_FENCE | FEATURE_WALL | FEATURE_CARAVAN | FEATURE_MOTORCYCLE};
    uint32_t features = turns[(frame + scene_mix64(seed)) % 4];
    for (uint32_t bit = FEATURE_TRUCK; bit <= FEATURE_GREEN; bit <<= 1)
        if (scene_rng_chance(rng, bit == FEATURE_TRAM || bit == FEATURE_CARAVAN ? 0.08f : 0.3f))
            features |= bit;
    return features;
}

static void add_lane(scene_plan *plan, float x, bool oncoming)
{
    plan->lanes[plan->n_lanes++] = (scene_lane){x, oncoming, false};
}

/* Lanes from ours (x = 0) to both sides; returns the road's edges before parking. */
static void plan_lanes(scene_plan *plan, scene_rng *rng, float *left, float *right)
{
    const float w = plan->lane_width;
    add_lane(plan, 0.0f, false);
    *right = 0.5f * w;
    *left = -0.5f * w;
    if (plan->style == STYLE_AVENUE || scene_rng_chance(rng, 0.25f)) {
        add_lane(plan, w, false);
        *right += w;
    }
    plan->median_x0 = plan->median_x1 = *left;
    if (plan->style == STYLE_AVENUE && scene_rng_chance(rng, 0.6f)) {
        plan->median_has_rails = (plan->features & FEATURE_TRAM) != 0;
        *left -= plan->median_has_rails ? 3.6f : scene_rng_range(rng, 1.6f, 3.0f);
        plan->median_x0 = *left;
    }
    const int32_t oncoming = plan->style == STYLE_AVENUE ? 2 : 1;
    for (int32_t i = 0; i < oncoming; i++) {
        add_lane(plan, *left - 0.5f * w, true);
        *left -= w;
    }
    for (int32_t i = 0; i < plan->n_lanes; i++)
        if ((plan->features & FEATURE_TRAM) != 0 && !plan->median_has_rails &&
            plan->lanes[i].oncoming) {
            plan->lanes[i].has_rails = true;
            break;
        }
}

static void plan_side(scene_plan *plan, scene_rng *rng, scene_side *side, float edge)
{
    side->parking = plan->style != STYLE_AVENUE && scene_rng_chance(rng, 0.55f) ? 2.2f : 0.0f;
    const float verge_share = plan->style == STYLE_CITY ? 0.1f : 0.5f;
    const bool green = scene_rng_chance(rng, verge_share) || (plan->features & FEATURE_GREEN) != 0;
    side->verge = green ? scene_rng_range(rng, 1.2f, 2.2f) : 0.0f;
    side->walk = scene_rng_range(rng, 2.4f, plan->style == STYLE_SUBURB ? 3.4f : 5.6f);
    side->kerb = edge + side->side * side->parking;
    side->front = side->kerb + side->side * (side->verge + side->walk);
}

static void add_strip(scene_ground *ground, float x0, float x1, uint8_t label)
{
    if (x1 > x0)
        ground->strips[ground->n_strips++] = (scene_strip){x0, x1, label};
}

static void add_line(scene_ground *ground, float x, float width, float period, float duty)
{
    if (ground->n_lines < SCENE_MAX_LINES)
        ground->lines[ground->n_lines++] = (scene_line){x, width, period, duty};
}

static void plan_markings(scene_ground *ground, const scene_plan *plan, float left, float right)
{
    const float w = plan->lane_width, middle = -0.5f * w;
    const bool has_median = plan->median_x1 > plan->median_x0;
    add_line(ground, left + 0.12f, 0.12f, 0.0f, 0.0f);
    add_line(ground, right - 0.12f, 0.12f, 0.0f, 0.0f);
    for (int32_t i = 1; i < plan->n_lanes; i++) {
        const scene_lane *lane = &plan->lanes[i];
        const float x = lane->oncoming ? lane->x + 0.5f * w : lane->x - 0.5f * w;
        const bool divides =
            lane->oncoming && absf(x - (has_median ? plan->median_x0 : middle)) < 0.1f;
        if (!divides || !has_median)
            add_line(ground, x, divides ? 0.15f : 0.12f, 9.0f, divides ? 0.62f : 0.38f);
    }
}

static void plan_rails(scene_ground *ground, const scene_plan *plan)
{
    for (int32_t i = 0; i < plan->n_lanes; i++)
        if (plan->lanes[i].has_rails)
            for (float s = -0.72f; s < 1.0f; s += 1.44f)
                ground->rails_x[ground->n_rails++] = plan->lanes[i].x + s;
    const float middle = 0.5f * (plan->median_x0 + plan->median_x1);
    if (plan->median_has_rails)
        for (float s = -0.72f; s < 1.0f; s += 1.44f)
            ground->rails_x[ground->n_rails++] = middle + s;
}

static void plan_crossings(scene_ground *ground, const scene_plan *plan, scene_rng *rng)
{
    float z = scene_rng_range(rng, 14.0f, 60.0f);
    const int32_t n = scene_rng_below(rng, 3) + ((plan->features & FEATURE_LIGHTS) != 0 ? 1 : 0);
    for (int32_t i = 0; i < n && i < SCENE_MAX_CROSSINGS; i++) {
        const float width = scene_rng_range(rng, 8.0f, 13.0f);
        ground->crossings[ground->n_crossings++] =
            (scene_crossing){z, z + width, scene_rng_chance(rng, 0.75f)};
        z += width + scene_rng_range(rng, 40.0f, 80.0f);
    }
}

static void plan_ground(scene_ground *ground, scene_plan *plan, scene_rng *rng, float left,
                        float right)
{
    ground->road_x0 = plan->sides[0].kerb;
    ground->road_x1 = plan->sides[1].kerb;
    ground->outside =
        plan->style == STYLE_SUBURB || plan->style == STYLE_MIXED ? LABEL_TERRAIN : LABEL_SIDEWALK;
    add_strip(ground, ground->road_x0, left, LABEL_PARKING);
    add_strip(ground, left, plan->median_x0, LABEL_ROAD);
    if (plan->median_has_rails)
        add_strip(ground, plan->median_x0, plan->median_x1, LABEL_RAIL);
    else
        add_strip(ground, plan->median_x0, plan->median_x1,
                  LABEL_ROAD); /* under the raised green */
    add_strip(ground, plan->median_x1, right, LABEL_ROAD);
    add_strip(ground, right, ground->road_x1, LABEL_PARKING);
    plan_markings(ground, plan, left, right);
    plan_rails(ground, plan);
    plan_crossings(ground, plan, rng);
}

/* A raised slab from x0 to x1, interrupted where streets cross. */
static void add_slab(scene_model *scene, float x0, float x1, int32_t label, scene_material material,
                     vec3 color, float end)
{
    float z = STREET_START;
    for (int32_t i = 0; i <= scene->ground.n_crossings; i++) {
        const bool last = i == scene->ground.n_crossings;
        const float stop = last ? end : scene->ground.crossings[i].z0;
        const int32_t object = scene_add_object(scene, label);
        const scene_place at = scene_place_at(0.5f * (x0 + x1), 0.0f, 0.5f * (z + stop), 0.0f);
        scene_prim *slab = scene_add(
            scene, object, &at, SCENE_BOX, v3(0.0f, 0.5f * SCENE_KERB_HEIGHT, 0.0f),
            v3(0.5f * (x1 - x0), 0.5f * SCENE_KERB_HEIGHT, 0.5f * (stop - z)), material, color);
        slab->casts_shadow = false;
        if (!last)
            z = scene->ground.crossings[i].z1;
    }
}

static void build_side(scene_model *scene, const scene_plan *plan, const scene_side *side,
                       vec3 stone)
{
    const float s = side->side, green_end = side->kerb + s * side->verge;
    const vec3 meadow = v3(0.33f, 0.42f, 0.21f);
    if (side->verge > 0.0f)
        add_slab(scene, s < 0.0f ? green_end : side->kerb, s < 0.0f ? side->kerb : green_end,
                 LABEL_TERRAIN, MAT_GRASS, meadow, plan->end);
    add_slab(scene, s < 0.0f ? side->front : green_end, s < 0.0f ? green_end : side->front,
             LABEL_SIDEWALK, MAT_PAVEMENT, stone, plan->end);
    const float depth = 30.0f;
    if (scene->ground.outside == LABEL_TERRAIN) /* yards behind the pavement */
        add_slab(scene, s < 0.0f ? side->front - depth : side->front,
                 s < 0.0f ? side->front : side->front + depth, LABEL_TERRAIN, MAT_GRASS, meadow,
                 plan->end);
}

static void build_ground(scene_model *scene, const scene_plan *plan, scene_rng *rng)
{
    const int32_t ground = scene_add_object(scene, LABEL_ROAD);
    const scene_place origin = scene_place_at(0.0f, 0.0f, 0.0f, 0.0f);
    const float grey = scene_rng_range(rng, 0.30f, 0.42f),
                stone_grey = scene_rng_range(rng, 0.46f, 0.58f);
    scene_add(scene, ground, &origin, SCENE_GROUND, v3(0.0f, 0.0f, 0.0f), v3(1.0f, 1.0f, 1.0f),
              MAT_GROUND, v3(grey, grey * 1.005f, grey * 1.01f));
    const vec3 stone = v3(stone_grey, stone_grey * 0.985f, stone_grey * 0.96f);
    for (int i = 0; i < 2; i++)
        build_side(scene, plan, &plan->sides[i], stone);
    if (plan->median_x1 > plan->median_x0 && !plan->median_has_rails)
        add_slab(scene, plan->median_x0 + 0.1f, plan->median_x1 - 0.1f, LABEL_TERRAIN, MAT_GRASS,
                 v3(0.33f, 0.41f, 0.21f), plan->end);
}

static void choose_weather(scene_weather *w, scene_rng *rng)
{
    const float mood = scene_rng_unit(rng);
    const float azimuth = scene_rng_range(rng, 0.0f, 2.0f * SCENE_PI),
                height = scene_rng_range(rng, 0.45f, 1.05f);
    const bool sunny = mood<0.45f, grey = mood> 0.75f;
    const float flat = scene_cos(height);
    w->to_sun = v3(flat * scene_sin(azimuth), scene_sin(height), flat * scene_cos(azimuth));
    w->cloudiness = sunny  ? scene_rng_range(rng, 0.15f, 0.5f)
                    : grey ? 1.0f
                           : scene_rng_range(rng, 0.6f, 0.9f);
    const float strength = sunny  ? scene_rng_range(rng, 1.5f, 2.1f)
                           : grey ? 0.0f
                                  : scene_rng_range(rng, 0.15f, 0.5f);
    const float warmth = scene_rng_range(rng, 0.0f, 0.16f);
    w->sun = v3_scale(v3(1.0f + warmth, 0.98f, 0.92f - warmth), strength);
    w->ambient =
        v3_scale(sunny ? v3(0.50f, 0.57f, 0.68f) : v3(0.92f, 0.96f, 1.0f), sunny ? 0.95f : 1.05f);
    w->zenith = sunny  ? v3(0.20f, 0.36f, 0.70f)
                : grey ? v3(0.62f, 0.65f, 0.68f)
                       : v3(0.38f, 0.48f, 0.66f);
    w->horizon = sunny ? v3(0.72f, 0.80f, 0.92f) : v3(0.86f, 0.89f, 0.92f);
    w->haze = v3_scale(w->horizon, 0.85f);
    w->haze_distance = scene_rng_range(rng, grey ? 260.0f : 400.0f, 900.0f);
    w->exposure = scene_rng_range(rng, 0.72f, 1.0f);
    w->noise = scene_rng_range(rng, 1.2f, 2.6f);
    w->seed = (uint32_t)scene_rng_next(rng);
}

bool scene_plan_claim(scene_plan *plan, const scene_ground *ground, float x, float z, float radius)
{
    for (int32_t i = 0; i < ground->n_crossings; i++)
        if (z + radius > ground->crossings[i].z0 && z - radius < ground->crossings[i].z1)
            return false;
    for (int32_t i = 0; i < plan->n_spots; i++) {
        const float dx = x - plan->spots[i].x, dz = z - plan->spots[i].z,
                    gap = radius + plan->spots[i].radius;
        if (dx * dx + dz * dz < gap * gap)
            return false;
    }
    if (plan->n_spots == SCENE_MAX_SPOTS)
        return false;
    plan->spots[plan->n_spots].x = x;
    plan->spots[plan->n_spots].z = z;
    plan->spots[plan->n_spots++].radius = radius;
    return true;
}

pnd_status scene_build(scene_model *scene, scene_plan *plan, uint64_t seed, uint64_t frame,
                       pnd_error *err)
{
    scene_rng rng = scene_rng_make(seed, frame, PURPOSE_PLAN),
              sky = scene_rng_make(seed, frame, PURPOSE_WEATHER);
    float left, right;
    memset(plan, 0, sizeof *plan);
    scene_model_reset(scene);
    scene->ground.seed = (uint32_t)scene_rng_next(&rng);
    choose_weather(&scene->weather, &sky);
    plan->features = choose_features(&rng, seed, frame);
    plan->style = (scene_style)scene_rng_below(&rng, SCENE_STYLES);
    plan->lane_width = scene_rng_range(&rng, 3.0f, 3.6f);
    plan->end = scene_rng_range(&rng, 110.0f, 230.0f);
    plan->offset = scene_rng_range(&rng, -0.4f, 0.4f);
    plan->heading = scene_rng_range(&rng, -0.035f, 0.035f);
    plan_lanes(plan, &rng, &left, &right);
    plan->sides[0].side = -1.0f;
    plan->sides[1].side = 1.0f;
    plan_side(plan, &rng, &plan->sides[0], left);
    plan_side(plan, &rng, &plan->sides[1], right);
    plan_ground(&scene->ground, plan, &rng, left, right);
    build_ground(scene, plan, &rng);
    scene_place_lots(scene, plan, scene_rng_make(seed, frame, PURPOSE_LOTS));
    scene_place_furniture(scene, plan, scene_rng_make(seed, frame, PURPOSE_FURNITURE));
    scene_place_traffic(scene, plan, scene_rng_make(seed, frame, PURPOSE_TRAFFIC));
    scene_place_people(scene, plan, scene_rng_make(seed, frame, PURPOSE_PEOPLE));
    return scene->failed ? pnd_fail(err, PND_ENOMEM, "out of memory for a scene") : PND_OK;
}
