/* SPDX-License-Identifier: Apache-2.0 */
/* Head maps at the size of a photograph that the network saw in another size. */
#ifndef INFER_ENLARGE_H
#define INFER_ENLARGE_H

#include <panodepth/postprocess.h>

typedef struct infer_size {
    int32_t width, height;
} infer_size;

/* Memory for enlarged maps. Zero-initialise; reused between images. */
typedef struct infer_maps {
    float *values; /* [channels][height][width] of the photograph */
    float *seen;   /* one map of the size the network saw */
    size_t n_values, n_seen;
} infer_maps;

void infer_maps_clear(infer_maps *maps);

/* `out` borrows from `maps`, and is for pnd_postprocess() with stride 1. @retval PND_ENOMEM */
PND_NODISCARD pnd_status infer_enlarge(pnd_heads *out, infer_maps *maps, const pnd_heads *heads,
                                       infer_size seen, infer_size photo, pnd_error *err);

#endif
