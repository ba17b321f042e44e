/* SPDX-License-Identifier: Apache-2.0 */
#include "colormap.h"

#include <math.h>

typedef struct point {
    double x, y;
} point;

enum { JET_POINTS = 6, N_NODES = 33, NODE_STEP = 8 };

/* jet: piecewise linear per channel, with the control points of matplotlib (_cm.py, PSF licence).
 */
static const point jet_red[JET_POINTS] = {{0, 0}, {.35, 0}, {.66, 1}, {.89, 1}, {1, .5}, {1, .5}};
static const point jet_green[JET_POINTS] = {{0, 0},   {.125, 0}, {.375, 1},
                                            {.64, 1}, {.91, 0},  {1, 0}};
static const point jet_blue[JET_POINTS] = {{0, .5}, {.11, 1}, {.34, 1}, {.65, 0}, {1, 0}, {1, 0}};

/* Every eighth entry (0, 8, ..., 248, 255) of the published 256-entry tables, as 0xRRGGBB. Linear
 * interpolation between them stays within 3/255 of every original entry.
 * viridis, magma, plasma: N. Smith, S. van der Walt and E. Firing, dedicated to the public domain
 * (CC0). turbo: A. Mikhailov, Google, Apache-2.0. */
static const uint32_t turbo[N_NODES] = {
    0x30123b, 0x392a73, 0x4040a2, 0x4456c7, 0x466be3, 0x4680f6, 0x4294ff, 0x37a8fa, 0x28bceb,
    0x1ccdd8, 0x18ddc2, 0x1fe9af, 0x32f298, 0x4ef97d, 0x6dfe62, 0x8bff4b, 0xa4fc3c, 0xb9f635,
    0xcdec34, 0xdfdf37, 0xeecf3a, 0xf8be39, 0xfdac34, 0xfe962b, 0xfb7e21, 0xf46617, 0xeb500e,
    0xdf3f08, 0xd02f05, 0xbe2102, 0xa91601, 0x920b01, 0x7a0403,
};
static const uint32_t viridis[N_NODES] = {
    0x440154, 0x470d60, 0x48186a, 0x482374, 0x472d7b, 0x453781, 0x424086, 0x3e4989, 0x3b528b,
    0x375b8d, 0x33638d, 0x2f6b8e, 0x2c728e, 0x297a8e, 0x26828e, 0x23898e, 0x21918c, 0x1f988b,
    0x1fa088, 0x22a785, 0x28ae80, 0x32b67a, 0x3fbc73, 0x4ec36b, 0x5ec962, 0x70cf57, 0x84d44b,
    0x98d83e, 0xaddc30, 0xc2df23, 0xd8e219, 0xece51b, 0xfde725,
};
static const uint32_t magma[N_NODES] = {
    0x000004, 0x030312, 0x0a0822, 0x130d34, 0x1d1147, 0x29115a, 0x36106b, 0x440f76, 0x51127c,
    0x5d177f, 0x6a1c81, 0x762181, 0x832681, 0x902a81, 0x9c2e7f, 0xaa337d, 0xb73779, 0xc43c75,
    0xd0416f, 0xdc4869, 0xe75263, 0xef5d5e, 0xf56b5c, 0xf9795d, 0xfc8961, 0xfd9869, 0xfea772,
    0xfeb67c, 0xfec488, 0xfed395, 0xfde2a3, 0xfcf0b2, 0xfcfdbf,
};
static const uint32_t plasma[N_NODES] = {
    0x0d0887, 0x220690, 0x310597, 0x3f049c, 0x4c02a1, 0x5901a5, 0x6600a7, 0x7201a8, 0x7e03a8,
    0x8a09a5, 0x9511a1, 0xa01a9c, 0xaa2395, 0xb32c8e, 0xbc3587, 0xc43e7f, 0xcc4778, 0xd35171,
    0xda5a6a, 0xe06363, 0xe66c5c, 0xeb7655, 0xf0804e, 0xf58b47, 0xf89540, 0xfba139, 0xfdac33,
    0xfeb82c, 0xfdc527, 0xfcd225, 0xf8df25, 0xf4ed27, 0xf0f921,
};

static uint8_t to_byte(double unit)
{
    return (uint8_t)floor(unit * 255.0 + 0.5);
}

static double interpolate(const point points[JET_POINTS], double x)
{
    int32_t i = 1;
    while (i < JET_POINTS - 1 && x > points[i].x)
        i++;
    const point a = points[i - 1], b = points[i];
    return b.x > a.x ? a.y + (b.y - a.y) * (x - a.x) / (b.x - a.x) : b.y;
}

static void init_jet(view_colormap *map)
{
    for (int32_t i = 0; i < VIEW_MAP_SIZE; i++) {
        const double x = i / 255.0;
        map->rgb[i][0] = to_byte(interpolate(jet_red, x));
        map->rgb[i][1] = to_byte(interpolate(jet_green, x));
        map->rgb[i][2] = to_byte(interpolate(jet_blue, x));
    }
}

static void init_nodes(view_colormap *map, const uint32_t nodes[N_NODES])
{
    for (int32_t i = 0; i < VIEW_MAP_SIZE; i++) {
        const int32_t k = i / NODE_STEP;
        const int32_t length = k == N_NODES - 2 ? 255 - k * NODE_STEP : NODE_STEP;
        const int32_t part = i - k * NODE_STEP;
        for (int32_t c = 0; c < 3; c++) {
            const int32_t shift = 16 - 8 * c;
            const int32_t a = (int32_t)(nodes[k] >> shift & 255);
            const int32_t b = (int32_t)(nodes[k + 1] >> shift & 255);
            map->rgb[i][c] = to_byte((a + (b - a) * (double)part / length) / 255.0);
        }
    }
}

void view_colormap_init(view_colormap *map, view_map kind)
{
    switch (kind) {
    case VIEW_TURBO:
        init_nodes(map, turbo);
        break;
    case VIEW_VIRIDIS:
        init_nodes(map, viridis);
        break;
    case VIEW_MAGMA:
        init_nodes(map, magma);
        break;
    case VIEW_PLASMA:
        init_nodes(map, plasma);
        break;
    default:
        init_jet(map);
        break;
    }
}

int32_t view_colormap_index(double v)
{
    if (!(v > 0.0))
        return 0;
    return v >= 1.0 ? VIEW_MAP_SIZE - 1 : (int32_t)(v * VIEW_MAP_SIZE);
}

double view_scale_position(view_scale scale, double depth_m)
{
    double t = 0.0;
    switch (scale.kind) {
    case VIEW_SCALE_LOG:
        t = 1.0 - log(depth_m / scale.near_m) / log(scale.far_m / scale.near_m);
        break;
    case VIEW_SCALE_INVERSE:
        t = (1.0 / depth_m - 1.0 / scale.far_m) / (1.0 / scale.near_m - 1.0 / scale.far_m);
        break;
    default:
        t = 1.0 - (depth_m - scale.near_m) / (scale.far_m - scale.near_m);
        break;
    }
    return scale.floor + (1.0 - scale.floor) * t;
}

/* The smallest of 1, 2, 5 times a power of ten that is at least x. */
static double round_up(double x)
{
    const double decade = pow(10.0, floor(log10(x)));
    static const double steps[] = {1.0, 2.0, 5.0};
    for (int32_t i = 0; i < 3; i++)
        if (steps[i] * decade >= x * (1.0 - 1e-9))
            return steps[i] * decade;
    return 10.0 * decade;
}

static int32_t linear_ticks(double ticks[VIEW_MAX_TICKS], view_scale scale, double min_gap)
{
    const double range = (scale.far_m - scale.near_m) / (1.0 - scale.floor);
    const double step = round_up(range * fmax(min_gap, 1.0 / (VIEW_MAX_TICKS - 1)));
    const double first = ceil(scale.near_m / step - 1e-9);
    int32_t n = 0;
    for (int32_t i = 0; i < VIEW_MAX_TICKS; i++) {
        const double tick = (first + i) * step;
        if (tick <= scale.far_m * (1.0 + 1e-9))
            ticks[n++] = tick;
    }
    return n;
}

int32_t view_scale_ticks(double ticks[VIEW_MAX_TICKS], view_scale scale, double min_gap)
{
    if (scale.kind == VIEW_SCALE_LINEAR)
        return linear_ticks(ticks, scale, min_gap);
    int32_t n = 0;
    double tick = round_up(scale.near_m);
    while (tick <= scale.far_m * (1.0 + 1e-9) && n < VIEW_MAX_TICKS) {
        const double v = view_scale_position(scale, tick);
        if (n == 0 || view_scale_position(scale, ticks[n - 1]) - v >= min_gap)
            ticks[n++] = tick;
        tick = round_up(tick * 1.5);
    }
    return n;
}
