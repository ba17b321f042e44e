/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Depth scores of one 2048x1024 image per case, ns per pixel of the whole image (69 % of which have
 * ground truth), beside a plain loop over the same samples with two calls of libm's log a pixel:
 *
 *     bench_depth_metrics [--rounds N]
 *
 * The plain loop has the sums and thresholds of the metrics and nothing else: no counts by state,
 * no spread of the ground truth for rse and rae, and naive sums. Its abs_rel and silog are compared
 * with ours before anything is timed.
 */
#include "bench.h"

#include <panodepth/depth_metrics.h>

#include <math.h>
#include <stdlib.h>

enum { WIDTH = 2048, HEIGHT = 1024, N_CASES = 7 };

typedef struct sources {
    pnd_plane_u16 disparity, kitti;
    pnd_plane_f32 metres;
    double gt_lut[PND_DEPTH_LUT_SIZE], pred_lut[PND_DEPTH_LUT_SIZE];
} sources;

typedef struct job {
    const sources *from;
    pnd_depth_samples gt, pred;
    pnd_depth_scorer *scorer;
    double abs_rel, silog;
} job;

/* Metres fall with the row as on a road; sixteenths of a pixel, an invalid margin, holes. */
static uint16_t disparity_at(int x, int y)
{
    const int noise = (x * 7919 + y * 104729) % 5;
    if (x < 128 || y > 960 || (x / 7 * 31 + y / 5 * 17) % 5 == 0)
        return 0;
    const int base = y < 450 ? 400 + x / 8 : 400 + (y - 450) * 40;
    return (uint16_t)((base + noise) * 16 + 1);
}

static bool fill(sources *s)
{
    if (pnd_plane_u16_resize(&s->disparity, WIDTH, HEIGHT, NULL) != PND_OK ||
        pnd_plane_u16_resize(&s->kitti, WIDTH, HEIGHT, NULL) != PND_OK ||
        pnd_plane_f32_resize(&s->metres, WIDTH, HEIGHT, NULL) != PND_OK)
        return false;
    pnd_depth_lut_disparity(s->gt_lut, 2262.52 * 0.209313, 0);
    pnd_depth_lut_linear(s->pred_lut, 256);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            const uint16_t p = disparity_at(x, y);
            const double z = p > 1 ? s->gt_lut[p] : 30;
            const double wrong = z * (0.8 + 0.4 * ((x * 31 + y * 17) % 100) / 100);
            pnd_plane_u16_row(&s->disparity, y)[x] = p;
            pnd_plane_u16_row(&s->kitti, y)[x] = (uint16_t)(256 * fmin(wrong, 250));
            pnd_plane_f32_row(&s->metres, y)[x] = (float)wrong;
        }
    return true;
}

static bool score(void *data)
{
    job *const j = data;
    pnd_depth_image image;
    if (pnd_depth_score(&image, j->scorer, &j->gt, &j->pred, (pnd_view_u8){0}, NULL) != PND_OK)
        return false;
    const pnd_depth_metrics m = pnd_depth_metrics_from_stats(&image.stats);
    j->abs_rel = m.abs_rel;
    j->silog = m.silog;
    return true;
}

/* paper-eq as one would write it first. */
static bool score_plainly(void *data)
{
    job *const j = data;
    double sums[10] = {0};
    int64_t n = 0, within[3] = {0};
    for (int y = 0; y < HEIGHT; y++) {
        const uint16_t *const gt = pnd_plane_u16_row(&j->from->disparity, y);
        const uint16_t *const pred = pnd_plane_u16_row(&j->from->kitti, y);
        for (int x = 0; x < WIDTH; x++) {
            if (gt[x] <= 1)
                continue;
            const double g = fmin(j->from->gt_lut[gt[x]], 80);
            const double p = fmin(j->from->pred_lut[pred[x]], 80);
            const double d = p - g, e = log(p) - log(g), i = 1 / p - 1 / g, r = fmax(p / g, g / p);
            const double terms[10] = {fabs(d) / g, d * d / (g * g), d * d / g, fabs(d), d * d,
                                      fabs(e),     e * e,           e,         fabs(i), i * i};
            for (int k = 0; k < 10; k++)
                sums[k] += terms[k];
            within[0] += r < 1.25;
            within[1] += r < 1.25 * 1.25;
            within[2] += r < 1.25 * 1.25 * 1.25;
            n++;
        }
    }
    const double mean_e = sums[7] / (double)n;
    j->abs_rel = sums[0] / (double)n;
    j->silog = 100 * sqrt(sums[6] / (double)n - mean_e * mean_e);
    return within[2] >= within[1] && within[1] >= within[0];
}

static bool same(double a, double b)
{
    return fabs(a - b) <= 1e-9 * fabs(b);
}

static bool prepare(job jobs[N_CASES], bench_case cases[N_CASES], sources *s)
{
    static const char *const protocols[N_CASES] = {"paper-eq", "paper-eq",  "paper-repo", "kitti",
                                                   "eigen80",  "manydepth", "paper-eq"};
    static const char *const names[N_CASES] = {
        "plain loop, libm", "paper-eq",  "paper-repo",     "kitti",
        "eigen80",          "manydepth", "paper-eq, float"};
    for (int i = 0; i < N_CASES; i++) {
        const bool use_float = i == N_CASES - 1;
        jobs[i].from = s;
        jobs[i].gt = pnd_depth_samples_u16(pnd_plane_u16_view(&s->disparity), s->gt_lut, NULL);
        jobs[i].pred =
            use_float ? pnd_depth_samples_f32(pnd_plane_f32_view(&s->metres), NULL)
                      : pnd_depth_samples_u16(pnd_plane_u16_view(&s->kitti), s->pred_lut, NULL);
        if (pnd_depth_scorer_create(&jobs[i].scorer, pnd_depth_protocol_find(protocols[i]), NULL) !=
            PND_OK)
            return false;
        cases[i] = (bench_case){.name = names[i],
                                .body = i == 0 ? score_plainly : score,
                                .job = &jobs[i],
                                .pixels = (double)WIDTH * HEIGHT};
    }
    return score_plainly(&jobs[0]) && score(&jobs[1]) && same(jobs[1].abs_rel, jobs[0].abs_rel) &&
           same(jobs[1].silog, jobs[0].silog);
}

int main(int argc, char **argv)
{
    bench_options options;
    bench_case cases[N_CASES];
    job jobs[N_CASES] = {0};
    sources *const s = calloc(1, sizeof *s);
    bool good =
        s != NULL && bench_parse(&options, argc, argv) >= 0 && fill(s) && prepare(jobs, cases, s);
    if (!good)
        (void)fputs("bench_depth_metrics: the plain loop and the library disagree, or no memory\n",
                    stderr);
    good = good && bench_run(cases, N_CASES, options);
    if (good)
        bench_print(stdout, "depth_metrics", cases, N_CASES, options);
    for (int i = 0; i < N_CASES; i++)
        pnd_depth_scorer_free(jobs[i].scorer);
    if (s != NULL) {
        pnd_plane_u16_clear(&s->disparity);
        pnd_plane_u16_clear(&s->kitti);
        pnd_plane_f32_clear(&s->metres);
    }
    free(s);
    return good ? 0 : 1;
}
