/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pixels out of a checked file, by libpng.
 *
 * Only this small part of libpng is used: no png_image_*, no palette or alpha expansion, no gamma,
 * no quantisation (where nearly all of its security fixes were), and one transform, the byte order
 * of 16-bit samples. Its warnings about the pixel stream become failures, its text goes into our
 * message, its memory is counted.
 *
 * It reads a small file made up from the real one: the header, a palette that is needed, all pixel
 * data as a single IDAT chunk, and an end. png_scan.c checked those and their CRCs, so here they
 * are not looked at again. The single chunk matters: of chunks after the one with the last row
 * libpng takes no notice, so that surplus data and, in a file of tiny chunks, a wrong Adler-32 go
 * through.
 */
#include "png_internal.h"
#include "png_session.h"

#include <string.h>

enum { CHUNK_HEAD = 8, CHUNK_OVERHEAD = 12 };

/* What libpng is given to read, in this order. */
typedef enum stage { HEADER, PALETTE, DATA_HEAD, DATA, DATA_CRC, END, EXHAUSTED } stage;

/* One decode. */
typedef struct job {
    pnd_png_session session;
    const pnd_png_frame *frame;
    const pnd_png_file *file;
    stage next;
    const uint8_t *bytes; /* of the current stage, */
    size_t left;          /* and how many of them */
    size_t chunk_offset;  /* of the next IDAT chunk */
    uint8_t data_head[CHUNK_HEAD];
    int32_t rows_done; /* of the last pass */
    bool extra_data;
} job;

/* All warnings left are about what follows the last row. */
static void on_warning(png_structp png, png_const_charp text)
{
    job *j = png_get_error_ptr(png);
    if (strstr(text, "Too much image data") != NULL || strstr(text, "Extra compressed") != NULL)
        j->extra_data = true;
    else if (j->session.reason[0] == '\0')
        pnd_png_session_set_reason(&j->session, text);
}

static void give(job *j, const uint8_t *bytes, size_t size, stage next)
{
    j->bytes = bytes;
    j->left = size;
    j->next = next;
}

/* The data of one IDAT chunk after the other, then what follows them. A file cut short within them
 * has nothing that follows. */
static void give_data(job *j)
{
    const pnd_png_file *f = j->file;
    const size_t end = f->data.offset + f->data.size;
    if (j->chunk_offset >= end) {
        give(j, NULL, 0, f->missing_bytes > 0 ? EXHAUSTED : DATA_CRC);
        return;
    }
    const uint8_t *chunk = f->bytes + j->chunk_offset;
    const size_t length = pnd_png_read_be32(chunk);
    const size_t available = end - j->chunk_offset - CHUNK_HEAD;
    give(j, chunk + CHUNK_HEAD, length < available ? length : available, DATA);
    j->chunk_offset += length + CHUNK_OVERHEAD;
}

static void give_next(job *j)
{
    static const uint8_t no_crc[4] = {0};
    static const uint8_t end_chunk[] = {0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xae, 0x42, 0x60, 0x82};
    const pnd_png_file *f = j->file;
    switch (j->next) {
    case HEADER:
        give(j, f->bytes, f->header.size, PALETTE);
        break;
    case PALETTE:
        give(j, f->bytes + f->palette.offset, f->palette.size, DATA_HEAD);
        break;
    case DATA_HEAD:
        give(j, j->data_head, CHUNK_HEAD, DATA);
        break;
    case DATA:
        give_data(j);
        break;
    case DATA_CRC:
        give(j, no_crc, sizeof no_crc, END);
        break;
    case END:
        give(j, end_chunk, sizeof end_chunk, EXHAUSTED);
        break;
    case EXHAUSTED:
        break;
    }
}

static void on_read(png_structp png, png_bytep out, size_t size)
{
    job *j = png_get_io_ptr(png);
    while (size > 0) {
        while (j->left == 0 && j->next != EXHAUSTED)
            give_next(j);
        if (j->left == 0)
            png_error(png, "the data ends");
        const size_t n = j->left < size ? j->left : size;
        memcpy(out, j->bytes, n);
        out += n;
        size -= n;
        j->bytes += n;
        j->left -= n;
    }
}

static void configure(png_structp png, job *j)
{
    png_set_read_fn(png, j, on_read);
    png_set_user_limits(png, PND_MAX_SIDE, PND_MAX_SIDE);
    png_set_chunk_cache_max(png, 1);
    /* None gets here; should one ever, it is skipped. */
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_set_crc_action(png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE); /* checked in png_scan.c */
    png_set_check_for_invalid_index(png, 0);                       /* checked in png_decode.c */
}

static void read_rows(png_structp png, job *j, int n_passes)
{
    const pnd_png_frame *frame = j->frame;
    const pnd_png_info *info = &j->file->info;
    for (int pass = 0; pass < n_passes; pass++) {
        j->rows_done = 0;
        for (int32_t y = 0; y < info->height; y++) {
            uint8_t *row = frame->rows + (size_t)y * frame->stride;
            png_read_row(png, row, NULL);
            j->rows_done = y + 1;
            if (frame->finish_row != NULL && pass == n_passes - 1)
                frame->finish_row(row, j->file);
        }
    }
}

/* The one function that longjmp() comes back to. Nothing here needs cleaning up, and nothing
 * declared here is read after the jump. */
static bool run_libpng(png_structp png, png_infop info, job *j)
{
    if (setjmp(png_jmpbuf(png)) != 0)
        return false;
    configure(png, j);
    png_read_info(png, info);
    if (j->file->info.bit_depth == 16 && pnd_png_swaps_samples())
        png_set_swap(png);
    const int n_passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    if (png_get_rowbytes(png, info) != pnd_png_row_bytes(&j->file->info))
        png_error(png, "unexpected row size");
    read_rows(png, j, n_passes);
    return true;
}

static bool decode(job *j)
{
    png_structp png = pnd_png_session_reader(&j->session, on_warning);
    if (png == NULL)
        return false;
    png_infop info = png_create_info_struct(png);
    const bool done = info != NULL && run_libpng(png, info, j);
    png_destroy_read_struct(&png, &info, NULL);
    return done;
}

static void write_be32(uint8_t *p, size_t value)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(value >> (24 - 8 * i));
}

static void prepare(job *j)
{
    write_be32(j->data_head, j->file->data_bytes);
    memcpy(j->data_head + 4, "IDAT", 4);
    j->chunk_offset = j->file->data.offset;
}

static pnd_status fail_rows(const job *j, const char *what, pnd_error *err)
{
    const pnd_png_file *f = j->file;
    return pnd_fail(err, PND_EFORMAT, "%s: %s: row %d of %d is incomplete (%s)", f->name, what,
                    j->rows_done + 1, f->info.height, j->session.reason);
}

static pnd_status judge_failure(const job *j, pnd_error *err)
{
    const pnd_png_file *f = j->file;
    if (j->session.out_of_memory)
        return pnd_fail(err, PND_ENOMEM, "%s: out of memory for decoding", f->name);
    if (f->missing_bytes > 0)
        return pnd_fail(err, PND_EFORMAT,
                        "%s: truncated in IDAT: row %d of %d is incomplete, at least %zu bytes are "
                        "missing",
                        f->name, j->rows_done + 1, f->info.height, f->missing_bytes);
    if (!f->has_end)
        return fail_rows(j, "truncated after an IDAT chunk", err);
    return fail_rows(j, "the pixel data is damaged or too short", err);
}

static pnd_status judge_success(const job *j, bool lenient, pnd_png_notes *notes, pnd_error *err)
{
    const pnd_png_file *f = j->file;
    if (j->session.reason[0] != '\0')
        return pnd_fail(err, PND_EFORMAT, "%s: after the last row: %s", f->name, j->session.reason);
    notes->extra_data = j->extra_data;
    notes->missing_end = !f->has_end;
    if (notes->extra_data && !lenient)
        return pnd_fail_hint(err, PND_EFORMAT, "fetch or write the file again",
                             "%s: more pixel data than its %dx%d header announces", f->name,
                             f->info.width, f->info.height);
    if (notes->missing_end && !lenient)
        return pnd_fail_hint(err, PND_EFORMAT, "fetch or write the file again",
                             "%s: truncated after the pixels: no IEND chunk", f->name);
    return PND_OK;
}

pnd_status pnd_png_read_pixels(const pnd_png_frame *frame, const pnd_png_file *file, bool lenient,
                               pnd_png_notes *notes, pnd_error *err)
{
    job j = {.frame = frame, .file = file};
    prepare(&j);
    return decode(&j) ? judge_success(&j, lenient, notes, err) : judge_failure(&j, err);
}
