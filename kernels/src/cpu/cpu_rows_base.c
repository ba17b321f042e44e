/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of the network for any machine. */
#define CPU_ROWS      cpu_rows_base
#define CPU_ROWS_NAME "base"
#define CPU_LANES     4
#include "cpu_rows.inc.h"
