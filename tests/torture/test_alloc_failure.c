/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each library call with its 1st, 2nd, 3rd ... allocation failing, until it succeeds. A failure
 * must be PND_ENOMEM, and afterwards no block may be left. The linker's --wrap sends the static
 * libraries' malloc family here; blocks that other libraries allocate for themselves (cJSON's
 * nodes) are not counted.
 */
#include "pnd_test.h"

#include <panodepth/buffer.h>
#include <panodepth/camera.h>
#include <panodepth/depth_file.h>
#include <panodepth/file.h>
#include <panodepth/panoptic_set.h>
#include <panodepth/png.h>
#include <panodepth/polygons.h>
#include <panodepth/safetensors.h>

#include <stdlib.h>
#include <unistd.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void __real_free(void *block);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void __wrap_free(void *block);

enum { MAX_BLOCKS = 4096 };
static void *live[MAX_BLOCKS]; /* single-threaded test */
static int n_live;
static long countdown; /* 0: never fail */

static bool refused(void)
{
    return countdown > 0 && --countdown == 0;
}

static void *remember(void *block)
{
    if (block != NULL) {
        assert_true(n_live < MAX_BLOCKS);
        live[n_live++] = block;
    }
    return block;
}

static void forget(const void *block)
{
    for (int i = n_live; i-- > 0;)
        if (live[i] == block) {
            live[i] = live[--n_live];
            return;
        }
}

void *__wrap_malloc(size_t size)
{
    return refused() ? NULL : remember(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
    return refused() ? NULL : remember(__real_calloc(count, size));
}

void *__wrap_realloc(void *block, size_t size)
{
    if (refused())
        return NULL;
    void *moved = __real_realloc(block, size);
    if (moved != NULL) {
        forget(block);
        (void)remember(moved);
    }
    return moved;
}

void __wrap_free(void *block)
{
    forget(block);
    __real_free(block);
}

/* Run one call with every allocation failing in turn; returns how many there were. */
static int torture(pnd_status (*call)(pnd_error *err))
{
    for (long n = 1;; n++) {
        pnd_error err = {0};
        const int before = n_live;
        countdown = n;
        const pnd_status status = call(&err);
        const bool failed = countdown == 0;
        countdown = 0;
        assert_int_equal(n_live, before);
        if (!failed) {
            assert_string_equal(pnd_status_name(status), "ok");
            return (int)n - 1;
        }
        assert_string_equal(pnd_status_name(status), "memory");
        assert_true(err.message[0] != '\0');
        assert_true(n < 10000);
    }
}

static const uint16_t pixels[6] = {0, 1, 257, 3333, 32257, 65535};

static pnd_status png_round_trip(pnd_error *err)
{
    const pnd_view_u16 view = {pixels, 3, 2, 6};
    pnd_buffer png = {0};
    pnd_plane_u16 back = {0};
    pnd_status status = pnd_png_encode_u16(&png, view, PND_PNG_DEPTH, err);
    if (status == PND_OK)
        status = pnd_png_decode_u16(&back, png.data, png.size, "test", NULL, NULL, err);
    pnd_plane_u16_clear(&back);
    pnd_buffer_clear(&png);
    return status;
}

static void png_survives_any_failing_allocation(void **state)
{
    (void)state;
    assert_true(torture(png_round_trip) >= 4);
}

static pnd_status panoptic_png_by_file(pnd_error *err)
{
    static const uint32_t ids[6] = {0, 7, 26001, 0xffffff, 11, 7};
    const pnd_view_u32 view = {ids, 3, 2, 12};
    const int flags = PND_WRITE_REPLACE | PND_WRITE_NO_FSYNC;
    pnd_buffer png = {0};
    pnd_plane_u32 back = {0};
    pnd_plane_rgb8 rgb = {0};
    pnd_status status = pnd_png_encode_ids(&png, view, err);
    if (status == PND_OK)
        status = pnd_dir_make_parent("torture.dir/x.png", err);
    if (status == PND_OK)
        status = pnd_file_write("torture.dir/x.png", png.data, png.size, flags, err);
    if (status == PND_OK)
        status = pnd_file_read(&png, "torture.dir/x.png", PND_MAX_IMAGE_BYTES, err);
    if (status == PND_OK)
        status = pnd_file_read_beneath(&png, "torture.dir", "x.png", PND_MAX_IMAGE_BYTES, err);
    if (status == PND_OK)
        status = pnd_png_decode_ids(&back, png.data, png.size, "test", NULL, NULL, err);
    if (status == PND_OK)
        status = pnd_png_decode_rgb8(&rgb, png.data, png.size, "test", NULL, NULL, err);
    pnd_plane_u32_clear(&back);
    pnd_plane_rgb8_clear(&rgb);
    pnd_buffer_clear(&png);
    return status;
}

static void files_survive_any_failing_allocation(void **state)
{
    (void)state;
    assert_true(torture(panoptic_png_by_file) >= 8);
    assert_int_equal(unlink("torture.dir/x.png"), 0);
    assert_int_equal(rmdir("torture.dir"), 0); /* nothing else is left in it */
}

static pnd_status depth_files(pnd_error *err)
{
    static const float depth[4] = {0, 1.5F, 80, 300};
    const pnd_view_f32 view = {depth, 2, 2, 8};
    pnd_status status = PND_OK;
    pnd_buffer bytes = {0};
    pnd_depth_map map = {0};
    for (int format = PND_DEPTH_PNG16; format <= PND_DEPTH_PFM && status == PND_OK; format++) {
        status = pnd_depth_encode(&bytes, NULL, view, (pnd_depth_format)format, PND_ROUND_HALF_UP,
                                  false, err);
        if (status == PND_OK)
            status = pnd_depth_decode(&map, bytes.data, bytes.size, "test", err);
    }
    pnd_depth_map_clear(&map);
    pnd_buffer_clear(&bytes);
    return status;
}

static void depth_files_survive_any_failing_allocation(void **state)
{
    (void)state;
    assert_true(torture(depth_files) >= 6);
}

static pnd_status ground_truth(pnd_error *err)
{
    static const uint16_t ids[4] = {7, 26001, 26, 0};
    const pnd_view_u16 view = {ids, 2, 2, 4};
    pnd_plane_u32 out = {0};
    pnd_segment_info *segments = NULL;
    size_t n = 0;
    const pnd_status status =
        pnd_panoptic_from_instance_ids(&out, &segments, &n, view, false, "test", err);
    free(segments);
    pnd_plane_u32_clear(&out);
    return status;
}

static void ground_truth_survives_any_failing_allocation(void **state)
{
    (void)state;
    assert_true(torture(ground_truth) >= 2);
}

static pnd_status panoptic_json(pnd_error *err)
{
    static const char json[] = "{\"annotations\": [{\"image_id\": \"a\", \"file_name\": \"a.png\", "
                               "\"segments_info\": [{\"id\": 7, "
                               "\"category_id\": 7, \"area\": 3, \"iscrowd\": 0, \"bbox\": [0, 0, "
                               "1, 1]}]}], \"categories\": [{\"id\": 7, "
                               "\"name\": \"road\", \"isthing\": 0, \"supercategory\": \"flat\", "
                               "\"color\": [1, 2, 3]}], \"images\": []}";
    pnd_panoptic_set set = {0};
    pnd_buffer text = {0};
    pnd_status status =
        pnd_panoptic_set_parse(&set, json, strlen(json), "test", PND_GROUND_TRUTH, err);
    if (status == PND_OK)
        status = pnd_panoptic_set_write(&text, &set, NULL, 0, err);
    pnd_buffer_clear(&text);
    pnd_panoptic_set_clear(&set);
    return status;
}

static void panoptic_json_survives_any_failing_allocation(void **state)
{
    (void)state;
    assert_true(torture(panoptic_json) >= 6);
}

static pnd_status polygons(pnd_error *err)
{
    static const char json[] = "{\"imgHeight\": 3, \"imgWidth\": 3, \"objects\": [{\"label\": "
                               "\"car\", \"polygon\": [[0, 0], [2, 0], [2, 2]]}]}";
    pnd_polygons annotation = {0};
    pnd_polygon_scratch scratch = {0};
    pnd_plane_u16 ids = {0};
    pnd_status status = pnd_polygons_parse(&annotation, json, strlen(json), "test", err);
    if (status == PND_OK)
        status = pnd_polygons_draw(&ids, &annotation, PND_FILL_PILLOW12, &scratch, err);
    pnd_plane_u16_clear(&ids);
    pnd_polygon_scratch_clear(&scratch);
    pnd_polygons_clear(&annotation);
    return status;
}

static void polygons_survive_any_failing_allocation(void **state)
{
    (void)state;
    assert_true(torture(polygons) >= 5);
}

static pnd_status safetensors(pnd_error *err)
{
    static const float values[2] = {1, 2};
    static const pnd_safetensors_string metadata = {"variant", "r52"};
    const pnd_safetensor tensors[2] = {{"a", PND_DTYPE_F32, 1, {2}, values, 8},
                                       {"b", PND_DTYPE_U8, 1, {1}, values, 1}};
    pnd_buffer bytes = {0}, moved = {0};
    pnd_safetensors *file = NULL;
    pnd_status status = pnd_safetensors_encode(&bytes, tensors, 2, &metadata, 1, err);
    if (status == PND_OK && pnd_buffer_reserve(&moved, bytes.size + 1) != PND_OK)
        status = pnd_fail(err, PND_ENOMEM, "out of memory");
    if (status == PND_OK) { /* misaligned, so that tensors are copied */
        memcpy(moved.data + 1, bytes.data, bytes.size);
        status = pnd_safetensors_open_memory(&file, moved.data + 1, bytes.size, "test", err);
    }
    pnd_safetensors_close(file);
    pnd_buffer_clear(&moved);
    pnd_buffer_clear(&bytes);
    return status;
}

static void safetensors_survive_any_failing_allocation(void **state)
{
    (void)state;
    assert_true(torture(safetensors) >= 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(png_survives_any_failing_allocation),
        cmocka_unit_test(files_survive_any_failing_allocation),
        cmocka_unit_test(depth_files_survive_any_failing_allocation),
        cmocka_unit_test(ground_truth_survives_any_failing_allocation),
        cmocka_unit_test(panoptic_json_survives_any_failing_allocation),
        cmocka_unit_test(polygons_survive_any_failing_allocation),
        cmocka_unit_test(safetensors_survive_any_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
