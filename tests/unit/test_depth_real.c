/* SPDX-License-Identifier: Apache-2.0 */
/* Conversion and fusion of four real Cityscapes frames on ref and cpu, against numbers computed
 * with numpy (tests/data/golden_depth.json, and the table below). Reads the frames from
 * CITYSCAPES_DATASET and skips without them: no pixel of Cityscapes is in this repository. */
#include "pnd_test.h"

#include <panodepth/camera.h>
#include <panodepth/cityscapes.h>
#include <panodepth/depth.h>
#include <panodepth/file.h>
#include <panodepth/fuse.h>
#include <panodepth/json.h>
#include <panodepth/png.h>

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>

enum { N_FRAMES = 4 };

static const pnd_frame frames[N_FRAMES] = {
    {(char[]){"aachen_000001_000019"}, (char[]){"aachen"}, (char[]){"train"}},
    {(char[]){"cologne_000088_000019"}, (char[]){"cologne"}, (char[]){"train"}},
    {(char[]){"dusseldorf_000020_000019"}, (char[]){"dusseldorf"}, (char[]){"train"}},
    {(char[]){"hamburg_000000_046078"}, (char[]){"hamburg"}, (char[]){"train"}}};

/* numpy: z = float32(bf / d) of the segment's pixels with p > 1; np.mean, np.median, the mean of
 * the sorted values without floor(0.1 n) at each end, 1 / np.mean(1 / z), np.std. */
static const struct {
    int frame;
    uint32_t id;
    int64_t area_px, n_valid;
    double mean, median, trimmed, inverse, std;
} segments[] = {{3, 26010, 48591, 14338, 71.21130920111642, 14.1233549118042, 32.62923253430482,
                 17.187290168705267, 135.47734865707196},
                {3, 7, 860727, 787283, 13.025659797545282, 8.944498062133789, 10.201208240342982,
                 8.982914962763294, 19.658237886866186},
                {1, 26024, 49909, 34396, 32.83607382934611, 14.43791389465332, 14.43306262410478,
                 15.22843204897816, 77.36885540857132},
                {0, 26008, 12313, 12273, 35.41566907655326, 34.8878173828125, 35.15246499396959,
                 35.288664865991464, 2.3112263890410207},
                {0, 26010, 6034, 1950, 39.365106731316985, 27.013181686401367, 27.554863670544748,
                 28.855159844299116, 62.5425318932328}};

static const char *root(void)
{
    const char *path = getenv("CITYSCAPES_DATASET");
    return path != NULL ? path : "";
}

static void read_u16(pnd_plane_u16 *out, const pnd_frame *frame, const char *type,
                     const char *suffix)
{
    pnd_error err = {0};
    pnd_buffer bytes = {0};
    char *path = pnd_frame_path(frame, root(), type, suffix);
    assert_non_null(path);
    pnd_assert_ok(pnd_file_read(&bytes, path, PND_MAX_IMAGE_BYTES, &err));
    pnd_assert_ok(pnd_png_decode_u16(out, bytes.data, bytes.size, path, NULL, NULL, &err));
    pnd_buffer_clear(&bytes);
    free(path);
}

static pnd_stereo read_stereo(const pnd_frame *frame)
{
    pnd_error err = {0};
    pnd_camera camera;
    char *path = pnd_frame_path(frame, root(), "camera", "_camera.json");
    assert_non_null(path);
    pnd_assert_ok(pnd_camera_read(&camera, path, &err));
    free(path);
    return (pnd_stereo){camera.fx * camera.baseline, camera.doffs};
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

static double golden(const cJSON *json, const char *core, const char *key)
{
    const cJSON *all = cJSON_GetObjectItemCaseSensitive(json, "frames");
    const cJSON *value =
        cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(all, core), key);
    if (value == NULL)
        fail_msg("golden file: no %s of %s", key, core);
    return value->valuedouble;
}

static pnd_backend *open_backend(int kind)
{
    const pnd_backend_options options = {.struct_size = sizeof options,
                                         .kind = (pnd_backend_kind)kind};
    pnd_backend *backend = NULL;
    pnd_error err = {0};
    pnd_assert_ok(pnd_backend_create(&backend, &options, &err));
    return backend;
}

static void check_counts(const pnd_depth_counts *counts, const cJSON *json, const char *core)
{
    assert_true((double)counts->invalid == golden(json, core, "count_p0"));
    assert_true((double)counts->infinite == golden(json, core, "count_p1"));
    assert_true((double)counts->finite == golden(json, core, "count_gt1"));
    assert_int_equal(counts->masked, 0);
}

/* Floats: minimum and maximum are the golden doubles rounded once, the mean within a float's half
 * unit. */
static void check_metres(const pnd_plane_f32 *depth_m, const cJSON *json, const char *core)
{
    const size_t n = (size_t)depth_m->width * (size_t)depth_m->height;
    double sum = 0.0;
    float min = INFINITY, max = 0.0f;
    for (size_t i = 0; i < n; i++) {
        const float z = depth_m->data[i];
        sum += (double)z;
        max = z > max ? z : max;
        min = z > 0.0f && z < min ? z : min;
    }
    assert_true(min == (float)golden(json, core, "depth_min"));
    assert_true(max == (float)golden(json, core, "depth_max"));
    pnd_assert_close(sum / golden(json, core, "count_gt1"), golden(json, core, "depth_mean"), 1e-8);
}

static void check_samples(const pnd_plane_u16 *samples, const pnd_depth_counts *counts,
                          const cJSON *json, const char *core)
{
    const size_t n = (size_t)samples->width * (size_t)samples->height;
    int64_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += samples->data[i];
    assert_true((double)sum == golden(json, core, "kitti16_round_sum"));
    assert_true((double)counts->saturated == golden(json, core, "kitti16_saturated"));
}

static void disparities_of_real_frames_become_the_golden_depths(void **state)
{
    cJSON *json = read_golden();
    pnd_plane_u16 disparity = {0}, samples = {0};
    pnd_plane_f32 depth_m = {0};
    pnd_error err = {0};
    (void)state;
    for (int kind = PND_BACKEND_REF; kind <= PND_BACKEND_CPU; kind++) {
        pnd_backend *backend = open_backend(kind);
        for (int i = 0; i < N_FRAMES; i++) {
            const char *core = frames[i].core;
            const pnd_stereo stereo = read_stereo(&frames[i]);
            pnd_depth_counts counts;
            read_u16(&disparity, &frames[i], "disparity", "_disparity.png");
            const pnd_view_u16 view = pnd_plane_u16_view(&disparity);
            pnd_assert_ok(pnd_plane_f32_resize(&depth_m, view.width, view.height, &err));
            pnd_assert_ok(pnd_plane_u16_resize(&samples, view.width, view.height, &err));
            pnd_assert_ok(pnd_depth_from_disparity(depth_m.data, depth_m.stride, &counts, backend,
                                                   view, stereo, NULL, &err));
            check_counts(&counts, json, core);
            check_metres(&depth_m, json, core);
            pnd_assert_ok(pnd_depth_u16_from_disparity(samples.data, samples.stride, &counts,
                                                       backend, view, stereo, NULL, &err));
            check_counts(&counts, json, core);
            check_samples(&samples, &counts, json, core);
        }
        pnd_backend_free(backend);
    }
    pnd_plane_f32_clear(&depth_m);
    pnd_plane_u16_clear(&samples);
    pnd_plane_u16_clear(&disparity);
    cJSON_Delete(json);
}

static void fuse_frame(pnd_segment_depths *out, pnd_backend *backend, const pnd_frame *frame)
{
    pnd_plane_u16 disparity = {0}, instances = {0};
    pnd_plane_f32 depth_m = {0};
    pnd_plane_u32 ids = {0};
    pnd_error err = {0};
    read_u16(&disparity, frame, "disparity", "_disparity.png");
    read_u16(&instances, frame, "gtFine", "_gtFine_instanceIds.png");
    pnd_assert_ok(pnd_plane_f32_resize(&depth_m, disparity.width, disparity.height, &err));
    pnd_assert_ok(pnd_plane_u32_resize(&ids, instances.width, instances.height, &err));
    for (size_t i = 0; i < (size_t)ids.width * (size_t)ids.height; i++)
        ids.data[i] = instances.data[i];
    pnd_assert_ok(pnd_depth_from_disparity(depth_m.data, depth_m.stride, NULL, backend,
                                           pnd_plane_u16_view(&disparity), read_stereo(frame), NULL,
                                           &err));
    pnd_assert_ok(pnd_fuse_depth(out, backend, pnd_plane_u32_view(&ids),
                                 pnd_plane_f32_view(&depth_m), NULL, &err));
    pnd_plane_u32_clear(&ids);
    pnd_plane_f32_clear(&depth_m);
    pnd_plane_u16_clear(&instances);
    pnd_plane_u16_clear(&disparity);
}

static void segments_of_real_frames_have_numpys_depths(void **state)
{
    pnd_segment_depths fused[N_FRAMES] = {{0}};
    pnd_backend *backend = open_backend(PND_BACKEND_CPU);
    (void)state;
    for (int i = 0; i < N_FRAMES; i++)
        fuse_frame(&fused[i], backend, &frames[i]);
    for (size_t i = 0; i < sizeof segments / sizeof *segments; i++) {
        const pnd_segment_depth *s =
            pnd_segment_depths_find(&fused[segments[i].frame], segments[i].id);
        assert_non_null(s);
        assert_int_equal(s->area_px, segments[i].area_px);
        assert_int_equal(s->n_valid, segments[i].n_valid);
        pnd_assert_close(s->mean, segments[i].mean, 1e-12);
        pnd_assert_close(s->median, segments[i].median, 1e-15);
        pnd_assert_close(s->trimmed_mean, segments[i].trimmed, 1e-12);
        pnd_assert_close(s->inverse_mean, segments[i].inverse, 1e-11);
        pnd_assert_close(s->std, segments[i].std, 1e-11);
    }
    for (int i = 0; i < N_FRAMES; i++)
        pnd_segment_depths_clear(&fused[i]);
    pnd_backend_free(backend);
}

static bool have_frames(void)
{
    for (int i = 0; i < N_FRAMES; i++) {
        char *path = pnd_frame_path(&frames[i], root(), "gtFine", "_gtFine_instanceIds.png");
        FILE *file = path != NULL ? fopen(path, "rb") : NULL;
        free(path);
        if (file == NULL)
            return false;
        (void)fclose(file);
    }
    return true;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(disparities_of_real_frames_become_the_golden_depths),
        cmocka_unit_test(segments_of_real_frames_have_numpys_depths),
    };
    if (!have_frames()) {
        puts("skipped: CITYSCAPES_DATASET does not hold disparity, camera and gtFine of the train "
             "split");
        return 77;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
