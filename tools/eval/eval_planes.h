/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of one frame, shared between the tasks that score it: each is read, hashed and decoded
 * at most once, whoever asks first. One per thread; memory is kept from frame to frame.
 *
 *     const eval_image *image = NULL;
 *     const pnd_plane_u16 *disparity = NULL;
 *     status = eval_planes_read(&image, planes, path, PND_MAX_IMAGE_BYTES, err);
 *     if (status == PND_OK)
 *         status = eval_image_u16(&disparity, image, path, NULL, &notes, err);
 *
 * Everything handed out is borrowed, is not changed by anybody, and lives until
 * eval_planes_begin(). A failure is remembered too.
 */
#ifndef PND_EVAL_PLANES_H
#define PND_EVAL_PLANES_H

#include <panodepth/camera.h>
#include <panodepth/depth_file.h>
#include <panodepth/file.h>
#include <panodepth/png.h>

typedef struct eval_planes eval_planes;

/* One file of the frame. */
typedef struct eval_image eval_image;

/* Zeroed memory is an empty store. */
PND_NODISCARD pnd_status eval_planes_create(eval_planes **out, pnd_error *err);
void eval_planes_free(eval_planes *planes); /* NULL is fine */

/* A new frame: forget the files of the last one. */
void eval_planes_begin(eval_planes *planes);

/* The next task of the same frame; and whether it was handed a failure that a task before it had
 * met already. */
void eval_planes_next_task(eval_planes *planes);
bool eval_planes_repeated_failure(const eval_planes *planes);

/* The file `path`. @retval as pnd_file_read() */
PND_NODISCARD pnd_status eval_planes_read(eval_image **out, eval_planes *planes, const char *path,
                                          int64_t max_bytes, pnd_error *err);

/* The file `name`, which came from a data file, beneath `folder`. @retval as
 * pnd_file_read_beneath() */
PND_NODISCARD pnd_status eval_planes_read_beneath(eval_image **out, eval_planes *planes,
                                                  const char *folder, const char *name,
                                                  int64_t max_bytes, pnd_error *err);

const pnd_buffer *eval_image_bytes(const eval_image *image);

/* SHA-256 in hexadecimal. */
const char *eval_image_sha256(eval_image *image);

/* As the decoders of the same names in png.h; `name` begins the message of a file that nobody asked
 * for before. `options` and `notes` may be NULL. */
PND_NODISCARD pnd_status eval_image_u8(const pnd_plane_u8 **out, eval_image *image,
                                       const char *name, const pnd_png_options *options,
                                       pnd_png_notes *notes, pnd_error *err);
PND_NODISCARD pnd_status eval_image_u16(const pnd_plane_u16 **out, eval_image *image,
                                        const char *name, const pnd_png_options *options,
                                        pnd_png_notes *notes, pnd_error *err);
PND_NODISCARD pnd_status eval_image_rgb8(const pnd_plane_rgb8 **out, eval_image *image,
                                         const char *name, const pnd_png_options *options,
                                         pnd_png_notes *notes, pnd_error *err);

/* The same pixels, with the words of pnd_png_decode_ids() about a PNG of another kind. */
PND_NODISCARD pnd_status eval_image_ids(const pnd_plane_rgb8 **out, eval_image *image,
                                        const char *name, const pnd_png_options *options,
                                        pnd_png_notes *notes, pnd_error *err);

/* @retval as pnd_depth_decode() */
PND_NODISCARD pnd_status eval_image_depth(const pnd_depth_map **out, eval_image *image,
                                          const char *name, pnd_error *err);

/* @retval as pnd_camera_parse() */
PND_NODISCARD pnd_status eval_image_camera(pnd_camera *out, eval_image *image, const char *name,
                                           pnd_error *err);

#endif
