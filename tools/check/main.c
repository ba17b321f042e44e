/* SPDX-License-Identifier: Apache-2.0 */
/* pnd-check: what is wrong with a Cityscapes tree or with predictions, all of it in one run. */
#include "check.h"

#include <panodepth/alloc.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const check_args defaults = {0};

static const char *const roles[] = {"auto", "ground-truth", "prediction", NULL};
static const char *const id_spaces[] = {"any", "label", "train", NULL};

static const tool_opt options[] = {
    {TOOL_GROUP, .name = "What to check"},
    {TOOL_FLAG, 'd', "deep", TOOL_FIELD(check_args, deep), NULL,
     "decode every image and look at its pixels"},
    {TOOL_FLAG, 0, "complete", TOOL_FIELD(check_args, complete), NULL,
     "each modality must have the official number of files: train 2975, val 500, test 1525"},
    {TOOL_SIZE, 0, "size", TOOL_FIELD(check_args, size), "WxH",
     "the size all images must have; the most frequent one if not given", .flags = TOOL_NO_DEFAULT},
    {TOOL_LIST, 0, "ignore", TOOL_FIELD(check_args, ignore), "CODES",
     "problems that do not count, separated by commas"},
    {TOOL_FLAG, 0, "list-codes", TOOL_FIELD(check_args, list_codes), NULL,
     "print the codes and what they mean, and exit"},
    {TOOL_STRING, 'o', "output", TOOL_FIELD(check_args, output), "FILE",
     "also write the report as JSON, outside of what is checked"},
    {TOOL_GROUP, .name = "Panoptic JSON"},
    {TOOL_STRING, 0, "png-dir", TOOL_FIELD(check_args, png_dir), "DIR",
     "the folder of its images; the JSON's path without .json if not given"},
    {TOOL_CHOICE, 0, "role", TOOL_FIELD(check_args, role), "ROLE",
     "what the JSON is: auto, ground-truth, prediction", .choices = roles},
    {TOOL_CHOICE, 0, "ids", TOOL_FIELD(check_args, ids), "SPACE",
     "the category ids it must use: any, label, train", .choices = id_spaces},
    {TOOL_GROUP, .name = "Manifest"},
    {TOOL_STRING, 0, "manifest-create", TOOL_FIELD(check_args, manifest_create), "FILE",
     "write the SHA-256 of every file, as sha256sum does, and check nothing"},
    {TOOL_STRING, 0, "manifest-verify", TOOL_FIELD(check_args, manifest_verify), "FILE",
     "compare with such a list: missing, changed and extra files; check nothing else"},
    {TOOL_END},
};

/* ---- opening */

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static bool holds_a_type(const char *root)
{
    size_t n;
    bool found = false;
    const check_modality *m = check_modalities(&n);
    for (size_t i = 0; i < n && !found; i++) {
        char *path = pnd_strdup_printf("%s/%s", root, m[i].type);
        found = path != NULL && is_folder(path);
        free(path);
    }
    return found;
}

/* gtFine itself instead of the folder that holds it. */
static bool is_inside_tree(const char *root)
{
    size_t n, size = strlen(root);
    const check_modality *m = check_modalities(&n);
    while (size > 1 && root[size - 1] == '/')
        size--;
    for (size_t i = 0; i < n; i++) {
        const size_t k = strlen(m[i].type);
        if (size >= k && memcmp(root + size - k, m[i].type, k) == 0 &&
            (size == k || root[size - k - 1] == '/'))
            return true;
    }
    return false;
}

/* A JSON is checked with its folder of images: the root is where it lies. */
static pnd_status open_json(check_run *run, const char *path, pnd_error *err)
{
    const char *slash = strrchr(path, '/');
    run->root_owned =
        slash != NULL ? pnd_strdup_printf("%.*s", (int)(slash - path), path) : pnd_strdup(".");
    char *name = pnd_strdup(slash != NULL ? slash + 1 : path);
    run->names.items = pnd_alloc_array(1, sizeof *run->names.items);
    if (run->root_owned == NULL || name == NULL || run->names.items == NULL) {
        free(name);
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    }
    run->names.items[0] = name;
    run->names.n = run->names.capacity = 1;
    run->root = slash == path ? "/" : run->root_owned;
    return PND_OK;
}

static pnd_status open_operand(check_run *run, const char *path, pnd_error *err)
{
    struct stat info;
    if (stat(path, &info) == 0 && S_ISREG(info.st_mode))
        return open_json(run, path, err);
    run->root = path;
    run->is_tree = holds_a_type(path);
    if (!run->is_tree && is_inside_tree(path))
        return pnd_fail_hint(err, PND_EINVAL, "give the folder one level up",
                             "%s: a part of a tree, not the tree", path);
    pnd_status status = check_walk(&run->names, path, err);
    if (status == PND_OK && run->names.n == 0)
        status = pnd_fail(err, PND_EFORMAT, "%s: an empty folder", path);
    return status;
}

/* ---- running */

static pnd_status scratch_create(void **out, void *context, pnd_error *err)
{
    (void)context;
    *out = pnd_calloc_array(1, sizeof(check_scratch));
    return *out != NULL ? PND_OK : pnd_fail(err, PND_ENOMEM, "out of memory");
}

static void scratch_free(void *pointer)
{
    check_scratch *s = pointer;
    pnd_buffer_clear(&s->bytes);
    pnd_plane_u8_clear(&s->labels);
    pnd_plane_u16_clear(&s->instances);
    pnd_plane_u16_clear(&s->samples);
    pnd_plane_u32_clear(&s->ids);
    pnd_plane_rgb8_clear(&s->rgb);
    pnd_depth_map_clear(&s->depth);
    free(s);
}

static pnd_status check_unit_of(tool_frame *f)
{
    check_run *run = f->context;
    check_unit *unit = &run->units[f->index];
    return unit->n > 0 ? check_frame(run, unit, f->scratch, &f->err)
                       : check_annotation(run, unit, f->scratch, &f->err);
}

static int check_units(check_run *run)
{
    tool_problems problems = {0};
    const tool_frame_job job = {.n = (int32_t)run->n_units,
                                .what = "frames",
                                .context = run,
                                .run = check_unit_of,
                                .scratch_create = scratch_create,
                                .scratch_free = scratch_free};
    const int code = tool_for_each(run->tool, &job, &problems);
    tool_problems_clear(&problems);
    return code;
}

static void close_run(check_run *run)
{
    for (size_t u = 0; u < run->n_units; u++)
        check_problems_clear(&run->units[u].problems);
    for (size_t i = 0; i < run->n_sets; i++)
        check_set_clear(&run->sets[i]);
    for (int32_t i = 0; i < run->n_splits; i++)
        free(run->splits[i]);
    free(run->units);
    free(run->sets);
    free(run->files);
    free(run->root_owned);
    check_problems_clear(&run->problems);
    check_names_clear(&run->names);
}

static int check_data(check_run *run, const char *path)
{
    pnd_error err = {0};
    pnd_status status = open_operand(run, path, &err);
    if (status == PND_OK)
        status = check_open_tree(run, &err);
    if (status != PND_OK)
        return tool_fail(run->tool, TOOL_INPUT, &err);
    const int code = check_units(run);
    if (code != TOOL_EXIT_OK)
        return code;
    return check_between(run, &err) == PND_OK ? TOOL_EXIT_OK
                                              : tool_fail(run->tool, TOOL_INPUT, &err);
}

static int list_codes(void)
{
    for (int i = 0; i < CHECK_N_CODES; i++) {
        const check_code_text *text = check_code_of((check_code)i);
        printf("%-24s %-8s %s\n", text->name, text->warning ? "warning" : "error", text->title);
    }
    return TOOL_EXIT_OK;
}

static int check_args_of(tool *t, const check_args *args)
{
    for (size_t i = 0; i < args->ignore.n; i++)
        if (check_code_by_name(args->ignore.items[i]) == CHECK_N_CODES)
            return tool_usage_error(t, "--ignore: '%s' is no code; see --list-codes",
                                    args->ignore.items[i]);
    if (args->manifest_create != NULL && args->manifest_verify != NULL)
        return tool_usage_error(t, "give --manifest-create or --manifest-verify, not both");
    if (t->n_operands == 0 && !args->list_codes)
        return tool_usage_error(t, "give a data set, a prediction folder or a panoptic JSON");
    if (args->png_dir != NULL && (t->n_operands == 0 || is_folder(t->operands[0])))
        return tool_usage_error(t, "--png-dir belongs to a panoptic JSON, not to a folder");
    return TOOL_EXIT_OK;
}

static int run_check(tool *t, const void *args_)
{
    const check_args *args = args_;
    pnd_error err = {0};
    check_run run = {.tool = t, .args = args};
    int code = check_args_of(t, args);
    if (code != TOOL_EXIT_OK)
        return code;
    if (args->list_codes)
        return list_codes();
    if (tool_check_output(args->output, NULL, 0, t->operands[0], &err) != PND_OK)
        return tool_fail(t, TOOL_USAGE, &err);
    if (args->manifest_create != NULL)
        return check_manifest_create(t, args, t->operands[0]);
    run.root = t->operands[0];
    code = args->manifest_verify != NULL ? check_manifest_verify(&run)
                                         : check_data(&run, t->operands[0]);
    if (args->manifest_verify != NULL)
        run.n_files = run.names.n;
    if (code == TOOL_EXIT_OK && check_collect(&run, &err) != PND_OK)
        code = tool_fail(t, TOOL_INPUT, &err);
    if (code == TOOL_EXIT_OK)
        code = check_report(&run);
    if (code == TOOL_EXIT_OK && run.problems.n > 0)
        code = TOOL_EXIT_GATE;
    close_run(&run);
    return code;
}

static const tool_command command = {
    .summary = "find what is wrong with a Cityscapes tree or with predictions",
    .synopsis = "TREE [--deep] [--complete]\nPREDICTIONS|FILE.json [--deep]\n"
                "TREE --manifest-create FILE\nTREE --manifest-verify FILE",
    .description =
        "Looks at every file and reports all problems in one run, grouped by kind. The argument "
        "is a data set (the folder that holds gtFine, disparity, ...), a folder of predictions "
        "(panoptic JSON with images, depth maps, label images) or one panoptic JSON.\n\n"
        "Without --deep: files that are missing beside others of their frame, empty, truncated "
        "or damaged (every CRC), pointers and HTML pages instead of data, bit depth, colour type "
        "and size, names in the wrong place, calibrations, and panoptic JSON. With --deep every "
        "image is decoded: classes, instanceIds against labelIds, panoptic segments against "
        "their list, and disparity and depth that cannot be meant.\n\n"
        "A part of Cityscapes is fine, and what a split has none of is not missing; --complete "
        "asks for the official numbers. With --json the report is JSON with every problem, else "
        "--max-errors are listed of each kind. The codes are stable; docs/checks.md explains "
        "them. The exit code is 1 when there is any problem, warnings included, and 3 only when "
        "nothing could be read.",
    .options = options,
    .defaults = &defaults,
    .args_size = sizeof(check_args),
    .operand = "PATH",
    .operand_help = "a data set, a folder of predictions, or a panoptic JSON",
    .max_operands = 1,
    .examples = "# is the download whole?\n"
                "pnd-check cityscapes --complete\n"
                "# look at every pixel, as JSON for a program\n"
                "pnd-check cityscapes --deep --json >report.json\n"
                "# would an evaluator take these?\n"
                "pnd-check results/cityscapes_panoptic_val.json --deep --ids label\n"
                "# has anything changed since?\n"
                "pnd-check cityscapes --manifest-create cityscapes.sha256\n"
                "pnd-check cityscapes --manifest-verify cityscapes.sha256\n",
    .run = run_check,
};

static const tool_program program = {
    .name = "pnd-check",
    .commands = &command,
    .n_commands = 1,
    .see_also = "pnd-eval, pnd-panoptic, pnd-convert, pnd-scene",
};

int main(int argc, char **argv)
{
    return tool_main(&program, argc, argv);
}
