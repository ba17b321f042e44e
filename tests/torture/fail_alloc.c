/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A library to preload: the n-th allocation of the process (PND_FAIL_ALLOC=n, from 1) returns NULL,
 * and with PND_FAIL_ALL=1 every later one too. The file PND_FAIL_REPORT receives how many
 * allocations were asked for, so that the driver knows when n lies beyond the end of the run.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);

static atomic_long asked;
static long fail_at = -1; /* -1: the environment was not read yet; 0: never */
static int fail_all;

static int refused(void)
{
    const long n = atomic_fetch_add(&asked, 1) + 1;
    if (fail_at < 0) {
        const char *at = getenv("PND_FAIL_ALLOC");
        fail_all = getenv("PND_FAIL_ALL") != NULL;
        fail_at = at != NULL ? strtol(at, NULL, 10) : 0;
    }
    if (fail_at == 0 || n < fail_at || (n > fail_at && !fail_all))
        return 0;
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t size)
{
    return refused() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return refused() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
    return refused() ? NULL : __libc_realloc(block, size);
}

__attribute__((destructor)) static void report(void)
{
    char text[32];
    const char *path = getenv("PND_FAIL_REPORT");
    const int fd = path != NULL ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644) : -1;
    if (fd < 0)
        return;
    const int length = snprintf(text, sizeof text, "%ld\n", atomic_load(&asked));
    if (write(fd, text, (size_t)length) != length)
        (void)unlink(path);
    (void)close(fd);
}
