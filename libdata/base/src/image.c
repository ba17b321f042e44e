/* SPDX-License-Identifier: Apache-2.0 */
#include <panodepth/alloc.h>
#include <panodepth/image.h>

#include <inttypes.h>
#include <stdlib.h>

pnd_status pnd_check_size(int64_t width, int64_t height, const char *name, pnd_error *err)
{
    if (width < 1 || height < 1)
        return pnd_fail(err, PND_EINVAL, "%s: %" PRId64 "x%" PRId64 " has no pixels", name, width,
                        height);
    if (width > PND_MAX_SIDE || height > PND_MAX_SIDE || width * height > PND_MAX_PIXELS)
        return pnd_fail(err, PND_ELIMIT,
                        "%s: %" PRId64 "x%" PRId64
                        " exceeds the limit of %d pixels a side and %d in all",
                        name, width, height, PND_MAX_SIDE, PND_MAX_PIXELS);
    return PND_OK;
}

static pnd_status grow(void **data, size_t *capacity, size_t bytes, pnd_error *err)
{
    if (bytes <= *capacity)
        return PND_OK;
    void *block = pnd_alloc_array(bytes, 1);
    if (block == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for an image of %zu bytes", bytes);
    free(*data);
    *data = block;
    *capacity = bytes;
    return PND_OK;
}

#define DEFINE_PLANE(T, X, CHANNELS)                                                               \
    pnd_status pnd_plane_##T##_resize(pnd_plane_##T *plane, int32_t width, int32_t height,         \
                                      pnd_error *err)                                              \
    {                                                                                              \
        pnd_status status = pnd_check_size(width, height, "image", err);                           \
        if (status != PND_OK)                                                                      \
            return status;                                                                         \
        const size_t stride = (size_t)width * (CHANNELS) * sizeof(X);                              \
        void *data = plane->data;                                                                  \
        status = grow(&data, &plane->capacity, stride * (size_t)height, err);                      \
        if (status != PND_OK)                                                                      \
            return status;                                                                         \
        plane->data = data;                                                                        \
        plane->width = width;                                                                      \
        plane->height = height;                                                                    \
        plane->stride = stride;                                                                    \
        return PND_OK;                                                                             \
    }                                                                                              \
    void pnd_plane_##T##_clear(pnd_plane_##T *plane)                                               \
    {                                                                                              \
        free(plane->data);                                                                         \
        *plane = (pnd_plane_##T){0};                                                               \
    }                                                                                              \
    pnd_view_##T pnd_plane_##T##_view(const pnd_plane_##T *plane)                                  \
    {                                                                                              \
        return (pnd_view_##T){plane->data, plane->width, plane->height, plane->stride};            \
    }

DEFINE_PLANE(u8, uint8_t, 1)
DEFINE_PLANE(u16, uint16_t, 1)
DEFINE_PLANE(u32, uint32_t, 1)
DEFINE_PLANE(f32, float, 1)
DEFINE_PLANE(f64, double, 1)
DEFINE_PLANE(rgb8, uint8_t, 3)
