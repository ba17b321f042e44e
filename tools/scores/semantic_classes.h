/* SPDX-License-Identifier: Apache-2.0 */
/* The Cityscapes labels as classes that are scored. */
#ifndef SEMANTIC_CLASSES_H
#define SEMANTIC_CLASSES_H

#include <panodepth/semantic.h>

enum { SEMANTIC_N_CLASSES = 34, SEMANTIC_N_CATEGORIES = 8 };

/* The labels 0 to 33; the id of a class or category is its index. */
typedef struct semantic_classes {
    pnd_semantic_class rows[SEMANTIC_N_CLASSES];
    pnd_semantic_table table; /* of `rows` */
    const char *names[SEMANTIC_N_CLASSES], *category_names[SEMANTIC_N_CATEGORIES];
} semantic_classes;

/* `out` stays where it is: its table points into it. */
void semantic_classes_init(semantic_classes *out);

#endif
