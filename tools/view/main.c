/* SPDX-License-Identifier: Apache-2.0 */
/* pnd-view: pictures of depth maps, panoptic maps and both together. */
#include "options.h"
#include "view_loader.h"

#include <draw.h>

#include <panodepth/json.h>
#include <panodepth/png.h>
#include <tool.h>

#include <stdio.h>
#include <string.h>

#define TREE_DEFAULTS .split = "val", .trim = 0.1
static const view_args depth_defaults = {TREE_DEFAULTS, .look = VIEW_DEPTH_LOOK};
static const view_args panoptic_defaults = {TREE_DEFAULTS, .look = VIEW_PANOPTIC_LOOK};

/* ---- the work ---- */

typedef struct job {
    tool *tool;
    view_kind kind;
    const view_args *args;
    view_items items;
} job;

static pnd_status create_scratch(void **scratch, void *context, pnd_error *err)
{
    (void)context;
    view_loader *loader = NULL;
    const pnd_status status = view_loader_create(&loader, err);
    *scratch = loader;
    return status;
}

static void free_scratch(void *scratch)
{
    view_loader_free(scratch);
}

static const char *item_id(const void *context, int32_t index)
{
    return ((const job *)context)->items.items[index].id;
}

static pnd_status one_picture(tool_frame *t)
{
    const job *j = t->context;
    view_loader *loader = t->scratch;
    view_frame *frame = &loader->frame;
    const view_item *item = &j->items.items[t->index];
    pnd_status status = view_load(loader, &j->items, item, j->kind, j->args, &t->err);
    if (status == PND_OK)
        status = j->kind == VIEW_DEPTH
                     ? view_draw_depth(frame, &j->args->look, &t->err)
                     : view_draw_panoptic(frame, j->kind, &j->args->look, &t->err);
    if (status == PND_OK)
        status = pnd_png_encode_rgb8(&loader->bytes, pnd_plane_rgb8_view(&frame->picture), &t->err);
    if (status != PND_OK)
        return status;
    t->side = TOOL_OUTPUT;
    return tool_write(j->tool, item->output, loader->bytes.data, loader->bytes.size, &t->err);
}

static pnd_status check_args(const view_args *args, pnd_error *err)
{
    if (!(args->look.near_m < args->look.far_m))
        return pnd_fail(err, PND_EINVAL, "--near %g is not below --far %g", args->look.near_m,
                        args->look.far_m);
    const char *const inputs[] = {args->image,  args->depth,         args->disparity,
                                  args->camera, args->panoptic_json, args->instance_ids};
    const char *output = args->output != NULL ? args->output : args->out;
    return tool_check_output(output, inputs, sizeof(inputs) / sizeof(inputs[0]), args->root, err);
}

static void report_json(const job *j)
{
    pnd_buffer text = {0};
    pnd_json_writer writer = {.out = &text, .indent = 4};
    pnd_json_begin_object(&writer);
    pnd_json_key(&writer, "tool");
    pnd_json_string(&writer, "pnd-view " PND_VERSION_STRING);
    pnd_json_key(&writer, "command");
    pnd_json_string(&writer, j->tool->command->name);
    pnd_json_key(&writer, "pictures");
    pnd_json_begin_array(&writer);
    for (size_t i = 0; i < j->items.n; i++)
        pnd_json_string(&writer, j->items.items[i].output);
    pnd_json_end_array(&writer);
    pnd_json_end_object(&writer);
    puts(pnd_buffer_text(&text));
    pnd_buffer_clear(&text);
}

static void report(const job *j, size_t n_failed)
{
    const view_args *args = j->args;
    if (args->output != NULL && strcmp(args->output, "-") == 0)
        return; /* standard output carries the picture */
    if (j->tool->common.json)
        report_json(j);
    tool_info(j->tool, "%zu picture%s in %s", j->items.n - n_failed, j->items.n == 1 ? "" : "s",
              args->out != NULL ? args->out : args->output);
}

static int run(tool *t, view_kind kind, const view_args *args)
{
    job j = {.tool = t, .kind = kind, .args = args};
    pnd_error err = {0};
    pnd_status status = check_args(args, &err);
    if (status == PND_OK)
        status = view_items_find(&j.items, kind, args, &err);
    if (status != PND_OK)
        return tool_fail(t, TOOL_USAGE, &err);
    const tool_frame_job frames = {.n = (int32_t)j.items.n,
                                   .what = "pictures",
                                   .context = &j,
                                   .run = one_picture,
                                   .scratch_create = create_scratch,
                                   .scratch_free = free_scratch,
                                   .image_id = item_id};
    tool_problems problems = {0};
    const int code = tool_for_each(t, &frames, &problems);
    if (code == TOOL_EXIT_OK)
        report(&j, problems.n);
    tool_problems_clear(&problems);
    view_items_clear(&j.items);
    view_canvas_finish();
    return code;
}

static int run_depth(tool *t, const void *data)
{
    view_args args = *(const view_args *)data;
    if (args.image != NULL && !tool_given(t, "alpha")) /* a photograph is named to be seen */
        args.look.alpha = panoptic_defaults.look.alpha;
    return run(t, VIEW_DEPTH, &args);
}

static int run_panoptic(tool *t, const void *args)
{
    return run(t, VIEW_PANOPTIC, args);
}

static int run_panoptic_depth(tool *t, const void *args)
{
    return run(t, VIEW_PANOPTIC_DEPTH, args);
}

static const tool_command commands[] = {
    {.name = "depth",
     .summary = "show a depth map in colour, near warm and far cold",
     .examples = "# one depth map, one disparity, all of a split\n"
                 "pnd-view depth --depth z.npy -o depth.png\n"
                 "pnd-view depth --disparity d.png --camera camera.json -o stereo.png\n"
                 "pnd-view depth --root cityscapes --out pictures\n",
     .synopsis = "--depth FILE -o FILE\n--disparity FILE --camera FILE -o FILE\n"
                 "--root DIR --split NAME --out DIR",
     .description =
         "Unknown depth is hatched in dark grey, a colour no map contains. A disparity of 0 is a "
         "point at infinity and gets the farthest colour. With --image, or --alpha below 1, the "
         "colours lie over the photograph.",
     .options = view_depth_options,
     .defaults = &depth_defaults,
     .args_size = sizeof(view_args),
     .has_skip_bad = true,
     .run = run_depth},
    {.name = "panoptic",
     .summary = "show classes in colour, instances in shades, with names",
     .examples = "# one image of a prediction, one of ground truth, all of a split\n"
                 "pnd-view panoptic --panoptic-json pred/panoptic.json -o map.png \\\n"
                 "    --image-id frankfurt_000000_000019\n"
                 "pnd-view panoptic --instance-ids gt_instanceIds.png -o gt.png\n"
                 "pnd-view panoptic --root cityscapes --out pictures\n",
     .synopsis = "--panoptic-json FILE --image-id ID -o FILE\n"
                 "--instance-ids FILE [--image FILE] -o FILE\n"
                 "--root DIR --split NAME --out DIR",
     .description = "Pixels without a segment show the darkened photograph.",
     .options = view_panoptic_options,
     .defaults = &panoptic_defaults,
     .args_size = sizeof(view_args),
     .has_skip_bad = true,
     .run = run_panoptic},
    {.name = "panoptic-depth",
     .summary = "show every instance in the colour of its depth, with class and metres",
     .synopsis = "--panoptic-json FILE --depth FILE -o FILE\n"
                 "--instance-ids FILE --depth FILE -o FILE\n"
                 "--root DIR --split NAME --out DIR",
     .description =
         "The colour map of Panoptic-DepthLab: things from red (10 m and nearer) over green to "
         "blue (60 m and farther), stuff in the Cityscapes palette, over the photograph.\n\n"
         "The depth of a segment is fused from the depth map; without one it is the \"depth\" of "
         "the segment in the panoptic file. Instances of which less than a fifth was measured are "
         "hatched, those without any depth are grey and say n/a.",
     .options = view_panoptic_depth_options,
     .defaults = &panoptic_defaults,
     .args_size = sizeof(view_args),
     .has_skip_bad = true,
     .examples = "# all frames of a tree, from ground truth\n"
                 "pnd-view panoptic-depth --root cityscapes --split val --out pictures\n"
                 "# one image\n"
                 "pnd-view panoptic-depth --panoptic-json pred/panoptic.json -o map.png \\\n"
                 "    --image-id frankfurt_000000_000019 --depth z.npy\n"
                 "pnd-view panoptic-depth --instance-ids gt_instanceIds.png \\\n"
                 "    --depth z.npy -o gt.png\n"
                 "# a prediction, its depth fused robustly\n"
                 "pnd-view panoptic-depth --root cityscapes --fuse median --out pictures \\\n"
                 "    --panoptic-json pred/panoptic.json\n",
     .run = run_panoptic_depth},
};

static const tool_program program = {
    .name = "pnd-view",
    .summary = "pictures of depth maps, panoptic maps and instance-level depth",
    .description = "Makes PNG pictures of the input's size, one (-o FILE) or all of a split "
                   "(--out DIR).",
    .commands = commands,
    .n_commands = sizeof(commands) / sizeof(commands[0]),
    .see_also = "pnd-depth, pnd-panoptic, pnd-eval, pnd-scene",
};

int main(int argc, char **argv)
{
    return tool_main(&program, argc, argv);
}
