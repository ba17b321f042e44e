/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sizes, lifetimes and places of a graph's values.
 *
 * Storage is NHWC: element (image, y, x, c) of a value lies at
 *     arena + offset + element_size * (((image * height + y) * width + x) * pitch + c)
 * where pitch is the channel count of the value that owns the storage. Owners whose lifetimes do
 * not meet share memory: largest first, each at the lowest offset that is free while it lives.
 */
#ifndef PND_NET_PLAN_H
#define PND_NET_PLAN_H

#include "net_graph.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { NET_ALIGN = 256 }; /* of every offset, in bytes */

typedef struct net_place {
    int32_t height, width, channels;
    int32_t pitch;       /* elements from one pixel to the next */
    int32_t owner;       /* the value that owns the storage; itself, or an ancestor */
    size_t element_size; /* 4, or 2 for activations in half precision */
    size_t offset;       /* bytes from the arena's start to channel 0 of pixel (0, 0) of image 0 */
    int32_t first_op, last_op; /* of the owner: written first, read last */
} net_place;

typedef struct net_plan {
    int32_t batch, width, height;
    net_place places[NET_MAX_VALUES];
    size_t arena_bytes;
    int64_t flops; /* of one image */
} net_plan;

typedef struct net_plan_options {
    int32_t batch, width, height;
    size_t element_size; /* of values that are not f32 */
    bool keep_all;       /* no reuse: every value can be read after a run */
} net_plan_options;

/* A graph without INPUT (a test of one operation) takes the sizes of values that no operation
 * writes from options->width and height. Outputs of the graph live until the end.
 * @retval PND_EINVAL a window larger than its map  @retval PND_ELIMIT */
pnd_status net_plan_make(net_plan *plan, const net_graph *graph, const net_plan_options *options,
                         pnd_error *err);

#ifdef __cplusplus
}
#endif

#endif
