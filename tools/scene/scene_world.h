/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a frame shows: a street with its cross-section, buildings, traffic, people and weather, all
 * drawn from (seed, frame).
 */
#ifndef SCENE_WORLD_H
#define SCENE_WORLD_H

#include "scene_model.h"

enum { SCENE_MAX_LANES = 6, SCENE_MAX_SPOTS = 256 };

typedef enum scene_style {
    STYLE_CITY,
    STYLE_AVENUE,
    STYLE_SUBURB,
    STYLE_MIXED,
    SCENE_STYLES
} scene_style;

/* A lane: its middle, and whether its traffic comes towards us. */
typedef struct scene_lane {
    float x;
    bool oncoming, has_rails;
} scene_lane;

/* One side of the street, outwards from the road. `side` is -1 left, +1 right. */
typedef struct scene_side {
    float side;
    float kerb;    /* x of the kerb */
    float parking; /* width of the parking strip inside the kerb, or 0 */
    float verge;   /* width of the green strip outside the kerb, or 0 */
    float walk;    /* width of the pavement after that */
    float front;   /* x where the lots begin */
} scene_side;

/* The plan all parts of a frame are placed by. */
typedef struct scene_plan {
    scene_style style;
    uint32_t features;                 /* which rare things this frame must show: FEATURE_ bits */
    float lane_width, end;             /* the street ends at this z */
    scene_lane lanes[SCENE_MAX_LANES]; /* the first is ours */
    int32_t n_lanes;
    scene_side sides[2];
    float median_x0, median_x1; /* equal when there is none */
    bool median_has_rails;
    struct {
        float x, z, radius;
    } spots[SCENE_MAX_SPOTS]; /* taken places on the pavements */
    int32_t n_spots;
    float offset, heading; /* of the camera's vehicle */
} scene_plan;

enum {
    FEATURE_TRUCK = 1 << 0,
    FEATURE_BUS = 1 << 1,
    FEATURE_TRAM = 1 << 2,
    FEATURE_MOTORCYCLE = 1 << 3,
    FEATURE_CYCLIST = 1 << 4,
    FEATURE_WALL = 1 << 5,
    FEATURE_FENCE = 1 << 6,
    FEATURE_CROWD = 1 << 7,
    FEATURE_CARAVAN = 1 << 8,
    FEATURE_LIGHTS = 1 << 9,
    FEATURE_GREEN = 1 << 10
};

/* Build frame `frame` into a reset model. @retval PND_ENOMEM */
PND_NODISCARD pnd_status scene_build(scene_model *scene, scene_plan *plan, uint64_t seed,
                                     uint64_t frame, pnd_error *err);

/* Height of the raised pavement, metres. */
#define SCENE_KERB_HEIGHT 0.12f

/* Claim a round place on a pavement; false when something is there already or a street crosses. */
bool scene_plan_claim(scene_plan *plan, const scene_ground *ground, float x, float z, float radius);

/* Parts of scene_build() in files of their own. */
void scene_place_lots(scene_model *scene, scene_plan *plan, scene_rng rng);
void scene_place_furniture(scene_model *scene, scene_plan *plan, scene_rng rng);
void scene_place_traffic(scene_model *scene, scene_plan *plan, scene_rng rng);
void scene_place_people(scene_model *scene, scene_plan *plan, scene_rng rng);

#endif
