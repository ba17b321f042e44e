/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The things of a street, at true sizes in metres.
 *
 * Each function adds one object (a rider adds two: the rider and what is ridden) at a place; the
 * generator decides colours and variants. Vehicles head along the place's +z.
 *
 * Draw at most one random number per expression: C does not order the arguments of a call, and gcc
 * and clang order them differently.
 */
#ifndef SCENE_OBJECTS_H
#define SCENE_OBJECTS_H

#include "scene_model.h"

typedef enum scene_car_kind {
    CAR_HATCHBACK,
    CAR_SEDAN,
    CAR_ESTATE,
    CAR_SUV,
    CAR_VAN,
    CAR_KINDS
} scene_car_kind;

/* Vehicles: scene_vehicles.c */
int32_t scene_add_car(scene_model *scene, scene_rng *rng, scene_place at, scene_car_kind kind);
int32_t scene_add_truck(scene_model *scene, scene_rng *rng, scene_place at);
int32_t scene_add_bus(scene_model *scene, scene_rng *rng, scene_place at);
int32_t scene_add_tram(scene_model *scene, scene_rng *rng, scene_place at);
int32_t scene_add_caravan(scene_model *scene, scene_rng *rng, scene_place at);
int32_t scene_add_trailer(scene_model *scene, scene_rng *rng, scene_place at);
float scene_car_length(scene_car_kind kind);

/* People and two-wheelers: scene_people.c. Groups are marked by the caller. */
int32_t scene_add_person(scene_model *scene, scene_rng *rng, scene_place at);
int32_t scene_add_bicycle(scene_model *scene, scene_rng *rng, scene_place at);
int32_t scene_add_motorcycle(scene_model *scene, scene_rng *rng, scene_place at);
void scene_add_cyclist(scene_model *scene, scene_rng *rng, scene_place at);
void scene_add_biker(scene_model *scene, scene_rng *rng, scene_place at);

/* Street furniture and plants: scene_street.c */
void scene_add_street_lamp(scene_model *scene, scene_rng *rng, scene_place at, float arm);
void scene_add_sign_post(scene_model *scene, scene_rng *rng, scene_place at);
void scene_add_traffic_light(scene_model *scene, scene_rng *rng, scene_place at, float arm);
void scene_add_bollard(scene_model *scene, scene_place at);
void scene_add_clutter(scene_model *scene, scene_rng *rng, scene_place at);
void scene_add_tree(scene_model *scene, scene_rng *rng, scene_place at, float height);
void scene_add_conifer(scene_model *scene, scene_rng *rng, scene_place at, float height);
void scene_add_bush(scene_model *scene, scene_rng *rng, scene_place at);
/* Along the street from z0 to z1 at x. */
void scene_add_hedge(scene_model *scene, scene_rng *rng, float x, float z0, float z1);
void scene_add_fence(scene_model *scene, scene_rng *rng, float x, float z0, float z1);
void scene_add_wall(scene_model *scene, scene_rng *rng, float x, float z0, float z1);
void scene_add_guard_rail(scene_model *scene, float x, float z0, float z1);

/* Buildings: scene_buildings.c. A block with its street front at x, on the side of `side` (-1 left,
 * +1 right), from z0 to z1. */
void scene_add_building(scene_model *scene, scene_rng *rng, float x, float side, float z0, float z1,
                        float height);
void scene_add_cottage(scene_model *scene, scene_rng *rng, float x, float side, float z0, float z1);
/* What closes the view at the end of the street. */
void scene_add_backdrop(scene_model *scene, scene_rng *rng, float z);

#endif
