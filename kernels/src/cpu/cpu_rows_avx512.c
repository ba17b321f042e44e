/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of the network for AVX-512. */
#define CPU_ROWS      cpu_rows_avx512
#define CPU_ROWS_NAME "avx512"
#define CPU_LANES     16
#include "cpu_rows.inc.h"
