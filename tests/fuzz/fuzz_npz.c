/* SPDX-License-Identifier: Apache-2.0 */
/* The zip reader must survive any bytes, and take out nothing larger than it was told. */
#include "fuzz.h"

#include <panodepth/depth_file.h>
#include <panodepth/npz.h>

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    pnd_buffer npy = {0};
    pnd_depth_map map = {0};
    pnd_error err = {0};
    const pnd_status status = pnd_npz_extract(&npy, data, size, "depth", "fuzz", &err);
    if ((status == PND_OK) != (npy.size > 0) || (status != PND_OK && err.message[0] == '\0'))
        abort();
    if (status == PND_OK && npy.size / 1040 > size)
        abort();
    err = (pnd_error){0};
    if (pnd_depth_decode_npz(&map, data, size, NULL, "fuzz", &err) != PND_OK &&
        (map.width != 0 || err.message[0] == '\0'))
        abort();
    pnd_depth_map_clear(&map);
    pnd_buffer_clear(&npy);
    return 0;
}
