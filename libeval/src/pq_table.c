/* SPDX-License-Identifier: Apache-2.0 */
#include "pq_table.h"

#include <panodepth/alloc.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static size_t lower_bound(const pq_item *items, size_t n, uint64_t key)
{
    size_t low = 0;
    for (size_t high = n; low < high;) {
        const size_t middle = low + (high - low) / 2;
        if (items[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int64_t pq_category_index(const pq_categories *categories, int32_t id)
{
    const uint64_t key = (uint32_t)id;
    const size_t i = lower_bound(categories->by_id, categories->n, key);
    return i < categories->n && categories->by_id[i].key == key ? categories->by_id[i].value : -1;
}

pq_segment *pq_table_find(const pq_table *table, uint32_t id)
{
    size_t low = 0;
    for (size_t high = table->n; low < high;) {
        const size_t middle = low + (high - low) / 2;
        if (table->rows[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < table->n && table->rows[low].id == id ? &table->rows[low] : NULL;
}

static bool reserve_scratch(pq_table *table, size_t n)
{
    if (n <= table->scratch_capacity)
        return true;
    pq_item *const scratch = pnd_realloc_array(table->scratch, n, sizeof *scratch);
    if (scratch == NULL)
        return false;
    table->scratch = scratch;
    table->scratch_capacity = n;
    return true;
}

static bool reserve(pq_table *table, size_t n)
{
    if (!reserve_scratch(table, n))
        return false;
    if (n <= table->capacity)
        return true;
    pq_segment *const rows = pnd_realloc_array(table->rows, n, sizeof *rows);
    if (rows == NULL)
        return false;
    table->rows = rows;
    table->capacity = n;
    return true;
}

pnd_status pq_table_build(pq_table *table, pq_problems *problems, const pnd_panoptic *image,
                          const pq_categories *categories, const char *name, pnd_error *err)
{
    const size_t n = image->n_segments;
    table->n = 0;
    if (!reserve(table, n))
        return pnd_fail(err, PND_ENOMEM, "%s: out of memory for %zu segments", name, n);
    pq_item *const sorted = table->scratch;
    for (size_t i = 0; i < n; i++)
        sorted[i] = (pq_item){(uint64_t)image->segments[i].id << 32 | i, (int64_t)i};
    pq_sort_items(sorted, n);
    for (size_t i = 0, order = 0; i < n; i++) {
        const pnd_segment *const segment = &image->segments[sorted[i].value];
        const bool first = i == 0 || sorted[i].key >> 32 != sorted[i - 1].key >> 32;
        const bool last = i + 1 == n || sorted[i].key >> 32 != sorted[i + 1].key >> 32;
        if (first)
            order = (size_t)sorted[i].value;
        else
            pq_offend(&problems->duplicate, segment->id, segment->category_id);
        if (last)
            table->rows[table->n++] = (pq_segment){
                .id = segment->id,
                .category_id = segment->category_id,
                .category = pq_category_index(categories, segment->category_id),
                .file_area = segment->area,
                .order = order,
                .is_crowd = segment->is_crowd,
            };
    }
    return PND_OK;
}

/* Ids of painted pixels that no row has. They come in the order of the pairs: sort them first. */
static pnd_status find_not_in_table(pq_table *table, pq_problems *problems, const pq_pairs *pairs,
                                    uint32_t (*key_id)(uint64_t), const char *name, pnd_error *err)
{
    size_t n = 0;
    for (size_t i = 0; i < pairs->n; i++) {
        const uint32_t id = key_id(pairs->items[i].key);
        if (id == 0 || pq_table_find(table, id) != NULL)
            continue;
        if (n == 0 && !reserve_scratch(table, pairs->n))
            return pnd_fail(err, PND_ENOMEM, "%s: out of memory for %zu ids", name, pairs->n);
        table->scratch[n++] = (pq_item){id, 0};
    }
    pq_sort_items(table->scratch, n);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || table->scratch[i].key != table->scratch[i - 1].key)
            pq_offend(&problems->not_in_table, (uint32_t)table->scratch[i].key, 0);
    return PND_OK;
}

pnd_status pq_table_check(pq_table *table, pq_problems *problems, const pq_pairs *pairs,
                          uint32_t (*key_id)(uint64_t), const char *name, pnd_error *err)
{
    for (size_t i = 0; i < table->n; i++) {
        const pq_segment *const row = &table->rows[i];
        if (row->id == 0)
            pq_offend(&problems->zero, row->id, row->category_id);
        if (row->area == 0)
            pq_offend(&problems->not_in_pixels, row->id, row->category_id);
        if (row->category < 0)
            pq_offend(&problems->unknown_category, row->id, row->category_id);
    }
    return find_not_in_table(table, problems, pairs, key_id, name, err);
}

void pq_table_clear(pq_table *table)
{
    free(table->rows);
    free(table->scratch);
    *table = (pq_table){0};
}

void pq_offend(pq_offenders *offenders, uint32_t id, int32_t category_id)
{
    if (offenders->n < PQ_LISTED) {
        offenders->ids[offenders->n] = id;
        offenders->category_ids[offenders->n] = category_id;
    }
    offenders->n++;
}

typedef struct text {
    char bytes[PND_MESSAGE_SIZE];
    size_t size;
} text;

static void append(text *out, const char *format, ...) PND_PRINTF(2, 3);

static void append(text *out, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int n = vsnprintf(out->bytes + out->size, sizeof out->bytes - out->size, format, args);
    va_end(args);
    if (n > 0)
        out->size += (size_t)n;
    if (out->size >= sizeof out->bytes)
        out->size = sizeof out->bytes - 1;
}

/* "; segments 5, 7 and 3 more are ..." */
static void append_offenders(text *out, const pq_offenders *offenders, bool with_category,
                             const char *what)
{
    if (offenders->n == 0)
        return;
    append(out, "%s segment%s", out->size == 0 ? "" : ";", offenders->n == 1 ? "" : "s");
    for (int64_t i = 0; i < offenders->n && i < PQ_LISTED; i++) {
        append(out, "%s %u", i == 0 ? "" : ",", (unsigned)offenders->ids[i]);
        if (with_category)
            append(out, " (category %d)", (int)offenders->category_ids[i]);
    }
    if (offenders->n > PQ_LISTED)
        append(out, " and %lld more", (long long)(offenders->n - PQ_LISTED));
    append(out, " %s", what);
}

pnd_status pq_problems_fail(const pq_problems *problems, const char *image, const char *side,
                            pnd_error *err)
{
    text all = {{0}, 0};
    append_offenders(&all, &problems->not_in_table, false, "in the PNG and not in the JSON");
    append_offenders(&all, &problems->not_in_pixels, false, "in the JSON and not in the PNG");
    append_offenders(&all, &problems->unknown_category, true,
                     "of a category the ground truth does not have");
    append_offenders(&all, &problems->duplicate, false, "listed more than once");
    append_offenders(&all, &problems->zero, false, "listed, and 0 is void");
    const bool pixels = problems->not_in_table.n + problems->not_in_pixels.n > 0;
    return pnd_fail(err, pixels ? PND_EMISMATCH : PND_EINVAL, "%s: %s:%s", image, side, all.bytes);
}
