/* SPDX-License-Identifier: Apache-2.0 */
/* Any PNG in any layout: refused, or pairs that are written and read back as the same pairs; and
 * segments of them, which are refused or become the same pairs again. */
#include "fuzz.h"

#include <panodepth/panoptic_segments.h>

#include <stdlib.h>
#include <string.h>

static void check_round_trip(pnd_pairs_layout layout, const pnd_plane_u32 *pairs)
{
    pnd_buffer png = {0};
    pnd_plane_u32 again = {0};
    const size_t bytes = (size_t)pairs->width * (size_t)pairs->height * sizeof(uint32_t);
    if (pnd_pairs_encode(&png, layout, pnd_plane_u32_view(pairs), "fuzz", NULL) != PND_OK ||
        pnd_pairs_decode(&again, layout, png.data, png.size, "fuzz", NULL, NULL, NULL) != PND_OK ||
        again.width != pairs->width || again.height != pairs->height ||
        memcmp(again.data, pairs->data, bytes) != 0)
        abort();
    pnd_plane_u32_clear(&again);
    pnd_buffer_clear(&png);
}

static void check_segments(pnd_plane_u32 *pairs)
{
    const pnd_pairs_rule rule = {.from = PND_ID_SPACE_LABEL_IDS,
                                 .to = PND_ID_SPACE_LABEL_IDS,
                                 .zero = PND_INSTANCE_ZERO_GROUP};
    const size_t n = (size_t)pairs->width * (size_t)pairs->height;
    pnd_annotation image = {0};
    if (pnd_pairs_map(pairs, &rule, "fuzz", NULL) != PND_OK)
        return;
    uint32_t *const before = malloc((n + 1) * sizeof *before);
    if (before == NULL)
        abort();
    memcpy(before, pairs->data, n * sizeof *before);
    if (pnd_pairs_to_segments(pairs, &image.segments, &image.n_segments, PND_ID_SCHEME_CITYSCAPES,
                              PND_ID_SPACE_LABEL_IDS, "fuzz", NULL) == PND_OK &&
        (pnd_pairs_from_segments(pairs, &image, PND_ID_SCHEME_CITYSCAPES, PND_ID_SPACE_LABEL_IDS,
                                 "fuzz", NULL) != PND_OK ||
         memcmp(before, pairs->data, n * sizeof *before) != 0))
        abort();
    free(before);
    free(image.segments);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (int form = PND_PAIRS_TWO_CHANNEL; form <= PND_PAIRS_DIVISOR; form++) {
        const pnd_pairs_layout layout = {(pnd_pairs_form)form, .divisor = 256, .void_class = 255};
        pnd_plane_u32 pairs = {0};
        pnd_error err = {0};
        const pnd_status status =
            pnd_pairs_decode(&pairs, layout, data, size, "fuzz", NULL, NULL, &err);
        if (status == PND_OK) {
            check_round_trip(layout, &pairs);
            check_segments(&pairs);
        } else if (err.message[0] == '\0') {
            abort();
        }
        pnd_plane_u32_clear(&pairs);
    }
    return 0;
}
