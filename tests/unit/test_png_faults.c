/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bad PNG files: what is refused, in which words, and at what cost. The files are put together by
 * png_craft.c, not by our encoder.
 */
#include "pnd_test.h"
#include "png_craft.h"

#include <panodepth/png.h>

#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <zlib.h>

/* 5x8 pixels of 16-bit grey: the good file that most tests damage. */
enum { WIDTH = 5, HEIGHT = 8, ROW = 2 * WIDTH };

static const craft_header good_header = {WIDTH, HEIGHT, 16, 0, 0};

static void make_rows(uint8_t rows[HEIGHT * ROW])
{
    for (int i = 0; i < HEIGHT * ROW; i++)
        rows[i] = (uint8_t)(i * 37 + 11);
}

static void make_good(pnd_buffer *out)
{
    uint8_t rows[HEIGHT * ROW];
    make_rows(rows);
    craft_file(out, good_header, rows, ROW);
}

/* Rows with a filter byte in front of each, as they go into the zlib stream. */
static void make_filtered(pnd_buffer *out, int n_rows, uint8_t filter)
{
    uint8_t row[ROW + 1] = {filter};
    for (int y = 0; y < n_rows; y++)
        pnd_buffer_append(out, row, sizeof row);
}

static size_t find_chunk(const pnd_buffer *png, const char *type)
{
    for (size_t i = 0; i + 4 <= png->size; i++)
        if (memcmp(png->data + i, type, 4) == 0)
            return i - 4;
    fail_msg("no %s", type);
    return 0;
}

static pnd_status decode(const pnd_buffer *png, const pnd_png_options *options,
                         pnd_png_notes *notes, pnd_error *err)
{
    pnd_plane_u16 plane = {0};
    const pnd_status status =
        pnd_png_decode_u16(&plane, png->data, png->size, "f.png", options, notes, err);
    pnd_plane_u16_clear(&plane);
    return status;
}

static pnd_status decode_text(const void *bytes, size_t size, pnd_error *err)
{
    pnd_plane_u16 plane = {0};
    const pnd_status status = pnd_png_decode_u16(&plane, bytes, size, "f.png", NULL, NULL, err);
    assert_null(plane.data);
    return status;
}

static const pnd_png_options lenient = {.struct_size = sizeof(pnd_png_options), .lenient = true};

static void the_undamaged_file_is_good(void **state)
{
    pnd_buffer png = {0};
    pnd_error err = {0};
    pnd_png_notes notes = {true, true, true, true};
    (void)state;
    make_good(&png);
    pnd_assert_ok(decode(&png, NULL, &notes, &err));
    assert_false(notes.alpha_dropped || notes.trailing_bytes || notes.missing_end ||
                 notes.extra_data);
    pnd_buffer_clear(&png);
}

static void what_is_no_png_is_called_by_its_name(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
        const char *message, *hint;
    } files[] = {
#define BYTES(text) text, sizeof(text) - 1
        {BYTES(""), "f.png: empty file", ""},
        {BYTES("\x89PN"), "f.png: truncated header: 3 bytes", ""},
        {BYTES("\x89PNG\r\n\x1a\n"), "f.png: truncated header: 8 bytes", ""},
        {BYTES("GIF89a\1\0\1\0"), "f.png: a GIF image, not a PNG", ""},
        {BYTES("\xff\xd8\xff\xe0\0\x10JFIF"), "f.png: a JPEG image, not a PNG", "JPEG changes"},
        {BYTES("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n"),
         "f.png: a Git LFS pointer, not a PNG", "run git lfs pull"},
        {BYTES("\n <!DOCTYPE HTML>\n<title>Login</title>"), "f.png: an HTML page, not a PNG",
         "download needs a login"},
        {BYTES("<html lang=en>"), "f.png: an HTML page, not a PNG", "download needs a login"},
        {BYTES("\xef\xbb\xbf<HTML>"), "f.png: an HTML page, not a PNG", "download needs a login"},
        {BYTES("\x1f\x8b\x08\0\0"), "f.png: a gzip file, not a PNG", "unpack it first"},
        {BYTES("PK\3\4\x14\0"), "f.png: a zip file, not a PNG", "unpack it first"},
        {BYTES("\x93NUMPY\1\0"), "f.png: a NumPy array, not a PNG", ""},
        {BYTES("Pf\n2 2\n-1.0\n"), "f.png: a PFM image, not a PNG", ""},
        {BYTES("II*\0\x08\0\0\0"), "f.png: a TIFF image, not a PNG", ""},
        {BYTES("BM\x36\0\0\0"), "f.png: a BMP image, not a PNG", ""},
        {BYTES("\x89PNG\n\x1a\n\0\0\0\rIHDR"), "f.png: a PNG damaged in transfer",
         "copy it as binary"},
        {BYTES("nothing known"), "f.png: not a PNG", ""},
        {BYTES("\0"), "f.png: not a PNG", ""},
    };
    pnd_error err = {0};
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        pnd_assert_fails(decode_text(files[i].bytes, files[i].size, &err), PND_EFORMAT,
                         files[i].message);
        if (strstr(err.hint, files[i].hint) == NULL)
            fail_msg("\"%s\" does not mention \"%s\"", err.hint, files[i].hint);
    }
}

/* A property rather than an example: no prefix of a file passes, and each says so with its name. */
static void every_truncation_is_noticed(void **state)
{
    pnd_buffer png = {0};
    pnd_error err = {0};
    pnd_png_notes notes = {0};
    (void)state;
    make_good(&png);
    const size_t whole = png.size;
    const size_t after_pixels = find_chunk(&png, "IEND");
    for (png.size = 0; png.size < whole; png.size++) {
        pnd_assert_fails(decode(&png, NULL, NULL, &err), PND_EFORMAT, "f.png: ");
        err = (pnd_error){0};
        const pnd_status status = decode(&png, &lenient, &notes, &err);
        assert_int_equal(status, png.size < after_pixels ? PND_EFORMAT : PND_OK);
        assert_int_equal(notes.missing_end, png.size >= after_pixels);
    }
    pnd_buffer_clear(&png);
}

/* Signature, lengths, types, data and CRCs: a flipped bit never goes through. */
static void every_flipped_bit_is_noticed(void **state)
{
    pnd_buffer png = {0};
    pnd_error err = {0};
    (void)state;
    make_good(&png);
    for (size_t bit = 0; bit < 8 * png.size; bit++) {
        err = (pnd_error){0};
        png.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (decode(&png, NULL, NULL, &err) == PND_OK)
            fail_msg("bit %zu was not missed", bit);
        png.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    pnd_buffer_clear(&png);
}

/* Stored blocks keep the bytes of a row where they can be counted: 2 bytes zlib header, 5 bytes
 * block header, 11 bytes a row. */
static void make_stored(pnd_buffer *out)
{
    pnd_buffer rows = {0};
    uLongf size = 1000;
    Bytef stream[1000];
    make_filtered(&rows, HEIGHT, 0);
    assert_int_equal(compress2(stream, &size, rows.data, rows.size, 0), Z_OK);
    assert_int_equal(size, 2 + 5 + HEIGHT * (ROW + 1) + 4);
    pnd_buffer_reset(out);
    craft_begin(out, good_header);
    craft_chunk(out, "IDAT", stream, size);
    craft_end(out);
    pnd_buffer_clear(&rows);
}

static void a_file_cut_in_its_pixels_names_the_row_and_the_bytes(void **state)
{
    pnd_buffer png = {0};
    pnd_error err = {0};
    (void)state;
    make_stored(&png);
    const size_t data = find_chunk(&png, "IDAT") + 8;
    png.size = data + 7 + 3 * (ROW + 1) + 4; /* three rows and a bit of the fourth */
    /* missing: 5 rows less 4 bytes, the Adler-32 and the CRC */
    pnd_assert_fails(decode(&png, NULL, NULL, &err), PND_EFORMAT,
                     "f.png: truncated in IDAT: row 4 of 8 is incomplete, at least 59 bytes are "
                     "missing");
    pnd_assert_fails(decode(&png, &lenient, NULL, &err), PND_EFORMAT, "truncated in IDAT: row 4");
    pnd_buffer_clear(&png);
}

static void a_file_cut_after_its_pixels_passes_only_when_lenient(void **state)
{
    pnd_buffer png = {0};
    pnd_error err = {0};
    pnd_png_notes notes = {0};
    (void)state;
    make_good(&png);
    png.size = find_chunk(&png, "IEND");
    pnd_assert_fails(decode(&png, NULL, NULL, &err), PND_EFORMAT,
                     "f.png: truncated after the pixels: no IEND chunk");
    assert_string_equal(err.hint, "fetch or write the file again");
    err = (pnd_error){0};
    pnd_assert_ok(decode(&png, &lenient, &notes, &err));
    assert_true(notes.missing_end);
    pnd_buffer_clear(&png);
}

static void a_wrong_crc_names_chunk_and_offset(void **state)
{
    pnd_buffer png = {0};
    pnd_error err = {0};
    (void)state;
    make_good(&png);
    assert_int_equal(find_chunk(&png, "IDAT"), 33); /* 8 + 25: signature and IHDR */
    const size_t end = find_chunk(&png, "IEND");
    png.data[45] ^= 1; /* in the data */
    pnd_assert_fails(decode(&png, NULL, NULL, &err), PND_EFORMAT,
                     "f.png: CRC error in IDAT at offset 33");
    pnd_assert_fails(decode(&png, &lenient, NULL, &err), PND_EFORMAT, "CRC error in IDAT");
    png.data[45] ^= 1;
    png.data[end - 1] ^= 1; /* in the CRC itself */
    pnd_assert_fails(decode(&png, NULL, NULL, &err), PND_EFORMAT,
                     "f.png: CRC error in IDAT at offset 33");
    png.data[end - 1] ^= 1;
    png.data[20] ^= 1; /* the width */
    pnd_assert_fails(decode(&png, NULL, NULL, &err), PND_EFORMAT,
                     "f.png: CRC error in IHDR at offset 8");
    pnd_buffer_clear(&png);
}

/* A file around a zlib stream of our choice. */
static void make_with_stream(pnd_buffer *out, const void *stream, size_t size)
{
    pnd_buffer_reset(out);
    craft_begin(out, good_header);
    craft_chunk(out, "IDAT", stream, size);
    craft_end(out);
}

static void a_wrong_adler_is_refused_even_when_lenient(void **state)
{
    pnd_buffer png = {0};
    pnd_buffer rows = {0};
    pnd_buffer stream = {0};
    pnd_error err = {0};
    (void)state;
    make_filtered(&rows, HEIGHT, 0);
    craft_deflate(&stream, rows.data, rows.size);
    stream.data[stream.size - 1] ^= 1;
    make_with_stream(&png, stream.data, stream.size);
    pnd_assert_fails(decode(&png, NULL, NULL, &err), PND_EFORMAT, "incorrect data check");
    pnd_assert_fails(decode(&png, &lenient, NULL, &err), PND_EFORMAT, "incorrect data check");
    make_with_stream(&png, stream.data, stream.size - 4); /* no Adler-32 at all */
    pnd_assert_fails(decode(&png, &lenient, NULL, &err), PND_EFORMAT, "Not enough image data");
    pnd_buffer_reset(&png); /* the end of the stream across chunks, where libpng would miss it */
    craft_begin(&png, good_header);
    for (size_t i = 0; i < stream.size; i++)
        craft_chunk(&png, "IDAT", stream.data + i, 1);
    craft_end(&png);
    pnd_assert_fails(decode(&png, NULL, NULL, &err), PND_EFORMAT, "incorrect data check");
    pnd_buffer_clear(&png);
    pnd_buffer_clear(&rows);
    pnd_buffer_clear(&stream);
}

/* 24x167 pixels in stored blocks make a stream of 2 + 5 + 167 * 49 + 4 = 8194 bytes, whose Adler-32
 * lies across the end of libpng's buffer of 8192. */
static void an_adler_across_a_buffer_is_checked_like_any_other(void **state)
{
    static const uint8_t rows[167 * 49];
    Bytef stream[9000];
    uLongf size = sizeof stream;
    pnd_buffer png = {0};
    pnd_error err = {0};
    (void)state;
    assert_int_equal(compress2(stream, &size, rows, sizeof rows, 0), Z_OK);
    assert_int_equal(size, 8194);
    for (int wrong = 0; wrong < 2; wrong++) {
        stream[8193] ^= (Bytef)wrong;
        pnd_buffer_reset(&png);
        craft_begin(&png, (craft_header){24, 167, 16, 0, 0});
        craft_chunk(&png, "IDAT", stream, size);
        craft_end(&png);
        if (wrong == 0)
            pnd_assert_ok(decode(&png, NULL, NULL, &err));
    }
    pnd_assert_fails(decode(&png, NULL, NULL, &err), PND_EFORMAT, "incorrect data check");
    pnd_buffer_clear(&png);
}

static void fewer_rows_than_announced_are_refused(void **state)
{
    pnd_buffer png = {0};
    pnd_buffer rows = {0};
    pnd_error err = {0};
    (void)state;
    make_filtered(&rows, 5, 0);
    craft_begin(&png, good_header);
    craft_pixels(&png, rows.data, rows.size);
    craft_end(&png);
    pnd_assert_fails(decode(&png, NULL, NULL, &err), PND_EFORMAT,
                     "f.png: the pixel data is damaged or too short: row 6 of 8 is incomplete");
    pnd_assert_fails(decode(&png, &lenient, NULL, &err), PND_EFORMAT, "row 6 of 8");
    pnd_buffer_clear(&png);
    pnd_buffer_clear(&rows);
}

static void assert_extra_data(const pnd_buffer *png)
{
    pnd_error err = {0};
    pnd_png_notes notes = {0};
    pnd_assert_fails(decode(png, NULL, NULL, &err), PND_EFORMAT,
                     "f.png: more pixel data than its 5x8 header announces");
    err = (pnd_error){0};
    pnd_assert_ok(decode(png, &lenient, &notes, &err));
    assert_true(notes.extra_data);
}

static void more_data_than_announced_passes_only_when_lenient(void **state)
{
    pnd_buffer png = {0};
    pnd_buffer rows = {0};
    pnd_buffer stream = {0};
    (void)state;
    make_filtered(&rows, HEIGHT + 1, 0); /* a ninth row in the stream */
    craft_begin(&png, good_header);
    craft_pixels(&png, rows.data, rows.size);
    craft_end(&png);
    assert_extra_data(&png);

    pnd_buffer_reset(&rows); /* thirty times as many rows: more than libpng looks at */
    pnd_buffer_reset(&png);
    make_filtered(&rows, 30 * HEIGHT, 0);
    craft_begin(&png, good_header);
    craft_pixels(&png, rows.data, rows.size);
    craft_end(&png);
    assert_extra_data(&png);

    pnd_buffer_reset(&rows); /* bytes behind the end of the stream */
    make_filtered(&rows, HEIGHT, 0);
    craft_deflate(&stream, rows.data, rows.size);
    pnd_buffer_append(&stream, "more", 4);
    make_with_stream(&png, stream.data, stream.size);
    assert_extra_data(&png);

    pnd_buffer_reset(&png); /* a whole IDAT behind it, which libpng does not mention */
    craft_begin(&png, good_header);
    craft_pixels(&png, rows.data, rows.size);
    craft_chunk(&png, "IDAT", "more", 4);
    craft_end(&png);
    assert_extra_data(&png);
    pnd_buffer_clear(&png);
    pnd_buffer_clear(&rows);
    pnd_buffer_clear(&stream);
}

static void damage_after_the_last_row_is_refused_even_when_lenient(void **state)
{
    pnd_buffer png = {0};
    pnd_buffer rows = {0};
    pnd_buffer stream = {0};
    pnd_error err = {0};
    (void)state;
    make_filtered(&rows, HEIGHT + 1, 0);
    craft_deflate(&stream, rows.data, rows.size);
    stream.data[stream.size - 1] ^= 1;
    make_with_stream(&png, stream.data, stream.size);
    pnd_assert_fails(decode(&png, &lenient, NULL, &err), PND_EFORMAT,
                     "f.png: after the last row: IDAT: incorrect data check");
    pnd_buffer_clear(&png);
    pnd_buffer_clear(&rows);
    pnd_buffer_clear(&stream);
}

static void empty_idat_chunks_are_nothing_to_complain_about(void **state)
{
    pnd_buffer png = {0};
    pnd_buffer stream = {0};
    pnd_buffer rows = {0};
    pnd_error err = {0};
    pnd_png_notes notes = {0};
    (void)state;
    make_filtered(&rows, HEIGHT, 0);
    craft_deflate(&stream, rows.data, rows.size);
    craft_begin(&png, good_header);
    craft_chunk(&png, "IDAT", NULL, 0);
    for (size_t i = 0; i < stream.size; i++) /* a byte each */
        craft_chunk(&png, "IDAT", stream.data + i, 1);
    craft_chunk(&png, "IDAT", NULL, 0);
    craft_end(&png);
    pnd_assert_ok(decode(&png, NULL, &notes, &err));
    assert_false(notes.extra_data);
    pnd_buffer_clear(&png);
    pnd_buffer_clear(&stream);
    pnd_buffer_clear(&rows);
}

static void bytes_after_the_end_are_noted(void **state)
{
    pnd_buffer png = {0};
    pnd_buffer second = {0};
    pnd_error err = {0};
    pnd_png_notes notes = {0};
    (void)state;
    make_good(&png);
    make_good(&second);
    pnd_buffer_append(&png, "\n", 1);
    pnd_assert_ok(decode(&png, NULL, &notes, &err));
    assert_true(notes.trailing_bytes);
    png.size--;
    pnd_buffer_append(&png, second.data, second.size);
    notes = (pnd_png_notes){0};
    pnd_assert_ok(decode(&png, NULL, &notes, &err));
    assert_true(notes.trailing_bytes);
    pnd_buffer_clear(&png);
    pnd_buffer_clear(&second);
}

/* Header alone, then nothing: what the header says must be refused before anything is allocated. */
static void impossible_headers_are_refused_before_any_allocation(void **state)
{
    static const struct {
        craft_header header;
        pnd_status status;
        const char *message;
    } cases[] = {
        {{0, 8, 16, 0, 0}, PND_EFORMAT, "width 0 or height 8 is out of range"},
        {{8, 0, 16, 0, 0}, PND_EFORMAT, "width 8 or height 0 is out of range"},
        {{0x80000000, 1, 16, 0, 0}, PND_EFORMAT, "width 2147483648 or height 1"},
        {{0x7fffffff, 1, 16, 0, 0}, PND_ELIMIT, "2147483647x1 exceeds the limit"},
        {{1000000, 1000000, 16, 0, 0}, PND_ELIMIT, "1000000x1000000 exceeds the limit"},
        {{30000, 30000, 16, 0, 0}, PND_ELIMIT, "f.png: 30000x30000 exceeds the limit"},
        {{16384, 4097, 16, 0, 0}, PND_ELIMIT, "16384x4097 exceeds the limit"},
        {{5, 8, 3, 5, 0}, PND_EFORMAT, "bit depth 3 with colour type 5 is not PNG"},
        {{5, 8, 4, 2, 0}, PND_EFORMAT, "bit depth 4 with colour type 2 is not PNG"},
        {{5, 8, 16, 3, 0}, PND_EFORMAT, "bit depth 16 with colour type 3 is not PNG"},
        {{5, 8, 16, 0, 2}, PND_EFORMAT, "interlace method 2"},
    };
    pnd_buffer png = {0};
    pnd_error err = {0};
    pnd_png_info info;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        pnd_buffer_reset(&png);
        craft_begin(&png, cases[i].header);
        craft_chunk(&png, "IDAT", "x", 1);
        craft_end(&png);
        pnd_assert_fails(decode_text(png.data, png.size, &err), cases[i].status, cases[i].message);
        pnd_assert_fails(pnd_png_read_info(&info, png.data, png.size, "f.png", &err),
                         cases[i].status, cases[i].message);
        assert_int_equal(info.width, 0);
    }
    pnd_buffer_clear(&png);
}

static void more_bytes_than_the_limit_are_not_looked_at(void **state)
{
    pnd_error err = {0};
    (void)state;
    pnd_assert_fails(decode_text("x", (size_t)INT32_MAX + 1, &err), PND_ELIMIT, "2147483648 bytes");
}

static void an_unknown_filter_is_refused_at_its_row(void **state)
{
    pnd_buffer png = {0};
    pnd_buffer rows = {0};
    pnd_error err = {0};
    (void)state;
    make_filtered(&rows, 2, 0);
    make_filtered(&rows, HEIGHT - 2, 9);
    craft_begin(&png, good_header);
    craft_pixels(&png, rows.data, rows.size);
    craft_end(&png);
    pnd_assert_fails(decode(&png, NULL, NULL, &err), PND_EFORMAT, "row 3 of 8 is incomplete");
    assert_non_null(strstr(err.message, "bad adaptive filter value"));
    pnd_buffer_clear(&png);
    pnd_buffer_clear(&rows);
}

/* The good file with one chunk put before IDAT. */
static void make_with_chunk(pnd_buffer *out, const char *type, const void *data, size_t size)
{
    pnd_buffer good = {0};
    make_good(&good);
    const size_t at = find_chunk(&good, "IDAT");
    pnd_buffer_reset(out);
    pnd_buffer_append(out, good.data, at);
    craft_chunk(out, type, data, size);
    pnd_buffer_append(out, good.data + at, good.size - at);
    pnd_buffer_clear(&good);
}

static void critical_chunks_must_be_known_and_in_order(void **state)
{
    pnd_buffer png = {0};
    pnd_buffer stream = {0};
    pnd_error err = {0};
    (void)state;
    make_with_chunk(&png, "IHDR", "0123456789012", 13);
    pnd_assert_fails(decode(&png, NULL, NULL, &err), PND_EFORMAT, "second IHDR at offset 33");
    make_with_chunk(&png, "JUNK", "x", 1);
    pnd_assert_fails(decode(&png, NULL, NULL, &err), PND_EFORMAT,
                     "unknown critical chunk JUNK at offset 33");
    make_with_chunk(&png, "I\nDA", "x", 1);
    pnd_assert_fails(decode(&png, NULL, NULL, &err), PND_EFORMAT, "no chunk at offset 33");
    make_with_chunk(&png, "IEND", "", 0);
    pnd_assert_fails(decode(&png, NULL, NULL, &err), PND_EFORMAT, "no IDAT chunk: no pixels");
    pnd_buffer_reset(&png);
    craft_begin(&png, good_header);
    craft_pixels(&png, "x", 1);
    craft_chunk(&png, "tEXt", "a", 1);
    craft_pixels(&png, "x", 1);
    craft_end(&png);
    pnd_assert_fails(decode(&png, NULL, NULL, &err), PND_EFORMAT, "does not follow the others");
    pnd_buffer_clear(&png);
    pnd_buffer_clear(&stream);
}

static void lengths_beyond_the_file_are_refused(void **state)
{
    pnd_buffer png = {0};
    pnd_error err = {0};
    (void)state;
    craft_begin(&png, good_header);
    craft_chunk_head(&png, "IDAT", 0xffffffff);
    pnd_buffer_append(&png, "0123456789", 10);
    pnd_assert_fails(decode(&png, NULL, NULL, &err), PND_EFORMAT,
                     "chunk IDAT at offset 33: length 4294967295 is out of range");
    pnd_buffer_reset(&png);
    craft_begin(&png, good_header);
    craft_chunk_head(&png, "IDAT", 0x7fffffff);
    pnd_buffer_append(&png, "0123456789", 10);
    pnd_assert_fails(decode(&png, NULL, NULL, &err), PND_EFORMAT,
                     "truncated in IDAT: row 1 of 8 is incomplete, at least 2147483641 bytes");
    pnd_buffer_clear(&png);
}

typedef struct cost {
    double seconds;
    long peak_kib;
} cost;

static cost cost_now(void)
{
    struct timespec now;
    struct rusage usage;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    (void)getrusage(RUSAGE_SELF, &usage);
    return (cost){(double)now.tv_sec + 1e-9 * (double)now.tv_nsec, usage.ru_maxrss};
}

static void a_gigabyte_of_claimed_text_costs_nothing(void **state)
{
    static const char *const types[] = {"iTXt", "pCAL", "sCAL", "sPLT", "tEXt",
                                        "zTXt", "iCCP", "eXIf", "prVt"};
    pnd_buffer png = {0};
    pnd_error err = {0};
    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        pnd_buffer_reset(&png);
        craft_begin(&png, good_header);
        craft_chunk_head(&png, types[i], 1u << 30);
        pnd_buffer_append(&png, "0123456789abcdef", 16);
        assert_int_equal(png.size, 57);
        const cost before = cost_now();
        pnd_assert_fails(decode(&png, NULL, NULL, &err), PND_EFORMAT,
                         "announces 1073741824 bytes, the file has 16");
        const cost after = cost_now();
        assert_true(after.seconds - before.seconds < 0.010);
        assert_true(after.peak_kib - before.peak_kib < 4096);
    }
    pnd_buffer_clear(&png);
}

static void append_zlib_of_zeros(pnd_buffer *out, size_t size)
{
    static Bytef zeros[1 << 16];
    static Bytef packed[1 << 16];
    z_stream z = {0};
    assert_int_equal(deflateInit(&z, 1), Z_OK);
    for (size_t done = 0; done < size; done += sizeof zeros) {
        z.next_in = zeros;
        z.avail_in = sizeof zeros;
        z.next_out = packed;
        z.avail_out = sizeof packed;
        (void)deflate(&z, done + sizeof zeros < size ? Z_NO_FLUSH : Z_FINISH);
        pnd_buffer_append(out, packed, sizeof packed - z.avail_out);
    }
    (void)deflateEnd(&z);
}

static void compressed_text_is_skipped_unread(void **state)
{
    pnd_buffer png = {0};
    pnd_buffer text = {0};
    pnd_error err = {0};
    (void)state;
    pnd_buffer_append(&text, "Comment\0", 9);
    append_zlib_of_zeros(&text, (size_t)50 << 20);
    make_with_chunk(&png, "zTXt", text.data, text.size);
    const cost before = cost_now();
    pnd_assert_ok(decode(&png, NULL, NULL, &err));
    const cost after = cost_now();
    assert_true(after.seconds - before.seconds < 0.050);
    assert_true(after.peak_kib - before.peak_kib < 4096);
    pnd_buffer_clear(&png);
    pnd_buffer_clear(&text);
}

static void twenty_thousand_texts_cost_no_memory(void **state)
{
    pnd_buffer good = {0};
    pnd_buffer png = {0};
    pnd_error err = {0};
    (void)state;
    make_good(&good);
    const size_t at = find_chunk(&good, "IDAT");
    pnd_buffer_append(&png, good.data, at);
    for (int i = 0; i < 20000; i++)
        craft_chunk(&png, "tEXt", "Key\0value", 9);
    pnd_buffer_append(&png, good.data + at, good.size - at);
    const cost before = cost_now();
    pnd_assert_ok(decode(&png, NULL, NULL, &err));
    assert_true(cost_now().peak_kib - before.peak_kib < 1024);
    pnd_buffer_clear(&good);
    pnd_buffer_clear(&png);
}

static void every_known_ancillary_chunk_is_skipped(void **state)
{
    static const char *const types[] = {"bKGD", "cHRM", "eXIf", "gAMA", "hIST", "iCCP", "iTXt",
                                        "oFFs", "pCAL", "pHYs", "sBIT", "sCAL", "sPLT", "sRGB",
                                        "sTER", "tEXt", "tIME", "tRNS", "zTXt", "acTL", "PLTE"};
    uint8_t rows[HEIGHT * ROW];
    pnd_buffer png = {0};
    pnd_plane_u16 plane = {0};
    pnd_error err = {0};
    (void)state;
    make_rows(rows);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        make_with_chunk(&png, types[i], "\x00\x01\xff garbage for each of them", 27);
        pnd_assert_ok(pnd_png_decode_u16(&plane, png.data, png.size, types[i], NULL, NULL, &err));
        for (int k = 0; k < WIDTH * HEIGHT; k++)
            assert_int_equal(plane.data[k], rows[2 * k] << 8 | rows[2 * k + 1]);
    }
    pnd_plane_u16_clear(&plane);
    pnd_buffer_clear(&png);
}

static void damage_in_an_interlaced_image_is_noticed(void **state)
{
    uint8_t rows[HEIGHT * ROW];
    pnd_buffer png = {0};
    pnd_error err = {0};
    (void)state;
    make_rows(rows);
    craft_adam7_file(&png, good_header, rows, ROW);
    pnd_assert_ok(decode(&png, NULL, NULL, &err));
    for (size_t bit = 0; bit < 8 * png.size; bit++) {
        png.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_not_equal(decode(&png, NULL, NULL, NULL), PND_OK);
        png.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    craft_file(&png, (craft_header){WIDTH, HEIGHT, 16, 0, 1}, rows, ROW); /* not in Adam7 order */
    assert_int_not_equal(decode(&png, NULL, NULL, &err), PND_OK);
    pnd_buffer_clear(&png);
}

static void options_without_their_size_are_refused(void **state)
{
    const pnd_png_options forgotten = {.lenient = true};
    pnd_buffer png = {0};
    pnd_error err = {0};
    (void)state;
    make_good(&png);
    pnd_assert_fails(decode(&png, &forgotten, NULL, &err), PND_EINVAL, "struct_size is not set");
    pnd_buffer_clear(&png);
}

/* Also without decoding: each prefix is truncated, the whole is not. */
static void a_check_without_pixels_finds_truncation(void **state)
{
    pnd_buffer png = {0};
    pnd_error err = {0};
    pnd_png_info info;
    bool truncated = true, trailing = true;
    (void)state;
    make_good(&png);
    pnd_assert_ok(pnd_png_check(&info, &truncated, &trailing, png.data, png.size, "f.png", &err));
    assert_true(info.width == WIDTH && info.height == HEIGHT && info.bit_depth == 16);
    assert_false(truncated || trailing);
    for (size_t size = 1; size < png.size; size++) {
        pnd_assert_fails(pnd_png_check(&info, &truncated, NULL, png.data, size, "f.png", &err),
                         PND_EFORMAT, "truncated");
        assert_true(truncated);
    }
    pnd_buffer_append(&png, "x", 1);
    pnd_assert_ok(pnd_png_check(&info, &truncated, &trailing, png.data, png.size, "f.png", &err));
    assert_true(trailing && !truncated);
    png.data[find_chunk(&png, "IDAT") + 9] ^= 1;
    pnd_assert_fails(pnd_png_check(&info, &truncated, &trailing, png.data, png.size, "f.png", &err),
                     PND_EFORMAT, "CRC error in IDAT");
    assert_false(truncated);
    assert_int_equal(info.width, WIDTH);
    pnd_buffer_clear(&png);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_undamaged_file_is_good),
        cmocka_unit_test(what_is_no_png_is_called_by_its_name),
        cmocka_unit_test(every_truncation_is_noticed),
        cmocka_unit_test(every_flipped_bit_is_noticed),
        cmocka_unit_test(a_file_cut_in_its_pixels_names_the_row_and_the_bytes),
        cmocka_unit_test(a_file_cut_after_its_pixels_passes_only_when_lenient),
        cmocka_unit_test(a_wrong_crc_names_chunk_and_offset),
        cmocka_unit_test(a_wrong_adler_is_refused_even_when_lenient),
        cmocka_unit_test(an_adler_across_a_buffer_is_checked_like_any_other),
        cmocka_unit_test(fewer_rows_than_announced_are_refused),
        cmocka_unit_test(more_data_than_announced_passes_only_when_lenient),
        cmocka_unit_test(damage_after_the_last_row_is_refused_even_when_lenient),
        cmocka_unit_test(empty_idat_chunks_are_nothing_to_complain_about),
        cmocka_unit_test(bytes_after_the_end_are_noted),
        cmocka_unit_test(impossible_headers_are_refused_before_any_allocation),
        cmocka_unit_test(more_bytes_than_the_limit_are_not_looked_at),
        cmocka_unit_test(an_unknown_filter_is_refused_at_its_row),
        cmocka_unit_test(critical_chunks_must_be_known_and_in_order),
        cmocka_unit_test(lengths_beyond_the_file_are_refused),
        cmocka_unit_test(a_gigabyte_of_claimed_text_costs_nothing),
        cmocka_unit_test(compressed_text_is_skipped_unread),
        cmocka_unit_test(twenty_thousand_texts_cost_no_memory),
        cmocka_unit_test(every_known_ancillary_chunk_is_skipped),
        cmocka_unit_test(damage_in_an_interlaced_image_is_noticed),
        cmocka_unit_test(options_without_their_size_are_refused),
        cmocka_unit_test(a_check_without_pixels_finds_truncation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
