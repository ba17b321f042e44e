/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The most float32 arithmetic this machine's processors do: independent chains of fused
 * multiply-adds in registers, on as many threads as the network has.
 */
#include "infer.h"

#include <math.h>
#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#ifdef _OPENMP
#include <omp.h>
#endif

enum { CHAINS = 16 };

/* Each function does `rounds` steps of CHAINS vectors and returns the flops; the sum of the chains
 * goes into *sink, so that nothing is left out as unused. */
typedef double (*burner)(int64_t rounds, float *sink);

static double burn_plain(int64_t rounds, float *sink)
{
    enum { LANES = 8 };
    float a[CHAINS * LANES];
    for (int i = 0; i < CHAINS * LANES; i++)
        a[i] = (float)i;
    for (int64_t r = 0; r < rounds; r++)
        for (int i = 0; i < CHAINS * LANES; i++)
            a[i] = a[i] * 0.999999f + 1e-6f;
    for (int i = 0; i < CHAINS * LANES; i++)
        *sink += a[i];
    return 2.0 * CHAINS * LANES * (double)rounds;
}

#ifdef __x86_64__
__attribute__((target("avx2,fma"))) static double burn_avx2(int64_t rounds, float *sink)
{
    __m256 a[CHAINS];
    const __m256 factor = _mm256_set1_ps(0.999999f), term = _mm256_set1_ps(1e-6f);
    for (int i = 0; i < CHAINS; i++)
        a[i] = _mm256_set1_ps((float)i);
    for (int64_t r = 0; r < rounds; r++) {
#pragma GCC unroll 16
        for (int i = 0; i < CHAINS; i++)
            a[i] = _mm256_fmadd_ps(a[i], factor, term);
    }
    for (int i = 0; i < CHAINS; i++)
        *sink += _mm256_cvtss_f32(a[i]);
    return 2.0 * CHAINS * 8 * (double)rounds;
}

__attribute__((target("avx512f"))) static double burn_avx512(int64_t rounds, float *sink)
{
    __m512 a[CHAINS];
    const __m512 factor = _mm512_set1_ps(0.999999f), term = _mm512_set1_ps(1e-6f);
    for (int i = 0; i < CHAINS; i++)
        a[i] = _mm512_set1_ps((float)i);
    for (int64_t r = 0; r < rounds; r++) {
#pragma GCC unroll 16
        for (int i = 0; i < CHAINS; i++)
            a[i] = _mm512_fmadd_ps(a[i], factor, term);
    }
    for (int i = 0; i < CHAINS; i++)
        *sink += _mm512_cvtss_f32(a[i]);
    return 2.0 * CHAINS * 16 * (double)rounds;
}
#endif

static burner best_burner(void)
{
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx512f"))
        return burn_avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return burn_avx2;
#endif
    return burn_plain;
}

static double once(burner burn, int threads, int64_t rounds)
{
    float sink = 0;
    double flops = 0;
    const double began = infer_now_s();
    (void)threads;
#pragma omp parallel num_threads(threads) reduction(+ : sink, flops)
    flops += burn(rounds, &sink);
    const double seconds = infer_now_s() - began;
    return isfinite(sink) && seconds > 0 ? flops / seconds * 1e-9 : 0;
}

double infer_peak_gflops(const infer_run *run)
{
    const burner burn = best_burner();
    int threads = run->tool->common.threads;
    double best = 0;
    if (strcmp(pnd_backend_name(run->model.backend), "cpu") != 0)
        return 0;
#ifdef _OPENMP
    threads = threads > 0 ? threads : omp_get_max_threads();
#else
    threads = 1;
#endif
    (void)once(burn, threads, 100000); /* clocks rise, threads start */
    for (int i = 0; i < 5; i++)
        best = fmax(best, once(burn, threads, 1000000));
    return best;
}
