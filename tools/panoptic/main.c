/* SPDX-License-Identifier: Apache-2.0 */
/* pnd-panoptic: Cityscapes panoptic ground truth, as csCreatePanopticImgs makes it. */
#include "panoptic.h"

#include <panodepth/alloc.h>

#include <stdlib.h>
#include <string.h>

static const char *const default_splits[] = {"train", "val"};

/* In the order of pnd_fill_rule. */
static const char *const fills[] = {"classic", "pillow7", "pillow12", NULL};

static const panoptic_args defaults = {.splits = {default_splits, 2}};

static const tool_opt options[] = {
    {TOOL_GROUP, .name = "Input"},
    {TOOL_STRING, 'r', "root", TOOL_FIELD(panoptic_args, root), "DIR",
     "Cityscapes folder: the one that holds gtFine", .env = "CITYSCAPES_DATASET",
     .flags = TOOL_REQUIRED},
    {TOOL_LIST, 's', "split", TOOL_FIELD(panoptic_args, splits), "NAMES",
     "splits to convert, separated by commas"},
    {TOOL_CHOICE, 0, "annotations", TOOL_FIELD(panoptic_args, annotations), "NAME",
     "annotations to convert", .choices = panoptic_annotations},
    {TOOL_GROUP, .name = "Drawing polygons"},
    {TOOL_FLAG, 0, "from-polygons", TOOL_FIELD(panoptic_args, from_polygons), NULL,
     "draw the instance ids from *_polygons.json instead of reading *_instanceIds.png"},
    {TOOL_CHOICE, 0, "fill", TOOL_FIELD(panoptic_args, fill), "NAME",
     "pixels a polygon covers, as PIL and Pillow up to 2.4, 2.9 to 7.0, or since 11.2.1 draw it",
     .choices = fills},
    {TOOL_FLAG, 0, "audit", TOOL_FIELD(panoptic_args, audit), NULL,
     "write nothing: draw the polygons with each filler (or that of --fill) and count the pixels "
     "that differ from the data set's instanceIds and labelIds"},
    {TOOL_FLAG, 0, "require-equal", TOOL_FIELD(panoptic_args, require_equal), NULL,
     "with --audit: exit 1 when a pixel differs from what --fill draws"},
    {TOOL_GROUP, .name = "Output"},
    {TOOL_STRING, 'o', "out", TOOL_FIELD(panoptic_args, out), "DIR",
     "folder for the results, outside the data set"},
    {TOOL_FLAG, 0, "in-place", TOOL_FIELD(panoptic_args, in_place), NULL,
     "write into the data set's own gtFine, where the official tool writes and loaders look"},
    {TOOL_FLAG, 0, "train-ids", TOOL_FIELD(panoptic_args, train_ids), NULL,
     "categories are trainIds; file names get the suffix _trainId"},
    {TOOL_FLAG, 0, "label-train-ids", TOOL_FIELD(panoptic_args, label_train_ids), NULL,
     "also write *_gtFine_labelTrainIds.png, as a tree gtFine/SPLIT/CITY"},
    {TOOL_FLAG, 0, "instance-train-ids", TOOL_FIELD(panoptic_args, instance_train_ids), NULL,
     "also write *_gtFine_instanceTrainIds.png, likewise"},
    {TOOL_FLAG, 0, "label-ids", TOOL_FIELD(panoptic_args, label_ids), NULL,
     "with --from-polygons: also write *_gtFine_labelIds.png, likewise"},
    {TOOL_FLAG, 0, "instance-ids", TOOL_FIELD(panoptic_args, instance_ids), NULL,
     "with --from-polygons: also write *_gtFine_instanceIds.png, likewise"},
    {TOOL_END},
};

/* ---- arguments */

/* Split names become part of file names. */
static bool is_split_name(const char *name)
{
    return name[0] != '\0' &&
           name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                             "0123456789_-")] == '\0';
}

static int check_splits(tool *t, const panoptic_args *args)
{
    for (size_t i = 0; i < args->splits.n; i++) {
        if (!is_split_name(args->splits.items[i]))
            return tool_usage_error(t, "--split: '%s' is not a split", args->splits.items[i]);
        for (size_t j = 0; j < i; j++)
            if (strcmp(args->splits.items[i], args->splits.items[j]) == 0)
                return tool_usage_error(t, "--split: '%s' is given twice", args->splits.items[i]);
    }
    return TOOL_EXIT_OK;
}

static int check_audit(tool *t, const panoptic_args *args)
{
    static const char *const outputs[] = {
        "out",       "in-place",    "train-ids", "label-train-ids", "instance-train-ids",
        "label-ids", "instance-ids"};
    if (!args->audit)
        return args->require_equal ? tool_usage_error(t, "--require-equal goes with --audit")
                                   : TOOL_EXIT_OK;
    for (size_t i = 0; i < sizeof outputs / sizeof outputs[0]; i++)
        if (tool_given(t, outputs[i]))
            return tool_usage_error(t, "--audit writes nothing: --%s does not go with it",
                                    outputs[i]);
    return TOOL_EXIT_OK;
}

static int check_polygons(tool *t, const panoptic_args *args)
{
    static const char *const drawn[] = {"fill", "label-ids", "instance-ids"};
    for (size_t i = 0; i < 3; i++)
        if (!args->from_polygons && !args->audit && tool_given(t, drawn[i]))
            return tool_usage_error(t, "--%s goes with --from-polygons", drawn[i]);
    return TOOL_EXIT_OK;
}

static int check_output(tool *t, const panoptic_args *args)
{
    if (args->audit)
        return TOOL_EXIT_OK;
    if ((args->out != NULL) == args->in_place)
        return tool_usage_error(t, "give either --out DIR or --in-place");
    if (args->out != NULL && tool_path_is_within(args->out, args->root))
        return tool_usage_error(
            t, "--out %s lies in the data set; --in-place writes into its gtFine", args->out);
    return TOOL_EXIT_OK;
}

static int check_args(tool *t, const panoptic_args *args)
{
    int code = check_audit(t, args);
    if (code == TOOL_EXIT_OK)
        code = check_polygons(t, args);
    if (code == TOOL_EXIT_OK)
        code = check_splits(t, args);
    if (code == TOOL_EXIT_OK)
        code = check_output(t, args);
    return code;
}

/* ---- the run */

static int convert(gt_run *run)
{
    tool_problems problems = {0};
    int code = panoptic_check_json_absent(run);
    if (code == TOOL_EXIT_OK)
        code = panoptic_check_frames(run, &problems);
    if (code == TOOL_EXIT_OK)
        code = panoptic_fail_empty_split(run);
    if (code == TOOL_EXIT_OK)
        code = panoptic_write_frames(run);
    if (code == TOOL_EXIT_OK)
        code = panoptic_write_results(run);
    tool_problems_clear(&problems);
    return code;
}

static int run_panoptic(tool *t, const void *args_)
{
    const panoptic_args *args = args_;
    const char *annotations = panoptic_annotations[args->annotations];
    pnd_error err = {0};
    int code = check_args(t, args);
    if (code != TOOL_EXIT_OK)
        return code;
    char *folder = pnd_strdup_printf("%s/%s", args->root, annotations);
    gt_run run = {.tool = t,
                  .args = args,
                  .annotations = annotations,
                  .panoptic_dir = args->in_place ? folder : args->out,
                  .tree_root = args->in_place ? args->root : args->out};
    const pnd_status status =
        folder != NULL ? panoptic_open(&run, &err) : pnd_fail(&err, PND_ENOMEM, "out of memory");
    if (status != PND_OK)
        code = tool_fail(t, TOOL_INPUT, &err);
    else
        code = args->audit ? panoptic_audit(&run) : convert(&run);
    panoptic_close(&run);
    free(folder);
    return code;
}

static const tool_command command = {
    .summary = "make Cityscapes panoptic ground truth from instanceIds images or polygons",
    .synopsis = "--root DIR --out DIR [--split NAMES] [--train-ids]\n"
                "--root DIR --in-place [--split NAMES] [--train-ids]\n"
                "--root DIR --out DIR --from-polygons [--fill NAME]\n"
                "--root DIR --audit [--fill NAME] [--require-equal]",
    .description =
        "Reads gtFine/SPLIT/CITY/*_gtFine_instanceIds.png and writes, for each split, "
        "cityscapes_panoptic_SPLIT.json (with --train-ids cityscapes_panoptic_SPLIT_trainId.json) "
        "and a folder of the same name with *_gtFine_panoptic.png: what csCreatePanopticImgs "
        "writes. The JSON is the same byte for byte, the images are the same pixel for pixel.\n\n"
        "A segment's colour is its id, r + 256 g + 65536 b, and its id is the instanceIds value, "
        "with --train-ids too. Ignored classes are void (black) and not listed. Groups of things "
        "have iscrowd 1. A split with void only, as the released test split, gives empty lists. "
        "The file names under \"images\" are the official tool's (*_gtFine_leftImg8bit.png), "
        "although the photographs are named differently: loaders go by the id.\n\n"
        "The trainId images come from instanceIds through a table, not from the polygons: drawing "
        "polygons again gives other boundary pixels than the released images have.\n\n"
        "Drawing polygons (--from-polygons) is for annotations without images: one's own, or "
        "edited "
        "ones. The official tools draw with Pillow, and Pillow's filler has changed: the same "
        "polygons give other pixels along every edge. --fill chooses; the default is classic, "
        "because the released gtFine images show its marks (its bottom row of a shape stays free). "
        "--audit measures it: per frame, the pixels of the released instanceIds and labelIds that "
        "differ from what each filler draws. It exits 0 whatever it finds, unless --require-equal "
        "asks for equality.\n\n"
        "With --annotations gtCoarse folders and file names say gtCoarse instead of gtFine, and "
        "the "
        "JSON is cityscapes_panoptic_SPLIT_gtCoarse.json: coarse ground truth is never mistaken "
        "for "
        "fine.\n\n"
        "All frames are checked before anything is written, and each JSON is written after its "
        "images. A frame with an unknown class or a damaged file stops the run; with --skip-bad "
        "it is left out.",
    .options = options,
    .defaults = &defaults,
    .args_size = sizeof(panoptic_args),
    .has_skip_bad = true,
    .examples = "# the ground truth of val in both id spaces\n"
                "pnd-panoptic --root cityscapes --split val --out gt\n"
                "pnd-panoptic --root cityscapes --split val --out gt --train-ids\n"
                "# where training frameworks look for it, with the trainId images\n"
                "pnd-panoptic --root cityscapes --in-place --label-train-ids\n"
                "# which filler drew the images of val? how many pixels differ?\n"
                "pnd-panoptic --root cityscapes --split val --audit\n"
                "# ground truth from polygons alone\n"
                "pnd-panoptic --root mine --out gt --from-polygons --label-ids\n",
    .run = run_panoptic,
};

static const tool_program program = {
    .name = "pnd-panoptic",
    .commands = &command,
    .n_commands = 1,
    .see_also = "pnd-eval, pnd-view, pnd-scene",
};

int main(int argc, char **argv)
{
    return tool_main(&program, argc, argv);
}
