/* SPDX-License-Identifier: Apache-2.0 */
/* The six golden frames against what panopticapi and cityscapesScripts computed for them. */
#include "pnd_test.h"

#include <panodepth/alloc.h>
#include <panodepth/file.h>
#include <panodepth/json.h>
#include <panodepth/panoptic_set.h>
#include <panodepth/png.h>
#include <panodepth/pq.h>

#include <stdio.h>
#include <stdlib.h>

#define GOLDEN PND_TEST_DATA "/golden_small"
#define GT     GOLDEN "/expected/cityscapes_panoptic_val"
#define PRED   GOLDEN "/pred/cityscapes_panoptic_val"

enum { N_IMAGES = 6, N_CATEGORIES = 19 };

typedef struct set {
    const char *folder;
    pnd_panoptic_set set;
} set;

static set load(const char *folder, pnd_panoptic_role role)
{
    set out = {.folder = folder};
    pnd_error err = {0};
    pnd_buffer bytes = {0};
    char *const path = pnd_strdup_printf("%s.json", folder);
    pnd_assert_ok(pnd_file_read(&bytes, path, PND_MAX_JSON_BYTES, &err));
    pnd_assert_ok(pnd_panoptic_set_parse(&out.set, bytes.data, bytes.size, path, role, &err));
    assert_int_equal(out.set.n_annotations, N_IMAGES);
    pnd_buffer_clear(&bytes);
    free(path);
    return out;
}

typedef struct frame {
    pnd_plane_u32 ids;
    pnd_segment segments[256];
    pnd_panoptic view;
} frame;

static void read_frame(frame *out, const set *from, size_t index)
{
    const pnd_annotation *const annotation = &from->set.annotations[index];
    pnd_error err = {0};
    pnd_buffer bytes = {0};
    pnd_assert_ok(pnd_file_read_beneath(&bytes, from->folder, annotation->file_name,
                                        PND_MAX_IMAGE_BYTES, &err));
    pnd_assert_ok(pnd_png_decode_ids(&out->ids, bytes.data, bytes.size, annotation->file_name, NULL,
                                     NULL, &err));
    assert_true(annotation->n_segments <= 256);
    for (size_t i = 0; i < annotation->n_segments; i++) {
        const pnd_segment_info *const s = &annotation->segments[i];
        out->segments[i] = (pnd_segment){s->id, s->category_id, s->is_crowd, s->area};
    }
    out->view =
        (pnd_panoptic){pnd_plane_u32_view(&out->ids), out->segments, annotation->n_segments};
    pnd_buffer_clear(&bytes);
}

/* The sets list the cities in different orders. */
static size_t find_image(const set *in, const char *image_id)
{
    size_t i = 0;
    while (i < N_IMAGES && strcmp(in->set.annotations[i].image_id, image_id) != 0)
        i++;
    assert_true(i < N_IMAGES);
    return i;
}

static void score(pnd_pq_count *total, pnd_category *categories, const set *gt, const set *pred,
                  pnd_pq_parity parity)
{
    frame g = {0}, p = {0};
    pnd_pq_matcher *matcher = NULL;
    pnd_error err = {0};
    assert_int_equal(gt->set.n_categories, N_CATEGORIES);
    memset(total, 0, N_CATEGORIES * sizeof *total);
    for (size_t c = 0; c < N_CATEGORIES; c++)
        categories[c] = (pnd_category){gt->set.categories[c].id, gt->set.categories[c].is_thing};
    pnd_assert_ok(pnd_pq_matcher_create(&matcher, categories, N_CATEGORIES, parity, &err));
    for (size_t i = 0; i < N_IMAGES; i++) {
        const char *const id = gt->set.annotations[i].image_id;
        pnd_pq_image image;
        read_frame(&g, gt, i);
        read_frame(&p, pred, find_image(pred, id));
        pnd_assert_ok(pnd_pq_match(&image, matcher, &g.view, &p.view, id, &err));
        for (int d = 0; d < PND_PQ_N_DEVIATIONS; d++)
            assert_int_equal(image.deviations[d], 0);
        pnd_pq_add(total, &image);
    }
    pnd_pq_matcher_free(matcher);
    pnd_plane_u32_clear(&g.ids);
    pnd_plane_u32_clear(&p.ids);
}

/* pq_counts_single_core.json: the sums of panopticapi's pq_compute_single_core, last bit included.
 */
static void check_counts(const pnd_pq_count *total, const pnd_category *categories)
{
    pnd_error err = {0};
    pnd_buffer bytes = {0};
    struct cJSON *json = NULL;
    const char *const path = GOLDEN "/expected/pq_counts_single_core.json";
    pnd_assert_ok(pnd_file_read(&bytes, path, PND_MAX_JSON_BYTES, &err));
    pnd_assert_ok(pnd_json_parse(&json, bytes.data, bytes.size, path, &err));
    const pnd_json_at root = pnd_json_root(json, path);
    for (size_t c = 0; c < N_CATEGORIES; c++) {
        char key[16];
        pnd_json_at member;
        int64_t tp = -1, fp = -1, fn = -1;
        double iou = -1;
        (void)snprintf(key, sizeof key, "%d", (int)categories[c].id);
        pnd_assert_ok(pnd_json_member(&member, &root, key, &err));
        pnd_assert_ok(pnd_json_get_int(&tp, &member, "tp", 0, 1000, &err));
        pnd_assert_ok(pnd_json_get_int(&fp, &member, "fp", 0, 1000, &err));
        pnd_assert_ok(pnd_json_get_int(&fn, &member, "fn", 0, 1000, &err));
        pnd_assert_ok(pnd_json_get_double(&iou, &member, "iou", &err));
        assert_int_equal(total[c].tp, tp);
        assert_int_equal(total[c].fp, fp);
        assert_int_equal(total[c].fn, fn);
        assert_true(total[c].iou_sum == iou);
    }
    pnd_json_free(json);
    pnd_buffer_clear(&bytes);
}

/* The areas in the JSON are right and there is one crowd a class, so both parities agree. */
static void the_golden_frames_give_the_golden_numbers(void **state)
{
    (void)state;
    set gt = load(GT, PND_GROUND_TRUTH), pred = load(PRED, PND_PREDICTION);
    for (int parity = PND_PQ_CORRECTED; parity <= PND_PQ_STRICT; parity++) {
        pnd_pq_count total[N_CATEGORIES];
        pnd_category categories[N_CATEGORIES];
        score(total, categories, &gt, &pred, (pnd_pq_parity)parity);
        check_counts(total, categories);
        const pnd_pq_score all = pnd_pq_average(total, categories, N_CATEGORIES, PND_PQ_ALL);
        assert_true(all.pq == .38763436792963474);
        assert_true(all.sq == .6049715083879825);
        assert_true(all.rq == .5453399857846039);
        assert_int_equal(all.n_categories, 19);
        /* The file below was made by two processes, whose split shows in the last bit. */
        const pnd_pq_score things = pnd_pq_average(total, categories, N_CATEGORIES, PND_PQ_THINGS);
        pnd_assert_close(things.pq, .21566274536677638, 1e-15);
        assert_int_equal(things.n_categories, 8);
        const pnd_pq_score stuff = pnd_pq_average(total, categories, N_CATEGORIES, PND_PQ_STUFF);
        pnd_assert_close(stuff.pq, .5127046388844408, 1e-15);
        assert_int_equal(stuff.n_categories, 11);
    }
    pnd_panoptic_set_clear(&gt.set);
    pnd_panoptic_set_clear(&pred.set);
}

static void the_golden_ground_truth_against_itself_is_perfect(void **state)
{
    (void)state;
    pnd_pq_count total[N_CATEGORIES];
    pnd_category categories[N_CATEGORIES];
    set gt = load(GT, PND_GROUND_TRUTH);
    for (size_t i = 0; i < N_IMAGES; i++) /* a crowd has no counterpart among predictions */
        for (size_t s = 0; s < gt.set.annotations[i].n_segments; s++)
            gt.set.annotations[i].segments[s].is_crowd = false;
    score(total, categories, &gt, &gt, PND_PQ_STRICT);
    const pnd_pq_score all = pnd_pq_average(total, categories, N_CATEGORIES, PND_PQ_ALL);
    assert_true(all.pq == 1.0 && all.sq == 1.0 && all.rq == 1.0);
    pnd_panoptic_set_clear(&gt.set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_golden_frames_give_the_golden_numbers),
        cmocka_unit_test(the_golden_ground_truth_against_itself_is_perfect),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
