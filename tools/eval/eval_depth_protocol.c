/* SPDX-License-Identifier: Apache-2.0 */
/* The protocol of a run: a named one or a file's, with the changes of the command line. */
#include "eval_depth.h"

#include <panodepth/labels.h>

#include <string.h>

/* 50 and not 50.0: it becomes part of a name. */
static const char *short_number(char text[PND_NUMBER_SIZE], double value)
{
    char *const end = strstr(pnd_format_double(text, value), ".0");
    if (end != NULL && end[2] == '\0')
        *end = '\0';
    return text;
}

static pnd_status apply_cap(depth_inputs *out, const depth_args *args, pnd_error *err)
{
    char text[PND_NUMBER_SIZE];
    const double before = out->protocol.cap_m;
    if (!(args->cap_m < before) && !(args->cap_m > before)) /* NaN: none given */
        return PND_OK;
    pnd_buffer_printf(&out->protocol_name, "+cap%s", short_number(text, args->cap_m));
    return pnd_depth_protocol_set_cap(&out->protocol, args->cap_m, err);
}

static pnd_status apply_clip(depth_inputs *out, const depth_args *args, pnd_error *err)
{
    char low[PND_NUMBER_SIZE], high[PND_NUMBER_SIZE];
    if (args->clip.n == 0)
        return PND_OK;
    if (args->clip.n != 2)
        return pnd_fail_hint(err, PND_EINVAL, "as in --clip 0.001,80",
                             "--clip: expected two depths in metres, found %zu", args->clip.n);
    const double *const m = args->clip.items;
    pnd_buffer_printf(&out->protocol_name, "+clip%s,%s", short_number(low, m[0]),
                      short_number(high, m[1]));
    return pnd_depth_protocol_set_clip(&out->protocol, m[0], m[1], err);
}

static void apply_scaling(depth_inputs *out, const depth_args *args)
{
    static const struct {
        pnd_depth_scaling scaling;
        const char *name;
    } rules[] = {[DEPTH_SCALING_NONE] = {PND_DEPTH_SCALE_NONE, "+unscaled"},
                 [DEPTH_SCALING_MEDIAN] = {PND_DEPTH_SCALE_MEDIAN, "+median"},
                 [DEPTH_SCALING_SCALE] = {PND_DEPTH_SCALE_LEAST_SQUARES, "+scale"},
                 [DEPTH_SCALING_SHIFT] = {PND_DEPTH_SCALE_SHIFT, "+scale-shift"}};
    if (args->scaling == DEPTH_SCALING_PROTOCOL ||
        rules[args->scaling].scaling == out->protocol.scaling)
        return;
    out->protocol.scaling = rules[args->scaling].scaling;
    pnd_buffer_puts(&out->protocol_name, rules[args->scaling].name);
}

static void apply_bad_rule(depth_inputs *out, const depth_args *args)
{
    static const struct {
        pnd_depth_bad_rule rule;
        const char *name;
    } rules[] = {[DEPTH_BAD_ERROR] = {PND_DEPTH_BAD_ERROR, "+error"},
                 [DEPTH_BAD_SKIP] = {PND_DEPTH_BAD_SKIP, "+skip"},
                 [DEPTH_BAD_FILL] = {PND_DEPTH_BAD_FILL, "+fill"},
                 [DEPTH_BAD_ZERO] = {PND_DEPTH_BAD_ZERO, "+zero"}};
    if (args->bad_pred == DEPTH_BAD_PROTOCOL ||
        rules[args->bad_pred].rule == out->protocol.bad_rule)
        return;
    out->protocol.bad_rule = rules[args->bad_pred].rule;
    pnd_buffer_puts(&out->protocol_name, rules[args->bad_pred].name);
}

static void apply_mask(depth_inputs *out, const depth_args *args)
{
    const uint64_t before = out->masked_labels;
    for (size_t i = 0; i < args->mask_labels.n; i++)
        out->masked_labels |= UINT64_C(1) << args->mask_labels.items[i];
    const char *separator = "+mask";
    for (int id = 0; id <= PND_MAX_LABEL_ID; id++)
        if ((out->masked_labels & ~before) >> id & 1) {
            pnd_buffer_printf(&out->protocol_name, "%s%d", separator, id);
            separator = ",";
        }
}

static pnd_status find_base(depth_inputs *out, const depth_args *args, pnd_error *err)
{
    if (out->definition.base != NULL) {
        out->protocol = out->definition.protocol;
        out->masked_labels = out->definition.masked_labels;
        return PND_OK;
    }
    const char *const name = depth_protocol_names[args->protocol];
    const pnd_depth_protocol *const base = pnd_depth_protocol_find(name);
    if (base == NULL)
        return pnd_fail(err, PND_EINTERNAL, "no protocol %s", name);
    out->protocol = *base;
    return PND_OK;
}

/* Every change of a protocol becomes part of its name, so that no table mixes the two. */
pnd_status depth_protocol_choose(depth_inputs *out, const depth_args *args, pnd_error *err)
{
    pnd_status status = find_base(out, args, err);
    if (status != PND_OK)
        return status;
    pnd_buffer_puts(&out->protocol_name, out->protocol.name);
    status = apply_cap(out, args, err);
    if (status == PND_OK)
        status = apply_clip(out, args, err);
    if (status != PND_OK)
        return status;
    apply_scaling(out, args);
    apply_bad_rule(out, args);
    apply_mask(out, args);
    status = pnd_depth_protocol_check(&out->protocol, err);
    return status == PND_OK ? pnd_buffer_status(&out->protocol_name, err) : status;
}
