/* SPDX-License-Identifier: Apache-2.0 */
/* Scores beside PQ: PQ-dagger, and with --boundary boundary PQ. */
#include "eval_panoptic.h"

#include <panodepth/alloc.h>

#include <math.h>
#include <stdio.h>

static const char *const group_names[] = {
    [PND_PQ_ALL] = "All", [PND_PQ_THINGS] = "Things", [PND_PQ_STUFF] = "Stuff"};
enum { N_GROUPS = sizeof group_names / sizeof *group_names };

pnd_status panoptic_add_more(panoptic_results *r, pnd_error *err)
{
    const size_t n = r->inputs->n_categories;
    r->dagger = pnd_calloc_array(n, sizeof *r->dagger);
    r->boundary = r->args->boundary ? pnd_calloc_array(n, sizeof *r->boundary) : NULL;
    if (r->dagger == NULL || (r->args->boundary && r->boundary == NULL))
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    for (size_t i = 0; i < r->inputs->gt.n_annotations; i++) {
        const panoptic_frame *const frame = &r->frames[i];
        if (!frame->scored)
            continue;
        pnd_pq_add_dagger(r->dagger, &frame->mask.image);
        if (r->boundary != NULL)
            pnd_pq_add(r->boundary, &frame->boundary.image);
    }
    return PND_OK;
}

static pnd_pq_score boundary_average(const panoptic_results *r, int group)
{
    return pnd_pq_average(r->boundary, r->inputs->categories, r->inputs->n_categories,
                          (pnd_pq_group)group);
}

/* ---- text */

static void print_percent(pnd_buffer *out, const char *before, double value)
{
    if (isnan(value))
        pnd_buffer_printf(out, "%s%5s", before, "n/a");
    else
        pnd_buffer_printf(out, "%s%5.1f", before, 100 * value);
}

void panoptic_print_more(pnd_buffer *out, const panoptic_results *r)
{
    for (int g = 0; r->boundary != NULL && g < N_GROUPS; g++) {
        const pnd_pq_score score = boundary_average(r, g);
        pnd_buffer_printf(out, "%-14s",
                          g == 0   ? "Boundary All"
                          : g == 1 ? "Boundary Thing"
                                   : "Boundary Stuff");
        print_percent(out, "| ", score.pq);
        print_percent(out, "  ", score.sq);
        print_percent(out, "  ", score.rq);
        pnd_buffer_printf(out, " %5d\n", (int)score.n_categories);
    }
}

/* ---- JSON */

static void key_double(pnd_json_writer *w, const char *key, double value)
{
    pnd_json_key(w, key);
    pnd_json_double(w, value);
}

static void write_scores(pnd_json_writer *w, pnd_pq_score score)
{
    key_double(w, "pq", score.pq);
    key_double(w, "sq", score.sq);
    key_double(w, "rq", score.rq);
}

static void begin_class(pnd_json_writer *w, const panoptic_results *r, size_t c)
{
    char key[16];
    (void)snprintf(key, sizeof key, "%d", (int)r->inputs->gt.categories[c].id);
    pnd_json_key(w, key);
    pnd_json_begin_object(w);
}

static void write_dagger(pnd_json_writer *w, const panoptic_results *r)
{
    const panoptic_inputs *const inputs = r->inputs;
    const size_t n = inputs->n_categories;
    pnd_json_key(w, "pq_dagger");
    pnd_json_begin_object(w);
    for (int g = 0; g < N_GROUPS; g++) {
        const pnd_pq_mean mean =
            pnd_pq_dagger_average(r->total, r->dagger, inputs->categories, n, (pnd_pq_group)g);
        pnd_json_key(w, group_names[g]);
        pnd_json_begin_object(w);
        key_double(w, "pq", mean.pq);
        pnd_json_key(w, "n");
        pnd_json_int(w, mean.n_categories);
        pnd_json_end_object(w);
    }
    pnd_json_key(w, "per_class");
    pnd_json_begin_object(w);
    for (size_t c = 0; c < n; c++) {
        const bool is_thing = inputs->categories[c].is_thing;
        begin_class(w, r, c);
        key_double(w, "pq", pnd_pq_dagger_score(&r->total[c], &r->dagger[c], is_thing).pq);
        pnd_json_end_object(w);
    }
    pnd_json_end_object(w);
    pnd_json_end_object(w);
}

static void write_boundary(pnd_json_writer *w, const panoptic_results *r)
{
    pnd_json_key(w, "boundary");
    pnd_json_begin_object(w);
    key_double(w, "ratio", PND_PQ_BOUNDARY_RATIO);
    for (int g = 0; g < N_GROUPS; g++) {
        const pnd_pq_score score = boundary_average(r, g);
        pnd_json_key(w, group_names[g]);
        pnd_json_begin_object(w);
        write_scores(w, score);
        pnd_json_key(w, "n");
        pnd_json_int(w, score.n_categories);
        pnd_json_end_object(w);
    }
    pnd_json_key(w, "per_class");
    pnd_json_begin_object(w);
    for (size_t c = 0; c < r->inputs->n_categories; c++) {
        begin_class(w, r, c);
        write_scores(w, pnd_pq_category_score(&r->boundary[c]));
        pnd_json_end_object(w);
    }
    pnd_json_end_object(w);
    pnd_json_end_object(w);
}

void panoptic_write_more(pnd_json_writer *w, const panoptic_results *r)
{
    write_dagger(w, r);
    if (r->boundary != NULL)
        write_boundary(w, r);
}
