/* SPDX-License-Identifier: Apache-2.0 */
/* pnd-eval semantic: options, and the order of the work. */
#include "eval_semantic.h"

#include "eval_commands.h"
#include "eval_run.h"

#include <panodepth/alloc.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const semantic_args defaults = {.split = "val"};
static const char *const id_choices[] = {[SEMANTIC_IDS_AUTO] = "auto",
                                         [SEMANTIC_IDS_LABEL] = "label",
                                         [SEMANTIC_IDS_TRAIN] = "train",
                                         NULL};

static const char *const pred_extensions[] = {".png", NULL};
static const eval_file_kind pred_kind = {
    .extensions = pred_extensions,
    .listed = ".png",
    .tail = "",
    .what = "label image",
    .suffix_hint = "say which with --pred-suffix, as in _pred_labelIds.png",
};
static const char *const gt_suffixes[] = {"_gtFine_labelIds.png", "_gtFine_instanceIds.png", NULL};

static const tool_opt options[] = {
    {TOOL_GROUP, .name = "Input"},
    {TOOL_STRING, 'r', "root", TOOL_FIELD(semantic_args, root), "DIR",
     "Cityscapes folder: labelIds and instanceIds of gtFine", .env = "CITYSCAPES_DATASET"},
    {TOOL_STRING, 's', "split", TOOL_FIELD(semantic_args, split), "NAME", "train, val or test"},
    {TOOL_STRING, 'p', "pred", TOOL_FIELD(semantic_args, pred), "DIR",
     "folder with FRAME*.png at any depth: 8-bit label ids; ROOT/results if not given",
     .env = "CITYSCAPES_RESULTS"},
    {TOOL_STRING, 0, "pred-suffix", TOOL_FIELD(semantic_args, pred_suffix), "TEXT",
     "what follows the frame's name in its file's name, as in _pred_labelIds.png"},
    {TOOL_CHOICE, 0, "pred-ids", TOOL_FIELD(semantic_args, pred_ids), "SPACE",
     "what predictions hold: label ids (0 to 33), or trainIds (0 to 18, 255 for unlabeled); auto "
     "takes label ids and refuses what looks like trainIds; one of",
     .choices = id_choices},
    {TOOL_FLAG, 0, "palette-as-index", TOOL_FIELD(semantic_args, palette_as_index), NULL,
     "accept palette images as predictions: the index is the id"},
    {TOOL_FLAG, 0, "lenient-png", TOOL_FIELD(semantic_args, lenient_png), NULL,
     "accept predictions that end after their pixels or hold too much data, and say so"},
    {TOOL_GROUP, .name = "Scoring"},
    {TOOL_FLAG, 0, "no-instances", TOOL_FIELD(semantic_args, no_instances), NULL,
     "do not read instanceIds: no iIoU"},
    {TOOL_FLAG, 0, "boundary", TOOL_FIELD(semantic_args, boundary), NULL,
     "boundary IoU too: pixels within 2 % of the diagonal from their region's border"},
    {TOOL_REPEAT, 0, "require", TOOL_FIELD(semantic_args, require), "EXPR",
     "exit 1 unless it holds, as in 'mIoU>=80'; mIoU iIoU mIoU_cat iIoU_cat boundary, in percent, "
     "with >= > <= < ==; an undefined score meets nothing; repeatable"},
    {TOOL_GROUP, .name = "Output"},
    {TOOL_STRING, 'o', "out", TOOL_FIELD(semantic_args, out), "FILE",
     "write results.json; - for standard output, without the table"},
    {TOOL_STRING, 'n', "name", TOOL_FIELD(semantic_args, name), "METHOD",
     "name of the method, kept in the results"},
    {TOOL_END},
};

/* ---- --require */

enum { N_METRICS = 5 };

static size_t metrics(eval_metric *out, const void *args, const void *state)
{
    (void)args;
    const pnd_semantic_scores none = {0};
    const pnd_semantic_scores *const s =
        state == NULL ? &none : &((const semantic_state *)state)->results.scores;
    const eval_metric all[N_METRICS] = {
        {"mIoU", 100 * s->mean_class_iou},        {"iIoU", 100 * s->mean_class_iiou},
        {"mIoU_cat", 100 * s->mean_category_iou}, {"iIoU_cat", 100 * s->mean_category_iiou},
        {"boundary", 100 * s->mean_boundary_iou},
    };
    memcpy(out, all, sizeof all);
    return N_METRICS;
}

/* ---- sums, in the order of the frames */

static void add_deviations(semantic_results *r, const semantic_frame *frame, const char *id)
{
    eval_deviate(&r->deviations, "png-trailing-bytes", "PNG files with bytes after their end",
                 frame->trailing_bytes, id);
    eval_deviate(&r->deviations, "png-missing-end", "PNG files that end after their pixels",
                 frame->missing_end, id);
    eval_deviate(&r->deviations, "png-extra-data", "PNG files with more pixels than announced",
                 frame->extra_data, id);
}

static pnd_status add_up(semantic_results *r, pnd_error *err)
{
    for (size_t i = 0; i < r->pairs->n; i++) {
        const char *const id = r->pairs->items[i].key;
        if (!r->frames[i].scored) {
            r->skipped++;
            eval_deviate(&r->deviations, "skipped-image",
                         "images left out (--skip-bad): a score over other images", 1, id);
            continue;
        }
        r->scored++;
        pnd_semantic_add(&r->sums, &r->classes->table, &r->frames[i].image);
        add_deviations(r, &r->frames[i], id);
    }
    pnd_semantic_score(&r->scores, &r->sums, &r->classes->table);
    if (r->deviations.failed)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    return semantic_sign(r, err);
}

/* ---- trainIds where label ids are expected */

static int64_t predicted(const semantic_results *r, int pred)
{
    int64_t sum = 0;
    for (int gt = 0; gt < SEMANTIC_N_CLASSES; gt++)
        sum += r->sums.confusion[SEMANTIC_N_CLASSES * gt + pred];
    return sum;
}

/* Label ids of a street hold 19 to 33 and hardly ever ids that are not evaluated; trainIds are the
 * other way round. */
static bool looks_like_train_ids(const semantic_results *r)
{
    int unusual = 0;
    for (int c = 1; c < SEMANTIC_N_CLASSES; c++) {
        if (predicted(r, c) == 0)
            continue;
        if (c >= 19)
            return false;
        unusual += r->classes->rows[c].is_ignored;
    }
    return unusual >= 2;
}

static pnd_status check_space(const semantic_results *r, pnd_error *err)
{
    if (r->args->pred_ids != SEMANTIC_IDS_AUTO || !looks_like_train_ids(r))
        return PND_OK;
    return pnd_fail_hint(
        err, PND_EMISMATCH,
        "--pred-ids train maps trainIds; --pred-ids label takes them as they are",
        "%s: the predictions hold ids 0 to 18 only, as trainIds do; expected label "
        "ids (7 to 33)",
        r->pairs->folder != NULL ? r->pairs->folder : r->pairs->items[0].pred);
}

/* ---- what a reader should not overlook */

static void warn_if_hollow(tool *t, const semantic_results *r)
{
    int64_t evaluated = 0, found = 0;
    for (int gt = 0; gt < SEMANTIC_N_CLASSES; gt++)
        for (int pred = 0; pred < SEMANTIC_N_CLASSES; pred++) {
            const int64_t count = r->sums.confusion[SEMANTIC_N_CLASSES * gt + pred];
            evaluated += r->classes->rows[gt].is_ignored ? 0 : count;
            found += r->classes->rows[pred].is_ignored ? 0 : count;
        }
    if (evaluated == 0)
        tool_warn(t, "the ground truth has no pixel of an evaluated class (images: %zu)",
                  r->scored);
    else if (found == 0)
        tool_warn(t, "no pixel is predicted as an evaluated class (images: %zu)", r->scored);
}

static int reduce(void *state, tool *t)
{
    semantic_results *const r = &((semantic_state *)state)->results;
    pnd_error err = {0};
    if (add_up(r, &err) != PND_OK || check_space(r, &err) != PND_OK)
        return tool_fail(t, TOOL_INPUT, &err);
    warn_if_hollow(t, r);
    return TOOL_EXIT_OK;
}

static void print(pnd_buffer *text, const void *state)
{
    semantic_print(text, &((const semantic_state *)state)->results);
}

static void write_json(pnd_buffer *json, const void *state)
{
    semantic_write_json(json, &((const semantic_state *)state)->results);
}

/* ---- input */

static int load(eval_pairs *out, tool *t, const semantic_args *args, eval_deviations *deviations)
{
    const eval_place place = {
        .root = args->root,
        .split = args->split,
        .pred = args->pred,
        .pred_suffix = args->pred_suffix,
        .gt_suffixes = gt_suffixes,
        .with_instances = !args->no_instances,
        .kind = &pred_kind,
    };
    if (t->n_operands == 1)
        return tool_usage_error(t, "give two images, GROUND_TRUTH and PREDICTION, or none");
    if (t->n_operands == 2)
        return eval_pairs_single(out, t, t->operands[0], t->operands[1], !args->no_instances);
    return eval_pairs_load(out, t, &place, deviations);
}

static pnd_status check_out(const tool *t, const semantic_args *args, const eval_pairs *pairs,
                            pnd_error *err)
{
    assert(pairs->n > 0 && pairs->items != NULL); /* loading fails without a frame */
    const char *const inputs[] = {pairs->folder, pairs->items[0].gt, pairs->items[0].instances,
                                  pairs->items[0].pred};
    return tool_check_output(args->out, inputs, sizeof inputs / sizeof *inputs,
                             t->n_operands == 0 ? args->root : NULL, err);
}

static int open_inputs(void *state, tool *t, const void *data, eval_sets *sets)
{
    semantic_state *const s = state;
    semantic_results *const r = &s->results;
    pnd_error err = {0};
    (void)sets;
    semantic_classes_init(&s->classes);
    r->args = data;
    r->pairs = &s->pairs;
    r->classes = &s->classes;
    r->split = t->n_operands == 0 ? r->args->split : NULL;
    const int code = load(&s->pairs, t, r->args, &r->deviations);
    if (code != TOOL_EXIT_OK)
        return code;
    if (check_out(t, r->args, &s->pairs, &err) != PND_OK)
        return tool_fail(t, TOOL_USAGE, &err);
    r->frames = pnd_calloc_array(s->pairs.n, sizeof *r->frames);
    if (r->frames != NULL)
        return TOOL_EXIT_OK;
    (void)pnd_fail(&err, PND_ENOMEM, "out of memory");
    return tool_fail(t, TOOL_INPUT, &err);
}

static size_t count(const void *state)
{
    return ((const semantic_state *)state)->pairs.n;
}

static const char *image_id(const void *state, size_t index)
{
    return ((const semantic_state *)state)->pairs.items[index].key;
}

static void close_state(void *state)
{
    semantic_state *const s = state;
    semantic_frames_free(s->results.frames, s->pairs.n);
    pnd_buffer_clear(&s->results.signature);
    eval_deviations_clear(&s->results.deviations);
    eval_pairs_clear(&s->pairs);
}

const eval_task eval_semantic_task = {
    .name = "semantic",
    .images = "images",
    .state_size = sizeof(semantic_state),
    .open = open_inputs,
    .count = count,
    .image_id = image_id,
    .frame = semantic_frame_score,
    .scratch_create = semantic_scratch_create,
    .scratch_free = semantic_scratch_free,
    .reduce = reduce,
    .print = print,
    .write_json = write_json,
    .metrics = metrics,
    .close = close_state,
};

static int run(tool *t, const void *data)
{
    const semantic_args *const args = data;
    return eval_run_task(t, &eval_semantic_task, args, args->out, &args->require);
}

const tool_command eval_semantic_command = {
    .name = "semantic",
    .summary = "IoU and iIoU of label images, per class and per category",
    .synopsis = "--root DIR --split val --pred DIR [-o results.json]\n"
                "GROUND_TRUTH.png PREDICTION.png",
    .description =
        "Compares predicted label images with gtFine and prints the tables of cityscapesScripts' "
        "evalPixelLevelSemanticLabeling, the score signature and every deviation that was met.\n\n"
        "Predictions are 8-bit grey images of label ids, as the benchmark's server expects. An id "
        "that is no label is an error and is never counted as another one; trainIds are recognised "
        "and explained. Without labelIds in the tree the classes are taken from instanceIds.\n\n"
        "Frames without a prediction stop the run (exit 6), unusable files too (exit 3), all "
        "listed; --skip-bad scores the others and says so in the signature.",
    .options = options,
    .defaults = &defaults,
    .args_size = sizeof(semantic_args),
    .operand = "IMAGE",
    .operand_help = "a single pair: the ground truth's labelIds and the prediction",
    .max_operands = 2,
    .has_skip_bad = true,
    .examples = "# the benchmark's scores, kept for a table\n"
                "pnd-eval semantic --root cityscapes --pred out -o semantic.json\n"
                "# a network's own trainIds, with boundary IoU and a gate\n"
                "pnd-eval semantic --pred out --pred-ids train --boundary --require 'mIoU>=75'\n"
                "# a single pair\n"
                "pnd-eval semantic gt_labelIds.png prediction.png",
    .run = run,
};
