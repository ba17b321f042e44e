/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A weight file's tensors as the builder asks for them: by name, with the shape they must have.
 * Problems are collected, so that one message names everything that is missing, mis-shaped or not
 * part of the network.
 */
#ifndef PND_NET_TENSORS_H
#define PND_NET_TENSORS_H

#include "net_graph.h"

enum { NET_TENSOR_NAME_SIZE = 128, NET_MAX_CHANNELS = 65536 };

typedef struct net_problems {
    size_t n, n_named;
    char first[320]; /* as many of them as fit, separated by "; " */
} net_problems;

typedef struct net_tensors {
    const pnd_net_tensor **sorted; /* by name */
    bool *used;                    /* parallel to sorted */
    size_t n;
    net_problems missing, misshaped;
} net_tensors;

/* @retval PND_EFORMAT a name occurs twice  @retval PND_ENOMEM. Release with net_tensors_clear(). */
pnd_status net_tensors_open(net_tensors *set, const pnd_net_tensor *tensors, size_t n,
                            pnd_error *err);
void net_tensors_clear(net_tensors *set);

/* Is there a tensor whose name begins so? */
bool net_tensors_has(const net_tensors *set, const char *prefix);

/* The tensor, marked as used. A dimension of 0 in `shape` accepts any size. NULL, and a problem
 * noted, when it is missing or of another shape. */
const pnd_net_tensor *net_tensors_take(net_tensors *set, const char *name, int32_t rank,
                                       const int64_t shape[4]);

/* Output channels of a convolution's weight, 0 when unknown; marks and notes nothing. */
int32_t net_tensors_channels(const net_tensors *set, const char *conv);

/* Mark every tensor whose name begins so as used. */
void net_tensors_ignore(net_tensors *set, const char *prefix);

/* PND_OK when nothing was missing or mis-shaped, and every tensor was taken. */
pnd_status net_tensors_judge(const net_tensors *set, pnd_error *err);

#endif
