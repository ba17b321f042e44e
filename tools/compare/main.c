/* SPDX-License-Identifier: Apache-2.0 */
/* pnd-compare: is one method better than another, or were these images kind to it? */
#include "compare.h"

#include <panodepth/alloc.h>

#include <stdlib.h>

static const compare_args defaults = {.resamples = SCORE_RESAMPLES, .level = 95};

static const tool_opt options[] = {
    {TOOL_GROUP, .name = "Method"},
    {TOOL_INT, 0, "resamples", TOOL_FIELD(compare_args, resamples), "N",
     "collections of images to draw, and swaps to try", .low = 100, .high = SCORE_MAX_RESAMPLES},
    {TOOL_INT, 0, "seed", TOOL_FIELD(compare_args, seed), "N",
     "the same seed gives the same numbers", .low = 0, .high = 9007199254740992},
    {TOOL_DOUBLE, 0, "level", TOOL_FIELD(compare_args, level), "PERCENT",
     "how often an interval should hold the truth", .low = 50, .high = 99.9},
    {TOOL_LIST, 0, "allow-different", TOOL_FIELD(compare_args, allowed), "KEY",
     "compare although this key of the signatures differs; repeatable"},
    {TOOL_GROUP, .name = "Output"},
    {TOOL_STRING, 'o', "output", TOOL_FIELD(compare_args, output), "FILE",
     "also write everything as JSON"},
    {TOOL_END},
};

static int align(tool *t, comparison *c)
{
    pnd_error err = {0};
    score_set **const sets = pnd_alloc_array(c->n_methods, sizeof *sets);
    pnd_status status = sets == NULL ? pnd_fail(&err, PND_ENOMEM, "out of memory") : PND_OK;
    for (size_t m = 0; m < c->n_methods && sets != NULL; m++)
        sets[m] = &c->methods[m].set;
    if (status == PND_OK)
        status = score_sets_align(sets, c->n_methods, &err);
    free(sets);
    return status == PND_OK ? TOOL_EXIT_OK : tool_fail(t, TOOL_INPUT, &err);
}

/* Read every file and check it against the first; all problems are reported. */
static int load(tool *t, comparison *c, const compare_args *args)
{
    tool_problems problems = {0};
    bool all_read = true;
    for (size_t m = 0; m < c->n_methods; m++) {
        pnd_error err = {0};
        if (score_set_read(&c->methods[m].set, t->operands[m], &err) == PND_OK)
            continue;
        tool_problems_add(&problems, (int32_t)m, NULL, TOOL_INPUT, &err);
        all_read = false;
    }
    for (size_t m = 1; m < c->n_methods && all_read; m++)
        compare_check_alike(&problems, c, m, &args->allowed);
    c->n_scores = c->methods[0].set.n_scores;
    const int code = tool_problems_report(t, &problems);
    tool_problems_clear(&problems);
    return code == TOOL_EXIT_OK ? align(t, c) : code;
}

static int report(tool *t, const comparison *c, const char *path)
{
    pnd_buffer text = {0}, json = {0};
    pnd_error err = {0};
    if (t->common.json)
        compare_write_json(&text, c);
    else
        compare_print(&text, c);
    pnd_status status = pnd_buffer_status(&text, &err);
    if (status == PND_OK && path != NULL) {
        compare_write_json(&json, c);
        status = pnd_buffer_status(&json, &err);
        if (status == PND_OK)
            status = tool_write(t, path, json.data, json.size, &err);
    }
    if (status == PND_OK)
        status = tool_write(t, "-", text.data, text.size, &err);
    pnd_buffer_clear(&text);
    pnd_buffer_clear(&json);
    return status == PND_OK ? TOOL_EXIT_OK : tool_fail(t, TOOL_OUTPUT, &err);
}

static int run(tool *t, const void *data)
{
    const compare_args *const args = data;
    pnd_error err = {0};
    comparison c = {.plan = {args->resamples, args->seed, args->level / 100}};
    if (tool_check_output(args->output, t->operands, (size_t)t->n_operands, NULL, &err) != PND_OK)
        return tool_fail(t, TOOL_USAGE, &err);
    c.methods = pnd_calloc_array((size_t)t->n_operands, sizeof *c.methods);
    if (c.methods == NULL) {
        (void)pnd_fail(&err, PND_ENOMEM, "out of memory");
        return tool_fail(t, TOOL_INPUT, &err);
    }
    c.n_methods = (size_t)t->n_operands;
    int code = load(t, &c, args);
    if (code == TOOL_EXIT_OK)
        code = compare_compute(t, &c);
    if (code == TOOL_EXIT_OK)
        code = report(t, &c, args->output);
    comparison_clear(&c);
    return code;
}

static const tool_command command = {
    .summary = "Say how sure a difference between two methods is",
    .synopsis = "[OPTION]... A.json B.json...",
    .description =
        "Reads results of pnd-eval for two or more methods on the same images and compares every "
        "score of the others with the first one's: an interval for each score and for the "
        "difference (bootstrap over images, bias-corrected and accelerated), the share of "
        "resamples in which the other method is better, and the p-value of swapping the two "
        "methods image by image. Scores are aggregated anew for every resample. p-values of all "
        "classes and methods for one metric are corrected together (Holm), and so are those of all "
        "distance bins, classes or regions of depth results with --analysis. Joint results "
        "are resampled by sequence, a single frame being a sequence of one; depth results averaged "
        "over sequences are refused.\n\n"
        "Results are compared only when their signatures, images and categories are the same. "
        "The numbers depend on the files and the seed alone, not on the number of threads. "
        "docs/comparing.md has the formulas, and what a p-value does not say.",
    .options = options,
    .defaults = &defaults,
    .args_size = sizeof defaults,
    .operand = "RESULTS.json",
    .operand_help = "results written by pnd-eval -o; the others are compared with the first",
    .min_operands = 2,
    .examples = "# is the new network better?\n"
                "pnd-compare old.json new.json\n"
                "# where is the depth better: by distance, class and region (--analysis)\n"
                "pnd-compare --resamples 2000 -o bins.json old_depth.json new_depth.json\n"
                "# three against a baseline, for a program\n"
                "pnd-compare --json -o comparison.json base.json a.json b.json c.json",
    .run = run,
};

static const tool_program program = {"pnd-compare", .commands = &command, .n_commands = 1,
                                     .see_also = "pnd-eval(1), pnd-table(1)"};

int main(int argc, char **argv)
{
    return tool_main(&program, argc, argv);
}
