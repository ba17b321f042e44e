/* SPDX-License-Identifier: Apache-2.0 */
/* Shape inference, lifetimes, and the places of values in one arena. */
#include "net_plan.h"

#include <stdlib.h>

static int32_t owner_of(const net_graph *graph, int32_t value)
{
    while (graph->values[value].parent != NET_NONE)
        value = graph->values[value].parent;
    return value;
}

/* ---- sizes */

typedef struct size {
    int32_t height, width;
} size;

static int32_t conv_side(int32_t side, const net_op *op)
{
    const int32_t reach = op->dilation * (op->kernel - 1); /* padding is half of it on each side */
    return (side + 2 * (reach / 2) - reach - 1) / op->stride + 1;
}

static pnd_status pool_size(size *out, const net_graph *graph, size in, pnd_error *err)
{
    if (graph->pool_height == 0) {
        *out = (size){1, 1};
        return PND_OK;
    }
    if (graph->pool_height > in.height || graph->pool_width > in.width)
        return pnd_fail_hint(err, PND_EINVAL,
                             "use larger images, or the pooling the weights were trained with",
                             "the ASPP pooling window is %dx%d (rows x columns), and the map at "
                             "stride 16 is only %dx%d",
                             graph->pool_height, graph->pool_width, in.height, in.width);
    *out = (size){in.height - graph->pool_height + 1, in.width - graph->pool_width + 1};
    return PND_OK;
}

static pnd_status out_size(size *out, const net_plan *plan, const net_graph *graph,
                           const net_op *op, pnd_error *err)
{
    if (op->kind == NET_INPUT) {
        *out = (size){plan->height, plan->width};
        return PND_OK;
    }
    const net_place *in = &plan->places[op->in];
    switch (op->kind) {
    case NET_INPUT:
        break;
    case NET_CONV:
    case NET_DWCONV:
        *out = (size){conv_side(in->height, op), conv_side(in->width, op)};
        return PND_OK;
    case NET_MAXPOOL:
        *out = (size){(in->height - 1) / 2 + 1, (in->width - 1) / 2 + 1};
        return PND_OK;
    case NET_AVGPOOL:
        return pool_size(out, graph, (size){in->height, in->width}, err);
    case NET_RESIZE:
        *out = (size){plan->places[op->like].height, plan->places[op->like].width};
        return PND_OK;
    case NET_DORN:
        *out = (size){in->height, in->width};
        return PND_OK;
    }
    return pnd_fail(err, PND_EINTERNAL, "operation %s has no kind", op->name);
}

/* A value and all it shares storage with have one size: the first that is known. */
static pnd_status set_size(net_plan *plan, const net_graph *graph, const net_op *op, size s,
                           pnd_error *err)
{
    const int32_t owner = owner_of(graph, op->out);
    net_place *place = &plan->places[owner];
    if (place->height != 0 && (place->height != s.height || place->width != s.width))
        return pnd_fail(err, PND_EINTERNAL, "%s gives a map of %dx%d where %dx%d is expected",
                        op->name, s.width, s.height, place->width, place->height);
    for (int32_t v = 0; v < graph->n_values; v++) {
        if (owner_of(graph, v) == owner) {
            plan->places[v].height = s.height;
            plan->places[v].width = s.width;
        }
    }
    return PND_OK;
}

static void size_of_inputs(net_plan *plan, const net_graph *graph)
{
    bool written[NET_MAX_VALUES] = {false};
    for (int32_t i = 0; i < graph->n_ops; i++)
        written[owner_of(graph, graph->ops[i].out)] = true;
    for (int32_t v = 0; v < graph->n_values; v++) {
        const bool is_input = !written[owner_of(graph, v)];
        plan->places[v].height = is_input ? plan->height : 0;
        plan->places[v].width = is_input ? plan->width : 0;
    }
}

static pnd_status find_sizes(net_plan *plan, const net_graph *graph, pnd_error *err)
{
    size_of_inputs(plan, graph);
    for (int32_t i = 0; i < graph->n_ops; i++) {
        const net_op *op = &graph->ops[i];
        size s = {0, 0};
        pnd_status status = out_size(&s, plan, graph, op, err);
        if (status == PND_OK)
            status = set_size(plan, graph, op, s, err);
        if (status != PND_OK)
            return status;
        plan->flops += net_op_flops(graph, op, s.height, s.width);
    }
    return PND_OK;
}

/* ---- lifetimes */

static void lives(net_plan *plan, int32_t value, int32_t op)
{
    if (value == NET_NONE)
        return;
    net_place *owner = &plan->places[plan->places[value].owner];
    if (op < owner->first_op)
        owner->first_op = op;
    if (op > owner->last_op)
        owner->last_op = op;
}

static void find_lifetimes(net_plan *plan, const net_graph *graph, bool keep_all)
{
    const int32_t outputs[] = {graph->sem, graph->center, graph->offset, graph->depth,
                               graph->raw_depth};
    for (int32_t v = 0; v < graph->n_values; v++) {
        plan->places[v].first_op = keep_all ? 0 : graph->n_ops;
        plan->places[v].last_op = keep_all ? graph->n_ops : 0;
    }
    for (int32_t i = 0; i < graph->n_ops; i++) {
        lives(plan, graph->ops[i].in, i);
        lives(plan, graph->ops[i].out, i);
    }
    for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++)
        lives(plan, outputs[i], graph->n_ops);
}

/* ---- places */

typedef struct block {
    size_t bytes, offset;
    int32_t value;
} block;

static int larger_first(const void *a, const void *b)
{
    const block *x = a, *y = b;
    if (x->bytes != y->bytes)
        return x->bytes > y->bytes ? -1 : 1;
    return x->value < y->value ? -1 : 1;
}

static bool meet(const net_place *a, const net_place *b)
{
    return a->first_op <= b->last_op && b->first_op <= a->last_op;
}

/* The lowest offset where blocks[i] meets none of those before it. */
static size_t find_offset(const net_plan *plan, const block *blocks, size_t i)
{
    const net_place *mine = &plan->places[blocks[i].value];
    size_t offset = 0;
    for (bool moved = true; moved;) {
        moved = false;
        for (size_t k = 0; k < i; k++) {
            const bool overlap = offset < blocks[k].offset + blocks[k].bytes &&
                                 blocks[k].offset < offset + blocks[i].bytes;
            if (overlap && meet(mine, &plan->places[blocks[k].value])) {
                offset = blocks[k].offset + blocks[k].bytes;
                moved = true;
            }
        }
    }
    return offset;
}

static size_t bytes_of(const net_plan *plan, const net_place *place)
{
    const size_t bytes = (size_t)plan->batch * (size_t)place->height * (size_t)place->width *
                         (size_t)place->channels * place->element_size;
    return (bytes + NET_ALIGN - 1) / NET_ALIGN * NET_ALIGN;
}

static void place_owners(net_plan *plan, const net_graph *graph)
{
    block blocks[NET_MAX_VALUES];
    size_t n = 0;
    for (int32_t v = 0; v < graph->n_values; v++)
        if (plan->places[v].owner == v)
            blocks[n++] = (block){.bytes = bytes_of(plan, &plan->places[v]), .value = v};
    qsort(blocks, n, sizeof *blocks, larger_first);
    for (size_t i = 0; i < n; i++) {
        blocks[i].offset = find_offset(plan, blocks, i);
        plan->places[blocks[i].value].offset = blocks[i].offset;
        if (blocks[i].offset + blocks[i].bytes > plan->arena_bytes)
            plan->arena_bytes = blocks[i].offset + blocks[i].bytes;
    }
}

/* What shares storage starts at its channel of the owner's. */
static void place_slices(net_plan *plan, const net_graph *graph)
{
    for (int32_t v = 0; v < graph->n_values; v++) {
        net_place *place = &plan->places[v];
        const net_place *owner = &plan->places[place->owner];
        size_t channel = 0;
        for (int32_t at = v; at != place->owner; at = graph->values[at].parent)
            channel += (size_t)graph->values[at].channel_offset;
        place->offset = owner->offset + channel * owner->element_size;
        place->pitch = owner->channels;
        place->first_op = owner->first_op;
        place->last_op = owner->last_op;
    }
}

pnd_status net_plan_make(net_plan *plan, const net_graph *graph, const net_plan_options *options,
                         pnd_error *err)
{
    *plan = (net_plan){.batch = options->batch, .width = options->width, .height = options->height};
    for (int32_t v = 0; v < graph->n_values; v++) {
        const int32_t owner = owner_of(graph, v);
        plan->places[v].channels = graph->values[v].channels;
        plan->places[v].owner = owner;
        plan->places[v].element_size =
            graph->values[owner].f32 ? sizeof(float) : options->element_size;
    }
    const pnd_status status = find_sizes(plan, graph, err);
    if (status != PND_OK)
        return status;
    find_lifetimes(plan, graph, options->keep_all);
    place_owners(plan, graph);
    place_slices(plan, graph);
    return PND_OK;
}
