/* SPDX-License-Identifier: Apache-2.0 */
#include "pnd_test.h"

#include <panodepth/camera.h>

#include <stdio.h>
#include <unistd.h>

static pnd_status parse(pnd_camera *camera, const char *text, pnd_error *err)
{
    return pnd_camera_parse(camera, text, strlen(text), "c.json", err);
}

/* The values of depth.md A.2, in the formatting of the released files (blanks behind commas). */
static void the_layout_of_camera_json_is_read(void **state)
{
    (void)state;
    pnd_error err = {0};
    pnd_camera camera;
    pnd_assert_ok(parse(&camera,
                        "{\n    \"extrinsic\": {\n        \"baseline\": 0.209313, \n"
                        "        \"pitch\": 0.038, \n        \"x\": 1.7\n    }, \n"
                        "    \"intrinsic\": {\n        \"fx\": 2262.52, \n"
                        "        \"fy\": 2265.3017905988554, \n        \"u0\": 1096.98, \n"
                        "        \"v0\": 513.137\n    }\n}\n",
                        &err));
    pnd_assert_close(camera.baseline, 0.209313, 0.0);
    pnd_assert_close(camera.fx, 2262.52, 0.0);
    pnd_assert_close(camera.fy, 2265.3017905988554, 0.0);
    pnd_assert_close(camera.u0, 1096.98, 0.0);
    pnd_assert_close(camera.v0, 513.137, 0.0);
    pnd_assert_close(camera.doffs, 0, 0.0);
    pnd_assert_close(camera.baseline * camera.fx, 473.57484876, 1e-15);
}

static void the_layout_of_the_3d_annotations_is_read(void **state)
{
    (void)state;
    pnd_error err = {0};
    pnd_camera camera;
    pnd_assert_ok(parse(&camera,
                        "{\"imgWidth\": 2048, \"sensor\": {\"sensor_T_ISO_8855\": [[1, 0]], "
                        "\"fx\": 2268.36, \"fy\": 2225.5405988775956, \"u0\": 1048.64, "
                        "\"v0\": 519.277, \"baseline\": 0.222126}}",
                        &err));
    pnd_assert_close(camera.baseline * camera.fx, 503.86173336, 1e-15);
    pnd_assert_close(camera.v0, 519.277, 0.0);
}

/* Middlebury 2014 "Motorcycle" at quarter size. */
static void middlebury_calib_txt_is_read_with_millimetres_as_metres(void **state)
{
    (void)state;
    pnd_error err = {0};
    pnd_camera camera;
    pnd_assert_ok(parse(&camera,
                        "cam0=[994.978 0 311.193; 0 994.978 254.877; 0 0 1]\n"
                        "cam1=[994.978 0 342.279; 0 994.978 254.877; 0 0 1]\n"
                        "doffs=31.086\nbaseline=193.001\nwidth=741\nheight=500\n",
                        &err));
    pnd_assert_close(camera.fx, 994.978, 0.0);
    pnd_assert_close(camera.fy, 994.978, 0.0);
    pnd_assert_close(camera.u0, 311.193, 0.0);
    pnd_assert_close(camera.v0, 254.877, 0.0);
    pnd_assert_close(camera.baseline, 0.193001, 1e-15);
    pnd_assert_close(camera.doffs, 31.086, 0.0);
    pnd_assert_ok(parse(&camera,
                        "cam0=[ 994.978  0 311.193 ;0 994.978 254.877; 0 0 1 ]\r\n"
                        "doffs=0 \r\nbaseline=193.001\r\n",
                        &err));
    pnd_assert_close(camera.u0, 311.193, 0.0);
}

#define EXTRINSIC "\"extrinsic\": {\"baseline\": 0.2}"
#define INTRINSIC "\"intrinsic\": {\"fx\": 2000, \"fy\": 2000, \"u0\": 1000, \"v0\": 500}"
#define SENSOR    "\"sensor\": {\"fx\": 2000, \"fy\": 2000, \"u0\": 1, \"v0\": 1, \"baseline\": 0.2}"

static void a_layout_that_is_missing_or_doubled_is_explained(void **state)
{
    (void)state;
    pnd_error err = {0};
    pnd_camera camera;
    pnd_assert_ok(parse(&camera, "{" EXTRINSIC ", " INTRINSIC "}", &err));
    pnd_assert_ok(parse(&camera, "{" SENSOR "}", &err));
    pnd_assert_fails(parse(&camera, "{}", &err), PND_EFORMAT, "holds neither");
    pnd_assert_fails(parse(&camera, "{" EXTRINSIC ", " INTRINSIC ", " SENSOR "}", &err),
                     PND_EFORMAT, "holds both");
    pnd_assert_fails(parse(&camera, "{" EXTRINSIC "}", &err), PND_EFORMAT,
                     "c.json: key \"intrinsic\" is missing");
    pnd_assert_fails(parse(&camera, "{" INTRINSIC "}", &err), PND_EFORMAT,
                     "c.json: key \"extrinsic\" is missing");
    pnd_assert_fails(parse(&camera, "[]", &err), PND_EFORMAT, "holds neither");
    pnd_assert_fails(parse(&camera, "", &err), PND_EFORMAT, "empty file");
    pnd_assert_close(camera.fx, 0, 0.0);
}

static void assert_fx_refused(const char *fx, const char *message)
{
    pnd_error err = {0};
    pnd_camera camera;
    char text[200];
    (void)snprintf(
        text, sizeof text,
        "{" EXTRINSIC ", \"intrinsic\": {\"fx\": %s, \"fy\": 1e3, \"u0\": 1, \"v0\": 1}}", fx);
    pnd_assert_fails(parse(&camera, text, &err), PND_EFORMAT, message);
}

static void values_out_of_range_name_key_value_and_range(void **state)
{
    (void)state;
    pnd_error err = {0};
    pnd_camera camera;
    assert_fx_refused("0", "c.json: intrinsic.fx is 0.0, expected 100.0 to 100000.0 pixels");
    assert_fx_refused("-2262", "intrinsic.fx is -2262.0, expected");
    assert_fx_refused("1e300", "intrinsic.fx is 1e+300, expected");
    assert_fx_refused("\"2262\"", "intrinsic.fx: expected a number, found the string \"2262\"");
    assert_fx_refused("null", "intrinsic.fx: is null");
    assert_fx_refused("NaN", "NaN is not JSON");
    assert_fx_refused("1, \"fx\": 2000", "duplicate key \"fx\"");
    pnd_assert_fails(parse(&camera, "{\"extrinsic\": {\"baseline\": 209.3}, " INTRINSIC "}", &err),
                     PND_EFORMAT, "extrinsic.baseline is 209.3, expected 0.01 to 10.0 metres");
    pnd_assert_fails(parse(&camera, "{\"extrinsic\": {}, " INTRINSIC "}", &err), PND_EFORMAT,
                     "extrinsic: key \"baseline\" is missing");
    pnd_assert_fails(parse(&camera, "{\"sensor\": {\"baseline\": 0.2, \"fx\": 2000}}", &err),
                     PND_EFORMAT, "sensor: key \"fy\" is missing");
}

static void a_malformed_calib_txt_is_explained(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } bad[] = {
        {"cam1=[1 0 1]\n", "there is no line cam0="},
        {"cam0=\n", "cam0 is \"\", expected [f 0 cx; 0 f cy; 0 0 1]"},
        {"cam0=[900 0 3; 0 900 2; 0 0]\n", "expected [f 0 cx"},
        {"cam0=[900 1 3; 0 900 2; 0 0 1]\n", "expected [f 0 cx"},
        {"cam0=[900 0 3, 0 900 2, 0 0 1]\n", "expected [f 0 cx"},
        {"cam0=[9 0 3; 0 900 2; 0 0 1]\n", "cam0.fx is 9.0, expected 100.0"},
        {"cam0=[900 0 3; 0 900 2; 0 0 1]\n", "there is no line baseline="},
        {"cam0=[900 0 3; 0 900 2; 0 0 1]\nbaseline=0.193\ndoffs=0\n",
         "baseline is 0.193, expected 10.0 to 10000.0 millimetres"},
        {"cam0=[900 0 3; 0 900 2; 0 0 1]\nbaseline=193\n", "there is no line doffs="},
        {"cam0=[900 0 3; 0 900 2; 0 0 1]\nbaseline=193\ndoffs=nan\n", "doffs is \"nan\""},
        {"cam0=[900 0 3; 0 900 2; 0 0 1]\nbaseline=193\ndoffs=0\nbaseline=50\n",
         "baseline is given twice"},
    };
    pnd_camera camera;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        pnd_error err = {0};
        pnd_assert_fails(parse(&camera, bad[i].text, &err), PND_EFORMAT, bad[i].message);
    }
}

static void files_are_read_and_a_missing_one_is_an_error(void **state)
{
    (void)state;
    static const char path[] = "pnd_test_camera.json";
    pnd_error err = {0};
    pnd_camera camera;
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs("\xef\xbb\xbf{" SENSOR "}", file) > 0);
    fclose(file);
    pnd_assert_ok(pnd_camera_read(&camera, path, &err));
    pnd_assert_close(camera.fx, 2000, 0.0);
    assert_int_equal(unlink(path), 0);
    pnd_assert_fails(pnd_camera_read(&camera, path, &err), PND_EIO, path);
    pnd_assert_close(camera.fx, 0, 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_layout_of_camera_json_is_read),
        cmocka_unit_test(the_layout_of_the_3d_annotations_is_read),
        cmocka_unit_test(middlebury_calib_txt_is_read_with_millimetres_as_metres),
        cmocka_unit_test(a_layout_that_is_missing_or_doubled_is_explained),
        cmocka_unit_test(values_out_of_range_name_key_value_and_range),
        cmocka_unit_test(a_malformed_calib_txt_is_explained),
        cmocka_unit_test(files_are_read_and_a_missing_one_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
