/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file panodepth/cityscapes.h
 * Finding files in a Cityscapes tree: {root}/{type}/{split}/{city}/{city}_{seq}_{frame}{suffix}.
 */
#ifndef PANODEPTH_CITYSCAPES_H
#define PANODEPTH_CITYSCAPES_H

#include <panodepth/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One frame, for example core "aachen_000001_000019", city "aachen", split "train". */
typedef struct pnd_frame {
    char *core;
    char *city;
    char *split;
} pnd_frame;

typedef struct pnd_frame_list {
    pnd_frame *frames;
    size_t n;
} pnd_frame_list;

/**
 * All frames that have a file {root}/{type}/{split}/{city}/{core}{suffix}, sorted by full path in
 * byte order (the order of Python's sorted()), whatever the file system's order. Files whose name
 * is not {city}_{6 digits}_{6 digits}{suffix} or whose city is not their folder are an error.
 * @param root  the folder that holds gtFine, disparity, ...   @param suffix  e.g. "_disparity.png"
 * @retval PND_EIO  no such folder (the hint says what was looked for), or unreadable
 * @retval PND_EINVAL  no file matches  @retval PND_EFORMAT a malformed name  @retval PND_ENOMEM
 * `*out` is zeroed before and on failure; release with pnd_frame_list_clear().
 */
PND_API PND_NODISCARD pnd_status pnd_frames_find(pnd_frame_list *out, const char *root,
                                                 const char *type, const char *split,
                                                 const char *suffix, pnd_error *err);
PND_API void pnd_frame_list_clear(pnd_frame_list *list);

/** {root}/{type}/{split}/{city}/{core}{suffix} as a fresh string (free()), or NULL when memory is
 * short. */
PND_API PND_NODISCARD char *pnd_frame_path(const pnd_frame *frame, const char *root,
                                           const char *type, const char *suffix);

/** True for {city}_{6 digits}_{6 digits} with a city of letters and inner hyphens; *length is that
 * prefix's. */
PND_API bool pnd_frame_core_prefix(size_t *length, const char *name);

#ifdef __cplusplus
}
#endif

#endif
