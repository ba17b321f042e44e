/* SPDX-License-Identifier: Apache-2.0 */
/* The problems there are, and lists of those that were met. */
#include "check.h"

#include <panodepth/alloc.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const check_code_text codes[CHECK_N_CODES] = {
    [CHECK_UNREADABLE] = {"unreadable", false, "cannot be read"},
    [CHECK_EMPTY_FILE] = {"empty-file", false, "have no bytes"},
    [CHECK_LFS_POINTER] = {"lfs-pointer", false, "are Git LFS pointers, not data"},
    [CHECK_ANNEX_POINTER] = {"annex-pointer", false, "are git-annex pointers, not data"},
    [CHECK_HTML_PAGE] = {"html-page", false, "are HTML pages, not data"},
    [CHECK_FOREIGN_TYPE] = {"foreign-type", false, "are of another file type than their name says"},
    [CHECK_TRUNCATED] = {"truncated", false, "end too early"},
    [CHECK_CORRUPT] = {"corrupt", false, "are damaged"},
    [CHECK_TRAILING_BYTES] = {"trailing-bytes", true, "hold bytes after their end"},
    [CHECK_TOO_LARGE] = {"too-large", false, "exceed a limit"},
    [CHECK_WRONG_BIT_DEPTH] = {"wrong-bit-depth", false, "have another bit depth"},
    [CHECK_WRONG_COLOR_TYPE] = {"wrong-color-type", false, "have another colour type"},
    [CHECK_WRONG_SIZE] = {"wrong-size", false, "have another size than the others"},
    [CHECK_MISSING_FILE] = {"missing-file", false, "are missing"},
    [CHECK_MISSING_STEREO] = {"missing-stereo", false, "lack the other image of their stereo pair"},
    [CHECK_MISPLACED_FILE] = {"misplaced-file", false, "lie where they do not belong"},
    [CHECK_UNEXPECTED_FILE] = {"unexpected-file", true, "have a name that no tool looks for"},
    [CHECK_INCOMPLETE_SPLIT] = {"incomplete-split", false, "do not have the official number"},
    [CHECK_JSON_INVALID] = {"json-invalid", false, "are not JSON"},
    [CHECK_JSON_KEY] = {"json-key", false, "lack a key, or it has another type"},
    [CHECK_CAMERA_KEY] = {"camera-key", false, "lack a key of a calibration"},
    [CHECK_CAMERA_RANGE] = {"camera-range", false, "hold a calibration that no rig has"},
    [CHECK_CAMERA_DIFFERS] = {"camera-differs", true,
                              "differ from the other calibrations of their sequence"},
    [CHECK_CAMERA_CENTER] = {"camera-center", true, "have a principal point far from the middle"},
    [CHECK_DISPARITY_INVALID] = {"disparity-all-invalid", true, "hold no measurement (all 0)"},
    [CHECK_DISPARITY_INFINITE] = {"disparity-all-infinite", true,
                                  "hold no finite distance (all 0 or 1)"},
    [CHECK_DISPARITY_CONSTANT] = {"disparity-constant", true, "hold one value only"},
    [CHECK_DISPARITY_8BIT] = {"disparity-8bit", true, "look like 8-bit images saved again"},
    [CHECK_UNKNOWN_CLASS] = {"unknown-class", false, "hold pixels of no known class"},
    [CHECK_INSTANCE_OF_STUFF] = {"instance-of-stuff", true,
                                 "hold instances of classes that have none"},
    [CHECK_INSTANCE_LABEL_MISMATCH] = {"instance-label-mismatch", false,
                                       "contradict the labelIds of their frame"},
    [CHECK_PANOPTIC_INVALID] = {"panoptic-invalid", false, "are no usable panoptic JSON"},
    [CHECK_DUPLICATE_IMAGE] = {"duplicate-image", false, "list an image more than once"},
    [CHECK_DUPLICATE_SEGMENT] = {"duplicate-segment", false, "list a segment more than once"},
    [CHECK_SEGMENT_ID_ZERO] = {"segment-id-zero", false, "list segment 0, which is void"},
    [CHECK_SEGMENT_NOT_IN_JSON] = {"segment-not-in-json", false,
                                   "hold segments that their JSON does not list"},
    [CHECK_SEGMENT_NOT_IN_PNG] = {"segment-not-in-png", false,
                                  "lack segments that their JSON lists"},
    [CHECK_UNKNOWN_CATEGORY] = {"unknown-category", false, "use a category that is not defined"},
    [CHECK_WRONG_AREA] = {"wrong-area", false, "have segments of another area than listed"},
    [CHECK_WRONG_BBOX] = {"wrong-bbox", true, "have segments with another box than listed"},
    [CHECK_WRONG_ID_SPACE] = {"wrong-id-space", false,
                              "use label ids for trainIds, or the other way round"},
    [CHECK_UNSAFE_NAME] = {"unsafe-name", false, "name files outside of their folder"},
    [CHECK_EXTRA_FILE] = {"extra-file", true, "are not named by their JSON"},
    [CHECK_DEPTH_EMPTY] = {"depth-empty", true, "hold no depth"},
    [CHECK_DEPTH_NOT_FINITE] = {"depth-not-finite", true, "hold NaN or infinite depth"},
    [CHECK_DEPTH_NEGATIVE] = {"depth-negative", false, "hold negative depth"},
    [CHECK_DEPTH_SATURATED] = {"depth-saturated", true, "hold the largest value of 16 bits"},
    [CHECK_MANIFEST_LINE] = {"manifest-line", false, "are lines that are no checksum"},
    [CHECK_MANIFEST_MISSING] = {"manifest-missing", false, "are in the manifest and do not exist"},
    [CHECK_MANIFEST_CHANGED] = {"manifest-changed", false, "have another checksum"},
    [CHECK_MANIFEST_EXTRA] = {"manifest-extra", true, "are not in the manifest"},
};

const check_code_text *check_code_of(check_code code)
{
    return &codes[code];
}

check_code check_code_by_name(const char *name)
{
    for (int i = 0; i < CHECK_N_CODES; i++)
        if (strcmp(codes[i].name, name) == 0)
            return (check_code)i;
    return CHECK_N_CODES;
}

void check_problems_clear(check_problems *problems)
{
    for (size_t i = 0; i < problems->n; i++) {
        free(problems->items[i].file);
        free(problems->items[i].message);
        free(problems->items[i].hint);
    }
    free(problems->items);
    *problems = (check_problems){0};
}

static pnd_status append(check_problems *problems, check_code code, const char *file,
                         const pnd_error *found, pnd_error *err)
{
    if (problems->n == problems->capacity) {
        const size_t capacity = problems->capacity > 0 ? 2 * problems->capacity : 8;
        check_problem *items = pnd_realloc_array(problems->items, capacity, sizeof *items);
        if (items == NULL)
            return pnd_fail(err, PND_ENOMEM, "out of memory");
        problems->items = items;
        problems->capacity = capacity;
    }
    check_problem *p = &problems->items[problems->n++];
    *p = (check_problem){code, pnd_strdup(file), pnd_strdup(found->message),
                         pnd_strdup(found->hint)};
    if (p->file == NULL || p->message == NULL || p->hint == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    return PND_OK;
}

pnd_status check_add(check_problems *problems, check_code code, const char *file, pnd_error *err,
                     const char *format, ...)
{
    char text[PND_MESSAGE_SIZE];
    pnd_error found = {0};
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    (void)pnd_fail(&found, PND_EFORMAT, "%s: %s", file, text); /* escapes control characters */
    return append(problems, code, file, &found, err);
}

pnd_status check_add_error(check_problems *problems, check_code code, const char *file,
                           pnd_error *found, pnd_error *err)
{
    if (found->status == PND_ENOMEM)
        return pnd_fail(err, PND_ENOMEM, "%s", found->message);
    const pnd_status status = append(problems, code, file, found, err);
    *found = (pnd_error){0};
    return status;
}
