/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file panodepth/png.h
 * PNG in and out, from and to memory, without silent conversions.
 *
 * A label, disparity or depth PNG must have exactly the bit depth and colour type the caller asks
 * for: nothing is expanded, stripped, scaled or gamma-corrected. Before a pixel is decoded the file
 * is checked chunk by chunk (order, lengths, every CRC); the Adler-32 of the pixels and what
 * follows them are checked too. Ancillary chunks never reach the decoder, so a 57-byte file cannot
 * claim a gigabyte of text. Adam7 images decode to the same pixels as plain ones.
 *
 * `name` begins every message; give the path. A message says what was found and where ("CRC error
 * in IDAT at offset 41"), the hint what may have happened ("run git lfs pull").
 *
 * Errors of the decoders:
 * - PND_EFORMAT: not a PNG, truncated, corrupt, or more data than the header announces
 * - PND_EUNSUPPORTED: a valid PNG of another kind than asked for; the message names both
 * - PND_ELIMIT: a side above PND_MAX_SIDE or more than PND_MAX_PIXELS, before any allocation
 * - PND_EINVAL: options whose struct_size is not set
 * - PND_ENOMEM: out of memory
 *
 * Memory: the plane and about 0.1 MB of decoder state. All
 * functions are thread-safe.
 */
#ifndef PANODEPTH_PNG_H
#define PANODEPTH_PNG_H

#include <panodepth/buffer.h>
#include <panodepth/image.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The header of a PNG. Colour types: 0 grey, 2 RGB, 3 palette, 4 grey+alpha, 6 RGBA. */
typedef struct pnd_png_info {
    int32_t width, height;
    int bit_depth, color_type;
    bool interlaced;
} pnd_png_info;

/** Growable options; zero means the strict default. Set struct_size = sizeof(pnd_png_options). */
typedef struct pnd_png_options {
    size_t struct_size;
    bool palette_as_index; /**< pnd_png_decode_u8: accept a palette image, deliver its indices */
    bool allow_alpha;      /**< pnd_png_decode_ids, _rgb8: accept RGBA and drop the alpha channel */
    bool lenient;          /**< accept a file that ends after its pixels or holds extra data */
} pnd_png_options;

/** What was tolerated. Zeroed first, valid on PND_OK. Pass NULL when nobody asks. */
typedef struct pnd_png_notes {
    bool alpha_dropped;
    bool trailing_bytes; /**< bytes after IEND: tolerated always, reported here */
    bool missing_end;    /**< lenient only */
    bool extra_data;     /**< lenient only */
} pnd_png_notes;

/**
 * The header alone: cheap, and no promise about the pixels. The limits hold here too.
 * @retval PND_EFORMAT  @retval PND_ELIMIT  On failure `out` is zeroed.
 */
PND_API PND_NODISCARD pnd_status pnd_png_read_info(pnd_png_info *out, const void *bytes,
                                                   size_t size, const char *name, pnd_error *err);

/**
 * Everything that can be checked without inflating a pixel: the order and lengths of the chunks,
 * every CRC, an end. Costs about 1 % of decoding.
 * @param truncated       true when the file ends before its IEND chunk does; may be NULL
 * @param trailing_bytes  true when something follows IEND, which is no error; may be NULL
 * @retval PND_EFORMAT  (truncated files too)  @retval PND_ELIMIT
 * On failure `out` holds the header if that was sound, else it is zeroed.
 */
PND_API PND_NODISCARD pnd_status pnd_png_check(pnd_png_info *out, bool *truncated,
                                               bool *trailing_bytes, const void *bytes, size_t size,
                                               const char *name, pnd_error *err);

/* Decoders fill a plane (resized, reused); on failure its contents are unspecified and it is still
 * the caller's to clear. `options` and `notes` may be NULL. */

/** 8-bit grey. */
PND_API PND_NODISCARD pnd_status pnd_png_decode_u8(pnd_plane_u8 *out, const void *bytes,
                                                   size_t size, const char *name,
                                                   const pnd_png_options *options,
                                                   pnd_png_notes *notes, pnd_error *err);

/** 16-bit grey, host byte order. An 8-bit file is refused with the likely cause. */
PND_API PND_NODISCARD pnd_status pnd_png_decode_u16(pnd_plane_u16 *out, const void *bytes,
                                                    size_t size, const char *name,
                                                    const pnd_png_options *options,
                                                    pnd_png_notes *notes, pnd_error *err);

/** 8-bit RGB. */
PND_API PND_NODISCARD pnd_status pnd_png_decode_rgb8(pnd_plane_rgb8 *out, const void *bytes,
                                                     size_t size, const char *name,
                                                     const pnd_png_options *options,
                                                     pnd_png_notes *notes, pnd_error *err);

/** 8-bit RGB as segment ids r + 256 g + 65536 b. */
PND_API PND_NODISCARD pnd_status pnd_png_decode_ids(pnd_plane_u32 *out, const void *bytes,
                                                    size_t size, const char *name,
                                                    const pnd_png_options *options,
                                                    pnd_png_notes *notes, pnd_error *err);

/* Encoders append to nothing: `out` is reset first, and empty on failure. Deterministic: same
 * pixels, same bytes. Errors: PND_ENOMEM; PND_EINVAL for a view without pixels or an id above
 * 2^24 - 1; PND_ELIMIT for a view no decoder here would accept. */

/** 8-bit grey label map (deflate level 6, filter UP). */
PND_API PND_NODISCARD pnd_status pnd_png_encode_u8(pnd_buffer *out, pnd_view_u8 image,
                                                   pnd_error *err);

/** What a 16-bit image holds decides how it is compressed. */
typedef enum pnd_png_content {
    PND_PNG_LABELS = 0, /**< level 6, filter UP: large equal areas */
    PND_PNG_DEPTH = 1 /**< level 1, filter SUB, runs only: 8 to 12 times faster, 1 to 15 % larger */
} pnd_png_content;

/** 16-bit grey. */
PND_API PND_NODISCARD pnd_status pnd_png_encode_u16(pnd_buffer *out, pnd_view_u16 image,
                                                    pnd_png_content content, pnd_error *err);

/** 8-bit RGB picture (deflate level 1, filter PAETH, runs only). */
PND_API PND_NODISCARD pnd_status pnd_png_encode_rgb8(pnd_buffer *out, pnd_view_rgb8 image,
                                                     pnd_error *err);

/** Segment ids as 8-bit RGB: r = id % 256, g = id / 256 % 256, b = id / 65536. */
PND_API PND_NODISCARD pnd_status pnd_png_encode_ids(pnd_buffer *out, pnd_view_u32 image,
                                                    pnd_error *err);

#ifdef __cplusplus
}
#endif

#endif
