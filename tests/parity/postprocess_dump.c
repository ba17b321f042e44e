/* SPDX-License-Identifier: Apache-2.0 */
/*
 * postprocess_dump BACKEND WIDTH HEIGHT CLASSES: head maps in, results out, for postprocess_parity.
 *
 * In, float32: logits, heat, offsets, depth. Out: classes (u8), map (i32), depth (f32), the number
 * of centres (i32) and their y, x (i32), the number of segments (i32) and of each its value, area,
 * x, y, width, height and score (f64).
 */
#include <panodepth/postprocess.h>

#include <stdio.h>
#include <stdlib.h>

static bool read_heads(pnd_heads *heads, float *values, size_t map_size)
{
    const size_t n = ((size_t)heads->classes + 4) * map_size;
    heads->sem = values;
    heads->center = heads->sem + (size_t)heads->classes * map_size;
    heads->offset = heads->center + map_size;
    heads->depth = heads->offset + 2 * map_size;
    return fread(values, sizeof *values, n, stdin) == n;
}

static void write_count(size_t n)
{
    const int32_t count = (int32_t)n;
    (void)fwrite(&count, sizeof count, 1, stdout);
}

static void write_result(const pnd_postprocess_result *r)
{
    const size_t n = (size_t)r->width * (size_t)r->height;
    (void)fwrite(r->sem, sizeof *r->sem, n, stdout);
    (void)fwrite(r->panoptic, sizeof *r->panoptic, n, stdout);
    (void)fwrite(r->depth, sizeof *r->depth, n, stdout);
    write_count(r->n_centers);
    (void)fwrite(r->centers, 2 * sizeof *r->centers, r->n_centers, stdout);
    write_count(r->n_segments);
    for (size_t i = 0; i < r->n_segments; i++) {
        const pnd_segment *s = &r->segments[i];
        const double row[] = {(double)s->panoptic, (double)s->area_px, (double)s->x, (double)s->y,
                              (double)s->width,    (double)s->height,  s->score};
        (void)fwrite(row, sizeof row, 1, stdout);
    }
}

static int run(const char *backend_name, int32_t width, int32_t height, int32_t classes)
{
    pnd_heads heads = {.classes = classes, .width = (width + 3) / 4, .height = (height + 3) / 4};
    const size_t map_size = (size_t)heads.width * (size_t)heads.height;
    pnd_backend_options options = {.struct_size = sizeof options, .threads = 2};
    pnd_postprocess_result result = {0};
    pnd_backend *backend = NULL;
    pnd_error err = {0};
    float *const values = calloc(((size_t)classes + 4) * map_size, sizeof *values);
    const bool ok = values != NULL && read_heads(&heads, values, map_size) &&
                    pnd_backend_options_parse(&options, backend_name, &err) == PND_OK &&
                    pnd_backend_create(&backend, &options, &err) == PND_OK &&
                    pnd_postprocess(&result, backend, &heads, width, height, NULL, &err) == PND_OK;
    if (ok)
        write_result(&result);
    else
        (void)fprintf(stderr, "postprocess_dump: %s\n", err.message);
    pnd_postprocess_result_clear(&result);
    pnd_backend_free(backend);
    free(values);
    return ok ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc != 5)
        return 2;
    return run(argv[1], (int32_t)strtol(argv[2], NULL, 10), (int32_t)strtol(argv[3], NULL, 10),
               (int32_t)strtol(argv[4], NULL, 10));
}
