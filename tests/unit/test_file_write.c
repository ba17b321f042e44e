/* SPDX-License-Identifier: Apache-2.0 */
/* Writing whole files: what must never happen is half a file, or one that nobody asked for. */
#define _GNU_SOURCE /* SYS_renameat2 */
#include "scratch.h"

#include <panodepth/file.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MIB = 1 << 20 };

static void what_was_written_is_read(void **state)
{
    pnd_error err = {0};
    (void)state;
    pnd_assert_ok(pnd_file_write("a", "hello", 5, PND_WRITE_NEW, &err));
    scratch_assert_holds("a", "hello");
    pnd_assert_ok(pnd_file_write("empty", NULL, 0, PND_WRITE_NEW, &err));
    scratch_assert_holds("empty", "");
    assert_int_equal(scratch_count("."), 2);
}

static void an_existing_file_is_replaced_only_on_request(void **state)
{
    pnd_error err = {0};
    (void)state;
    scratch_put("a", "old");
    pnd_assert_fails(pnd_file_write("a", "new", 3, PND_WRITE_NEW, &err), PND_EINVAL,
                     "a: already exists");
    assert_string_equal(err.hint, "--force replaces it");
    scratch_assert_holds("a", "old");
    err = (pnd_error){0};
    pnd_assert_ok(pnd_file_write("a", "new", 3, PND_WRITE_REPLACE | PND_WRITE_NO_FSYNC, &err));
    scratch_assert_holds("a", "new");
    assert_int_equal(scratch_count("."), 1);
}

static void the_mode_follows_the_umask(void **state)
{
    pnd_error err = {0};
    struct stat status;
    (void)state;
    const mode_t before = umask(027);
    pnd_assert_ok(pnd_file_write("a", "x", 1, PND_WRITE_NEW, &err));
    (void)umask(before);
    assert_int_equal(stat("a", &status), 0);
    assert_int_equal(status.st_mode & 07777, 0640);
}

static void a_name_of_255_bytes_can_be_written(void **state)
{
    char name[257] = {0};
    pnd_error err = {0};
    (void)state;
    memset(name, 'n', 255);
    pnd_assert_ok(pnd_file_write(name, "x", 1, PND_WRITE_NEW, &err));
    scratch_assert_holds(name, "x");
    name[255] = 'n';
    pnd_assert_fails(pnd_file_write(name, "x", 1, PND_WRITE_NEW, &err), PND_EIO,
                     "File name too long");
    assert_int_equal(scratch_count("."), 1);
}

static void a_missing_directory_is_named(void **state)
{
    pnd_error err = {0};
    (void)state;
    scratch_put("file", "");
    pnd_assert_fails(pnd_file_write("no/a", "x", 1, PND_WRITE_NEW, &err), PND_EIO,
                     "no/a: cannot open its directory: No such file or directory");
    pnd_assert_fails(pnd_file_write("file/a", "x", 1, PND_WRITE_NEW, &err), PND_EIO,
                     "Not a directory");
    assert_int_equal(scratch_count("."), 1);
}

static void what_is_not_a_file_is_not_replaced(void **state)
{
    static const char *const directories[] = {"d", "d/", "", ".", "..", "link-d"};
    pnd_error err = {0};
    (void)state;
    assert_int_equal(mkdir("d", 0755), 0);
    assert_int_equal(mkfifo("fifo", 0644), 0);
    assert_int_equal(symlink("d", "link-d"), 0);
    assert_int_equal(symlink("fifo", "link-fifo"), 0);
    for (size_t i = 0; i < sizeof directories / sizeof *directories; i++)
        pnd_assert_fails(pnd_file_write(directories[i], "x", 1, PND_WRITE_REPLACE, &err), PND_EIO,
                         "irectory");
    pnd_assert_fails(pnd_file_write("fifo", "x", 1, PND_WRITE_REPLACE, &err), PND_EIO,
                     "fifo: exists and is not a regular file");
    pnd_assert_fails(pnd_file_write("link-fifo", "x", 1, PND_WRITE_REPLACE, &err), PND_EIO,
                     "link-fifo: exists and is not a regular file");
    assert_int_equal(scratch_count("."), 4);
}

static void a_link_is_replaced_and_its_target_is_not(void **state)
{
    pnd_error err = {0};
    struct stat status;
    (void)state;
    scratch_put("target", "old");
    assert_int_equal(symlink("target", "link"), 0);
    assert_int_equal(symlink("nowhere", "dangling"), 0);
    pnd_assert_fails(pnd_file_write("dangling", "x", 1, PND_WRITE_NEW, &err), PND_EINVAL,
                     "dangling: already exists");
    err = (pnd_error){0};
    pnd_assert_ok(pnd_file_write("link", "new", 3, PND_WRITE_REPLACE, &err));
    scratch_assert_holds("link", "new");
    scratch_assert_holds("target", "old");
    assert_int_equal(lstat("link", &status), 0);
    assert_true(S_ISREG(status.st_mode));
}

/* Writing fails half way, as on a full disk: the limit stops the file at 1000 of 100000 bytes. */
static int write_beyond_the_file_size_limit(void)
{
    static char big[100000];
    const struct rlimit limit = {1000, 1000};
    pnd_error err = {0};
    (void)signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return SCRATCH_SKIPPED;
    if (pnd_file_write("old", big, sizeof big, PND_WRITE_REPLACE, &err) != PND_EIO)
        return 1;
    if (strcmp(err.message, "old: cannot write: File too large") != 0)
        return 2;
    err = (pnd_error){0};
    if (pnd_file_write("new", big, sizeof big, PND_WRITE_NEW, &err) != PND_EIO)
        return 3;
    return 0;
}

static void a_failed_write_leaves_the_old_file_and_no_other(void **state)
{
    (void)state;
    scratch_put("old", "old");
    assert_int_equal(scratch_in_child(write_beyond_the_file_size_limit), 0);
    scratch_assert_holds("old", "old");
    assert_int_equal(scratch_count("."), 1);
}

/* 0 when writing fails with exactly this message while the call `number` answers `error`. */
static int write_while_denied(long number, int error, int flags, const char *message)
{
    pnd_error err = {0};
    if (!scratch_deny(number, error))
        return SCRATCH_SKIPPED;
    if (pnd_file_write("old", "new", 3, flags, &err) != PND_EIO)
        return 1;
    if (strcmp(err.message, message) == 0)
        return 0;
    (void)fprintf(stderr, "\"%s\", expected \"%s\"\n", err.message, message);
    return 2;
}

static int write_when_disk_is_full(void)
{
    return write_while_denied(SYS_write, ENOSPC, PND_WRITE_REPLACE,
                              "old: cannot write: No space left on device");
}

static int write_when_sync_fails(void)
{
    return write_while_denied(SYS_fsync, EIO, PND_WRITE_REPLACE,
                              "old: cannot sync: Input/output error");
}

static int write_when_rename_fails(void)
{
#ifdef SYS_renameat
    return write_while_denied(SYS_renameat, EXDEV, PND_WRITE_REPLACE,
                              "old: cannot rename: Invalid cross-device link");
#else
    return 0;
#endif
}

static void every_system_failure_is_told_and_leaves_the_old_file(void **state)
{
    int (*const bodies[])(void) = {write_when_disk_is_full, write_when_sync_fails,
                                   write_when_rename_fails};
    (void)state;
    scratch_put("old", "old");
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        const int result = scratch_in_child(bodies[i]);
        if (result == SCRATCH_SKIPPED)
            skip();
        assert_int_equal(result, 0);
        scratch_assert_holds("old", "old");
        assert_int_equal(scratch_count("."), 1);
    }
}

static int write_new_without_renameat2(void)
{
    pnd_error err = {0};
    if (!scratch_deny(SYS_renameat2, EINVAL))
        return SCRATCH_SKIPPED;
    if (pnd_file_write("new", "new", 3, PND_WRITE_NEW, &err) != PND_OK)
        return 1;
    return pnd_file_write("old", "new", 3, PND_WRITE_NEW, &err) == PND_EINVAL ? 0 : 2;
}

static void a_new_file_needs_no_renameat2(void **state)
{
    (void)state;
    scratch_put("old", "old");
    const int result = scratch_in_child(write_new_without_renameat2);
    if (result == SCRATCH_SKIPPED)
        skip();
    assert_int_equal(result, 0);
    scratch_assert_holds("old", "old");
    scratch_assert_holds("new", "new");
    assert_int_equal(scratch_count("."), 2);
}

static int exhaust_descriptors(void)
{
    const struct rlimit limit = {4, 4};
    pnd_error err = {0};
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        return SCRATCH_SKIPPED;
    while (dup(0) >= 0)
        continue;
    if (pnd_file_write("a", "x", 1, PND_WRITE_NEW, &err) != PND_EIO)
        return 1;
    return strstr(err.message, "Too many open files") != NULL ? 0 : 2;
}

static void running_out_of_descriptors_is_told(void **state)
{
    (void)state;
    assert_int_equal(scratch_in_child(exhaust_descriptors), 0);
    assert_int_equal(scratch_count("."), 0);
}

/* Eight processes claim one new name: one wins, and its bytes are whole. */
static void of_many_writers_of_a_new_file_one_wins(void **state)
{
    enum { WRITERS = 8, SIZE = 5000 };
    pid_t pids[WRITERS];
    char text[SIZE + 1] = {0};
    int winners = 0;
    int winner = -1;
    (void)state;
    for (int i = 0; i < WRITERS; i++) {
        pids[i] = fork();
        assert_true(pids[i] >= 0);
        if (pids[i] == 0) {
            memset(text, 'a' + i, SIZE);
            const pnd_status status = pnd_file_write("a", text, SIZE, PND_WRITE_NEW, NULL);
            _exit(status == PND_OK ? 0 : status == PND_EINVAL ? 1 : 2);
        }
    }
    for (int i = 0; i < WRITERS; i++) {
        int status = 0;
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
        if (WEXITSTATUS(status) == 0) {
            winner = i;
            winners++;
        }
    }
    assert_int_equal(winners, 1);
    memset(text, 'a' + winner, SIZE);
    scratch_assert_holds("a", text);
    assert_int_equal(scratch_count("."), 1);
}

static int replace_repeatedly(void)
{
    static char text[20000];
    for (int i = 0; i < 200; i++) {
        memset(text, 'a' + i % 2, sizeof text);
        const size_t size = i % 2 == 0 ? sizeof text : sizeof text / 2;
        if (pnd_file_write("a", text, size, PND_WRITE_REPLACE | PND_WRITE_NO_FSYNC, NULL) != PND_OK)
            return 1;
    }
    return 0;
}

static void a_reader_sees_the_old_file_or_the_new_one(void **state)
{
    pnd_buffer b = {0};
    pnd_error err = {0};
    int status = 0;
    (void)state;
    scratch_put("a", "b");
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(replace_repeatedly());
    while (waitpid(pid, &status, WNOHANG) == 0) {
        pnd_assert_ok(pnd_file_read(&b, "a", MIB, &err));
        assert_true(b.size == 1 || b.size == (b.data[0] == 'a' ? 20000 : 10000));
        assert_int_equal(b.data[0], b.data[b.size - 1]);
    }
    assert_int_equal(status, 0);
    pnd_buffer_clear(&b);
}

static void directories_are_made_with_their_parents(void **state)
{
    pnd_error err = {0};
    struct stat status;
    (void)state;
    pnd_assert_ok(pnd_dir_make("a/b//c/", &err));
    assert_int_equal(stat("a/b/c", &status), 0);
    pnd_assert_ok(pnd_dir_make("a/b/c", &err));
    pnd_assert_ok(pnd_dir_make("/", &err));
    pnd_assert_ok(pnd_dir_make_parent("x/y/file.png", &err));
    assert_int_equal(stat("x/y", &status), 0);
    assert_int_equal(stat("x/y/file.png", &status), -1);
    pnd_assert_ok(pnd_dir_make_parent("file.png", &err));
    pnd_assert_ok(pnd_dir_make_parent("/file.png", &err));
}

static void a_file_in_the_way_of_a_directory_is_named(void **state)
{
    pnd_error err = {0};
    (void)state;
    scratch_put("f", "x");
    pnd_assert_fails(pnd_dir_make("f/a", &err), PND_EIO,
                     "f: cannot make a directory: Not a directory");
    pnd_assert_fails(pnd_dir_make("f", &err), PND_EIO, "Not a directory");
    pnd_assert_fails(pnd_dir_make("", &err), PND_EIO, "without a name");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(what_was_written_is_read),
        IN_SCRATCH(an_existing_file_is_replaced_only_on_request),
        IN_SCRATCH(the_mode_follows_the_umask),
        IN_SCRATCH(a_name_of_255_bytes_can_be_written),
        IN_SCRATCH(a_missing_directory_is_named),
        IN_SCRATCH(what_is_not_a_file_is_not_replaced),
        IN_SCRATCH(a_link_is_replaced_and_its_target_is_not),
        IN_SCRATCH(a_failed_write_leaves_the_old_file_and_no_other),
        IN_SCRATCH(every_system_failure_is_told_and_leaves_the_old_file),
        IN_SCRATCH(a_new_file_needs_no_renameat2),
        IN_SCRATCH(running_out_of_descriptors_is_told),
        IN_SCRATCH(of_many_writers_of_a_new_file_one_wins),
        IN_SCRATCH(a_reader_sees_the_old_file_or_the_new_one),
        IN_SCRATCH(directories_are_made_with_their_parents),
        IN_SCRATCH(a_file_in_the_way_of_a_directory_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
