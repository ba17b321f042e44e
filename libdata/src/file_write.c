/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Write whole files or nothing.
 *
 * The bytes go to a temporary file in the target's directory, which is synced before it takes the
 * target's name and whose directory is synced after. Everything happens relative to one directory
 * descriptor, so a directory that is renamed meanwhile does no harm.
 */
#define _GNU_SOURCE /* syscall, getrandom */
#include "file_internal.h"

#include <panodepth/alloc.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE (1 << 0)
#endif

enum { TEMPORARY_NAME_SIZE = 32 };

typedef struct target {
    const char *path; /* as the caller wrote it, for messages */
    const char *base; /* its last component */
    int directory;    /* descriptor of the rest */
    int flags;
    char temporary[TEMPORARY_NAME_SIZE];
} target;

static pnd_status fail_exists(pnd_error *err, const char *path)
{
    return pnd_fail_hint(err, PND_EINVAL, "--force replaces it", "%s: already exists", path);
}

/* Unpredictable, so that nobody can prepare the name; O_EXCL makes a guess harmless as well. */
static void choose_temporary_name(char name[TEMPORARY_NAME_SIZE])
{
    uint64_t random = 0;
    if (getrandom(&random, sizeof random, GRND_NONBLOCK) != (ssize_t)sizeof random) {
        struct timespec now = {0};
        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        random = (uint64_t)now.tv_nsec ^ (uint64_t)now.tv_sec << 30 ^ (uint64_t)getpid() << 48;
    }
    (void)snprintf(name, TEMPORARY_NAME_SIZE, ".pnd-%016" PRIx64 ".tmp", random);
}

static int create_temporary(target *t)
{
    int fd = -1;
    for (int attempt = 0; attempt < 100; attempt++) {
        choose_temporary_name(t->temporary);
        fd = openat(t->directory, t->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY,
                    0644);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    return fd;
}

static bool write_all(int fd, const void *bytes, size_t size)
{
    const char *p = bytes;
    while (size > 0) {
        const ssize_t n = write(fd, p, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            errno = n == 0 ? EIO : errno;
            return false;
        }
        p += n;
        size -= (size_t)n;
    }
    return true;
}

/* Some file systems cannot sync a directory or a file and say EINVAL; there is nothing to wait for.
 */
static bool sync_descriptor(int fd)
{
    int result = 0;
    do
        result = fsync(fd);
    while (result != 0 && errno == EINTR);
    return result == 0 || errno == EINVAL;
}

static pnd_status fill_temporary(target *t, const void *bytes, size_t size, pnd_error *err)
{
    const int fd = create_temporary(t);
    if (fd < 0)
        return pnd_file_fail(err, t->path, "cannot create a file beside it", errno);
    const char *doing = NULL;
    int reason = 0;
    if (!write_all(fd, bytes, size))
        doing = "cannot write";
    else if ((t->flags & PND_WRITE_NO_FSYNC) == 0 && !sync_descriptor(fd))
        doing = "cannot sync";
    if (doing != NULL)
        reason = errno;
    /* Linux closes the descriptor even when it answers EINTR. */
    if (close(fd) != 0 && errno != EINTR && doing == NULL) {
        doing = "cannot close";
        reason = errno;
    }
    if (doing == NULL)
        return PND_OK;
    (void)unlinkat(t->directory, t->temporary, 0);
    return pnd_file_fail(err, t->path, doing, reason);
}

/* Give the temporary file its name unless that is taken: in one step where the file system can, by
 * a hard link elsewhere (NFS). Both fail with EEXIST rather than replace anything. */
static int rename_to_new(const target *t)
{
#ifdef SYS_renameat2
    if (syscall(SYS_renameat2, t->directory, t->temporary, t->directory, t->base,
                RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != ENOSYS && errno != EINVAL && errno != EPERM)
        return -1;
#endif
    if (linkat(t->directory, t->temporary, t->directory, t->base, 0) != 0)
        return -1;
    (void)unlinkat(t->directory, t->temporary, 0);
    return 0;
}

static pnd_status give_name(const target *t, pnd_error *err)
{
    const bool replace = (t->flags & PND_WRITE_REPLACE) != 0;
    const int result =
        replace ? renameat(t->directory, t->temporary, t->directory, t->base) : rename_to_new(t);
    if (result == 0)
        return PND_OK;
    const int reason = errno;
    (void)unlinkat(t->directory, t->temporary, 0);
    if (!replace && reason == EEXIST)
        return fail_exists(err, t->path);
    return pnd_file_fail(err, t->path, "cannot rename", reason);
}

/* Refuse early what would be refused at the end, and what rename() would replace to everybody's
 * surprise: as root, writing to /dev/null would otherwise remove the device. */
static pnd_status check_target(const target *t, pnd_error *err)
{
    struct stat status;
    if (t->base[0] == '\0' || strcmp(t->base, ".") == 0 || strcmp(t->base, "..") == 0)
        return pnd_fail(err, PND_EIO, "%s: names a directory, not a file", t->path);
    if (fstatat(t->directory, t->base, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? PND_OK : pnd_file_fail(err, t->path, NULL, errno);
    if (S_ISLNK(status.st_mode) && fstatat(t->directory, t->base, &status, 0) != 0 &&
        errno != ENOENT)
        return pnd_file_fail(err, t->path, NULL, errno);
    if (S_ISDIR(status.st_mode))
        return pnd_file_fail(err, t->path, NULL, EISDIR);
    if ((t->flags & PND_WRITE_REPLACE) == 0)
        return fail_exists(err, t->path);
    if (!S_ISREG(status.st_mode) && !S_ISLNK(status.st_mode))
        return pnd_fail(err, PND_EIO, "%s: exists and is not a regular file", t->path);
    return PND_OK;
}

static pnd_status open_directory(target *t, pnd_error *err)
{
    const size_t length = (size_t)(t->base - t->path);
    char *name = pnd_strdup_printf("%.*s.", (int)length, t->path);
    if (name == NULL)
        return pnd_fail(err, PND_ENOMEM, "%s: out of memory", t->path);
    t->directory = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const int reason = errno;
    free(name);
    if (t->directory < 0)
        return pnd_file_fail(err, t->path, "cannot open its directory", reason);
    return PND_OK;
}

static pnd_status write_target(target *t, const void *bytes, size_t size, pnd_error *err)
{
    pnd_status status = check_target(t, err);
    if (status == PND_OK)
        status = fill_temporary(t, bytes, size, err);
    if (status == PND_OK)
        status = give_name(t, err);
    if (status == PND_OK && (t->flags & PND_WRITE_NO_FSYNC) == 0 && !sync_descriptor(t->directory))
        status = pnd_file_fail(err, t->path, "cannot sync its directory", errno);
    return status;
}

pnd_status pnd_file_write(const char *path, const void *bytes, size_t size, int flags,
                          pnd_error *err)
{
    const char *slash = strrchr(path, '/');
    target t = {.path = path, .base = slash != NULL ? slash + 1 : path, .flags = flags};
    pnd_status status = open_directory(&t, err);
    if (status != PND_OK)
        return status;
    status = write_target(&t, bytes, size, err);
    (void)close(t.directory);
    return status;
}
