/* SPDX-License-Identifier: Apache-2.0 */
/* What this machine can run. Compiled for any of them. */
#define _GNU_SOURCE /* syscall() */
#include "cpu_isa.h"

#if defined(__x86_64__) && defined(__linux__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

const cpu_rows *cpu_rows_select(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        return &cpu_rows_avx512;
    if (__builtin_cpu_supports("avx2"))
        return &cpu_rows_avx2;
#endif
    return &cpu_rows_base;
}

#if defined(__x86_64__) && defined(__linux__)
/* Linux gives a process the tile registers when it asks for them. */
static bool linux_permits(void)
{
    enum { ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18 };
    return syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
}

bool cpu_has_amx(void)
{
    enum { AMX_BF16 = 1 << 22, AMX_TILE = 1 << 24, AVX512_BF16 = 1 << 5 };
    unsigned a = 0, b = 0, c = 0, d = 0, unused = 0;
    if (cpu_rows_select() != &cpu_rows_avx512 || __get_cpuid_count(7, 0, &a, &b, &c, &d) == 0 ||
        (d & AMX_BF16) == 0 || (d & AMX_TILE) == 0)
        return false;
    if (__get_cpuid_count(7, 1, &a, &b, &c, &unused) == 0 || (a & AVX512_BF16) == 0)
        return false;
    return linux_permits();
}
#else
bool cpu_has_amx(void)
{
    return false;
}
#endif
