/* SPDX-License-Identifier: Apache-2.0 */
/* --distance: how far the instances are, from the tree's disparity, and AP of those within 100 m
 * and 50 m. An extension: the benchmark's own distances are not published. */
#include "eval_instance.h"

#include <panodepth/alloc.h>
#include <panodepth/depth_samples.h>

#include <stdlib.h>
#include <string.h>

const double instance_distances[INSTANCE_N_DISTANCES] = {100, 50};

static pnd_status load_camera(double *depth_m, eval_planes *planes, eval_sha256 digest,
                              const char *path, pnd_error *err)
{
    eval_image *file = NULL;
    pnd_camera camera;
    pnd_status status = eval_planes_read(&file, planes, path, PND_MAX_JSON_BYTES, err);
    if (status != PND_OK)
        return status;
    memcpy(digest, eval_image_sha256(file), sizeof(eval_sha256));
    status = eval_image_camera(&camera, file, path, err);
    if (status == PND_OK)
        pnd_depth_lut_disparity(depth_m, camera.fx * camera.baseline, camera.doffs);
    return status;
}

static pnd_status load_disparity(const pnd_plane_u16 **out, eval_planes *planes, eval_sha256 digest,
                                 const char *path, pnd_error *err)
{
    eval_image *file = NULL;
    const pnd_status status = eval_planes_read(&file, planes, path, PND_MAX_IMAGE_BYTES, err);
    if (status != PND_OK)
        return status;
    memcpy(digest, eval_image_sha256(file), sizeof(eval_sha256));
    return eval_image_u16(out, file, path, NULL, NULL, err);
}

pnd_status instance_measure(pnd_instance_matcher *matcher, eval_planes *planes,
                            eval_sha256 digests[2], const instance_args *args, const char *key,
                            pnd_error *err)
{
    char *camera = NULL, *path = NULL;
    const pnd_plane_u16 *disparity = NULL;
    double *const depth_m = pnd_alloc_array(PND_DEPTH_LUT_SIZE, sizeof *depth_m);
    pnd_status status = depth_m == NULL ? pnd_fail(err, PND_ENOMEM, "out of memory") : PND_OK;
    if (status == PND_OK)
        status =
            eval_frame_path(&camera, key, args->root, args->split, "camera", "_camera.json", err);
    if (status == PND_OK)
        status = eval_frame_path(&path, key, args->root, args->split, "disparity", "_disparity.png",
                                 err);
    if (status == PND_OK)
        status = load_camera(depth_m, planes, digests[0], camera, err);
    if (status == PND_OK)
        status = load_disparity(&disparity, planes, digests[1], path, err);
    if (status == PND_OK)
        status = pnd_instance_measure(matcher, pnd_plane_u16_view(disparity), depth_m, path, err);
    free(depth_m);
    free(camera);
    free(path);
    return status;
}

pnd_status instance_score_near(instance_results *r, const pnd_instance_image *images, size_t n,
                               pnd_error *err)
{
    for (int d = 0; d < INSTANCE_N_DISTANCES; d++) {
        instance_near *const near = &r->near[d];
        for (int c = 0; c < INSTANCE_N_SCORED; c++) {
            const pnd_status status = pnd_instance_ap(
                near->ap[c], images, n, instance_labels()[c], r->overlaps, PND_INSTANCE_N_OVERLAPS,
                pnd_instance_within(instance_distances[d]), err);
            if (status != PND_OK)
                return status;
        }
        near->mean = pnd_instance_average(near->class_ap, near->ap[0], INSTANCE_N_SCORED,
                                          PND_INSTANCE_N_OVERLAPS);
    }
    return PND_OK;
}
