/* SPDX-License-Identifier: Apache-2.0 */
#include <panodepth/file.h>

#include <nettle/sha2.h>

pnd_status pnd_sha256(char text[PND_SHA256_TEXT_SIZE], const void *bytes, size_t size,
                      pnd_error *err)
{
    static const char digits[] = "0123456789abcdef";
    struct sha256_ctx context;
    uint8_t digest[SHA256_DIGEST_SIZE];
    (void)err;
    sha256_init(&context);
    sha256_update(&context, size, bytes);
    sha256_digest(&context, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++) {
        text[2 * i] = digits[digest[i] >> 4];
        text[2 * i + 1] = digits[digest[i] & 15];
    }
    text[2 * sizeof digest] = '\0';
    return PND_OK;
}
