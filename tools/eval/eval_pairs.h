/* SPDX-License-Identifier: Apache-2.0 */
/* Ground truth images of gtFine and the prediction of each. */
#ifndef PND_EVAL_PAIRS_H
#define PND_EVAL_PAIRS_H

#include "eval_files.h"
#include "eval_results.h"
#include "tool.h"

#include <panodepth/cityscapes.h>

typedef struct eval_pair {
    char *key;        /* names the image */
    char *gt;         /* path */
    char *instances;  /* path of the instanceIds beside a gt that is no such image; NULL: none */
    const char *pred; /* path, borrowed; NULL: none */
} eval_pair;

/* In the order of the ground truth's paths. Zero-initialise; release with eval_pairs_clear(). */
typedef struct eval_pairs {
    eval_pair *items;
    size_t n;
    char *folder;     /* of the predictions; NULL for a single pair */
    eval_files files; /* the predictions below it */
} eval_pairs;

/* Where to look. */
typedef struct eval_place {
    const char *root, *split, *pred, *pred_suffix;
    const char *const *gt_suffixes; /* NULL-terminated: the first that any frame has is taken */
    bool with_instances;            /* instanceIds are wanted beside the ground truth */
    const eval_file_kind *kind;     /* of the predictions */
} eval_place;

/* Find and pair everything below the two folders; missing predictions are exit 6 unless --skip-bad.
 * Returns an exit code; everything was reported. */
int eval_pairs_load(eval_pairs *out, tool *t, const eval_place *place, eval_deviations *deviations);

/* The two halves of it, for predictions that are no files: the ground truth alone, with `pred` of
 * every pair NULL; and exit 6 when some still are, unless --skip-bad. `what` is "text file". */
int eval_pairs_ground_truth(eval_pairs *out, tool *t, const eval_place *place);
int eval_pairs_check_missing(const eval_pairs *pairs, tool *t, const char *what);

/* One image given by two paths; both must outlive `out`. Returns an exit code. */
int eval_pairs_single(eval_pairs *out, tool *t, const char *gt, const char *pred,
                      bool with_instances);

void eval_pairs_clear(eval_pairs *pairs);

/* {root}/{type}/{split}/{city}/{core}{suffix} of the frame that `key` names; free().
 * @retval PND_EINVAL  no name of a Cityscapes frame  @retval PND_ENOMEM */
PND_NODISCARD pnd_status eval_frame_path(char **out, const char *key, const char *root,
                                         const char *split, const char *type, const char *suffix,
                                         pnd_error *err);

/* True for paths that end in instanceIds.png: class ids are then a thousandth of the larger values.
 */
bool eval_is_instance_ids(const char *path);

#endif
