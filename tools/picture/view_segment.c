/* SPDX-License-Identifier: Apache-2.0 */
#include "view_segment.h"

#include <panodepth/alloc.h>
#include <panodepth/labels.h>

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool find_listed(view_segment *out, const pnd_category_info *list, size_t n, int32_t id)
{
    for (size_t i = 0; i < n; i++) {
        if (list[i].id != id)
            continue;
        out->name = list[i].name;
        out->is_thing = list[i].is_thing;
        memcpy(out->color, list[i].color, sizeof(out->color));
        return true;
    }
    return false;
}

static bool find_cityscapes(view_segment *out, bool train_ids, int32_t id)
{
    const pnd_label *label = train_ids ? pnd_label_by_train_id(id) : pnd_label_by_id(id);
    if (label == NULL)
        return false;
    out->name = label->name;
    out->is_thing = label->has_instances;
    memcpy(out->color, label->color, sizeof(out->color));
    return true;
}

static bool describe(view_segment *out, const pnd_segment_info *info, view_categories categories)
{
    *out = (view_segment){.id = info->id, .is_crowd = info->is_crowd};
    out->depth_m = info->depth_m;
    out->coverage = (double)NAN;
    if (categories.list != NULL)
        return find_listed(out, categories.list, categories.n, info->category_id);
    return find_cityscapes(out, categories.train_ids, info->category_id);
}

/* Number the things of each category in the order of the file. */
static void number_instances(view_segment *segments, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = i; segments[i].is_thing && k-- > 0;)
            if (segments[k].is_thing && strcmp(segments[k].name, segments[i].name) == 0) {
                segments[i].instance = segments[k].instance + 1;
                break;
            }
}

/* A segment's id and where it stands in the list. */
typedef struct entry {
    uint32_t id, position;
} entry;

static int compare_entries(const void *a, const void *b)
{
    const entry *p = a, *q = b;
    if (p->id != q->id)
        return p->id < q->id ? -1 : 1;
    return p->position < q->position ? -1 : p->position > q->position;
}

/* The segments in ascending order of id; NULL when memory is short. */
static entry *sort_ids(const view_segment *segments, size_t n)
{
    entry *entries = pnd_alloc_array(n, sizeof(*entries));
    if (entries == NULL)
        return NULL;
    for (size_t i = 0; i < n; i++)
        entries[i] = (entry){segments[i].id, (uint32_t)i};
    qsort(entries, n, sizeof(*entries), compare_entries);
    return entries;
}

static pnd_status check_unique(const view_segment *segments, size_t n, const char *name,
                               pnd_error *err)
{
    entry *entries = sort_ids(segments, n);
    if (entries == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for %zu segments", n);
    pnd_status status = PND_OK;
    for (size_t i = 1; i < n && status == PND_OK; i++)
        if (entries[i].id == entries[i - 1].id)
            status = pnd_fail(err, PND_EFORMAT, "%s: segment id %" PRIu32 " is given twice", name,
                              entries[i].id);
    free(entries);
    return status;
}

pnd_status view_segments_describe(view_segment *out, const pnd_segment_info *infos, size_t n,
                                  view_categories categories, const char *name, pnd_error *err)
{
    for (size_t i = 0; i < n; i++)
        if (!describe(&out[i], &infos[i], categories))
            return pnd_fail(err, PND_EFORMAT,
                            "%s: segment %" PRIu32 " has the unknown category %" PRId32, name,
                            infos[i].id, infos[i].category_id);
    number_instances(out, n);
    return check_unique(out, n, name, err);
}

/* Position + 1 of an id, 0 when there is none. */
static uint32_t look_up(const entry *entries, size_t n, uint32_t id)
{
    size_t low = 0, high = n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (entries[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < n && entries[low].id == id ? entries[low].position + 1 : 0;
}

static pnd_status index_row(uint32_t *index, const entry *entries, size_t n, const uint32_t *ids,
                            int32_t width, int32_t y, const char *name, pnd_error *err)
{
    uint32_t last = 0, found = 0;
    for (int32_t x = 0; x < width; x++) {
        if (ids[x] != last) {
            last = ids[x];
            found = last == 0 ? 0 : look_up(entries, n, last);
            if (last != 0 && found == 0)
                return pnd_fail(err, PND_EMISMATCH,
                                "%s: pixel (%" PRId32 ", %" PRId32 ") has segment id %" PRIu32
                                ", which the JSON does not list",
                                name, x, y, last);
        }
        index[x] = found;
    }
    return PND_OK;
}

pnd_status view_segments_index(pnd_plane_u32 *index, const view_segment *segments, size_t n,
                               pnd_view_u32 ids, const char *name, pnd_error *err)
{
    pnd_status status = pnd_plane_u32_resize(index, ids.width, ids.height, err);
    if (status != PND_OK)
        return status;
    entry *entries = sort_ids(segments, n);
    if (entries == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for %zu segments", n);
    for (int32_t y = 0; y < ids.height && status == PND_OK; y++)
        status = index_row(pnd_plane_u32_row(index, y), entries, n, pnd_view_u32_row(ids, y),
                           ids.width, y, name, err);
    free(entries);
    return status;
}
