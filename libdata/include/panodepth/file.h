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
 *
 * Every message begins with the path and ends with the system's reason. All functions are
 * thread-safe. A program that wants PND_EIO instead of a signal when a file size limit is met must
 * ignore SIGXFSZ.
 */
#ifndef PANODEPTH_FILE_H
#define PANODEPTH_FILE_H

#include <panodepth/buffer.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Default limits: 256 MiB for an image, 1 GiB for JSON. */
#define PND_MAX_IMAGE_BYTES ((int64_t)256 << 20)
#define PND_MAX_JSON_BYTES  ((int64_t)1 << 30)

/** Longest name accepted from a data file, in bytes. */
enum { PND_MAX_NAME_BYTES = 4096 };

/**
 * Replace the contents of `out` with the bytes of a regular file. Symbolic links in `path` are
 * followed: it came from the user. Never blocks on a FIFO, socket or device.
 * @param max_bytes  a larger file is refused before anything is read
 * @retval PND_EIO     missing (the hint names a file that differs in case only), not readable, a
 *                     directory, FIFO or device, or changed in size while it was read
 * @retval PND_ELIMIT  larger than `max_bytes`
 * @retval PND_ENOMEM  out of memory
 * On failure `out` is empty.
 */
PND_API PND_NODISCARD pnd_status pnd_file_read(pnd_buffer *out, const char *path, int64_t max_bytes,
                                               pnd_error *err);

/**
 * Read `name`, which came from a data file, inside the directory `root`, which came from the user.
 * `root` itself may be or contain a symbolic link; `name` may not, so the answer is the same on
 * every kernel. Checked by the kernel where openat2() exists, component by component elsewhere.
 * @retval PND_EINVAL  the name is empty, absolute, longer than PND_MAX_NAME_BYTES, not UTF-8, holds
 *                     a ".." component, a backslash or a control character, or passes through a
 *                     symbolic link
 * @retval PND_EIO     @retval PND_ELIMIT  @retval PND_ENOMEM  as pnd_file_read()
 */
PND_API PND_NODISCARD pnd_status pnd_file_read_beneath(pnd_buffer *out, const char *root,
                                                       const char *name, int64_t max_bytes,
                                                       pnd_error *err);

/**
 * The rules for names of pnd_file_read_beneath() alone, without touching the file system: for
 * checking a JSON before its images are read.
 * @retval PND_EINVAL
 */
PND_API PND_NODISCARD pnd_status pnd_file_check_name(const char *name, pnd_error *err);

typedef enum pnd_write_flags {
    PND_WRITE_NEW = 0,          /**< refuse to replace an existing file */
    PND_WRITE_REPLACE = 1 << 0, /**< replace it atomically */
    PND_WRITE_NO_FSYNC = 1 << 1 /**< faster; a power cut may then lose the file */
} pnd_write_flags;

/**
 * Write a whole file or nothing, with mode 0644 less the umask. `flags` is a combination of
 * pnd_write_flags. Missing parent directories are NOT made (pnd_dir_make_parent()).
 *
 * With PND_WRITE_NEW an existing file is never replaced, not even one that appears while we write.
 * PND_WRITE_REPLACE replaces regular files and symbolic links to them (the link, not its target);
 * directories, devices and FIFOs are refused.
 * @retval PND_EINVAL  the file exists and PND_WRITE_REPLACE is not set (hint: --force)
 * @retval PND_EIO     any system failure, with its reason; the temporary file is gone and an old
 *                     file intact
 */
PND_API PND_NODISCARD pnd_status pnd_file_write(const char *path, const void *bytes, size_t size,
                                                int flags, pnd_error *err);

/** Make a directory and its parents; existing ones are fine. @retval PND_EIO @retval PND_ENOMEM */
PND_API PND_NODISCARD pnd_status pnd_dir_make(const char *path, pnd_error *err);

/** Make the parent directories of `path`. @retval PND_EIO @retval PND_ENOMEM */
PND_API PND_NODISCARD pnd_status pnd_dir_make_parent(const char *path, pnd_error *err);

/** What a file is, judged by its first bytes. */
typedef struct pnd_file_kind {
    const char *code; /**< "png", "lfs-pointer", "annex-pointer", "html-page" or "foreign-type" */
    const char *what; /**< "a JPEG image" */
    const char *hint; /**< what to do about it, or "" */
} pnd_file_kind;

/** The kind of file these bytes begin, or NULL when they are none that is known here. Static. */
PND_API const pnd_file_kind *pnd_file_kind_of(const void *bytes, size_t size);

enum { PND_SHA256_TEXT_SIZE = 65 };

/** Lower-case hexadecimal SHA-256 of some bytes. Cannot fail. */
PND_API void pnd_sha256(char text[PND_SHA256_TEXT_SIZE], const void *bytes, size_t size);

/** The same of a regular file of any size, read in pieces. @retval PND_EIO */
PND_API PND_NODISCARD pnd_status pnd_sha256_file(char text[PND_SHA256_TEXT_SIZE], const char *path,
                                                 pnd_error *err);

#ifdef __cplusplus
}
#endif

#endif
