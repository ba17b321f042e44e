/* SPDX-License-Identifier: Apache-2.0 */
/* The text files of the Cityscapes instance format. */
#include "eval_instance.h"

#include <panodepth/alloc.h>

#include <stdlib.h>
#include <string.h>

enum { MAX_LINES = 16384 };

/* Take the last component off a path; false when there is none. */
static bool drop_component(char *path)
{
    if (path[0] == '\0')
        return false;
    char *const slash = strrchr(path, '/');
    *(slash != NULL ? slash : path) = '\0';
    return true;
}

static void append_component(char *path, const char *component, size_t length)
{
    const size_t used = strlen(path);
    const size_t slash = used > 0;
    if (slash)
        path[used] = '/';
    memcpy(path + used + slash, component, length);
    path[used + slash + length] = '\0';
}

/* folder + "/" + path with "." and ".." taken out; NULL when memory is short. `*outside` is set
 * when the result is not within the folder of all predictions. */
static char *resolve(const char *folder, const char *path, bool *outside)
{
    char *const out = pnd_alloc_array(strlen(folder) + strlen(path) + 2, 1);
    *outside = path[0] == '/';
    if (out == NULL)
        return NULL;
    memcpy(out, folder, strlen(folder) + 1);
    for (const char *at = path; *at != '\0';) {
        const size_t length = strcspn(at, "/");
        if (length == 2 && at[0] == '.' && at[1] == '.')
            *outside |= !drop_component(out);
        else if (length > 0 && !(length == 1 && at[0] == '.'))
            append_component(out, at, length);
        at += length;
        at += *at == '/';
    }
    return out;
}

/* A mask that was listed before takes the new values. */
static pnd_status add_line(instance_list *out, instance_line line, pnd_error *err)
{
    for (size_t i = 0; i < out->n; i++)
        if (strcmp(out->lines[i].path, line.path) == 0) {
            free(line.path);
            out->lines[i].label = line.label;
            out->lines[i].confidence = line.confidence;
            return PND_OK;
        }
    if (out->n == out->capacity) {
        const size_t capacity = out->capacity == 0 ? 64 : 2 * out->capacity;
        instance_line *const lines = pnd_realloc_array(out->lines, capacity, sizeof *lines);
        if (lines == NULL) {
            free(line.path);
            return pnd_fail(err, PND_ENOMEM, "out of memory");
        }
        out->lines = lines;
        out->capacity = capacity;
    }
    out->lines[out->n++] = line;
    return PND_OK;
}

static bool parse_label(int64_t *out, const char *text)
{
    double value = 0;
    if (!pnd_parse_double(&value, text) || !(value >= -1e6 && value <= 1e6))
        return false;
    *out = (int64_t)value;
    return !((double)*out < value || (double)*out > value);
}

/* Split at single spaces, in place. */
static bool split_fields(char *line, char *fields[3])
{
    for (int i = 0; i < 3; i++) {
        fields[i] = line;
        char *const space = line + strcspn(line, " ");
        if ((*space == ' ') != (i < 2) || space == line)
            return false;
        *space = '\0';
        line = space + 1;
    }
    return true;
}

static pnd_status parse_line(instance_list *out, char *text, size_t number, const char *folder,
                             const char *name, pnd_error *err)
{
    char *fields[3];
    bool outside = false;
    instance_line line = {0};
    if (!split_fields(text, fields))
        return pnd_fail_hint(err, PND_EFORMAT, "one space between, none at the ends",
                             "%s:%zu: expected three fields: path of the mask, label id, "
                             "confidence",
                             name, number);
    if (!parse_label(&line.label, fields[1]))
        return pnd_fail(err, PND_EFORMAT, "%s:%zu: '%s' is no label id", name, number, fields[1]);
    if (!pnd_parse_double(&line.confidence, fields[2]))
        return pnd_fail(err, PND_EFORMAT, "%s:%zu: '%s' is no confidence", name, number, fields[2]);
    line.path = resolve(folder, fields[0], &outside);
    if (line.path == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    if (outside) {
        free(line.path);
        return pnd_fail_hint(err, PND_EFORMAT, "masks lie in the folder of the predictions",
                             "%s:%zu: the mask %s is outside of the prediction folder", name,
                             number, fields[0]);
    }
    return add_line(out, line, err);
}

static pnd_status parse_lines(instance_list *out, char *text, const char *folder, const char *name,
                              pnd_error *err)
{
    pnd_status status = PND_OK;
    for (size_t number = 1; *text != '\0' && status == PND_OK; number++) {
        const size_t length = strcspn(text, "\n");
        const bool is_last = text[length] == '\0';
        if (number > MAX_LINES)
            return pnd_fail(err, PND_ELIMIT, "%s: more than %d lines", name, MAX_LINES);
        text[length] = '\0';
        if (length > 0 && text[length - 1] == '\r')
            text[length - 1] = '\0';
        status = parse_line(out, text, number, folder, name, err);
        text += length + !is_last;
    }
    return status;
}

static void forget_lines(instance_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        free(list->lines[i].path);
    list->n = 0;
}

pnd_status instance_list_parse(instance_list *out, const char *text, size_t size,
                               const char *folder, const char *name, pnd_error *err)
{
    forget_lines(out);
    if (size > 0 && memchr(text, '\0', size) != NULL)
        return pnd_fail(err, PND_EFORMAT, "%s: a zero byte: not a text file", name);
    char *const copy = pnd_strdup_printf("%.*s", (int)size, size > 0 ? text : "");
    if (copy == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    const pnd_status status = parse_lines(out, copy, folder, name, err);
    free(copy);
    return status;
}

void instance_list_clear(instance_list *list)
{
    forget_lines(list);
    free(list->lines);
    *list = (instance_list){0};
}
