/* SPDX-License-Identifier: Apache-2.0 */
/* Resamples: drawing them and having them scored. */
#include <panodepth/bootstrap.h>
#include <panodepth/philox.h>

#include <stdalign.h>
#include <string.h>

/* What a stream of random numbers is for: the same seed must not give both the same bits. */
enum { DRAW_IMAGES, DRAW_SWAPS };

/* Scratch: the statistic's own first, then the rest. */
static size_t own_size(const pnd_resample_set *set)
{
    const size_t alignment = alignof(max_align_t);
    return (set->statistic->scratch_size + alignment - 1) / alignment * alignment;
}

size_t pnd_resample_scratch_size(const pnd_resample_set *set)
{
    return own_size(set) + 2 * set->n_images * sizeof(void *) +
           2 * set->statistic->n_scores * sizeof(double);
}

static void *after_own(const pnd_resample_set *set, void *scratch)
{
    return (unsigned char *)scratch + own_size(set);
}

static void score(double *scores, const pnd_resample_set *set, const void *const *images,
                  const uint32_t *times, void *scratch)
{
    const pnd_resample_statistic *const s = set->statistic;
    s->score(scores, s->context, images, times, set->n_images, scratch);
}

void pnd_resample_score(double *scores, const pnd_resample_set *set, void *scratch)
{
    score(scores, set, set->images, NULL, scratch);
}

static void draw(uint32_t out[4], uint64_t seed, uint32_t purpose, uint64_t resample,
                 uint32_t block)
{
    const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    const uint32_t counter[4] = {block, purpose, (uint32_t)resample, (uint32_t)(resample >> 32)};
    pnd_philox(out, counter, key);
}

/* floor(x n / 2^64) of the 64-bit number x = high 2^32 + low. */
static size_t scale(uint32_t high, uint32_t low, uint64_t n)
{
    return (size_t)((high * n + (low * n >> 32)) >> 32);
}

void pnd_bootstrap_times(uint32_t *times, size_t n_images, uint64_t seed, uint64_t resample)
{
    uint32_t x[4] = {0};
    memset(times, 0, n_images * sizeof *times);
    for (size_t i = 0; i < n_images; i++) {
        if (i % 2 == 0)
            draw(x, seed, DRAW_IMAGES, resample, (uint32_t)(i / 2));
        times[scale(x[i % 2 * 2 + 1], x[i % 2 * 2], n_images)]++;
    }
}

void pnd_bootstrap_scores(double *out, const pnd_resample_set *set, pnd_resample_range range,
                          uint64_t seed, void *scratch)
{
    uint32_t *const times = after_own(set, scratch);
    for (size_t k = 0; k < range.count; k++) {
        pnd_bootstrap_times(times, set->n_images, seed, range.first + k);
        score(out + k * set->statistic->n_scores, set, set->images, times, scratch);
    }
}

void pnd_jackknife_scores(double *out, const pnd_resample_set *set, pnd_resample_range range,
                          void *scratch)
{
    uint32_t *const times = after_own(set, scratch);
    for (size_t i = 0; i < set->n_images; i++)
        times[i] = 1;
    for (size_t k = 0; k < range.count; k++) {
        times[range.first + k] = 0;
        score(out + k * set->statistic->n_scores, set, set->images, times, scratch);
        times[range.first + k] = 1;
    }
}

static void swap_images(const void **first, const void **second, const pnd_resample_set *a,
                        const pnd_resample_set *b, uint64_t seed, uint64_t number, bool exact)
{
    uint32_t x[4] = {(uint32_t)number};
    for (size_t i = 0; i < a->n_images; i++) {
        if (!exact && i % 128 == 0)
            draw(x, seed, DRAW_SWAPS, number, (uint32_t)(i / 128));
        const bool swapped = x[i / 32 % 4] >> i % 32 & 1;
        first[i] = swapped ? b->images[i] : a->images[i];
        second[i] = swapped ? a->images[i] : b->images[i];
    }
}

void pnd_sign_flip_differences(double *out, const pnd_resample_set *a, const pnd_resample_set *b,
                               pnd_resample_range range, uint64_t seed, bool exact, void *scratch)
{
    const size_t n = a->n_images, n_scores = a->statistic->n_scores;
    double *const scores = after_own(a, scratch);
    const void **const first = (const void **)(scores + 2 * n_scores), **const second = first + n;
    for (size_t k = 0; k < range.count; k++) {
        swap_images(first, second, a, b, seed, range.first + k, exact);
        score(scores, a, first, NULL, scratch);
        score(scores + n_scores, b, second, NULL, scratch);
        for (size_t s = 0; s < n_scores; s++)
            out[k * n_scores + s] = scores[n_scores + s] - scores[s];
    }
}
