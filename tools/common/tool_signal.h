/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file tool_signal.h
 * SIGINT and SIGTERM while images are worked on: the first one lets those in flight finish, the
 * second one ends the program at once. One region at a time.
 */
#ifndef TOOL_SIGNAL_H
#define TOOL_SIGNAL_H

#include <signal.h>

typedef struct tool_signals {
    struct sigaction interrupt, terminate; /**< private: what to restore */
} tool_signals;

/** Begin to catch them. Those that are ignored stay ignored. */
tool_signals tool_signals_catch(void);
void tool_signals_restore(const tool_signals *saved);

/** The signal that arrived since the last tool_signals_catch(), or 0. From any thread. */
int tool_signal_caught(void);

#endif
