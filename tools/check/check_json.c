/* SPDX-License-Identifier: Apache-2.0 */
/* Calibrations, polygons and other JSON of a frame. */
#include "check.h"

#include <panodepth/json.h>

#include <string.h>

/* Report a text that is no JSON: cut short, or wrong. */
static pnd_status add_json_fault(check_unit *unit, const char *path, pnd_error *found,
                                 pnd_error *err)
{
    return check_add_error(&unit->problems,
                           found->status == PND_ELIMIT ? CHECK_TOO_LARGE : CHECK_JSON_INVALID, path,
                           found, err);
}

/* Every key that is absent or no number, not the first one only. */
static pnd_status check_camera_keys(check_unit *unit, const char *path, const pnd_json_at *root,
                                    const char *group, const char *const *keys, size_t *missing,
                                    pnd_error *err)
{
    pnd_json_at object;
    double value;
    pnd_error found = {0};
    if (pnd_json_member(&object, root, group, &found) != PND_OK) {
        ++*missing;
        return check_add_error(&unit->problems, CHECK_CAMERA_KEY, path, &found, err);
    }
    for (; *keys != NULL; keys++)
        if (pnd_json_get_double(&value, &object, *keys, &found) != PND_OK) {
            ++*missing;
            const pnd_status status =
                check_add_error(&unit->problems, CHECK_CAMERA_KEY, path, &found, err);
            if (status != PND_OK)
                return status;
        }
    return PND_OK;
}

static pnd_status check_all_camera_keys(check_unit *unit, const char *path, const pnd_json_at *root,
                                        size_t *missing, pnd_error *err)
{
    static const char *const extrinsic[] = {"baseline", "pitch", "roll", "x",
                                            "y",        "yaw",   "z",    NULL};
    static const char *const intrinsic[] = {"fx", "fy", "u0", "v0", NULL};
    static const char *const sensor[] = {"baseline", "fx", "fy", "u0", "v0", NULL};
    if (pnd_json_has(root, "sensor"))
        return check_camera_keys(unit, path, root, "sensor", sensor, missing, err);
    pnd_status status = check_camera_keys(unit, path, root, "extrinsic", extrinsic, missing, err);
    if (status == PND_OK)
        status = check_camera_keys(unit, path, root, "intrinsic", intrinsic, missing, err);
    return status;
}

pnd_status check_camera(check_unit *unit, const char *path, const pnd_buffer *bytes, pnd_error *err)
{
    struct cJSON *json = NULL;
    pnd_error found = {0};
    size_t missing = 0;
    if (pnd_json_parse(&json, bytes->data, bytes->size, path, &found) != PND_OK)
        return add_json_fault(unit, path, &found, err);
    const pnd_json_at root = pnd_json_root(json, path);
    pnd_status status = check_all_camera_keys(unit, path, &root, &missing, err);
    pnd_json_free(json);
    if (status == PND_OK &&
        pnd_camera_parse(&unit->camera, bytes->data, bytes->size, path, &found) != PND_OK &&
        missing == 0)
        status = check_add_error(&unit->problems, CHECK_CAMERA_RANGE, path, &found, err);
    return status;
}

static pnd_status check_polygons(const pnd_json_at *root, pnd_error *found)
{
    int64_t side;
    pnd_json_at objects;
    pnd_status status = pnd_json_get_int(&side, root, "imgHeight", 1, PND_MAX_SIDE, found);
    if (status == PND_OK)
        status = pnd_json_get_int(&side, root, "imgWidth", 1, PND_MAX_SIDE, found);
    if (status == PND_OK)
        status = pnd_json_get_array(&objects, root, "objects", found);
    return status;
}

pnd_status check_json(check_unit *unit, const check_file *file, const pnd_buffer *bytes,
                      pnd_error *err)
{
    struct cJSON *json = NULL;
    pnd_error found = {0};
    if (pnd_json_parse(&json, bytes->data, bytes->size, file->path, &found) != PND_OK)
        return add_json_fault(unit, file->path, &found, err);
    const pnd_json_at root = pnd_json_root(json, file->path);
    const pnd_status status =
        file->kind == CHECK_IS_POLYGONS ? check_polygons(&root, &found) : PND_OK;
    pnd_json_free(json);
    return status == PND_OK
               ? PND_OK
               : check_add_error(&unit->problems, CHECK_JSON_KEY, file->path, &found, err);
}
