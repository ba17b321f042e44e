/* SPDX-License-Identifier: Apache-2.0 */
/* What stands along the street: buildings and yards, then lamps, trees, signs. */
#include "scene_objects.h"
#include "scene_world.h"

/* The first crossing that reaches into [z0, z1], or NULL. */
static const scene_crossing *crossing_in(const scene_ground *ground, float z0, float z1)
{
    for (int32_t i = 0; i < ground->n_crossings; i++)
        if (ground->crossings[i].z0 < z1 && ground->crossings[i].z1 > z0)
            return &ground->crossings[i];
    return NULL;
}

/* Hedge, fence or wall along the edge of a yard. */
static void enclose(scene_model *scene, const scene_plan *plan, scene_rng *rng, float x, float z0,
                    float z1)
{
    const int32_t pick = scene_rng_below(rng, 4);
    if ((plan->features & FEATURE_FENCE) != 0 && pick == 0)
        scene_add_fence(scene, rng, x, z0, z1);
    else if ((plan->features & FEATURE_WALL) != 0 && pick <= 1)
        scene_add_wall(scene, rng, x, z0, z1);
    else if (pick == 2)
        scene_add_fence(scene, rng, x, z0, z1);
    else
        scene_add_hedge(scene, rng, x, z0, z1);
}

static void plant_yard(scene_model *scene, scene_rng *rng, float x, float side, float depth,
                       float z0, float z1)
{
    const int32_t n = scene_rng_below(rng, 4);
    for (int32_t i = 0; i < n; i++) {
        const float inwards = scene_rng_range(rng, 1.2f, depth);
        const float z = scene_rng_range(rng, z0 + 1.0f, z1 - 1.0f);
        const scene_place at = scene_place_at(x + side * inwards, SCENE_KERB_HEIGHT, z, 0.0f);
        const float kind = scene_rng_unit(rng);
        if (kind < 0.4f)
            scene_add_bush(scene, rng, at);
        else if (kind < 0.8f)
            scene_add_tree(scene, rng, at, scene_rng_range(rng, 4.0f, 8.0f));
        else
            scene_add_conifer(scene, rng, at, scene_rng_range(rng, 5.0f, 11.0f));
    }
}

static void place_city_lot(scene_model *scene, const scene_plan *plan, scene_rng *rng,
                           const scene_side *side, float z0, float z1)
{
    const float height = scene_rng_range(rng, 9.5f, plan->style == STYLE_CITY ? 21.0f : 17.0f);
    scene_add_building(scene, rng, side->front + side->side * scene_rng_range(rng, 0.0f, 0.4f),
                       side->side, z0, z1, height);
}

static void place_yard_lot(scene_model *scene, const scene_plan *plan, scene_rng *rng,
                           const scene_side *side, float z0, float z1)
{
    const float depth = scene_rng_range(rng, 3.5f, 7.5f);
    enclose(scene, plan, rng, side->front + side->side * 0.3f, z0 + 0.2f, z1 - 1.4f);
    if (z1 - z0 > 9.0f)
        scene_add_cottage(scene, rng, side->front + side->side * depth, side->side, z0 + 1.5f,
                          z1 - 2.0f);
    plant_yard(scene, rng, side->front, side->side, depth, z0, z1);
}

/* A green with trees; houses stand far behind. */
static void place_park_lot(scene_model *scene, const scene_plan *plan, scene_rng *rng,
                           const scene_side *side, float z0, float z1)
{
    if (scene_rng_chance(rng, 0.7f))
        enclose(scene, plan, rng, side->front + side->side * 0.3f, z0, z1);
    for (float z = z0 + 2.0f; z < z1 - 1.0f; z += scene_rng_range(rng, 3.5f, 7.0f)) {
        const scene_place at = scene_place_at(
            side->front + side->side * scene_rng_range(rng, 3.0f, 13.0f), 0.0f, z, 0.0f);
        scene_add_tree(scene, rng, at, scene_rng_range(rng, 6.0f, 12.0f));
    }
    const float behind = scene_rng_range(rng, 16.0f, 24.0f),
                height = scene_rng_range(rng, 9.0f, 20.0f);
    scene_add_building(scene, rng, side->front + side->side * behind, side->side, z0, z1, height);
}

static void place_lot(scene_model *scene, const scene_plan *plan, scene_rng *rng,
                      const scene_side *side, float z0, float z1)
{
    static const float city_share[SCENE_STYLES] = {0.92f, 0.7f, 0.12f, 0.45f};
    static const float yard_share[SCENE_STYLES] = {0.04f, 0.05f, 0.70f, 0.25f};
    const bool enclosed =
        (plan->features & (FEATURE_WALL | FEATURE_FENCE)) != 0 && scene_rng_chance(rng, 0.35f);
    const float pick = enclosed ? 1.0f : scene_rng_unit(rng);
    if (pick < city_share[plan->style])
        place_city_lot(scene, plan, rng, side, z0, z1);
    else if (pick < city_share[plan->style] + yard_share[plan->style])
        place_yard_lot(scene, plan, rng, side, z0, z1);
    else
        place_park_lot(scene, plan, rng, side, z0, z1);
}

/* A block that closes the view into a crossing street. */
static void close_crossing(scene_model *scene, scene_rng *rng, const scene_side *side,
                           const scene_crossing *crossing)
{
    const float behind = scene_rng_range(rng, 35.0f, 60.0f),
                height = scene_rng_range(rng, 8.0f, 16.0f);
    scene_add_building(scene, rng, side->front + side->side * behind, side->side,
                       crossing->z0 - 20.0f, crossing->z1 + 25.0f, height);
}

void scene_place_lots(scene_model *scene, scene_plan *plan, scene_rng rng)
{
    for (int i = 0; i < 2; i++) {
        const scene_side *side = &plan->sides[i];
        float z = -6.0f + scene_rng_range(&rng, 0.0f, 6.0f);
        while (z < plan->end - 6.0f) {
            float next = z + scene_rng_range(&rng, 10.0f, 22.0f);
            const scene_crossing *crossing = crossing_in(&scene->ground, z, next + 4.0f);
            if (crossing != NULL)
                next = crossing->z0 - 2.2f;
            if (next - z > 5.0f)
                place_lot(scene, plan, &rng, side, z, next);
            z = crossing != NULL ? crossing->z1 + 2.2f
                                 : next + (scene_rng_chance(&rng, 0.2f) ? 2.5f : 0.0f);
        }
        for (int32_t k = 0; k < scene->ground.n_crossings; k++)
            close_crossing(scene, &rng, side, &scene->ground.crossings[k]);
    }
    scene_add_backdrop(scene, &rng, plan->end + 8.0f);
}

static void place_lamps(scene_model *scene, scene_plan *plan, scene_rng *rng,
                        const scene_side *side)
{
    const float x = side->kerb + side->side * 0.45f, step = scene_rng_range(rng, 24.0f, 34.0f);
    for (float z = scene_rng_range(rng, 6.0f, 20.0f); z < plan->end; z += step)
        if (scene_plan_claim(plan, &scene->ground, x, z, 0.5f))
            scene_add_street_lamp(scene, rng, scene_place_at(x, SCENE_KERB_HEIGHT, z, 0.0f),
                                  -side->side * scene_rng_range(rng, 0.8f, 2.0f));
}

static void place_street_trees(scene_model *scene, scene_plan *plan, scene_rng *rng,
                               const scene_side *side)
{
    const float x = side->kerb + side->side * (side->verge > 0.0f ? 0.5f * side->verge : 0.9f);
    const float share = side->verge > 0.0f ? 0.8f : 0.25f,
                height = scene_rng_range(rng, 5.5f, 10.0f);
    if (!scene_rng_chance(rng, share))
        return;
    const float step = scene_rng_range(rng, 8.0f, 15.0f);
    for (float z = scene_rng_range(rng, 9.0f, 18.0f); z < plan->end;
         z += step * scene_rng_range(rng, 0.8f, 1.3f))
        if (scene_plan_claim(plan, &scene->ground, x, z, 0.8f))
            scene_add_tree(scene, rng, scene_place_at(x, SCENE_KERB_HEIGHT, z, 0.0f),
                           height * scene_rng_range(rng, 0.85f, 1.15f));
}

static void place_signs(scene_model *scene, scene_plan *plan, scene_rng *rng,
                        const scene_side *side)
{
    const int32_t n = 2 + scene_rng_below(rng, 4);
    for (int32_t i = 0; i < n; i++) {
        const float x = side->kerb + side->side * scene_rng_range(rng, 0.35f, 0.8f),
                    z = scene_rng_range(rng, 7.0f, 70.0f);
        if (scene_plan_claim(plan, &scene->ground, x, z, 0.35f))
            scene_add_sign_post(
                scene, rng,
                scene_place_at(x, SCENE_KERB_HEIGHT, z, scene_rng_range(rng, -0.25f, 0.25f)));
    }
}

static void place_clutter(scene_model *scene, scene_plan *plan, scene_rng *rng,
                          const scene_side *side)
{
    const int32_t n = scene_rng_below(rng, 5);
    for (int32_t i = 0; i < n; i++) {
        const float x = side->front - side->side * scene_rng_range(rng, 0.5f, 0.9f),
                    z = scene_rng_range(rng, 7.0f, 60.0f);
        if (scene_plan_claim(plan, &scene->ground, x, z, 0.7f))
            scene_add_clutter(scene, rng,
                              scene_place_at(x, SCENE_KERB_HEIGHT, z,
                                             scene_rng_chance(rng, 0.5f) ? 0.0f : 1.5708f));
    }
    if (!scene_rng_chance(rng, 0.35f))
        return;
    const float start = scene_rng_range(rng, 8.0f, 40.0f);
    for (int i = 0; i < 6; i++) {
        const float x = side->kerb + side->side * 0.4f, z = start + 1.6f * (float)i;
        if (scene_plan_claim(plan, &scene->ground, x, z, 0.2f))
            scene_add_bollard(scene, scene_place_at(x, SCENE_KERB_HEIGHT, z, 0.0f));
    }
}

/* Railings that keep people off the road. */
static void place_kerb_railing(scene_model *scene, const scene_plan *plan, scene_rng *rng,
                               const scene_side *side)
{
    const float z0 = scene_rng_range(rng, 8.0f, 20.0f), z1 = z0 + scene_rng_range(rng, 6.0f, 16.0f);
    if ((plan->features & FEATURE_FENCE) != 0 &&
        crossing_in(&scene->ground, z0 - 5.0f, z1 + 1.0f) == NULL && scene_rng_chance(rng, 0.6f))
        scene_add_fence(scene, rng, side->kerb + side->side * 0.22f, z0, z1);
}

static void place_crossing_lights(scene_model *scene, scene_plan *plan, scene_rng *rng,
                                  const scene_crossing *crossing)
{
    const float z = crossing->z0 - 4.2f, far_z = crossing->z1 + 0.8f;
    const scene_side *left = &plan->sides[0], *right = &plan->sides[1];
    const float arm = scene_rng_chance(rng, 0.5f) ? -scene_rng_range(rng, 2.5f, 4.5f) : 0.0f;
    if (scene_plan_claim(plan, &scene->ground, right->kerb + 0.5f, z, 0.4f))
        scene_add_traffic_light(
            scene, rng, scene_place_at(right->kerb + 0.5f, SCENE_KERB_HEIGHT, z, 0.0f), arm);
    if (scene_plan_claim(plan, &scene->ground, right->kerb + 0.5f, far_z, 0.4f))
        scene_add_traffic_light(
            scene, rng, scene_place_at(right->kerb + 0.5f, SCENE_KERB_HEIGHT, far_z, 0.0f), 0.0f);
    if (scene_plan_claim(plan, &scene->ground, left->kerb - 0.5f, far_z, 0.4f))
        scene_add_traffic_light(
            scene, rng, scene_place_at(left->kerb - 0.5f, SCENE_KERB_HEIGHT, far_z, 0.0f), 0.0f);
}

static void place_median(scene_model *scene, scene_plan *plan, scene_rng *rng)
{
    const float x = 0.5f * (plan->median_x0 + plan->median_x1);
    if (plan->median_x1 - plan->median_x0 < 1.0f || plan->median_has_rails)
        return;
    if (scene_rng_chance(rng, 0.35f)) {
        for (float z = 8.0f; z + 18.0f < plan->end; z += 20.0f)
            if (crossing_in(&scene->ground, z, z + 18.0f) == NULL)
                scene_add_guard_rail(scene, x, z, z + 18.0f);
        return;
    }
    for (float z = scene_rng_range(rng, 12.0f, 24.0f); z < plan->end;
         z += scene_rng_range(rng, 10.0f, 18.0f))
        if (scene_plan_claim(plan, &scene->ground, x, z, 0.8f))
            scene_add_tree(scene, rng, scene_place_at(x, SCENE_KERB_HEIGHT, z, 0.0f),
                           scene_rng_range(rng, 5.0f, 9.0f));
}

void scene_place_furniture(scene_model *scene, scene_plan *plan, scene_rng rng)
{
    for (int32_t i = 0; i < scene->ground.n_crossings; i++)
        if (i == 0 ? (plan->features & FEATURE_LIGHTS) != 0 || scene_rng_chance(&rng, 0.3f)
                   : scene_rng_chance(&rng, 0.5f))
            place_crossing_lights(scene, plan, &rng, &scene->ground.crossings[i]);
    for (int i = 0; i < 2; i++) {
        place_lamps(scene, plan, &rng, &plan->sides[i]);
        place_signs(scene, plan, &rng, &plan->sides[i]);
        place_street_trees(scene, plan, &rng, &plan->sides[i]);
        place_clutter(scene, plan, &rng, &plan->sides[i]);
        place_kerb_railing(scene, plan, &rng, &plan->sides[i]);
    }
    place_median(scene, plan, &rng);
}
