/* SPDX-License-Identifier: Apache-2.0 */
/* The safetensors reader must survive any bytes; what it accepts lies within them, whole. */
#include "fuzz.h"

#include <panodepth/safetensors.h>

#include <stdlib.h>
#include <string.h>

/* Read every byte that is promised, so that a sanitizer sees one that is not there. */
static size_t visit(const pnd_safetensors *file)
{
    size_t total = 0;
    uint8_t sum = 0;
    for (size_t i = 0; i < pnd_safetensors_count(file); i++) {
        const pnd_safetensor *t = pnd_safetensors_at(file, i);
        const size_t bytes = (size_t)pnd_dtype_bits(t->dtype) / 8;
        if (pnd_safetensors_find(file, t->name) != t)
            abort();
        if (bytes > 1 && t->size > 0 && (uintptr_t)t->data % bytes != 0)
            abort();
        for (size_t k = 0; k < t->size; k++)
            sum ^= ((const uint8_t *)t->data)[k];
        total += t->size;
    }
    volatile uint8_t sink = sum;
    (void)sink;
    return total;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pnd_safetensors *file = NULL;
    pnd_error err = {0};
    const pnd_status status = pnd_safetensors_open_memory(&file, data, size, "fuzz", &err);
    if ((status == PND_OK) != (file != NULL) || (status != PND_OK && err.message[0] == '\0'))
        abort();
    if (file != NULL && visit(file) >= size)
        abort();
    for (size_t i = 0; file != NULL && i < pnd_safetensors_metadata_count(file); i++)
        if (pnd_safetensors_metadata(file, pnd_safetensors_metadata_at(file, i).key) == NULL)
            abort();
    pnd_safetensors_close(file);
    return 0;
}
