/* SPDX-License-Identifier: Apache-2.0 */
#include "safetensors_dtype.h"

#include <panodepth/alloc.h>
#include <panodepth/json.h>

#include <stdlib.h>
#include <string.h>

enum { LENGTH_BYTES = 8, ALIGNMENT = 64 };

/* Larger elements first, so that all are aligned; then by name. */
static int by_size_and_name(const void *a, const void *b)
{
    const pnd_safetensor *p = *(const pnd_safetensor *const *)a;
    const pnd_safetensor *q = *(const pnd_safetensor *const *)b;
    const int32_t difference = pnd_dtype_bits(q->dtype) - pnd_dtype_bits(p->dtype);
    return difference != 0 ? difference : strcmp(p->name, q->name);
}

static pnd_status check_tensor(const pnd_safetensor *t, pnd_error *err)
{
    static const char file[] = "safetensors";
    size_t bytes = 0;
    if (t->name == NULL || t->name[0] == '\0' || strcmp(t->name, "__metadata__") == 0)
        return pnd_fail(err, PND_EINVAL, "%s: a tensor needs a name of its own", file);
    if (t->rank < 0 || t->rank > PND_SAFETENSORS_MAX_RANK || pnd_dtype_bits(t->dtype) == 0)
        return pnd_fail(err, PND_EINVAL, "%s: tensor \"%s\": rank %d, dtype %s", file, t->name,
                        t->rank, pnd_dtype_name(t->dtype));
    for (int32_t i = 0; i < t->rank; i++)
        if (t->shape[i] < 0)
            return pnd_fail(err, PND_EINVAL, "%s: tensor \"%s\": a negative side", file, t->name);
    const pnd_status status = pnd_safetensor_bytes(&bytes, t, file, err);
    if (status != PND_OK)
        return status;
    if (bytes != t->size || (bytes > 0 && t->data == NULL))
        return pnd_fail(err, PND_EINVAL, "%s: tensor \"%s\": %zu bytes, its shape needs %zu", file,
                        t->name, t->size, bytes);
    return PND_OK;
}

/* Twice the same name may differ in dtype, and then is not adjacent in the order of the file. */
static int by_name(const void *a, const void *b)
{
    return strcmp((*(const pnd_safetensor *const *)a)->name,
                  (*(const pnd_safetensor *const *)b)->name);
}

static pnd_status check_names(const pnd_safetensor **sorted, size_t n, pnd_error *err)
{
    qsort(sorted, n, sizeof *sorted, by_name);
    for (size_t i = 1; i < n; i++)
        if (by_name(&sorted[i - 1], &sorted[i]) == 0)
            return pnd_fail(err, PND_EINVAL, "safetensors: tensor \"%s\" is given twice",
                            sorted[i]->name);
    return PND_OK;
}

static void put_metadata(pnd_json_writer *w, const pnd_safetensors_string *metadata, size_t n)
{
    pnd_json_key(w, "__metadata__");
    pnd_json_begin_object(w);
    for (size_t i = 0; i < n; i++) {
        pnd_json_key(w, metadata[i].key);
        pnd_json_string(w, metadata[i].value);
    }
    pnd_json_end_object(w);
}

static void put_tensor(pnd_json_writer *w, const pnd_safetensor *t, size_t begin)
{
    pnd_json_key(w, t->name);
    pnd_json_begin_object(w);
    pnd_json_key(w, "dtype");
    pnd_json_string(w, pnd_dtype_name(t->dtype));
    pnd_json_key(w, "shape");
    pnd_json_begin_array(w);
    for (int32_t i = 0; i < t->rank; i++)
        pnd_json_int(w, t->shape[i]);
    pnd_json_end_array(w);
    pnd_json_key(w, "data_offsets");
    pnd_json_begin_array(w);
    pnd_json_int(w, (int64_t)begin);
    pnd_json_int(w, (int64_t)(begin + t->size));
    pnd_json_end_array(w);
    pnd_json_end_object(w);
}

static pnd_status put_header(pnd_buffer *out, const pnd_safetensor *const *sorted, size_t n,
                             const pnd_safetensors_string *metadata, size_t n_metadata,
                             pnd_error *err)
{
    static const uint8_t no_length[LENGTH_BYTES] = {0};
    pnd_json_writer w = {.out = out};
    size_t begin = 0;
    pnd_buffer_append(out, no_length, LENGTH_BYTES);
    pnd_json_begin_object(&w);
    if (n_metadata > 0)
        put_metadata(&w, metadata, n_metadata);
    for (size_t i = 0; i < n; i++) {
        put_tensor(&w, sorted[i], begin);
        begin += sorted[i]->size;
    }
    pnd_json_end_object(&w);
    while (!out->failed && out->size % ALIGNMENT != 0)
        pnd_buffer_append(out, " ", 1);
    const pnd_status status = pnd_buffer_status(out, err);
    if (status != PND_OK)
        return status;
    const size_t length = out->size - LENGTH_BYTES;
    if (length > PND_SAFETENSORS_MAX_HEADER)
        return pnd_fail(err, PND_ELIMIT, "safetensors: a header of %zu bytes: at most %d", length,
                        PND_SAFETENSORS_MAX_HEADER);
    for (int i = 0; i < LENGTH_BYTES; i++)
        out->data[i] = (uint8_t)((uint64_t)length >> (8 * i));
    return PND_OK;
}

static pnd_status encode(pnd_buffer *out, const pnd_safetensor **sorted, size_t n,
                         const pnd_safetensors_string *metadata, size_t n_metadata, pnd_error *err)
{
    size_t total = 0;
    pnd_status status = check_names(sorted, n, err);
    if (status != PND_OK)
        return status;
    qsort(sorted, n, sizeof *sorted, by_size_and_name);
    for (size_t i = 0; i < n; i++)
        if (__builtin_add_overflow(total, sorted[i]->size, &total))
            return pnd_fail(err, PND_ELIMIT, "safetensors: the tensors overflow a file");
    status = put_header(out, sorted, n, metadata, n_metadata, err);
    if (status == PND_OK && pnd_buffer_reserve(out, total) != PND_OK)
        status = pnd_fail(err, PND_ENOMEM, "safetensors: out of memory for %zu bytes", total);
    for (size_t i = 0; status == PND_OK && i < n; i++)
        if (sorted[i]->size > 0)
            pnd_buffer_append(out, sorted[i]->data, sorted[i]->size);
    return status;
}

pnd_status pnd_safetensors_encode(pnd_buffer *out, const pnd_safetensor *tensors, size_t n,
                                  const pnd_safetensors_string *metadata, size_t n_metadata,
                                  pnd_error *err)
{
    pnd_buffer_reset(out);
    pnd_status status = pnd_safetensors_check_host("safetensors", err);
    for (size_t i = 0; status == PND_OK && i < n; i++)
        status = check_tensor(&tensors[i], err);
    if (status != PND_OK)
        return status;
    const pnd_safetensor **sorted = pnd_alloc_array(n, sizeof *sorted);
    if (sorted == NULL)
        return pnd_fail(err, PND_ENOMEM, "safetensors: out of memory for %zu names", n);
    for (size_t i = 0; i < n; i++)
        sorted[i] = &tensors[i];
    status = encode(out, sorted, n, metadata, n_metadata, err);
    free(sorted);
    if (status != PND_OK)
        pnd_buffer_reset(out);
    return status;
}
