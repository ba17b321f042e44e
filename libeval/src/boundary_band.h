/* SPDX-License-Identifier: Apache-2.0 */
/* pnd_boundary_band() for segment ids of 3 or 4 bytes. Private to libeval. */
#ifndef PND_BOUNDARY_BAND_H
#define PND_BOUNDARY_BAND_H

#include "pq_pairs.h"

PND_NODISCARD pnd_status pq_boundary_band(pnd_plane_u8 *band, pq_pixels ids, int32_t distance,
                                          int32_t *runs, pnd_error *err);

#endif
