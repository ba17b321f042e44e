/* SPDX-License-Identifier: Apache-2.0 */
#include <panodepth/depth_samples.h>

#include <math.h>
#include <string.h>

pnd_depth_samples pnd_depth_samples_u16(pnd_view_u16 codes, const double *lut, const char *name)
{
    return (pnd_depth_samples){codes.data,    codes.width, codes.height, codes.stride,
                               PND_DEPTH_U16, lut,         name};
}

pnd_depth_samples pnd_depth_samples_f32(pnd_view_f32 metres, const char *name)
{
    return (pnd_depth_samples){metres.data,   metres.width, metres.height, metres.stride,
                               PND_DEPTH_F32, NULL,         name};
}

pnd_depth_samples pnd_depth_samples_f64(pnd_view_f64 metres, const char *name)
{
    return (pnd_depth_samples){metres.data,   metres.width, metres.height, metres.stride,
                               PND_DEPTH_F64, NULL,         name};
}

void pnd_depth_lut_disparity(double *lut, double fx_baseline, double doffs)
{
    lut[0] = 0;
    for (int32_t p = 1; p < PND_DEPTH_LUT_SIZE; p++) {
        const double disparity = (p - 1) / 256.0 + doffs;
        lut[p] = disparity > 0 ? fx_baseline / disparity : (double)INFINITY;
    }
}

void pnd_depth_lut_linear(double *lut, double units_per_m)
{
    for (int32_t v = 0; v < PND_DEPTH_LUT_SIZE; v++)
        lut[v] = v / units_per_m;
}

static const void *row_of(const pnd_depth_samples *samples, int32_t y)
{
    return (const char *)samples->data + (size_t)y * samples->stride;
}

void pnd_depth_samples_row(double *out, const pnd_depth_samples *samples, int32_t y)
{
    const int32_t width = samples->width;
    if (samples->type == PND_DEPTH_F64) {
        memcpy(out, row_of(samples, y), (size_t)width * sizeof(double));
    } else if (samples->type == PND_DEPTH_F32) {
        const float *row = row_of(samples, y);
        for (int32_t x = 0; x < width; x++)
            out[x] = (double)row[x];
    } else {
        const uint16_t *row = row_of(samples, y);
        for (int32_t x = 0; x < width; x++)
            out[x] = samples->lut[row[x]];
    }
}
