/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pretended GPU for the network's executor (kernels/src/cuda/cuda_net*.c).
 *
 * Programs linked with this run the executor's own code on any machine: device memory is host
 * memory that starts as NaN, the network's kernels are loops over their threads (net_thread.h),
 * and the two libraries compute their convolutions plainly from the shapes and operands they are
 * given. Streams run as late as they may, so that a wait that is missing shows; what is queued
 * while one is captured is run when the graph is launched. What it cannot show: what kernels and
 * libraries really do with a launch, and time.
 *
 * "cuBLASLt" has nothing for channels that are not multiples of 4, nor "cuDNN" for odd numbers of
 * output channels, so that the executor's other ways are taken too.
 */
#ifndef EMULATION_H
#define EMULATION_H

#include <stdbool.h>
#include <stddef.h>

/* The n-th call from now that can fail, does (1: the next one); 0: none. */
void emulation_fail_at(long n);
/* Whether it came to that since. */
bool emulation_failed(void);
/* Things that were made and not yet destroyed: memory, streams, events, graphs, plans. */
long emulation_live(void);

#endif
