/* SPDX-License-Identifier: Apache-2.0 */
/* The strict reader of *_polygons.json (annotation.py of cityscapesScripts says what it holds). */
#include <panodepth/alloc.h>
#include <panodepth/json.h>
#include <panodepth/polygons.h>

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_INSTANCES = 1000 }; /* class * 1000 + n */

typedef struct parser {
    pnd_polygons *set;
    const char *name;
    size_t n_points;                   /* in set->points so far */
    int32_t n_instances[PND_N_LABELS]; /* by position in the table of labels */
    pnd_error *err;
} parser;

/* ---- labels */

static const pnd_label *find_label(const char *name, size_t length)
{
    const pnd_label *labels = pnd_labels();
    for (size_t i = 0; i < PND_N_LABELS; i++)
        if (strlen(labels[i].name) == length && memcmp(labels[i].name, name, length) == 0)
            return &labels[i];
    return NULL;
}

/* "polegroup" is a label of its own, "cargroup" a group of "car". */
static bool resolve_label(pnd_polygon_object *object, const char *name)
{
    static const char suffix[] = "group";
    const size_t n = strlen(name), k = sizeof suffix - 1;
    object->label = find_label(name, n);
    if (object->label == NULL && n > k && strcmp(name + n - k, suffix) == 0) {
        object->label = find_label(name, n - k);
        object->is_group = true;
    }
    return object->label != NULL;
}

static pnd_status number_instance(parser *p, pnd_polygon_object *object, const pnd_json_at *at)
{
    object->instance = -1;
    if (!object->label->has_instances || object->is_group)
        return PND_OK;
    int32_t *n = &p->n_instances[object->label - pnd_labels()];
    if (*n == MAX_INSTANCES)
        return pnd_fail(p->err, PND_ELIMIT,
                        "%s: objects[%d] is instance %d of \"%s\"; instanceIds hold %d of a class",
                        p->name, at->index, MAX_INSTANCES + 1, object->label->name, MAX_INSTANCES);
    object->instance = (*n)++;
    return PND_OK;
}

/* ---- points */

static pnd_status get_coordinate(int32_t *out, const parser *p, const pnd_json_at *point,
                                 const cJSON *value)
{
    if (!cJSON_IsNumber(value))
        return pnd_json_fail(point, p->err, "expected two numbers [x, y]");
    const double number = value->valuedouble;
    if (!(number >= -PND_MAX_POLYGON_COORDINATE && number <= PND_MAX_POLYGON_COORDINATE)) {
        char text[PND_NUMBER_SIZE];
        return pnd_json_fail(point, p->err, "coordinate %s is farther out than %d",
                             pnd_format_double(text, number), PND_MAX_POLYGON_COORDINATE);
    }
    *out = (int32_t)number; /* toward zero */
    return PND_OK;
}

static pnd_status parse_point(parser *p, const pnd_json_at *at)
{
    pnd_point *point = &p->set->points[p->n_points];
    const cJSON *x = cJSON_IsArray(at->value) ? at->value->child : NULL;
    const cJSON *y = x != NULL ? x->next : NULL;
    if (y == NULL || y->next != NULL)
        return pnd_json_fail(at, p->err, "expected two numbers [x, y]");
    pnd_status status = get_coordinate(&point->x, p, at, x);
    if (status == PND_OK)
        status = get_coordinate(&point->y, p, at, y);
    p->n_points++;
    return status;
}

static pnd_status parse_points(parser *p, pnd_polygon_object *object, const pnd_json_at *array)
{
    const cJSON *element = NULL;
    int32_t i = 0;
    object->points = p->set->points + p->n_points;
    cJSON_ArrayForEach(element, array->value)
    {
        const pnd_json_at place = pnd_json_element(array, element, i++);
        const pnd_status status = parse_point(p, &place);
        if (status != PND_OK)
            return status;
    }
    object->n_points = (size_t)i;
    return PND_OK;
}

/* ---- objects */

/* Absent means no. Python asks for truth: any number but 0. */
static pnd_status get_deleted(bool *out, const parser *p, const pnd_json_at *object)
{
    pnd_json_at at;
    *out = false;
    if (!pnd_json_has(object, "deleted"))
        return PND_OK;
    const pnd_status status = pnd_json_member(&at, object, "deleted", p->err);
    if (status != PND_OK)
        return status;
    if (!cJSON_IsBool(at.value) && !cJSON_IsNumber(at.value))
        return pnd_json_fail(&at, p->err, "expected 0, 1, true or false");
    *out = cJSON_IsTrue(at.value) || (cJSON_IsNumber(at.value) && at.value->valuedouble != 0);
    return PND_OK;
}

/* What only an object that is drawn must have. */
static pnd_status finish_object(parser *p, pnd_polygon_object *object, const char *label,
                                const pnd_json_at *at)
{
    if (!resolve_label(object, label))
        return pnd_json_fail(at, p->err, "\"%.60s\" is no Cityscapes label", label);
    if (object->n_points < 2)
        return pnd_json_fail(at, p->err, "a polygon of %zu points, expected 2 or more",
                             object->n_points);
    return number_instance(p, object, at);
}

static pnd_status parse_object(parser *p, const pnd_json_at *at)
{
    pnd_polygon_object *object = &p->set->objects[p->set->n_objects];
    pnd_json_at polygon;
    const char *label = NULL;
    bool deleted = false;
    pnd_status status = pnd_json_get_string(&label, at, "label", p->err);
    if (status == PND_OK)
        status = get_deleted(&deleted, p, at);
    if (status == PND_OK)
        status = pnd_json_get_array(&polygon, at, "polygon", p->err);
    if (status == PND_OK)
        status = parse_points(p, object, &polygon);
    if (status == PND_OK && !deleted)
        status = finish_object(p, object, label, at);
    if (status != PND_OK)
        return status;
    p->set->n_objects += !deleted;
    p->set->n_deleted += deleted;
    if (deleted)
        *object = (pnd_polygon_object){0};
    return PND_OK;
}

/* ---- the file */

static pnd_status count_points(size_t *total, const parser *p, const pnd_json_at *objects)
{
    const cJSON *element = NULL;
    int32_t i = 0;
    *total = 0;
    cJSON_ArrayForEach(element, objects->value)
    {
        const cJSON *polygon = cJSON_GetObjectItemCaseSensitive(element, "polygon");
        const cJSON *point = NULL;
        size_t n = 0;
        cJSON_ArrayForEach(point, polygon) n++;
        *total += n;
        if (n > PND_MAX_POLYGON_POINTS || *total > PND_MAX_POLYGONS_POINTS)
            return pnd_fail(p->err, PND_ELIMIT,
                            "%s: objects[%d]: a polygon of %zu points, %zu so far; the limits are "
                            "%d and %d",
                            p->name, i, n, *total, PND_MAX_POLYGON_POINTS, PND_MAX_POLYGONS_POINTS);
        i++;
    }
    return PND_OK;
}

static size_t count_elements(const cJSON *array)
{
    const cJSON *element = NULL;
    size_t n = 0;
    cJSON_ArrayForEach(element, array) n++;
    return n;
}

static pnd_status parse_objects(parser *p, const pnd_json_at *objects)
{
    size_t total = 0;
    pnd_status status = count_points(&total, p, objects);
    if (status != PND_OK)
        return status;
    p->set->points = pnd_alloc_array(total, sizeof *p->set->points);
    p->set->objects = pnd_calloc_array(count_elements(objects->value), sizeof *p->set->objects);
    if (p->set->points == NULL || p->set->objects == NULL)
        return pnd_fail(p->err, PND_ENOMEM, "%s: out of memory", p->name);
    const cJSON *element = NULL;
    int32_t i = 0;
    cJSON_ArrayForEach(element, objects->value)
    {
        const pnd_json_at place = pnd_json_element(objects, element, i++);
        status = parse_object(p, &place);
        if (status != PND_OK)
            return status;
    }
    return PND_OK;
}

static pnd_status parse_size(parser *p, const pnd_json_at *root)
{
    int64_t width = 0, height = 0;
    pnd_status status = pnd_json_get_int(&width, root, "imgWidth", 1, INT32_MAX, p->err);
    if (status == PND_OK)
        status = pnd_json_get_int(&height, root, "imgHeight", 1, INT32_MAX, p->err);
    if (status == PND_OK)
        status = pnd_check_size(width, height, p->name, p->err);
    p->set->width = (int32_t)width;
    p->set->height = (int32_t)height;
    return status;
}

pnd_status pnd_polygons_parse(pnd_polygons *out, const void *bytes, size_t size, const char *name,
                              pnd_error *err)
{
    *out = (pnd_polygons){0};
    cJSON *json = NULL;
    pnd_status status = pnd_json_parse(&json, bytes, size, name, err);
    if (status != PND_OK)
        return status;
    parser p = {.set = out, .name = name, .err = err};
    pnd_json_at objects;
    const pnd_json_at root = pnd_json_root(json, name);
    status = parse_size(&p, &root);
    if (status == PND_OK)
        status = pnd_json_get_array(&objects, &root, "objects", err);
    if (status == PND_OK)
        status = parse_objects(&p, &objects);
    pnd_json_free(json);
    if (status != PND_OK)
        pnd_polygons_clear(out);
    return status;
}

void pnd_polygons_clear(pnd_polygons *polygons)
{
    free(polygons->objects);
    free(polygons->points);
    *polygons = (pnd_polygons){0};
}
