/* SPDX-License-Identifier: Apache-2.0 */
/* --errors: what is wrong with the segments, how often, and what it costs. */
#include "eval_panoptic.h"

#include <panodepth/alloc.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

pnd_status panoptic_keep_errors(panoptic_frame *out, const pnd_pq_image_errors *errors,
                                pnd_error *err)
{
    out->errors = pnd_alloc_array(errors->n + 1, sizeof *out->errors);
    if (out->errors == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for %zu errors", errors->n);
    if (errors->n > 0)
        memcpy(out->errors, errors->items, errors->n * sizeof *errors->items);
    out->n_errors = errors->n;
    return PND_OK;
}

pnd_status panoptic_add_errors(panoptic_results *r, pnd_error *err)
{
    if (!r->args->errors)
        return PND_OK;
    r->errors = pnd_calloc_array(r->inputs->n_categories * PND_PQ_N_ERROR_TYPES, sizeof *r->errors);
    if (r->errors == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    for (size_t i = 0; i < r->inputs->gt.n_annotations; i++) {
        const pnd_pq_image_errors errors = {r->frames[i].errors, r->frames[i].n_errors};
        pnd_pq_add_errors(r->errors, &errors);
    }
    return PND_OK;
}

/* One type over all categories: how many, and the averages once they are fixed. */
typedef struct price {
    int64_t fn, fp;
    double regained[3]; /* by pnd_pq_group; NaN when there is no score to begin with */
} price;

static price price_of(const panoptic_results *r, pnd_pq_error_type type, pnd_pq_count *fixed)
{
    const panoptic_inputs *const inputs = r->inputs;
    price out = {0};
    for (size_t c = 0; c < inputs->n_categories; c++) {
        const pnd_pq_error_count *const error = &r->errors[c * PND_PQ_N_ERROR_TYPES + type];
        out.fn += error->fn;
        out.fp += error->fp;
        fixed[c] = pnd_pq_fix_errors(&r->total[c], error);
    }
    for (int g = 0; g < 3; g++) {
        const pnd_pq_group group = (pnd_pq_group)g;
        const size_t n = inputs->n_categories;
        out.regained[g] = pnd_pq_average(fixed, inputs->categories, n, group).pq -
                          pnd_pq_average(r->total, inputs->categories, n, group).pq;
    }
    return out;
}

/* By type; false when memory is short. */
static bool find_prices(price out[PND_PQ_N_ERROR_TYPES], const panoptic_results *r)
{
    pnd_pq_count *const fixed = pnd_alloc_array(r->inputs->n_categories, sizeof *fixed);
    if (fixed == NULL)
        return false;
    for (int t = 0; t < PND_PQ_N_ERROR_TYPES; t++)
        out[t] = price_of(r, (pnd_pq_error_type)t, fixed);
    free(fixed);
    return true;
}

/* ---- text */

static void print_points(pnd_buffer *out, double value)
{
    if (isnan(value))
        pnd_buffer_printf(out, " %6s", "n/a");
    else
        pnd_buffer_printf(out, " %6.1f", 100 * value);
}

void panoptic_print_errors(pnd_buffer *out, const panoptic_results *r)
{
    price prices[PND_PQ_N_ERROR_TYPES];
    if (r->errors == NULL)
        return;
    if (!find_prices(prices, r)) {
        out->failed = true;
        return;
    }
    pnd_buffer_printf(out, "%-14s| %6s %6s | PQ regained if fixed\n", "Errors", "FN", "FP");
    pnd_buffer_printf(out, "%-14s| %6s %6s | %5s %6s %6s\n", "", "", "", "All", "Things", "Stuff");
    for (int t = 0; t < PND_PQ_N_ERROR_TYPES; t++) {
        pnd_buffer_printf(out, "%-14s| %6lld %6lld |", pnd_pq_error_name((pnd_pq_error_type)t),
                          (long long)prices[t].fn, (long long)prices[t].fp);
        for (int g = 0; g < 3; g++)
            print_points(out, prices[t].regained[g]);
        pnd_buffer_puts(out, "\n");
    }
}

/* ---- JSON */

static void write_price(pnd_json_writer *w, const price *p)
{
    static const char *const groups[3] = {"All", "Things", "Stuff"};
    pnd_json_begin_object(w);
    pnd_json_key(w, "fn");
    pnd_json_int(w, p->fn);
    pnd_json_key(w, "fp");
    pnd_json_int(w, p->fp);
    pnd_json_key(w, "pq_regained");
    pnd_json_begin_object(w);
    for (int g = 0; g < 3; g++) {
        pnd_json_key(w, groups[g]);
        pnd_json_double(w, p->regained[g]);
    }
    pnd_json_end_object(w);
    pnd_json_end_object(w);
}

static void write_error(pnd_json_writer *w, const panoptic_inputs *inputs,
                        const pnd_pq_error *error)
{
    const char *const own = error->is_false_positive ? "pred_id" : "gt_id";
    const char *const other = error->is_false_positive ? "gt_id" : "pred_id";
    pnd_json_begin_object(w);
    pnd_json_key(w, "type");
    pnd_json_string(w, pnd_pq_error_name(error->type));
    pnd_json_key(w, "kind");
    pnd_json_string(w, error->is_false_positive ? "fp" : "fn");
    pnd_json_key(w, "category_id");
    pnd_json_int(w, inputs->gt.categories[error->category].id);
    pnd_json_key(w, own);
    pnd_json_int(w, error->id);
    pnd_json_key(w, other);
    if (error->has_partner)
        pnd_json_int(w, error->partner_id);
    else
        pnd_json_null(w);
    pnd_json_end_object(w);
}

static void write_image(pnd_json_writer *w, const panoptic_results *r, size_t i)
{
    const panoptic_frame *const frame = &r->frames[i];
    const int indent = w->indent;
    pnd_json_begin_object(w);
    panoptic_write_image_id(w, &r->inputs->gt.annotations[i]);
    pnd_json_key(w, "segments");
    pnd_json_begin_array(w);
    for (size_t e = 0; e < frame->n_errors; e++) {
        w->indent = 0;
        write_error(w, r->inputs, &frame->errors[e]);
        w->indent = indent;
    }
    pnd_json_end_array(w);
    pnd_json_end_object(w);
}

void panoptic_write_errors(pnd_json_writer *w, const panoptic_results *r)
{
    price prices[PND_PQ_N_ERROR_TYPES];
    if (r->errors == NULL)
        return;
    if (!find_prices(prices, r)) {
        w->out->failed = true;
        return;
    }
    pnd_json_key(w, "errors");
    pnd_json_begin_object(w);
    pnd_json_key(w, "small_area");
    pnd_json_int(w, PND_PQ_SMALL_AREA);
    pnd_json_key(w, "inaccurate_iou");
    pnd_json_double(w, PND_PQ_INACCURATE_IOU);
    pnd_json_key(w, "types");
    pnd_json_begin_object(w);
    for (int t = 0; t < PND_PQ_N_ERROR_TYPES; t++) {
        pnd_json_key(w, pnd_pq_error_name((pnd_pq_error_type)t));
        write_price(w, &prices[t]);
    }
    pnd_json_end_object(w);
    pnd_json_key(w, "per_image");
    pnd_json_begin_array(w);
    for (size_t i = 0; i < r->inputs->gt.n_annotations; i++)
        if (r->frames[i].scored)
            write_image(w, r, i);
    pnd_json_end_array(w);
    pnd_json_end_object(w);
}
