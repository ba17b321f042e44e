/* SPDX-License-Identifier: Apache-2.0 */
/* The strict check in front of cJSON. Private to libdata. */
#ifndef PND_JSON_CHECK_H
#define PND_JSON_CHECK_H

#include <panodepth/base.h>

enum { PND_JSON_MAX_DEPTH = 64, PND_JSON_MAX_VALUES = 50000000 };

/* PND_OK when the bytes are one RFC 8259 document in UTF-8 (without a byte-order mark) whose
 * objects have unique keys and whose numbers are finite doubles. Does not recurse. */
pnd_status json_check(const uint8_t *bytes, size_t size, const char *name, pnd_error *err);

#endif
