/* SPDX-License-Identifier: Apache-2.0 */
#include "eval_sets.h"

#include <panodepth/alloc.h>

#include <stdlib.h>
#include <string.h>

static const eval_set *find(const eval_sets *sets, const char *path, pnd_panoptic_role role)
{
    for (size_t i = 0; i < sets->n; i++)
        if (sets->items[i]->role == role && strcmp(sets->items[i]->path, path) == 0)
            return sets->items[i];
    return NULL;
}

static void free_set(eval_set *set)
{
    free(set->path);
    pnd_panoptic_set_clear(&set->set);
    free(set);
}

static eval_set *add(eval_sets *sets, const char *path, pnd_panoptic_role role)
{
    eval_set **const items = pnd_realloc_array(sets->items, sets->n + 1, sizeof *items);
    if (items == NULL)
        return NULL;
    sets->items = items;
    eval_set *const set = pnd_calloc_array(1, sizeof *set);
    if (set == NULL)
        return NULL;
    set->path = pnd_strdup(path);
    set->role = role;
    if (set->path == NULL) {
        free_set(set);
        return NULL;
    }
    items[sets->n++] = set;
    return set;
}

static pnd_status read_set(eval_set *out, pnd_error *err)
{
    pnd_buffer bytes = {0};
    pnd_status status = pnd_file_read(&bytes, out->path, PND_MAX_JSON_BYTES, err);
    if (status == PND_OK) {
        pnd_sha256(out->sha256, pnd_buffer_text(&bytes), bytes.size);
        status = pnd_panoptic_set_parse(&out->set, pnd_buffer_text(&bytes), bytes.size, out->path,
                                        out->role, err);
    }
    pnd_buffer_clear(&bytes);
    return status;
}

pnd_status eval_sets_read(const eval_set **out, eval_sets *sets, const char *path,
                          pnd_panoptic_role role, pnd_error *err)
{
    *out = find(sets, path, role);
    if (*out != NULL)
        return PND_OK;
    eval_set *const set = add(sets, path, role);
    if (set == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    const pnd_status status = read_set(set, err);
    if (status == PND_OK)
        *out = set;
    else
        free_set(sets->items[--sets->n]);
    return status;
}

void eval_sets_clear(eval_sets *sets)
{
    for (size_t i = 0; i < sets->n; i++)
        free_set(sets->items[i]);
    free(sets->items);
    *sets = (eval_sets){0};
}
