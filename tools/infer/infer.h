/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pnd-infer: what its parts share.
 *
 *     infer_images.c    which photographs there are, their sizes, and which are done already
 *     infer_model.c     weights, backend, network
 *     infer_pipeline.c  decode -> network -> encode, each in threads of its own, bounded
 *     infer_decode.c    a photograph into a slot of the network
 *     infer_resize.c    a photograph of another size than the network sees
 *     infer_enlarge.c   and its head maps back to its own
 *     infer_encode.c    one image's results into files
 *     infer_instances.c, infer_record.c    parts of it
 *     infer_report.c    the panoptic JSON of the run, its rates, the profile; infer_peak.c
 */
#ifndef INFER_H
#define INFER_H

#include "tool.h"
#include "tool_files.h"

#include <panodepth/buffer.h>
#include <panodepth/depth_file.h>
#include <panodepth/file.h>
#include <panodepth/net.h>
#include <panodepth/panoptic_set.h>
#include <panodepth/safetensors.h>

typedef struct infer_args {
    const char *weights, *images, *out, *split, *save_heads;
    const char *device, *precision, *size, *aspp_pool;
    int32_t batch;
    int32_t depth_head;   /* a pnd_depth_head */
    int32_t depth_format; /* a pnd_depth_format */
    int32_t fuse;         /* a pnd_fuse_rule */
    double trim, threshold;
    int32_t nms, top_k, stuff_area;
    int32_t rules; /* 0: detectron2, 1: deeplab2 */
    bool labels, instances, view, resume, profile, allow_nonfinite;
} infer_args;

typedef char infer_digest[PND_SHA256_TEXT_SIZE];

/* ---- images */

typedef enum infer_state {
    INFER_TODO,
    INFER_KEPT, /* found complete by --resume */
    INFER_DONE,
    INFER_BAD /* among the problems */
} infer_state;

typedef struct infer_image {
    const tool_file *file;
    int32_t width, height; /* of the photograph; 0 when it cannot be read */
    infer_state state;
    pnd_segment_info *segments; /* owned */
    size_t n_segments;
} infer_image;

/* ---- the network */

typedef struct infer_model {
    pnd_safetensors *file;
    pnd_net_tensor *tensors;
    size_t n_tensors;
    infer_digest digest; /* of the file */
    pnd_backend *backend;
    pnd_net_options options; /* but for the size of the photographs */
    pnd_postprocess_options post;
    pnd_fuse_options fuse;
} infer_model;

/* Seconds of work, over all threads of a stage. */
typedef struct infer_times {
    double decode_s, network_s, encode_s, wall_s;
    int32_t decoders, encoders;
} infer_times;

typedef struct infer_run {
    tool *tool;
    const infer_args *args;
    const char *split;
    tool_files files;
    infer_image *images; /* one per file */
    int32_t n;
    int32_t size_width, size_height; /* of --size; 0 without */
    infer_model model;
    char *signature; /* all that decides what is written: a record of another one is not kept */
    pnd_net *net;    /* of the photographs being worked on */
    pnd_net_info info;
    int32_t batch; /* as opened: less than asked for when the device's memory is short */
    infer_times times;
    int64_t n_done, n_other_settings;
    int lock; /* descriptor of the output folder */
    tool_problems problems;
} infer_run;

/* The photographs of --images, their sizes. Returns an exit code; what can be skipped is among the
 * problems. */
int infer_images_open(infer_run *run);
void infer_images_clear(infer_run *run);

/* With --resume: which of them are done. Returns an exit code. */
int infer_images_verify(infer_run *run);

/* Weights and backend, and the signature. Returns an exit code. */
int infer_model_open(infer_run *run);
void infer_model_clear(infer_model *model);

/* The network for photographs of one size; on a device short of memory with smaller batches. With
 * heads_only it stops at its heads. */
PND_NODISCARD pnd_status infer_net_open(infer_run *run, int32_t width, int32_t height,
                                        bool heads_only, pnd_error *err);

/* The network sees the photograph in another size. */
static inline bool infer_is_resized(const infer_run *run, const infer_image *image)
{
    return run->size_width > 0 &&
           (image->width != run->size_width || image->height != run->size_height);
}

/* Run n images, given by position, whose photographs have one size. Failures of single images are
 * added to the problems; returns an exit code for what stops the run, else 0. */
int infer_pipeline_run(infer_run *run, const int32_t *order, int32_t n);

/* ---- one image */

/* What one image of a slot holds besides the network's memory. */
typedef struct infer_slot_image {
    int32_t index;        /* position in the run */
    bool bad;             /* its photograph could not be read */
    pnd_plane_rgb8 photo; /* as in the file */
    infer_digest digest;  /* of the file */
} infer_slot_image;

/* Scratch of a decoding thread. */
typedef struct infer_decoder {
    pnd_buffer bytes;
    pnd_plane_rgb8 photo, resized;
} infer_decoder;
void infer_decoder_clear(infer_decoder *decoder);

/* Read the photograph into decoder->photo, and into decoder->resized when the network wants another
 * size. */
PND_NODISCARD pnd_status infer_decode(infer_decoder *decoder, infer_digest digest,
                                      const infer_run *run, const infer_image *image,
                                      pnd_error *err);

/* The pixels of a plane without gaps between rows. */
void infer_copy_pixels(uint8_t *out, const pnd_plane_rgb8 *plane);

/* Scratch of an encoding thread. */
typedef struct infer_encoder infer_encoder;
PND_NODISCARD pnd_status infer_encoder_create(infer_encoder **out, const infer_run *run,
                                              pnd_error *err);
void infer_encoder_free(infer_encoder *encoder); /* NULL is fine */

/* Write everything asked for of one image, its record last, and keep its segments in the run.
 * `*side` becomes TOOL_OUTPUT when a failure is one of writing. */
PND_NODISCARD pnd_status infer_encode(infer_encoder *encoder, infer_run *run,
                                      const infer_slot_image *image, const pnd_net_result *result,
                                      tool_side *side, pnd_error *err);

/* ---- files */

/* The files of one image, as they are written. */
typedef struct infer_file_entry {
    char *name; /* below --out; owned */
    infer_digest digest;
} infer_file_entry;

typedef struct infer_file_list {
    infer_file_entry *items;
    size_t n, capacity;
} infer_file_list;
void infer_file_list_reset(infer_file_list *list); /* keeps the memory */
void infer_file_list_clear(infer_file_list *list);

/* Write {out}/{name} and remember its digest. `list` may be NULL. */
PND_NODISCARD pnd_status infer_write(const infer_run *run, infer_file_list *list, const char *name,
                                     const void *bytes, size_t size, pnd_error *err);

/* Names below --out; free(). NULL without memory. */
char *infer_json_name(const infer_run *run);
char *infer_panoptic_name(const infer_run *run, const char *image_id);
char *infer_record_name(const char *image_id);

/* What was read and written of one image; schema panodepth-infer/1. */
PND_NODISCARD pnd_status infer_record_write(const infer_run *run, const infer_image *image,
                                            const char *photo_digest, const infer_file_list *files,
                                            pnd_buffer *bytes, pnd_error *err);

typedef enum infer_verdict {
    INFER_COMPLETE,
    INFER_ABSENT,         /* no record, or one that fits no longer */
    INFER_OTHER_SETTINGS, /* sound, and made with another signature */
} infer_verdict;

/* Is an image done? If so its segments are taken from the record. @retval PND_ENOMEM */
PND_NODISCARD pnd_status infer_record_verify(infer_verdict *verdict, const infer_run *run,
                                             infer_image *image, pnd_error *err);

/* The masks and the text file of the Cityscapes instance task. `ids` holds panoptic value + 1. */
PND_NODISCARD pnd_status infer_write_instances(const infer_run *run, infer_file_list *files,
                                               const infer_image *image, pnd_view_u32 ids,
                                               pnd_plane_u8 *mask, pnd_buffer *bytes,
                                               pnd_error *err);

/* ---- the end */

/* The panoptic JSON of all images that are done or kept. */
PND_NODISCARD pnd_status infer_json_write(const infer_run *run, pnd_error *err);

/* What was done and how fast; with --profile the table of operations. */
void infer_report(const infer_run *run);

/* GFLOP/s of float32 multiply-adds on the network's threads, measured; 0 where that is not known:
 * on another backend than cpu. */
double infer_peak_gflops(const infer_run *run);

/* PIL's Image.resize((width, height), BILINEAR) of 8-bit RGB, bit for bit. @retval PND_ENOMEM
 * @retval PND_EINVAL @retval PND_ELIMIT */
PND_NODISCARD pnd_status infer_resize_rgb8(pnd_plane_rgb8 *out, pnd_view_rgb8 image, int32_t width,
                                           int32_t height, pnd_error *err);

/* Monotonic seconds. */
double infer_now_s(void);

#endif
