/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loops of cpu_post_lanes.h for one instruction set. No include guard: cpu_post_lanes.c
 * includes it once for each, with LANES(name) the name of a function of that variant and
 * LANES_TARGET its attribute.
 */

static LANES_TARGET void LANES(widen)(float *restrict out, const float *restrict row,
                                      int32_t map_width, int32_t c0, int32_t c1)
{
    const int32_t first = c0 > 1 ? c0 : 1, last = c1 < map_width ? c1 : map_width;
    if (c0 == 0) { /* both pixels have the tap 1 * row[0] + 0 * row[1] */
        const pnd_post_tap tap = pnd_post_tap_of(0, map_width);
        out[0] = out[1] = out[2] = out[3] = pnd_post_mix(tap, row[tap.i0], row[tap.i1]);
    }
    float *restrict to = out + 4 * (first - c0);
    const float *restrict from = row + first - 1;
    for (int32_t i = 0; i < last - first; i++) {
        to[4 * i + 0] = 0.875f * from[i] + 0.125f * from[i + 1];
        to[4 * i + 1] = 0.625f * from[i] + 0.375f * from[i + 1];
        to[4 * i + 2] = 0.375f * from[i] + 0.625f * from[i + 1];
        to[4 * i + 3] = 0.125f * from[i] + 0.875f * from[i + 1];
    }
    if (c1 == map_width + 1) {
        const float end = row[map_width - 1];
        float *const tail = out + 4 * (map_width - c0);
        tail[0] = 0.875f * end + 0.125f * end;
        tail[1] = 0.625f * end + 0.375f * end;
        tail[2] = tail[3] = 0.0f;
    }
}

static LANES_TARGET void LANES(mix)(float *restrict out, const float *restrict upper,
                                    const float *restrict lower, pnd_post_tap tap, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        out[i] = tap.w0 * upper[i] + tap.w1 * lower[i];
}

static LANES_TARGET void LANES(mix_heat)(float *restrict out, const float *restrict upper,
                                         const float *restrict lower, pnd_post_tap tap, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        const float heat = tap.w0 * upper[i] + tap.w1 * lower[i];
        out[i] = heat > 0.0f ? heat : 0.0f;
    }
}

static LANES_TARGET void LANES(maximum)(float *restrict out, const float *a, const float *b,
                                        int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        out[i] = b[i] > a[i] ? b[i] : a[i];
}

/* Two classes a pass: the best so far is loaded and stored half as often. */
static LANES_TARGET void LANES(argmax_two)(float *restrict best, int32_t *restrict index,
                                           const pnd_cpu_logits *logits, int32_t c, int32_t n)
{
    const float *restrict u0 = logits->upper + (size_t)c * logits->stride;
    const float *restrict u1 = u0 + logits->stride;
    const float *restrict l0 = logits->lower + (size_t)c * logits->stride;
    const float *restrict l1 = l0 + logits->stride;
    const float w0 = logits->tap.w0, w1 = logits->tap.w1;
    for (int32_t i = 0; i < n; i++) {
        const float v0 = w0 * u0[i] + w1 * l0[i], v1 = w0 * u1[i] + w1 * l1[i];
        const float b0 = best[i];
        const int32_t i0 = v0 > b0 ? c : index[i];
        const float b1 = v0 > b0 ? v0 : b0;
        index[i] = v1 > b1 ? c + 1 : i0;
        best[i] = v1 > b1 ? v1 : b1;
    }
}

static LANES_TARGET void LANES(argmax_one)(float *restrict best, int32_t *restrict index,
                                           const pnd_cpu_logits *logits, int32_t c, int32_t n)
{
    const float *restrict upper = logits->upper + (size_t)c * logits->stride;
    const float *restrict lower = logits->lower + (size_t)c * logits->stride;
    const float w0 = logits->tap.w0, w1 = logits->tap.w1;
    for (int32_t i = 0; i < n; i++) {
        const float v = w0 * upper[i] + w1 * lower[i], b = best[i];
        index[i] = v > b ? c : index[i];
        best[i] = v > b ? v : b;
    }
}

static LANES_TARGET void LANES(argmax)(uint8_t *restrict sem, const pnd_cpu_logits *logits,
                                       float *restrict best, int32_t *restrict index, int32_t n)
{
    int32_t c = 1;
    LANES(mix)(best, logits->upper, logits->lower, logits->tap, n);
    for (int32_t i = 0; i < n; i++)
        index[i] = 0;
    for (; c + 1 < logits->classes; c += 2)
        LANES(argmax_two)(best, index, logits, c, n);
    if (c < logits->classes)
        LANES(argmax_one)(best, index, logits, c, n);
    for (int32_t i = 0; i < n; i++)
        sem[i] = (uint8_t)index[i];
}

static LANES_TARGET void LANES(locate)(float *restrict offset_y, float *restrict offset_x,
                                       int32_t y, int32_t x, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        offset_y[i] = (float)y + offset_y[i] * 4.0f;
        offset_x[i] = (float)(x + i) + offset_x[i] * 4.0f;
    }
}

/* Sixteen boxes side by side, which is what a compiler can do at once, then theirs. */
static LANES_TARGET pnd_cpu_box LANES(bound)(const float *restrict y, const float *restrict x,
                                             int32_t n)
{
    enum { WIDE = 16 };
    float y0[WIDE], y1[WIDE], x0[WIDE], x1[WIDE];
    int32_t bad[WIDE];
    for (int32_t l = 0; l < WIDE; l++) {
        y0[l] = y1[l] = y[0];
        x0[l] = x1[l] = x[0];
        bad[l] = 0;
    }
    for (int32_t begin = 0; begin < n; begin += WIDE) {
        const int32_t from = begin + WIDE <= n ? begin : n - WIDE; /* overlap does not matter */
        const float *restrict yl = y + (from > 0 ? from : 0), *restrict xl = x + (yl - y);
        const int32_t lanes = n < WIDE ? n : WIDE;
        for (int32_t l = 0; l < lanes; l++) {
            const float v = yl[l], u = xl[l];
            y0[l] = v < y0[l] ? v : y0[l];
            y1[l] = v > y1[l] ? v : y1[l];
            x0[l] = u < x0[l] ? u : x0[l];
            x1[l] = u > x1[l] ? u : x1[l];
            bad[l] |= !(v * 0.0f + u * 0.0f == 0.0f); /* NaN for NaN and for infinities */
        }
    }
    pnd_cpu_box box = {y0[0], y1[0], x0[0], x1[0], bad[0] == 0};
    for (int32_t l = 1; l < WIDE; l++) {
        box.y0 = y0[l] < box.y0 ? y0[l] : box.y0;
        box.y1 = y1[l] > box.y1 ? y1[l] : box.y1;
        box.x0 = x0[l] < box.x0 ? x0[l] : box.x0;
        box.x1 = x1[l] > box.x1 ? x1[l] : box.x1;
        box.finite = box.finite && bad[l] == 0;
    }
    return box;
}

static LANES_TARGET void LANES(reach)(float *restrict least, float *restrict greatest,
                                      const pnd_cpu_centers *centers, pnd_cpu_box box)
{
    const float *restrict y = centers->y;
    const float *restrict x = centers->x;
    for (int32_t k = 0; k < centers->n; k++) {
        const float above = box.y0 - y[k], below = y[k] - box.y1;
        const float left = box.x0 - x[k], right = x[k] - box.x1;
        float dy = above > below ? above : below, dx = left > right ? left : right;
        const float far_y = below < above ? box.y1 - y[k] : y[k] - box.y0;
        const float far_x = right < left ? box.x1 - x[k] : x[k] - box.x0;
        dy = dy > 0.0f ? dy : 0.0f;
        dx = dx > 0.0f ? dx : 0.0f;
        least[k] = dy * dy + dx * dx;
        greatest[k] = far_y * far_y + far_x * far_x;
    }
}

static LANES_TARGET void LANES(nearest)(int32_t *restrict number, const float *restrict y,
                                        const float *restrict x, float *restrict distance,
                                        const pnd_cpu_centers *centers, int32_t n)
{
    const float first_y = centers->y[0], first_x = centers->x[0];
    const int32_t first = centers->number[0];
    for (int32_t i = 0; i < n; i++) {
        distance[i] = pnd_post_distance(first_y, first_x, y[i], x[i]);
        number[i] = first;
    }
    for (int32_t k = 1; k < centers->n; k++) {
        const float center_y = centers->y[k], center_x = centers->x[k];
        const int32_t next = centers->number[k];
        for (int32_t i = 0; i < n; i++) {
            const float d = pnd_post_distance(center_y, center_x, y[i], x[i]);
            number[i] = d < distance[i] ? next : number[i];
            distance[i] = d < distance[i] ? d : distance[i];
        }
    }
}

static LANES_TARGET void LANES(add_exp)(float *restrict total, float *restrict wanted,
                                        const float *restrict values, const float *restrict largest,
                                        const int32_t *restrict target, int32_t c, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        const float e = pnd_post_exp(values[i] - largest[i]);
        total[i] += e;
        wanted[i] = target[i] == c ? e : wanted[i];
    }
}

static LANES_TARGET void LANES(probability)(unsigned long long *restrict terms,
                                            const pnd_cpu_logits *logits,
                                            const int32_t *restrict target, float *restrict values,
                                            int32_t n)
{
    float *restrict largest = values + (size_t)logits->classes * PND_CPU_LANES_BLOCK;
    float *restrict total = largest + PND_CPU_LANES_BLOCK;
    float *restrict wanted = total + PND_CPU_LANES_BLOCK;
    for (int32_t c = 0; c < logits->classes; c++) {
        float *restrict v = values + (size_t)c * PND_CPU_LANES_BLOCK;
        LANES(mix)
        (v, logits->upper + (size_t)c * logits->stride, logits->lower + (size_t)c * logits->stride,
         logits->tap, n);
        for (int32_t i = 0; i < n; i++)
            largest[i] = c == 0 || v[i] > largest[i] ? v[i] : largest[i];
    }
    for (int32_t i = 0; i < n; i++)
        total[i] = wanted[i] = 0.0f;
    for (int32_t c = 0; c < logits->classes; c++)
        LANES(add_exp)
    (total, wanted, values + (size_t)c * PND_CPU_LANES_BLOCK, largest, target, c, n);
    for (int32_t i = 0; i < n; i++)
        terms[i] = pnd_post_probability_term(wanted[i] / total[i]);
}

static LANES_TARGET int64_t LANES(count_nonfinite)(const float *values, size_t n)
{
    int64_t count = 0;
    for (size_t begin = 0; begin < n; begin += 65536) {
        const size_t end = begin + 65536 < n ? begin + 65536 : n;
        int32_t part = 0;
        for (size_t i = begin; i < end; i++)
            part += !(values[i] * 0.0f == 0.0f); /* NaN for NaN and for infinities */
        count += part;
    }
    return count;
}

static const pnd_cpu_lanes LANES(table) = {
    .name = LANES_NAME,
    .widen = LANES(widen),
    .mix = LANES(mix),
    .mix_heat = LANES(mix_heat),
    .maximum = LANES(maximum),
    .argmax = LANES(argmax),
    .locate = LANES(locate),
    .bound = LANES(bound),
    .reach = LANES(reach),
    .nearest = LANES(nearest),
    .probability = LANES(probability),
    .count_nonfinite = LANES(count_nonfinite),
};
