/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of pnd-eval depth: inputs -> frames -> report. */
#ifndef PND_EVAL_DEPTH_H
#define PND_EVAL_DEPTH_H

#include "eval_files.h"
#include "eval_task.h"

#include <panodepth/cityscapes.h>
#include <panodepth/depth_analysis.h>

#include <stdatomic.h>

typedef struct depth_args {
    const char *root, *split, *pred;
    const char *disparity_root, *camera_root, *gt_root, *gt_depth;
    const char *pred_suffix;
    int32_t pred_unit, gt_unit; /* a depth_unit */
    const char *protocol_file;
    bool list_protocols, explain;
    int32_t protocol; /* index into depth_protocol_names */
    int32_t scaling;  /* a depth_scaling_choice */
    double cap_m;
    tool_double_list clip;
    int32_t bad_pred; /* a depth_bad_choice */
    tool_int_list mask_labels;
    tool_list analysis;
    tool_double_list bins;
    tool_list require;
    const char *name, *out;
} depth_args;

typedef enum depth_unit { DEPTH_UNIT_M256, DEPTH_UNIT_MM, DEPTH_UNIT_M } depth_unit;

typedef enum depth_scaling_choice {
    DEPTH_SCALING_PROTOCOL,
    DEPTH_SCALING_NONE,
    DEPTH_SCALING_MEDIAN,
    DEPTH_SCALING_SCALE,
    DEPTH_SCALING_SHIFT
} depth_scaling_choice;

typedef enum depth_bad_choice {
    DEPTH_BAD_PROTOCOL,
    DEPTH_BAD_ERROR,
    DEPTH_BAD_SKIP,
    DEPTH_BAD_FILL,
    DEPTH_BAD_ZERO
} depth_bad_choice;

extern const char *const depth_protocol_names[];
const char *depth_unit_name(int32_t unit);

/* ---- eval_depth_inputs.c */

/* One frame: where its ground truth and its prediction are. */
typedef struct depth_pair {
    char *key;        /* names the image */
    pnd_frame frame;  /* Cityscapes only */
    const char *gt;   /* --gt-depth only; borrowed */
    const char *pred; /* borrowed; NULL: none */
} depth_pair;

/* ---- eval_depth_protocol_file.c */

/* A protocol of the user's, from a file (docs/formats.md). Zero-initialise. */
typedef struct depth_definition {
    pnd_depth_protocol protocol;    /* its name is `name` */
    const pnd_depth_protocol *base; /* what it extends; NULL: no file */
    char *name;
    uint64_t masked_labels;
} depth_definition;

/* The words of a file, and of the signature, by the library's enumerators; NULL-terminated. */
extern const char *const depth_cap_rule_names[], *const depth_bad_rule_names[],
                                                     *const depth_scaling_names[],
                                                         *const depth_storage_names[],
                                                             *const depth_averaging_names[],
                                                                 *const depth_headline_names[];

PND_NODISCARD pnd_status depth_protocol_read(depth_definition *out, const char *path,
                                             pnd_error *err);
void depth_definition_clear(depth_definition *definition);

/* ---- eval_depth_inputs.c */

typedef struct depth_inputs {
    depth_definition definition;
    pnd_depth_protocol protocol; /* with all options applied */
    pnd_buffer protocol_name;    /* "paper-eq", "paper-eq+cap50" */
    char *pred;                  /* folder of the predictions */
    pnd_frame_list frames;
    eval_files gt_files, pred_files;
    depth_pair *pairs;
    size_t n;
    uint64_t masked_labels; /* bit per label id */
    pnd_depth_analysis_options analysis;
} depth_inputs;

/* Set protocol, protocol_name and masked_labels: of `definition` when that was read, else of
 * --protocol, with the changes of the command line. */
PND_NODISCARD pnd_status depth_protocol_choose(depth_inputs *out, const depth_args *args,
                                               pnd_error *err);

/* Find and pair everything, once the protocol is chosen. Returns an exit code; everything was
 * reported. */
int depth_inputs_load(depth_inputs *out, tool *t, const depth_args *args,
                      eval_deviations *deviations);
void depth_inputs_clear(depth_inputs *inputs);

/* ---- eval_depth_frames.c */

/* Map; calibration and label image, of Cityscapes. */
enum { DEPTH_N_DIGESTS = 3 };

typedef struct depth_frame {
    bool scored;
    pnd_depth_image image;
    eval_sha256 digest[DEPTH_N_DIGESTS]; /* of the ground truth; empty: no such file */
    bool trailing_bytes;                 /* after the end of the disparity's PNG */
    int64_t saturated;                   /* prediction samples at the end of 16 bits */
} depth_frame;

/* The callbacks of the task; `state` is a depth_state. */
pnd_status depth_scratch_create(void **out, void *state, pnd_error *err);
void depth_scratch_free(void *scratch);
pnd_status depth_frame_score(const void *state, size_t index, void *scratch, eval_planes *planes,
                             pnd_error *err);

/* ---- eval_depth_report.c */

/* The frames of a sequence, pooled. */
typedef struct depth_sequence {
    const char *key; /* of its first frame */
    size_t images;   /* scored */
    pnd_depth_metrics metrics;
} depth_sequence;

typedef struct depth_results {
    const depth_args *args;
    const depth_inputs *inputs;
    depth_frame *frames;          /* one for each pair */
    pnd_depth_analysis *analyses; /* likewise; NULL: nothing is analysed */
    pnd_depth_metrics mean, pooled;
    depth_sequence *sequences; /* of a protocol that averages them; else none */
    size_t n_sequences;
    pnd_depth_metrics sequence_mean;
    pnd_depth_tally tally;
    size_t scored, skipped;
    pnd_buffer signature;
    eval_deviations deviations;
} depth_results;

/* The state of the task. */
typedef struct depth_state {
    depth_inputs inputs;
    depth_results results;                  /* of `inputs` */
    pnd_depth_pool *pool;                   /* what pooled rae needs */
    uint8_t mask_of[256], train_id_of[256]; /* by label id */
    void *_Atomic retired; /* scratch of threads that are done, with their share of the pool */
} depth_state;

/* Move what the retired threads gathered into the pool, unless that is NULL, and free them. */
void depth_collect_retired(depth_state *state);

/* The columns of the paper's Tables 2 and 3 under the protocol of the run. */
enum { DEPTH_N_HEADLINE = 7 };
typedef struct depth_headline {
    const char *key, *unit, *title; /* title: for the text table */
    double value;
    const char *metric; /* value is factor * the image mean of this metric */
    int factor;
} depth_headline;
void depth_headline_fill(depth_headline out[DEPTH_N_HEADLINE], const pnd_depth_protocol *protocol,
                         const pnd_depth_metrics *mean);

/* The average that the protocol's scores are: headline and gates. */
const pnd_depth_metrics *depth_scores(const depth_results *results);

/* ---- eval_depth_explain.c */

void depth_protocols_print(pnd_buffer *out);
/* Rules and formulas of a chosen protocol. */
void depth_protocol_explain(pnd_buffer *out, const depth_inputs *inputs);

/* ---- eval_depth_explain_json.c: the same as JSON */

void depth_protocols_write(pnd_buffer *out);
void depth_protocol_write(pnd_buffer *out, const depth_inputs *inputs);

/* ---- eval_depth_analysis.c */

extern const char *const depth_analysis_choices[];
PND_NODISCARD pnd_status depth_analysis_choose(pnd_depth_analysis_options *out,
                                               const depth_args *args, pnd_error *err);
void depth_print_analysis(pnd_buffer *out, const depth_results *results);
/* The member "analysis", or nothing; and the members of an image's row. */
void depth_write_analysis(pnd_json_writer *writer, const depth_results *results);
void depth_write_image_analysis(pnd_json_writer *writer, const depth_results *results, size_t i);

void depth_print(pnd_buffer *out, const depth_results *results);
void depth_write_json(pnd_buffer *out, const depth_results *results);
PND_NODISCARD pnd_status depth_sign(depth_results *results, pnd_error *err);

#endif
