/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Golden files for tests: a reader of safetensors that trusts its input, so that these tests build
 * where libdata's dependencies are missing. Programs use <panodepth/safetensors.h>.
 */
#ifndef NET_FILES_H
#define NET_FILES_H

#include <panodepth/net.h>

typedef struct net_file {
    char *bytes;
    pnd_net_tensor *tensors;
    size_t n;
    char *metadata; /* the object's text, or NULL */
} net_file;

/* `folder` may be NULL. Exits with a message when the file is not there or not readable. */
void net_file_open(net_file *file, const char *folder, const char *name);
void net_file_close(net_file *file);

/* Exits when there is none. */
const pnd_net_tensor *net_file_find(const net_file *file, const char *name);
bool net_file_has(const net_file *file, const char *name);
/* A metadata string into value; false, and an empty string, when there is none. */
bool net_file_meta(const net_file *file, const char *key, char *value, size_t size);

size_t net_file_count(const pnd_net_tensor *tensor);

#endif
