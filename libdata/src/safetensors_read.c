/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading safetensors: a length, a strict JSON header, and bytes that must all be accounted for.
 *
 * The header is parsed once and kept: names and metadata are its strings. Two arrays point into the
 * same tensors, one in the order of the data, one by name.
 */
#include "file_internal.h"
#include "safetensors_dtype.h"

#include <panodepth/alloc.h>
#include <panodepth/json.h>

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LENGTH_BYTES = 8, MAX_VALUES = 1 << 20, ALIGNMENT = 64 };

#define METADATA_KEY "__metadata__"

/* A tensor and where its bytes are; `position` is its place in the header. */
typedef struct item {
    pnd_safetensor tensor;
    uint64_t begin, end;
    size_t position;
} item;

struct pnd_safetensors {
    void *map; /* NULL for bytes of the caller's */
    size_t map_size;
    cJSON *header;
    const cJSON *metadata; /* within the header, or NULL */
    size_t n;
    item *items;          /* n, in the order of the data */
    const item **by_name; /* n */
    void *aligned;        /* copies of misaligned tensors, or NULL */
};

/* What is being read. */
typedef struct source {
    const uint8_t *bytes;
    size_t size;
    const char *name;
    size_t header_size; /* without padding */
    const uint8_t *data;
    size_t data_size;
} source;

/* ---- what the file is instead */

static pnd_status fail_foreign(const source *s, const char *fault, pnd_error *err)
{
    static const char convert[] = "convert it with scripts/convert_weights.py";
    const uint8_t *b = s->bytes;
    if (s->size >= 2 && b[0] == 0x80 && b[1] >= 2 && b[1] <= 5)
        return pnd_fail_hint(err, PND_EFORMAT, convert,
                             "%s: a Python pickle, which is never read here: expected safetensors",
                             s->name);
    if (s->size >= 4 && memcmp(b, "PK\3\4", 4) == 0)
        return pnd_fail_hint(err, PND_EFORMAT, convert,
                             "%s: a zip archive (PyTorch's .pth?): expected safetensors", s->name);
    const pnd_file_kind *kind = pnd_file_kind_of(b, s->size);
    if (kind != NULL)
        return pnd_fail_hint(err, PND_EFORMAT, kind->hint, "%s: %s: expected safetensors", s->name,
                             kind->what);
    return pnd_fail_hint(err, PND_EFORMAT, "is it a safetensors file, and complete?", "%s: %s",
                         s->name, fault);
}

/* ---- the frame: length, header, data */

static size_t count_values(const uint8_t *text, size_t size)
{
    size_t n = 0;
    for (size_t i = 0; i < size; i++)
        n += text[i] == ',' || text[i] == ':';
    return n;
}

static pnd_status fail_length(const source *s, uint64_t length, pnd_error *err)
{
    char fault[160];
    (void)snprintf(fault, sizeof fault,
                   "a header of %" PRIu64 " bytes, but the file ends %zu bytes behind its length",
                   length, s->size - LENGTH_BYTES);
    return fail_foreign(s, fault, err);
}

/* The value count is bounded before anything is built of it: cJSON needs 64 bytes for each. */
static pnd_status find_header(source *s, pnd_error *err)
{
    uint64_t length = 0;
    if (s->size == 0)
        return pnd_fail(err, PND_EFORMAT, "%s: empty file", s->name);
    if (s->size < LENGTH_BYTES)
        return fail_foreign(s, "too short for the length of a header", err);
    for (int i = 0; i < LENGTH_BYTES; i++)
        length |= (uint64_t)s->bytes[i] << (8 * i);
    const size_t left = s->size - LENGTH_BYTES;
    const uint8_t *header = s->bytes + LENGTH_BYTES;
    if (length > left)
        return fail_length(s, length, err);
    if (length < 2 || header[0] != '{')
        return fail_foreign(s, "its header does not begin with '{'", err);
    if (length > PND_SAFETENSORS_MAX_HEADER)
        return pnd_fail(err, PND_ELIMIT, "%s: a header of %" PRIu64 " bytes: at most %d", s->name,
                        length, PND_SAFETENSORS_MAX_HEADER);
    s->data = header + length;
    s->data_size = left - (size_t)length;
    s->header_size = (size_t)length;
    while (header[s->header_size - 1] == ' ')
        s->header_size--;
    if (header[s->header_size - 1] != '}')
        return pnd_fail(err, PND_EFORMAT,
                        "%s: its header ends in byte 0x%02x: expected '}' and spaces", s->name,
                        header[s->header_size - 1]);
    if (count_values(header, s->header_size) > MAX_VALUES)
        return pnd_fail(err, PND_ELIMIT, "%s: its header holds more than %d values", s->name,
                        MAX_VALUES);
    return PND_OK;
}

/* ---- one tensor */

static pnd_status fail_tensor(const source *s, const char *name, const char *fault, pnd_error *err)
{
    return pnd_fail(err, PND_EFORMAT, "%s: tensor \"%s\": %s", s->name, name, fault);
}

/* A JSON number that is an integer from 0 to 2^53. */
static bool get_integer(uint64_t *out, const cJSON *value)
{
    if (!cJSON_IsNumber(value))
        return false;
    const double x = value->valuedouble;
    if (!(x >= 0) || x > 9007199254740992.0 || x != floor(x))
        return false;
    *out = (uint64_t)x;
    return true;
}

static pnd_status read_shape(pnd_safetensor *t, const cJSON *shape, const source *s, pnd_error *err)
{
    const cJSON *side = NULL;
    for (int i = 0; i < PND_SAFETENSORS_MAX_RANK; i++)
        t->shape[i] = 1;
    if (!cJSON_IsArray(shape))
        return fail_tensor(s, t->name, "\"shape\" is no array", err);
    cJSON_ArrayForEach(side, shape)
    {
        uint64_t value = 0;
        if (t->rank == PND_SAFETENSORS_MAX_RANK)
            return pnd_fail(err, PND_ELIMIT, "%s: tensor \"%s\": more than %d sides", s->name,
                            t->name, PND_SAFETENSORS_MAX_RANK);
        if (!get_integer(&value, side))
            return fail_tensor(s, t->name, "a side of its shape is no count", err);
        t->shape[t->rank++] = (int64_t)value;
    }
    return PND_OK;
}

static pnd_status read_offsets(item *it, const cJSON *offsets, const source *s, pnd_error *err)
{
    const char *name = it->tensor.name;
    const cJSON *begin = cJSON_IsArray(offsets) ? offsets->child : NULL;
    const cJSON *end = begin != NULL ? begin->next : NULL;
    if (end == NULL || end->next != NULL || !get_integer(&it->begin, begin) ||
        !get_integer(&it->end, end))
        return fail_tensor(s, name, "\"data_offsets\" are not two byte positions", err);
    if (it->begin > it->end)
        return fail_tensor(s, name, "its data end before they begin", err);
    if (it->end > s->data_size)
        return pnd_fail_hint(err, PND_EFORMAT, "the file is truncated: copy or download it again",
                             "%s: tensor \"%s\": its data end at byte %" PRIu64
                             " of the data, the file at %zu",
                             s->name, name, it->end, s->data_size);
    return PND_OK;
}

static pnd_status read_dtype(pnd_safetensor *t, const cJSON *dtype, const source *s, pnd_error *err)
{
    if (!cJSON_IsString(dtype))
        return fail_tensor(s, t->name, "\"dtype\" is no string", err);
    if (!pnd_dtype_from_name(&t->dtype, dtype->valuestring))
        return pnd_fail(err, PND_EFORMAT, "%s: tensor \"%s\": dtype \"%.40s\" is unknown", s->name,
                        t->name, dtype->valuestring);
    return PND_OK;
}

static pnd_status check_keys(const cJSON *entry, const source *s, pnd_error *err)
{
    static const char *const keys[] = {"dtype", "shape", "data_offsets"};
    const cJSON *member = NULL;
    int n = 0;
    if (!cJSON_IsObject(entry))
        return fail_tensor(s, entry->string, "is no object", err);
    cJSON_ArrayForEach(member, entry)
    {
        int k = 0;
        while (k < 3 && strcmp(keys[k], member->string) != 0)
            k++;
        if (k == 3)
            return pnd_fail(err, PND_EFORMAT, "%s: tensor \"%s\": unknown key \"%.40s\"", s->name,
                            entry->string, member->string);
        n++;
    }
    return n == 3 ? PND_OK
                  : fail_tensor(s, entry->string, "expected dtype, shape and data_offsets", err);
}

static pnd_status read_item(item *it, const cJSON *entry, const source *s, pnd_error *err)
{
    pnd_safetensor *t = &it->tensor;
    *it = (item){.tensor.name = entry->string};
    pnd_status status = check_keys(entry, s, err);
    if (status == PND_OK)
        status = read_dtype(t, cJSON_GetObjectItemCaseSensitive(entry, "dtype"), s, err);
    if (status == PND_OK)
        status = read_shape(t, cJSON_GetObjectItemCaseSensitive(entry, "shape"), s, err);
    if (status == PND_OK)
        status = read_offsets(it, cJSON_GetObjectItemCaseSensitive(entry, "data_offsets"), s, err);
    if (status == PND_OK)
        status = pnd_safetensor_bytes(&t->size, t, s->name, err);
    if (status != PND_OK)
        return status;
    if (it->end - it->begin != t->size)
        return pnd_fail(err, PND_EFORMAT,
                        "%s: tensor \"%s\": %" PRIu64 " bytes of data, its %s shape needs %zu",
                        s->name, t->name, it->end - it->begin, pnd_dtype_name(t->dtype), t->size);
    t->data = s->data + it->begin;
    return PND_OK;
}

/* ---- all of them */

static pnd_status read_metadata(pnd_safetensors *f, const cJSON *entry, const source *s,
                                pnd_error *err)
{
    const cJSON *member = NULL;
    if (!cJSON_IsObject(entry))
        return pnd_fail(err, PND_EFORMAT, "%s: " METADATA_KEY " is no object", s->name);
    cJSON_ArrayForEach(member, entry)
    {
        if (!cJSON_IsString(member))
            return pnd_fail(err, PND_EFORMAT, "%s: " METADATA_KEY " \"%s\" is no string", s->name,
                            member->string);
    }
    f->metadata = entry;
    return PND_OK;
}

static pnd_status read_items(pnd_safetensors *f, const source *s, pnd_error *err)
{
    const cJSON *entry = NULL;
    const size_t n = (size_t)cJSON_GetArraySize(f->header);
    f->items = pnd_calloc_array(n, sizeof *f->items);
    f->by_name = pnd_calloc_array(n, sizeof *f->by_name);
    if (f->items == NULL || f->by_name == NULL)
        return pnd_fail(err, PND_ENOMEM, "%s: out of memory for %zu tensors", s->name, n);
    cJSON_ArrayForEach(entry, f->header)
    {
        pnd_status status = PND_OK;
        if (strcmp(entry->string, METADATA_KEY) == 0)
            status = read_metadata(f, entry, s, err);
        else {
            status = read_item(&f->items[f->n], entry, s, err);
            f->items[f->n].position = f->n;
            f->n++;
        }
        if (status != PND_OK)
            return status;
    }
    return PND_OK;
}

static int by_place(const void *a, const void *b)
{
    const item *p = a;
    const item *q = b;
    if (p->begin != q->begin)
        return p->begin < q->begin ? -1 : 1;
    if (p->end != q->end)
        return p->end < q->end ? -1 : 1;
    return p->position < q->position ? -1 : 1;
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const item *const *)a)->tensor.name, (*(const item *const *)b)->tensor.name);
}

/* Every byte of the data belongs to exactly one tensor. */
static pnd_status check_cover(const pnd_safetensors *f, const source *s, pnd_error *err)
{
    uint64_t covered = 0;
    for (size_t i = 0; i < f->n; i++) {
        const item *it = &f->items[i];
        if (it->begin < covered)
            return pnd_fail(err, PND_EFORMAT, "%s: tensors \"%s\" and \"%s\" overlap", s->name,
                            f->items[i - 1].tensor.name, it->tensor.name);
        if (it->begin > covered)
            return pnd_fail(err, PND_EFORMAT,
                            "%s: %" PRIu64 " bytes before tensor \"%s\" belong to none", s->name,
                            it->begin - covered, it->tensor.name);
        covered = it->end;
    }
    if (covered != s->data_size)
        return pnd_fail(err, PND_EFORMAT, "%s: %" PRIu64 " bytes behind the last tensor", s->name,
                        s->data_size - covered);
    return PND_OK;
}

/* ---- alignment */

static bool is_misaligned(const pnd_safetensor *t)
{
    const uintptr_t bytes = (uintptr_t)pnd_dtype_bits(t->dtype) / 8;
    return bytes > 1 && t->size > 0 && (uintptr_t)t->data % bytes != 0;
}

static size_t round_up(size_t size)
{
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* Sizes are those of disjoint pieces of a file, so their rounded sum cannot overflow. */
static pnd_status align_tensors(pnd_safetensors *f, const source *s, pnd_error *err)
{
    size_t total = 0;
    for (size_t i = 0; i < f->n; i++)
        total += is_misaligned(&f->items[i].tensor) ? round_up(f->items[i].tensor.size) : 0;
    if (total == 0)
        return PND_OK;
    f->aligned = pnd_alloc_array(total, 1);
    if (f->aligned == NULL)
        return pnd_fail(err, PND_ENOMEM, "%s: out of memory for %zu bytes", s->name, total);
    uint8_t *to = f->aligned;
    for (size_t i = 0; i < f->n; i++) {
        pnd_safetensor *t = &f->items[i].tensor;
        if (!is_misaligned(t))
            continue;
        memcpy(to, t->data, t->size);
        t->data = to;
        to += round_up(t->size);
    }
    return PND_OK;
}

/* ---- opening */

static pnd_status read_source(pnd_safetensors *f, source *s, pnd_error *err)
{
    pnd_status status = pnd_safetensors_check_host(s->name, err);
    if (status == PND_OK)
        status = find_header(s, err);
    if (status == PND_OK)
        status = pnd_json_parse(&f->header, s->bytes + LENGTH_BYTES, s->header_size, s->name, err);
    if (status == PND_OK)
        status = read_items(f, s, err);
    if (status != PND_OK)
        return status;
    qsort(f->items, f->n, sizeof *f->items, by_place);
    status = check_cover(f, s, err);
    if (status == PND_OK)
        status = align_tensors(f, s, err);
    for (size_t i = 0; i < f->n; i++)
        f->by_name[i] = &f->items[i];
    qsort(f->by_name, f->n, sizeof *f->by_name, by_name);
    return status;
}

static pnd_status open_bytes(pnd_safetensors **out, pnd_safetensors *f, const void *bytes,
                             size_t size, const char *name, pnd_error *err)
{
    source s = {.bytes = bytes, .size = size, .name = name};
    const pnd_status status = read_source(f, &s, err);
    if (status == PND_OK)
        *out = f;
    else
        pnd_safetensors_close(f);
    return status;
}

pnd_status pnd_safetensors_open_memory(pnd_safetensors **out, const void *bytes, size_t size,
                                       const char *name, pnd_error *err)
{
    *out = NULL;
    pnd_safetensors *f = pnd_calloc_array(1, sizeof *f);
    if (f == NULL)
        return pnd_fail(err, PND_ENOMEM, "%s: out of memory", name);
    return open_bytes(out, f, bytes, size, name, err);
}

static pnd_status map_file(pnd_safetensors *f, int fd, const char *path, pnd_error *err)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return pnd_file_fail(err, path, NULL, errno);
    if (!S_ISREG(status.st_mode))
        return pnd_fail(err, PND_EIO, "%s: not a regular file", path);
    f->map_size = (size_t)status.st_size;
    if (f->map_size == 0)
        return PND_OK;
    void *map = mmap(NULL, f->map_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (map == MAP_FAILED)
        return pnd_file_fail(err, path, "cannot map", errno);
    f->map = map;
    return PND_OK;
}

pnd_status pnd_safetensors_open(pnd_safetensors **out, const char *path, pnd_error *err)
{
    *out = NULL;
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return pnd_file_fail(err, path, NULL, errno);
    pnd_safetensors *f = pnd_calloc_array(1, sizeof *f);
    const pnd_status status = f != NULL ? map_file(f, fd, path, err)
                                        : pnd_fail(err, PND_ENOMEM, "%s: out of memory", path);
    (void)close(fd);
    if (status == PND_OK)
        return open_bytes(out, f, f->map, f->map_size, path, err);
    free(f);
    return status;
}

void pnd_safetensors_close(pnd_safetensors *f)
{
    if (f == NULL)
        return;
    if (f->map != NULL)
        (void)munmap(f->map, f->map_size);
    pnd_json_free(f->header);
    free(f->items);
    free(f->by_name);
    free(f->aligned);
    free(f);
}

/* ---- looking */

size_t pnd_safetensors_count(const pnd_safetensors *f)
{
    return f->n;
}

const pnd_safetensor *pnd_safetensors_at(const pnd_safetensors *f, size_t index)
{
    return index < f->n ? &f->items[index].tensor : NULL;
}

const pnd_safetensor *pnd_safetensors_find(const pnd_safetensors *f, const char *name)
{
    const item wanted = {.tensor.name = name};
    const item *key = &wanted;
    const item *const *found = bsearch(&key, f->by_name, f->n, sizeof *f->by_name, by_name);
    return found != NULL ? &(*found)->tensor : NULL;
}

size_t pnd_safetensors_metadata_count(const pnd_safetensors *f)
{
    return f->metadata != NULL ? (size_t)cJSON_GetArraySize(f->metadata) : 0;
}

pnd_safetensors_string pnd_safetensors_metadata_at(const pnd_safetensors *f, size_t index)
{
    const cJSON *member = f->metadata != NULL ? f->metadata->child : NULL;
    for (; member != NULL && index > 0; index--)
        member = member->next;
    if (member == NULL)
        return (pnd_safetensors_string){NULL, NULL};
    return (pnd_safetensors_string){member->string, member->valuestring};
}

const char *pnd_safetensors_metadata(const pnd_safetensors *f, const char *key)
{
    const cJSON *member =
        f->metadata != NULL ? cJSON_GetObjectItemCaseSensitive(f->metadata, key) : NULL;
    return member != NULL ? member->valuestring : NULL;
}
