/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pnd-panoptic: what its passes share.
 *
 * The first pass reads and checks every frame and keeps its segments; only when all frames are good
 * (or --skip-bad is given) does the second one read them again and write the images. So a bad frame
 * leaves nothing half written, and memory does not grow with the number of frames. The JSON comes
 * last: where it is, its images are complete.
 *
 * A frame's instanceIds are a PNG of the data set or, with --from-polygons, drawn from its
 * polygons; everything else is made from them. --audit does both and compares.
 */
#ifndef PANOPTIC_H
#define PANOPTIC_H

#include "tool.h"

#include <panodepth/cityscapes.h>
#include <panodepth/labels.h>
#include <panodepth/panoptic_set.h>
#include <panodepth/polygons.h>

typedef struct panoptic_args {
    const char *root, *out;
    tool_list splits;
    int annotations; /* index into panoptic_annotations */
    bool from_polygons, audit, require_equal;
    int fill; /* a pnd_fill_rule */
    bool in_place, train_ids, label_ids, instance_ids, label_train_ids, instance_train_ids;
} panoptic_args;

/** "gtFine", "gtCoarse", NULL. */
extern const char *const panoptic_annotations[];

/** One frame, filled by the first pass. */
typedef struct gt_frame {
    const pnd_frame *frame; /**< borrowed from its split's list */
    size_t split;
    bool good;
    int32_t width, height;
    pnd_segment_info *segments; /**< owned */
    size_t n_segments;
} gt_frame;

/** instanceIds value -> value of each derived image. */
typedef struct panoptic_maps {
    pnd_train_id_lut train;
    uint8_t label_ids[65536];
} panoptic_maps;

typedef struct gt_run {
    tool *tool;
    const panoptic_args *args;
    const char *annotations;  /**< "gtFine" or "gtCoarse": folder, and part of each file name */
    const char *panoptic_dir; /**< receives cityscapes_panoptic_{split}.json and its folder */
    const char *tree_root;    /**< other images go to {tree_root}/gtFine/{split}/{city} */
    pnd_frame_list *lists;    /**< one per split */
    size_t n_splits;
    gt_frame *frames; /**< of all splits, in path order within each */
    int32_t n_frames;
    panoptic_maps *maps; /**< NULL when no label or trainId images are wanted */
} gt_run;

/** What one thread reuses from frame to frame. */
typedef struct gt_scratch {
    pnd_buffer file, png;
    pnd_plane_u16 instance_ids, mapped_u16;
    pnd_plane_u32 segment_ids;
    pnd_plane_u8 mapped_u8;
    pnd_polygon_scratch fill;
} gt_scratch;

/* ---- opening (open.c) */

/** Find and list the frames of every split. */
PND_NODISCARD pnd_status panoptic_open(gt_run *run, pnd_error *err);
void panoptic_close(gt_run *run);

/* ---- one frame (input.c) */

/** scratch_create, scratch_free and image_id of a tool_frame_job over a gt_run. */
pnd_status panoptic_scratch_create(void **out, void *run, pnd_error *err);
void panoptic_scratch_free(void *scratch);
const char *panoptic_image_id(const void *run, int32_t index);

/** {root}/{annotations}/{split}/{city}/{core}_{annotations}_{kind}; free(). NULL without memory. */
char *panoptic_frame_path(const gt_run *run, const gt_frame *frame, const char *root,
                          const char *kind);

/** Read and parse the polygons of a frame; release with pnd_polygons_clear(). */
PND_NODISCARD pnd_status panoptic_read_polygons(pnd_polygons *out, gt_scratch *s, const gt_run *run,
                                                const gt_frame *frame, pnd_error *err);

/** The instanceIds of a frame into s->instance_ids, and its panoptic segments (owned) and ids. */
PND_NODISCARD pnd_status panoptic_build(gt_scratch *s, pnd_segment_info **segments, size_t *n,
                                        const gt_run *run, const gt_frame *frame, pnd_error *err);

/* ---- the passes (frames.c) */

/** First pass: decode, check the classes, keep the segments, see that no output exists. */
int panoptic_check_frames(gt_run *run, tool_problems *problems);

/** Second pass: write the images of the good frames. */
int panoptic_write_frames(gt_run *run);

/* ---- results (write_json.c, report.c) */

/** Write the JSON of one split. */
PND_NODISCARD pnd_status panoptic_write_json(const gt_run *run, size_t split, pnd_error *err);

/** {panoptic_dir}/cityscapes_panoptic_{split}[_gtCoarse][_trainId]{rest}; free(). NULL without
 * memory. */
char *panoptic_output_path(const gt_run *run, size_t split, const char *rest);

/** Refuse to overwrite without --force. @retval PND_EINVAL */
PND_NODISCARD pnd_status panoptic_check_absent(const gt_run *run, const char *path, pnd_error *err);

/** Fail when the JSON of a split exists, or when no frame of a split is good. An exit code. */
int panoptic_check_json_absent(const gt_run *run);
int panoptic_fail_empty_split(const gt_run *run);

/** Write the JSON of every split and say what was done. An exit code. */
int panoptic_write_results(const gt_run *run);

/* ---- --audit (audit.c, audit_report.c) */

enum { AUDIT_INSTANCE_IDS, AUDIT_LABEL_IDS, N_AUDITED };

/** One frame: pixels of each released image that differ from what each filler draws. */
typedef struct audit_row {
    bool good;
    int64_t pixels;
    bool has[N_AUDITED]; /**< the data set holds that image */
    int64_t differ[N_AUDITED][PND_N_FILL_RULES];
} audit_row;

/** Compare every frame and report; an exit code. */
int panoptic_audit(gt_run *run);

/** True when the run compares with this filler: all of them unless --fill names one. */
bool panoptic_audits(const gt_run *run, pnd_fill_rule rule);

/** Print the rows (one per frame of the run) and their sums: text, or JSON with --json. */
PND_NODISCARD pnd_status panoptic_audit_report(const gt_run *run, const audit_row *rows,
                                               const audit_row *total, pnd_error *err);

#endif
