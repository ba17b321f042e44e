/* SPDX-License-Identifier: Apache-2.0 */
/* From matched images to average precision. */
#include <panodepth/alloc.h>
#include <panodepth/instance.h>

#include <math.h>
#include <stdlib.h>

void pnd_instance_overlaps(double out[PND_INSTANCE_N_OVERLAPS])
{
    const double step = (0.5 + 0.05) - 0.5; /* as numpy.arange makes it */
    for (int i = 0; i < PND_INSTANCE_N_OVERLAPS; i++)
        out[i] = 0.5 + i * step;
}

pnd_instance_setting pnd_instance_all(void)
{
    return (pnd_instance_setting){PND_INSTANCE_MIN_AREA, (double)INFINITY, 0};
}

pnd_instance_setting pnd_instance_within(double distance_m)
{
    return (pnd_instance_setting){1000, distance_m, 0.5};
}

static void add(pnd_instance_verdicts *out, double confidence, bool is_true)
{
    if (out->items != NULL)
        out->items[out->n] = (pnd_instance_verdict){confidence, 0, is_true};
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

static bool counts(const pnd_instance_truth *truth, const pnd_instance_setting *setting)
{
    return truth->area >= setting->min_area && truth->distance_m <= setting->max_distance_m &&
           truth->density >= setting->min_density;
}

/* The most confident guess of a truth is true, every further one is false. */
static void judge_truth(pnd_instance_verdicts *out, const pnd_instance_image *image, uint32_t truth,
                        double t)
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
static size_t judge_guess(pnd_instance_verdicts *out, const pnd_instance_image *image,
                          uint32_t guess, size_t first, double t,
                          const pnd_instance_setting *setting)
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
        if (!counts(truth, setting)) /* such a group counts twice, as in the reference */
            ignored += o->pixels;
    }
    if (!matched && (double)ignored / (double)g->area <= t)
        add(out, g->confidence, false);
    return i;
}

void pnd_instance_judge(pnd_instance_verdicts *out, const pnd_instance_image *image,
                        int32_t class_id, double overlap, pnd_instance_setting setting)
{
    for (size_t i = 0; i < image->n_truths; i++) {
        const pnd_instance_truth *const truth = &image->truths[i];
        if (truth->class_id != class_id || !is_single(truth) || !counts(truth, &setting))
            continue;
        out->has_truth = true;
        judge_truth(out, image, (uint32_t)i, overlap);
    }
    size_t first = 0;
    for (size_t i = 0; i < image->n_guesses; i++) {
        while (first < image->n_overlaps && image->overlaps[first].guess < i)
            first++;
        if (image->guesses[i].class_id != class_id)
            continue;
        out->has_guess = true;
        first = judge_guess(out, image, (uint32_t)i, first, overlap, &setting);
    }
}

pnd_instance_count pnd_instance_count_image(const pnd_instance_image *image, int32_t class_id,
                                            double overlap, pnd_instance_setting setting)
{
    pnd_instance_verdicts v = {0};
    pnd_instance_judge(&v, image, class_id, overlap, setting);
    return (pnd_instance_count){(int64_t)v.n_true, (int64_t)(v.n - v.n_true), v.missed};
}

/* ---- the curve */

/*
 * The sum over the points of precision times the half distance of the neighbours' recalls: point 0
 * is its own neighbour, and the last one, (recall 0, precision 1), has another 0 behind it. A point
 * holds the verdicts of a confidence and above, `left`; the true ones below it are missed.
 */
double pnd_instance_area(const pnd_instance_step *steps, size_t n, int64_t missed)
{
    pnd_instance_step left = {0};
    for (size_t i = 0; i < n; i++) {
        left.n_true += steps[i].n_true;
        left.n_false += steps[i].n_false;
    }
    const double truths = (double)(left.n_true + missed);
    double sum = 0, previous = 0, precision = 0, recall = 0;
    bool started = false;
    for (size_t i = 0; i < n; i++) {
        if (steps[i].n_true + steps[i].n_false == 0)
            continue;
        const double next_recall = (double)left.n_true / truths;
        if (started)
            sum += precision * (0.5 * previous - 0.5 * next_recall);
        previous = started ? recall : next_recall;
        precision = (double)left.n_true / (double)(left.n_true + left.n_false);
        recall = next_recall;
        started = true;
        left.n_true -= steps[i].n_true;
        left.n_false -= steps[i].n_false;
    }
    sum += precision * (0.5 * previous); /* its next is the added point */
    return sum + 0.5 * recall;
}

static int order_verdicts(const void *a, const void *b)
{
    const pnd_instance_verdict *const x = a, *const y = b;
    return (x->confidence > y->confidence) - (x->confidence < y->confidence);
}

/* One step for each distinct confidence; how many. */
static size_t make_steps(pnd_instance_step *steps, const pnd_instance_verdicts *v)
{
    size_t n = 0;
    for (size_t i = 0; i < v->n; i++) {
        if (i == 0 || v->items[i].confidence > v->items[i - 1].confidence)
            steps[n++] = (pnd_instance_step){0};
        steps[n - 1].n_true += v->items[i].is_true;
        steps[n - 1].n_false += !v->items[i].is_true;
    }
    return n;
}

/* Every guess ignored is an area of 0, where the reference ends with an IndexError. */
static double average_precision(pnd_instance_step *steps, pnd_instance_verdicts *v)
{
    if (!v->has_truth)
        return (double)NAN;
    qsort(v->items, v->n, sizeof *v->items, order_verdicts);
    return pnd_instance_area(steps, make_steps(steps, v), v->missed);
}

pnd_status pnd_instance_ap(double *ap, const pnd_instance_image *images, size_t n_images,
                           int32_t class_id, const double *overlaps, size_t n_overlaps,
                           pnd_instance_setting setting, pnd_error *err)
{
    size_t most = 1;
    for (size_t i = 0; i < n_images; i++)
        most += images[i].n_overlaps + images[i].n_guesses;
    pnd_instance_verdict *const items = pnd_alloc_array(most, sizeof *items);
    pnd_instance_step *const steps = pnd_alloc_array(most, sizeof *steps);
    const bool allocated = items != NULL && steps != NULL;
    for (size_t k = 0; k < n_overlaps && allocated; k++) {
        pnd_instance_verdicts v = {.items = items};
        for (size_t i = 0; i < n_images; i++)
            pnd_instance_judge(&v, &images[i], class_id, overlaps[k], setting);
        ap[k] = average_precision(steps, &v);
    }
    free(items);
    free(steps);
    return allocated ? PND_OK : pnd_fail(err, PND_ENOMEM, "out of memory");
}

pnd_instance_mean pnd_instance_average(double *class_ap, const double *ap, size_t n_classes,
                                       size_t n_overlaps)
{
    double sum = 0, sum50 = 0, n = 0;
    for (size_t c = 0; c < n_classes; c++, ap += n_overlaps) {
        double row = 0;
        for (size_t k = 0; k < n_overlaps; k++)
            row += ap[k];
        if (class_ap != NULL)
            class_ap[c] = row / (double)n_overlaps;
        if (isnan(row))
            continue;
        sum += row;
        sum50 += ap[0];
        n++;
    }
    return (pnd_instance_mean){sum / (n * (double)n_overlaps), sum50 / n}; /* 0 / 0: NaN */
}
