/* SPDX-License-Identifier: Apache-2.0 */
/* The panoptic JSON files of a run, each read and parsed once. */
#ifndef PND_EVAL_SETS_H
#define PND_EVAL_SETS_H

#include <panodepth/file.h>
#include <panodepth/panoptic_set.h>

typedef struct eval_set {
    char *path;
    pnd_panoptic_role role;
    char sha256[PND_SHA256_TEXT_SIZE]; /* of the file */
    pnd_panoptic_set set;
} eval_set;

/* Zero-initialise; release with eval_sets_clear(). One thread. */
typedef struct eval_sets {
    eval_set **items;
    size_t n;
    bool told_of_extra; /* a task has warned of predictions without ground truth */
} eval_sets;

/* The set of `path`, borrowed. @retval as pnd_file_read() and pnd_panoptic_set_parse(); `*out` is
 * NULL then */
PND_NODISCARD pnd_status eval_sets_read(const eval_set **out, eval_sets *sets, const char *path,
                                        pnd_panoptic_role role, pnd_error *err);
void eval_sets_clear(eval_sets *sets);

#endif
