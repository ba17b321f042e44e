/* SPDX-License-Identifier: Apache-2.0 */
#include <panodepth/alloc.h>
#include <panodepth/cityscapes.h>

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- names */

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static size_t count_digits(const char *text)
{
    return strspn(text, "0123456789");
}

/* Letters with single inner hyphens: "ulm", "bad-honnef". Returns the length, 0 when it is none. */
static size_t city_length(const char *name)
{
    size_t n = 0;
    while (is_letter(name[n]) || (n > 0 && name[n] == '-' && is_letter(name[n + 1])))
        n++;
    return n;
}

bool pnd_frame_core_prefix(size_t *length, const char *name)
{
    size_t n = city_length(name);
    *length = 0;
    if (n == 0)
        return false;
    for (int i = 0; i < 2; i++) {
        if (name[n] != '_' || count_digits(name + n + 1) != 6)
            return false;
        n += 7;
    }
    *length = n;
    return true;
}

static bool ends_with(const char *name, const char *suffix)
{
    const size_t n = strlen(name), k = strlen(suffix);
    return n >= k && strcmp(name + n - k, suffix) == 0;
}

/* ---- directories */

typedef struct name_list {
    char **names;
    size_t n, capacity;
} name_list;

static void name_list_clear(name_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        free(list->names[i]);
    free(list->names);
    *list = (name_list){0};
}

static pnd_status name_list_add(name_list *list, const char *name, pnd_error *err)
{
    if (list->n == list->capacity) {
        const size_t capacity = list->capacity > 0 ? 2 * list->capacity : 32;
        char **names = pnd_realloc_array(list->names, capacity, sizeof *names);
        if (names == NULL)
            return pnd_fail(err, PND_ENOMEM, "out of memory");
        list->names = names;
        list->capacity = capacity;
    }
    list->names[list->n] = pnd_strdup(name);
    if (list->names[list->n] == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    list->n++;
    return PND_OK;
}

static int compare_names(const void *a, const void *b)
{
    const char *const *x = a, *const *y = b;
    return strcmp(*x, *y);
}

/* The names in a directory, sorted; hidden ones ("._x.png" of some archives) are left out. */
static pnd_status list_directory(name_list *out, const char *path, pnd_error *err)
{
    *out = (name_list){0};
    DIR *dir = opendir(path);
    if (dir == NULL)
        return pnd_fail(err, PND_EIO, "%s: %s", path, strerror(errno));
    pnd_status status = PND_OK;
    errno = 0;
    for (struct dirent *entry = readdir(dir); entry != NULL && status == PND_OK;
         errno = 0, entry = readdir(dir))
        if (entry->d_name[0] != '.')
            status = name_list_add(out, entry->d_name, err);
    if (status == PND_OK && errno != 0)
        status = pnd_fail(err, PND_EIO, "%s: %s", path, strerror(errno));
    (void)closedir(dir);
    if (status != PND_OK)
        name_list_clear(out);
    else if (out->n > 0)
        qsort(out->names, out->n, sizeof *out->names, compare_names);
    return status;
}

/* Symbolic links are followed: many people's trees are made of them. */
static bool is_directory(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* ---- what a missing folder means */

/* "gtFine, disparity, ... (9 in all)" */
static void describe_contents(char *text, size_t size, const char *path)
{
    name_list list;
    text[0] = '\0';
    if (list_directory(&list, path, NULL) != PND_OK)
        return;
    size_t n = 0;
    for (size_t i = 0; i < list.n && i < 6 && n < size; i++)
        n += (size_t)snprintf(text + n, size - n, "%s%.24s", i > 0 ? ", " : "", list.names[i]);
    if (list.n > 6 && n < size)
        (void)snprintf(text + n, size - n, ", ... (%zu in all)", list.n);
    else if (list.n == 0)
        (void)snprintf(text, size, "nothing");
    name_list_clear(&list);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* `parent` exists and lacks `child`. At the root, see whether it is a folder inside the tree. */
static pnd_status fail_missing(const char *parent, const char *child, const char *wrong_root,
                               pnd_error *err)
{
    char contents[200], hint[PND_HINT_SIZE];
    describe_contents(contents, sizeof contents, parent);
    if (wrong_root != NULL)
        (void)snprintf(hint, sizeof hint, "the root is the folder that holds %s, one level up",
                       wrong_root);
    else
        (void)snprintf(hint, sizeof hint, "the folder holds %s", contents);
    return pnd_fail_hint(err, PND_EIO, hint, "%s: there is no folder \"%s\" in it", parent, child);
}

static pnd_status fail_no_root(const char *root, pnd_error *err)
{
    struct stat info;
    if (stat(root, &info) != 0)
        return pnd_fail(err, PND_EIO, "%s: %s", root, strerror(errno));
    return pnd_fail_hint(err, PND_EIO, "the root is the folder that holds gtFine, disparity, ...",
                         "%s: not a folder", root);
}

/* {root}/{type}/{split} into *out, or the first of the three that is missing, explained. */
static pnd_status find_split(char **out, const char *root, const char *type, const char *split,
                             pnd_error *err)
{
    *out = NULL;
    if (!is_directory(root))
        return fail_no_root(root, err);
    char *type_path = pnd_strdup_printf("%s/%s", root, type);
    char *split_path = pnd_strdup_printf("%s/%s/%s", root, type, split);
    char *split_in_root = pnd_strdup_printf("%s/%s", root, split);
    pnd_status status = PND_OK;
    if (type_path == NULL || split_path == NULL || split_in_root == NULL)
        status = pnd_fail(err, PND_ENOMEM, "out of memory");
    else if (!is_directory(type_path)) {
        const bool inside = strcmp(base_name(root), type) == 0 || is_directory(split_in_root);
        status = fail_missing(root, type, inside ? type : NULL, err);
    } else if (!is_directory(split_path))
        status = fail_missing(type_path, split, NULL, err);
    free(type_path);
    free(split_in_root);
    if (status == PND_OK)
        *out = split_path;
    else
        free(split_path);
    return status;
}

/* ---- frames */

static void frame_clear(pnd_frame *frame)
{
    free(frame->core);
    free(frame->city);
    free(frame->split);
    *frame = (pnd_frame){0};
}

void pnd_frame_list_clear(pnd_frame_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        frame_clear(&list->frames[i]);
    free(list->frames);
    *list = (pnd_frame_list){0};
}

/* `*capacity` belongs to the list while it grows. */
static pnd_status add_frame(pnd_frame_list *list, size_t *capacity, const char *core,
                            const char *city, const char *split, pnd_error *err)
{
    if (list->n == *capacity) {
        const size_t grown = *capacity > 0 ? 2 * *capacity : 64;
        pnd_frame *frames = pnd_realloc_array(list->frames, grown, sizeof *frames);
        if (frames == NULL)
            return pnd_fail(err, PND_ENOMEM, "out of memory");
        list->frames = frames;
        *capacity = grown;
    }
    pnd_frame frame = {pnd_strdup(core), pnd_strdup(city), pnd_strdup(split)};
    if (frame.core == NULL || frame.city == NULL || frame.split == NULL) {
        frame_clear(&frame);
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    }
    list->frames[list->n++] = frame;
    return PND_OK;
}

typedef struct search {
    pnd_frame_list *list;
    size_t capacity;
    const char *split_path, *split, *suffix;
    char *other; /* a file that does not match, for the message */
} search;

static pnd_status check_name(const search *s, const char *city, const char *name, pnd_error *err)
{
    size_t length = 0;
    if (!pnd_frame_core_prefix(&length, name) || strcmp(name + length, s->suffix) != 0) {
        char hint[PND_HINT_SIZE];
        (void)snprintf(hint, sizeof hint, "names are {city}_{6 digits}_{6 digits}%.120s",
                       s->suffix);
        return pnd_fail_hint(err, PND_EFORMAT, hint, "%s/%s/%s: not a Cityscapes name",
                             s->split_path, city, name);
    }
    if (strncmp(name, city, strlen(city)) != 0 || name[strlen(city)] != '_')
        return pnd_fail_hint(err, PND_EFORMAT, "each city has its own folder",
                             "%s/%s/%s: a frame of another city", s->split_path, city, name);
    return PND_OK;
}

static pnd_status add_file(search *s, const char *city, char *name, pnd_error *err)
{
    if (!ends_with(name, s->suffix)) {
        if (s->other == NULL)
            s->other = pnd_strdup_printf("%s/%s", city, name);
        return PND_OK;
    }
    const pnd_status status = check_name(s, city, name, err);
    if (status != PND_OK)
        return status;
    name[strlen(name) - strlen(s->suffix)] = '\0';
    return add_frame(s->list, &s->capacity, name, city, s->split, err);
}

static pnd_status search_city(search *s, const char *city, pnd_error *err)
{
    name_list files = {0};
    char *path = pnd_strdup_printf("%s/%s", s->split_path, city);
    if (path == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    pnd_status status = PND_OK;
    if (is_directory(path))
        status = list_directory(&files, path, err);
    for (size_t i = 0; i < files.n && status == PND_OK; i++)
        status = add_file(s, city, files.names[i], err);
    name_list_clear(&files);
    free(path);
    return status;
}

/* By city and '/' and core: "bad-honnef/" comes before "bad/" because '-' is below '/'. */
static int compare_frames(const void *a, const void *b)
{
    const pnd_frame *x = a, *y = b;
    size_t i = 0;
    while (x->city[i] == y->city[i] && x->city[i] != '\0')
        i++;
    const char c = x->city[i] != '\0' ? x->city[i] : '/';
    const char d = y->city[i] != '\0' ? y->city[i] : '/';
    return c != d ? (c < d ? -1 : 1) : strcmp(x->core, y->core);
}

static pnd_status search_split(search *s, pnd_error *err)
{
    name_list cities;
    pnd_status status = list_directory(&cities, s->split_path, err);
    for (size_t i = 0; i < cities.n && status == PND_OK; i++)
        status = search_city(s, cities.names[i], err);
    name_list_clear(&cities);
    if (status == PND_OK && s->list->n == 0) {
        char hint[PND_HINT_SIZE] = "its city folders are empty";
        if (s->other != NULL)
            (void)snprintf(hint, sizeof hint, "other files are there, such as %.160s", s->other);
        status =
            pnd_fail_hint(err, PND_EINVAL, hint, "%s: no file */*%s", s->split_path, s->suffix);
    }
    return status;
}

pnd_status pnd_frames_find(pnd_frame_list *out, const char *root, const char *type,
                           const char *split, const char *suffix, pnd_error *err)
{
    *out = (pnd_frame_list){0};
    char *split_path = NULL;
    pnd_status status = find_split(&split_path, root, type, split, err);
    if (status != PND_OK)
        return status;
    search s = {.list = out, .split_path = split_path, .split = split, .suffix = suffix};
    status = search_split(&s, err);
    if (status == PND_OK)
        qsort(out->frames, out->n, sizeof *out->frames, compare_frames);
    else
        pnd_frame_list_clear(out);
    free(s.other);
    free(split_path);
    return status;
}

char *pnd_frame_path(const pnd_frame *frame, const char *root, const char *type, const char *suffix)
{
    return pnd_strdup_printf("%s/%s/%s/%s/%s%s", root, type, frame->split, frame->city, frame->core,
                             suffix);
}
