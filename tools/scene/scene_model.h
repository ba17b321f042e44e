/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A scene: primitives in metres, the objects they belong to, the street's ground plan and weather.
 *
 * World axes: x to the right of the street, y up, z along the street; the ground is y = 0. The
 * camera stands near the origin and looks along +z.
 */
#ifndef SCENE_MODEL_H
#define SCENE_MODEL_H

#include <panodepth/base.h>

#include "scene_shapes.h"

/* Cityscapes label ids that occur in scenes. */
enum {
    LABEL_UNLABELED = 0,
    LABEL_EGO = 1,
    LABEL_RECTIFICATION = 2,
    LABEL_OUT_OF_ROI = 3,
    LABEL_STATIC = 4,
    LABEL_DYNAMIC = 5,
    LABEL_ROAD = 7,
    LABEL_SIDEWALK = 8,
    LABEL_PARKING = 9,
    LABEL_RAIL = 10,
    LABEL_BUILDING = 11,
    LABEL_WALL = 12,
    LABEL_FENCE = 13,
    LABEL_GUARD_RAIL = 14,
    LABEL_BRIDGE = 15,
    LABEL_POLE = 17,
    LABEL_LIGHT = 19,
    LABEL_SIGN = 20,
    LABEL_VEGETATION = 21,
    LABEL_TERRAIN = 22,
    LABEL_SKY = 23,
    LABEL_PERSON = 24,
    LABEL_RIDER = 25,
    LABEL_CAR = 26,
    LABEL_TRUCK = 27,
    LABEL_BUS = 28,
    LABEL_CARAVAN = 29,
    LABEL_TRAILER = 30,
    LABEL_TRAIN = 31,
    LABEL_MOTORCYCLE = 32,
    LABEL_BICYCLE = 33,
    LABEL_COUNT = 34
};

/* True for the classes that are counted one by one (24 to 33). */
static inline bool scene_is_thing(int32_t label)
{
    return label >= LABEL_PERSON && label <= LABEL_BICYCLE;
}

typedef enum scene_material {
    MAT_PLAIN,
    MAT_GROUND,   /* asphalt, markings, verges: asks the ground plan */
    MAT_PAVEMENT, /* slabs with a kerb stone edge */
    MAT_FACADE,   /* param: storey height, window pitch (m) */
    MAT_SHOP,     /* ground floor: shop windows */
    MAT_ROOF,
    MAT_BRICK,
    MAT_FOLIAGE,
    MAT_BARK,
    MAT_GRASS,
    MAT_CAR_BODY,  /* doors, sills */
    MAT_CAR_GLASS, /* cabin: glass between pillars; param: pillar pitch (m) */
    MAT_WHEEL,
    MAT_COACH, /* bus and tram side: a band of windows; param: lower and upper edge, 0..1 */
    MAT_CLOTH,
    MAT_METAL,
    MAT_GLASS,
    MAT_LAMP, /* emits its colour */
    MAT_SIGN, /* param[0]: picture number */
    MAT_CRATE /* cargo box: ribs and a stripe */
} scene_material;

/* Parts of a primitive that are not there: a function of the surface point only, so that both
 * views agree. */
typedef enum scene_cutout {
    CUT_NONE,
    CUT_DISC,
    CUT_TRIANGLE,      /* point up */
    CUT_TRIANGLE_DOWN, /* point down: give way */
    CUT_OCTAGON,
    CUT_DIAMOND,
    CUT_FOLIAGE,
    CUT_HEDGE,
    CUT_BARS, /* railing: param: bar pitch and width (m) */
    CUT_MESH, /* wire mesh */
    CUT_WHEEL /* rim and spokes; param[0]: rim width as a fraction of the radius */
} scene_cutout;

typedef struct scene_prim {
    vec3 centre;
    vec3 axis[3];     /* unit vectors of the local axes */
    vec3 half;        /* half extent along each, metres */
    vec3 to_local[3]; /* axis / half: local = to_local . (p - centre) */
    float taper[3];
    float param[2];
    vec3 color, color2; /* display values, 0..1 */
    uint32_t seed;
    int32_t object;
    uint8_t shape, material, cutout;
    bool casts_shadow;
} scene_prim;

typedef struct scene_object {
    uint8_t label;
    bool is_group; /* a crowd region: one value for the whole class */
} scene_object;

/* A soft dark patch where something touches the ground. */
typedef struct scene_contact {
    float x, z, cos_yaw, sin_yaw, half_x, half_z, softness;
} scene_contact;

/* A band of the ground between two x, with what lies there. */
typedef struct scene_strip {
    float x0, x1;
    uint8_t label;
} scene_strip;

enum { SCENE_MAX_STRIPS = 16, SCENE_MAX_LINES = 12, SCENE_MAX_CROSSINGS = 3 };

/* A painted line along the street; period 0 is solid. */
typedef struct scene_line {
    float x, width, period, duty;
} scene_line;

/* A street that crosses ours. */
typedef struct scene_crossing {
    float z0, z1;
    bool has_zebra;
} scene_crossing;

typedef struct scene_ground {
    scene_strip strips[SCENE_MAX_STRIPS];
    int32_t n_strips;
    scene_line lines[SCENE_MAX_LINES];
    int32_t n_lines;
    scene_crossing crossings[SCENE_MAX_CROSSINGS];
    int32_t n_crossings;
    float road_x0, road_x1; /* kerb to kerb */
    uint8_t outside;        /* label beyond the strips */
    float rails_x[4];       /* centre of each rail in the road */
    int32_t n_rails;
    uint32_t seed;
} scene_ground;

typedef struct scene_weather {
    vec3 to_sun;             /* unit vector */
    vec3 sun, ambient, haze; /* linear light */
    vec3 zenith, horizon;    /* linear sky colours */
    float cloudiness;        /* 0 clear .. 1 overcast */
    float haze_distance;     /* metres to 63 % haze */
    float exposure;
    float noise; /* sensor noise at full scale, in display steps of 1/255 */
    uint32_t seed;
} scene_weather;

typedef struct scene_model {
    scene_prim *prims;
    int32_t n_prims, prim_capacity;
    scene_object *objects;
    int32_t n_objects, object_capacity;
    scene_contact *contacts;
    int32_t n_contacts, contact_capacity;
    scene_ground ground;
    scene_weather weather;
    bool failed;      /* memory ran out: nothing more is added */
    scene_prim spill; /* what the adders return after that */
} scene_model;

/* Empty it and keep its memory; then everything is added anew. */
void scene_model_reset(scene_model *scene);
void scene_model_clear(scene_model *scene);

/* Where an object stands: its origin on the ground and its heading (0 looks along +z, positive
 * turns towards +x). */
typedef struct scene_place {
    vec3 origin;
    float cos_yaw, sin_yaw;
} scene_place;

scene_place scene_place_at(float x, float y, float z, float yaw);
vec3 scene_place_point(const scene_place *place, vec3 local);

/* A new object; its number. */
int32_t scene_add_object(scene_model *scene, int32_t label);

/*
 * A primitive of an object, in the object's axes (x to its right, y up, z ahead): centre and half
 * extents in metres. Never NULL; valid until the next addition, to adjust its colours and
 * parameters.
 */
scene_prim *scene_add(scene_model *scene, int32_t object, const scene_place *place,
                      scene_shape shape, vec3 centre, vec3 half, scene_material material,
                      vec3 color);

/* A round bar between two points of the object. */
scene_prim *scene_add_rod(scene_model *scene, int32_t object, const scene_place *place, vec3 from,
                          vec3 to, float radius, scene_material material, vec3 color);

/* Turn a primitive about its own centre: `about_x` tips its top backwards, `about_z` to its
 * left, `about_y` turns it to the right. */
void scene_turn(scene_prim *prim, float about_x, float about_y, float about_z);

void scene_add_contact(scene_model *scene, const scene_place *place, float half_x, float half_z,
                       float softness);

/* What lies at a point of the ground plane. */
int32_t scene_ground_label(const scene_ground *ground, float x, float z);
bool scene_ground_in_crossing(const scene_ground *ground, float z);

#endif
