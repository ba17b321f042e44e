/* SPDX-License-Identifier: Apache-2.0 */
/* cJSON behind the strict check, and getters that say where a value is and what it should be. */
#include "json_check.h"

#include <panodepth/alloc.h>
#include <panodepth/json.h>

#include <assert.h>
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* cJSON keeps the place of its last error in a global, so one thread parses at a time. */
static pthread_mutex_t cjson_lock = PTHREAD_MUTEX_INITIALIZER;

/* cJSON reads numbers with the locale's decimal point. */
static cJSON *parse_checked(const char *text, size_t size)
{
    const locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    const locale_t callers = uselocale(c_locale); /* this thread's only */
    pthread_mutex_lock(&cjson_lock);
    cJSON *json = cJSON_ParseWithLengthOpts(text, size + 1, NULL, false);
    pthread_mutex_unlock(&cjson_lock);
    (void)uselocale(callers);
    if (c_locale != (locale_t)0)
        freelocale(c_locale);
    return json;
}

pnd_status pnd_json_parse(cJSON **out, const void *bytes, size_t size, const char *name,
                          pnd_error *err)
{
    *out = NULL;
    const char *text = bytes;
    if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3;
        size -= 3;
    }
    const pnd_status status = json_check((const uint8_t *)text, size, name, err);
    if (status != PND_OK)
        return status;
    /* cJSON has read past buffers without a final NUL (CVE-2023-53154); the copy has one. */
    char *copy = pnd_alloc_array(size + 1, 1);
    if (copy != NULL) {
        memcpy(copy, text, size);
        copy[size] = '\0';
        *out = parse_checked(copy, size);
        free(copy);
    }
    return *out != NULL ? PND_OK : pnd_fail(err, PND_ENOMEM, "%s: out of memory", name);
}

void pnd_json_free(cJSON *json)
{
    cJSON_Delete(json);
}

pnd_json_at pnd_json_root(const cJSON *json, const char *file)
{
    return (pnd_json_at){.value = json, .file = file};
}

pnd_json_at pnd_json_element(const pnd_json_at *array, const cJSON *value, int32_t index)
{
    return (pnd_json_at){.value = value, .parent = array, .index = index};
}

enum { PATH_SIZE = 512 };

/* Append "annotations[3].id" for this place; returns the length so far. */
static size_t put_path(char path[PATH_SIZE], const pnd_json_at *at)
{
    if (at->parent == NULL)
        return 0;
    const size_t n = put_path(path, at->parent);
    if (at->key != NULL)
        (void)snprintf(path + n, PATH_SIZE - n, "%s%s", n > 0 ? "." : "", at->key);
    else
        (void)snprintf(path + n, PATH_SIZE - n, "[%" PRId32 "]", at->index);
    return strlen(path);
}

static const char *file_of(const pnd_json_at *at)
{
    while (at->parent != NULL)
        at = at->parent;
    return at->file != NULL ? at->file : "JSON";
}

pnd_status(pnd_json_fail)(const pnd_json_at *at, pnd_error *err, const char *format, ...)
{
    char path[PATH_SIZE] = "", text[512];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    const size_t n = put_path(path, at);
    return pnd_fail(err, PND_EFORMAT, "%s: %s%s%s", file_of(at), path, n > 0 ? ": " : "", text);
}

/* A value as it stands in a message; long strings are cut. */
static const char *describe(char text[96], const cJSON *value)
{
    char number[PND_NUMBER_SIZE];
    assert(value != NULL);
    if (cJSON_IsString(value))
        (void)snprintf(text, 96, "the string \"%.60s\"", value->valuestring);
    else if (cJSON_IsNumber(value) && fabs(value->valuedouble) < 1e15 &&
             value->valuedouble == floor(value->valuedouble))
        (void)snprintf(text, 96, "%.0f", value->valuedouble);
    else if (cJSON_IsNumber(value))
        (void)snprintf(text, 96, "%s", pnd_format_double(number, value->valuedouble));
    else if (cJSON_IsBool(value))
        (void)snprintf(text, 96, "%s", cJSON_IsTrue(value) ? "true" : "false");
    else
        (void)snprintf(text, 96, "%s",
                       cJSON_IsArray(value)    ? "an array"
                       : cJSON_IsObject(value) ? "an object"
                                               : "null");
    return text;
}

static pnd_status fail_type(const pnd_json_at *at, pnd_error *err, const char *expected)
{
    char found[96];
    return pnd_json_fail(at, err, "expected %s, found %s", expected, describe(found, at->value));
}

pnd_status pnd_json_member(pnd_json_at *out, const pnd_json_at *object, const char *key,
                           pnd_error *err)
{
    *out = (pnd_json_at){.parent = object, .key = key};
    if (!cJSON_IsObject(object->value))
        return fail_type(object, err, "an object");
    out->value = cJSON_GetObjectItemCaseSensitive(object->value, key);
    if (out->value == NULL)
        return pnd_json_fail(object, err, "key \"%s\" is missing", key);
    if (cJSON_IsNull(out->value))
        return pnd_json_fail(out, err, "is null");
    return PND_OK;
}

bool pnd_json_has(const pnd_json_at *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object->value, key) != NULL;
}

pnd_status pnd_json_get_double(double *out, const pnd_json_at *object, const char *key,
                               pnd_error *err)
{
    pnd_json_at at;
    *out = 0;
    const pnd_status status = pnd_json_member(&at, object, key, err);
    if (status != PND_OK)
        return status;
    if (!cJSON_IsNumber(at.value))
        return fail_type(&at, err, "a number");
    *out = at.value->valuedouble;
    return PND_OK;
}

pnd_status pnd_json_get_int(int64_t *out, const pnd_json_at *object, const char *key, int64_t low,
                            int64_t high, pnd_error *err)
{
    pnd_json_at at;
    *out = 0;
    const pnd_status status = pnd_json_member(&at, object, key, err);
    if (status != PND_OK)
        return status;
    const double value = cJSON_IsNumber(at.value) ? at.value->valuedouble : (double)NAN;
    /* Written so that NaN fails; beyond 2^53 neighbouring integers are one double. */
    if (!(value == floor(value) && value >= (double)low && value <= (double)high &&
          fabs(value) <= 9007199254740992.0)) {
        char expected[80];
        (void)snprintf(expected, sizeof expected, "an integer from %" PRId64 " to %" PRId64, low,
                       high);
        return fail_type(&at, err, expected);
    }
    *out = (int64_t)value;
    return PND_OK;
}

pnd_status pnd_json_get_string(const char **out, const pnd_json_at *object, const char *key,
                               pnd_error *err)
{
    pnd_json_at at;
    *out = NULL;
    const pnd_status status = pnd_json_member(&at, object, key, err);
    if (status != PND_OK)
        return status;
    if (!cJSON_IsString(at.value))
        return fail_type(&at, err, "a string");
    *out = at.value->valuestring;
    return PND_OK;
}

pnd_status pnd_json_get_array(pnd_json_at *out, const pnd_json_at *object, const char *key,
                              pnd_error *err)
{
    const pnd_status status = pnd_json_member(out, object, key, err);
    if (status != PND_OK)
        return status;
    return cJSON_IsArray(out->value) ? PND_OK : fail_type(out, err, "an array");
}
