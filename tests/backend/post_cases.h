/* SPDX-License-Identifier: Apache-2.0 */
/* Scenes and options on which every backend must post-process as ref does, and the comparison. */
#ifndef POST_CASES_H
#define POST_CASES_H

#include "post_scene.h"

typedef struct post_case {
    int32_t width, height, classes, n_peaks;
    bool ties; /* values in coarse steps */
    pnd_postprocess_options options;
} post_case;

extern const post_case post_cases[];
extern const size_t n_post_cases;

/* The scene and options of a case. `odd`: with NaN, infinite and huge values here and there. */
post_scene post_case_scene(const post_case *c, bool odd);
pnd_postprocess_options post_case_options(const post_case *c);

/* What differs first, or NULL: everything to the bit, but for the bits of a NaN. */
const char *post_difference(const pnd_postprocess_result *a, const pnd_postprocess_result *b);

#endif
