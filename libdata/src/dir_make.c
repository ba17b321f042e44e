/* SPDX-License-Identifier: Apache-2.0 */
#include "file_internal.h"

#include <panodepth/alloc.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static pnd_status make_one(const char *path, pnd_error *err)
{
    struct stat status;
    if (mkdir(path, 0777) == 0)
        return PND_OK;
    const int reason = errno;
    if (stat(path, &status) == 0) {
        if (S_ISDIR(status.st_mode))
            return PND_OK;
        return pnd_file_fail(err, path, "cannot make a directory", ENOTDIR);
    }
    return pnd_file_fail(err, path, "cannot make a directory", reason);
}

pnd_status pnd_dir_make(const char *path, pnd_error *err)
{
    if (path[0] == '\0')
        return pnd_fail(err, PND_EIO, "cannot make a directory without a name");
    char *prefix = pnd_strdup(path);
    if (prefix == NULL)
        return pnd_fail(err, PND_ENOMEM, "%s: out of memory", path);
    pnd_status status = PND_OK;
    size_t end = strspn(path, "/");
    while (status == PND_OK && path[end] != '\0') {
        end += strcspn(path + end, "/");
        prefix[end] = '\0';
        status = make_one(prefix, err);
        prefix[end] = path[end];
        end += strspn(path + end, "/");
    }
    free(prefix);
    return status;
}

pnd_status pnd_dir_make_parent(const char *path, pnd_error *err)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL || slash == path)
        return PND_OK;
    char *parent = pnd_strdup_printf("%.*s", (int)(slash - path), path);
    if (parent == NULL)
        return pnd_fail(err, PND_ENOMEM, "%s: out of memory", path);
    const pnd_status status = pnd_dir_make(parent, err);
    free(parent);
    return status;
}
