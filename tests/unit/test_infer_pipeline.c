/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pnd-infer's pipeline over a pretended network, decoder and encoder: what a device does when its
 * memory is short or it fails cannot be had from a real one at will.
 *
 * A photograph is its number in the first pixel. The network copies a slot's numbers to its results
 * when it is waited for; the encoder checks that the result it is given is the one of its image.
 */
#include "pnd_test.h"

#include <infer.h>
#include <panodepth/alloc.h>
#include <panodepth/labels.h>

#include <pthread.h>
#include <stdlib.h>

enum { SLOTS = 3, SIDE = 64, MOST = 64 };

struct pnd_net {
    int32_t batch;
    uint8_t *input[SLOTS];
    int32_t result[SLOTS][MOST]; /* numbers */
    bool submitted[SLOTS];
    int32_t n_waited, fail_at; /* the call that fails; -1: none */
};

static struct {
    const char *backend;
    int32_t most_that_fit;      /* larger batches are PND_ENOMEM */
    int32_t bad, unwritable;    /* images that fail in decoding and encoding; -1: none */
    int32_t encoded[MOST];      /* how often */
    int32_t n_mistaken, n_open; /* wrong results; batches tried */
    pthread_mutex_t lock;
} world = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* ---- the pretended library */

const char *pnd_backend_name(const pnd_backend *backend)
{
    (void)backend;
    return world.backend;
}

const char *pnd_backend_description(const pnd_backend *backend)
{
    (void)backend;
    return "pretended";
}

pnd_status pnd_backend_options_parse(pnd_backend_options *options, const char *text, pnd_error *err)
{
    (void)options;
    (void)text;
    (void)err;
    return PND_OK;
}

pnd_status pnd_backend_create(pnd_backend **out, const pnd_backend_options *options, pnd_error *err)
{
    (void)options;
    *out = NULL;
    return pnd_fail(err, PND_EINTERNAL, "not used here");
}

void pnd_backend_free(pnd_backend *backend)
{
    (void)backend;
}

bool pnd_precision_parse(pnd_precision *precision, const char *text)
{
    (void)text;
    *precision = PND_PRECISION_F32;
    return true;
}

const char *pnd_precision_name(pnd_precision precision)
{
    (void)precision;
    return "f32";
}

pnd_status pnd_net_open(pnd_net **out, pnd_backend *backend, const pnd_net_tensor *tensors,
                        size_t n_tensors, const pnd_net_options *options, pnd_error *err)
{
    (void)backend;
    (void)tensors;
    (void)n_tensors;
    *out = NULL;
    world.n_open++;
    if (options->batch > world.most_that_fit)
        return pnd_fail(err, PND_ENOMEM, "the device has no memory for it");
    *out = pnd_calloc_array(1, sizeof **out);
    assert_non_null(*out);
    (*out)->batch = options->batch;
    (*out)->fail_at = -1;
    for (int s = 0; s < SLOTS; s++)
        (*out)->input[s] = pnd_calloc_array((size_t)options->batch, (size_t)SIDE * SIDE * 3);
    return PND_OK;
}

void pnd_net_free(pnd_net *net)
{
    for (int s = 0; s < SLOTS && net != NULL; s++)
        free(net->input[s]);
    free(net);
}

pnd_net_info pnd_net_get_info(const pnd_net *net)
{
    (void)net;
    return (pnd_net_info){.classes = PND_N_TRAIN_IDS};
}

uint8_t *pnd_net_input(pnd_net *net, int32_t slot, int32_t i)
{
    return net->input[slot] + (size_t)i * SIDE * SIDE * 3;
}

pnd_status pnd_net_submit(pnd_net *net, int32_t slot, int32_t n, pnd_error *err)
{
    (void)n;
    if (net->submitted[slot])
        return pnd_fail(err, PND_EINVAL, "slot %d was not waited for", slot);
    net->submitted[slot] = true;
    return PND_OK;
}

pnd_status pnd_net_wait(pnd_net *net, int32_t slot, pnd_error *err)
{
    if (net->n_waited++ == net->fail_at)
        return pnd_fail(err, PND_EDEVICE, "an uncorrectable error was met");
    for (int32_t i = 0; i < net->batch; i++)
        net->result[slot][i] = pnd_net_input(net, slot, i)[0];
    net->submitted[slot] = false;
    return PND_OK;
}

/* The address says which result it is. */
const pnd_net_result *pnd_net_get_result(const pnd_net *net, int32_t slot, int32_t i)
{
    return (const pnd_net_result *)(const void *)&net->result[slot][i];
}

/* ---- the pretended stages */

void infer_decoder_clear(infer_decoder *decoder)
{
    pnd_plane_rgb8_clear(&decoder->photo);
}

pnd_status infer_decode(infer_decoder *decoder, infer_digest digest, const infer_run *run,
                        const infer_image *image, pnd_error *err)
{
    const int32_t number = (int32_t)(image - run->images);
    const pnd_status status = pnd_plane_rgb8_resize(&decoder->photo, SIDE, SIDE, err);
    (void)digest;
    if (status == PND_OK)
        decoder->photo.data[0] = (uint8_t)number;
    if (number == world.bad)
        return pnd_fail(err, PND_EFORMAT, "%d.png: not a PNG", number);
    return status;
}

void infer_copy_pixels(uint8_t *out, const pnd_plane_rgb8 *plane)
{
    memcpy(out, plane->data, (size_t)SIDE * SIDE * 3);
}

struct infer_encoder {
    int unused;
};

pnd_status infer_encoder_create(infer_encoder **out, const infer_run *run, pnd_error *err)
{
    (void)run;
    *out = pnd_calloc_array(1, sizeof **out);
    return *out != NULL ? PND_OK : pnd_fail(err, PND_ENOMEM, "out of memory");
}

void infer_encoder_free(infer_encoder *encoder)
{
    free(encoder);
}

pnd_status infer_encode(infer_encoder *encoder, infer_run *run, const infer_slot_image *image,
                        const pnd_net_result *result, tool_side *side, pnd_error *err)
{
    (void)encoder;
    (void)run;
    *side = TOOL_OUTPUT;
    const int32_t number = *(const int32_t *)(const void *)result;
    (void)pthread_mutex_lock(&world.lock);
    world.encoded[image->index]++;
    world.n_mistaken += number != image->index || image->photo.data[0] != number;
    (void)pthread_mutex_unlock(&world.lock);
    if (image->index == world.unwritable)
        return pnd_fail(err, PND_EIO, "%d.png: No space left on device", number);
    return PND_OK;
}

/* ---- the tests */

typedef struct setup {
    tool tool;
    tool_program program;
    tool_file files[MOST];
    infer_image images[MOST];
    int32_t order[MOST];
    infer_args args;
    infer_run run;
} setup;

static void begin(setup *s, const char *backend, int32_t batch, int32_t n, int32_t threads)
{
    *s = (setup){.args = {.weights = "w.safetensors"}};
    world.backend = backend;
    world.most_that_fit = MOST;
    world.bad = world.unwritable = -1;
    world.n_mistaken = world.n_open = 0;
    memset(world.encoded, 0, sizeof world.encoded);
    s->tool = (tool){.name = "pnd-infer", .common = {.quiet = true, .threads = threads}};
    s->run = (infer_run){.tool = &s->tool, .args = &s->args, .images = s->images, .n = n};
    s->run.model.options.batch = batch;
    for (int32_t i = 0; i < n; i++) {
        s->files[i].image_id = NULL;
        s->images[i] = (infer_image){.file = &s->files[i], .width = SIDE, .height = SIDE};
        s->order[i] = i;
    }
}

static int run(setup *s)
{
    return infer_pipeline_run(&s->run, s->order, s->run.n);
}

static void end(setup *s)
{
    pnd_net_free(s->run.net);
    tool_problems_clear(&s->run.problems);
}

static void every_image_gets_its_own_result_once(void **state)
{
    static const struct {
        const char *backend;
        int32_t batch, n, threads;
    } cases[] = {{"cpu", 1, 7, 1},   {"cpu", 3, 7, 2},   {"cuda", 1, 40, 8},
                 {"cuda", 4, 41, 8}, {"cuda", 8, 64, 3}, {"cuda", 64, 5, 4}};
    setup s;
    pnd_error err = {0};
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        begin(&s, cases[c].backend, cases[c].batch, cases[c].n, cases[c].threads);
        pnd_assert_ok(infer_net_open(&s.run, SIDE, SIDE, false, &err));
        assert_int_equal(run(&s), TOOL_EXIT_OK);
        assert_int_equal(s.run.n_done, cases[c].n);
        assert_int_equal(world.n_mistaken, 0);
        for (int32_t i = 0; i < cases[c].n; i++)
            assert_true(world.encoded[i] == 1 && s.images[i].state == INFER_DONE);
        end(&s);
    }
}

static void a_bad_image_costs_no_other(void **state)
{
    setup s;
    pnd_error err = {0};
    (void)state;
    for (int32_t batch = 1; batch <= 4; batch += 3) {
        begin(&s, "cuda", batch, 10, 4);
        world.bad = 5;
        pnd_assert_ok(infer_net_open(&s.run, SIDE, SIDE, false, &err));
        assert_int_equal(run(&s), TOOL_EXIT_OK);
        assert_int_equal(s.run.n_done, 9);
        assert_int_equal(s.run.problems.n, 1);
        assert_int_equal(s.run.problems.items[0].index, 5);
        assert_true(s.images[5].state == INFER_BAD && world.encoded[5] == 0);
        assert_int_equal(world.n_mistaken, 0);
        end(&s);
    }
}

/* faults.md row 90: exit 5, and what was computed before stays. */
static void a_device_that_fails_ends_the_run_and_keeps_what_was_done(void **state)
{
    setup s;
    pnd_error err = {0};
    (void)state;
    begin(&s, "cuda", 2, 40, 4);
    pnd_assert_ok(infer_net_open(&s.run, SIDE, SIDE, false, &err));
    s.run.net->fail_at = 3; /* images 6 and 7 */
    assert_int_equal(run(&s), TOOL_EXIT_DEVICE);
    assert_int_equal(s.run.problems.n, 1);
    assert_non_null(strstr(s.run.problems.items[0].err.message, "uncorrectable"));
    assert_int_equal(s.run.problems.items[0].index, 6);
    assert_true(s.run.n_done <= 6 && world.n_mistaken == 0);
    for (int32_t i = 6; i < 40; i++)
        assert_true(world.encoded[i] == 0 && s.images[i].state != INFER_DONE);
    end(&s);
}

static void a_full_disk_ends_the_run(void **state)
{
    setup s;
    pnd_error err = {0};
    (void)state;
    begin(&s, "cpu", 1, 30, 2);
    world.unwritable = 4;
    pnd_assert_ok(infer_net_open(&s.run, SIDE, SIDE, false, &err));
    assert_int_equal(run(&s), TOOL_EXIT_OUTPUT);
    assert_true(s.images[4].state == INFER_BAD && world.encoded[29] == 0);
    end(&s);
}

/* faults.md row 89: half the batch, and half again; exit 5 when one image is too much. */
static void a_device_short_of_memory_gets_smaller_batches(void **state)
{
    setup s;
    pnd_error err = {0};
    (void)state;
    begin(&s, "cuda", 16, 40, 4);
    world.most_that_fit = 5;
    pnd_assert_ok(infer_net_open(&s.run, SIDE, SIDE, false, &err));
    assert_int_equal(s.run.batch, 4);
    assert_int_equal(world.n_open, 3);
    assert_int_equal(run(&s), TOOL_EXIT_OK);
    assert_true(s.run.n_done == 40 && world.n_mistaken == 0);
    end(&s);

    begin(&s, "cuda", 4, 1, 1);
    world.most_that_fit = 0;
    pnd_assert_fails(infer_net_open(&s.run, SIDE, SIDE, false, &err), PND_EDEVICE,
                     "w.safetensors: the device has no memory");
    assert_int_equal(world.n_open, 3);
    end(&s);

    begin(&s, "cpu", 4, 1, 1); /* the host's memory is not the batch's to blame */
    world.most_that_fit = 2;
    pnd_assert_fails(infer_net_open(&s.run, SIDE, SIDE, false, &err), PND_ENOMEM, "no memory");
    assert_int_equal(world.n_open, 1);
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_image_gets_its_own_result_once),
        cmocka_unit_test(a_bad_image_costs_no_other),
        cmocka_unit_test(a_device_that_fails_ends_the_run_and_keeps_what_was_done),
        cmocka_unit_test(a_full_disk_ends_the_run),
        cmocka_unit_test(a_device_short_of_memory_gets_smaller_batches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
