/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file options.h
 * The option tables of pnd-view, one per command.
 */
#ifndef PND_VIEW_OPTIONS_H
#define PND_VIEW_OPTIONS_H

#include "view_args.h"

#include <tool_opt.h>

/** Ended by TOOL_END; members of view_args. */
extern const tool_opt view_depth_options[], view_panoptic_options[], view_panoptic_depth_options[];

#endif
