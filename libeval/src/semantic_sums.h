/* SPDX-License-Identifier: Apache-2.0 */
/* One instance's share of the sums, for images that count more than once. */
#ifndef PND_SEMANTIC_SUMS_H
#define PND_SEMANTIC_SUMS_H

#include <panodepth/semantic.h>

void pnd_semantic_add_instance(pnd_semantic_sums *sums, const pnd_semantic_table *table,
                               const pnd_semantic_instance *instance, double times);

/* A class of it is. */
bool pnd_semantic_category_is_evaluated(const pnd_semantic_table *table, int32_t category);

#endif
