/* SPDX-License-Identifier: Apache-2.0 */
/* pnd-eval panoptic: options, and the order of the work. */
#include "eval_panoptic.h"

#include "eval_commands.h"
#include "eval_run.h"

#include <panodepth/alloc.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const panoptic_args defaults = {
    .split = "val",
    .gt_as = {.format = PANOPTIC_UNSET, .void_class = -1},
    .pred_as = {.format = PANOPTIC_UNSET, .void_class = -1},
};
static const char *const parities[] = {
    [PND_PQ_CORRECTED] = "corrected", [PND_PQ_STRICT] = "strict", NULL};

static const char *const resizings[] = {
    [PANOPTIC_RESIZE_NONE] = "none", [PANOPTIC_RESIZE_NEAREST] = "nearest", NULL};

/* How one side's files are written. */
/* clang-format off */
#define FORM_OPTIONS(side, member, forms, suffix_like)                                             \
    {TOOL_CHOICE, 0, side "-format", TOOL_FIELD(panoptic_args, member.format), "FORM",             \
     "how they are written; coco if not given; one of", .choices = forms,                          \
     .flags = TOOL_NO_DEFAULT},                                                                    \
    {TOOL_CHOICE, 0, side "-ids", TOOL_FIELD(panoptic_args, member.ids), "SPACE",                  \
     "classes are label ids or trainIds; auto goes by a JSON's categories, else by names that "    \
     "end in instanceIds.png or instanceTrainIds.png; one of",                                     \
     .choices = panoptic_space_names},                                                             \
    {TOOL_STRING, 0, side "-suffix", TOOL_FIELD(panoptic_args, member.suffix), "TEXT",             \
     "without a JSON: what follows the image's name, as in " suffix_like},                         \
    {TOOL_INT, 0, side "-void", TOOL_FIELD(panoptic_args, member.void_class), "CLASS",             \
     "without a JSON: class of void; 0 for label ids and 255 for trainIds if not given",           \
     .low = 0, .high = 255, .flags = TOOL_NO_DEFAULT},                                             \
    {TOOL_CHOICE, 0, side "-instance-zero", TOOL_FIELD(panoptic_args, member.instance_zero),       \
     "RULE", "what a thing with instance 0 is in forms that do not say; one of",                   \
     .choices = panoptic_zero_names},                                                              \
    {TOOL_INT, 0, side "-divisor", TOOL_FIELD(panoptic_args, member.divisor), "N",                 \
     "class * N + instance: for the form divisor", .low = 2, .high = 65535,                        \
     .flags = TOOL_NO_DEFAULT}
/* clang-format on */

static const tool_opt options[] = {
    {TOOL_GROUP, .name = "Input"},
    {TOOL_STRING, 'r', "root", TOOL_FIELD(panoptic_args, root), "DIR", "Cityscapes folder",
     .env = "CITYSCAPES_DATASET"},
    {TOOL_STRING, 's', "split", TOOL_FIELD(panoptic_args, split), "NAME",
     "which of DIR/gtFine/cityscapes_panoptic_NAME.json, or DIR/gtFine/NAME of instanceIds"},
    {TOOL_STRING, 'p', "pred", TOOL_FIELD(panoptic_args, pred), "DIR",
     "folder of the predictions, with cityscapes_panoptic_SPLIT.json, or predictions.json of "
     "detectron2, or PNGs at any depth; ROOT/results if not given",
     .env = "CITYSCAPES_RESULTS"},
    {TOOL_STRING, 0, "gt-json", TOOL_FIELD(panoptic_args, gt_json), "FILE",
     "ground truth in COCO panoptic format, instead of --root"},
    {TOOL_STRING, 0, "gt-dir", TOOL_FIELD(panoptic_args, gt_dir), "DIR",
     "its PNGs; the JSON's name without .json if not given; without a JSON instead of --root"},
    {TOOL_STRING, 0, "pred-json", TOOL_FIELD(panoptic_args, pred_json), "FILE",
     "predictions in COCO panoptic format, instead of --pred"},
    {TOOL_STRING, 0, "pred-dir", TOOL_FIELD(panoptic_args, pred_dir), "DIR",
     "their PNGs; the JSON's name without .json, or the JSON's folder, if not given"},
    {TOOL_FLAG, 0, "lenient-png", TOOL_FIELD(panoptic_args, lenient_png), NULL,
     "accept PNGs that end after their pixels or hold too much data, and say so"},
    {TOOL_GROUP, .name = "Form of the predictions"},
    FORM_OPTIONS("pred", pred_as, panoptic_format_names, "_panoptic.png"),
    {TOOL_GROUP, .name = "Form of the ground truth"},
    FORM_OPTIONS("gt", gt_as, panoptic_gt_format_names, "_gtFine_instanceIds.png"),
    {TOOL_GROUP, .name = "Scoring"},
    {TOOL_CHOICE, 0, "parity", TOOL_FIELD(panoptic_args, parity), "MODE",
     "corrected (areas from pixels, all crowds of a class, inconsistent files refused) or strict "
     "(the verdict of panopticapi, bit for bit)",
     .choices = parities},
    {TOOL_CHOICE, 0, "resize", TOOL_FIELD(panoptic_args, resize), "RULE",
     "predictions that have another size than the ground truth: an error, or its nearest pixels "
     "(named in the signature)",
     .choices = resizings},
    {TOOL_REPEAT, 0, "require", TOOL_FIELD(panoptic_args, require), "EXPR",
     "exit 1 unless it holds, as in 'PQ>=60'; PQ SQ RQ, PQ_dagger and with --boundary PQ_boundary "
     "SQ_boundary RQ_boundary; of things with _th and of stuff with _st after any (PQ_th, "
     "PQ_dagger_st); in percent, with >= > <= < ==; an undefined score meets nothing; repeatable"},
    {TOOL_FLAG, 0, "boundary", TOOL_FIELD(panoptic_args, boundary), NULL,
     "boundary PQ too: an IoU is no better than that of the pixels within 2 % of the diagonal from "
     "the segments' borders"},
    {TOOL_FLAG, 0, "errors", TOOL_FIELD(panoptic_args, errors), NULL,
     "also say what kind of error every missed and every surplus segment is, and how much PQ each "
     "kind costs"},
    {TOOL_GROUP, .name = "Output"},
    {TOOL_STRING, 'o', "out", TOOL_FIELD(panoptic_args, out), "FILE",
     "write results.json; - for standard output, without the table"},
    {TOOL_STRING, 'n', "name", TOOL_FIELD(panoptic_args, name), "METHOD",
     "name of the method, kept in the results"},
    {TOOL_END},
};

/* ---- --require */

static size_t metrics(eval_metric *out, const void *args, const void *state)
{
    const panoptic_results none = {.args = args};
    return panoptic_fill_metrics(out,
                                 state == NULL ? &none : &((const panoptic_state *)state)->results);
}

/* A score of boundary PQ, without --boundary, is known but not computed. */
static pnd_status check_boundary(const char *text, const panoptic_args *args, pnd_error *err)
{
    eval_metric known[PANOPTIC_N_METRICS];
    panoptic_args with_boundary = *args;
    with_boundary.boundary = true;
    if (eval_require_parse(text, known, metrics(known, args, NULL), NULL) == PND_OK ||
        eval_require_parse(text, known, metrics(known, &with_boundary, NULL), NULL) != PND_OK)
        return PND_OK;
    return pnd_fail_hint(err, PND_EINVAL, "give --boundary too",
                         "--require '%s': boundary PQ is not computed", text);
}

/* ---- sums, in the order of the ground truth */

static void add_deviations(panoptic_results *r, const panoptic_frame *frame, const char *image_id)
{
    for (int d = 0; d < PND_PQ_N_DEVIATIONS; d++)
        eval_deviate(&r->deviations, pnd_pq_deviation_code((pnd_pq_deviation)d),
                     pnd_pq_deviation_text((pnd_pq_deviation)d, r->parity),
                     frame->mask.image.deviations[d], image_id);
    eval_deviate(&r->deviations, "alpha-dropped", "RGBA images; the alpha channel was dropped",
                 frame->alpha_dropped, image_id);
    eval_deviate(&r->deviations, "png-trailing-bytes", "PNG files with bytes after their end",
                 frame->trailing_bytes, image_id);
    eval_deviate(&r->deviations, "png-missing-end", "PNG files that end after their pixels",
                 frame->missing_end, image_id);
    eval_deviate(&r->deviations, "png-extra-data", "PNG files with more pixels than announced",
                 frame->extra_data, image_id);
    eval_deviate(&r->deviations, "prediction-resized",
                 "predictions of another size, resampled to the ground truth's", frame->resized,
                 image_id);
    eval_deviate(&r->deviations, "segment-lost",
                 "predicted segments that lost all their pixels when resampled",
                 frame->segments_lost, image_id);
}

static pnd_status add_up(panoptic_results *r, pnd_error *err)
{
    const pnd_panoptic_set *const gt = &r->inputs->gt;
    r->total = pnd_calloc_array(r->inputs->n_categories, sizeof *r->total);
    if (r->total == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    for (size_t i = 0; i < gt->n_annotations; i++) {
        const char *const id = gt->annotations[i].image_id;
        if (r->frames[i].scored) {
            r->scored++;
            pnd_pq_add(r->total, &r->frames[i].mask.image);
            add_deviations(r, &r->frames[i], id);
        } else {
            r->skipped++;
            eval_deviate(&r->deviations, "skipped-image",
                         "images left out (--skip-bad): a score over other images", 1, id);
        }
    }
    if (r->deviations.failed)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    pnd_status status = panoptic_add_more(r, err);
    if (status == PND_OK)
        status = panoptic_add_errors(r, err);
    return status == PND_OK ? panoptic_sign(r, err) : status;
}

/* A prediction's classes in pixels are seen only now. */
static pnd_status check_classes(const panoptic_results *r, pnd_error *err)
{
    uint64_t classes = 0;
    for (size_t i = 0; i < r->inputs->gt.n_annotations; i++)
        classes |= r->frames[i].pred_classes;
    return panoptic_check_classes(&r->inputs->pred_form, classes, r->inputs->pred_dir, err);
}

/* ---- what a reader should not overlook */

static void warn_if_hollow(tool *t, const panoptic_results *r)
{
    int64_t gt = 0, pred = 0;
    for (size_t c = 0; c < r->inputs->n_categories; c++) {
        gt += r->total[c].tp + r->total[c].fn;
        pred += r->total[c].tp + r->total[c].fp;
    }
    if (gt == 0)
        tool_warn(t, "the ground truth has no segment to find (images: %zu)", r->scored);
    else if (pred == 0)
        tool_warn(t, "no predicted segment counts: is everything void? (images: %zu)", r->scored);
}

static int reduce(void *state, tool *t)
{
    panoptic_state *const s = state;
    pnd_error err = {0};
    if (check_classes(&s->results, &err) != PND_OK || add_up(&s->results, &err) != PND_OK)
        return tool_fail(t, TOOL_INPUT, &err);
    warn_if_hollow(t, &s->results);
    return TOOL_EXIT_OK;
}

static void print(pnd_buffer *text, const void *state)
{
    panoptic_print(text, &((const panoptic_state *)state)->results);
}

static void write_json(pnd_buffer *json, const void *state)
{
    panoptic_write_json(json, &((const panoptic_state *)state)->results);
}

/* ---- input */

/* Before the work, not after it. */
static int check_out(tool *t, const panoptic_inputs *inputs, const char *out)
{
    const char *const files[] = {inputs->gt_json, inputs->pred_json, inputs->gt_dir,
                                 inputs->pred_dir};
    const size_t n = sizeof files / sizeof *files;
    pnd_error err = {0};
    if (tool_check_output(out, files, n, NULL, &err) != PND_OK)
        return tool_fail(t, TOOL_USAGE, &err);
    if (out == NULL || strcmp(out, "-") == 0 || t->common.force || access(out, F_OK) != 0)
        return TOOL_EXIT_OK;
    (void)pnd_fail_hint(&err, PND_EINVAL, "--force replaces it", "%s: already exists", out);
    return tool_fail(t, TOOL_OUTPUT, &err);
}

static int open_inputs(void *state, tool *t, const void *data, eval_sets *sets)
{
    const panoptic_args *const args = data;
    panoptic_state *const s = state;
    panoptic_results *const r = &s->results;
    pnd_error err = {0};
    r->args = args;
    r->inputs = &s->inputs;
    r->parity = (pnd_pq_parity)args->parity;
    r->split = (args->gt_json == NULL && args->gt_dir == NULL && t->n_operands == 0) ||
                       tool_given(t, "split")
                   ? args->split
                   : NULL;
    int code = panoptic_inputs_load(&s->inputs, t, args, sets, &r->deviations);
    if (code == TOOL_EXIT_OK)
        code = check_out(t, &s->inputs, args->out);
    if (code != TOOL_EXIT_OK)
        return code;
    r->frames = pnd_calloc_array(s->inputs.gt.n_annotations, sizeof *r->frames);
    if (r->frames != NULL)
        return TOOL_EXIT_OK;
    (void)pnd_fail(&err, PND_ENOMEM, "out of memory");
    return tool_fail(t, TOOL_INPUT, &err);
}

static size_t count(const void *state)
{
    return ((const panoptic_state *)state)->inputs.gt.n_annotations;
}

static const char *image_id(const void *state, size_t index)
{
    return ((const panoptic_state *)state)->inputs.gt.annotations[index].image_id;
}

static void close_state(void *state)
{
    panoptic_state *const s = state;
    panoptic_results *const r = &s->results;
    panoptic_frames_free(r->frames, s->inputs.gt.n_annotations);
    free(r->total);
    free(r->dagger);
    free(r->boundary);
    free(r->errors);
    pnd_buffer_clear(&r->signature);
    eval_deviations_clear(&r->deviations);
    panoptic_inputs_clear(&s->inputs);
}

const eval_task eval_panoptic_task = {
    .name = "panoptic",
    .images = "images",
    .state_size = sizeof(panoptic_state),
    .open = open_inputs,
    .count = count,
    .image_id = image_id,
    .frame = panoptic_frame_score,
    .scratch_create = panoptic_scratch_create,
    .scratch_free = panoptic_scratch_free,
    .reduce = reduce,
    .print = print,
    .write_json = write_json,
    .metrics = metrics,
    .close = close_state,
};

static int run(tool *t, const void *data)
{
    const panoptic_args *const args = data;
    pnd_error err = {0};
    for (size_t i = 0; i < args->require.n; i++)
        if (check_boundary(args->require.items[i], args, &err) != PND_OK)
            return tool_fail(t, TOOL_USAGE, &err);
    return eval_run_task(t, &eval_panoptic_task, args, args->out, &args->require);
}

const tool_command eval_panoptic_command = {
    .name = "panoptic",
    .summary = "panoptic quality (PQ, SQ, RQ) of predictions",
    .synopsis = "--gt-json FILE --pred-json FILE [-o results.json]\n"
                "--root DIR --split val --pred DIR [-o results.json]\n"
                "--root DIR --pred-format FORM --pred-ids SPACE -p DIR\n"
                "[--gt-format F] [--pred-format F] GT.png PREDICTION.png",
    .description =
        "Matches predicted segments with ground truth segments (IoU above 0.5) and prints the "
        "table of cityscapesScripts' evalPanopticSemanticLabeling, the score signature and every "
        "deviation that was met.\n\n"
        "Forms: coco (JSON and PNGs of segment ids), detectron2 (the same, predictions.json, "
        "category_id a label id), two-channel (R class, G instance) and three-channel (R class, G "
        "and B instance) of deeplab2 and KITTI-STEP, instance-ids (16 bit, class or class * 1000 + "
        "n, as in gtFine) and divisor (16 bit, class * N + instance). The last four need no JSON: "
        "the PNG of an image is found by its name, and the score is that of what pnd-convert makes "
        "of it. Classes go from one id space to the other where --pred-ids says so.\n\n"
        "Two images alone are scored without a JSON. 16-bit grey is taken for instance-ids, and "
        "*_gtFine_panoptic.png for coco, whose ids must then be those of Cityscapes (class, or "
        "class * 1000 + n); detectron2's are trainId * 1000 + instance + 1. Any other 8-bit RGB "
        "image may be several things: --gt-format and --pred-format must say. Images of classes "
        "without instances are refused: pnd-eval semantic scores those.\n\n"
        "Predictions that are missing, unreadable or inconsistent stop the run (exit 6 for missing "
        "images, 3 for the rest), all listed; --skip-bad scores the others and says so in the "
        "signature.",
    .options = options,
    .defaults = &defaults,
    .args_size = sizeof(panoptic_args),
    .operand = "IMAGE",
    .operand_help = "a single pair: the ground truth's PNG and the prediction's",
    .max_operands = 2,
    .has_skip_bad = true,
    .examples = "# score, keep the numbers, and fail below 60 %\n"
                "pnd-eval panoptic --root cityscapes -o results.json --require 'PQ>=60'\n"
                "# what to work on: the price in PQ of split, merged, misnamed, lost segments\n"
                "pnd-eval panoptic --root cityscapes --errors\n"
                "# the number of panopticapi, bit for bit\n"
                "pnd-eval panoptic --gt-json gt.json --pred-json pred.json --parity strict\n"
                "# boundary PQ, with a gate\n"
                "pnd-eval panoptic --boundary --require 'PQ_boundary>=40'\n"
                "# two-channel PNGs of trainIds, and a single pair\n"
                "pnd-eval panoptic --pred-format two-channel --pred-ids train --pred out\n"
                "pnd-eval panoptic ulm_000000_000019_gtFine_instanceIds.png pred.png \\\n"
                "    --pred-format three-channel --pred-ids train",
    .run = run,
};
