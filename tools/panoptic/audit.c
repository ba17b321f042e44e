/* SPDX-License-Identifier: Apache-2.0 */
/* --audit: draw the polygons of each frame and compare with the images of the data set. */
#include "panoptic.h"

#include <panodepth/alloc.h>
#include <panodepth/file.h>
#include <panodepth/png.h>

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

/* The released images of one frame. */
typedef struct released {
    pnd_plane_u16 instance_ids;
    pnd_plane_u8 label_ids;
} released;

typedef struct audit_scratch {
    gt_scratch *frame;
    released images;
} audit_scratch;

typedef struct audit {
    gt_run *run;
    audit_row *rows; /* one per frame */
} audit;

bool panoptic_audits(const gt_run *run, pnd_fill_rule rule)
{
    return !tool_given(run->tool, "fill") || rule == (pnd_fill_rule)run->args->fill;
}

/* ---- reading */

static pnd_status check_match(int32_t width, int32_t height, const pnd_polygons *polygons,
                              const char *path, pnd_error *err)
{
    if (width == polygons->width && height == polygons->height)
        return PND_OK;
    return pnd_fail(err, PND_EMISMATCH, "%s: %dx%d, its polygons.json says %dx%d", path, width,
                    height, polygons->width, polygons->height);
}

static pnd_status decode(audit_scratch *s, int which, const char *path,
                         const pnd_polygons *polygons, pnd_error *err)
{
    pnd_buffer *file = &s->frame->file;
    pnd_plane_u16 *instances = &s->images.instance_ids;
    pnd_plane_u8 *labels = &s->images.label_ids;
    pnd_status status = pnd_file_read(file, path, PND_MAX_IMAGE_BYTES, err);
    if (status != PND_OK)
        return status;
    if (which == AUDIT_INSTANCE_IDS) {
        status = pnd_png_decode_u16(instances, file->data, file->size, path, NULL, NULL, err);
        return status == PND_OK
                   ? check_match(instances->width, instances->height, polygons, path, err)
                   : status;
    }
    status = pnd_png_decode_u8(labels, file->data, file->size, path, NULL, NULL, err);
    return status == PND_OK ? check_match(labels->width, labels->height, polygons, path, err)
                            : status;
}

/* An image that is not there is left out of the comparison; one that is there must be good. */
static pnd_status read_released(audit_scratch *s, audit_row *row, const gt_run *run,
                                const gt_frame *frame, const pnd_polygons *polygons, pnd_error *err)
{
    static const char *const kinds[N_AUDITED] = {"instanceIds.png", "labelIds.png"};
    pnd_status status = PND_OK;
    for (int i = 0; i < N_AUDITED && status == PND_OK; i++) {
        char *path = panoptic_frame_path(run, frame, run->args->root, kinds[i]);
        if (path == NULL)
            return pnd_fail(err, PND_ENOMEM, "out of memory");
        row->has[i] = access(path, F_OK) == 0;
        if (row->has[i])
            status = decode(s, i, path, polygons, err);
        free(path);
    }
    if (status == PND_OK && !row->has[AUDIT_INSTANCE_IDS] && !row->has[AUDIT_LABEL_IDS])
        status = pnd_fail(err, PND_EIO,
                          "%s: has polygons, and neither instanceIds nor labelIds to compare with",
                          frame->frame->core);
    return status;
}

/* ---- comparing */

static int64_t count_instances(const pnd_plane_u16 *drawn, const pnd_plane_u16 *found)
{
    int64_t n = 0;
    for (int32_t y = 0; y < drawn->height; y++) {
        const uint16_t *a = pnd_plane_u16_row(drawn, y), *b = pnd_plane_u16_row(found, y);
        for (int32_t x = 0; x < drawn->width; x++)
            n += a[x] != b[x];
    }
    return n;
}

static int64_t count_labels(const pnd_plane_u16 *drawn, const pnd_plane_u8 *found)
{
    int64_t n = 0;
    for (int32_t y = 0; y < drawn->height; y++) {
        const uint16_t *a = pnd_plane_u16_row(drawn, y);
        const uint8_t *b = pnd_plane_u8_row(found, y);
        for (int32_t x = 0; x < drawn->width; x++)
            n += pnd_instance_class(a[x]) != b[x];
    }
    return n;
}

static pnd_status compare(audit_scratch *s, audit_row *row, const gt_run *run,
                          const pnd_polygons *polygons, pnd_error *err)
{
    pnd_plane_u16 *drawn = &s->frame->instance_ids;
    pnd_status status = PND_OK;
    for (int rule = 0; rule < PND_N_FILL_RULES && status == PND_OK; rule++) {
        if (!panoptic_audits(run, (pnd_fill_rule)rule))
            continue;
        status = pnd_polygons_draw(drawn, polygons, (pnd_fill_rule)rule, &s->frame->fill, err);
        if (status == PND_OK && row->has[AUDIT_INSTANCE_IDS])
            row->differ[AUDIT_INSTANCE_IDS][rule] = count_instances(drawn, &s->images.instance_ids);
        if (status == PND_OK && row->has[AUDIT_LABEL_IDS])
            row->differ[AUDIT_LABEL_IDS][rule] = count_labels(drawn, &s->images.label_ids);
    }
    return status;
}

static pnd_status audit_frame(tool_frame *f)
{
    const audit *a = f->context;
    audit_scratch *s = f->scratch;
    const gt_frame *frame = &a->run->frames[f->index];
    audit_row row = {0};
    pnd_polygons polygons;
    pnd_status status = panoptic_read_polygons(&polygons, s->frame, a->run, frame, &f->err);
    row.pixels = (int64_t)polygons.width * polygons.height;
    if (status == PND_OK)
        status = read_released(s, &row, a->run, frame, &polygons, &f->err);
    if (status == PND_OK)
        status = compare(s, &row, a->run, &polygons, &f->err);
    row.good = status == PND_OK;
    if (row.good)
        a->rows[f->index] = row;
    pnd_polygons_clear(&polygons);
    return status;
}

/* ---- the run */

static void scratch_free(void *scratch)
{
    audit_scratch *s = scratch;
    if (s->frame != NULL)
        panoptic_scratch_free(s->frame);
    pnd_plane_u16_clear(&s->images.instance_ids);
    pnd_plane_u8_clear(&s->images.label_ids);
    free(s);
}

static pnd_status scratch_create(void **out, void *context, pnd_error *err)
{
    void *frame = NULL;
    audit_scratch *s = pnd_calloc_array(1, sizeof *s);
    *out = s;
    if (s == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    const pnd_status status = panoptic_scratch_create(&frame, context, err);
    s->frame = frame;
    return status;
}

static const char *image_id(const void *context, int32_t index)
{
    const audit *a = context;
    return panoptic_image_id(a->run, index);
}

static audit_row sum_rows(const audit_row *rows, int32_t n)
{
    audit_row total = {0};
    for (int32_t i = 0; i < n; i++) {
        total.good |= rows[i].good;
        total.pixels += rows[i].pixels;
        for (int image = 0; image < N_AUDITED; image++) {
            total.has[image] |= rows[i].has[image];
            for (int rule = 0; rule < PND_N_FILL_RULES; rule++)
                total.differ[image][rule] += rows[i].differ[image][rule];
        }
    }
    return total;
}

static int check_equal(const gt_run *run, const audit_row *total)
{
    const int rule = run->args->fill;
    const int64_t instances = total->differ[AUDIT_INSTANCE_IDS][rule];
    const int64_t labels = total->differ[AUDIT_LABEL_IDS][rule];
    if (!run->args->require_equal || (instances == 0 && labels == 0))
        return TOOL_EXIT_OK;
    tool_warn(run->tool,
              "requirement not met: with --fill %s %" PRId64 " pixels of instanceIds and %" PRId64
              " of labelIds differ, required 0",
              pnd_fill_rule_name((pnd_fill_rule)rule), instances, labels);
    return TOOL_EXIT_GATE;
}

static int report(const gt_run *run, const audit_row *rows)
{
    pnd_error err = {0};
    const audit_row total = sum_rows(rows, run->n_frames);
    if (!total.good) {
        (void)pnd_fail(&err, PND_EFORMAT, "no usable frame is left");
        return tool_fail(run->tool, TOOL_INPUT, &err);
    }
    if (panoptic_audit_report(run, rows, &total, &err) != PND_OK)
        return tool_fail(run->tool, TOOL_OUTPUT, &err);
    return check_equal(run, &total);
}

int panoptic_audit(gt_run *run)
{
    tool_problems problems = {0};
    pnd_error err = {0};
    audit a = {.run = run, .rows = pnd_calloc_array((size_t)run->n_frames, sizeof *a.rows)};
    if (a.rows == NULL) {
        (void)pnd_fail(&err, PND_ENOMEM, "out of memory");
        return tool_fail(run->tool, TOOL_INPUT, &err);
    }
    const tool_frame_job job = {.n = run->n_frames,
                                .what = "frames compared",
                                .context = &a,
                                .run = audit_frame,
                                .scratch_create = scratch_create,
                                .scratch_free = scratch_free,
                                .image_id = image_id};
    int code = tool_for_each(run->tool, &job, &problems);
    if (code == TOOL_EXIT_OK)
        code = report(run, a.rows);
    tool_problems_clear(&problems);
    free(a.rows);
    return code;
}
