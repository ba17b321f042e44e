/* SPDX-License-Identifier: Apache-2.0 */
/* One frame: read the disparity, its calibration and its labels; convert; write. */
#include "depth.h"

#include <panodepth/alloc.h>
#include <panodepth/labels.h>
#include <panodepth/png.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What one thread reuses from frame to frame. */
typedef struct scratch {
    pnd_backend *backend;
    pnd_buffer file, encoded;
    pnd_plane_u16 disparity, samples;
    pnd_plane_f32 depth_m;
    pnd_plane_u16 instance_ids;
    pnd_plane_u8 label_ids, mask;
    int32_t *histogram; /* of the samples with a finite depth */
} scratch;

static void scratch_free(void *scratch_)
{
    scratch *s = scratch_;
    pnd_backend_free(s->backend);
    pnd_buffer_clear(&s->file);
    pnd_buffer_clear(&s->encoded);
    pnd_plane_u16_clear(&s->disparity);
    pnd_plane_u16_clear(&s->samples);
    pnd_plane_f32_clear(&s->depth_m);
    pnd_plane_u16_clear(&s->instance_ids);
    pnd_plane_u8_clear(&s->label_ids);
    pnd_plane_u8_clear(&s->mask);
    free(s->histogram);
    free(s);
}

/* Frames run in parallel, so each backend has one thread; a single frame has them all. */
static pnd_status scratch_create(void **out, void *context, pnd_error *err)
{
    const depth_run *run = context;
    pnd_backend_options options = {.struct_size = sizeof options, .threads = 1};
    scratch *s = pnd_calloc_array(1, sizeof *s);
    *out = NULL;
    if (s == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    if (run->n_frames == 1)
        options.threads = run->tool->common.threads;
    s->histogram = pnd_alloc_array(DEPTH_N_SAMPLES, sizeof *s->histogram);
    pnd_status status = s->histogram != NULL ? PND_OK : pnd_fail(err, PND_ENOMEM, "out of memory");
    if (status == PND_OK)
        status = pnd_backend_options_parse(&options, run->args->backend, err);
    if (status == PND_OK)
        status = pnd_backend_create(&s->backend, &options, err);
    if (status != PND_OK) {
        scratch_free(s);
        return status;
    }
    *out = s;
    return PND_OK;
}

static const char *image_id(const void *context, int32_t index)
{
    const depth_run *run = context;
    return run->frames[index].name;
}

/* ---- reading */

static pnd_status read_file(scratch *s, depth_digest digest, const char *path, int64_t max_bytes,
                            pnd_error *err)
{
    const pnd_status status = pnd_file_read(&s->file, path, max_bytes, err);
    if (status == PND_OK)
        pnd_sha256(digest, s->file.data, s->file.size);
    return status;
}

static pnd_status read_disparity(scratch *s, depth_frame *frame, pnd_error *err)
{
    depth_result *result = &frame->result;
    pnd_status status =
        read_file(s, result->disparity_digest, frame->disparity, PND_MAX_IMAGE_BYTES, err);
    if (status == PND_OK)
        status = pnd_png_decode_u16(&s->disparity, s->file.data, s->file.size, frame->disparity,
                                    NULL, NULL, err);
    result->width = s->disparity.width;
    result->height = s->disparity.height;
    return status;
}

static pnd_status read_camera(scratch *s, depth_frame *frame, const depth_args *args,
                              pnd_error *err)
{
    enum { MAX_CAMERA_BYTES = 1 << 20 };
    depth_result *result = &frame->result;
    pnd_status status = read_file(s, result->camera_digest, frame->camera, MAX_CAMERA_BYTES, err);
    if (status == PND_OK)
        status = pnd_camera_parse(&result->camera, s->file.data, s->file.size, frame->camera, err);
    if (status == PND_OK && !isnan(args->doffs))
        result->camera.doffs = args->doffs;
    return status;
}

static pnd_status decode_labels(scratch *s, bool *are_instances, const depth_frame *frame,
                                pnd_error *err)
{
    pnd_png_info info = {0};
    pnd_status status = pnd_png_read_info(&info, s->file.data, s->file.size, frame->labels, err);
    if (status != PND_OK)
        return status;
    *are_instances = info.bit_depth == 16;
    if (info.width != frame->result.width || info.height != frame->result.height)
        return pnd_fail(err, PND_EMISMATCH, "%s: the labels are %dx%d, the disparity %dx%d",
                        frame->labels, info.width, info.height, frame->result.width,
                        frame->result.height);
    return *are_instances ? pnd_png_decode_u16(&s->instance_ids, s->file.data, s->file.size,
                                               frame->labels, NULL, NULL, err)
                          : pnd_png_decode_u8(&s->label_ids, s->file.data, s->file.size,
                                              frame->labels, NULL, NULL, err);
}

/* The mask of one row from either kind of label image. */
static void mask_row(uint8_t *mask, const scratch *s, bool are_instances, const depth_run *run,
                     int32_t y)
{
    for (int32_t x = 0; x < s->mask.width; x++) {
        const uint32_t value = are_instances ? pnd_plane_u16_row(&s->instance_ids, y)[x]
                                             : pnd_plane_u8_row(&s->label_ids, y)[x];
        const int32_t label = are_instances ? pnd_instance_class(value) : (int32_t)value;
        mask[x] = label < DEPTH_N_LABELS && run->masked_label[label];
    }
}

static pnd_status read_mask(scratch *s, depth_frame *frame, const depth_run *run, pnd_error *err)
{
    bool are_instances = false;
    pnd_status status =
        read_file(s, frame->result.labels_digest, frame->labels, PND_MAX_IMAGE_BYTES, err);
    if (status == PND_OK)
        status = decode_labels(s, &are_instances, frame, err);
    if (status == PND_OK)
        status = pnd_plane_u8_resize(&s->mask, frame->result.width, frame->result.height, err);
    for (int32_t y = 0; y < frame->result.height && status == PND_OK; y++)
        mask_row(pnd_plane_u8_row(&s->mask, y), s, are_instances, run, y);
    return status;
}

/* ---- converting */

static pnd_stereo stereo_of(const pnd_camera *camera)
{
    return (pnd_stereo){.fx_baseline = camera->fx * camera->baseline, .doffs = camera->doffs};
}

static bool is_finite(uint16_t p, pnd_stereo stereo, const pnd_depth_options *options)
{
    const double disparity = (double)(p - 1) / 256.0 + stereo.doffs;
    return p > 0 && disparity > 0.0 &&
           (options->cap_m == 0.0 || options->cap_mode == PND_CAP_CLAMP ||
            stereo.fx_baseline / disparity <= options->cap_m);
}

/* Sums over the samples, and the statistics of those that have a depth. */
static void summarise(scratch *s, depth_result *result, const pnd_depth_options *options)
{
    const pnd_stereo stereo = stereo_of(&result->camera);
    const bool clamps = options->cap_m > 0.0 && options->cap_mode == PND_CAP_CLAMP;
    memset(s->histogram, 0, DEPTH_N_SAMPLES * sizeof *s->histogram);
    result->disparity_sum = 0;
    result->largest = 0;
    for (int32_t y = 0; y < result->height; y++) {
        const uint16_t *p = pnd_plane_u16_row(&s->disparity, y);
        const uint8_t *mask = options->mask.data != NULL ? pnd_view_u8_row(options->mask, y) : NULL;
        for (int32_t x = 0; x < result->width; x++) {
            result->disparity_sum += p[x];
            result->largest = p[x] > result->largest ? p[x] : result->largest;
            s->histogram[p[x]] += mask == NULL || mask[x] == 0;
        }
    }
    for (uint32_t p = 0; p < DEPTH_N_SAMPLES; p++)
        if (s->histogram[p] > 0 && !is_finite((uint16_t)p, stereo, options))
            s->histogram[p] = 0;
    result->stats =
        options->range != NULL
            ? (depth_stats){(double)NAN, (double)NAN, (double)NAN, (double)NAN}
            : depth_stats_of(s->histogram, stereo, clamps ? options->cap_m : (double)INFINITY);
}

static int64_t sum_samples(const pnd_plane_u16 *plane)
{
    int64_t sum = 0;
    for (int32_t y = 0; y < plane->height; y++)
        for (int32_t x = 0; x < plane->width; x++)
            sum += pnd_plane_u16_row(plane, y)[x];
    return sum;
}

/* 16-bit samples come straight from the double: no second rounding through float. */
static pnd_status convert_u16(scratch *s, depth_result *result, const pnd_depth_options *options,
                              pnd_error *err)
{
    pnd_status status = pnd_plane_u16_resize(&s->samples, result->width, result->height, err);
    if (status == PND_OK)
        status = pnd_depth_u16_from_disparity(s->samples.data, s->samples.stride, &result->counts,
                                              s->backend, pnd_plane_u16_view(&s->disparity),
                                              stereo_of(&result->camera), options, err);
    if (status == PND_OK)
        status =
            pnd_png_encode_u16(&s->encoded, pnd_plane_u16_view(&s->samples), PND_PNG_DEPTH, err);
    if (status == PND_OK)
        result->sample_sum = sum_samples(&s->samples);
    return status;
}

static pnd_status convert_f32(scratch *s, depth_result *result, const depth_args *args,
                              const pnd_depth_options *options, pnd_error *err)
{
    pnd_status status = pnd_plane_f32_resize(&s->depth_m, result->width, result->height, err);
    if (status == PND_OK)
        status = pnd_depth_from_disparity(s->depth_m.data, s->depth_m.stride, &result->counts,
                                          s->backend, pnd_plane_u16_view(&s->disparity),
                                          stereo_of(&result->camera), options, err);
    if (status == PND_OK)
        status =
            pnd_depth_encode(&s->encoded, NULL, pnd_plane_f32_view(&s->depth_m),
                             (pnd_depth_format)args->format, PND_ROUND_HALF_UP, args->nan, err);
    return status;
}

static pnd_status convert(scratch *s, depth_frame *frame, const depth_run *run, pnd_error *err)
{
    const depth_args *args = run->args;
    depth_result *result = &frame->result;
    const pnd_camera *camera = &result->camera;
    const pnd_pinhole pinhole = {camera->fx, camera->fy, camera->u0, camera->v0};
    const pnd_depth_options options = {.struct_size = sizeof options,
                                       .zero_disparity = (pnd_zero_disparity)args->zero_disparity,
                                       .cap_mode = (pnd_cap_mode)args->cap_mode,
                                       .cap_m = isnan(args->cap_m) ? 0.0 : args->cap_m,
                                       .truncate = args->truncate,
                                       .range = args->range ? &pinhole : NULL,
                                       .mask = frame->labels != NULL ? pnd_plane_u8_view(&s->mask)
                                                                     : (pnd_view_u8){0}};
    const pnd_status status = args->format == PND_DEPTH_PNG16
                                  ? convert_u16(s, result, &options, err)
                                  : convert_f32(s, result, args, &options, err);
    if (status == PND_OK)
        summarise(s, result, &options);
    return status;
}

static pnd_status one_frame(tool_frame *f)
{
    depth_run *run = f->context;
    depth_frame *frame = &run->frames[f->index];
    scratch *s = f->scratch;
    pnd_status status = read_disparity(s, frame, &f->err);
    if (status == PND_OK)
        status = read_camera(s, frame, run->args, &f->err);
    if (status == PND_OK && frame->labels != NULL)
        status = read_mask(s, frame, run, &f->err);
    if (status == PND_OK)
        status = convert(s, frame, run, &f->err);
    if (status != PND_OK)
        return status;
    pnd_sha256(frame->result.output_digest, s->encoded.data, s->encoded.size);
    f->side = TOOL_OUTPUT;
    status = tool_write(run->tool, frame->output, s->encoded.data, s->encoded.size, &f->err);
    frame->result.done = status == PND_OK;
    return status;
}

/* What is legal and probably not meant; in frame order. */
static void warn_of(tool *t, const depth_frame *frame)
{
    const depth_result *r = &frame->result;
    if (r->counts.finite == 0)
        tool_warn(t,
                  "%s: no pixel has a depth: %lld of %lld are invalid, %lld infinite, %lld masked",
                  frame->name, (long long)r->counts.invalid, (long long)r->width * r->height,
                  (long long)r->counts.infinite, (long long)r->counts.masked);
    else if (r->largest <= 255)
        tool_warn(t, "%s: no sample is above 255: was the disparity re-saved by an 8-bit tool?",
                  frame->name);
}

int depth_convert(depth_run *run)
{
    tool_problems problems = {0};
    const tool_frame_job job = {.n = run->n_frames,
                                .context = run,
                                .run = one_frame,
                                .scratch_create = scratch_create,
                                .scratch_free = scratch_free,
                                .image_id = image_id};
    const int code = tool_for_each(run->tool, &job, &problems);
    for (int32_t i = 0; i < run->n_frames; i++)
        if (run->frames[i].result.done)
            warn_of(run->tool, &run->frames[i]);
    tool_problems_clear(&problems);
    return code;
}
