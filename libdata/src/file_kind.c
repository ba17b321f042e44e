/* SPDX-License-Identifier: Apache-2.0 */
/* What a file really is, told from its first bytes. */
#include <panodepth/file.h>

#include <ctype.h>
#include <string.h>

typedef struct magic {
    const char *bytes;
    size_t size;
    pnd_file_kind kind;
} magic;

#define MAGIC(text) text, sizeof(text) - 1

static const magic magics[] = {
    {MAGIC("\x89PNG\r\n\x1a\n"), {"png", "a PNG image", ""}},
    {MAGIC("version https://git-lfs"), {"lfs-pointer", "a Git LFS pointer", "run git lfs pull"}},
    {MAGIC("/annex/objects/"), {"annex-pointer", "a git-annex pointer", "run git annex get"}},
    {MAGIC("\xff\xd8\xff"),
     {"foreign-type", "a JPEG image", "JPEG changes label and depth values"}},
    {MAGIC("GIF8"), {"foreign-type", "a GIF image", ""}},
    {MAGIC("BM"), {"foreign-type", "a BMP image", ""}},
    {MAGIC("II*\0"), {"foreign-type", "a TIFF image", ""}},
    {MAGIC("MM\0*"), {"foreign-type", "a TIFF image", ""}},
    {MAGIC("RIFF"), {"foreign-type", "a RIFF file (WebP?)", ""}},
    {MAGIC("\x76\x2f\x31\x01"), {"foreign-type", "an OpenEXR image", ""}},
    {MAGIC("\x93NUMPY"), {"foreign-type", "a NumPy array", ""}},
    {MAGIC("Pf\n"), {"foreign-type", "a PFM image", ""}},
    {MAGIC("PF\n"), {"foreign-type", "a PFM image", ""}},
    {MAGIC("\x1f\x8b"), {"foreign-type", "a gzip file", "unpack it first"}},
    {MAGIC("PK\x03\x04"), {"foreign-type", "a zip file", "unpack it first"}},
    {MAGIC("\x89PNG\n"),
     {"foreign-type", "a PNG damaged in transfer", "it was copied as text: copy it as binary"}},
    {MAGIC("\x89PNG\r\r"),
     {"foreign-type", "a PNG damaged in transfer", "it was copied as text: copy it as binary"}},
    {MAGIC("\x09PNG"),
     {"foreign-type", "a PNG damaged in transfer", "it was copied as text: copy it as binary"}},
};

static bool is_html(const uint8_t *bytes, size_t size)
{
    static const char *const starts[] = {"<!doctype html", "<html", "<head", "<?xml"};
    size_t i = size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (i < size && isspace(bytes[i]))
        i++;
    for (size_t k = 0; k < sizeof starts / sizeof *starts; k++) {
        const size_t length = strlen(starts[k]);
        size_t n = 0;
        while (n < length && i + n < size && tolower(bytes[i + n]) == starts[k][n])
            n++;
        if (n == length)
            return true;
    }
    return false;
}

const pnd_file_kind *pnd_file_kind_of(const void *bytes, size_t size)
{
    static const pnd_file_kind html = {"html-page", "an HTML page", "the download needs a login"};
    if (size > 0 && is_html(bytes, size))
        return &html;
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
        if (size >= magics[i].size && memcmp(bytes, magics[i].bytes, magics[i].size) == 0)
            return &magics[i].kind;
    return NULL;
}
