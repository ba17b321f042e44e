/* SPDX-License-Identifier: Apache-2.0 */
#include "eval_planes.h"

#include <panodepth/alloc.h>

#include <stdlib.h>
#include <string.h>

typedef enum image_kind {
    KIND_U8,
    KIND_U16,
    KIND_RGB8,
    KIND_DEPTH,
    KIND_CAMERA,
    N_KINDS
} image_kind;

/* What became of a file when it was decoded as one kind. */
typedef struct decoded {
    bool done;
    pnd_error err; /* status PND_OK: the plane is good */
    pnd_png_options options;
    pnd_png_notes notes;
} decoded;

struct eval_image {
    eval_planes *owner;
    char *path;     /* as it was asked for; names the file within its frame */
    pnd_error read; /* status PND_OK: the bytes are good */
    pnd_buffer bytes;
    char sha256[PND_SHA256_TEXT_SIZE]; /* empty: nobody asked */
    decoded decoded[N_KINDS];
    pnd_plane_u8 u8;
    pnd_plane_u16 u16;
    pnd_plane_rgb8 rgb8;
    pnd_depth_map depth;
    pnd_camera camera;
};

struct eval_planes {
    eval_image **images; /* the first n are of this frame; pointers stay when the list grows */
    size_t n, capacity;
    bool repeated; /* a remembered failure was handed out */
};

/* ---- the store */

pnd_status eval_planes_create(eval_planes **out, pnd_error *err)
{
    *out = pnd_calloc_array(1, sizeof **out);
    return *out != NULL ? PND_OK : pnd_fail(err, PND_ENOMEM, "out of memory");
}

static void free_image(eval_image *image)
{
    free(image->path);
    pnd_buffer_clear(&image->bytes);
    pnd_plane_u8_clear(&image->u8);
    pnd_plane_u16_clear(&image->u16);
    pnd_plane_rgb8_clear(&image->rgb8);
    pnd_depth_map_clear(&image->depth);
    free(image);
}

void eval_planes_free(eval_planes *planes)
{
    if (planes == NULL)
        return;
    for (size_t i = 0; i < planes->capacity && planes->images[i] != NULL; i++)
        free_image(planes->images[i]);
    free(planes->images);
    free(planes);
}

void eval_planes_begin(eval_planes *planes)
{
    planes->n = 0;
    planes->repeated = false;
}

void eval_planes_next_task(eval_planes *planes)
{
    planes->repeated = false;
}

bool eval_planes_repeated_failure(const eval_planes *planes)
{
    return planes->repeated;
}

static eval_image *find(const eval_planes *planes, const char *path)
{
    for (size_t i = 0; i < planes->n; i++)
        if (strcmp(planes->images[i]->path, path) == 0)
            return planes->images[i];
    return NULL;
}

static bool grow(eval_planes *planes)
{
    const size_t capacity = planes->capacity + 8;
    eval_image **const images = pnd_realloc_array(planes->images, capacity, sizeof *images);
    if (images == NULL)
        return false;
    for (size_t i = planes->capacity; i < capacity; i++)
        images[i] = NULL;
    planes->images = images;
    planes->capacity = capacity;
    return true;
}

/* The next image, which takes `path` over; NULL when memory is short. */
static eval_image *add(eval_planes *planes, char *path)
{
    if (planes->n == planes->capacity && !grow(planes))
        return NULL;
    eval_image **const slot = &planes->images[planes->n];
    if (*slot == NULL)
        *slot = pnd_calloc_array(1, sizeof **slot);
    eval_image *const image = *slot;
    if (image == NULL)
        return NULL;
    planes->n++;
    free(image->path);
    image->owner = planes;
    image->path = path;
    image->read = (pnd_error){0};
    image->sha256[0] = '\0';
    memset(image->decoded, 0, sizeof image->decoded);
    return image;
}

/* ---- reading */

static pnd_status no_memory(pnd_error *err)
{
    return pnd_fail(err, PND_ENOMEM, "out of memory for a frame's files");
}

/* Either `path` (folder NULL), or `name` beneath `folder`; `path` names the file and is taken. */
static pnd_status read_file(eval_image **out, eval_planes *planes, char *path, const char *folder,
                            const char *name, int64_t max_bytes, pnd_error *err)
{
    *out = NULL;
    if (path == NULL)
        return no_memory(err);
    eval_image *image = find(planes, path);
    if (image != NULL) {
        free(path);
        planes->repeated |= image->read.status != PND_OK;
    } else {
        image = add(planes, path);
        if (image == NULL) {
            free(path);
            return no_memory(err);
        }
        image->read.status =
            folder == NULL
                ? pnd_file_read(&image->bytes, path, max_bytes, &image->read)
                : pnd_file_read_beneath(&image->bytes, folder, name, max_bytes, &image->read);
    }
    if (image->read.status == PND_OK)
        *out = image;
    else if (err != NULL)
        *err = image->read;
    return image->read.status;
}

pnd_status eval_planes_read(eval_image **out, eval_planes *planes, const char *path,
                            int64_t max_bytes, pnd_error *err)
{
    return read_file(out, planes, pnd_strdup(path), NULL, NULL, max_bytes, err);
}

pnd_status eval_planes_read_beneath(eval_image **out, eval_planes *planes, const char *folder,
                                    const char *name, int64_t max_bytes, pnd_error *err)
{
    char *const path = pnd_strdup_printf("%s/%s", folder, name);
    return read_file(out, planes, path, folder, name, max_bytes, err);
}

const pnd_buffer *eval_image_bytes(const eval_image *image)
{
    return &image->bytes;
}

const char *eval_image_sha256(eval_image *image)
{
    if (image->sha256[0] == '\0')
        pnd_sha256(image->sha256, image->bytes.data, image->bytes.size);
    return image->sha256;
}

/* ---- decoding */

static bool same_options(const pnd_png_options *a, const pnd_png_options *b)
{
    return a->palette_as_index == b->palette_as_index && a->allow_alpha == b->allow_alpha &&
           a->lenient == b->lenient;
}

/* True when decoding with `options` would end as it did: what was tolerated is what `options`
 * tolerate. */
static bool answers(const decoded *d, const pnd_png_options *options)
{
    if (!d->done || d->err.status != PND_OK || d->options.palette_as_index)
        return d->done && same_options(&d->options, options);
    return (!d->notes.alpha_dropped || options->allow_alpha) &&
           (!(d->notes.missing_end || d->notes.extra_data) || options->lenient);
}

static pnd_status decode(eval_image *image, image_kind kind, const char *name,
                         const pnd_png_options *options, pnd_png_notes *notes, pnd_error *err)
{
    const void *const bytes = image->bytes.data;
    const size_t size = image->bytes.size;
    switch (kind) {
    case KIND_U8:
        return pnd_png_decode_u8(&image->u8, bytes, size, name, options, notes, err);
    case KIND_U16:
        return pnd_png_decode_u16(&image->u16, bytes, size, name, options, notes, err);
    case KIND_RGB8:
        return pnd_png_decode_rgb8(&image->rgb8, bytes, size, name, options, notes, err);
    case KIND_DEPTH:
        return pnd_depth_decode(&image->depth, bytes, size, name, err);
    default:
        return pnd_camera_parse(&image->camera, bytes, size, name, err);
    }
}

static pnd_status decode_once(eval_image *image, image_kind kind, const char *name,
                              const pnd_png_options *wanted, pnd_png_notes *notes, pnd_error *err)
{
    const pnd_png_options strict = {.struct_size = sizeof strict};
    const pnd_png_options *const options = wanted != NULL ? wanted : &strict;
    decoded *const d = &image->decoded[kind];
    if (answers(d, options)) {
        image->owner->repeated |= d->err.status != PND_OK;
    } else {
        *d = (decoded){.done = true, .options = *options};
        d->err.status = decode(image, kind, name, options, &d->notes, &d->err);
    }
    if (notes != NULL)
        *notes = d->notes;
    if (d->err.status != PND_OK && err != NULL)
        *err = d->err;
    return d->err.status;
}

pnd_status eval_image_u8(const pnd_plane_u8 **out, eval_image *image, const char *name,
                         const pnd_png_options *options, pnd_png_notes *notes, pnd_error *err)
{
    const pnd_status status = decode_once(image, KIND_U8, name, options, notes, err);
    *out = status == PND_OK ? &image->u8 : NULL;
    return status;
}

pnd_status eval_image_u16(const pnd_plane_u16 **out, eval_image *image, const char *name,
                          const pnd_png_options *options, pnd_png_notes *notes, pnd_error *err)
{
    const pnd_status status = decode_once(image, KIND_U16, name, options, notes, err);
    *out = status == PND_OK ? &image->u16 : NULL;
    return status;
}

pnd_status eval_image_rgb8(const pnd_plane_rgb8 **out, eval_image *image, const char *name,
                           const pnd_png_options *options, pnd_png_notes *notes, pnd_error *err)
{
    const pnd_status status = decode_once(image, KIND_RGB8, name, options, notes, err);
    *out = status == PND_OK ? &image->rgb8 : NULL;
    return status;
}

pnd_status eval_image_ids(const pnd_plane_rgb8 **out, eval_image *image, const char *name,
                          const pnd_png_options *options, pnd_png_notes *notes, pnd_error *err)
{
    pnd_error inner = {0};
    const pnd_status status = eval_image_rgb8(out, image, name, options, notes, &inner);
    if (status == PND_EUNSUPPORTED) {
        pnd_plane_u32 ids = {0};
        const pnd_status same = pnd_png_decode_ids(&ids, image->bytes.data, image->bytes.size, name,
                                                   options, NULL, err);
        pnd_plane_u32_clear(&ids);
        if (same != PND_OK)
            return same;
    }
    if (status != PND_OK && err != NULL)
        *err = inner;
    return status;
}

pnd_status eval_image_depth(const pnd_depth_map **out, eval_image *image, const char *name,
                            pnd_error *err)
{
    const pnd_status status = decode_once(image, KIND_DEPTH, name, NULL, NULL, err);
    *out = status == PND_OK ? &image->depth : NULL;
    return status;
}

pnd_status eval_image_camera(pnd_camera *out, eval_image *image, const char *name, pnd_error *err)
{
    const pnd_status status = decode_once(image, KIND_CAMERA, name, NULL, NULL, err);
    *out = status == PND_OK ? image->camera : (pnd_camera){0};
    return status;
}
