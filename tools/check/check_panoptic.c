/* SPDX-License-Identifier: Apache-2.0 */
/* A panoptic JSON: by itself, against its folder, and against the pixels of its PNGs. */
#include "check.h"

#include <panodepth/alloc.h>
#include <panodepth/file.h>
#include <panodepth/labels.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { ROLE_AUTO, ROLE_GROUND_TRUTH, ROLE_PREDICTION };

static bool contains(const pnd_buffer *bytes, const char *text)
{
    return strstr(pnd_buffer_text(bytes), text) != NULL;
}

bool check_is_panoptic(const pnd_buffer *bytes)
{
    return contains(bytes, "\"annotations\"") && contains(bytes, "\"segments_info\"");
}

void check_set_clear(check_set *set)
{
    free(set->png_dir);
    free(set->png_name);
    pnd_panoptic_set_clear(&set->set);
    check_names_clear(&set->pngs);
    *set = (check_set){0};
}

/* ---- the JSON by itself */

typedef struct sort_text {
    const char *text;
    bool id_is_number;
} sort_text;

static int compare_text(const void *a, const void *b)
{
    const sort_text *x = a, *y = b;
    const int d = strcmp(x->text, y->text);
    return d != 0 ? d : x->id_is_number - y->id_is_number;
}

static pnd_status check_images(const check_set *set, check_problems *problems, pnd_error *err)
{
    const size_t n = set->set.n_annotations;
    pnd_status status = PND_OK;
    sort_text *ids = pnd_alloc_array(n, sizeof *ids);
    if (ids == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    for (size_t i = 0; i < n; i++)
        ids[i] =
            (sort_text){set->set.annotations[i].image_id, set->set.annotations[i].id_is_number};
    if (n > 0)
        qsort(ids, n, sizeof *ids, compare_text);
    for (size_t i = 1; i < n && status == PND_OK; i++)
        if (compare_text(&ids[i - 1], &ids[i]) == 0 &&
            (i < 2 || compare_text(&ids[i - 2], &ids[i]) != 0))
            status = check_add(problems, CHECK_DUPLICATE_IMAGE, set->path, err,
                               "image_id %s occurs more than once", ids[i].text);
    free(ids);
    return status;
}

static const char *space_name(pnd_id_space space)
{
    return space == PND_ID_SPACE_LABEL_IDS ? "label ids" : "trainIds";
}

/* Against --ids, and against "_trainId" in the official file name. */
static pnd_status check_space(const check_set *set, const check_run *run, check_problems *problems,
                              pnd_error *err)
{
    const bool named =
        strstr(set->path, "cityscapes_panoptic_") != NULL && set->role == PND_GROUND_TRUTH;
    pnd_id_space wanted = PND_ID_SPACE_UNKNOWN;
    if (run->args->ids > 0)
        wanted = run->args->ids == 1 ? PND_ID_SPACE_LABEL_IDS : PND_ID_SPACE_TRAIN_IDS;
    else if (named)
        wanted = strstr(set->path, "_trainId.json") != NULL ? PND_ID_SPACE_TRAIN_IDS
                                                            : PND_ID_SPACE_LABEL_IDS;
    if (wanted == PND_ID_SPACE_UNKNOWN || set->space == PND_ID_SPACE_UNKNOWN ||
        wanted == set->space)
        return PND_OK;
    return check_add(problems, CHECK_WRONG_ID_SPACE, set->path, err,
                     "its categories are %s, expected %s", space_name(set->space),
                     space_name(wanted));
}

static pnd_status check_extra(const check_set *set, check_problems *problems, pnd_error *err)
{
    const size_t n = set->set.n_annotations;
    pnd_status status = PND_OK;
    sort_text *named = pnd_alloc_array(n, sizeof *named);
    if (named == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    for (size_t i = 0; i < n; i++)
        named[i] = (sort_text){set->set.annotations[i].file_name, false};
    if (n > 0)
        qsort(named, n, sizeof *named, compare_text);
    for (size_t i = 0; i < set->pngs.n && status == PND_OK; i++) {
        const sort_text key = {set->pngs.items[i], false};
        if (n > 0 && bsearch(&key, named, n, sizeof *named, compare_text) != NULL)
            continue;
        char *path = pnd_strdup_printf("%s/%s", set->png_name, set->pngs.items[i]);
        status = path == NULL ? pnd_fail(err, PND_ENOMEM, "out of memory")
                              : check_add(problems, CHECK_EXTRA_FILE, path, err,
                                          "no annotation of %s names it", set->path);
        free(path);
    }
    free(named);
    return status;
}

static pnd_status find_pngs(check_set *set, const check_run *run, check_problems *problems,
                            pnd_error *err)
{
    pnd_error found = {0};
    const size_t n = strlen(set->path);
    const int stem = (int)(n > 5 && strcmp(set->path + n - 5, ".json") == 0 ? n - 5 : n);
    set->png_name = run->args->png_dir != NULL ? pnd_strdup(run->args->png_dir)
                                               : pnd_strdup_printf("%.*s", stem, set->path);
    set->png_dir = run->args->png_dir != NULL
                       ? pnd_strdup(run->args->png_dir)
                       : pnd_strdup_printf("%s/%.*s", run->root, stem, set->path);
    if (set->png_name == NULL || set->png_dir == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    if (check_walk(&set->pngs, set->png_dir, &found) != PND_OK)
        return check_add_error(problems, CHECK_MISSING_FILE, set->png_name, &found, err);
    return check_extra(set, problems, err);
}

pnd_status check_set_open(check_set *set, bool *usable, check_run *run, const char *path,
                          pnd_error *err)
{
    pnd_buffer bytes = {0};
    pnd_error found = {0};
    bool good = false;
    check_problems *problems = &run->problems;
    *usable = false;
    set->path = path;
    char *full = pnd_strdup_printf("%s/%s", run->root, path);
    pnd_status status =
        full == NULL ? pnd_fail(err, PND_ENOMEM, "out of memory")
                     : check_read(&good, &bytes, problems, NULL, full, path, CHECK_A_TEXT, err);
    free(full);
    const bool asked = run->root_owned != NULL || run->args->role != ROLE_AUTO;
    if (status != PND_OK || !good || !(check_is_panoptic(&bytes) || run->is_tree || asked)) {
        pnd_buffer_clear(&bytes);
        return status;
    }
    const bool truth = contains(&bytes, "\"categories\"") && contains(&bytes, "\"iscrowd\"");
    set->role = run->args->role == ROLE_GROUND_TRUTH || (run->args->role == ROLE_AUTO && truth)
                    ? PND_GROUND_TRUTH
                    : PND_PREDICTION;
    if (pnd_panoptic_set_parse(&set->set, bytes.data, bytes.size, path, set->role, &found) !=
        PND_OK)
        status = check_add_error(problems, CHECK_PANOPTIC_INVALID, path, &found, err);
    else {
        *usable = true;
        set->space = pnd_panoptic_set_id_space(&set->set);
        status = check_images(set, problems, err);
        if (status == PND_OK)
            status = check_space(set, run, problems, err);
        if (status == PND_OK)
            status = find_pngs(set, run, problems, err);
    }
    pnd_buffer_clear(&bytes);
    return status;
}

/* ---- one annotation */

/* A segment as its pixels have it. */
typedef struct tally {
    uint32_t id;
    int64_t area;
    int32_t x0, y0, x1, y1;
} tally;

/* Tallies by id, open addressing; the capacity is a power of two. */
typedef struct tally_table {
    tally *rows;
    size_t capacity, n;
} tally_table;

static tally *find_row(const tally_table *table, uint32_t id)
{
    size_t i = (id * UINT32_C(2654435761)) & (table->capacity - 1);
    while (table->rows[i].area > 0 && table->rows[i].id != id)
        i = (i + 1) & (table->capacity - 1);
    return &table->rows[i];
}

static pnd_status grow(tally_table *table, pnd_error *err)
{
    tally_table bigger = {.capacity = table->capacity > 0 ? 2 * table->capacity : 256,
                          .n = table->n};
    bigger.rows = pnd_calloc_array(bigger.capacity, sizeof *bigger.rows);
    if (bigger.rows == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    for (size_t i = 0; i < table->capacity; i++)
        if (table->rows[i].area > 0)
            *find_row(&bigger, table->rows[i].id) = table->rows[i];
    free(table->rows);
    *table = bigger;
    return PND_OK;
}

static pnd_status add_run(tally_table *table, uint32_t id, int32_t x, int32_t y, int32_t n,
                          pnd_error *err)
{
    if (2 * table->n >= table->capacity) {
        const pnd_status status = grow(table, err);
        if (status != PND_OK)
            return status;
    }
    tally *row = find_row(table, id);
    if (row->area == 0) {
        *row = (tally){id, 0, x, y, x, y};
        table->n++;
    }
    row->area += n;
    row->x0 = x < row->x0 ? x : row->x0;
    row->x1 = x + n - 1 > row->x1 ? x + n - 1 : row->x1;
    row->y1 = y;
    return PND_OK;
}

static pnd_status tally_pixels(tally_table *table, const pnd_plane_u32 *ids, pnd_error *err)
{
    pnd_status status = grow(table, err);
    for (int32_t y = 0; y < ids->height && status == PND_OK; y++) {
        const uint32_t *row = pnd_plane_u32_row(ids, y);
        for (int32_t x = 0, n; x < ids->width && status == PND_OK; x += n) {
            for (n = 1; x + n < ids->width && row[x + n] == row[x]; n++)
                ;
            status = add_run(table, row[x], x, y, n, err);
        }
    }
    return status;
}

static bool is_category(const check_set *set, int32_t id)
{
    for (size_t i = 0; i < set->set.n_categories; i++)
        if (set->set.categories[i].id == id)
            return true;
    if (set->set.n_categories > 0)
        return false;
    if (set->space == PND_ID_SPACE_TRAIN_IDS)
        return pnd_label_by_train_id(id) != NULL;
    const pnd_label *label = pnd_label_by_id(id);
    if (label != NULL && !label->ignore_in_eval)
        return true;
    return set->space == PND_ID_SPACE_UNKNOWN && pnd_label_by_train_id(id) != NULL;
}

static int compare_ids(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* The segment list alone: duplicates, void, categories. */
static pnd_status check_list(const check_set *set, const pnd_annotation *a, check_unit *unit,
                             const char *path, pnd_error *err)
{
    pnd_status status = PND_OK;
    uint32_t *ids = pnd_alloc_array(a->n_segments, sizeof *ids);
    if (ids == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    for (size_t i = 0; i < a->n_segments && status == PND_OK; i++) {
        const pnd_segment_info *s = &a->segments[i];
        ids[i] = s->id;
        if (s->id == 0)
            status = check_add(&unit->problems, CHECK_SEGMENT_ID_ZERO, path, err,
                               "its list in %s holds segment 0", set->path);
        if (status == PND_OK && !is_category(set, s->category_id))
            status =
                check_add(&unit->problems, CHECK_UNKNOWN_CATEGORY, path, err,
                          "segment %" PRIu32 " is of category %" PRId32, s->id, s->category_id);
    }
    if (status == PND_OK && a->n_segments > 0)
        qsort(ids, a->n_segments, sizeof *ids, compare_ids);
    for (size_t i = 1; i < a->n_segments && status == PND_OK; i++)
        if (ids[i] == ids[i - 1] && (i < 2 || ids[i - 2] != ids[i]))
            status = check_add(&unit->problems, CHECK_DUPLICATE_SEGMENT, path, err,
                               "segment %" PRIu32 " is listed more than once", ids[i]);
    free(ids);
    return status;
}

/* Areas and boxes count in ground truth only: evaluators do not read those of a prediction. */
static pnd_status check_segment(const check_set *set, const pnd_segment_info *s, const tally *row,
                                check_unit *unit, const char *path, pnd_error *err)
{
    if (row->area == 0)
        return check_add(&unit->problems, CHECK_SEGMENT_NOT_IN_PNG, path, err,
                         "segment %" PRIu32 " of %s has no pixel", s->id, set->path);
    pnd_status status = PND_OK;
    if (set->role != PND_GROUND_TRUTH)
        return status;
    if (s->area != row->area && s->area >= 0)
        status = check_add(&unit->problems, CHECK_WRONG_AREA, path, err,
                           "segment %" PRIu32 " has %" PRId64 " pixels, its area is %" PRId64,
                           s->id, row->area, s->area);
    const int32_t box[4] = {row->x0, row->y0, row->x1 - row->x0 + 1, row->y1 - row->y0 + 1};
    if (status == PND_OK && s->bbox[2] > 0 && memcmp(box, s->bbox, sizeof box) != 0)
        status = check_add(&unit->problems, CHECK_WRONG_BBOX, path, err,
                           "segment %" PRIu32 " spans %d,%d %dx%d, its bbox is %d,%d %dx%d", s->id,
                           box[0], box[1], box[2], box[3], s->bbox[0], s->bbox[1], s->bbox[2],
                           s->bbox[3]);
    return status;
}

static int compare_tallies(const void *a, const void *b)
{
    const tally *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

/* Empties the table's rows of what the list names, then reports the rest by id. */
static pnd_status check_unlisted(tally_table *table, const pnd_annotation *a, check_unit *unit,
                                 const check_set *set, const char *path, pnd_error *err)
{
    pnd_status status = PND_OK;
    size_t n = 0;
    for (size_t i = 0; i < table->capacity; i++) {
        bool listed = table->rows[i].area == 0 || table->rows[i].id == 0;
        for (size_t k = 0; k < a->n_segments && !listed; k++)
            listed = a->segments[k].id == table->rows[i].id;
        if (!listed)
            table->rows[n++] = table->rows[i];
    }
    qsort(table->rows, n, sizeof *table->rows, compare_tallies);
    for (size_t i = 0; i < n && status == PND_OK && i < 100; i++)
        status = check_add(&unit->problems, CHECK_SEGMENT_NOT_IN_JSON, path, err,
                           "segment %" PRIu32 " (%" PRId64 " pixels) is not listed in %s",
                           table->rows[i].id, table->rows[i].area, set->path);
    if (n > 100 && status == PND_OK)
        status = check_add(&unit->problems, CHECK_SEGMENT_NOT_IN_JSON, path, err,
                           "and %zu more segments are not listed: is it a panoptic PNG?", n - 100);
    return status;
}

static pnd_status check_segments(const check_set *set, const pnd_annotation *a, check_unit *unit,
                                 const check_scratch *s, const char *path, pnd_error *err)
{
    tally_table table = {0};
    pnd_status status = tally_pixels(&table, &s->ids, err);
    for (size_t i = 0; i < a->n_segments && status == PND_OK; i++)
        status = check_segment(set, &a->segments[i], find_row(&table, a->segments[i].id), unit,
                               path, err);
    if (status == PND_OK)
        status = check_unlisted(&table, a, unit, set, path, err);
    free(table.rows);
    return status;
}

static pnd_status check_annotation_png(const check_run *run, const check_set *set,
                                       const pnd_annotation *a, check_unit *unit, check_scratch *s,
                                       const char *path, pnd_error *err)
{
    bool good = false;
    pnd_error found = {0};
    const pnd_png_options options = {.struct_size = sizeof options, .allow_alpha = true};
    pnd_status status = check_read(&good, &s->bytes, &unit->problems, set->png_dir, a->file_name,
                                   path, CHECK_A_PNG, err);
    if (status == PND_OK && good)
        status = check_png(&unit->png, &good, CHECK_IS_RGB8, unit, path, &s->bytes, err);
    if (status != PND_OK || !good || !run->args->deep)
        return status;
    if (pnd_png_decode_ids(&s->ids, s->bytes.data, s->bytes.size, path, &options, NULL, &found) !=
        PND_OK)
        return check_add_error(&unit->problems, CHECK_CORRUPT, path, &found, err);
    return check_segments(set, a, unit, s, path, err);
}

pnd_status check_annotation(const check_run *run, check_unit *unit, check_scratch *s,
                            pnd_error *err)
{
    const check_set *set = &run->sets[unit->set];
    const pnd_annotation *a = &set->set.annotations[unit->annotation];
    pnd_error found = {0};
    if (pnd_file_check_name(a->file_name, &found) != PND_OK)
        return check_add_error(&unit->problems, CHECK_UNSAFE_NAME, set->path, &found, err);
    char *path = pnd_strdup_printf("%s/%s", set->png_name, a->file_name);
    if (path == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    pnd_status status = check_list(set, a, unit, path, err);
    if (status == PND_OK && !check_names_has(&set->pngs, a->file_name))
        status = check_add(&unit->problems, CHECK_MISSING_FILE, path, err,
                           "missing; %s names it for image %s", set->path, a->image_id);
    else if (status == PND_OK)
        status = check_annotation_png(run, set, a, unit, s, path, err);
    free(path);
    return status;
}
