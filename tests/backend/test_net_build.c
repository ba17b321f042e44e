/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The network's description: every variant builds, with the parameters, operations and memory that
 * a PyTorch implementation has; and tensors that do not fit are named.
 */
#include "hashed_net.h"

#include "../../kernels/src/net/net_plan.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int n_failed;

static void check(bool ok, const char *what)
{
    if (!ok) {
        (void)printf("FAILED: %s\n", what);
        n_failed++;
    }
}

/* ---- numbers of the PyTorch model at 1024x2048 with a 32x64 pooling window: parameters,
 * convolution and fused GFLOP (2 x multiply-adds), as counted by hooks on its modules */

static const struct {
    const char *name;
    hashed_config config;
    int64_t parameters;
    double gflop;
    int32_t n_convs;
} variants[] = {
    {"r52", {.depth_channels = 0}, 59770166, 2080.5, 88},
    {"r52 l1", {.depth_channels = 1}, 79109623, 3057.7, 103},
    {"r52 dorn", {.depth_channels = 180}, 79155626, 3069.8, 103},
    {"ds", {.separable = true}, 30271350, 833.6, 94},
    {"ds l1, plain head",
     {.separable = true, .plain_depth_head = true, .depth_channels = 1},
     34686039,
     1217.2,
     112},
    {"ds l1", {.separable = true, .depth_channels = 1}, 33578327, 926.8, 112},
    {"ds dorn", {.separable = true, .depth_channels = 180}, 33624330, 938.8, 112},
};

static int32_t count_convs(const net_graph *g)
{
    int32_t n = 0;
    for (int32_t i = 0; i < g->n_ops; i++)
        n += g->ops[i].kind == NET_CONV || g->ops[i].kind == NET_DWCONV;
    return n;
}

static const pnd_net_options zoo = {
    .struct_size = sizeof zoo, .width = 2048, .height = 1024, .pool_height = 32, .pool_width = 64};

static void test_variant(net_graph *g, net_plan *plan, size_t v)
{
    hashed_net net;
    pnd_error err = {0};
    hashed_config config = variants[v].config;
    config.divisor = 1;
    config.shapes_only = true;
    hashed_net_make(&net, &config);
    const net_plan_options half = {.batch = 1, .width = 2048, .height = 1024, .element_size = 2};
    const bool ok = net_build(g, net.tensors, net.n, &zoo, &err) == PND_OK &&
                    net_plan_make(plan, g, &half, &err) == PND_OK;
    (void)printf("%s: %zu tensors, %d operations, %lld parameters, %.1f GFLOP, arena %.1f MB\n",
                 variants[v].name, net.n, g->n_ops, (long long)g->parameters,
                 1e-9 * (double)plan->flops, 1e-6 * (double)plan->arena_bytes);
    check(ok, err.message);
    check(g->parameters == variants[v].parameters, "parameters");
    check(fabs(1e-9 * (double)plan->flops - variants[v].gflop) < 0.06, "GFLOP");
    check(count_convs(g) == variants[v].n_convs, "convolutions");
    hashed_net_clear(&net);
}

/* ---- the plan */

static size_t bytes_of(const net_plan *plan, int32_t value)
{
    const net_place *p = &plan->places[value];
    return (size_t)plan->batch * (size_t)p->height * (size_t)p->width * (size_t)p->channels *
           p->element_size;
}

/* No two owners that live at the same time overlap, and all lie inside the arena. */
static void test_no_overlap(const net_graph *g, const net_plan *plan)
{
    bool ok = true;
    for (int32_t a = 0; a < g->n_values; a++) {
        const net_place *x = &plan->places[a];
        if (x->owner != a)
            continue;
        ok = ok && x->offset % NET_ALIGN == 0 && x->offset + bytes_of(plan, a) <= plan->arena_bytes;
        for (int32_t b = a + 1; b < g->n_values; b++) {
            const net_place *y = &plan->places[b];
            const bool meet = x->first_op <= y->last_op && y->first_op <= x->last_op;
            if (y->owner == b && meet)
                ok = ok && (x->offset + bytes_of(plan, a) <= y->offset ||
                            y->offset + bytes_of(plan, b) <= x->offset);
        }
    }
    check(ok, "values that live together do not overlap");
}

/* The most bytes that live at one time: no plan can need less. */
static size_t peak(const net_graph *g, const net_plan *plan)
{
    size_t most = 0;
    for (int32_t i = 0; i < g->n_ops; i++) {
        size_t live = 0;
        for (int32_t v = 0; v < g->n_values; v++) {
            const net_place *p = &plan->places[v];
            if (p->owner == v && p->first_op <= i && i <= p->last_op)
                live += bytes_of(plan, v);
        }
        most = live > most ? live : most;
    }
    return most;
}

static void test_plan(net_graph *g, net_plan *plan)
{
    hashed_net net;
    pnd_error err = {0};
    hashed_net_make(&net, &(hashed_config){.divisor = 1, .depth_channels = 1, .shapes_only = true});
    check(net_build(g, net.tensors, net.n, &zoo, &err) == PND_OK, err.message);
    for (int32_t batch = 1; batch <= 2; batch++) {
        const net_plan_options o = {
            .batch = batch, .width = 2048, .height = 1024, .element_size = 2};
        check(net_plan_make(plan, g, &o, &err) == PND_OK, err.message);
        test_no_overlap(g, plan);
        (void)printf("batch %d: arena %.1f MB, at most %.1f MB live\n", batch,
                     1e-6 * (double)plan->arena_bytes, 1e-6 * (double)peak(g, plan));
        check(plan->arena_bytes <= peak(g, plan) + peak(g, plan) / 20, "within 5 % of the peak");
    }
    check(plan->arena_bytes <= 2 * (size_t)300e6, "285.6 MB of half precision live at most");
    const net_plan_options small = {.batch = 1, .width = 1024, .height = 448, .element_size = 4};
    check(net_plan_make(plan, g, &small, &err) == PND_EINVAL &&
              strstr(err.message, "32x64 (rows x columns)") != NULL,
          "a pooling window larger than the map");
    hashed_net_clear(&net);
}

/* ---- tensors that do not fit */

typedef void damage(hashed_net *net);

static pnd_net_tensor *find(const hashed_net *net, const char *name)
{
    for (size_t i = 0; i < net->n; i++)
        if (strcmp(net->tensors[i].name, name) == 0)
            return &net->tensors[i];
    (void)printf("no tensor %s\n", name);
    exit(1);
}

static void rename_tensor(hashed_net *net, const char *name, const char *to)
{
    char *text = (char *)(uintptr_t)find(net, name)->name;
    (void)snprintf(text, strlen(text) + 1, "%s", to);
}

static void drop_one(hashed_net *net)
{
    rename_tensor(net, "backbone.res4.5.conv2.weight", "spare");
}

static void drop_width(hashed_net *net)
{
    rename_tensor(net, "backbone.stem.conv2.weight", "spare");
}

static void transpose(hashed_net *net)
{
    pnd_net_tensor *t = find(net, "sem_seg_head.decoder.res3.project_conv.weight");
    const int64_t out = t->shape[0];
    t->shape[0] = t->shape[1];
    t->shape[1] = out;
}

static void huge(hashed_net *net)
{
    find(net, "backbone.stem.conv1.weight")->shape[0] = INT64_MAX;
}

static void negative(hashed_net *net)
{
    find(net, "backbone.res2.0.conv1.norm.bias")->shape[0] = -8;
}

static void vector_weight(hashed_net *net)
{
    find(net, "backbone.res2.0.conv1.weight")->rank = 1;
}

static void twice(hashed_net *net)
{
    rename_tensor(net, "backbone.res2.0.conv1.norm.running_mean", "backbone.res2.0.conv1.weight");
}

static void imagenet(hashed_net *net)
{
    net->n = 1;
    rename_tensor(net, "backbone.stem.conv1.weight", "stem.conv1.weight");
}

static void none(hashed_net *net)
{
    net->n = 0;
}

static void three_centers(hashed_net *net)
{
    find(net, "ins_embed_head.center_predictor.weight")->shape[0] = 3;
}

static void even_depth(hashed_net *net)
{
    find(net, "depth_head.predictor.weight")->shape[0] = 3;
}

static const struct {
    damage *damage;
    pnd_depth_head head;
    const char *expected;
} damages[] = {
    {drop_one, PND_DEPTH_AUTO, "1 tensor missing: backbone.res4.5.conv2.weight (and 1 of"},
    {drop_width, PND_DEPTH_AUTO, "1 tensor missing: backbone.stem.conv2.weight (and 1 of"},
    {transpose, PND_DEPTH_AUTO,
     "sem_seg_head.decoder.res3.project_conv.weight is [64,8,1,1], expected [64,64,1,1]"},
    {huge, PND_DEPTH_AUTO, "backbone.stem.conv1.weight is [9223372036854775807,3,3,3], expected"},
    {negative, PND_DEPTH_AUTO, "backbone.res2.0.conv1.norm.bias is [-8], expected [8]"},
    {vector_weight, PND_DEPTH_AUTO, "backbone.res2.0.conv1.weight is [8], expected [any,16,1,1]"},
    {twice, PND_DEPTH_AUTO, "tensor backbone.res2.0.conv1.weight occurs twice"},
    {imagenet, PND_DEPTH_AUTO, "1 of 1 tensors unknown: stem.conv1.weight"},
    {none, PND_DEPTH_AUTO, "tensors missing: backbone.stem.conv1.weight"},
    {three_centers, PND_DEPTH_AUTO,
     "ins_embed_head.center_predictor.weight is [3,4,1,1], expected [1,4,1,1]"},
    {even_depth, PND_DEPTH_DORN_AUTHOR, "depth_head.predictor has 3 channels: expected 2 for each"},
    {NULL, PND_DEPTH_DORN_PUBLISHED, "depth_head.predictor has 1 channel: expected 2 for each"},
};

static void test_damage(net_graph *g, size_t i)
{
    hashed_net net;
    pnd_error err = {0};
    pnd_net_options options = zoo;
    options.depth_head = damages[i].head;
    hashed_net_make(&net, &(hashed_config){.divisor = 8, .depth_channels = 1, .shapes_only = true});
    const size_t n = net.n;
    if (damages[i].damage != NULL)
        damages[i].damage(&net);
    const pnd_status status = net_build(g, net.tensors, net.n, &options, &err);
    (void)printf("%s | %s\n", err.message, err.hint);
    check(status == PND_EFORMAT && strstr(err.message, damages[i].expected) != NULL,
          damages[i].expected);
    net.n = n;
    hashed_net_clear(&net);
}

/* ---- depth heads that are left out, and numbers of hashes worked out by Python's integers */

static void test_no_depth(net_graph *g)
{
    hashed_net net;
    pnd_error err = {0};
    pnd_net_options options = zoo;
    options.depth_head = PND_DEPTH_NONE;
    hashed_net_make(&net, &(hashed_config){.divisor = 8, .depth_channels = 1, .shapes_only = true});
    check(net_build(g, net.tensors, net.n, &options, &err) == PND_OK, err.message);
    check(g->depth == NET_NONE && g->depth_head == PND_DEPTH_NONE, "depth is left out");
    hashed_net_clear(&net);
}

int main(void)
{
    net_graph *g = calloc(1, sizeof *g);
    net_plan *plan = calloc(1, sizeof *plan);
    if (g == NULL || plan == NULL)
        return 1;
    for (size_t v = 0; v < sizeof variants / sizeof *variants; v++)
        test_variant(g, plan, v);
    test_plan(g, plan);
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++)
        test_damage(g, i);
    test_no_depth(g);
    free(g);
    free(plan);
    return n_failed > 0;
}
