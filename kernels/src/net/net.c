/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The network's front end: options, slots, and for host backends the way from heads to results. A
 * device backend does all of that itself between submit and wait.
 */
#define _POSIX_C_SOURCE 199309L /* clock_gettime */
#include "../backend_ops.h"
#include "../post_job.h"
#include "net_exec.h"

#include <panodepth/alloc.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Planar copies of the heads of one image. */
typedef struct head_maps {
    float *sem, *center, *offset, *depth, *raw_depth;
} head_maps;

typedef struct slot {
    uint8_t *input; /* batch photographs, one after the other */
    bool submitted;
    int32_t n;               /* images of the last submission */
    pnd_net_result *results; /* batch of them */
    head_maps *maps;         /* of batch images; host backends only */
} slot;

struct pnd_net {
    pnd_backend *backend;
    net_graph graph;
    net_exec *exec;
    pnd_net_options options;
    pnd_postprocess_options post;
    pnd_fuse_options fuse;
    slot slots[PND_NET_MAX_SLOTS];
    pnd_plane_u32 ids; /* panoptic + 1 of the image being fused */
    pnd_net_profile_row rows[NET_MAX_OPS + 2];
    double post_ms, fuse_ms;
    int64_t n_images;
};

/* ---- options */

static pnd_status check_size(const pnd_net_options *o, pnd_error *err)
{
    if (o->width < PND_NET_MIN_SIDE || o->height < PND_NET_MIN_SIDE)
        return pnd_fail(err, PND_EINVAL, "images of %dx%d: the network takes sides from %d pixels",
                        o->width, o->height, PND_NET_MIN_SIDE);
    return pnd_check_size(o->width, o->height, "the network's images", err);
}

static pnd_status check_constants(const pnd_net_options *o, pnd_error *err)
{
    const bool given = o->std[0] != 0.0f || o->std[1] != 0.0f || o->std[2] != 0.0f;
    for (size_t c = 0; c < 3 && given; c++)
        if (!(o->std[c] > 0.0f && o->std[c] < 1e6f && o->mean[c] > -1e6f && o->mean[c] < 1e6f))
            return pnd_fail(err, PND_EINVAL,
                            "channel %zu has mean %g and standard deviation %g: expected finite "
                            "numbers, the second above 0",
                            c, (double)o->mean[c], (double)o->std[c]);
    if ((o->pool_height == 0) != (o->pool_width == 0) || o->pool_height < 0 || o->pool_width < 0)
        return pnd_fail(err, PND_EINVAL,
                        "an ASPP pooling window of %dx%d: expected both sides "
                        "above 0, or both 0 for the whole map",
                        o->pool_height, o->pool_width);
    return PND_OK;
}

/* Options of an older caller are shorter; what is missing is zero, the default. */
static pnd_status read_options(pnd_net *net, const pnd_net_options *options, pnd_error *err)
{
    pnd_net_options *o = &net->options;
    if (options == NULL || options->struct_size < sizeof options->struct_size)
        return pnd_fail(err, PND_EINVAL, "network options without struct_size");
    memcpy(o, options, options->struct_size < sizeof *o ? options->struct_size : sizeof *o);
    o->batch = o->batch == 0 ? 1 : o->batch;
    o->slots = o->slots == 0 ? 1 : o->slots;
    net->post = (pnd_postprocess_options){.struct_size = sizeof net->post};
    net->fuse = (pnd_fuse_options){.struct_size = sizeof net->fuse};
    if (o->post != NULL)
        net->post = *o->post;
    if (o->fuse != NULL)
        net->fuse = *o->fuse;
    if (o->batch < 1 || o->batch > PND_NET_MAX_BATCH || o->slots < 1 ||
        o->slots > PND_NET_MAX_SLOTS)
        return pnd_fail(err, PND_EINVAL, "batch %d in %d slots: expected 1 to %d in 1 to %d",
                        o->batch, o->slots, PND_NET_MAX_BATCH, PND_NET_MAX_SLOTS);
    if (o->precision > PND_PRECISION_BF16X3 || o->depth_head > PND_DEPTH_DORN_PUBLISHED)
        return pnd_fail(err, PND_EINVAL, "unknown precision %d or depth head %d", (int)o->precision,
                        (int)o->depth_head);
    const pnd_status status = check_size(o, err);
    return status == PND_OK ? check_constants(o, err) : status;
}

/* ---- memory of slots */

static bool on_host(const pnd_net *net)
{
    return net->exec->ops->submit == NULL;
}

static size_t photograph_bytes(const pnd_net *net)
{
    return (size_t)net->options.width * (size_t)net->options.height * 3;
}

/* Room for a value as planar float32; NULL for NET_NONE. */
static bool alloc_map(float **map, const pnd_net *net, int32_t value)
{
    if (value == NET_NONE)
        return true;
    const net_place *p = &net->exec->plan.places[value];
    *map =
        pnd_calloc_array((size_t)p->height * (size_t)p->width * (size_t)p->channels, sizeof **map);
    return *map != NULL;
}

static bool alloc_maps(head_maps *maps, const pnd_net *net)
{
    const net_graph *g = &net->graph;
    return alloc_map(&maps->sem, net, g->sem) && alloc_map(&maps->center, net, g->center) &&
           alloc_map(&maps->offset, net, g->offset) && alloc_map(&maps->depth, net, g->depth) &&
           (g->raw_depth == g->depth || alloc_map(&maps->raw_depth, net, g->raw_depth));
}

static bool alloc_slot(slot *s, const pnd_net *net)
{
    const size_t batch = (size_t)net->options.batch;
    bool ok = true;
    s->results = pnd_calloc_array(batch, sizeof *s->results);
    if (!on_host(net))
        return s->results != NULL;
    s->input = pnd_calloc_array(batch, photograph_bytes(net));
    s->maps = pnd_calloc_array(batch, sizeof *s->maps);
    ok = s->results != NULL && s->input != NULL && s->maps != NULL;
    for (size_t i = 0; i < batch && ok; i++)
        ok = alloc_maps(&s->maps[i], net);
    return ok;
}

static void free_slot(slot *s, const pnd_net *net)
{
    const bool host = net->exec != NULL && on_host(net);
    const bool any = s->results != NULL || s->maps != NULL;
    for (int32_t i = 0; i < net->options.batch && any; i++) {
        if (s->results != NULL) {
            pnd_segment_depths_clear(&s->results[i].depths);
            if (host) /* a device's point into its own memory */
                pnd_postprocess_result_clear(&s->results[i].post);
        }
        if (s->maps != NULL) {
            free(s->maps[i].sem);
            free(s->maps[i].center);
            free(s->maps[i].offset);
            free(s->maps[i].depth);
            free(s->maps[i].raw_depth);
        }
    }
    free(s->maps);
    free(s->results);
    free(s->input);
}

/* ---- opening and closing */

static pnd_status open_exec(pnd_net *net, pnd_error *err)
{
    const pnd_net_options *o = &net->options;
    if (net->backend->ops->net_open == NULL)
        return pnd_backend_lacks(net->backend, "network", err);
    const net_exec_options options = {.batch = o->batch,
                                      .width = o->width,
                                      .height = o->height,
                                      .slots = o->slots,
                                      .precision = o->precision,
                                      .profile = o->profile,
                                      .keep_heads = o->keep_heads || o->heads_only,
                                      .heads_only = o->heads_only,
                                      .post = net->post,
                                      .fuse = net->fuse};
    return net->backend->ops->net_open(net->backend->impl, &net->exec, &net->graph, &options, err);
}

/* Everything of post-processing that can be wrong is found, and allocated, before the first image.
 */
static pnd_status open_post(pnd_net *net, pnd_error *err)
{
    const net_graph *g = &net->graph;
    pnd_post_rule rule;
    pnd_status status = pnd_post_rule_make(&rule, &net->post, g->values[g->sem].channels,
                                           net->options.width, net->options.height, err);
    if (status == PND_OK && on_host(net))
        status = pnd_plane_u32_resize(&net->ids, net->options.width, net->options.height, err);
    for (int32_t i = 0; i < net->options.slots && on_host(net); i++)
        for (int32_t k = 0; k < net->options.batch && status == PND_OK; k++)
            status =
                pnd_post_reserve(&net->slots[i].results[k].post, &rule, g->depth != NET_NONE, err);
    return status;
}

/* What the operations refer to belongs to the caller and may be gone. */
static void forget_sources(net_graph *graph)
{
    for (int32_t i = 0; i < graph->n_ops; i++)
        graph->ops[i].source = (net_conv_source){0};
}

static pnd_status open_slots(pnd_net *net, pnd_error *err)
{
    for (int32_t i = 0; i < net->options.slots; i++)
        if (!alloc_slot(&net->slots[i], net))
            return pnd_fail(err, PND_ENOMEM, "out of memory for %d slots of %d images",
                            net->options.slots, net->options.batch);
    return PND_OK;
}

pnd_status pnd_net_open(pnd_net **out, pnd_backend *backend, const pnd_net_tensor *tensors,
                        size_t n_tensors, const pnd_net_options *options, pnd_error *err)
{
    *out = NULL;
    pnd_net *net = pnd_calloc_array(1, sizeof *net);
    if (net == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for a network");
    net->backend = backend;
    pnd_status status = read_options(net, options, err);
    if (status == PND_OK)
        status = net_build(&net->graph, tensors, n_tensors, &net->options, err);
    if (status == PND_OK)
        status = open_exec(net, err);
    forget_sources(&net->graph);
    if (status == PND_OK)
        status = open_slots(net, err);
    if (status == PND_OK && !net->options.heads_only)
        status = open_post(net, err);
    if (status != PND_OK) {
        pnd_net_free(net);
        return status;
    }
    *out = net;
    return PND_OK;
}

void pnd_net_free(pnd_net *net)
{
    if (net == NULL)
        return;
    for (int32_t i = 0; i < PND_NET_MAX_SLOTS; i++)
        free_slot(&net->slots[i], net);
    if (net->exec != NULL)
        net->exec->ops->close(net->exec);
    pnd_plane_u32_clear(&net->ids);
    free(net);
}

pnd_net_info pnd_net_get_info(const pnd_net *net)
{
    const net_graph *g = &net->graph;
    const net_place *sem = &net->exec->plan.places[g->sem];
    return (pnd_net_info){.variant = g->separable ? "r52_ds" : "r52",
                          .depth_head = g->depth_head,
                          .classes = sem->channels,
                          .depth_channels =
                              g->raw_depth == NET_NONE ? 0 : g->values[g->raw_depth].channels,
                          .map_width = sem->width,
                          .map_height = sem->height,
                          .n_ops = g->n_ops,
                          .flops = net->exec->plan.flops,
                          .parameters = g->parameters,
                          .weight_bytes = (int64_t)net->exec->weight_bytes,
                          .arena_bytes = (int64_t)net->exec->plan.arena_bytes};
}

/* ---- running */

static bool has_image(const pnd_net *net, int32_t slot_index, int32_t i)
{
    return slot_index >= 0 && slot_index < net->options.slots && i >= 0 && i < net->options.batch;
}

uint8_t *pnd_net_input(pnd_net *net, int32_t slot_index, int32_t i)
{
    if (!has_image(net, slot_index, i))
        return NULL;
    uint8_t *input = on_host(net) ? net->slots[slot_index].input
                                  : net->exec->ops->slot_input(net->exec, slot_index);
    return input + (size_t)i * photograph_bytes(net);
}

double net_now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}

static pnd_status read_map(const pnd_net *net, int32_t value, int32_t image, float *map,
                           pnd_error *err)
{
    return value == NET_NONE ? PND_OK : net->exec->ops->read(net->exec, value, image, map, err);
}

static pnd_status read_maps(const pnd_net *net, const head_maps *maps, int32_t image,
                            pnd_error *err)
{
    const net_graph *g = &net->graph;
    pnd_status status = read_map(net, g->sem, image, maps->sem, err);
    if (status == PND_OK)
        status = read_map(net, g->center, image, maps->center, err);
    if (status == PND_OK)
        status = read_map(net, g->offset, image, maps->offset, err);
    if (status == PND_OK)
        status = read_map(net, g->depth, image, maps->depth, err);
    if (status == PND_OK && maps->raw_depth != NULL)
        status = read_map(net, g->raw_depth, image, maps->raw_depth, err);
    return status;
}

static pnd_heads heads_of(const pnd_net *net, const head_maps *maps)
{
    const net_place *sem = &net->exec->plan.places[net->graph.sem];
    return (pnd_heads){.classes = sem->channels,
                       .width = sem->width,
                       .height = sem->height,
                       .sem = maps->sem,
                       .center = maps->center,
                       .offset = maps->offset,
                       .depth = maps->depth};
}

/* Segment ids of the panoptic map: 0 is void. */
static pnd_status fuse(pnd_net *net, pnd_net_result *r, pnd_error *err)
{
    const int32_t width = r->post.width, height = r->post.height;
    const size_t n = (size_t)width * (size_t)height;
    const pnd_view_f32 depth = {r->post.depth, width, height, (size_t)width * sizeof(float)};
    for (size_t i = 0; i < n; i++)
        net->ids.data[i] = (uint32_t)(r->post.panoptic[i] + 1);
    return pnd_fuse_depth(&r->depths, net->backend, pnd_plane_u32_view(&net->ids), depth,
                          &net->fuse, err);
}

static pnd_status finish_image(pnd_net *net, slot *s, int32_t i, pnd_error *err)
{
    pnd_net_result *r = &s->results[i];
    const head_maps *maps = &s->maps[i];
    pnd_status status = read_maps(net, maps, i, err);
    if (status != PND_OK)
        return status;
    const pnd_heads heads = heads_of(net, maps);
    r->raw_depth = maps->raw_depth != NULL ? maps->raw_depth : maps->depth;
    r->heads = heads;
    if (net->options.heads_only)
        return PND_OK;
    const double start = net_now_ms();
    status = pnd_postprocess(&r->post, net->backend, &heads, net->options.width,
                             net->options.height, &net->post, err);
    const double middle = net_now_ms();
    r->depths.n = 0;
    if (status == PND_OK && heads.depth != NULL)
        status = fuse(net, r, err);
    net->post_ms += middle - start;
    net->fuse_ms += net_now_ms() - middle;
    return status;
}

static pnd_status run_on_host(pnd_net *net, slot *s, int32_t n, pnd_error *err)
{
    const uint8_t *photographs[PND_NET_MAX_BATCH] = {NULL};
    for (int32_t i = 0; i < n; i++)
        photographs[i] = s->input + (size_t)i * photograph_bytes(net);
    pnd_status status = net->exec->ops->run(net->exec, photographs, n, err);
    for (int32_t i = 0; i < n && status == PND_OK; i++)
        status = finish_image(net, s, i, err);
    return status;
}

pnd_status pnd_net_submit(pnd_net *net, int32_t slot_index, int32_t n, pnd_error *err)
{
    if (!has_image(net, slot_index, n - 1))
        return pnd_fail(err, PND_EINVAL, "%d images in slot %d: expected 1 to %d in 0 to %d", n,
                        slot_index, net->options.batch, net->options.slots - 1);
    slot *s = &net->slots[slot_index];
    if (s->submitted)
        return pnd_fail(err, PND_EINVAL, "slot %d was submitted and not waited for", slot_index);
    const pnd_status status = on_host(net) ? run_on_host(net, s, n, err)
                                           : net->exec->ops->submit(net->exec, slot_index, n, err);
    s->n = status == PND_OK ? n : 0;
    s->submitted = status == PND_OK;
    net->n_images += s->n;
    return status;
}

pnd_status pnd_net_wait(pnd_net *net, int32_t slot_index, pnd_error *err)
{
    if (!has_image(net, slot_index, 0) || !net->slots[slot_index].submitted)
        return pnd_fail(err, PND_EINVAL, "slot %d was not submitted", slot_index);
    slot *s = &net->slots[slot_index];
    s->submitted = false;
    const pnd_status status =
        on_host(net) ? PND_OK : net->exec->ops->wait(net->exec, slot_index, s->n, s->results, err);
    if (status != PND_OK)
        s->n = 0;
    return status;
}

pnd_status pnd_net_run(pnd_net *net, int32_t slot_index, int32_t n, pnd_error *err)
{
    const pnd_status status = pnd_net_submit(net, slot_index, n, err);
    return status == PND_OK ? pnd_net_wait(net, slot_index, err) : status;
}

const pnd_net_result *pnd_net_get_result(const pnd_net *net, int32_t slot_index, int32_t i)
{
    if (!has_image(net, slot_index, i) || net->slots[slot_index].submitted ||
        i >= net->slots[slot_index].n)
        return NULL;
    return &net->slots[slot_index].results[i];
}

/* ---- profile */

static size_t add_row(pnd_net *net, size_t n, const char *name, double total_ms, int64_t images)
{
    if (images > 0)
        net->rows[n++] =
            (pnd_net_profile_row){.name = name, .kind = "post", .ms = total_ms / (double)images};
    return n;
}

const pnd_net_profile_row *pnd_net_profile(pnd_net *net, size_t *n_rows)
{
    const net_exec *exec = net->exec;
    size_t n = 0;
    *n_rows = 0;
    if (!net->options.profile || exec->n_profiled == 0)
        return net->rows;
    for (int32_t i = 0; i < net->graph.n_ops; i++) {
        const net_op *op = &net->graph.ops[i];
        const net_place *out = &exec->plan.places[op->out];
        net->rows[n++] = (pnd_net_profile_row){
            .name = op->name,
            .kind = exec->op_kind[i] != NULL ? exec->op_kind[i] : net_op_kind_name(op->kind),
            .ms = exec->op_ms[i] / (double)exec->n_profiled,
            .gflop = 1e-9 * (double)net_op_flops(&net->graph, op, out->height, out->width)};
    }
    n = on_host(net) ? add_row(net, n, "post-processing", net->post_ms, net->n_images)
                     : add_row(net, n, "post-processing", exec->post_ms, exec->n_profiled);
    *n_rows = add_row(net, n, "fusion", net->fuse_ms, on_host(net) ? net->n_images : 0);
    return net->rows;
}
