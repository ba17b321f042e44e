/* SPDX-License-Identifier: Apache-2.0 */
/* What the file sources share; not installed. */
#ifndef PND_FILE_INTERNAL_H
#define PND_FILE_INTERNAL_H

#include <panodepth/file.h>

/* PND_EIO with "PATH: DOING: reason", or "PATH: reason" when `doing` is NULL. */
pnd_status pnd_file_fail(pnd_error *err, const char *path, const char *doing, int error_number);

/* Open `name` beneath the directory `root_fd` for reading. Returns a descriptor, or -1 with errno:
 * ELOOP for a symbolic link on the way, EXDEV for a name that leads out. */
int pnd_file_open_beneath(int root_fd, const char *name);

#endif
