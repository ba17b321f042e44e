/* SPDX-License-Identifier: Apache-2.0 */
/* Panoptic images: every form is decoded to pairs of class and instance, and encoded from them. */
#include "convert.h"

#include <panodepth/alloc.h>
#include <panodepth/file.h>
#include <panodepth/png.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* What the conversion of one image leaves for the JSON. */
typedef struct result {
    pnd_segment_info *segments; /* owned */
    size_t n;
    int32_t width, height;
} result;

typedef struct job {
    tool *tool;
    const convert_args *args;
    pnd_id_space ids, to_ids;
    char *png_in, *png_out;
    pnd_panoptic_set set; /* of a JSON input; annotation i is file i */
    tool_files files;
    result *results;
} job;

typedef struct scratch {
    pnd_buffer file, png;
    pnd_plane_u32 pairs;
} scratch;

static bool is_json(int32_t form)
{
    return form <= CONVERT_DETECTRON2;
}

static pnd_id_scheme scheme_of(int32_t form)
{
    return form == CONVERT_DETECTRON2 ? PND_ID_SCHEME_DETECTRON2 : PND_ID_SCHEME_CITYSCAPES;
}

static pnd_pairs_layout layout_of(const convert_args *args, int32_t form, pnd_id_space ids,
                                  int32_t void_class)
{
    return (pnd_pairs_layout){
        .form = (pnd_pairs_form)(form - CONVERT_TWO_CHANNEL),
        .divisor = args->divisor,
        .void_class = void_class >= 0 ? void_class : (ids == PND_ID_SPACE_TRAIN_IDS ? 255 : 0)};
}

static pnd_status scratch_create(void **out, void *context, pnd_error *err)
{
    (void)context;
    *out = pnd_calloc_array(1, sizeof(scratch));
    return *out != NULL ? PND_OK : pnd_fail(err, PND_ENOMEM, "out of memory");
}

static void scratch_free(void *pointer)
{
    scratch *s = pointer;
    pnd_buffer_clear(&s->file);
    pnd_buffer_clear(&s->png);
    pnd_plane_u32_clear(&s->pairs);
    free(s);
}

/* ---- one image */

static pnd_status read_pairs(scratch *s, const job *j, size_t i, pnd_error *err)
{
    const tool_file *file = &j->files.items[i];
    const char *const path = file->path;
    if (!is_json(j->args->from)) {
        const pnd_status status = pnd_file_read(&s->file, path, PND_MAX_IMAGE_BYTES, err);
        return status != PND_OK
                   ? status
                   : pnd_pairs_decode(
                         &s->pairs, layout_of(j->args, j->args->from, j->ids, j->args->void_class),
                         s->file.data, s->file.size, path, NULL, NULL, err);
    }
    const pnd_annotation *a = &j->set.annotations[i];
    pnd_status status =
        pnd_file_read_beneath(&s->file, j->png_in, a->file_name, PND_MAX_IMAGE_BYTES, err);
    if (status == PND_OK)
        status = pnd_png_decode_ids(&s->pairs, s->file.data, s->file.size, path, NULL, NULL, err);
    if (status == PND_OK)
        status = pnd_pairs_from_segments(&s->pairs, a, scheme_of(j->args->from), j->ids, path, err);
    return status;
}

static pnd_status encode(scratch *s, const job *j, size_t i, pnd_error *err)
{
    result *r = &j->results[i];
    const char *const path = j->files.items[i].path;
    if (!is_json(j->args->to))
        return pnd_pairs_encode(&s->png,
                                layout_of(j->args, j->args->to, j->to_ids, j->args->to_void),
                                pnd_plane_u32_view(&s->pairs), path, err);
    r->width = s->pairs.width;
    r->height = s->pairs.height;
    const pnd_status status = pnd_pairs_to_segments(&s->pairs, &r->segments, &r->n,
                                                    scheme_of(j->args->to), j->to_ids, path, err);
    return status == PND_OK ? pnd_png_encode_ids(&s->png, pnd_plane_u32_view(&s->pairs), err)
                            : status;
}

static pnd_status convert_image(tool_frame *f)
{
    const job *j = f->context;
    scratch *s = f->scratch;
    const size_t i = (size_t)f->index;
    const int32_t from = j->args->from;
    const bool groups = is_json(from) || from == CONVERT_INSTANCE_IDS;
    const pnd_pairs_rule rule = {.from = j->ids,
                                 .to = j->to_ids,
                                 .zero = groups ? PND_INSTANCE_ZERO_GROUP
                                                : (pnd_instance_zero)j->args->instance_zero,
                                 .class_hint = "check --ids and --void",
                                 .zero_hint = "say --instance-zero group or instance"};
    pnd_status status = read_pairs(s, j, i, &f->err);
    if (status == PND_OK)
        status = pnd_pairs_map(&s->pairs, &rule, j->files.items[i].path, &f->err);
    if (status == PND_OK)
        status = encode(s, j, i, &f->err);
    if (status != PND_OK)
        return status;
    f->side = TOOL_OUTPUT;
    char *path = convert_output(j->png_out, j->files.items[i].name, ".png");
    status = path == NULL ? pnd_fail(&f->err, PND_ENOMEM, "out of memory")
                          : tool_write(j->tool, path, s->png.data, s->png.size, &f->err);
    free(path);
    return status;
}

static const char *image_id(const void *context, int32_t index)
{
    return ((const job *)context)->files.items[index].image_id;
}

/* ---- JSON */

static pnd_status fill_annotations(pnd_panoptic_set *set, pnd_image_info *images, char **names,
                                   job *j, pnd_error *err)
{
    for (size_t i = 0; i < j->files.n; i++) {
        const tool_file *file = &j->files.items[i];
        result *r = &j->results[i];
        pnd_annotation *a = &set->annotations[set->n_annotations++];
        char *png = convert_output(".", file->name, ".png");
        *a = (pnd_annotation){.image_id = pnd_strdup(file->image_id),
                              .file_name = png != NULL ? pnd_strdup(png + 2) : NULL,
                              .segments = r->segments,
                              .n_segments = r->n,
                              .id_is_number =
                                  is_json(j->args->from) && j->set.annotations[i].id_is_number};
        r->segments = NULL; /* the set owns them now */
        names[i] = pnd_strdup_printf("%s_gtFine_leftImg8bit.png", file->image_id);
        free(png);
        if (a->image_id == NULL || a->file_name == NULL || names[i] == NULL)
            return pnd_fail(err, PND_ENOMEM, "out of memory");
        images[i] = (pnd_image_info){a->image_id, names[i], r->width, r->height};
        for (size_t k = 0; k < a->n_segments && j->args->to == CONVERT_DETECTRON2; k++) {
            a->segments[k].area = -1; /* its predictions have neither area nor box */
            a->segments[k].bbox[2] = 0;
        }
    }
    return PND_OK;
}

static pnd_status write_json(job *j, const char *path, pnd_error *err)
{
    const size_t n = j->files.n;
    pnd_panoptic_set set = {.annotations = pnd_calloc_array(n, sizeof *set.annotations)};
    pnd_image_info *images = pnd_calloc_array(n, sizeof *images);
    char **names = pnd_calloc_array(n, sizeof *names);
    pnd_buffer text = {0};
    const bool coco = j->args->to == CONVERT_COCO;
    pnd_status status = set.annotations != NULL && images != NULL && names != NULL
                            ? PND_OK
                            : pnd_fail(err, PND_ENOMEM, "out of memory");
    if (status == PND_OK && coco)
        status = pnd_panoptic_set_add_cityscapes(&set, j->to_ids == PND_ID_SPACE_TRAIN_IDS, err);
    if (status == PND_OK)
        status = fill_annotations(&set, images, names, j, err);
    if (status == PND_OK)
        status = pnd_panoptic_set_write(&text, &set, images, coco ? n : 0, err);
    if (status == PND_OK)
        status = tool_write(j->tool, path, text.data, text.size, err);
    for (size_t i = 0; i < n && names != NULL; i++)
        free(names[i]);
    free(names);
    free(images);
    pnd_buffer_clear(&text);
    pnd_panoptic_set_clear(&set);
    return status;
}

static bool ends_in_json(const char *path)
{
    const size_t n = strlen(path);
    return n > 5 && strcmp(path + n - 5, ".json") == 0;
}

static char *without_json(const char *path)
{
    return pnd_strdup_printf("%.*s", (int)strlen(path) - 5, path);
}

/* ---- opening */

static pnd_status check_images(const job *j, const char *input, pnd_error *err)
{
    for (size_t i = 0; i < j->set.n_annotations; i++) {
        const char *name = j->set.annotations[i].file_name;
        const size_t n = strlen(name);
        pnd_status status = pnd_file_check_name(name, err);
        if (status == PND_OK && (n < 5 || strcmp(name + n - 4, ".png") != 0))
            status = pnd_fail(err, PND_EFORMAT, "%s: file_name \"%s\" is no PNG", input, name);
        if (status != PND_OK)
            return status;
    }
    return PND_OK;
}

static int compare_strings(const void *a, const void *b)
{
    const char *const *x = a, *const *y = b;
    return strcmp(*x, *y);
}

/* Two annotations that name one image would write one file twice. */
static pnd_status check_unique(const job *j, const char *input, pnd_error *err)
{
    const size_t n = j->set.n_annotations;
    pnd_status status = PND_OK;
    const char **names = pnd_alloc_array(n, sizeof *names);
    if (names == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    for (size_t i = 0; i < n; i++)
        names[i] = j->set.annotations[i].file_name;
    if (n > 0)
        qsort(names, n, sizeof *names, compare_strings);
    for (size_t i = 1; i < n && status == PND_OK; i++)
        if (strcmp(names[i - 1], names[i]) == 0)
            status = pnd_fail(err, PND_EFORMAT, "%s: %s is named twice", input, names[i]);
    free(names);
    return status;
}

/* Only ground truth is read with its groups of things. */
static pnd_panoptic_role role_of(const pnd_buffer *text)
{
    const char *const t = pnd_buffer_text(text);
    return strstr(t, "\"categories\"") != NULL && strstr(t, "\"iscrowd\"") != NULL
               ? PND_GROUND_TRUTH
               : PND_PREDICTION;
}

static pnd_status open_json(job *j, const char *input, pnd_error *err)
{
    pnd_buffer text = {0};
    pnd_status status = pnd_file_read(&text, input, PND_MAX_JSON_BYTES, err);
    if (status == PND_OK)
        status = pnd_panoptic_set_parse(&j->set, text.data, text.size, input, role_of(&text), err);
    pnd_buffer_clear(&text);
    if (status == PND_OK)
        status = check_images(j, input, err);
    if (status == PND_OK)
        status = check_unique(j, input, err);
    if (status == PND_OK && j->args->png_dir == NULL && !ends_in_json(input))
        status = pnd_fail_hint(err, PND_EINVAL, "--png-dir names the folder of the images",
                               "%s: no name that ends in .json", input);
    if (status != PND_OK)
        return status;
    j->png_in = j->args->png_dir != NULL ? pnd_strdup(j->args->png_dir) : without_json(input);
    if (j->png_in == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    for (size_t i = 0; i < j->set.n_annotations && status == PND_OK; i++) {
        const pnd_annotation *a = &j->set.annotations[i];
        char *path = pnd_strdup_printf("%s/%s", j->png_in, a->file_name);
        status = path == NULL ? pnd_fail(err, PND_ENOMEM, "out of memory")
                              : tool_files_add(&j->files, path, a->file_name, err);
        free(path);
        char *id = status == PND_OK ? pnd_strdup(a->image_id) : NULL;
        if (status == PND_OK) {
            free(j->files.items[i].image_id);
            j->files.items[i].image_id = id;
            if (id == NULL)
                status = pnd_fail(err, PND_ENOMEM, "out of memory");
        }
    }
    return status;
}

/* The space of the classes: as said, or what a JSON shows beyond doubt. */
static pnd_status find_ids(job *j, const char *input, pnd_error *err)
{
    const convert_args *args = j->args;
    j->ids = (pnd_id_space)args->ids;
    if (args->from == CONVERT_DETECTRON2)
        j->ids = PND_ID_SPACE_LABEL_IDS;
    else if (j->ids == PND_ID_SPACE_UNKNOWN && args->from == CONVERT_COCO)
        j->ids = pnd_panoptic_set_id_space(&j->set);
    if (j->ids == PND_ID_SPACE_UNKNOWN)
        return pnd_fail_hint(err, PND_EINVAL, "say --ids label or --ids train",
                             "%s: its classes may be label ids or trainIds", input);
    j->to_ids = args->to == CONVERT_DETECTRON2         ? PND_ID_SPACE_LABEL_IDS
                : args->to_ids != PND_ID_SPACE_UNKNOWN ? (pnd_id_space)args->to_ids
                                                       : j->ids;
    return PND_OK;
}

static pnd_status open_input(job *j, const char *input, pnd_error *err)
{
    const char *const extensions[] = {convert_suffix(j->args), NULL};
    pnd_status status = is_json(j->args->from) ? open_json(j, input, err)
                                               : tool_files_find(&j->files, input, extensions,
                                                                 CONVERT_FILES_HINT, err);
    if (status == PND_OK)
        status = find_ids(j, input, err);
    if (status != PND_OK)
        return status;
    j->results = pnd_calloc_array(j->files.n, sizeof *j->results);
    return j->results != NULL ? PND_OK : pnd_fail(err, PND_ENOMEM, "out of memory");
}

static void close_job(job *j)
{
    for (size_t i = 0; i < j->files.n && j->results != NULL; i++)
        free(j->results[i].segments);
    free(j->results);
    free(j->png_in);
    free(j->png_out);
    pnd_panoptic_set_clear(&j->set);
    tool_files_clear(&j->files);
}

static pnd_status check_absent(const job *j, const char *out, pnd_error *err)
{
    struct stat info;
    if (!is_json(j->args->to) || j->tool->common.force || lstat(out, &info) != 0)
        return PND_OK;
    return pnd_fail_hint(err, PND_EINVAL, "--force replaces it", "%s: exists already", out);
}

static int convert_all(job *j)
{
    tool_problems problems = {0};
    const tool_frame_job frames = {.n = (int32_t)j->files.n,
                                   .what = "images",
                                   .context = j,
                                   .run = convert_image,
                                   .scratch_create = scratch_create,
                                   .scratch_free = scratch_free,
                                   .image_id = image_id};
    const int code = tool_for_each(j->tool, &frames, &problems);
    tool_problems_clear(&problems);
    return code;
}

int convert_panoptic_run(tool *t, const convert_args *args, const char *input, const char *out)
{
    pnd_error err = {0};
    job j = {.tool = t, .args = args};
    const char *const inputs[] = {input, args->png_dir};
    if (is_json(args->to) && !ends_in_json(out))
        return tool_usage_error(t, "--out %s: this form is a JSON: give a name that ends in .json",
                                out);
    j.png_out = is_json(args->to) ? without_json(out) : pnd_strdup(out);
    if (j.png_out == NULL) {
        (void)pnd_fail(&err, PND_ENOMEM, "out of memory");
        return tool_fail(t, TOOL_INPUT, &err);
    }
    int code = TOOL_EXIT_OK;
    if (tool_check_output(out, inputs, 2, NULL, &err) != PND_OK ||
        tool_check_output(j.png_out, inputs, 2, NULL, &err) != PND_OK)
        code = tool_fail(t, TOOL_USAGE, &err);
    else if (open_input(&j, input, &err) != PND_OK)
        code = tool_fail(t, err.status == PND_EINVAL ? TOOL_USAGE : TOOL_INPUT, &err);
    else if (check_absent(&j, out, &err) != PND_OK)
        code = tool_fail(t, TOOL_OUTPUT, &err);
    if (code == TOOL_EXIT_OK)
        code = convert_check_count(t, args, j.files.n);
    if (code == TOOL_EXIT_OK)
        code = convert_all(&j);
    if (code == TOOL_EXIT_OK && is_json(args->to) && write_json(&j, out, &err) != PND_OK)
        code = tool_fail(t, TOOL_OUTPUT, &err);
    if (code == TOOL_EXIT_OK)
        tool_info(t, "%zu images in %s", j.files.n, out);
    close_job(&j);
    return code;
}

int convert_panoptic(tool *t, const void *args_)
{
    const convert_args *args = args_;
    const bool divisor = args->from == CONVERT_DIVISOR || args->to == CONVERT_DIVISOR;
    if (args->from < 0 || args->to < 0)
        return tool_usage_error(t, "say --from FORM and --to FORM");
    if (divisor && args->divisor == 0)
        return tool_usage_error(t, "the form divisor needs --divisor N");
    return convert_panoptic_run(t, args, t->operands[0], args->out);
}
