/* SPDX-License-Identifier: Apache-2.0 */
/* Depth maps below a folder, and which of them belongs to a frame. Ambiguity is never resolved by
 * the order of a directory: it is explained. */
#include "eval_depth.h"

#include <panodepth/alloc.h>

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A folder inside itself (by a symbolic link) ends here. */
enum { MAX_FOLDER_DEPTH = 16 };

static const char *const extensions[] = {".png", ".npy", ".pfm"};

static bool ends_with(const char *text, const char *end)
{
    const size_t n = strlen(text), k = strlen(end);
    return n >= k && strcmp(text + n - k, end) == 0;
}

static const char *extension_of(const char *base)
{
    for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++)
        if (ends_with(base, extensions[i]))
            return extensions[i];
    return NULL;
}

/* ---- the folder */

/* Takes ownership of `path`. */
static pnd_status add_file(depth_files *files, char *path, pnd_error *err)
{
    if (files->n == files->capacity) {
        const size_t capacity = files->capacity == 0 ? 64 : 2 * files->capacity;
        depth_file *const items = pnd_realloc_array(files->items, capacity, sizeof *items);
        if (items == NULL) {
            free(path);
            return pnd_fail(err, PND_ENOMEM, "out of memory for a list of files");
        }
        files->items = items;
        files->capacity = capacity;
    }
    const char *const slash = strrchr(path, '/');
    files->items[files->n++] = (depth_file){path, slash != NULL ? slash + 1 : path, false};
    return PND_OK;
}

static pnd_status scan(depth_files *out, const char *folder, int depth, pnd_error *err);

static pnd_status add_entry(depth_files *out, const char *folder, const char *name, int depth,
                            pnd_error *err)
{
    struct stat info;
    if (name[0] == '.')
        return PND_OK;
    char *const path = pnd_strdup_printf("%s/%s", folder, name);
    if (path == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for a list of files");
    pnd_status status = PND_OK;
    if (stat(path, &info) == 0 && S_ISDIR(info.st_mode)) {
        if (depth < MAX_FOLDER_DEPTH)
            status = scan(out, path, depth + 1, err);
    } else if (extension_of(name) != NULL) {
        return add_file(out, path, err);
    }
    free(path);
    return status;
}

static pnd_status scan(depth_files *out, const char *folder, int depth, pnd_error *err)
{
    DIR *const dir = opendir(folder);
    if (dir == NULL)
        return pnd_fail(err, PND_EIO, "%s: %s", folder, strerror(errno));
    pnd_status status = PND_OK;
    const struct dirent *entry = NULL;
    while (status == PND_OK && (entry = readdir(dir)) != NULL)
        status = add_entry(out, folder, entry->d_name, depth, err);
    (void)closedir(dir);
    return status;
}

static int order_files(const void *a, const void *b)
{
    const depth_file *const x = a, *const y = b;
    const int by_name = strcmp(x->base, y->base);
    return by_name != 0 ? by_name : strcmp(x->path, y->path);
}

pnd_status depth_files_find(depth_files *out, const char *folder, pnd_error *err)
{
    const pnd_status status = scan(out, folder, 0, err);
    if (status != PND_OK) {
        depth_files_clear(out);
        return status;
    }
    if (out->n == 0)
        return pnd_fail(err, PND_EINVAL, "%s: no .png, .npy or .pfm file in it", folder);
    qsort(out->items, out->n, sizeof *out->items, order_files);
    return PND_OK;
}

void depth_files_clear(depth_files *files)
{
    for (size_t i = 0; i < files->n; i++)
        free(files->items[i].path);
    free(files->items);
    *files = (depth_files){0};
}

/* ---- names */

size_t depth_key_length(const char *base)
{
    size_t length = 0;
    if (pnd_frame_core_prefix(&length, base))
        return length;
    const char *const extension = extension_of(base);
    const size_t stem = strlen(base) - (extension != NULL ? strlen(extension) : 0);
    const size_t tail = strlen("_depth");
    if (stem > tail && strncmp(base + stem - tail, "_depth", tail) == 0)
        return stem - tail;
    return stem;
}

bool depth_is_named_depth(const char *base, const char *suffix)
{
    if (suffix != NULL)
        return ends_with(base, suffix);
    const char *const extension = extension_of(base);
    const size_t tail = strlen("_depth");
    if (extension == NULL)
        return false;
    const size_t stem = strlen(base) - strlen(extension);
    return stem > tail && strncmp(base + stem - tail, "_depth", tail) == 0;
}

/* Files named KEY followed by '_' or '.' are neighbours in the sorted list. */
static size_t lower_bound(const depth_files *files, const char *key)
{
    size_t low = 0, high = files->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (strcmp(files->items[middle].base, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool belongs(const char *base, const char *key, size_t length)
{
    return strncmp(base, key, length) == 0 && (base[length] == '_' || base[length] == '.');
}

static bool fits(const char *base, size_t key_length, const char *suffix, bool named_depth)
{
    if (suffix != NULL)
        return strcmp(base + key_length, suffix) == 0;
    return !named_depth || depth_is_named_depth(base, NULL);
}

typedef struct candidates {
    depth_file *first, *second;
    size_t n;
} candidates;

static candidates collect(const depth_files *files, const char *key, const char *suffix,
                          bool named_depth)
{
    const size_t length = strlen(key);
    candidates found = {0};
    for (size_t i = lower_bound(files, key); i < files->n; i++) {
        depth_file *const file = &files->items[i];
        if (strncmp(file->base, key, length) != 0)
            break;
        if (!belongs(file->base, key, length) || !fits(file->base, length, suffix, named_depth))
            continue;
        if (found.n == 0)
            found.first = file;
        else if (found.n == 1)
            found.second = file;
        found.n++;
    }
    return found;
}

pnd_status depth_files_pick(depth_file **out, const depth_files *files, const char *key,
                            const char *suffix, pnd_error *err)
{
    candidates found = collect(files, key, suffix, true);
    if (found.n == 0 && suffix == NULL)
        found = collect(files, key, NULL, false);
    *out = found.first;
    if (found.n < 2)
        return PND_OK;
    *out = NULL;
    const bool same_name = strcmp(found.first->base, found.second->base) == 0;
    return pnd_fail_hint(err, PND_EMISMATCH,
                         same_name ? "name a folder that holds only one of them"
                                   : "say which with --pred-suffix, as in _depth.png",
                         "%s: %zu files could be its depth map: %s and %s%s", key, found.n,
                         found.first->path, found.second->path, found.n > 2 ? " and more" : "");
}
