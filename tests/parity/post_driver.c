/* SPDX-License-Identifier: Apache-2.0 */
/*
 * post_driver BACKEND HEADS.safetensors WIDTH HEIGHT STUFF_AREA OUT: post-process head maps from a
 * file, for post_parity.py to judge. HEADS has sem [C,h,w], center [1,h,w], offset [2,h,w] and
 * depth [1,h,w]. OUT gets, in host byte order: the numbers of centres and of segments (int32);
 * y, x of each centre (int32); of each segment panoptic, x, y, width, height (int32) and area,
 * score (double); then the maps panoptic (int32), depth (float), sem (uint8).
 */
#include "../backend/net_files.h"

#include <panodepth/postprocess.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SKIPPED = 77 };

/* A tensor's floats, where floats may lie. */
static float *floats(const net_file *file, const char *name)
{
    const pnd_net_tensor *t = net_file_find(file, name);
    const size_t n = net_file_count(t);
    float *values = malloc((n > 0 ? n : 1) * sizeof *values);
    if (values == NULL)
        exit(1);
    memcpy(values, t->data, n * sizeof *values);
    return values;
}

static bool put(FILE *out, const void *data, size_t size, size_t n)
{
    return n == 0 || fwrite(data, size, n, out) == n;
}

static bool write_segments(FILE *out, const pnd_postprocess_result *r)
{
    bool ok = true;
    for (size_t i = 0; i < r->n_segments; i++) {
        const pnd_segment *s = &r->segments[i];
        const int32_t whole[] = {s->panoptic, s->x, s->y, s->width, s->height};
        const double real[] = {(double)s->area_px, s->score};
        ok = ok && put(out, whole, sizeof *whole, 5) && put(out, real, sizeof *real, 2);
    }
    return ok;
}

static bool write_result(const char *path, const pnd_postprocess_result *r)
{
    const size_t n = (size_t)r->width * (size_t)r->height;
    const int32_t counts[] = {(int32_t)r->n_centers, (int32_t)r->n_segments};
    FILE *out = fopen(path, "wb");
    if (out == NULL)
        return false;
    const bool ok = put(out, counts, sizeof *counts, 2) &&
                    put(out, r->centers, sizeof *r->centers, 2 * r->n_centers) &&
                    write_segments(out, r) && put(out, r->panoptic, sizeof *r->panoptic, n) &&
                    put(out, r->depth, sizeof *r->depth, n) && put(out, r->sem, 1, n);
    return fclose(out) == 0 && ok;
}

int main(int argc, char **argv)
{
    pnd_backend_options backend_options = {.struct_size = sizeof backend_options};
    pnd_postprocess_options options = {.struct_size = sizeof options};
    pnd_postprocess_result result = {0};
    pnd_backend *backend = NULL;
    net_file file;
    pnd_error err = {0};
    if (argc != 7 || pnd_backend_options_parse(&backend_options, argv[1], &err) != PND_OK) {
        (void)fprintf(stderr, "usage: post_driver BACKEND HEADS WIDTH HEIGHT STUFF_AREA OUT\n");
        return 2;
    }
    if (pnd_backend_create(&backend, &backend_options, &err) != PND_OK) {
        (void)printf("SKIPPED: %s\n", err.message);
        return SKIPPED;
    }
    net_file_open(&file, NULL, argv[2]);
    const pnd_net_tensor *sem = net_file_find(&file, "sem");
    float *maps[] = {floats(&file, "sem"), floats(&file, "center"), floats(&file, "offset"),
                     floats(&file, "depth")};
    const pnd_heads heads = {.classes = (int32_t)sem->shape[0],
                             .height = (int32_t)sem->shape[1],
                             .width = (int32_t)sem->shape[2],
                             .sem = maps[0],
                             .center = maps[1],
                             .offset = maps[2],
                             .depth = maps[3]};
    options.stuff_area = (int32_t)strtol(argv[5], NULL, 10);
    bool ok = pnd_postprocess(&result, backend, &heads, (int32_t)strtol(argv[3], NULL, 10),
                              (int32_t)strtol(argv[4], NULL, 10), &options, &err) == PND_OK;
    if (!ok)
        (void)fprintf(stderr, "%s\n", err.message);
    else if (!write_result(argv[6], &result))
        ok = false;
    for (size_t i = 0; i < 4; i++)
        free(maps[i]);
    net_file_close(&file);
    pnd_postprocess_result_clear(&result);
    pnd_backend_free(backend);
    return ok ? 0 : 1;
}
