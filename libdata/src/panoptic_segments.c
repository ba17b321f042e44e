/* SPDX-License-Identifier: Apache-2.0 */
/* Classes of one id space to the other, segments from pairs, and pairs from segments. */
#include <panodepth/panoptic_segments.h>

#include <panodepth/alloc.h>

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

enum { DIVISOR = 1000, MAX_SEGMENTS = 65536 };

const pnd_label *pnd_label_in_space(int32_t class_id, pnd_id_space space)
{
    return space == PND_ID_SPACE_TRAIN_IDS ? pnd_label_by_train_id(class_id)
                                           : pnd_label_by_id(class_id);
}

int32_t pnd_class_in_space(const pnd_label *label, pnd_id_space space)
{
    return space == PND_ID_SPACE_TRAIN_IDS ? label->train_id : label->id;
}

/* ---- one pair */

static pnd_status fail_class(int32_t class_id, const pnd_pairs_rule *rule, const char *name,
                             pnd_error *err)
{
    return pnd_fail_hint(err, PND_EFORMAT, rule->class_hint != NULL ? rule->class_hint : "",
                         "%s: class %" PRId32 " is no %s", name, class_id,
                         rule->from == PND_ID_SPACE_TRAIN_IDS ? "trainId" : "label id");
}

static pnd_status map_pair(uint32_t *pair, const pnd_pairs_rule *rule, const char *name,
                           pnd_error *err)
{
    const int32_t class_id = (int32_t)pnd_pair_class(*pair);
    uint32_t n = pnd_pair_instance(*pair);
    const pnd_label *label = pnd_label_in_space(class_id, rule->from);
    if (*pair == PND_PAIR_VOID)
        return PND_OK;
    if (label == NULL)
        return fail_class(class_id, rule, name, err);
    if (label->ignore_in_eval) {
        *pair = PND_PAIR_VOID;
        return PND_OK;
    }
    if (!label->has_instances && n != 0)
        return pnd_fail_hint(err, PND_EFORMAT, rule->class_hint != NULL ? rule->class_hint : "",
                             "%s: instance %" PRIu32 " of %s, which has none", name, n,
                             label->name);
    if (label->has_instances && n == 0 && rule->zero == PND_INSTANCE_ZERO_REFUSE)
        return pnd_fail_hint(err, PND_EFORMAT, rule->zero_hint != NULL ? rule->zero_hint : "",
                             "%s: %s with instance 0: a group, or an instance counted from 0?",
                             name, label->name);
    if (label->has_instances && rule->zero == PND_INSTANCE_ZERO_COUNTS && ++n > 65535)
        return pnd_fail(err, PND_ELIMIT, "%s: instance 65535 of %s", name, label->name);
    *pair = pnd_pair((uint32_t)pnd_class_in_space(label, rule->to), n);
    return PND_OK;
}

pnd_status pnd_pairs_map(pnd_plane_u32 *pairs, const pnd_pairs_rule *rule, const char *name,
                         pnd_error *err)
{
    for (int32_t y = 0; y < pairs->height; y++) {
        uint32_t *row = pnd_plane_u32_row(pairs, y);
        uint32_t from = PND_PAIR_VOID, to = PND_PAIR_VOID;
        for (int32_t x = 0; x < pairs->width; x++) {
            if (row[x] != from) {
                from = to = row[x];
                const pnd_status status = map_pair(&to, rule, name, err);
                if (status != PND_OK)
                    return status;
            }
            row[x] = to;
        }
    }
    return PND_OK;
}

/* ---- tables: what a value of the image becomes */

typedef struct row {
    uint32_t key, value; /* value: an id, a pair, or an index */
} row;

typedef struct table {
    row *rows;
    size_t n, capacity;
} table;

static row *find(const table *t, uint32_t key)
{
    size_t low = 0, high = t->n;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (t->rows[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low < t->n && t->rows[low].key == key ? &t->rows[low] : NULL;
}

static int compare_rows(const void *a, const void *b)
{
    const row *x = a, *y = b;
    return (x->key > y->key) - (x->key < y->key);
}

/* Keeps the rows sorted; an image has few of them. */
static pnd_status add(table *t, uint32_t key, const char *name, pnd_error *err)
{
    if (t->n == MAX_SEGMENTS)
        return pnd_fail(err, PND_ELIMIT, "%s: more than %d segments", name, MAX_SEGMENTS);
    if (t->n == t->capacity) {
        const size_t capacity = t->capacity > 0 ? 2 * t->capacity : 64;
        row *rows = pnd_realloc_array(t->rows, capacity, sizeof *rows);
        if (rows == NULL)
            return pnd_fail(err, PND_ENOMEM, "out of memory");
        t->rows = rows;
        t->capacity = capacity;
    }
    size_t at = t->n++;
    for (; at > 0 && t->rows[at - 1].key > key; at--)
        t->rows[at] = t->rows[at - 1];
    t->rows[at] = (row){key, 0};
    return PND_OK;
}

static pnd_status collect(table *t, const pnd_plane_u32 *pairs, const char *name, pnd_error *err)
{
    for (int32_t y = 0; y < pairs->height; y++) {
        const uint32_t *p = pnd_plane_u32_row(pairs, y);
        for (int32_t x = 0; x < pairs->width; x++)
            if (p[x] != PND_PAIR_VOID && (x == 0 || p[x] != p[x - 1]) && find(t, p[x]) == NULL) {
                const pnd_status status = add(t, p[x], name, err);
                if (status != PND_OK)
                    return status;
            }
    }
    return PND_OK;
}

/* ---- pairs to segments */

static pnd_status make_segment(pnd_segment_info *out, uint32_t pair, pnd_id_scheme scheme,
                               pnd_id_space space, const char *name, pnd_error *err)
{
    const pnd_label *label = pnd_label_in_space((int32_t)pnd_pair_class(pair), space);
    const uint32_t n = pnd_pair_instance(pair);
    const bool group = label->has_instances && n == 0;
    const bool detectron2 = scheme == PND_ID_SCHEME_DETECTRON2;
    const uint32_t most = detectron2 ? DIVISOR - 1 : DIVISOR;
    *out =
        (pnd_segment_info){.category_id = detectron2 ? label->id : pnd_class_in_space(label, space),
                           .is_crowd = group,
                           .depth_m = (double)NAN,
                           .score = (double)NAN};
    if (n > most)
        return pnd_fail(err, PND_ELIMIT,
                        "%s: instance %" PRIu32 " of %s: segment ids hold %" PRIu32 " of a class",
                        name, n, label->name, most);
    if (group && detectron2)
        return pnd_fail_hint(err, PND_EUNSUPPORTED, "predictions have no groups",
                             "%s: a group of %s has no id in detectron2's scheme", name,
                             label->name);
    if (detectron2)
        out->id = (uint32_t)label->train_id * DIVISOR + n + 1;
    else
        out->id = n == 0 ? (uint32_t)label->id : (uint32_t)label->id * DIVISOR + n - 1;
    return PND_OK;
}

static void grow_segment(pnd_segment_info *s, int32_t x, int32_t y)
{
    int32_t *b = s->bbox; /* x0, y0, x1, y1 until all pixels are seen */
    if (s->area++ == 0) {
        b[0] = b[2] = x;
        b[1] = b[3] = y;
        return;
    }
    b[0] = x < b[0] ? x : b[0];
    b[2] = x > b[2] ? x : b[2];
    b[3] = y;
}

/* Pairs become segment ids, and areas and boxes are counted. */
static void measure(pnd_plane_u32 *pairs, const table *t, pnd_segment_info *segments)
{
    for (int32_t y = 0; y < pairs->height; y++) {
        uint32_t *p = pnd_plane_u32_row(pairs, y);
        uint32_t last = PND_PAIR_VOID;
        const row *r = NULL;
        for (int32_t x = 0; x < pairs->width; x++) {
            if (p[x] == PND_PAIR_VOID) {
                p[x] = 0;
                continue;
            }
            if (r == NULL || p[x] != last)
                r = find(t, p[x]);
            last = p[x];
            grow_segment(&segments[r->value], x, y);
            p[x] = segments[r->value].id;
        }
    }
}

static int compare_segments(const void *a, const void *b)
{
    const pnd_segment_info *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

pnd_status pnd_pairs_to_segments(pnd_plane_u32 *pairs, pnd_segment_info **segments, size_t *n,
                                 pnd_id_scheme scheme, pnd_id_space space, const char *name,
                                 pnd_error *err)
{
    table t = {0};
    *segments = NULL;
    *n = 0;
    pnd_status status = collect(&t, pairs, name, err);
    pnd_segment_info *list = status == PND_OK ? pnd_calloc_array(t.n, sizeof *list) : NULL;
    if (status == PND_OK && list == NULL)
        status = pnd_fail(err, PND_ENOMEM, "out of memory");
    for (size_t i = 0; i < t.n && status == PND_OK; i++) {
        t.rows[i].value = (uint32_t)i;
        status = make_segment(&list[i], t.rows[i].key, scheme, space, name, err);
    }
    if (status == PND_OK) {
        measure(pairs, &t, list);
        for (size_t i = 0; i < t.n; i++) {
            list[i].bbox[2] += 1 - list[i].bbox[0];
            list[i].bbox[3] += 1 - list[i].bbox[1];
        }
        qsort(list, t.n, sizeof *list, compare_segments);
        *segments = list;
        *n = t.n;
    } else
        free(list);
    free(t.rows);
    return status;
}

/* ---- segments to pairs */

/* The instance number that an id of the form's scheme holds; 0 when it is not of that scheme. */
static uint32_t instance_in_id(const pnd_segment_info *s, const pnd_label *label,
                               pnd_id_scheme scheme)
{
    if (scheme == PND_ID_SCHEME_DETECTRON2)
        return s->id > 0 && (s->id - 1) / DIVISOR == (uint32_t)label->train_id
                   ? (s->id - 1) % DIVISOR
                   : 0;
    return s->id / DIVISOR == (uint32_t)label->id ? s->id % DIVISOR + 1 : 0;
}

static pnd_status make_rows(table *t, const pnd_annotation *a, pnd_id_scheme scheme,
                            pnd_id_space space, const char *name, pnd_error *err)
{
    uint32_t counts[PND_MAX_LABEL_ID + 1] = {0};
    bool in_ids = true; /* take the numbers from the ids only if all things have one there */
    for (size_t i = 0; i < a->n_segments; i++) {
        const pnd_segment_info *s = &a->segments[i];
        const pnd_label *label = pnd_label_in_space(s->category_id, space);
        if (label == NULL || label->ignore_in_eval)
            return pnd_fail(err, PND_EFORMAT,
                            "%s: segment %" PRIu32 " is of category %" PRId32
                            ", which is no evaluated class",
                            name, s->id, s->category_id);
        if (label->has_instances && !s->is_crowd && instance_in_id(s, label, scheme) == 0)
            in_ids = false;
    }
    for (size_t i = 0; i < a->n_segments; i++) {
        const pnd_segment_info *s = &a->segments[i];
        const pnd_label *label = pnd_label_in_space(s->category_id, space);
        uint32_t n = 0;
        if (label->has_instances && !s->is_crowd)
            n = in_ids ? instance_in_id(s, label, scheme) : ++counts[label->id];
        t->rows[t->n++] = (row){s->id, pnd_pair((uint32_t)s->category_id, n & 0xffff)};
    }
    if (t->n > 0)
        qsort(t->rows, t->n, sizeof *t->rows, compare_rows);
    for (size_t i = 0; i < t->n; i++)
        if (t->rows[i].key == 0 || (i > 0 && t->rows[i].key == t->rows[i - 1].key))
            return pnd_fail(err, PND_EFORMAT, "%s: segment %" PRIu32 " is %s", name, t->rows[i].key,
                            t->rows[i].key == 0 ? "void" : "listed twice");
    return PND_OK;
}

pnd_status pnd_pairs_from_segments(pnd_plane_u32 *ids, const pnd_annotation *annotation,
                                   pnd_id_scheme scheme, pnd_id_space space, const char *name,
                                   pnd_error *err)
{
    table t = {.rows = pnd_alloc_array(annotation->n_segments, sizeof *t.rows)};
    if (t.rows == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    pnd_status status = make_rows(&t, annotation, scheme, space, name, err);
    for (int32_t y = 0; y < ids->height && status == PND_OK; y++) {
        uint32_t *p = pnd_plane_u32_row(ids, y);
        const row *r = NULL;
        for (int32_t x = 0; x < ids->width && status == PND_OK; x++) {
            if (p[x] == 0 || r == NULL || r->key != p[x])
                r = p[x] == 0 ? NULL : find(&t, p[x]);
            if (p[x] != 0 && r == NULL)
                status = pnd_fail(err, PND_EFORMAT,
                                  "%s: pixel (%" PRId32 ", %" PRId32 ") is of segment %" PRIu32
                                  ", which the JSON does not list",
                                  name, x, y, p[x]);
            p[x] = r != NULL ? r->value : PND_PAIR_VOID;
        }
    }
    free(t.rows);
    return status;
}

static uint32_t pair_of_id(uint32_t id, pnd_id_scheme scheme)
{
    if (id == 0)
        return PND_PAIR_VOID;
    if (scheme == PND_ID_SCHEME_DETECTRON2)
        return pnd_pair((id - 1) / DIVISOR, (id - 1) % DIVISOR);
    return id < DIVISOR ? pnd_pair(id, 0) : pnd_pair(id / DIVISOR, id % DIVISOR + 1);
}

void pnd_pairs_from_ids(pnd_plane_u32 *ids, pnd_id_scheme scheme)
{
    for (int32_t y = 0; y < ids->height; y++) {
        uint32_t *p = pnd_plane_u32_row(ids, y);
        for (int32_t x = 0; x < ids->width; x++)
            p[x] = pair_of_id(p[x], scheme);
    }
}
