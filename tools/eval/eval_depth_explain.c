/* SPDX-License-Identifier: Apache-2.0 */
/* Protocols in words: --list-protocols and --explain. */
#include "eval_depth.h"

#include <math.h>
#include <string.h>

void depth_protocols_print(pnd_buffer *out)
{
    size_t n = 0;
    const pnd_depth_protocol *const all = pnd_depth_protocols(&n);
    for (size_t i = 0; i < n; i++)
        pnd_buffer_printf(out, "%-14s %s\n%-14s %s\n", all[i].name, all[i].summary, "",
                          all[i].source);
}

static void explain_ground_truth(pnd_buffer *out, const pnd_depth_protocol *p)
{
    pnd_buffer_printf(out, "Ground truth g   scored: g > %g m", p->min_m);
    if (p->cap_rule == PND_DEPTH_CAP_EXCLUDE)
        pnd_buffer_printf(out, " and g < %g m", p->cap_m);
    pnd_buffer_puts(out, ", finite\n");
    if (p->cap_rule == PND_DEPTH_CAP_INCLUDE)
        pnd_buffer_printf(out, "                 becomes min(g, %g m)\n", p->cap_m);
    const pnd_depth_crop *const c = &p->crop;
    if (c->top > 0 || c->bottom < 1 || c->left > 0 || c->right < 1)
        pnd_buffer_printf(out, "                 rows %g to %g, columns %g to %g of the image\n",
                          c->top, c->bottom, c->left, c->right);
    if (p->border.max_m > 0)
        pnd_buffer_printf(out,
                          "                 left %d columns and bottom %d rows: only g <= %g m\n",
                          p->border.left_columns, p->border.bottom_rows, p->border.max_m);
}

static void explain_mask(pnd_buffer *out, uint64_t labels)
{
    const char *separator = "                 not under gtFine labels ";
    for (int id = 0; id < 64; id++)
        if (labels >> id & 1) {
            pnd_buffer_printf(out, "%s%d", separator, id);
            separator = ",";
        }
    if (labels != 0)
        pnd_buffer_puts(out, "\n");
}

static void explain_prediction(pnd_buffer *out, const pnd_depth_protocol *p)
{
    static const char *const scalings[] = {
        [PND_DEPTH_SCALE_NONE] = "not scaled",
        [PND_DEPTH_SCALE_MEDIAN] = "times median(g) / median(p) of the image",
        [PND_DEPTH_SCALE_LEAST_SQUARES] = "times sum(p g) / sum(p^2) of the image",
        [PND_DEPTH_SCALE_SHIFT] = "1 / (s / p + t), least squares for 1 / g of the image"};
    pnd_buffer_printf(out, "Prediction p     %s\n", scalings[p->scaling]);
    if (p->pred_min_m > 0)
        pnd_buffer_printf(out, "                 clamped to [%g, %g] m\n", p->pred_min_m,
                          p->pred_max_m);
    else if (p->pred_max_m < (double)INFINITY)
        pnd_buffer_printf(out, "                 becomes min(p, %g m)\n", p->pred_max_m);
    if (p->storage == PND_DEPTH_STORE_METRES)
        pnd_buffer_puts(out, "                 then whole metres of [0, 255], 0 becomes 0.1\n");
    if (p->storage == PND_DEPTH_STORE_M256)
        pnd_buffer_puts(out, "Both first       whole 1/256 m, truncated, at most 65535\n");
    if (p->storage == PND_DEPTH_STORE_FLOAT)
        pnd_buffer_puts(out, "Both first       rounded to single precision\n");
}

static const char *bad_rule_text(const pnd_depth_protocol *p)
{
    if (p->storage == PND_DEPTH_STORE_METRES)
        return "cannot be: NaN and p <= 0 become 0.1";
    switch (p->bad_rule) {
    case PND_DEPTH_BAD_SKIP:
        return "not scored; coverage says how many";
    case PND_DEPTH_BAD_FILL:
        return "filled from the nearer neighbour in the row, then the column";
    case PND_DEPTH_BAD_ZERO:
        return "0 is compared as 0 m; NaN, infinite or negative: error";
    case PND_DEPTH_BAD_ERROR:
    default:
        return p->pred_min_m > 0 ? "NaN: error; the rest is clamped" : "error";
    }
}

static void explain_columns(pnd_buffer *out, const pnd_depth_protocol *p)
{
    const pnd_depth_metrics none = {0};
    depth_headline columns[DEPTH_N_HEADLINE];
    depth_headline_fill(columns, p, &none);
    pnd_buffer_puts(out, "Columns\n");
    for (int i = 0; i < DEPTH_N_HEADLINE; i++) {
        pnd_buffer_printf(out, "  %-10s ", columns[i].key);
        if (columns[i].factor != 1)
            pnd_buffer_printf(out, "%d ", columns[i].factor);
        pnd_buffer_printf(out, "%s\n", columns[i].metric);
    }
}

static void explain_metrics(pnd_buffer *out)
{
    const pnd_depth_metric_info *const infos = pnd_depth_metric_infos();
    pnd_buffer_puts(out, "Metrics of an image, e = ln p - ln g\n");
    for (int i = 1; i < PND_DEPTH_N_METRICS; i++)
        pnd_buffer_printf(out, "  %-10s %s [%s]\n", infos[i].key, infos[i].formula, infos[i].unit);
}

void depth_protocol_explain(pnd_buffer *out, const depth_inputs *inputs)
{
    const pnd_depth_protocol *const p = &inputs->protocol;
    const bool defined = inputs->definition.base != NULL;
    pnd_buffer_printf(out, "%s%s%s\n", pnd_buffer_text(&inputs->protocol_name),
                      defined ? ", which extends " : "",
                      defined ? inputs->definition.base->name : "");
    const bool changed = strcmp(pnd_buffer_text(&inputs->protocol_name), p->name) != 0;
    pnd_buffer_printf(out, "%s%s\nSource           %s\n", changed || defined ? "begins as: " : "",
                      p->summary, p->source);
    explain_ground_truth(out, p);
    explain_mask(out, inputs->masked_labels);
    explain_prediction(out, p);
    pnd_buffer_printf(out, "Unusable p       %s\n", bad_rule_text(p));
    pnd_buffer_printf(out, "Scores           %s\n",
                      p->averaging == PND_DEPTH_AVERAGE_SEQUENCES
                          ? "pixels pooled in every sequence, then the mean over sequences"
                          : "mean over images; pooled pixels beside it");
    explain_columns(out, p);
    explain_metrics(out);
}
