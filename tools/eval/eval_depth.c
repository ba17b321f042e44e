/* SPDX-License-Identifier: Apache-2.0 */
/* pnd-eval depth: options, and the order of the work. */
#include "eval_depth.h"

#include "eval_commands.h"
#include "eval_run.h"

#include <panodepth/alloc.h>
#include <panodepth/labels.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const depth_args defaults = {
    .split = "val", .cap_m = (double)NAN, .pred_unit = DEPTH_UNIT_M256};
const char *const depth_protocol_names[] = {"paper-eq",      "paper-repo", "kitti", "eigen80",
                                            "manydepth-raw", "manydepth",  "mgnet", "mgnet-median",
                                            "dvps",          "deeplab2",   NULL};
static const char *const unit_choices[] = {
    [DEPTH_UNIT_M256] = "m256", [DEPTH_UNIT_MM] = "mm", [DEPTH_UNIT_M] = "m", NULL};
static const char *const bad_choices[] = {
    [DEPTH_BAD_PROTOCOL] = "protocol", [DEPTH_BAD_ERROR] = "error", [DEPTH_BAD_SKIP] = "skip",
    [DEPTH_BAD_FILL] = "fill",         [DEPTH_BAD_ZERO] = "zero",   NULL};

static const char *const scaling_choices[] = {
    [DEPTH_SCALING_PROTOCOL] = "protocol", [DEPTH_SCALING_NONE] = "none",
    [DEPTH_SCALING_MEDIAN] = "median",     [DEPTH_SCALING_SCALE] = "scale",
    [DEPTH_SCALING_SHIFT] = "scale-shift", NULL};

static const tool_opt options[] = {
    {TOOL_GROUP, .name = "Ground truth"},
    {TOOL_STRING, 'r', "root", TOOL_FIELD(depth_args, root), "DIR",
     "Cityscapes folder: disparity and camera of every frame", .env = "CITYSCAPES_DATASET"},
    {TOOL_STRING, 's', "split", TOOL_FIELD(depth_args, split), "NAME", "train, val or test"},
    {TOOL_STRING, 0, "disparity-root", TOOL_FIELD(depth_args, disparity_root), "DIR",
     "folder of disparity/, if it is not in --root"},
    {TOOL_STRING, 0, "camera-root", TOOL_FIELD(depth_args, camera_root), "DIR",
     "folder of camera/, if it is not in --root"},
    {TOOL_STRING, 0, "gt-root", TOOL_FIELD(depth_args, gt_root), "DIR",
     "folder of gtFine/ for --mask-labels, if it is not in --root"},
    {TOOL_STRING, 0, "gt-depth", TOOL_FIELD(depth_args, gt_depth), "DIR",
     "depth maps (.png, .npy, .pfm) as ground truth, instead of disparity"},
    {TOOL_CHOICE, 0, "gt-unit", TOOL_FIELD(depth_args, gt_unit), "UNIT",
     "unit of 16-bit samples in --gt-depth; one of", .choices = unit_choices},
    {TOOL_GROUP, .name = "Predictions"},
    {TOOL_STRING, 'p', "pred", TOOL_FIELD(depth_args, pred), "DIR",
     "folder with FRAME*_depth.png, .npy or .pfm at any depth; ROOT/results if not given",
     .env = "CITYSCAPES_RESULTS"},
    {TOOL_STRING, 0, "pred-suffix", TOOL_FIELD(depth_args, pred_suffix), "TEXT",
     "what follows the frame's name in its file's name, as in _leftImg8bit_depth.png"},
    {TOOL_CHOICE, 0, "pred-unit", TOOL_FIELD(depth_args, pred_unit), "UNIT",
     "unit of samples in PNG and 16-bit npy; m256 is 1/256 m, as in KITTI; m also takes 8-bit "
     "pictures of whole metres; float files are always metres; one of",
     .choices = unit_choices},
    {TOOL_GROUP, .name = "Scoring"},
    {TOOL_CHOICE, 0, "protocol", TOOL_FIELD(depth_args, protocol), "NAME",
     "paper-eq: equations 2 to 6 of the paper, both depths capped at 80 m; paper-repo: what its "
     "authors' code computes; kitti: the depth devkit's rules; eigen80: ground truth from 80 m on "
     "left out, predictions clamped; manydepth: eigen80 on a crop, with median scaling; mgnet: "
     "eigen80 in single precision; dvps: 1/256 m, mean over sequences; deeplab2: no cap; one of",
     .choices = depth_protocol_names},
    {TOOL_STRING, 0, "protocol-file", TOOL_FIELD(depth_args, protocol_file), "FILE",
     "a protocol of your own: JSON that names the one it extends and what it changes"},
    {TOOL_FLAG, 0, "list-protocols", TOOL_FIELD(depth_args, list_protocols), NULL,
     "print the named protocols and where each comes from"},
    {TOOL_FLAG, 0, "explain", TOOL_FIELD(depth_args, explain), NULL,
     "print the rules and formulas of the protocol with every change given, and score nothing"},
    {TOOL_DOUBLE, 0, "cap", TOOL_FIELD(depth_args, cap_m), "M",
     "another cap distance than the protocol's 80 m", .low = 0.1, .high = 100000},
    {TOOL_CHOICE, 0, "scaling", TOOL_FIELD(depth_args, scaling), "RULE",
     "fit predictions to the ground truth of every image: median ratio, least-squares scale, or "
     "scale and shift of the inverse depth; one of",
     .choices = scaling_choices},
    {TOOL_DOUBLE_LIST, 0, "clip", TOOL_FIELD(depth_args, clip), "LOW,HIGH",
     "clamp predictions to these metres first; accepts zero, negative and infinite ones",
     .low = 1e-6, .high = 1e6},
    {TOOL_CHOICE, 0, "bad-pred", TOOL_FIELD(depth_args, bad_pred), "RULE",
     "scored pixels without a usable prediction: error ends with exit 3, skip does not score them, "
     "fill takes neighbours as KITTI does, zero compares 0 as 0 m; one of",
     .choices = bad_choices},
    {TOOL_INT_LIST, 0, "mask-labels", TOOL_FIELD(depth_args, mask_labels), "ID,...",
     "do not score these label ids of gtFine, as in 1,2,3 (ego vehicle, rectification border, out "
     "of roi)",
     .low = 0, .high = PND_MAX_LABEL_ID},
    {TOOL_LIST, 0, "analysis", TOOL_FIELD(depth_args, analysis), "PART,...",
     "where predictions are wrong: by distance, by class of gtFine, by ninth of the image; median, "
     "90th percentile and bias of errors, disparity outliers, order of pairs, edges; of",
     .choices = depth_analysis_choices},
    {TOOL_DOUBLE_LIST, 0, "bins", TOOL_FIELD(depth_args, bins), "M,...",
     "distances between the bins of --analysis distance; 10,20,40,80 if not given", .low = 1e-3,
     .high = 1e6},
    {TOOL_REPEAT, 0, "require", TOOL_FIELD(depth_args, require), "EXPR",
     "exit 1 unless it holds, as in 'absErr<=0.1'; names: sqErr absErr IRMSE SILog delta1 delta2 "
     "delta3, every metric of the results (mean over images) and coverage; with >= > <= < ==; "
     "repeatable"},
    {TOOL_GROUP, .name = "Output"},
    {TOOL_STRING, 'o', "out", TOOL_FIELD(depth_args, out), "FILE",
     "write results.json; - for standard output, without the table"},
    {TOOL_STRING, 'n', "name", TOOL_FIELD(depth_args, name), "METHOD",
     "name of the method, kept in the results"},
    {TOOL_END},
};

/* ---- --require */

enum { N_GATES = DEPTH_N_HEADLINE + PND_DEPTH_N_METRICS + 1 };
_Static_assert(N_GATES <= (int)EVAL_MAX_METRICS, "room for every score");

/* Without results the values mean nothing: the names are those of every protocol. */
static size_t metrics(eval_metric *out, const void *args, const void *state)
{
    (void)args;
    static const depth_inputs no_inputs;
    const depth_results none = {.inputs = &no_inputs};
    const depth_results *const r = state == NULL ? &none : &((const depth_state *)state)->results;
    const pnd_depth_metric_info *const infos = pnd_depth_metric_infos();
    depth_headline columns[DEPTH_N_HEADLINE];
    size_t n = 0;
    depth_headline_fill(columns, &r->inputs->protocol, depth_scores(r));
    for (int i = 0; i < DEPTH_N_HEADLINE; i++)
        out[n++] = (eval_metric){columns[i].key, columns[i].value};
    for (int i = 0; i < PND_DEPTH_N_METRICS; i++)
        out[n++] = (eval_metric){infos[i].key, pnd_depth_metric(depth_scores(r), i)};
    out[n++] = (eval_metric){"coverage", pnd_depth_coverage(&r->tally)};
    return n;
}

/* ---- sums, in the order of the frames */

static void add_image_deviations(depth_results *r, const depth_frame *frame, const char *id)
{
    const pnd_depth_stats *const stats = &frame->image.stats;
    const pnd_depth_tally *const tally = &frame->image.tally;
    eval_deviate(&r->deviations, "no-scored-pixel",
                 "images without a pixel to score; not in the mean over images", stats->n == 0, id);
    eval_deviate(&r->deviations, "constant-ground-truth",
                 "images of one depth only: rse and rae are the mean over the others",
                 stats->n > 0 && !(stats->gt_m2 > 0), id);
    eval_deviate(&r->deviations, "pred-nonfinite",
                 "pixels whose prediction is NaN or infinite; clamped, filled or left out",
                 tally->pred_nonfinite, id);
    eval_deviate(&r->deviations, "pred-nonpositive",
                 "pixels whose prediction is negative; clamped, filled or left out",
                 tally->pred_nonpositive, id);
    eval_deviate(
        &r->deviations, "pred-missing",
        "pixels whose prediction is 0, no depth; clamped, filled, left out or compared as 0 m",
        tally->pred_missing, id);
    eval_deviate(&r->deviations, "png-trailing-bytes", "PNG files with bytes after their end",
                 frame->trailing_bytes, id);
    eval_deviate(&r->deviations, "pred-saturated",
                 "prediction samples of 65535, the end of 16 bits: depths may be larger",
                 frame->saturated, id);
}

static bool same_sequence(const char *a, const char *b)
{
    const size_t length = eval_sequence_length(a);
    return eval_sequence_length(b) == length && strncmp(a, b, length) == 0;
}

/* Frames are sorted by key, so those of a sequence follow each other. */
static void fill_sequences(depth_results *r, const pnd_depth_image *images)
{
    size_t end = 0;
    for (size_t i = 0; i < r->inputs->n; i++) {
        const char *const key = r->inputs->pairs[i].key;
        if (!r->frames[i].scored)
            continue;
        if (r->n_sequences == 0 || !same_sequence(r->sequences[r->n_sequences - 1].key, key))
            r->sequences[r->n_sequences++] = (depth_sequence){.key = key};
        depth_sequence *const sequence = &r->sequences[r->n_sequences - 1];
        sequence->images++;
        end++;
        const pnd_depth_stats stats = pnd_depth_stats_merged(&images[end - sequence->images].stats,
                                                             sequence->images, sizeof *images);
        sequence->metrics = pnd_depth_metrics_from_stats(&stats);
    }
}

static pnd_status average_sequences(depth_results *r, const pnd_depth_image *images, pnd_error *err)
{
    if (r->inputs->protocol.averaging != PND_DEPTH_AVERAGE_SEQUENCES)
        return PND_OK;
    pnd_depth_metrics *const metrics = pnd_alloc_array(r->scored, sizeof *metrics);
    r->sequences = pnd_calloc_array(r->scored, sizeof *r->sequences);
    if (metrics == NULL || r->sequences == NULL) {
        free(metrics);
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    }
    fill_sequences(r, images);
    for (size_t i = 0; i < r->n_sequences; i++)
        metrics[i] = r->sequences[i].metrics;
    r->sequence_mean = pnd_depth_metrics_average(metrics, r->n_sequences);
    free(metrics);
    return PND_OK;
}

/* The images of a mean, packed. */
static pnd_status average(depth_results *r, pnd_error *err)
{
    pnd_depth_image *const images = pnd_alloc_array(r->scored, sizeof *images);
    if (images == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    size_t n = 0;
    for (size_t i = 0; i < r->inputs->n; i++)
        if (r->frames[i].scored)
            images[n++] = r->frames[i].image;
    r->mean = pnd_depth_metrics_mean(images, n);
    const pnd_status status = average_sequences(r, images, err);
    free(images);
    return status;
}

static pnd_status add_up(depth_results *r, pnd_depth_pool *pool, pnd_error *err)
{
    for (size_t i = 0; i < r->inputs->n; i++) {
        const char *const id = r->inputs->pairs[i].key;
        if (!r->frames[i].scored) {
            r->skipped++;
            eval_deviate(&r->deviations, "skipped-image",
                         "images left out (--skip-bad): a score over other images", 1, id);
            continue;
        }
        r->scored++;
        pnd_depth_pool_add(pool, &r->frames[i].image.stats);
        pnd_depth_tally_add(&r->tally, &r->frames[i].image.tally);
        add_image_deviations(r, &r->frames[i], id);
    }
    r->pooled = pnd_depth_pool_metrics(pool);
    eval_deviate(&r->deviations, "unit-suspicious",
                 "the median of prediction / ground truth is outside 0.2 to 5: a wrong unit?",
                 pnd_depth_unit_suspicion(&r->tally) != NULL, NULL);
    if (r->deviations.failed)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    const pnd_status status = average(r, err);
    return status == PND_OK ? depth_sign(r, err) : status;
}

/* ---- what a reader should not overlook */

static void warn_if_odd(tool *t, const depth_results *r)
{
    const char *const unit = pnd_depth_unit_suspicion(&r->tally);
    if (unit != NULL)
        tool_warn(t, "predictions are %s", unit);
    if (r->tally.scored == 0)
        tool_warn(t, "no pixel to score in %zu images: every score is undefined", r->scored);
}

static int reduce(void *state, tool *t)
{
    depth_state *const s = state;
    pnd_error err = {0};
    depth_collect_retired(s);
    if (add_up(&s->results, s->pool, &err) != PND_OK)
        return tool_fail(t, TOOL_INPUT, &err);
    warn_if_odd(t, &s->results);
    return TOOL_EXIT_OK;
}

static void print(pnd_buffer *text, const void *state)
{
    depth_print(text, &((const depth_state *)state)->results);
}

static void write_json(pnd_buffer *json, const void *state)
{
    depth_write_json(json, &((const depth_state *)state)->results);
}

/* ---- input */

static void fill_luts(depth_state *s)
{
    for (int32_t id = 0; id < 256; id++) {
        const pnd_label *const label = pnd_label_by_id(id);
        const bool evaluated = label != NULL && label->train_id >= 0 && label->train_id < 255;
        s->mask_of[id] = id <= PND_MAX_LABEL_ID && (s->inputs.masked_labels >> id & 1);
        s->train_id_of[id] = evaluated ? (uint8_t)label->train_id : 255;
    }
}

static pnd_status allocate(depth_state *s, pnd_error *err)
{
    depth_results *const r = &s->results;
    const bool analysed = s->inputs.analysis.parts != 0;
    r->frames = pnd_calloc_array(s->inputs.n, sizeof *r->frames);
    r->analyses = analysed ? pnd_calloc_array(s->inputs.n, sizeof *r->analyses) : NULL;
    if (r->frames == NULL || (analysed && r->analyses == NULL))
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    return pnd_depth_pool_create(&s->pool, err);
}

static pnd_status check_out(const depth_args *args, const depth_inputs *inputs, pnd_error *err)
{
    const char *const folders[] = {inputs->pred, args->gt_depth};
    pnd_status status = tool_check_output(args->out, folders, 2, args->root, err);
    for (size_t i = 0; i < inputs->n && status == PND_OK; i++) {
        const char *const files[] = {inputs->pairs[i].gt, inputs->pairs[i].pred};
        status = tool_check_output(args->out, files, 2, NULL, err);
    }
    return status;
}

static int print_protocols(tool *t, const depth_args *args, const depth_inputs *inputs)
{
    pnd_buffer text = {0};
    pnd_error err = {0};
    if (args->list_protocols)
        (t->common.json ? depth_protocols_write : depth_protocols_print)(&text);
    else
        (t->common.json ? depth_protocol_write : depth_protocol_explain)(&text, inputs);
    pnd_status status = pnd_buffer_status(&text, &err);
    if (status == PND_OK)
        status = tool_write(t, "-", text.data, text.size, &err);
    pnd_buffer_clear(&text);
    return status == PND_OK ? TOOL_EXIT_OK : tool_fail(t, TOOL_OUTPUT, &err);
}

/* A file that cannot be read or understood is bad input; a rule that cannot be changed, usage. */
static int choose_protocol(tool *t, const depth_args *args, depth_inputs *inputs)
{
    pnd_error err = {0};
    if (args->protocol_file != NULL && tool_given(t, "protocol")) {
        (void)pnd_fail(&err, PND_EINVAL,
                       "--protocol-file names the protocol it extends: not with "
                       "--protocol");
        return tool_fail(t, TOOL_USAGE, &err);
    }
    if (args->protocol_file != NULL &&
        depth_protocol_read(&inputs->definition, args->protocol_file, &err) != PND_OK)
        return tool_fail(t, TOOL_INPUT, &err);
    if (depth_protocol_choose(inputs, args, &err) != PND_OK)
        return tool_fail(t, TOOL_USAGE, &err);
    return TOOL_EXIT_OK;
}

static int open_inputs(void *state, tool *t, const void *data, eval_sets *sets)
{
    depth_state *const s = state;
    depth_results *const r = &s->results;
    pnd_error err = {0};
    (void)sets;
    r->args = data;
    r->inputs = &s->inputs;
    atomic_init(&s->retired, NULL);
    int code = choose_protocol(t, r->args, &s->inputs);
    if (code == TOOL_EXIT_OK)
        code = depth_inputs_load(&s->inputs, t, r->args, &r->deviations);
    if (code != TOOL_EXIT_OK)
        return code;
    if (check_out(r->args, &s->inputs, &err) != PND_OK)
        return tool_fail(t, TOOL_USAGE, &err);
    fill_luts(s);
    return allocate(s, &err) == PND_OK ? TOOL_EXIT_OK : tool_fail(t, TOOL_INPUT, &err);
}

static size_t count(const void *state)
{
    return ((const depth_state *)state)->inputs.n;
}

static const char *image_id(const void *state, size_t index)
{
    return ((const depth_state *)state)->inputs.pairs[index].key;
}

static void close_state(void *state)
{
    depth_state *const s = state;
    depth_results *const r = &s->results;
    pnd_depth_pool_free(s->pool);
    s->pool = NULL;
    depth_collect_retired(s);
    free(r->analyses);
    free(r->frames);
    free(r->sequences);
    pnd_buffer_clear(&r->signature);
    eval_deviations_clear(&r->deviations);
    depth_inputs_clear(&s->inputs);
}

const eval_task eval_depth_task = {
    .name = "depth",
    .images = "frames",
    .state_size = sizeof(depth_state),
    .open = open_inputs,
    .count = count,
    .image_id = image_id,
    .frame = depth_frame_score,
    .scratch_create = depth_scratch_create,
    .scratch_free = depth_scratch_free,
    .reduce = reduce,
    .print = print,
    .write_json = write_json,
    .metrics = metrics,
    .close = close_state,
};

/* --list-protocols, --explain */
static int explain(tool *t, const depth_args *args)
{
    depth_inputs inputs = {0};
    int code = choose_protocol(t, args, &inputs);
    if (code == TOOL_EXIT_OK)
        code = print_protocols(t, args, &inputs);
    depth_inputs_clear(&inputs);
    return code;
}

static int run(tool *t, const void *data)
{
    const depth_args *const args = data;
    if (args->list_protocols || args->explain)
        return explain(t, args);
    return eval_run_task(t, &eval_depth_task, args, args->out, &args->require);
}

const tool_command eval_depth_command = {
    .name = "depth",
    .summary = "depth errors under a named protocol",
    .synopsis = "--root DIR --split val --pred DIR [-o results.json]\n"
                "--gt-depth DIR --pred DIR [-o results.json]\n"
                "--list-protocols\n"
                "--protocol NAME --explain",
    .description =
        "Compares predicted depth maps with stereo depth, baseline * fx / disparity with every "
        "frame's own calibration, and prints the columns of the paper's Tables 2 and 3, all "
        "metrics averaged over images and pooled over pixels, the score signature and every "
        "deviation that was met. A protocol fixes which pixels count, the cap, and what happens "
        "to predictions; any change to it becomes part of its name.\n\n"
        "Frames without a prediction stop the run (exit 6), unusable files or predictions too "
        "(exit 3), all listed; --skip-bad scores the others and says so in the signature.",
    .options = options,
    .defaults = &defaults,
    .args_size = sizeof(depth_args),
    .has_skip_bad = true,
    .examples = "# the paper's equations, and the same files as its code scores them\n"
                "pnd-eval depth --root cityscapes --pred out -o eq.json\n"
                "pnd-eval depth --root cityscapes --pred out --protocol paper-repo\n"
                "# depth files as ground truth\n"
                "pnd-eval depth --gt-depth depth --pred out --protocol kitti\n"
                "# which protocols there are, what one does, and one of your own\n"
                "pnd-eval depth --list-protocols\n"
                "pnd-eval depth --protocol dvps --explain\n"
                "pnd-eval depth --root cityscapes --pred out --protocol-file near.json\n"
                "# where it is wrong: by distance, class and region, edges, order\n"
                "pnd-eval depth --root cityscapes --pred out --analysis all -o eq.json\n"
                "# without ego vehicle and borders, with a gate\n"
                "pnd-eval depth --pred out --mask-labels 1,2,3 --require 'absErr<=0.1'",
    .run = run,
};
