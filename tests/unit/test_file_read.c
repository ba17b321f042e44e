/* SPDX-License-Identifier: Apache-2.0 */
/* Reading whole files: what must never happen is blocking and leaving the root. */
#define _GNU_SOURCE /* SYS_openat2 */
#include "scratch.h"

#include <panodepth/file.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

enum { MIB = 1 << 20 };

static void a_buffer_is_replaced_not_appended_to(void **state)
{
    pnd_buffer b = {0};
    pnd_error err = {0};
    (void)state;
    scratch_put("a", "first and long");
    scratch_put("b", "second");
    pnd_assert_ok(pnd_file_read(&b, "a", MIB, &err));
    pnd_assert_ok(pnd_file_read(&b, "b", MIB, &err));
    assert_string_equal(pnd_buffer_text(&b), "second");
    pnd_assert_fails(pnd_file_read(&b, "c", MIB, &err), PND_EIO, "c: No such file or directory");
    assert_int_equal(b.size, 0);
    pnd_buffer_clear(&b);
}

static void a_file_above_the_limit_is_refused(void **state)
{
    pnd_buffer b = {0};
    pnd_error err = {0};
    (void)state;
    scratch_put("a", "0123456789");
    pnd_assert_ok(pnd_file_read(&b, "a", 10, &err));
    pnd_assert_fails(pnd_file_read(&b, "a", 9, &err), PND_ELIMIT,
                     "a: 10 bytes exceed the limit of 9 bytes");
    assert_int_equal(b.size, 0);
    pnd_buffer_clear(&b);
}

static void a_file_that_claims_no_size_is_read_to_its_end(void **state)
{
    pnd_buffer b = {0};
    pnd_error err = {0};
    (void)state;
    pnd_assert_ok(pnd_file_read(&b, "/proc/self/cmdline", MIB, &err));
    assert_non_null(strstr(pnd_buffer_text(&b), "test_file_read"));
    pnd_assert_fails(pnd_file_read(&b, "/proc/self/cmdline", 3, &err), PND_ELIMIT, "limit of 3");
    pnd_buffer_clear(&b);
}

static void another_case_is_hinted_at(void **state)
{
    pnd_buffer b = {0};
    pnd_error err = {0};
    (void)state;
    assert_int_equal(mkdir("d", 0755), 0);
    scratch_put("d/Aachen_1.png", "x");
    pnd_assert_fails(pnd_file_read(&b, "d/aachen_1.PNG", MIB, &err), PND_EIO,
                     "d/aachen_1.PNG: No such file or directory");
    assert_string_equal(err.hint, "the folder holds Aachen_1.png");
    pnd_assert_fails(pnd_file_read_beneath(&b, ".", "d/aachen_1.png", MIB, &err), PND_EIO,
                     "the folder holds Aachen_1.png");
    pnd_buffer_clear(&b);
}

static void make_socket(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)strcpy(address.sun_path, path);
    assert_int_equal(bind(fd, (const struct sockaddr *)(const void *)&address, sizeof address), 0);
    (void)close(fd);
}

static void what_is_not_a_file_is_refused_and_never_blocks(void **state)
{
    pnd_buffer b = {0};
    pnd_error err = {0};
    (void)state;
    (void)alarm(10); /* a read that blocks ends the test */
    assert_int_equal(mkdir("d", 0755), 0);
    assert_int_equal(mkfifo("fifo", 0644), 0);
    make_socket("socket");
    pnd_assert_fails(pnd_file_read(&b, "d", MIB, &err), PND_EIO, "d: a directory, not a regular");
    pnd_assert_fails(pnd_file_read(&b, "fifo", MIB, &err), PND_EIO, "fifo: a FIFO, not a regular");
    pnd_assert_fails(pnd_file_read(&b, "/dev/zero", MIB, &err), PND_EIO, "/dev/zero: a device");
    pnd_assert_fails(pnd_file_read(&b, "socket", MIB, &err), PND_EIO, "socket: not a regular file");
    pnd_assert_fails(pnd_file_read(&b, "d/x/y", MIB, &err), PND_EIO, "No such file");
    (void)alarm(0);
    assert_null(b.data);
}

static void a_loop_of_links_is_refused(void **state)
{
    pnd_buffer b = {0};
    pnd_error err = {0};
    (void)state;
    assert_int_equal(symlink("b", "a"), 0);
    assert_int_equal(symlink("a", "b"), 0);
    pnd_assert_fails(pnd_file_read(&b, "a", MIB, &err), PND_EIO, "a: too many symbolic links");
}

static void names_from_data_follow_rules(void **state)
{
    static const struct {
        const char *name, *why;
    } bad[] = {
        {"", "is empty"},
        {"/etc/passwd", "is absolute"},
        {"../x", "holds \"..\""},
        {"a/../../x", "holds \"..\""},
        {"a/..", "holds \"..\""},
        {"..", "holds \"..\""},
        {"C:\\x", "holds a backslash"},
        {"a\nb", "holds a control character"},
        {"a\x7f", "holds a control character"},
        {"a\xff", "is not UTF-8"},
        {"\xc0\xaf", "is not UTF-8"},     /* "/" in two bytes */
        {"\xe0\x80\xaf", "is not UTF-8"}, /* "/" in three */
        {"\xed\xa0\x80", "is not UTF-8"}, /* a surrogate */
        {"\xf4\x90\x80\x80", "is not UTF-8"},
        {"\xe2\x82", "is not UTF-8"}, /* cut short */
    };
    static const char *const good[] = {
        "a",   "a/b.png", "./a",     "a//b",
        "..a", "a..",     ".hidden", "z\xc3\xbcrich \xe2\x82\xac \xf0\x9f\x9a\x97.png",
        "-rf"};
    pnd_error err = {0};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        pnd_assert_fails(pnd_file_check_name(bad[i].name, &err), PND_EINVAL, bad[i].why);
    err = (pnd_error){0};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        pnd_assert_ok(pnd_file_check_name(good[i], &err));
}

static void a_name_of_4096_bytes_is_the_longest(void **state)
{
    char name[4098];
    pnd_error err = {0};
    (void)state;
    memset(name, 'a', sizeof name);
    name[4096] = '\0';
    pnd_assert_ok(pnd_file_check_name(name, &err));
    name[4096] = 'a';
    name[4097] = '\0';
    pnd_assert_fails(pnd_file_check_name(name, &err), PND_EINVAL, "has 4097 bytes, more than 4096");
}

static void a_bad_name_opens_nothing(void **state)
{
    pnd_buffer b = {0};
    pnd_error err = {0};
    (void)state;
    assert_int_equal(mkdir("root", 0755), 0);
    scratch_put("secret", "x");
    pnd_assert_fails(pnd_file_read_beneath(&b, "root", "../secret", MIB, &err), PND_EINVAL,
                     "file name \"../secret\" holds \"..\"");
    assert_int_equal(b.size, 0);
    assert_null(b.data);
}

typedef struct attempt {
    const char *name;
    pnd_status status;
    const char *text; /* of the file, or in the message */
} attempt;

static const attempt attempts[] = {
    {"file", PND_OK, "inside"},
    {"sub/file", PND_OK, "deeper"},
    {"./sub//file", PND_OK, "deeper"},
    {"missing", PND_EIO, "root/missing: No such file"},
    {"sub/missing/x", PND_EIO, "No such file"},
    {"file/x", PND_EIO, "Not a directory"},
    {"sub", PND_EIO, "a directory, not a regular file"},
    {"fifo", PND_EIO, "a FIFO, not a regular file"},
    {"link-out", PND_EINVAL, "root/link-out: passes through a symbolic link"},
    {"link-absolute", PND_EINVAL, "passes through a symbolic link"},
    {"link-in", PND_EINVAL, "passes through a symbolic link"},
    {"link-dir/file", PND_EINVAL, "passes through a symbolic link"},
    {"link-up/secret", PND_EINVAL, "passes through a symbolic link"},
    {"link-zero", PND_EINVAL, "passes through a symbolic link"},
    {"link-fifo", PND_EINVAL, "passes through a symbolic link"},
};

static void make_tree(void)
{
    assert_int_equal(mkdir("root", 0755), 0);
    assert_int_equal(mkdir("root/sub", 0755), 0);
    scratch_put("secret", "secret");
    scratch_put("root/file", "inside");
    scratch_put("root/sub/file", "deeper");
    assert_int_equal(mkfifo("root/fifo", 0644), 0);
    assert_int_equal(symlink("../secret", "root/link-out"), 0);
    assert_int_equal(symlink("/etc/hostname", "root/link-absolute"), 0);
    assert_int_equal(symlink("file", "root/link-in"), 0);
    assert_int_equal(symlink("sub", "root/link-dir"), 0);
    assert_int_equal(symlink("..", "root/link-up"), 0);
    assert_int_equal(symlink("/dev/zero", "root/link-zero"), 0);
    assert_int_equal(symlink("fifo", "root/link-fifo"), 0);
    assert_int_equal(symlink("root", "root-link"), 0);
}

/* 0, or 1 + the index of the first attempt that did not go as it should. */
static int try_all_beneath(const char *root)
{
    for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++) {
        const attempt *a = &attempts[i];
        pnd_buffer b = {0};
        pnd_error err = {0};
        const pnd_status status = pnd_file_read_beneath(&b, root, a->name, MIB, &err);
        const char *shown = status == PND_OK ? pnd_buffer_text(&b) : err.message;
        const bool right = status == a->status && strstr(shown, a->text) != NULL &&
                           (status == PND_OK || b.size == 0);
        if (!right)
            (void)fprintf(stderr, "%s: %s, \"%s\"\n", a->name, pnd_status_name(status), shown);
        pnd_buffer_clear(&b);
        if (!right)
            return (int)i + 1;
    }
    return 0;
}

static void nothing_outside_the_root_is_read(void **state)
{
    (void)state;
    (void)alarm(10);
    make_tree();
    assert_int_equal(try_all_beneath("root"), 0);
    (void)alarm(0);
}

static int try_all_without_openat2(void)
{
    return scratch_deny(SYS_openat2, ENOSYS) ? try_all_beneath("root") : SCRATCH_SKIPPED;
}

static int try_all_with_openat2_forbidden(void)
{
    return scratch_deny(SYS_openat2, EPERM) ? try_all_beneath("root") : SCRATCH_SKIPPED;
}

static void nothing_outside_the_root_is_read_on_old_kernels(void **state)
{
    (void)state;
    (void)alarm(10);
    make_tree();
    const int missing = scratch_in_child(try_all_without_openat2);
    const int forbidden = scratch_in_child(try_all_with_openat2_forbidden);
    (void)alarm(0);
    if (missing == SCRATCH_SKIPPED)
        skip();
    assert_int_equal(missing, 0);
    assert_int_equal(forbidden, 0);
}

static void the_root_itself_may_be_a_link(void **state)
{
    pnd_buffer b = {0};
    pnd_error err = {0};
    (void)state;
    make_tree();
    pnd_assert_ok(pnd_file_read_beneath(&b, "root-link", "file", MIB, &err));
    assert_string_equal(pnd_buffer_text(&b), "inside");
    pnd_assert_fails(pnd_file_read_beneath(&b, "nowhere", "file", MIB, &err), PND_EIO,
                     "nowhere: No such file");
    pnd_buffer_clear(&b);
}

/* FIPS 180-4, examples of NIST: "", "abc", one million times "a". */
static void digests_are_those_of_the_standard(void **state)
{
    char text[PND_SHA256_TEXT_SIZE];
    (void)state;
    pnd_sha256(text, "", 0);
    assert_string_equal(text, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    pnd_sha256(text, "abc", 3);
    assert_string_equal(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    char *million = malloc(1000000);
    memset(million, 'a', 1000000);
    pnd_sha256(text, million, 1000000);
    assert_string_equal(text, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    free(million);
}

/* FIPS 180-2, appendix B.1; and one that is longer than the pieces that are read. */
static void a_file_is_hashed_in_pieces(void **state)
{
    static char bytes[70001];
    pnd_error err = {0};
    char text[PND_SHA256_TEXT_SIZE], whole[PND_SHA256_TEXT_SIZE];
    (void)state;
    scratch_put("abc", "abc");
    pnd_assert_ok(pnd_sha256_file(text, "abc", &err));
    assert_string_equal(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    memset(bytes, 'x', sizeof bytes - 1);
    scratch_put("long", bytes);
    pnd_sha256(whole, bytes, sizeof bytes - 1);
    pnd_assert_ok(pnd_sha256_file(text, "long", &err));
    assert_string_equal(text, whole);
    pnd_assert_fails(pnd_sha256_file(text, "none", &err), PND_EIO, "none");
    assert_string_equal(text, "");
    pnd_assert_fails(pnd_sha256_file(text, ".", &err), PND_EIO, "not a regular file");
}

static void a_file_is_told_by_its_first_bytes(void **state)
{
    (void)state;
    assert_null(pnd_file_kind_of("", 0));
    assert_null(pnd_file_kind_of("{}", 2));
    assert_string_equal(pnd_file_kind_of("\x89PNG\r\n\x1a\n", 8)->code, "png");
    assert_null(pnd_file_kind_of("\x89PNG\r\n\x1a", 7));
    assert_string_equal(pnd_file_kind_of("version https://git-lfs", 23)->code, "lfs-pointer");
    assert_string_equal(pnd_file_kind_of("/annex/objects/x", 16)->code, "annex-pointer");
    assert_string_equal(pnd_file_kind_of("\n<HTML>", 7)->code, "html-page");
    assert_string_equal(pnd_file_kind_of("\xff\xd8\xff\xe0", 4)->code, "foreign-type");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(a_buffer_is_replaced_not_appended_to),
        IN_SCRATCH(a_file_above_the_limit_is_refused),
        IN_SCRATCH(a_file_that_claims_no_size_is_read_to_its_end),
        IN_SCRATCH(another_case_is_hinted_at),
        IN_SCRATCH(what_is_not_a_file_is_refused_and_never_blocks),
        IN_SCRATCH(a_loop_of_links_is_refused),
        IN_SCRATCH(names_from_data_follow_rules),
        IN_SCRATCH(a_name_of_4096_bytes_is_the_longest),
        IN_SCRATCH(a_bad_name_opens_nothing),
        IN_SCRATCH(nothing_outside_the_root_is_read),
        IN_SCRATCH(nothing_outside_the_root_is_read_on_old_kernels),
        IN_SCRATCH(the_root_itself_may_be_a_link),
        IN_SCRATCH(digests_are_those_of_the_standard),
        IN_SCRATCH(a_file_is_hashed_in_pieces),
        IN_SCRATCH(a_file_is_told_by_its_first_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
