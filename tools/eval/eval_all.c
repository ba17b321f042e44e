/* SPDX-License-Identifier: Apache-2.0 */
/* pnd-eval all: options, and the order of the work. */
#include "eval_all.h"

#include "eval_commands.h"

#include <panodepth/alloc.h>

#include <stdlib.h>
#include <string.h>

static const all_args defaults = {.split = "val"};
static const char *const task_names[] = {"panoptic", "semantic", "instance",
                                         "depth",    "joint",    NULL};
static const char *const parities[] = {
    [PND_PQ_CORRECTED] = "corrected", [PND_PQ_STRICT] = "strict", NULL};

static const tool_opt options[] = {
    {TOOL_GROUP, .name = "Input"},
    {TOOL_STRING, 'r', "root", TOOL_FIELD(all_args, root), "DIR",
     "Cityscapes folder: gtFine, disparity and camera", .env = "CITYSCAPES_DATASET",
     .flags = TOOL_REQUIRED},
    {TOOL_STRING, 's', "split", TOOL_FIELD(all_args, split), "NAME", "train, val or test"},
    {TOOL_STRING, 'p', "pred", TOOL_FIELD(all_args, pred), "DIR",
     "folder of all predictions; ROOT/results if not given", .env = "CITYSCAPES_RESULTS"},
    {TOOL_STRING, 0, "gt-json", TOOL_FIELD(all_args, gt_json), "FILE",
     "panoptic ground truth; ROOT/gtFine/cityscapes_panoptic_SPLIT.json if not given"},
    {TOOL_STRING, 0, "gt-dir", TOOL_FIELD(all_args, gt_dir), "DIR",
     "its PNGs; the JSON's name without .json if not given"},
    {TOOL_STRING, 0, "semantic-suffix", TOOL_FIELD(all_args, semantic_suffix), "TEXT",
     "what follows the frame's name in the names of label images, as in _pred.png"},
    {TOOL_GROUP, .name = "Scoring"},
    {TOOL_LIST, 't', "tasks", TOOL_FIELD(all_args, tasks), "NAME,...",
     "score these and no others, and fail if one cannot be; of", .choices = task_names},
    {TOOL_CHOICE, 0, "parity", TOOL_FIELD(all_args, parity), "MODE", "of pnd-eval panoptic; one of",
     .choices = parities},
    {TOOL_CHOICE, 0, "protocol", TOOL_FIELD(all_args, protocol), "NAME",
     "of pnd-eval depth; one of", .choices = depth_protocol_names},
    {TOOL_FLAG, 0, "boundary", TOOL_FIELD(all_args, boundary), NULL,
     "boundary PQ and boundary IoU too"},
    {TOOL_FLAG, 0, "errors", TOOL_FIELD(all_args, errors), NULL, "of pnd-eval panoptic"},
    {TOOL_FLAG, 0, "distance", TOOL_FIELD(all_args, distance), NULL, "of pnd-eval instance"},
    {TOOL_INT_LIST, 0, "mask-labels", TOOL_FIELD(all_args, mask_labels), "ID,...",
     "of pnd-eval depth", .low = 0, .high = PND_MAX_LABEL_ID},
    {TOOL_LIST, 0, "analysis", TOOL_FIELD(all_args, analysis), "PART,...", "of pnd-eval depth; of",
     .choices = depth_analysis_choices},
    {TOOL_REPEAT, 0, "require", TOOL_FIELD(all_args, require), "EXPR",
     "exit 1 unless it holds, as in 'PQ>=60' or 'absErr<=0.1'; the scores of every task, under the "
     "names its own command knows; a task whose score is required must be there; repeatable"},
    {TOOL_GROUP, .name = "Output"},
    {TOOL_STRING, 'o', "out", TOOL_FIELD(all_args, out), "DIR",
     "write DIR/panoptic.json, DIR/depth.json and so on, each what the task's own command writes"},
    {TOOL_STRING, 'n', "name", TOOL_FIELD(all_args, name), "METHOD",
     "name of the method, kept in the results"},
    {TOOL_END},
};

enum { MAX_METRICS = (int)ALL_N_TASKS * (int)EVAL_MAX_METRICS };

/* What does not depend on the folder; all_find() adds the predictions. */
static void fill_args(all_plan *p, const all_args *args)
{
    p->panoptic = *(const panoptic_args *)eval_panoptic_command.defaults;
    p->semantic = *(const semantic_args *)eval_semantic_command.defaults;
    p->instance = *(const instance_args *)eval_instance_command.defaults;
    p->depth = *(const depth_args *)eval_depth_command.defaults;
    p->joint = *(const joint_args *)eval_joint_command.defaults;
    p->panoptic.root = p->semantic.root = p->instance.root = args->root;
    p->depth.root = p->joint.root = args->root;
    p->panoptic.split = p->semantic.split = p->instance.split = args->split;
    p->depth.split = p->joint.split = args->split;
    p->panoptic.name = p->semantic.name = p->instance.name = args->name;
    p->depth.name = p->joint.name = args->name;
    p->panoptic.gt_json = p->joint.gt_json = args->gt_json;
    p->panoptic.gt_dir = p->joint.gt_dir = args->gt_dir;
    p->panoptic.parity = args->parity;
    p->panoptic.boundary = p->semantic.boundary = args->boundary;
    p->panoptic.errors = args->errors;
    p->instance.distance = args->distance;
    p->depth.protocol = args->protocol;
    p->depth.mask_labels = args->mask_labels;
    p->depth.analysis = args->analysis;
}

static void init(all_plan *p, const all_args *args)
{
    p->args = args;
    fill_args(p, args);
    p->items[ALL_PANOPTIC].part = (eval_part){&eval_panoptic_task, &p->panoptic, NULL};
    p->items[ALL_SEMANTIC].part = (eval_part){&eval_semantic_task, &p->semantic, NULL};
    p->items[ALL_INSTANCE].part = (eval_part){&eval_instance_task, &p->instance, NULL};
    p->items[ALL_DEPTH].part = (eval_part){&eval_depth_task, &p->depth, NULL};
    p->items[ALL_JOINT].part = (eval_part){&eval_joint_task, &p->joint, NULL};
    for (int i = 0; i < ALL_N_TASKS; i++) {
        all_item *const item = &p->items[i];
        for (size_t k = 0; k < args->tasks.n; k++)
            item->is_required |= strcmp(args->tasks.items[k], item->part.task->name) == 0;
        item->is_asked = item->is_required || args->tasks.n == 0;
    }
}

static void clear(all_plan *p)
{
    for (int i = 0; i < ALL_N_TASKS; i++) {
        eval_part_close(&p->items[i].part);
        pnd_buffer_clear(&p->items[i].text);
        free(p->items[i].file);
    }
    for (size_t i = 0; i < p->n_strings; i++)
        free(p->strings[i]);
    eval_files_clear(&p->files);
}

/* ---- --require */

/* The scores of all tasks; before the work their names. No name is known to two tasks. */
static size_t all_metrics(eval_metric out[MAX_METRICS], const all_plan *p)
{
    size_t n = 0;
    for (int i = 0; i < ALL_N_TASKS; i++) {
        const eval_part *const part = &p->items[i].part;
        n += part->task->metrics(out + n, part->args, part->state);
    }
    return n;
}

static all_item *task_of_score(all_plan *p, const char *text)
{
    for (int i = 0; i < ALL_N_TASKS; i++) {
        eval_metric known[EVAL_MAX_METRICS];
        const eval_part *const part = &p->items[i].part;
        const size_t n = part->task->metrics(known, part->args, NULL);
        if (eval_require_parse(text, known, n, NULL) == PND_OK)
            return &p->items[i];
    }
    return NULL;
}

/* A task whose score is required is required itself. */
static pnd_status check_requirements(all_plan *p, pnd_error *err)
{
    eval_metric known[MAX_METRICS];
    const tool_list *const require = &p->args->require;
    const pnd_status status = eval_require_check(require, known, all_metrics(known, p), err);
    for (size_t i = 0; i < require->n && status == PND_OK; i++) {
        all_item *const item = task_of_score(p, require->items[i]);
        if (!item->is_asked)
            return pnd_fail(err, PND_EINVAL,
                            "--require '%s': a score of %s, which --tasks leaves out",
                            require->items[i], item->part.task->name);
        item->is_required = true;
    }
    return status;
}

/* ---- before the work */

/* Which tasks are scored and which are not, one line each. */
static int announce(tool *t, const all_plan *p)
{
    int code = TOOL_EXIT_OK;
    size_t n = 0;
    for (int i = 0; i < ALL_N_TASKS; i++) {
        const all_item *const item = &p->items[i];
        const char *const name = item->part.task->name, *const text = pnd_buffer_text(&item->text);
        pnd_error err = {0};
        n += item->is_scored;
        if (item->is_scored) {
            tool_info(t, "%s: %s", name, text);
        } else if (item->is_required) {
            (void)pnd_fail(&err, PND_EINVAL, "%s: cannot be scored: %s", name, text);
            code = tool_graver_exit(code, tool_fail(t, TOOL_INPUT, &err));
        } else if (item->is_asked) {
            tool_warn(t, "%s: not scored: %s", name, text);
        }
    }
    if (n > 0 || code != TOOL_EXIT_OK)
        return code;
    pnd_error err = {0};
    (void)pnd_fail(&err, PND_EINVAL, "%s: nothing to score", p->pred);
    return tool_fail(t, TOOL_INPUT, &err);
}

static pnd_status name_file(all_item *item, const all_args *args, bool force, pnd_error *err)
{
    item->file = pnd_strdup_printf("%s/%s.json", args->out, item->part.task->name);
    if (item->file == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    if (force || !eval_exists(item->file))
        return PND_OK;
    return pnd_fail_hint(err, PND_EINVAL, "--force replaces it", "%s: already exists", item->file);
}

static void set_outputs(all_plan *p)
{
    p->panoptic.out = p->items[ALL_PANOPTIC].file;
    p->semantic.out = p->items[ALL_SEMANTIC].file;
    p->instance.out = p->items[ALL_INSTANCE].file;
    p->depth.out = p->items[ALL_DEPTH].file;
    p->joint.out = p->items[ALL_JOINT].file;
}

static int name_files(tool *t, all_plan *p)
{
    pnd_error err = {0};
    for (int i = 0; p->args->out != NULL && i < ALL_N_TASKS; i++)
        if (p->items[i].is_scored &&
            name_file(&p->items[i], p->args, t->common.force, &err) != PND_OK)
            return tool_fail(t, TOOL_OUTPUT, &err);
    set_outputs(p);
    return TOOL_EXIT_OK;
}

static int check_out(tool *t, const all_args *args)
{
    pnd_error err = {0};
    if (args->out == NULL)
        return TOOL_EXIT_OK;
    if (strcmp(args->out, "-") == 0)
        return tool_usage_error(t, "-o names a folder; --json prints all results");
    if (eval_exists(args->out) && !eval_is_folder(args->out))
        return tool_usage_error(t, "%s: -o names a folder", args->out);
    return tool_check_output(args->out, NULL, 0, args->root, &err) == PND_OK
               ? TOOL_EXIT_OK
               : tool_fail(t, TOOL_USAGE, &err);
}

static int prepare(tool *t, all_plan *p)
{
    pnd_error err = {0};
    if (check_requirements(p, &err) != PND_OK)
        return tool_fail(t, TOOL_USAGE, &err);
    int code = check_out(t, p->args);
    if (code != TOOL_EXIT_OK)
        return code;
    if (all_find(p, &err) != PND_OK)
        return tool_fail(t, TOOL_INPUT, &err);
    code = announce(t, p);
    return code == TOOL_EXIT_OK ? name_files(t, p) : code;
}

/* ---- the work */

/* Tasks that read the panoptic prediction or the depth maps of another one would repeat what that
 * one said about them. */
static bool would_repeat(const all_plan *p, int task, const int codes[ALL_N_TASKS])
{
    const bool panoptic_failed = codes[ALL_PANOPTIC] != TOOL_EXIT_OK;
    if (task == ALL_INSTANCE)
        return panoptic_failed && p->instance.pred_json != NULL;
    return task == ALL_JOINT && (panoptic_failed || codes[ALL_DEPTH] != TOOL_EXIT_OK);
}

/* Open all of them, so that everything that is wrong is told in one run. */
static int open_parts(tool *t, all_plan *p, eval_sets *sets)
{
    int codes[ALL_N_TASKS] = {0}, code = TOOL_EXIT_OK;
    for (int i = 0; i < ALL_N_TASKS; i++) {
        if (!p->items[i].is_scored || would_repeat(p, i, codes))
            continue;
        codes[i] = eval_part_open(&p->items[i].part, t, sets);
        code = tool_graver_exit(code, codes[i]);
    }
    return code;
}

static int pass(tool *t, all_plan *p)
{
    eval_part parts[ALL_N_TASKS];
    size_t n = 0;
    for (int i = 0; i < ALL_N_TASKS; i++)
        if (p->items[i].is_scored)
            parts[n++] = p->items[i].part;
    int code = eval_pass(t, parts, n);
    if (code != TOOL_EXIT_OK)
        return code;
    for (size_t i = 0; i < n; i++)
        code = tool_graver_exit(code, parts[i].task->reduce(parts[i].state, t));
    return code;
}

static int run_plan(tool *t, all_plan *p, eval_sets *sets)
{
    int code = prepare(t, p);
    if (code == TOOL_EXIT_OK)
        code = open_parts(t, p, sets);
    if (code == TOOL_EXIT_OK)
        code = pass(t, p);
    if (code == TOOL_EXIT_OK)
        code = all_report(t, p);
    if (code != TOOL_EXIT_OK)
        return code;
    eval_metric metrics[MAX_METRICS];
    const size_t n = all_metrics(metrics, p);
    return eval_require_judge(t, &p->args->require, metrics, n);
}

static int run(tool *t, const void *data)
{
    all_plan plan = {0};
    eval_sets sets = {0};
    init(&plan, data);
    const int code = run_plan(t, &plan, &sets);
    clear(&plan);
    eval_sets_clear(&sets);
    return code;
}

const tool_command eval_all_command = {
    .name = "all",
    .summary = "every score a folder of predictions allows, in one pass",
    .synopsis = "--root DIR --split val --pred DIR [-o DIR]",
    .description =
        "Looks at the names in the folder of predictions, says which tasks it allows and which "
        "not and why, and scores them in one pass over the frames: a file that several tasks need "
        "is read and decoded once. Each task's results are, byte for byte, what its own command "
        "gives.\n\n"
        "A task is scored when its predictions are there: panoptic with "
        "cityscapes_panoptic_SPLIT.json and its PNGs; semantic with FRAME*labelIds.png or "
        "FRAME*labelTrainIds.png; instance with FRAME*.txt and masks, or from the panoptic "
        "prediction; depth with FRAME*_depth.png, .npy or .pfm; joint with panoptic and depth. All "
        "may lie in one folder, at any depth, or in sub-folders panoptic, semantic, instance and "
        "depth.\n\n"
        "Predictions that are missing, unreadable or inconsistent stop the run (exit 6 for missing "
        "ones, 3 for the rest), those of all tasks listed, and then no results are written; "
        "--skip-bad leaves an image out of the tasks that cannot use it and says so in their "
        "signatures.",
    .options = options,
    .defaults = &defaults,
    .args_size = sizeof(all_args),
    .has_skip_bad = true,
    .examples = "# all scores of a method, and its tables\n"
                "pnd-eval all --root cityscapes --pred out --name mine -o scores\n"
                "pnd-table scores/*.json\n"
                "# two tasks, with a gate on each\n"
                "pnd-eval all --pred out --tasks panoptic,depth --require 'PQ>=60' \\\n"
                "    --require 'absErr<=0.1'",
    .run = run,
};
