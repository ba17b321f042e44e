/* SPDX-License-Identifier: Apache-2.0 */
/* png_equal A.png B.png: exit 0 when both hold the same pixels of the same kind. For the cases
 * here: two programs may compress the same image differently. */
#include <panodepth/file.h>
#include <panodepth/png.h>

#include <stdio.h>
#include <string.h>

typedef struct picture {
    pnd_png_info info;
    pnd_plane_u8 u8;
    pnd_plane_u16 u16;
    pnd_plane_u32 ids;
} picture;

static pnd_status decode(picture *out, const pnd_buffer *bytes, const char *path, pnd_error *err)
{
    const pnd_status status = pnd_png_read_info(&out->info, bytes->data, bytes->size, path, err);
    if (status != PND_OK)
        return status;
    if (out->info.color_type == 2)
        return pnd_png_decode_ids(&out->ids, bytes->data, bytes->size, path, NULL, NULL, err);
    if (out->info.bit_depth == 16)
        return pnd_png_decode_u16(&out->u16, bytes->data, bytes->size, path, NULL, NULL, err);
    return pnd_png_decode_u8(&out->u8, bytes->data, bytes->size, path, NULL, NULL, err);
}

static pnd_status read_picture(picture *out, const char *path, pnd_error *err)
{
    pnd_buffer bytes = {0};
    *out = (picture){0};
    pnd_status status = pnd_file_read(&bytes, path, PND_MAX_IMAGE_BYTES, err);
    if (status == PND_OK)
        status = decode(out, &bytes, path, err);
    pnd_buffer_clear(&bytes);
    return status;
}

static void picture_clear(picture *p)
{
    pnd_plane_u8_clear(&p->u8);
    pnd_plane_u16_clear(&p->u16);
    pnd_plane_u32_clear(&p->ids);
}

/* Planes have no padding, so a plane is one run of bytes. */
static bool same(const void *a, size_t a_stride, const void *b, size_t b_stride, int32_t height)
{
    if (a == NULL || b == NULL)
        return a == b;
    return a_stride == b_stride && memcmp(a, b, a_stride * (size_t)height) == 0;
}

static bool is_equal(const picture *a, const picture *b)
{
    const int32_t height = a->info.height;
    return a->info.width == b->info.width && height == b->info.height &&
           same(a->u8.data, a->u8.stride, b->u8.data, b->u8.stride, height) &&
           same(a->u16.data, a->u16.stride, b->u16.data, b->u16.stride, height) &&
           same(a->ids.data, a->ids.stride, b->ids.data, b->ids.stride, height);
}

int main(int argc, char **argv)
{
    pnd_error err = {0};
    picture a = {0}, b = {0};
    int code = 2;
    if (argc != 3)
        (void)fprintf(stderr, "usage: png_equal A.png B.png\n");
    else if (read_picture(&a, argv[1], &err) != PND_OK || read_picture(&b, argv[2], &err) != PND_OK)
        (void)fprintf(stderr, "png_equal: %s\n", err.message);
    else if (!is_equal(&a, &b)) {
        (void)printf("%s and %s differ\n", argv[1], argv[2]);
        code = 1;
    } else
        code = 0;
    picture_clear(&a);
    picture_clear(&b);
    return code;
}
