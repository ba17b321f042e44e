/* SPDX-License-Identifier: Apache-2.0 */
/* pnd-eval joint: options, and the order of the work. */
#include "eval_joint.h"
#include "eval_commands.h"
#include "eval_run.h"

#include <panodepth/alloc.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const joint_args defaults = {.split = "val", .cap_m = (double)NAN};
static const char *const fuse_choices[] = {[PND_FUSE_MEAN] = "mean",
                                           [PND_FUSE_MEDIAN] = "median",
                                           [PND_FUSE_TRIMMED] = "trimmed",
                                           [PND_FUSE_INVERSE] = "inverse",
                                           NULL};

static const tool_opt options[] = {
    {TOOL_GROUP, .name = "Video (DVPS)"},
    {TOOL_STRING, 'd', "dvps", TOOL_FIELD(joint_args, dvps), "DIR",
     "ground truth of sequences: SEQ_IMAGE_..._gtFine_instanceTrainIds.png and ..._depth.png; "
     "--pred then holds two-channel PNGs (class, instance) and depth maps with the same numbers, "
     "in one folder or in panoptic/ and depth/"},
    {TOOL_GROUP, .name = "Single frames (COCO panoptic)"},
    {TOOL_STRING, 'r', "root", TOOL_FIELD(joint_args, root), "DIR",
     "Cityscapes folder: panoptic ground truth, disparity and camera of every frame",
     .env = "CITYSCAPES_DATASET"},
    {TOOL_STRING, 's', "split", TOOL_FIELD(joint_args, split), "NAME",
     "which of DIR/gtFine/cityscapes_panoptic_NAME.json"},
    {TOOL_STRING, 0, "gt-json", TOOL_FIELD(joint_args, gt_json), "FILE",
     "panoptic ground truth, instead of the root's"},
    {TOOL_STRING, 0, "gt-dir", TOOL_FIELD(joint_args, gt_dir), "DIR",
     "its PNGs; the JSON's name without .json if not given"},
    {TOOL_STRING, 0, "gt-depth", TOOL_FIELD(joint_args, gt_depth), "DIR",
     "depth maps (.png in 1/256 m, .npy, .pfm) as ground truth, instead of disparity"},
    {TOOL_STRING, 0, "pred-json", TOOL_FIELD(joint_args, pred_json), "FILE",
     "panoptic predictions, instead of --pred"},
    {TOOL_STRING, 0, "pred-dir", TOOL_FIELD(joint_args, pred_dir), "DIR",
     "their PNGs; the JSON's name without .json, or the JSON's folder, if not given"},
    {TOOL_GROUP, .name = "Predictions"},
    {TOOL_STRING, 'p', "pred", TOOL_FIELD(joint_args, pred), "DIR",
     "folder of the predictions; single frames: cityscapes_panoptic_SPLIT.json and "
     "FRAME*_depth.png, .npy or .pfm at any depth",
     .env = "CITYSCAPES_RESULTS"},
    {TOOL_STRING, 0, "pred-depth", TOOL_FIELD(joint_args, pred_depth), "DIR",
     "folder of the depth predictions, if it is not in --pred"},
    {TOOL_GROUP, .name = "Scoring"},
    {TOOL_INT_LIST, 'k', "windows", TOOL_FIELD(joint_args, windows), "K,...",
     "lengths of the windows in frames; 1,2,3,4 with --dvps, else 1, if not given", .low = 1,
     .high = JOINT_MAX_WINDOWS},
    {TOOL_DOUBLE_LIST, 'l', "lambda", TOOL_FIELD(joint_args, lambdas), "X,...",
     "relative depth errors above which a prediction becomes void; 0.5,0.25,0.1 if not given; "
     "VPQ, without a depth test, always comes along",
     .low = 1e-6, .high = 1000},
    {TOOL_DOUBLE, 0, "cap", TOOL_FIELD(joint_args, cap_m), "M",
     "cap both depths at this distance; 80 for ground truth from disparity, as Cityscapes-DVPS "
     "did, else none, if not given",
     .low = 0.1, .high = 255},
    {TOOL_FLAG, 0, "zero-fill", TOOL_FIELD(joint_args, zero_fill), NULL,
     "average over all 19 classes, a class without a tube counting 0, as some evaluators do"},
    {TOOL_CHOICE, 0, "fuse", TOOL_FIELD(joint_args, fuse), "RULE",
     "how a segment's depths become one, for the segment depth error and PQ-D; one of",
     .choices = fuse_choices},
    {TOOL_REPEAT, 0, "require", TOOL_FIELD(joint_args, require), "EXPR",
     "exit 1 unless it holds, as in 'DPQ>=50'; DPQ DVPQ VPQ PQ-D, each also with _th or _st, STQ "
     "AQ IoU DSTQ DQ, in percent, seg_abs and seg_signed in metres, seg_rel as a fraction; with >= "
     "> <= < ==; an undefined score meets nothing; repeatable"},
    {TOOL_GROUP, .name = "Output"},
    {TOOL_STRING, 'o', "out", TOOL_FIELD(joint_args, out), "FILE",
     "write results.json; - for standard output, without the table"},
    {TOOL_STRING, 'n', "name", TOOL_FIELD(joint_args, name), "METHOD",
     "name of the method, kept in the results"},
    {TOOL_END},
};

/* ---- --require */

enum { N_MEAN_GATES = (JOINT_N_MEANS + 1) * JOINT_N_GROUPS, N_GATES = N_MEAN_GATES + 8 };

static size_t metrics(eval_metric *out, const void *args, const void *state)
{
    (void)args;
    static const char *const means[N_MEAN_GATES] = {"DPQ",     "DPQ_th",  "DPQ_st",  "DVPQ",
                                                    "DVPQ_th", "DVPQ_st", "VPQ",     "VPQ_th",
                                                    "VPQ_st",  "PQ-D",    "PQ-D_th", "PQ-D_st"};
    const joint_results *const r = state == NULL ? NULL : &((const joint_state *)state)->results;
    for (int i = 0; i < N_MEAN_GATES; i++) {
        const pnd_pq_group group = (pnd_pq_group)(i % JOINT_N_GROUPS);
        const int mean = i / JOINT_N_GROUPS;
        const double value = r == NULL              ? 0
                             : mean < JOINT_N_MEANS ? joint_mean_pq(r, (joint_mean)mean, group)
                                                    : joint_mean_pqd(r, group);
        out[i] = (eval_metric){means[i], 100 * value};
    }
    const pnd_stq_score stq = r == NULL ? (pnd_stq_score){0} : r->stq;
    const pnd_segment_error error =
        r == NULL ? (pnd_segment_error){0} : pnd_segment_error_mean(&r->segments);
    const eval_metric rest[N_GATES - N_MEAN_GATES] = {
        {"STQ", 100 * stq.stq},   {"AQ", 100 * stq.aq},          {"IoU", 100 * stq.iou},
        {"DSTQ", 100 * stq.dstq}, {"DQ", 100 * stq.dq},          {"seg_abs", error.abs},
        {"seg_rel", error.rel},   {"seg_signed", error.signed_m}};
    memcpy(out + N_MEAN_GATES, rest, sizeof rest);
    return N_GATES;
}

/* ---- the work */

static int reduce(void *state, tool *t)
{
    joint_results *const r = &((joint_state *)state)->results;
    pnd_error err = {0};
    if (joint_score(r, &err) != PND_OK)
        return tool_fail(t, TOOL_INPUT, &err);
    if (r->scored == 0)
        tool_warn(t, "no frame was scored: every score is undefined");
    return TOOL_EXIT_OK;
}

static void print(pnd_buffer *text, const void *state)
{
    joint_print(text, &((const joint_state *)state)->results);
}

static void write_json(pnd_buffer *json, const void *state)
{
    joint_write_json(json, &((const joint_state *)state)->results);
}

/* ---- input */

static int check_out(tool *t, const joint_args *args, const joint_inputs *inputs)
{
    const char *const files[] = {args->dvps,          args->gt_depth,       args->pred,
                                 args->pred_depth,    inputs->coco.gt_json, inputs->coco.pred_json,
                                 inputs->coco.gt_dir, inputs->coco.pred_dir};
    pnd_error err = {0};
    if (tool_check_output(args->out, files, sizeof files / sizeof *files, args->dvps, &err) !=
        PND_OK)
        return tool_fail(t, TOOL_USAGE, &err);
    return TOOL_EXIT_OK;
}

static int open_inputs(void *state, tool *t, const void *data, eval_sets *sets)
{
    joint_state *const s = state;
    joint_results *const r = &s->results;
    r->args = data;
    r->inputs = &s->inputs;
    int code = joint_inputs_load(&s->inputs, t, r->args, sets, &r->deviations);
    if (code == TOOL_EXIT_OK)
        code = check_out(t, r->args, &s->inputs);
    if (code != TOOL_EXIT_OK)
        return code;
    r->frames = pnd_calloc_array(s->inputs.n, sizeof *r->frames);
    if (r->frames != NULL)
        return TOOL_EXIT_OK;
    pnd_error err = {0};
    (void)pnd_fail(&err, PND_ENOMEM, "out of memory for %zu frames", s->inputs.n);
    return tool_fail(t, TOOL_INPUT, &err);
}

static size_t count(const void *state)
{
    return ((const joint_state *)state)->inputs.n;
}

static const char *image_id(const void *state, size_t index)
{
    return ((const joint_state *)state)->inputs.frames[index].key;
}

static void close_state(void *state)
{
    joint_state *const s = state;
    joint_frames_free(s->results.frames, s->inputs.n);
    joint_results_clear(&s->results);
    joint_inputs_clear(&s->inputs);
}

const eval_task eval_joint_task = {
    .name = "joint",
    .images = "frames",
    .state_size = sizeof(joint_state),
    .open = open_inputs,
    .count = count,
    .image_id = image_id,
    .frame = joint_frame_score,
    .scratch_create = joint_scratch_create,
    .scratch_free = joint_scratch_free,
    .reduce = reduce,
    .print = print,
    .write_json = write_json,
    .metrics = metrics,
    .close = close_state,
};

static int run(tool *t, const void *data)
{
    const joint_args *const args = data;
    return eval_run_task(t, &eval_joint_task, args, args->out, &args->require);
}

const tool_command eval_joint_command = {
    .name = "joint",
    .summary = "panoptic segmentation and depth together: DPQ, DVPQ, STQ, DSTQ, segment depth",
    .synopsis = "--dvps DIR --pred DIR [-o results.json]\n"
                "--root DIR --split val --pred DIR [-o results.json]\n"
                "--gt-json F --gt-depth DIR --pred-json F --pred-depth DIR",
    .description =
        "Scores what a network says about segments and depth at once. DPQ and DVPQ (ViP-DeepLab, "
        "PanopticDepth) turn pixels with a wrong depth into void before segments or tubes are "
        "matched; the depths are compared as signed whole numbers of 1/256 m. STQ and DSTQ are "
        "deeplab2's. Two scores are this toolkit's own: the segment depth error compares one "
        "fused depth per matched segment with the ground truth's, and PQ-D is PQ with only the "
        "segments whose fused depth is within lambda.\n\n"
        "Frames without one of their four images stop the run (exit 6), unusable files too (exit "
        "3), all listed; --skip-bad leaves out the whole sequence of such a frame and says so in "
        "the signature.",
    .options = options,
    .defaults = &defaults,
    .args_size = sizeof(joint_args),
    .has_skip_bad = true,
    .examples = "# a Cityscapes-DVPS folder: DVPQ over windows of 1 to 4 frames\n"
                "pnd-eval joint --dvps cityscapes-dvps/val --pred out -o joint.json\n"
                "# single frames: DPQ, with depth from the tree's disparity\n"
                "pnd-eval joint --root cityscapes --pred out --require 'DPQ>=50'\n"
                "# ground truth depth from files\n"
                "pnd-eval joint --gt-json gt.json --gt-depth depth \\\n"
                "    --pred-json pred.json --pred-depth out",
    .run = run,
};
