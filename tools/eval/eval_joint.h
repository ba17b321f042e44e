/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of pnd-eval joint: inputs -> frames -> score -> report. */
#ifndef PND_EVAL_JOINT_H
#define PND_EVAL_JOINT_H

#include "eval_depth.h"
#include "eval_panoptic.h"
#include "eval_task.h"

#include <panodepth/depth_file.h>
#include <panodepth/fuse.h>
#include <panodepth/labels.h>
#include <panodepth/segment_depth.h>
#include <panodepth/stq.h>
#include <panodepth/video_pq.h>

/* trainIds 0 to 18; the next index is void. */
enum { JOINT_N_CLASSES = PND_N_TRAIN_IDS, JOINT_VOID = PND_N_TRAIN_IDS, JOINT_MAX_WINDOWS = 16 };

typedef struct joint_args {
    const char *dvps;
    const char *root, *split, *gt_json, *gt_dir, *gt_depth;
    const char *pred, *pred_json, *pred_dir, *pred_depth;
    tool_int_list windows;
    tool_double_list lambdas;
    double cap_m;
    bool zero_fill;
    int32_t fuse; /* a pnd_fuse_rule */
    tool_list require;
    const char *name, *out;
} joint_args;

/* ---- eval_joint_inputs.c */

/* One frame: where its four images are. */
typedef struct joint_source {
    char *key;
    const char *gt, *gt_depth, *pred, *pred_depth; /* paths; borrowed, NULL: none or elsewhere */
    const pnd_annotation *gt_row, *pred_row;       /* COCO: in place of gt and pred */
    char *disparity, *camera;                      /* in place of gt_depth; owned */
} joint_source;

/* Frames [first, first + n) in order of time. */
typedef struct joint_sequence {
    char *name;
    size_t first, n;
} joint_sequence;

typedef struct joint_inputs {
    bool is_dvps;
    panoptic_inputs coco;
    eval_files gt_files, gt_depth_files, pred_files, pred_depth_files;
    joint_source *frames;
    size_t n;
    joint_sequence *sequences;
    size_t n_sequences;
    double cap_m;                          /* infinite: none */
    double lambdas[PND_VIDEO_MAX_LAMBDAS]; /* ascending */
    size_t n_lambdas;
    size_t windows[JOINT_MAX_WINDOWS]; /* ascending */
    size_t n_windows;
    pnd_buffer protocol;
    const pnd_category *classes; /* JOINT_N_CLASSES */
} joint_inputs;

/* Depth maps, and with them all PNGs of a DVPS folder. */
extern const eval_file_kind joint_depth_kind;

/* Find and pair everything. Returns an exit code; everything was reported. */
int joint_inputs_load(joint_inputs *out, tool *t, const joint_args *args, eval_sets *sets,
                      eval_deviations *deviations);
void joint_inputs_clear(joint_inputs *inputs);

/* "depth prediction" and the like; NULL when the frame has its four images. */
const char *joint_missing_part(const joint_source *frame);

/* ---- eval_joint_dvps.c */

/* List the frames and sequences of DVPS folders. */
int joint_find_dvps(joint_inputs *out, tool *t, const joint_args *args,
                    eval_deviations *deviations);

/* ---- eval_joint_images.c */

/* A thread's planes, filled for one frame. */
typedef struct joint_images {
    eval_planes *planes; /* of the frame; borrowed */
    pnd_plane_u32 gt, pred;
    pnd_plane_u16 gt_depth, pred_depth;
    double *lut, *row;
    uint16_t *codes;
    double fx_baseline, doffs; /* what codes are for; 0: nothing yet */
} joint_images;

enum { JOINT_N_DIGESTS = 3 };

typedef struct joint_notes {
    eval_sha256 digest[JOINT_N_DIGESTS]; /* of the ground truth; empty: no such file */
    int64_t gt_saturated, pred_saturated, trailing_bytes, alpha_dropped;
} joint_notes;

PND_NODISCARD pnd_status joint_images_load(joint_images *images, joint_notes *notes,
                                           eval_planes *planes, const joint_inputs *inputs,
                                           const joint_source *source, pnd_error *err);
void joint_images_clear(joint_images *images);

/* ---- eval_joint_frames.c */

typedef struct joint_frame {
    bool scored;
    pnd_video_table table;
    pnd_segment_match *matches;
    size_t n_matches;
    joint_notes notes;
} joint_frame;

/* The callbacks of the task; `state` is a joint_state. */
pnd_status joint_scratch_create(void **out, void *state, pnd_error *err);
void joint_scratch_free(void *scratch);
pnd_status joint_frame_score(const void *state, size_t index, void *scratch, eval_planes *planes,
                             pnd_error *err);
void joint_frames_free(joint_frame *frames, size_t n);

/* ---- eval_joint_score.c */

/* VPQ (lambda = PND_VIDEO_ANY_DEPTH) or DVPQ of one window length. */
typedef struct joint_row {
    size_t k;
    int32_t lambda; /* index */
    size_t n_windows;
    pnd_pq_count counts[JOINT_N_CLASSES];
} joint_row;

/* One value for each group of classes, by pnd_pq_group. */
enum { JOINT_N_GROUPS = 3 };

typedef struct joint_results {
    const joint_args *args;
    const joint_inputs *inputs;
    joint_frame *frames;
    joint_row *rows; /* k ascending, within it no test, then lambda descending */
    size_t n_rows;
    pnd_stq_score stq, *sequence_stq; /* the latter by sequence, NaN if left out */
    bool *sequence_scored;
    /* What each sequence adds: counts of the rows, then of PQ-D by lambda; and its segments. */
    pnd_pq_count *sequence_counts; /* n_sequences x (n_rows + n_lambdas) x JOINT_N_CLASSES */
    pnd_segment_error *sequence_segments;
    pnd_segment_error segments, class_segments[JOINT_N_CLASSES], bin_segments[PND_SEGMENT_N_BINS];
    pnd_pq_count pqd[PND_VIDEO_MAX_LAMBDAS][JOINT_N_CLASSES];
    size_t scored, skipped;
    pnd_buffer signature;
    eval_deviations deviations;
} joint_results;

/* The state of the task. */
typedef struct joint_state {
    joint_inputs inputs;
    joint_results results; /* of `inputs` */
} joint_state;

PND_NODISCARD pnd_status joint_score(joint_results *results, pnd_error *err);
void joint_results_clear(joint_results *results);

/* Means over rows: DPQ (k = 1, all lambdas), DVPQ (all k and lambdas), VPQ (all k, no test). NaN
 * when a row has no window. */
typedef enum joint_mean { JOINT_DPQ, JOINT_DVPQ, JOINT_VPQ, JOINT_N_MEANS } joint_mean;
double joint_mean_pq(const joint_results *results, joint_mean mean, pnd_pq_group group);
/* Mean of PQ-D over the lambdas. */
double joint_mean_pqd(const joint_results *results, pnd_pq_group group);
pnd_pq_score joint_average(const joint_results *results, const pnd_pq_count *counts,
                           pnd_pq_group group);

/* Counts of one sequence for a row, or for PQ-D with `row` n_rows + lambda. */
pnd_pq_count *joint_sequence_counts(const joint_results *results, size_t sequence, size_t row);

/* ---- eval_joint_rows.c */

/* A sequence's member from which pnd-compare scores it anew. */
void joint_write_record(pnd_json_writer *w, const joint_results *results, size_t sequence);

/* ---- eval_joint_report.c */

void joint_print(pnd_buffer *out, const joint_results *results);
void joint_write_json(pnd_buffer *out, const joint_results *results);
PND_NODISCARD pnd_status joint_sign(joint_results *results, pnd_error *err);

#endif
