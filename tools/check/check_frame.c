/* SPDX-License-Identifier: Apache-2.0 */
/* The files of one frame, each read once. */
#include "check.h"

#include <panodepth/alloc.h>
#include <panodepth/labels.h>

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

/* labelIds and instanceIds are two pictures of one annotation. */
static pnd_status compare_labels(check_unit *unit, const check_file *file, const check_scratch *s,
                                 pnd_error *err)
{
    int64_t n = 0;
    int32_t first_x = 0, first_y = 0;
    if (s->labels.width != s->instances.width || s->labels.height != s->instances.height)
        return PND_OK; /* the size is reported */
    for (int32_t y = 0; y < s->labels.height; y++) {
        const uint8_t *label = pnd_plane_u8_row(&s->labels, y);
        const uint16_t *instance = pnd_plane_u16_row(&s->instances, y);
        for (int32_t x = 0; x < s->labels.width; x++)
            if (pnd_instance_class(instance[x]) != label[x] && n++ == 0) {
                first_x = x;
                first_y = y;
            }
    }
    if (n == 0)
        return PND_OK;
    return check_add(&unit->problems, CHECK_INSTANCE_LABEL_MISMATCH, file->path, err,
                     "%" PRId64 " pixels are of another class than in labelIds, the first at "
                     "(%d, %d): %u and label %u",
                     n, first_x, first_y, pnd_plane_u16_row(&s->instances, first_y)[first_x],
                     pnd_plane_u8_row(&s->labels, first_y)[first_x]);
}

/* How many samples are of which unusable kind. */
typedef struct depth_counts {
    int64_t pixels, none, not_finite, negative;
} depth_counts;

static depth_counts count_depth(const pnd_depth_map *map)
{
    depth_counts c = {0};
    c.pixels = (int64_t)map->width * map->height;
    for (int32_t y = 0; y < map->height; y++)
        for (int32_t x = 0; x < map->width; x++) {
            const double z = map->kind == PND_DEPTH_MAP_U16 ? pnd_plane_u16_row(&map->samples, y)[x]
                             : map->kind == PND_DEPTH_MAP_F32
                                 ? (double)pnd_plane_f32_row(&map->f32, y)[x]
                                 : pnd_plane_f64_row(&map->f64, y)[x];
            c.none += z == 0;
            c.not_finite += !isfinite(z);
            c.negative += z < 0;
        }
    return c;
}

static pnd_status check_depth(check_unit *unit, check_file *file, check_scratch *s, pnd_error *err)
{
    pnd_error found = {0};
    const char *const path = file->path;
    if (pnd_depth_decode(&s->depth, s->bytes.data, s->bytes.size, path, &found) != PND_OK)
        return check_add_error(&unit->problems,
                               found.status == PND_ELIMIT ? CHECK_TOO_LARGE : CHECK_CORRUPT, path,
                               &found, err);
    file->info.width = s->depth.width;
    file->info.height = s->depth.height;
    const depth_counts c = count_depth(&s->depth);
    pnd_status status = PND_OK;
    if (c.none == c.pixels)
        status = check_add(&unit->problems, CHECK_DEPTH_EMPTY, path, err, "no pixel has a depth");
    if (status == PND_OK && c.not_finite > 0)
        status = check_add(&unit->problems, CHECK_DEPTH_NOT_FINITE, path, err,
                           "%" PRId64 " of %" PRId64 " pixels are NaN or infinite", c.not_finite,
                           c.pixels);
    if (status == PND_OK && c.negative > 0)
        status = check_add(&unit->problems, CHECK_DEPTH_NEGATIVE, path, err,
                           "%" PRId64 " of %" PRId64 " pixels are negative", c.negative, c.pixels);
    return status;
}

static check_container container_of(check_kind kind)
{
    if (kind == CHECK_IS_DEPTH)
        return CHECK_A_DEPTH;
    return kind >= CHECK_IS_CAMERA ? CHECK_A_TEXT : CHECK_A_PNG;
}

static pnd_status check_file_of(const check_run *run, check_unit *unit, check_file *file,
                                check_scratch *s, bool *decoded, pnd_error *err)
{
    bool good = false;
    *decoded = false;
    if (file->kind == CHECK_IS_OTHER || (file->kind == CHECK_IS_TEXT && file->core == NULL))
        return PND_OK;
    char *path = pnd_strdup_printf("%s/%s", run->root, file->path);
    if (path == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    const pnd_status status = check_read(&good, &s->bytes, &unit->problems, NULL, path, file->path,
                                         container_of(file->kind), err);
    free(path);
    if (status != PND_OK || !good || file->kind == CHECK_IS_TEXT)
        return status;
    if (file->kind == CHECK_IS_DEPTH)
        return check_depth(unit, file, s, err);
    if (file->kind == CHECK_IS_CAMERA)
        return check_camera(unit, file->path, &s->bytes, err);
    if (file->kind > CHECK_IS_CAMERA)
        return check_json(unit, file, &s->bytes, err);
    return check_image(run, unit, file, s, decoded, err);
}

pnd_status check_frame(const check_run *run, check_unit *unit, check_scratch *s, pnd_error *err)
{
    int32_t labels = -1; /* the modality before instanceIds of the same annotation */
    pnd_status status = PND_OK;
    for (size_t i = 0; i < unit->n && status == PND_OK; i++) {
        check_file *file = &run->files[unit->first + i];
        bool decoded;
        status = check_file_of(run, unit, file, s, &decoded, err);
        if (status == PND_OK && decoded && file->kind == CHECK_IS_INSTANCES &&
            labels == file->modality - 1)
            status = compare_labels(unit, file, s, err);
        labels = decoded && file->kind == CHECK_IS_LABELS ? file->modality : -1;
    }
    return status;
}
