/* SPDX-License-Identifier: Apache-2.0 */
/* pnd-convert: what its commands share. */
#ifndef CONVERT_H
#define CONVERT_H

#include "tool.h"

#include <panodepth/labels.h>
#include <panodepth/panoptic_pairs.h>
#include <panodepth/panoptic_set.h>

/** Forms of panoptic results; the last four are pnd_pairs_form plus 2. */
typedef enum convert_form {
    CONVERT_COCO,
    CONVERT_DETECTRON2,
    CONVERT_TWO_CHANNEL,
    CONVERT_THREE_CHANNEL,
    CONVERT_INSTANCE_IDS,
    CONVERT_DIVISOR
} convert_form;

enum { CONVERT_IDS_UNSET, CONVERT_IDS_LABEL, CONVERT_IDS_TRAIN };
enum { CONVERT_ZERO_REFUSE, CONVERT_ZERO_GROUP, CONVERT_ZERO_INSTANCE };
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
    int32_t ids, to_ids; /**< CONVERT_IDS_... */
    int32_t divisor, void_class, to_void;
    int32_t instance_zero;
    int32_t task, unit, depth_to;
    bool partial, saturate, drop_invalid, deflate;
} convert_args;

/** One input, and what it is called in the output. */
typedef struct convert_file {
    char *path;     /**< opened; for images of a JSON only shown */
    char *name;     /**< relative to the folder of the results */
    char *image_id; /**< core name, or the name without folders and extension */
} convert_file;

typedef struct convert_files {
    convert_file *items;
    size_t n, capacity;
} convert_files;

/** Append copies. @retval PND_ENOMEM */
PND_NODISCARD pnd_status convert_files_add(convert_files *files, const char *path, const char *name,
                                           pnd_error *err);

/** The file itself, or all files below a folder whose name ends in one of the extensions (NULL
 *  ends the list), sorted by path.
 *  @retval PND_EIO  @retval PND_EFORMAT none, or two of one image id */
PND_NODISCARD pnd_status convert_files_find(convert_files *out, const char *path,
                                            const char *const *extensions, pnd_error *err);
void convert_files_clear(convert_files *files);

/** What the names of images end in: --suffix, or ".png". */
const char *convert_suffix(const convert_args *args);

/** "{out}/{name}" with another extension; free(). NULL without memory. */
char *convert_output(const char *out, const char *name, const char *extension);

/* ---- ids (convert_segments.c) */

/** The label of a class in a space: NULL when there is none. */
const pnd_label *convert_label(int32_t class_id, int32_t ids);

/** That class in a space. */
int32_t convert_class(const pnd_label *label, int32_t ids);

/** Pairs of one space, in place, to pairs of another. Ignored classes of label ids become void.
 *  @retval PND_EFORMAT an unknown class, or a thing with instance 0 while that is refused */
PND_NODISCARD pnd_status convert_pairs(pnd_plane_u32 *pairs, int32_t from_ids, int32_t to_ids,
                                       int32_t instance_zero, const char *name, pnd_error *err);

/** Segment ids and their list from pairs, in place. `segments` is a fresh array (free()).
 *  @retval PND_ELIMIT an instance number the id scheme cannot hold
 *  @retval PND_EUNSUPPORTED a group of things for detectron2 */
PND_NODISCARD pnd_status convert_to_segments(pnd_plane_u32 *pairs, pnd_segment_info **segments,
                                             size_t *n, convert_form form, int32_t ids,
                                             const char *name, pnd_error *err);

/** The other way round. @retval PND_EFORMAT a pixel of no segment, an unknown category, a segment
 *  listed twice */
PND_NODISCARD pnd_status convert_from_segments(pnd_plane_u32 *ids, const pnd_annotation *annotation,
                                               convert_form form, int32_t space, const char *name,
                                               pnd_error *err);

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
