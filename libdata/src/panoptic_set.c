/* SPDX-License-Identifier: Apache-2.0 */
/* Panoptic sets in memory: release, category spaces. */
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
