/* SPDX-License-Identifier: Apache-2.0 */
/* What reading and writing safetensors share; not installed. */
#ifndef PND_SAFETENSORS_DTYPE_H
#define PND_SAFETENSORS_DTYPE_H

#include <panodepth/safetensors.h>

/* The dtype of that name; false when there is none. */
bool pnd_dtype_from_name(pnd_dtype *out, const char *name);

/* Bytes of an array of this shape. PND_ELIMIT on overflow, PND_EFORMAT when a sub-byte type does
 * not fill its last byte; both name the tensor. */
pnd_status pnd_safetensor_bytes(size_t *bytes, const pnd_safetensor *tensor, const char *file,
                                pnd_error *err);

/* PND_EUNSUPPORTED on a big-endian host: values are handed out as they lie in the file. */
pnd_status pnd_safetensors_check_host(const char *file, pnd_error *err);

#endif
