/* SPDX-License-Identifier: Apache-2.0 */
#include "score_read.h"
#include "score_text.h"

#include <panodepth/alloc.h>
#include <panodepth/file.h>

#include <cjson/cJSON.h>

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

char *score_file_stem(const char *path)
{
    const char *const slash = strrchr(path, '/');
    const char *const base = slash == NULL ? path : slash + 1;
    const size_t length = strlen(base);
    const bool json = length > 5 && strcmp(base + length - 5, ".json") == 0;
    return pnd_strdup_printf("%.*s", (int)(json ? length - 5 : length), base);
}

size_t score_find(const score_set *set, const char *key)
{
    for (size_t s = 0; s < set->n_scores; s++)
        if (strcmp(set->scores[s].key, key) == 0)
            return s;
    return set->n_scores;
}

void score_set_clear(score_set *set)
{
    for (size_t i = 0; i < set->n_scores; i++) {
        free(set->scores[i].key);
        free(set->scores[i].label);
    }
    for (size_t i = 0; set->image_ids != NULL && i < set->n_images; i++)
        free(set->image_ids[i]);
    for (size_t i = 0; i < set->n_blocks; i++)
        free(set->blocks[i]);
    void *const owned[] = {set->path,    set->method,     set->task,       set->protocol,
                           set->scores,  set->signature,  set->image_ids,  set->records,
                           set->numbers, set->categories, set->pq_records, set->shares,
                           set->blocks};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
    *set = (score_set){0};
}

static pnd_status no_memory(pnd_error *err)
{
    return pnd_fail(err, PND_ENOMEM, "out of memory");
}

void *score_alloc(score_set *set, size_t n, size_t size, pnd_error *err)
{
    const size_t used = set->n_blocks;
    void **grown = set->blocks;
    if ((used & (used - 1)) == 0) /* full: 0, 1, 2, 4, 8 ... */
        grown = pnd_realloc_array(set->blocks, used > 0 ? 2 * used : 1, sizeof *grown);
    set->blocks = grown != NULL ? grown : set->blocks;
    void *const block = grown != NULL ? pnd_calloc_array(n > 0 ? n : 1, size) : NULL;
    if (block != NULL)
        set->blocks[set->n_blocks++] = block;
    else
        (void)no_memory(err);
    return block;
}

pnd_status score_get_number(double *out, const pnd_json_at *object, const char *key, pnd_error *err)
{
    *out = (double)NAN;
    if (cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(object->value, key)))
        return PND_OK;
    return pnd_json_get_double(out, object, key, err);
}

pnd_status score_need(const pnd_json_at *object, const char *key, pnd_error *err)
{
    if (pnd_json_has(object, key))
        return PND_OK;
    pnd_error place = {0};
    (void)pnd_json_fail(object, &place, "'%s' is missing, without which no score can be resampled",
                        key);
    return pnd_fail_hint(err, PND_EUNSUPPORTED, "write the results again with this pnd-eval", "%s",
                         place.message);
}

bool score_is_count(double value, double most)
{
    return value >= 0 && value <= most && value == floor(value);
}

static pnd_status get_tuple(double *out, const pnd_json_at *tuple, int width, pnd_error *err)
{
    int n = 0;
    const cJSON *element;
    cJSON_ArrayForEach(element, tuple->value)
    {
        const bool is_null = cJSON_IsNull(element);
        if (n < width && (is_null || cJSON_IsNumber(element)))
            out[n++] = is_null ? (double)NAN : element->valuedouble;
        else
            n = width + 1;
    }
    return n == width && cJSON_IsArray(tuple->value)
               ? PND_OK
               : pnd_json_fail(tuple, err, "is no list of %d numbers", width);
}

pnd_status score_get_tuples(const double **out, size_t *n, score_set *set,
                            const pnd_json_at *object, const char *key, int width, pnd_error *err)
{
    pnd_json_at list;
    pnd_status status = pnd_json_get_array(&list, object, key, err);
    if (status != PND_OK)
        return status;
    *n = (size_t)cJSON_GetArraySize(list.value);
    double *const values = score_alloc(set, *n, (size_t)width * sizeof *values, err);
    if (values == NULL)
        return err->status;
    *out = values;
    int32_t index = 0;
    const cJSON *element;
    cJSON_ArrayForEach(element, list.value)
    {
        const pnd_json_at tuple = pnd_json_element(&list, element, index);
        if (status == PND_OK)
            status = get_tuple(values + (size_t)width * (size_t)index, &tuple, width, err);
        index++;
    }
    return status;
}

score_info *score_add(score_set *set, const pnd_json_at *group, const char *key, const char *name,
                      const char *label, pnd_error *err)
{
    score_info *const score = &set->scores[set->n_scores];
    *score = (score_info){.value = (double)NAN};
    if (group != NULL && score_get_number(&score->value, group, key, err) != PND_OK)
        return NULL;
    set->n_scores++;
    score->key =
        pnd_strdup_printf("%s%s%s", name != NULL ? name : "", name != NULL ? "." : "", key);
    score->label = score_text_visible(label);
    if (score->key != NULL && score->label != NULL)
        return score;
    (void)no_memory(err);
    return NULL;
}

/* Text of a member; null or absent is an error unless `otherwise` is given. */
static pnd_status copy_member(char **out, const pnd_json_at *root, const char *key,
                              const char *otherwise, pnd_error *err)
{
    const cJSON *const value = cJSON_GetObjectItemCaseSensitive(root->value, key);
    const char *text = otherwise;
    if (otherwise == NULL || (value != NULL && !cJSON_IsNull(value))) {
        const pnd_status status = pnd_json_get_string(&text, root, key, err);
        if (status != PND_OK)
            return status;
    }
    *out = score_text_visible(text);
    return *out != NULL ? PND_OK : no_memory(err);
}

static pnd_status read_head(score_set *set, const pnd_json_at *root, pnd_error *err)
{
    const char *schema = NULL;
    char *const stem = score_file_stem(set->path);
    pnd_status status = stem == NULL ? no_memory(err) : PND_OK;
    if (status == PND_OK)
        status = pnd_json_get_string(&schema, root, "schema", err);
    if (status == PND_OK && strcmp(schema, "panodepth-results/1") != 0)
        status = pnd_fail(err, PND_EFORMAT, "%s: schema is '%s', expected panodepth-results/1",
                          set->path, schema);
    if (status == PND_OK)
        status = copy_member(&set->method, root, "method", stem, err);
    if (status == PND_OK)
        status = copy_member(&set->task, root, "task", NULL, err);
    if (status == PND_OK)
        status = copy_member(&set->protocol, root, "protocol", NULL, err);
    if (status == PND_OK)
        status = copy_member(&set->signature, root, "signature", NULL, err);
    free(stem);
    return status;
}

/* An id is a text or a number. */
static pnd_status read_image_id(char **out, const pnd_json_at *row, const char *key, pnd_error *err)
{
    const cJSON *const value = cJSON_GetObjectItemCaseSensitive(row->value, key);
    int64_t number = 0;
    if (!cJSON_IsNumber(value))
        return copy_member(out, row, key, NULL, err);
    const pnd_status status = pnd_json_get_int(&number, row, key, INT64_MIN, INT64_MAX, err);
    if (status != PND_OK)
        return status;
    *out = pnd_strdup_printf("%" PRId64, number);
    return *out != NULL ? PND_OK : no_memory(err);
}

static pnd_status read_images(score_set *set, const pnd_json_at *rows, const char *id_key,
                              pnd_error *err)
{
    set->n_images = (size_t)cJSON_GetArraySize(rows->value);
    if (set->n_images == 0)
        return pnd_fail(err, PND_EMISMATCH, "%s: no image was scored", set->path);
    set->image_ids = pnd_calloc_array(set->n_images, sizeof *set->image_ids);
    set->records = pnd_calloc_array(set->n_images, sizeof *set->records);
    if (set->image_ids == NULL || set->records == NULL)
        return no_memory(err);
    int32_t index = 0;
    pnd_status status = PND_OK;
    const cJSON *element;
    cJSON_ArrayForEach(element, rows->value)
    {
        const pnd_json_at row = pnd_json_element(rows, element, index);
        if (status == PND_OK)
            status = read_image_id(&set->image_ids[index], &row, id_key, err);
        index++;
    }
    return status;
}

static bool is_same(double a, double b, double tolerance)
{
    return a == b || (isnan(a) && isnan(b)) || fabs(a - b) <= tolerance * fabs(a);
}

/* Once each, the images must give the scores of the file: to the last bit, or to the rounding of
 * what the rows hold. Infinite scores (strict parity, wrong areas) are null in the file. */
static pnd_status check_scores(score_set *set, pnd_error *err)
{
    double *const scores = pnd_alloc_array(set->n_scores, sizeof *scores);
    void *const scratch = pnd_alloc_array(pnd_resample_scratch_size(&set->images), 1);
    pnd_status status = scores == NULL || scratch == NULL ? no_memory(err) : PND_OK;
    if (status == PND_OK)
        pnd_resample_score(scores, &set->images, scratch);
    for (size_t s = 0; s < set->n_scores && status == PND_OK; s++) {
        char rows[PND_NUMBER_SIZE], file[PND_NUMBER_SIZE];
        score_info *const score = &set->scores[s];
        if (is_same(scores[s], score->value, score->tolerance)) {
            score->value = scores[s];
            continue;
        }
        status = pnd_fail(err, PND_EMISMATCH, "%s: the rows of %s give %s = %s, not %s", set->path,
                          set->rows, score->key, pnd_format_double(rows, scores[s]),
                          pnd_format_double(file, score->value));
    }
    free(scores);
    free(scratch);
    return status;
}

typedef struct task_reader {
    const char *task, *rows, *id, *unit; /* rows: the member with what is drawn */
    pnd_status (*read)(score_set *set, const pnd_json_at *root, const pnd_json_at *rows,
                       pnd_error *err);
} task_reader;

static const task_reader readers[] = {
    {"panoptic", "per_image", "image_id", "images", score_read_panoptic},
    {"depth", "per_image", "image_id", "images", score_read_depth},
    {"semantic", "per_image", "image_id", "images", score_read_semantic},
    {"instance", "per_image", "image_id", "images", score_read_instance},
    {"joint", "per_sequence", "sequence", "sequences", score_read_joint},
};

static pnd_status refuse_task(const score_set *set, pnd_error *err)
{
    return pnd_fail(err, PND_EUNSUPPORTED,
                    "%s: scores of the task '%s' cannot be resampled (panoptic, depth, semantic, "
                    "instance, joint)",
                    set->path, set->task);
}

static pnd_status read_document(score_set *set, const pnd_json_at *root, pnd_error *err)
{
    const task_reader *reader = NULL;
    pnd_json_at rows;
    pnd_status status = read_head(set, root, err);
    if (status != PND_OK)
        return status;
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
        if (strcmp(set->task, readers[i].task) == 0)
            reader = &readers[i];
    if (reader == NULL)
        return refuse_task(set, err);
    set->unit = reader->unit;
    set->rows = reader->rows;
    status = pnd_json_get_array(&rows, root, reader->rows, err);
    if (status == PND_OK)
        status = read_images(set, &rows, reader->id, err);
    if (status == PND_OK)
        status = reader->read(set, root, &rows, err);
    if (status != PND_OK)
        return status;
    set->images = (pnd_resample_set){&set->statistic, set->records, set->n_images};
    return check_scores(set, err);
}

pnd_status score_set_read(score_set *out, const char *path, pnd_error *err)
{
    pnd_buffer bytes = {0};
    cJSON *json = NULL;
    out->path = pnd_strdup(path);
    pnd_status status = out->path == NULL ? no_memory(err) : PND_OK;
    if (status == PND_OK)
        status = pnd_file_read(&bytes, path, PND_MAX_JSON_BYTES, err);
    if (status == PND_OK)
        status = pnd_json_parse(&json, bytes.data, bytes.size, path, err);
    if (status == PND_OK) {
        const pnd_json_at root = pnd_json_root(json, path);
        status = read_document(out, &root, err);
    }
    pnd_json_free(json);
    pnd_buffer_clear(&bytes);
    return status;
}

pnd_status score_sets_align(score_set *const *sets, size_t n, pnd_error *err)
{
    return strcmp(sets[0]->task, "instance") == 0 ? score_rank_instances(sets, n, err) : PND_OK;
}
