/* SPDX-License-Identifier: Apache-2.0 */
#include "view_frame.h"

#include <panodepth/alloc.h>

#include <stdlib.h>

void view_frame_clear(view_frame *frame)
{
    pnd_plane_rgb8_clear(&frame->photo);
    pnd_plane_f32_clear(&frame->depth_m);
    pnd_plane_u32_clear(&frame->index);
    free(frame->segments);
    pnd_plane_rgb8_clear(&frame->picture);
    pnd_plane_u32_clear(&frame->small_index);
    pnd_plane_f32_clear(&frame->small_depth);
    view_regions_clear(&frame->regions);
    *frame = (view_frame){0};
}

pnd_status view_frame_describe(view_frame *frame, const pnd_segment_info *infos, size_t n,
                               view_categories categories, pnd_view_u32 ids, const char *name,
                               pnd_error *err)
{
    free(frame->segments);
    frame->n_segments = 0;
    frame->segments = pnd_calloc_array(n, sizeof(*frame->segments));
    if (frame->segments == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for %zu segments", n);
    frame->n_segments = n;
    pnd_status status = view_segments_describe(frame->segments, infos, n, categories, name, err);
    if (status == PND_OK)
        status = view_segments_index(&frame->index, frame->segments, n, ids, name, err);
    return status;
}
