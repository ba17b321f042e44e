/* SPDX-License-Identifier: Apache-2.0 */
/* Post-processing: argument checks, memory, the call into the backend, and the public records. */
#include "post_job.h"

#include <panodepth/alloc.h>

#include <stdlib.h>

#define DEFAULT_THRESHOLD 0.1f
#define DEFAULT_THINGS    0x7f800u /* trainIds 11 to 18 */

enum {
    DEFAULT_NMS = 7,
    DEFAULT_TOP_K = 200,
    DEFAULT_STUFF_AREA = 2048,
    DEFAULT_DIVISOR = 1000,
    MAX_DIVISOR = (1 << 24) / PND_POST_MAX_CLASSES - 1 /* file ids have 24 bits */
};

/* The memory behind a result; its pointers are these, or NULL. */
typedef struct pnd_postprocess_memory {
    size_t n_pixels, n_depths, n_slots, n_centers; /* capacities */
    int32_t *panoptic;
    uint8_t *sem;
    float *depth;
    pnd_segment *segments;
    pnd_post_tally *tallies;
    int32_t *centers;
} memory;

/* Options of an older caller are shorter; what is missing is zero, the default. */
static pnd_status read_options(pnd_postprocess_options *known,
                               const pnd_postprocess_options *options, pnd_error *err)
{
    *known = (pnd_postprocess_options){.struct_size = sizeof *known};
    if (options == NULL)
        return PND_OK;
    if (options->struct_size < sizeof options->struct_size)
        return pnd_fail(err, PND_EINVAL, "post-processing options without struct_size");
    memcpy(known, options,
           options->struct_size < sizeof *known ? options->struct_size : sizeof *known);
    return PND_OK;
}

static void set_defaults(pnd_postprocess_options *options)
{
    if (options->threshold == 0.0f)
        options->threshold = DEFAULT_THRESHOLD;
    if (options->nms == 0)
        options->nms = DEFAULT_NMS;
    if (options->top_k == 0)
        options->top_k = DEFAULT_TOP_K;
    if (options->stuff_area == 0)
        options->stuff_area = DEFAULT_STUFF_AREA;
    if (options->label_divisor == 0)
        options->label_divisor = DEFAULT_DIVISOR;
    if (options->things == 0)
        options->things = DEFAULT_THINGS;
}

static pnd_status check_options(const pnd_postprocess_options *options, pnd_error *err)
{
    if (!isfinite(options->threshold))
        return pnd_fail(err, PND_EINVAL, "threshold = %g: expected a number",
                        (double)options->threshold);
    if (options->nms < 1 || options->nms > PND_POST_MAX_NMS || options->nms % 2 == 0)
        return pnd_fail(err, PND_EINVAL, "nms = %d: expected an odd window of 1 to %d",
                        options->nms, PND_POST_MAX_NMS);
    if (options->top_k < 1 || options->top_k > PND_POST_MAX_CENTERS)
        return pnd_fail(err, PND_EINVAL, "top_k = %d: expected 1 to %d", options->top_k,
                        PND_POST_MAX_CENTERS);
    if (options->label_divisor < 1 || options->label_divisor > MAX_DIVISOR)
        return pnd_fail(err, PND_EINVAL, "label_divisor = %d: expected 1 to %d",
                        options->label_divisor, MAX_DIVISOR);
    if (options->top_k >= options->label_divisor)
        return pnd_fail(err, PND_EINVAL, "top_k = %d: expected less than label_divisor, %d",
                        options->top_k, options->label_divisor);
    return PND_OK;
}

pnd_status pnd_post_rule_make(pnd_post_rule *rule, const pnd_postprocess_options *options,
                              int32_t classes, int32_t width, int32_t height, pnd_error *err)
{
    pnd_postprocess_options known;
    memset(rule, 0, sizeof *rule);
    pnd_status status = read_options(&known, options, err);
    if (status != PND_OK)
        return status;
    set_defaults(&known);
    status = check_options(&known, err);
    if (status == PND_OK)
        status = pnd_check_size(width, height, "post-processing", err);
    if (status != PND_OK)
        return status;
    if (classes < 1 || classes > PND_POST_MAX_CLASSES)
        return pnd_fail(err, PND_EINVAL, "%d classes: expected 1 to %d", classes,
                        PND_POST_MAX_CLASSES);
    rule->width = width;
    rule->height = height;
    rule->stride = PND_POST_SCALE;
    rule->map_width = (width + PND_POST_SCALE - 1) / PND_POST_SCALE;
    rule->map_height = (height + PND_POST_SCALE - 1) / PND_POST_SCALE;
    rule->classes = classes;
    rule->things = known.things & (0xffffffffu >> (PND_POST_MAX_CLASSES - classes));
    rule->threshold = known.threshold;
    rule->nms_radius = known.nms / 2;
    rule->top_k = known.top_k;
    rule->min_stuff_area =
        known.stuff_area < 0 ? 0 : (int64_t)known.stuff_area + known.stuff_area_exclusive;
    rule->label_divisor = known.label_divisor;
    rule->one_instance = known.one_instance_without_centers;
    rule->keep_top_k = known.keep_top_k;
    rule->scores = !known.skip_scores;
    return PND_OK;
}

size_t pnd_post_n_slots(const pnd_post_rule *rule)
{
    return (size_t)rule->classes + 1 + (size_t)rule->top_k;
}

/* At least `count` items in *block; contents need not be kept. */
static bool grow(void **block, size_t *capacity, size_t count, size_t size)
{
    if (count <= *capacity)
        return true;
    free(*block);
    *block = pnd_alloc_array(count, size);
    *capacity = *block != NULL ? count : 0;
    return *block != NULL;
}

/* Three arrays that grow together: the capacity is theirs only when all of them have it. */
static bool grow_images(memory *m, size_t n)
{
    size_t sem = m->n_pixels;
    void *panoptic_block = m->panoptic, *sem_block = m->sem;
    const bool ok = grow(&panoptic_block, &m->n_pixels, n, sizeof *m->panoptic) &&
                    grow(&sem_block, &sem, n, sizeof *m->sem);
    m->panoptic = panoptic_block;
    m->sem = sem_block;
    if (!ok)
        m->n_pixels = 0;
    return ok;
}

static bool grow_slots(memory *m, size_t n)
{
    size_t tallies = m->n_slots;
    void *segments_block = m->segments, *tallies_block = m->tallies;
    const bool ok = grow(&segments_block, &m->n_slots, n, sizeof *m->segments) &&
                    grow(&tallies_block, &tallies, n, sizeof *m->tallies);
    m->segments = segments_block;
    m->tallies = tallies_block;
    if (!ok)
        m->n_slots = 0;
    return ok;
}

static bool grow_all(memory *m, const pnd_post_rule *rule, bool has_depth)
{
    const size_t n_pixels = (size_t)rule->width * (size_t)rule->height;
    void *depth_block = m->depth, *centers_block = m->centers;
    bool ok = grow_images(m, n_pixels) && grow_slots(m, pnd_post_n_slots(rule));
    if (ok && has_depth)
        ok = grow(&depth_block, &m->n_depths, n_pixels, sizeof *m->depth);
    if (ok)
        ok = grow(&centers_block, &m->n_centers, (size_t)rule->top_k, 2 * sizeof *m->centers);
    m->depth = depth_block;
    m->centers = centers_block;
    return ok;
}

pnd_status pnd_post_reserve(pnd_postprocess_result *out, const pnd_post_rule *rule, bool has_depth,
                            pnd_error *err)
{
    memory *m = out->memory;
    if (m == NULL)
        m = pnd_calloc_array(1, sizeof *m);
    *out = (pnd_postprocess_result){.memory = m};
    if (m == NULL || !grow_all(m, rule, has_depth))
        return pnd_fail(err, PND_ENOMEM, "out of memory for the results of a %dx%d photograph",
                        rule->width, rule->height);
    out->width = rule->width;
    out->height = rule->height;
    out->panoptic = m->panoptic;
    out->sem = m->sem;
    out->depth = has_depth ? m->depth : NULL;
    out->segments = m->segments;
    out->centers = m->centers;
    return PND_OK;
}

void pnd_postprocess_result_clear(pnd_postprocess_result *result)
{
    memory *m = result->memory;
    if (m != NULL) {
        free(m->panoptic);
        free(m->sem);
        free(m->depth);
        free(m->segments);
        free(m->tallies);
        free(m->centers);
        free(m);
    }
    *result = (pnd_postprocess_result){0};
}

static pnd_segment segment_of(const pnd_post_tally *tally, const pnd_post_rule *rule)
{
    const bool is_thing = pnd_post_is_thing(rule, tally->class_id);
    const double probability = (double)tally->probability / 4294967296.0 / (double)tally->area_px;
    return (pnd_segment){.panoptic = tally->panoptic,
                         .class_id = tally->class_id,
                         .is_thing = is_thing,
                         .center_x = tally->center_x,
                         .center_y = tally->center_y,
                         .x = tally->x0,
                         .y = tally->y0,
                         .width = tally->x1 - tally->x0 + 1,
                         .height = tally->y1 - tally->y0 + 1,
                         .area_px = (int64_t)tally->area_px,
                         .score = is_thing && rule->scores ? probability * (double)tally->heat
                                                           : (double)NAN};
}

static int compare_segments(const void *a, const void *b)
{
    const int32_t x = ((const pnd_segment *)a)->panoptic, y = ((const pnd_segment *)b)->panoptic;
    return (x > y) - (x < y);
}

size_t pnd_post_segments(pnd_segment *segments, const pnd_post_tally *tallies, size_t n,
                         const pnd_post_rule *rule)
{
    size_t n_segments = 0;
    for (size_t i = 0; i < n; i++)
        if (tallies[i].panoptic != PND_POST_VOID)
            segments[n_segments++] = segment_of(&tallies[i], rule);
    qsort(segments, n_segments, sizeof *segments, compare_segments);
    return n_segments;
}

static pnd_status check_heads(const pnd_heads *heads, pnd_post_rule *rule, pnd_error *err)
{
    if (heads->stride != 0 && heads->stride != 1 && heads->stride != PND_POST_SCALE)
        return pnd_fail(err, PND_EINVAL, "stride %d of the maps: expected %d or 1", heads->stride,
                        PND_POST_SCALE);
    if (heads->stride == 1) {
        rule->stride = 1;
        rule->map_width = rule->width;
        rule->map_height = rule->height;
    }
    if (heads->sem == NULL || heads->center == NULL || heads->offset == NULL)
        return pnd_fail(err, PND_EINVAL, "a head map is missing: only the depth may be");
    if (heads->width != rule->map_width || heads->height != rule->map_height)
        return pnd_fail(err, PND_EINVAL,
                        "the maps are %dx%d: expected %dx%d, the photograph's %dx%d over %d",
                        heads->width, heads->height, rule->map_width, rule->map_height, rule->width,
                        rule->height, rule->stride);
    return PND_OK;
}

pnd_status pnd_postprocess(pnd_postprocess_result *out, pnd_backend *backend,
                           const pnd_heads *heads, int32_t width, int32_t height,
                           const pnd_postprocess_options *options, pnd_error *err)
{
    pnd_post_job job = {.heads = *heads};
    out->n_segments = out->n_centers = 0;
    pnd_status status = pnd_post_rule_make(&job.rule, options, heads->classes, width, height, err);
    if (status == PND_OK)
        status = check_heads(heads, &job.rule, err);
    if (status != PND_OK)
        return status;
    if (backend->ops->postprocess == NULL)
        return pnd_backend_lacks(backend, "postprocess", err);
    status = pnd_post_reserve(out, &job.rule, heads->depth != NULL, err);
    if (status != PND_OK)
        return status;
    job.panoptic = out->panoptic;
    job.sem = out->sem;
    job.depth = out->depth;
    job.centers = out->centers;
    job.tallies = out->memory->tallies;
    status = job.rule.stride == 1 ? pnd_ref_post(NULL, &job, err)
                                  : backend->ops->postprocess(backend->impl, &job, err);
    if (status != PND_OK)
        return status;
    out->n_centers = (size_t)job.n_centers;
    out->n_nonfinite = job.n_nonfinite;
    out->n_segments =
        pnd_post_segments(out->segments, job.tallies, pnd_post_n_slots(&job.rule), &job.rule);
    return PND_OK;
}
