/* SPDX-License-Identifier: Apache-2.0 */
/* A photograph, read and resized as the network wants it. */
#include "infer.h"

#include <panodepth/png.h>

#include <string.h>

void infer_decoder_clear(infer_decoder *decoder)
{
    pnd_buffer_clear(&decoder->bytes);
    pnd_plane_rgb8_clear(&decoder->photo);
    pnd_plane_rgb8_clear(&decoder->resized);
}

/* The size in the header was read earlier, and the network is open for it. */
static pnd_status check_size(const infer_decoder *decoder, const infer_image *image, pnd_error *err)
{
    if (decoder->photo.width == image->width && decoder->photo.height == image->height)
        return PND_OK;
    return pnd_fail(err, PND_EIO, "%s: changed from %dx%d to %dx%d while the program ran",
                    image->file->path, image->width, image->height, decoder->photo.width,
                    decoder->photo.height);
}

pnd_status infer_decode(infer_decoder *decoder, infer_digest digest, const infer_run *run,
                        const infer_image *image, pnd_error *err)
{
    const pnd_png_options options = {.struct_size = sizeof options, .allow_alpha = true};
    const char *path = image->file->path;
    pnd_status status = pnd_file_read(&decoder->bytes, path, PND_MAX_IMAGE_BYTES, err);
    if (status == PND_OK)
        pnd_sha256(digest, decoder->bytes.data, decoder->bytes.size);
    if (status == PND_OK)
        status = pnd_png_decode_rgb8(&decoder->photo, decoder->bytes.data, decoder->bytes.size,
                                     path, &options, NULL, err);
    if (status == PND_OK)
        status = check_size(decoder, image, err);
    if (status == PND_OK && infer_is_resized(run, image))
        status = infer_resize_rgb8(&decoder->resized, pnd_plane_rgb8_view(&decoder->photo),
                                   run->size_width, run->size_height, err);
    return status;
}

void infer_copy_pixels(uint8_t *out, const pnd_plane_rgb8 *plane)
{
    const size_t row_bytes = (size_t)plane->width * 3;
    for (int32_t y = 0; y < plane->height; y++)
        memcpy(out + (size_t)y * row_bytes, pnd_plane_rgb8_row(plane, y), row_bytes);
}
