/* SPDX-License-Identifier: Apache-2.0 */
/* Disparity to depth, pixel by pixel from the definition in depth_rule.h. */
#include "../depth_job.h"

pnd_status pnd_ref_depth(void *impl, const pnd_depth_job *job, pnd_depth_counts *counts,
                         pnd_error *err)
{
    (void)impl;
    (void)err;
    for (int32_t y = 0; y < job->disparity.height; y++)
        for (int32_t x = 0; x < job->disparity.width; x++)
            pnd_depth_pixel_run(job, x, y, counts);
    return PND_OK;
}
