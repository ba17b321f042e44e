/* SPDX-License-Identifier: Apache-2.0 */
/* Which names from a data file may be opened at all. */
#include <panodepth/file.h>

#include <string.h>

/* Bytes of the UTF-8 character at `text`, or 0: overlong forms, surrogates and code points above
 * U+10FFFF are not UTF-8 (RFC 3629, section 4). */
static size_t utf8_length(const unsigned char *text)
{
    const unsigned char first = text[0];
    if (first < 0x80)
        return 1;
    const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    unsigned char low = 0x80;
    unsigned char high = 0xbf;
    if (first < 0xc2 || first > 0xf4)
        return 0;
    if (first == 0xe0)
        low = 0xa0;
    if (first == 0xed)
        high = 0x9f;
    if (first == 0xf0)
        low = 0x90;
    if (first == 0xf4)
        high = 0x8f;
    if (text[1] < low || text[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++)
        if (text[i] < 0x80 || text[i] > 0xbf)
            return 0;
    return length;
}

static const char *character_fault(const char *name)
{
    const unsigned char *p = (const unsigned char *)name;
    while (*p != '\0') {
        const size_t length = utf8_length(p);
        if (length == 0)
            return "is not UTF-8";
        if (*p < 0x20 || *p == 0x7f)
            return "holds a control character";
        if (*p == '\\')
            return "holds a backslash";
        p += length;
    }
    return NULL;
}

static bool has_parent_component(const char *name)
{
    for (const char *p = name; *p != '\0'; p += strspn(p, "/")) {
        const size_t length = strcspn(p, "/");
        if (length == 2 && p[0] == '.' && p[1] == '.')
            return true;
        p += length;
    }
    return false;
}

static const char *name_fault(const char *name)
{
    if (name[0] == '\0')
        return "is empty";
    if (name[0] == '/')
        return "is absolute: it escapes its folder";
    if (has_parent_component(name))
        return "holds \"..\": it escapes its folder";
    return character_fault(name);
}

pnd_status pnd_file_check_name(const char *name, pnd_error *err)
{
    static const char hint[] = "names in a data file are relative to their folder";
    const size_t length = strlen(name);
    if (length > PND_MAX_NAME_BYTES)
        return pnd_fail_hint(err, PND_EINVAL, hint,
                             "file name \"%.64s...\" has %zu bytes, more than %d", name, length,
                             PND_MAX_NAME_BYTES);
    const char *fault = name_fault(name);
    if (fault != NULL)
        return pnd_fail_hint(err, PND_EINVAL, hint, "file name \"%s\" %s", name, fault);
    return PND_OK;
}
