/* SPDX-License-Identifier: Apache-2.0 */
#include "eval_files.h"

#include <panodepth/alloc.h>
#include <panodepth/cityscapes.h>

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A folder inside itself (by a symbolic link) ends here. */
enum { MAX_FOLDER_DEPTH = 16 };

bool eval_exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0;
}

bool eval_is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static bool ends_with(const char *text, const char *end)
{
    const size_t n = strlen(text), k = strlen(end);
    return n >= k && strcmp(text + n - k, end) == 0;
}

static const char *extension_of(const char *base, const eval_file_kind *kind)
{
    for (size_t i = 0; kind->extensions[i] != NULL; i++)
        if (ends_with(base, kind->extensions[i]))
            return kind->extensions[i];
    return NULL;
}

/* ---- the folder */

/* Takes ownership of `path`. */
static pnd_status add_file(eval_files *files, char *path, pnd_error *err)
{
    if (files->n == files->capacity) {
        const size_t capacity = files->capacity == 0 ? 64 : 2 * files->capacity;
        eval_file *const items = pnd_realloc_array(files->items, capacity, sizeof *items);
        if (items == NULL) {
            free(path);
            return pnd_fail(err, PND_ENOMEM, "out of memory for a list of files");
        }
        files->items = items;
        files->capacity = capacity;
    }
    const char *const slash = strrchr(path, '/');
    files->items[files->n++] = (eval_file){path, slash != NULL ? slash + 1 : path, false};
    return PND_OK;
}

static pnd_status scan(eval_files *out, const char *folder, const eval_file_kind *kind, int depth,
                       pnd_error *err);

static pnd_status add_entry(eval_files *out, const char *folder, const char *name,
                            const eval_file_kind *kind, int depth, pnd_error *err)
{
    if (name[0] == '.')
        return PND_OK;
    char *const path = pnd_strdup_printf("%s/%s", folder, name);
    if (path == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for a list of files");
    pnd_status status = PND_OK;
    if (eval_is_folder(path)) {
        if (depth < MAX_FOLDER_DEPTH)
            status = scan(out, path, kind, depth + 1, err);
    } else if (extension_of(name, kind) != NULL) {
        return add_file(out, path, err);
    }
    free(path);
    return status;
}

static pnd_status scan(eval_files *out, const char *folder, const eval_file_kind *kind, int depth,
                       pnd_error *err)
{
    DIR *const dir = opendir(folder);
    if (dir == NULL)
        return pnd_fail(err, PND_EIO, "%s: %s", folder, strerror(errno));
    pnd_status status = PND_OK;
    const struct dirent *entry = NULL;
    while (status == PND_OK && (entry = readdir(dir)) != NULL)
        status = add_entry(out, folder, entry->d_name, kind, depth, err);
    (void)closedir(dir);
    return status;
}

static int order_files(const void *a, const void *b)
{
    const eval_file *const x = a, *const y = b;
    const int by_name = strcmp(x->base, y->base);
    return by_name != 0 ? by_name : strcmp(x->path, y->path);
}

pnd_status eval_files_find(eval_files *out, const char *folder, const eval_file_kind *kind,
                           pnd_error *err)
{
    const pnd_status status = scan(out, folder, kind, 0, err);
    if (status != PND_OK) {
        eval_files_clear(out);
        return status;
    }
    if (out->n == 0)
        return pnd_fail(err, PND_EINVAL, "%s: no %s file in it", folder, kind->listed);
    qsort(out->items, out->n, sizeof *out->items, order_files);
    return PND_OK;
}

void eval_files_clear(eval_files *files)
{
    for (size_t i = 0; i < files->n; i++)
        free(files->items[i].path);
    free(files->items);
    *files = (eval_files){0};
}

/* ---- names */

size_t eval_file_key_length(const char *base, const eval_file_kind *kind)
{
    size_t length = 0;
    if (pnd_frame_core_prefix(&length, base))
        return length;
    const char *const extension = extension_of(base, kind);
    const size_t stem = strlen(base) - (extension != NULL ? strlen(extension) : 0);
    const size_t tail = strlen(kind->tail);
    if (stem > tail && strncmp(base + stem - tail, kind->tail, tail) == 0)
        return stem - tail;
    return stem;
}

bool eval_file_is_named(const char *base, const eval_file_kind *kind, const char *suffix)
{
    if (suffix != NULL)
        return ends_with(base, suffix);
    const char *const extension = extension_of(base, kind);
    const size_t tail = strlen(kind->tail);
    if (extension == NULL)
        return false;
    const size_t stem = strlen(base) - strlen(extension);
    return stem > tail && strncmp(base + stem - tail, kind->tail, tail) == 0;
}

size_t eval_sequence_length(const char *key)
{
    const size_t digits = strspn(key, "0123456789");
    const char *const last = strrchr(key, '_');
    if (digits > 0 && key[digits] == '_')
        return digits;
    return last != NULL ? (size_t)(last - key) : strlen(key);
}

/* Files named KEY followed by '_' or '.' are neighbours in the sorted list. */
static size_t lower_bound(const eval_files *files, const char *key)
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

static bool fits(const char *base, const eval_file_kind *kind, size_t key_length,
                 const char *suffix, bool with_tail)
{
    if (suffix != NULL)
        return strcmp(base + key_length, suffix) == 0;
    return !with_tail || eval_file_is_named(base, kind, NULL);
}

typedef struct candidates {
    eval_file *first, *second;
    size_t n;
} candidates;

static candidates collect(const eval_files *files, const eval_file_kind *kind, const char *key,
                          const char *suffix, bool with_tail)
{
    const size_t length = strlen(key);
    candidates found = {0};
    for (size_t i = lower_bound(files, key); i < files->n; i++) {
        eval_file *const file = &files->items[i];
        if (strncmp(file->base, key, length) != 0)
            break;
        if (!belongs(file->base, key, length) || !fits(file->base, kind, length, suffix, with_tail))
            continue;
        if (found.n == 0)
            found.first = file;
        else if (found.n == 1)
            found.second = file;
        found.n++;
    }
    return found;
}

pnd_status eval_files_pick(eval_file **out, const eval_files *files, const eval_file_kind *kind,
                           const char *key, const char *suffix, pnd_error *err)
{
    candidates found = collect(files, kind, key, suffix, true);
    if (found.n == 0 && suffix == NULL)
        found = collect(files, kind, key, NULL, false);
    *out = found.first;
    if (found.n < 2)
        return PND_OK;
    *out = NULL;
    const bool same_name = strcmp(found.first->base, found.second->base) == 0;
    return pnd_fail_hint(err, PND_EMISMATCH,
                         same_name ? "name a folder that holds only one of them"
                                   : kind->suffix_hint,
                         "%s: %zu files could be its %s: %s and %s%s", key, found.n, kind->what,
                         found.first->path, found.second->path, found.n > 2 ? " and more" : "");
}
