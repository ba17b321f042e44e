/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A convolution by cuDNN's graph interface: y = relu?( w * x (+ y) + bias ), NHWC.
 *
 * Which engines exist for that graph is asked of cuDNN's heuristics; those that would compute in
 * less precision than is promised (sums in 16 bits, TF32 for f32, Winograd transforms) or not twice
 * the same are passed over, and the rest are timed.
 */
#ifndef PND_NET_CUDNN_H
#define PND_NET_CUDNN_H

#include "net_device.h"

/* Zero it first: shapes are compared byte by byte. */
typedef struct net_conv_shape {
    int32_t images, in_channels, in_height, in_width, in_pitch;
    int32_t out_channels, out_height, out_width, out_pitch;
    int32_t kernel, stride, dilation;
    int32_t in_alignment, out_alignment; /* of the first element, in bytes, at most 16 */
    int32_t precision;                   /* a pnd_precision, of all operands */
    int32_t relu, residual;
} net_conv_shape;

enum { NET_CUDNN_PARTS = 24 };

typedef struct net_cudnn_plan {
    cudnnBackendDescriptor_t plan; /* NULL: none */
    cudnnBackendDescriptor_t parts[NET_CUDNN_PARTS];
    int n_parts;
    size_t workspace_size;
    bool residual;
    float ms;     /* as timed; 0 untimed */
    int n_usable; /* candidates that could be timed */
} net_cudnn_plan;

/* The fastest plan for a shape; with operands NULL (or without a device) the first usable one.
 * @retval PND_EUNSUPPORTED cuDNN has none: the message names shape and status */
pnd_status net_cudnn_plan_make(net_cudnn_plan *plan, net_device *device,
                               const net_conv_shape *shape, const net_operands *operands,
                               pnd_error *err);
void net_cudnn_plan_clear(net_cudnn_plan *plan, const net_libs *libs);

/* A plan's operands, bound once and used for every run. NULL on failure. */
cudnnBackendDescriptor_t net_cudnn_bind(const net_device *device, const net_cudnn_plan *plan,
                                        const net_operands *operands);

/* Queue it. @retval PND_EDEVICE names the operation and cuDNN's status */
pnd_status net_cudnn_run(const net_device *device, const net_cudnn_plan *plan,
                         cudnnBackendDescriptor_t bound, const char *name, pnd_error *err);

/* "1x256x256x512 -> 256 channels, 3x3 / 1, dilation 1, f16", for messages. */
void net_conv_shape_text(char *text, size_t size, const net_conv_shape *shape);

#endif
