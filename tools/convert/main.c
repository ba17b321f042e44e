/* SPDX-License-Identifier: Apache-2.0 */
/* pnd-convert: one form of panoptic or depth files to another, or a refusal with the reason. */
#include "convert.h"

#include <string.h>

static const convert_args panoptic_defaults = {
    .from = -1, .to = -1, .void_class = -1, .to_void = -1};
static const convert_args depth_defaults = {0};
static const convert_args submission_defaults = {
    .from = -1, .split = "test", .void_class = -1, .to_void = -1};

static const char *const forms[] = {"coco",         "detectron2", "two-channel", "three-channel",
                                    "instance-ids", "divisor",    NULL};
static const char *const id_spaces[] = {"unset", "label", "train", NULL};
static const char *const zero_rules[] = {"refuse", "group", "instance", NULL};
static const char *const tasks[] = {"panoptic", "semantic", NULL};
static const char *const splits[] = {"train", "val", "test", NULL};
static const char *const units[] = {"unset", "m", "mm", "m/256", NULL};
static const char *const depth_forms[] = {"unset", "png16", "png-mm", "npy", "npz", "pfm", NULL};

/* What the input holds: shared by two commands. */
#define INPUT_OPTIONS                                                                              \
    {TOOL_GROUP, .name = "Input"},                                                                 \
        {TOOL_CHOICE,                                                                              \
         0,                                                                                        \
         "from",                                                                                   \
         TOOL_FIELD(convert_args, from),                                                           \
         "FORM",                                                                                   \
         "form of the input: coco, detectron2, two-channel, three-channel, instance-ids, divisor", \
         .choices = forms,                                                                         \
         .flags = TOOL_NO_DEFAULT},                                                                \
        {TOOL_STRING, 0,                                                                           \
         "png-dir",   TOOL_FIELD(convert_args, png_dir),                                           \
         "DIR",       "the images of a JSON; its path without .json if not given"},                \
        {TOOL_STRING, 0,                                                                           \
         "suffix",    TOOL_FIELD(convert_args, suffix),                                            \
         "TEXT",      "take only images whose name ends so, for example _instanceIds.png"},        \
        {TOOL_CHOICE,                                                                              \
         0,                                                                                        \
         "ids",                                                                                    \
         TOOL_FIELD(convert_args, ids),                                                            \
         "SPACE",                                                                                  \
         "classes of the input: label or train; told from a JSON where it can be",                 \
         .choices = id_spaces,                                                                     \
         .flags = TOOL_NO_DEFAULT},                                                                \
        {TOOL_INT,                                                                                 \
         0,                                                                                        \
         "divisor",                                                                                \
         TOOL_FIELD(convert_args, divisor),                                                        \
         "N",                                                                                      \
         "class * N + instance: for the form divisor",                                             \
         .low = 2,                                                                                 \
         .high = 65535,                                                                            \
         .flags = TOOL_NO_DEFAULT},                                                                \
        {TOOL_INT,                                                                                 \
         0,                                                                                        \
         "void",                                                                                   \
         TOOL_FIELD(convert_args, void_class),                                                     \
         "CLASS",                                                                                  \
         "class of void pixels in the input; 0 for label ids and 255 for trainIds if not given",   \
         .low = 0,                                                                                 \
         .high = 255,                                                                              \
         .flags = TOOL_NO_DEFAULT},                                                                \
    {                                                                                              \
        TOOL_CHOICE, 0, "instance-zero", TOOL_FIELD(convert_args, instance_zero), "RULE",          \
            "what a thing with instance 0 is in forms that do not say: refuse, group, instance",   \
            .choices = zero_rules                                                                  \
    }

static const tool_opt panoptic_options[] = {
    INPUT_OPTIONS,
    {TOOL_GROUP, .name = "Output"},
    {TOOL_CHOICE, 0, "to", TOOL_FIELD(convert_args, to), "FORM", "form of the output",
     .choices = forms, .flags = TOOL_NO_DEFAULT},
    {TOOL_STRING, 'o', "out", TOOL_FIELD(convert_args, out), "PATH",
     "FILE.json for coco and detectron2 (images go to the folder FILE), else a folder",
     .flags = TOOL_REQUIRED},
    {TOOL_CHOICE, 0, "to-ids", TOOL_FIELD(convert_args, to_ids), "SPACE",
     "classes of the output: label or train; as the input if not given", .choices = id_spaces,
     .flags = TOOL_NO_DEFAULT},
    {TOOL_INT, 0, "to-void", TOOL_FIELD(convert_args, to_void), "CLASS",
     "class written for void; 0 for label ids and 255 for trainIds if not given", .low = 0,
     .high = 255, .flags = TOOL_NO_DEFAULT},
    {TOOL_END},
};

static const tool_opt depth_options[] = {
    {TOOL_GROUP, .name = "Input"},
    {TOOL_CHOICE, 'u', "unit", TOOL_FIELD(convert_args, unit), "UNIT",
     "unit of the input: m, mm, m/256; needed for whole numbers, metres if not given for others",
     .choices = units, .flags = TOOL_NO_DEFAULT},
    {TOOL_STRING, 0, "member", TOOL_FIELD(convert_args, member), "NAME",
     "array of an npz that holds several"},
    {TOOL_FLAG, 0, "drop-invalid", TOOL_FIELD(convert_args, drop_invalid), NULL,
     "NaN, infinite and negative depth becomes \"no depth\" instead of an error"},
    {TOOL_GROUP, .name = "Output"},
    {TOOL_CHOICE, 0, "to", TOOL_FIELD(convert_args, depth_to), "FORM",
     "png16 (1/256 m), png-mm (millimetres), npy, npz or pfm (metres)", .choices = depth_forms,
     .flags = TOOL_NO_DEFAULT},
    {TOOL_STRING, 'o', "out", TOOL_FIELD(convert_args, out), "PATH",
     "a folder, or one file with the form's extension", .flags = TOOL_REQUIRED},
    {TOOL_FLAG, 0, "saturate", TOOL_FIELD(convert_args, saturate), NULL,
     "depth beyond the form's range becomes its largest value instead of an error"},
    {TOOL_FLAG, 0, "deflate", TOOL_FIELD(convert_args, deflate), NULL, "compress an npz"},
    {TOOL_END},
};

static const tool_opt submission_options[] = {
    INPUT_OPTIONS,
    {TOOL_GROUP, .name = "Output"},
    {TOOL_CHOICE, 't', "task", TOOL_FIELD(convert_args, task), "TASK",
     "panoptic, or semantic (8-bit label images)", .choices = tasks},
    {TOOL_STRING, 's', "split", TOOL_FIELD(convert_args, split), "NAME",
     "the split: it must be complete, train 2975, val 500, test 1525"},
    {TOOL_FLAG, 0, "partial", TOOL_FIELD(convert_args, partial), NULL, "take any number of images"},
    {TOOL_STRING, 'o', "out", TOOL_FIELD(convert_args, out), "DIR", "folder to be packed",
     .flags = TOOL_REQUIRED},
    {TOOL_END},
};

static int run_submission(tool *t, const void *args_)
{
    const convert_args *args = args_;
    for (const char *const *s = splits; *s != NULL; s++)
        if (strcmp(*s, args->split) == 0)
            return convert_submission(t, args);
    return tool_usage_error(t, "--split: '%s' is none of train, val, test", args->split);
}

static const tool_command commands[] = {
    {
        .name = "panoptic",
        .summary = "convert panoptic results between forms",
        .synopsis = "--from coco --to FORM INPUT.json --out PATH\n"
                    "--from FORM --ids SPACE --to FORM INPUT --out PATH",
        .description =
            "Forms: coco (JSON and PNG, segment ids as Cityscapes has them), detectron2 "
            "(predictions.json of Panoptic-DeepLab: id = trainId * 1000 + instance + 1), "
            "two-channel (R class, G instance) and three-channel (R class, G and B instance) of "
            "deeplab2 and KITTI-STEP, instance-ids (16 bit, class or class * 1000 + n, as in "
            "gtFine) and divisor (16 bit, class * N + instance).\n\n"
            "Instances are kept: number n of instance-ids and coco is n + 1 in the others, where 0 "
            "means none. A JSON whose ids follow no scheme is numbered in the order of its list. "
            "Void and ignored classes become void. Classes must be the 19 evaluated ones, or "
            "void.\n\n"
            "Refused, with the place: an instance above 255 in two channels, a class and instance "
            "that do not fit 16 bits, groups of things for detectron2, a third channel in "
            "two-channel input, things with instance 0 whose meaning is not said "
            "(--instance-zero), pixels that a JSON does not list, and classes of the other id "
            "space. The JSON is written last: where it is, its images are complete.",
        .options = panoptic_options,
        .defaults = &panoptic_defaults,
        .args_size = sizeof(convert_args),
        .operand = "INPUT",
        .operand_help = "a JSON, a PNG, or a folder of PNGs (searched in depth)",
        .min_operands = 1,
        .max_operands = 1,
        .examples = "# ground truth for a reader of three-channel PNGs\n"
                    "pnd-convert panoptic --from coco --to three-channel --out step gt.json\n"
                    "# two-channel predictions in trainIds for pnd-eval\n"
                    "pnd-convert panoptic --from two-channel --ids train --to coco \\\n"
                    "    --to-ids label --out pred.json two_channel\n",
        .run = convert_panoptic,
    },
    {
        .name = "depth",
        .summary = "convert depth maps between files and units",
        .synopsis = "--to FORM [--unit UNIT] INPUT --out PATH",
        .description =
            "Reads 16-bit PNG, npy, npz and PFM by content. Whole numbers have no unit of their "
            "own: --unit must say m/256 (KITTI), mm or m. Floats are metres unless --unit says "
            "mm. 0 is no depth everywhere; in PFM that is infinity.\n\n"
            "16-bit samples are rounded half up and a depth is never written as 0. Depth beyond "
            "their range (255.996 m, or 65.535 m in millimetres) is an error without --saturate, "
            "and NaN, infinity and negative values are errors without --drop-invalid.",
        .options = depth_options,
        .defaults = &depth_defaults,
        .args_size = sizeof(convert_args),
        .operand = "INPUT",
        .operand_help = "a depth map, or a folder of them (searched in depth)",
        .min_operands = 1,
        .max_operands = 1,
        .examples = "# millimetres to KITTI's unit\n"
                    "pnd-convert depth --unit mm --to png16 --out pred millimetres\n"
                    "# one array of an npz\n"
                    "pnd-convert depth --member depth --to npy --out depth.npy maps.npz\n",
        .run = convert_depth,
    },
    {
        .name = "submission",
        .summary = "make the folder that the Cityscapes server takes",
        .synopsis = "--task panoptic --from FORM --out DIR INPUT\n"
                    "--task semantic --ids SPACE --out DIR INPUT",
        .description =
            "panoptic: DIR/cityscapes_panoptic_SPLIT.json and its folder of images, categories in "
            "label ids. semantic: DIR/CITY_SEQ_FRAME_pred_labelIds.png, label ids; trainId 255 "
            "becomes 0. The server wants all images of a split: fewer or more are exit 6 unless "
            "--partial is given. Files whose name has no CITY_SEQ_FRAME are refused.",
        .options = submission_options,
        .defaults = &submission_defaults,
        .args_size = sizeof(convert_args),
        .operand = "INPUT",
        .operand_help = "a JSON, or a folder of PNGs",
        .min_operands = 1,
        .max_operands = 1,
        .examples = "# label images in trainIds, as networks give them\n"
                    "pnd-convert submission --task semantic --ids train --out upload pred\n"
                    "# panoptic results in two channels\n"
                    "pnd-convert submission --task panoptic --from two-channel --ids train \\\n"
                    "    --out upload two_channel\n",
        .run = run_submission,
    },
};

static const tool_program program = {
    .name = "pnd-convert",
    .summary = "convert panoptic results and depth maps between forms",
    .description = "Converts between the forms that evaluators, networks and data sets use. What "
                   "would lose or guess something is refused with the reason.",
    .commands = commands,
    .n_commands = sizeof commands / sizeof *commands,
    .see_also = "pnd-check, pnd-eval, pnd-panoptic, pnd-depth",
};

int main(int argc, char **argv)
{
    return tool_main(&program, argc, argv);
}
