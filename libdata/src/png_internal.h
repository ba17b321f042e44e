/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The three steps of reading a PNG, and what passes between them; not installed.
 *
 *     png_scan.c     takes the file apart and checks everything that needs no inflate
 *     png_pixels.c   inflates and unfilters (libpng); knows nothing of labels or depth
 *     png_decode.c   decides whether this kind of image was wanted, and shapes the pixels
 *
 * Another decoder for the common kinds goes beside png_pixels.c and takes the same two structs.
 */
#ifndef PND_PNG_INTERNAL_H
#define PND_PNG_INTERNAL_H

#include <panodepth/png.h>

enum {
    PND_PNG_GREY = 0,
    PND_PNG_RGB = 2,
    PND_PNG_PALETTE = 3,
    PND_PNG_GREY_ALPHA = 4,
    PND_PNG_RGBA = 6
};

/* A run of whole chunks within the file, headers and CRCs included. */
typedef struct pnd_png_span {
    size_t offset, size;
} pnd_png_span;

/* A file whose chunks were checked. Borrows bytes and name. */
typedef struct pnd_png_file {
    const uint8_t *bytes;
    size_t size;
    const char *name;
    pnd_png_info info;
    pnd_png_span header;  /* signature and IHDR */
    pnd_png_span palette; /* size 0: none, or not needed */
    pnd_png_span data;    /* the IDAT chunks, consecutive; the last may be cut short */
    size_t data_bytes;    /* in their data fields, as far as the file has them */
    int32_t n_colors;     /* palette entries */
    size_t missing_bytes; /* by which the last IDAT chunk is short, at least */
    bool has_end;         /* IEND was found */
    bool truncated;       /* it ends before its IEND chunk does */
    bool trailing_bytes;  /* after IEND */
} pnd_png_file;

/* Where pixels go: rows as the file has them (packed below 8 bits, channels interleaved, 16-bit
 * samples in host order), the first at `rows`, then every `stride` bytes. */
typedef struct pnd_png_frame {
    uint8_t *rows;
    size_t stride;
    /* Reshapes one finished row in place, while it is still in the cache. NULL: leave it. `rows`
     * points to the row as the file has it. */
    void (*finish_row)(uint8_t *row, const pnd_png_file *file);
} pnd_png_frame;

static inline uint32_t pnd_png_read_be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Bytes of one row as the file has it. */
size_t pnd_png_row_bytes(const pnd_png_info *info);

/* Signature and IHDR only. The messages say what a file really is when it is no PNG. */
pnd_status pnd_png_scan_header(pnd_png_file *out, const void *bytes, size_t size, const char *name,
                               pnd_error *err);

/* All chunks. A file that ends in or after its IDAT chunks passes: how many rows it still holds is
 * for the decoder to say (missing_bytes, has_end). */
pnd_status pnd_png_scan(pnd_png_file *out, const void *bytes, size_t size, const char *name,
                        pnd_error *err);

/* Every row, or a failure that says which row was not complete. Sets notes->missing_end and
 * extra_data, which are failures unless `lenient`. */
pnd_status pnd_png_read_pixels(const pnd_png_frame *frame, const pnd_png_file *file, bool lenient,
                               pnd_png_notes *notes, pnd_error *err);

#endif
