/* SPDX-License-Identifier: Apache-2.0 */
#include "eval_results.h"

#include <panodepth/alloc.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void eval_deviate(eval_deviations *deviations, const char *code, const char *message, int64_t count,
                  const char *image)
{
    if (count == 0)
        return;
    for (size_t i = 0; i < deviations->n; i++)
        if (strcmp(deviations->items[i].code, code) == 0) {
            deviations->items[i].count += count;
            return;
        }
    eval_deviation *const items =
        pnd_realloc_array(deviations->items, deviations->n + 1, sizeof *items);
    if (items == NULL) {
        deviations->failed = true;
        return;
    }
    deviations->items = items;
    char *const first = image == NULL ? NULL : pnd_strdup(image);
    deviations->failed |= image != NULL && first == NULL;
    items[deviations->n++] = (eval_deviation){code, message, count, first};
}

void eval_deviations_clear(eval_deviations *deviations)
{
    for (size_t i = 0; i < deviations->n; i++)
        free(deviations->items[i].first_image);
    free(deviations->items);
    *deviations = (eval_deviations){0};
}

void eval_deviations_print(pnd_buffer *out, const eval_deviations *deviations)
{
    for (size_t i = 0; i < deviations->n; i++) {
        const eval_deviation *const d = &deviations->items[i];
        pnd_buffer_printf(out, "  %s x%" PRId64, d->code, d->count);
        if (d->first_image != NULL)
            pnd_buffer_printf(out, " (first: %s)", d->first_image);
        pnd_buffer_printf(out, ": %s\n", d->message);
    }
}

static void append_escaped(pnd_buffer *out, const char *value)
{
    for (const char *c = value; *c != '\0'; c++) {
        const unsigned char byte = (unsigned char)*c;
        if (byte <= ' ' || byte == 0x7f || strchr(";=%", byte) != NULL)
            pnd_buffer_printf(out, "%%%02X", byte);
        else
            pnd_buffer_append(out, c, 1);
    }
}

void eval_signature_begin(pnd_buffer *out, const char *task, const char *protocol)
{
    pnd_buffer_reset(out);
    pnd_buffer_puts(out, "pnd1");
    eval_signature_add(out, "task", task);
    eval_signature_add(out, "protocol", protocol);
}

void eval_signature_add(pnd_buffer *out, const char *key, const char *value)
{
    pnd_buffer_printf(out, ";%s=", key);
    append_escaped(out, value);
}

void eval_signature_end(pnd_buffer *out, size_t images, size_t skipped, const char *gt_digest)
{
    pnd_buffer_printf(out, ";images=%zu;skip=%zu", images, skipped);
    eval_signature_add(out, "version", pnd_version());
    eval_signature_add(out, "gt", gt_digest);
}

pnd_status eval_digest(eval_sha256 out, const eval_sha256 *files, size_t n, pnd_error *err)
{
    pnd_buffer all = {0};
    for (size_t i = 0; i < n; i++) {
        pnd_buffer_puts(&all, files[i]);
        pnd_buffer_puts(&all, "\n");
    }
    const pnd_status status = pnd_buffer_status(&all, err);
    if (status == PND_OK)
        pnd_sha256(out, pnd_buffer_text(&all), all.size);
    pnd_buffer_clear(&all);
    return status;
}

static void key_text(pnd_json_writer *writer, const char *key, const char *text)
{
    pnd_json_key(writer, key);
    if (text == NULL)
        pnd_json_null(writer);
    else
        pnd_json_string(writer, text);
}

static void write_deviations(pnd_json_writer *writer, const eval_deviations *deviations)
{
    pnd_json_key(writer, "deviations");
    pnd_json_begin_array(writer);
    for (size_t i = 0; i < deviations->n; i++) {
        const eval_deviation *const d = &deviations->items[i];
        pnd_json_begin_object(writer);
        key_text(writer, "code", d->code);
        pnd_json_key(writer, "count");
        pnd_json_int(writer, d->count);
        key_text(writer, "message", d->message);
        key_text(writer, "first_image", d->first_image);
        pnd_json_end_object(writer);
    }
    pnd_json_end_array(writer);
}

void eval_results_begin(pnd_json_writer *writer, const eval_head *head)
{
    pnd_json_begin_object(writer);
    key_text(writer, "schema", "panodepth-results/1");
    key_text(writer, "tool", "pnd-eval " PND_VERSION_STRING);
    key_text(writer, "task", head->task);
    key_text(writer, "method", head->method);
    key_text(writer, "split", head->split);
    key_text(writer, "protocol", head->protocol);
    key_text(writer, "signature", head->signature);
    pnd_json_key(writer, "images");
    pnd_json_int(writer, (int64_t)head->images);
    pnd_json_key(writer, "skipped");
    pnd_json_int(writer, (int64_t)head->skipped);
    write_deviations(writer, head->deviations);
}

int eval_list_begin(pnd_json_writer *writer, const char *key)
{
    const int indent = writer->indent;
    pnd_json_key(writer, key);
    writer->indent = 0;
    pnd_json_begin_array(writer);
    return indent;
}

void eval_list_end(pnd_json_writer *writer, int indent)
{
    pnd_json_end_array(writer);
    writer->indent = indent;
}
