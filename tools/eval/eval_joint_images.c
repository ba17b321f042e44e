/* SPDX-License-Identifier: Apache-2.0 */
/* The images of one frame: panoptic images become ids of trainId and instance, depths whole
 * numbers of 1/256 m. */
#include "eval_joint.h"

#include <panodepth/alloc.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DVPS_DIVISOR = 1000, DVPS_GT_VOID = 32, PRED_VOID = 19, IGNORED = 255 };

static pnd_status no_memory(pnd_error *err)
{
    return pnd_fail(err, PND_ENOMEM, "out of memory");
}

static pnd_status read_ground_truth(eval_image **out, joint_images *s, eval_sha256 digest,
                                    const char *path, int64_t limit, pnd_error *err)
{
    const pnd_status status = eval_planes_read(out, s->planes, path, limit, err);
    if (status == PND_OK)
        memcpy(digest, eval_image_sha256(*out), sizeof(eval_sha256));
    return status;
}

/* ---- DVPS panoptic images */

static pnd_status bad_gt_value(uint16_t value, int32_t x, int32_t y, const char *name,
                               pnd_error *err)
{
    return pnd_fail_hint(err, PND_EFORMAT,
                         "a DVPS ground truth holds trainId * 1000 + instance, stuff instance 0, "
                         "void 32000; csCreateTrainIdInstanceImgs writes another format",
                         "%s: value %d at (%d, %d) is of no evaluated class", name, (int)value,
                         (int)x, (int)y);
}

static pnd_status read_dvps_gt(joint_images *s, joint_notes *notes, const char *path,
                               pnd_error *err)
{
    pnd_png_notes png = {0};
    eval_image *image = NULL;
    const pnd_plane_u16 *samples = NULL;
    pnd_status status =
        read_ground_truth(&image, s, notes->digest[0], path, PND_MAX_IMAGE_BYTES, err);
    if (status == PND_OK)
        status = eval_image_u16(&samples, image, path, NULL, &png, err);
    if (status == PND_OK)
        status = pnd_plane_u32_resize(&s->gt, samples->width, samples->height, err);
    notes->trailing_bytes += png.trailing_bytes;
    for (int32_t y = 0; status == PND_OK && y < s->gt.height; y++) {
        const uint16_t *const from = pnd_plane_u16_row(samples, y);
        uint32_t *const to = pnd_plane_u32_row(&s->gt, y);
        for (int32_t x = 0; x < s->gt.width; x++) {
            const int32_t class_index = from[x] / DVPS_DIVISOR;
            const uint32_t instance = from[x] % DVPS_DIVISOR;
            const bool is_void = class_index == DVPS_GT_VOID;
            if ((class_index >= JOINT_N_CLASSES && !is_void) || (class_index == 0 && instance != 0))
                return bad_gt_value(from[x], x, y, path, err);
            to[x] = pnd_video_id(is_void ? JOINT_VOID : class_index, instance);
        }
    }
    return status;
}

static pnd_status check_two_channels(const uint8_t *pixel, int32_t x, int32_t y, const char *name,
                                     pnd_error *err)
{
    if (pixel[2] != 0)
        return pnd_fail_hint(
            err, PND_EFORMAT,
            "expected class and instance in the first two channels; three channels "
            "and COCO panoptic images are other formats",
            "%s: the third channel is %d at (%d, %d)", name, (int)pixel[2], (int)x, (int)y);
    if (pixel[0] > PRED_VOID && pixel[0] != IGNORED)
        return pnd_fail_hint(err, PND_EFORMAT,
                             "trainIds 0 to 18; 19 or 255 is void (32 is the ground truth's void)",
                             "%s: class %d at (%d, %d)", name, (int)pixel[0], (int)x, (int)y);
    return PND_OK;
}

static pnd_status read_dvps_pred(joint_images *s, joint_notes *notes, const char *path,
                                 pnd_error *err)
{
    static const pnd_png_options options = {.struct_size = sizeof options, .allow_alpha = true};
    pnd_png_notes png = {0};
    eval_image *image = NULL;
    const pnd_plane_rgb8 *rgb = NULL;
    pnd_status status = eval_planes_read(&image, s->planes, path, PND_MAX_IMAGE_BYTES, err);
    if (status == PND_OK)
        status = eval_image_rgb8(&rgb, image, path, &options, &png, err);
    if (status == PND_OK)
        status = pnd_plane_u32_resize(&s->pred, rgb->width, rgb->height, err);
    notes->trailing_bytes += png.trailing_bytes;
    notes->alpha_dropped += png.alpha_dropped;
    for (int32_t y = 0; status == PND_OK && y < s->pred.height; y++) {
        const uint8_t *pixel = pnd_plane_rgb8_row(rgb, y);
        uint32_t *const to = pnd_plane_u32_row(&s->pred, y);
        for (int32_t x = 0; status == PND_OK && x < s->pred.width; x++, pixel += 3) {
            status = check_two_channels(pixel, x, y, path, err);
            to[x] = pixel[0] >= PRED_VOID ? pnd_video_id(JOINT_VOID, 0)
                                          : pnd_video_id(pixel[0], pixel[1]);
        }
    }
    return status;
}

/* ---- COCO panoptic images */

typedef struct segment_id {
    uint32_t png_id, video_id;
    bool seen;
} segment_id;

static int compare_segments(const void *a, const void *b)
{
    const segment_id *const x = a, *const y = b;
    return (x->png_id > y->png_id) - (x->png_id < y->png_id);
}

static int32_t class_of(const joint_inputs *inputs, int32_t category)
{
    if (inputs->coco.space == PND_ID_SPACE_TRAIN_IDS)
        return category >= 0 && category < JOINT_N_CLASSES ? category : -1;
    const pnd_label *const label = pnd_label_by_id(category);
    return label != NULL && label->train_id >= 0 && label->train_id < JOINT_N_CLASSES
               ? label->train_id
               : -1;
}

/* Things are numbered from 1 in the order of the file; a group ("crowd") is instance 0 of its
 * class, and so is all stuff. */
static pnd_status number_segments(segment_id *out, const joint_inputs *inputs,
                                  const pnd_annotation *row, bool is_gt, const char *name,
                                  pnd_error *err)
{
    uint32_t instance = 0;
    for (size_t i = 0; i < row->n_segments; i++) {
        const pnd_segment_info *const segment = &row->segments[i];
        const int32_t class_index = class_of(inputs, segment->category_id);
        if (class_index < 0)
            return pnd_fail(err, PND_EINVAL,
                            "%s: segment %lu has category_id %d, no class of the "
                            "ground truth",
                            name, (unsigned long)segment->id, (int)segment->category_id);
        if (segment->id == 0)
            return pnd_fail(err, PND_EINVAL, "%s: a segment has id 0, which is void", name);
        const bool is_tube = inputs->classes[class_index].is_thing && !(is_gt && segment->is_crowd);
        if (is_tube && instance == PND_VIDEO_MAX_INSTANCE)
            return pnd_fail(err, PND_ELIMIT, "%s: more than %d things", name,
                            PND_VIDEO_MAX_INSTANCE);
        out[i] =
            (segment_id){segment->id, pnd_video_id(class_index, is_tube ? ++instance : 0), false};
    }
    qsort(out, row->n_segments, sizeof *out, compare_segments);
    for (size_t i = 1; i < row->n_segments; i++)
        if (out[i].png_id == out[i - 1].png_id)
            return pnd_fail(err, PND_EINVAL, "%s: segment id %lu is listed twice", name,
                            (unsigned long)out[i].png_id);
    return PND_OK;
}

static pnd_status translate_id(uint32_t *out, uint32_t id, segment_id *segments, size_t n,
                               const char *name, pnd_error *err)
{
    const segment_id key = {.png_id = id};
    *out = pnd_video_id(JOINT_VOID, 0);
    if (id == 0)
        return PND_OK;
    segment_id *const found =
        n > 0 ? bsearch(&key, segments, n, sizeof *segments, compare_segments) : NULL;
    if (found == NULL)
        return pnd_fail(err, PND_EMISMATCH, "%s: id %lu is painted but not in segments_info", name,
                        (unsigned long)id);
    found->seen = true;
    *out = found->video_id;
    return PND_OK;
}

static pnd_status translate(pnd_plane_u32 *out, const pnd_plane_rgb8 *rgb, segment_id *segments,
                            size_t n, const char *name, pnd_error *err)
{
    pnd_status status = pnd_plane_u32_resize(out, rgb->width, rgb->height, err);
    uint32_t last = 0, last_video = pnd_video_id(JOINT_VOID, 0);
    for (int32_t y = 0; status == PND_OK && y < rgb->height; y++) {
        const uint8_t *pixel = pnd_plane_rgb8_row(rgb, y);
        uint32_t *const to = pnd_plane_u32_row(out, y);
        for (int32_t x = 0; status == PND_OK && x < rgb->width; x++, pixel += 3) {
            const uint32_t id = pixel[0] | (uint32_t)pixel[1] << 8 | (uint32_t)pixel[2] << 16;
            if (id != last)
                status = translate_id(&last_video, id, segments, n, name, err);
            last = id;
            to[x] = last_video;
        }
    }
    for (size_t i = 0; status == PND_OK && i < n; i++)
        if (!segments[i].seen)
            status = pnd_fail(err, PND_EMISMATCH, "%s: segment %lu is listed but not painted", name,
                              (unsigned long)segments[i].png_id);
    return status;
}

static pnd_status read_rows_png(const pnd_plane_rgb8 **out, eval_image **image, joint_images *s,
                                joint_notes *notes, const char *json, const char *dir,
                                const pnd_annotation *row, const char *name, pnd_error *err)
{
    pnd_png_notes png = {0};
    pnd_error inner = {0};
    pnd_status status = eval_planes_read_beneath(image, s->planes, dir, row->file_name,
                                                 PND_MAX_IMAGE_BYTES, &inner);
    if (status == PND_EINVAL)
        return pnd_fail_hint(err, status, inner.hint, "%s: image %s: %s", json, row->image_id,
                             inner.message);
    *err = inner;
    if (status == PND_OK)
        status = eval_image_rgb8(out, *image, name, NULL, &png, err);
    notes->trailing_bytes += png.trailing_bytes;
    return status;
}

static pnd_status read_row(pnd_plane_u32 *out, joint_images *s, joint_notes *notes,
                           const joint_inputs *inputs, const pnd_annotation *row, bool is_gt,
                           pnd_error *err)
{
    const char *const dir = is_gt ? inputs->coco.gt_dir : inputs->coco.pred_dir;
    const char *const json = is_gt ? inputs->coco.gt_json : inputs->coco.pred_json;
    segment_id *const segments = pnd_alloc_array(row->n_segments, sizeof *segments);
    char *const name = pnd_strdup_printf("%s/%s", dir, row->file_name);
    const pnd_plane_rgb8 *rgb = NULL;
    eval_image *image = NULL;
    pnd_status status = segments == NULL || name == NULL ? no_memory(err) : PND_OK;
    if (status == PND_OK)
        status = number_segments(segments, inputs, row, is_gt, name, err);
    if (status == PND_OK)
        status = read_rows_png(&rgb, &image, s, notes, json, dir, row, name, err);
    if (status == PND_OK && is_gt)
        memcpy(notes->digest[0], eval_image_sha256(image), sizeof(eval_sha256));
    if (status == PND_OK)
        status = translate(out, rgb, segments, row->n_segments, name, err);
    free(name);
    free(segments);
    return status;
}

/* ---- depth */

/* Metres to 1/256 m: half up, at least 1, the end of 16 bits counted. Not above 0: no depth. */
static uint16_t code_of(double metres, double cap_m, int64_t *saturated)
{
    if (!(metres > 0))
        return 0;
    const double code = floor(fmin(metres, cap_m) * 256 + 0.5);
    *saturated += code > UINT16_MAX;
    return code < 1 ? 1 : code > UINT16_MAX ? UINT16_MAX : (uint16_t)code;
}

static pnd_status quantise_samples(pnd_plane_u16 *out, const pnd_depth_map *map, double cap_m,
                                   int64_t *saturated)
{
    const double cap = fmin(floor(cap_m * 256 + 0.5), UINT16_MAX);
    for (int32_t y = 0; y < map->height; y++) {
        const uint16_t *const from = pnd_plane_u16_row(&map->samples, y);
        uint16_t *const to = pnd_plane_u16_row(out, y);
        for (int32_t x = 0; x < map->width; x++) {
            *saturated += from[x] == UINT16_MAX;
            to[x] = from[x] > cap ? (uint16_t)cap : from[x];
        }
    }
    return PND_OK;
}

/* Infinity in a ground truth is no measurement; in a prediction it is far. */
static pnd_status quantise_metres(pnd_plane_u16 *out, joint_images *s, const pnd_depth_map *map,
                                  double cap_m, bool is_gt, int64_t *saturated, pnd_error *err)
{
    const pnd_depth_samples samples =
        map->kind == PND_DEPTH_MAP_F32
            ? pnd_depth_samples_f32(pnd_plane_f32_view(&map->f32), "depth")
            : pnd_depth_samples_f64(pnd_plane_f64_view(&map->f64), "depth");
    double *const row = pnd_realloc_array(s->row, (size_t)map->width, sizeof *row);
    if (row == NULL)
        return no_memory(err);
    s->row = row;
    for (int32_t y = 0; y < map->height; y++) {
        uint16_t *const to = pnd_plane_u16_row(out, y);
        pnd_depth_samples_row(row, &samples, y);
        for (int32_t x = 0; x < map->width; x++)
            to[x] = is_gt && isinf(row[x]) ? 0 : code_of(row[x], cap_m, saturated);
    }
    return PND_OK;
}

static pnd_status decode_depth(pnd_plane_u16 *out, joint_images *s, eval_image *image, double cap_m,
                               bool is_gt, int64_t *saturated, const char *path, pnd_error *err)
{
    const pnd_depth_map *map = NULL;
    pnd_status status = eval_image_depth(&map, image, path, err);
    if (status == PND_OK)
        status = pnd_plane_u16_resize(out, map->width, map->height, err);
    if (status != PND_OK)
        return status;
    return map->kind == PND_DEPTH_MAP_U16
               ? quantise_samples(out, map, cap_m, saturated)
               : quantise_metres(out, s, map, cap_m, is_gt, saturated, err);
}

/* Codes of all 65536 disparities of a camera. p = 1 is at infinity: no measurement. */
static pnd_status fill_codes(joint_images *s, const pnd_camera *camera, double cap_m,
                             pnd_error *err)
{
    const double fx_baseline = camera->fx * camera->baseline;
    if (s->lut == NULL)
        s->lut = pnd_alloc_array(PND_DEPTH_LUT_SIZE, sizeof *s->lut);
    if (s->codes == NULL)
        s->codes = pnd_alloc_array(PND_DEPTH_LUT_SIZE, sizeof *s->codes);
    if (s->lut == NULL || s->codes == NULL)
        return no_memory(err);
    if (fx_baseline <= s->fx_baseline && fx_baseline >= s->fx_baseline &&
        camera->doffs <= s->doffs && camera->doffs >= s->doffs)
        return PND_OK;
    pnd_depth_lut_disparity(s->lut, fx_baseline, camera->doffs);
    for (int32_t p = 0; p < PND_DEPTH_LUT_SIZE; p++) {
        int64_t saturated = 0;
        s->codes[p] = isinf(s->lut[p]) ? 0 : code_of(s->lut[p], cap_m, &saturated);
    }
    s->fx_baseline = fx_baseline;
    s->doffs = camera->doffs;
    return PND_OK;
}

static pnd_status load_camera(joint_images *s, joint_notes *notes, const joint_source *source,
                              double cap_m, pnd_error *err)
{
    pnd_camera camera;
    eval_image *file = NULL;
    pnd_status status =
        read_ground_truth(&file, s, notes->digest[2], source->camera, PND_MAX_JSON_BYTES, err);
    if (status == PND_OK)
        status = eval_image_camera(&camera, file, source->camera, err);
    return status == PND_OK ? fill_codes(s, &camera, cap_m, err) : status;
}

static pnd_status load_disparity(joint_images *s, joint_notes *notes, const joint_source *source,
                                 double cap_m, pnd_error *err)
{
    const char *const path = source->disparity;
    pnd_png_notes png = {0};
    eval_image *image = NULL;
    const pnd_plane_u16 *samples = NULL;
    pnd_status status = load_camera(s, notes, source, cap_m, err);
    if (status == PND_OK)
        status = read_ground_truth(&image, s, notes->digest[1], path, PND_MAX_IMAGE_BYTES, err);
    if (status == PND_OK)
        status = eval_image_u16(&samples, image, path, NULL, &png, err);
    if (status == PND_OK)
        status = pnd_plane_u16_resize(&s->gt_depth, samples->width, samples->height, err);
    notes->trailing_bytes += png.trailing_bytes;
    for (int32_t y = 0; status == PND_OK && y < s->gt_depth.height; y++) {
        const uint16_t *const from = pnd_plane_u16_row(samples, y);
        uint16_t *const to = pnd_plane_u16_row(&s->gt_depth, y);
        for (int32_t x = 0; x < s->gt_depth.width; x++) {
            to[x] = s->codes[from[x]];
            notes->gt_saturated += to[x] == UINT16_MAX;
        }
    }
    return status;
}

static pnd_status load_gt_depth(joint_images *s, joint_notes *notes, const joint_source *source,
                                double cap_m, pnd_error *err)
{
    if (source->gt_depth == NULL)
        return load_disparity(s, notes, source, cap_m, err);
    eval_image *image = NULL;
    const pnd_status status =
        read_ground_truth(&image, s, notes->digest[1], source->gt_depth, PND_MAX_IMAGE_BYTES, err);
    return status == PND_OK ? decode_depth(&s->gt_depth, s, image, cap_m, true,
                                           &notes->gt_saturated, source->gt_depth, err)
                            : status;
}

static pnd_status load_pred_depth(joint_images *s, joint_notes *notes, const joint_source *source,
                                  double cap_m, pnd_error *err)
{
    eval_image *image = NULL;
    const pnd_status status =
        eval_planes_read(&image, s->planes, source->pred_depth, PND_MAX_IMAGE_BYTES, err);
    return status == PND_OK ? decode_depth(&s->pred_depth, s, image, cap_m, false,
                                           &notes->pred_saturated, source->pred_depth, err)
                            : status;
}

/* ---- all four */

pnd_status joint_images_load(joint_images *s, joint_notes *notes, eval_planes *planes,
                             const joint_inputs *inputs, const joint_source *source, pnd_error *err)
{
    s->planes = planes;
    const bool coco = source->gt_row != NULL;
    pnd_status status = coco ? read_row(&s->gt, s, notes, inputs, source->gt_row, true, err)
                             : read_dvps_gt(s, notes, source->gt, err);
    if (status == PND_OK)
        status = coco ? read_row(&s->pred, s, notes, inputs, source->pred_row, false, err)
                      : read_dvps_pred(s, notes, source->pred, err);
    if (status == PND_OK)
        status = load_gt_depth(s, notes, source, inputs->cap_m, err);
    return status == PND_OK ? load_pred_depth(s, notes, source, inputs->cap_m, err) : status;
}

void joint_images_clear(joint_images *s)
{
    pnd_plane_u32_clear(&s->gt);
    pnd_plane_u32_clear(&s->pred);
    pnd_plane_u16_clear(&s->gt_depth);
    pnd_plane_u16_clear(&s->pred_depth);
    free(s->lut);
    free(s->codes);
    free(s->row);
}
