/* SPDX-License-Identifier: Apache-2.0 */
/* Outputs must not touch inputs. Folders are compared by device and inode, so other spellings and
 * symbolic links make no difference. */
#include "tool.h"

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

/* Climb by "..", which the kernel resolves physically, until `folder` or the top is met. On the
 * stack, so that the answer cannot depend on free memory; a path too long to climb is too long to
 * open. */
bool tool_path_is_within(const char *path, const char *folder)
{
    enum { LONGEST = 8192 };
    char at[LONGEST];
    if (strlen(path) >= LONGEST / 2)
        return false;
    strcpy(at, path);
    to_existing_folder(at);
    if (*at == '\0')
        strcpy(at, ".");
    for (size_t n = strlen(at); n + 4 < LONGEST; n += 3) {
        if (tool_path_is_same(at, folder))
            return true;
        if (tool_path_is_same(at, "/"))
            return false;
        strcpy(at + n, "/..");
    }
    return false;
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
