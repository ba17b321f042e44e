/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The record of one image: what it was made from, and the digest of every file of it. It is written
 * after them, so where a record is, its image is complete; --resume believes it when the
 * photograph, the settings and every digest are still the same.
 *
 *     {"schema": "panodepth-infer/1", "signature": ..., "photograph": {"sha256", "width",
 *      "height"}, "files": [{"name", "sha256"}], "annotations": [as in the panoptic JSON]}
 */
#include "infer.h"

#include <panodepth/alloc.h>
#include <panodepth/json.h>

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA "panodepth-infer/1"

char *infer_json_name(const infer_run *run)
{
    return pnd_strdup_printf("cityscapes_panoptic_%s.json", run->split);
}

static char *png_name(const char *image_id)
{
    return pnd_strdup_printf("%s_panoptic.png", image_id);
}

char *infer_panoptic_name(const infer_run *run, const char *image_id)
{
    return pnd_strdup_printf("cityscapes_panoptic_%s/%s_panoptic.png", run->split, image_id);
}

char *infer_record_name(const char *image_id)
{
    return pnd_strdup_printf("records/%s.json", image_id);
}

/* ---- writing */

static void put_string(pnd_json_writer *w, const char *key, const char *value)
{
    pnd_json_key(w, key);
    pnd_json_string(w, value);
}

static void put_files(pnd_json_writer *w, const infer_file_list *files)
{
    pnd_json_key(w, "files");
    pnd_json_begin_array(w);
    for (size_t i = 0; i < files->n; i++) {
        pnd_json_begin_object(w);
        put_string(w, "name", files->items[i].name);
        put_string(w, "sha256", files->items[i].digest);
        pnd_json_end_object(w);
    }
    pnd_json_end_array(w);
}

static void put_photograph(pnd_json_writer *w, const infer_image *image, const char *digest)
{
    pnd_json_key(w, "photograph");
    pnd_json_begin_object(w);
    put_string(w, "sha256", digest);
    pnd_json_key(w, "width");
    pnd_json_int(w, image->width);
    pnd_json_key(w, "height");
    pnd_json_int(w, image->height);
    pnd_json_end_object(w);
}

/* The text of the panoptic JSON of this image alone, less its outer braces. */
static pnd_status put_annotation(pnd_buffer *out, const infer_image *image, pnd_error *err)
{
    pnd_buffer text = {0};
    char *file_name = png_name(image->file->image_id);
    pnd_annotation annotation = {.image_id = image->file->image_id,
                                 .file_name = file_name,
                                 .segments = image->segments,
                                 .n_segments = image->n_segments};
    const pnd_panoptic_set set = {.annotations = &annotation, .n_annotations = 1};
    pnd_status status = file_name != NULL ? pnd_panoptic_set_write(&text, &set, NULL, 0, err)
                                          : pnd_fail(err, PND_ENOMEM, "out of memory");
    if (status == PND_OK) /* "{" NEWLINE ... NEWLINE "}" */
        pnd_buffer_append(out, text.data + 1, text.size - 1);
    pnd_buffer_clear(&text);
    free(file_name);
    return status;
}

pnd_status infer_record_write(const infer_run *run, const infer_image *image,
                              const char *photo_digest, const infer_file_list *files,
                              pnd_buffer *bytes, pnd_error *err)
{
    pnd_json_writer w = {.out = bytes, .indent = 4};
    char *name = infer_record_name(image->file->image_id);
    pnd_buffer_reset(bytes);
    pnd_json_begin_object(&w);
    put_string(&w, "schema", SCHEMA);
    put_string(&w, "signature", run->signature);
    put_photograph(&w, image, photo_digest);
    put_files(&w, files);
    pnd_buffer_puts(bytes, ",");
    pnd_status status = put_annotation(bytes, image, err);
    pnd_buffer_puts(bytes, "\n");
    if (status == PND_OK)
        status = pnd_buffer_status(bytes, err);
    if (status == PND_OK)
        status = name != NULL ? infer_write(run, NULL, name, bytes->data, bytes->size, err)
                              : pnd_fail(err, PND_ENOMEM, "out of memory");
    free(name);
    return status;
}

/* ---- verifying */

/* Does the file still have that digest? */
static bool has_digest(const char *path, const char *wanted)
{
    infer_digest digest;
    return pnd_sha256_file(digest, path, NULL) == PND_OK && strcmp(digest, wanted) == 0;
}

static bool files_are_whole(const infer_run *run, const pnd_json_at *root)
{
    pnd_json_at files;
    const cJSON *element = NULL;
    int32_t i = 0;
    bool whole = pnd_json_get_array(&files, root, "files", NULL) == PND_OK;
    if (!whole)
        return false;
    cJSON_ArrayForEach(element, files.value)
    {
        const pnd_json_at at = pnd_json_element(&files, element, i++);
        const char *name = NULL, *digest = NULL;
        if (pnd_json_get_string(&name, &at, "name", NULL) != PND_OK ||
            pnd_json_get_string(&digest, &at, "sha256", NULL) != PND_OK ||
            pnd_file_check_name(name, NULL) != PND_OK)
            return false;
        char *path = pnd_strdup_printf("%s/%s", run->args->out, name);
        whole = path != NULL && has_digest(path, digest);
        free(path);
        if (!whole)
            return false;
    }
    return true;
}

static bool photograph_is_same(const infer_image *image, const pnd_json_at *root)
{
    pnd_json_at photograph;
    const char *digest = NULL;
    return pnd_json_member(&photograph, root, "photograph", NULL) == PND_OK &&
           pnd_json_get_string(&digest, &photograph, "sha256", NULL) == PND_OK &&
           has_digest(image->file->path, digest);
}

static infer_verdict judge(const infer_run *run, const infer_image *image, const cJSON *json)
{
    const pnd_json_at root = pnd_json_root(json, "record");
    const char *schema = NULL, *signature = NULL;
    if (pnd_json_get_string(&schema, &root, "schema", NULL) != PND_OK ||
        pnd_json_get_string(&signature, &root, "signature", NULL) != PND_OK ||
        strcmp(schema, SCHEMA) != 0)
        return INFER_ABSENT;
    if (strcmp(signature, run->signature) != 0)
        return INFER_OTHER_SETTINGS;
    return photograph_is_same(image, &root) && files_are_whole(run, &root) ? INFER_COMPLETE
                                                                           : INFER_ABSENT;
}

/* The segments of the record's one annotation; ownership moves to the image. */
static bool take_segments(infer_image *image, const pnd_buffer *text)
{
    pnd_panoptic_set set = {0};
    const bool ok = pnd_panoptic_set_parse(&set, text->data, text->size, "record", PND_PREDICTION,
                                           NULL) == PND_OK &&
                    set.n_annotations == 1 &&
                    strcmp(set.annotations[0].image_id, image->file->image_id) == 0;
    if (ok) {
        image->segments = set.annotations[0].segments;
        image->n_segments = set.annotations[0].n_segments;
        set.annotations[0].segments = NULL;
        set.annotations[0].n_segments = 0;
    }
    pnd_panoptic_set_clear(&set);
    return ok;
}

pnd_status infer_record_verify(infer_verdict *verdict, const infer_run *run, infer_image *image,
                               pnd_error *err)
{
    enum { MAX_RECORD_BYTES = 64 << 20 };
    pnd_buffer text = {0};
    cJSON *json = NULL;
    char *name = infer_record_name(image->file->image_id);
    char *path = name != NULL ? pnd_strdup_printf("%s/%s", run->args->out, name) : NULL;
    pnd_status status = PND_OK;
    *verdict = INFER_ABSENT;
    if (path == NULL)
        status = pnd_fail(err, PND_ENOMEM, "out of memory");
    /* What cannot be read or parsed is no record: the image is done again. */
    else if (pnd_file_read(&text, path, MAX_RECORD_BYTES, NULL) == PND_OK &&
             pnd_json_parse(&json, text.data, text.size, path, NULL) == PND_OK)
        *verdict = judge(run, image, json);
    if (*verdict == INFER_COMPLETE && !take_segments(image, &text))
        *verdict = INFER_ABSENT;
    pnd_json_free(json);
    pnd_buffer_clear(&text);
    free(path);
    free(name);
    return status;
}
