/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and writing whole files, and what must never happen: blocking, leaving the root, half a
 * file. */
#include "pnd_test.h"

#include <panodepth/file.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Every test starts in an empty directory of its own. */
static char scratch[64];

static int enter_scratch(void **state)
{
    (void)state;
    (void)strcpy(scratch, "/tmp/pnd-test-XXXXXX");
    return mkdtemp(scratch) != NULL && chdir(scratch) == 0 ? 0 : -1;
}

static int leave_scratch(void **state)
{
    char command[128];
    (void)state;
    (void)snprintf(command, sizeof command, "rm -rf '%s'", scratch);
    return chdir("/") == 0 && system(command) == 0 ? 0 : -1;
}

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

static void assert_holds(const char *path, const char *text)
{
    pnd_buffer b = {0};
    pnd_error err = {0};
    pnd_assert_ok(pnd_file_read(&b, path, 1 << 20, &err));
    assert_string_equal(pnd_buffer_text(&b), text);
    assert_int_equal(b.size, strlen(text));
    pnd_buffer_clear(&b);
}

static int count_entries(const char *path)
{
    int n = 0;
    DIR *dir = opendir(path);
    assert_non_null(dir);
    while (readdir(dir) != NULL)
        n++;
    (void)closedir(dir);
    return n - 2; /* . and .. */
}

static void what_was_written_is_read(void **state)
{
    pnd_error err = {0};
    (void)state;
    pnd_assert_ok(pnd_file_write("a", "hello", 5, PND_WRITE_NEW, &err));
    assert_holds("a", "hello");
    pnd_assert_ok(pnd_file_write("empty", NULL, 0, PND_WRITE_NEW, &err));
    assert_holds("empty", "");
    assert_int_equal(count_entries("."), 2);
}

static void an_existing_file_is_replaced_only_on_request(void **state)
{
    pnd_error err = {0};
    (void)state;
    put("a", "old");
    pnd_assert_fails(pnd_file_write("a", "new", 3, PND_WRITE_NEW, &err), PND_EINVAL,
                     "a: already exists");
    assert_string_equal(err.hint, "--force replaces it");
    assert_holds("a", "old");
    pnd_assert_ok(
        pnd_file_write("a", "new", 3, PND_WRITE_REPLACE | PND_WRITE_NO_FSYNC, &(pnd_error){0}));
    assert_holds("a", "new");
    assert_int_equal(count_entries("."), 1);
}

int main(void)
{
#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, enter_scratch, leave_scratch)
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(what_was_written_is_read),
        IN_SCRATCH(an_existing_file_is_replaced_only_on_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
