/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Three stages over a ring of slots.
 *
 *     decoders   take the next image, read it, wait until its batch's slot is free, fill the slot
 *     network    this thread: submits batches in order, waits for them in order
 *     encoders   take the next image of a computed batch, write its files
 *
 * Batch b uses slot b modulo the number of slots, so it may be filled when batch b - slots is
 * written: memory is bounded by the slots. Which images share a batch depends on their order alone.
 * All state is guarded by one lock; every change wakes everybody.
 */
#include "infer.h"
#include "tool_signal.h"

#include <panodepth/alloc.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SLOTS = 3, MAX_THREADS = 64 };

typedef struct pipeline {
    infer_run *run;
    const int32_t *order; /* positions in the run */
    int32_t n, batch, n_batches;
    infer_slot_image *images; /* [SLOTS][batch] */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int32_t next_decode, next_encode; /* images taken so far */
    int32_t *n_decoded, *n_encoded;   /* per batch */
    int32_t n_computed;               /* batches */
    bool drain;                       /* take no further image; finish what is computed */
    bool stop;                        /* leave as soon as possible */
    bool network_ended;
    int code; /* of what stopped it */
    tool_progress progress;
} pipeline;

typedef struct worker {
    pipeline *p;
    pthread_t thread;
    bool started;
    double busy_s;
} worker;

double infer_now_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int32_t batch_size(const pipeline *p, int32_t b)
{
    const int32_t left = p->n - b * p->batch;
    return left < p->batch ? left : p->batch;
}

static infer_slot_image *slot_image(const pipeline *p, int32_t i)
{
    const int32_t b = i / p->batch;
    return &p->images[(size_t)(b % SLOTS) * (size_t)p->batch + (size_t)(i % p->batch)];
}

static void lock(pipeline *p)
{
    (void)pthread_mutex_lock(&p->lock);
}

static void unlock(pipeline *p)
{
    (void)pthread_mutex_unlock(&p->lock);
}

static void wait_for_change(pipeline *p)
{
    (void)pthread_cond_wait(&p->changed, &p->lock);
}

/* With the lock held. */
static void wake_all(pipeline *p)
{
    (void)pthread_cond_broadcast(&p->changed);
}

/* A failure of one image; with the lock held. What is not the image's own fault stops the run. */
static void record_failure(pipeline *p, int32_t index, tool_side side, const pnd_error *err)
{
    infer_run *run = p->run;
    const int code = tool_exit_code(err->status, side);
    run->images[index].state = INFER_BAD;
    tool_problems_add(&run->problems, index, run->images[index].file->image_id, side, err);
    if (code != TOOL_EXIT_INPUT) {
        p->stop = true;
        p->code = code;
        wake_all(p);
    }
}

/* ---- decoders */

static bool slot_is_free(const pipeline *p, int32_t b)
{
    return b < SLOTS || p->n_encoded[b - SLOTS] == batch_size(p, b - SLOTS);
}

/* The next image, or -1. */
static int32_t take_image(pipeline *p)
{
    int32_t i = -1;
    lock(p);
    if (!p->stop && !p->drain && p->next_decode < p->n)
        i = p->next_decode++;
    unlock(p);
    return i;
}

static bool wait_for_slot(pipeline *p, int32_t b)
{
    lock(p);
    while (!p->stop && !p->drain && !slot_is_free(p, b))
        wait_for_change(p);
    const bool go = !p->stop && !p->drain;
    unlock(p);
    return go;
}

/* The plane that was decoded goes into the slot; the slot's old one comes back. */
static void fill_slot(pipeline *p, int32_t i, infer_decoder *decoder, bool bad)
{
    infer_slot_image *slot = slot_image(p, i);
    uint8_t *input = pnd_net_input(p->run->net, i / p->batch % SLOTS, i % p->batch);
    const pnd_plane_rgb8 old = slot->photo;
    const infer_image *image = &p->run->images[p->order[i]];
    const int32_t width = p->run->size_width > 0 ? p->run->size_width : image->width;
    const int32_t height = p->run->size_width > 0 ? p->run->size_height : image->height;
    if (bad)
        memset(input, 0, (size_t)width * (size_t)height * 3);
    else
        infer_copy_pixels(input,
                          infer_is_resized(p->run, image) ? &decoder->resized : &decoder->photo);
    slot->index = p->order[i];
    slot->bad = bad;
    slot->photo = decoder->photo;
    decoder->photo = old;
}

static void decode_one(worker *w, int32_t i, infer_decoder *decoder)
{
    pipeline *p = w->p;
    infer_digest digest = "";
    pnd_error err = {0};
    double began = infer_now_s();
    const pnd_status status =
        infer_decode(decoder, digest, p->run, &p->run->images[p->order[i]], &err);
    w->busy_s += infer_now_s() - began;
    if (!wait_for_slot(p, i / p->batch))
        return;
    began = infer_now_s();
    fill_slot(p, i, decoder, status != PND_OK);
    memcpy(slot_image(p, i)->digest, digest, sizeof digest);
    w->busy_s += infer_now_s() - began;
    lock(p);
    if (status != PND_OK)
        record_failure(p, p->order[i], TOOL_INPUT, &err);
    p->n_decoded[i / p->batch]++;
    wake_all(p);
    unlock(p);
}

static void *decode_all(void *worker_)
{
    worker *w = worker_;
    infer_decoder decoder = {0};
    for (int32_t i = take_image(w->p); i >= 0; i = take_image(w->p))
        decode_one(w, i, &decoder);
    infer_decoder_clear(&decoder);
    return NULL;
}

/* ---- encoders */

/* The next image whose batch is computed, or -1 when none will come. */
static int32_t take_result(pipeline *p)
{
    int32_t i = -1;
    lock(p);
    for (;;) {
        const bool ready =
            p->next_encode < p->n && p->next_encode / p->batch < p->n_computed && !p->stop;
        if (ready)
            i = p->next_encode++;
        if (ready || p->stop || p->next_encode == p->n || p->network_ended)
            break;
        wait_for_change(p);
    }
    unlock(p);
    return i;
}

static void encode_one(worker *w, int32_t i, infer_encoder *encoder)
{
    pipeline *p = w->p;
    const infer_slot_image *slot = slot_image(p, i);
    tool_side side = TOOL_INPUT;
    pnd_error err = {0};
    pnd_status status = PND_OK;
    const double began = infer_now_s();
    if (!slot->bad) {
        const pnd_net_result *result =
            pnd_net_get_result(p->run->net, i / p->batch % SLOTS, i % p->batch);
        status = infer_encode(encoder, p->run, slot, result, &side, &err);
    }
    w->busy_s += infer_now_s() - began;
    lock(p);
    if (status != PND_OK)
        record_failure(p, slot->index, side, &err);
    else if (!slot->bad) {
        p->run->images[slot->index].state = INFER_DONE;
        p->run->n_done++;
    }
    p->n_encoded[i / p->batch]++;
    wake_all(p);
    unlock(p);
    tool_progress_step(&p->progress);
}

static void *encode_all(void *worker_)
{
    worker *w = worker_;
    infer_encoder *encoder = NULL;
    pnd_error err = {0};
    if (infer_encoder_create(&encoder, w->p->run, &err) != PND_OK) {
        lock(w->p);
        tool_problems_add(&w->p->run->problems, -1, NULL, TOOL_INPUT, &err);
        w->p->stop = true;
        w->p->code = tool_exit_code(err.status, TOOL_INPUT);
        wake_all(w->p);
        unlock(w->p);
        return NULL;
    }
    for (int32_t i = take_result(w->p); i >= 0; i = take_result(w->p))
        encode_one(w, i, encoder);
    infer_encoder_free(encoder);
    return NULL;
}

/* ---- the network */

/* Wait a moment, so that a signal is seen. With the lock held. */
static void wait_a_moment(pipeline *p)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 100000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    (void)pthread_cond_timedwait(&p->changed, &p->lock, &until);
}

static void see_signal(pipeline *p)
{
    if (tool_signal_caught() == 0 || p->drain)
        return;
    p->drain = true;
    wake_all(p);
}

/* Is batch b filled? When `patient`, wait until it is; false when it never will be. */
static bool is_filled(pipeline *p, int32_t b, bool patient)
{
    lock(p);
    see_signal(p);
    while (patient && !p->stop && !p->drain && p->n_decoded[b] < batch_size(p, b)) {
        wait_a_moment(p);
        see_signal(p);
    }
    const bool filled = !p->stop && !p->drain && p->n_decoded[b] == batch_size(p, b);
    unlock(p);
    return filled;
}

static void fail_batch(pipeline *p, int32_t b, const pnd_error *err)
{
    lock(p);
    record_failure(p, p->order[b * p->batch], TOOL_INPUT, err);
    p->stop = true;
    if (p->code == TOOL_EXIT_OK)
        p->code = tool_exit_code(err->status, TOOL_INPUT);
    wake_all(p);
    unlock(p);
}

static bool compute(pipeline *p, int32_t b)
{
    pnd_error err = {0};
    if (pnd_net_wait(p->run->net, b % SLOTS, &err) != PND_OK) {
        fail_batch(p, b, &err);
        return false;
    }
    lock(p);
    p->n_computed = b + 1;
    wake_all(p);
    unlock(p);
    return true;
}

static bool submit(pipeline *p, int32_t b)
{
    pnd_error err = {0};
    if (pnd_net_submit(p->run->net, b % SLOTS, batch_size(p, b), &err) == PND_OK)
        return true;
    fail_batch(p, b, &err);
    return false;
}

/* A device works on one batch while the next is queued behind it. */
static void run_network(pipeline *p)
{
    const bool on_device = strcmp(pnd_backend_name(p->run->model.backend), "cuda") == 0;
    const int32_t most = on_device ? 2 : 1;
    int32_t submitted = 0, computed = 0;
    bool ok = true;
    while (ok && computed < p->n_batches) {
        const bool idle = submitted == computed;
        if (submitted < p->n_batches && submitted - computed < most &&
            is_filled(p, submitted, idle)) {
            const double began = infer_now_s();
            ok = submit(p, submitted++);
            p->run->times.network_s += infer_now_s() - began;
            continue;
        }
        if (idle)
            break; /* stopped */
        const double began = infer_now_s();
        ok = compute(p, computed++);
        p->run->times.network_s += infer_now_s() - began;
    }
    lock(p);
    p->network_ended = true;
    wake_all(p);
    unlock(p);
}

/* ---- all of it */

static bool start(worker *workers, int32_t n, pipeline *p, void *(*body)(void *))
{
    int32_t started = 0;
    for (int32_t i = 0; i < n; i++) {
        workers[i].p = p;
        workers[i].started = pthread_create(&workers[i].thread, NULL, body, &workers[i]) == 0;
        started += workers[i].started;
    }
    return started > 0;
}

static double join(worker *workers, int32_t n)
{
    double busy_s = 0;
    for (int32_t i = 0; i < n; i++) {
        if (workers[i].started)
            (void)pthread_join(workers[i].thread, NULL);
        busy_s += workers[i].busy_s;
    }
    return busy_s;
}

/* On the host the network takes the cores itself; a device leaves them to the codecs. */
static void choose_threads(infer_run *run)
{
    const bool on_device = strcmp(pnd_backend_name(run->model.backend), "cuda") == 0;
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    const int32_t given = run->tool->common.threads;
    const int32_t threads = given > 0 ? given : (int32_t)(cores > 0 ? cores : 1);
    const int32_t bounded = threads < MAX_THREADS ? threads : MAX_THREADS;
    run->times.decoders = on_device ? (bounded + 1) / 2 : 1;
    run->times.encoders = on_device ? (bounded + 1) / 2 : 1;
}

static void run_stages(pipeline *p)
{
    worker decoders[MAX_THREADS] = {0}, encoders[MAX_THREADS] = {0};
    infer_times *times = &p->run->times;
    const double began = infer_now_s();
    const bool decoding = start(decoders, times->decoders, p, decode_all);
    const bool encoding = start(encoders, times->encoders, p, encode_all);
    if (decoding && encoding)
        run_network(p);
    else {
        pnd_error err = {0};
        (void)pnd_fail(&err, PND_ENOMEM, "no thread could be started");
        fail_batch(p, 0, &err);
    }
    times->decode_s += join(decoders, times->decoders);
    times->encode_s += join(encoders, times->encoders);
    times->wall_s += infer_now_s() - began;
}

static void pipeline_clear(pipeline *p)
{
    for (int32_t i = 0; p->images != NULL && i < SLOTS * p->batch; i++)
        pnd_plane_rgb8_clear(&p->images[i].photo);
    free(p->images);
    free(p->n_decoded);
    free(p->n_encoded);
    (void)pthread_mutex_destroy(&p->lock);
    (void)pthread_cond_destroy(&p->changed);
}

static pnd_status pipeline_init(pipeline *p, pnd_error *err)
{
    p->batch = p->run->batch;
    p->n_batches = (p->n + p->batch - 1) / p->batch;
    (void)pthread_mutex_init(&p->lock, NULL);
    (void)pthread_cond_init(&p->changed, NULL);
    p->images = pnd_calloc_array((size_t)SLOTS * (size_t)p->batch, sizeof *p->images);
    p->n_decoded = pnd_calloc_array((size_t)p->n_batches, sizeof *p->n_decoded);
    p->n_encoded = pnd_calloc_array((size_t)p->n_batches, sizeof *p->n_encoded);
    if (p->images == NULL || p->n_decoded == NULL || p->n_encoded == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for %d batches", p->n_batches);
    return PND_OK;
}

int infer_pipeline_run(infer_run *run, const int32_t *order, int32_t n)
{
    pipeline p = {.run = run, .order = order, .n = n};
    pnd_error err = {0};
    choose_threads(run);
    p.progress = tool_progress_start(run->tool, "images", n);
    if (pipeline_init(&p, &err) == PND_OK)
        run_stages(&p);
    else
        p.code = tool_fail(run->tool, TOOL_INPUT, &err);
    tool_progress_end(&p.progress);
    pipeline_clear(&p);
    return p.code;
}
