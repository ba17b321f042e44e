/* SPDX-License-Identifier: Apache-2.0 */
/* Post-processing in plain steps over whole images: the definition, in the order of the header. */
#include "../post_job.h"

#include <panodepth/alloc.h>

#include <stdlib.h>

/* One hot pixel that is the largest of its window. */
typedef struct peak {
    float heat;
    int32_t y, x;
} peak;

typedef struct scratch {
    float *heat;  /* enlarged */
    int32_t *ids; /* slot of every pixel */
    peak *peaks;  /* room for every pixel */
    size_t n_peaks;
    unsigned *counts; /* [slot][class] */
} scratch;

static size_t pixel_at(const pnd_post_job *job, int32_t y, int32_t x)
{
    return (size_t)y * (size_t)job->rule.width + (size_t)x;
}

static float sample(const pnd_post_job *job, const float *maps, int32_t channel, int32_t y,
                    int32_t x)
{
    const pnd_post_rule *const rule = &job->rule;
    const size_t map_size = (size_t)rule->map_width * (size_t)rule->map_height;
    if (rule->stride == 1)
        return maps[(size_t)channel * map_size + pixel_at(job, y, x)];
    return pnd_post_sample(maps + (size_t)channel * map_size, rule->map_width,
                           pnd_post_tap_of(y, rule->map_height),
                           pnd_post_tap_of(x, rule->map_width));
}

static void count_nonfinite(pnd_post_job *job, const float *maps, int32_t channels)
{
    const size_t n = (size_t)channels * (size_t)job->rule.map_width * (size_t)job->rule.map_height;
    for (size_t i = 0; maps != NULL && i < n; i++)
        job->n_nonfinite += !isfinite(maps[i]);
}

/* Step 1, and the depth. */
static void enlarge(pnd_post_job *job, scratch *s)
{
    for (int32_t y = 0; y < job->rule.height; y++) {
        for (int32_t x = 0; x < job->rule.width; x++) {
            const size_t i = pixel_at(job, y, x);
            float best = sample(job, job->heads.sem, 0, y, x);
            job->sem[i] = 0;
            for (int32_t c = 1; c < job->rule.classes; c++) {
                const float logit = sample(job, job->heads.sem, c, y, x);
                if (logit > best) {
                    best = logit;
                    job->sem[i] = (uint8_t)c;
                }
            }
            s->heat[i] = sample(job, job->heads.center, 0, y, x);
            if (job->depth != NULL)
                job->depth[i] = sample(job, job->heads.depth, 0, y, x);
        }
    }
}

static bool is_peak(const pnd_post_job *job, const scratch *s, int32_t y, int32_t x)
{
    const int32_t r = job->rule.nms_radius;
    const float heat = s->heat[pixel_at(job, y, x)];
    if (!pnd_post_is_hot(&job->rule, heat))
        return false;
    for (int32_t v = y - r; v <= y + r; v++)
        for (int32_t u = x - r; u <= x + r; u++)
            if (v >= 0 && v < job->rule.height && u >= 0 && u < job->rule.width &&
                s->heat[pixel_at(job, v, u)] > heat)
                return false;
    return true;
}

/* Best first, the earlier in raster order on ties. */
static int compare_peaks(const void *a_, const void *b_)
{
    const peak *a = a_, *b = b_;
    if (a->heat != b->heat)
        return a->heat < b->heat ? 1 : -1;
    return a->y != b->y ? (a->y > b->y) - (a->y < b->y) : (a->x > b->x) - (a->x < b->x);
}

static int compare_places(const void *a_, const void *b_)
{
    const peak *a = a_, *b = b_;
    return a->y != b->y ? (a->y > b->y) - (a->y < b->y) : (a->x > b->x) - (a->x < b->x);
}

/* Step 2. */
static void find_centers(pnd_post_job *job, scratch *s)
{
    const size_t top_k = (size_t)job->rule.top_k;
    size_t n = 0;
    for (int32_t y = 0; y < job->rule.height; y++)
        for (int32_t x = 0; x < job->rule.width; x++)
            if (is_peak(job, s, y, x))
                s->peaks[s->n_peaks++] = (peak){s->heat[pixel_at(job, y, x)], y, x};
    qsort(s->peaks, s->n_peaks, sizeof *s->peaks, compare_peaks);
    if (s->n_peaks < top_k || job->rule.keep_top_k) {
        n = s->n_peaks < top_k ? s->n_peaks : top_k;
    } else {
        const float t = s->peaks[top_k - 1].heat;
        while (s->peaks[n].heat > t)
            n++;
    }
    qsort(s->peaks, n, sizeof *s->peaks, compare_places);
    for (size_t k = 0; k < n; k++) {
        job->centers[2 * k] = s->peaks[k].y;
        job->centers[2 * k + 1] = s->peaks[k].x;
    }
    job->n_centers = (int32_t)n;
}

/* From 1; 0 without centres. */
static int32_t nearest_center(const pnd_post_job *job, int32_t y, int32_t x)
{
    const float stride = (float)job->rule.stride;
    const float to_y = (float)y + sample(job, job->heads.offset, 0, y, x) * stride;
    const float to_x = (float)x + sample(job, job->heads.offset, 1, y, x) * stride;
    float least = 0.0f;
    int32_t nearest = 0;
    for (int32_t k = 0; k < job->n_centers; k++) {
        const float distance = pnd_post_distance((float)job->centers[2 * k],
                                                 (float)job->centers[2 * k + 1], to_y, to_x);
        if (k == 0 || distance < least) {
            least = distance;
            nearest = k + 1;
        }
    }
    return nearest;
}

static void add_pixel(pnd_post_tally *tally, int32_t y, int32_t x)
{
    tally->area_px++;
    tally->sum_x += (unsigned long long)x;
    tally->sum_y += (unsigned long long)y;
    tally->x0 = x < tally->x0 ? x : tally->x0;
    tally->x1 = x > tally->x1 ? x : tally->x1;
    tally->y0 = y < tally->y0 ? y : tally->y0;
    tally->y1 = y > tally->y1 ? y : tally->y1;
}

/* Step 3: the slot of every pixel, and what is counted over a slot. */
static void group(pnd_post_job *job, scratch *s)
{
    const int32_t classes = job->rule.classes;
    for (int32_t y = 0; y < job->rule.height; y++) {
        for (int32_t x = 0; x < job->rule.width; x++) {
            const size_t i = pixel_at(job, y, x);
            const int32_t class_id = job->sem[i];
            s->ids[i] = pnd_post_is_thing(&job->rule, class_id)
                            ? classes + nearest_center(job, y, x)
                            : class_id;
            s->counts[s->ids[i] * classes + class_id]++;
            add_pixel(&job->tallies[s->ids[i]], y, x);
        }
    }
}

/* Steps 4 to 6: what each slot is in the map. */
static void name_slots(pnd_post_job *job, const scratch *s)
{
    const pnd_post_rule *const rule = &job->rule;
    int32_t n_of_class[PND_POST_MAX_CLASSES] = {0};
    for (int32_t c = 0; c < rule->classes; c++) {
        job->tallies[c].class_id = c;
        job->tallies[c].panoptic = pnd_post_stuff_value(rule, c, job->tallies[c].area_px);
    }
    for (int32_t k = rule->one_instance ? 0 : 1; k <= job->n_centers; k++) {
        pnd_post_tally *const tally = &job->tallies[rule->classes + k];
        const int32_t mode =
            pnd_post_mode(s->counts + (rule->classes + k) * rule->classes, rule->classes);
        if (mode < 0)
            continue;
        tally->class_id = mode;
        tally->panoptic = mode * rule->label_divisor + ++n_of_class[mode];
        if (k > 0) {
            tally->center_y = job->centers[2 * (k - 1)];
            tally->center_x = job->centers[2 * (k - 1) + 1];
        }
    }
}

static float probability(const pnd_post_job *job, int32_t class_id, int32_t y, int32_t x)
{
    float largest = sample(job, job->heads.sem, 0, y, x), total = 0.0f;
    for (int32_t c = 1; c < job->rule.classes; c++) {
        const float logit = sample(job, job->heads.sem, c, y, x);
        largest = logit > largest ? logit : largest;
    }
    for (int32_t c = 0; c < job->rule.classes; c++)
        total += pnd_post_exp(sample(job, job->heads.sem, c, y, x) - largest);
    return pnd_post_exp(sample(job, job->heads.sem, class_id, y, x) - largest) / total;
}

/* The map, and the probabilities behind the scores. */
static void finish(pnd_post_job *job, const scratch *s)
{
    for (int32_t y = 0; y < job->rule.height; y++) {
        for (int32_t x = 0; x < job->rule.width; x++) {
            const size_t i = pixel_at(job, y, x);
            pnd_post_tally *const tally = &job->tallies[s->ids[i]];
            job->panoptic[i] = tally->panoptic;
            if (job->rule.scores && s->ids[i] >= job->rule.classes &&
                tally->panoptic != PND_POST_VOID)
                tally->probability +=
                    pnd_post_probability_term(probability(job, tally->class_id, y, x));
        }
    }
    for (int32_t k = 0; k <= job->n_centers; k++) {
        pnd_post_tally *const tally = &job->tallies[job->rule.classes + k];
        if (tally->area_px > 0)
            tally->heat = s->heat[pixel_at(job, (int32_t)(tally->sum_y / tally->area_px),
                                           (int32_t)(tally->sum_x / tally->area_px))];
    }
}

static void work(pnd_post_job *job, scratch *s)
{
    const size_t n_slots = pnd_post_n_slots(&job->rule);
    for (size_t i = 0; i < n_slots; i++)
        job->tallies[i] = pnd_post_empty_tally(&job->rule);
    job->n_nonfinite = 0;
    count_nonfinite(job, job->heads.sem, job->rule.classes);
    count_nonfinite(job, job->heads.center, 1);
    count_nonfinite(job, job->heads.offset, 2);
    count_nonfinite(job, job->heads.depth, 1);
    enlarge(job, s);
    find_centers(job, s);
    group(job, s);
    name_slots(job, s);
    finish(job, s);
}

pnd_status pnd_ref_post(void *impl, pnd_post_job *job, pnd_error *err)
{
    const size_t n = (size_t)job->rule.width * (size_t)job->rule.height;
    const size_t n_counts = pnd_post_n_slots(&job->rule) * (size_t)job->rule.classes;
    scratch s = {.heat = pnd_alloc_array(n, sizeof *s.heat),
                 .ids = pnd_alloc_array(n, sizeof *s.ids),
                 .peaks = pnd_alloc_array(n, sizeof *s.peaks),
                 .counts = pnd_calloc_array(n_counts, sizeof *s.counts)};
    pnd_status status = PND_OK;
    (void)impl;
    if (s.heat == NULL || s.ids == NULL || s.peaks == NULL || s.counts == NULL)
        status = pnd_fail(err, PND_ENOMEM, "out of memory for %zu pixels", n);
    else
        work(job, &s);
    free(s.counts);
    free(s.peaks);
    free(s.ids);
    free(s.heat);
    return status;
}
