/* SPDX-License-Identifier: Apache-2.0 */
/* The tasks' parts of reading a results file; private to tools/scores. */
#ifndef SCORE_READ_H
#define SCORE_READ_H

#include "score_set.h"

#include <panodepth/json.h>

/* n_images is known and above 0, `rows` is the array per_image. Fill scores, statistic, records. */
PND_NODISCARD pnd_status score_read_panoptic(score_set *set, const pnd_json_at *root,
                                             const pnd_json_at *rows, pnd_error *err);
PND_NODISCARD pnd_status score_read_depth(score_set *set, const pnd_json_at *root,
                                          const pnd_json_at *rows, pnd_error *err);

PND_NODISCARD pnd_status score_read_semantic(score_set *set, const pnd_json_at *root,
                                             const pnd_json_at *rows, pnd_error *err);
PND_NODISCARD pnd_status score_read_instance(score_set *set, const pnd_json_at *root,
                                             const pnd_json_at *rows, pnd_error *err);

/* `rows` is the array per_sequence. */
PND_NODISCARD pnd_status score_read_joint(score_set *set, const pnd_json_at *root,
                                          const pnd_json_at *rows, pnd_error *err);

/* Rank the confidences of instance results among those of all n sets. */
PND_NODISCARD pnd_status score_rank_instances(score_set *const *sets, size_t n, pnd_error *err);

/* Zeroed memory that lives as long as the set; NULL with `err` set. */
void *score_alloc(score_set *set, size_t n, size_t size, pnd_error *err);

/* The next score: the member `key` of `group`, a number or null; `group` NULL: not in the file.
 * `name`: where the group stands, NULL for the root. `label` is copied; the caller has room for it
 * in set->scores. Returns it for the rest of its members, or NULL with `err` set. */
score_info *score_add(score_set *set, const pnd_json_at *group, const char *key, const char *name,
                      const char *label, pnd_error *err);

/* A member that must be there, and is a number or null (NaN). */
PND_NODISCARD pnd_status score_get_number(double *out, const pnd_json_at *object, const char *key,
                                          pnd_error *err);

/* A member that is an array of arrays of `width` numbers, or nulls (NaN). `*out` lives as long as
 * the set. */
PND_NODISCARD pnd_status score_get_tuples(const double **out, size_t *n, score_set *set,
                                          const pnd_json_at *object, const char *key, int width,
                                          pnd_error *err);

/* A whole number from 0 to `most`. */
bool score_is_count(double value, double most);

/* Fails when the file was written without a member that resampling needs. */
PND_NODISCARD pnd_status score_need(const pnd_json_at *object, const char *key, pnd_error *err);

#endif
