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

/* The next score: the member `key` of `group`, a number or null. `label` is copied; the caller has
 * room for it in set->scores. Returns it for the rest of its members, or NULL with `err` set. */
score_info *score_add(score_set *set, const pnd_json_at *group, const char *key, const char *name,
                      const char *label, pnd_error *err);

/* A member that must be there, and is a number or null (NaN). */
PND_NODISCARD pnd_status score_get_number(double *out, const pnd_json_at *object, const char *key,
                                          pnd_error *err);

/* Fails when the file was written without a member that resampling needs. */
PND_NODISCARD pnd_status score_need(const pnd_json_at *object, const char *key, pnd_error *err);

#endif
