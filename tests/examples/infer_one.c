/* SPDX-License-Identifier: Apache-2.0 */
/* One photograph through the network: infer_one WEIGHTS.safetensors PHOTOGRAPH.png */
#include <panodepth/file.h>
#include <panodepth/net.h>
#include <panodepth/png.h>
#include <panodepth/safetensors.h>
#include <stdio.h>
#include <string.h>
#define TRY(call)                                                                                  \
    if ((call) != PND_OK)                                                                          \
    return fprintf(stderr, "%s\n", err.message), 1

int main(int argc, char **argv)
{
    static pnd_net_tensor tensors[1024];
    pnd_safetensors *weights = NULL;
    pnd_backend *backend = NULL;
    pnd_net *net = NULL;
    pnd_buffer file = {0};
    pnd_plane_rgb8 photo = {0};
    pnd_error err = {0};
    if (argc != 3)
        return 2;
    TRY(pnd_safetensors_open(&weights, argv[1], &err));
    size_t n = 0;
    for (const pnd_safetensor *t; n < 1024 && (t = pnd_safetensors_at(weights, n)) != NULL; n++) {
        tensors[n] = (pnd_net_tensor){.name = t->name, .rank = t->rank, .data = t->data};
        memcpy(tensors[n].shape, t->shape, sizeof tensors[n].shape);
    }
    TRY(pnd_file_read(&file, argv[2], PND_MAX_IMAGE_BYTES, &err));
    TRY(pnd_png_decode_rgb8(&photo, file.data, file.size, argv[2], NULL, NULL, &err));
    TRY(pnd_backend_create(&backend, NULL, &err)); /* CUDA if there is a device, else the CPU */
    const pnd_net_options options = {
        .struct_size = sizeof options, .width = photo.width, .height = photo.height};
    TRY(pnd_net_open(&net, backend, tensors, n, &options, &err));
    pnd_safetensors_close(weights); /* not needed any more */
    memcpy(pnd_net_input(net, 0, 0), photo.data, (size_t)photo.width * photo.height * 3);
    TRY(pnd_net_run(net, 0, 1, &err));
    const pnd_net_result *result = pnd_net_get_result(net, 0, 0);
    for (size_t i = 0; i < result->post.n_segments; i++) {
        const pnd_segment *s = &result->post.segments[i];
        const pnd_segment_depth *d = pnd_segment_depths_find(&result->depths, s->panoptic + 1);
        printf("class %d, %lld pixels, %.1f m\n", s->class_id, (long long)s->area_px,
               d != NULL ? d->mean : 0.0);
    }
    pnd_net_free(net);
    pnd_backend_free(backend);
    pnd_plane_rgb8_clear(&photo);
    pnd_buffer_clear(&file);
    return 0;
}
