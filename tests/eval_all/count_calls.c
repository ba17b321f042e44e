/* SPDX-License-Identifier: Apache-2.0 */
/* Functions that read or decode a file, wrapped at link time: each call adds a line "KIND NAME" to
 * the file that PND_COUNT_LOG names, and goes on. */
#include <panodepth/camera.h>
#include <panodepth/depth_file.h>
#include <panodepth/file.h>
#include <panodepth/panoptic_set.h>
#include <panodepth/png.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One write() to a file opened for appending: lines of several threads do not mix. */
static void note(const char *kind, const char *folder, const char *name)
{
    char line[8192];
    const char *const log = getenv("PND_COUNT_LOG");
    if (log == NULL)
        return;
    (void)snprintf(line, sizeof line, "%s %s%s%s\n", kind, folder, folder[0] != '\0' ? "/" : "",
                   name);
    const int fd = open(log, O_WRONLY | O_APPEND | O_CREAT, 0644);
    if (fd < 0 || write(fd, line, strlen(line)) != (ssize_t)strlen(line))
        abort();
    (void)close(fd);
}

/* WRAP(pnd_camera_parse, kind, folder, name, (parameters), (arguments)) */
#define WRAP(function, kind, folder, name, parameters, arguments)                                  \
    pnd_status __real_##function parameters;                                                       \
    pnd_status __wrap_##function parameters;                                                       \
    pnd_status __wrap_##function parameters                                                        \
    {                                                                                              \
        note(kind, folder, name);                                                                  \
        return __real_##function arguments;                                                        \
    }

#define WRAP_PNG(function, plane)                                                                  \
    WRAP(function, "png", "", name,                                                                \
         (plane * out, const void *bytes, size_t size, const char *name,                           \
          const pnd_png_options *options, pnd_png_notes *notes, pnd_error *err),                   \
         (out, bytes, size, name, options, notes, err))

WRAP(pnd_file_read, "read", "", path,
     (pnd_buffer * out, const char *path, int64_t max_bytes, pnd_error *err),
     (out, path, max_bytes, err))
WRAP(pnd_file_read_beneath, "read", root, name,
     (pnd_buffer * out, const char *root, const char *name, int64_t max_bytes, pnd_error *err),
     (out, root, name, max_bytes, err))
WRAP_PNG(pnd_png_decode_u8, pnd_plane_u8)
WRAP_PNG(pnd_png_decode_u16, pnd_plane_u16)
WRAP_PNG(pnd_png_decode_rgb8, pnd_plane_rgb8)
WRAP_PNG(pnd_png_decode_ids, pnd_plane_u32)
WRAP(pnd_depth_decode, "depth", "", name,
     (pnd_depth_map * out, const void *bytes, size_t size, const char *name, pnd_error *err),
     (out, bytes, size, name, err))
WRAP(pnd_camera_parse, "json", "", name,
     (pnd_camera * out, const void *bytes, size_t size, const char *name, pnd_error *err),
     (out, bytes, size, name, err))
WRAP(pnd_panoptic_set_parse, "json", "", name,
     (pnd_panoptic_set * out, const void *bytes, size_t size, const char *name,
      pnd_panoptic_role role, pnd_error *err),
     (out, bytes, size, name, role, err))
