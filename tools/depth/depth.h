/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pnd-depth: what its parts share.
 *
 *     frames.c   which frames there are, and where their files lie
 *     convert.c  one frame: read, convert, write
 *     stats.c    minimum, median, mean and maximum of a frame's depths
 *     sidecar.c  the JSON that says what was done
 */
#ifndef DEPTH_H
#define DEPTH_H

#include "tool.h"

#include <panodepth/camera.h>
#include <panodepth/cityscapes.h>
#include <panodepth/depth.h>
#include <panodepth/depth_file.h>
#include <panodepth/file.h>

typedef struct depth_args {
    const char *root, *disparity_root, *camera_root, *gt_root; /* a tree */
    tool_list splits;
    const char *disparity, *camera, *labels; /* one frame */
    double doffs;                            /* NaN: as the calibration says */
    const char *out;
    int32_t format; /* a pnd_depth_format */
    bool truncate, nan, range;
    double cap_m;           /* NaN: no cap */
    int32_t cap_mode;       /* a pnd_cap_mode */
    int32_t zero_disparity; /* a pnd_zero_disparity */
    tool_int_list mask_labels;
    const char *backend;
} depth_args;

enum { DEPTH_N_SAMPLES = 65536, DEPTH_N_LABELS = 34 };

/* Of the finite depths of a frame, metres; NaN when there are none or with --range. */
typedef struct depth_stats {
    double min, median, mean, max;
} depth_stats;

typedef char depth_digest[PND_SHA256_TEXT_SIZE];

/* What became of a frame. */
typedef struct depth_result {
    bool done;
    int32_t width, height;
    pnd_camera camera;
    pnd_depth_counts counts;
    int64_t disparity_sum; /* of the samples read */
    int64_t sample_sum;    /* of the samples written; png16 only */
    uint16_t largest;      /* sample read */
    depth_stats stats;
    depth_digest disparity_digest, camera_digest, labels_digest, output_digest;
} depth_result;

typedef struct depth_frame {
    const char *name; /* the frame's core, or the disparity file of a single one; borrowed */
    size_t split;
    char *disparity, *camera, *labels, *output; /* paths, owned; labels NULL: not asked for */
    depth_result result;
} depth_frame;

typedef struct depth_run {
    tool *tool;
    const depth_args *args;
    bool has_mask;
    bool masked_label[DEPTH_N_LABELS];
    pnd_frame_list *lists; /* one per split */
    size_t n_splits;       /* 0 for a single frame */
    depth_frame *frames;
    int32_t n_frames;
} depth_run;

/* frames.c: fill lists and frames. The caller releases with depth_frames_clear(), failed or not. */
PND_NODISCARD pnd_status depth_frames_find(depth_run *run, pnd_error *err);
void depth_frames_clear(depth_run *run);

/* frames.c: {out}/depth/{split}.json, or {out}.json for a single frame; free(). NULL: no memory. */
char *depth_sidecar_path(const depth_run *run, size_t split);

/* frames.c: refuse outputs that exist, before anything is computed. */
PND_NODISCARD pnd_status depth_check_absent(const depth_run *run, pnd_error *err);

/* convert.c: all frames. Returns an exit code; the failures were reported. */
int depth_convert(depth_run *run);

/* stats.c: histogram[p] pixels of sample p have a finite depth. */
depth_stats depth_stats_of(const int32_t *histogram, pnd_stereo stereo, double clamp_m);

/* sidecar.c: totals of a split's frames that are done. */
typedef struct depth_totals {
    int64_t frames, skipped, pixels;
    pnd_depth_counts counts;
} depth_totals;

depth_totals depth_totals_of(const depth_run *run, size_t split);

/* sidecar.c: write one split's record. */
PND_NODISCARD pnd_status depth_sidecar_write(const depth_run *run, size_t split, pnd_error *err);

#endif
