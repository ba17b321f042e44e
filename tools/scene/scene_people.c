/* SPDX-License-Identifier: Apache-2.0 */
#include "scene_objects.h"

static const vec3 black = {0.09f, 0.09f, 0.10f};
static const vec3 rubber = {0.12f, 0.12f, 0.12f};

static vec3 cloth_color(scene_rng *rng)
{
    static const vec3 colors[] = {
        {0.14f, 0.14f, 0.17f}, {0.20f, 0.24f, 0.34f}, {0.34f, 0.34f, 0.35f}, {0.62f, 0.60f, 0.56f},
        {0.80f, 0.79f, 0.77f}, {0.58f, 0.14f, 0.14f}, {0.22f, 0.38f, 0.60f}, {0.30f, 0.36f, 0.24f},
        {0.70f, 0.52f, 0.20f}, {0.48f, 0.22f, 0.38f}, {0.36f, 0.27f, 0.20f}, {0.16f, 0.40f, 0.42f}};
    return colors[scene_rng_below(rng, (int32_t)(sizeof colors / sizeof colors[0]))];
}

static vec3 skin_color(scene_rng *rng)
{
    return v3_mix(v3(0.36f, 0.24f, 0.18f), v3(0.84f, 0.66f, 0.56f), scene_rng_unit(rng));
}

static vec3 hair_color(scene_rng *rng)
{
    return v3_mix(v3(0.12f, 0.09f, 0.08f), v3(0.62f, 0.50f, 0.34f), scene_rng_unit(rng));
}

/* A body is built at 1.75 m and scaled. */
typedef struct body {
    scene_model *scene;
    scene_place at;
    int32_t object;
    float scale;
} body;

static scene_prim *add_part(const body *b, scene_shape shape, vec3 centre, vec3 half,
                            scene_material material, vec3 color)
{
    return scene_add(b->scene, b->object, &b->at, shape, v3_scale(centre, b->scale),
                     v3_scale(half, b->scale), material, color);
}

static void add_limb(const body *b, vec3 from, vec3 to, float radius, scene_material material,
                     vec3 color)
{
    scene_prim *limb = scene_add_rod(b->scene, b->object, &b->at, v3_scale(from, b->scale),
                                     v3_scale(to, b->scale), radius * b->scale, material, color);
    limb->casts_shadow = radius > 0.06f;
}

static void add_head(const body *b, vec3 centre, vec3 skin, vec3 hair)
{
    add_part(b, SCENE_SPHERE, centre, v3(0.095f, 0.13f, 0.11f), MAT_PLAIN, skin);
    add_part(b, SCENE_SPHERE, v3_add(centre, v3(0.0f, 0.035f, -0.02f)), v3(0.102f, 0.115f, 0.112f),
             MAT_PLAIN, hair)
        ->casts_shadow = false;
}

static void add_legs(const body *b, float stride, vec3 trousers, vec3 shoes)
{
    for (float side = -1.0f; side < 2.0f; side += 2.0f) {
        const float x = 0.095f * side, z = side * stride;
        add_limb(b, v3(x, 0.92f, 0.0f), v3(x, 0.50f, 0.35f * z + 0.03f), 0.085f, MAT_CLOTH,
                 trousers);
        add_limb(b, v3(x, 0.52f, 0.35f * z + 0.03f), v3(x, 0.07f, z), 0.065f, MAT_CLOTH, trousers);
        add_part(b, SCENE_BOX, v3(x, 0.045f, z + 0.06f), v3(0.05f, 0.045f, 0.13f), MAT_PLAIN, shoes)
            ->casts_shadow = false;
    }
}

int32_t scene_add_person(scene_model *scene, scene_rng *rng, scene_place at)
{
    const bool is_child = scene_rng_chance(rng, 0.1f);
    const body b = {scene, at, scene_add_object(scene, LABEL_PERSON),
                    is_child ? scene_rng_range(rng, 0.58f, 0.8f)
                             : scene_rng_range(rng, 0.9f, 1.09f)};
    const vec3 jacket = cloth_color(rng), trousers = v3_scale(cloth_color(rng), 0.75f),
               skin = skin_color(rng);
    const float stride = scene_rng_range(rng, 0.02f, 0.3f), swing = 0.8f * stride;
    add_legs(&b, stride, trousers, black);
    const bool has_coat = scene_rng_chance(rng, 0.3f);
    scene_prim *torso = add_part(&b, SCENE_CYLINDER, v3(0.0f, has_coat ? 1.06f : 1.17f, 0.0f),
                                 v3(0.19f, has_coat ? 0.40f : 0.29f, 0.125f), MAT_CLOTH, jacket);
    torso->taper[0] = has_coat ? 0.95f : 1.0f;
    add_part(&b, SCENE_SPHERE, v3(0.0f, 1.43f, 0.0f), v3(0.205f, 0.11f, 0.125f), MAT_CLOTH, jacket);
    add_limb(&b, v3(0.0f, 1.45f, 0.0f), v3(0.0f, 1.58f, 0.02f), 0.05f, MAT_PLAIN, skin);
    for (float side = -1.0f; side < 2.0f; side += 2.0f) {
        const vec3 elbow = v3(side * 0.26f, 1.13f, -0.4f * side * swing),
                   hand = v3(side * 0.27f, 0.88f, -side * swing + 0.05f);
        add_limb(&b, v3(side * 0.215f, 1.43f, 0.0f), elbow, 0.052f, MAT_CLOTH, jacket);
        add_limb(&b, elbow, hand, 0.045f, MAT_CLOTH, jacket);
        add_part(&b, SCENE_SPHERE, hand, v3(0.045f, 0.06f, 0.05f), MAT_PLAIN, skin)->casts_shadow =
            false;
    }
    add_head(&b, v3(0.0f, 1.64f, 0.02f), skin, hair_color(rng));
    if (scene_rng_chance(rng, 0.3f))
        add_part(&b, SCENE_BOX, v3(0.0f, 1.22f, -0.19f), v3(0.15f, 0.22f, 0.09f), MAT_CLOTH,
                 cloth_color(rng));
    scene_add_contact(scene, &at, 0.16f, 0.2f, 0.4f);
    return b.object;
}

/* A wheel as a flat disc with holes, in the plane of travel. */
static void add_thin_wheel(scene_model *scene, int32_t object, const scene_place *at, float z,
                           float radius, float rim)
{
    scene_prim *wheel = scene_add(scene, object, at, SCENE_QUAD, v3(0.0f, radius, z),
                                  v3(radius, radius, 0.01f), MAT_PLAIN, rubber);
    wheel->cutout = CUT_WHEEL;
    wheel->param[0] = rim;
    scene_turn(wheel, 0.0f, SCENE_PI / 2.0f, 0.0f);
    /* The tyre has a width that shows from behind. */
    scene_prim *tyre = scene_add(scene, object, at, SCENE_BOX, v3(0.0f, radius, z),
                                 v3(0.022f, radius * 0.97f, 0.07f), MAT_PLAIN, rubber);
    tyre->casts_shadow = false;
}

int32_t scene_add_bicycle(scene_model *scene, scene_rng *rng, scene_place at)
{
    const int32_t bicycle = scene_add_object(scene, LABEL_BICYCLE);
    const vec3 paint = v3_mix(cloth_color(rng), v3(0.5f, 0.5f, 0.5f), 0.2f);
    const vec3 rear = v3(0.0f, 0.35f, -0.52f), front = v3(0.0f, 0.35f, 0.54f),
               crank = v3(0.0f, 0.30f, -0.06f);
    const vec3 seat = v3(0.0f, 0.92f, -0.24f), head = v3(0.0f, 0.86f, 0.36f),
               bar = v3(0.0f, 1.02f, 0.34f);
    const vec3 tubes[][2] = {{rear, crank}, {rear, seat},  {crank, seat}, {crank, head},
                             {seat, head},  {head, front}, {head, bar}};
    add_thin_wheel(scene, bicycle, &at, -0.52f, 0.35f, 0.16f);
    add_thin_wheel(scene, bicycle, &at, 0.54f, 0.35f, 0.16f);
    for (size_t i = 0; i < sizeof tubes / sizeof tubes[0]; i++)
        scene_add_rod(scene, bicycle, &at, tubes[i][0], tubes[i][1], 0.028f, MAT_PLAIN, paint)
            ->casts_shadow = false;
    scene_add_rod(scene, bicycle, &at, v3(-0.29f, 1.02f, 0.26f), v3(0.29f, 1.02f, 0.26f), 0.022f,
                  MAT_METAL, black);
    scene_add(scene, bicycle, &at, SCENE_BOX, v3(0.0f, 0.96f, -0.26f), v3(0.07f, 0.03f, 0.13f),
              MAT_PLAIN, black);
    scene_add(scene, bicycle, &at, SCENE_BOX, v3(0.0f, 0.74f, -0.56f), v3(0.07f, 0.012f, 0.2f),
              MAT_METAL, black);
    scene_add_contact(scene, &at, 0.08f, 0.8f, 0.35f);
    return bicycle;
}

/* Someone sitting: hips at the seat, hands at the bar, feet at the pedals. */
static void add_seated(const body *b, scene_rng *rng, vec3 hip, vec3 hand, vec3 foot, float lean,
                       bool has_helmet)
{
    const vec3 jacket = cloth_color(rng), trousers = v3_scale(cloth_color(rng), 0.75f),
               skin = skin_color(rng);
    const vec3 shoulder = v3(0.0f, hip.y + 0.50f, hip.z + lean),
               neck = v3(0.0f, hip.y + 0.60f, hip.z + lean + 0.03f);
    scene_prim *torso = scene_add_rod(b->scene, b->object, &b->at, v3(0.0f, hip.y - 0.05f, hip.z),
                                      neck, 0.17f, MAT_CLOTH, jacket);
    torso->taper[0] = 0.95f;
    add_part(b, SCENE_SPHERE, shoulder, v3(0.21f, 0.12f, 0.14f), MAT_CLOTH, jacket);
    for (float side = -1.0f; side < 2.0f; side += 2.0f) {
        const vec3 knee =
            v3(side * 0.13f, 0.5f * (hip.y + foot.y) + 0.10f + 0.08f * side, foot.z + 0.26f);
        const vec3 sole = v3(side * foot.x, foot.y + 0.12f * side, foot.z);
        add_limb(b, v3(side * 0.10f, hip.y, hip.z), knee, 0.085f, MAT_CLOTH, trousers);
        add_limb(b, knee, sole, 0.065f, MAT_CLOTH, trousers);
        const vec3 elbow =
            v3(side * 0.29f, 0.5f * (shoulder.y + hand.y) - 0.03f, 0.5f * (shoulder.z + hand.z));
        add_limb(b, v3(side * 0.2f, shoulder.y, shoulder.z), elbow, 0.052f, MAT_CLOTH, jacket);
        add_limb(b, elbow, v3(side * hand.x, hand.y, hand.z), 0.045f, MAT_CLOTH, jacket);
    }
    add_head(b, v3(0.0f, neck.y + 0.15f, neck.z + 0.04f), skin,
             has_helmet ? cloth_color(rng) : hair_color(rng));
    if (has_helmet)
        add_part(b, SCENE_SPHERE, v3(0.0f, neck.y + 0.19f, neck.z + 0.03f),
                 v3(0.125f, 0.13f, 0.14f), MAT_PLAIN, cloth_color(rng));
    if (scene_rng_chance(rng, 0.35f))
        add_part(b, SCENE_BOX, v3(0.0f, shoulder.y - 0.16f, shoulder.z - 0.24f),
                 v3(0.15f, 0.2f, 0.09f), MAT_CLOTH, cloth_color(rng));
}

void scene_add_cyclist(scene_model *scene, scene_rng *rng, scene_place at)
{
    scene_add_bicycle(scene, rng, at);
    const body b = {scene, at, scene_add_object(scene, LABEL_RIDER), 1.0f};
    const float lean = scene_rng_range(rng, 0.12f, 0.3f);
    const bool has_helmet = scene_rng_chance(rng, 0.35f);
    add_seated(&b, rng, v3(0.0f, 1.02f, -0.25f), v3(0.27f, 1.05f, 0.26f), v3(0.10f, 0.28f, -0.04f),
               lean, has_helmet);
}

int32_t scene_add_motorcycle(scene_model *scene, scene_rng *rng, scene_place at)
{
    const int32_t machine = scene_add_object(scene, LABEL_MOTORCYCLE);
    const vec3 paint = cloth_color(rng), steel = v3(0.42f, 0.43f, 0.44f);
    const float wheel_z[2] = {-0.66f, 0.70f};
    for (int i = 0; i < 2; i++) {
        scene_prim *wheel =
            scene_add(scene, machine, &at, SCENE_CYLINDER, v3(0.0f, 0.31f, wheel_z[i]),
                      v3(0.31f, 0.065f, 0.31f), MAT_WHEEL, rubber);
        scene_turn(wheel, 0.0f, 0.0f, SCENE_PI / 2.0f);
    }
    scene_add(scene, machine, &at, SCENE_BOX, v3(0.0f, 0.44f, 0.0f), v3(0.17f, 0.17f, 0.34f),
              MAT_METAL, steel);
    scene_add(scene, machine, &at, SCENE_SPHERE, v3(0.0f, 0.82f, 0.20f), v3(0.17f, 0.15f, 0.34f),
              MAT_PLAIN, paint);
    scene_add(scene, machine, &at, SCENE_BOX, v3(0.0f, 0.80f, -0.38f), v3(0.14f, 0.06f, 0.36f),
              MAT_PLAIN, black);
    scene_prim *tail = scene_add(scene, machine, &at, SCENE_TAPER, v3(0.0f, 0.70f, -0.66f),
                                 v3(0.13f, 0.12f, 0.24f), MAT_PLAIN, paint);
    tail->taper[2] = 0.5f;
    scene_add(scene, machine, &at, SCENE_BOX, v3(0.0f, 0.74f, -0.90f), v3(0.08f, 0.05f, 0.02f),
              MAT_PLAIN, v3(0.7f, 0.07f, 0.07f));
    scene_add(scene, machine, &at, SCENE_BOX, v3(0.0f, 0.56f, -0.93f), v3(0.10f, 0.08f, 0.01f),
              MAT_PLAIN, v3(0.8f, 0.8f, 0.78f));
    for (float side = -1.0f; side < 2.0f; side += 2.0f) {
        scene_add_rod(scene, machine, &at, v3(side * 0.11f, 0.31f, 0.70f),
                      v3(side * 0.11f, 0.98f, 0.44f), 0.03f, MAT_METAL, steel);
        scene_add_rod(scene, machine, &at, v3(side * 0.2f, 0.34f, -0.85f),
                      v3(side * 0.2f, 0.30f, 0.1f), 0.05f, MAT_METAL, steel);
        scene_add(scene, machine, &at, SCENE_SPHERE, v3(side * 0.36f, 1.12f, 0.42f),
                  v3(0.08f, 0.05f, 0.03f), MAT_PLAIN, black);
    }
    scene_add_rod(scene, machine, &at, v3(-0.36f, 1.02f, 0.38f), v3(0.36f, 1.02f, 0.38f), 0.025f,
                  MAT_METAL, black);
    scene_add(scene, machine, &at, SCENE_SPHERE, v3(0.0f, 0.88f, 0.56f), v3(0.1f, 0.1f, 0.09f),
              MAT_PLAIN, v3(0.8f, 0.8f, 0.76f));
    scene_add_contact(scene, &at, 0.18f, 0.95f, 0.4f);
    return machine;
}

void scene_add_biker(scene_model *scene, scene_rng *rng, scene_place at)
{
    scene_add_motorcycle(scene, rng, at);
    const body b = {scene, at, scene_add_object(scene, LABEL_RIDER), 1.0f};
    add_seated(&b, rng, v3(0.0f, 0.95f, -0.30f), v3(0.32f, 1.05f, 0.36f), v3(0.20f, 0.34f, 0.02f),
               scene_rng_range(rng, 0.1f, 0.25f), true);
}
