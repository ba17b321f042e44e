/* SPDX-License-Identifier: Apache-2.0 */
/* Outputs must not touch inputs. Folders are compared by device and inode, so other spellings and
 * symbolic links make no difference. */
#include "tool.h"

#include <panodepth/alloc.h>
#include <panodepth/buffer.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool tool_path_is_same(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* Cut the last component; "" when there was only one. Returns false at the root. */
static bool to_parent(char *path)
{
    size_t n = strlen(path);
    while (n > 0 && path[n - 1] == '/')
        n--;
    if (n == 0)
        return false;
    while (n > 0 && path[n - 1] != '/')
        n--;
    path[n] = '\0';
    return true;
}

/* Shorten `path` until it names an existing folder; "" and "." alike are the current one. */
static void to_existing_folder(char *path)
{
    struct stat info;
    while (*path != '\0' && (stat(path, &info) != 0 || !S_ISDIR(info.st_mode)))
        if (!to_parent(path))
            break;
}

/* Climb by "..", which the kernel resolves physically, until `folder` or the top is met. */
bool tool_path_is_within(const char *path, const char *folder)
{
    enum { DEEPEST = 512 };
    char *const start = pnd_strdup(path);
    pnd_buffer at = {0};
    bool within = false, top = false;
    if (start == NULL)
        return false;
    to_existing_folder(start);
    pnd_buffer_puts(&at, *start == '\0' ? "." : start);
    for (int level = 0; level < DEEPEST && !within && !top && !at.failed; level++) {
        within = tool_path_is_same(pnd_buffer_text(&at), folder);
        top = tool_path_is_same(pnd_buffer_text(&at), "/");
        pnd_buffer_puts(&at, "/..");
    }
    pnd_buffer_clear(&at);
    free(start);
    return within;
}

pnd_status tool_check_output(const char *output, const char *const *inputs, size_t n,
                             const char *root, pnd_error *err)
{
    if (output == NULL || strcmp(output, "-") == 0)
        return PND_OK;
    for (size_t i = 0; i < n; i++)
        if (inputs[i] != NULL && tool_path_is_same(output, inputs[i]))
            return pnd_fail(err, PND_EINVAL, "%s: the output is an input (%s)", output, inputs[i]);
    if (root != NULL && tool_path_is_within(output, root))
        return pnd_fail_hint(err, PND_EINVAL, "choose a folder outside the data set",
                             "%s: the output lies in the data set %s", output, root);
    return PND_OK;
}
