/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

#include <panodepth/base.h>
#include <panodepth/buffer.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double now(clockid_t clock)
{
    struct timespec t;
    (void)clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

static bench_stats summarise(double *times, int n)
{
    qsort(times, (size_t)n, sizeof *times, compare);
    const double median = n % 2 == 1 ? times[n / 2] : (times[n / 2 - 1] + times[n / 2]) / 2;
    return (bench_stats){median, times[0]};
}

int bench_parse(bench_options *out, int argc, char **argv)
{
    int64_t rounds = 9;
    int n = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--rounds") != 0) {
            argv[n++] = argv[i];
            continue;
        }
        if (++i == argc || !pnd_parse_int(&rounds, argv[i], 1, 100000)) {
            (void)fprintf(stderr, "--rounds: expected a number from 1 to 100000\n");
            return -1;
        }
    }
    *out = (bench_options){.warm_ups = 2, .rounds = (int)rounds};
    return n;
}

static bool run_rounds(bench_case *cases, size_t n, bench_options options, double *cpu,
                       double *wall)
{
    for (int round = -options.warm_ups; round < options.rounds; round++)
        for (size_t i = 0; i < n; i++) {
            const double cpu_start = now(CLOCK_PROCESS_CPUTIME_ID);
            const double wall_start = now(CLOCK_MONOTONIC);
            const bool ok = cases[i].body(cases[i].job);
            const double wall_time = now(CLOCK_MONOTONIC) - wall_start;
            const double cpu_time = now(CLOCK_PROCESS_CPUTIME_ID) - cpu_start;
            if (!ok) {
                (void)fprintf(stderr, "%s failed\n", cases[i].name);
                return false;
            }
            if (round < 0)
                continue;
            const size_t at = i * (size_t)options.rounds + (size_t)round;
            cpu[at] = cpu_time;
            wall[at] = wall_time;
        }
    return true;
}

bool bench_run(bench_case *cases, size_t n, bench_options options)
{
    const size_t rounds = (size_t)options.rounds;
    double *cpu = calloc(n * rounds, sizeof *cpu);
    double *wall = calloc(n * rounds, sizeof *wall);
    bool ok = cpu != NULL && wall != NULL && run_rounds(cases, n, options, cpu, wall);
    for (size_t i = 0; ok && i < n; i++) {
        cases[i].cpu = summarise(cpu + i * rounds, options.rounds);
        cases[i].wall = summarise(wall + i * rounds, options.rounds);
    }
    free(cpu);
    free(wall);
    return ok;
}

/* "model name : …" of the first processor, or "unknown". */
static void find_cpu_name(char *out, size_t size)
{
    char line[256];
    FILE *file = fopen("/proc/cpuinfo", "r");
    (void)snprintf(out, size, "unknown");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        const char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) != 0 || colon == NULL)
            continue;
        (void)snprintf(out, size, "%s", colon + 2);
        out[strcspn(out, "\n\"\\")] = '\0';
        break;
    }
    if (file != NULL)
        (void)fclose(file);
}

void bench_print(FILE *out, const char *name, const bench_case *cases, size_t n,
                 bench_options options)
{
    char cpu_name[128];
    find_cpu_name(cpu_name, sizeof cpu_name);
#ifdef NDEBUG
    const char *build = "optimised";
#else
    const char *build = "debug: do not publish";
#endif
    (void)fprintf(out,
                  "{\n  \"bench\": \"%s\", \"version\": \"%s\", \"compiler\": \"%s\", \"build\": "
                  "\"%s\",\n  \"cpu\": \"%s\", \"processors\": %ld, \"rounds\": %d,\n  \"cases\": "
                  "[\n",
                  name, pnd_version(), __VERSION__, build, cpu_name, sysconf(_SC_NPROCESSORS_ONLN),
                  options.rounds);
    for (size_t i = 0; i < n; i++) {
        const bench_case *c = &cases[i];
        (void)fprintf(out,
                      "    {\"name\": \"%s\", \"cpu_ms\": %.4f, \"cpu_ms_min\": %.4f, \"wall_ms\": "
                      "%.4f, \"wall_ms_min\": %.4f",
                      c->name, 1e3 * c->cpu.median, 1e3 * c->cpu.min, 1e3 * c->wall.median,
                      1e3 * c->wall.min);
        if (c->bytes > 0)
            (void)fprintf(out, ", \"gb_per_s\": %.4f", 1e-9 * c->bytes / c->cpu.median);
        if (c->pixels > 0)
            (void)fprintf(out, ", \"ns_per_pixel\": %.4f", 1e9 * c->cpu.median / c->pixels);
        (void)fprintf(out, "}%s\n", i + 1 < n ? "," : "");
    }
    (void)fprintf(out, "  ]\n}\n");
}
