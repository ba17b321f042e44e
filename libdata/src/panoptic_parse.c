/* SPDX-License-Identifier: Apache-2.0 */
/* The COCO panoptic JSON into a pnd_panoptic_set. */
#include <panodepth/alloc.h>
#include <panodepth/json.h>
#include <panodepth/panoptic_set.h>

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_EXACT_INTEGER ((int64_t)1 << 53)

enum { MAX_SEGMENTS = 65536, MAX_SEGMENT_ID = (1 << 24) - 1, MAX_IMAGE_ID_BYTES = 4096 };

typedef struct parser {
    pnd_panoptic_set *set;
    const char *name;
    bool is_ground_truth;
    pnd_error *err;
} parser;

static pnd_status out_of_memory(const parser *p)
{
    return pnd_fail(p->err, PND_ENOMEM, "%s: out of memory", p->name);
}

/* A zeroed array with one entry per element of `array`. */
static pnd_status alloc_elements(const parser *p, void **elements, size_t *n, size_t size,
                                 const pnd_json_at *array)
{
    *n = (size_t)cJSON_GetArraySize(array->value);
    *elements = pnd_calloc_array(*n, size);
    return *elements != NULL ? PND_OK : out_of_memory(p);
}

static pnd_status copy_text(const parser *p, char **out, const char *text)
{
    *out = pnd_strdup(text);
    return *out != NULL ? PND_OK : out_of_memory(p);
}

/* A flag written 0 or 1, as COCO does, or false or true. */
static pnd_status get_flag(const parser *p, bool *out, const pnd_json_at *object, const char *key)
{
    pnd_json_at at;
    int64_t number = 0;
    pnd_status status = pnd_json_member(&at, object, key, p->err);
    if (status != PND_OK)
        return status;
    if (cJSON_IsBool(at.value))
        number = cJSON_IsTrue(at.value);
    else
        status = pnd_json_get_int(&number, object, key, 0, 1, p->err);
    *out = number == 1;
    return status;
}

/* ---- segments */

static pnd_status get_optional_number(const parser *p, double *out, const pnd_json_at *object,
                                      const char *key)
{
    *out = (double)NAN;
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object->value, key);
    if (value == NULL || cJSON_IsNull(value))
        return PND_OK;
    return pnd_json_get_double(out, object, key, p->err);
}

static pnd_status get_area(pnd_segment_info *out, const pnd_json_at *at, pnd_error *err)
{
    out->area = -1;
    if (!pnd_json_has(at, "area"))
        return PND_OK;
    const pnd_status status =
        pnd_json_get_int(&out->area, at, "area", -MAX_EXACT_INTEGER, MAX_EXACT_INTEGER, err);
    if (status != PND_OK)
        out->area = -1;
    return status;
}

static pnd_status get_bbox(pnd_segment_info *out, const pnd_json_at *at, pnd_error *err)
{
    pnd_json_at array;
    if (!pnd_json_has(at, "bbox"))
        return PND_OK;
    const pnd_status status = pnd_json_get_array(&array, at, "bbox", err);
    if (status != PND_OK)
        return status;
    if (cJSON_GetArraySize(array.value) != 4)
        return pnd_json_fail(&array, err, "expected [x, y, width, height]");
    int32_t bbox[4] = {0};
    int32_t i = 0;
    const cJSON *element = NULL;
    cJSON_ArrayForEach(element, array.value)
    {
        const double value = cJSON_IsNumber(element) ? element->valuedouble : (double)NAN;
        if (!(fabs(value) <= PND_MAX_PIXELS))
            return pnd_json_fail(&array, err, "expected four numbers of pixels");
        bbox[i++] = (int32_t)value;
    }
    memcpy(out->bbox, bbox, sizeof bbox);
    return PND_OK;
}

/* What evaluators read of ground truth, and ignore in a prediction. */
static pnd_status get_truth(const parser *p, pnd_segment_info *out, const pnd_json_at *at)
{
    pnd_error *err = p->is_ground_truth ? p->err : NULL;
    pnd_status status = get_area(out, at, err);
    if (status == PND_OK || !p->is_ground_truth)
        status = get_bbox(out, at, err);
    if (status == PND_OK && p->is_ground_truth)
        status = get_flag(p, &out->is_crowd, at, "iscrowd");
    return p->is_ground_truth ? status : PND_OK;
}

static pnd_status parse_segment(const parser *p, pnd_segment_info *out, const pnd_json_at *at)
{
    int64_t id = 0, category_id = 0;
    pnd_status status = pnd_json_get_int(&id, at, "id", 0, MAX_SEGMENT_ID, p->err);
    if (status == PND_OK)
        status = pnd_json_get_int(&category_id, at, "category_id", INT32_MIN, INT32_MAX, p->err);
    if (status == PND_OK)
        status = get_truth(p, out, at);
    if (status == PND_OK)
        status = get_optional_number(p, &out->depth_m, at, "depth");
    if (status == PND_OK)
        status = get_optional_number(p, &out->score, at, "score");
    out->id = (uint32_t)id;
    out->category_id = (int32_t)category_id;
    return status;
}

static pnd_status parse_segments(const parser *p, pnd_annotation *out, const pnd_json_at *at)
{
    pnd_json_at array;
    size_t n = 0;
    void *segments = NULL;
    pnd_status status = pnd_json_get_array(&array, at, "segments_info", p->err);
    if (status != PND_OK)
        return status;
    if (cJSON_GetArraySize(array.value) > MAX_SEGMENTS)
        return pnd_fail(p->err, PND_ELIMIT, "%s: image %.100s has %d segments, more than %d",
                        p->name, out->image_id, cJSON_GetArraySize(array.value), MAX_SEGMENTS);
    status = alloc_elements(p, &segments, &n, sizeof *out->segments, &array);
    if (status != PND_OK)
        return status;
    out->segments = segments;
    out->n_segments = n;
    const cJSON *element = NULL;
    int32_t i = 0;
    cJSON_ArrayForEach(element, array.value)
    {
        const pnd_json_at place = pnd_json_element(&array, element, i);
        status = parse_segment(p, &out->segments[i], &place);
        if (status != PND_OK)
            return status;
        i++;
    }
    return PND_OK;
}

/* ---- annotations */

static pnd_status get_image_id(const parser *p, pnd_annotation *out, const pnd_json_at *at)
{
    pnd_json_at id;
    pnd_status status = pnd_json_member(&id, at, "image_id", p->err);
    if (status != PND_OK)
        return status;
    if (cJSON_IsNumber(id.value)) {
        int64_t number = 0;
        status = pnd_json_get_int(&number, at, "image_id", -MAX_EXACT_INTEGER, MAX_EXACT_INTEGER,
                                  p->err);
        if (status != PND_OK)
            return status;
        out->id_is_number = true;
        out->image_id = pnd_strdup_printf("%" PRId64, number);
        return out->image_id != NULL ? PND_OK : out_of_memory(p);
    }
    if (!cJSON_IsString(id.value))
        return pnd_json_fail(&id, p->err, "expected a string or an integer");
    if (strlen(id.value->valuestring) > MAX_IMAGE_ID_BYTES)
        return pnd_fail(p->err, PND_ELIMIT, "%s: an image_id is longer than %d bytes", p->name,
                        MAX_IMAGE_ID_BYTES);
    return copy_text(p, &out->image_id, id.value->valuestring);
}

static pnd_status parse_annotation(const parser *p, pnd_annotation *out, const pnd_json_at *at)
{
    const char *file_name = NULL;
    pnd_status status = get_image_id(p, out, at);
    if (status == PND_OK)
        status = pnd_json_get_string(&file_name, at, "file_name", p->err);
    if (status == PND_OK)
        status = copy_text(p, &out->file_name, file_name);
    if (status == PND_OK)
        status = parse_segments(p, out, at);
    return status;
}

static pnd_status parse_annotations(const parser *p, const pnd_json_at *root)
{
    pnd_json_at array;
    void *annotations = NULL;
    size_t n = 0;
    pnd_status status = pnd_json_get_array(&array, root, "annotations", p->err);
    if (status == PND_OK)
        status = alloc_elements(p, &annotations, &n, sizeof *p->set->annotations, &array);
    if (status != PND_OK)
        return status;
    p->set->annotations = annotations;
    p->set->n_annotations = n;
    const cJSON *element = NULL;
    int32_t i = 0;
    cJSON_ArrayForEach(element, array.value)
    {
        const pnd_json_at place = pnd_json_element(&array, element, i);
        status = parse_annotation(p, &p->set->annotations[i], &place);
        if (status != PND_OK)
            return status;
        i++;
    }
    return PND_OK;
}

/* ---- categories */

static pnd_status get_color(uint8_t out[3], const pnd_json_at *at, pnd_error *err)
{
    pnd_json_at array;
    if (!pnd_json_has(at, "color"))
        return PND_OK;
    const pnd_status status = pnd_json_get_array(&array, at, "color", err);
    if (status != PND_OK)
        return status;
    int i = 0;
    const cJSON *element = NULL;
    cJSON_ArrayForEach(element, array.value)
    {
        const double value = cJSON_IsNumber(element) ? element->valuedouble : -1;
        if (!(i < 3 && value >= 0 && value <= 255))
            break;
        out[i++] = (uint8_t)value;
    }
    if (element != NULL || i != 3)
        return pnd_json_fail(&array, err, "expected three numbers from 0 to 255");
    return PND_OK;
}

/* A string member, or `fallback` when it is absent. */
static pnd_status get_name(const parser *p, char **out, const pnd_json_at *at, const char *key,
                           const char *fallback)
{
    const char *text = fallback;
    if (pnd_json_has(at, key)) {
        const pnd_status status = pnd_json_get_string(&text, at, key, p->err);
        if (status != PND_OK)
            return status;
    }
    return copy_text(p, out, text);
}

static pnd_status parse_category(const parser *p, pnd_category_info *out, const pnd_json_at *at)
{
    int64_t id = 0;
    char decimal[16];
    pnd_status status = pnd_json_get_int(&id, at, "id", INT32_MIN, INT32_MAX, p->err);
    if (status != PND_OK)
        return status;
    out->id = (int32_t)id;
    (void)snprintf(decimal, sizeof decimal, "%" PRId32, out->id);
    status = get_name(p, &out->name, at, "name", decimal);
    if (status == PND_OK)
        status = get_name(p, &out->supercategory, at, "supercategory", "");
    if (status == PND_OK)
        status = get_flag(p, &out->is_thing, at, "isthing");
    if (status == PND_OK)
        status = get_color(out->color, at, p->err);
    return status;
}

static int compare_int32(const void *a, const void *b)
{
    const int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

static pnd_status check_unique_categories(const parser *p)
{
    const size_t n = p->set->n_categories;
    pnd_status status = PND_OK;
    int32_t *ids = pnd_alloc_array(n, sizeof *ids);
    if (ids == NULL)
        return out_of_memory(p);
    for (size_t i = 0; i < n; i++)
        ids[i] = p->set->categories[i].id;
    qsort(ids, n, sizeof *ids, compare_int32);
    for (size_t i = 1; i < n && status == PND_OK; i++)
        if (ids[i] == ids[i - 1])
            status = pnd_fail(p->err, PND_EFORMAT, "%s: categories: id %" PRId32 " is given twice",
                              p->name, ids[i]);
    free(ids);
    return status;
}

static pnd_status parse_categories(const parser *p, const pnd_json_at *root)
{
    pnd_json_at array;
    void *categories = NULL;
    size_t n = 0;
    pnd_status status = pnd_json_get_array(&array, root, "categories", p->err);
    if (status == PND_OK)
        status = alloc_elements(p, &categories, &n, sizeof *p->set->categories, &array);
    if (status != PND_OK)
        return status;
    p->set->categories = categories;
    p->set->n_categories = n;
    const cJSON *element = NULL;
    int32_t i = 0;
    cJSON_ArrayForEach(element, array.value)
    {
        const pnd_json_at place = pnd_json_element(&array, element, i);
        status = parse_category(p, &p->set->categories[i], &place);
        if (status != PND_OK)
            return status;
        i++;
    }
    return check_unique_categories(p);
}

pnd_status pnd_panoptic_set_parse(pnd_panoptic_set *out, const void *bytes, size_t size,
                                  const char *name, pnd_panoptic_role role, pnd_error *err)
{
    *out = (pnd_panoptic_set){0};
    cJSON *json = NULL;
    pnd_status status = pnd_json_parse(&json, bytes, size, name, err);
    if (status != PND_OK)
        return status;
    const parser p = {out, name, role == PND_GROUND_TRUTH, err};
    const pnd_json_at root = pnd_json_root(json, name);
    status = parse_annotations(&p, &root);
    if (status == PND_OK && p.is_ground_truth)
        status = parse_categories(&p, &root);
    pnd_json_free(json);
    if (status != PND_OK)
        pnd_panoptic_set_clear(out);
    return status;
}
