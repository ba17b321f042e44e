/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of the network for AVX2. */
#define CPU_ROWS      cpu_rows_avx2
#define CPU_ROWS_NAME "avx2"
#define CPU_LANES     8
#include "cpu_rows.inc.h"
