/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Middlebury's calib.txt (vision.middlebury.edu/stereo/data/scenes2014), one KEY=VALUE a line:
 *
 *     cam0=[994.978 0 311.193; 0 994.978 254.877; 0 0 1]     pixels
 *     doffs=31.086                                          pixels between the principal points
 *     baseline=193.001                                      millimetres
 *
 * cam1, width, height, ndisp and others are not needed here.
 */
#include "camera_text.h"

#include <panodepth/alloc.h>
#include <panodepth/buffer.h>

#include <stdlib.h>
#include <string.h>

/* The value behind KEY= on the first line that has it, up to the line's end; NULL without one. */
static const char *find_value(size_t *length, const char *text, const char *key)
{
    const size_t n = strlen(key);
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += line[0] == '\n' ? 1 : 0;
        if (strncmp(line, key, n) == 0 && line[n] == '=') {
            *length = strcspn(line + n + 1, "\r\n");
            return line + n + 1;
        }
    }
    return NULL;
}

/* One number of at most 31 characters; trailing blanks are tolerated. */
static bool read_number(double *out, const char *text, size_t length)
{
    char number[PND_NUMBER_SIZE];
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
        length--;
    if (length == 0 || length >= sizeof number)
        return false;
    memcpy(number, text, length);
    number[length] = '\0';
    return pnd_parse_double(out, number);
}

static pnd_status fail_line(const char *name, const char *key, const char *value, size_t length,
                            const char *expected, pnd_error *err)
{
    return pnd_fail(err, PND_EFORMAT, "%s: %s is \"%.*s\", expected %s", name, key,
                    length > 80 ? 80 : (int)length, value, expected);
}

static pnd_status find_unique(const char **value, size_t *length, const char *text,
                              const char *name, const char *key, pnd_error *err)
{
    size_t again = 0;
    *value = find_value(length, text, key);
    if (*value == NULL)
        return pnd_fail_hint(err, PND_EFORMAT,
                             "a Middlebury calib.txt has cam0, doffs and baseline",
                             "%s: there is no line %s=", name, key);
    if (find_value(&again, *value, key) != NULL)
        return pnd_fail(err, PND_EFORMAT, "%s: %s is given twice", name, key);
    return PND_OK;
}

static pnd_status get_number(double *out, const char *text, const char *name, const char *key,
                             double low, double high, const char *unit, pnd_error *err)
{
    const char *value = NULL;
    size_t length = 0;
    const pnd_status status = find_unique(&value, &length, text, name, key, err);
    if (status != PND_OK)
        return status;
    if (!read_number(out, value, length))
        return fail_line(name, key, value, length, "a number", err);
    const camera_value number = {name, "", key, *out};
    return camera_check_range(&number, low, high, unit, err);
}

/* "[a b c; d e f; g h i]" into nine numbers. */
static bool read_matrix(double m[9], const char *text)
{
    static const char after[9] = {' ', ' ', ';', ' ', ' ', ';', ' ', ' ', ']'};
    const char *p = text;
    if (*p++ != '[')
        return false;
    for (int i = 0; i < 9; i++) {
        p += strspn(p, " ");
        const size_t n = strcspn(p, " ;]\r\n");
        if (!read_number(&m[i], p, n))
            return false;
        p += n;
        if (after[i] != ' ') {
            p += strspn(p, " ");
            if (*p++ != after[i])
                return false;
        }
    }
    return true;
}

static pnd_status get_matrix(pnd_camera *out, const char *text, const char *name, pnd_error *err)
{
    const char *value = NULL;
    size_t length = 0;
    double m[9] = {0};
    pnd_status status = find_unique(&value, &length, text, name, "cam0", err);
    if (status != PND_OK)
        return status;
    if (!read_matrix(m, value) || m[1] != 0 || m[3] != 0 || m[6] != 0 || m[7] != 0 || m[8] != 1)
        return fail_line(name, "cam0", value, length, "[f 0 cx; 0 f cy; 0 0 1]", err);
    const camera_value numbers[] = {
        {name, "cam0", "fx", m[0]},
        {name, "cam0", "fy", m[4]},
        {name, "cam0", "cx", m[2]},
        {name, "cam0", "cy", m[5]},
    };
    for (int i = 0; i < 4 && status == PND_OK; i++)
        status =
            camera_check_range(&numbers[i], i < 2 ? PND_CAMERA_MIN_F : -PND_CAMERA_MAX_CENTER,
                               i < 2 ? PND_CAMERA_MAX_F : PND_CAMERA_MAX_CENTER, "pixels", err);
    out->fx = m[0];
    out->fy = m[4];
    out->u0 = m[2];
    out->v0 = m[5];
    return status;
}

pnd_status camera_parse_text(pnd_camera *out, const void *bytes, size_t size, const char *name,
                             pnd_error *err)
{
    double baseline_mm = 0;
    char *text = pnd_alloc_array(size + 1, 1);
    if (text == NULL)
        return pnd_fail(err, PND_ENOMEM, "%s: out of memory", name);
    memcpy(text, bytes, size);
    text[size] = '\0';
    pnd_status status = get_matrix(out, text, name, err);
    if (status == PND_OK)
        status = get_number(&baseline_mm, text, name, "baseline", 1000 * PND_CAMERA_MIN_BASELINE,
                            1000 * PND_CAMERA_MAX_BASELINE, "millimetres", err);
    if (status == PND_OK)
        status = get_number(&out->doffs, text, name, "doffs", -PND_CAMERA_MAX_CENTER,
                            PND_CAMERA_MAX_CENTER, "pixels", err);
    out->baseline = baseline_mm / 1000;
    free(text);
    return status;
}
