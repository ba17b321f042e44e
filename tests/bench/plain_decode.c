/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The yardstick of end_to_end.py: decode every PNG given with libpng used in the plain way (file
 * stream, default settings, all rows), and do nothing with the pixels. Exit 1 when a file does not
 * decode.
 */
#include <png.h>

#include <stdio.h>
#include <stdlib.h>

static png_bytep rows;
static size_t capacity;

/* Nothing that needs cleaning up is declared after setjmp. */
static int decode(FILE *file)
{
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png != NULL ? png_create_info_struct(png) : NULL;
    if (info == NULL || setjmp(png_jmpbuf(png))) {
        png_destroy_read_struct(&png, &info, NULL);
        return 0;
    }
    png_init_io(png, file);
    png_read_info(png, info);
    const size_t stride = png_get_rowbytes(png, info), height = png_get_image_height(png, info);
    if (capacity < stride * height) {
        free(rows);
        rows = malloc(stride * height);
        capacity = rows != NULL ? stride * height : 0;
    }
    for (size_t y = 0; y < height && rows != NULL; y++)
        png_read_row(png, rows + y * stride, NULL);
    png_read_end(png, NULL);
    png_destroy_read_struct(&png, &info, NULL);
    return rows != NULL;
}

int main(int argc, char **argv)
{
    int failed = argc < 2;
    for (int i = 1; i < argc; i++) {
        FILE *file = fopen(argv[i], "rb");
        failed |= file == NULL || !decode(file);
        if (file != NULL)
            (void)fclose(file);
    }
    free(rows);
    return failed;
}
