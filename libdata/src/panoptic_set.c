/* SPDX-License-Identifier: Apache-2.0 */
/* Panoptic sets in memory: release, duplicates, category spaces. */
#include <panodepth/alloc.h>
#include <panodepth/labels.h>
#include <panodepth/panoptic_set.h>

#include <stdlib.h>
#include <string.h>

void pnd_panoptic_set_clear(pnd_panoptic_set *set)
{
    for (size_t i = 0; i < set->n_annotations; i++) {
        free(set->annotations[i].image_id);
        free(set->annotations[i].file_name);
        free(set->annotations[i].segments);
    }
    for (size_t i = 0; i < set->n_categories; i++) {
        free(set->categories[i].name);
        free(set->categories[i].supercategory);
    }
    free(set->annotations);
    free(set->categories);
    *set = (pnd_panoptic_set){0};
}

/* ---- duplicates: sort pointers by key, then by place, and look at neighbours */

typedef int (*compare_fn)(const void *, const void *);

static int compare_segment_ids(const void *a, const void *b)
{
    const pnd_segment_info *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

static int compare_image_ids(const void *a, const void *b)
{
    const pnd_annotation *x = a, *y = b;
    if (x->id_is_number != y->id_is_number)
        return x->id_is_number ? 1 : -1;
    return strcmp(x->image_id, y->image_id);
}

static int place_order(const void *a, const void *b)
{
    const char *x = a, *y = b;
    return (x > y) - (x < y);
}

static int order_segments(const void *a, const void *b)
{
    const void *const *x = a, *const *y = b;
    const int order = compare_segment_ids(*x, *y);
    return order != 0 ? order : place_order(*x, *y);
}

static int order_annotations(const void *a, const void *b)
{
    const void *const *x = a, *const *y = b;
    const int order = compare_image_ids(*x, *y);
    return order != 0 ? order : place_order(*x, *y);
}

/* `order` sorts pointers to elements, `compare` compares elements. */
static pnd_status find_duplicate(size_t *index, const void *elements, size_t n, size_t size,
                                 compare_fn order, compare_fn compare, pnd_error *err)
{
    *index = n;
    if (n < 2)
        return PND_OK;
    const char *first = elements;
    const void **sorted = pnd_alloc_array(n, sizeof *sorted);
    if (sorted == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    for (size_t i = 0; i < n; i++)
        sorted[i] = first + i * size;
    qsort(sorted, n, sizeof *sorted, order);
    for (size_t i = 1; i < n; i++) {
        const size_t place = (size_t)((const char *)sorted[i] - first) / size;
        if (compare(sorted[i - 1], sorted[i]) == 0 && place < *index)
            *index = place;
    }
    free(sorted);
    return PND_OK;
}

pnd_status pnd_annotation_find_duplicate(size_t *index, const pnd_annotation *annotation,
                                         pnd_error *err)
{
    return find_duplicate(index, annotation->segments, annotation->n_segments,
                          sizeof *annotation->segments, order_segments, compare_segment_ids, err);
}

pnd_status pnd_panoptic_set_find_duplicate(size_t *index, const pnd_panoptic_set *set,
                                           pnd_error *err)
{
    return find_duplicate(index, set->annotations, set->n_annotations, sizeof *set->annotations,
                          order_annotations, compare_image_ids, err);
}

/* ---- Cityscapes categories */

/* What speaks for one space or the other among the category ids of a set. */
typedef struct space_evidence {
    bool below_7;    /* an evaluated trainId; void in label ids */
    bool ignored_id; /* 9, 10, ...: evaluated in trainIds only */
    bool above_18;   /* exists in label ids only */
    bool foreign;    /* in neither space */
} space_evidence;

static void weigh(space_evidence *evidence, int32_t id)
{
    const pnd_label *label = pnd_label_by_id(id);
    if (id < 0 || label == NULL)
        evidence->foreign = true;
    else if (id < 7)
        evidence->below_7 = true;
    else if (id > 18)
        evidence->above_18 = true;
    else if (label->ignore_in_eval)
        evidence->ignored_id = true;
}

static pnd_id_space judge(const space_evidence *evidence)
{
    if (evidence->foreign || (evidence->below_7 && evidence->above_18))
        return PND_ID_SPACE_UNKNOWN;
    if (evidence->above_18)
        return PND_ID_SPACE_LABEL_IDS;
    return evidence->below_7 || evidence->ignored_id ? PND_ID_SPACE_TRAIN_IDS
                                                     : PND_ID_SPACE_UNKNOWN;
}

pnd_id_space pnd_panoptic_set_id_space(const pnd_panoptic_set *set)
{
    space_evidence evidence = {0};
    for (size_t i = 0; i < set->n_categories; i++)
        weigh(&evidence, set->categories[i].id);
    if (set->n_categories > 0)
        return judge(&evidence);
    for (size_t i = 0; i < set->n_annotations; i++)
        for (size_t j = 0; j < set->annotations[i].n_segments; j++)
            weigh(&evidence, set->annotations[i].segments[j].category_id);
    return judge(&evidence);
}

pnd_status pnd_panoptic_set_add_cityscapes(pnd_panoptic_set *set, bool train_ids, pnd_error *err)
{
    pnd_category_info *categories = pnd_calloc_array(PND_N_TRAIN_IDS, sizeof *categories);
    if (categories == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    set->categories = categories;
    for (int i = 0; i < PND_N_LABELS; i++) {
        const pnd_label *label = &pnd_labels()[i];
        if (label->ignore_in_eval)
            continue;
        pnd_category_info *category = &categories[set->n_categories++];
        category->id = train_ids ? label->train_id : label->id;
        category->name = pnd_strdup(label->name);
        category->supercategory = pnd_strdup(label->category);
        category->is_thing = label->has_instances;
        memcpy(category->color, label->color, sizeof category->color);
        if (category->name == NULL || category->supercategory == NULL)
            return pnd_fail(err, PND_ENOMEM, "out of memory");
    }
    return PND_OK;
}
