/* SPDX-License-Identifier: Apache-2.0 */
#include "scene_math.h"

float scene_sin(float x)
{
    const float turns = x * (1.0f / (2.0f * SCENE_PI));
    float r = (turns - (float)floor_int(turns + 0.5f)) * (2.0f * SCENE_PI); /* [-pi, pi] */
    if (r > SCENE_PI / 2.0f)
        r = SCENE_PI - r;
    else if (r < -SCENE_PI / 2.0f)
        r = -SCENE_PI - r;
    const float s = r * r;
    return r * (1.0f + s * (-1.6666667e-1f +
                            s * (8.3333333e-3f + s * (-1.9841270e-4f + s * 2.7525562e-6f))));
}

float scene_cos(float x)
{
    return scene_sin(x + SCENE_PI / 2.0f);
}

float scene_exp_neg(float x)
{
    if (x >= 40.0f)
        return 0.0f;
    /* exp(-x) = (exp(-x/64))^64, and a fourth-order series is enough for x/64 < 0.63. */
    const float s = x * (1.0f / 64.0f);
    float e = 1.0f / (1.0f + s * (1.0f + s * (0.5f + s * (1.0f / 6.0f + s * (1.0f / 24.0f)))));
    for (int i = 0; i < 6; i++)
        e *= e;
    return e;
}

uint64_t scene_mix64(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

scene_rng scene_rng_make(uint64_t seed, uint64_t frame, uint64_t purpose)
{
    const uint64_t a = scene_mix64(seed + 0x9e3779b97f4a7c15u);
    const uint64_t b = scene_mix64(a ^ (frame + 0xd1b54a32d192ed03u));
    return (scene_rng){scene_mix64(b ^ (purpose + 0x8cb92ba72f3d8dd7u)), 0};
}

uint64_t scene_rng_next(scene_rng *rng)
{
    rng->counter++;
    return scene_mix64(rng->key + rng->counter * 0x9e3779b97f4a7c15u);
}

float scene_rng_unit(scene_rng *rng)
{
    return (float)(scene_rng_next(rng) >> 40) * (1.0f / 16777216.0f);
}

float scene_rng_range(scene_rng *rng, float low, float high)
{
    return low + (high - low) * scene_rng_unit(rng);
}

int32_t scene_rng_below(scene_rng *rng, int32_t n)
{
    return (int32_t)((scene_rng_next(rng) >> 32) * (uint64_t)n >> 32);
}

bool scene_rng_chance(scene_rng *rng, float probability)
{
    return scene_rng_unit(rng) < probability;
}

static float smooth(float f)
{
    return f * f * (3.0f - 2.0f * f);
}

float scene_noise2(float x, float y, uint32_t seed)
{
    const int32_t ix = floor_int(x), iy = floor_int(y);
    const float fx = smooth(x - (float)ix), fy = smooth(y - (float)iy);
    const float a = scene_hash_unit(scene_hash2(ix, iy, seed));
    const float b = scene_hash_unit(scene_hash2(ix + 1, iy, seed));
    const float c = scene_hash_unit(scene_hash2(ix, iy + 1, seed));
    const float d = scene_hash_unit(scene_hash2(ix + 1, iy + 1, seed));
    const float top = a + (b - a) * fx, bottom = c + (d - c) * fx;
    return top + (bottom - top) * fy;
}

float scene_noise3(vec3 p, uint32_t seed)
{
    const int32_t iz = floor_int(p.z);
    const float fz = smooth(p.z - (float)iz);
    const float a = scene_noise2(p.x, p.y, seed ^ (uint32_t)iz * 0xc2b2ae3du);
    const float b = scene_noise2(p.x, p.y, seed ^ (uint32_t)(iz + 1) * 0xc2b2ae3du);
    return a + (b - a) * fz;
}

float scene_fbm2(float x, float y, uint32_t seed, int octaves)
{
    float sum = 0.0f, height = 0.5f, total = 0.0f;
    for (int i = 0; i < octaves; i++) {
        sum += height * scene_noise2(x, y, seed + (uint32_t)i * 0x27d4eb2fu);
        total += height;
        height *= 0.5f;
        x = x * 2.0f + 17.3f;
        y = y * 2.0f + 9.1f;
    }
    return sum / total;
}
