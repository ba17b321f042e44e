/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file panodepth/base.h
 * Version, export macros, status codes, error messages and the limits every reader enforces.
 *
 * Every function that can fail returns a pnd_status to branch on and takes a pnd_error to show. The
 * pnd_error belongs to the caller (one per thread, or one per image in a parallel loop), may be
 * NULL when nobody will read it, and keeps the FIRST failure it is given: an outer function passes
 * the code up and leaves the message alone.
 *
 * Ownership, everywhere in panodepth: a returned pointer is borrowed, a `**out` is yours.
 */
#ifndef PANODEPTH_BASE_H
#define PANODEPTH_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PND_VERSION_MAJOR  0
#define PND_VERSION_MINOR  1
#define PND_VERSION_PATCH  0
#define PND_VERSION_STRING "0.1.0"

#if defined(__GNUC__)
#define PND_API                         __attribute__((visibility("default")))
#define PND_NODISCARD                   __attribute__((warn_unused_result))
#define PND_PRINTF(format_index, first) __attribute__((format(printf, format_index, first)))
#else
#define PND_API
#define PND_NODISCARD
#define PND_PRINTF(format_index, first)
#endif

/** What happened. The numbers are fixed; new codes are appended only. */
typedef enum pnd_status {
    PND_OK = 0,
    PND_EINVAL = 1,       /**< the caller's argument or option is not usable */
    PND_ENOMEM = 2,       /**< an allocation failed */
    PND_EIO = 3,          /**< the operating system refused: open, read, write, rename */
    PND_EFORMAT = 4,      /**< the bytes are not what the format says */
    PND_ELIMIT = 5,       /**< well formed, and larger than a limit */
    PND_EMISMATCH = 6,    /**< two inputs do not belong together: sizes, ids, calibration */
    PND_EUNSUPPORTED = 7, /**< valid, and not something this build or function handles */
    PND_EDEVICE = 8,      /**< the accelerator failed or is absent */
    PND_EINTERNAL = 9     /**< our bug */
} pnd_status;

enum { PND_MESSAGE_SIZE = 1024, PND_HINT_SIZE = 256 };

/** The first failure. Zero it (`pnd_error err = {0};`) before the first call; reuse by zeroing. */
typedef struct pnd_error {
    pnd_status status;              /**< PND_OK while nothing failed */
    char message[PND_MESSAGE_SIZE]; /**< one line: file, id, what was found, what was expected */
    char hint[PND_HINT_SIZE];       /**< what to do about it, or empty */
} pnd_error;

/** Largest image side and pixel count any reader accepts by default (docs/formats.md). */
enum { PND_MAX_SIDE = 16384, PND_MAX_PIXELS = 1 << 26 };

/** The library's version, "major.minor.patch". */
PND_API const char *pnd_version(void);

/** A stable lower-case name such as "mismatch"; "unknown" for any other number. */
PND_API const char *pnd_status_name(pnd_status status);

/** Record a failure and return its code: `return pnd_fail(err, PND_EIO, "%s: %s", path, why);`.
 *  Control characters that come from file names or file contents are written as \xNN. */
PND_API pnd_status pnd_fail(pnd_error *err, pnd_status status, const char *format, ...)
    PND_PRINTF(3, 4);

/** As pnd_fail(), with what the user can do about it. */
PND_API pnd_status pnd_fail_hint(pnd_error *err, pnd_status status, const char *hint,
                                 const char *format, ...) PND_PRINTF(4, 5);

#ifdef __clang_analyzer__ /* it cannot see that they return the code they are given */
#define pnd_fail(err, status, ...) (pnd_fail(err, status, __VA_ARGS__), (status))
#define pnd_fail_hint(err, status, hint, ...)                                                      \
    (pnd_fail_hint(err, status, hint, __VA_ARGS__), (status))
#endif

#ifdef __cplusplus
}
#endif

#endif
