/* SPDX-License-Identifier: Apache-2.0 */
#include "scene_objects.h"

static const vec3 steel = {0.40f, 0.41f, 0.42f};
static const vec3 dark_steel = {0.24f, 0.27f, 0.26f};

static void add_post(scene_model *scene, int32_t object, const scene_place *at, float radius,
                     float height, vec3 color)
{
    scene_prim *post = scene_add(scene, object, at, SCENE_CYLINDER, v3(0.0f, 0.5f * height, 0.0f),
                                 v3(radius, 0.5f * height, radius), MAT_METAL, color);
    post->taper[0] = height > 4.0f ? 0.6f : 1.0f;
    post->casts_shadow = true;
    scene_add_contact(scene, at, radius, radius, 0.35f);
}

void scene_add_street_lamp(scene_model *scene, scene_rng *rng, scene_place at, float arm)
{
    const int32_t pole = scene_add_object(scene, LABEL_POLE);
    const float height = scene_rng_range(rng, 6.0f, 9.5f);
    add_post(scene, pole, &at, 0.085f, height, steel);
    scene_add_rod(scene, pole, &at, v3(0.0f, height - 0.05f, 0.0f), v3(arm, height + 0.35f, 0.0f),
                  0.05f, MAT_METAL, steel);
    scene_add(scene, pole, &at, SCENE_BOX, v3(arm * 1.15f, height + 0.34f, 0.0f),
              v3(0.38f, 0.08f, 0.15f), MAT_METAL, v3(0.55f, 0.56f, 0.56f));
}

/* One sign of a random kind, centred at height y, facing -z. */
static void add_sign_plate(scene_model *scene, scene_rng *rng, const scene_place *at, float y)
{
    static const struct {
        float picture, half_w, half_h;
        scene_cutout cutout;
    } kinds[] = {{0.0f, 0.30f, 0.30f, CUT_DISC},     {1.0f, 0.30f, 0.30f, CUT_DISC},
                 {2.0f, 0.30f, 0.30f, CUT_DISC},     {3.0f, 0.40f, 0.36f, CUT_TRIANGLE_DOWN},
                 {3.0f, 0.40f, 0.36f, CUT_TRIANGLE}, {4.0f, 0.36f, 0.36f, CUT_DIAMOND},
                 {5.0f, 0.38f, 0.38f, CUT_OCTAGON},  {6.0f, 0.30f, 0.30f, CUT_NONE},
                 {7.0f, 0.65f, 0.28f, CUT_NONE}};
    const int32_t i = scene_rng_below(rng, (int32_t)(sizeof kinds / sizeof kinds[0]));
    const int32_t sign = scene_add_object(scene, LABEL_SIGN);
    scene_prim *plate =
        scene_add(scene, sign, at, SCENE_QUAD, v3(0.0f, y, -0.07f),
                  v3(kinds[i].half_w, kinds[i].half_h, 0.01f), MAT_SIGN,
                  scene_rng_chance(rng, 0.5f) ? v3(0.10f, 0.25f, 0.60f) : v3(0.78f, 0.66f, 0.12f));
    plate->cutout = (uint8_t)kinds[i].cutout;
    plate->param[0] = kinds[i].picture;
}

void scene_add_sign_post(scene_model *scene, scene_rng *rng, scene_place at)
{
    const int32_t pole = scene_add_object(scene, LABEL_POLE);
    const float height = scene_rng_range(rng, 2.3f, 3.0f);
    add_post(scene, pole, &at, 0.04f, height, steel);
    add_sign_plate(scene, rng, &at, height - 0.32f);
    if (scene_rng_chance(rng, 0.4f))
        add_sign_plate(scene, rng, &at, height - 1.08f);
}

static void add_light_head(scene_model *scene, const scene_place *at, vec3 centre, int32_t lit)
{
    static const vec3 lamps[3] = {
        {1.0f, 0.10f, 0.06f}, {1.0f, 0.62f, 0.05f}, {0.10f, 0.95f, 0.45f}};
    const int32_t light = scene_add_object(scene, LABEL_LIGHT);
    scene_add(scene, light, at, SCENE_BOX, centre, v3(0.17f, 0.46f, 0.13f), MAT_PLAIN,
              v3(0.10f, 0.11f, 0.10f));
    for (int32_t i = 0; i < 3; i++) {
        scene_prim *lamp =
            scene_add(scene, light, at, SCENE_QUAD,
                      v3(centre.x, centre.y + 0.28f * (float)(1 - i), centre.z - 0.135f),
                      v3(0.105f, 0.105f, 0.01f), i == lit ? MAT_LAMP : MAT_PLAIN,
                      i == lit ? lamps[i] : v3_scale(lamps[i], 0.18f));
        lamp->cutout = CUT_DISC;
    }
}

void scene_add_traffic_light(scene_model *scene, scene_rng *rng, scene_place at, float arm)
{
    const int32_t pole = scene_add_object(scene, LABEL_POLE);
    const int32_t lit = scene_rng_below(rng, 3);
    const bool has_arm = absf(arm) > 0.5f;
    const float height = has_arm ? 5.9f : 3.3f;
    add_post(scene, pole, &at, has_arm ? 0.10f : 0.06f, height, steel);
    add_light_head(scene, &at, v3(0.0f, 2.75f, -0.2f), lit);
    if (has_arm) {
        scene_add_rod(scene, pole, &at, v3(0.0f, height - 0.15f, 0.0f),
                      v3(arm, height + 0.1f, 0.0f), 0.06f, MAT_METAL, steel);
        add_light_head(scene, &at, v3(arm, height - 0.35f, -0.15f), lit);
    }
}

void scene_add_bollard(scene_model *scene, scene_place at)
{
    const int32_t pole = scene_add_object(scene, LABEL_POLE);
    add_post(scene, pole, &at, 0.06f, 0.95f, dark_steel);
}

static void add_bench(scene_model *scene, int32_t object, const scene_place *at)
{
    const vec3 wood = v3(0.46f, 0.34f, 0.22f);
    scene_add(scene, object, at, SCENE_BOX, v3(0.0f, 0.45f, 0.0f), v3(0.85f, 0.03f, 0.22f),
              MAT_PLAIN, wood);
    scene_add(scene, object, at, SCENE_BOX, v3(0.0f, 0.72f, 0.21f), v3(0.85f, 0.16f, 0.03f),
              MAT_PLAIN, wood);
    for (float side = -1.0f; side < 2.0f; side += 2.0f)
        scene_add(scene, object, at, SCENE_BOX, v3(side * 0.7f, 0.21f, 0.0f),
                  v3(0.04f, 0.21f, 0.18f), MAT_METAL, dark_steel);
}

/* Bins, boxes, benches, poster columns: label static. Sacks and prams: label dynamic. */
void scene_add_clutter(scene_model *scene, scene_rng *rng, scene_place at)
{
    const int32_t kind = scene_rng_below(rng, 5);
    const int32_t object = scene_add_object(scene, kind == 4 ? LABEL_DYNAMIC : LABEL_STATIC);
    if (kind == 0) {
        scene_add(scene, object, &at, SCENE_CYLINDER, v3(0.0f, 0.5f, 0.0f), v3(0.25f, 0.5f, 0.25f),
                  MAT_METAL, v3(0.30f, 0.36f, 0.30f));
    } else if (kind == 1) {
        scene_add(scene, object, &at, SCENE_BOX, v3(0.0f, 0.65f, 0.0f), v3(0.5f, 0.65f, 0.2f),
                  MAT_PLAIN, v3(0.52f, 0.54f, 0.50f));
    } else if (kind == 2) {
        add_bench(scene, object, &at);
    } else if (kind == 3) {
        scene_prim *column = scene_add(scene, object, &at, SCENE_CYLINDER, v3(0.0f, 1.5f, 0.0f),
                                       v3(0.6f, 1.5f, 0.6f), MAT_SIGN, v3(0.62f, 0.55f, 0.45f));
        column->param[0] = 8.0f;
        scene_add(scene, object, &at, SCENE_SPHERE, v3(0.0f, 3.0f, 0.0f), v3(0.68f, 0.22f, 0.68f),
                  MAT_PLAIN, dark_steel);
    } else {
        scene_add(scene, object, &at, SCENE_SPHERE, v3(0.0f, 0.25f, 0.0f), v3(0.3f, 0.3f, 0.28f),
                  MAT_CLOTH, v3(0.14f, 0.15f, 0.18f));
        scene_add(scene, object, &at, SCENE_SPHERE, v3(0.4f, 0.2f, 0.1f), v3(0.25f, 0.25f, 0.25f),
                  MAT_CLOTH, v3(0.5f, 0.45f, 0.15f));
    }
    scene_add_contact(scene, &at, 0.4f, 0.3f, 0.4f);
}

static vec3 leaf_color(scene_rng *rng)
{
    static const vec3 colors[] = {
        {0.24f, 0.36f, 0.16f}, {0.30f, 0.40f, 0.18f}, {0.20f, 0.31f, 0.17f}, {0.36f, 0.42f, 0.18f}};
    return colors[scene_rng_below(rng, 4)];
}

static scene_prim *add_leaves(scene_model *scene, int32_t object, const scene_place *at,
                              vec3 centre, vec3 half, vec3 color)
{
    scene_prim *leaves =
        scene_add(scene, object, at, SCENE_SPHERE, centre, half, MAT_FOLIAGE, color);
    leaves->cutout = CUT_FOLIAGE;
    leaves->color2 = v3_mul(color, v3(1.6f, 1.45f, 1.15f));
    return leaves;
}

void scene_add_tree(scene_model *scene, scene_rng *rng, scene_place at, float height)
{
    const int32_t tree = scene_add_object(scene, LABEL_VEGETATION);
    const vec3 wood = v3(0.30f, 0.26f, 0.21f), color = leaf_color(rng);
    const float clear = height * scene_rng_range(rng, 0.24f, 0.34f), crown = height - clear;
    const float spread = crown * scene_rng_range(rng, 0.36f, 0.50f);
    scene_prim *trunk =
        scene_add(scene, tree, &at, SCENE_CYLINDER, v3(0.0f, 0.5f * (clear + 1.0f), 0.0f),
                  v3(0.04f + height * 0.018f, 0.5f * (clear + 1.0f), 0.04f + height * 0.018f),
                  MAT_BARK, wood);
    trunk->taper[0] = 0.7f;
    for (int i = 0; i < 3; i++) {
        const float angle = scene_rng_range(rng, 0.0f, 2.0f * SCENE_PI);
        scene_add_rod(scene, tree, &at, v3(0.0f, clear * 0.9f, 0.0f),
                      v3(0.5f * spread * scene_cos(angle), clear + 0.4f * crown,
                         0.5f * spread * scene_sin(angle)),
                      height * 0.008f, MAT_BARK, wood)
            ->casts_shadow = false;
    }
    add_leaves(scene, tree, &at, v3(0.0f, clear + 0.52f * crown, 0.0f),
               v3(spread * 0.72f, crown * 0.46f, spread * 0.72f), color);
    const int32_t clumps = 7 + scene_rng_below(rng, 5);
    for (int32_t i = 0; i < clumps; i++) {
        const float angle = scene_rng_range(rng, 0.0f, 2.0f * SCENE_PI),
                    level = scene_rng_range(rng, 0.16f, 0.86f);
        const float reach = spread * (0.78f - 0.9f * (level - 0.45f) * (level - 0.45f)) *
                            scene_rng_range(rng, 0.6f, 0.95f);
        const float size = crown * scene_rng_range(rng, 0.13f, 0.24f);
        scene_prim *leaves = add_leaves(
            scene, tree, &at,
            v3(reach * scene_cos(angle), clear + level * crown, reach * scene_sin(angle)),
            v3(size * 1.1f, size * 0.85f, size * 1.1f),
            v3_scale(color, scene_rng_range(rng, 0.85f, 1.15f)));
        leaves->casts_shadow = false;
    }
    scene_add_contact(scene, &at, 0.2f, 0.2f, 0.9f);
}

void scene_add_conifer(scene_model *scene, scene_rng *rng, scene_place at, float height)
{
    const int32_t tree = scene_add_object(scene, LABEL_VEGETATION);
    const vec3 color = v3(0.15f, 0.25f, 0.17f);
    scene_add(scene, tree, &at, SCENE_CYLINDER, v3(0.0f, 0.15f * height, 0.0f),
              v3(0.16f, 0.15f * height, 0.16f), MAT_BARK, v3(0.28f, 0.23f, 0.19f));
    for (int i = 0; i < 4; i++) {
        const float low = height * (0.12f + 0.2f * (float)i),
                    reach = height * (0.22f - 0.045f * (float)i) * scene_rng_range(rng, 0.9f, 1.1f);
        scene_prim *layer = add_leaves(scene, tree, &at, v3(0.0f, low + 0.14f * height, 0.0f),
                                       v3(reach, 0.15f * height, reach), color);
        layer->shape = SCENE_CYLINDER;
        layer->taper[0] = 0.15f;
    }
    scene_add_contact(scene, &at, 0.3f, 0.3f, 1.2f);
}

void scene_add_bush(scene_model *scene, scene_rng *rng, scene_place at)
{
    const int32_t bush = scene_add_object(scene, LABEL_VEGETATION);
    const vec3 color = leaf_color(rng);
    for (int i = 0; i < 3; i++) {
        const float size = scene_rng_range(rng, 0.4f, 0.85f);
        const float x = scene_rng_range(rng, -0.5f, 0.5f), z = scene_rng_range(rng, -0.6f, 0.6f);
        add_leaves(scene, bush, &at, v3(x, size * 0.75f, z), v3(size, size * 0.85f, size), color);
    }
    scene_add_contact(scene, &at, 0.7f, 0.8f, 0.4f);
}

/* The middle of a strip along the street. */
static scene_place between(float x, float z0, float z1)
{
    return scene_place_at(x, 0.0f, 0.5f * (z0 + z1), 0.0f);
}

void scene_add_hedge(scene_model *scene, scene_rng *rng, float x, float z0, float z1)
{
    const int32_t hedge = scene_add_object(scene, LABEL_VEGETATION);
    const scene_place at = between(x, z0, z1);
    const float height = scene_rng_range(rng, 0.55f, 0.95f), half = 0.5f * (z1 - z0);
    scene_prim *leaves = scene_add(scene, hedge, &at, SCENE_BOX, v3(0.0f, height, 0.0f),
                                   v3(0.38f, height, half), MAT_FOLIAGE, leaf_color(rng));
    leaves->cutout = CUT_HEDGE;
    leaves->color2 = v3_mul(leaves->color, v3(1.4f, 1.3f, 1.1f));
    /* A dense core, so that one does not look through. */
    scene_add(scene, hedge, &at, SCENE_BOX, v3(0.0f, height * 0.96f, 0.0f),
              v3(0.3f, height * 0.95f, half - 0.08f), MAT_FOLIAGE, v3(0.13f, 0.19f, 0.10f));
    scene_add_contact(scene, &at, 0.36f, half, 0.4f);
}

void scene_add_fence(scene_model *scene, scene_rng *rng, float x, float z0, float z1)
{
    const int32_t fence = scene_add_object(scene, LABEL_FENCE);
    const scene_place at = between(x, z0, z1);
    const bool is_mesh = scene_rng_chance(rng, 0.35f);
    const float height = is_mesh ? 0.9f : scene_rng_range(rng, 0.5f, 0.7f), half = 0.5f * (z1 - z0);
    const vec3 color = scene_rng_chance(rng, 0.5f) ? dark_steel : v3(0.62f, 0.62f, 0.60f);
    scene_prim *panel = scene_add(scene, fence, &at, SCENE_QUAD, v3(0.0f, height, 0.0f),
                                  v3(half, height, 0.01f), MAT_PLAIN, color);
    panel->cutout = is_mesh ? CUT_MESH : CUT_BARS;
    panel->param[0] = 0.14f;
    panel->param[1] = 0.045f;
    scene_turn(panel, 0.0f, SCENE_PI / 2.0f, 0.0f);
    const int32_t posts = 1 + (int32_t)((z1 - z0) / 2.4f);
    for (int32_t i = 0; i <= posts; i++) {
        const float z = -half + 2.0f * half * (float)i / (float)posts;
        scene_add(scene, fence, &at, SCENE_BOX, v3(0.0f, height, z),
                  v3(0.035f, height + 0.02f, 0.035f), MAT_PLAIN, color);
    }
    for (float y = 0.16f; y < 3.0f; y += 2.0f * height - 0.3f)
        if (y < 2.0f * height)
            scene_add(scene, fence, &at, SCENE_BOX, v3(0.0f, y, 0.0f), v3(0.025f, 0.03f, half),
                      MAT_PLAIN, color)
                ->casts_shadow = false;
}

void scene_add_wall(scene_model *scene, scene_rng *rng, float x, float z0, float z1)
{
    static const vec3 stones[] = {
        {0.50f, 0.34f, 0.27f}, {0.56f, 0.53f, 0.48f}, {0.64f, 0.62f, 0.58f}};
    const int32_t wall = scene_add_object(scene, LABEL_WALL);
    const scene_place at = between(x, z0, z1);
    const float height = scene_rng_range(rng, 0.7f, 1.25f), half = 0.5f * (z1 - z0);
    const vec3 color = stones[scene_rng_below(rng, 3)];
    scene_add(scene, wall, &at, SCENE_BOX, v3(0.0f, height, 0.0f), v3(0.14f, height, half),
              MAT_BRICK, color);
    scene_add(scene, wall, &at, SCENE_BOX, v3(0.0f, 2.0f * height + 0.05f, 0.0f),
              v3(0.19f, 0.05f, half), MAT_PLAIN, v3_scale(color, 1.15f));
    scene_add_contact(scene, &at, 0.14f, half, 0.6f);
}

void scene_add_guard_rail(scene_model *scene, float x, float z0, float z1)
{
    const int32_t rail = scene_add_object(scene, LABEL_GUARD_RAIL);
    const scene_place at = between(x, z0, z1);
    const float half = 0.5f * (z1 - z0);
    scene_add(scene, rail, &at, SCENE_BOX, v3(0.0f, 0.62f, 0.0f), v3(0.05f, 0.15f, half), MAT_METAL,
              v3(0.58f, 0.59f, 0.60f));
    for (float z = -half; z <= half; z += 2.5f)
        scene_add(scene, rail, &at, SCENE_BOX, v3(0.0f, 0.35f, z), v3(0.06f, 0.35f, 0.06f),
                  MAT_METAL, steel);
}
