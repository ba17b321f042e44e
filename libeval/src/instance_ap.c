/* SPDX-License-Identifier: Apache-2.0 */
/* From matched images to average precision. */
#include <panodepth/alloc.h>
#include <panodepth/instance.h>

#include <math.h>
#include <stdlib.h>

/* A true or false positive. */
typedef struct verdict {
    double confidence;
    bool is_true;
} verdict;

/* What a class gathers over the images. */
typedef struct verdicts {
    verdict *items; /* NULL: only counted */
    size_t n, n_true;
    int64_t missed;
    bool has_truth, has_guess;
} verdicts;

void pnd_instance_overlaps(double out[PND_INSTANCE_N_OVERLAPS])
{
    const double step = (0.5 + 0.05) - 0.5; /* as numpy.arange makes it */
    for (int i = 0; i < PND_INSTANCE_N_OVERLAPS; i++)
        out[i] = 0.5 + i * step;
}

static void add(verdicts *out, double confidence, bool is_true)
{
    if (out->items != NULL)
        out->items[out->n] = (verdict){confidence, is_true};
    out->n++;
    out->n_true += is_true;
}

static double iou_of(const pnd_instance_image *image, const pnd_instance_overlap *o)
{
    const int64_t all = image->truths[o->truth].area + image->guesses[o->guess].area - o->pixels;
    return (double)o->pixels / (double)all;
}

static bool is_single(const pnd_instance_truth *truth)
{
    return truth->id >= 1000;
}

/* The most confident guess of a truth is true, every further one is false. */
static void judge_truth(verdicts *out, const pnd_instance_image *image, uint32_t truth, double t)
{
    double best = 0;
    bool found = false;
    for (size_t i = 0; i < image->n_overlaps; i++) {
        const pnd_instance_overlap *const o = &image->overlaps[i];
        if (o->truth != truth || !(iou_of(image, o) > t))
            continue;
        const double confidence = image->guesses[o->guess].confidence;
        if (found)
            add(out, confidence < best ? confidence : best, false);
        best = found && best > confidence ? best : confidence;
        found = true;
    }
    if (found)
        add(out, best, true);
    out->missed += !found;
}

/* `first`: of its overlaps. Returns the first of the next guess. */
static size_t judge_guess(verdicts *out, const pnd_instance_image *image, uint32_t guess,
                          size_t first, double t, int64_t min_area)
{
    const pnd_instance_guess *const g = &image->guesses[guess];
    int64_t ignored = g->void_area;
    bool matched = false;
    size_t i = first;
    for (; i < image->n_overlaps && image->overlaps[i].guess == guess; i++) {
        const pnd_instance_overlap *const o = &image->overlaps[i];
        const pnd_instance_truth *const truth = &image->truths[o->truth];
        matched |= iou_of(image, o) > t;
        if (!is_single(truth))
            ignored += o->pixels;
        if (truth->area < min_area) /* a small group counts twice, as in the reference */
            ignored += o->pixels;
    }
    if (!matched && (double)ignored / (double)g->area <= t)
        add(out, g->confidence, false);
    return i;
}

static void judge_image(verdicts *out, const pnd_instance_image *image, int32_t class_id, double t,
                        int64_t min_area)
{
    for (size_t i = 0; i < image->n_truths; i++) {
        const pnd_instance_truth *const truth = &image->truths[i];
        if (truth->class_id != class_id || !is_single(truth) || truth->area < min_area)
            continue;
        out->has_truth = true;
        judge_truth(out, image, (uint32_t)i, t);
    }
    size_t first = 0;
    for (size_t i = 0; i < image->n_guesses; i++) {
        while (first < image->n_overlaps && image->overlaps[first].guess < i)
            first++;
        if (image->guesses[i].class_id != class_id)
            continue;
        out->has_guess = true;
        first = judge_guess(out, image, (uint32_t)i, first, t, min_area);
    }
}

pnd_instance_count pnd_instance_count_image(const pnd_instance_image *image, int32_t class_id,
                                            double overlap, int64_t min_area)
{
    verdicts v = {0};
    judge_image(&v, image, class_id, overlap, min_area);
    return (pnd_instance_count){(int64_t)v.n_true, (int64_t)(v.n - v.n_true), v.missed};
}

static int order_verdicts(const void *a, const void *b)
{
    const verdict *const x = a, *const y = b;
    return (x->confidence > y->confidence) - (x->confidence < y->confidence);
}

/* Precision and recall of the verdicts from `first` on, `below` true ones being before it. */
static void curve_point(double *precision, double *recall, const verdicts *v, size_t first,
                        size_t below)
{
    const double tp = (double)(v->n_true - below);
    const double fp = (double)(v->n - first) - tp;
    const double fn = (double)below + (double)v->missed;
    *precision = tp / (tp + fp);
    *recall = tp / (tp + fn);
}

/* The sum over the points of precision times the half distance of the neighbours' recalls: point 0
 * is its own neighbour, and the last one, (recall 0, precision 1), has another 0 behind it. */
static double area_under_curve(const verdicts *v)
{
    double sum = 0, previous = 0, precision = 0, recall = 0;
    bool started = false;
    size_t below = 0;
    for (size_t i = 0, end; i < v->n; i = end) {
        double next_precision, next_recall;
        curve_point(&next_precision, &next_recall, v, i, below);
        if (started)
            sum += precision * (0.5 * previous - 0.5 * next_recall);
        previous = started ? recall : next_recall;
        precision = next_precision;
        recall = next_recall;
        started = true;
        for (end = i; end < v->n && !(v->items[end].confidence > v->items[i].confidence); end++)
            below += v->items[end].is_true;
    }
    sum += precision * (0.5 * previous); /* its next is the added point */
    return sum + 0.5 * recall;
}

static double average_precision(verdicts *v)
{
    if (!v->has_truth)
        return (double)NAN;
    if (v->n == 0) /* every guess was ignored: the reference ends with an IndexError */
        return 0;
    qsort(v->items, v->n, sizeof *v->items, order_verdicts);
    return area_under_curve(v);
}

pnd_status pnd_instance_ap(double *ap, const pnd_instance_image *images, size_t n_images,
                           int32_t class_id, const double *overlaps, size_t n_overlaps,
                           int64_t min_area, pnd_error *err)
{
    size_t most = 1;
    for (size_t i = 0; i < n_images; i++)
        most += images[i].n_overlaps + images[i].n_guesses;
    verdict *const items = pnd_alloc_array(most, sizeof *items);
    if (items == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    for (size_t k = 0; k < n_overlaps; k++) {
        verdicts v = {.items = items};
        for (size_t i = 0; i < n_images; i++)
            judge_image(&v, &images[i], class_id, overlaps[k], min_area);
        ap[k] = average_precision(&v);
    }
    free(items);
    return PND_OK;
}
