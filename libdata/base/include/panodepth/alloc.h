/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file panodepth/alloc.h
 * Checked allocation. Sizes that come from files are multiplied here and nowhere else.
 *
 * All memory is released with free(). A count or size of 0 yields a valid, unique pointer.
 */
#ifndef PANODEPTH_ALLOC_H
#define PANODEPTH_ALLOC_H

#include <panodepth/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Uninitialised array. NULL when count x size overflows or memory is short. */
PND_API PND_NODISCARD void *pnd_alloc_array(size_t count, size_t size);

/** Zeroed array. NULL as above. */
PND_API PND_NODISCARD void *pnd_calloc_array(size_t count, size_t size);

/** Resize; on NULL the old block is untouched and still the caller's. */
PND_API PND_NODISCARD void *pnd_realloc_array(void *block, size_t count, size_t size);

/** Copy of a string, or NULL. */
PND_API PND_NODISCARD char *pnd_strdup(const char *text);

/** printf into a fresh string, or NULL when memory is short. */
PND_API PND_NODISCARD char *pnd_strdup_printf(const char *format, ...) PND_PRINTF(1, 2);

#ifdef __cplusplus
}
#endif

#endif
