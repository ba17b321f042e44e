/* SPDX-License-Identifier: Apache-2.0 */
/* Four real Cityscapes frames, two simple predictors, six protocols, against numbers computed
 * independently with numpy (tests/data/golden_depth.json). Reads the frames from
 * CITYSCAPES_DATASET and skips without them: no pixel of Cityscapes is in this repository. */
#include "pnd_test.h"

#include <panodepth/alloc.h>
#include <panodepth/camera.h>
#include <panodepth/cityscapes.h>
#include <panodepth/depth_metrics.h>
#include <panodepth/file.h>
#include <panodepth/json.h>
#include <panodepth/png.h>

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>

enum { N_FRAMES = 4, N_PROTOCOLS = 6 };

typedef struct frame {
    const char *core;
    pnd_plane_u16 disparity;
    double *lut;
    pnd_depth_image scores[2][N_PROTOCOLS];
} frame;

typedef struct data {
    cJSON *golden;
    frame frames[N_FRAMES];
    pnd_plane_f64 prediction;
} data;

/* Ours, and the name in the golden file. */
static const char *const protocol_names[N_PROTOCOLS][2] = {
    {"paper-repo", "author_code"},
    {"kitti", "nocap"},
    {"paper-eq", "cap80_include"},
    {"eigen80", "exclude_ge80_clamp"},
    {"manydepth-raw", "manydepth_crop_exclude"},
    {"manydepth", "manydepth_crop_exclude_medscale"},
};
static const char *const predictors[2] = {"const20", "gt_x1.1"};

/* ---- reading ---- */

static char *frame_path(const char *root, const char *core, const char *type, const char *suffix)
{
    char *city = pnd_strdup(core), *copy = pnd_strdup(core), split[] = "train";
    assert_non_null(city);
    city[strcspn(city, "_")] = '\0';
    const pnd_frame id = {copy, city, split};
    char *path = pnd_frame_path(&id, root, type, suffix);
    assert_non_null(path);
    free(city);
    free(copy);
    return path;
}

static void read_frame(frame *f, const char *root)
{
    pnd_error err = {0};
    pnd_buffer bytes = {0};
    pnd_camera camera;
    char *path = frame_path(root, f->core, "disparity", "_disparity.png");
    pnd_assert_ok(pnd_file_read(&bytes, path, PND_MAX_IMAGE_BYTES, &err));
    pnd_assert_ok(
        pnd_png_decode_u16(&f->disparity, bytes.data, bytes.size, path, NULL, NULL, &err));
    free(path);
    pnd_buffer_clear(&bytes);
    path = frame_path(root, f->core, "camera", "_camera.json");
    pnd_assert_ok(pnd_camera_read(&camera, path, &err));
    free(path);
    f->lut = pnd_alloc_array(PND_DEPTH_LUT_SIZE, sizeof *f->lut);
    assert_non_null(f->lut);
    pnd_depth_lut_disparity(f->lut, camera.baseline * camera.fx, camera.doffs);
}

static cJSON *read_golden(void)
{
    pnd_error err = {0};
    pnd_buffer bytes = {0};
    cJSON *json = NULL;
    const char *path = PND_TEST_DATA "/golden_depth.json";
    pnd_assert_ok(pnd_file_read(&bytes, path, PND_MAX_JSON_BYTES, &err));
    pnd_assert_ok(pnd_json_parse(&json, bytes.data, bytes.size, path, &err));
    pnd_buffer_clear(&bytes);
    return json;
}

static const cJSON *child(const cJSON *object, const char *key)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, key);
    if (value == NULL)
        fail_msg("golden file: no %s", key);
    return value;
}

static double number(const cJSON *object, const char *key)
{
    return child(object, key)->valuedouble;
}

/* ---- scoring ---- */

static pnd_depth_samples ground_truth(const frame *f)
{
    return pnd_depth_samples_u16(pnd_plane_u16_view(&f->disparity), f->lut, f->core);
}

/* 20 m, or ground truth times 1.1; 20 m where there is none. */
static void make_prediction(data *d, const frame *f, int predictor)
{
    pnd_error err = {0};
    const pnd_depth_samples gt = ground_truth(f);
    pnd_assert_ok(pnd_plane_f64_resize(&d->prediction, gt.width, gt.height, &err));
    for (int32_t y = 0; y < gt.height; y++) {
        double *row = pnd_plane_f64_row(&d->prediction, y);
        pnd_depth_samples_row(row, &gt, y);
        for (int32_t x = 0; x < gt.width; x++)
            row[x] = predictor == 0 || !(row[x] > 0) || isinf(row[x]) ? 20 : 1.1 * row[x];
    }
}

static pnd_depth_image score(const data *d, const frame *f, const pnd_depth_protocol *protocol)
{
    pnd_error err = {0};
    const pnd_depth_samples gt = ground_truth(f);
    const pnd_depth_samples pred =
        pnd_depth_samples_f64(pnd_plane_f64_view(&d->prediction), f->core);
    pnd_depth_scorer *scorer = NULL;
    pnd_depth_image image;
    pnd_assert_ok(pnd_depth_scorer_create(&scorer, protocol, &err));
    pnd_assert_ok(pnd_depth_score(&image, scorer, &gt, &pred, (pnd_view_u8){0}, &err));
    pnd_depth_scorer_free(scorer);
    return image;
}

/* ---- comparing ---- */

typedef struct golden_key {
    const char *key;
    int metric; /* index in pnd_depth_metric_infos() */
    double factor;
} golden_key;

static const golden_key definitions[] = {
    {"n", 0, 1},           {"abs_rel", 1, 1},    {"sq_rel_unitless", 2, 1},
    {"sq_rel_m", 3, 1},    {"rmse_m", 4, 1},     {"mae_m", 5, 1},
    {"rmse_log", 6, 1},    {"log_mae", 7, 1},    {"log10", 8, 1},
    {"irmse_1_km", 9, 1},  {"imae_1_km", 10, 1}, {"silog_var", 11, 1},
    {"silog_x100", 12, 1}, {"d1", 13, 1},        {"d2", 14, 1},
    {"d3", 15, 1},         {"rse", 16, 1},       {"rae", 17, 1},
    {NULL, 0, 0},
};
static const golden_key authors[] = {
    {"n", 0, 1},        {"RSE", 16, 1},     {"RAE", 17, 1},     {"IRMSE", 9, 1}, {"SILog", 8, 100},
    {"ACC_1", 13, 100}, {"ACC_2", 14, 100}, {"ACC_3", 15, 100}, {NULL, 0, 0},
};

/* Relative 1e-9, and a floor for what is zero but for rounding: ground truth times a constant has
 * no error after median scaling (values of 1e-15) and no variance of the logarithm, of which the
 * golden file holds rounding noise of 1e-17 and so 100 sqrt(noise) = 1e-6 or 0. */
static double tolerance(const char *key, double expected)
{
    const double floor = strcmp(key, "silog_x100") == 0 && expected < 1e-5 ? 4e-6 : 1e-13;
    return 1e-9 * fabs(expected) + floor;
}

static void compare(const char *what, const pnd_depth_metrics *m, const cJSON *expected,
                    const golden_key *keys)
{
    for (; keys->key != NULL; keys++) {
        const double a = keys->factor * pnd_depth_metric(m, keys->metric);
        const double e = number(expected, keys->key);
        if (!(fabs(a - e) <= tolerance(keys->key, e)))
            fail_msg("%s %s: %.17g, expected %.17g", what, keys->key, a, e);
    }
}

static const golden_key *keys_of(int protocol)
{
    return protocol == 0 ? authors : definitions;
}

/* ---- tests ---- */

static void counts_and_depths_of_the_real_frames_are_the_golden_ones(void **state)
{
    const data *d = *state;
    for (int i = 0; i < N_FRAMES; i++) {
        const frame *f = &d->frames[i];
        const cJSON *expected = child(child(d->golden, "frames"), f->core);
        const pnd_depth_image *repo = &f->scores[0][0], *all = &f->scores[0][1];
        pnd_assert_close((double)all->tally.gt_invalid, number(expected, "count_p0"), 0);
        pnd_assert_close((double)all->tally.gt_infinite, number(expected, "count_p1"), 0);
        pnd_assert_close((double)all->tally.gt_valid, number(expected, "count_gt1"), 0);
        pnd_assert_close(all->stats.gt_min, number(expected, "depth_min"), 1e-15);
        pnd_assert_close(all->stats.gt_max, number(expected, "depth_max"), 1e-15);
        pnd_assert_close(all->stats.gt_mean, number(expected, "depth_mean"), 1e-12);
        pnd_assert_close(f->scores[0][2].stats.gt_mean, number(expected, "depth_mean_cap80"),
                         1e-12);
        pnd_assert_close((double)f->scores[0][3].tally.scored, number(expected, "count_lt80"), 0);
        pnd_assert_close((double)repo->tally.scored, number(expected, "author_valid"), 0);
        pnd_assert_close(repo->stats.gt_mean, number(expected, "author_mean"), 1e-12);
        pnd_assert_close((double)repo->tally.capped, number(expected, "author_eq80"), 0);
        int64_t sum = 0;
        for (int32_t y = 0; y < f->disparity.height; y++)
            for (int32_t x = 0; x < f->disparity.width; x++)
                sum += pnd_plane_u16_row(&f->disparity, y)[x];
        pnd_assert_close((double)sum, number(expected, "sum_p"), 0);
    }
}

/* A constant 20 m has median 20, so the factor of median scaling is median(g) / 20. */
static void medians_of_the_real_frames_are_the_golden_ones(void **state)
{
    data *d = *state;
    pnd_depth_protocol protocol = *pnd_depth_protocol_find("kitti");
    protocol.scaling = PND_DEPTH_SCALE_MEDIAN;
    for (int i = 0; i < N_FRAMES; i++) {
        const cJSON *expected = child(child(d->golden, "frames"), d->frames[i].core);
        make_prediction(d, &d->frames[i], 0);
        const pnd_depth_image image = score(d, &d->frames[i], &protocol);
        pnd_assert_close(20 * image.scale, number(expected, "depth_median"), 1e-15);
    }
}

static void six_protocols_of_two_predictors_are_the_golden_ones(void **state)
{
    const data *d = *state;
    for (int k = 0; k < 2; k++) {
        for (int i = 0; i < N_FRAMES; i++) {
            const frame *f = &d->frames[i];
            const cJSON *expected =
                child(child(child(d->golden, "metrics"), predictors[k]), f->core);
            for (int j = 0; j < N_PROTOCOLS; j++) {
                char what[128];
                const pnd_depth_metrics m = pnd_depth_metrics_from_stats(&f->scores[k][j].stats);
                (void)snprintf(what, sizeof what, "%s %s %s", predictors[k], f->core,
                               protocol_names[j][0]);
                compare(what, &m, child(expected, protocol_names[j][1]), keys_of(j));
            }
        }
    }
}

static void means_over_the_real_frames_are_the_golden_ones(void **state)
{
    const data *d = *state;
    for (int k = 0; k < 2; k++) {
        const cJSON *expected =
            child(child(child(d->golden, "metrics"), predictors[k]), "image_mean");
        for (int j = 0; j < N_PROTOCOLS; j++) {
            pnd_depth_image images[N_FRAMES];
            for (int i = 0; i < N_FRAMES; i++)
                images[i] = d->frames[i].scores[k][j];
            const pnd_depth_metrics mean = pnd_depth_metrics_mean(images, N_FRAMES);
            compare(protocol_names[j][0], &mean, child(expected, protocol_names[j][1]), keys_of(j));
        }
    }
}

static int set_up(void **state)
{
    static data d;
    d.golden = read_golden();
    const cJSON *entry = child(d.golden, "frames")->child;
    for (int i = 0; i < N_FRAMES; i++, entry = entry->next) {
        frame *f = &d.frames[i];
        f->core = entry->string;
        read_frame(f, getenv("CITYSCAPES_DATASET"));
        for (int k = 0; k < 2; k++) {
            make_prediction(&d, f, k);
            for (int j = 0; j < N_PROTOCOLS; j++)
                f->scores[k][j] = score(&d, f, pnd_depth_protocol_find(protocol_names[j][0]));
        }
    }
    *state = &d;
    return 0;
}

static int tear_down(void **state)
{
    data *d = *state;
    for (int i = 0; i < N_FRAMES; i++) {
        pnd_plane_u16_clear(&d->frames[i].disparity);
        free(d->frames[i].lut);
    }
    pnd_plane_f64_clear(&d->prediction);
    pnd_json_free(d->golden);
    return 0;
}

static bool have_frames(void)
{
    const char *root = getenv("CITYSCAPES_DATASET");
    if (root == NULL)
        return false;
    char *path = frame_path(root, "aachen_000001_000019", "disparity", "_disparity.png");
    FILE *file = fopen(path, "rb");
    free(path);
    return file != NULL && fclose(file) == 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_and_depths_of_the_real_frames_are_the_golden_ones),
        cmocka_unit_test(medians_of_the_real_frames_are_the_golden_ones),
        cmocka_unit_test(six_protocols_of_two_predictors_are_the_golden_ones),
        cmocka_unit_test(means_over_the_real_frames_are_the_golden_ones),
    };
    if (!have_frames()) {
        puts("skipped: CITYSCAPES_DATASET does not hold disparity and camera of the train split");
        return 77;
    }
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
