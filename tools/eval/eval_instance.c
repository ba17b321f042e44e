/* SPDX-License-Identifier: Apache-2.0 */
/* pnd-eval instance: options, and the order of the work. */
#include "eval_instance.h"

#include "eval_commands.h"
#include "eval_run.h"

#include <panodepth/alloc.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const instance_args defaults = {.split = "val"};
static const char *const id_choices[] = {[INSTANCE_IDS_AUTO] = "auto",
                                         [INSTANCE_IDS_LABEL] = "label",
                                         [INSTANCE_IDS_TRAIN] = "train",
                                         NULL};

static const tool_opt options[] = {
    {TOOL_GROUP, .name = "Input"},
    {TOOL_STRING, 'r', "root", TOOL_FIELD(instance_args, root), "DIR",
     "Cityscapes folder: instanceIds of gtFine", .env = "CITYSCAPES_DATASET"},
    {TOOL_STRING, 's', "split", TOOL_FIELD(instance_args, split), "NAME", "train, val or test"},
    {TOOL_STRING, 'p', "pred", TOOL_FIELD(instance_args, pred), "DIR",
     "folder with FRAME*.txt at any depth; a line is MASK.png LABEL CONFIDENCE, the mask relative "
     "to its text file; ROOT/results if not given",
     .env = "CITYSCAPES_RESULTS"},
    {TOOL_STRING, 0, "pred-suffix", TOOL_FIELD(instance_args, pred_suffix), "TEXT",
     "what follows the frame's name in its file's name, as in _pred.txt"},
    {TOOL_STRING, 0, "pred-json", TOOL_FIELD(instance_args, pred_json), "FILE",
     "a panoptic prediction in COCO format instead: each thing is an instance, its confidence the "
     "field score, or 1"},
    {TOOL_STRING, 0, "pred-dir", TOOL_FIELD(instance_args, pred_dir), "DIR",
     "its PNGs; the JSON's name without .json, or the JSON's folder, if not given"},
    {TOOL_CHOICE, 0, "pred-ids", TOOL_FIELD(instance_args, pred_ids), "SPACE",
     "what the labels of predictions are: label ids (24 to 33), or trainIds (11 to 18); auto takes "
     "label ids and refuses what looks like trainIds; one of",
     .choices = id_choices},
    {TOOL_GROUP, .name = "Scoring"},
    {TOOL_FLAG, 0, "distance", TOOL_FIELD(instance_args, distance), NULL,
     "also AP of the instances within 100 m and 50 m by the tree's disparity and camera: an "
     "extension, the benchmark's own distances are not published"},
    {TOOL_REPEAT, 0, "require", TOOL_FIELD(instance_args, require), "EXPR",
     "exit 1 unless it holds, as in 'AP>=30'; AP AP50, and with --distance AP100m AP50m, in "
     "percent, with >= > <= < ==; an undefined score meets nothing; repeatable"},
    {TOOL_GROUP, .name = "Output"},
    {TOOL_STRING, 'o', "out", TOOL_FIELD(instance_args, out), "FILE",
     "write results.json; - for standard output, without the table"},
    {TOOL_STRING, 'n', "name", TOOL_FIELD(instance_args, name), "METHOD",
     "name of the method, kept in the results"},
    {TOOL_END},
};

const int32_t *instance_labels(void)
{
    static const int32_t labels[INSTANCE_N_SCORED] = {24, 25, 26, 27, 28, 31, 32, 33};
    return labels;
}

/* ---- --require */

static size_t metrics(eval_metric *out, const void *data, const void *state)
{
    const instance_args *const args = data;
    const instance_state *const s = state;
    out[0] = (eval_metric){"AP", s == NULL ? 0 : 100 * s->results.all_ap};
    out[1] = (eval_metric){"AP50", s == NULL ? 0 : 100 * s->results.all_ap50};
    if (!args->distance)
        return 2;
    out[2] = (eval_metric){"AP100m", s == NULL ? 0 : 100 * s->results.near[0].mean.ap};
    out[3] = (eval_metric){"AP50m", s == NULL ? 0 : 100 * s->results.near[1].mean.ap};
    return 4;
}

/* ---- scores */

/* Means over the defined cells of classes and thresholds, and per class over its thresholds. */
static void average(instance_results *r)
{
    const pnd_instance_mean mean =
        pnd_instance_average(r->class_ap, r->ap[0], INSTANCE_N_SCORED, PND_INSTANCE_N_OVERLAPS);
    r->all_ap = mean.ap;
    r->all_ap50 = mean.ap50;
}

static pnd_status score_classes(instance_results *r, pnd_error *err)
{
    pnd_instance_image *const images = pnd_alloc_array(r->scored, sizeof *images);
    if (images == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    size_t n = 0;
    for (size_t i = 0; i < r->inputs->pairs.n; i++)
        if (r->frames[i].scored)
            images[n++] = r->frames[i].image;
    pnd_status status = PND_OK;
    for (int c = 0; c < INSTANCE_N_SCORED && status == PND_OK; c++)
        status = pnd_instance_ap(r->ap[c], images, n, instance_labels()[c], r->overlaps,
                                 PND_INSTANCE_N_OVERLAPS, pnd_instance_all(), err);
    if (status == PND_OK && r->args->distance)
        status = instance_score_near(r, images, n, err);
    free(images);
    return status;
}

static pnd_status add_up(instance_results *r, pnd_error *err)
{
    for (size_t i = 0; i < r->inputs->pairs.n; i++) {
        const char *const id = r->inputs->pairs.items[i].key;
        const instance_frame *const frame = &r->frames[i];
        r->scored += frame->scored;
        r->skipped += !frame->scored;
        eval_deviate(&r->deviations, "skipped-image",
                     "images left out (--skip-bad): a score over other images", !frame->scored, id);
        if (!frame->scored)
            continue;
        eval_deviate(&r->deviations, "empty-prediction",
                     "predicted instances without a pixel; left out", frame->image.n_empty, id);
        eval_deviate(&r->deviations, "no-score", "predicted instances without a score: 1.0",
                     frame->without_score, id);
        if (r->inputs->partners == NULL)
            eval_deviate(&r->deviations, "label-not-scored",
                         "predicted masks of labels that are not scored; left out",
                         frame->other_labels, id);
    }
    pnd_instance_overlaps(r->overlaps);
    const pnd_status status = score_classes(r, err);
    if (status != PND_OK)
        return status;
    average(r);
    if (r->deviations.failed)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    return instance_sign(r, err);
}

/* ---- trainIds where label ids are expected */

static pnd_status check_space(const instance_results *r, pnd_error *err)
{
    uint64_t met = 0;
    for (size_t i = 0; i < r->inputs->pairs.n; i++)
        met |= r->frames[i].met_labels;
    const uint64_t things = UINT64_C(0xff) << 11; /* 11 to 18 in trainIds */
    if (r->args->pred_ids != INSTANCE_IDS_AUTO || met >> 19 != 0 || (met & things) == 0)
        return PND_OK;
    return pnd_fail_hint(err, PND_EMISMATCH,
                         "--pred-ids train maps trainIds; --pred-ids label takes them as they are",
                         "%s: the labels are 0 to 18 only, as in trainIds; expected label ids (24 "
                         "to 33 for instances)",
                         r->inputs->pairs.folder);
}

/* ---- the order of the work */

static void warn_if_hollow(tool *t, const instance_results *r)
{
    size_t guesses = 0;
    for (size_t i = 0; i < r->inputs->pairs.n; i++)
        guesses += r->frames[i].image.n_guesses;
    if (isnan(r->all_ap))
        tool_warn(t, "the ground truth has no instance to find (images: %zu)", r->scored);
    else if (guesses == 0)
        tool_warn(t, "no instance is predicted (images: %zu)", r->scored);
}

static int reduce(void *state, tool *t)
{
    instance_results *const r = &((instance_state *)state)->results;
    pnd_error err = {0};
    if (check_space(r, &err) != PND_OK || add_up(r, &err) != PND_OK)
        return tool_fail(t, TOOL_INPUT, &err);
    warn_if_hollow(t, r);
    return TOOL_EXIT_OK;
}

static void print(pnd_buffer *text, const void *state)
{
    instance_print(text, &((const instance_state *)state)->results);
}

static void write_json(pnd_buffer *json, const void *state)
{
    instance_write_json(json, &((const instance_state *)state)->results);
}

/* ---- input */

static pnd_status check_out(const tool *t, const instance_args *args, const instance_inputs *inputs,
                            pnd_error *err)
{
    const char *const files[] = {t->n_operands == 0 ? inputs->pairs.folder : NULL, inputs->set_dir,
                                 inputs->pairs.items[0].gt,
                                 inputs->partners == NULL ? inputs->pairs.items[0].pred : NULL};
    return tool_check_output(args->out, files, sizeof files / sizeof *files,
                             t->n_operands == 0 ? args->root : NULL, err);
}

static int open_inputs(void *state, tool *t, const void *data, eval_sets *sets)
{
    instance_state *const s = state;
    instance_results *const r = &s->results;
    pnd_error err = {0};
    r->args = data;
    r->inputs = &s->inputs;
    r->split = t->n_operands == 0 ? r->args->split : NULL;
    const int code = instance_inputs_load(&s->inputs, t, r->args, sets, &r->deviations);
    if (code != TOOL_EXIT_OK)
        return code;
    if (check_out(t, r->args, &s->inputs, &err) != PND_OK)
        return tool_fail(t, TOOL_USAGE, &err);
    r->frames = pnd_calloc_array(s->inputs.pairs.n, sizeof *r->frames);
    if (r->frames != NULL)
        return TOOL_EXIT_OK;
    (void)pnd_fail(&err, PND_ENOMEM, "out of memory");
    return tool_fail(t, TOOL_INPUT, &err);
}

static size_t count(const void *state)
{
    return ((const instance_state *)state)->inputs.pairs.n;
}

static const char *image_id(const void *state, size_t index)
{
    return ((const instance_state *)state)->inputs.pairs.items[index].key;
}

static void close_state(void *state)
{
    instance_state *const s = state;
    instance_frames_free(s->results.frames, s->inputs.pairs.n);
    pnd_buffer_clear(&s->results.signature);
    eval_deviations_clear(&s->results.deviations);
    instance_inputs_clear(&s->inputs);
}

const eval_task eval_instance_task = {
    .name = "instance",
    .images = "images",
    .state_size = sizeof(instance_state),
    .open = open_inputs,
    .count = count,
    .image_id = image_id,
    .frame = instance_frame_score,
    .scratch_create = instance_scratch_create,
    .scratch_free = instance_scratch_free,
    .reduce = reduce,
    .print = print,
    .write_json = write_json,
    .metrics = metrics,
    .close = close_state,
};

static int run(tool *t, const void *data)
{
    const instance_args *const args = data;
    if (args->distance && t->n_operands > 0)
        return tool_usage_error(t, "--distance reads the disparity of a tree: --root");
    return eval_run_task(t, &eval_instance_task, args, args->out, &args->require);
}

const tool_command eval_instance_command = {
    .name = "instance",
    .summary = "average precision (AP, AP50) of predicted instances",
    .synopsis = "--root DIR --split val --pred DIR [-o results.json]\n"
                "--root DIR --split val --pred-json FILE\n"
                "INSTANCE_IDS.png PREDICTION.txt",
    .description =
        "Matches predicted instances with those of gtFine and prints the table of "
        "cityscapesScripts' evalInstanceLevelSemanticLabeling, the score signature and every "
        "deviation that was met. This is the benchmark's AP, not COCO's.\n\n"
        "Predictions are a text file per frame, whose lines name a mask (8-bit grey PNG, all but 0 "
        "is the instance), a label id and a confidence; or a panoptic prediction.\n\n"
        "Frames without a prediction stop the run (exit 6), unusable files too (exit 3), all "
        "listed; --skip-bad scores the others and says so in the signature.",
    .options = options,
    .defaults = &defaults,
    .args_size = sizeof(instance_args),
    .operand = "FILE",
    .operand_help = "a single pair: the ground truth's instanceIds and the prediction's text file",
    .max_operands = 2,
    .has_skip_bad = true,
    .examples = "# masks and their text files\n"
                "pnd-eval instance --root cityscapes --pred out -o instance.json\n"
                "# also within 100 m and 50 m, by the tree's disparity\n"
                "pnd-eval instance --root cityscapes --pred out --distance\n"
                "# the instances of a panoptic prediction, with a gate\n"
                "pnd-eval instance --pred-json out/panoptic.json --require 'AP>=30'\n"
                "# a single pair\n"
                "pnd-eval instance gt_instanceIds.png prediction.txt",
    .run = run,
};
