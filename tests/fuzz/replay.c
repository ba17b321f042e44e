/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A main for a fuzz target without libFuzzer: runs it over files and folders, so that a corpus is a
 * test everywhere. With --mutate N each file is also run N times with a few bytes changed, cut or
 * repeated, the same ones every time: a small fuzzer for compilers that have none.
 *
 *     fuzz_png [--mutate N] FILE|DIR...
 */
#include "fuzz.h"

#include <panodepth/file.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct run {
    int64_t mutations;
    int n_files;
} run;

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* Change `bytes` (room for twice `size`) and return the new size. */
static size_t mutate(uint8_t *bytes, size_t size, uint32_t *seed)
{
    const int n_changes = 1 + (int)(next_random(seed) % 4);
    for (int i = 0; i < n_changes && size > 0; i++) {
        const size_t at = next_random(seed) % size;
        switch (next_random(seed) % 4) {
        case 0:
            bytes[at] ^= (uint8_t)(1u << next_random(seed) % 8);
            break;
        case 1:
            bytes[at] = (uint8_t)next_random(seed);
            break;
        case 2:
            size = at;
            break;
        default:
            if (i == 0) { /* repeat the tail once */
                memmove(bytes + size, bytes + at, size - at);
                size += size - at;
            }
            break;
        }
    }
    return size;
}

/* A copy of exactly the input's size, so that a sanitizer sees the first byte read beyond it. */
static void run_once(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);
    if (copy == NULL)
        abort();
    if (size > 0)
        memcpy(copy, bytes, size);
    (void)LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static void run_bytes(const run *r, const pnd_buffer *input)
{
    uint32_t seed = 1;
    uint8_t *work = malloc(2 * input->size + 1);
    if (work == NULL)
        abort();
    run_once(input->data, input->size);
    for (int64_t i = 0; i < r->mutations; i++) {
        if (input->size > 0)
            memcpy(work, input->data, input->size);
        run_once(work, mutate(work, input->size, &seed));
    }
    free(work);
}

static bool run_path(run *r, const char *path);

static bool run_folder(run *r, const char *path, DIR *dir)
{
    bool ok = true;
    for (const struct dirent *entry = readdir(dir); ok && entry != NULL; entry = readdir(dir)) {
        char child[4096];
        if (entry->d_name[0] == '.')
            continue;
        (void)snprintf(child, sizeof child, "%s/%s", path, entry->d_name);
        ok = run_path(r, child);
    }
    return ok;
}

static bool run_path(run *r, const char *path)
{
    pnd_buffer input = {0};
    pnd_error err = {0};
    DIR *dir = opendir(path);
    if (dir != NULL) {
        const bool ok = run_folder(r, path, dir);
        (void)closedir(dir);
        return ok;
    }
    const bool ok = pnd_file_read(&input, path, PND_MAX_IMAGE_BYTES, &err) == PND_OK;
    if (ok)
        run_bytes(r, &input);
    else
        (void)fprintf(stderr, "%s\n", err.message);
    r->n_files += ok ? 1 : 0;
    pnd_buffer_clear(&input);
    return ok;
}

int main(int argc, char **argv)
{
    run r = {0};
    int i = 1;
    if (argc > 2 && strcmp(argv[1], "--mutate") == 0) {
        if (!pnd_parse_int(&r.mutations, argv[2], 0, 1000000000))
            return 2;
        i = 3;
    }
    for (; i < argc; i++)
        if (!run_path(&r, argv[i]))
            return 1;
    (void)printf("%d files, %lld mutations of each\n", r.n_files, (long long)r.mutations);
    return r.n_files > 0 ? 0 : 1; /* an empty corpus tests nothing */
}
