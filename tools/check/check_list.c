/* SPDX-License-Identifier: Apache-2.0 */
/* Which files there are, and what the official names mean. */
#include "check.h"

#include <panodepth/alloc.h>

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_DEPTH = 16 };

static const check_modality modalities[] = {
    {"leftImg8bit", "leftImg8bit", "_leftImg8bit.png", CHECK_IS_RGB8},
    {"rightImg8bit", "rightImg8bit", "_rightImg8bit.png", CHECK_IS_RGB8},
    {"leftImg8bit_blurred", "leftImg8bit_blurred", "_leftImg8bit_blurred.png", CHECK_IS_RGB8},
    {"leftImg16bit", "leftImg16bit", "_leftImg16bit.png", CHECK_IS_RGB16},
    {"rightImg16bit", "rightImg16bit", "_rightImg16bit.png", CHECK_IS_RGB16},
    {"disparity", "disparity", "_disparity.png", CHECK_IS_DISPARITY},
    {"camera", "camera", "_camera.json", CHECK_IS_CAMERA},
    {"gtFine polygons", "gtFine", "_gtFine_polygons.json", CHECK_IS_POLYGONS},
    {"gtFine labelIds", "gtFine", "_gtFine_labelIds.png", CHECK_IS_LABELS},
    {"gtFine instanceIds", "gtFine", "_gtFine_instanceIds.png", CHECK_IS_INSTANCES},
    {"gtFine color", "gtFine", "_gtFine_color.png", CHECK_IS_COLOR},
    {"gtFine labelTrainIds", "gtFine", "_gtFine_labelTrainIds.png", CHECK_IS_TRAIN_LABELS},
    {"gtFine instanceTrainIds", "gtFine", "_gtFine_instanceTrainIds.png", CHECK_IS_TRAIN_INSTANCES},
    {"gtCoarse polygons", "gtCoarse", "_gtCoarse_polygons.json", CHECK_IS_POLYGONS},
    {"gtCoarse labelIds", "gtCoarse", "_gtCoarse_labelIds.png", CHECK_IS_LABELS},
    {"gtCoarse instanceIds", "gtCoarse", "_gtCoarse_instanceIds.png", CHECK_IS_INSTANCES},
    {"gtCoarse color", "gtCoarse", "_gtCoarse_color.png", CHECK_IS_COLOR},
    {"gtCoarse labelTrainIds", "gtCoarse", "_gtCoarse_labelTrainIds.png", CHECK_IS_TRAIN_LABELS},
    {"gtCoarse instanceTrainIds", "gtCoarse", "_gtCoarse_instanceTrainIds.png",
     CHECK_IS_TRAIN_INSTANCES},
    {"gtBbox3d", "gtBbox3d", "_gtBbox3d.json", CHECK_IS_JSON},
    {"gtBboxCityPersons", "gtBboxCityPersons", "_gtBboxCityPersons.json", CHECK_IS_JSON},
    {"vehicle", "vehicle", "_vehicle.json", CHECK_IS_JSON},
    {"timestamp", "timestamp", "_timestamp.txt", CHECK_IS_TEXT},
};

const check_modality *check_modalities(size_t *n)
{
    *n = sizeof modalities / sizeof *modalities;
    return modalities;
}

void check_names_clear(check_names *names)
{
    for (size_t i = 0; i < names->n; i++)
        free(names->items[i]);
    free(names->items);
    *names = (check_names){0};
}

/* Takes `name`. */
static pnd_status add_name(check_names *names, char *name, pnd_error *err)
{
    if (name == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    if (names->n == names->capacity) {
        const size_t capacity = names->capacity > 0 ? 2 * names->capacity : 256;
        char **items = pnd_realloc_array(names->items, capacity, sizeof *items);
        if (items == NULL) {
            free(name);
            return pnd_fail(err, PND_ENOMEM, "out of memory");
        }
        names->items = items;
        names->capacity = capacity;
    }
    names->items[names->n++] = name;
    return PND_OK;
}

static pnd_status walk_into(check_names *names, const char *root, const char *below, int depth,
                            pnd_error *err);

static pnd_status visit(check_names *names, const char *root, const char *below, const char *name,
                        int depth, pnd_error *err)
{
    struct stat info;
    char *relative = pnd_strdup_printf("%s%s", below, name);
    char *path = relative != NULL ? pnd_strdup_printf("%s/%s", root, relative) : NULL;
    const bool is_folder = path != NULL && stat(path, &info) == 0 && S_ISDIR(info.st_mode);
    pnd_status status = PND_OK;
    if (path == NULL)
        status = pnd_fail(err, PND_ENOMEM, "out of memory");
    free(path);
    if (status == PND_OK && !is_folder)
        return add_name(names, relative, err);
    char *folder = status == PND_OK ? pnd_strdup_printf("%s/", relative) : NULL;
    free(relative);
    if (status == PND_OK)
        status = folder == NULL ? pnd_fail(err, PND_ENOMEM, "out of memory")
                                : walk_into(names, root, folder, depth + 1, err);
    free(folder);
    return status;
}

/* `below` is "" or ends in a slash. A folder that cannot be read becomes an entry of its own. */
static pnd_status walk_into(check_names *names, const char *root, const char *below, int depth,
                            pnd_error *err)
{
    char *path = pnd_strdup_printf("%s/%s", root, below);
    if (path == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    DIR *dir = depth <= MAX_DEPTH ? opendir(path) : NULL;
    const int reason = errno;
    free(path);
    if (dir == NULL && reason == ENOMEM)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    if (dir == NULL)
        return below[0] != '\0' ? add_name(names, pnd_strdup(below), err)
                                : pnd_fail(err, PND_EIO, "%s: %s", root, strerror(reason));
    pnd_status status = PND_OK;
    for (const struct dirent *entry = readdir(dir); entry != NULL && status == PND_OK;
         entry = readdir(dir))
        if (entry->d_name[0] != '.')
            status = visit(names, root, below, entry->d_name, depth, err);
    (void)closedir(dir);
    return status;
}

static int compare_names(const void *a, const void *b)
{
    const char *const *x = a, *const *y = b;
    return strcmp(*x, *y);
}

pnd_status check_walk(check_names *out, const char *folder, pnd_error *err)
{
    *out = (check_names){0};
    const pnd_status status = walk_into(out, folder, "", 0, err);
    if (status != PND_OK)
        check_names_clear(out);
    else if (out->n > 0)
        qsort(out->items, out->n, sizeof *out->items, compare_names);
    return status;
}

bool check_names_has(const check_names *names, const char *name)
{
    return names->n > 0 &&
           bsearch(&name, names->items, names->n, sizeof *names->items, compare_names) != NULL;
}
