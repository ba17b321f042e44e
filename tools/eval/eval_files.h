/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prediction files below a folder, and which of them belongs to a frame. Ambiguity is never
 * resolved by the order of a directory: it is explained.
 */
#ifndef PND_EVAL_FILES_H
#define PND_EVAL_FILES_H

#include <panodepth/base.h>

/* What files of one kind are called. */
typedef struct eval_file_kind {
    const char *const *extensions; /* NULL-terminated */
    const char *listed;            /* them in words: ".png, .npy or .pfm" */
    const char *tail;              /* preferred end of the stem, "_depth"; "" for none */
    const char *what;              /* "depth map" */
    const char *suffix_hint;       /* what to do when several fit */
} eval_file_kind;

typedef struct eval_file {
    char *path;
    const char *base; /* within path */
    bool used;
} eval_file;

/* Sorted by base name, then path. Zero-initialise; release with eval_files_clear(). */
typedef struct eval_files {
    eval_file *items;
    size_t n, capacity;
} eval_files;

/* All files of the kind at any depth. @retval PND_EIO @retval PND_EINVAL none @retval PND_ENOMEM */
PND_NODISCARD pnd_status eval_files_find(eval_files *out, const char *folder,
                                         const eval_file_kind *kind, pnd_error *err);
void eval_files_clear(eval_files *files);

/* True when `path` names anything, or a folder; symbolic links are followed. */
bool eval_exists(const char *path);
bool eval_is_folder(const char *path);

/* Length of what names the frame in a file name: "aachen_000001_000019", else what stands before
 * the kind's tail or the extension. */
size_t eval_file_key_length(const char *base, const eval_file_kind *kind);

/* Length of what names the sequence in a frame's key: "000012" of
 * "000012_000003_munster_000168_000019" (Cityscapes-DVPS), else all but the last of its fields:
 * "aachen_000001". */
size_t eval_sequence_length(const char *key);

/* True for KEY + suffix when that is not NULL, else for names that end in tail and extension. */
bool eval_file_is_named(const char *base, const eval_file_kind *kind, const char *suffix);

/*
 * The file of frame `key`: KEY + suffix, or without a suffix the one KEY*TAIL.EXT, or else the only
 * KEY*.EXT, where * begins with '_' or '.' or is empty. `*out` is NULL when there is none.
 * @retval PND_EMISMATCH  several fit; names two and what to do
 */
PND_NODISCARD pnd_status eval_files_pick(eval_file **out, const eval_files *files,
                                         const eval_file_kind *kind, const char *key,
                                         const char *suffix, pnd_error *err);

#endif
