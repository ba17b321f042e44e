/* SPDX-License-Identifier: Apache-2.0 */
#include "scene_objects.h"

static vec3 wall_color(scene_rng *rng)
{
    static const vec3 colors[] = {
        {0.74f, 0.70f, 0.60f}, {0.80f, 0.77f, 0.70f}, {0.66f, 0.62f, 0.56f}, {0.72f, 0.58f, 0.42f},
        {0.78f, 0.68f, 0.46f}, {0.58f, 0.56f, 0.54f}, {0.70f, 0.72f, 0.72f}, {0.52f, 0.33f, 0.26f},
        {0.60f, 0.40f, 0.32f}, {0.66f, 0.70f, 0.62f}, {0.80f, 0.72f, 0.66f}, {0.46f, 0.42f, 0.40f}};
    return colors[scene_rng_below(rng, (int32_t)(sizeof colors / sizeof colors[0]))];
}

static vec3 roof_color(scene_rng *rng)
{
    static const vec3 colors[] = {
        {0.44f, 0.22f, 0.16f}, {0.36f, 0.20f, 0.16f}, {0.26f, 0.26f, 0.28f}, {0.34f, 0.33f, 0.33f}};
    return colors[scene_rng_below(rng, 4)];
}

/* A block whose front is at x; `inward` points from the street into it. */
typedef struct block {
    scene_model *scene;
    int32_t object;
    scene_place at; /* middle of its ground */
    float half_x, half_z, side;
    vec3 color, trim;
} block;

static block start_block(scene_model *scene, scene_rng *rng, float x, float side, float z0,
                         float z1, float depth)
{
    block b = {.scene = scene,
               .object = scene_add_object(scene, LABEL_BUILDING),
               .at = scene_place_at(x + side * 0.5f * depth, 0.0f, 0.5f * (z0 + z1), 0.0f),
               .half_x = 0.5f * depth,
               .half_z = 0.5f * (z1 - z0),
               .side = side,
               .color = wall_color(rng)};
    b.trim = scene_rng_chance(rng, 0.6f) ? v3_mix(b.color, v3(0.86f, 0.85f, 0.82f), 0.65f)
                                         : v3_scale(b.color, 0.72f);
    return b;
}

static void add_walls(const block *b, scene_rng *rng, float height)
{
    scene_prim *walls =
        scene_add(b->scene, b->object, &b->at, SCENE_BOX, v3(0.0f, 0.5f * height, 0.0f),
                  v3(b->half_x, 0.5f * height, b->half_z), MAT_FACADE, b->color);
    walls->color2 = b->trim;
    const float storeys = (float)floor_int(height / scene_rng_range(rng, 3.0f, 3.7f));
    walls->param[0] = height / maxf(storeys, 1.0f);
    walls->param[1] = scene_rng_range(rng, 1.9f, 3.1f);
    scene_add_contact(b->scene, &b->at, b->half_x, b->half_z, 1.3f);
}

static void add_chimneys(const block *b, scene_rng *rng, float y)
{
    const int32_t n = scene_rng_below(rng, 3);
    for (int32_t i = 0; i < n; i++) {
        const float x = b->half_x * scene_rng_range(rng, -0.4f, 0.4f);
        const float z = b->half_z * scene_rng_range(rng, -0.8f, 0.8f);
        scene_add(b->scene, b->object, &b->at, SCENE_BOX, v3(x, y, z), v3(0.35f, 0.9f, 0.5f),
                  MAT_BRICK, v3(0.45f, 0.30f, 0.25f));
    }
}

/* A gable roof with its ridge along the street, or a flat one with a parapet. */
static void add_roof(const block *b, scene_rng *rng, float height)
{
    if (scene_rng_chance(rng, 0.3f)) {
        scene_add(b->scene, b->object, &b->at, SCENE_BOX, v3(0.0f, height + 0.2f, 0.0f),
                  v3(b->half_x + 0.15f, 0.22f, b->half_z), MAT_PLAIN, b->trim);
        if (scene_rng_chance(rng, 0.5f))
            scene_add(b->scene, b->object, &b->at, SCENE_BOX, v3(0.0f, height + 1.3f, 0.0f),
                      v3(b->half_x * 0.4f, 1.0f, b->half_z * 0.5f), MAT_PLAIN,
                      v3_scale(b->color, 0.8f));
        return;
    }
    const float rise = scene_rng_range(rng, 1.3f, 2.4f);
    const bool is_mansard = scene_rng_chance(rng, 0.35f);
    scene_prim *roof =
        scene_add(b->scene, b->object, &b->at, SCENE_TAPER, v3(0.0f, height + rise, 0.0f),
                  v3(b->half_x + 0.35f, rise, b->half_z), MAT_ROOF, roof_color(rng));
    roof->taper[0] = is_mansard ? 0.35f : 1.0f;
    if (is_mansard || scene_rng_chance(rng, 0.4f)) { /* dormers in the slope above the street */
        const int32_t n = 1 + (int32_t)(b->half_z / 2.2f);
        for (int32_t i = 0; i < n; i++) {
            const float z = b->half_z * (-1.0f + (2.0f * (float)i + 1.0f) / (float)n);
            scene_prim *dormer =
                scene_add(b->scene, b->object, &b->at, SCENE_BOX,
                          v3(-b->side * (b->half_x - (is_mansard ? 0.8f : 1.6f)), height + 0.9f, z),
                          v3(0.9f, 0.8f, 0.65f), MAT_COACH, b->trim);
            dormer->param[0] = 0.2f;
            dormer->param[1] = 0.8f;
            dormer->casts_shadow = false;
        }
    }
    add_chimneys(b, rng, height + 1.7f * rise);
}

static void add_balconies(const block *b, scene_rng *rng, float height)
{
    const float z = b->half_z * scene_rng_range(rng, -0.5f, 0.5f),
                x = -b->side * (b->half_x + 0.45f);
    for (float y = 3.9f; y < height - 2.5f; y += 3.3f) {
        scene_add(b->scene, b->object, &b->at, SCENE_BOX, v3(x, y, z), v3(0.5f, 0.08f, 1.3f),
                  MAT_PLAIN, v3_scale(b->trim, 0.9f));
        scene_add(b->scene, b->object, &b->at, SCENE_BOX, v3(x - b->side * 0.46f, y + 0.5f, z),
                  v3(0.04f, 0.45f, 1.3f), MAT_METAL, v3_scale(b->color, 0.7f));
    }
}

static void add_awning(const block *b, scene_rng *rng)
{
    const float z = b->half_z * scene_rng_range(rng, -0.4f, 0.4f);
    scene_prim *cloth = scene_add(b->scene, b->object, &b->at, SCENE_BOX,
                                  v3(-b->side * (b->half_x + 0.7f), 2.75f, z),
                                  v3(0.75f, 0.04f, 1.7f), MAT_PLAIN, wall_color(rng));
    scene_turn(cloth, 0.0f, 0.0f, b->side * 0.3f);
}

void scene_add_building(scene_model *scene, scene_rng *rng, float x, float side, float z0, float z1,
                        float height)
{
    const block b = start_block(scene, rng, x, side, z0, z1, scene_rng_range(rng, 10.0f, 14.0f));
    add_walls(&b, rng, height);
    add_roof(&b, rng, height);
    if (scene_rng_chance(rng, 0.35f))
        add_balconies(&b, rng, height);
    if (scene_rng_chance(rng, 0.3f))
        add_awning(&b, rng);
    if (scene_rng_chance(rng, 0.4f)) /* a rain pipe */
        scene_add_rod(scene, b.object, &b.at, v3(-side * (b.half_x + 0.06f), 0.0f, b.half_z - 0.2f),
                      v3(-side * (b.half_x + 0.06f), height, b.half_z - 0.2f), 0.06f, MAT_METAL,
                      v3(0.38f, 0.38f, 0.38f));
}

void scene_add_cottage(scene_model *scene, scene_rng *rng, float x, float side, float z0, float z1)
{
    const block b = start_block(scene, rng, x, side, z0, z1, scene_rng_range(rng, 8.0f, 10.0f));
    const float height = scene_rng_range(rng, 3.0f, 6.2f), rise = scene_rng_range(rng, 1.6f, 2.4f);
    add_walls(&b, rng, height);
    scene_prim *roof =
        scene_add(scene, b.object, &b.at, SCENE_TAPER, v3(0.0f, height + rise, 0.0f),
                  v3(b.half_x + 0.5f, rise, b.half_z + 0.4f), MAT_ROOF, roof_color(rng));
    roof->taper[0] = 1.0f;
    add_chimneys(&b, rng, height + 1.8f * rise);
}

void scene_add_backdrop(scene_model *scene, scene_rng *rng, float z)
{
    /* A row of blocks across the end of the street, a tower, and tree tops between. */
    for (float x = -70.0f; x < 70.0f;) {
        const float width = scene_rng_range(rng, 12.0f, 26.0f),
                    height = scene_rng_range(rng, 9.0f, 22.0f);
        const block b = start_block(scene, rng, x + 0.5f * width, 1.0f, z, z + 14.0f, 0.0f);
        const block wide = {
            scene,        b.object, scene_place_at(x + 0.5f * width, 0.0f, z + 7.0f, 0.0f),
            0.5f * width, 7.0f,     1.0f,
            b.color,      b.trim};
        add_walls(&wide, rng, height);
        scene_prim *roof =
            scene_add(scene, b.object, &wide.at, SCENE_TAPER, v3(0.0f, height + 2.0f, 0.0f),
                      v3(0.5f * width, 2.0f, 7.0f), MAT_ROOF, roof_color(rng));
        roof->taper[1] = roof->taper[2] = 1.0f;
        x += width + (scene_rng_chance(rng, 0.4f) ? scene_rng_range(rng, 4.0f, 10.0f) : 0.0f);
    }
    for (int i = 0; i < 14; i++) {
        const float x = scene_rng_range(rng, -60.0f, 60.0f),
                    gap = scene_rng_range(rng, 6.0f, 25.0f);
        const float height = scene_rng_range(rng, 7.0f, 13.0f);
        scene_add_tree(scene, rng, scene_place_at(x, 0.0f, z - gap, 0.0f), height);
    }
    if (scene_rng_chance(rng, 0.5f)) {
        const int32_t tower = scene_add_object(scene, LABEL_BUILDING);
        const scene_place at =
            scene_place_at(scene_rng_range(rng, -30.0f, 30.0f), 0.0f, z + 40.0f, 0.0f);
        const vec3 stone = v3(0.52f, 0.47f, 0.42f);
        scene_add(scene, tower, &at, SCENE_BOX, v3(0.0f, 17.0f, 0.0f), v3(4.0f, 17.0f, 4.0f),
                  MAT_BRICK, stone);
        scene_prim *spire = scene_add(scene, tower, &at, SCENE_CYLINDER, v3(0.0f, 44.0f, 0.0f),
                                      v3(4.2f, 10.0f, 4.2f), MAT_ROOF, v3(0.26f, 0.36f, 0.32f));
        spire->taper[0] = 0.02f;
    }
}
