/* SPDX-License-Identifier: Apache-2.0 */
/* pnd-table: the paper's tables from results files. */
#include "tool.h"

typedef struct table_args {
    int32_t table;
    int32_t format;
    bool groups, mix_protocols, percent, ascii;
    tool_list baselines;
    int32_t digits;
    const char *output;
} table_args;

static const char *const tables[] = {"all", "1", "2", "3", NULL};
static const char *const formats[] = {"text", "markdown", "latex", "csv", "html", NULL};
static const table_args defaults = {.digits = -1, .output = "-"};

static const tool_opt options[] = {
    {TOOL_GROUP, .name = "Rows"},
    {TOOL_REPEAT, 'b', "baseline", TOOL_FIELD(table_args, baselines), "FILE",
     "add published rows: 'paper' for the rows of the Panoptic-DepthLab paper, or a file of your "
     "own (docs/formats.md)"},
    {TOOL_FLAG, 0, "mix-protocols", TOOL_FIELD(table_args, mix_protocols), NULL,
     "rank rows of different protocols in one table, with a protocol column"},
    {TOOL_GROUP, .name = "Output"},
    {TOOL_CHOICE, 't', "table", TOOL_FIELD(table_args, table), "N", "which of the paper's tables",
     .choices = tables},
    {TOOL_CHOICE, 0, "format", TOOL_FIELD(table_args, format), "NAME", "text format",
     .choices = formats},
    {TOOL_FLAG, 0, "groups", TOOL_FIELD(table_args, groups), NULL,
     "Table 1: things and stuff beside all classes"},
    {TOOL_INT, 0, "digits", TOOL_FIELD(table_args, digits), "N",
     "decimals (default: as in the paper, more where a value would vanish; csv: all)", .low = 0,
     .high = 15, .flags = TOOL_NO_DEFAULT},
    {TOOL_FLAG, 0, "percent", TOOL_FIELD(table_args, percent), NULL,
     "Table 3 in percent, as Table 1 is"},
    {TOOL_FLAG, 0, "ascii", TOOL_FIELD(table_args, ascii), NULL, "ASCII only"},
    {TOOL_STRING, 'o', "output", TOOL_FIELD(table_args, output), "FILE",
     "where to write; - is standard output"},
    {TOOL_END},
};

static int run(tool *t, const void *data)
{
    const table_args *const args = data;
    return tool_usage_error(t, "cannot write %s yet", args->output);
}

static const tool_command command = {
    .summary = "Render benchmark tables from results files",
    .synopsis = "[OPTION]... RESULTS.json...\n[OPTION]... --baseline paper",
    .description =
        "Reads the results of pnd-eval and prints the tables of the paper: Table 1 (PQ, SQ, RQ), "
        "Table 2 (sqErr, absErr, IRMSE, SILog) and Table 3 (accuracy within 1.25, 1.25^2 and "
        "1.25^3). The best value of each column is bold.\n\n"
        "Numbers of different protocols are not comparable, so rows of different protocols are "
        "printed as separate tables. A row is named by the results' method, or else by the file.",
    .options = options,
    .defaults = &defaults,
    .args_size = sizeof defaults,
    .operand = "RESULTS.json",
    .operand_help = "results written by pnd-eval -o",
    .examples = "# beside the published rows, as Markdown\n"
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
