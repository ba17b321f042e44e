/* SPDX-License-Identifier: Apache-2.0 */
/* Weights, backend and network. What a weights file says about itself is in its metadata
 * (docs/inference.md); options given on the command line come first. */
#include "infer.h"

#include <panodepth/alloc.h>
#include <panodepth/labels.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- tensors */

static pnd_status take_tensor(pnd_net_tensor *out, const pnd_safetensor *in, const char *file,
                              pnd_error *err)
{
    if (in->dtype != PND_DTYPE_F32)
        return pnd_fail_hint(err, PND_EUNSUPPORTED, "--precision chooses what is computed in",
                             "%s: tensor \"%s\" is %s: weights are kept as F32", file, in->name,
                             pnd_dtype_name(in->dtype));
    if (in->rank > 4)
        return pnd_fail(err, PND_EFORMAT, "%s: tensor \"%s\" has %d sides: at most 4 are expected",
                        file, in->name, in->rank);
    *out = (pnd_net_tensor){.name = in->name, .rank = in->rank, .data = in->data};
    for (int32_t i = 0; i < 4; i++)
        out->shape[i] = in->shape[i];
    return PND_OK;
}

/* faults.md row 91: a weight that is no number would spoil every picture silently. */
static pnd_status check_finite(const pnd_safetensor *tensor, const char *file, pnd_error *err)
{
    const float *values = tensor->data;
    int64_t bad = 0;
    for (size_t i = 0; i < tensor->size / sizeof *values; i++)
        bad += !isfinite(values[i]);
    if (bad == 0)
        return PND_OK;
    return pnd_fail(err, PND_EFORMAT, "%s: tensor \"%s\": %lld values are NaN or infinite", file,
                    tensor->name, (long long)bad);
}

static pnd_status take_tensors(infer_model *model, const char *file, pnd_error *err)
{
    pnd_status status = PND_OK;
    model->n_tensors = pnd_safetensors_count(model->file);
    model->tensors = pnd_alloc_array(model->n_tensors, sizeof *model->tensors);
    if (model->tensors == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for %zu tensors", model->n_tensors);
    for (size_t i = 0; i < model->n_tensors && status == PND_OK; i++) {
        const pnd_safetensor *tensor = pnd_safetensors_at(model->file, i);
        status = take_tensor(&model->tensors[i], tensor, file, err);
        if (status == PND_OK)
            status = check_finite(tensor, file, err);
    }
    return status;
}

/* ---- metadata */

/* "32x64", or "(32, 64)" as Python prints it, or "global". */
static bool parse_pool(pnd_net_options *options, const char *text)
{
    int rows = 0, columns = 0, end = 0;
    if (strcmp(text, "global") == 0) {
        options->pool_height = options->pool_width = 0;
        return true;
    }
    if (sscanf(text, "%4dx%4d%n", &rows, &columns, &end) != 2 || text[end] != '\0') {
        end = 0;
        if (sscanf(text, "(%4d, %4d)%n", &rows, &columns, &end) != 2 || text[end] != '\0')
            return false;
    }
    options->pool_height = rows;
    options->pool_width = columns;
    return rows > 0 && columns > 0;
}

static const char *metadata(const infer_model *model, const char *name, const char *other)
{
    const char *value = pnd_safetensors_metadata(model->file, name);
    return value != NULL ? value : pnd_safetensors_metadata(model->file, other);
}

/* The window changes every number and follows from no tensor: it is never guessed. */
static pnd_status set_pool(infer_model *model, const infer_args *args, pnd_error *err)
{
    const char *text =
        args->aspp_pool != NULL ? args->aspp_pool : metadata(model, "aspp_pool", "pool");
    if (text == NULL)
        return pnd_fail_hint(err, PND_EFORMAT,
                             "give --aspp-pool 32x64 (detectron2's Cityscapes models) or global",
                             "%s: its metadata have no \"aspp_pool\"", args->weights);
    if (!parse_pool(&model->options, text))
        return pnd_fail(err, args->aspp_pool != NULL ? PND_EINVAL : PND_EFORMAT,
                        "%s: ASPP pooling \"%.40s\": expected ROWSxCOLUMNS or global",
                        args->weights, text);
    return PND_OK;
}

/* Three numbers between anything that is none: "1,2,3", "[1.0, 2.0, 3.0]". */
static bool parse_triple(float out[3], const char *text)
{
    for (int i = 0; i < 3; i++) {
        char number[PND_NUMBER_SIZE] = "";
        double value = 0;
        text += strspn(text, "[(, ");
        const size_t length = strspn(text, "0123456789.eE+-");
        if (length == 0 || length >= sizeof number)
            return false;
        memcpy(number, text, length);
        if (!pnd_parse_double(&value, number))
            return false;
        out[i] = (float)value;
        text += length;
    }
    return text[strspn(text, ")] ")] == '\0';
}

static pnd_status set_triple(float out[3], const infer_model *model, const char *name,
                             const char *other, const char *file, pnd_error *err)
{
    const char *text = metadata(model, name, other);
    if (text == NULL || parse_triple(out, text))
        return PND_OK;
    return pnd_fail(err, PND_EFORMAT, "%s: metadata \"%s\": \"%.60s\" are not three numbers", file,
                    name, text);
}

static void set_depth_head(infer_model *model, const infer_args *args)
{
    const char *layout = pnd_safetensors_metadata(model->file, "dorn_layout");
    model->options.depth_head = (pnd_depth_head)args->depth_head;
    if (args->depth_head == PND_DEPTH_AUTO && layout != NULL && strcmp(layout, "author") != 0)
        model->options.depth_head = PND_DEPTH_DORN_PUBLISHED;
}

static pnd_status set_options(infer_run *run, pnd_error *err)
{
    const infer_args *args = run->args;
    infer_model *model = &run->model;
    pnd_net_options *options = &model->options;
    *options = (pnd_net_options){.struct_size = sizeof *options,
                                 .batch = args->batch,
                                 .profile = args->profile,
                                 .keep_heads = args->save_heads != NULL};
    model->post =
        (pnd_postprocess_options){.struct_size = sizeof model->post,
                                  .threshold = (float)args->threshold,
                                  .nms = args->nms,
                                  .top_k = args->top_k,
                                  .stuff_area = args->stuff_area == 0 ? -1 : args->stuff_area,
                                  .one_instance_without_centers = args->rules == 1,
                                  .stuff_area_exclusive = args->rules == 1,
                                  .keep_top_k = args->rules == 1};
    model->fuse = (pnd_fuse_options){.struct_size = sizeof model->fuse, .trim = args->trim};
    if (!pnd_precision_parse(&options->precision, args->precision)) /* main has said so */
        return pnd_fail(err, PND_EINVAL, "precision '%s'", args->precision);
    pnd_status status = set_pool(model, args, err);
    if (status == PND_OK)
        status = set_triple(options->mean, model, "mean", "pixel_mean", args->weights, err);
    if (status == PND_OK)
        status = set_triple(options->std, model, "std", "pixel_std", args->weights, err);
    set_depth_head(model, args);
    return status;
}

/* ---- backend */

/* A device that was asked for and is not there is exit 5, whatever the reason. */
static pnd_status open_backend(infer_run *run, pnd_error *err)
{
    pnd_backend_options options = {.struct_size = sizeof options,
                                   .threads = run->tool->common.threads};
    pnd_status status = pnd_backend_options_parse(&options, run->args->device, err);
    if (status == PND_OK)
        status = pnd_backend_create(&run->model.backend, &options, err);
    if (status == PND_OK)
        return status;
    pnd_error found = *err;
    *err = (pnd_error){0};
    return pnd_fail_hint(err, status == PND_EUNSUPPORTED ? PND_EDEVICE : status,
                         "--device cpu does without", "%s", found.message);
}

/* Everything that decides a pixel or a number, but no thread count and no batch. */
static char *make_signature(const infer_run *run)
{
    const infer_args *args = run->args;
    const infer_model *model = &run->model;
    const pnd_net_options *o = &model->options;
    char threshold[PND_NUMBER_SIZE], trim[PND_NUMBER_SIZE];
    pnd_format_double(threshold, args->threshold);
    pnd_format_double(trim, args->trim);
    return pnd_strdup_printf(
        "pnd-infer1;version=%s;weights=%s;backend=%s;precision=%s;size=%s;pool=%dx%d;depth-head=%d;"
        "threshold=%s;nms=%d;top-k=%d;stuff-area=%d;rules=%s;fuse=%d;trim=%s;depth=%s;labels=%d;"
        "instances=%d;view=%d;split=%s",
        PND_VERSION_STRING, model->digest, pnd_backend_name(model->backend),
        pnd_precision_name(o->precision), args->size != NULL ? args->size : "photograph",
        o->pool_height, o->pool_width, (int)o->depth_head, threshold, args->nms, args->top_k,
        args->stuff_area, args->rules == 1 ? "deeplab2" : "detectron2", args->fuse, trim,
        pnd_depth_format_name((pnd_depth_format)args->depth_format), args->labels, args->instances,
        args->view, run->split);
}

int infer_model_open(infer_run *run)
{
    infer_model *model = &run->model;
    const char *file = run->args->weights;
    pnd_error err = {0};
    pnd_status status = pnd_safetensors_open(&model->file, file, &err);
    if (status == PND_OK)
        status = pnd_sha256_file(model->digest, file, &err);
    if (status == PND_OK)
        status = take_tensors(model, file, &err);
    if (status == PND_OK)
        status = set_options(run, &err);
    if (status == PND_OK)
        status = open_backend(run, &err);
    if (status == PND_OK) {
        run->signature = make_signature(run);
        if (run->signature == NULL)
            status = pnd_fail(&err, PND_ENOMEM, "out of memory");
    }
    if (status != PND_OK)
        return tool_fail(run->tool, err.status == PND_EINVAL ? TOOL_USAGE : TOOL_INPUT, &err);
    tool_verbose(run->tool, "backend %s: %s", pnd_backend_name(model->backend),
                 pnd_backend_description(model->backend));
    return TOOL_EXIT_OK;
}

void infer_model_clear(infer_model *model)
{
    pnd_backend_free(model->backend);
    free(model->tensors);
    pnd_safetensors_close(model->file);
    *model = (infer_model){0};
}

/* ---- the network */

/* Slots: one being computed, one being filled, one being written. */
enum { SLOTS = 3 };

static pnd_status check_classes(const infer_run *run, pnd_error *err)
{
    if (run->info.classes == PND_N_TRAIN_IDS)
        return PND_OK;
    return pnd_fail(err, PND_EUNSUPPORTED,
                    "%s: %d semantic classes: only the %d of Cityscapes are supported",
                    run->args->weights, run->info.classes, PND_N_TRAIN_IDS);
}

/* faults.md row 89: a smaller batch needs less of the device's memory. */
static bool may_halve(const infer_run *run, const pnd_net_options *options, pnd_status status)
{
    const bool on_device = strcmp(pnd_backend_name(run->model.backend), "cuda") == 0;
    return on_device && status == PND_ENOMEM && options->batch > 1;
}

/* The library knows no file names. What the backend cannot do is the device's failure. */
static pnd_status fail_open(const infer_run *run, const pnd_error *found, pnd_error *err)
{
    const bool on_device = strcmp(pnd_backend_name(run->model.backend), "cuda") == 0;
    const bool of_device =
        found->status == PND_EUNSUPPORTED || (on_device && found->status == PND_ENOMEM);
    return pnd_fail_hint(err, of_device ? PND_EDEVICE : found->status, found->hint, "%s: %s",
                         run->args->weights, found->message);
}

pnd_status infer_net_open(infer_run *run, int32_t width, int32_t height, bool heads_only,
                          pnd_error *err)
{
    infer_model *model = &run->model;
    pnd_net_options options = model->options;
    pnd_status status = PND_OK;
    options.width = width;
    options.height = height;
    options.heads_only = heads_only;
    options.slots = SLOTS;
    options.post = &model->post;
    options.fuse = &model->fuse;
    for (;;) {
        pnd_error attempt = {0};
        status = pnd_net_open(&run->net, model->backend, model->tensors, model->n_tensors, &options,
                              &attempt);
        if (status == PND_OK)
            break;
        if (!may_halve(run, &options, status))
            return fail_open(run, &attempt, err);
        tool_warn(run->tool, "batch %d: %s; %d is tried", options.batch, attempt.message,
                  options.batch / 2);
        options.batch /= 2;
    }
    run->batch = options.batch;
    run->info = pnd_net_get_info(run->net);
    return check_classes(run, err);
}
