/* SPDX-License-Identifier: Apache-2.0 */
#include "scene_objects.h"

static const vec3 dark = {0.13f, 0.13f, 0.135f};

/* Most cars are grey, black, white or silver; the rest make the street. */
static vec3 car_color(scene_rng *rng)
{
    static const vec3 colors[] = {
        {0.10f, 0.10f, 0.11f}, {0.16f, 0.17f, 0.19f}, {0.36f, 0.37f, 0.39f}, {0.55f, 0.56f, 0.57f},
        {0.68f, 0.69f, 0.70f}, {0.84f, 0.84f, 0.83f}, {0.86f, 0.86f, 0.87f}, {0.12f, 0.18f, 0.36f},
        {0.20f, 0.32f, 0.52f}, {0.52f, 0.08f, 0.08f}, {0.66f, 0.12f, 0.10f}, {0.14f, 0.30f, 0.20f},
        {0.55f, 0.48f, 0.36f}, {0.80f, 0.66f, 0.16f}, {0.30f, 0.22f, 0.18f}};
    return colors[scene_rng_below(rng, (int32_t)(sizeof colors / sizeof colors[0]))];
}

static void add_wheel(scene_model *scene, int32_t object, const scene_place *at, vec3 centre,
                      float radius, float half_width)
{
    scene_prim *wheel = scene_add(scene, object, at, SCENE_CYLINDER, centre,
                                  v3(radius, half_width, radius), MAT_WHEEL, dark);
    scene_turn(wheel, 0.0f, 0.0f, SCENE_PI / 2.0f);
    wheel->casts_shadow = false;
}

static void add_axle(scene_model *scene, int32_t object, const scene_place *at, float half_track,
                     float z, float radius)
{
    add_wheel(scene, object, at, v3(-half_track, radius, z), radius, 0.11f);
    add_wheel(scene, object, at, v3(half_track, radius, z), radius, 0.11f);
}

/* The dark gap between a tyre and the bodywork. */
static void add_arches(scene_model *scene, int32_t object, const scene_place *at, float half_track,
                       float z)
{
    for (float side = -1.0f; side < 2.0f; side += 2.0f) {
        scene_prim *arch =
            scene_add(scene, object, at, SCENE_CYLINDER, v3(side * half_track, 0.35f, z),
                      v3(0.38f, 0.11f, 0.38f), MAT_PLAIN, v3(0.07f, 0.07f, 0.07f));
        scene_turn(arch, 0.0f, 0.0f, SCENE_PI / 2.0f);
        arch->casts_shadow = false;
    }
}

/* A pair of lamps; `z` decides whether they are white or red. */
static void add_lamps(scene_model *scene, int32_t object, const scene_place *at, vec3 centre,
                      vec3 half, bool lit)
{
    const bool front = centre.z > 0.0f;
    const vec3 color = front ? v3(0.86f, 0.87f, 0.84f) : v3(lit ? 0.95f : 0.50f, 0.06f, 0.06f);
    for (float side = -1.0f; side < 2.0f; side += 2.0f) {
        scene_prim *lamp =
            scene_add(scene, object, at, SCENE_BOX, v3(side * centre.x, centre.y, centre.z), half,
                      lit ? MAT_LAMP : MAT_PLAIN, color);
        lamp->casts_shadow = false;
    }
}

static void add_plate(scene_model *scene, int32_t object, const scene_place *at, float y, float z)
{
    scene_prim *plate = scene_add(scene, object, at, SCENE_BOX, v3(0.0f, y, z),
                                  v3(0.26f, 0.06f, 0.012f), MAT_PLAIN, v3(0.82f, 0.82f, 0.80f));
    plate->casts_shadow = false;
}

/* Sizes of a car, metres: overall, the belt line, and the cabin's ends. */
typedef struct car_shape {
    float length, width, height, belt;
    float cabin_back, cabin_front; /* z of the cabin's foot */
    float slope_front, slope_back; /* how far its top is drawn in */
} car_shape;

static const car_shape car_shapes[CAR_KINDS] = {
    [CAR_HATCHBACK] = {3.95f, 1.70f, 1.47f, 0.90f, -1.90f, 0.95f, 0.85f, 0.38f},
    [CAR_SEDAN] = {4.60f, 1.80f, 1.44f, 0.90f, -1.75f, 1.00f, 0.95f, 0.75f},
    [CAR_ESTATE] = {4.65f, 1.80f, 1.48f, 0.90f, -2.22f, 1.00f, 0.95f, 0.45f},
    [CAR_SUV] = {4.50f, 1.88f, 1.72f, 1.05f, -2.15f, 1.05f, 0.75f, 0.35f},
    [CAR_VAN] = {4.95f, 1.92f, 1.95f, 1.12f, -2.42f, 1.55f, 0.95f, 0.14f},
};

float scene_car_length(scene_car_kind kind)
{
    return car_shapes[kind].length;
}

static void add_car_body(scene_model *scene, int32_t object, const scene_place *at,
                         const car_shape *s, vec3 color)
{
    const float floor = 0.24f, shoulder = s->belt - 0.24f, hw = 0.5f * s->width,
                end = 0.5f * s->length;
    scene_prim *body =
        scene_add(scene, object, at, SCENE_TAPER, v3(0.0f, 0.5f * (floor + shoulder), 0.0f),
                  v3(hw, 0.5f * (shoulder - floor), end), MAT_CAR_BODY, color);
    body->taper[0] = 0.03f;
    body->taper[1] = 0.03f;
    body->taper[2] = 0.02f;
    /* Bonnet and boot fall off from the belt line. */
    scene_prim *deck =
        scene_add(scene, object, at, SCENE_TAPER, v3(0.0f, shoulder + 0.12f, 0.0f),
                  v3(hw * 0.97f, 0.12f, end * 0.97f), MAT_PLAIN, v3_scale(color, 1.03f));
    deck->taper[0] = 0.06f;
    deck->taper[1] = (end - s->cabin_front) * 0.55f / end;
    deck->taper[2] = 0.06f;
    const float half = 0.5f * (s->cabin_front - s->cabin_back);
    const float up = 0.5f * (s->height - s->belt);
    scene_prim *cabin = scene_add(scene, object, at, SCENE_TAPER,
                                  v3(0.0f, s->belt + up, 0.5f * (s->cabin_front + s->cabin_back)),
                                  v3(hw * 0.93f, up, half), MAT_CAR_GLASS, color);
    cabin->taper[0] = 0.20f;
    cabin->taper[1] = s->slope_front / half;
    cabin->taper[2] = s->slope_back / half;
    cabin->param[0] = half * 2.0f / 3.0f;
}

int32_t scene_add_car(scene_model *scene, scene_rng *rng, scene_place at, scene_car_kind kind)
{
    const car_shape *s = &car_shapes[kind];
    const int32_t car = scene_add_object(scene, LABEL_CAR);
    const vec3 color = car_color(rng);
    const bool lit = scene_rng_chance(rng, 0.25f);
    const float end = 0.5f * s->length, hw = 0.5f * s->width;
    add_car_body(scene, car, &at, s, color);
    add_arches(scene, car, &at, hw - 0.105f, end - 0.78f);
    add_arches(scene, car, &at, hw - 0.105f, -end + 0.74f);
    add_axle(scene, car, &at, hw - 0.10f, end - 0.78f, 0.32f);
    add_axle(scene, car, &at, hw - 0.10f, -end + 0.74f, 0.32f);
    add_lamps(scene, car, &at, v3(hw - 0.24f, 0.70f, end - 0.06f), v3(0.17f, 0.07f, 0.06f), lit);
    add_lamps(scene, car, &at, v3(hw - 0.18f, 0.78f, -end + 0.02f), v3(0.13f, 0.09f, 0.05f), lit);
    add_plate(scene, car, &at, 0.56f, -end + 0.005f);
    add_plate(scene, car, &at, 0.42f, end - 0.0f);
    scene_add(scene, car, &at, SCENE_BOX, v3(0.0f, 0.34f, 0.0f), v3(hw - 0.06f, 0.09f, end + 0.04f),
              MAT_PLAIN, dark)
        ->casts_shadow = false;
    for (float side = -1.0f; side < 2.0f; side += 2.0f)
        scene_add(scene, car, &at, SCENE_BOX,
                  v3(side * (hw + 0.06f), s->belt + 0.06f, s->cabin_front - 0.55f),
                  v3(0.09f, 0.06f, 0.05f), MAT_PLAIN, v3_scale(color, 0.8f))
            ->casts_shadow = false;
    scene_add_contact(scene, &at, hw, end, 0.55f);
    return car;
}

int32_t scene_add_truck(scene_model *scene, scene_rng *rng, scene_place at)
{
    const int32_t truck = scene_add_object(scene, LABEL_TRUCK);
    const vec3 color = car_color(rng);
    const float cargo = scene_rng_range(rng, 2.2f, 3.4f), hw = 1.24f,
                top = scene_rng_range(rng, 1.05f, 1.3f);
    const float front = cargo + 2.0f;
    scene_prim *cab = scene_add(scene, truck, &at, SCENE_TAPER, v3(0.0f, 1.75f, cargo + 1.05f),
                                v3(hw - 0.04f, 1.2f, 0.95f), MAT_COACH, color);
    cab->taper[1] = 0.16f;
    cab->param[0] = 0.52f;
    cab->param[1] = 0.88f;
    scene_prim *box = scene_add(
        scene, truck, &at, SCENE_BOX, v3(0.0f, 0.95f + top, 0.0f), v3(hw, top, cargo), MAT_CRATE,
        scene_rng_chance(rng, 0.6f) ? v3(0.80f, 0.80f, 0.79f) : car_color(rng));
    box->color2 = scene_rng_chance(rng, 0.5f) ? box->color : car_color(rng);
    scene_add(scene, truck, &at, SCENE_BOX, v3(0.0f, 0.72f, 0.6f),
              v3(hw - 0.2f, 0.2f, cargo + 1.3f), MAT_PLAIN, dark);
    add_axle(scene, truck, &at, hw - 0.16f, front - 0.9f, 0.48f);
    add_axle(scene, truck, &at, hw - 0.16f, -cargo + 1.1f, 0.48f);
    add_lamps(scene, truck, &at, v3(hw - 0.25f, 0.85f, front + 0.01f), v3(0.16f, 0.09f, 0.04f),
              true);
    add_lamps(scene, truck, &at, v3(hw - 0.2f, 0.88f, -cargo), v3(0.14f, 0.07f, 0.04f), true);
    add_plate(scene, truck, &at, 0.70f, -cargo - 0.01f);
    scene_add_contact(scene, &at, hw, cargo + 1.0f, 0.9f);
    return truck;
}

static vec3 fleet_color(scene_rng *rng)
{
    static const vec3 colors[] = {{0.80f, 0.68f, 0.14f},
                                  {0.66f, 0.10f, 0.10f},
                                  {0.82f, 0.82f, 0.80f},
                                  {0.16f, 0.34f, 0.60f},
                                  {0.20f, 0.48f, 0.34f}};
    return colors[scene_rng_below(rng, 5)];
}

static scene_prim *add_coach_box(scene_model *scene, int32_t object, const scene_place *at,
                                 vec3 centre, vec3 half, vec3 color, vec3 stripe)
{
    scene_prim *box = scene_add(scene, object, at, SCENE_TAPER, centre, half, MAT_COACH, color);
    box->color2 = stripe;
    box->param[0] = 0.42f;
    box->param[1] = 0.84f;
    box->taper[0] = 0.06f;
    box->taper[1] = box->taper[2] = 0.25f / half.z;
    return box;
}

int32_t scene_add_bus(scene_model *scene, scene_rng *rng, scene_place at)
{
    const int32_t bus = scene_add_object(scene, LABEL_BUS);
    const float end = scene_rng_range(rng, 5.2f, 6.2f), hw = 1.27f;
    const vec3 color = fleet_color(rng), stripe = fleet_color(rng);
    add_coach_box(scene, bus, &at, v3(0.0f, 1.68f, 0.0f), v3(hw, 1.38f, end), color, stripe);
    scene_add(scene, bus, &at, SCENE_BOX, v3(0.0f, 3.14f, -0.2f * end), v3(0.8f, 0.12f, 1.3f),
              MAT_PLAIN, v3(0.5f, 0.5f, 0.5f));
    add_axle(scene, bus, &at, hw - 0.12f, end - 2.6f, 0.48f);
    add_axle(scene, bus, &at, hw - 0.12f, -end + 3.2f, 0.48f);
    add_lamps(scene, bus, &at, v3(hw - 0.25f, 0.75f, end - 0.01f), v3(0.16f, 0.09f, 0.05f), true);
    add_lamps(scene, bus, &at, v3(hw - 0.16f, 0.95f, -end + 0.02f), v3(0.09f, 0.2f, 0.05f), true);
    add_plate(scene, bus, &at, 0.62f, -end - 0.01f);
    scene_add_contact(scene, &at, hw, end, 0.9f);
    return bus;
}

int32_t scene_add_tram(scene_model *scene, scene_rng *rng, scene_place at)
{
    const int32_t tram = scene_add_object(scene, LABEL_TRAIN);
    const vec3 color = fleet_color(rng), stripe = v3(0.85f, 0.85f, 0.83f);
    const float section = scene_rng_range(rng, 3.8f, 4.8f);
    for (int i = -1; i <= 1; i++) {
        const float z = (float)i * (2.0f * section + 0.7f);
        scene_prim *box = add_coach_box(scene, tram, &at, v3(0.0f, 1.92f, z),
                                        v3(1.2f, 1.58f, section), color, stripe);
        box->taper[1] = i == 1 ? 0.16f : 0.0f;
        box->taper[2] = i == -1 ? 0.16f : 0.0f;
        if (i < 1)
            scene_add(scene, tram, &at, SCENE_BOX, v3(0.0f, 1.85f, z + section + 0.35f),
                      v3(1.05f, 1.45f, 0.36f), MAT_PLAIN, dark);
        scene_add(scene, tram, &at, SCENE_BOX, v3(0.0f, 0.25f, z), v3(0.9f, 0.18f, section * 0.6f),
                  MAT_PLAIN, dark);
    }
    const float end = 3.0f * section + 0.7f;
    add_lamps(scene, tram, &at, v3(0.8f, 0.95f, end - 0.04f), v3(0.12f, 0.1f, 0.05f), true);
    add_lamps(scene, tram, &at, v3(0.85f, 0.95f, -end + 0.04f), v3(0.1f, 0.1f, 0.05f), true);
    scene_add_rod(scene, tram, &at, v3(0.0f, 3.5f, 0.0f), v3(0.0f, 4.6f, 1.0f), 0.04f, MAT_PLAIN,
                  dark);
    scene_add_rod(scene, tram, &at, v3(0.0f, 4.6f, 1.0f), v3(0.0f, 5.4f, 0.2f), 0.04f, MAT_PLAIN,
                  dark);
    scene_add_contact(scene, &at, 1.2f, end, 0.8f);
    return tram;
}

int32_t scene_add_caravan(scene_model *scene, scene_rng *rng, scene_place at)
{
    const int32_t caravan = scene_add_object(scene, LABEL_CARAVAN);
    const float end = scene_rng_range(rng, 2.2f, 2.8f);
    scene_prim *box = add_coach_box(scene, caravan, &at, v3(0.0f, 1.42f, 0.0f), v3(1.1f, 1.1f, end),
                                    v3(0.85f, 0.84f, 0.80f), v3(0.45f, 0.38f, 0.30f));
    box->param[0] = 0.5f;
    box->param[1] = 0.78f;
    box->taper[1] = 0.25f;
    add_axle(scene, caravan, &at, 1.0f, -0.2f, 0.32f);
    add_lamps(scene, caravan, &at, v3(0.9f, 0.7f, -end + 0.02f), v3(0.1f, 0.12f, 0.04f), false);
    scene_add_contact(scene, &at, 1.1f, end, 0.6f);
    return caravan;
}

int32_t scene_add_trailer(scene_model *scene, scene_rng *rng, scene_place at)
{
    const int32_t trailer = scene_add_object(scene, LABEL_TRAILER);
    const float end = scene_rng_range(rng, 1.1f, 1.7f);
    scene_prim *box = scene_add(scene, trailer, &at, SCENE_BOX, v3(0.0f, 0.9f, 0.0f),
                                v3(0.85f, 0.45f, end), MAT_CRATE, v3(0.42f, 0.45f, 0.44f));
    box->color2 = scene_rng_chance(rng, 0.5f) ? v3(0.30f, 0.34f, 0.55f) : box->color;
    add_axle(scene, trailer, &at, 0.9f, -0.1f, 0.3f);
    scene_add_rod(scene, trailer, &at, v3(0.0f, 0.5f, end), v3(0.0f, 0.45f, end + 1.2f), 0.05f,
                  MAT_METAL, dark);
    add_lamps(scene, trailer, &at, v3(0.7f, 0.6f, -end), v3(0.1f, 0.06f, 0.03f), false);
    scene_add_contact(scene, &at, 0.85f, end, 0.5f);
    return trailer;
}
