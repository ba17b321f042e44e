/* SPDX-License-Identifier: Apache-2.0 */
/* pnd-table: the paper's tables from results files. */
#include "table_intervals.h"
#include "table_render.h"
#include "tool.h"

#include <string.h>

typedef struct table_args {
    int32_t table;
    int32_t format;
    bool groups, mix_protocols, mix_data, percent, ascii, ci;
    double level; /* percent */
    int64_t resamples, seed;
    tool_list baselines;
    int32_t digits;
    const char *output;
} table_args;

static const char *const formats[] = {"text", "markdown", "latex", "csv", "html", NULL};
static const table_args defaults = {
    .digits = -1, .output = "-", .level = 95, .resamples = SCORE_RESAMPLES};

static const tool_opt options[] = {
    {TOOL_GROUP, .name = "Rows"},
    {TOOL_REPEAT, 'b', "baseline", TOOL_FIELD(table_args, baselines), "FILE",
     "add published rows: 'paper' for the Panoptic-DepthLab paper, 'published' for other methods, "
     "or "
     "a file of your own (docs/formats.md)"},
    {TOOL_FLAG, 0, "mix-protocols", TOOL_FIELD(table_args, mix_protocols), NULL,
     "rank rows of different protocols or rules in one table, with a protocol column"},
    {TOOL_FLAG, 0, "mix-data", TOOL_FIELD(table_args, mix_data), NULL,
     "mark the best value also where rows were scored on different ground truth"},
    {TOOL_GROUP, .name = "Output"},
    {TOOL_CHOICE, 't', "table", TOOL_FIELD(table_args, table), "N",
     "one table only: 1, 2 or 3 of the paper, or that of another task", .choices = table_names},
    {TOOL_CHOICE, 0, "format", TOOL_FIELD(table_args, format), "NAME", "text format",
     .choices = formats},
    {TOOL_FLAG, 0, "groups", TOOL_FIELD(table_args, groups), NULL,
     "Table 1: things and stuff beside all classes"},
    {TOOL_INT, 0, "digits", TOOL_FIELD(table_args, digits), "N",
     "decimals (default: as in the paper, more where a value would vanish; csv: all)", .low = 0,
     .high = 15, .flags = TOOL_NO_DEFAULT},
    {TOOL_FLAG, 0, "ci", TOOL_FIELD(table_args, ci), NULL,
     "intervals beside the numbers of results files (BCa, bootstrap over images)"},
    {TOOL_DOUBLE, 0, "level", TOOL_FIELD(table_args, level), "PERCENT",
     "--ci: how often an interval should hold the truth", .low = 50, .high = 99.9},
    {TOOL_INT, 0, "resamples", TOOL_FIELD(table_args, resamples), "N",
     "--ci: collections of images to draw", .low = 100, .high = SCORE_MAX_RESAMPLES},
    {TOOL_INT, 0, "seed", TOOL_FIELD(table_args, seed), "N",
     "--ci: the same seed gives the same numbers", .low = 0, .high = 9007199254740992},
    {TOOL_FLAG, 0, "percent", TOOL_FIELD(table_args, percent), NULL,
     "Table 3 in percent, as Table 1 is"},
    {TOOL_FLAG, 0, "ascii", TOOL_FIELD(table_args, ascii), NULL, "ASCII only"},
    {TOOL_STRING, 'o', "output", TOOL_FIELD(table_args, output), "FILE",
     "where to write; - is standard output"},
    {TOOL_END},
};

/* Published rows first, as in the paper. Every bad file is listed. */
static int load(tool *t, const table_args *args, table_rows *rows, bool tasks[N_TASKS])
{
    tool_problems problems = {0};
    const score_plan plan = {args->resamples, args->seed, args->level / 100};
    const int32_t n_baselines = (int32_t)args->baselines.n;
    for (int32_t i = 0; i < n_baselines; i++) {
        pnd_error err = {0};
        const char *const name = args->baselines.items[i];
        if (table_read_baseline(rows, name, &err) != PND_OK)
            tool_problems_add(&problems, i, NULL, TOOL_USAGE, &err);
    }
    const size_t n_published = rows->n;
    for (int32_t i = 0; i < t->n_operands; i++) {
        pnd_error err = {0};
        if (table_read_results(rows, t->operands[i], &err) != PND_OK)
            tool_problems_add(&problems, n_baselines + i, NULL, TOOL_INPUT, &err);
    }
    for (size_t i = n_published; i < rows->n; i++)
        tasks[rows->items[i].task] = true;
    if (t->n_operands == 0) /* the published tables by themselves */
        tasks[TASK_PANOPTIC] = tasks[TASK_DEPTH] = true;
    int code = tool_problems_report(t, &problems);
    tool_problems_clear(&problems);
    for (int32_t i = 0; i < t->n_operands && args->ci && code == TOOL_EXIT_OK; i++)
        code = table_add_intervals(t, &rows->items[n_published + (size_t)i], t->operands[i], &plan);
    return code;
}

static void warn_about_splits(tool *t, const table_sheets *sheets)
{
    for (size_t i = 0; i < sheets->n; i++) {
        const table_sheet *const sheet = &sheets->items[i];
        for (size_t r = 1; r < sheet->n_rows; r++) {
            const char *const a = sheet->rows[0]->split, *const b = sheet->rows[r]->split;
            if (a == NULL || b == NULL || strcmp(a, b) == 0)
                continue;
            tool_warn(t, "Table %s holds rows of different splits: %s (%s) and %s (%s)",
                      table_names[sheet->number], sheet->rows[0]->method, a, sheet->rows[r]->method,
                      b);
            break;
        }
    }
}

static int render(tool *t, const table_args *args, const table_rows *rows, table_choice choice)
{
    pnd_error err = {0};
    pnd_buffer text = {0};
    table_sheets sheets = {0};
    pnd_status status = table_make_sheets(&sheets, rows, choice, &err);
    tool_side side = TOOL_INPUT;
    if (status == PND_OK && sheets.n == 0)
        status =
            pnd_fail(&err, PND_EMISMATCH, "no row belongs in Table %s", table_names[args->table]);
    if (status == PND_OK) {
        warn_about_splits(t, &sheets);
        if (t->common.json && !tool_given(t, "format"))
            table_render_json(&text, &sheets);
        else if (args->format == FORMAT_CSV)
            table_render_csv(&text, rows, choice, args->ascii);
        else
            table_render(&text, &sheets, (table_format)args->format, args->ascii);
        status = pnd_buffer_status(&text, &err);
    }
    if (status == PND_OK) {
        side = TOOL_OUTPUT;
        status = tool_write(t, args->output, text.data, text.size, &err);
    }
    table_sheets_clear(&sheets);
    pnd_buffer_clear(&text);
    return status == PND_OK ? TOOL_EXIT_OK : tool_fail(t, side, &err);
}

static int run(tool *t, const void *data)
{
    static const char *const of_ci[] = {"level", "resamples", "seed"};
    const table_args *const args = data;
    pnd_error err = {0};
    table_rows rows = {0};
    table_choice choice = {.number = args->table,
                           .groups = args->groups,
                           .mix_protocols = args->mix_protocols,
                           .mix_data = args->mix_data,
                           .percent = args->percent,
                           .intervals = args->ci,
                           .plan = {args->resamples, args->seed, args->level / 100},
                           .digits = args->digits};
    if (t->n_operands == 0 && args->baselines.n == 0)
        return tool_usage_error(t, "RESULTS.json is missing");
    for (size_t i = 0; i < sizeof of_ci / sizeof *of_ci; i++)
        if (!args->ci && tool_given(t, of_ci[i]))
            return tool_usage_error(t, "--%s says how to make intervals: --ci is missing",
                                    of_ci[i]);
    if (tool_check_output(args->output, t->operands, (size_t)t->n_operands, NULL, &err) != PND_OK ||
        tool_check_output(args->output, args->baselines.items, args->baselines.n, NULL, &err) !=
            PND_OK)
        return tool_fail(t, TOOL_USAGE, &err);
    int code = load(t, args, &rows, choice.tasks);
    if (code == TOOL_EXIT_OK)
        code = render(t, args, &rows, choice);
    table_rows_clear(&rows);
    return code;
}

static const tool_command command = {
    .summary = "Render benchmark tables from results files",
    .synopsis = "[OPTION]... RESULTS.json...\n[OPTION]... --baseline paper",
    .description =
        "Reads the results of pnd-eval and prints the tables of the paper: Table 1 (PQ, SQ, RQ), "
        "Table 2 (sqErr, absErr, IRMSE, SILog) and Table 3 (accuracy within 1.25, 1.25^2 and "
        "1.25^3), and one for each other task: semantic (mIoU, iIoU, both by category), instance "
        "(AP, AP50) and joint (DPQ, DVPQ, PQ-D, DSTQ, STQ, depth error of segments). The best "
        "value "
        "of each column is marked. CSV, and --json where no format is named, hold the raw numbers "
        "instead.\n\n"
        "Numbers of different protocols are not comparable, so rows of different protocols are "
        "printed as separate tables; a corrected PQ whose results say that they equal strict ones "
        "stands among strict rows, if there are any. Rows of one protocol whose signatures name "
        "other rules or other ground truth stand together, but none is marked best. A row is named "
        "by the results' method, or else by the file.\n\n"
        "--ci gives the intervals of pnd-compare: over images, for joint scores over sequences. "
        "Depth results averaged over sequences are refused.",
    .options = options,
    .defaults = &defaults,
    .args_size = sizeof defaults,
    .operand = "RESULTS.json",
    .operand_help = "results written by pnd-eval -o",
    .examples = "# how sure are the numbers?\n"
                "pnd-table --ci ours.json\n"
                "# the semantic table alone, 99 % intervals\n"
                "pnd-table --table semantic --ci --level 99 semantic.json\n"
                "# beside the published rows, as Markdown\n"
                "pnd-table --baseline paper --format markdown ours.json\n"
                "# for a paper\n"
                "pnd-table --table 1 --groups --format latex -o table1.tex a.json b.json",
    .run = run,
};

static const tool_program program = {"pnd-table", .commands = &command, .n_commands = 1,
                                     .see_also = "pnd-eval(1)"};

int main(int argc, char **argv)
{
    return tool_main(&program, argc, argv);
}
