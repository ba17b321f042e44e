/* SPDX-License-Identifier: Apache-2.0 */
/*
 * instanceIds -> panoptic ground truth.
 *
 * Labels come in runs (some 50 pixels long in Cityscapes), so the image is walked run by run: the
 * table look-up, the area and the bounding box are updated once per run, and segment ids are
 * written run by run. Four pixels are compared with the run's value in one 64-bit word.
 */
#include <panodepth/alloc.h>
#include <panodepth/labels.h>
#include <panodepth/panoptic_set.h>

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One distinct value of the image. */
typedef struct region {
    uint16_t value;
    bool evaluated;
    int64_t area;
    int32_t x_min, y_min, x_max, y_max;
} region;

enum { N_VALUES = 65536 };

typedef struct builder {
    uint16_t *slot; /* value -> index into regions, plus one; 0: not met yet */
    region *regions;
    size_t n, capacity;
    const char *name;
    pnd_error *err;
} builder;

/* The first x behind the run that begins at row[x]. */
static int32_t run_end(const uint16_t *row, int32_t x, int32_t width)
{
    const uint16_t value = row[x];
    const uint64_t four = value * UINT64_C(0x0001000100010001);
    uint64_t word = four;
    for (x++; width - x >= 4; x += 4) {
        memcpy(&word, row + x, sizeof word);
        if (word != four)
            break;
    }
    while (x < width && row[x] == value)
        x++;
    return x;
}

static pnd_status fail_unknown(const builder *b, uint16_t value, int32_t x, int32_t y)
{
    const char *hint = value == 255 ? "is this a trainId image? instanceIds are needed"
                                    : "instanceIds hold a class id, or class id * 1000 + number";
    return pnd_fail_hint(b->err, PND_EFORMAT, hint,
                         "%s: value %u at pixel (%" PRId32 ", %" PRId32 ") is class %" PRId32
                         ", which Cityscapes does not have",
                         b->name, (unsigned)value, x, y, pnd_instance_class(value));
}

/* Known values are below 34000 with 33 * 1000 + 34 distinct ones at most, so a slot fits 16 bits.
 */
static pnd_status add_region(builder *b, uint16_t value, int32_t x, int32_t y)
{
    const pnd_label *label = pnd_label_by_id(pnd_instance_class(value));
    if (label == NULL)
        return fail_unknown(b, value, x, y);
    if (b->n == b->capacity) {
        const size_t capacity = b->capacity > 0 ? 2 * b->capacity : 64;
        region *regions = pnd_realloc_array(b->regions, capacity, sizeof *regions);
        if (regions == NULL)
            return pnd_fail(b->err, PND_ENOMEM, "%s: out of memory", b->name);
        b->regions = regions;
        b->capacity = capacity;
    }
    b->regions[b->n++] = (region){.value = value,
                                  .evaluated = !label->ignore_in_eval,
                                  .x_min = x,
                                  .y_min = y,
                                  .x_max = x,
                                  .y_max = y};
    b->slot[value] = (uint16_t)b->n;
    return PND_OK;
}

static void extend(region *r, int32_t x, int32_t end, int32_t y)
{
    r->area += end - x;
    r->x_min = x < r->x_min ? x : r->x_min;
    r->x_max = end - 1 > r->x_max ? end - 1 : r->x_max;
    r->y_max = y;
}

/* One row; ids may be NULL. */
static pnd_status walk_row(builder *b, uint32_t *ids, const uint16_t *row, int32_t width, int32_t y)
{
    for (int32_t x = 0, end = 0; x < width; x = end) {
        const uint16_t value = row[x];
        end = run_end(row, x, width);
        if (b->slot[value] == 0) {
            const pnd_status status = add_region(b, value, x, y);
            if (status != PND_OK)
                return status;
        }
        region *r = &b->regions[b->slot[value] - 1];
        extend(r, x, end, y);
        const uint32_t id = r->evaluated ? value : 0;
        for (int32_t i = x; ids != NULL && i < end; i++)
            ids[i] = id;
    }
    return PND_OK;
}

static int compare_regions(const void *a, const void *b)
{
    const region *x = a, *y = b;
    return (x->value > y->value) - (x->value < y->value);
}

static pnd_segment_info make_segment(const region *r, bool train_ids)
{
    const pnd_label *label = pnd_label_by_id(pnd_instance_class(r->value));
    return (pnd_segment_info){
        .id = r->value,
        .category_id = train_ids ? label->train_id : label->id,
        .area = r->area,
        .bbox = {r->x_min, r->y_min, r->x_max - r->x_min + 1, r->y_max - r->y_min + 1},
        .is_crowd = r->value < 1000 && label->has_instances,
        .depth_m = (double)NAN,
        .score = (double)NAN,
    };
}

static pnd_status make_segments(pnd_segment_info **segments, size_t *n, builder *b, bool train_ids)
{
    pnd_segment_info *made = pnd_alloc_array(b->n, sizeof *made);
    if (made == NULL)
        return pnd_fail(b->err, PND_ENOMEM, "%s: out of memory", b->name);
    assert(b->n > 0); /* an image has pixels */
    qsort(b->regions, b->n, sizeof *b->regions, compare_regions);
    for (size_t i = 0; i < b->n; i++)
        if (b->regions[i].evaluated)
            made[(*n)++] = make_segment(&b->regions[i], train_ids);
    *segments = made;
    return PND_OK;
}

static pnd_status walk_image(builder *b, pnd_plane_u32 *ids, pnd_view_u16 image)
{
    pnd_status status = pnd_check_size(image.width, image.height, b->name, b->err);
    if (status == PND_OK && ids != NULL)
        status = pnd_plane_u32_resize(ids, image.width, image.height, b->err);
    for (int32_t y = 0; y < image.height && status == PND_OK; y++)
        status = walk_row(b, ids != NULL ? pnd_plane_u32_row(ids, y) : NULL,
                          pnd_view_u16_row(image, y), image.width, y);
    return status;
}

pnd_status pnd_panoptic_from_instance_ids(pnd_plane_u32 *ids, pnd_segment_info **segments,
                                          size_t *n, pnd_view_u16 instance_ids, bool train_ids,
                                          const char *name, pnd_error *err)
{
    *segments = NULL;
    *n = 0;
    builder b = {.name = name, .err = err};
    b.slot = pnd_calloc_array(N_VALUES, sizeof *b.slot);
    if (b.slot == NULL)
        return pnd_fail(err, PND_ENOMEM, "%s: out of memory", name);
    pnd_status status = walk_image(&b, ids, instance_ids);
    if (status == PND_OK)
        status = make_segments(segments, n, &b, train_ids);
    free(b.regions);
    free(b.slot);
    return status;
}
