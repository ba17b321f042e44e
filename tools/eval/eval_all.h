/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of pnd-eval all: what a prediction folder allows -> one pass -> report. */
#ifndef PND_EVAL_ALL_H
#define PND_EVAL_ALL_H

#include "eval_depth.h"
#include "eval_instance.h"
#include "eval_joint.h"
#include "eval_panoptic.h"
#include "eval_run.h"
#include "eval_semantic.h"

typedef struct all_args {
    const char *root, *split, *pred;
    const char *gt_json, *gt_dir, *semantic_suffix;
    tool_list tasks;
    int32_t parity;   /* a pnd_pq_parity */
    int32_t protocol; /* index into depth_protocol_names */
    bool boundary, errors, distance;
    tool_int_list mask_labels;
    tool_list analysis;
    tool_list require;
    const char *name, *out;
} all_args;

/* In the order of the work and of the report. */
enum { ALL_PANOPTIC, ALL_SEMANTIC, ALL_INSTANCE, ALL_DEPTH, ALL_JOINT, ALL_N_TASKS };

typedef struct all_item {
    eval_part part;
    bool is_asked;    /* false: --tasks leaves it out */
    bool is_required; /* --tasks or --require names it: not scoring it is a failure */
    bool is_scored;   /* asked for, and the folder allows it */
    pnd_buffer text;  /* what is scored, or why nothing is: one line */
    char *file;       /* of its results; NULL: none */
} all_item;

enum { ALL_MAX_STRINGS = 16 };

typedef struct all_plan {
    const all_args *args;
    all_item items[ALL_N_TASKS];
    /* What the commands of the tasks would be given. */
    panoptic_args panoptic;
    semantic_args semantic;
    instance_args instance;
    depth_args depth;
    joint_args joint;
    const char *pred;               /* the folder of all predictions */
    const char *pred_json;          /* the panoptic prediction; NULL: none */
    eval_files files;               /* below it */
    char *strings[ALL_MAX_STRINGS]; /* what the arguments point to */
    size_t n_strings;
    bool failed; /* memory ran out */
} all_plan;

/* ---- eval_all_find.c */

/*
 * Fill the arguments of every task and find out which of them the folder allows. Each item's text
 * says what there is, or what is missing.
 * @retval PND_EIO  the folder cannot be listed  @retval PND_ENOMEM
 */
PND_NODISCARD pnd_status all_find(all_plan *plan, pnd_error *err);

/* ---- eval_all_report.c */

/* Write the results files, then standard output. Returns an exit code; everything was reported. */
int all_report(tool *t, const all_plan *plan);

#endif
