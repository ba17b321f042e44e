/* SPDX-License-Identifier: Apache-2.0 */
#include "scene_camera.h"

/* Values of aachen (also cologne and dusseldorf) and of hamburg. */
static const scene_rig rigs[SCENE_N_RIGS] = {
    {.baseline = 0.209313,
     .fx = 2262.52,
     .fy = 2265.3017905988554,
     .u0 = 1096.98,
     .v0 = 513.137,
     .pitch = 0.038,
     .yaw = -0.0195,
     .x = 1.7,
     .y = 0.1,
     .z = 1.22},
    {.baseline = 0.222126,
     .fx = 2268.36,
     .fy = 2225.5405988775956,
     .u0 = 1048.64,
     .v0 = 519.277,
     .pitch = 0.05,
     .yaw = 0.007,
     .x = 1.7,
     .y = -0.1,
     .z = 1.18,
     .has_rectification_border = true},
};

enum { FULL_WIDTH = 2048, FULL_HEIGHT = 1024 };

static double at_least(double value, double low)
{
    return value < low ? low : value;
}

scene_rig scene_rig_make(int32_t index, int32_t width, int32_t height)
{
    scene_rig rig = rigs[index % SCENE_N_RIGS];
    const double sx = (double)width / FULL_WIDTH, sy = (double)height / FULL_HEIGHT;
    const double smallest_focal = 101.0;
    rig.width = width;
    rig.height = height;
    rig.fx = at_least(rig.fx * sx, smallest_focal);
    rig.fy = at_least(rig.fy * sy, smallest_focal);
    rig.u0 = (rig.u0 + 0.5) * sx - 0.5;
    rig.v0 = (rig.v0 + 0.5) * sy - 0.5;
    return rig;
}

static void write_numbers(pnd_buffer *out, const char *name, const char *const *keys,
                          const double *values, int n)
{
    char text[PND_NUMBER_SIZE];
    pnd_buffer_printf(out, "    \"%s\": {\n", name);
    for (int i = 0; i < n; i++)
        pnd_buffer_printf(out, "        \"%s\": %s%s\n", keys[i],
                          pnd_format_double(text, values[i]), i + 1 < n ? ", " : "");
    pnd_buffer_puts(out, "    }");
}

void scene_rig_write(pnd_buffer *out, const scene_rig *rig)
{
    static const char *const extrinsic[] = {"baseline", "pitch", "roll", "x", "y", "yaw", "z"};
    static const char *const intrinsic[] = {"fx", "fy", "u0", "v0"};
    const double outer[] = {rig->baseline, rig->pitch, rig->roll, rig->x, rig->y, rig->yaw, rig->z};
    const double inner[] = {rig->fx, rig->fy, rig->u0, rig->v0};
    pnd_buffer_puts(out, "{\n");
    write_numbers(out, "extrinsic", extrinsic, outer, 7);
    pnd_buffer_puts(out, ", \n");
    write_numbers(out, "intrinsic", intrinsic, inner, 4);
    pnd_buffer_puts(out, "\n}\n");
}

scene_view scene_view_make(const scene_rig *rig, float offset, float heading, bool is_right)
{
    /* ISO 8855 turns left for a positive yaw; here a positive heading turns right. */
    const float yaw = heading - (float)rig->yaw, pitch = (float)rig->pitch;
    const float cy = scene_cos(yaw), sy = scene_sin(yaw), cp = scene_cos(pitch),
                sp = scene_sin(pitch);
    scene_view view = {.eye = v3(offset - (float)rig->y, (float)rig->z, 0.0f),
                       .right = v3(cy, 0.0f, -sy),
                       .up = v3(sy * sp, cp, cy * sp),
                       .forward = v3(sy * cp, -sp, cy * cp),
                       .fx = (float)rig->fx,
                       .fy = (float)rig->fy,
                       .u0 = (float)rig->u0,
                       .v0 = (float)rig->v0,
                       .width = rig->width,
                       .height = rig->height};
    if (is_right)
        view.eye = v3_mad(view.eye, view.right, (float)rig->baseline);
    return view;
}
