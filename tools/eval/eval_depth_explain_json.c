/* SPDX-License-Identifier: Apache-2.0 */
/* Protocols as JSON: --list-protocols and --explain with --json. */
#include "eval_depth.h"

#include <panodepth/json.h>

static void key_string(pnd_json_writer *w, const char *key, const char *value)
{
    pnd_json_key(w, key);
    pnd_json_string(w, value);
}

static void key_double(pnd_json_writer *w, const char *key, double value)
{
    pnd_json_key(w, key);
    pnd_json_double(w, value);
}

void depth_protocols_write(pnd_buffer *out)
{
    size_t n = 0;
    const pnd_depth_protocol *const all = pnd_depth_protocols(&n);
    pnd_json_writer w = {.out = out, .indent = 4};
    pnd_json_begin_object(&w);
    key_string(&w, "schema", "panodepth-protocol-list/1");
    pnd_json_key(&w, "protocols");
    pnd_json_begin_array(&w);
    for (size_t i = 0; i < n; i++) {
        pnd_json_begin_object(&w);
        key_string(&w, "name", all[i].name);
        key_string(&w, "summary", all[i].summary);
        key_string(&w, "source", all[i].source);
        pnd_json_end_object(&w);
    }
    pnd_json_end_array(&w);
    pnd_json_end_object(&w);
    pnd_buffer_puts(out, "\n");
}

/* ---- the rules, under the keys of a protocol file */

static void write_numbers(pnd_json_writer *w, const char *key, const double *values, int n)
{
    pnd_json_key(w, key);
    pnd_json_begin_array(w);
    for (int i = 0; i < n; i++)
        pnd_json_double(w, values[i]);
    pnd_json_end_array(w);
}

static void write_border(pnd_json_writer *w, const pnd_depth_border *border)
{
    pnd_json_key(w, "border");
    if (border->max_m > 0) {
        pnd_json_begin_object(w);
        pnd_json_key(w, "left_columns");
        pnd_json_int(w, border->left_columns);
        pnd_json_key(w, "bottom_rows");
        pnd_json_int(w, border->bottom_rows);
        key_double(w, "max_m", border->max_m);
        pnd_json_end_object(w);
    } else {
        pnd_json_null(w);
    }
}

static void write_mask(pnd_json_writer *w, uint64_t labels)
{
    pnd_json_key(w, "mask_labels");
    pnd_json_begin_array(w);
    for (int id = 0; id < 64; id++)
        if (labels >> id & 1)
            pnd_json_int(w, id);
    pnd_json_end_array(w);
}

static void write_rules(pnd_json_writer *w, const depth_inputs *inputs)
{
    const pnd_depth_protocol *const p = &inputs->protocol;
    const double crop[4] = {p->crop.top, p->crop.bottom, p->crop.left, p->crop.right};
    const double clamp[2] = {p->pred_min_m, p->pred_max_m};
    pnd_json_key(w, "rules");
    pnd_json_begin_object(w);
    key_double(w, "min_m", p->min_m);
    key_string(w, "cap_rule", depth_cap_rule_names[p->cap_rule]);
    key_double(w, "cap_m", p->cap_m);
    write_numbers(w, "crop", crop, 4);
    write_border(w, &p->border);
    write_numbers(w, "clamp", clamp, 2);
    key_string(w, "bad_pred", depth_bad_rule_names[p->bad_rule]);
    key_string(w, "scaling", depth_scaling_names[p->scaling]);
    key_string(w, "round", depth_storage_names[p->storage]);
    key_string(w, "average", depth_averaging_names[p->averaging]);
    key_string(w, "headline", depth_headline_names[p->headline]);
    write_mask(w, inputs->masked_labels);
    pnd_json_end_object(w);
}

/* ---- the formulas */

static void write_columns(pnd_json_writer *w, const pnd_depth_protocol *p)
{
    const pnd_depth_metrics none = {0};
    depth_headline columns[DEPTH_N_HEADLINE];
    depth_headline_fill(columns, p, &none);
    pnd_json_key(w, "columns");
    pnd_json_begin_object(w);
    for (int i = 0; i < DEPTH_N_HEADLINE; i++) {
        pnd_json_key(w, columns[i].key);
        pnd_json_begin_object(w);
        key_string(w, "metric", columns[i].metric);
        pnd_json_key(w, "factor");
        pnd_json_int(w, columns[i].factor);
        pnd_json_end_object(w);
    }
    pnd_json_end_object(w);
}

static void write_metrics(pnd_json_writer *w)
{
    const pnd_depth_metric_info *const infos = pnd_depth_metric_infos();
    pnd_json_key(w, "metrics");
    pnd_json_begin_object(w);
    for (int i = 1; i < PND_DEPTH_N_METRICS; i++) {
        pnd_json_key(w, infos[i].key);
        pnd_json_begin_object(w);
        key_string(w, "formula", infos[i].formula);
        key_string(w, "unit", infos[i].unit);
        pnd_json_end_object(w);
    }
    pnd_json_end_object(w);
}

void depth_protocol_write(pnd_buffer *out, const depth_inputs *inputs)
{
    const pnd_depth_protocol *const p = &inputs->protocol, *const base = inputs->definition.base;
    pnd_json_writer w = {.out = out, .indent = 4};
    pnd_json_begin_object(&w);
    key_string(&w, "schema", "panodepth-explained-protocol/1");
    key_string(&w, "name", pnd_buffer_text(&inputs->protocol_name));
    pnd_json_key(&w, "extends");
    if (base != NULL)
        pnd_json_string(&w, base->name);
    else
        pnd_json_null(&w);
    key_string(&w, "summary", p->summary);
    key_string(&w, "source", p->source);
    write_rules(&w, inputs);
    write_columns(&w, p);
    write_metrics(&w);
    pnd_json_end_object(&w);
    pnd_buffer_puts(out, "\n");
}
