/* SPDX-License-Identifier: Apache-2.0 */
/* A user's protocol: a small JSON file that names what it extends and what it changes. */
#include "eval_depth.h"

#include <panodepth/alloc.h>
#include <panodepth/labels.h>

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FILE_BYTES = 1 << 20, MAX_NAME = 40 };

const char *const depth_cap_rule_names[] = {
    [PND_DEPTH_CAP_NONE] = "none",
    [PND_DEPTH_CAP_INCLUDE] = "include",
    [PND_DEPTH_CAP_EXCLUDE] = "exclude",
    NULL,
};
const char *const depth_bad_rule_names[] = {
    [PND_DEPTH_BAD_ERROR] = "error",
    [PND_DEPTH_BAD_SKIP] = "skip",
    [PND_DEPTH_BAD_FILL] = "fill",
    [PND_DEPTH_BAD_ZERO] = "zero",
    NULL,
};
const char *const depth_scaling_names[] = {
    [PND_DEPTH_SCALE_NONE] = "none",
    [PND_DEPTH_SCALE_MEDIAN] = "median",
    [PND_DEPTH_SCALE_LEAST_SQUARES] = "scale",
    [PND_DEPTH_SCALE_SHIFT] = "scale-shift",
    NULL,
};
const char *const depth_storage_names[] = {
    [PND_DEPTH_STORE_NONE] = "none",
    [PND_DEPTH_STORE_METRES] = "metres",
    [PND_DEPTH_STORE_M256] = "m/256",
    [PND_DEPTH_STORE_FLOAT] = "float32",
    NULL,
};
const char *const depth_averaging_names[] = {
    [PND_DEPTH_AVERAGE_IMAGES] = "images",
    [PND_DEPTH_AVERAGE_SEQUENCES] = "sequences",
    NULL,
};
const char *const depth_headline_names[] = {
    [PND_DEPTH_HEADLINE_EQUATIONS] = "equations",
    [PND_DEPTH_HEADLINE_REPO] = "repo",
    NULL,
};

static const char *const known_keys[] = {
    "schema", "name",  "description", "extends", "min_m", "cap_m",   "cap_rule", "crop",
    "border", "clamp", "bad_pred",    "scaling", "round", "average", "headline", "mask_labels",
};

/* ---- values, each optional */

static pnd_status check_keys(const pnd_json_at *root, pnd_error *err)
{
    if (!cJSON_IsObject(root->value))
        return pnd_json_fail(root, err, "expected an object");
    const cJSON *member = NULL;
    cJSON_ArrayForEach(member, root->value)
    {
        bool known = false;
        for (size_t i = 0; i < sizeof known_keys / sizeof known_keys[0]; i++)
            known |= strcmp(member->string, known_keys[i]) == 0;
        if (!known)
            return pnd_json_fail(root, err, "unknown key '%s' (docs/formats.md lists them)",
                                 member->string);
    }
    return PND_OK;
}

static pnd_status get_number(double *out, const pnd_json_at *object, const char *key, double low,
                             double high, pnd_error *err)
{
    if (!pnd_json_has(object, key))
        return PND_OK;
    double value = 0;
    const pnd_status status = pnd_json_get_double(&value, object, key, err);
    if (status != PND_OK)
        return status;
    if (!(value >= low && value <= high))
        return pnd_json_fail(object, err, "%s is %g, expected %g to %g", key, value, low, high);
    *out = value;
    return PND_OK;
}

/* The index of a word in a NULL-terminated list. */
static pnd_status get_word(int *out, const pnd_json_at *object, const char *key,
                           const char *const *words, pnd_error *err)
{
    const char *text = NULL;
    if (!pnd_json_has(object, key))
        return PND_OK;
    const pnd_status status = pnd_json_get_string(&text, object, key, err);
    if (status != PND_OK)
        return status;
    for (int i = 0; words[i] != NULL; i++)
        if (strcmp(text, words[i]) == 0) {
            *out = i;
            return PND_OK;
        }
    return pnd_json_fail(object, err, "%s is '%s', expected one of those in docs/formats.md", key,
                         text);
}

/* An array of `n` numbers; null stands for infinity. */
static pnd_status get_numbers(double *out, int n, const pnd_json_at *object, const char *key,
                              pnd_error *err)
{
    pnd_json_at array;
    if (!pnd_json_has(object, key))
        return PND_OK;
    const pnd_status status = pnd_json_get_array(&array, object, key, err);
    if (status != PND_OK)
        return status;
    if (cJSON_GetArraySize(array.value) != n)
        return pnd_json_fail(&array, err, "expected %d numbers", n);
    const cJSON *item = NULL;
    int i = 0;
    cJSON_ArrayForEach(item, array.value)
    {
        if (!cJSON_IsNumber(item) && !cJSON_IsNull(item))
            return pnd_json_fail(&array, err, "expected %d numbers", n);
        out[i++] = cJSON_IsNull(item) ? (double)INFINITY : item->valuedouble;
    }
    return PND_OK;
}

/* ---- the parts of a protocol */

static bool is_name(const char *text)
{
    const size_t length = strlen(text);
    return length > 0 && length <= MAX_NAME &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-_.") == length;
}

static pnd_status get_name(depth_definition *out, const pnd_json_at *root, pnd_error *err)
{
    const char *name = NULL;
    const pnd_status status = pnd_json_get_string(&name, root, "name", err);
    if (status != PND_OK)
        return status;
    if (!is_name(name))
        return pnd_json_fail(root, err, "name is '%s', expected 1 to %d of a-z 0-9 - _ .", name,
                             MAX_NAME);
    if (pnd_depth_protocol_find(name) != NULL)
        return pnd_json_fail(root, err, "the name %s is taken by a built-in protocol", name);
    out->name = pnd_strdup(name);
    return out->name != NULL ? PND_OK : pnd_fail(err, PND_ENOMEM, "out of memory");
}

static pnd_status get_base(depth_definition *out, const pnd_json_at *root, pnd_error *err)
{
    const char *schema = NULL, *name = NULL;
    pnd_status status = pnd_json_get_string(&schema, root, "schema", err);
    if (status == PND_OK && strcmp(schema, "panodepth-protocol/1") != 0)
        return pnd_json_fail(root, err, "schema is '%s', expected 'panodepth-protocol/1'", schema);
    if (status == PND_OK)
        status = pnd_json_get_string(&name, root, "extends", err);
    if (status != PND_OK)
        return status;
    out->base = pnd_depth_protocol_find(name);
    if (out->base == NULL)
        return pnd_json_fail(root, err, "no protocol '%s' to extend (see --list-protocols)", name);
    out->protocol = *out->base;
    return PND_OK;
}

static pnd_status get_range(pnd_depth_protocol *p, const pnd_json_at *root, pnd_error *err)
{
    int rule = (int)p->cap_rule;
    double cap = p->cap_m;
    pnd_status status = get_number(&p->min_m, root, "min_m", 0, 1e6, err);
    if (status == PND_OK)
        status = get_word(&rule, root, "cap_rule", depth_cap_rule_names, err);
    if (status == PND_OK)
        status = get_number(&cap, root, "cap_m", 1e-3, 1e6, err);
    if (status != PND_OK)
        return status;
    p->cap_rule = (pnd_depth_cap_rule)rule;
    if (!pnd_depth_protocol_has_cap(p)) {
        if (pnd_json_has(root, "cap_m"))
            return pnd_json_fail(root, err, "cap_m needs a cap_rule, include or exclude");
        p->cap_m = (double)INFINITY;
        return PND_OK;
    }
    if (isinf(cap))
        return pnd_json_fail(root, err, "cap_rule needs a cap_m");
    return pnd_depth_protocol_set_cap(p, cap, err);
}

static pnd_status get_border(pnd_depth_border *border, const pnd_json_at *root, pnd_error *err)
{
    pnd_json_at at;
    int64_t left = 0, bottom = 0;
    if (!pnd_json_has(root, "border"))
        return PND_OK;
    pnd_status status = pnd_json_member(&at, root, "border", err);
    if (status == PND_OK)
        status = pnd_json_get_int(&left, &at, "left_columns", 0, PND_MAX_SIDE, err);
    if (status == PND_OK)
        status = pnd_json_get_int(&bottom, &at, "bottom_rows", 0, PND_MAX_SIDE, err);
    if (status == PND_OK)
        status = pnd_json_get_double(&border->max_m, &at, "max_m", err);
    if (status == PND_OK && !(border->max_m > 0))
        return pnd_json_fail(&at, err, "max_m is %g, expected a distance above 0", border->max_m);
    border->left_columns = (int32_t)left;
    border->bottom_rows = (int32_t)bottom;
    return status;
}

static pnd_status get_area(pnd_depth_protocol *p, const pnd_json_at *root, pnd_error *err)
{
    double crop[4] = {p->crop.top, p->crop.bottom, p->crop.left, p->crop.right};
    double clamp[2] = {p->pred_min_m, p->pred_max_m};
    pnd_status status = get_numbers(crop, 4, root, "crop", err);
    if (status == PND_OK)
        status = get_numbers(clamp, 2, root, "clamp", err);
    p->crop = (pnd_depth_crop){crop[0], crop[1], crop[2], crop[3]};
    p->pred_min_m = clamp[0];
    p->pred_max_m = clamp[1];
    return status == PND_OK ? get_border(&p->border, root, err) : status;
}

static pnd_status get_rules(pnd_depth_protocol *p, const pnd_json_at *root, pnd_error *err)
{
    int bad = (int)p->bad_rule, scaling = (int)p->scaling, storage = (int)p->storage;
    int averaging = (int)p->averaging, headline = (int)p->headline;
    pnd_status status = get_word(&bad, root, "bad_pred", depth_bad_rule_names, err);
    if (status == PND_OK)
        status = get_word(&scaling, root, "scaling", depth_scaling_names, err);
    if (status == PND_OK)
        status = get_word(&storage, root, "round", depth_storage_names, err);
    if (status == PND_OK)
        status = get_word(&averaging, root, "average", depth_averaging_names, err);
    if (status == PND_OK)
        status = get_word(&headline, root, "headline", depth_headline_names, err);
    p->bad_rule = (pnd_depth_bad_rule)bad;
    p->scaling = (pnd_depth_scaling)scaling;
    p->storage = (pnd_depth_storage)storage;
    p->averaging = (pnd_depth_averaging)averaging;
    p->headline = (pnd_depth_headline)headline;
    return status;
}

static pnd_status get_mask(uint64_t *labels, const pnd_json_at *root, pnd_error *err)
{
    pnd_json_at array;
    if (!pnd_json_has(root, "mask_labels"))
        return PND_OK;
    const pnd_status status = pnd_json_get_array(&array, root, "mask_labels", err);
    if (status != PND_OK)
        return status;
    const cJSON *item = NULL;
    cJSON_ArrayForEach(item, array.value)
    {
        const double id = cJSON_IsNumber(item) ? item->valuedouble : -1;
        if (!(id >= 0 && id <= PND_MAX_LABEL_ID) || id > floor(id))
            return pnd_json_fail(&array, err, "expected label ids 0 to %d", PND_MAX_LABEL_ID);
        *labels |= UINT64_C(1) << (int)id;
    }
    return PND_OK;
}

/* ---- the file */

static pnd_status read_definition(depth_definition *out, const pnd_json_at *root, pnd_error *err)
{
    pnd_status status = check_keys(root, err);
    if (status == PND_OK)
        status = get_base(out, root, err);
    if (status == PND_OK)
        status = get_name(out, root, err);
    if (status == PND_OK)
        status = get_range(&out->protocol, root, err);
    if (status == PND_OK)
        status = get_area(&out->protocol, root, err);
    if (status == PND_OK)
        status = get_rules(&out->protocol, root, err);
    if (status == PND_OK)
        status = get_mask(&out->masked_labels, root, err);
    out->protocol.name = out->name;
    return status == PND_OK ? pnd_depth_protocol_check(&out->protocol, err) : status;
}

pnd_status depth_protocol_read(depth_definition *out, const char *path, pnd_error *err)
{
    pnd_buffer bytes = {0};
    cJSON *json = NULL;
    pnd_status status = pnd_file_read(&bytes, path, MAX_FILE_BYTES, err);
    if (status == PND_OK)
        status = pnd_json_parse(&json, bytes.data, bytes.size, path, err);
    pnd_buffer_clear(&bytes);
    if (status != PND_OK)
        return status;
    const pnd_json_at root = pnd_json_root(json, path);
    status = read_definition(out, &root, err);
    pnd_json_free(json);
    return status;
}

void depth_definition_clear(depth_definition *definition)
{
    free(definition->name);
    *definition = (depth_definition){0};
}
