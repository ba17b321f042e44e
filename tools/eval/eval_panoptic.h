/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of pnd-eval panoptic: inputs -> frames -> report. */
#ifndef PND_EVAL_PANOPTIC_H
#define PND_EVAL_PANOPTIC_H

#include "eval_panoptic_formats.h"
#include "eval_task.h"

#include <panodepth/panoptic_set.h>
#include <panodepth/pq_errors.h>

typedef enum panoptic_resizing { PANOPTIC_RESIZE_NONE, PANOPTIC_RESIZE_NEAREST } panoptic_resizing;

typedef struct panoptic_args {
    const char *root, *split, *pred;
    const char *gt_json, *gt_dir, *pred_json, *pred_dir;
    panoptic_form_args gt_as, pred_as;
    int32_t parity; /* a pnd_pq_parity */
    int32_t resize; /* a panoptic_resizing */
    bool lenient_png, errors, boundary;
    const char *name, *out;
    tool_list require;
} panoptic_args;

static inline const char *parity_name(pnd_pq_parity parity)
{
    return parity == PND_PQ_STRICT ? "strict" : "corrected";
}

/* ---- eval_panoptic_inputs.c */

typedef struct panoptic_inputs {
    char *gt_json, *gt_dir, *pred_json, *pred_dir; /* paths, owned; without a JSON both are the
                                                      folder or the image */
    panoptic_form gt_form, pred_form;
    pnd_panoptic_set gt, pred;         /* what they point to is borrowed ... */
    pnd_panoptic_set own_gt, own_pred; /* ... from these without a JSON */
    eval_sha256 gt_json_digest;        /* empty without a JSON */
    pnd_id_space space;                /* of the ground truth */
    pnd_category *categories;          /* of the ground truth, for the matcher */
    size_t n_categories;
    const pnd_annotation **partners; /* prediction of each ground truth annotation, or NULL */
    size_t n_missing, n_extra;
} panoptic_inputs;

/* Find, read and pair the two sets. Returns an exit code; everything was reported. */
int panoptic_inputs_load(panoptic_inputs *out, tool *t, const panoptic_args *args, eval_sets *sets,
                         eval_deviations *deviations);
void panoptic_inputs_clear(panoptic_inputs *inputs);

/* ---- eval_panoptic_paths.c */

/* The forms and the paths of `out`. Returns an exit code; everything was reported. */
int panoptic_find_files(panoptic_inputs *out, tool *t, const panoptic_args *args);

/* ---- eval_panoptic_frames.c */

typedef struct panoptic_match {
    pnd_pq_image image; /* its arrays are `block` */
    void *block;
} panoptic_match;

typedef struct panoptic_frame {
    bool scored;
    panoptic_match mask, boundary; /* boundary: only with --boundary */
    pnd_pq_error *errors;          /* --errors: owned */
    size_t n_errors;
    eval_sha256 gt_digest;
    int64_t alpha_dropped, trailing_bytes, missing_end, extra_data; /* of its two PNGs */
    int64_t resized, segments_lost;                                 /* by --resize */
    uint64_t pred_classes; /* of a prediction without a JSON: panoptic_decoder.classes */
} panoptic_frame;

/* The callbacks of the task; `state` is a panoptic_state. */
pnd_status panoptic_scratch_create(void **out, void *state, pnd_error *err);
void panoptic_scratch_free(void *scratch);
pnd_status panoptic_frame_score(const void *state, size_t index, void *scratch, eval_planes *planes,
                                pnd_error *err);
void panoptic_frames_free(panoptic_frame *frames, size_t n);

/* ---- eval_panoptic_resize.c */

/* Fill `out`, which has the wanted size, with the nearest pixels of `in`. Segments that lose all
 * their pixels are taken off the list. @retval PND_ENOMEM */
PND_NODISCARD pnd_status panoptic_resize(pnd_plane_rgb8 *out, pnd_view_rgb8 in,
                                         pnd_segment *segments, size_t *n, int64_t *n_lost,
                                         pnd_error *err);

/* ---- eval_panoptic_report.c */

typedef struct panoptic_results {
    const panoptic_args *args;
    const panoptic_inputs *inputs;
    panoptic_frame *frames; /* one for each ground truth annotation */
    pnd_pq_parity parity;
    const char *split; /* or NULL */
    pnd_pq_count *total;
    pnd_pq_dagger *dagger;
    pnd_pq_count *boundary;     /* NULL without --boundary */
    pnd_pq_error_count *errors; /* by category and type; NULL without --errors */
    size_t scored, skipped;
    pnd_buffer signature;
    eval_deviations deviations;
} panoptic_results;

/* The state of the task. */
typedef struct panoptic_state {
    panoptic_inputs inputs;
    panoptic_results results; /* of `inputs` */
} panoptic_state;

/* The table of evalPanopticSemanticLabeling, the signature and the deviations. */
void panoptic_print(pnd_buffer *out, const panoptic_results *results);

/* "image_id": an id that was a number stays one. */
void panoptic_write_image_id(pnd_json_writer *writer, const pnd_annotation *annotation);

/* results.json. */
void panoptic_write_json(pnd_buffer *out, const panoptic_results *results);

PND_NODISCARD pnd_status panoptic_sign(panoptic_results *results, pnd_error *err);

/* ---- eval_panoptic_metrics.c */

enum { PANOPTIC_N_METRICS = 21 };

/* The names of --require and, once the results are there (total is not NULL), their values in
 * percent. Returns how many: those of boundary PQ only with --boundary. */
size_t panoptic_fill_metrics(eval_metric out[PANOPTIC_N_METRICS], const panoptic_results *results);

/* ---- eval_panoptic_more.c: PQ-dagger and boundary PQ */

PND_NODISCARD pnd_status panoptic_add_more(panoptic_results *results, pnd_error *err);
void panoptic_print_more(pnd_buffer *out, const panoptic_results *results);
void panoptic_write_more(pnd_json_writer *writer, const panoptic_results *results);

/* ---- eval_panoptic_errors.c; all do nothing without --errors */

PND_NODISCARD pnd_status panoptic_keep_errors(panoptic_frame *out,
                                              const pnd_pq_image_errors *errors, pnd_error *err);
PND_NODISCARD pnd_status panoptic_add_errors(panoptic_results *results, pnd_error *err);
void panoptic_print_errors(pnd_buffer *out, const panoptic_results *results);
void panoptic_write_errors(pnd_json_writer *writer, const panoptic_results *results);

#endif
