/* SPDX-License-Identifier: Apache-2.0 */
/* What was found, as text for people and as JSON for programs. */
#include "check.h"

#include <panodepth/json.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- facts */

static int64_t count_files(const check_run *run, int32_t modality, int32_t split)
{
    int64_t n = 0;
    for (size_t i = 0; i < run->n_files; i++)
        n += run->files[i].modality == modality && run->files[i].split == split;
    return n;
}

static int64_t count_frames(const check_run *run, int32_t split)
{
    int64_t n = 0;
    for (size_t u = 0; u < run->n_units; u++)
        n += run->units[u].n > 0 && run->files[run->units[u].first].core != NULL &&
             run->files[run->units[u].first].split == split;
    return n;
}

static int64_t official_number(const char *split)
{
    if (strcmp(split, "train") == 0)
        return 2975;
    if (strcmp(split, "val") == 0)
        return 500;
    return strcmp(split, "test") == 0 ? 1525 : strcmp(split, "train_extra") == 0 ? 19998 : 0;
}

enum { MAX_RIGS = 64 };

typedef struct rig {
    pnd_camera camera;
    int64_t frames;
} rig;

static bool is_rig(const rig *r, const pnd_camera *c)
{
    return r->camera.baseline == c->baseline && r->camera.fx == c->fx && r->camera.fy == c->fy &&
           r->camera.u0 == c->u0 && r->camera.v0 == c->v0;
}

/* Distinct calibrations in order of appearance; beyond MAX_RIGS they are not told apart. */
static size_t find_rigs(rig rigs[MAX_RIGS], const check_run *run)
{
    size_t n = 0;
    for (size_t u = 0; u < run->n_units; u++) {
        const pnd_camera *c = &run->units[u].camera;
        size_t i = 0;
        while (i < n && !is_rig(&rigs[i], c))
            i++;
        if (c->fx == 0 || i == MAX_RIGS)
            continue;
        if (i == n)
            rigs[n++] = (rig){*c, 0};
        rigs[i].frames++;
    }
    return n;
}

static check_disparity sum_disparity(const check_run *run)
{
    check_disparity sum = {0};
    for (size_t u = 0; u < run->n_units; u++) {
        const check_disparity *d = &run->units[u].disparity;
        sum.images += d->images;
        sum.invalid += d->invalid;
        sum.infinite += d->infinite;
        sum.finite += d->finite;
        sum.max = d->max > sum.max ? d->max : sum.max;
    }
    return sum;
}

/* ---- JSON */

static void put_counts_json(pnd_json_writer *w, const check_run *run)
{
    size_t n;
    const check_modality *m = check_modalities(&n);
    pnd_json_key(w, "splits");
    pnd_json_begin_object(w);
    for (int32_t s = 0; s < run->n_splits; s++) {
        pnd_json_key(w, run->splits[s]);
        pnd_json_begin_object(w);
        pnd_json_key(w, "frames");
        pnd_json_int(w, count_frames(run, s));
        pnd_json_key(w, "official");
        if (official_number(run->splits[s]) > 0)
            pnd_json_int(w, official_number(run->splits[s]));
        else
            pnd_json_null(w);
        pnd_json_key(w, "files");
        pnd_json_begin_object(w);
        for (size_t k = 0; k < n; k++)
            if (count_files(run, (int32_t)k, s) > 0) {
                pnd_json_key(w, m[k].name);
                pnd_json_int(w, count_files(run, (int32_t)k, s));
            }
        pnd_json_end_object(w);
        pnd_json_end_object(w);
    }
    pnd_json_end_object(w);
}

static void put_rigs_json(pnd_json_writer *w, const check_run *run)
{
    rig rigs[MAX_RIGS];
    const size_t n = find_rigs(rigs, run);
    pnd_json_key(w, "calibrations");
    pnd_json_begin_array(w);
    for (size_t i = 0; i < n; i++) {
        const pnd_camera *c = &rigs[i].camera;
        const struct {
            const char *key;
            double value;
        } numbers[] = {{"baseline", c->baseline},
                       {"fx", c->fx},
                       {"fy", c->fy},
                       {"u0", c->u0},
                       {"v0", c->v0},
                       {"baseline_fx", c->baseline * c->fx}};
        pnd_json_begin_object(w);
        for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
            pnd_json_key(w, numbers[k].key);
            pnd_json_double(w, numbers[k].value);
        }
        pnd_json_key(w, "frames");
        pnd_json_int(w, rigs[i].frames);
        pnd_json_end_object(w);
    }
    pnd_json_end_array(w);
}

static void put_disparity_json(pnd_json_writer *w, const check_run *run)
{
    const check_disparity d = sum_disparity(run);
    pnd_json_key(w, "disparity");
    if (d.images == 0) {
        pnd_json_null(w);
        return;
    }
    const struct {
        const char *key;
        int64_t value;
    } numbers[] = {{"images", d.images},
                   {"invalid", d.invalid},
                   {"infinite", d.infinite},
                   {"finite", d.finite},
                   {"max", d.max}};
    pnd_json_begin_object(w);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        pnd_json_key(w, numbers[i].key);
        pnd_json_int(w, numbers[i].value);
    }
    pnd_json_end_object(w);
}

static const char *space_name(pnd_id_space space)
{
    return space == PND_ID_SPACE_LABEL_IDS   ? "label"
           : space == PND_ID_SPACE_TRAIN_IDS ? "train"
                                             : "unknown";
}

static void put_sets_json(pnd_json_writer *w, const check_run *run)
{
    pnd_json_key(w, "panoptic");
    pnd_json_begin_array(w);
    for (size_t i = 0; i < run->n_sets; i++) {
        const check_set *set = &run->sets[i];
        pnd_json_begin_object(w);
        pnd_json_key(w, "file");
        pnd_json_string(w, set->path);
        pnd_json_key(w, "role");
        pnd_json_string(w, set->role == PND_GROUND_TRUTH ? "ground-truth" : "prediction");
        pnd_json_key(w, "images");
        pnd_json_int(w, (int64_t)set->set.n_annotations);
        pnd_json_key(w, "ids");
        pnd_json_string(w, space_name(set->space));
        pnd_json_end_object(w);
    }
    pnd_json_end_array(w);
}

static int64_t count_code(const check_run *run, check_code code)
{
    int64_t n = 0;
    for (size_t i = 0; i < run->problems.n; i++)
        n += run->problems.items[i].code == code;
    return n;
}

static void put_problems_json(pnd_json_writer *w, const check_run *run)
{
    pnd_json_key(w, "codes");
    pnd_json_begin_object(w);
    for (int code = 0; code < CHECK_N_CODES; code++)
        if (count_code(run, (check_code)code) > 0) {
            pnd_json_key(w, check_code_of((check_code)code)->name);
            pnd_json_int(w, count_code(run, (check_code)code));
        }
    pnd_json_end_object(w);
    pnd_json_key(w, "problems");
    pnd_json_begin_array(w);
    for (size_t i = 0; i < run->problems.n; i++) {
        const check_problem *p = &run->problems.items[i];
        pnd_json_begin_object(w);
        pnd_json_key(w, "code");
        pnd_json_string(w, check_code_of(p->code)->name);
        pnd_json_key(w, "level");
        pnd_json_string(w, check_code_of(p->code)->warning ? "warning" : "error");
        pnd_json_key(w, "file");
        pnd_json_string(w, p->file);
        pnd_json_key(w, "message");
        pnd_json_string(w, p->message);
        if (p->hint[0] != '\0') {
            pnd_json_key(w, "hint");
            pnd_json_string(w, p->hint);
        }
        pnd_json_end_object(w);
    }
    pnd_json_end_array(w);
}

static void put_json(pnd_buffer *out, const check_run *run)
{
    pnd_json_writer w = {.out = out, .indent = 4};
    pnd_json_begin_object(&w);
    pnd_json_key(&w, "schema");
    pnd_json_string(&w, "panodepth-check/1");
    pnd_json_key(&w, "tool");
    pnd_json_string(&w, "pnd-check " PND_VERSION_STRING);
    pnd_json_key(&w, "kind");
    pnd_json_string(&w, run->is_tree ? "tree" : "predictions");
    pnd_json_key(&w, "deep");
    pnd_json_bool(&w, run->args->deep);
    pnd_json_key(&w, "files");
    pnd_json_int(&w, (int64_t)run->n_files);
    pnd_json_key(&w, "unknown_files");
    pnd_json_int(&w, (int64_t)run->n_others);
    put_counts_json(&w, run);
    put_rigs_json(&w, run);
    put_disparity_json(&w, run);
    put_sets_json(&w, run);
    put_problems_json(&w, run);
    pnd_json_end_object(&w);
    pnd_buffer_puts(out, "\n");
}

/* ---- text */

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

static void put_counts(pnd_buffer *out, const check_run *run)
{
    size_t n;
    const check_modality *m = check_modalities(&n);
    if (run->n_splits == 0)
        return;
    pnd_buffer_printf(out, "%-26s", "");
    for (int32_t s = 0; s < run->n_splits; s++)
        pnd_buffer_printf(out, " %11s", run->splits[s]);
    pnd_buffer_printf(out, "\n%-26s", "frames");
    for (int32_t s = 0; s < run->n_splits; s++)
        pnd_buffer_printf(out, " %11" PRId64, count_frames(run, s));
    pnd_buffer_printf(out, "\n%-26s", "frames in Cityscapes");
    for (int32_t s = 0; s < run->n_splits; s++)
        pnd_buffer_printf(out, " %11" PRId64, official_number(run->splits[s]));
    pnd_buffer_puts(out, "\n");
    for (size_t k = 0; k < n; k++) {
        int64_t sum = 0;
        for (int32_t s = 0; s < run->n_splits; s++)
            sum += count_files(run, (int32_t)k, s);
        if (sum == 0)
            continue;
        pnd_buffer_printf(out, "%-26s", m[k].name);
        for (int32_t s = 0; s < run->n_splits; s++)
            pnd_buffer_printf(out, " %11" PRId64, count_files(run, (int32_t)k, s));
        pnd_buffer_puts(out, "\n");
    }
    pnd_buffer_puts(out, "\n");
}

static void put_facts(pnd_buffer *out, const check_run *run)
{
    rig rigs[MAX_RIGS];
    const size_t n = find_rigs(rigs, run);
    const check_disparity d = sum_disparity(run);
    const double pixels = (double)(d.invalid + d.infinite + d.finite);
    for (size_t i = 0; i < n; i++)
        pnd_buffer_printf(out,
                          "calibration: baseline %.6g m, fx %.6g (product %.6g), principal point "
                          "(%.6g, %.6g): %" PRId64 " frame%s\n",
                          rigs[i].camera.baseline, rigs[i].camera.fx,
                          rigs[i].camera.baseline * rigs[i].camera.fx, rigs[i].camera.u0,
                          rigs[i].camera.v0, rigs[i].frames, plural((size_t)rigs[i].frames));
    if (d.images > 0)
        pnd_buffer_printf(out,
                          "disparity: %.1f %% no measurement, %.1f %% infinite, %.1f %% finite; "
                          "the largest value is %u\n",
                          100 * (double)d.invalid / pixels, 100 * (double)d.infinite / pixels,
                          100 * (double)d.finite / pixels, d.max);
    for (size_t i = 0; i < run->n_sets; i++)
        pnd_buffer_printf(out, "%s: %s of %zu images, ids: %s\n", run->sets[i].path,
                          run->sets[i].role == PND_GROUND_TRUTH ? "ground truth" : "predictions",
                          run->sets[i].set.n_annotations, space_name(run->sets[i].space));
    if (run->n_others > 0)
        pnd_buffer_printf(out, "%zu other files were not looked at\n", run->n_others);
}

/* One group: what is wrong with these files, then each of them. */
static size_t put_group(pnd_buffer *out, const check_run *run, size_t begin)
{
    const check_problems *all = &run->problems;
    const check_code code = all->items[begin].code;
    const size_t n = (size_t)count_code(run, code);
    const size_t most = (size_t)run->tool->common.max_errors;
    pnd_buffer_printf(out, "\n%s (%zu%s): these %s\n", check_code_of(code)->name, n,
                      check_code_of(code)->warning ? ", warning" : "", check_code_of(code)->title);
    for (size_t i = begin; i < begin + n && i < begin + most; i++) {
        const check_problem *p = &all->items[i];
        pnd_buffer_printf(out, p->hint[0] != '\0' ? "  %s (%s)\n" : "  %s\n", p->message, p->hint);
    }
    if (n > most)
        pnd_buffer_printf(out, "  and %zu more\n", n - most);
    return begin + n;
}

static void put_text(pnd_buffer *out, const check_run *run)
{
    put_counts(out, run);
    put_facts(out, run);
    for (size_t i = 0; i < run->problems.n;)
        i = put_group(out, run, i);
    if (run->problems.n == 0)
        pnd_buffer_printf(out, "no problem in %zu file%s%s\n", run->n_files, plural(run->n_files),
                          run->args->deep || run->args->manifest_verify != NULL
                              ? ""
                              : "; --deep looks at the pixels too");
    else
        pnd_buffer_printf(out, "\n%zu problem%s in %zu file%s\n", run->problems.n,
                          plural(run->problems.n), run->n_files, plural(run->n_files));
}

int check_report(const check_run *run)
{
    pnd_buffer text = {0};
    pnd_error err = {0};
    tool *t = run->tool;
    if (t->common.json)
        put_json(&text, run);
    else
        put_text(&text, run);
    pnd_status status = pnd_buffer_status(&text, &err);
    if (status == PND_OK)
        (void)fwrite(pnd_buffer_text(&text), 1, text.size, stdout);
    if (status == PND_OK && run->args->output != NULL) {
        pnd_buffer_reset(&text);
        put_json(&text, run);
        status = pnd_buffer_status(&text, &err);
        if (status == PND_OK)
            status = tool_write(t, run->args->output, text.data, text.size, &err);
    }
    pnd_buffer_clear(&text);
    return status == PND_OK ? TOOL_EXIT_OK : tool_fail(t, TOOL_OUTPUT, &err);
}
