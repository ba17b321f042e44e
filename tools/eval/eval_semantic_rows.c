/* SPDX-License-Identifier: Apache-2.0 */
/* What an image adds to the semantic scores, in integers: cells of the confusion matrix that are
 * not empty, instances, boundary pixels. */
#include "eval_semantic.h"

static void put_list(pnd_json_writer *w, const int64_t *values, int n)
{
    pnd_json_begin_array(w);
    for (int i = 0; i < n; i++)
        pnd_json_int(w, values[i]);
    pnd_json_end_array(w);
}

static void write_cells(pnd_json_writer *w, const int64_t *confusion)
{
    for (int64_t gt = 0; gt < SEMANTIC_N_CLASSES; gt++)
        for (int64_t pred = 0; pred < SEMANTIC_N_CLASSES; pred++) {
            const int64_t pixels = confusion[SEMANTIC_N_CLASSES * gt + pred];
            if (pixels > 0)
                put_list(w, (const int64_t[]){gt, pred, pixels}, 3);
        }
}

static void write_instances(pnd_json_writer *w, const pnd_semantic_image *image)
{
    for (size_t i = 0; i < image->n_instances; i++) {
        const pnd_semantic_instance *const found = &image->instances[i];
        put_list(w, (const int64_t[]){found->id, found->size, found->hits, found->category_hits},
                 4);
    }
}

static void write_boundary(pnd_json_writer *w, const pnd_semantic_boundary *boundary)
{
    for (int64_t c = 0; c < SEMANTIC_N_CLASSES; c++)
        if (boundary[c].gt + boundary[c].pred > 0)
            put_list(w, (const int64_t[]){c, boundary[c].gt, boundary[c].pred, boundary[c].both},
                     4);
}

void semantic_write_record(pnd_json_writer *w, const pnd_semantic_image *image)
{
    int indent = eval_list_begin(w, "confusion");
    write_cells(w, image->confusion);
    eval_list_end(w, indent);
    if (image->has_instances) {
        indent = eval_list_begin(w, "instances");
        write_instances(w, image);
        eval_list_end(w, indent);
    }
    if (image->boundary != NULL) {
        indent = eval_list_begin(w, "boundary");
        write_boundary(w, image->boundary);
        eval_list_end(w, indent);
    }
}
