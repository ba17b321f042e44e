/* SPDX-License-Identifier: Apache-2.0 */
/* From files to frames, and what only shows between them. */
#include "check.h"

#include <panodepth/alloc.h>
#include <panodepth/cityscapes.h>

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- paths */

/* The parts of {type}/{split}/{city}/{name}. */
typedef struct parts {
    const char *type, *split, *city, *name;
    size_t type_size, split_size, city_size;
} parts;

static const char *part(const char *from, const char **begin, size_t *size)
{
    const char *slash = from != NULL ? strchr(from, '/') : NULL;
    if (slash == NULL)
        return NULL;
    *begin = from;
    *size = (size_t)(slash - from);
    return slash + 1;
}

static bool split_path(parts *out, const char *path)
{
    const char *rest = part(path, &out->type, &out->type_size);
    rest = part(rest, &out->split, &out->split_size);
    rest = part(rest, &out->city, &out->city_size);
    out->name = rest;
    return rest != NULL && strchr(rest, '/') == NULL && rest[0] != '\0';
}

static bool is_text(const char *begin, size_t size, const char *text)
{
    return strlen(text) == size && memcmp(begin, text, size) == 0;
}

static bool is_type(const char *begin, size_t size)
{
    size_t n;
    const check_modality *m = check_modalities(&n);
    for (size_t i = 0; i < n; i++)
        if (is_text(begin, size, m[i].type))
            return true;
    return false;
}

static bool ends_with(const char *text, const char *tail)
{
    const size_t n = strlen(text), k = strlen(tail);
    return n > k && strcmp(text + n - k, tail) == 0;
}

/* ---- splits */

static int split_rank(const char *name)
{
    static const char *const order[] = {"train", "val", "test", "train_extra"};
    for (int i = 0; i < 4; i++)
        if (strcmp(name, order[i]) == 0)
            return i;
    return 4;
}

static int compare_splits(const void *a, const void *b)
{
    const char *const *x = a, *const *y = b;
    const int d = split_rank(*x) - split_rank(*y);
    return d != 0 ? d : strcmp(*x, *y);
}

static int32_t find_split(const check_run *run, const char *begin, size_t size)
{
    for (int32_t i = 0; i < run->n_splits; i++)
        if (is_text(begin, size, run->splits[i]))
            return i;
    return -1;
}

static pnd_status collect_splits(check_run *run, pnd_error *err)
{
    parts p;
    for (size_t i = 0; i < run->names.n; i++) {
        if (!split_path(&p, run->names.items[i]) || !is_type(p.type, p.type_size) ||
            strncmp(p.split, "cityscapes_panoptic_", 20) == 0 ||
            find_split(run, p.split, p.split_size) >= 0 || run->n_splits == CHECK_MAX_SPLITS)
            continue;
        char *name = pnd_strdup_printf("%.*s", (int)p.split_size, p.split);
        if (name == NULL)
            return pnd_fail(err, PND_ENOMEM, "out of memory");
        run->splits[run->n_splits++] = name;
    }
    qsort(run->splits, (size_t)run->n_splits, sizeof *run->splits, compare_splits);
    return PND_OK;
}

/* ---- files */

static int32_t find_modality(const char *type, size_t type_size, const char *suffix)
{
    size_t n;
    const check_modality *m = check_modalities(&n);
    for (size_t i = 0; i < n; i++)
        if ((type == NULL || is_text(type, type_size, m[i].type)) &&
            strcmp(m[i].suffix, suffix) == 0)
            return (int32_t)i;
    return -1;
}

/* A file at {type}/{split}/{city}/ of a known type. */
static pnd_status classify_frame_file(check_run *run, check_file *file, const parts *p,
                                      pnd_error *err)
{
    size_t n;
    const check_modality *m = check_modalities(&n);
    if (!pnd_frame_core_prefix(&file->core_size, p->name))
        return check_add(&run->problems, CHECK_UNEXPECTED_FILE, file->path, err,
                         "its name does not begin with CITY_000000_000000");
    const char *suffix = p->name + file->core_size;
    const int32_t modality = find_modality(p->type, p->type_size, suffix);
    if (modality < 0 && find_modality(NULL, 0, suffix) >= 0)
        return check_add(&run->problems, CHECK_MISPLACED_FILE, file->path, err, "belongs into %s",
                         m[find_modality(NULL, 0, suffix)].type);
    if (modality < 0)
        return check_add(&run->problems, CHECK_UNEXPECTED_FILE, file->path, err,
                         "no file of %.*s ends in \"%s\"", (int)p->type_size, p->type, suffix);
    if (strncmp(p->name, p->city, p->city_size) != 0 || p->name[p->city_size] != '_')
        return check_add(&run->problems, CHECK_MISPLACED_FILE, file->path, err,
                         "is of another city than its folder %.*s", (int)p->city_size, p->city);
    file->modality = modality;
    file->split = find_split(run, p->split, p->split_size);
    file->core = p->name;
    file->kind = m[modality].kind;
    return PND_OK;
}

static check_kind kind_of_prediction(const char *path)
{
    if (ends_with(path, ".png"))
        return CHECK_IS_PNG;
    if (ends_with(path, ".npy") || ends_with(path, ".npz") || ends_with(path, ".pfm"))
        return CHECK_IS_DEPTH;
    return ends_with(path, ".json") ? CHECK_IS_JSON : CHECK_IS_OTHER;
}

static pnd_status classify(check_run *run, check_file *file, pnd_error *err)
{
    parts p;
    if (ends_with(file->path, "/"))
        return check_add(&run->problems, CHECK_UNREADABLE, file->path, err,
                         "the folder cannot be read, or lies too deep");
    if (!run->is_tree)
        file->kind = kind_of_prediction(file->path);
    else if (split_path(&p, file->path) && is_type(p.type, p.type_size) &&
             find_split(run, p.split, p.split_size) >= 0)
        return classify_frame_file(run, file, &p, err);
    return PND_OK;
}

/* Frame files first, by split, core and modality. */
static int compare_files(const void *a, const void *b)
{
    const check_file *x = a, *y = b;
    if ((x->core == NULL) != (y->core == NULL))
        return x->core == NULL ? 1 : -1;
    if (x->core == NULL)
        return strcmp(x->path, y->path);
    if (x->split != y->split)
        return x->split - y->split;
    const size_t n = x->core_size < y->core_size ? x->core_size : y->core_size;
    const int d = strncmp(x->core, y->core, n);
    if (d != 0 || x->core_size != y->core_size)
        return d != 0 ? d : (x->core_size < y->core_size ? -1 : 1);
    return x->modality - y->modality;
}

/* ---- panoptic JSON */

static bool may_be_panoptic(const check_run *run, const check_file *file)
{
    if (file->core != NULL || !ends_with(file->path, ".json"))
        return false;
    return !run->is_tree || strncmp(file->path, "gtFine/cityscapes_panoptic_", 27) == 0;
}

static pnd_status open_set(check_run *run, const char *path, pnd_error *err)
{
    bool usable = false;
    check_set *sets = pnd_realloc_array(run->sets, run->n_sets + 1, sizeof *sets);
    if (sets == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    run->sets = sets;
    run->sets[run->n_sets] = (check_set){0};
    const pnd_status status = check_set_open(&run->sets[run->n_sets], &usable, run, path, err);
    if (usable)
        run->n_sets++;
    else
        check_set_clear(&run->sets[run->n_sets]);
    return status;
}

/* Open the panoptic JSONs of the folder, and leave their images to them. */
static pnd_status open_sets(check_run *run, pnd_error *err)
{
    pnd_status status = PND_OK;
    for (size_t i = 0; i < run->n_files && status == PND_OK; i++)
        if (may_be_panoptic(run, &run->files[i])) {
            const size_t sets = run->n_sets, problems = run->problems.n;
            status = open_set(run, run->files[i].path, err);
            if (run->n_sets > sets || run->problems.n > problems)
                run->files[i].kind = CHECK_IS_TEXT; /* done here */
        }
    for (size_t i = 0; i < run->n_files; i++)
        for (size_t k = 0; k < run->n_sets; k++) {
            const char *path = run->sets[k].path, *at = run->files[i].path;
            const size_t stem = strlen(path) - strlen(".json");
            if (strncmp(at, path, stem) == 0 && at[stem] == '/')
                run->files[i].kind = CHECK_IS_TEXT;
        }
    return status;
}

/* ---- units */

static bool same_frame(const check_file *a, const check_file *b)
{
    return a->core != NULL && b->core != NULL && a->split == b->split &&
           a->core_size == b->core_size && strncmp(a->core, b->core, a->core_size) == 0;
}

static pnd_status make_units(check_run *run, pnd_error *err)
{
    size_t n = run->n_files;
    for (size_t k = 0; k < run->n_sets; k++)
        n += run->sets[k].set.n_annotations;
    if (n > INT32_MAX)
        return pnd_fail(err, PND_ELIMIT, "%zu files are too many", n);
    run->units = pnd_calloc_array(n, sizeof *run->units);
    if (run->units == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    for (size_t i = 0; i < run->n_files; i++) {
        check_unit *last = run->n_units > 0 ? &run->units[run->n_units - 1] : NULL;
        if (last != NULL && same_frame(&run->files[last->first], &run->files[i]))
            last->n++;
        else
            run->units[run->n_units++] = (check_unit){.first = i, .n = 1};
        run->n_others += run->files[i].kind == CHECK_IS_OTHER;
    }
    for (size_t k = 0; k < run->n_sets; k++)
        for (size_t i = 0; i < run->sets[k].set.n_annotations; i++)
            run->units[run->n_units++] = (check_unit){.set = k, .annotation = i};
    return PND_OK;
}

pnd_status check_open_tree(check_run *run, pnd_error *err)
{
    pnd_status status = run->is_tree ? collect_splits(run, err) : PND_OK;
    if (status != PND_OK)
        return status;
    run->files = pnd_calloc_array(run->names.n, sizeof *run->files);
    if (run->files == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    for (size_t i = 0; i < run->names.n && status == PND_OK; i++) {
        run->files[i] = (check_file){.path = run->names.items[i], .modality = -1, .split = -1};
        status = classify(run, &run->files[i], err);
        run->n_files++;
    }
    if (status == PND_OK)
        qsort(run->files, run->n_files, sizeof *run->files, compare_files);
    if (status == PND_OK)
        status = open_sets(run, err);
    return status == PND_OK ? make_units(run, err) : status;
}

/* ---- missing files */

static bool unit_has(const check_run *run, const check_unit *unit, int32_t modality)
{
    for (size_t i = 0; i < unit->n; i++)
        if (run->files[unit->first + i].modality == modality)
            return true;
    return false;
}

static pnd_status add_missing(const check_run *run, check_unit *unit, int32_t modality,
                              pnd_error *err)
{
    size_t n;
    const check_modality *m = &check_modalities(&n)[modality];
    const check_file *file = &run->files[unit->first];
    const int city = (int)strcspn(file->core, "_");
    const bool stereo = strstr(m->type, "Img") != NULL && strstr(m->type, "_") == NULL;
    char *path = pnd_strdup_printf("%s/%s/%.*s/%.*s%s", m->type, run->splits[file->split], city,
                                   file->core, (int)file->core_size, file->core, m->suffix);
    if (path == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    const pnd_status status =
        check_add(&unit->problems, stereo ? CHECK_MISSING_STEREO : CHECK_MISSING_FILE, path, err,
                  "missing; the frame has %s", file->path);
    free(path);
    return status;
}

/* A modality that a split has at all is expected of each of its frames. */
static pnd_status check_missing(check_run *run, pnd_error *err)
{
    size_t n_modalities;
    pnd_status status = PND_OK;
    (void)check_modalities(&n_modalities);
    bool(*present)[CHECK_MAX_SPLITS] = pnd_calloc_array(n_modalities, sizeof *present);
    if (present == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    for (size_t i = 0; i < run->n_files; i++)
        if (run->files[i].core != NULL)
            present[run->files[i].modality][run->files[i].split] = true;
    for (size_t u = 0; u < run->n_units; u++) {
        check_unit *unit = &run->units[u];
        if (unit->n == 0 || run->files[unit->first].core == NULL)
            continue;
        const int32_t split = run->files[unit->first].split;
        for (size_t m = 0; m < n_modalities && status == PND_OK; m++)
            if (present[m][split] && !unit_has(run, unit, (int32_t)m))
                status = add_missing(run, unit, (int32_t)m, err);
    }
    free(present);
    return status;
}

static pnd_status check_complete(check_run *run, pnd_error *err)
{
    static const struct {
        const char *split;
        int64_t n;
    } official[] = {{"train", 2975}, {"val", 500}, {"test", 1525}};
    size_t n_modalities;
    const check_modality *m = check_modalities(&n_modalities);
    for (size_t k = 0; k < n_modalities; k++)
        for (size_t s = 0; s < 3; s++) {
            int64_t n = 0, all = 0;
            for (size_t i = 0; i < run->n_files; i++)
                if (run->files[i].modality == (int32_t)k) {
                    all++;
                    n += strcmp(run->splits[run->files[i].split], official[s].split) == 0;
                }
            char where[128];
            (void)snprintf(where, sizeof where, "%s/%s", m[k].type, official[s].split);
            if (all > 0 && n != official[s].n) {
                const pnd_status status = check_add(&run->problems, CHECK_INCOMPLETE_SPLIT, where,
                                                    err, "%" PRId64 " files %s, expected %" PRId64,
                                                    n, m[k].suffix + 1, official[s].n);
                if (status != PND_OK)
                    return status;
            }
        }
    return PND_OK;
}

/* ---- sizes */

static const pnd_png_info *image_at(const check_run *run, size_t i, const char **path)
{
    if (i < run->n_files) {
        *path = run->files[i].path;
        return &run->files[i].info;
    }
    const check_unit *unit = &run->units[i - run->n_files];
    if (unit->n > 0)
        return NULL;
    *path = run->sets[unit->set].set.annotations[unit->annotation].file_name;
    return &unit->png;
}

static int compare_sizes(const void *a, const void *b)
{
    const tool_size *x = a, *y = b;
    return x->width != y->width ? (x->width > y->width) - (x->width < y->width)
                                : (x->height > y->height) - (x->height < y->height);
}

/* The size that most images have; of equally frequent ones the largest. */
static pnd_status find_size(check_run *run, pnd_error *err)
{
    const char *path;
    size_t n = 0, best = 0;
    tool_size *sizes = pnd_alloc_array(run->n_files + run->n_units, sizeof *sizes);
    if (sizes == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    for (size_t i = 0; i < run->n_files + run->n_units; i++) {
        const pnd_png_info *info = image_at(run, i, &path);
        if (info != NULL && info->width > 0)
            sizes[n++] = (tool_size){info->width, info->height};
    }
    if (n > 0)
        qsort(sizes, n, sizeof *sizes, compare_sizes);
    for (size_t i = 0, begin = 0; i < n; i++) {
        if (compare_sizes(&sizes[begin], &sizes[i]) != 0)
            begin = i;
        if (i - begin + 1 >= best) {
            best = i - begin + 1;
            run->expected_size = sizes[i];
        }
    }
    free(sizes);
    return PND_OK;
}

static pnd_status check_sizes(check_run *run, pnd_error *err)
{
    pnd_status status = find_size(run, err);
    if (run->args->size.width > 0)
        run->expected_size = run->args->size;
    const tool_size wanted = run->expected_size;
    for (size_t i = 0; i < run->n_files + run->n_units && status == PND_OK; i++) {
        const char *path;
        const pnd_png_info *info = image_at(run, i, &path);
        if (info == NULL || info->width == 0 ||
            (info->width == wanted.width && info->height == wanted.height))
            continue;
        const bool swapped = info->width == wanted.height && info->height == wanted.width;
        status = check_add(&run->problems, CHECK_WRONG_SIZE, path, err, "%dx%d, expected %dx%d%s",
                           info->width, info->height, wanted.width, wanted.height,
                           swapped ? ": width and height swapped?" : "");
    }
    return status;
}

/* ---- calibrations */

static bool same_camera(const pnd_camera *a, const pnd_camera *b)
{
    return a->baseline == b->baseline && a->fx == b->fx && a->fy == b->fy && a->u0 == b->u0 &&
           a->v0 == b->v0;
}

static const char *camera_path(const check_run *run, const check_unit *unit)
{
    for (size_t i = 0; i < unit->n; i++)
        if (run->files[unit->first + i].kind == CHECK_IS_CAMERA)
            return run->files[unit->first + i].path;
    return "";
}

/* City and sequence: the core without its last part. */
static bool same_sequence(const check_run *run, const check_unit *a, const check_unit *b)
{
    const check_file *x = &run->files[a->first], *y = &run->files[b->first];
    return a->n > 0 && b->n > 0 && x->core != NULL && y->core != NULL && x->split == y->split &&
           x->core_size == y->core_size && strncmp(x->core, y->core, x->core_size - 7) == 0;
}

/* The units [begin, end) are one sequence: its calibration is the most frequent, the first of
 * those that are equally frequent. */
static pnd_status check_sequence(const check_run *run, size_t begin, size_t end, pnd_error *err)
{
    const pnd_camera *usual = NULL;
    size_t best = 0;
    pnd_status status = PND_OK;
    for (size_t i = begin; i < end; i++) {
        size_t n = 0;
        for (size_t k = begin; k < end; k++)
            n += same_camera(&run->units[i].camera, &run->units[k].camera);
        if (run->units[i].camera.fx > 0 && n > best) {
            best = n;
            usual = &run->units[i].camera;
        }
        if (best > (end - begin) / 2)
            break;
    }
    for (size_t i = begin; i < end && status == PND_OK; i++)
        if (run->units[i].camera.fx > 0 && !same_camera(usual, &run->units[i].camera))
            status = check_add(&run->units[i].problems, CHECK_CAMERA_DIFFERS,
                               camera_path(run, &run->units[i]), err,
                               "baseline %.6g m, fx %.6g; its sequence has %.6g m, %.6g: is it "
                               "of another frame?",
                               run->units[i].camera.baseline, run->units[i].camera.fx,
                               usual->baseline, usual->fx);
    return status;
}

static pnd_status check_center(const check_run *run, check_unit *unit, pnd_error *err)
{
    const double w = run->expected_size.width, h = run->expected_size.height;
    const pnd_camera *c = &unit->camera;
    if (c->fx == 0 || w == 0 || (fabs(c->u0 - w / 2) <= w / 4 && fabs(c->v0 - h / 2) <= h / 4))
        return PND_OK;
    return check_add(&unit->problems, CHECK_CAMERA_CENTER, camera_path(run, unit), err,
                     "principal point (%.6g, %.6g) in images of %dx%d: is the calibration of "
                     "another size?",
                     c->u0, c->v0, run->expected_size.width, run->expected_size.height);
}

static pnd_status check_cameras(check_run *run, pnd_error *err)
{
    pnd_status status = PND_OK;
    for (size_t begin = 0, i = 1; i <= run->n_units && status == PND_OK; i++) {
        status = check_center(run, &run->units[i - 1], err);
        if (i < run->n_units && same_sequence(run, &run->units[begin], &run->units[i]))
            continue;
        if (status == PND_OK && i - begin > 1)
            status = check_sequence(run, begin, i, err);
        begin = i;
    }
    return status;
}

pnd_status check_between(check_run *run, pnd_error *err)
{
    pnd_status status = run->is_tree ? check_missing(run, err) : PND_OK;
    if (status == PND_OK && run->args->complete)
        status = check_complete(run, err);
    if (status == PND_OK)
        status = check_sizes(run, err);
    return status == PND_OK ? check_cameras(run, err) : status;
}

/* ---- all problems */

static int compare_problems(const void *a, const void *b)
{
    const check_problem *x = a, *y = b;
    if (x->code != y->code)
        return x->code < y->code ? -1 : 1;
    const int d = strcmp(x->file, y->file);
    return d != 0 ? d : strcmp(x->message, y->message);
}

static bool is_ignored(const check_run *run, check_code code)
{
    for (size_t i = 0; i < run->args->ignore.n; i++)
        if (check_code_by_name(run->args->ignore.items[i]) == code)
            return true;
    return false;
}

pnd_status check_collect(check_run *run, pnd_error *err)
{
    size_t n = run->problems.n, kept = 0;
    for (size_t u = 0; u < run->n_units; u++)
        n += run->units[u].problems.n;
    check_problem *all = pnd_realloc_array(run->problems.items, n, sizeof *all);
    if (all == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    run->problems.items = all;
    run->problems.capacity = n;
    for (size_t u = 0; u < run->n_units; u++) {
        check_problems *from = &run->units[u].problems;
        for (size_t i = 0; i < from->n; i++)
            all[run->problems.n++] = from->items[i];
        from->n = 0;
    }
    for (size_t i = 0; i < run->problems.n; i++) {
        if (is_ignored(run, all[i].code)) {
            free(all[i].file);
            free(all[i].message);
            free(all[i].hint);
        } else
            all[kept++] = all[i];
    }
    run->problems.n = kept;
    if (kept > 0)
        qsort(all, kept, sizeof *all, compare_problems);
    return PND_OK;
}
