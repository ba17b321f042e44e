/* SPDX-License-Identifier: Apache-2.0 */
/* The sub-commands of pnd-eval; each file eval_NAME.c defines one. */
#ifndef PND_EVAL_COMMANDS_H
#define PND_EVAL_COMMANDS_H

#include "tool.h"

extern const tool_command eval_panoptic_command;
extern const tool_command eval_semantic_command;
extern const tool_command eval_instance_command;
extern const tool_command eval_depth_command;
extern const tool_command eval_joint_command;
extern const tool_command eval_all_command;

#endif
