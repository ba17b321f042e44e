/* SPDX-License-Identifier: Apache-2.0 */
#include <panodepth/file.h>

#include <openssl/evp.h>

pnd_status pnd_sha256(char text[PND_SHA256_TEXT_SIZE], const void *bytes, size_t size,
                      pnd_error *err)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    text[0] = '\0';
    if (EVP_Digest(bytes, size, digest, &length, EVP_sha256(), NULL) != 1 || length != 32)
        return pnd_fail(err, PND_EINTERNAL, "OpenSSL could not compute a SHA-256 digest");
    for (unsigned i = 0; i < length; i++) {
        text[2 * i] = digits[digest[i] >> 4];
        text[2 * i + 1] = digits[digest[i] & 15];
    }
    text[2 * length] = '\0';
    return PND_OK;
}
