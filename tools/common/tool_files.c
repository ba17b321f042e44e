/* SPDX-License-Identifier: Apache-2.0 */
/* The files a folder holds, and which image each belongs to. */
#include "tool_files.h"

#include <panodepth/alloc.h>
#include <panodepth/cityscapes.h>

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_DEPTH = 16 };

void tool_files_clear(tool_files *files)
{
    for (size_t i = 0; i < files->n; i++) {
        free(files->items[i].path);
        free(files->items[i].name);
        free(files->items[i].image_id);
    }
    free(files->items);
    *files = (tool_files){0};
}

/* The core name if there is one, else the name without folders and extension. */
static char *image_id_of(const char *name)
{
    const char *slash = strrchr(name, '/');
    const char *base = slash != NULL ? slash + 1 : name;
    const char *dot = strrchr(base, '.');
    size_t length = dot != NULL ? (size_t)(dot - base) : strlen(base), core;
    if (pnd_frame_core_prefix(&core, base))
        length = core;
    return pnd_strdup_printf("%.*s", (int)length, base);
}

pnd_status tool_files_add(tool_files *files, const char *path, const char *name, pnd_error *err)
{
    if (files->n == files->capacity) {
        const size_t capacity = files->capacity > 0 ? 2 * files->capacity : 64;
        tool_file *items = pnd_realloc_array(files->items, capacity, sizeof *items);
        if (items == NULL)
            return pnd_fail(err, PND_ENOMEM, "out of memory");
        files->items = items;
        files->capacity = capacity;
    }
    tool_file *file = &files->items[files->n++];
    *file = (tool_file){pnd_strdup(path), pnd_strdup(name), image_id_of(name)};
    return file->path != NULL && file->name != NULL && file->image_id != NULL
               ? PND_OK
               : pnd_fail(err, PND_ENOMEM, "out of memory");
}

static bool has_extension(const char *name, const char *const *extensions)
{
    const size_t n = strlen(name);
    for (; *extensions != NULL; extensions++) {
        const size_t k = strlen(*extensions);
        if (n > k && strcmp(name + n - k, *extensions) == 0)
            return true;
    }
    return false;
}

static pnd_status find_below(tool_files *out, const char *root, const char *below,
                             const char *const *extensions, int depth, pnd_error *err)
{
    char *folder = pnd_strdup_printf("%s/%s", root, below);
    DIR *dir = folder != NULL ? opendir(folder) : NULL;
    pnd_status status = PND_OK;
    if (dir == NULL)
        status = folder == NULL ? pnd_fail(err, PND_ENOMEM, "out of memory")
                                : pnd_fail(err, PND_EIO, "%s: %s", folder, strerror(errno));
    for (const struct dirent *e = dir != NULL ? readdir(dir) : NULL; e != NULL && status == PND_OK;
         e = readdir(dir)) {
        struct stat info;
        if (e->d_name[0] == '.')
            continue;
        char *name = pnd_strdup_printf("%s%s", below, e->d_name);
        char *path = name != NULL ? pnd_strdup_printf("%s/%s", root, name) : NULL;
        char *inner = name != NULL ? pnd_strdup_printf("%s/", name) : NULL;
        if (path == NULL || inner == NULL)
            status = pnd_fail(err, PND_ENOMEM, "out of memory");
        else if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
            status = depth < MAX_DEPTH ? find_below(out, root, inner, extensions, depth + 1, err)
                                       : PND_OK;
        else if (has_extension(name, extensions))
            status = tool_files_add(out, path, name, err);
        free(name);
        free(path);
        free(inner);
    }
    if (dir != NULL)
        (void)closedir(dir);
    free(folder);
    return status;
}

static int compare_paths(const void *a, const void *b)
{
    const tool_file *x = a, *y = b;
    return strcmp(x->name, y->name);
}

static int compare_ids(const void *a, const void *b)
{
    const tool_file *const *x = a, *const *y = b;
    return strcmp((*x)->image_id, (*y)->image_id);
}

pnd_status tool_files_check_unique(const tool_files *files, const char *hint, pnd_error *err)
{
    pnd_status status = PND_OK;
    const tool_file **sorted = pnd_alloc_array(files->n, sizeof *sorted);
    if (sorted == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    for (size_t i = 0; i < files->n; i++)
        sorted[i] = &files->items[i];
    qsort(sorted, files->n, sizeof *sorted, compare_ids);
    for (size_t i = 1; i < files->n && status == PND_OK; i++)
        if (strcmp(sorted[i - 1]->image_id, sorted[i]->image_id) == 0)
            status = pnd_fail_hint(err, PND_EFORMAT, hint, "%s and %s are both of image %s",
                                   sorted[i - 1]->path, sorted[i]->path, sorted[i]->image_id);
    free(sorted);
    return status;
}

pnd_status tool_files_find(tool_files *out, const char *path, const char *const *extensions,
                           const char *hint, pnd_error *err)
{
    struct stat info;
    if (stat(path, &info) != 0)
        return pnd_fail(err, PND_EIO, "%s: %s", path, strerror(errno));
    if (!S_ISDIR(info.st_mode)) {
        const char *slash = strrchr(path, '/');
        return tool_files_add(out, path, slash != NULL ? slash + 1 : path, err);
    }
    const pnd_status status = find_below(out, path, "", extensions, 0, err);
    if (status != PND_OK)
        return status;
    if (out->n == 0)
        return pnd_fail(err, PND_EFORMAT, "%s: holds no file *%s", path, extensions[0]);
    if (out->n > INT32_MAX)
        return pnd_fail(err, PND_ELIMIT, "%zu files are too many", out->n);
    qsort(out->items, out->n, sizeof *out->items, compare_paths);
    return tool_files_check_unique(out, hint, err);
}
