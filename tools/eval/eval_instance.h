/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of pnd-eval instance: inputs -> frames -> report. */
#ifndef PND_EVAL_INSTANCE_H
#define PND_EVAL_INSTANCE_H

#include "eval_pairs.h"
#include "eval_task.h"

#include <panodepth/instance.h>
#include <panodepth/panoptic_set.h>

typedef struct instance_args {
    const char *root, *split, *pred, *pred_suffix, *pred_json, *pred_dir;
    int32_t pred_ids; /* an instance_ids */
    bool distance;
    const char *name, *out;
    tool_list require;
} instance_args;

typedef enum instance_ids {
    INSTANCE_IDS_AUTO,
    INSTANCE_IDS_LABEL,
    INSTANCE_IDS_TRAIN
} instance_ids;

enum { INSTANCE_N_CLASSES = 34, INSTANCE_N_SCORED = 8 };

/* The label ids with instances that are evaluated: person to bicycle. Borrowed, static. */
const int32_t *instance_labels(void);

/* ---- eval_instance_inputs.c */

typedef struct instance_inputs {
    eval_pairs pairs;
    pnd_panoptic_set set;            /* of --pred-json; what it points to is borrowed */
    const pnd_annotation **partners; /* of --pred-json: one per pair, or NULL */
    char *set_dir;                   /* of --pred-json: its PNGs */
} instance_inputs;

/* Find and pair everything. Returns an exit code; everything was reported. */
int instance_inputs_load(instance_inputs *out, tool *t, const instance_args *args, eval_sets *sets,
                         eval_deviations *deviations);
void instance_inputs_clear(instance_inputs *inputs);

/* ---- eval_instance_list.c */

/* One line of a prediction's text file: PATH LABEL CONFIDENCE. */
typedef struct instance_line {
    char *path; /* of the mask, relative to the folder of all predictions; owned */
    int64_t label;
    double confidence;
} instance_line;

typedef struct instance_list {
    instance_line *lines;
    size_t n, capacity;
} instance_list;

/*
 * Read the lines of a text file.
 * @param folder  where the text file is, relative to the folder of all predictions; "" for itself
 * @param name    begins the messages, which name the line
 * @retval PND_EFORMAT  not three fields, or no numbers, or a path out of the folder
 * @retval PND_ENOMEM
 * A mask listed again keeps its place and takes the later values. `out` is emptied first.
 */
PND_NODISCARD pnd_status instance_list_parse(instance_list *out, const char *text, size_t size,
                                             const char *folder, const char *name, pnd_error *err);
void instance_list_clear(instance_list *list);

/* ---- eval_instance_frames.c */

typedef struct instance_frame {
    bool scored;
    pnd_instance_image image; /* its arrays are `block` */
    void *block;
    eval_sha256 digest;         /* of the ground truth, and with --distance */
    eval_sha256 near_digest[2]; /* of the camera and the disparity */
    int64_t other_labels;       /* predictions of labels that are not scored */
    uint64_t met_labels;        /* bit per label id that a prediction has */
    int64_t without_score;      /* segments of --pred-json without a score: 1.0 */
} instance_frame;

/* The callbacks of the task; `state` is an instance_state. */
pnd_status instance_scratch_create(void **out, void *state, pnd_error *err);
void instance_scratch_free(void *scratch);
pnd_status instance_frame_score(const void *state, size_t index, void *scratch, eval_planes *planes,
                                pnd_error *err);
void instance_frames_free(instance_frame *frames, size_t n);

/* ---- eval_instance_distance.c */

enum { INSTANCE_N_DISTANCES = 2 };
extern const double instance_distances[INSTANCE_N_DISTANCES]; /* 100 m, 50 m */

/* Scores of the instances within a distance. */
typedef struct instance_near {
    double ap[INSTANCE_N_SCORED][PND_INSTANCE_N_OVERLAPS], class_ap[INSTANCE_N_SCORED];
    pnd_instance_mean mean;
} instance_near;

struct instance_results;

/* Measure the instances of the image that was begun, by the disparity and the camera of the tree.
 */
PND_NODISCARD pnd_status instance_measure(pnd_instance_matcher *matcher, eval_planes *planes,
                                          eval_sha256 digests[2], const instance_args *args,
                                          const char *key, pnd_error *err);
PND_NODISCARD pnd_status instance_score_near(struct instance_results *results,
                                             const pnd_instance_image *images, size_t n,
                                             pnd_error *err);

/* ---- eval_instance_report.c */

typedef struct instance_results {
    const instance_args *args;
    const instance_inputs *inputs;
    instance_frame *frames; /* one for each pair */
    const char *split;      /* or NULL */
    double overlaps[PND_INSTANCE_N_OVERLAPS];
    double ap[INSTANCE_N_SCORED][PND_INSTANCE_N_OVERLAPS];
    double all_ap, all_ap50, class_ap[INSTANCE_N_SCORED];
    instance_near near[INSTANCE_N_DISTANCES]; /* with --distance */
    size_t scored, skipped;
    pnd_buffer signature;
    eval_deviations deviations;
} instance_results;

/* The state of the task. */
typedef struct instance_state {
    instance_inputs inputs;
    instance_results results; /* of `inputs` */
} instance_state;

void instance_print(pnd_buffer *out, const instance_results *results);
void instance_write_json(pnd_buffer *out, const instance_results *results);
PND_NODISCARD pnd_status instance_sign(instance_results *results, pnd_error *err);

/* ---- eval_instance_rows.c */

/* Members of an image's row from which pnd-compare scores the image anew. */
void instance_write_record(pnd_json_writer *w, const pnd_instance_image *image, bool with_distance);

#endif
