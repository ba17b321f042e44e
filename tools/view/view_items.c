/* SPDX-License-Identifier: Apache-2.0 */
#include "view_items.h"

#include <panodepth/alloc.h>
#include <panodepth/cityscapes.h>
#include <panodepth/file.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const output_suffix[] = {"_depth_map.png", "_panoptic_map.png",
                                            "_panoptic_depth_map.png"};

static void clear_item(view_item *item)
{
    free(item->id);
    free(item->photo);
    free(item->depth);
    free(item->disparity);
    free(item->camera);
    free(item->instance_ids);
    free(item->output);
}

void view_items_clear(view_items *items)
{
    for (size_t i = 0; i < items->n; i++)
        clear_item(&items->items[i]);
    free(items->items);
    pnd_panoptic_set_clear(&items->set);
    free(items->panoptic_dir);
    *items = (view_items){0};
}

static pnd_status no_memory(pnd_error *err)
{
    return pnd_fail(err, PND_ENOMEM, "out of memory for the list of pictures");
}

/* ---- the panoptic file ---- */

/* Ground truth lists categories, a prediction does not: try the richer reading first. */
static pnd_status parse_set(pnd_panoptic_set *set, const pnd_buffer *text, const char *path,
                            pnd_error *err)
{
    if (pnd_panoptic_set_parse(set, text->data, text->size, path, PND_GROUND_TRUTH, NULL) == PND_OK)
        return PND_OK;
    return pnd_panoptic_set_parse(set, text->data, text->size, path, PND_PREDICTION, err);
}

/* Where the PNGs of a panoptic file lie unless told: its path without ".json". */
static char *default_png_dir(const char *json)
{
    const size_t length = strlen(json);
    const bool has_suffix = length > 5 && strcmp(json + length - 5, ".json") == 0;
    return pnd_strdup_printf("%.*s", (int)(has_suffix ? length - 5 : length), json);
}

static pnd_status read_set(view_items *out, const view_args *args, pnd_error *err)
{
    pnd_buffer text = {0};
    pnd_status status = pnd_file_read(&text, args->panoptic_json, PND_MAX_JSON_BYTES, err);
    if (status == PND_OK)
        status = parse_set(&out->set, &text, args->panoptic_json, err);
    pnd_buffer_clear(&text);
    if (status != PND_OK)
        return status;
    out->train_ids = pnd_panoptic_set_id_space(&out->set) == PND_ID_SPACE_TRAIN_IDS;
    out->panoptic_dir = args->panoptic_dir != NULL ? pnd_strdup(args->panoptic_dir)
                                                   : default_png_dir(args->panoptic_json);
    return out->panoptic_dir == NULL ? no_memory(err) : PND_OK;
}

static const pnd_annotation *find_annotation(const pnd_panoptic_set *set, const char *image_id)
{
    for (size_t i = 0; i < set->n_annotations; i++)
        if (strcmp(set->annotations[i].image_id, image_id) == 0)
            return &set->annotations[i];
    return NULL;
}

static bool has_depth(const pnd_annotation *annotation)
{
    for (size_t i = 0; i < annotation->n_segments; i++)
        if (annotation->segments[i].depth_m == annotation->segments[i].depth_m)
            return true;
    return false;
}

/* ---- one picture ---- */

static pnd_status choose_annotation(view_item *item, const view_items *items, const view_args *args,
                                    pnd_error *err)
{
    const pnd_panoptic_set *set = &items->set;
    if (args->image_id == NULL && set->n_annotations != 1)
        return pnd_fail_hint(err, PND_EINVAL, "name one with --image-id", "%s holds %zu images",
                             args->panoptic_json, set->n_annotations);
    item->annotation =
        args->image_id == NULL ? &set->annotations[0] : find_annotation(set, args->image_id);
    if (item->annotation == NULL)
        return pnd_fail(err, PND_EINVAL, "%s has no image '%s'", args->panoptic_json,
                        args->image_id);
    return PND_OK;
}

static pnd_status check_depth_source(const view_args *args, pnd_error *err)
{
    if (args->depth != NULL && args->disparity != NULL)
        return pnd_fail(err, PND_EINVAL, "--depth and --disparity exclude each other");
    if ((args->disparity != NULL) != (args->camera != NULL))
        return pnd_fail_hint(err, PND_EINVAL, "there is no default calibration",
                             "--disparity and --camera belong together");
    return PND_OK;
}

static pnd_status check_panoptic_source(const view_args *args, pnd_error *err)
{
    if (args->panoptic_json == NULL && args->instance_ids == NULL)
        return pnd_fail(err, PND_EINVAL, "--panoptic-json or --instance-ids is missing");
    if (args->panoptic_json != NULL && args->instance_ids != NULL)
        return pnd_fail(err, PND_EINVAL, "--panoptic-json and --instance-ids exclude each other");
    if (args->panoptic_json == NULL && (args->panoptic_dir != NULL || args->image_id != NULL))
        return pnd_fail(err, PND_EINVAL, "--panoptic-dir and --image-id need --panoptic-json");
    return PND_OK;
}

static pnd_status check_single(view_kind kind, const view_args *args, const view_item *item,
                               pnd_error *err)
{
    const bool any_depth = args->depth != NULL || args->disparity != NULL;
    const pnd_status status = kind == VIEW_DEPTH ? PND_OK : check_panoptic_source(args, err);
    if (status != PND_OK)
        return status;
    if (kind == VIEW_DEPTH && !any_depth)
        return pnd_fail(err, PND_EINVAL, "--depth, or --disparity with --camera, is missing");
    if (kind == VIEW_PANOPTIC_DEPTH && !any_depth &&
        (item->annotation == NULL || !has_depth(item->annotation)))
        return pnd_fail_hint(err, PND_EINVAL, "give --depth, or --disparity with --camera",
                             "no depth: the segments have none and no depth map was named");
    return check_depth_source(args, err);
}

/* A copy, or NULL for NULL; *failed when memory is short. */
static char *copy(const char *text, bool *failed)
{
    char *result = text != NULL ? pnd_strdup(text) : NULL;
    *failed = *failed || (text != NULL && result == NULL);
    return result;
}

static pnd_status single_item(view_items *out, view_kind kind, const view_args *args,
                              pnd_error *err)
{
    view_item *item = out->items;
    pnd_status status = PND_OK;
    if (args->panoptic_json != NULL && kind != VIEW_DEPTH)
        status = choose_annotation(item, out, args, err);
    if (status == PND_OK)
        status = check_single(kind, args, item, err);
    if (status != PND_OK)
        return status;
    bool failed = false;
    item->id = copy(item->annotation != NULL ? item->annotation->image_id : args->output, &failed);
    item->photo = copy(args->image, &failed);
    if (kind != VIEW_PANOPTIC) {
        item->depth = copy(args->depth, &failed);
        item->disparity = copy(args->disparity, &failed);
        item->camera = copy(args->camera, &failed);
    }
    if (item->annotation == NULL && kind != VIEW_DEPTH)
        item->instance_ids = copy(args->instance_ids, &failed);
    item->output = copy(args->output, &failed);
    return failed ? no_memory(err) : PND_OK;
}

/* ---- a tree ---- */

/* The depth map of a frame below `dir`: as pnd-depth lays them out, by city, or flat. */
static char *find_depth_file(const char *dir, const pnd_frame *frame)
{
    static const char *const extension[] = {"png", "npy", "pfm"};
    for (int32_t place = 0; place < 4; place++) {
        for (int32_t i = 0; i < 3; i++) {
            const char *inner = place == 0 ? "depth/" : "";
            const char *split = place < 2 ? frame->split : "";
            const char *city = place < 3 ? frame->city : "";
            char *path = pnd_strdup_printf("%s/%s%s%s%s%s%s_depth.%s", dir, inner, split,
                                           place < 2 ? "/" : "", city, place < 3 ? "/" : "",
                                           frame->core, extension[i]);
            if (path == NULL || access(path, F_OK) == 0)
                return path;
            free(path);
        }
    }
    return pnd_strdup_printf("%s/%s/%s/%s_depth.png", dir, frame->split, frame->city, frame->core);
}

static void tree_depth(view_item *item, const view_args *args, const pnd_frame *frame, bool *failed)
{
    if (args->depth != NULL) {
        item->depth = find_depth_file(args->depth, frame);
        *failed = *failed || item->depth == NULL;
        return;
    }
    item->disparity = pnd_frame_path(frame, args->root, "disparity", "_disparity.png");
    item->camera = pnd_frame_path(frame, args->root, "camera", "_camera.json");
    *failed = *failed || item->disparity == NULL || item->camera == NULL;
}

static pnd_status tree_item(view_item *item, view_kind kind, const view_args *args,
                            const pnd_frame *frame, pnd_error *err)
{
    bool failed = false;
    item->id = copy(frame->core, &failed);
    if (args->look.alpha < 1.0) {
        item->photo = pnd_frame_path(frame, args->root, "leftImg8bit", "_leftImg8bit.png");
        failed = failed || item->photo == NULL;
    }
    const bool from_json =
        item->annotation != NULL && args->depth == NULL && has_depth(item->annotation);
    if (kind != VIEW_PANOPTIC && !from_json)
        tree_depth(item, args, frame, &failed);
    if (kind != VIEW_DEPTH && item->annotation == NULL) {
        item->instance_ids = pnd_frame_path(frame, args->root, "gtFine", "_gtFine_instanceIds.png");
        failed = failed || item->instance_ids == NULL;
    }
    item->output = pnd_strdup_printf("%s/%s/%s/%s%s", args->out, frame->split, frame->city,
                                     frame->core, output_suffix[kind]);
    return failed || item->output == NULL ? no_memory(err) : PND_OK;
}

static pnd_status tree_of_frames(view_items *out, view_kind kind, const view_args *args,
                                 pnd_error *err)
{
    const bool by_photo = kind == VIEW_DEPTH && args->depth != NULL;
    const char *type = by_photo ? "leftImg8bit" : kind == VIEW_DEPTH ? "disparity" : "gtFine";
    const char *suffix = by_photo             ? "_leftImg8bit.png"
                         : kind == VIEW_DEPTH ? "_disparity.png"
                                              : "_gtFine_instanceIds.png";
    pnd_frame_list frames = {0};
    pnd_status status = pnd_frames_find(&frames, args->root, type, args->split, suffix, err);
    if (status != PND_OK)
        return status;
    out->items = pnd_calloc_array(frames.n, sizeof(*out->items));
    out->n = out->items != NULL ? frames.n : 0;
    if (out->items == NULL)
        status = no_memory(err);
    for (size_t i = 0; i < out->n && status == PND_OK; i++)
        status = tree_item(&out->items[i], kind, args, &frames.frames[i], err);
    pnd_frame_list_clear(&frames);
    return status;
}

/* The item of one annotation, whose image_id begins with a frame's core name. */
static pnd_status annotated_item(view_item *item, view_kind kind, const view_args *args,
                                 pnd_error *err)
{
    const char *id = item->annotation->image_id;
    size_t length = 0;
    if (!pnd_frame_core_prefix(&length, id))
        return pnd_fail(err, PND_EFORMAT, "%s: '%s' is not the name of a Cityscapes frame",
                        args->panoptic_json, id);
    pnd_frame frame = {0};
    frame.core = pnd_strdup_printf("%.*s", (int)length, id);
    frame.city = pnd_strdup_printf("%.*s", (int)strcspn(id, "_"), id);
    frame.split = pnd_strdup(args->split);
    const bool failed = frame.core == NULL || frame.city == NULL || frame.split == NULL;
    const pnd_status status = failed ? no_memory(err) : tree_item(item, kind, args, &frame, err);
    free(frame.core);
    free(frame.city);
    free(frame.split);
    return status;
}

static pnd_status tree_of_set(view_items *out, view_kind kind, const view_args *args,
                              pnd_error *err)
{
    pnd_status status = PND_OK;
    out->items = pnd_calloc_array(out->set.n_annotations, sizeof(*out->items));
    if (out->items == NULL)
        return no_memory(err);
    out->n = out->set.n_annotations;
    for (size_t i = 0; i < out->n && status == PND_OK; i++) {
        out->items[i].annotation = &out->set.annotations[i];
        status = annotated_item(&out->items[i], kind, args, err);
    }
    return status;
}

static pnd_status check_tree(const view_args *args, pnd_error *err)
{
    if (args->root == NULL)
        return pnd_fail_hint(err, PND_EINVAL, "or set CITYSCAPES_DATASET", "--root is missing");
    if (args->image != NULL || args->disparity != NULL || args->camera != NULL ||
        args->instance_ids != NULL || args->image_id != NULL)
        return pnd_fail_hint(err, PND_EINVAL, "use -o FILE for one picture",
                             "--image, --disparity, --camera, --instance-ids and --image-id name "
                             "one picture, --out a tree of them");
    return PND_OK;
}

pnd_status view_items_find(view_items *out, view_kind kind, const view_args *args, pnd_error *err)
{
    *out = (view_items){0};
    if ((args->output != NULL) == (args->out != NULL))
        return pnd_fail_hint(err, PND_EINVAL, "-o FILE makes one picture, --out DIR all of a split",
                             "give either --output or --out");
    pnd_status status = args->out != NULL ? check_tree(args, err) : PND_OK;
    const bool with_set = args->panoptic_json != NULL && kind != VIEW_DEPTH;
    if (status == PND_OK && with_set)
        status = read_set(out, args, err);
    if (status == PND_OK && args->out != NULL)
        status =
            with_set ? tree_of_set(out, kind, args, err) : tree_of_frames(out, kind, args, err);
    else if (status == PND_OK) {
        out->items = pnd_calloc_array(1, sizeof(*out->items));
        out->n = out->items != NULL ? 1 : 0;
        status = out->items == NULL ? no_memory(err) : single_item(out, kind, args, err);
    }
    if (status != PND_OK)
        view_items_clear(out);
    return status;
}
