/* SPDX-License-Identifier: Apache-2.0 */
/* Sums of frame tables. Private to libeval. */
#ifndef PND_VIDEO_PAIRS_H
#define PND_VIDEO_PAIRS_H

#include "pq_pairs.h"

#include <panodepth/video_pq.h>

/* Sorted (key, sum) items; memory is kept. */
typedef struct video_sums {
    pq_item *items;
    size_t n, capacity;
} video_sums;

/* Room for n items. @retval PND_ENOMEM */
PND_NODISCARD pnd_status video_sums_reserve(video_sums *sums, size_t n, pnd_error *err);
void video_sums_clear(video_sums *sums);

/* Sort by key and add up items of one key. */
void video_sums_merge(video_sums *sums);

/* The item with that key, or NULL. */
const pq_item *video_sums_find(const video_sums *sums, uint64_t key);

/* Pairs (gt << 32 | pred) of k frames, predictions beyond the threshold being `pred_void`.
 * @retval PND_ENOMEM */
PND_NODISCARD pnd_status video_sums_pairs(video_sums *out, const pnd_video_table *tables, size_t k,
                                          int32_t lambda, uint32_t pred_void, pnd_error *err);

/* From pairs to what each ground truth or predicted id covers. */
PND_NODISCARD pnd_status video_sums_areas(video_sums *out, const video_sums *pairs,
                                          uint32_t (*key_id)(uint64_t), pnd_error *err);

#endif
