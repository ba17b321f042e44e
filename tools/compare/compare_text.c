/* SPDX-License-Identifier: Apache-2.0 */
/* The comparison as a table for people. */
#include "compare.h"
#include "score_text.h"

#include <math.h>
#include <stdio.h>

enum { CELL = 64 };

static int decimals(const score_info *score)
{
    return score->is_percent ? 1 : 4;
}

/* "60.3 [58.9, 61.8]"; "n/a" for what is undefined. */
static void format_value(char text[CELL], const score_info *score, double value,
                         pnd_interval interval, bool is_difference)
{
    const double factor = score->is_percent ? 100 : 1;
    const int digits = decimals(score);
    const char *const sign = is_difference ? "+" : "";
    if (isnan(value))
        (void)snprintf(text, CELL, "n/a");
    else if (isnan(interval.low))
        (void)snprintf(text, CELL, is_difference ? "%+.*f [n/a]" : "%.*f [n/a]", digits,
                       factor * value);
    else
        (void)snprintf(text, CELL, *sign != '\0' ? "%+.*f [%+.*f, %+.*f]" : "%.*f [%.*f, %.*f]",
                       digits, factor * value, digits, factor * interval.low, digits,
                       factor * interval.high);
}

static void format_share(char text[CELL], double p)
{
    if (isnan(p))
        (void)snprintf(text, CELL, "n/a");
    else if (p > 0 && p < 0.0001)
        (void)snprintf(text, CELL, "<0.0001");
    else
        (void)snprintf(text, CELL, "%.4f", p);
}

static void put_head(pnd_buffer *out, const comparison *c)
{
    const score_set *const first = &c->methods[0].set;
    const size_t flips = score_n_flips(first, &c->plan);
    pnd_buffer_printf(out, "%c%s scores, protocol %s, %zu %s\n", first->task[0] - 'a' + 'A',
                      first->task + 1, first->protocol, first->n_images, first->unit);
    pnd_buffer_printf(out, "%g %% BCa intervals from %lld resamples of the %s, seed %lld\n",
                      100 * c->plan.level, (long long)c->plan.resamples, first->unit,
                      (long long)c->plan.seed);
    pnd_buffer_printf(out,
                      "p: two-sided, from %s%zu swaps of A and B; Holm: corrected for all "
                      "tests of a kind\n",
                      score_flips_are_exact(first, &c->plan) ? "all " : "", flips);
    if (c->differing.size > 0)
        pnd_buffer_printf(out, "Different and allowed: %s\n", pnd_buffer_text(&c->differing));
}

static void put_row(pnd_buffer *out, const comparison *c, size_t m, size_t s, int width)
{
    const score_info *const score = &c->methods[0].set.scores[s];
    const score_info *const own = &c->methods[m].set.scores[s];
    const compare_difference *const d = comparison_at(c, m, s);
    char a[CELL], b[CELL], difference[CELL], better[CELL], p[CELL], holm[CELL];
    format_value(a, score, score->value, c->methods[0].spreads[s].bca, false);
    format_value(b, score, own->value, c->methods[m].spreads[s].bca, false);
    format_value(difference, score, d->value, d->spread.bca, true);
    format_share(better, d->p_better);
    format_share(p, d->p);
    format_share(holm, d->p_holm);
    pnd_buffer_printf(out, "%s%*s %s %26s %26s %26s %10s %8s %8s\n", score->label,
                      width - score_text_width(score->label), "",
                      score->higher_is_better ? "^" : "v", a, b, difference, better, p, holm);
}

static void put_undefined(pnd_buffer *out, const comparison *c, size_t m)
{
    bool any = false;
    for (size_t s = 0; s < c->n_scores; s++) {
        const score_info *const score = &c->methods[0].set.scores[s];
        const compare_difference *const d = comparison_at(c, m, s);
        if (score->is_detail || isnan(d->value) ||
            (d->spread.undefined == 0 && d->flips_undefined == 0))
            continue;
        pnd_buffer_printf(out, "%s%s (%zu resamples, %zu swaps)",
                          any ? ", " : "Left out as undefined: ", score->label, d->spread.undefined,
                          d->flips_undefined);
        any = true;
    }
    if (any)
        pnd_buffer_puts(out, "\n");
}

static void put_comparison(pnd_buffer *out, const comparison *c, size_t m)
{
    const score_set *const first = &c->methods[0].set;
    int width = 0;
    for (size_t s = 0; s < c->n_scores; s++)
        if (score_text_width(first->scores[s].label) > width)
            width = score_text_width(first->scores[s].label);
    pnd_buffer_printf(out, "\nA = %s, B = %s\n\n", first->method, c->methods[m].set.method);
    pnd_buffer_printf(out, "%*s %26s %26s %26s %10s %8s %8s\n", width + 2, "", "A", "B", "B - A",
                      "P(better)", "p", "p Holm");
    for (size_t s = 0; s < c->n_scores; s++)
        if (!first->scores[s].is_detail)
            put_row(out, c, m, s, width);
    put_undefined(out, c, m);
}

void compare_print(pnd_buffer *out, const comparison *c)
{
    put_head(out, c);
    for (size_t m = 1; m < c->n_methods; m++)
        put_comparison(out, c, m);
    pnd_buffer_puts(out, "\n^ higher is better, v lower is better; P(better): share of the "
                         "resamples in which B is better than A\n");
}
