/* SPDX-License-Identifier: Apache-2.0 */
/* A zip archive of NumPy arrays (APPNOTE.TXT 6.3, sections 4.3 and 4.4), read and written. */
#include "depth_formats.h"

#include <panodepth/file.h>
#include <panodepth/npz.h>

#include <stdio.h>
#include <zlib.h>

enum {
    END_SIZE = 22,
    ENTRY_SIZE = 46,
    LOCAL_SIZE = 30,
    MAX_COMMENT = 65535,
    MAX_MEMBERS = 4096,
    STORED = 0,
    DEFLATED = 8
};

/* One entry of the central directory; borrows the file's bytes. */
typedef struct entry {
    const char *name;
    size_t name_size;
    uint32_t flags, method, crc, packed, size, offset;
} entry;

typedef struct archive {
    const uint8_t *bytes;
    size_t size;
    const char *name;
    size_t directory, directory_end;
    uint32_t n;
} archive;

static uint32_t u16(const uint8_t *p)
{
    return (uint32_t)pnd_load_le(p, 2);
}

static uint32_t u32(const uint8_t *p)
{
    return (uint32_t)pnd_load_le(p, 4);
}

static pnd_status damaged(const archive *a, const char *what, pnd_error *err)
{
    return pnd_fail(err, PND_EFORMAT, "%s: npz: %s", a->name, what);
}

/* The end record is the last 22 bytes, unless a comment follows it. */
static pnd_status find_end(archive *a, pnd_error *err)
{
    for (size_t back = END_SIZE; back <= a->size && back <= END_SIZE + MAX_COMMENT; back++) {
        const uint8_t *p = a->bytes + a->size - back;
        if (memcmp(p, "PK\5\6", 4) != 0 || u16(p + 20) != back - END_SIZE)
            continue;
        const size_t length = u32(p + 12);
        a->directory = u32(p + 16);
        a->n = u16(p + 10);
        if (u16(p + 4) != 0 || u16(p + 6) != 0 || u16(p + 8) != a->n)
            return pnd_fail(err, PND_EUNSUPPORTED, "%s: a split archive", a->name);
        if (a->n == 0xffff || a->directory == 0xffffffff)
            return pnd_fail(err, PND_EUNSUPPORTED, "%s: a zip64 archive", a->name);
        if (a->n > MAX_MEMBERS)
            return pnd_fail(err, PND_ELIMIT, "%s: %u members: at most %d are accepted", a->name,
                            a->n, MAX_MEMBERS);
        if (a->directory > a->size - back || length > a->size - back - a->directory)
            return damaged(a, "its directory lies outside of the file", err);
        a->directory_end = a->directory + length;
        return PND_OK;
    }
    return pnd_fail_hint(err, PND_EFORMAT, "is the file truncated?",
                         "%s: npz: no end of a zip archive", a->name);
}

/* The entry at *offset, which moves on to the next. */
static pnd_status next_entry(entry *out, size_t *offset, const archive *a, pnd_error *err)
{
    const uint8_t *p = a->bytes + *offset;
    if (a->directory_end - *offset < ENTRY_SIZE || memcmp(p, "PK\1\2", 4) != 0)
        return damaged(a, "its directory is damaged", err);
    *out = (entry){.name = (const char *)p + ENTRY_SIZE,
                   .name_size = u16(p + 28),
                   .flags = u16(p + 8),
                   .method = u16(p + 10),
                   .crc = u32(p + 16),
                   .packed = u32(p + 20),
                   .size = u32(p + 24),
                   .offset = u32(p + 42)};
    const size_t length = ENTRY_SIZE + out->name_size + u16(p + 30) + u16(p + 32);
    if (length > a->directory_end - *offset)
        return damaged(a, "its directory is damaged", err);
    *offset += length;
    return PND_OK;
}

static bool is_member(const entry *e, const char *member)
{
    const size_t n = strlen(member);
    return e->name_size >= n && memcmp(e->name, member, n) == 0 &&
           (e->name_size == n || (e->name_size == n + 4 && memcmp(e->name + n, ".npy", 4) == 0));
}

static pnd_status fail_choice(const archive *a, const char *member, pnd_error *err)
{
    char list[200] = "";
    size_t offset = a->directory, n = 0;
    entry e;
    for (uint32_t i = 0; i < a->n && n + 1 < sizeof list; i++) {
        if (next_entry(&e, &offset, a, NULL) != PND_OK)
            break;
        n += (size_t)snprintf(list + n, sizeof list - n, "%s%.*s", i > 0 ? ", " : "",
                              (int)(e.name_size < 64 ? e.name_size : 64), e.name);
    }
    if (member == NULL)
        return pnd_fail_hint(err, PND_EINVAL, "name one of them", "%s: holds %u arrays: %s",
                             a->name, a->n, list);
    return pnd_fail(err, PND_EFORMAT, "%s: has no member \"%s\"; it holds %s", a->name, member,
                    a->n > 0 ? list : "nothing");
}

static pnd_status find_member(entry *out, const archive *a, const char *member, pnd_error *err)
{
    size_t offset = a->directory;
    if (member == NULL && a->n != 1)
        return a->n == 0 ? damaged(a, "it holds nothing", err) : fail_choice(a, member, err);
    for (uint32_t i = 0; i < a->n; i++) {
        const pnd_status status = next_entry(out, &offset, a, err);
        if (status != PND_OK || member == NULL || is_member(out, member))
            return status;
    }
    return fail_choice(a, member, err);
}

static pnd_status inflate_member(pnd_buffer *out, const entry *e, const uint8_t *packed,
                                 const archive *a, pnd_error *err)
{
    z_stream z = {.avail_in = e->packed, .next_out = out->data, .avail_out = e->size};
    memcpy(&z.next_in, &packed, sizeof packed); /* zlib's pointer is not const; it only reads */
    if (inflateInit2(&z, -MAX_WBITS) != Z_OK)
        return pnd_fail(err, PND_ENOMEM, "%s: out of memory", a->name);
    const int code = inflate(&z, Z_FINISH);
    const bool whole = code == Z_STREAM_END && z.avail_out == 0 && z.avail_in == 0;
    (void)inflateEnd(&z);
    if (code == Z_MEM_ERROR)
        return pnd_fail(err, PND_ENOMEM, "%s: out of memory", a->name);
    return whole ? PND_OK : damaged(a, "its data does not inflate to the size it names", err);
}

static pnd_status check_entry(const entry *e, const archive *a, pnd_error *err)
{
    if ((e->flags & 1) != 0)
        return pnd_fail(err, PND_EUNSUPPORTED, "%s: npz: the member is encrypted", a->name);
    if (e->method != STORED && e->method != DEFLATED)
        return pnd_fail(err, PND_EUNSUPPORTED,
                        "%s: npz: compression method %u: expected 0 (stored) or 8 (deflated)",
                        a->name, e->method);
    if (e->size > PND_MAX_IMAGE_BYTES)
        return pnd_fail(err, PND_ELIMIT, "%s: npz: a member of %u bytes", a->name, e->size);
    if (e->size == 0)
        return damaged(a, "an empty member", err);
    if (e->method == STORED && e->packed != e->size)
        return damaged(a, "a stored member has two sizes", err);
    /* Deflate packs at most 1032 bytes into one: what claims more would only cost memory. */
    if (e->method == DEFLATED && e->size / 1040 > e->packed)
        return damaged(a, "a member claims more bytes than its data can hold", err);
    return PND_OK;
}

static pnd_status take_out(pnd_buffer *out, const entry *e, const archive *a, pnd_error *err)
{
    const uint8_t *p = a->bytes + e->offset;
    if (e->offset > a->directory || a->directory - e->offset < LOCAL_SIZE ||
        memcmp(p, "PK\3\4", 4) != 0)
        return damaged(a, "a member's header is damaged", err);
    const size_t skip = LOCAL_SIZE + u16(p + 26) + u16(p + 28);
    const size_t left = a->directory - e->offset;
    if (skip > left || e->packed > left - skip)
        return damaged(a, "a member reaches beyond the directory", err);
    pnd_status status = pnd_buffer_reserve(out, e->size);
    if (status != PND_OK)
        return pnd_fail(err, PND_ENOMEM, "%s: out of memory", a->name);
    if (e->method == STORED)
        pnd_buffer_append(out, p + skip, e->size);
    else
        status = inflate_member(out, e, p + skip, a, err);
    if (status != PND_OK)
        return status;
    out->size = e->size;
    out->data[out->size] = 0;
    if (crc32(0, out->data, e->size) != e->crc)
        return damaged(a, "CRC error", err);
    return PND_OK;
}

pnd_status pnd_npz_extract(pnd_buffer *out, const void *bytes, size_t size, const char *member,
                           const char *name, pnd_error *err)
{
    archive a = {.bytes = bytes, .size = size, .name = name};
    entry e = {0};
    pnd_buffer_reset(out);
    pnd_status status = find_end(&a, err);
    if (status == PND_OK)
        status = find_member(&e, &a, member, err);
    if (status == PND_OK)
        status = check_entry(&e, &a, err);
    if (status == PND_OK)
        status = take_out(out, &e, &a, err);
    if (status != PND_OK)
        pnd_buffer_reset(out);
    return status;
}

/* ---- writing */

static void put(pnd_buffer *out, uint32_t value, int size)
{
    uint8_t bytes[4];
    for (int i = 0; i < size; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
    pnd_buffer_append(out, bytes, (size_t)size);
}

/* What the local header and the directory have in common: version to names. No time: 1980. */
static void put_common(pnd_buffer *out, const entry *e)
{
    put(out, 20, 2);
    put(out, 0, 2);
    put(out, e->method, 2);
    put(out, 0, 2);
    put(out, 0x21, 2);
    put(out, e->crc, 4);
    put(out, e->packed, 4);
    put(out, e->size, 4);
    put(out, (uint32_t)e->name_size, 2);
    put(out, 0, 2);
}

static pnd_status deflate_into(pnd_buffer *out, const void *npy, size_t size, pnd_error *err)
{
    z_stream z = {.avail_in = (uInt)size};
    memcpy(&z.next_in, &npy, sizeof npy);
    if (deflateInit2(&z, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    const uLong bound = deflateBound(&z, (uLong)size);
    pnd_status status = pnd_buffer_reserve(out, bound);
    if (status == PND_OK) {
        z.next_out = out->data;
        z.avail_out = (uInt)bound;
        if (deflate(&z, Z_FINISH) == Z_STREAM_END)
            out->size = (size_t)z.total_out;
        else
            status = pnd_fail(err, PND_EINTERNAL, "deflate stopped early");
    } else
        status = pnd_fail(err, PND_ENOMEM, "out of memory");
    (void)deflateEnd(&z);
    return status;
}

pnd_status pnd_npz_wrap(pnd_buffer *out, const char *member, const void *npy, size_t size,
                        bool deflate_it, pnd_error *err)
{
    char file[264];
    pnd_buffer packed = {0};
    const size_t n = strlen(member);
    pnd_buffer_reset(out);
    if (n == 0 || n > 255 || size > PND_MAX_IMAGE_BYTES)
        return pnd_fail(err, PND_EINVAL, "npz: member name of %zu bytes, data of %zu", n, size);
    (void)snprintf(file, sizeof file, "%s.npy", member);
    pnd_status status = deflate_it ? deflate_into(&packed, npy, size, err) : PND_OK;
    const entry e = {.name_size = n + 4,
                     .method = deflate_it ? DEFLATED : STORED,
                     .crc = (uint32_t)crc32(0, npy, (uInt)size),
                     .size = (uint32_t)size,
                     .packed = (uint32_t)(deflate_it ? packed.size : size)};
    if (status == PND_OK) {
        pnd_buffer_append(out, "PK\3\4", 4);
        put_common(out, &e);
        pnd_buffer_append(out, file, e.name_size);
        pnd_buffer_append(out, deflate_it ? packed.data : npy, e.packed);
        const uint32_t directory = (uint32_t)out->size;
        pnd_buffer_append(out, "PK\1\2\24\3", 6);
        put_common(out, &e);
        put(out, 0, 4);              /* comment, disk */
        put(out, 0, 2);              /* internal attributes */
        put(out, 0100644u << 16, 4); /* a regular file, rw-r--r-- */
        put(out, 0, 4);              /* offset of the member */
        pnd_buffer_append(out, file, e.name_size);
        const uint32_t length = (uint32_t)out->size - directory;
        pnd_buffer_append(out, "PK\5\6\0\0\0\0\1\0\1\0", 12);
        put(out, length, 4);
        put(out, directory, 4);
        put(out, 0, 2);
        status = pnd_buffer_status(out, err);
    }
    pnd_buffer_clear(&packed);
    if (status != PND_OK)
        pnd_buffer_reset(out);
    return status;
}
