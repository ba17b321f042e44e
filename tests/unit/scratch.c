/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* struct sock_filter */
#include "scratch.h"

#include <panodepth/file.h>

#include <dirent.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static char scratch[32];
static int home = -1;

int scratch_enter(void **state)
{
    (void)state;
    home = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    (void)strcpy(scratch, "scratch-file-XXXXXX");
    return mkdtemp(scratch) != NULL && chdir(scratch) == 0 ? 0 : -1;
}

int scratch_leave(void **state)
{
    char command[64];
    (void)state;
    (void)snprintf(command, sizeof command, "rm -rf '%s'", scratch);
    const int result = fchdir(home);
    (void)close(home);
    return result == 0 && system(command) == 0 ? 0 : -1;
}

void scratch_put(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

void scratch_assert_holds(const char *path, const char *text)
{
    pnd_buffer b = {0};
    pnd_error err = {0};
    pnd_assert_ok(pnd_file_read(&b, path, 1 << 20, &err));
    assert_string_equal(pnd_buffer_text(&b), text);
    assert_int_equal(b.size, strlen(text));
    pnd_buffer_clear(&b);
}

int scratch_count(const char *path)
{
    int n = 0;
    DIR *dir = opendir(path);
    assert_non_null(dir);
    while (readdir(dir) != NULL)
        n++;
    (void)closedir(dir);
    return n - 2; /* . and .. */
}

int scratch_in_child(int (*body)(void))
{
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(body());
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

bool scratch_deny(long number, int error)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {sizeof code / sizeof *code, code};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}
