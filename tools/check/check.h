/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pnd-check: what its parts share.
 *
 * The unit of work is a frame (all files of one core name), any other single file, or one
 * annotation of a panoptic JSON. Units are checked in parallel, each writes its own facts and
 * problems; what only shows between units is found afterwards, in order.
 */
#ifndef CHECK_H
#define CHECK_H

#include "tool.h"

#include <panodepth/camera.h>
#include <panodepth/depth_file.h>
#include <panodepth/panoptic_set.h>
#include <panodepth/png.h>

typedef struct check_args {
    const char *manifest_create, *manifest_verify, *png_dir, *output;
    bool deep, complete, list_codes;
    tool_size size;
    tool_list ignore;
    int32_t role, ids;
} check_args;

/* ---- codes */

/** In the order of the report. The names in check_codes.c are stable. */
typedef enum check_code {
    CHECK_UNREADABLE,
    CHECK_EMPTY_FILE,
    CHECK_LFS_POINTER,
    CHECK_ANNEX_POINTER,
    CHECK_HTML_PAGE,
    CHECK_FOREIGN_TYPE,
    CHECK_TRUNCATED,
    CHECK_CORRUPT,
    CHECK_TRAILING_BYTES,
    CHECK_TOO_LARGE,
    CHECK_WRONG_BIT_DEPTH,
    CHECK_WRONG_COLOR_TYPE,
    CHECK_WRONG_SIZE,
    CHECK_MISSING_FILE,
    CHECK_MISSING_STEREO,
    CHECK_MISPLACED_FILE,
    CHECK_UNEXPECTED_FILE,
    CHECK_INCOMPLETE_SPLIT,
    CHECK_JSON_INVALID,
    CHECK_JSON_KEY,
    CHECK_CAMERA_KEY,
    CHECK_CAMERA_RANGE,
    CHECK_CAMERA_DIFFERS,
    CHECK_CAMERA_CENTER,
    CHECK_DISPARITY_INVALID,
    CHECK_DISPARITY_INFINITE,
    CHECK_DISPARITY_CONSTANT,
    CHECK_DISPARITY_8BIT,
    CHECK_UNKNOWN_CLASS,
    CHECK_INSTANCE_OF_STUFF,
    CHECK_INSTANCE_LABEL_MISMATCH,
    CHECK_PANOPTIC_INVALID,
    CHECK_DUPLICATE_IMAGE,
    CHECK_DUPLICATE_SEGMENT,
    CHECK_SEGMENT_ID_ZERO,
    CHECK_SEGMENT_NOT_IN_JSON,
    CHECK_SEGMENT_NOT_IN_PNG,
    CHECK_UNKNOWN_CATEGORY,
    CHECK_WRONG_AREA,
    CHECK_WRONG_BBOX,
    CHECK_WRONG_ID_SPACE,
    CHECK_UNSAFE_NAME,
    CHECK_EXTRA_FILE,
    CHECK_DEPTH_EMPTY,
    CHECK_DEPTH_NOT_FINITE,
    CHECK_DEPTH_NEGATIVE,
    CHECK_DEPTH_SATURATED,
    CHECK_MANIFEST_LINE,
    CHECK_MANIFEST_MISSING,
    CHECK_MANIFEST_CHANGED,
    CHECK_MANIFEST_EXTRA,
    CHECK_N_CODES
} check_code;

typedef struct check_code_text {
    const char *name;
    bool warning;      /**< the data can be used, and is probably not what was meant */
    const char *title; /**< what the files of this group are */
} check_code_text;

const check_code_text *check_code_of(check_code code);

/** The code with that name; CHECK_N_CODES when there is none. */
check_code check_code_by_name(const char *name);

typedef struct check_problem {
    check_code code;
    char *file; /**< relative to what was checked */
    char *message, *hint;
} check_problem;

/** Zero-initialise; release with check_problems_clear(). */
typedef struct check_problems {
    check_problem *items;
    size_t n, capacity;
} check_problems;

void check_problems_clear(check_problems *problems);

/** Append "FILE: message". @retval PND_ENOMEM */
PND_NODISCARD pnd_status check_add(check_problems *problems, check_code code, const char *file,
                                   pnd_error *err, const char *format, ...) PND_PRINTF(5, 6);

/** Append the message and hint of a failure; passes PND_ENOMEM on instead. `found` is cleared. */
PND_NODISCARD pnd_status check_add_error(check_problems *problems, check_code code,
                                         const char *file, pnd_error *found, pnd_error *err);

/* ---- files */

typedef struct check_names {
    char **items; /**< relative paths, sorted; one that ends in '/' is an unreadable folder */
    size_t n, capacity;
} check_names;

/** All files below a folder; hidden names are left out, symbolic links followed.
 *  @retval PND_EIO the folder itself cannot be read */
PND_NODISCARD pnd_status check_walk(check_names *out, const char *folder, pnd_error *err);
void check_names_clear(check_names *names);
bool check_names_has(const check_names *names, const char *name);

typedef enum check_kind {
    CHECK_IS_OTHER, /**< nothing is known of it */
    CHECK_IS_RGB8,
    CHECK_IS_RGB16,
    CHECK_IS_COLOR, /**< RGB or RGBA */
    CHECK_IS_LABELS,
    CHECK_IS_TRAIN_LABELS,
    CHECK_IS_INSTANCES,
    CHECK_IS_TRAIN_INSTANCES,
    CHECK_IS_DISPARITY,
    CHECK_IS_PNG, /**< of any kind: a prediction */
    CHECK_IS_DEPTH,
    CHECK_IS_CAMERA,
    CHECK_IS_POLYGONS,
    CHECK_IS_JSON,
    CHECK_IS_TEXT
} check_kind;

typedef struct check_modality {
    const char *name, *type, *suffix;
    check_kind kind;
} check_modality;

const check_modality *check_modalities(size_t *n);

typedef struct check_file {
    const char *path; /**< borrowed from the walk */
    int32_t modality; /**< -1: none */
    int32_t split;    /**< index into splits; -1 outside of a tree */
    const char *core; /**< within path; NULL outside of a tree */
    size_t core_size;
    check_kind kind;
    pnd_png_info info; /**< zero when it is no sound PNG */
} check_file;

typedef struct check_disparity {
    int64_t images, invalid, infinite, finite;
    uint16_t max;
} check_disparity;

typedef struct check_unit {
    size_t first, n;        /**< its files; n 0: an annotation */
    size_t set, annotation; /**< of a panoptic JSON */
    check_problems problems;
    pnd_camera camera; /**< fx 0: none */
    pnd_png_info png;  /**< of an annotation */
    check_disparity disparity;
} check_unit;

/** A panoptic JSON with its images. */
typedef struct check_set {
    const char *path; /**< borrowed */
    char *png_dir;    /**< absolute or relative to the working directory */
    char *png_name;   /**< for messages */
    pnd_panoptic_set set;
    check_names pngs;
    pnd_panoptic_role role;
    pnd_id_space space;
} check_set;

enum { CHECK_MAX_SPLITS = 16 };

typedef struct check_run {
    tool *tool;
    const check_args *args;
    const char *root; /**< a folder */
    char *root_owned; /**< the folder of a JSON */
    bool is_tree;
    check_names names;
    check_file *files;
    size_t n_files, n_others;
    char *splits[CHECK_MAX_SPLITS];
    int32_t n_splits;
    check_unit *units;
    size_t n_units;
    check_set *sets;
    size_t n_sets;
    tool_size expected_size; /**< width 0: no image has a known size */
    check_problems problems; /**< all, once check_collect() ran */
} check_run;

/** What one thread reuses. */
typedef struct check_scratch {
    pnd_buffer bytes;
    pnd_plane_u8 labels;
    pnd_plane_u16 instances, samples;
    pnd_plane_u32 ids;
    pnd_plane_rgb8 rgb;
    pnd_depth_map depth;
} check_scratch;

/** Sort what was walked into files and units. */
PND_NODISCARD pnd_status check_open_tree(check_run *run, pnd_error *err);
/** What only shows between files; then all problems in order. */
PND_NODISCARD pnd_status check_between(check_run *run, pnd_error *err);
PND_NODISCARD pnd_status check_collect(check_run *run, pnd_error *err);

/** What a file should be, by its first bytes. */
typedef enum check_container { CHECK_A_PNG, CHECK_A_TEXT, CHECK_A_DEPTH } check_container;

/** Read a file and see that its first bytes are those of such a file: `*good`, or a problem. A NULL
 *  `beneath` opens `path`, else it is a name from a data file, opened beneath that folder. */
PND_NODISCARD pnd_status check_read(bool *good, pnd_buffer *bytes, check_problems *problems,
                                    const char *beneath, const char *path, const char *shown,
                                    check_container container, pnd_error *err);

PND_NODISCARD pnd_status check_frame(const check_run *run, check_unit *unit, check_scratch *s,
                                     pnd_error *err);
PND_NODISCARD pnd_status check_image(const check_run *run, check_unit *unit, check_file *file,
                                     check_scratch *s, bool *decoded, pnd_error *err);
/** Container and kind; `info` as far as it is known. */
PND_NODISCARD pnd_status check_png(pnd_png_info *info, bool *good, check_kind kind,
                                   check_unit *unit, const char *path, const pnd_buffer *bytes,
                                   pnd_error *err);
PND_NODISCARD pnd_status check_camera(check_unit *unit, const char *path, const pnd_buffer *bytes,
                                      pnd_error *err);
PND_NODISCARD pnd_status check_json(check_unit *unit, const check_file *file,
                                    const pnd_buffer *bytes, pnd_error *err);

/** True when the bytes look like a panoptic JSON. */
bool check_is_panoptic(const pnd_buffer *bytes);
/** Parse, and check what needs no image; `*usable` unless it could not be parsed. */
PND_NODISCARD pnd_status check_set_open(check_set *set, bool *usable, check_run *run,
                                        const char *path, pnd_error *err);
void check_set_clear(check_set *set);
PND_NODISCARD pnd_status check_annotation(const check_run *run, check_unit *unit, check_scratch *s,
                                          pnd_error *err);

/* These return exit codes. */

/** The report on standard output, and as JSON in --output. */
int check_report(const check_run *run);
int check_manifest_create(tool *t, const check_args *args, const char *root);
/** Adds to run->problems. */
int check_manifest_verify(check_run *run);

#endif
