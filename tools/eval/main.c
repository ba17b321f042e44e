/* SPDX-License-Identifier: Apache-2.0 */
#include "eval_commands.h"

int main(int argc, char **argv)
{
    const tool_command commands[] = {eval_panoptic_command, eval_semantic_command,
                                     eval_instance_command, eval_depth_command,
                                     eval_joint_command,    eval_all_command};
    const tool_program program = {
        .name = "pnd-eval",
        .summary = "score panoptic, semantic and instance segmentation and depth",
        .description = "Scores predictions as the field's reference evaluators do, and says how: "
                       "every results file carries a signature of the rules, the data and the "
                       "version, and every deviation that was met.",
        .commands = commands,
        .n_commands = sizeof commands / sizeof *commands,
        .see_also = "pnd-panoptic, pnd-depth, pnd-table, pnd-view",
    };
    return tool_main(&program, argc, argv);
}
