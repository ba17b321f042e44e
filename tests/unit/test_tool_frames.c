/* SPDX-License-Identifier: Apache-2.0 */
#include "pnd_test.h"

#include "tool.h"

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* ThreadSanitizer delivers signals late, and two pending ones as one. */
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SIGNALS_ARE_LATE
#endif
#elif defined(__SANITIZE_THREAD__)
#define SIGNALS_ARE_LATE
#endif

enum { N = 50 };

typedef struct job_data {
    int32_t runs[N];
    atomic_int scratches, freed, wrong_scratch;
    int32_t bad_from; /* frames bad_from.. fail, every third one */
    pnd_status status;
    tool_side side;
    int raise_at; /* -1: never */
} job_data;

static pnd_status make_scratch(void **scratch, void *context, pnd_error *err)
{
    job_data *const data = context;
    (void)err;
    atomic_fetch_add(&data->scratches, 1);
    *scratch = data;
    return PND_OK;
}

static void free_scratch(void *scratch)
{
    job_data *const data = scratch;
    atomic_fetch_add(&data->freed, 1);
}

static pnd_status one(tool_frame *frame)
{
    job_data *const data = frame->context;
    if (frame->scratch != data)
        atomic_fetch_add(&data->wrong_scratch, 1);
    data->runs[frame->index]++;
    if (frame->index == data->raise_at)
        (void)raise(SIGTERM);
    if (frame->index < data->bad_from || frame->index % 3 != 0)
        return PND_OK;
    frame->side = data->side;
    return pnd_fail(&frame->err, data->status, "frame %d is bad", frame->index);
}

static const char *name_of(const void *context, int32_t index)
{
    static const char *const names[2] = {"even", "odd"};
    (void)context;
    return names[index % 2];
}

/* Run the loop with standard error in a file; returns the exit code and the text. */
static int run(job_data *data, tool_common common, tool_problems *problems, char text[4096])
{
    tool t = {.name = "pnd-test", .common = common};
    const tool_frame_job job = {.n = N,
                                .context = data,
                                .run = one,
                                .scratch_create = make_scratch,
                                .scratch_free = free_scratch,
                                .image_id = name_of};
    FILE *const file = tmpfile();
    assert_non_null(file);
    const int saved = dup(STDERR_FILENO);
    assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
    const int code = tool_for_each(&t, &job, problems);
    assert_true(dup2(saved, STDERR_FILENO) >= 0);
    close(saved);
    rewind(file);
    text[fread(text, 1, 4095, file)] = '\0';
    fclose(file);
    return code;
}

static void every_frame_runs_once_with_its_threads_scratch(void **state)
{
    (void)state;
    for (int threads = 0; threads <= 7; threads++) {
        job_data data = {.bad_from = N, .raise_at = -1};
        tool_problems problems = {0};
        char text[4096];
        assert_int_equal(
            run(&data, (tool_common){.threads = threads, .max_errors = 20}, &problems, text), 0);
        for (int i = 0; i < N; i++)
            assert_int_equal(data.runs[i], 1);
        assert_int_equal(data.wrong_scratch, 0);
        assert_int_equal(data.scratches, data.freed);
        assert_true(data.scratches >= 1 && (threads == 0 || data.scratches <= threads));
        assert_string_equal(text, "");
        tool_problems_clear(&problems);
    }
}

static void problems_come_in_image_order_for_any_thread_count(void **state)
{
    char first[4096] = "";
    (void)state;
    for (int threads = 1; threads <= 7; threads++) {
        job_data data = {.bad_from = 10, .status = PND_EFORMAT, .raise_at = -1};
        tool_problems problems = {0};
        char text[4096];
        assert_int_equal(
            run(&data, (tool_common){.threads = threads, .max_errors = 3}, &problems, text), 3);
        assert_int_equal(problems.n, 13); /* 12, 15, ... 48: all frames were examined */
        assert_true(tool_problems_has(&problems, 48) && !tool_problems_has(&problems, 9));
        if (threads == 1)
            strcpy(first, text);
        assert_string_equal(text, first);
        tool_problems_clear(&problems);
    }
    assert_string_equal(first, "pnd-test: frame 12 is bad\n"
                               "pnd-test: frame 15 is bad\n"
                               "pnd-test: frame 18 is bad\n"
                               "pnd-test: warning: and 10 more problems (--max-errors 3)\n");
}

static void skip_bad_turns_input_problems_into_warnings(void **state)
{
    job_data data = {.bad_from = 48, .status = PND_EMISMATCH, .raise_at = -1};
    tool_problems problems = {0};
    char text[4096];
    (void)state;
    assert_int_equal(run(&data, (tool_common){.skip_bad = true, .max_errors = 20}, &problems, text),
                     0);
    assert_string_equal(text, "pnd-test: warning: frame 48 is bad\n");
    tool_problems_clear(&problems);
    data.side = TOOL_OUTPUT; /* a full disk is not a bad frame */
    assert_int_equal(run(&data, (tool_common){.skip_bad = true, .max_errors = 20}, &problems, text),
                     4);
    tool_problems_clear(&problems);
}

static void a_failing_output_stops_the_run(void **state)
{
    job_data data = {.bad_from = 0, .status = PND_EIO, .side = TOOL_OUTPUT, .raise_at = -1};
    tool_problems problems = {0};
    char text[4096];
    (void)state;
    assert_int_equal(run(&data, (tool_common){.threads = 1, .max_errors = 20}, &problems, text), 4);
    assert_int_equal(problems.n, 1);
    assert_int_equal(data.runs[1], 0);
    tool_problems_clear(&problems);
}

static void json_problems_carry_code_kind_and_image(void **state)
{
    job_data data = {.bad_from = 48, .status = PND_ELIMIT, .raise_at = -1};
    tool_problems problems = {0};
    char text[4096];
    (void)state;
    assert_int_equal(run(&data, (tool_common){.json = true, .max_errors = 20}, &problems, text), 3);
    assert_string_equal(text,
                        "{\"level\": \"error\", \"tool\": \"pnd-test\", \"code\": 3, \"kind\": "
                        "\"limit\", \"image_id\": \"even\", \"message\": \"frame 48 is bad\"}\n");
    tool_problems_clear(&problems);
}

static void a_signal_ends_the_run_after_the_frames_in_flight(void **state)
{
    job_data data = {.bad_from = N, .raise_at = 4};
    tool_problems problems = {0};
    char text[4096];
    (void)state;
    assert_int_equal(run(&data, (tool_common){.threads = 1, .max_errors = 20}, &problems, text),
                     128 + SIGTERM);
    assert_int_equal(data.runs[4], 1);
    assert_int_equal(data.runs[5], 0);
    assert_string_equal(text, "pnd-test: warning: stopped by signal 15 after 5 of 50 frames\n");
    tool_problems_clear(&problems);
}

static pnd_status interrupt_twice(tool_frame *frame)
{
    (void)frame;
    (void)raise(SIGINT);
    (void)raise(SIGINT);
    return PND_OK;
}

static void a_second_signal_ends_the_program_at_once(void **state)
{
    int status = 0;
    (void)state;
#ifdef SIGNALS_ARE_LATE
    skip();
#endif
    const pid_t child = fork();
    if (child == 0) {
        tool t = {.name = "pnd-test", .common = {.threads = 1, .max_errors = 20}};
        const tool_frame_job job = {.n = 1, .run = interrupt_twice};
        tool_problems problems = {0};
        _exit(tool_for_each(&t, &job, &problems));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
}

static pnd_status no_scratch(void **scratch, void *context, pnd_error *err)
{
    (void)scratch;
    (void)context;
    return pnd_fail(err, PND_ENOMEM, "out of memory");
}

static void a_thread_without_scratch_is_exit_70(void **state)
{
    job_data data = {.bad_from = N, .raise_at = -1};
    tool t = {.name = "pnd-test", .common = {.threads = 2, .max_errors = 20, .json = true}};
    const tool_frame_job job = {.n = N, .context = &data, .run = one, .scratch_create = no_scratch};
    tool_problems problems = {0};
    const int saved = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY);
    (void)state;
    assert_true(dup2(null, STDERR_FILENO) >= 0);
    const int code = tool_for_each(&t, &job, &problems);
    assert_true(dup2(saved, STDERR_FILENO) >= 0);
    close(saved);
    close(null);
    assert_int_equal(code, 70);
    for (int i = 0; i < N; i++)
        assert_int_equal(data.runs[i], 0);
    tool_problems_clear(&problems);
}

static void no_frames_are_no_problem(void **state)
{
    tool t = {.name = "pnd-test", .common = {.max_errors = 20}};
    const tool_frame_job job = {.run = one};
    tool_problems problems = {0};
    (void)state;
    assert_int_equal(tool_for_each(&t, &job, &problems), 0);
}

static void exit_codes_follow_status_and_side(void **state)
{
    (void)state;
    assert_int_equal(tool_exit_code(PND_OK, TOOL_OUTPUT), 0);
    assert_int_equal(tool_exit_code(PND_EINVAL, TOOL_USAGE), 2);
    assert_int_equal(tool_exit_code(PND_EINVAL, TOOL_INPUT), 3);
    assert_int_equal(tool_exit_code(PND_EIO, TOOL_USAGE), 3);
    assert_int_equal(tool_exit_code(PND_EIO, TOOL_INPUT), 3);
    assert_int_equal(tool_exit_code(PND_EIO, TOOL_OUTPUT), 4);
    assert_int_equal(tool_exit_code(PND_EFORMAT, TOOL_INPUT), 3);
    assert_int_equal(tool_exit_code(PND_EUNSUPPORTED, TOOL_INPUT), 3);
    assert_int_equal(tool_exit_code(PND_EDEVICE, TOOL_OUTPUT), 5);
    assert_int_equal(tool_exit_code(PND_ENOMEM, TOOL_INPUT), 70);
    assert_int_equal(tool_exit_code(PND_EINTERNAL, TOOL_INPUT), 70);
}

static void durations_read_like_a_clock(void **state)
{
    char text[16];
    (void)state;
    assert_string_equal(tool_format_duration(text, 7.4), "0:07");
    assert_string_equal(tool_format_duration(text, 3909), "1:05:09");
    assert_string_equal(tool_format_duration(text, (double)INFINITY), "?");
    assert_string_equal(tool_format_duration(text, (double)NAN), "?");
    assert_string_equal(tool_format_duration(text, -1), "?");
    assert_string_equal(tool_format_duration(text, 1e300), "?");
}

static void an_output_in_the_data_set_is_refused(void **state)
{
    char root[] = "pnd-output-XXXXXX";
    char path[256], link[64];
    pnd_error err = {0};
    (void)state;
    assert_non_null(mkdtemp(root));
    snprintf(path, sizeof path, "%s/new/sub/out.png", root);
    snprintf(link, sizeof link, "%s-link", root);
    assert_int_equal(symlink(root, link), 0);
    pnd_assert_fails(tool_check_output(path, NULL, 0, root, &err), PND_EINVAL, "in the data set");
    pnd_assert_fails(tool_check_output(path, NULL, 0, link, &err), PND_EINVAL, "in the data set");
    pnd_assert_fails(tool_check_output(root, NULL, 0, root, &err), PND_EINVAL, "in the data set");
    snprintf(path, sizeof path, "%s/x", link);
    pnd_assert_fails(tool_check_output(path, NULL, 0, root, &err), PND_EINVAL, "in the data set");
    snprintf(path, sizeof path, "%s-beside/x", root);
    err = (pnd_error){0};
    pnd_assert_ok(tool_check_output(path, NULL, 0, root, &err));
    pnd_assert_ok(tool_check_output("/nonexistent/x", NULL, 0, root, &err));
    pnd_assert_ok(tool_check_output("-", NULL, 0, ".", &err));
    pnd_assert_fails(tool_check_output("new-file", NULL, 0, ".", &err), PND_EINVAL, "data set");
    const char *const inputs[] = {NULL, "does-not-exist", link};
    pnd_assert_fails(tool_check_output(root, inputs, 3, NULL, &err), PND_EINVAL, "is an input");
    assert_int_equal(unlink(link), 0);
    assert_int_equal(rmdir(root), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_frame_runs_once_with_its_threads_scratch),
        cmocka_unit_test(problems_come_in_image_order_for_any_thread_count),
        cmocka_unit_test(skip_bad_turns_input_problems_into_warnings),
        cmocka_unit_test(a_failing_output_stops_the_run),
        cmocka_unit_test(json_problems_carry_code_kind_and_image),
        cmocka_unit_test(a_signal_ends_the_run_after_the_frames_in_flight),
        cmocka_unit_test(a_second_signal_ends_the_program_at_once),
        cmocka_unit_test(a_thread_without_scratch_is_exit_70),
        cmocka_unit_test(no_frames_are_no_problem),
        cmocka_unit_test(exit_codes_follow_status_and_side),
        cmocka_unit_test(durations_read_like_a_clock),
        cmocka_unit_test(an_output_in_the_data_set_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
