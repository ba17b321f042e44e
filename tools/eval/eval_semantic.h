/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of pnd-eval semantic: pairs -> frames -> report. */
#ifndef PND_EVAL_SEMANTIC_H
#define PND_EVAL_SEMANTIC_H

#include "eval_pairs.h"
#include "eval_task.h"
#include "semantic_classes.h"

#include <panodepth/semantic.h>

typedef struct semantic_args {
    const char *root, *split, *pred, *pred_suffix;
    int32_t pred_ids; /* a semantic_ids */
    bool palette_as_index, lenient_png, no_instances, boundary;
    const char *name, *out;
    tool_list require;
} semantic_args;

typedef enum semantic_ids {
    SEMANTIC_IDS_AUTO,
    SEMANTIC_IDS_LABEL,
    SEMANTIC_IDS_TRAIN
} semantic_ids;

/* Width of the boundary band as a share of the diagonal (Cheng et al.). */
#define SEMANTIC_BOUNDARY_RATIO 0.02

/* ---- eval_semantic_frames.c */

enum { SEMANTIC_N_DIGESTS = 2 }; /* labelIds, instanceIds */

typedef struct semantic_frame {
    bool scored;
    pnd_semantic_image image; /* its arrays are `block` */
    void *block;
    eval_sha256 digest[SEMANTIC_N_DIGESTS];          /* of the ground truth; empty: no such file */
    int64_t trailing_bytes, missing_end, extra_data; /* of the prediction's PNG */
} semantic_frame;

/* The callbacks of the task; `state` is a semantic_state. */
pnd_status semantic_scratch_create(void **out, void *state, pnd_error *err);
void semantic_scratch_free(void *scratch);
pnd_status semantic_frame_score(const void *state, size_t index, void *scratch, eval_planes *planes,
                                pnd_error *err);
void semantic_frames_free(semantic_frame *frames, size_t n);

/* ---- eval_semantic_report.c */

typedef struct semantic_results {
    const semantic_args *args;
    const eval_pairs *pairs;
    const semantic_classes *classes;
    semantic_frame *frames; /* one for each pair */
    const char *split;      /* or NULL */
    pnd_semantic_sums sums;
    pnd_semantic_scores scores;
    size_t scored, skipped;
    pnd_buffer signature;
    eval_deviations deviations;
} semantic_results;

/* The state of the task. */
typedef struct semantic_state {
    eval_pairs pairs;
    semantic_classes classes;
    semantic_results results; /* of both */
} semantic_state;

void semantic_print(pnd_buffer *out, const semantic_results *results);
void semantic_write_json(pnd_buffer *out, const semantic_results *results);
PND_NODISCARD pnd_status semantic_sign(semantic_results *results, pnd_error *err);

/* ---- eval_semantic_rows.c */

/* Members of an image's row from which pnd-compare scores the image anew. */
void semantic_write_record(pnd_json_writer *w, const pnd_semantic_image *image);

#endif
