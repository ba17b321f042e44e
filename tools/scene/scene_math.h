/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Vectors, random numbers and noise of the scene generator.
 *
 * A scene must have the same bytes with every compiler, optimisation level and number of threads.
 * So nothing here calls libm: sine and exponential are our own polynomials, and the square root is
 * the one operation IEEE 754 rounds correctly. Random numbers are functions of a counter, never of
 * what was drawn elsewhere.
 */
#ifndef SCENE_MATH_H
#define SCENE_MATH_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#define SCENE_PI 3.14159265f

typedef struct vec3 {
    float x, y, z;
} vec3;

static inline vec3 v3(float x, float y, float z)
{
    return (vec3){x, y, z};
}

static inline vec3 v3_add(vec3 a, vec3 b)
{
    return v3(a.x + b.x, a.y + b.y, a.z + b.z);
}

static inline vec3 v3_sub(vec3 a, vec3 b)
{
    return v3(a.x - b.x, a.y - b.y, a.z - b.z);
}

static inline vec3 v3_scale(vec3 a, float s)
{
    return v3(a.x * s, a.y * s, a.z * s);
}

static inline vec3 v3_mul(vec3 a, vec3 b)
{
    return v3(a.x * b.x, a.y * b.y, a.z * b.z);
}

static inline vec3 v3_mad(vec3 a, vec3 b, float s) /* a + b s */
{
    return v3(a.x + b.x * s, a.y + b.y * s, a.z + b.z * s);
}

static inline vec3 v3_mix(vec3 a, vec3 b, float s) /* a at 0, b at 1 */
{
    return v3_mad(a, v3_sub(b, a), s);
}

static inline float v3_dot(vec3 a, vec3 b)
{
    return a.x * b.x + a.y * b.y + a.z * b.z;
}

static inline vec3 v3_unit(vec3 a)
{
    return v3_scale(a, 1.0f / sqrtf(v3_dot(a, a)));
}

static inline float clampf(float x, float low, float high)
{
    return x < low ? low : x > high ? high : x;
}

static inline float minf(float a, float b)
{
    return a < b ? a : b;
}

static inline float maxf(float a, float b)
{
    return a > b ? a : b;
}

static inline float absf(float x)
{
    return x < 0.0f ? -x : x;
}

/* floor() of a number that fits an int32_t. */
static inline int32_t floor_int(float x)
{
    const int32_t i = (int32_t)x;
    return i - (x < (float)i);
}

static inline float fraction(float x)
{
    return x - (float)floor_int(x);
}

/* 0 below `low`, 1 above `high`, a smooth cubic between. */
static inline float smooth_step(float low, float high, float x)
{
    const float s = clampf((x - low) / (high - low), 0.0f, 1.0f);
    return s * s * (3.0f - 2.0f * s);
}

/* Polynomial sine and cosine, error below 1e-6, for |x| up to a few turns. */
float scene_sin(float x);
float scene_cos(float x);

/* exp(-x) for x >= 0, error below 1e-5; 0 from 40 on. */
float scene_exp_neg(float x);

/* splitmix64 of Steele, Lea and Flood (2014), read as a function of (key, counter). */
typedef struct scene_rng {
    uint64_t key, counter;
} scene_rng;

uint64_t scene_mix64(uint64_t x);

/* An independent stream per (seed, frame, purpose). */
scene_rng scene_rng_make(uint64_t seed, uint64_t frame, uint64_t purpose);
uint64_t scene_rng_next(scene_rng *rng);
float scene_rng_unit(scene_rng *rng);                         /* [0, 1) */
float scene_rng_range(scene_rng *rng, float low, float high); /* [low, high) */
int32_t scene_rng_below(scene_rng *rng, int32_t n);           /* 0 .. n-1; n at least 1 */
bool scene_rng_chance(scene_rng *rng, float probability);

/* Hash of lattice points; the unit forms are in [0, 1). */
static inline uint32_t scene_hash(uint32_t x)
{
    x ^= x >> 16;
    x *= 0x21f0aaadu;
    x ^= x >> 15;
    x *= 0x735a2d97u;
    x ^= x >> 15;
    return x;
}

static inline uint32_t scene_hash2(int32_t x, int32_t y, uint32_t seed)
{
    return scene_hash((uint32_t)x * 0x9e3779b1u ^ (uint32_t)y * 0x85ebca77u ^ seed);
}

static inline float scene_hash_unit(uint32_t hash)
{
    return (float)(hash >> 8) * (1.0f / 16777216.0f);
}

/* Value noise in [0, 1] with smooth cells of size 1; fbm adds octaves of half size and height. */
float scene_noise2(float x, float y, uint32_t seed);
float scene_noise3(vec3 p, uint32_t seed);
float scene_fbm2(float x, float y, uint32_t seed, int octaves);

#endif
