/* SPDX-License-Identifier: Apache-2.0 */
/* What a run leaves behind for people and programs: the panoptic JSON, rates, the profile. */
#include "infer.h"

#include <panodepth/alloc.h>
#include <panodepth/json.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* ---- the panoptic JSON */

typedef struct lists {
    pnd_panoptic_set set; /* annotations with names of their own, segments borrowed */
    pnd_image_info *images;
} lists;

static void lists_clear(lists *l)
{
    for (size_t i = 0; i < l->set.n_annotations; i++) {
        l->set.annotations[i].segments = NULL;
        l->set.annotations[i].n_segments = 0;
    }
    pnd_panoptic_set_clear(&l->set);
    free(l->images);
}

static bool is_complete(const infer_image *image)
{
    return image->state == INFER_DONE || image->state == INFER_KEPT;
}

static pnd_status add_image(lists *l, const infer_image *image, pnd_error *err)
{
    const tool_file *file = image->file;
    const char *slash = strrchr(file->name, '/');
    pnd_annotation *annotation = &l->set.annotations[l->set.n_annotations];
    *annotation =
        (pnd_annotation){.image_id = pnd_strdup(file->image_id),
                         .file_name = pnd_strdup_printf("%s_panoptic.png", file->image_id),
                         .segments = image->segments,
                         .n_segments = image->n_segments};
    l->images[l->set.n_annotations++] = (pnd_image_info){
        file->image_id, slash != NULL ? slash + 1 : file->name, image->width, image->height};
    return annotation->image_id != NULL && annotation->file_name != NULL
               ? PND_OK
               : pnd_fail(err, PND_ENOMEM, "out of memory for the panoptic file");
}

static pnd_status make_lists(lists *l, const infer_run *run, pnd_error *err)
{
    l->set.annotations = pnd_calloc_array((size_t)run->n, sizeof *l->set.annotations);
    l->images = pnd_calloc_array((size_t)run->n, sizeof *l->images);
    if (l->set.annotations == NULL || l->images == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for the panoptic file");
    pnd_status status = pnd_panoptic_set_add_cityscapes(&l->set, false, err);
    for (int32_t i = 0; i < run->n && status == PND_OK; i++)
        if (is_complete(&run->images[i]))
            status = add_image(l, &run->images[i], err);
    return status;
}

pnd_status infer_json_write(const infer_run *run, pnd_error *err)
{
    lists l = {0};
    pnd_buffer text = {0};
    char *name = infer_json_name(run);
    pnd_status status =
        name != NULL ? make_lists(&l, run, err) : pnd_fail(err, PND_ENOMEM, "out of memory");
    if (status == PND_OK)
        status = pnd_panoptic_set_write(&text, &l.set, l.images, l.set.n_annotations, err);
    if (status == PND_OK)
        status = infer_write(run, NULL, name, text.data, text.size, err);
    lists_clear(&l);
    pnd_buffer_clear(&text);
    free(name);
    return status;
}

/* ---- rates */

typedef struct rates {
    double images_per_s;
    double decode, network, encode; /* busy share of each stage's threads, 0 to 1 */
    double peak_mib, network_mib;
    int64_t n_kept, n_bad;
} rates;

static double share(double busy_s, double wall_s, int32_t threads)
{
    return wall_s > 0 && threads > 0 ? busy_s / (wall_s * threads) : 0;
}

static rates rates_of(const infer_run *run)
{
    const infer_times *t = &run->times;
    struct rusage usage = {0};
    (void)getrusage(RUSAGE_SELF, &usage);
    rates r = {.images_per_s = t->wall_s > 0 ? (double)run->n_done / t->wall_s : 0,
               .decode = share(t->decode_s, t->wall_s, t->decoders),
               .network = share(t->network_s, t->wall_s, 1),
               .encode = share(t->encode_s, t->wall_s, t->encoders),
               .peak_mib = (double)usage.ru_maxrss / 1024.0, /* kibibytes on Linux */
               .network_mib = (double)(run->info.arena_bytes + run->info.weight_bytes) / 1048576.0};
    for (int32_t i = 0; i < run->n; i++) {
        r.n_kept += run->images[i].state == INFER_KEPT;
        r.n_bad += run->images[i].state == INFER_BAD;
    }
    return r;
}

static void put_number(pnd_json_writer *w, const char *key, double value)
{
    pnd_json_key(w, key);
    pnd_json_double(w, value);
}

static void put_stage(pnd_json_writer *w, const char *key, double busy, int32_t threads)
{
    pnd_json_key(w, key);
    pnd_json_begin_object(w);
    put_number(w, "busy", busy);
    pnd_json_key(w, "threads");
    pnd_json_int(w, threads);
    pnd_json_end_object(w);
}

static void put_string(pnd_json_writer *w, const char *key, const char *value)
{
    pnd_json_key(w, key);
    pnd_json_string(w, value);
}

static void put_count(pnd_json_writer *w, const char *key, int64_t value)
{
    pnd_json_key(w, key);
    pnd_json_int(w, value);
}

static void put_profile(pnd_json_writer *w, const infer_run *run)
{
    size_t n = 0;
    const pnd_net_profile_row *rows = pnd_net_profile(run->net, &n);
    put_number(w, "peak_gflops", infer_peak_gflops(run));
    pnd_json_key(w, "profile");
    pnd_json_begin_array(w);
    for (size_t i = 0; i < n; i++) {
        pnd_json_begin_object(w);
        put_string(w, "name", rows[i].name);
        put_string(w, "kind", rows[i].kind);
        put_number(w, "ms", rows[i].ms);
        put_number(w, "gflop", rows[i].gflop);
        pnd_json_end_object(w);
    }
    pnd_json_end_array(w);
}

static void report_json(const infer_run *run, const rates *r)
{
    pnd_buffer text = {0};
    pnd_json_writer w = {.out = &text, .indent = 4};
    pnd_json_begin_object(&w);
    put_string(&w, "tool", "pnd-infer " PND_VERSION_STRING);
    put_string(&w, "signature", run->signature);
    put_string(&w, "backend", pnd_backend_name(run->model.backend));
    put_string(&w, "description", pnd_backend_description(run->model.backend));
    put_count(&w, "images", run->n_done);
    put_count(&w, "kept", r->n_kept);
    put_count(&w, "bad", r->n_bad);
    put_count(&w, "batch", run->batch);
    put_number(&w, "seconds", run->times.wall_s);
    put_number(&w, "images_per_second", r->images_per_s);
    put_stage(&w, "decode", r->decode, run->times.decoders);
    put_stage(&w, "network", r->network, 1);
    put_stage(&w, "encode", r->encode, run->times.encoders);
    put_number(&w, "peak_memory_mib", r->peak_mib);
    put_number(&w, "network_memory_mib", r->network_mib);
    if (run->args->profile && run->net != NULL)
        put_profile(&w, run);
    pnd_json_end_object(&w);
    pnd_buffer_puts(&text, "\n");
    (void)fputs(pnd_buffer_text(&text), stdout);
    pnd_buffer_clear(&text);
}

/* ---- the profile */

static void print_row(const pnd_net_profile_row *row, double total_ms, double peak)
{
    const double rate = row->ms > 0 ? 1000.0 * row->gflop / row->ms : 0;
    (void)printf("%-56s %-10s %9.3f %5.1f", row->name, row->kind, row->ms,
                 total_ms > 0 ? 100.0 * row->ms / total_ms : 0.0);
    if (row->gflop > 0)
        (void)printf(" %9.3f %9.1f", row->gflop, rate);
    if (row->gflop > 0 && peak > 0)
        (void)printf(" %6.1f", 100.0 * rate / peak);
    (void)printf("\n");
}

static void print_profile(const infer_run *run)
{
    size_t n = 0;
    const pnd_net_profile_row *rows = pnd_net_profile(run->net, &n);
    const double peak = infer_peak_gflops(run);
    pnd_net_profile_row all = {.name = "all", .kind = ""};
    for (size_t i = 0; i < n; i++) {
        all.ms += rows[i].ms;
        all.gflop += rows[i].gflop;
    }
    (void)printf("%-56s %-10s %9s %5s %9s %9s%s\n", "operation", "kind", "ms", "%", "GFLOP",
                 "GFLOP/s", peak > 0 ? " % peak" : "");
    for (size_t i = 0; i < n; i++)
        print_row(&rows[i], all.ms, peak);
    print_row(&all, all.ms, peak);
    if (peak > 0)
        (void)printf("peak: %.1f GFLOP/s of float32 multiply-adds, measured now; Winograd and "
                     "bfloat16 can exceed it\n",
                     peak);
}

void infer_report(const infer_run *run)
{
    const rates r = rates_of(run);
    if (run->tool->common.json) {
        report_json(run, &r);
        return;
    }
    if (run->args->profile && run->net != NULL)
        print_profile(run);
    if (r.n_kept > 0)
        tool_info(run->tool, "%lld image%s complete", (long long)r.n_kept,
                  r.n_kept == 1 ? " was" : "s were");
    if (run->n_done > 0)
        tool_info(run->tool,
                  "%lld image%s in %.2f s: %.3g images/s; busy: decode %.0f %% of %d, network "
                  "%.0f %%, encode %.0f %% of %d; memory: peak %.0f MiB, network %.0f MiB: %s",
                  (long long)run->n_done, run->n_done == 1 ? "" : "s", run->times.wall_s,
                  r.images_per_s, 100 * r.decode, run->times.decoders, 100 * r.network,
                  100 * r.encode, run->times.encoders, r.peak_mib, r.network_mib, run->args->out);
}
