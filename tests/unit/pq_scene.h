/* SPDX-License-Identifier: Apache-2.0 */
/* Small hand-made pairs of panoptic images for the tests of pq.h. */
#ifndef PND_PQ_SCENE_H
#define PND_PQ_SCENE_H

#include "pnd_test.h"

#include <panodepth/pq.h>

enum { SCENE_SIDE = 16, SCENE_SEGMENTS = 8 };

/* One image and its table. Pixels lie in a buffer of SCENE_SIDE a row: every view is padded. */
typedef struct side {
    uint32_t ids[SCENE_SIDE * SCENE_SIDE];
    int32_t width, height;
    pnd_segment segments[SCENE_SEGMENTS];
    size_t n;
} side;

typedef struct scene {
    side gt, pred;
} scene;

/* Paint columns [x0, x1) of rows [y0, y1). */
static inline void paint(side *image, int32_t x0, int32_t x1, int32_t y0, int32_t y1, uint32_t id)
{
    for (int32_t y = y0; y < y1; y++)
        for (int32_t x = x0; x < x1; x++)
            image->ids[y * SCENE_SIDE + x] = id;
}

static inline pnd_segment *list(side *image, uint32_t id, int32_t category, int64_t area,
                                bool is_crowd)
{
    assert_true(image->n < SCENE_SEGMENTS);
    image->segments[image->n] = (pnd_segment){id, category, is_crowd, area};
    return &image->segments[image->n++];
}

static inline pnd_panoptic view_of(const side *image)
{
    return (pnd_panoptic){{image->ids, image->width, image->height, SCENE_SIDE * sizeof(uint32_t)},
                          image->segments,
                          image->n};
}

static inline scene empty_scene(int32_t width, int32_t height)
{
    scene s;
    memset(&s, 0, sizeof s);
    s.gt.width = s.pred.width = width;
    s.gt.height = s.pred.height = height;
    return s;
}

#endif
