/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests that touch the file system: each runs in an empty directory of its own, below where the
 * program was started. Children lose system calls to a seccomp filter, so that the paths for old
 * kernels, full disks and other file systems run everywhere.
 */
#ifndef PND_SCRATCH_H
#define PND_SCRATCH_H

#include "pnd_test.h"

enum { SCRATCH_SKIPPED = 77 };

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_enter, scratch_leave)

int scratch_enter(void **state);
int scratch_leave(void **state);

/* Write a small file by stdio. */
void scratch_put(const char *path, const char *text);

/* The file at `path` holds exactly `text`. */
void scratch_assert_holds(const char *path, const char *text);

/* Entries of a directory, hidden ones included. */
int scratch_count(const char *path);

/* Run `body` in a child and return its exit status. cmocka's asserts do not work in there. */
int scratch_in_child(int (*body)(void));

/* From here on the system call `number` answers `error`. False where seccomp is not allowed. */
bool scratch_deny(long number, int error);

#endif
