/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file tool_output.h
 * Where results may go, and writing them whole.
 */
#ifndef TOOL_OUTPUT_H
#define TOOL_OUTPUT_H

#include <panodepth/base.h>

struct tool;

/** True when `path`, or the nearest of its parents that exists, is `folder` or lies in it; symbolic
 *  links are followed. */
bool tool_path_is_within(const char *path, const char *folder);

/** True when both name the same existing file or folder. */
bool tool_path_is_same(const char *a, const char *b);

/**
 * Refuse an output that would touch the input. NULLs are skipped.
 * @param inputs  n files or folders: the output must not be one of them
 * @param root    a data set folder: the output must not be it or lie in it
 * @retval PND_EINVAL  (a usage error: report with TOOL_USAGE)
 */
PND_NODISCARD pnd_status tool_check_output(const char *output, const char *const *inputs, size_t n,
                                           const char *root, pnd_error *err);

/**
 * Write a whole file (atomically; replaced only with --force), or standard output for "-". Missing
 * parent folders are made.
 */
PND_NODISCARD pnd_status tool_write(const struct tool *t, const char *path, const void *bytes,
                                    size_t size, pnd_error *err);

#endif
