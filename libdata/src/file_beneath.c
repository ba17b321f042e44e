/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening a name from a data file so that it cannot leave its root.
 *
 * openat2() (Linux 5.6) does the whole walk in the kernel, without a window for a rename. Where it
 * is missing (ENOSYS) or filtered (old container runtimes answer EPERM) the walk is done here, one
 * component at a time with O_NOFOLLOW. Both refuse every symbolic link below the root, so that a
 * folder gives the same answer on both.
 */
#define _GNU_SOURCE /* syscall */
#include "file_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef SYS_openat2
#include <linux/openat2.h>
#endif

enum { READ_FLAGS = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK };

static int open_by_kernel(int root_fd, const char *name)
{
#ifdef SYS_openat2
    const struct open_how how = {
        .flags = READ_FLAGS,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS,
    };
    return (int)syscall(SYS_openat2, root_fd, name, &how, sizeof how);
#else
    (void)root_fd;
    (void)name;
    errno = ENOSYS;
    return -1;
#endif
}

/* Open the first component of *rest below `fd`, and move *rest behind it. */
static int open_component(int fd, const char **rest)
{
    char component[256];
    const size_t length = strcspn(*rest, "/");
    if (length >= sizeof component) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(component, *rest, length);
    component[length] = '\0';
    *rest += length;
    *rest += strspn(*rest, "/");
    if (strcmp(component, "..") == 0) {
        errno = EXDEV;
        return -1;
    }
    if (**rest == '\0')
        return openat(fd, component, READ_FLAGS | O_NOFOLLOW);
    /* O_DIRECTORY | O_NOFOLLOW answers ENOTDIR for a link: ask again to say what it was. */
    const int next = openat(fd, component, READ_FLAGS | O_DIRECTORY | O_NOFOLLOW);
    char target[1];
    if (next < 0 && errno == ENOTDIR)
        errno = readlinkat(fd, component, target, sizeof target) >= 0 ? ELOOP : ENOTDIR;
    return next;
}

static int open_by_walking(int root_fd, const char *name)
{
    int fd = open_component(root_fd, &name);
    while (fd >= 0 && *name != '\0') {
        const int next = open_component(fd, &name);
        const int reason = errno;
        (void)close(fd);
        errno = reason;
        fd = next;
    }
    return fd;
}

int pnd_file_open_beneath(int root_fd, const char *name)
{
    const int fd = open_by_kernel(root_fd, name);
    /* EAGAIN: something was renamed during the kernel's walk, and it could not be sure. */
    if (fd < 0 && (errno == ENOSYS || errno == EPERM || errno == EAGAIN))
        return open_by_walking(root_fd, name);
    return fd;
}
