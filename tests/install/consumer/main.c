/* SPDX-License-Identifier: Apache-2.0 */
/* A stranger's program: a camera in, a PNG round trip, and the version. */
#include <panodepth/base.h>
#include <panodepth/camera.h>
#include <panodepth/png.h>

#include <stdio.h>
#include <string.h>

int main(void)
{
    static const char json[] = "{\"extrinsic\": {\"baseline\": 0.209313}, \"intrinsic\": {\"fx\": "
                               "2262.52, \"fy\": 2265.3, \"u0\": 1096.98, \"v0\": 513.137}}";
    static const uint16_t pixels[6] = {0, 1, 257, 3333, 32257, 65535};
    const pnd_view_u16 view = {pixels, 3, 2, 6};
    pnd_error err = {0};
    pnd_camera camera = {0};
    pnd_buffer png = {0};
    pnd_plane_u16 back = {0};
    if (strcmp(pnd_version(), PND_VERSION_STRING) != 0)
        return 1;
    if (pnd_camera_parse(&camera, json, strlen(json), "camera", &err) != PND_OK ||
        pnd_png_encode_u16(&png, view, PND_PNG_DEPTH, &err) != PND_OK ||
        pnd_png_decode_u16(&back, png.data, png.size, "png", NULL, NULL, &err) != PND_OK) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    const int differs = memcmp(back.data, pixels, sizeof pixels);
    pnd_plane_u16_clear(&back);
    pnd_buffer_clear(&png);
    return differs != 0 || camera.fx != 2262.52;
}
