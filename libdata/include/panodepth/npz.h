/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file panodepth/npz.h
 * NumPy's .npz: a zip archive of .npy members, stored or deflated.
 *
 * The central directory is believed (NumPy leaves the sizes in the local headers to it), every
 * length is checked against the file, and the CRC of what is taken out is checked. Encryption,
 * zip64 directories, split archives and other compression methods are refused. Thread-safe.
 */
#ifndef PANODEPTH_NPZ_H
#define PANODEPTH_NPZ_H

#include <panodepth/buffer.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Take one member out of an archive; `out` is reset first, and empty on failure.
 * @param member  its name, with or without ".npy"; NULL for the only one
 * @param name    begins every message
 * @retval PND_EFORMAT  no zip archive, damaged, or no such member (the message lists those there)
 * @retval PND_EINVAL   `member` is NULL and there are several  @retval PND_EUNSUPPORTED
 * @retval PND_ELIMIT   a member above PND_MAX_IMAGE_BYTES, more than 4096 members
 * @retval PND_ENOMEM
 */
PND_API PND_NODISCARD pnd_status pnd_npz_extract(pnd_buffer *out, const void *bytes, size_t size,
                                                 const char *member, const char *name,
                                                 pnd_error *err);

/**
 * An archive with one member, as numpy.savez() or, deflated, numpy.savez_compressed() would name
 * it: `member` and ".npy". `out` is reset first. The same bytes every time.
 * @retval PND_EINVAL a member name that is empty or longer than 255 bytes  @retval PND_ENOMEM
 */
PND_API PND_NODISCARD pnd_status pnd_npz_wrap(pnd_buffer *out, const char *member, const void *npy,
                                              size_t size, bool deflate, pnd_error *err);

#ifdef __cplusplus
}
#endif

#endif
