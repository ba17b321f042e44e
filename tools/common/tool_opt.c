/* SPDX-License-Identifier: Apache-2.0 */
/* The command line against the option table. */
#include "tool_opt.h"
#include "tool_opt_value.h"

#include <panodepth/alloc.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An option as found in one of the two tables. */
typedef struct found {
    const tool_opt *opt;
    void *base;   /* the struct its offset belongs to */
    size_t place; /* in `given` */
} found;

typedef struct parser {
    const tool_command *command;
    void *args;
    tool_parsed *out;
    int argc;
    char *const *argv;
    int next; /* the argument to look at */
    pnd_error *err;
} parser;

static size_t table_length(const tool_opt *table)
{
    size_t n = 0;
    while (table[n].type != TOOL_END)
        n++;
    return n;
}

bool tool_opt_is_offered(const tool_command *command, const tool_opt *opt)
{
    return command->has_skip_bad || strcmp(opt->name, "skip-bad") != 0;
}

/* The option whose long name is name[0..length-1], or with length 0 the one whose letter is
 * `letter`.
 */
static found find(const parser *p, const char *name, size_t length, char letter)
{
    const tool_opt *const tables[2] = {p->command->options, tool_common_options()};
    void *const bases[2] = {p->args, &p->out->common};
    size_t place = 0;
    for (int t = 0; t < 2; t++) {
        for (const tool_opt *o = tables[t]; o->type != TOOL_END; o++, place++) {
            if (o->type == TOOL_GROUP || !tool_opt_is_offered(p->command, o))
                continue;
            const bool same = length == 0
                                  ? o->letter == letter
                                  : strlen(o->name) == length && memcmp(o->name, name, length) == 0;
            if (same)
                return (found){o, bases[t], place};
        }
    }
    return (found){0};
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Edit distance (insert, delete, replace), rows of the usual table rolled into one. */
static size_t distance(const char *a, const char *b)
{
    enum { LONGEST = 40 };
    size_t row[LONGEST + 1];
    const size_t n = strlen(a), m = strlen(b);
    if (n > LONGEST || m > LONGEST)
        return LONGEST;
    for (size_t j = 0; j <= m; j++)
        row[j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            const size_t replace = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            row[j] = smaller(replace, smaller(row[j], row[j - 1]) + 1);
        }
    }
    return row[m];
}

const char *tool_nearest(const char *text, const char *const *names, size_t n)
{
    const size_t length = strlen(text);
    const char *nearest = NULL;
    size_t best = length / 3 + 1; /* one slip in a short word, two or three in a long one */
    for (size_t i = 0; i < n; i++) {
        const bool begins = length >= 2 && strncmp(names[i], text, length) == 0;
        const size_t d = begins ? 0 : distance(text, names[i]);
        if (d < best || (d == best && nearest == NULL && d < length)) {
            best = d;
            nearest = names[i];
        }
    }
    return nearest;
}

static pnd_status unknown_option(const parser *p, const char *name, size_t length)
{
    enum { MOST = 96 };
    const char *names[MOST];
    const tool_opt *const tables[2] = {p->command->options, tool_common_options()};
    char text[64] = "", hint[80] = "";
    size_t n = 0;
    for (int t = 0; t < 2; t++)
        for (const tool_opt *o = tables[t]; o->type != TOOL_END && n < MOST; o++)
            if (o->type != TOOL_GROUP && (o->flags & TOOL_HIDDEN) == 0 &&
                tool_opt_is_offered(p->command, o))
                names[n++] = o->name;
    if (length < sizeof text) {
        memcpy(text, name, length);
        const char *const near = tool_nearest(text, names, n);
        if (near != NULL)
            (void)snprintf(hint, sizeof hint, "did you mean '--%s'?", near);
    }
    return pnd_fail_hint(p->err, PND_EINVAL, hint, "unknown option '--%.*s'", (int)length, name);
}

static pnd_status store(parser *p, const found *f, const char *text)
{
    char shown[80];
    (void)snprintf(shown, sizeof shown, "--%s", f->opt->name);
    const bool is_list = f->opt->type == TOOL_LIST || f->opt->type == TOOL_REPEAT ||
                         f->opt->type == TOOL_INT_LIST || f->opt->type == TOOL_DOUBLE_LIST;
    if (is_list && !p->out->given[f->place])
        memset((char *)f->base + f->opt->offset, 0, f->opt->size); /* replaces the default */
    p->out->given[f->place] = true;
    return tool_opt_store(p->out, f->opt, f->base, shown, text, p->err);
}

/* The value that follows as its own argument. */
static pnd_status take_value(parser *p, const found *f, const char **value)
{
    if (p->next >= p->argc)
        return pnd_fail(p->err, PND_EINVAL, "--%s needs a value (%s)", f->opt->name,
                        f->opt->argument);
    *value = p->argv[p->next++];
    return PND_OK;
}

static pnd_status parse_long(parser *p, const char *text)
{
    const char *const equals = strchr(text, '=');
    const size_t length = equals == NULL ? strlen(text) : (size_t)(equals - text);
    const found f = length == 0 ? (found){0} : find(p, text, length, 0);
    const char *value = equals == NULL ? NULL : equals + 1;
    pnd_status status = PND_OK;
    if (f.opt == NULL)
        return unknown_option(p, text, length);
    if (!tool_opt_has_value(f.opt) && value != NULL)
        return pnd_fail(p->err, PND_EINVAL, "--%s takes no value", f.opt->name);
    if (tool_opt_has_value(f.opt) && value == NULL)
        status = take_value(p, &f, &value);
    return status != PND_OK ? status : store(p, &f, value);
}

/* "-qv", "-o value", "-ovalue". */
static pnd_status parse_letters(parser *p, const char *text)
{
    pnd_status status = PND_OK;
    while (status == PND_OK && *text != '\0') {
        const found f = find(p, NULL, 0, *text);
        const char *value = NULL;
        if (f.opt == NULL)
            return pnd_fail(p->err, PND_EINVAL, "unknown option '-%c'", *text);
        text++;
        if (tool_opt_has_value(f.opt)) {
            value = text;
            if (*text == '\0')
                status = take_value(p, &f, &value);
            text = "";
        }
        if (status == PND_OK)
            status = store(p, &f, value);
    }
    return status;
}

static pnd_status parse_arguments(parser *p)
{
    bool options_ended = false;
    pnd_status status = PND_OK;
    while (status == PND_OK && p->next < p->argc) {
        const char *const text = p->argv[p->next++];
        if (options_ended || text[0] != '-' || text[1] == '\0')
            p->out->operands[p->out->n_operands++] = text;
        else if (strcmp(text, "--") == 0)
            options_ended = true;
        else if (text[1] == '-')
            status = parse_long(p, text + 2);
        else
            status = parse_letters(p, text + 1);
    }
    return status;
}

/* Environment defaults, then what is required and still missing. */
static pnd_status complete(parser *p)
{
    size_t place = 0;
    for (const tool_opt *o = p->command->options; o->type != TOOL_END; o++, place++) {
        const char *const value = o->env == NULL ? NULL : getenv(o->env);
        if (p->out->given[place])
            continue;
        if (value != NULL && *value != '\0') {
            const pnd_status status = tool_opt_store(p->out, o, p->args, o->env, value, p->err);
            if (status != PND_OK)
                return status;
        } else if ((o->flags & TOOL_REQUIRED) != 0 && o->env != NULL) {
            return pnd_fail(p->err, PND_EINVAL, "--%s %s is required (or set %s)", o->name,
                            o->argument, o->env);
        } else if ((o->flags & TOOL_REQUIRED) != 0) {
            return pnd_fail(p->err, PND_EINVAL, "--%s %s is required", o->name, o->argument);
        }
    }
    return PND_OK;
}

static pnd_status check_operands(const parser *p)
{
    const tool_command *const c = p->command;
    const int32_t n = p->out->n_operands;
    if (c->operand == NULL && n > 0)
        return pnd_fail_hint(p->err, PND_EINVAL, "every input is given by an option",
                             "unexpected argument '%s'", p->out->operands[0]);
    if (n < c->min_operands)
        return pnd_fail(p->err, PND_EINVAL, n == 0 ? "%s is missing" : "one more %s is needed",
                        c->operand);
    if (c->operand != NULL && c->max_operands > 0 && n > c->max_operands)
        return pnd_fail(p->err, PND_EINVAL, "unexpected argument '%s'",
                        p->out->operands[c->max_operands]);
    return PND_OK;
}

pnd_status tool_opt_parse(tool_parsed *out, void *args, const tool_command *command, int argc,
                          char *const *argv, pnd_error *err)
{
    parser p = {command, args, out, argc, argv, 1, err};
    const size_t n = table_length(command->options) + table_length(tool_common_options());
    *out = (tool_parsed){.common = *tool_common_defaults()};
    out->given = pnd_calloc_array(n, sizeof *out->given);
    out->operands = pnd_alloc_array((size_t)argc + 1, sizeof *out->operands);
    if (out->given == NULL || out->operands == NULL) {
        tool_parsed_clear(out);
        return pnd_fail(err, PND_ENOMEM, "out of memory");
    }
    if (command->args_size > 0)
        memcpy(args, command->defaults, command->args_size);
    pnd_status status = parse_arguments(&p);
    if (status == PND_OK && !out->common.help && !out->common.version &&
        out->common.generate == NULL) {
        status = complete(&p);
        if (status == PND_OK)
            status = check_operands(&p);
    }
    if (status != PND_OK)
        tool_parsed_clear(out);
    return status;
}

void tool_parsed_clear(tool_parsed *parsed)
{
    for (size_t i = 0; i < parsed->n_blocks; i++)
        free(parsed->blocks[i]);
    free(parsed->blocks);
    free(parsed->given);
    free(parsed->operands);
    *parsed = (tool_parsed){0};
}

bool tool_opt_given(const tool_parsed *parsed, const tool_command *command, const char *name)
{
    size_t place = 0;
    const tool_opt *const tables[2] = {command->options, tool_common_options()};
    for (int t = 0; t < 2; t++)
        for (const tool_opt *o = tables[t]; o->type != TOOL_END; o++, place++)
            if (o->type != TOOL_GROUP && strcmp(o->name, name) == 0)
                return parsed->given[place];
    return false;
}
