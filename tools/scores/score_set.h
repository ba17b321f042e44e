/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scores of one results file of pnd-eval together with what each image adds to them, ready to
 * be resampled (panodepth/bootstrap.h).
 *
 * Reading re-aggregates the images once and demands exactly the scores the file holds: a file whose
 * rows and scores do not belong together is refused.
 */
#ifndef SCORE_SET_H
#define SCORE_SET_H

#include <panodepth/resample.h>

/* One score. Texts are owned, hold no control characters and are valid UTF-8. */
typedef struct score_info {
    char *key;   /* where it stands in the file: "All.pq", "per_class.24.pq", "headline.absErr" */
    char *label; /* "All PQ", "person PQ", "absErr" */
    double tolerance; /* the file's value may differ from the rows' by this share of it */
    bool higher_is_better;
    bool is_percent; /* shown in percent */
    bool is_detail;  /* left out of the short table */
    int32_t family;  /* tests of one family are corrected together */
    double value;    /* as the rows give it, and the file holds; NaN for null */
} score_info;

/* Read with score_set_read(); not to be copied (it points into itself). */
typedef struct score_set {
    char *path, *method; /* method: or else the file's name */
    char *task, *protocol, *signature;
    const char *unit; /* what is drawn: "images", or "sequences" of joint results; */
    const char *rows; /* and where: "per_image" */
    char **image_ids;
    size_t n_images;
    score_info *scores;
    size_t n_scores;
    pnd_resample_set images; /* the same images and scores for libeval */
    /* private: what `images` points to */
    pnd_resample_statistic statistic;
    const void **records;
    pnd_pq_resample pq;
    pnd_pooled_resample pooled;
    pnd_instance_resample instance;
    pnd_joint_resample joint;
    pnd_instance_image *matched; /* n_images */
    int32_t *instance_ids;       /* instance.n_classes label ids, and */
    size_t *n_ranks;             /* distinct confidences */
    pnd_category *categories;
    pnd_pq_record *pq_records;
    pnd_pq_share *shares;
    double *numbers;
    void **blocks; /* owned; by score_alloc() */
    size_t n_blocks;
} score_set;

/**
 * Zero `out` first; release with score_set_clear(), also after a failure.
 * @retval PND_EUNSUPPORTED  a task or a file without the rows that resampling needs
 * @retval PND_EMISMATCH     the rows do not give the scores
 * @retval as pnd_file_read(), pnd_json_parse(); PND_EFORMAT
 */
PND_NODISCARD pnd_status score_set_read(score_set *out, const char *path, pnd_error *err);
void score_set_clear(score_set *set);

/* Make sets of one task fit to swap images with each other: `sets` of them were read.
 * @retval PND_ENOMEM */
PND_NODISCARD pnd_status score_sets_align(score_set *const *sets, size_t n, pnd_error *err);

/* "runs/ours.json" is "ours". NULL when memory is short. */
char *score_file_stem(const char *path);

/* The score of that key, or n_scores. */
size_t score_find(const score_set *set, const char *key);

#endif
