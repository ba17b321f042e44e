/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file panodepth/safetensors.h
 * Named arrays in one file: the safetensors format, in which network weights are exchanged.
 *
 *     bytes 0-7   N, the length of the header, 64-bit little endian
 *     N bytes     JSON in UTF-8: {"name": {"dtype": "F32", "shape": [..], "data_offsets": [b, e]},
 *                 ..., "__metadata__": {"key": "value"}}, begins with '{', padded with spaces
 *     the rest    the data, row-major, little endian; offsets count from its first byte
 *
 * The rules are those of huggingface/safetensors (README, tensor.rs), enforced to the letter: every
 * byte of the data belongs to exactly one tensor, no hole, no overlap, no duplicate name, a length
 * of shape x element size, nothing behind the last tensor. A tensor object has these three keys and
 * no other; metadata are strings. Limits: a header of 100,000,000 bytes and about a million values,
 * rank 8.
 *
 * Nothing in the file is ever executed. What commonly lies under the same name (a pickle, PyTorch's
 * zip, a Git LFS pointer, a web page) is refused by name with what to do about it.
 *
 * Hosts are little endian; on a big-endian one opening fails with PND_EUNSUPPORTED.
 */
#ifndef PANODEPTH_SAFETENSORS_H
#define PANODEPTH_SAFETENSORS_H

#include <panodepth/buffer.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Element types, by descending size as writers sort them. */
typedef enum pnd_dtype {
    PND_DTYPE_F64,
    PND_DTYPE_I64,
    PND_DTYPE_U64,
    PND_DTYPE_C64, /**< two 32-bit floats */
    PND_DTYPE_F32,
    PND_DTYPE_I32,
    PND_DTYPE_U32,
    PND_DTYPE_F16,
    PND_DTYPE_BF16,
    PND_DTYPE_I16,
    PND_DTYPE_U16,
    PND_DTYPE_F8_E4M3,
    PND_DTYPE_F8_E5M2,
    PND_DTYPE_F8_E8M0,
    PND_DTYPE_F8_E4M3FNUZ,
    PND_DTYPE_F8_E5M2FNUZ,
    PND_DTYPE_I8,
    PND_DTYPE_U8,
    PND_DTYPE_BOOL,
    PND_DTYPE_F6_E2M3,
    PND_DTYPE_F6_E3M2,
    PND_DTYPE_F4
} pnd_dtype;

/** "F32", "BF16" ...; "unknown" for any other number. Static. */
PND_API const char *pnd_dtype_name(pnd_dtype dtype);

/** Bits of one element: 64 to 4; 0 for any other number. */
PND_API int32_t pnd_dtype_bits(pnd_dtype dtype);

enum { PND_SAFETENSORS_MAX_RANK = 8, PND_SAFETENSORS_MAX_HEADER = 100000000 };

/** One array. As read, all pointers are borrowed from the file's handle. */
typedef struct pnd_safetensor {
    const char *name;
    pnd_dtype dtype;
    int32_t rank;                            /**< 0 for a scalar */
    int64_t shape[PND_SAFETENSORS_MAX_RANK]; /**< slowest first; entries beyond the rank are 1 */
    const void *data;                        /**< aligned for its dtype */
    size_t size;                             /**< bytes; 0 when a side of the shape is 0 */
} pnd_safetensor;

/** A string of __metadata__. */
typedef struct pnd_safetensors_string {
    const char *key;
    const char *value;
} pnd_safetensors_string;

/** An open file. Read-only, so threads may share it. */
typedef struct pnd_safetensors pnd_safetensors;

/**
 * Map a file and check all of it but the values. The file must not be changed while it is open (a
 * mapped file that is cut short raises SIGBUS); it is released with pnd_safetensors_close().
 * @retval PND_EFORMAT  breaks a rule; the message names the file and the tensor
 * @retval PND_ELIMIT   @retval PND_EIO   @retval PND_ENOMEM
 * @retval PND_EUNSUPPORTED  big-endian host
 * O(header); the data are not touched unless a tensor is not aligned for its dtype, which writers
 * avoid: then the misaligned ones are copied.
 */
PND_API PND_NODISCARD pnd_status pnd_safetensors_open(pnd_safetensors **out, const char *path,
                                                      pnd_error *err);

/** The same of bytes in memory, which stay the caller's and must outlive the handle. `name` begins
 *  every message. */
PND_API PND_NODISCARD pnd_status pnd_safetensors_open_memory(pnd_safetensors **out,
                                                             const void *bytes, size_t size,
                                                             const char *name, pnd_error *err);

PND_API void pnd_safetensors_close(pnd_safetensors *file); /**< NULL is fine */

PND_API size_t pnd_safetensors_count(const pnd_safetensors *file);

/** Tensor `index` in the order of the data; NULL from pnd_safetensors_count() on. */
PND_API const pnd_safetensor *pnd_safetensors_at(const pnd_safetensors *file, size_t index);

/** The tensor of that name, or NULL. O(log count). */
PND_API const pnd_safetensor *pnd_safetensors_find(const pnd_safetensors *file, const char *name);

PND_API size_t pnd_safetensors_metadata_count(const pnd_safetensors *file);

/** String `index` of the metadata in the order of the header; NULLs beyond the last. */
PND_API pnd_safetensors_string pnd_safetensors_metadata_at(const pnd_safetensors *file,
                                                           size_t index);

/** The metadata string of that key, or NULL. */
PND_API const char *pnd_safetensors_metadata(const pnd_safetensors *file, const char *key);

/**
 * The bytes of a file that holds these tensors; `out` is reset first. They come by descending
 * element size, then by name, behind a header that is padded to a multiple of 64 bytes, so that a
 * mapped file needs no copy. Metadata keep their order. The same input gives the same bytes, in
 * whatever order the tensors come. Write them with pnd_file_write().
 * @retval PND_EINVAL  a name that is empty, "__metadata__" or given twice, a size that is not
 *                     that of the shape, a rank above PND_SAFETENSORS_MAX_RANK
 * @retval PND_ELIMIT  a header above the limit  @retval PND_ENOMEM  @retval PND_EUNSUPPORTED
 */
PND_API PND_NODISCARD pnd_status pnd_safetensors_encode(pnd_buffer *out,
                                                        const pnd_safetensor *tensors, size_t n,
                                                        const pnd_safetensors_string *metadata,
                                                        size_t n_metadata, pnd_error *err);

#ifdef __cplusplus
}
#endif

#endif
