/* SPDX-License-Identifier: Apache-2.0 */
/* One way for every program to write a result. */
#include "tool.h"

#include <panodepth/file.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

static pnd_status write_stdout(const void *bytes, size_t size, pnd_error *err)
{
    if (fwrite(bytes, 1, size, stdout) == size)
        return PND_OK;
    if (errno == EPIPE)
        return PND_OK; /* tool_finish_stdout() ends the program quietly with 141 */
    return pnd_fail(err, PND_EIO, "standard output: %s", strerror(errno));
}

pnd_status tool_write(const struct tool *t, const char *path, const void *bytes, size_t size,
                      pnd_error *err)
{
    if (strcmp(path, "-") == 0)
        return write_stdout(bytes, size, err);
    const pnd_status status = pnd_dir_make_parent(path, err);
    if (status != PND_OK)
        return status;
    return pnd_file_write(path, bytes, size, t->common.force ? PND_WRITE_REPLACE : PND_WRITE_NEW,
                          err);
}
