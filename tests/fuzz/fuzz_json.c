/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The strict JSON reader and the panoptic reader behind it must survive any bytes. What the check
 * accepts cJSON must accept too, and a panoptic set that was read must come back from its own text.
 */
#include "fuzz.h"

#include <panodepth/json.h>
#include <panodepth/panoptic_set.h>

#include <stdlib.h>
#include <string.h>

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void parse_document(const uint8_t *data, size_t size)
{
    struct cJSON *json = NULL;
    pnd_error err = {0};
    const pnd_status status = pnd_json_parse(&json, data, size, "fuzz", &err);
    require(status == PND_OK || status == PND_EFORMAT || status == PND_ELIMIT);
    require((status == PND_OK) == (json != NULL));
    pnd_json_free(json);
}

static void write_set(pnd_buffer *out, const pnd_panoptic_set *set)
{
    require(pnd_panoptic_set_write(out, set, NULL, 0, NULL) == PND_OK);
}

static void parse_set(const uint8_t *data, size_t size, pnd_panoptic_role role)
{
    pnd_panoptic_set set, again;
    pnd_buffer text = {0}, text_again = {0};
    if (pnd_panoptic_set_parse(&set, data, size, "fuzz", role, NULL) != PND_OK)
        return;
    (void)pnd_panoptic_set_id_space(&set);
    write_set(&text, &set);
    require(pnd_panoptic_set_parse(&again, text.data, text.size, "again", PND_PREDICTION, NULL) ==
            PND_OK);
    require(again.n_annotations == set.n_annotations);
    write_set(&text_again, &again);
    if (role == PND_PREDICTION) {
        require(text_again.size == text.size);
        require(memcmp(text_again.data, text.data, text.size) == 0);
    }
    pnd_panoptic_set_clear(&set);
    pnd_panoptic_set_clear(&again);
    pnd_buffer_clear(&text);
    pnd_buffer_clear(&text_again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    parse_document(data, size);
    parse_set(data, size, PND_GROUND_TRUTH);
    parse_set(data, size, PND_PREDICTION);
    return 0;
}
