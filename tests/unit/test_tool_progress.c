/* SPDX-License-Identifier: Apache-2.0 */
/* The progress line as a terminal sees it: standard error is the far end of a pseudo-terminal. */
#define _XOPEN_SOURCE 700
#include "pnd_test.h"

#include "tool.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { N = 20 };

static pnd_status slow_frame(tool_frame *frame)
{
    const struct timespec pause = {.tv_nsec = 25 * 1000 * 1000};
    (void)nanosleep(&pause, NULL);
    if (frame->index == N - 1)
        return pnd_fail(&frame->err, PND_EFORMAT, "the last frame is bad");
    return PND_OK;
}

/* What the terminal received while N frames of 25 ms ran on one thread. */
static void watch(tool_common common, char text[4096])
{
    const int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    if (terminal < 0 || grantpt(terminal) != 0 || unlockpt(terminal) != 0)
        skip();
    const int far_end = open(ptsname(terminal), O_RDWR | O_NOCTTY);
    const int saved = dup(STDERR_FILENO);
    tool t = {.name = "pnd-test", .common = common};
    const tool_frame_job job = {.n = N, .run = slow_frame};
    tool_problems problems = {0};
    assert_true(far_end >= 0 && dup2(far_end, STDERR_FILENO) >= 0);
    const int code = tool_for_each(&t, &job, &problems);
    assert_true(dup2(saved, STDERR_FILENO) >= 0);
    assert_int_equal(code, 3);
    tool_problems_clear(&problems);
    close(saved);
    close(far_end);
    size_t n = 0;
    for (ssize_t more = 1; more > 0; n += more > 0 ? (size_t)more : 0)
        more = read(terminal, text + n, 4095 - n); /* the end is an error: nobody writes any more */
    text[n] = '\0';
    close(terminal);
}

static int count(const char *text, const char *part)
{
    int n = 0;
    for (; (text = strstr(text, part)) != NULL; text += strlen(part))
        n++;
    return n;
}

static void a_terminal_sees_few_updates_and_a_clean_end(void **state)
{
    char text[4096];
    (void)state;
    watch((tool_common){.threads = 1, .max_errors = 20}, text);
    const int updates = count(text, "/20 frames, ");
    assert_true(updates >= 1 && updates <= 6); /* half a second, at most six a second */
    assert_non_null(strstr(text, "/s, 0:00 left"));
    const char *const end = strstr(text, "\r\x1b[Kpnd-test: the last frame is bad");
    assert_non_null(end); /* the line is wiped before the message */
    assert_null(strstr(end, "frames"));
}

static void quiet_and_json_show_no_progress(void **state)
{
    char text[4096];
    (void)state;
    watch((tool_common){.threads = 1, .max_errors = 20, .quiet = true}, text);
    assert_string_equal(text, "pnd-test: the last frame is bad\r\n");
    watch((tool_common){.threads = 1, .max_errors = 20, .json = true}, text);
    assert_int_equal(count(text, "frames"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_terminal_sees_few_updates_and_a_clean_end),
        cmocka_unit_test(quiet_and_json_show_no_progress),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
