/* SPDX-License-Identifier: Apache-2.0 */
/* Which of the network's kernels this machine can run. */
#ifndef PND_CPU_ISA_H
#define PND_CPU_ISA_H

#include "cpu_rows.h"

/* The table for the widest vectors. */
const cpu_rows *cpu_rows_select(void);

/* AMX tiles of bfloat16, and the AVX-512 that goes with them. */
bool cpu_has_amx(void);

#endif
