/* SPDX-License-Identifier: Apache-2.0 */
#include "tool_signal.h"

#include <stddef.h>

static volatile sig_atomic_t caught_signal;

/* First signal: finish the frames in flight. The default action is back for the second. */
static void on_signal(int number)
{
    caught_signal = number;
    (void)signal(SIGINT, SIG_DFL);
    (void)signal(SIGTERM, SIG_DFL);
}

static void catch_one(int number, struct sigaction *saved)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(number, NULL, saved);
    if (saved->sa_handler != SIG_IGN) /* nohup and background jobs keep their wish */
        (void)sigaction(number, &action, NULL);
}

tool_signals tool_signals_catch(void)
{
    tool_signals saved;
    caught_signal = 0;
    catch_one(SIGINT, &saved.interrupt);
    catch_one(SIGTERM, &saved.terminate);
    return saved;
}

void tool_signals_restore(const tool_signals *saved)
{
    (void)sigaction(SIGINT, &saved->interrupt, NULL);
    (void)sigaction(SIGTERM, &saved->terminate, NULL);
}

int tool_signal_caught(void)
{
    return (int)caught_signal;
}
