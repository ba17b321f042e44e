/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PNG decode and encode, one image per case, beside libpng used in the plain way on the same bytes:
 *
 *     bench_png [--rounds N] [FILE.png…]
 *
 * Without files: a 2048x1024 panoptic image, an instanceIds image and a disparity, made here.
 * Results are compared with the source pixels before anything is timed.
 */
#include "bench.h"

#include <panodepth/file.h>
#include <panodepth/png.h>

#include <png.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 2048, HEIGHT = 1024, MAX_CASES = 64, NAME_SIZE = 96 };

typedef struct image {
    const char *name;
    pnd_buffer png;
    pnd_png_info info;
    pnd_plane_u8 u8;
    pnd_plane_u16 u16;
    pnd_plane_rgb8 rgb;
    pnd_plane_u32 ids;
    pnd_buffer out;       /* of the encoders */
    pnd_plane_rgb8 plain; /* of plain libpng: at least as large as any of the above */
} image;

/* Streets in outline: sky and road in two halves, a row of boxes, and boundaries that shiver like a
 * prediction's. Deterministic. */
static uint32_t id_at(int x, int y)
{
    const int shiver = (x * 7919 + y * 104729) % 3;
    const int box = (x + shiver) / 60;
    const int top = 380 + box * 37 % 160;
    const int bottom = 560 + box * 53 % 140;
    if (y + shiver > top && y < bottom)
        return 26000 + (uint32_t)box;
    return y < 430 + x / 64 ? 11 : y < 520 ? 21 : 7;
}

/* Metres fall with the row as on a road; sixteenths of a pixel, an invalid margin, some noise. */
static uint16_t disparity_at(int x, int y, uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    const int noise = (int)(*seed >> 24) % 5;
    if (x < 128 || y > 960 || (x / 7 * 31 + y / 5 * 17) % 23 == 0)
        return 0;
    const int base = y < 450 ? 400 + x / 8 : 400 + (y - 450) * 40;
    return (uint16_t)((base + noise) * 16 + 1);
}

static bool fail(const pnd_error *err)
{
    (void)fprintf(stderr, "%s\n", err->message);
    return false;
}

static bool make_synthetic(image images[3])
{
    pnd_error err = {0};
    uint32_t seed = 1;
    images[0].name = "panoptic";
    images[1].name = "instanceIds";
    images[2].name = "disparity";
    if (pnd_plane_u32_resize(&images[0].ids, WIDTH, HEIGHT, &err) != PND_OK ||
        pnd_plane_u16_resize(&images[1].u16, WIDTH, HEIGHT, &err) != PND_OK ||
        pnd_plane_u16_resize(&images[2].u16, WIDTH, HEIGHT, &err) != PND_OK)
        return fail(&err);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            pnd_plane_u32_row(&images[0].ids, y)[x] = id_at(x, y);
            pnd_plane_u16_row(&images[1].u16, y)[x] = (uint16_t)id_at(x, y);
            pnd_plane_u16_row(&images[2].u16, y)[x] = disparity_at(x, y, &seed);
        }
    if (pnd_png_encode_ids(&images[0].png, pnd_plane_u32_view(&images[0].ids), &err) != PND_OK ||
        pnd_png_encode_u16(&images[1].png, pnd_plane_u16_view(&images[1].u16), PND_PNG_LABELS,
                           &err) != PND_OK ||
        pnd_png_encode_u16(&images[2].png, pnd_plane_u16_view(&images[2].u16), PND_PNG_DEPTH,
                           &err) != PND_OK)
        return fail(&err);
    return true;
}

static bool load_files(image *images, char **paths, int n)
{
    pnd_error err = {0};
    for (int i = 0; i < n; i++) {
        const char *slash = strrchr(paths[i], '/');
        images[i].name = slash != NULL ? slash + 1 : paths[i];
        if (pnd_file_read(&images[i].png, paths[i], PND_MAX_IMAGE_BYTES, &err) != PND_OK)
            return fail(&err);
    }
    return true;
}

static bool decode_u8(void *job)
{
    image *m = job;
    return pnd_png_decode_u8(&m->u8, m->png.data, m->png.size, m->name, NULL, NULL, NULL) == PND_OK;
}

static bool decode_u16(void *job)
{
    image *m = job;
    return pnd_png_decode_u16(&m->u16, m->png.data, m->png.size, m->name, NULL, NULL, NULL) ==
           PND_OK;
}

static bool decode_rgb8(void *job)
{
    image *m = job;
    return pnd_png_decode_rgb8(&m->rgb, m->png.data, m->png.size, m->name, NULL, NULL, NULL) ==
           PND_OK;
}

static bool decode_ids(void *job)
{
    image *m = job;
    return pnd_png_decode_ids(&m->ids, m->png.data, m->png.size, m->name, NULL, NULL, NULL) ==
           PND_OK;
}

static bool encode_u8(void *job)
{
    image *m = job;
    return pnd_png_encode_u8(&m->out, pnd_plane_u8_view(&m->u8), NULL) == PND_OK;
}

static bool encode_labels16(void *job)
{
    image *m = job;
    return pnd_png_encode_u16(&m->out, pnd_plane_u16_view(&m->u16), PND_PNG_LABELS, NULL) == PND_OK;
}

static bool encode_depth16(void *job)
{
    image *m = job;
    return pnd_png_encode_u16(&m->out, pnd_plane_u16_view(&m->u16), PND_PNG_DEPTH, NULL) == PND_OK;
}

static bool encode_rgb8(void *job)
{
    image *m = job;
    return pnd_png_encode_rgb8(&m->out, pnd_plane_rgb8_view(&m->rgb), NULL) == PND_OK;
}

static bool encode_ids(void *job)
{
    image *m = job;
    return pnd_png_encode_ids(&m->out, pnd_plane_u32_view(&m->ids), NULL) == PND_OK;
}

typedef struct reader {
    const uint8_t *bytes;
    size_t left;
} reader;

static void read_bytes(png_structp png, png_bytep out, size_t size)
{
    reader *r = png_get_io_ptr(png);
    if (size > r->left)
        png_error(png, "truncated");
    memcpy(out, r->bytes, size);
    r->bytes += size;
    r->left -= size;
}

/* What a program does that calls libpng as its manual says. The denominator of the targets. */
static bool decode_plain(void *job)
{
    image *m = job;
    reader r = {m->png.data, m->png.size};
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    if (setjmp(png_jmpbuf(png)) != 0) {
        png_destroy_read_struct(&png, &info, NULL);
        return false;
    }
    png_set_read_fn(png, &r, read_bytes);
    png_read_info(png, info);
    if (m->info.bit_depth == 16)
        png_set_swap(png);
    (void)png_set_interlace_handling(png);
    png_read_update_info(png, info);
    const size_t stride = png_get_rowbytes(png, info);
    for (int32_t y = 0; y < m->info.height; y++)
        png_read_row(png, m->plain.data + (size_t)y * stride, NULL);
    png_read_end(png, NULL);
    png_destroy_read_struct(&png, &info, NULL);
    return true;
}

typedef struct plan {
    bench_case cases[MAX_CASES];
    char names[MAX_CASES][NAME_SIZE];
    size_t n;
} plan;

static void add(plan *p, const char *what, bool (*body)(void *), image *m, size_t pixel_size)
{
    if (p->n == MAX_CASES)
        return;
    const double pixels = (double)m->info.width * m->info.height;
    (void)snprintf(p->names[p->n], NAME_SIZE, "%s %.60s", what, m->name);
    p->cases[p->n] = (bench_case){.name = p->names[p->n],
                                  .body = body,
                                  .job = m,
                                  .bytes = pixels * (double)pixel_size,
                                  .pixels = pixels};
    p->n++;
}

/* Ours and plain libpng agree on every byte of the image. */
static bool agrees(image *m, bool (*decode)(void *), const void *pixels, size_t size)
{
    return decode(m) && decode_plain(m) && memcmp(m->plain.data, pixels, size) == 0;
}

static bool add_image(plan *p, image *m)
{
    pnd_error err = {0};
    if (pnd_png_read_info(&m->info, m->png.data, m->png.size, m->name, &err) != PND_OK ||
        pnd_plane_rgb8_resize(&m->plain, m->info.width, m->info.height, &err) != PND_OK)
        return fail(&err);
    const size_t pixels = (size_t)m->info.width * (size_t)m->info.height;
    if (m->info.color_type == 0 && m->info.bit_depth == 16) {
        if (!decode_u16(m) || !agrees(m, decode_u16, m->u16.data, 2 * pixels))
            return false;
        add(p, "libpng decode", decode_plain, m, 2);
        add(p, "decode u16", decode_u16, m, 2);
        add(p, "encode u16 labels", encode_labels16, m, 2);
        add(p, "encode u16 depth", encode_depth16, m, 2);
    } else if (m->info.color_type == 2 && m->info.bit_depth == 8) {
        if (!decode_rgb8(m) || !decode_ids(m) || !agrees(m, decode_rgb8, m->rgb.data, 3 * pixels))
            return false;
        add(p, "libpng decode", decode_plain, m, 3);
        add(p, "decode rgb8", decode_rgb8, m, 3);
        add(p, "decode ids", decode_ids, m, 3);
        add(p, "encode rgb8", encode_rgb8, m, 3);
        add(p, "encode ids", encode_ids, m, 3);
    } else if (m->info.color_type == 0 && m->info.bit_depth == 8) {
        if (!decode_u8(m) || !agrees(m, decode_u8, m->u8.data, pixels))
            return false;
        add(p, "libpng decode", decode_plain, m, 1);
        add(p, "decode u8", decode_u8, m, 1);
        add(p, "encode u8", encode_u8, m, 1);
    } else {
        (void)fprintf(stderr, "%s: a kind no decoder takes\n", m->name);
        return false;
    }
    return true;
}

static void clear(image *m)
{
    pnd_buffer_clear(&m->png);
    pnd_buffer_clear(&m->out);
    pnd_plane_u8_clear(&m->u8);
    pnd_plane_u16_clear(&m->u16);
    pnd_plane_rgb8_clear(&m->rgb);
    pnd_plane_u32_clear(&m->ids);
    pnd_plane_rgb8_clear(&m->plain);
}

int main(int argc, char **argv)
{
    static plan p;
    bench_options options;
    const int n_files = bench_parse(&options, argc, argv);
    if (n_files < 0)
        return 2;
    const int n_images = n_files > 0 ? n_files : 3;
    image *images = calloc((size_t)n_images, sizeof *images);
    bool ok = images != NULL &&
              (n_files > 0 ? load_files(images, argv, n_files) : make_synthetic(images));
    for (int i = 0; ok && i < n_images; i++)
        ok = add_image(&p, &images[i]);
    ok = ok && bench_run(p.cases, p.n, options);
    if (ok)
        bench_print(stdout, "png", p.cases, p.n, options);
    for (int i = 0; images != NULL && i < n_images; i++)
        clear(&images[i]);
    free(images);
    return ok ? 0 : 1;
}
