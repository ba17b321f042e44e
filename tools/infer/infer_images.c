/* SPDX-License-Identifier: Apache-2.0 */
/* Which photographs a run is about: a folder, a file, or a list of files. */
#include "infer.h"

#include <panodepth/alloc.h>
#include <panodepth/png.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_LIST_BYTES = 64 << 20, HEADER_BYTES = 4096 };

static const char files_hint[] = "name the images in a list file, or a folder with one photograph "
                                 "of each frame";

static bool ends_with(const char *text, const char *end)
{
    const size_t n = strlen(text), k = strlen(end);
    return n >= k && strcmp(text + n - k, end) == 0;
}

/* One path a line, relative to the list's own folder; empty lines and lines from # on are skipped.
 */
static pnd_status add_line(tool_files *files, const char *folder, char *line, pnd_error *err)
{
    line[strcspn(line, "\r")] = '\0';
    if (line[0] == '\0' || line[0] == '#')
        return PND_OK;
    char *path = line[0] == '/' ? pnd_strdup(line) : pnd_strdup_printf("%s%s", folder, line);
    const char *slash = strrchr(line, '/');
    const pnd_status status =
        path != NULL ? tool_files_add(files, path, slash != NULL ? slash + 1 : line, err)
                     : pnd_fail(err, PND_ENOMEM, "out of memory");
    free(path);
    return status;
}

static pnd_status read_list(tool_files *files, const char *path, pnd_error *err)
{
    pnd_buffer text = {0};
    const char *slash = strrchr(path, '/');
    char *folder = pnd_strdup_printf("%.*s", slash != NULL ? (int)(slash + 1 - path) : 0, path);
    pnd_status status = folder != NULL ? pnd_file_read(&text, path, MAX_LIST_BYTES, err)
                                       : pnd_fail(err, PND_ENOMEM, "out of memory");
    char *line = (char *)text.data;
    if (status == PND_OK && memchr(line, '\0', text.size) != NULL)
        status = pnd_fail_hint(err, PND_EFORMAT, "give a folder, a .png or a list of files",
                               "%s: neither a PNG by its name nor a text file", path);
    while (status == PND_OK && line != NULL) {
        char *end = strchr(line, '\n');
        if (end != NULL)
            *end = '\0';
        status = add_line(files, folder, line, err);
        line = end != NULL ? end + 1 : NULL;
    }
    if (status == PND_OK && files->n == 0)
        status = pnd_fail(err, PND_EFORMAT, "%s: lists no file", path);
    if (status == PND_OK)
        status = tool_files_check_unique(files, files_hint, err);
    pnd_buffer_clear(&text);
    free(folder);
    return status;
}

static bool is_folder(const char *path)
{
    const int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0)
        (void)close(fd);
    return fd >= 0;
}

static pnd_status find_files(tool_files *files, const char *path, pnd_error *err)
{
    static const char *const photographs[] = {"_leftImg8bit.png", NULL};
    static const char *const pngs[] = {".png", NULL};
    if (!is_folder(path) && !ends_with(path, ".png"))
        return read_list(files, path, err);
    /* A Cityscapes folder may hold other images beside the photographs. */
    pnd_error none = {0};
    const pnd_status status = tool_files_find(files, path, photographs, files_hint, &none);
    if (status == PND_OK)
        return PND_OK;
    tool_files_clear(files);
    if (none.status == PND_ENOMEM) {
        *err = none;
        return status;
    }
    return tool_files_find(files, path, pngs, files_hint, err);
}

/* ---- sizes */

/* The first bytes are enough for the header; the rest is read when it is decoded. */
static pnd_status read_size(infer_image *image, pnd_error *err)
{
    uint8_t bytes[HEADER_BYTES];
    pnd_png_info info = {0};
    const char *path = image->file->path;
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    const ssize_t size = fd >= 0 ? read(fd, bytes, sizeof bytes) : -1;
    const int reason = errno;
    if (fd >= 0)
        (void)close(fd);
    if (size < 0)
        return pnd_fail(err, PND_EIO, "%s: %s", path, strerror(reason));
    const pnd_status status = pnd_png_read_info(&info, bytes, (size_t)size, path, err);
    if (status != PND_OK)
        return status;
    if (info.width < PND_NET_MIN_SIDE || info.height < PND_NET_MIN_SIDE)
        return pnd_fail(err, PND_EUNSUPPORTED, "%s: %dx%d: the network needs sides of at least %d",
                        path, info.width, info.height, PND_NET_MIN_SIDE);
    image->width = info.width;
    image->height = info.height;
    return PND_OK;
}

static const char *image_id(const void *context, int32_t index)
{
    const infer_run *run = context;
    return run->images[index].file->image_id;
}

static void read_sizes(infer_run *run)
{
    for (int32_t i = 0; i < run->n; i++) {
        infer_image *image = &run->images[i];
        pnd_error err = {0};
        if (read_size(image, &err) == PND_OK)
            continue;
        image->state = INFER_BAD;
        tool_problems_add(&run->problems, i, image->file->image_id, TOOL_INPUT, &err);
    }
}

int infer_images_open(infer_run *run)
{
    pnd_error err = {0};
    if (find_files(&run->files, run->args->images, &err) != PND_OK)
        return tool_fail(run->tool, TOOL_INPUT, &err);
    if (run->files.n > INT32_MAX / 2)
        return tool_usage_error(run->tool, "%zu images are too many", run->files.n);
    run->images = pnd_calloc_array(run->files.n, sizeof *run->images);
    if (run->images == NULL) {
        (void)pnd_fail(&err, PND_ENOMEM, "out of memory for %zu images", run->files.n);
        return tool_fail(run->tool, TOOL_INPUT, &err);
    }
    run->n = (int32_t)run->files.n;
    for (int32_t i = 0; i < run->n; i++)
        run->images[i].file = &run->files.items[i];
    read_sizes(run);
    return TOOL_EXIT_OK;
}

void infer_images_clear(infer_run *run)
{
    for (int32_t i = 0; i < run->n; i++)
        free(run->images[i].segments);
    free(run->images);
    run->images = NULL;
    run->n = 0;
    tool_files_clear(&run->files);
}

/* ---- what is done already */

static pnd_status verify_one(tool_frame *frame)
{
    infer_run *run = frame->context;
    infer_image *image = &run->images[frame->index];
    infer_verdict verdict = INFER_ABSENT;
    if (image->state == INFER_BAD)
        return PND_OK;
    const pnd_status status = infer_record_verify(&verdict, run, image, &frame->err);
    if (status == PND_OK && verdict == INFER_COMPLETE)
        image->state = INFER_KEPT;
    if (status == PND_OK && verdict == INFER_OTHER_SETTINGS) {
#pragma omp atomic
        run->n_other_settings++;
    }
    return status;
}

int infer_images_verify(infer_run *run)
{
    tool_problems problems = {0};
    const tool_frame_job job = {.n = run->n,
                                .what = "images verified",
                                .context = run,
                                .run = verify_one,
                                .image_id = image_id};
    const int code = tool_for_each(run->tool, &job, &problems);
    tool_problems_clear(&problems);
    if (run->n_other_settings > 0)
        tool_info(run->tool, "%lld images were made with other settings: they are done again",
                  (long long)run->n_other_settings);
    return code;
}
