/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file panodepth/image.h
 * Pixels: views that own nothing, and planes that own their memory.
 *
 * Row-major, top row first, host byte order. `width` and `height` are pixels, `stride` is the
 * number of BYTES from one row to the next. A view may have padding at the end of a row; a plane
 * made here has none. An rgb8 pixel is three bytes r, g, b.
 *
 *     pnd_view_u16   { const uint16_t *data; int32_t width, height; size_t stride; }
 *     pnd_plane_u16  {       uint16_t *data; int32_t width, height; size_t stride; size_t capacity;
 * }
 *
 * For each of u8, u16, u32, f32, f64 and rgb8 (T is the suffix):
 *
 *     pnd_status pnd_plane_T_resize(pnd_plane_T *plane, int32_t width, int32_t height, pnd_error
 * *err); Contents become unspecified. Memory is kept when it is large enough, so a plane reused for
 *         images of one size allocates once. PND_EINVAL for a side below 1, PND_ELIMIT above
 *         PND_MAX_SIDE or PND_MAX_PIXELS, PND_ENOMEM; the plane is then unchanged.
 *     void        pnd_plane_T_clear(pnd_plane_T *plane);         free and zero; NULL members are
 * fine pnd_view_T  pnd_plane_T_view(const pnd_plane_T *plane); const X *pnd_view_T_row(pnd_view_T
 * view, int32_t y);    borrowed X          *pnd_plane_T_row(const pnd_plane_T *plane, int32_t y);
 */
#ifndef PANODEPTH_IMAGE_H
#define PANODEPTH_IMAGE_H

#include <panodepth/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** PND_OK when 1 <= side <= PND_MAX_SIDE and the product is at most PND_MAX_PIXELS.
 *  @retval PND_EINVAL a side below 1  @retval PND_ELIMIT too large; `name` begins the message */
PND_API PND_NODISCARD pnd_status pnd_check_size(int64_t width, int64_t height, const char *name,
                                                pnd_error *err);

#define PND_DECLARE_IMAGE(T, X)                                                                    \
    typedef struct pnd_view_##T {                                                                  \
        const X *data;                                                                             \
        int32_t width, height;                                                                     \
        size_t stride;                                                                             \
    } pnd_view_##T;                                                                                \
    typedef struct pnd_plane_##T {                                                                 \
        X *data;                                                                                   \
        int32_t width, height;                                                                     \
        size_t stride;                                                                             \
        size_t capacity;                                                                           \
    } pnd_plane_##T;                                                                               \
    PND_API PND_NODISCARD pnd_status pnd_plane_##T##_resize(pnd_plane_##T *plane, int32_t width,   \
                                                            int32_t height, pnd_error *err);       \
    PND_API void pnd_plane_##T##_clear(pnd_plane_##T *plane);                                      \
    PND_API pnd_view_##T pnd_plane_##T##_view(const pnd_plane_##T *plane);                         \
    static inline const X *pnd_view_##T##_row(pnd_view_##T view, int32_t y)                        \
    {                                                                                              \
        return (const X *)(const void *)((const char *)view.data + (size_t)y * view.stride);       \
    }                                                                                              \
    static inline X *pnd_plane_##T##_row(const pnd_plane_##T *plane, int32_t y)                    \
    {                                                                                              \
        return (X *)(void *)((char *)plane->data + (size_t)y * plane->stride);                     \
    }

PND_DECLARE_IMAGE(u8, uint8_t)
PND_DECLARE_IMAGE(u16, uint16_t)
PND_DECLARE_IMAGE(u32, uint32_t)
PND_DECLARE_IMAGE(f32, float)
PND_DECLARE_IMAGE(f64, double)
PND_DECLARE_IMAGE(rgb8, uint8_t)

#undef PND_DECLARE_IMAGE

#ifdef __cplusplus
}
#endif

#endif
