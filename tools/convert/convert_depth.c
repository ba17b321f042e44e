/* SPDX-License-Identifier: Apache-2.0 */
/* Depth maps: to metres in double, and from them. */
#include "convert.h"

#include <panodepth/alloc.h>
#include <panodepth/depth_file.h>
#include <panodepth/file.h>
#include <panodepth/npz.h>
#include <panodepth/png.h>

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct job {
    tool *tool;
    const convert_args *args;
    tool_files files;
    bool one_file; /* --out is the file itself */
} job;

typedef struct scratch {
    pnd_buffer file, npy, out;
    pnd_depth_map map;
    pnd_plane_f32 metres;
    pnd_plane_u16 samples;
} scratch;

static pnd_status scratch_create(void **out, void *context, pnd_error *err)
{
    (void)context;
    *out = pnd_calloc_array(1, sizeof(scratch));
    return *out != NULL ? PND_OK : pnd_fail(err, PND_ENOMEM, "out of memory");
}

static void scratch_free(void *pointer)
{
    scratch *s = pointer;
    pnd_buffer_clear(&s->file);
    pnd_buffer_clear(&s->npy);
    pnd_buffer_clear(&s->out);
    pnd_depth_map_clear(&s->map);
    pnd_plane_f32_clear(&s->metres);
    pnd_plane_u16_clear(&s->samples);
    free(s);
}

static const char *extension_of(int32_t to)
{
    static const char *const extensions[] = {"", ".png", ".png", ".npy", ".npz", ".pfm"};
    return extensions[to];
}

/* Units in a metre. Whole numbers have no unit of their own; floats are metres unless said. */
static pnd_status find_scale(double *scale, const convert_args *args, const pnd_depth_map *map,
                             const char *path, pnd_error *err)
{
    static const double scales[] = {1, 1, 1000, 256};
    *scale = scales[args->unit];
    if (map->kind == PND_DEPTH_MAP_U16 && args->unit == CONVERT_UNIT_UNSET)
        return pnd_fail_hint(err, PND_EINVAL, "say --unit m/256, mm or m",
                             "%s: 16-bit samples may be 1/256 m or millimetres", path);
    return PND_OK;
}

static double sample_at(const pnd_depth_map *map, int32_t x, int32_t y)
{
    switch (map->kind) {
    case PND_DEPTH_MAP_U16:
        return pnd_plane_u16_row(&map->samples, y)[x];
    case PND_DEPTH_MAP_F32:
        return (double)pnd_plane_f32_row(&map->f32, y)[x];
    default:
        return pnd_plane_f64_row(&map->f64, y)[x];
    }
}

typedef struct tally {
    int64_t invalid, too_large, n;
    double max;
} tally;

/* One depth as a 16-bit sample of 1/units m: half up, and never 0 for a depth. */
static uint16_t to_sample(double z, double units)
{
    const double v = floor(z * units + 0.5);
    return v < 1 ? 1 : v > 65535 ? 65535 : (uint16_t)v;
}

static pnd_status check_tally(const tally *t, const convert_args *args, double units,
                              const char *path, pnd_error *err)
{
    char max[PND_NUMBER_SIZE], most[PND_NUMBER_SIZE];
    if (t->invalid > 0 && !args->drop_invalid)
        return pnd_fail_hint(err, PND_EFORMAT, "--drop-invalid makes them \"no depth\"",
                             "%s: %" PRId64 " of %" PRId64 " pixels are NaN, infinite or negative",
                             path, t->invalid, t->n);
    if (t->too_large > 0 && !args->saturate)
        return pnd_fail_hint(err, PND_ELIMIT, "--saturate writes them as the largest",
                             "%s: %" PRId64 " pixels are up to %s m: this form holds %s m", path,
                             t->too_large, pnd_format_double(max, t->max),
                             pnd_format_double(most, 65535 / units));
    return PND_OK;
}

/* Samples directly from double: not by way of float, which would round twice. */
static pnd_status fill(scratch *s, const convert_args *args, double scale, double units,
                       const char *path, pnd_error *err)
{
    tally t = {.n = (int64_t)s->map.width * s->map.height};
    for (int32_t y = 0; y < s->map.height; y++) {
        float *metres = units == 0 ? pnd_plane_f32_row(&s->metres, y) : NULL;
        uint16_t *samples = units == 0 ? NULL : pnd_plane_u16_row(&s->samples, y);
        for (int32_t x = 0; x < s->map.width; x++) {
            const double z = sample_at(&s->map, x, y) / scale;
            const bool valid = isfinite(z) && z > 0;
            t.invalid += !isfinite(z) || z < 0;
            if (valid && units > 0 && floor(z * units + 0.5) > 65535) {
                t.too_large++;
                t.max = z > t.max ? z : t.max;
            }
            if (metres != NULL)
                metres[x] = valid ? (float)z : 0.0f;
            else if (samples != NULL)
                samples[x] = valid ? to_sample(z, units) : 0;
        }
    }
    return check_tally(&t, args, units, path, err);
}

static pnd_status encode(scratch *s, const convert_args *args, double scale, const char *path,
                         pnd_error *err)
{
    const double units = args->depth_to == CONVERT_TO_PNG16    ? 256
                         : args->depth_to == CONVERT_TO_PNG_MM ? 1000
                                                               : 0;
    pnd_status status = units > 0
                            ? pnd_plane_u16_resize(&s->samples, s->map.width, s->map.height, err)
                            : pnd_plane_f32_resize(&s->metres, s->map.width, s->map.height, err);
    if (status == PND_OK)
        status = fill(s, args, scale, units, path, err);
    if (status != PND_OK)
        return status;
    if (units > 0)
        return pnd_png_encode_u16(&s->out, pnd_plane_u16_view(&s->samples), PND_PNG_DEPTH, err);
    const bool npz = args->depth_to == CONVERT_TO_NPZ;
    status = pnd_depth_encode(npz ? &s->npy : &s->out, NULL, pnd_plane_f32_view(&s->metres),
                              args->depth_to == CONVERT_TO_PFM ? PND_DEPTH_PFM : PND_DEPTH_NPY,
                              PND_ROUND_HALF_UP, false, err);
    if (status == PND_OK && npz)
        status = pnd_npz_wrap(&s->out, "depth", s->npy.data, s->npy.size, args->deflate, err);
    return status;
}

static pnd_status decode(scratch *s, const convert_args *args, const char *path, pnd_error *err)
{
    const bool zip = s->file.size >= 4 && memcmp(s->file.data, "PK\3\4", 4) == 0;
    if (zip)
        return pnd_depth_decode_npz(&s->map, s->file.data, s->file.size, args->member, path, err);
    return pnd_depth_decode(&s->map, s->file.data, s->file.size, path, err);
}

static pnd_status convert_map(tool_frame *f)
{
    const job *j = f->context;
    scratch *s = f->scratch;
    const tool_file *file = &j->files.items[f->index];
    double scale = 1;
    pnd_status status = pnd_file_read(&s->file, file->path, PND_MAX_IMAGE_BYTES, &f->err);
    if (status == PND_OK)
        status = decode(s, j->args, file->path, &f->err);
    if (status == PND_OK)
        status = find_scale(&scale, j->args, &s->map, file->path, &f->err);
    if (status == PND_OK)
        status = encode(s, j->args, scale, file->path, &f->err);
    if (status != PND_OK)
        return status;
    f->side = TOOL_OUTPUT;
    char *path = j->one_file
                     ? pnd_strdup(j->args->out)
                     : convert_output(j->args->out, file->name, extension_of(j->args->depth_to));
    status = path == NULL ? pnd_fail(&f->err, PND_ENOMEM, "out of memory")
                          : tool_write(j->tool, path, s->out.data, s->out.size, &f->err);
    free(path);
    return status;
}

static const char *image_id(const void *context, int32_t index)
{
    return ((const job *)context)->files.items[index].image_id;
}

static bool ends_with(const char *text, const char *tail)
{
    const size_t n = strlen(text), k = strlen(tail);
    return n > k && strcmp(text + n - k, tail) == 0;
}

int convert_depth(tool *t, const void *args_)
{
    static const char *const extensions[] = {".png", ".npy", ".npz", ".pfm", NULL};
    const convert_args *args = args_;
    const char *const input = t->operands[0];
    pnd_error err = {0};
    tool_problems problems = {0};
    job j = {.tool = t, .args = args};
    if (args->depth_to == CONVERT_TO_UNSET)
        return tool_usage_error(t, "say --to png16, png-mm, npy, npz or pfm");
    if (args->deflate && args->depth_to != CONVERT_TO_NPZ)
        return tool_usage_error(t, "--deflate belongs to --to npz");
    j.one_file = ends_with(args->out, extension_of(args->depth_to));
    if (tool_check_output(args->out, &input, 1, NULL, &err) != PND_OK)
        return tool_fail(t, TOOL_USAGE, &err);
    int code = TOOL_EXIT_OK;
    if (tool_files_find(&j.files, input, extensions, CONVERT_FILES_HINT, &err) != PND_OK)
        code = tool_fail(t, TOOL_INPUT, &err);
    else if (j.one_file && j.files.n != 1)
        code = tool_usage_error(t, "--out %s is one file; the input has %zu", args->out, j.files.n);
    if (code == TOOL_EXIT_OK) {
        const tool_frame_job frames = {.n = (int32_t)j.files.n,
                                       .what = "maps",
                                       .context = &j,
                                       .run = convert_map,
                                       .scratch_create = scratch_create,
                                       .scratch_free = scratch_free,
                                       .image_id = image_id};
        code = tool_for_each(t, &frames, &problems);
    }
    if (code == TOOL_EXIT_OK)
        tool_info(t, "%zu depth maps in %s", j.files.n, args->out);
    tool_problems_clear(&problems);
    tool_files_clear(&j.files);
    return code;
}
