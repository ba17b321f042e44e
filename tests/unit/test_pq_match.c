/* SPDX-License-Identifier: Apache-2.0 */
/* Matching on many shapes against the definition, and what must not change a score. */
#include "pnd_test.h"

#include <panodepth/pq.h>

#include <stdlib.h>

enum { N_CATEGORIES = 3, MAX_SEGMENTS = 10, PADDING = 5 };
static const pnd_category categories[N_CATEGORIES] = {{7, false}, {24, true}, {26, true}};

/* ---- images */

typedef struct image {
    uint32_t *ids;
    int32_t width, height;
    size_t pitch; /* pixels */
    pnd_segment segments[MAX_SEGMENTS];
    size_t n;
} image;

static uint32_t next_random(uint32_t *seed) /* Numerical Recipes' LCG, high bits */
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* The padding must not count: rubbish, or what would prolong the last run of the row. */
static void pad(image *i)
{
    for (int32_t y = 0; y < i->height; y++) {
        uint32_t *const end = i->ids + (size_t)y * i->pitch + i->width;
        for (int32_t x = 0; x < PADDING; x++)
            end[x] = y % 2 == 0 ? end[-1] : UINT32_C(0xdeadbeef);
    }
}

static image make(int32_t width, int32_t height, uint32_t *seed, bool crowds)
{
    image out = {.width = width, .height = height, .pitch = (size_t)width + PADDING};
    out.ids = malloc(out.pitch * (size_t)height * sizeof *out.ids);
    assert_non_null(out.ids);
    uint32_t value = 0;
    for (int32_t y = 0; y < height; y++)
        for (int32_t x = 0; x < width; x++) {
            if (next_random(seed) % 7 == 0 || (x == 0 && y == 0))
                value = next_random(seed) % (MAX_SEGMENTS - 1);
            out.ids[(size_t)y * out.pitch + (size_t)x] = value == 0 ? 0 : (1u << 24) - value;
        }
    pad(&out);
    for (uint32_t v = 1; v < MAX_SEGMENTS; v++) {
        const uint32_t id = (1u << 24) - v;
        int64_t area = 0;
        for (int32_t y = 0; y < height; y++)
            for (int32_t x = 0; x < width; x++)
                area += out.ids[(size_t)y * out.pitch + (size_t)x] == id;
        if (area > 0)
            out.segments[out.n++] =
                (pnd_segment){id, categories[v % N_CATEGORIES].id, crowds && v % 4 == 0, area};
    }
    return out;
}

static pnd_panoptic view_of(const image *i)
{
    return (pnd_panoptic){
        {i->ids, i->width, i->height, i->pitch * sizeof *i->ids}, i->segments, i->n};
}

static uint32_t at(const image *i, int32_t x, int32_t y)
{
    return i->ids[(size_t)y * i->pitch + (size_t)x];
}

/* ---- the definition, pixel by pixel and pair by pair */

static int64_t overlap(const image *a, uint32_t id_a, const image *b, uint32_t id_b)
{
    int64_t n = 0;
    for (int32_t y = 0; y < a->height; y++)
        for (int32_t x = 0; x < a->width; x++)
            n += at(a, x, y) == id_a && at(b, x, y) == id_b;
    return n;
}

static bool is_match(double *iou, const image *gt, const pnd_segment *g, const image *pred,
                     const pnd_segment *p)
{
    const int64_t inter = overlap(gt, g->id, pred, p->id);
    const int64_t on_void = overlap(gt, 0, pred, p->id);
    *iou = (double)inter / (double)(g->area + p->area - inter - on_void);
    return g->category_id == p->category_id && !g->is_crowd && *iou > 0.5;
}

static bool is_excused(const image *gt, const image *pred, const pnd_segment *p)
{
    int64_t excused = overlap(gt, 0, pred, p->id);
    for (size_t i = 0; i < gt->n; i++)
        if (gt->segments[i].is_crowd && gt->segments[i].category_id == p->category_id)
            excused += overlap(gt, gt->segments[i].id, pred, p->id);
    return 2 * excused > p->area;
}

static void define(pnd_pq_count *counts, const image *gt, const image *pred)
{
    bool matched[MAX_SEGMENTS] = {false};
    memset(counts, 0, N_CATEGORIES * sizeof *counts);
    for (size_t i = 0; i < gt->n; i++) {
        const pnd_segment *const g = &gt->segments[i];
        size_t c = 0;
        while (categories[c].id != g->category_id)
            c++;
        int64_t found = 0;
        for (size_t j = 0; j < pred->n; j++) {
            double iou = 0;
            if (!is_match(&iou, gt, g, pred, &pred->segments[j]))
                continue;
            counts[c].iou_sum += iou;
            matched[j] = true;
            found++;
        }
        counts[c].tp += found;
        counts[c].fn += found == 0 && !g->is_crowd;
    }
    for (size_t j = 0; j < pred->n; j++) {
        size_t c = 0;
        while (categories[c].id != pred->segments[j].category_id)
            c++;
        counts[c].fp += !matched[j] && !is_excused(gt, pred, &pred->segments[j]);
    }
}

/* ---- checks */

static void match(pnd_pq_count *counts, const image *gt, const image *pred, pnd_pq_parity parity)
{
    pnd_pq_matcher *matcher = NULL;
    pnd_pq_image result;
    pnd_error err = {0};
    const pnd_panoptic gt_view = view_of(gt), pred_view = view_of(pred);
    pnd_assert_ok(pnd_pq_matcher_create(&matcher, categories, N_CATEGORIES, parity, &err));
    pnd_assert_ok(pnd_pq_match(&result, matcher, &gt_view, &pred_view, "frame", &err));
    memcpy(counts, result.counts, N_CATEGORIES * sizeof *counts);
    pnd_pq_matcher_free(matcher);
}

static void assert_same(const pnd_pq_count *a, const pnd_pq_count *b, double relative)
{
    for (size_t c = 0; c < N_CATEGORIES; c++) {
        assert_int_equal(a[c].tp, b[c].tp);
        assert_int_equal(a[c].fp, b[c].fp);
        assert_int_equal(a[c].fn, b[c].fn);
        pnd_assert_close(a[c].iou_sum, b[c].iou_sum, relative);
    }
}

/* A prediction that keeps all but one pixel in `one_in` of the ground truth. */
static image disturb(const image *gt, uint32_t one_in, uint32_t *seed)
{
    image pred = make(gt->width, gt->height, seed, false);
    for (int32_t y = 0; y < gt->height; y++)
        for (int32_t x = 0; x < gt->width; x++)
            if (next_random(seed) % one_in != 0)
                pred.ids[(size_t)y * pred.pitch + (size_t)x] = at(gt, x, y);
    pad(&pred);
    pred.n = 0;
    for (uint32_t v = 1; v < MAX_SEGMENTS; v++) {
        const uint32_t id = (1u << 24) - v;
        const int64_t area = overlap(&pred, id, &pred, id);
        if (area > 0)
            pred.segments[pred.n++] =
                (pnd_segment){id, categories[v % N_CATEGORIES].id, false, area};
    }
    return pred;
}

/* The same pixels, padding included, as a PNG has them. */
static pnd_panoptic as_rgb(const image *i)
{
    const size_t stride = 3 * i->pitch;
    uint8_t *const bytes = malloc(stride * (size_t)i->height);
    assert_non_null(bytes);
    for (int32_t y = 0; y < i->height; y++)
        for (int32_t x = 0; x < (int32_t)i->pitch; x++)
            for (size_t k = 0; k < 3; k++)
                bytes[(size_t)y * stride + 3 * (size_t)x + k] = (uint8_t)(at(i, x, y) >> 8 * k);
    pnd_panoptic view = view_of(i);
    view.ids = (pnd_view_u32){0};
    view.rgb = (pnd_view_rgb8){bytes, i->width, i->height, stride};
    return view;
}

static void free_rgb(pnd_panoptic view)
{
    union {
        const uint8_t *shown;
        uint8_t *owned;
    } bytes = {.shown = view.rgb.data};
    free(bytes.owned);
}

static void match_views(pnd_pq_count *counts, const pnd_panoptic *gt, const pnd_panoptic *pred)
{
    pnd_pq_matcher *matcher = NULL;
    pnd_pq_image result;
    pnd_error err = {0};
    pnd_assert_ok(
        pnd_pq_matcher_create(&matcher, categories, N_CATEGORIES, PND_PQ_CORRECTED, &err));
    pnd_assert_ok(pnd_pq_match(&result, matcher, gt, pred, "frame", &err));
    memcpy(counts, result.counts, N_CATEGORIES * sizeof *counts);
    pnd_pq_matcher_free(matcher);
}

/* Ids, RGB bytes, and one of each. */
static void check_kinds(const image *gt, const image *pred, const pnd_pq_count *expected)
{
    const pnd_panoptic gts[] = {view_of(gt), as_rgb(gt)}, preds[] = {view_of(pred), as_rgb(pred)};
    for (size_t g = 0; g < 2; g++)
        for (size_t p = 0; p < 2; p++) {
            pnd_pq_count counts[N_CATEGORIES];
            match_views(counts, &gts[g], &preds[p]);
            assert_same(counts, expected, 1e-15);
        }
    free_rgb(gts[1]);
    free_rgb(preds[1]);
}

/* Widths around the block of 8 pixels that the counting compares at once. */
static void odd_sizes_and_padded_rows_agree_with_the_definition(void **state)
{
    static const int32_t sizes[][2] = {{1, 1},  {1, 9},  {9, 1},   {7, 3},   {8, 3},
                                       {9, 3},  {15, 5}, {16, 5},  {17, 5},  {31, 4},
                                       {32, 4}, {33, 4}, {257, 3}, {3, 257}, {64, 64}};
    uint32_t seed = 1;
    int64_t true_positives = 0, false_positives = 0, false_negatives = 0;
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (uint32_t repeat = 0; repeat < 10; repeat++) {
            pnd_pq_count expected[N_CATEGORIES];
            image gt = make(sizes[i][0], sizes[i][1], &seed, true);
            image pred = disturb(&gt, 2 + repeat % 5, &seed);
            define(expected, &gt, &pred);
            check_kinds(&gt, &pred, expected);
            for (size_t c = 0; c < N_CATEGORIES; c++) {
                true_positives += expected[c].tp;
                false_positives += expected[c].fp;
                false_negatives += expected[c].fn;
            }
            free(gt.ids);
            free(pred.ids);
        }
    /* The images are worth comparing. */
    assert_true(true_positives > 100 && false_positives > 100 && false_negatives > 100);
}

typedef struct pair {
    image gt, pred;
    pnd_pq_count counts[N_CATEGORIES];
} pair;

static pair make_pair(uint32_t seed, bool crowds)
{
    pair p;
    p.gt = make(37, 23, &seed, crowds);
    p.pred = disturb(&p.gt, 2 + seed % 3, &seed);
    match(p.counts, &p.gt, &p.pred, PND_PQ_STRICT);
    return p;
}

static void free_pair(pair *p)
{
    free(p->gt.ids);
    free(p->pred.ids);
}

static void reverse_segments(image *i)
{
    for (size_t a = 0, b = i->n; a + 1 < b; a++) {
        const pnd_segment moved = i->segments[a];
        i->segments[a] = i->segments[--b];
        i->segments[b] = moved;
    }
}

static void the_order_of_the_tables_does_not_matter(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed < 20; seed++) {
        pair p = make_pair(seed, false);
        pnd_pq_count counts[N_CATEGORIES];
        reverse_segments(&p.gt);
        reverse_segments(&p.pred);
        match(counts, &p.gt, &p.pred, PND_PQ_STRICT);
        assert_same(counts, p.counts, 0);
        free_pair(&p);
    }
}

static void flip(image *i)
{
    for (int32_t y = 0; y < i->height; y++)
        for (int32_t x = 0; x < i->width / 2; x++) {
            uint32_t *const row = i->ids + (size_t)y * i->pitch;
            const uint32_t moved = row[x];
            row[x] = row[i->width - 1 - x];
            row[i->width - 1 - x] = moved;
        }
}

static void a_mirror_does_not_matter(void **state)
{
    (void)state;
    pair p = make_pair(3, true);
    pnd_pq_count counts[N_CATEGORIES];
    flip(&p.gt);
    flip(&p.pred);
    match(counts, &p.gt, &p.pred, PND_PQ_STRICT);
    assert_same(counts, p.counts, 0);
    free_pair(&p);
}

/* An order-preserving renaming keeps even the order of the sum. */
static void the_numbers_of_predicted_ids_do_not_matter(void **state)
{
    (void)state;
    pair p = make_pair(4, true);
    pnd_pq_count counts[N_CATEGORIES];
    for (size_t i = 0; i < p.pred.pitch * (size_t)p.pred.height; i++)
        if (p.pred.ids[i] != 0 && p.pred.ids[i] < 1u << 24)
            p.pred.ids[i] -= (1u << 24) - 100;
    for (size_t i = 0; i < p.pred.n; i++)
        p.pred.segments[i].id -= (1u << 24) - 100;
    match(counts, &p.gt, &p.pred, PND_PQ_STRICT);
    assert_same(counts, p.counts, 0);
    free_pair(&p);
}

static image double_size(const image *i)
{
    image out = *i;
    out.width *= 2;
    out.height *= 2;
    out.pitch = (size_t)out.width;
    out.ids = malloc(out.pitch * (size_t)out.height * sizeof *out.ids);
    assert_non_null(out.ids);
    for (int32_t y = 0; y < out.height; y++)
        for (int32_t x = 0; x < out.width; x++)
            out.ids[(size_t)y * out.pitch + (size_t)x] = at(i, x / 2, y / 2);
    for (size_t s = 0; s < out.n; s++)
        out.segments[s].area *= 4;
    return out;
}

/* Every ratio is of areas: 4 n / 4 m is the same double. */
static void twice_the_resolution_is_the_same_score(void **state)
{
    (void)state;
    pair p = make_pair(5, true);
    pnd_pq_count counts[N_CATEGORIES];
    image gt = double_size(&p.gt), pred = double_size(&p.pred);
    match(counts, &gt, &pred, PND_PQ_STRICT);
    assert_same(counts, p.counts, 0);
    free(gt.ids);
    free(pred.ids);
    free_pair(&p);
}

static void the_ground_truth_against_itself_is_perfect(void **state)
{
    (void)state;
    uint32_t seed = 6;
    pnd_pq_count counts[N_CATEGORIES];
    image gt = make(37, 23, &seed, false);
    match(counts, &gt, &gt, PND_PQ_STRICT);
    const pnd_pq_score all = pnd_pq_average(counts, categories, N_CATEGORIES, PND_PQ_ALL);
    assert_true(all.pq == 1.0 && all.sq == 1.0 && all.rq == 1.0);
    assert_int_equal(all.n_categories, N_CATEGORIES);
    free(gt.ids);
}

static void fill_void(image *i)
{
    const uint32_t id = i->segments[0].id;
    for (int32_t y = 0; y < i->height; y++)
        for (int32_t x = 0; x < i->width; x++)
            if (at(i, x, y) == 0) {
                i->ids[(size_t)y * i->pitch + (size_t)x] = id;
                i->segments[0].area++;
            }
}

static void swap_sides(uint32_t seed, int64_t *matches, int64_t *errors)
{
    pair p = make_pair(seed, false);
    pnd_pq_count forth[N_CATEGORIES], back[N_CATEGORIES];
    fill_void(&p.gt);
    fill_void(&p.pred);
    match(forth, &p.gt, &p.pred, PND_PQ_STRICT);
    match(back, &p.pred, &p.gt, PND_PQ_STRICT);
    for (size_t c = 0; c < N_CATEGORIES; c++) {
        assert_int_equal(forth[c].tp, back[c].tp);
        assert_int_equal(forth[c].fp, back[c].fn);
        assert_int_equal(forth[c].fn, back[c].fp);
        pnd_assert_close(forth[c].iou_sum, back[c].iou_sum, 1e-15);
        *matches += forth[c].tp;
        *errors += forth[c].fp + forth[c].fn;
    }
    free_pair(&p);
}

/* With void or crowds it is not so: the rule for void is one-sided. */
static void without_void_swapping_the_sides_swaps_fp_and_fn(void **state)
{
    (void)state;
    int64_t matches = 0, errors = 0;
    for (uint32_t seed = 1; seed < 10; seed++)
        swap_sides(seed, &matches, &errors);
    assert_true(matches > 10 && errors > 10);
}

/* ---- many pairs */

/* Ground truth in rows, prediction in columns: side x side different pairs. */
static pnd_status match_grid(pnd_pq_count *count, int32_t side, const pnd_segment *segments,
                             size_t n, pnd_error *err)
{
    const pnd_category category = {7, false};
    uint32_t *const rows = malloc((size_t)side * (size_t)side * sizeof *rows);
    uint32_t *const columns = malloc((size_t)side * sizeof *columns);
    assert_true(rows != NULL && columns != NULL);
    for (int32_t y = 0; y < side; y++)
        for (int32_t x = 0; x < side; x++)
            rows[(size_t)y * (size_t)side + (size_t)x] = (uint32_t)y + 1;
    for (int32_t x = 0; x < side; x++)
        columns[x] = (uint32_t)x + 1;
    const pnd_panoptic gt = {{rows, side, side, (size_t)side * sizeof *rows}, segments, n};
    const pnd_panoptic pred = {{columns, side, side, 0}, segments, n}; /* every row the same */
    pnd_pq_matcher *matcher = NULL;
    pnd_pq_image result;
    pnd_status status = pnd_pq_matcher_create(&matcher, &category, 1, PND_PQ_CORRECTED, err);
    if (status == PND_OK)
        status = pnd_pq_match(&result, matcher, &gt, &pred, "grid", err);
    *count = status == PND_OK ? result.counts[0] : (pnd_pq_count){0};
    pnd_pq_matcher_free(matcher);
    free(rows);
    free(columns);
    return status;
}

static void thousands_of_pairs_are_counted(void **state)
{
    enum { SIDE = 200 }; /* 40 000 pairs of one pixel, none a match */
    pnd_segment segments[SIDE];
    pnd_pq_count count;
    pnd_error err = {0};
    (void)state;
    for (uint32_t i = 0; i < SIDE; i++)
        segments[i] = (pnd_segment){i + 1, 7, false, SIDE};
    pnd_assert_ok(match_grid(&count, SIDE, segments, SIDE, &err));
    assert_int_equal(count.tp, 0);
    assert_int_equal(count.fp, SIDE);
    assert_int_equal(count.fn, SIDE);
}

static void a_photograph_is_refused(void **state)
{
    pnd_pq_count count;
    pnd_error err = {0};
    (void)state;
    pnd_assert_fails(match_grid(&count, 2049, NULL, 0, &err), PND_ELIMIT,
                     "more than 4194304 different pairs");
}

/* Faults row 52: all of them, the first few by number. */
static void every_offending_id_is_counted_and_a_dozen_are_named(void **state)
{
    pnd_pq_count count;
    pnd_error err = {0};
    const pnd_segment segments[] = {
        {1, 7, false, 20}, {21, 7, false, 20}, {22, 7, false, 20}, {5, 3, false, 20}};
    (void)state;
    assert_int_equal(match_grid(&count, 20, segments, 4, &err), PND_EMISMATCH);
    assert_string_equal(
        err.message,
        "grid: ground truth: segments 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14 and 6 "
        "more in the PNG and not in the JSON; segments 21, 22 in the JSON and not in "
        "the PNG; segment 5 (category 3) of a category the ground truth does not have");
}

static void a_transposed_prediction_is_recognised(void **state)
{
    uint32_t ids[8 * 4] = {0};
    pnd_pq_matcher *matcher = NULL;
    pnd_pq_image result;
    pnd_error err = {0};
    const pnd_panoptic gt = {.ids = {ids, 8, 4, 32}}, pred = {.ids = {ids, 4, 8, 16}};
    (void)state;
    pnd_assert_ok(pnd_pq_matcher_create(&matcher, categories, N_CATEGORIES, PND_PQ_STRICT, &err));
    pnd_assert_fails(pnd_pq_match(&result, matcher, &gt, &pred, "frame", &err), PND_EMISMATCH,
                     "prediction is 4x8, ground truth 8x4");
    assert_string_equal(err.hint, "width and height swapped?");
    pnd_pq_matcher_free(matcher);
}

static void a_category_given_twice_is_refused(void **state)
{
    const pnd_category twice[] = {{7, false}, {24, true}, {7, true}};
    pnd_pq_matcher *matcher = NULL;
    pnd_error err = {0};
    (void)state;
    pnd_assert_fails(pnd_pq_matcher_create(&matcher, twice, 3, PND_PQ_STRICT, &err), PND_EINVAL,
                     "category 7 is listed more than once");
    assert_null(matcher);
    pnd_pq_matcher_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(odd_sizes_and_padded_rows_agree_with_the_definition),
        cmocka_unit_test(the_order_of_the_tables_does_not_matter),
        cmocka_unit_test(a_mirror_does_not_matter),
        cmocka_unit_test(the_numbers_of_predicted_ids_do_not_matter),
        cmocka_unit_test(twice_the_resolution_is_the_same_score),
        cmocka_unit_test(the_ground_truth_against_itself_is_perfect),
        cmocka_unit_test(without_void_swapping_the_sides_swaps_fp_and_fn),
        cmocka_unit_test(thousands_of_pairs_are_counted),
        cmocka_unit_test(a_photograph_is_refused),
        cmocka_unit_test(every_offending_id_is_counted_and_a_dozen_are_named),
        cmocka_unit_test(a_transposed_prediction_is_recognised),
        cmocka_unit_test(a_category_given_twice_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
