/* SPDX-License-Identifier: Apache-2.0 */
/* From the arguments to a list of frames. */
#include "panoptic.h"

#include <panodepth/alloc.h>

#include <stdlib.h>

static pnd_status find_splits(gt_run *run, const char *suffix, pnd_error *err)
{
    const tool_list *splits = &run->args->splits;
    size_t total = 0;
    pnd_status status = PND_OK;
    run->lists = pnd_calloc_array(splits->n, sizeof *run->lists);
    if (run->lists == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    for (; run->n_splits < splits->n && status == PND_OK; run->n_splits++) {
        pnd_frame_list *list = &run->lists[run->n_splits];
        status = pnd_frames_find(list, run->args->root, run->annotations,
                                 splits->items[run->n_splits], suffix, err);
        total += list->n;
    }
    if (status == PND_OK && total > INT32_MAX)
        status = pnd_fail(err, PND_ELIMIT, "%zu frames are too many", total);
    return status;
}

static pnd_status list_frames(gt_run *run, pnd_error *err)
{
    size_t total = 0;
    for (size_t i = 0; i < run->n_splits; i++)
        total += run->lists[i].n;
    run->frames = pnd_calloc_array(total, sizeof *run->frames);
    if (run->frames == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    for (size_t i = 0; i < run->n_splits; i++)
        for (size_t j = 0; j < run->lists[i].n; j++)
            run->frames[run->n_frames++] = (gt_frame){&run->lists[i].frames[j], .split = i};
    return PND_OK;
}

static pnd_status make_maps(gt_run *run, pnd_error *err)
{
    const panoptic_args *args = run->args;
    if (!args->label_ids && !args->label_train_ids && !args->instance_train_ids)
        return PND_OK;
    run->maps = pnd_alloc_array(1, sizeof *run->maps);
    if (run->maps == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    pnd_train_id_lut_init(&run->maps->train);
    for (uint32_t value = 0; value < 65536; value++)
        run->maps->label_ids[value] = (uint8_t)pnd_instance_class(value);
    return PND_OK;
}

pnd_status panoptic_open(gt_run *run, pnd_error *err)
{
    const panoptic_args *args = run->args;
    const bool polygons = args->from_polygons || args->audit;
    char *suffix = pnd_strdup_printf("_%s_%s", run->annotations,
                                     polygons ? "polygons.json" : "instanceIds.png");
    if (suffix == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    pnd_status status = find_splits(run, suffix, err);
    free(suffix);
    if (status == PND_OK)
        status = list_frames(run, err);
    if (status == PND_OK)
        status = make_maps(run, err);
    return status;
}

void panoptic_close(gt_run *run)
{
    for (int32_t i = 0; i < run->n_frames; i++)
        free(run->frames[i].segments);
    for (size_t i = 0; i < run->n_splits; i++)
        pnd_frame_list_clear(&run->lists[i]);
    free(run->frames);
    free(run->lists);
    free(run->maps);
}
