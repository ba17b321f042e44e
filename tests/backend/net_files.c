/* SPDX-License-Identifier: Apache-2.0 */
#include "net_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER_START = 8, PATH_SIZE = 1024 };

static void fail(const char *what, const char *path)
{
    (void)fprintf(stderr, "%s: %s\n", path, what);
    exit(1);
}

static void read_all(net_file *file, const char *path)
{
    FILE *in = fopen(path, "rb");
    if (in == NULL || fseek(in, 0, SEEK_END) != 0)
        fail("cannot be opened", path);
    const long size = ftell(in);
    file->bytes = calloc((size_t)size + 1, 1);
    rewind(in);
    if (file->bytes == NULL || fread(file->bytes, 1, (size_t)size, in) != (size_t)size)
        fail("cannot be read", path);
    (void)fclose(in);
}

/* "name":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]} from `at`, the opening quote; NULL when
 * no tensor follows. The name is ended in place. */
static char *read_tensor(net_file *file, char *at, const char *data, const char *path)
{
    pnd_net_tensor t = {.name = at + 1};
    char *end = strchr(at + 1, '"');
    char *shape = strstr(end, "\"shape\":["), *offsets = strstr(end, "\"data_offsets\":[");
    if (shape == NULL || offsets == NULL)
        return NULL;
    *end = '\0';
    for (shape += strlen("\"shape\":["); *shape != ']'; shape += *shape == ',') {
        if (t.rank == 4)
            fail("a tensor of rank 5", path);
        t.shape[t.rank++] = strtoll(shape, &shape, 10);
    }
    t.data = data + strtoll(offsets + strlen("\"data_offsets\":["), NULL, 10);
    file->tensors[file->n++] = t;
    char *close = strchr(offsets, '}');
    return close == NULL ? NULL : strchr(close, '"');
}

/* Spaces outside strings would confuse the scan above; names hold none. */
static void remove_spaces(char *text)
{
    char *out = text;
    for (; *text != '\0'; text++)
        if (*text != ' ')
            *out++ = *text;
    *out = '\0';
}

void net_file_open(net_file *file, const char *folder, const char *name)
{
    char path[PATH_SIZE];
    uint64_t header = 0;
    (void)snprintf(path, sizeof path, "%s%s%s", folder != NULL ? folder : "",
                   folder != NULL ? "/" : "", name);
    *file = (net_file){0};
    read_all(file, path);
    memcpy(&header, file->bytes, sizeof header);
    char *text = calloc(header + 1, 1);
    file->tensors = calloc(header / 32 + 1, sizeof *file->tensors);
    if (text == NULL || file->tensors == NULL)
        fail("out of memory", path);
    memcpy(text, file->bytes + HEADER_START, header);
    remove_spaces(text);
    /* the names live where the header was */
    memcpy(file->bytes + HEADER_START, text, strlen(text) + 1);
    free(text);
    const char *data = file->bytes + HEADER_START + header;
    char *at = strchr(file->bytes + HEADER_START, '"');
    if (at != NULL && strncmp(at, "\"__metadata__\"", 14) == 0) {
        char *end = strchr(at, '}');
        file->metadata = at + strlen("\"__metadata__\"");
        at = strchr(end, '"');
        *end = '\0';
    }
    while (at != NULL)
        at = read_tensor(file, at, data, path);
}

void net_file_close(net_file *file)
{
    free(file->tensors);
    free(file->bytes);
    *file = (net_file){0};
}

bool net_file_has(const net_file *file, const char *name)
{
    for (size_t i = 0; i < file->n; i++)
        if (strcmp(file->tensors[i].name, name) == 0)
            return true;
    return false;
}

const pnd_net_tensor *net_file_find(const net_file *file, const char *name)
{
    for (size_t i = 0; i < file->n; i++)
        if (strcmp(file->tensors[i].name, name) == 0)
            return &file->tensors[i];
    fail("no such tensor", name);
    return NULL;
}

bool net_file_meta(const net_file *file, const char *key, char *value, size_t size)
{
    char quoted[64];
    (void)snprintf(quoted, sizeof quoted, "\"%s\":\"", key);
    const char *at = file->metadata != NULL ? strstr(file->metadata, quoted) : NULL;
    value[0] = '\0';
    if (at == NULL)
        return false;
    at += strlen(quoted);
    (void)snprintf(value, size, "%.*s", (int)strcspn(at, "\""), at);
    return true;
}

size_t net_file_count(const pnd_net_tensor *tensor)
{
    size_t n = 1;
    for (int32_t i = 0; i < tensor->rank; i++)
        n *= (size_t)tensor->shape[i];
    return n;
}
