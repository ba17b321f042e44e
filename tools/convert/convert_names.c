/* SPDX-License-Identifier: Apache-2.0 */
/* What inputs and results are called. */
#include "convert.h"

#include <panodepth/alloc.h>

#include <string.h>

const char *convert_suffix(const convert_args *args)
{
    return args->suffix != NULL ? args->suffix : ".png";
}

char *convert_output(const char *out, const char *name, const char *extension)
{
    const char *slash = strrchr(name, '/');
    const char *dot = strrchr(slash != NULL ? slash : name, '.');
    const int length = (int)(dot != NULL ? dot - name : (ptrdiff_t)strlen(name));
    return pnd_strdup_printf("%s/%.*s%s", out, length, name, extension);
}
