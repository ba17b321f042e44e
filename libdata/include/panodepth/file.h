/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file panodepth/file.h
 * Whole files in, whole files out.
 *
 * Reading opens a file once, checks that it is a regular file, and returns its bytes: what was
 * decoded is what was hashed. Names that come from a data file (file_name in a panoptic JSON) go
 * through pnd_file_read_beneath(), which cannot leave its root. Writing goes to a temporary name in
 * the same directory, is synced, and is renamed: readers see the old file or the new one, never
 * half of one.
 */
#ifndef PANODEPTH_FILE_H
#define PANODEPTH_FILE_H

#include <panodepth/buffer.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Default limits of faults.md: 256 MiB for an image, 1 GiB for JSON. */
#define PND_MAX_IMAGE_BYTES ((int64_t)256 << 20)
#define PND_MAX_JSON_BYTES  ((int64_t)1 << 30)

/**
 * Replace the contents of `out` with the bytes of a regular file.
 * @param max_bytes  larger files are refused before anything is read
 * @retval PND_EIO  missing, not readable, a directory, FIFO or device (never blocks)
 * @retval PND_ELIMIT  @retval PND_ENOMEM   On failure `out` is empty.
 */
PND_API PND_NODISCARD pnd_status pnd_file_read(pnd_buffer *out, const char *path, int64_t max_bytes,
                                               pnd_error *err);

/**
 * Read `name`, which came from a data file, inside the directory `root`.
 * @retval PND_EINVAL  the name is empty, absolute, longer than 4096 bytes, not UTF-8, holds "..", a
 *                     backslash or a control character, or leads out of `root` through a symbolic
 * link
 * @retval PND_EIO  @retval PND_ELIMIT  @retval PND_ENOMEM
 */
PND_API PND_NODISCARD pnd_status pnd_file_read_beneath(pnd_buffer *out, const char *root,
                                                       const char *name, int64_t max_bytes,
                                                       pnd_error *err);

typedef enum pnd_write_flags {
    PND_WRITE_NEW = 0,          /**< refuse to replace an existing file */
    PND_WRITE_REPLACE = 1 << 0, /**< replace it atomically */
    PND_WRITE_NO_FSYNC = 1 << 1 /**< faster; a power cut may then lose the file */
} pnd_write_flags;

/**
 * Write a whole file or nothing. `flags` is a combination of pnd_write_flags.
 * Missing parent directories are NOT made (pnd_dir_make()).
 * @retval PND_EINVAL  the file exists and PND_WRITE_REPLACE is not set (hint: --force)
 * @retval PND_EIO     any system failure, with its reason; the temporary file is gone and an old
 * file intact
 */
PND_API PND_NODISCARD pnd_status pnd_file_write(const char *path, const void *bytes, size_t size,
                                                int flags, pnd_error *err);

/** Make a directory and its parents; existing ones are fine. @retval PND_EIO */
PND_API PND_NODISCARD pnd_status pnd_dir_make(const char *path, pnd_error *err);

/** Make the parent directories of `path`. @retval PND_EIO @retval PND_ENOMEM */
PND_API PND_NODISCARD pnd_status pnd_dir_make_parent(const char *path, pnd_error *err);

enum { PND_SHA256_TEXT_SIZE = 65 };

/** Lower-case hexadecimal SHA-256 of some bytes. @retval PND_EINTERNAL the crypto library failed */
PND_API PND_NODISCARD pnd_status pnd_sha256(char text[PND_SHA256_TEXT_SIZE], const void *bytes,
                                            size_t size, pnd_error *err);

#ifdef __cplusplus
}
#endif

#endif
