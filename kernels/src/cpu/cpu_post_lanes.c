/* SPDX-License-Identifier: Apache-2.0 */
/* One copy of the loops for every instruction set, and the choice between them. */
#include "cpu_post_lanes.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define HAS_X86_VARIANTS 1
#else
#define HAS_X86_VARIANTS 0
#endif

#define LANES(name) name##_portable
#define LANES_TARGET
#define LANES_NAME "portable"
#include "cpu_post_lanes_body.h"
#undef LANES
#undef LANES_TARGET
#undef LANES_NAME

#if HAS_X86_VARIANTS
#define LANES(name)  name##_avx2
#define LANES_TARGET __attribute__((target("avx2")))
#define LANES_NAME   "avx2"
#include "cpu_post_lanes_body.h"
#undef LANES
#undef LANES_TARGET
#undef LANES_NAME

#define LANES(name)  name##_avx512
#define LANES_TARGET __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl")))
#define LANES_NAME   "avx512"
#include "cpu_post_lanes_body.h"
#undef LANES
#undef LANES_TARGET
#undef LANES_NAME
#endif

const pnd_cpu_lanes *pnd_cpu_lanes_at(int i)
{
    const pnd_cpu_lanes *usable[4] = {NULL};
    int n = 0;
#if HAS_X86_VARIANTS
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
        usable[n++] = &table_avx512;
    if (__builtin_cpu_supports("avx2"))
        usable[n++] = &table_avx2;
#endif
    usable[n] = &table_portable;
    return i >= 0 && i <= n ? usable[i] : NULL;
}
