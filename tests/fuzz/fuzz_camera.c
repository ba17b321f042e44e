/* SPDX-License-Identifier: Apache-2.0 */
/* The calibration readers must survive any bytes, and what they accept must be in range. */
#include "fuzz.h"

#include <panodepth/camera.h>

#include <stdlib.h>

static void require(bool condition)
{
    if (!condition)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pnd_camera camera;
    pnd_error err = {0};
    const pnd_status status = pnd_camera_parse(&camera, data, size, "fuzz", &err);
    if (status != PND_OK) {
        require(err.status == status && err.message[0] != '\0');
        require(camera.fx == 0 && camera.baseline == 0);
        return 0;
    }
    require(camera.fx >= 100 && camera.fx <= 1e5 && camera.fy >= 100 && camera.fy <= 1e5);
    require(camera.baseline >= 0.01 && camera.baseline <= 10);
    require(camera.doffs >= -1e5 && camera.doffs <= 1e5);
    return 0;
}
