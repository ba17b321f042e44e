/* SPDX-License-Identifier: Apache-2.0 */
#include "file_internal.h"

#include <panodepth/alloc.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

pnd_status pnd_file_fail(pnd_error *err, const char *path, const char *doing, int error_number)
{
    if (doing == NULL)
        return pnd_fail(err, PND_EIO, "%s: %s", path, strerror(error_number));
    return pnd_fail(err, PND_EIO, "%s: %s: %s", path, doing, strerror(error_number));
}

static const char *kind_name(mode_t mode)
{
    if (S_ISDIR(mode))
        return "a directory";
    if (S_ISFIFO(mode))
        return "a FIFO";
    if (S_ISSOCK(mode))
        return "a socket";
    return "a device";
}

static pnd_status check_regular(const struct stat *status, const char *path, int64_t max_bytes,
                                pnd_error *err)
{
    if (!S_ISREG(status->st_mode))
        return pnd_fail(err, PND_EIO, "%s: %s, not a regular file", path,
                        kind_name(status->st_mode));
    if (status->st_size > max_bytes)
        return pnd_fail(err, PND_ELIMIT,
                        "%s: %" PRId64 " bytes exceed the limit of %" PRId64 " bytes", path,
                        (int64_t)status->st_size, max_bytes);
    return PND_OK;
}

/* Read until the end, at most `limit` bytes: st_size is only a first guess, since files grow and
 * those of /proc claim 0. */
static pnd_status read_all(pnd_buffer *out, int fd, const char *path, size_t first_guess,
                           size_t limit, pnd_error *err)
{
    size_t chunk = first_guess + 1;
    for (;;) {
        if (pnd_buffer_reserve(out, chunk) != PND_OK)
            return pnd_fail(err, PND_ENOMEM, "%s: out of memory for %zu bytes", path, chunk);
        const ssize_t n = read(fd, out->data + out->size, chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return pnd_file_fail(err, path, "cannot read", errno);
        if (n == 0)
            break;
        out->size += (size_t)n;
        if (out->size > limit)
            return pnd_fail(err, PND_ELIMIT, "%s: grew beyond the limit of %zu bytes", path, limit);
        chunk = (size_t)n < chunk ? chunk - (size_t)n : 65536;
    }
    out->data[out->size] = 0;
    return PND_OK;
}

static pnd_status read_open_file(pnd_buffer *out, int fd, const char *path, int64_t max_bytes,
                                 pnd_error *err)
{
    struct stat before;
    struct stat after;
    if (fstat(fd, &before) != 0)
        return pnd_file_fail(err, path, NULL, errno);
    pnd_status status = check_regular(&before, path, max_bytes, err);
    if (status != PND_OK)
        return status;
    status = read_all(out, fd, path, (size_t)before.st_size, (size_t)max_bytes, err);
    if (status != PND_OK)
        return status;
    if (fstat(fd, &after) != 0)
        return pnd_file_fail(err, path, NULL, errno);
    if (after.st_size != before.st_size)
        return pnd_fail_hint(err, PND_EIO, "is it still being written?",
                             "%s: changed from %" PRId64 " to %" PRId64 " bytes while it was read",
                             path, (int64_t)before.st_size, (int64_t)after.st_size);
    return PND_OK;
}

static pnd_status read_and_close(pnd_buffer *out, int fd, const char *path, int64_t max_bytes,
                                 pnd_error *err)
{
    const pnd_status status = read_open_file(out, fd, path, max_bytes, err);
    (void)close(fd);
    if (status != PND_OK)
        pnd_buffer_reset(out);
    return status;
}

/* A missing file whose name exists in another case deserves to be told apart: trees that passed
 * through a case-insensitive file system are common. */
static pnd_status fail_missing(pnd_error *err, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash != NULL ? slash + 1 : path;
    const size_t folder_length = (size_t)(base - path);
    char *folder = pnd_strdup_printf("%.*s.", (int)folder_length, path);
    DIR *dir = folder != NULL ? opendir(folder) : NULL;
    const struct dirent *entry = NULL;
    char hint[PND_HINT_SIZE] = "";
    while (dir != NULL && (entry = readdir(dir)) != NULL && hint[0] == '\0')
        if (strcasecmp(entry->d_name, base) == 0)
            (void)snprintf(hint, sizeof hint, "the folder holds %.200s", entry->d_name);
    if (dir != NULL)
        (void)closedir(dir);
    free(folder);
    return pnd_fail_hint(err, PND_EIO, hint, "%s: %s", path, strerror(ENOENT));
}

static pnd_status fail_open(pnd_error *err, const char *path, int reason)
{
    switch (reason) {
    case ENOENT:
        return fail_missing(err, path);
    case ENXIO: /* what open() says of a socket */
        return pnd_fail(err, PND_EIO, "%s: not a regular file", path);
    case ELOOP:
        return pnd_fail(err, PND_EIO, "%s: too many symbolic links", path);
    default:
        return pnd_file_fail(err, path, NULL, reason);
    }
}

pnd_status pnd_file_read(pnd_buffer *out, const char *path, int64_t max_bytes, pnd_error *err)
{
    pnd_buffer_reset(out);
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return fail_open(err, path, errno);
    return read_and_close(out, fd, path, max_bytes, err);
}

static pnd_status open_beneath(int *fd, const char *root, const char *name, const char *path,
                               pnd_error *err)
{
    const int root_fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root_fd < 0)
        return pnd_file_fail(err, root, NULL, errno);
    *fd = pnd_file_open_beneath(root_fd, name);
    const int reason = errno;
    (void)close(root_fd);
    if (*fd >= 0)
        return PND_OK;
    if (reason == ELOOP || reason == EXDEV)
        return pnd_fail_hint(err, PND_EINVAL, "give the folder that really holds the files",
                             "%s: passes through a symbolic link, which a name from a data file "
                             "may not",
                             path);
    return fail_open(err, path, reason);
}

pnd_status pnd_file_read_beneath(pnd_buffer *out, const char *root, const char *name,
                                 int64_t max_bytes, pnd_error *err)
{
    int fd = -1;
    pnd_buffer_reset(out);
    pnd_status status = pnd_file_check_name(name, err);
    if (status != PND_OK)
        return status;
    char *path = pnd_strdup_printf("%s/%s", root, name);
    if (path == NULL)
        return pnd_fail(err, PND_ENOMEM, "%s: out of memory", name);
    status = open_beneath(&fd, root, name, path, err);
    if (status == PND_OK)
        status = read_and_close(out, fd, path, max_bytes, err);
    free(path);
    return status;
}
