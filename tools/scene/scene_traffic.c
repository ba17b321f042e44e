/* SPDX-License-Identifier: Apache-2.0 */
/* Vehicles on the lanes and at the kerb; people on foot and on two wheels. */
#include "scene_objects.h"
#include "scene_world.h"

static scene_car_kind any_kind(scene_rng *rng)
{
    return (scene_car_kind)scene_rng_below(rng, CAR_KINDS);
}

/* One vehicle of the flow in [z, ...]; returns the length of street it takes. */
static float place_in_lane(scene_model *scene, scene_rng *rng, const scene_lane *lane, float z,
                           bool big, scene_plan *plan)
{
    const float yaw = (lane->oncoming ? SCENE_PI : 0.0f) + scene_rng_range(rng, -0.02f, 0.02f);
    const float x = lane->x + scene_rng_range(rng, -0.2f, 0.2f);
    if (big && (plan->features & (FEATURE_BUS | FEATURE_TRUCK)) != 0) {
        const scene_place at = scene_place_at(x, 0.0f, z + 6.5f, yaw);
        const bool bus = (plan->features & FEATURE_BUS) != 0;
        plan->features &= ~(uint32_t)(bus ? FEATURE_BUS : FEATURE_TRUCK);
        if (bus)
            scene_add_bus(scene, rng, at);
        else
            scene_add_truck(scene, rng, at);
        return 14.0f;
    }
    if ((plan->features & FEATURE_MOTORCYCLE) != 0 && scene_rng_chance(rng, 0.3f)) {
        plan->features &= ~(uint32_t)FEATURE_MOTORCYCLE;
        scene_add_biker(scene, rng, scene_place_at(x + 0.4f, 0.0f, z + 1.2f, yaw));
        return 3.0f;
    }
    const scene_car_kind kind = any_kind(rng);
    const float length = scene_car_length(kind);
    scene_add_car(scene, rng, scene_place_at(x, 0.0f, z + 0.5f * length, yaw), kind);
    if (!lane->oncoming && scene_rng_chance(rng, 0.04f))
        scene_add_trailer(scene, rng, scene_place_at(x, 0.0f, z - 2.0f, yaw));
    return length;
}

/* Fill a lane with vehicles; ours begins with some free road. */
static void fill_lane(scene_model *scene, scene_plan *plan, scene_rng *rng, int32_t index)
{
    const scene_lane *lane = &plan->lanes[index];
    float z = index == 0 ? scene_rng_range(rng, 11.0f, 38.0f) : scene_rng_range(rng, 6.0f, 30.0f);
    const float spacing = scene_rng_range(rng, 7.0f, 38.0f);
    if (lane->has_rails && (plan->features & FEATURE_TRAM) != 0) {
        z += scene_rng_range(rng, 4.0f, 16.0f);
        scene_add_tram(scene, rng,
                       scene_place_at(lane->x, 0.0f, z + 15.5f, lane->oncoming ? SCENE_PI : 0.0f));
        z += 36.0f;
    }
    const int32_t turn = scene_rng_below(rng, 2);
    for (int32_t i = 0; z < 0.8f * plan->end && i < 10; i++) {
        const bool is_clear = !scene_ground_in_crossing(&scene->ground, z) &&
                              !scene_ground_in_crossing(&scene->ground, z + 5.0f);
        z += is_clear ? place_in_lane(scene, rng, lane, z, i == turn, plan) : 2.0f;
        z += is_clear ? scene_rng_range(rng, 4.0f, 2.0f * spacing) : 0.0f;
    }
}

static void park_slot(scene_model *scene, scene_plan *plan, scene_rng *rng, float x, float z,
                      float yaw)
{
    if ((plan->features & FEATURE_CARAVAN) != 0 && scene_rng_chance(rng, 0.25f)) {
        plan->features &= ~(uint32_t)FEATURE_CARAVAN;
        if (scene_rng_chance(rng, 0.6f))
            scene_add_caravan(scene, rng, scene_place_at(x, 0.0f, z, yaw));
        else
            scene_add_trailer(scene, rng, scene_place_at(x, 0.0f, z, yaw));
        return;
    }
    if ((plan->features & FEATURE_MOTORCYCLE) != 0 && z > 6.0f && scene_rng_chance(rng, 0.35f)) {
        plan->features &= ~(uint32_t)FEATURE_MOTORCYCLE;
        scene_add_motorcycle(scene, rng, scene_place_at(x, 0.0f, z - 1.0f, yaw + 0.3f));
        scene_add_motorcycle(scene, rng, scene_place_at(x, 0.0f, z + 1.0f, yaw + 0.2f));
        return;
    }
    scene_add_car(scene, rng, scene_place_at(x, 0.0f, z, yaw), any_kind(rng));
}

static void fill_parking(scene_model *scene, scene_plan *plan, scene_rng *rng,
                         const scene_side *side)
{
    const float x = side->kerb - side->side * 1.1f, density = scene_rng_range(rng, 0.45f, 0.95f);
    const float pitch = 5.6f;
    if (side->parking <= 0.0f)
        return;
    for (float z = 5.0f + scene_rng_range(rng, 0.0f, 4.0f); z < plan->end - 8.0f; z += pitch) {
        bool is_clear = true;
        for (int32_t i = 0; i < scene->ground.n_crossings; i++)
            if (z > scene->ground.crossings[i].z0 - 9.0f &&
                z < scene->ground.crossings[i].z1 + 5.0f)
                is_clear = false;
        const float yaw =
            (side->side < 0.0f ? SCENE_PI : 0.0f) + scene_rng_range(rng, -0.03f, 0.03f);
        const float aside = scene_rng_range(rng, -0.12f, 0.12f),
                    ahead = scene_rng_range(rng, -0.25f, 0.25f);
        if (is_clear && scene_rng_chance(rng, density))
            park_slot(scene, plan, rng, x + aside, z + ahead, yaw);
    }
}

/* Someone drives through the crossing street. */
static void fill_crossing(scene_model *scene, scene_rng *rng, const scene_plan *plan,
                          const scene_crossing *crossing)
{
    const float z = 0.5f * (crossing->z0 + crossing->z1);
    const float out = scene_rng_range(rng, 3.0f, 14.0f);
    if (scene_rng_chance(rng, 0.5f))
        scene_add_car(scene, rng,
                      scene_place_at(plan->sides[1].kerb + out, 0.0f, z + 1.8f, -0.5f * SCENE_PI),
                      any_kind(rng));
    if (scene_rng_chance(rng, 0.5f))
        scene_add_car(scene, rng,
                      scene_place_at(plan->sides[0].kerb - out, 0.0f, z - 1.8f, 0.5f * SCENE_PI),
                      any_kind(rng));
}

void scene_place_traffic(scene_model *scene, scene_plan *plan, scene_rng rng)
{
    const uint32_t wanted = plan->features;
    for (int32_t i = plan->n_lanes - 1; i >= 0; i--)
        fill_lane(scene, plan, &rng, i);
    if (plan->median_has_rails)
        scene_add_tram(scene, &rng,
                       scene_place_at(0.5f * (plan->median_x0 + plan->median_x1), 0.0f,
                                      scene_rng_range(&rng, 24.0f, 50.0f), 0.0f));
    for (int i = 0; i < 2; i++)
        fill_parking(scene, plan, &rng, &plan->sides[i]);
    for (int32_t i = 0; i < scene->ground.n_crossings; i++)
        fill_crossing(scene, &rng, plan, &scene->ground.crossings[i]);
    /* Whatever found no place above stands at the right kerb. */
    const float x = plan->sides[1].kerb - plan->sides[1].parking - 1.4f;
    if ((plan->features & FEATURE_TRUCK) != 0)
        scene_add_truck(scene, &rng,
                        scene_place_at(plan->sides[0].kerb + 1.5f, 0.0f,
                                       scene_rng_range(&rng, 70.0f, 85.0f), SCENE_PI));
    if ((plan->features & FEATURE_MOTORCYCLE) != 0)
        scene_add_biker(scene, &rng,
                        scene_place_at(x + 0.6f, 0.0f, scene_rng_range(&rng, 8.0f, 10.0f), 0.0f));
    plan->features = wanted;
}

static void add_walkers(scene_model *scene, scene_plan *plan, scene_rng *rng,
                        const scene_side *side, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        const float inner = side->kerb + side->side * (side->verge + 0.5f),
                    across = scene_rng_range(rng, 0.0f, side->walk - 0.9f);
        const float u = scene_rng_unit(rng), z = 7.0f + 60.0f * u * u;
        const float x = inner + side->side * across;
        const float turn = scene_rng_range(rng, -0.4f, 0.4f);
        const float yaw = (scene_rng_chance(rng, 0.5f) ? 0.0f : SCENE_PI) + turn;
        if (scene_plan_claim(plan, &scene->ground, x, z, 0.4f))
            scene_add_person(scene, rng, scene_place_at(x, SCENE_KERB_HEIGHT, z, yaw));
    }
}

/* A crowd too dense to tell apart: every member is part of the class's group region. */
static void add_crowd(scene_model *scene, scene_plan *plan, scene_rng *rng, const scene_side *side)
{
    const float middle = side->front - side->side * 0.5f * side->walk,
                z = scene_rng_range(rng, 22.0f, 48.0f);
    const int32_t n = 9 + scene_rng_below(rng, 10);
    if (!scene_plan_claim(plan, &scene->ground, middle, z, 2.0f))
        return;
    for (int32_t i = 0; i < n; i++) {
        const float x = middle + scene_rng_range(rng, -0.45f, 0.45f) * side->walk,
                    dz = scene_rng_range(rng, -1.8f, 1.8f);
        const int32_t person = scene_add_person(
            scene, rng,
            scene_place_at(x, SCENE_KERB_HEIGHT, z + dz, scene_rng_range(rng, 0.0f, 6.2f)));
        if (!scene->failed)
            scene->objects[person].is_group = true;
    }
}

/* Bicycles at the house wall; four and more are a group region. */
static void add_bicycle_rack(scene_model *scene, scene_plan *plan, scene_rng *rng,
                             const scene_side *side)
{
    const float x = side->front - side->side * 1.0f, z = scene_rng_range(rng, 8.0f, 32.0f);
    const int32_t n = 1 + scene_rng_below(rng, 6);
    if (!scene_plan_claim(plan, &scene->ground, x, z + 0.35f * (float)n, 0.9f + 0.3f * (float)n))
        return;
    for (int32_t i = 0; i < n; i++) {
        const float yaw = (n == 1 ? 0.0f : 1.2f) + scene_rng_range(rng, -0.15f, 0.15f);
        const int32_t bicycle = scene_add_bicycle(
            scene, rng, scene_place_at(x, SCENE_KERB_HEIGHT, z + 0.6f * (float)i, yaw));
        if (n >= 4 && !scene->failed)
            scene->objects[bicycle].is_group = true;
    }
}

/* Motorcycles on their stands at the edge of the pavement. */
static void add_motorcycles(scene_model *scene, scene_plan *plan, scene_rng *rng,
                            const scene_side *side)
{
    const float x = side->kerb + side->side * (side->verge + 0.8f),
                z = scene_rng_range(rng, 7.0f, 18.0f);
    const int32_t n = 1 + scene_rng_below(rng, 3);
    if ((plan->features & FEATURE_MOTORCYCLE) == 0 || !scene_rng_chance(rng, 0.6f) ||
        !scene_plan_claim(plan, &scene->ground, x, z + 0.6f * (float)n, 0.6f * (float)n + 0.5f))
        return;
    for (int32_t i = 0; i < n; i++) {
        const float yaw = side->side * (0.5f + scene_rng_range(rng, 0.0f, 0.4f));
        scene_add_motorcycle(scene, rng,
                             scene_place_at(x, SCENE_KERB_HEIGHT, z + 1.2f * (float)i, yaw));
    }
}

static void add_riders(scene_model *scene, scene_plan *plan, scene_rng *rng)
{
    const float lane_edge = 0.5f * plan->lane_width;
    const float right = plan->sides[1].kerb - plan->sides[1].parking - 0.5f;
    const float left = plan->sides[0].kerb + plan->sides[0].parking + 0.5f;
    const bool must = (plan->features & FEATURE_CYCLIST) != 0;
    const float z = scene_rng_range(rng, 8.0f, 20.0f), yaw = scene_rng_range(rng, -0.08f, 0.08f);
    if (must || scene_rng_chance(rng, 0.3f))
        scene_add_cyclist(scene, rng,
                          scene_place_at(right > lane_edge ? right : lane_edge, 0.0f, z, yaw));
    if (scene_rng_chance(rng, must ? 0.6f : 0.25f))
        scene_add_cyclist(scene, rng,
                          scene_place_at(left, 0.0f, scene_rng_range(rng, 12.0f, 40.0f), SCENE_PI));
}

static void add_crossing_people(scene_model *scene, const scene_plan *plan, scene_rng *rng,
                                const scene_crossing *crossing)
{
    const int32_t n = crossing->has_zebra ? scene_rng_below(rng, 4) : 0;
    const float z = crossing->z0 - 2.2f;
    for (int32_t i = 0; i < n && z > 9.0f; i++) {
        const float x = scene_rng_range(rng, plan->sides[0].kerb, plan->sides[1].kerb);
        const float yaw = 0.5f * SCENE_PI * (scene_rng_chance(rng, 0.5f) ? 1.0f : -1.0f);
        scene_add_person(scene, rng,
                         scene_place_at(x, 0.0f, z + scene_rng_range(rng, -1.2f, 1.2f), yaw));
    }
}

void scene_place_people(scene_model *scene, scene_plan *plan, scene_rng rng)
{
    const int32_t busy = plan->style == STYLE_SUBURB ? 3 : 8;
    for (int i = 0; i < 2; i++) {
        const scene_side *side = &plan->sides[i];
        add_bicycle_rack(scene, plan, &rng, side);
        add_motorcycles(scene, plan, &rng, side);
        if ((plan->features & FEATURE_CROWD) != 0 && i == scene_rng_below(&rng, 2))
            add_crowd(scene, plan, &rng, side);
        add_walkers(scene, plan, &rng, side, 2 + scene_rng_below(&rng, busy));
    }
    for (int32_t i = 0; i < scene->ground.n_crossings; i++)
        add_crossing_people(scene, plan, &rng, &scene->ground.crossings[i]);
    add_riders(scene, plan, &rng);
}
