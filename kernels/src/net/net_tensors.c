/* SPDX-License-Identifier: Apache-2.0 */
/* Finding tensors by name, and what to say when they are not what the network needs. */
#include "net_tensors.h"

#include <panodepth/alloc.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_name(const void *a, const void *b)
{
    const pnd_net_tensor *const *x = a, *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

pnd_status net_tensors_open(net_tensors *set, const pnd_net_tensor *tensors, size_t n,
                            pnd_error *err)
{
    *set = (net_tensors){.sorted = pnd_calloc_array(n + 1, sizeof(const pnd_net_tensor *)),
                         .used = pnd_calloc_array(n + 1, sizeof(bool))};
    if (set->sorted == NULL || set->used == NULL) {
        net_tensors_clear(set);
        return pnd_fail(err, PND_ENOMEM, "out of memory for %zu tensors", n);
    }
    set->n = n;
    for (size_t i = 0; i < n; i++)
        set->sorted[i] = &tensors[i];
    qsort(set->sorted, n, sizeof *set->sorted, by_name);
    for (size_t i = 1; i < n; i++) {
        if (strcmp(set->sorted[i - 1]->name, set->sorted[i]->name) == 0) {
            const pnd_status status =
                pnd_fail(err, PND_EFORMAT, "tensor %s occurs twice", set->sorted[i]->name);
            net_tensors_clear(set);
            return status;
        }
    }
    return PND_OK;
}

void net_tensors_clear(net_tensors *set)
{
    free(set->sorted);
    free(set->used);
    *set = (net_tensors){0};
}

/* Index of the first name that is not before this one. */
static size_t lower_bound(const net_tensors *set, const char *name)
{
    size_t low = 0, high = set->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (strcmp(set->sorted[middle]->name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool net_tensors_has(const net_tensors *set, const char *prefix)
{
    const size_t i = lower_bound(set, prefix);
    return i < set->n && strncmp(set->sorted[i]->name, prefix, strlen(prefix)) == 0;
}

static void note(net_problems *problems, const char *text)
{
    const size_t used = strlen(problems->first);
    if (problems->n_named == problems->n && used + strlen(text) + 3 < sizeof problems->first) {
        (void)snprintf(problems->first + used, sizeof problems->first - used, "%s%s",
                       used > 0 ? "; " : "", text);
        problems->n_named++;
    }
    problems->n++;
}

static const char *more(const net_problems *problems)
{
    return problems->n > problems->n_named ? "; ..." : "";
}

static void write_shape(char *out, size_t size, int32_t rank, const int64_t *shape)
{
    size_t at = (size_t)snprintf(out, size, "[");
    for (int32_t i = 0; i < rank && at < size; i++) {
        if (shape[i] == 0)
            at += (size_t)snprintf(out + at, size - at, "%sany", i > 0 ? "," : "");
        else
            at += (size_t)snprintf(out + at, size - at, "%s%lld", i > 0 ? "," : "",
                                   (long long)shape[i]);
    }
    if (at < size)
        (void)snprintf(out + at, size - at, "]");
}

static bool fits(const pnd_net_tensor *tensor, int32_t rank, const int64_t shape[4])
{
    if (tensor->rank != rank)
        return false;
    for (int32_t i = 0; i < rank; i++) {
        if (tensor->shape[i] < 1 || tensor->shape[i] > NET_MAX_CHANNELS)
            return false;
        if (shape[i] != 0 && tensor->shape[i] != shape[i])
            return false;
    }
    return true;
}

const pnd_net_tensor *net_tensors_take(net_tensors *set, const char *name, int32_t rank,
                                       const int64_t shape[4])
{
    const size_t i = lower_bound(set, name);
    if (i == set->n || strcmp(set->sorted[i]->name, name) != 0) {
        note(&set->missing, name);
        return NULL;
    }
    set->used[i] = true;
    if (fits(set->sorted[i], rank, shape))
        return set->sorted[i];
    char found[96], expected[96], text[NET_TENSOR_NAME_SIZE + 224];
    const pnd_net_tensor *tensor = set->sorted[i];
    write_shape(found, sizeof found, tensor->rank < 4 ? tensor->rank : 4, tensor->shape);
    write_shape(expected, sizeof expected, rank, shape);
    (void)snprintf(text, sizeof text, "%s is %s, expected %s", name, found, expected);
    note(&set->misshaped, text);
    return NULL;
}

int32_t net_tensors_channels(const net_tensors *set, const char *conv)
{
    char name[NET_TENSOR_NAME_SIZE];
    (void)snprintf(name, sizeof name, "%s.weight", conv);
    const size_t i = lower_bound(set, name);
    if (i == set->n || strcmp(set->sorted[i]->name, name) != 0 || set->sorted[i]->rank != 4 ||
        set->sorted[i]->shape[0] > NET_MAX_CHANNELS)
        return 0;
    return (int32_t)set->sorted[i]->shape[0];
}

void net_tensors_ignore(net_tensors *set, const char *prefix)
{
    for (size_t i = lower_bound(set, prefix);
         i < set->n && strncmp(set->sorted[i]->name, prefix, strlen(prefix)) == 0; i++)
        set->used[i] = true;
}

static void find_unknown(net_problems *unknown, const net_tensors *set)
{
    for (size_t i = 0; i < set->n; i++)
        if (!set->used[i])
            note(unknown, set->sorted[i]->name);
}

/* What most likely went wrong, from the names that are there. */
static const char *hint_for(const net_tensors *set, size_t n_unknown)
{
    if (net_tensors_has(set, "stem.conv1.") && !net_tensors_has(set, "backbone."))
        return "this is an ImageNet backbone alone; bring a trained Panoptic-DeepLab";
    if (net_tensors_has(set, "model.") || net_tensors_has(set, "module."))
        return "the names have a prefix: convert the checkpoint with scripts/convert_weights.py";
    if (n_unknown > 0 && (net_tensors_has(set, "pixel_mean") ||
                          net_tensors_has(set, "backbone.stem.conv1.norm.num_batches_tracked")))
        return "convert the checkpoint with scripts/convert_weights.py, which drops these";
    return "the names and shapes must be detectron2's for Panoptic-DeepLab with an R-52 backbone "
           "(docs/inference.md)";
}

pnd_status net_tensors_judge(const net_tensors *set, pnd_error *err)
{
    net_problems unknown = {0};
    find_unknown(&unknown, set);
    const char *hint = hint_for(set, unknown.n);
    const net_problems *bad = &set->misshaped, *missing = &set->missing;
    if (bad->n > 0)
        return pnd_fail_hint(err, PND_EFORMAT, hint, "%zu tensor%s of a wrong shape: %s%s", bad->n,
                             bad->n == 1 ? "" : "s", bad->first, more(bad));
    if (missing->n > 0)
        return pnd_fail_hint(err, PND_EFORMAT, hint,
                             "%zu tensor%s missing: %s%s (and %zu of %zu tensors unknown%s%s%s)",
                             missing->n, missing->n == 1 ? "" : "s", missing->first, more(missing),
                             unknown.n, set->n, unknown.n > 0 ? ": " : "", unknown.first,
                             more(&unknown));
    if (unknown.n > 0)
        return pnd_fail_hint(err, PND_EFORMAT, hint, "%zu tensor%s not part of the network: %s%s",
                             unknown.n, unknown.n == 1 ? " is" : "s are", unknown.first,
                             more(&unknown));
    return PND_OK;
}
