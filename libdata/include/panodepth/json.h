/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file panodepth/json.h
 * A strict JSON reader in front of cJSON, and a writer whose bytes equal Python's json.dump().
 *
 * cJSON accepts much that is not JSON (trailing text, control characters, duplicate keys with the
 * first one winning where Python's last one wins), and its numbers are easy to misuse. So the text
 * is checked here first, RFC 8259 to the letter plus unique keys, and values are fetched through
 * the getters below, which name the JSON path of what they did not find:
 * "annotations[3].segments_info[0].id".
 */
#ifndef PANODEPTH_JSON_H
#define PANODEPTH_JSON_H

#include <panodepth/buffer.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cJSON;

/**
 * Parse a whole document. `*out` is released with cJSON_Delete() (or pnd_json_free()).
 * A UTF-8 byte-order mark is accepted. Limits: depth 64, 50 million values. Thread-safe: cJSON's
 * parser is not, and is called under a lock. The check runs outside it.
 * @retval PND_EFORMAT  not strict JSON, a duplicate key, NaN/Infinity, a number that overflows, bad
 * UTF-8, a NUL in a string; the message gives line:column
 * @retval PND_ELIMIT  @retval PND_ENOMEM
 */
PND_API PND_NODISCARD pnd_status pnd_json_parse(struct cJSON **out, const void *bytes, size_t size,
                                                const char *name, pnd_error *err);
PND_API void pnd_json_free(struct cJSON *json); /**< NULL is fine */

/** Where a value sits, for messages: chain these on the stack. */
typedef struct pnd_json_at {
    const struct cJSON *value;        /**< borrowed */
    const struct pnd_json_at *parent; /**< NULL at the root */
    const char *key;                  /**< member name, or NULL for an array element */
    int32_t index;                    /**< array element */
    const char *file;                 /**< begins the messages; set at the root */
} pnd_json_at;

PND_API pnd_json_at pnd_json_root(const struct cJSON *json, const char *file);

/** Element `index` of an array, which a loop with cJSON_ArrayForEach has at hand. */
PND_API pnd_json_at pnd_json_element(const pnd_json_at *array, const struct cJSON *value,
                                     int32_t index);

/** Member `key` of an object into *out. @retval PND_EFORMAT absent, null, or the parent is no
 * object */
PND_API PND_NODISCARD pnd_status pnd_json_member(pnd_json_at *out, const pnd_json_at *object,
                                                 const char *key, pnd_error *err);

/** True when the object has that member (null counts as present). */
PND_API bool pnd_json_has(const pnd_json_at *object, const char *key);

/** Typed value of a member. @retval PND_EFORMAT absent or of another type or range; names the JSON
 * path */
PND_API PND_NODISCARD pnd_status pnd_json_get_double(double *out, const pnd_json_at *object,
                                                     const char *key, pnd_error *err);
/** An integral number within [low, high] and +-2^53; 7.0 is 7, 1.5 and "7" are refused. */
PND_API PND_NODISCARD pnd_status pnd_json_get_int(int64_t *out, const pnd_json_at *object,
                                                  const char *key, int64_t low, int64_t high,
                                                  pnd_error *err);
/** A string; borrowed from the document. */
PND_API PND_NODISCARD pnd_status pnd_json_get_string(const char **out, const pnd_json_at *object,
                                                     const char *key, pnd_error *err);
/** A member that must be an array; then iterate with cJSON_ArrayForEach over out->value. */
PND_API PND_NODISCARD pnd_status pnd_json_get_array(pnd_json_at *out, const pnd_json_at *object,
                                                    const char *key, pnd_error *err);
/** Fail with PND_EFORMAT at this place: "FILE: annotations[3].id: <format ...>". */
PND_API pnd_status pnd_json_fail(const pnd_json_at *at, pnd_error *err, const char *format, ...)
    PND_PRINTF(3, 4);
#ifdef __clang_analyzer__ /* as for pnd_fail() */
#define pnd_json_fail(at, err, ...) (pnd_json_fail(at, err, __VA_ARGS__), PND_EFORMAT)
#endif

/**
 * Streaming writer over a pnd_buffer. With indent 4 its bytes equal Python's
 * json.dump(x, indent=4, separators=(',', ': ')) - ASCII with \uXXXX, numbers as repr(), no final
 * newline. Keys come out in the order given: pass them sorted where the peer sorts. NaN and
 * infinities are null. Zero-initialise, set `out`; check pnd_buffer_status(out) once at the end.
 */
typedef struct pnd_json_writer {
    pnd_buffer *out;
    int indent; /**< spaces per level; 0: one line, as Python's json.dumps(x) */
    int depth;
    bool has_items; /**< private: the container being written is not empty */
    bool after_key; /**< private */
} pnd_json_writer;

PND_API void pnd_json_begin_object(pnd_json_writer *writer);
PND_API void pnd_json_end_object(pnd_json_writer *writer);
PND_API void pnd_json_begin_array(pnd_json_writer *writer);
PND_API void pnd_json_end_array(pnd_json_writer *writer);
PND_API void pnd_json_key(pnd_json_writer *writer, const char *key);
PND_API void pnd_json_string(pnd_json_writer *writer,
                             const char *text); /**< invalid UTF-8 becomes U+FFFD */
PND_API void pnd_json_double(pnd_json_writer *writer, double value);
PND_API void pnd_json_int(pnd_json_writer *writer, int64_t value);
/** A number that is already decimal text; copied as it is. */
PND_API void pnd_json_number_text(pnd_json_writer *writer, const char *text);
PND_API void pnd_json_bool(pnd_json_writer *writer, bool value);
PND_API void pnd_json_null(pnd_json_writer *writer);

#ifdef __cplusplus
}
#endif

#endif
