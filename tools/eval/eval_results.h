/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every sub-command of pnd-eval shares: deviations, the score signature, the head of
 * results.json and --require gates.
 *
 * results.json is one object: the common keys of eval_results_begin(), then the task's own. The
 * same data give the same bytes: no times, no thread counts, no absolute paths.
 */
#ifndef PND_EVAL_RESULTS_H
#define PND_EVAL_RESULTS_H

#include <panodepth/file.h>
#include <panodepth/json.h>

/* Something met on the way that a reader of the score should know. */
typedef struct eval_deviation {
    const char *code;    /* stable, "gt-area-differs"; borrowed, static */
    const char *message; /* a sentence; borrowed, static */
    int64_t count;
    char *first_image; /* owned; NULL when no image is meant */
} eval_deviation;

/* Zero-initialise; release with eval_deviations_clear(). */
typedef struct eval_deviations {
    eval_deviation *items; /* in order of first appearance */
    size_t n;
    bool failed; /* memory ran out while adding */
} eval_deviations;

/* Count `count` more of `code`; nothing for 0. Call in image order: `image` is kept for the first.
 */
void eval_deviate(eval_deviations *deviations, const char *code, const char *message, int64_t count,
                  const char *image);
void eval_deviations_clear(eval_deviations *deviations);

/* "  CODE xCOUNT (first: IMAGE): MESSAGE" lines, or nothing. */
void eval_deviations_print(pnd_buffer *out, const eval_deviations *deviations);

/*
 * The score signature: one line that says how a score was made, "pnd1;key=value;key=value...".
 * Begin, add the task's keys, end. Characters that could break a line apart (';', '=', control) are
 * written as %XX. eval_signature_end() adds images, skip, version and gt (the digest).
 */
void eval_signature_begin(pnd_buffer *out, const char *task, const char *protocol);
void eval_signature_add(pnd_buffer *out, const char *key, const char *value);
void eval_signature_end(pnd_buffer *out, size_t images, size_t skipped, const char *gt_digest);

/* SHA-256 over the SHA-256s (hexadecimal, one a line) of the ground truth's files, in order: each
 * file is hashed by the thread that reads it. */
typedef char eval_sha256[PND_SHA256_TEXT_SIZE];
PND_NODISCARD pnd_status eval_digest(eval_sha256 out, const eval_sha256 *files, size_t n,
                                     pnd_error *err);

typedef struct eval_head {
    const char *task;     /* "panoptic", "depth" */
    const char *method;   /* --name, or NULL */
    const char *split;    /* or NULL */
    const char *protocol; /* "strict", "corrected", "paper-eq" ... */
    const char *signature;
    size_t images, skipped;
    const eval_deviations *deviations;
} eval_head;

/* Open the object and write the common keys. The caller adds its own and closes the object. */
void eval_results_begin(pnd_json_writer *writer, const eval_head *head);

/* A member that is a list on one line. Returns what eval_list_end() restores. */
int eval_list_begin(pnd_json_writer *writer, const char *key);
void eval_list_end(pnd_json_writer *writer, int indent);

/* --require 'PQ>=60': NAME, one of >= > <= < ==, NUMBER. */
typedef struct eval_metric {
    const char *name;
    double value; /* NaN: undefined, which meets no requirement */
} eval_metric;

/* Check the syntax and that the name is one of `known`. @retval PND_EINVAL (a usage error) */
PND_NODISCARD pnd_status eval_require_parse(const char *text, const eval_metric *known, size_t n,
                                            pnd_error *err);

/* True when `text`, which eval_require_parse() accepted, holds. On false `why` says "PQ is 38.76,
 * required >= 60". */
bool eval_require_met(const char *text, const eval_metric *metrics, size_t n, pnd_error *why);

#endif
