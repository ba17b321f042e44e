/* SPDX-License-Identifier: Apache-2.0 */
/* pnd-infer: photographs in, panoptic maps, depth maps and segments with their depth out. */
#define _DEFAULT_SOURCE /* flock */
#include "infer.h"
#include "tool_signal.h"

#include <draw.h>
#include <panodepth/alloc.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static const char *const depth_heads[] = {"auto", "none", "metres", "dorn", "dorn-published", NULL};
static const char *const depth_formats[] = {"png16", "npy", "pfm", NULL};
static const char *const fuse_rules[] = {"mean", "median", "trimmed", "inverse", NULL};
static const char *const post_rules[] = {"detectron2", "deeplab2", NULL};

static const infer_args defaults = {.device = "auto",
                                    .precision = "f32",
                                    .batch = 1,
                                    .trim = 0.1,
                                    .threshold = 0.1,
                                    .nms = 7,
                                    .top_k = 200,
                                    .stuff_area = 2048};

#define MEMBER(name) TOOL_FIELD(infer_args, name)

static const tool_opt options[] = {
    {TOOL_GROUP, .name = "Input"},
    {TOOL_STRING, 'w', "weights", MEMBER(weights), "FILE",
     "network weights as safetensors; scripts/convert_weights.py makes them from .pkl and .pth",
     .flags = TOOL_REQUIRED},
    {TOOL_STRING, 'i', "images", MEMBER(images), "PATH",
     "photographs: a folder (its *_leftImg8bit.png at any depth, or else all PNGs), one PNG, or a "
     "text file with a path on each line",
     .flags = TOOL_REQUIRED | TOOL_IS_FILE},
    {TOOL_STRING, 0, "size", MEMBER(size), "HxW",
     "height and width the network sees; photographs of another size are resized, and their "
     "results "
     "come in the photograph's size"},
    {TOOL_STRING, 0, "aspp-pool", MEMBER(aspp_pool), "HxW",
     "window of the ASPP's pooling at stride 16, or global; replaces what the weights say"},
    {TOOL_CHOICE, 0, "depth-head", MEMBER(depth_head), "NAME",
     "what the depth head's channels hold; none leaves it out", .choices = depth_heads},
    {TOOL_GROUP, .name = "Computation"},
    {TOOL_STRING, 'd', "device", MEMBER(device), "NAME",
     "auto, ref, cpu, cuda or cuda:N; auto takes CUDA when there is a device, else the CPU"},
    {TOOL_STRING, 'p', "precision", MEMBER(precision), "NAME",
     "f32, bf16, fp16 (CUDA only) or bf16x3 (CPUs with AMX: faster, 16 bits of each factor); sums "
     "are f32 in all of them"},
    {TOOL_INT, 'b', "batch", MEMBER(batch), "N",
     "images computed together; results do not depend on it", 1, PND_NET_MAX_BATCH},
    {TOOL_GROUP, .name = "Segments"},
    {TOOL_CHOICE, 0, "rules", MEMBER(rules), "NAME",
     "whose rules decide ties, small stuff and things without a centre", .choices = post_rules},
    {TOOL_DOUBLE, 0, "threshold", MEMBER(threshold), "H", "heat a centre must exceed", 1e-6, 1e6},
    {TOOL_INT, 0, "nms", MEMBER(nms), "PIXELS", "odd window in which a centre is the highest", 1,
     31},
    {TOOL_INT, 0, "top-k", MEMBER(top_k), "N", "centres kept of an image", 1, 999},
    {TOOL_INT, 0, "stuff-area", MEMBER(stuff_area), "PIXELS", "smaller stuff becomes void", 0,
     PND_MAX_PIXELS},
    {TOOL_CHOICE, 0, "fuse", MEMBER(fuse), "RULE", "depth of a segment from those of its pixels",
     .choices = fuse_rules},
    {TOOL_DOUBLE, 0, "trim", MEMBER(trim), "Q", "share cut off at each end by --fuse trimmed",
     0.001, 0.499},
    {TOOL_GROUP, .name = "Output"},
    {TOOL_STRING, 'o', "out", MEMBER(out), "DIR", "folder of the results", .flags = TOOL_REQUIRED},
    {TOOL_STRING, 0, "split", MEMBER(split), "NAME",
     "names the panoptic file: cityscapes_panoptic_NAME.json (default: the photographs' folder if "
     "that is train, val or test, else val)"},
    {TOOL_CHOICE, 0, "depth-format", MEMBER(depth_format), "NAME",
     "png16 (1/256 m), npy or pfm (float metres)", .choices = depth_formats},
    {TOOL_FLAG, 0, "labels", MEMBER(labels), NULL,
     "label images too: semantic/*_pred_labelIds.png"},
    {TOOL_FLAG, 0, "instances", MEMBER(instances), NULL,
     "instances too: instance/*_pred.txt and their masks"},
    {TOOL_FLAG, 0, "view", MEMBER(view), NULL,
     "pictures too: view/*.png, as pnd-view panoptic-depth draws them"},
    {TOOL_STRING, 0, "save-heads", MEMBER(save_heads), "DIR",
     "the network's raw maps too: *_sem.npy, *_center.npy, *_offset.npy, *_depth.npy"},
    {TOOL_GROUP, .name = "Running"},
    {TOOL_FLAG, 0, "resume", MEMBER(resume), NULL,
     "go on where a run ended: complete images are verified and kept, others are done again"},
    {TOOL_FLAG, 0, "profile", MEMBER(profile), NULL,
     "print the time of every operation, its GFLOP/s and, on the CPU, its share of the measured "
     "peak"},
    {TOOL_FLAG, 0, "allow-nonfinite", MEMBER(allow_nonfinite), NULL,
     "write results of images whose network output holds NaN or infinity"},
    {TOOL_END},
};

/* ---- the command line */

static bool is_split_name(const char *name)
{
    return name[0] != '\0' &&
           name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                             "0123456789_-")] == '\0';
}

/* The last folder of --images when it is one of the official splits. */
static const char *split_of(const char *path)
{
    static const char *const splits[] = {"train", "val", "test"};
    size_t end = strlen(path);
    while (end > 0 && path[end - 1] == '/')
        end--;
    for (size_t i = 0; i < sizeof splits / sizeof *splits; i++) {
        const size_t n = strlen(splits[i]);
        if (end >= n && strncmp(path + end - n, splits[i], n) == 0 &&
            (end == n || path[end - n - 1] == '/'))
            return splits[i];
    }
    return "val";
}

static int parse_size(infer_run *run)
{
    const char *text = run->args->size;
    int height = 0, width = 0, end = 0;
    if (text == NULL)
        return TOOL_EXIT_OK;
    if (sscanf(text, "%5dx%5d%n", &height, &width, &end) != 2 || text[end] != '\0')
        return tool_usage_error(run->tool, "--size: '%s' is not HEIGHTxWIDTH, as in 1024x2048",
                                text);
    if (height < PND_NET_MIN_SIDE || width < PND_NET_MIN_SIDE || height > PND_MAX_SIDE ||
        width > PND_MAX_SIDE)
        return tool_usage_error(run->tool, "--size: sides are %d to %d", PND_NET_MIN_SIDE,
                                PND_MAX_SIDE);
    run->size_height = height;
    run->size_width = width;
    return TOOL_EXIT_OK;
}

static int check_args(infer_run *run)
{
    const infer_args *args = run->args;
    tool *t = run->tool;
    const char *const inputs[] = {args->weights, args->images};
    pnd_precision precision;
    pnd_backend_options backend = {0};
    pnd_error err = {0};
    if (!is_split_name(run->split))
        return tool_usage_error(t, "--split: '%s' is not a split", run->split);
    if (!pnd_precision_parse(&precision, args->precision))
        return tool_usage_error(t, "--precision: '%s': one of f32, bf16, fp16, bf16x3",
                                args->precision);
    if (pnd_backend_options_parse(&backend, args->device, &err) != PND_OK)
        return tool_usage_error(t, "--device: %s", err.message);
    if (args->nms % 2 == 0)
        return tool_usage_error(t, "--nms: %d is not odd", args->nms);
    if (tool_check_output(args->out, inputs, 2, args->images, &err) != PND_OK ||
        (args->save_heads != NULL &&
         tool_check_output(args->save_heads, inputs, 2, args->images, &err) != PND_OK))
        return tool_fail(t, TOOL_USAGE, &err);
    return parse_size(run);
}

/* ---- the output folder */

/* faults.md row 82: one run at a time. The kernel lets go of the lock however the program ends. */
static pnd_status lock_output(infer_run *run, pnd_error *err)
{
    const char *out = run->args->out;
    const pnd_status status = pnd_dir_make(out, err);
    if (status != PND_OK)
        return status;
    run->lock = open(out, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (run->lock < 0)
        return pnd_fail(err, PND_EIO, "%s: %s", out, strerror(errno));
    if (flock(run->lock, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return pnd_fail_hint(err, PND_EIO, "wait for it, or give another --out",
                             "%s: another pnd-infer writes there", out);
    return PND_OK;
}

static pnd_status refuse_existing(const infer_run *run, char *name, pnd_error *err)
{
    char *path = name != NULL ? pnd_strdup_printf("%s/%s", run->args->out, name) : NULL;
    pnd_status status = PND_OK;
    if (path == NULL)
        status = pnd_fail(err, PND_ENOMEM, "out of memory");
    else if (access(path, F_OK) == 0)
        status = pnd_fail_hint(err, PND_EINVAL, "--resume goes on with it, --force replaces it",
                               "%s: already exists", path);
    free(path);
    free(name);
    return status;
}

/* Before anything is computed. */
static pnd_status check_absent(const infer_run *run, pnd_error *err)
{
    if (run->tool->common.force || run->args->resume)
        return PND_OK;
    pnd_status status = refuse_existing(run, infer_json_name(run), err);
    for (int32_t i = 0; i < run->n && status == PND_OK; i++) {
        const char *id = run->images[i].file->image_id;
        status = refuse_existing(run, infer_record_name(id), err);
        if (status == PND_OK)
            status = refuse_existing(run, infer_panoptic_name(run, id), err);
    }
    return status;
}

/* ---- the run */

/* Images that one network can do: it is opened for one size, and with --size photographs of that
 * size and of others take different ways after it. */
static bool is_alike(const infer_run *run, const infer_image *a, const infer_image *b)
{
    return infer_is_resized(run, a) ? infer_is_resized(run, b)
                                    : a->width == b->width && a->height == b->height;
}

/* The images to do that are like the first one to do. */
static int32_t next_group(const infer_run *run, int32_t *order, bool *taken)
{
    int32_t n = 0;
    for (int32_t i = 0; i < run->n; i++) {
        const infer_image *image = &run->images[i];
        if (image->state == INFER_TODO && !taken[i] &&
            (n == 0 || is_alike(run, &run->images[order[0]], image))) {
            taken[i] = true;
            order[n++] = i;
        }
    }
    return n;
}

static int run_group(infer_run *run, const int32_t *order, int32_t n)
{
    const infer_image *first = &run->images[order[0]];
    const int32_t width = run->size_width > 0 ? run->size_width : first->width;
    const int32_t height = run->size_height > 0 ? run->size_height : first->height;
    pnd_error err = {0};
    pnd_net_free(run->net);
    run->net = NULL;
    if (infer_net_open(run, width, height, infer_is_resized(run, first), &err) != PND_OK)
        return tool_fail(run->tool, TOOL_INPUT, &err);
    tool_verbose(run->tool,
                 "%s at %dx%d, batch %d: %d operations, %.1f GFLOP an image, weights %.1f MiB, "
                 "arena %.1f MiB",
                 run->info.variant, width, height, run->batch, run->info.n_ops,
                 (double)run->info.flops * 1e-9, (double)run->info.weight_bytes / 1048576.0,
                 (double)run->info.arena_bytes / 1048576.0);
    return infer_pipeline_run(run, order, n);
}

static int run_groups_in(infer_run *run, int32_t *order, bool *taken)
{
    int code = TOOL_EXIT_OK;
    while (code == TOOL_EXIT_OK && tool_signal_caught() == 0) {
        const int32_t n = next_group(run, order, taken);
        if (n == 0)
            break;
        code = run_group(run, order, n);
    }
    return code;
}

static int run_groups(infer_run *run)
{
    int32_t *order = pnd_alloc_array((size_t)run->n, sizeof *order);
    bool *taken = pnd_calloc_array((size_t)run->n, sizeof *taken);
    pnd_error err = {0};
    int code = TOOL_EXIT_INTERNAL;
    if (order != NULL && taken != NULL)
        code = run_groups_in(run, order, taken);
    else {
        (void)pnd_fail(&err, PND_ENOMEM, "out of memory for %d images", run->n);
        code = tool_fail(run->tool, TOOL_INPUT, &err);
    }
    free(order);
    free(taken);
    return code;
}

static int report_signal(const infer_run *run, int number)
{
    tool_warn(run->tool, "stopped by signal %d after %lld of %d images; --resume goes on", number,
              (long long)run->n_done, run->n);
    return TOOL_EXIT_SIGNAL + number;
}

/* The panoptic file is written when every image was tried: it lacks the bad ones. */
static int finish(infer_run *run, int stopped, int caught)
{
    pnd_error err = {0};
    const int code = tool_problems_report(run->tool, &run->problems);
    if (caught != 0)
        return report_signal(run, caught);
    if (stopped != TOOL_EXIT_OK)
        return code != TOOL_EXIT_OK ? code : stopped;
    if (infer_json_write(run, &err) != PND_OK)
        return tool_fail(run->tool, TOOL_OUTPUT, &err);
    infer_report(run);
    return code;
}

static int run_all(infer_run *run)
{
    pnd_error err = {0};
    if (lock_output(run, &err) != PND_OK || check_absent(run, &err) != PND_OK)
        return tool_fail(run->tool, TOOL_OUTPUT, &err);
    int code = infer_model_open(run);
    if (code == TOOL_EXIT_OK && run->args->resume)
        code = infer_images_verify(run);
    if (code != TOOL_EXIT_OK)
        return code;
    const tool_signals saved = tool_signals_catch();
    code = run_groups(run);
    const int caught = tool_signal_caught();
    tool_signals_restore(&saved);
    return finish(run, code, caught);
}

static int run_infer(tool *t, const void *args_)
{
    const infer_args *args = args_;
    infer_run run = {.tool = t,
                     .args = args,
                     .split = args->split != NULL ? args->split : split_of(args->images),
                     .lock = -1};
    int code = check_args(&run);
    if (code == TOOL_EXIT_OK)
        code = infer_images_open(&run);
    if (code == TOOL_EXIT_OK)
        code = run_all(&run);
    if (args->view)
        view_canvas_finish();
    pnd_net_free(run.net);
    infer_model_clear(&run.model);
    infer_images_clear(&run);
    tool_problems_clear(&run.problems);
    free(run.signature);
    if (run.lock >= 0)
        (void)close(run.lock);
    return code;
}

static const tool_command command = {
    .summary = "panoptic segmentation with depth of photographs, by Panoptic-DepthLab",
    .synopsis = "--weights FILE --images PATH --out DIR",
    .description =
        "Runs the network (panoptic only when the weights have no depth head) and writes, for each "
        "photograph, a panoptic PNG and a depth map, and for all of them "
        "OUT/cityscapes_panoptic_SPLIT.json in COCO's panoptic format with area, bbox, score and "
        "depth of every segment: what pnd-eval and the official evaluators read. Categories are "
        "Cityscapes' label ids; a segment's id is trainId * 1000 + number + 1 as in detectron2, a "
        "thing's score is its class probability times its centre's heat.\n\n"
        "The files of a photograph are OUT/cityscapes_panoptic_SPLIT/FRAME_panoptic.png, "
        "OUT/depth/FRAME_depth.png and, on request, OUT/semantic/FRAME_pred_labelIds.png, "
        "OUT/instance/FRAME_pred.txt, OUT/view/FRAME.png; OUT/records/FRAME.json says what they "
        "were made from.\n\n"
        "Reading, computing and writing overlap. The same files come out for any number of "
        "threads, any batch, and whether or not a run was interrupted and resumed. A record holds "
        "the digests of a photograph, of the weights and of every file made of it; --resume "
        "verifies them.\n\n"
        "A photograph that cannot be read is named, the others are done, and the exit code is 3 "
        "(0 with --skip-bad); the panoptic file lacks it.",
    .options = options,
    .defaults = &defaults,
    .args_size = sizeof(infer_args),
    .has_skip_bad = true,
    .examples = "# a split of Cityscapes, then its scores\n"
                "pnd-infer --weights r52.safetensors --images cityscapes/leftImg8bit/val \\\n"
                "    --out pred\n"
                "pnd-eval panoptic --root cityscapes --split val --pred pred\n"
                "# pictures of one photograph\n"
                "pnd-infer -w r52_depth.safetensors -i street.png --view --out pred\n",
    .run = run_infer,
};

static const tool_program program = {
    .name = "pnd-infer",
    .commands = &command,
    .n_commands = 1,
    .see_also = "pnd-eval, pnd-view, pnd-scene",
};

int main(int argc, char **argv)
{
    return tool_main(&program, argc, argv);
}
