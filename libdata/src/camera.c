/* SPDX-License-Identifier: Apache-2.0 */
/* camera.json in its two layouts, and the choice between them and calib.txt. */
#include "camera_text.h"

#include <panodepth/camera.h>
#include <panodepth/file.h>
#include <panodepth/json.h>

#include <string.h>

enum { CAMERA_FILE_BYTES = 1 << 20 };

/* ---- ranges, shared with calib.txt */

static const char *place_separator(const char *where)
{
    return where[0] != '\0' ? "." : "";
}

pnd_status camera_check_range(const camera_value *value, double low, double high, const char *unit,
                              pnd_error *err)
{
    char found[PND_NUMBER_SIZE], from[PND_NUMBER_SIZE], to[PND_NUMBER_SIZE];
    if (value->number >= low && value->number <= high) /* false for NaN */
        return PND_OK;
    return pnd_fail(err, PND_EFORMAT, "%s: %s%s%s is %s, expected %s to %s %s", value->file,
                    value->where, place_separator(value->where), value->key,
                    pnd_format_double(found, value->number), pnd_format_double(from, low),
                    pnd_format_double(to, high), unit);
}

/* ---- JSON */

/* A number of `object` within [low, high]. */
static pnd_status get_number(double *out, const pnd_json_at *object, const char *key, double low,
                             double high, const char *unit, pnd_error *err)
{
    const pnd_status status = pnd_json_get_double(out, object, key, err);
    if (status != PND_OK)
        return status;
    const camera_value value = {object->parent->file, object->key, key, *out};
    return camera_check_range(&value, low, high, unit, err);
}

static pnd_status get_intrinsic(pnd_camera *out, const pnd_json_at *object, pnd_error *err)
{
    const struct {
        const char *key;
        double *value;
        double low, high;
    } numbers[] = {
        {"fx", &out->fx, PND_CAMERA_MIN_F, PND_CAMERA_MAX_F},
        {"fy", &out->fy, PND_CAMERA_MIN_F, PND_CAMERA_MAX_F},
        {"u0", &out->u0, -PND_CAMERA_MAX_CENTER, PND_CAMERA_MAX_CENTER},
        {"v0", &out->v0, -PND_CAMERA_MAX_CENTER, PND_CAMERA_MAX_CENTER},
    };
    pnd_status status = PND_OK;
    for (size_t i = 0; i < 4 && status == PND_OK; i++)
        status = get_number(numbers[i].value, object, numbers[i].key, numbers[i].low,
                            numbers[i].high, "pixels", err);
    return status;
}

static pnd_status get_baseline(pnd_camera *out, const pnd_json_at *object, pnd_error *err)
{
    return get_number(&out->baseline, object, "baseline", PND_CAMERA_MIN_BASELINE,
                      PND_CAMERA_MAX_BASELINE, "metres", err);
}

static pnd_status parse_layout(pnd_camera *out, const pnd_json_at *root, pnd_error *err)
{
    const bool frame_layout = pnd_json_has(root, "intrinsic") || pnd_json_has(root, "extrinsic");
    const bool sensor_layout = pnd_json_has(root, "sensor");
    pnd_json_at intrinsic, extrinsic;
    if (frame_layout == sensor_layout)
        return pnd_fail_hint(
            err, PND_EFORMAT,
            "expected {\"extrinsic\": {\"baseline\"}, \"intrinsic\": {\"fx\", \"fy\", \"u0\", "
            "\"v0\"}} or {\"sensor\": {...}}",
            frame_layout ? "%s: holds both \"intrinsic\"/\"extrinsic\" and \"sensor\""
                         : "%s: holds neither \"intrinsic\" and \"extrinsic\" nor \"sensor\"",
            root->file);
    pnd_status status =
        pnd_json_member(&intrinsic, root, sensor_layout ? "sensor" : "intrinsic", err);
    if (status == PND_OK)
        status = pnd_json_member(&extrinsic, root, sensor_layout ? "sensor" : "extrinsic", err);
    if (status == PND_OK)
        status = get_baseline(out, &extrinsic, err);
    if (status == PND_OK)
        status = get_intrinsic(out, &intrinsic, err);
    return status;
}

static pnd_status parse_json(pnd_camera *out, const void *bytes, size_t size, const char *name,
                             pnd_error *err)
{
    struct cJSON *json = NULL;
    const pnd_status parsed = pnd_json_parse(&json, bytes, size, name, err);
    if (parsed != PND_OK)
        return parsed;
    const pnd_json_at root = pnd_json_root(json, name);
    const pnd_status status = parse_layout(out, &root, err);
    pnd_json_free(json);
    return status;
}

/* calib.txt begins with a key; anything else is left to the JSON reader and its messages. */
static bool is_calib_text(const char *text, size_t size)
{
    return size >= 3 && memcmp(text, "cam", 3) == 0;
}

pnd_status pnd_camera_parse(pnd_camera *out, const void *bytes, size_t size, const char *name,
                            pnd_error *err)
{
    *out = (pnd_camera){0};
    pnd_camera camera = {0};
    const pnd_status status = is_calib_text(bytes, size)
                                  ? camera_parse_text(&camera, bytes, size, name, err)
                                  : parse_json(&camera, bytes, size, name, err);
    if (status == PND_OK)
        *out = camera;
    return status;
}

pnd_status pnd_camera_read(pnd_camera *out, const char *path, pnd_error *err)
{
    pnd_buffer bytes = {0};
    *out = (pnd_camera){0};
    pnd_status status = pnd_file_read(&bytes, path, CAMERA_FILE_BYTES, err);
    if (status == PND_OK)
        status = pnd_camera_parse(out, bytes.data, bytes.size, path, err);
    pnd_buffer_clear(&bytes);
    return status;
}
