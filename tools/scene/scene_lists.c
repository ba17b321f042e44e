/* SPDX-License-Identifier: Apache-2.0 */
/* Frame names, the predictions' panoptic JSON and the list of errors. */
#include "scene_write.h"

#include <panodepth/alloc.h>
#include <panodepth/json.h>
#include <panodepth/panoptic_set.h>

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const train_cities[] = {
    "aachen",     "bochum",    "bremen",   "cologne", "darmstadt", "dusseldorf",
    "erfurt",     "hamburg",   "hanover",  "jena",    "krefeld",   "monchengladbach",
    "strasbourg", "stuttgart", "tubingen", "ulm",     "weimar",    "zurich"};
static const char *const val_cities[] = {"frankfurt", "lindau", "munster"};
static const char *const test_cities[] = {"berlin",     "bielefeld", "bonn",
                                          "leverkusen", "mainz",     "munich"};

static const char *city_of(int32_t *n_cities, const char *split, int32_t i)
{
    const char *const *cities = train_cities;
    *n_cities = (int32_t)(sizeof train_cities / sizeof train_cities[0]);
    if (strcmp(split, "val") == 0) {
        cities = val_cities;
        *n_cities = (int32_t)(sizeof val_cities / sizeof val_cities[0]);
    } else if (strcmp(split, "test") == 0) {
        cities = test_cities;
        *n_cities = (int32_t)(sizeof test_cities / sizeof test_cities[0]);
    }
    return cities[i % *n_cities];
}

void scene_names_clear(scene_name *names, int32_t n)
{
    for (int32_t i = 0; names != NULL && i < n; i++)
        free(names[i].core);
    free(names);
}

/* The split of frame i: the first whose cumulated share passes its middle. */
static size_t split_of(int32_t i, int32_t n, const double *shares, size_t n_splits)
{
    double total = 0.0, sum = 0.0;
    for (size_t k = 0; k < n_splits; k++)
        total += shares == NULL ? 1.0 : shares[k];
    for (size_t k = 0; k + 1 < n_splits; k++) {
        sum += shares == NULL ? 1.0 : shares[k];
        if (((double)i + 0.5) * total < sum * (double)n)
            return k;
    }
    return n_splits - 1;
}

pnd_status scene_names_make(scene_name **out, int32_t n, const char *const *splits,
                            const double *shares, size_t n_splits, pnd_error *err)
{
    size_t current = SIZE_MAX;
    int32_t within = 0;
    *out = NULL;
    scene_name *names = pnd_calloc_array((size_t)n, sizeof *names);
    if (names == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for %d frame names", n);
    for (int32_t i = 0; i < n; i++) {
        const size_t split = split_of(i, n, shares, n_splits);
        int32_t n_cities;
        within = split == current ? within + 1 : 0;
        current = split;
        names[i].split = splits[split];
        names[i].city = city_of(&n_cities, splits[split], within);
        names[i].rig = within % n_cities % SCENE_N_RIGS;
        names[i].core = pnd_strdup_printf("%s_%06d_000019", names[i].city, within / n_cities);
        if (names[i].core == NULL) {
            scene_names_clear(names, n);
            return pnd_fail(err, PND_ENOMEM, "out of memory for %d frame names", n);
        }
    }
    *out = names;
    return PND_OK;
}

static pnd_status add_annotation(pnd_panoptic_set *set, const scene_name *name,
                                 const scene_record *record, pnd_error *err)
{
    pnd_annotation *annotation = &set->annotations[set->n_annotations++];
    annotation->image_id = pnd_strdup(name->core);
    annotation->file_name = pnd_strdup_printf("%s_panoptic.png", name->core);
    annotation->segments = pnd_calloc_array(record->n_segments, sizeof *annotation->segments);
    if (annotation->image_id == NULL || annotation->file_name == NULL ||
        annotation->segments == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for predictions");
    for (size_t i = 0; i < record->n_segments; i++) {
        const uint32_t id = record->segments[i];
        annotation->segments[i] =
            (pnd_segment_info){.id = id,
                               .category_id = (int32_t)(id < 1000 ? id : id / 1000),
                               .area = -1,
                               .depth_m = (double)NAN,
                               .score = (double)NAN};
    }
    annotation->n_segments = record->n_segments;
    return PND_OK;
}

static pnd_status write_text(const tool *t, const char *path, const pnd_buffer *text,
                             pnd_error *err)
{
    const pnd_status status = pnd_buffer_status(text, err);
    if (status != PND_OK)
        return status;
    return path == NULL ? pnd_fail(err, PND_ENOMEM, "out of memory")
                        : tool_write(t, path, text->data, text->size, err);
}

static pnd_status fill_set(pnd_panoptic_set *set, pnd_image_info *images, size_t *n_images,
                           const char *split, const scene_name *names, const scene_record *records,
                           int32_t n, int32_t width, int32_t height, pnd_error *err)
{
    pnd_status status = pnd_panoptic_set_add_cityscapes(set, false, err);
    for (int32_t i = 0; i < n && status == PND_OK; i++) {
        if (strcmp(names[i].split, split) != 0)
            continue;
        status = add_annotation(set, &names[i], &records[i], err);
        if (status == PND_OK)
            images[(*n_images)++] = (pnd_image_info){
                names[i].core, set->annotations[set->n_annotations - 1].file_name, width, height};
    }
    return status;
}

pnd_status scene_write_panoptic_json(const tool *t, const char *root, const char *split,
                                     const scene_name *names, const scene_record *records,
                                     int32_t n, int32_t width, int32_t height, pnd_error *err)
{
    pnd_panoptic_set set = {0};
    pnd_buffer text = {0};
    size_t n_images = 0;
    char *path = pnd_strdup_printf("%s/cityscapes_panoptic_%s.json", root, split);
    pnd_image_info *images = pnd_calloc_array((size_t)n, sizeof *images);
    set.annotations = pnd_calloc_array((size_t)n, sizeof *set.annotations);
    pnd_status status = PND_OK;
    if (images == NULL || set.annotations == NULL)
        status = pnd_fail(err, PND_ENOMEM, "out of memory for %d predictions", n);
    if (status == PND_OK)
        status = fill_set(&set, images, &n_images, split, names, records, n, width, height, err);
    if (status == PND_OK)
        status = pnd_panoptic_set_write(&text, &set, images, n_images, err);
    if (status == PND_OK)
        status = write_text(t, path, &text, err);
    pnd_panoptic_set_clear(&set);
    pnd_buffer_clear(&text);
    free(images);
    free(path);
    return status;
}

static void write_entry(pnd_json_writer *json, const scene_error_entry *entry)
{
    pnd_json_begin_object(json);
    pnd_json_key(json, "kind");
    pnd_json_string(json, scene_error_name(entry->kind));
    if (entry->id != 0) {
        pnd_json_key(json, entry->kind == SCENE_ERROR_STUFF ? "category_id" : "gt_id");
        pnd_json_int(json, entry->id);
    }
    if (entry->other != 0) {
        pnd_json_key(json, entry->kind == SCENE_ERROR_STUFF ? "as" : "pred_id");
        pnd_json_int(json, entry->other);
    }
    if (entry->kind == SCENE_ERROR_FACTOR || entry->kind == SCENE_ERROR_STUFF) {
        pnd_json_key(json, entry->kind == SCENE_ERROR_FACTOR ? "factor" : "share");
        pnd_json_double(json, entry->amount);
    }
    pnd_json_end_object(json);
}

static void write_image_errors(pnd_json_writer *json, const char *core, const scene_record *record)
{
    pnd_json_begin_object(json);
    pnd_json_key(json, "image_id");
    pnd_json_string(json, core);
    pnd_json_key(json, "depth_scale");
    pnd_json_double(json, record->depth_scale);
    pnd_json_key(json, "errors");
    pnd_json_begin_array(json);
    for (int32_t i = 0; i < record->n_entries; i++)
        write_entry(json, &record->entries[i]);
    pnd_json_end_array(json);
    pnd_json_end_object(json);
}

pnd_status scene_write_error_list(const tool *t, const char *root, const scene_name *names,
                                  const scene_record *records, int32_t n, const char *severity,
                                  uint64_t seed, pnd_error *err)
{
    pnd_buffer text = {0};
    pnd_json_writer json = {.out = &text, .indent = 1};
    char *path = pnd_strdup_printf("%s/errors.json", root);
    pnd_json_begin_object(&json);
    pnd_json_key(&json, "schema");
    pnd_json_string(&json, "panodepth-scene-errors/1");
    pnd_json_key(&json, "predictions");
    pnd_json_string(&json, severity);
    pnd_json_key(&json, "seed");
    pnd_json_int(&json, (int64_t)seed);
    pnd_json_key(&json, "images");
    pnd_json_begin_array(&json);
    for (int32_t i = 0; i < n; i++)
        write_image_errors(&json, names[i].core, &records[i]);
    pnd_json_end_array(&json);
    pnd_json_end_object(&json);
    pnd_buffer_puts(&text, "\n");
    const pnd_status status = write_text(t, path, &text, err);
    pnd_buffer_clear(&text);
    free(path);
    return status;
}
