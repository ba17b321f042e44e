/* SPDX-License-Identifier: Apache-2.0 */
#include "pnd_test.h"

#include "tool.h"

#include <stdlib.h>

typedef struct demo_args {
    const char *root, *out;
    int32_t count;
    int64_t seed;
    double cap;
    int32_t format;
    bool deep;
    tool_list splits, require;
    tool_int_list labels;
    tool_double_list clip;
    tool_size size;
} demo_args;

static const char *const formats[] = {"png16", "npy", "pfm", NULL};
static const char *const default_splits[] = {"val"};
static const demo_args defaults = {.count = 3, .cap = 80, .splits = {default_splits, 1}};

static const tool_opt options[] = {
    {TOOL_GROUP, .name = "Input"},
    {TOOL_STRING, 'r', "root", TOOL_FIELD(demo_args, root), "DIR", "the data", .env = "DEMO_ROOT"},
    {TOOL_STRING, 'o', "out", TOOL_FIELD(demo_args, out), "FILE", "result", .flags = TOOL_REQUIRED},
    {TOOL_INT, 'n', "count", TOOL_FIELD(demo_args, count), "N", "how many", .low = 1, .high = 9},
    {TOOL_INT, 0, "seed", TOOL_FIELD(demo_args, seed), "N", "seed"},
    {TOOL_DOUBLE, 0, "cap", TOOL_FIELD(demo_args, cap), "PIXELS", "cap", .low = 0.5, .high = 100},
    {TOOL_CHOICE, 0, "format", TOOL_FIELD(demo_args, format), "NAME", "kind", .choices = formats},
    {TOOL_FLAG, 'd', "deep", TOOL_FIELD(demo_args, deep), NULL, "deep"},
    {TOOL_LIST, 0, "split", TOOL_FIELD(demo_args, splits), "NAME", "splits"},
    {TOOL_REPEAT, 0, "require", TOOL_FIELD(demo_args, require), "EXPR", "gates"},
    {TOOL_INT_LIST, 0, "labels", TOOL_FIELD(demo_args, labels), "N", "ids", .low = 0, .high = 99},
    {TOOL_DOUBLE_LIST, 0, "clip", TOOL_FIELD(demo_args, clip), "LO,HI", "range"},
    {TOOL_SIZE, 0, "size", TOOL_FIELD(demo_args, size), "WxH", "size"},
    {TOOL_END},
};

static const tool_command command = {.options = options,
                                     .defaults = &defaults,
                                     .args_size = sizeof defaults,
                                     .operand = "FILE",
                                     .max_operands = 2};

typedef struct parsed {
    demo_args args;
    tool_parsed p;
    pnd_error err;
} parsed;

/* The command line is one string split at blanks. */
static pnd_status parse_with(parsed *out, const tool_command *c, const char *line)
{
    static char copy[512];
    char *argv[32] = {NULL};
    int argc = 1;
    strcpy(copy, line);
    for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " "))
        argv[argc++] = word;
    *out = (parsed){0};
    return tool_opt_parse(&out->p, &out->args, c, argc, argv, &out->err);
}

static pnd_status parse(parsed *out, const char *line)
{
    return parse_with(out, &command, line);
}

#define assert_usage_error(line, text)                                                             \
    do {                                                                                           \
        parsed r_;                                                                                 \
        assert_int_equal(parse(&r_, (line)), PND_EINVAL);                                          \
        assert_string_equal(r_.err.message, (text));                                               \
    } while (0)

static void defaults_stay_where_nothing_is_given(void **state)
{
    parsed r;
    (void)state;
    assert_int_equal(parse(&r, "-o x"), PND_OK);
    assert_int_equal(r.args.count, 3);
    assert_true(r.args.cap == 80);
    assert_int_equal(r.args.splits.n, 1);
    assert_null(r.args.root);
    assert_int_equal(r.p.common.max_errors, 20);
    assert_false(tool_opt_given(&r.p, &command, "count"));
    assert_true(tool_opt_given(&r.p, &command, "out"));
    tool_parsed_clear(&r.p);
}

static void values_are_taken_in_every_gnu_form(void **state)
{
    parsed r;
    (void)state;
    assert_int_equal(parse(&r, "--root=a -ob --count 4 -dqv --cap=1.5 --size 64x32 --format npy "
                               "--seed=-9000000000 c -- -d"),
                     PND_OK);
    assert_string_equal(r.args.root, "a");
    assert_string_equal(r.args.out, "b");
    assert_int_equal(r.args.count, 4);
    assert_true(r.args.deep && r.p.common.quiet && r.p.common.verbose);
    assert_true(r.args.cap == 1.5);
    assert_int_equal(r.args.size.width, 64);
    assert_int_equal(r.args.size.height, 32);
    assert_int_equal(r.args.format, 1);
    assert_true(r.args.seed == -9000000000);
    assert_int_equal(r.p.n_operands, 2);
    assert_string_equal(r.p.operands[0], "c");
    assert_string_equal(r.p.operands[1], "-d");
    tool_parsed_clear(&r.p);
}

static void lists_replace_the_default_and_then_add_up(void **state)
{
    parsed r;
    (void)state;
    assert_int_equal(parse(&r, "-ox --split train,val --split test --labels 1,2 --labels 3 "
                               "--clip 0.5,80 --require PQ>=1,2 -"),
                     PND_OK);
    assert_int_equal(r.args.splits.n, 3);
    assert_string_equal(r.args.splits.items[0], "train");
    assert_string_equal(r.args.splits.items[2], "test");
    assert_int_equal(r.args.labels.n, 3);
    assert_int_equal(r.args.labels.items[2], 3);
    assert_int_equal(r.args.clip.n, 2);
    assert_true(r.args.clip.items[0] == 0.5);
    assert_int_equal(r.args.require.n, 1);
    assert_string_equal(r.args.require.items[0], "PQ>=1,2");
    assert_string_equal(r.p.operands[0], "-");
    tool_parsed_clear(&r.p);
}

static void bad_values_are_named_with_what_was_expected(void **state)
{
    (void)state;
    assert_usage_error("-ox --cap=abc", "--cap: 'abc' is not a valid PIXELS");
    assert_usage_error("-ox --cap=nan", "--cap: 'nan' is not a valid PIXELS");
    assert_usage_error("-ox --cap=0.1", "--cap: 0.1 is not within 0.5..100");
    assert_usage_error("-ox -n 10", "--count: 10 is not within 1..9");
    assert_usage_error("-ox -n 4x", "--count: '4x' is not a valid N");
    assert_usage_error("-ox --count=", "--count: '' is not a valid N");
    assert_usage_error("-ox --seed 9223372036854775808",
                       "--seed: '9223372036854775808' is not a valid N");
    assert_usage_error("-ox --threads 1025", "--threads: 1025 is not within 0..1024");
    assert_usage_error("-ox --size 64", "--size: '64' is not a valid WxH");
    assert_usage_error("-ox --size 0x5", "--size: '0x5' is not a valid WxH");
    assert_usage_error("-ox --size 4x99999", "--size: '4x99999' is not a valid WxH");
    assert_usage_error("-ox --labels 1,,2", "--labels: '1,,2' is not a valid N");
    assert_usage_error("-ox --labels 100", "--labels: 100 is not within 0..99");
    assert_usage_error("-ox --format png", "--format: 'png' is not one of png16, npy, pfm");
    assert_usage_error("-ox --deep=1", "--deep takes no value");
    assert_usage_error("-ox --count", "--count needs a value (N)");
    assert_usage_error("-o", "--out needs a value (FILE)");
    assert_usage_error("-x", "unknown option '-x'");
    assert_usage_error("--=3", "unknown option '--'");
    assert_usage_error("--skip-bad", "unknown option '--skip-bad'");
    assert_usage_error("--root a", "--out FILE is required");
    assert_usage_error("-ox a b c", "unexpected argument 'c'");
}

static void a_typo_suggests_the_nearest_option(void **state)
{
    parsed r;
    (void)state;
    assert_int_equal(parse(&r, "--cuont=3"), PND_EINVAL);
    assert_string_equal(r.err.message, "unknown option '--cuont'");
    assert_string_equal(r.err.hint, "did you mean '--count'?");
    assert_int_equal(parse(&r, "--zzzzzz"), PND_EINVAL);
    assert_string_equal(r.err.hint, "");
    assert_int_equal(parse(&r, "--format pgn16"), PND_EINVAL);
    assert_string_equal(r.err.hint, "did you mean 'png16'?");
}

static void the_environment_gives_a_default_and_no_more(void **state)
{
    parsed r;
    (void)state;
    assert_int_equal(setenv("DEMO_ROOT", "from-env", 1), 0);
    assert_int_equal(parse(&r, "-ox"), PND_OK);
    assert_string_equal(r.args.root, "from-env");
    assert_false(tool_opt_given(&r.p, &command, "root"));
    tool_parsed_clear(&r.p);
    assert_int_equal(parse(&r, "-ox --root given"), PND_OK);
    assert_string_equal(r.args.root, "given");
    tool_parsed_clear(&r.p);
    unsetenv("DEMO_ROOT");
}

static void help_asks_for_nothing_else(void **state)
{
    parsed r;
    (void)state;
    assert_int_equal(parse(&r, "--help"), PND_OK);
    assert_true(r.p.common.help);
    tool_parsed_clear(&r.p);
}

static void operands_are_counted(void **state)
{
    parsed r;
    tool_command c = command;
    (void)state;
    c.min_operands = 1;
    assert_int_equal(parse_with(&r, &c, "-ox"), PND_EINVAL);
    assert_string_equal(r.err.message, "FILE is missing");
    c.operand = NULL;
    c.min_operands = 0;
    assert_int_equal(parse_with(&r, &c, "-ox stray"), PND_EINVAL);
    assert_string_equal(r.err.message, "unexpected argument 'stray'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_stay_where_nothing_is_given),
        cmocka_unit_test(values_are_taken_in_every_gnu_form),
        cmocka_unit_test(lists_replace_the_default_and_then_add_up),
        cmocka_unit_test(bad_values_are_named_with_what_was_expected),
        cmocka_unit_test(a_typo_suggests_the_nearest_option),
        cmocka_unit_test(the_environment_gives_a_default_and_no_more),
        cmocka_unit_test(help_asks_for_nothing_else),
        cmocka_unit_test(operands_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
