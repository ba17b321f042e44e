/* SPDX-License-Identifier: Apache-2.0 */
/* pnd-depth: metric depth from stereo disparity and each frame's own calibration. */
#include "depth.h"

#include <panodepth/json.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const default_splits[] = {"val"};
static const char *const formats[] = {"png16", "npy", "pfm", NULL};
static const char *const cap_modes[] = {"mask", "clamp", NULL};
static const char *const zero_disparities[] = {"invalid", "far", NULL};

static const depth_args defaults = {
    .splits = {default_splits, 1}, .doffs = (double)NAN, .cap_m = (double)NAN, .backend = "auto"};

static const tool_opt options[] = {
    {TOOL_GROUP, .name = "A Cityscapes tree"},
    {TOOL_STRING, 'r', "root", TOOL_FIELD(depth_args, root), "DIR",
     "Cityscapes folder: the one that holds disparity and camera", .env = "CITYSCAPES_DATASET"},
    {TOOL_LIST, 's', "split", TOOL_FIELD(depth_args, splits), "NAMES",
     "splits to convert, separated by commas"},
    {TOOL_STRING, 0, "disparity-root", TOOL_FIELD(depth_args, disparity_root), "DIR",
     "folder that holds disparity, if it is not --root"},
    {TOOL_STRING, 0, "camera-root", TOOL_FIELD(depth_args, camera_root), "DIR",
     "folder that holds camera, if it is not --root"},
    {TOOL_STRING, 0, "gt-root", TOOL_FIELD(depth_args, gt_root), "DIR",
     "folder that holds gtFine, if it is not --root"},
    {TOOL_GROUP, .name = "One frame"},
    {TOOL_STRING, 'd', "disparity", TOOL_FIELD(depth_args, disparity), "FILE",
     "16-bit disparity PNG"},
    {TOOL_STRING, 'c', "camera", TOOL_FIELD(depth_args, camera), "FILE",
     "its camera.json, or Middlebury's calib.txt"},
    {TOOL_STRING, 0, "labels", TOOL_FIELD(depth_args, labels), "FILE",
     "its instanceIds or labelIds, for --mask-labels"},
    {TOOL_GROUP, .name = "Depth"},
    {TOOL_DOUBLE, 0, "doffs", TOOL_FIELD(depth_args, doffs), "PIXELS",
     "distance of the principal points, added to every disparity; replaces the calibration's",
     .low = -1e6, .high = 1e6},
    {TOOL_CHOICE, 0, "zero-disparity", TOOL_FIELD(depth_args, zero_disparity), "NAME",
     "a point at infinity (p = 1): no depth, or far: 65535 in png16, infinity in npy",
     .choices = zero_disparities},
    {TOOL_DOUBLE, 0, "cap", TOOL_FIELD(depth_args, cap_m), "M",
     "largest depth kept, in metres; the cap itself is kept", .low = 1e-3, .high = 1e6},
    {TOOL_CHOICE, 0, "cap-mode", TOOL_FIELD(depth_args, cap_mode), "NAME",
     "a depth beyond the cap becomes no depth, or the cap", .choices = cap_modes},
    {TOOL_INT_LIST, 0, "mask-labels", TOOL_FIELD(depth_args, mask_labels), "IDS",
     "no depth on these labels of gtFine; 1,2,3 are ego vehicle, rectification border and out of "
     "roi",
     .low = 0, .high = DEPTH_N_LABELS - 1},
    {TOOL_FLAG, 0, "range", TOOL_FIELD(depth_args, range), NULL,
     "distance to the camera instead of depth along the optical axis"},
    {TOOL_STRING, 0, "backend", TOOL_FIELD(depth_args, backend), "NAME",
     "auto, ref, cpu, cuda or cuda:N; the results are the same bits"},
    {TOOL_GROUP, .name = "Output"},
    {TOOL_STRING, 'o', "out", TOOL_FIELD(depth_args, out), "PATH",
     "folder of the results, outside the data set; with --disparity the file, or - for standard "
     "output",
     .flags = TOOL_REQUIRED},
    {TOOL_CHOICE, 0, "format", TOOL_FIELD(depth_args, format), "NAME",
     "png16 (1/256 m, at most 255.996 m), npy or pfm (float metres)", .choices = formats},
    {TOOL_FLAG, 0, "trunc", TOOL_FIELD(depth_args, truncate), NULL,
     "png16: drop the fraction of a sample instead of rounding half up"},
    {TOOL_FLAG, 0, "nan", TOOL_FIELD(depth_args, nan), NULL, "npy: no depth is NaN instead of 0"},
    {TOOL_END},
};

/* ---- the command line */

/* Split names become part of file names. */
static bool is_split_name(const char *name)
{
    return name[0] != '\0' &&
           name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                             "0123456789_-")] == '\0';
}

static int check_splits(tool *t, const tool_list *splits)
{
    for (size_t i = 0; i < splits->n; i++) {
        if (!is_split_name(splits->items[i]))
            return tool_usage_error(t, "--split: '%s' is not a split", splits->items[i]);
        for (size_t j = 0; j < i; j++)
            if (strcmp(splits->items[i], splits->items[j]) == 0)
                return tool_usage_error(t, "--split: '%s' is given twice", splits->items[i]);
    }
    return TOOL_EXIT_OK;
}

static int check_single(tool *t, const depth_args *args)
{
    static const char *const of_a_tree[] = {"root", "split", "disparity-root", "camera-root",
                                            "gt-root"};
    for (size_t i = 0; i < sizeof of_a_tree / sizeof *of_a_tree; i++)
        if (tool_given(t, of_a_tree[i]))
            return tool_usage_error(t, "--%s does not go with --disparity", of_a_tree[i]);
    if (args->camera == NULL)
        return tool_usage_error(t, "--disparity needs --camera FILE: there is no default "
                                   "calibration");
    if ((args->labels != NULL) != (args->mask_labels.n > 0))
        return tool_usage_error(t, "--labels FILE and --mask-labels IDS belong together");
    return TOOL_EXIT_OK;
}

static int check_tree(tool *t, const depth_args *args)
{
    if (args->camera != NULL || args->labels != NULL)
        return tool_usage_error(t, "--%s goes with --disparity",
                                args->camera != NULL ? "camera" : "labels");
    if (args->root == NULL && args->disparity_root == NULL)
        return tool_usage_error(t, "give --root DIR or --disparity FILE");
    if (args->root == NULL && args->camera_root == NULL)
        return tool_usage_error(t, "--camera-root is needed without --root");
    if (args->root == NULL && args->gt_root == NULL && args->mask_labels.n > 0)
        return tool_usage_error(t, "--mask-labels needs --gt-root or --root");
    if (strcmp(args->out, "-") == 0)
        return tool_usage_error(t, "--out - is for one frame (--disparity)");
    return check_splits(t, &args->splits);
}

static int check_rule(tool *t, const depth_args *args)
{
    pnd_backend_options backend = {0};
    pnd_error err = {0};
    if (args->truncate && args->format != PND_DEPTH_PNG16)
        return tool_usage_error(t, "--trunc is for --format png16");
    if (args->nan && args->format != PND_DEPTH_NPY)
        return tool_usage_error(t, "--nan is for --format npy");
    if (args->format == PND_DEPTH_PFM && args->zero_disparity == PND_ZERO_DISPARITY_FAR)
        return tool_usage_error(t, "--zero-disparity far: infinity means \"no depth\" in a PFM; "
                                   "use npy or png16");
    if (tool_given(t, "cap-mode") && isnan(args->cap_m))
        return tool_usage_error(t, "--cap-mode needs --cap M");
    if (pnd_backend_options_parse(&backend, args->backend, &err) != PND_OK)
        return tool_usage_error(t, "--backend: %s", err.message);
    return TOOL_EXIT_OK;
}

/* faults.md row 85: an output is neither an input nor inside the data set. */
static int check_output(tool *t, const depth_args *args)
{
    const char *const files[] = {args->disparity, args->camera, args->labels};
    const char *const roots[] = {args->root, args->disparity_root, args->camera_root,
                                 args->gt_root};
    const bool single = args->disparity != NULL;
    pnd_error err = {0};
    if (single) {
        if (tool_check_output(args->out, files, 3, NULL, &err) != PND_OK)
            return tool_fail(t, TOOL_USAGE, &err);
        return TOOL_EXIT_OK;
    }
    for (size_t i = 0; i < 4; i++)
        if (tool_check_output(args->out, NULL, 0, roots[i], &err) != PND_OK)
            return tool_fail(t, TOOL_USAGE, &err);
    return TOOL_EXIT_OK;
}

static int check_args(tool *t, const depth_args *args)
{
    int code = args->disparity != NULL ? check_single(t, args) : check_tree(t, args);
    if (code == TOOL_EXIT_OK)
        code = check_rule(t, args);
    return code == TOOL_EXIT_OK ? check_output(t, args) : code;
}

/* ---- the run */

/* A backend that cannot be opened is told once, not per frame. */
static int check_backend(depth_run *run)
{
    pnd_backend_options backend = {.struct_size = sizeof backend, .threads = 1};
    pnd_backend *opened = NULL;
    pnd_error err = {0};
    pnd_status status = pnd_backend_options_parse(&backend, run->args->backend, &err);
    if (status == PND_OK)
        status = pnd_backend_create(&opened, &backend, &err);
    if (status == PND_EUNSUPPORTED) /* a device was asked for that this build cannot drive */
        err.status = PND_EDEVICE;
    if (status != PND_OK)
        return tool_fail(run->tool, TOOL_INPUT, &err);
    tool_verbose(run->tool, "backend %s: %s", pnd_backend_name(opened),
                 pnd_backend_description(opened));
    pnd_backend_free(opened);
    return TOOL_EXIT_OK;
}

static int open_run(depth_run *run)
{
    const tool_int_list *labels = &run->args->mask_labels;
    pnd_error err = {0};
    run->has_mask = labels->n > 0;
    for (size_t i = 0; i < labels->n; i++)
        run->masked_label[labels->items[i]] = true;
    if (depth_frames_find(run, &err) != PND_OK)
        return tool_fail(run->tool, TOOL_INPUT, &err);
    if (depth_check_absent(run, &err) != PND_OK)
        return tool_fail(run->tool, TOOL_OUTPUT, &err);
    return check_backend(run);
}

static double percent(int64_t part, int64_t all)
{
    return all > 0 ? 100.0 * (double)part / (double)all : 0.0;
}

static void show_totals(const depth_run *run, size_t split, const char *path)
{
    const depth_totals totals = depth_totals_of(run, split);
    const pnd_depth_counts *n = &totals.counts;
    tool_info(run->tool,
              "%s: %lld frame%s, pixels: %.1f %% finite, %.1f %% invalid, %.1f %% infinite, "
              "%.1f %% masked: %s",
              run->n_splits > 0 ? run->args->splits.items[split] : run->args->disparity,
              (long long)totals.frames, totals.frames == 1 ? "" : "s",
              percent(n->finite, totals.pixels), percent(n->invalid, totals.pixels),
              percent(n->infinite, totals.pixels), percent(n->masked, totals.pixels), path);
    if (n->saturated > 0)
        tool_info(run->tool,
                  "%lld depths above 255.996 m are written as that; --cap or a float "
                  "format keeps them apart",
                  (long long)n->saturated);
}

/* The record comes last: where it is, all its frames are complete. */
static pnd_status write_record(const depth_run *run, size_t split, pnd_json_writer *report,
                               pnd_error *err)
{
    const depth_totals totals = depth_totals_of(run, split);
    char *path = depth_sidecar_path(run, split);
    pnd_status status = path != NULL ? depth_sidecar_write(run, split, err)
                                     : pnd_fail(err, PND_ENOMEM, "out of memory");
    if (status == PND_OK) {
        show_totals(run, split, path);
        pnd_json_begin_object(report);
        pnd_json_key(report, "record");
        pnd_json_string(report, path);
        pnd_json_key(report, "frames");
        pnd_json_int(report, totals.frames);
        pnd_json_key(report, "skipped");
        pnd_json_int(report, totals.skipped);
        pnd_json_end_object(report);
    }
    free(path);
    return status;
}

static int write_records(const depth_run *run)
{
    const size_t n = run->n_splits > 0 ? run->n_splits : 1;
    pnd_error err = {0};
    pnd_buffer text = {0};
    pnd_json_writer report = {.out = &text, .indent = 4};
    pnd_status status = PND_OK;
    if (strcmp(run->args->out, "-") == 0)
        return TOOL_EXIT_OK;
    pnd_json_begin_object(&report);
    pnd_json_key(&report, "tool");
    pnd_json_string(&report, "pnd-depth " PND_VERSION_STRING);
    pnd_json_key(&report, "records");
    pnd_json_begin_array(&report);
    for (size_t i = 0; i < n && status == PND_OK; i++)
        status = write_record(run, i, &report, &err);
    pnd_json_end_array(&report);
    pnd_json_end_object(&report);
    pnd_buffer_puts(&text, "\n");
    if (status == PND_OK)
        status = pnd_buffer_status(&text, &err);
    if (status == PND_OK && run->tool->common.json)
        status = tool_write(run->tool, "-", text.data, text.size, &err);
    pnd_buffer_clear(&text);
    return status == PND_OK ? TOOL_EXIT_OK : tool_fail(run->tool, TOOL_OUTPUT, &err);
}

static int run_depth(tool *t, const void *args_)
{
    const depth_args *args = args_;
    depth_run run = {.tool = t, .args = args};
    int code = check_args(t, args);
    if (code != TOOL_EXIT_OK)
        return code;
    code = open_run(&run);
    if (code == TOOL_EXIT_OK)
        code = depth_convert(&run);
    if (code == TOOL_EXIT_OK)
        code = write_records(&run);
    depth_frames_clear(&run);
    return code;
}

static const tool_command command = {
    .summary = "make metric depth maps from stereo disparity",
    .synopsis = "--root DIR --out DIR [--split NAMES]\n"
                "--disparity FILE --camera FILE --out FILE",
    .description =
        "Depth is fx * baseline / d with the calibration of the frame itself: Cityscapes has "
        "several rigs, and there is no default. A stored sample p > 0 is the disparity "
        "d = (p - 1) / 256 pixels. Depth is measured along the optical axis; --range gives the "
        "distance to the camera.\n\n"
        "Every pixel is in one of four states, which are counted and never mixed: invalid (p = 0, "
        "no measurement), infinite (p = 1, d = 0), masked (by --mask-labels, or beyond --cap), "
        "and finite. No depth is written as 0 in png16 and npy, as infinity in pfm.\n\n"
        "From a tree, DIR/disparity/SPLIT/CITY/*_disparity.png with its camera.json becomes "
        "OUT/depth/SPLIT/CITY/*_depth.png (or .npy, .pfm), and OUT/depth/SPLIT.json records the "
        "rule, each frame's calibration and pixel counts, and the digests of what was read and "
        "written. The record is written last, and only when every frame is complete; of one frame "
        "it is OUT.json.\n\n"
        "A png16 sample is depth * 256 rounded half up, 1 to 65535, as in KITTI. Depths above "
        "255.996 m are written as 65535 and counted as saturated.",
    .options = options,
    .defaults = &defaults,
    .args_size = sizeof(depth_args),
    .has_skip_bad = true,
    .examples = "# all frames of val\n"
                "pnd-depth --root cityscapes --split val --out results\n"
                "# as most papers evaluate: at most 80 m, without the car's own bonnet\n"
                "pnd-depth --root cityscapes --cap 80 --mask-labels 1,2,3 --out results\n"
                "# one frame as floats\n"
                "pnd-depth --disparity d.png --camera camera.json --format npy --out z.npy\n",
    .run = run_depth,
};

static const tool_program program = {
    .name = "pnd-depth",
    .commands = &command,
    .n_commands = 1,
    .see_also = "pnd-eval, pnd-view, pnd-panoptic",
};

int main(int argc, char **argv)
{
    return tool_main(&program, argc, argv);
}
