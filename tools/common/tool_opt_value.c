/* SPDX-License-Identifier: Apache-2.0 */
/* One option's text to its value and back. */
#include "tool_opt_value.h"

#include <panodepth/alloc.h>

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct target {
    tool_parsed *parsed;
    const tool_opt *opt;
    const char *shown; /* the option's name in messages */
    pnd_error *err;
} target;

bool tool_opt_has_value(const tool_opt *opt)
{
    return opt->type != TOOL_FLAG && opt->type != TOOL_GROUP && opt->type != TOOL_END;
}

static bool has_limits(const tool_opt *opt)
{
    return opt->low < opt->high;
}

static pnd_status not_valid(const target *t, const char *text)
{
    return pnd_fail(t->err, PND_EINVAL, "%s: '%s' is not a valid %s", t->shown, text,
                    t->opt->argument);
}

static void show_double(pnd_buffer *out, double value)
{
    char text[PND_NUMBER_SIZE];
    pnd_format_double(text, value);
    char *const tail = strstr(text, ".0");
    if (tail != NULL && tail[2] == '\0')
        *tail = '\0'; /* 80, as one types it, for 80.0 */
    pnd_buffer_puts(out, text);
}

static pnd_status not_within(const target *t, const char *text)
{
    pnd_buffer range = {0};
    show_double(&range, t->opt->low);
    pnd_buffer_puts(&range, "..");
    show_double(&range, t->opt->high);
    (void)pnd_fail(t->err, PND_EINVAL, "%s: %s is not within %s", t->shown, text,
                   pnd_buffer_text(&range));
    pnd_buffer_clear(&range);
    return PND_EINVAL;
}

static pnd_status to_int(int64_t *value, const target *t, const char *text)
{
    const bool small = t->opt->type == TOOL_INT && t->opt->size == sizeof(int32_t);
    if (!pnd_parse_int(value, text, INT64_MIN, INT64_MAX) ||
        (small && (*value < INT32_MIN || *value > INT32_MAX)))
        return not_valid(t, text);
    if (has_limits(t->opt) && ((double)*value < t->opt->low || (double)*value > t->opt->high))
        return not_within(t, text);
    return PND_OK;
}

static pnd_status to_double(double *value, const target *t, const char *text)
{
    if (!pnd_parse_double(value, text))
        return not_valid(t, text);
    if (has_limits(t->opt) && !(*value >= t->opt->low && *value <= t->opt->high))
        return not_within(t, text);
    return PND_OK;
}

static pnd_status to_choice(int32_t *value, const target *t, const char *text)
{
    pnd_buffer names = {0};
    size_t n = 0;
    for (; t->opt->choices[n] != NULL; n++) {
        if (strcmp(t->opt->choices[n], text) == 0) {
            *value = (int32_t)n;
            pnd_buffer_clear(&names);
            return PND_OK;
        }
        pnd_buffer_printf(&names, "%s%s", n == 0 ? "" : ", ", t->opt->choices[n]);
    }
    const char *const near = tool_nearest(text, t->opt->choices, n);
    char hint[PND_HINT_SIZE] = "";
    if (near != NULL) {
        pnd_error made = {0};
        (void)pnd_fail(&made, PND_EINVAL, "did you mean '%s'?", near);
        memcpy(hint, made.message, sizeof hint - 1);
    }
    (void)pnd_fail_hint(t->err, PND_EINVAL, hint, "%s: '%s' is not one of %s", t->shown, text,
                        pnd_buffer_text(&names));
    pnd_buffer_clear(&names);
    return PND_EINVAL;
}

static bool to_side(int32_t *side, const char *text, size_t length)
{
    char digits[8];
    int64_t value;
    if (length == 0 || length >= sizeof digits)
        return false;
    memcpy(digits, text, length);
    digits[length] = '\0';
    if (!pnd_parse_int(&value, digits, 1, PND_MAX_SIDE))
        return false;
    *side = (int32_t)value;
    return true;
}

static pnd_status to_size(tool_size *size, const target *t, const char *text)
{
    const char *const cross = strchr(text, 'x');
    if (cross == NULL || !to_side(&size->width, text, (size_t)(cross - text)) ||
        !to_side(&size->height, cross + 1, strlen(cross + 1)))
        return pnd_fail_hint(t->err, PND_EINVAL, "for example 2048x1024",
                             "%s: '%s' is not a valid %s", t->shown, text, t->opt->argument);
    return PND_OK;
}

/* Memory that lives as long as the parsed options. */
static void *keep(tool_parsed *parsed, void *block, pnd_error *err)
{
    void **const grown =
        block == NULL ? NULL
                      : pnd_realloc_array(parsed->blocks, parsed->n_blocks + 1, sizeof *grown);
    if (grown == NULL) {
        free(block);
        (void)pnd_fail(err, PND_ENOMEM, "out of memory");
        return NULL;
    }
    parsed->blocks = grown;
    parsed->blocks[parsed->n_blocks++] = block;
    return block;
}

/* Append one element to a list member {items, n}. The old items stay where they are: the defaults
 * may be constant, and a command line is short. */
static pnd_status append(const target *t, const void **items, size_t *n, const void *element,
                         size_t element_size)
{
    char *const grown = keep(t->parsed, pnd_alloc_array(*n + 1, element_size), t->err);
    if (grown == NULL)
        return PND_ENOMEM;
    if (*n > 0)
        memcpy(grown, *items, *n * element_size);
    memcpy(grown + *n * element_size, element, element_size);
    *items = grown;
    *n += 1;
    return PND_OK;
}

static pnd_status append_item(const target *t, void *member, const char *text)
{
    pnd_status status = PND_OK;
    if (t->opt->type == TOOL_INT_LIST) {
        tool_int_list list;
        int64_t value;
        memcpy(&list, member, sizeof list);
        status = to_int(&value, t, text);
        if (status == PND_OK)
            status = append(t, (const void **)&list.items, &list.n, &value, sizeof value);
        memcpy(member, &list, sizeof list);
    } else if (t->opt->type == TOOL_DOUBLE_LIST) {
        tool_double_list list;
        double value;
        memcpy(&list, member, sizeof list);
        status = to_double(&value, t, text);
        if (status == PND_OK)
            status = append(t, (const void **)&list.items, &list.n, &value, sizeof value);
        memcpy(member, &list, sizeof list);
    } else {
        tool_list list;
        int32_t unused;
        memcpy(&list, member, sizeof list);
        if (t->opt->choices != NULL)
            status = to_choice(&unused, t, text);
        if (status == PND_OK)
            status = append(t, (const void **)&list.items, &list.n, &text, sizeof text);
        memcpy(member, &list, sizeof list);
    }
    return status;
}

static pnd_status append_items(const target *t, void *member, const char *text)
{
    char *rest = keep(t->parsed, pnd_strdup(text), t->err);
    if (rest == NULL)
        return PND_ENOMEM;
    while (rest != NULL) {
        char *const item = rest;
        char *const comma = t->opt->type == TOOL_REPEAT ? NULL : strchr(item, ',');
        rest = comma == NULL ? NULL : comma + 1;
        if (comma != NULL)
            *comma = '\0';
        if (*item == '\0' && t->opt->type != TOOL_REPEAT)
            return not_valid(t, text);
        const pnd_status status = append_item(t, member, item);
        if (status != PND_OK)
            return status;
    }
    return PND_OK;
}

/* Numbers of 4 or 8 bytes share one type in the table; `size` tells them apart. */
static pnd_status store_int(const target *t, void *member, const char *text)
{
    int64_t wide;
    const pnd_status status = to_int(&wide, t, text);
    if (status != PND_OK)
        return status;
    const int32_t narrow = (int32_t)wide;
    if (t->opt->size == sizeof narrow)
        memcpy(member, &narrow, sizeof narrow);
    else
        memcpy(member, &wide, sizeof wide);
    return PND_OK;
}

pnd_status tool_opt_store(tool_parsed *parsed, const tool_opt *opt, void *base, const char *shown,
                          const char *text, pnd_error *err)
{
    const target t = {parsed, opt, shown, err};
    void *const member = (char *)base + opt->offset;
    switch (opt->type) {
    case TOOL_FLAG:
        assert(opt->size == sizeof(bool));
        *(bool *)member = true;
        return PND_OK;
    case TOOL_STRING:
        assert(opt->size == sizeof text);
        memcpy(member, &text, sizeof text);
        return PND_OK;
    case TOOL_INT:
        assert(opt->size == sizeof(int32_t) || opt->size == sizeof(int64_t));
        return store_int(&t, member, text);
    case TOOL_DOUBLE:
        assert(opt->size == sizeof(double));
        return to_double(member, &t, text);
    case TOOL_CHOICE:
        assert(opt->size == sizeof(int32_t));
        return to_choice(member, &t, text);
    case TOOL_SIZE:
        assert(opt->size == sizeof(tool_size));
        return to_size(member, &t, text);
    case TOOL_LIST:
    case TOOL_REPEAT:
    case TOOL_INT_LIST:
    case TOOL_DOUBLE_LIST:
        assert(opt->size == sizeof(tool_list));
        return append_items(&t, member, text);
    case TOOL_END:
    case TOOL_GROUP:
        break;
    }
    return pnd_fail(err, PND_EINTERNAL, "option table of %s", shown);
}

static void show_list(pnd_buffer *out, const tool_opt *opt, const void *member)
{
    tool_list any; /* the three kinds of list differ in the items' type only */
    memcpy(&any, member, sizeof any);
    for (size_t i = 0; i < any.n; i++) {
        if (i > 0)
            pnd_buffer_puts(out, ",");
        if (opt->type == TOOL_INT_LIST)
            pnd_buffer_printf(out, "%lld", (long long)((const tool_int_list *)member)->items[i]);
        else if (opt->type == TOOL_DOUBLE_LIST)
            show_double(out, ((const tool_double_list *)member)->items[i]);
        else
            pnd_buffer_puts(out, any.items[i]);
    }
}

static void show_size(pnd_buffer *out, const tool_size *size)
{
    if (size->width > 0)
        pnd_buffer_printf(out, "%dx%d", size->width, size->height);
}

bool tool_opt_show(pnd_buffer *out, const tool_opt *opt, const void *base)
{
    const void *const member = (const char *)base + opt->offset;
    const size_t before = out->size;
    if ((opt->flags & TOOL_NO_DEFAULT) != 0 || base == NULL)
        return false;
    if (opt->type == TOOL_STRING && *(const char *const *)member != NULL)
        pnd_buffer_puts(out, *(const char *const *)member);
    else if (opt->type == TOOL_INT && opt->size == sizeof(int32_t))
        pnd_buffer_printf(out, "%d", *(const int32_t *)member);
    else if (opt->type == TOOL_INT)
        pnd_buffer_printf(out, "%lld", (long long)*(const int64_t *)member);
    else if (opt->type == TOOL_DOUBLE && !isnan(*(const double *)member))
        show_double(out, *(const double *)member);
    else if (opt->type == TOOL_CHOICE && *(const int32_t *)member >= 0)
        pnd_buffer_puts(out, opt->choices[*(const int32_t *)member]);
    else if (opt->type == TOOL_SIZE)
        show_size(out, member);
    else if (opt->type == TOOL_LIST || opt->type == TOOL_INT_LIST || opt->type == TOOL_DOUBLE_LIST)
        show_list(out, opt, member);
    return out->size > before;
}
