/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file tool_files.h
 * The input files of a run: one, or those below a folder, in an order that no directory decides.
 */
#ifndef TOOL_FILES_H
#define TOOL_FILES_H

#include <panodepth/base.h>

/** One input, and which image it is. */
typedef struct tool_file {
    char *path;     /**< opened */
    char *name;     /**< relative to the folder of the run */
    char *image_id; /**< core name, or the name without folders and extension */
} tool_file;

/** Zero-initialise; release with tool_files_clear(). */
typedef struct tool_files {
    tool_file *items;
    size_t n, capacity;
} tool_files;

/** Append copies. @retval PND_ENOMEM */
PND_NODISCARD pnd_status tool_files_add(tool_files *files, const char *path, const char *name,
                                        pnd_error *err);

/** The file itself, or all files below a folder whose name ends in one of the extensions (NULL
 *  ends the list), sorted by path. `hint` says what to do about two files of one image.
 *  @retval PND_EIO  @retval PND_EFORMAT none, or two of one image id */
PND_NODISCARD pnd_status tool_files_find(tool_files *out, const char *path,
                                         const char *const *extensions, const char *hint,
                                         pnd_error *err);

/** @retval PND_EFORMAT two of one image id; names both */
PND_NODISCARD pnd_status tool_files_check_unique(const tool_files *files, const char *hint,
                                                 pnd_error *err);
void tool_files_clear(tool_files *files);

#endif
