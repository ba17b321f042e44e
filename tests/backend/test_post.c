/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_post cpu|cuda: post-processing of random scenes must give what ref gives, to the bit, for
 * every number of threads and every variant of the inner loops this machine can run. Prints one
 * line per case; exits 1 on any difference and 77 when the backend cannot run here.
 */
#include "post_cases.h"

#ifdef PND_TEST_INSIDE
#include "../../kernels/src/cpu/cpu_backend.h"
#include "../../kernels/src/cpu/cpu_post_lanes.h"
#endif

#include <stdio.h>
#include <string.h>

static pnd_backend *ref;
static pnd_postprocess_result expected, actual; /* reused: sizes go up and down */

static bool run(pnd_postprocess_result *out, pnd_backend *backend, const post_scene *scene,
                const post_case *c)
{
    const pnd_postprocess_options options = post_case_options(c);
    const pnd_heads heads = post_scene_heads(scene);
    pnd_error err = {0};
    const pnd_status status =
        pnd_postprocess(out, backend, &heads, scene->width, scene->height, &options, &err);
    if (status != PND_OK)
        printf("%s\n", err.message);
    return status == PND_OK;
}

/* The backends to compare, opened once, and what they are called. */
typedef struct candidate {
    pnd_backend *backend;
    char name[64];
    int variant; /* of the inner loops */
} candidate;

enum { MAX_CANDIDATES = 16 };
static candidate candidates[MAX_CANDIDATES];
static size_t n_candidates;

static int test_candidate(const candidate *other, const post_scene *scene, const post_case *c,
                          bool odd)
{
    const char *difference = "failed";
#ifdef PND_TEST_INSIDE
    if (other->variant >= 0)
        ((pnd_cpu *)other->backend->impl)->lanes = pnd_cpu_lanes_at(other->variant);
#endif
    if (run(&actual, other->backend, scene, c))
        difference = post_difference(&expected, &actual);
    printf("postprocess(%dx%d, %d classes, %zu centres, %zu segments%s%s), %s: %s\n", c->width,
           c->height, c->classes, expected.n_centers, expected.n_segments, c->ties ? ", ties" : "",
           odd ? ", odd values" : "", other->name, difference == NULL ? "OK" : difference);
    return difference == NULL ? 0 : 1;
}

static int test_case(const post_case *c, bool odd)
{
    post_scene scene = post_case_scene(c, odd);
    int failures = !run(&expected, ref, &scene, c);
    for (size_t i = 0; i < n_candidates; i++)
        failures += test_candidate(&candidates[i], &scene, c, odd);
    post_scene_free(&scene);
    return failures;
}

static int test_all(void)
{
    int failures = 0;
    for (size_t i = 0; i < n_post_cases; i++)
        failures += test_case(&post_cases[i], false) + test_case(&post_cases[i], true);
    return failures;
}

static bool open_backend(pnd_backend **out, pnd_backend_kind kind, int threads)
{
    const pnd_backend_options options = {
        .struct_size = sizeof options, .kind = kind, .threads = threads};
    pnd_error err = {0};
    const pnd_status status = pnd_backend_create(out, &options, &err);
    if (status != PND_OK)
        printf("SKIPPED: %s\n", err.message);
    return status == PND_OK;
}

static bool add_candidate(pnd_backend_kind kind, int threads, int variant)
{
    candidate *const c = &candidates[n_candidates];
    const char *name = "";
    if (!open_backend(&c->backend, kind, threads))
        return false;
#ifdef PND_TEST_INSIDE
    name = variant >= 0 ? pnd_cpu_lanes_at(variant)->name : "";
#endif
    c->variant = variant;
    (void)snprintf(c->name, sizeof c->name, "%s %s, %d threads", pnd_backend_name(c->backend), name,
                   threads);
    n_candidates++;
    return true;
}

/* Every variant on two threads, the best also on one and on seven. */
static bool add_cpu(void)
{
    bool ok = add_candidate(PND_BACKEND_CPU, 1, -1) && add_candidate(PND_BACKEND_CPU, 7, -1);
#ifdef PND_TEST_INSIDE
    for (int i = 0; pnd_cpu_lanes_at(i) != NULL; i++)
        ok = ok && add_candidate(PND_BACKEND_CPU, 2, i);
#endif
    return ok;
}

int main(int argc, char **argv)
{
    const bool cuda = argc == 2 && strcmp(argv[1], "cuda") == 0;
    int failures;
    if (argc != 2 || (!cuda && strcmp(argv[1], "cpu") != 0)) {
        (void)fprintf(stderr, "usage: test_post cpu|cuda\n");
        return 2;
    }
    if (!open_backend(&ref, PND_BACKEND_REF, 1))
        return 1;
    if (!(cuda ? add_candidate(PND_BACKEND_CUDA, 0, -1) : add_cpu())) {
        pnd_backend_free(ref);
        return 77;
    }
    failures = test_all();
    for (size_t i = 0; i < n_candidates; i++)
        pnd_backend_free(candidates[i].backend);
    pnd_postprocess_result_clear(&expected);
    pnd_postprocess_result_clear(&actual);
    pnd_backend_free(ref);
    printf("%d failures\n", failures);
    return failures == 0 ? 0 : 1;
}
