/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Convolutions through oneDNN's C interface, version 2 of it.
 *
 * oneDNN 2.6 has no convolution that reads or writes a channel slice (it would take its reference
 * code, a thousand times slower), so slices go through a dense copy in scratch memory: a copy of 4
 * MB beside a convolution of 8 GFLOP. The same reorders carry maps into and out of the blocked
 * layout that Winograd's algorithm wants.
 */
#include "cpu_conv.h"
#include "onednn.h"

#include "../net/net_plan.h"

#include <panodepth/alloc.h>

#include <stdlib.h>
#include <string.h>

struct cpu_conv_engine {
    onednn api;
    dnnl_engine_t engine;
    dnnl_stream_t stream;
};

enum { SOURCE, WEIGHTS, BIAS, OUTPUT, SCRATCHPAD, N_PARTS };

static const int part_argument[N_PARTS] = {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_BIAS,
                                           DNNL_ARG_DST, DNNL_ARG_SCRATCHPAD};

/* A copy between the network's layout of a map and the convolution's. */
typedef struct reorder {
    dnnl_primitive_t primitive; /* NULL: the layouts are the same */
    dnnl_memory_t from, to;
} reorder;

struct cpu_conv {
    const cpu_conv_engine *engine;
    dnnl_primitive_t primitive;
    dnnl_memory_t parts[N_PARTS];
    reorder gather, fetch, scatter; /* input; output before a residual sum; output */
    unsigned char *weights;         /* as the primitive wants them, then the bias */
    size_t weight_bytes;
    size_t offset[N_PARTS], scratch_bytes; /* in scratch */
};

static pnd_status fail(dnnl_status_t status, const char *what, pnd_error *err)
{
    if (status == dnnl_out_of_memory)
        return pnd_fail(err, PND_ENOMEM, "out of memory for a convolution");
    if (status == dnnl_unimplemented)
        return pnd_fail_hint(err, PND_EUNSUPPORTED, "use f32",
                             "oneDNN has no such convolution for this processor (%s)", what);
    return pnd_fail(err, PND_EINTERNAL, "oneDNN: %s gave status %d", what, (int)status);
}

#define DNNL_TRY(call)                                                                             \
    do {                                                                                           \
        const dnnl_status_t status_ = (call);                                                      \
        if (status_ != dnnl_success)                                                               \
            return fail(status_, #call, err);                                                      \
    } while (0)

/* ---- the engine */

pnd_status cpu_conv_engine_open(cpu_conv_engine **out, pnd_error *err)
{
    cpu_conv_engine *e = pnd_calloc_array(1, sizeof *e);
    *out = NULL;
    if (e == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for oneDNN's engine");
    const pnd_status loaded = onednn_load(&e->api, err);
    if (loaded != PND_OK) {
        free(e);
        return loaded;
    }
    dnnl_status_t status = e->api.dnnl_engine_create(&e->engine, dnnl_cpu, 0);
    if (status == dnnl_success)
        status = e->api.dnnl_stream_create(&e->stream, e->engine, dnnl_stream_default_flags);
    if (status != dnnl_success) {
        cpu_conv_engine_close(e);
        return fail(status, "making an engine", err);
    }
    *out = e;
    return PND_OK;
}

void cpu_conv_engine_close(cpu_conv_engine *e)
{
    if (e == NULL)
        return;
    if (e->stream != NULL)
        (void)e->api.dnnl_stream_destroy(e->stream);
    if (e->engine != NULL)
        (void)e->api.dnnl_engine_destroy(e->engine);
    free(e);
}

/* ---- descriptions of memory */

static pnd_status describe_map(const cpu_conv_engine *e, dnnl_memory_desc_t *out,
                               const cpu_map *map, bool any, pnd_error *err)
{
    const dnnl_data_type_t type = map->bf16 ? dnnl_bf16 : dnnl_f32;
    const dnnl_dims_t dims = {1, map->channels, map->height, map->width};
    const dnnl_dim_t row = (dnnl_dim_t)map->pitch * map->width;
    const dnnl_dims_t strides = {row * map->height, 1, row, (dnnl_dim_t)map->pitch};
    if (any)
        DNNL_TRY(e->api.dnnl_memory_desc_init_by_tag(out, 4, dims, type, dnnl_format_tag_any));
    else
        DNNL_TRY(e->api.dnnl_memory_desc_init_by_strides(out, 4, dims, type, strides));
    return PND_OK;
}

static cpu_map dense(cpu_map map)
{
    map.pitch = (size_t)map.channels;
    return map;
}

static void set_dims(dnnl_dims_t dims, const cpu_conv_shape *s)
{
    dims[0] = s->out.channels;
    dims[1] = s->in.channels;
    dims[2] = dims[3] = s->kernel;
}

/* ---- the primitive */

static pnd_status make_attributes(const cpu_conv_engine *e, dnnl_primitive_attr_t attributes,
                                  dnnl_post_ops_t post, const cpu_conv_shape *s, pnd_error *err)
{
    DNNL_TRY(e->api.dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user));
    if (s->residual)
        DNNL_TRY(e->api.dnnl_post_ops_append_sum(post, 1.0f));
    if (s->relu)
        DNNL_TRY(e->api.dnnl_post_ops_append_eltwise(post, 1.0f, dnnl_eltwise_relu, 0.0f, 0.0f));
    DNNL_TRY(e->api.dnnl_primitive_attr_set_post_ops(attributes, post));
    return PND_OK;
}

static pnd_status describe_conv(const cpu_conv_engine *e, dnnl_convolution_desc_t *out,
                                const cpu_conv_shape *s, bool winograd, pnd_error *err)
{
    const cpu_map in = dense(s->in), map = dense(s->out);
    dnnl_memory_desc_t source, weights, bias, output;
    dnnl_dims_t filter;
    set_dims(filter, s);
    const dnnl_dims_t channels = {s->out.channels};
    const dnnl_dim_t pad = s->dilation * (s->kernel - 1) / 2;
    const dnnl_dims_t strides = {s->stride, s->stride};
    const dnnl_dims_t gaps = {s->dilation - 1, s->dilation - 1};
    const dnnl_dims_t padding = {pad, pad};
    pnd_status status = describe_map(e, &source, &in, winograd, err);
    if (status == PND_OK)
        status = describe_map(e, &output, &map, winograd, err);
    if (status != PND_OK)
        return status;
    DNNL_TRY(e->api.dnnl_memory_desc_init_by_tag(
        &weights, 4, filter, in.bf16 ? dnnl_bf16 : dnnl_f32, dnnl_format_tag_any));
    DNNL_TRY(e->api.dnnl_memory_desc_init_by_tag(&bias, 1, channels, dnnl_f32, dnnl_a));
    DNNL_TRY(e->api.dnnl_dilated_convolution_forward_desc_init(
        out, dnnl_forward_inference, winograd ? dnnl_convolution_winograd : dnnl_convolution_direct,
        &source, &weights, &bias, &output, strides, gaps, padding, padding));
    return PND_OK;
}

/* *out stays NULL when there is no Winograd for the shape. */
static pnd_status describe_primitive(dnnl_primitive_desc_t *out, const cpu_conv_engine *e,
                                     const cpu_conv_shape *s, bool winograd,
                                     dnnl_primitive_attr_t attributes, pnd_error *err)
{
    dnnl_convolution_desc_t conv;
    *out = NULL;
    const pnd_status status = describe_conv(e, &conv, s, winograd, err);
    if (status != PND_OK)
        return status;
    const dnnl_status_t made =
        e->api.dnnl_primitive_desc_create(out, &conv, attributes, e->engine, NULL);
    if (made == dnnl_unimplemented && winograd)
        return PND_OK;
    return made == dnnl_success ? PND_OK : fail(made, "describing a convolution", err);
}

static pnd_status choose_primitive(dnnl_primitive_desc_t *out, const cpu_conv_engine *e,
                                   const cpu_conv_shape *s, dnnl_primitive_attr_t attributes,
                                   pnd_error *err)
{
    pnd_status status = PND_OK;
    *out = NULL;
    if (s->winograd && !s->in.bf16 && s->kernel == 3 && s->stride == 1 && s->dilation == 1)
        status = describe_primitive(out, e, s, true, attributes, err);
    if (status == PND_OK && *out == NULL)
        status = describe_primitive(out, e, s, false, attributes, err);
    return status;
}

/* ---- weights, scratch and reorders */

static size_t align(size_t bytes)
{
    return (bytes + NET_ALIGN - 1) / NET_ALIGN * NET_ALIGN;
}

static const dnnl_memory_desc_t *part_of(const cpu_conv_engine *e, dnnl_primitive_desc_t described,
                                         int part)
{
    switch (part) {
    case SOURCE:
        return e->api.dnnl_primitive_desc_query_md(described, dnnl_query_src_md, 0);
    case WEIGHTS:
        return e->api.dnnl_primitive_desc_query_md(described, dnnl_query_weights_md, 0);
    case BIAS:
        return e->api.dnnl_primitive_desc_query_md(described, dnnl_query_weights_md, 1);
    case OUTPUT:
        return e->api.dnnl_primitive_desc_query_md(described, dnnl_query_dst_md, 0);
    default:
        return e->api.dnnl_primitive_desc_query_md(described, dnnl_query_scratchpad_md, 0);
    }
}

static pnd_status make_reorder(reorder *out, const cpu_conv_engine *e,
                               const dnnl_memory_desc_t *from, const dnnl_memory_desc_t *to,
                               pnd_error *err)
{
    dnnl_primitive_desc_t described = NULL;
    DNNL_TRY(e->api.dnnl_memory_create(&out->from, from, e->engine, DNNL_MEMORY_NONE));
    DNNL_TRY(e->api.dnnl_memory_create(&out->to, to, e->engine, DNNL_MEMORY_NONE));
    DNNL_TRY(e->api.dnnl_reorder_primitive_desc_create(&described, from, e->engine, to, e->engine,
                                                       NULL));
    const dnnl_status_t status = e->api.dnnl_primitive_create(&out->primitive, described);
    (void)e->api.dnnl_primitive_desc_destroy(described);
    return status == dnnl_success ? PND_OK : fail(status, "making a reorder", err);
}

static void clear_reorder(const cpu_conv_engine *e, reorder *r)
{
    if (r->primitive != NULL)
        (void)e->api.dnnl_primitive_destroy(r->primitive);
    if (r->from != NULL)
        (void)e->api.dnnl_memory_destroy(r->from);
    if (r->to != NULL)
        (void)e->api.dnnl_memory_destroy(r->to);
}

static pnd_status run_reorder(const cpu_conv_engine *e, const reorder *r, void *from, void *to,
                              pnd_error *err)
{
    const dnnl_exec_arg_t arguments[] = {{DNNL_ARG_FROM, r->from}, {DNNL_ARG_TO, r->to}};
    DNNL_TRY(e->api.dnnl_memory_set_data_handle(r->from, from));
    DNNL_TRY(e->api.dnnl_memory_set_data_handle(r->to, to));
    DNNL_TRY(e->api.dnnl_primitive_execute(r->primitive, e->stream, 2, arguments));
    DNNL_TRY(e->api.dnnl_stream_wait(e->stream));
    return PND_OK;
}

/* Reorders where the primitive's layout is not the map's, and room for the copies. */
static pnd_status plan_maps(cpu_conv *c, const cpu_conv_engine *e, const cpu_conv_shape *s,
                            dnnl_primitive_desc_t described, pnd_error *err)
{
    dnnl_memory_desc_t in, out;
    pnd_status status = describe_map(e, &in, &s->in, false, err);
    if (status == PND_OK)
        status = describe_map(e, &out, &s->out, false, err);
    const dnnl_memory_desc_t *source = part_of(e, described, SOURCE),
                             *output = part_of(e, described, OUTPUT);
    if (status == PND_OK && !e->api.dnnl_memory_desc_equal(&in, source)) {
        status = make_reorder(&c->gather, e, &in, source, err);
        c->offset[SOURCE] = c->scratch_bytes;
        c->scratch_bytes += align(e->api.dnnl_memory_desc_get_size(source));
    }
    if (status == PND_OK && !e->api.dnnl_memory_desc_equal(&out, output)) {
        status = make_reorder(&c->scatter, e, output, &out, err);
        if (status == PND_OK && s->residual)
            status = make_reorder(&c->fetch, e, &out, output, err);
        c->offset[OUTPUT] = c->scratch_bytes;
        c->scratch_bytes += align(e->api.dnnl_memory_desc_get_size(output));
    }
    c->offset[SCRATCHPAD] = c->scratch_bytes;
    c->scratch_bytes += align(e->api.dnnl_memory_desc_get_size(part_of(e, described, SCRATCHPAD)));
    return status;
}

/* [out][k][k][in] as [out][in][k][k]: the only layout that oneDNN turns into Winograd's. */
static float *planar_filters(const cpu_conv_shape *s, const float *weight)
{
    const size_t taps = (size_t)s->kernel * (size_t)s->kernel, in = (size_t)s->in.channels;
    const size_t n = (size_t)s->out.channels * taps * in;
    float *planar = pnd_alloc_array(n, sizeof *planar);
    for (size_t i = 0; planar != NULL && i < n; i++) {
        const size_t out = i / (taps * in), tap = i / in % taps;
        planar[(out * in + i % in) * taps + tap] = weight[i];
    }
    return planar;
}

static pnd_status reorder_weights(const cpu_conv_engine *e, const cpu_conv_shape *s,
                                  const dnnl_memory_desc_t *wanted, const float *weight, void *to,
                                  pnd_error *err)
{
    const bool blocked = wanted->format_kind == dnnl_blocked;
    dnnl_memory_desc_t given;
    dnnl_dims_t dims;
    reorder r = {0};
    set_dims(dims, s);
    DNNL_TRY(e->api.dnnl_memory_desc_init_by_tag(&given, 4, dims, dnnl_f32,
                                                 blocked ? dnnl_acdb : dnnl_abcd));
    float *planar = blocked ? NULL : planar_filters(s, weight);
    if (!blocked && planar == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for the weights of a convolution");
    pnd_status status = make_reorder(&r, e, &given, wanted, err);
    if (status == PND_OK) /* oneDNN takes no const; it only reads */
        status = run_reorder(e, &r, blocked ? (void *)(uintptr_t)weight : planar, to, err);
    clear_reorder(e, &r);
    free(planar);
    return status;
}

/* From [out][k][k][in] in float32 to what the primitive wants. */
static pnd_status load_weights(cpu_conv *c, const cpu_conv_engine *e, const cpu_conv_shape *s,
                               dnnl_primitive_desc_t described, const float *weight,
                               const float *bias, pnd_error *err)
{
    const dnnl_memory_desc_t *wanted = part_of(e, described, WEIGHTS);
    const size_t bytes = align(e->api.dnnl_memory_desc_get_size(wanted));
    const size_t bias_bytes = (size_t)s->out.channels * sizeof *bias;
    c->weight_bytes = bytes + align(bias_bytes) + NET_ALIGN;
    c->weights = pnd_calloc_array(c->weight_bytes, 1);
    if (c->weights == NULL)
        return pnd_fail(err, PND_ENOMEM, "out of memory for the weights of a convolution");
    unsigned char *const start = c->weights + (NET_ALIGN - (uintptr_t)c->weights % NET_ALIGN);
    const pnd_status status = reorder_weights(e, s, wanted, weight, start, err);
    if (status != PND_OK)
        return status;
    memcpy(start + bytes, bias, bias_bytes);
    DNNL_TRY(e->api.dnnl_memory_set_data_handle(c->parts[WEIGHTS], start));
    DNNL_TRY(e->api.dnnl_memory_set_data_handle(c->parts[BIAS], start + bytes));
    return PND_OK;
}

static pnd_status make_conv(cpu_conv *c, const cpu_conv_engine *e, const cpu_conv_shape *s,
                            dnnl_primitive_desc_t described, const float *weight, const float *bias,
                            pnd_error *err)
{
    DNNL_TRY(e->api.dnnl_primitive_create(&c->primitive, described));
    for (int i = 0; i < N_PARTS; i++)
        DNNL_TRY(e->api.dnnl_memory_create(&c->parts[i], part_of(e, described, i), e->engine,
                                           DNNL_MEMORY_NONE));
    const pnd_status status = plan_maps(c, e, s, described, err);
    return status == PND_OK ? load_weights(c, e, s, described, weight, bias, err) : status;
}

pnd_status cpu_conv_open(cpu_conv **out, const cpu_conv_engine *e, const cpu_conv_shape *shape,
                         const float *weight, const float *bias, pnd_error *err)
{
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_post_ops_t post = NULL;
    dnnl_primitive_desc_t described = NULL;
    pnd_status status = PND_ENOMEM;
    cpu_conv *c = pnd_calloc_array(1, sizeof *c);
    *out = NULL;
    if (c == NULL || e->api.dnnl_primitive_attr_create(&attributes) != dnnl_success ||
        e->api.dnnl_post_ops_create(&post) != dnnl_success) {
        status = pnd_fail(err, PND_ENOMEM, "out of memory for a convolution");
        goto cleanup;
    }
    c->engine = e;
    status = make_attributes(e, attributes, post, shape, err);
    if (status == PND_OK)
        status = choose_primitive(&described, e, shape, attributes, err);
    if (status == PND_OK)
        status = make_conv(c, e, shape, described, weight, bias, err);
cleanup:
    if (described != NULL)
        (void)e->api.dnnl_primitive_desc_destroy(described);
    if (post != NULL)
        (void)e->api.dnnl_post_ops_destroy(post);
    if (attributes != NULL)
        (void)e->api.dnnl_primitive_attr_destroy(attributes);
    if (status != PND_OK)
        cpu_conv_close(c);
    else
        *out = c;
    return status;
}

void cpu_conv_close(cpu_conv *conv)
{
    if (conv == NULL)
        return;
    const cpu_conv_engine *e = conv->engine;
    clear_reorder(e, &conv->gather);
    clear_reorder(e, &conv->fetch);
    clear_reorder(e, &conv->scatter);
    for (int i = 0; i < N_PARTS; i++)
        if (conv->parts[i] != NULL)
            (void)e->api.dnnl_memory_destroy(conv->parts[i]);
    if (conv->primitive != NULL)
        (void)e->api.dnnl_primitive_destroy(conv->primitive);
    free(conv->weights);
    free(conv);
}

size_t cpu_conv_weight_bytes(const cpu_conv *conv)
{
    return conv->weight_bytes;
}

size_t cpu_conv_scratch_bytes(const cpu_conv *conv)
{
    return conv->scratch_bytes;
}

/* ---- running */

static pnd_status run_primitive(cpu_conv *c, void *out, void *in, void *scratchpad, pnd_error *err)
{
    const cpu_conv_engine *e = c->engine;
    dnnl_exec_arg_t arguments[N_PARTS];
    for (int i = 0; i < N_PARTS; i++)
        arguments[i] = (dnnl_exec_arg_t){part_argument[i], c->parts[i]};
    DNNL_TRY(e->api.dnnl_memory_set_data_handle(c->parts[SOURCE], in));
    DNNL_TRY(e->api.dnnl_memory_set_data_handle(c->parts[OUTPUT], out));
    DNNL_TRY(e->api.dnnl_memory_set_data_handle(c->parts[SCRATCHPAD], scratchpad));
    DNNL_TRY(e->api.dnnl_primitive_execute(c->primitive, e->stream, N_PARTS, arguments));
    DNNL_TRY(e->api.dnnl_stream_wait(e->stream));
    return PND_OK;
}

pnd_status cpu_conv_run(cpu_conv *c, unsigned char *out, const unsigned char *in,
                        unsigned char *scratch, pnd_error *err)
{
    void *source = (void *)(uintptr_t)in, *output = out; /* oneDNN takes no const */
    pnd_status status = PND_OK;
    if (c->gather.primitive != NULL) {
        source = scratch + c->offset[SOURCE];
        status = run_reorder(c->engine, &c->gather, (void *)(uintptr_t)in, source, err);
    }
    if (c->scatter.primitive != NULL)
        output = scratch + c->offset[OUTPUT];
    if (status == PND_OK && c->fetch.primitive != NULL)
        status = run_reorder(c->engine, &c->fetch, out, output, err);
    if (status == PND_OK)
        status = run_primitive(c, output, source, scratch + c->offset[SCRATCHPAD], err);
    if (status == PND_OK && c->scatter.primitive != NULL)
        status = run_reorder(c->engine, &c->scatter, output, out, err);
    return status;
}
