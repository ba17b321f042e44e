/* SPDX-License-Identifier: Apache-2.0 */
/* Counting one image: pairs of classes, found pixels of instances, boundary bands. */
#include <panodepth/alloc.h>
#include <panodepth/semantic.h>

#include <stdlib.h>
#include <string.h>

enum { N_IDS = 1 << 16, N_VALUES = 1 << 8 };

struct pnd_semantic_counter {
    pnd_semantic_class classes[PND_SEMANTIC_MAX_CLASSES];
    int32_t n;
    double boundary_ratio;
    int64_t pairs[N_VALUES * N_VALUES]; /* by raw values, so that none is out of range */
    int64_t confusion[PND_SEMANTIC_MAX_CLASSES * PND_SEMANTIC_MAX_CLASSES];
    pnd_semantic_instance *instances; /* N_IDS entries at most */
    size_t n_instances, capacity;
    int32_t slots[N_IDS]; /* instance id -> position + 1 in instances; 0: not met */
    pnd_semantic_boundary boundary[PND_SEMANTIC_MAX_CLASSES];
    pnd_plane_u8 gt_band, pred_band;
    int32_t *runs;
    size_t n_runs;
};

pnd_status pnd_semantic_counter_create(pnd_semantic_counter **out, const pnd_semantic_table *table,
                                       double boundary_ratio, pnd_error *err)
{
    *out = NULL;
    if (table->n_classes < 1 || table->n_classes > PND_SEMANTIC_MAX_CLASSES ||
        table->n_categories < 0 || table->n_categories > PND_SEMANTIC_MAX_CLASSES)
        return pnd_fail(err, PND_EINVAL, "%d classes in %d categories: at most %d each",
                        (int)table->n_classes, (int)table->n_categories, PND_SEMANTIC_MAX_CLASSES);
    for (int32_t c = 0; c < table->n_classes; c++)
        if (table->classes[c].category < 0 || table->classes[c].category >= table->n_categories)
            return pnd_fail(err, PND_EINVAL, "class %d is of category %d of %d", (int)c,
                            (int)table->classes[c].category, (int)table->n_categories);
    pnd_semantic_counter *const counter = pnd_calloc_array(1, sizeof *counter);
    if (counter == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    memcpy(counter->classes, table->classes, (size_t)table->n_classes * sizeof *table->classes);
    counter->n = table->n_classes;
    counter->boundary_ratio = boundary_ratio;
    *out = counter;
    return PND_OK;
}

void pnd_semantic_counter_free(pnd_semantic_counter *counter)
{
    if (counter == NULL)
        return;
    free(counter->instances);
    pnd_plane_u8_clear(&counter->gt_band);
    pnd_plane_u8_clear(&counter->pred_band);
    free(counter->runs);
    free(counter);
}

static void reset(pnd_semantic_counter *counter)
{
    memset(counter->pairs, 0, sizeof counter->pairs);
    memset(counter->boundary, 0, sizeof counter->boundary);
    for (size_t i = 0; i < counter->n_instances; i++)
        counter->slots[counter->instances[i].id] = 0;
    counter->n_instances = 0;
}

static pnd_status check_size(int32_t width, int32_t height, const char *name, pnd_view_u8 gt,
                             const char *gt_name, pnd_error *err)
{
    if (width == gt.width && height == gt.height)
        return PND_OK;
    const bool swapped = width == gt.height && height == gt.width;
    return pnd_fail_hint(err, PND_EMISMATCH, swapped ? "width and height swapped?" : "",
                         "%s: %dx%d pixels, the ground truth %s has %dx%d", name, (int)width,
                         (int)height, gt_name, (int)gt.width, (int)gt.height);
}

/* ---- pairs of classes */

static void count_pairs(int64_t *pairs, pnd_view_u8 gt, pnd_view_u8 pred)
{
    for (int32_t y = 0; y < gt.height; y++) {
        const uint8_t *const g = pnd_view_u8_row(gt, y), *const p = pnd_view_u8_row(pred, y);
        for (int32_t x = 0, end; x < gt.width; x = end) {
            end = x + 1;
            while (end < gt.width && g[end] == g[x] && p[end] == p[x])
                end++;
            pairs[N_VALUES * g[x] + p[x]] += end - x;
        }
    }
}

/* Name the first pixel with a value that is no class. */
static pnd_status check_values(pnd_view_u8 image, int32_t n_classes, const char *name,
                               pnd_error *err)
{
    for (int32_t y = 0; y < image.height; y++) {
        const uint8_t *const row = pnd_view_u8_row(image, y);
        for (int32_t x = 0; x < image.width; x++)
            if (row[x] >= n_classes)
                return pnd_fail(err, PND_EINVAL,
                                "%s: pixel (%d, %d) has the value %d, expected a class id of 0 to "
                                "%d",
                                name, (int)x, (int)y, row[x], (int)n_classes - 1);
    }
    return PND_OK;
}

/* From all values to the classes. False when there were others. */
static bool fold_pairs(pnd_semantic_counter *counter)
{
    int64_t others = 0;
    for (int32_t g = 0; g < N_VALUES; g++)
        for (int32_t p = 0; p < N_VALUES; p++) {
            const int64_t count = counter->pairs[N_VALUES * g + p];
            if (g < counter->n && p < counter->n)
                counter->confusion[counter->n * g + p] = count;
            else
                others += count;
        }
    return others == 0;
}

/* ---- instances */

static pnd_semantic_instance *find_instance(pnd_semantic_counter *counter, uint16_t id)
{
    if (counter->slots[id] > 0)
        return &counter->instances[counter->slots[id] - 1];
    if (counter->n_instances == counter->capacity) {
        const size_t capacity = counter->capacity == 0 ? 256 : 2 * counter->capacity;
        pnd_semantic_instance *const more =
            pnd_realloc_array(counter->instances, capacity, sizeof *more);
        if (more == NULL)
            return NULL;
        counter->instances = more;
        counter->capacity = capacity;
    }
    pnd_semantic_instance *const added = &counter->instances[counter->n_instances++];
    *added = (pnd_semantic_instance){.id = id, .class_id = id / 1000};
    counter->slots[id] = (int32_t)counter->n_instances;
    return added;
}

static pnd_status add_run(pnd_semantic_counter *counter, uint16_t id, uint8_t pred, int64_t length,
                          pnd_error *err)
{
    pnd_semantic_instance *const instance = find_instance(counter, id);
    if (instance == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    const bool same_category =
        counter->classes[pred].category == counter->classes[instance->class_id].category;
    instance->size += length;
    instance->hits += pred == instance->class_id ? length : 0;
    instance->category_hits += same_category ? length : 0;
    return PND_OK;
}

/* Values up to 1000 are no single instances, as in the reference. */
static pnd_status count_instance_row(pnd_semantic_counter *counter, const uint16_t *ids,
                                     const uint8_t *pred, int32_t width, int32_t y,
                                     const char *name, pnd_error *err)
{
    pnd_status status = PND_OK;
    for (int32_t x = 0, end; x < width && status == PND_OK; x = end) {
        end = x + 1;
        while (end < width && ids[end] == ids[x] && pred[end] == pred[x])
            end++;
        const int32_t class_id = ids[x] < 1000 ? ids[x] : ids[x] / 1000;
        if (class_id >= counter->n)
            return pnd_fail(err, PND_EINVAL,
                            "%s: pixel (%d, %d) has the value %d: class %d, expected 0 to %d", name,
                            (int)x, (int)y, ids[x], (int)class_id, (int)counter->n - 1);
        if (ids[x] <= 1000 || counter->classes[class_id].is_ignored)
            continue;
        if (!counter->classes[class_id].has_instances)
            return pnd_fail(err, PND_EINVAL,
                            "%s: pixel (%d, %d) has the value %d: class %d has no instances", name,
                            (int)x, (int)y, ids[x], (int)class_id);
        status = add_run(counter, ids[x], pred[x], end - x, err);
    }
    return status;
}

static int order_instances(const void *a, const void *b)
{
    const pnd_semantic_instance *const x = a, *const y = b;
    return (x->id > y->id) - (x->id < y->id);
}

static pnd_status count_instances(pnd_semantic_counter *counter, pnd_view_u8 pred,
                                  pnd_view_u16 instances, const char *name, pnd_error *err)
{
    pnd_status status = PND_OK;
    for (int32_t y = 0; y < pred.height && status == PND_OK; y++)
        status = count_instance_row(counter, pnd_view_u16_row(instances, y),
                                    pnd_view_u8_row(pred, y), pred.width, y, name, err);
    if (counter->n_instances > 0) /* else there may be no array yet */
        qsort(counter->instances, counter->n_instances, sizeof *counter->instances,
              order_instances);
    return status;
}

/* ---- boundary */

static pnd_status make_bands(pnd_semantic_counter *counter, pnd_view_u8 gt, pnd_view_u8 pred,
                             pnd_error *err)
{
    const int32_t distance = pnd_boundary_width(gt.width, gt.height, counter->boundary_ratio);
    const size_t needed = 2 * (size_t)gt.width;
    if (counter->n_runs < needed) {
        int32_t *const runs = pnd_realloc_array(counter->runs, needed, sizeof *runs);
        if (runs == NULL)
            return pnd_fail(err, PND_ENOMEM, "out of memory");
        counter->runs = runs;
        counter->n_runs = needed;
    }
    const pnd_status status =
        pnd_boundary_band(&counter->gt_band, gt, distance, counter->runs, err);
    return status == PND_OK
               ? pnd_boundary_band(&counter->pred_band, pred, distance, counter->runs, err)
               : status;
}

/* As for IoU, pixels of ignored ground truth do not count. */
static pnd_status count_boundary(pnd_semantic_counter *counter, pnd_view_u8 gt, pnd_view_u8 pred,
                                 pnd_error *err)
{
    const pnd_status status = make_bands(counter, gt, pred, err);
    for (int32_t y = 0; y < gt.height && status == PND_OK; y++) {
        const uint8_t *const g = pnd_view_u8_row(gt, y), *const p = pnd_view_u8_row(pred, y);
        const uint8_t *const in_gt = pnd_plane_u8_row(&counter->gt_band, y);
        const uint8_t *const in_pred = pnd_plane_u8_row(&counter->pred_band, y);
        for (int32_t x = 0; x < gt.width; x++) {
            if (counter->classes[g[x]].is_ignored)
                continue;
            counter->boundary[g[x]].gt += in_gt[x];
            counter->boundary[p[x]].pred += in_pred[x];
            counter->boundary[g[x]].both += g[x] == p[x] && in_gt[x] && in_pred[x];
        }
    }
    return status;
}

/* ---- one image */

static pnd_status count_all(pnd_semantic_counter *counter, pnd_view_u8 gt, pnd_view_u8 pred,
                            pnd_view_u16 instances, const char *gt_name, const char *pred_name,
                            const char *instances_name, pnd_error *err)
{
    pnd_status status = PND_OK;
    count_pairs(counter->pairs, gt, pred);
    if (!fold_pairs(counter)) {
        status = check_values(gt, counter->n, gt_name, err);
        return status == PND_OK ? check_values(pred, counter->n, pred_name, err) : status;
    }
    if (instances.data != NULL)
        status = count_instances(counter, pred, instances, instances_name, err);
    if (status == PND_OK && counter->boundary_ratio > 0)
        status = count_boundary(counter, gt, pred, err);
    return status;
}

pnd_status pnd_semantic_count(pnd_semantic_image *out, pnd_semantic_counter *counter,
                              pnd_view_u8 gt, pnd_view_u8 pred, pnd_view_u16 instances,
                              const char *gt_name, const char *pred_name,
                              const char *instances_name, pnd_error *err)
{
    *out = (pnd_semantic_image){0};
    reset(counter);
    pnd_status status = check_size(pred.width, pred.height, pred_name, gt, gt_name, err);
    if (status == PND_OK && instances.data != NULL)
        status = check_size(instances.width, instances.height, instances_name, gt, gt_name, err);
    if (status == PND_OK)
        status = count_all(counter, gt, pred, instances, gt_name, pred_name, instances_name, err);
    if (status != PND_OK)
        return status;
    *out = (pnd_semantic_image){
        .confusion = counter->confusion,
        .instances = counter->instances,
        .n_instances = counter->n_instances,
        .has_instances = instances.data != NULL,
        .boundary = counter->boundary_ratio > 0 ? counter->boundary : NULL,
    };
    return PND_OK;
}
