/* SPDX-License-Identifier: Apache-2.0 */
/* pnd-convert: what its commands share. */
#ifndef CONVERT_H
#define CONVERT_H

#include "tool.h"
#include "tool_files.h"

#include <panodepth/panoptic_segments.h>

/** Forms of panoptic results; the last four are pnd_pairs_form plus 2. */
typedef enum convert_form {
    CONVERT_COCO,
    CONVERT_DETECTRON2,
    CONVERT_TWO_CHANNEL,
    CONVERT_THREE_CHANNEL,
    CONVERT_INSTANCE_IDS,
    CONVERT_DIVISOR
} convert_form;

enum { CONVERT_TASK_PANOPTIC, CONVERT_TASK_SEMANTIC };
enum { CONVERT_UNIT_UNSET, CONVERT_UNIT_METRE, CONVERT_UNIT_MILLIMETRE, CONVERT_UNIT_256 };
enum {
    CONVERT_TO_UNSET,
    CONVERT_TO_PNG16,
    CONVERT_TO_PNG_MM,
    CONVERT_TO_NPY,
    CONVERT_TO_NPZ,
    CONVERT_TO_PFM
};

typedef struct convert_args {
    const char *out, *png_dir, *suffix, *split, *member;
    int32_t from, to;    /**< convert_form, or -1 */
    int32_t ids, to_ids; /**< pnd_id_space; unknown: not said */
    int32_t divisor, void_class, to_void;
    int32_t instance_zero; /**< pnd_instance_zero */
    int32_t task, unit, depth_to;
    bool partial, saturate, drop_invalid, deflate;
} convert_args;

/** What to do about two files of one image. */
#define CONVERT_FILES_HINT "--suffix chooses one kind of image"

/** What the names of images end in: --suffix, or ".png". */
const char *convert_suffix(const convert_args *args);

/** "{out}/{name}" with another extension; free(). NULL without memory. */
char *convert_output(const char *out, const char *name, const char *extension);

/* ---- commands */

int convert_panoptic(tool *t, const void *args);
int convert_depth(tool *t, const void *args);
int convert_submission(tool *t, const void *args);

/** The panoptic job with everything said; `out` is the JSON or the folder. */
int convert_panoptic_run(tool *t, const convert_args *args, const char *input, const char *out);

/** Label images for the server. */
int convert_labels_run(tool *t, const convert_args *args, const char *input);

/** Exit 6 unless there are as many images as the split has. */
int convert_check_count(tool *t, const convert_args *args, size_t n);

#endif
