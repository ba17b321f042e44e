/* SPDX-License-Identifier: Apache-2.0 */
/* The options of every program. */
#include "tool_opt.h"

const tool_opt *tool_common_options(void)
{
    static const tool_opt options[] = {
        {TOOL_GROUP, .name = "Common options"},
        {TOOL_INT, 0, "threads", TOOL_FIELD(tool_common, threads), "N",
         "threads to use; 0: one per core; results do not depend on it", .low = 0, .high = 1024},
        {TOOL_FLAG, 0, "skip-bad", TOOL_FIELD(tool_common, skip_bad), NULL,
         "leave out frames with bad input, list them, and go on"},
        {TOOL_INT, 0, "max-errors", TOOL_FIELD(tool_common, max_errors), "N",
         "problems to list before \"and more\"", .low = 1, .high = 1000000},
        {TOOL_FLAG, 'f', "force", TOOL_FIELD(tool_common, force), NULL, "replace existing files"},
        {TOOL_FLAG, 0, "json", TOOL_FIELD(tool_common, json), NULL, "summary and messages as JSON"},
        {TOOL_FLAG, 'q', "quiet", TOOL_FIELD(tool_common, quiet), NULL,
         "no progress and no notes; errors and warnings only"},
        {TOOL_FLAG, 'v', "verbose", TOOL_FIELD(tool_common, verbose), NULL, "say more"},
        {TOOL_FLAG, 'h', "help", TOOL_FIELD(tool_common, help), NULL, "show this text and exit"},
        {TOOL_FLAG, 0, "version", TOOL_FIELD(tool_common, version), NULL,
         "show the version and exit"},
        {TOOL_STRING, 0, "generate", TOOL_FIELD(tool_common, generate), "KIND", "",
         .flags = TOOL_HIDDEN},
        {TOOL_END},
    };
    return options;
}

const tool_common *tool_common_defaults(void)
{
    static const tool_common defaults = {.max_errors = 20};
    return &defaults;
}
