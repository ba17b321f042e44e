/* SPDX-License-Identifier: Apache-2.0 */
#include "file_internal.h"

#include <panodepth/file.h>

#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <sys/stat.h>
#include <unistd.h>

static void write_digest(char text[PND_SHA256_TEXT_SIZE], struct sha256_ctx *context)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_digest(context, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++) {
        text[2 * i] = digits[digest[i] >> 4];
        text[2 * i + 1] = digits[digest[i] & 15];
    }
    text[2 * sizeof digest] = '\0';
}

void pnd_sha256(char text[PND_SHA256_TEXT_SIZE], const void *bytes, size_t size)
{
    struct sha256_ctx context;
    sha256_init(&context);
    sha256_update(&context, size, bytes);
    write_digest(text, &context);
}

static pnd_status hash_open_file(struct sha256_ctx *context, int fd, const char *path,
                                 pnd_error *err)
{
    uint8_t piece[32768];
    struct stat info;
    if (fstat(fd, &info) != 0)
        return pnd_file_fail(err, path, NULL, errno);
    if (!S_ISREG(info.st_mode))
        return pnd_fail(err, PND_EIO, "%s: not a regular file", path);
    for (;;) {
        const ssize_t n = read(fd, piece, sizeof piece);
        if (n == 0)
            return PND_OK;
        if (n > 0)
            sha256_update(context, (size_t)n, piece);
        else if (errno != EINTR)
            return pnd_file_fail(err, path, "cannot read", errno);
    }
}

pnd_status pnd_sha256_file(char text[PND_SHA256_TEXT_SIZE], const char *path, pnd_error *err)
{
    struct sha256_ctx context;
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    text[0] = '\0';
    if (fd < 0)
        return pnd_file_fail(err, path, NULL, errno);
    sha256_init(&context);
    const pnd_status status = hash_open_file(&context, fd, path, err);
    (void)close(fd);
    if (status == PND_OK)
        write_digest(text, &context);
    return status;
}
