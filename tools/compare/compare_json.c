/* SPDX-License-Identifier: Apache-2.0 */
/* The comparison for programs. Numbers are fractions and metres, as in the results files. */
#include "compare.h"

#include <panodepth/json.h>

static void key_text(pnd_json_writer *w, const char *key, const char *text)
{
    pnd_json_key(w, key);
    pnd_json_string(w, text);
}

static void key_int(pnd_json_writer *w, const char *key, int64_t value)
{
    pnd_json_key(w, key);
    pnd_json_int(w, value);
}

static void key_double(pnd_json_writer *w, const char *key, double value)
{
    pnd_json_key(w, key);
    pnd_json_double(w, value);
}

static void key_interval(pnd_json_writer *w, const char *key, pnd_interval interval)
{
    const int indent = w->indent;
    pnd_json_key(w, key);
    w->indent = 0;
    pnd_json_begin_array(w);
    pnd_json_double(w, interval.low);
    pnd_json_double(w, interval.high);
    pnd_json_end_array(w);
    w->indent = indent;
}

static void write_spread(pnd_json_writer *w, const score_spread *spread)
{
    key_double(w, "standard_error", spread->error);
    key_interval(w, "percentile", spread->percentile);
    key_interval(w, "bca", spread->bca);
    key_int(w, "undefined_resamples", (int64_t)spread->undefined);
}

static void write_method(pnd_json_writer *w, const comparison *c, size_t m)
{
    const compare_method *const method = &c->methods[m];
    pnd_json_begin_object(w);
    key_text(w, "method", method->set.method);
    key_text(w, "signature", method->set.signature);
    pnd_json_key(w, "scores");
    pnd_json_begin_object(w);
    for (size_t s = 0; s < c->n_scores; s++) {
        pnd_json_key(w, method->set.scores[s].key);
        pnd_json_begin_object(w);
        key_text(w, "label", method->set.scores[s].label);
        pnd_json_key(w, "higher_is_better");
        pnd_json_bool(w, method->set.scores[s].higher_is_better);
        key_double(w, "value", method->set.scores[s].value);
        write_spread(w, &method->spreads[s]);
        pnd_json_end_object(w);
    }
    pnd_json_end_object(w);
    pnd_json_end_object(w);
}

static void write_difference(pnd_json_writer *w, const compare_difference *d)
{
    pnd_json_begin_object(w);
    key_double(w, "difference", d->value);
    write_spread(w, &d->spread);
    key_double(w, "p_better", d->p_better);
    key_double(w, "p", d->p);
    key_double(w, "p_holm", d->p_holm);
    key_int(w, "undefined_swaps", (int64_t)d->flips_undefined);
    pnd_json_end_object(w);
}

static void write_comparison(pnd_json_writer *w, const comparison *c, size_t m)
{
    pnd_json_begin_object(w);
    key_text(w, "a", c->methods[0].set.method);
    key_text(w, "b", c->methods[m].set.method);
    pnd_json_key(w, "scores");
    pnd_json_begin_object(w);
    for (size_t s = 0; s < c->n_scores; s++) {
        pnd_json_key(w, c->methods[0].set.scores[s].key);
        write_difference(w, comparison_at(c, m, s));
    }
    pnd_json_end_object(w);
    pnd_json_end_object(w);
}

void compare_write_json(pnd_buffer *out, const comparison *c)
{
    const score_set *const first = &c->methods[0].set;
    pnd_json_writer w = {.out = out, .indent = 4};
    pnd_json_begin_object(&w);
    key_text(&w, "schema", "panodepth-comparison/1");
    key_text(&w, "tool", "pnd-compare " PND_VERSION_STRING);
    key_text(&w, "task", first->task);
    key_text(&w, "protocol", first->protocol);
    key_int(&w, first->unit, (int64_t)first->n_images);
    key_int(&w, "resamples", c->plan.resamples);
    key_int(&w, "seed", c->plan.seed);
    key_double(&w, "level", c->plan.level);
    key_int(&w, "swaps", (int64_t)score_n_flips(first, &c->plan));
    pnd_json_key(&w, "all_swaps");
    pnd_json_bool(&w, score_flips_are_exact(first, &c->plan));
    key_text(&w, "different_keys", pnd_buffer_text(&c->differing));
    pnd_json_key(&w, "methods");
    pnd_json_begin_array(&w);
    for (size_t m = 0; m < c->n_methods; m++)
        write_method(&w, c, m);
    pnd_json_end_array(&w);
    pnd_json_key(&w, "comparisons");
    pnd_json_begin_array(&w);
    for (size_t m = 1; m < c->n_methods; m++)
        write_comparison(&w, c, m);
    pnd_json_end_array(&w);
    pnd_json_end_object(&w);
    pnd_buffer_puts(out, "\n");
}
