/* SPDX-License-Identifier: Apache-2.0 */
/* --require NAME OP NUMBER: a gate for scripts and CI. */
#include "eval_results.h"

#include <math.h>
#include <string.h>

enum { NAME_SIZE = 64 };

typedef enum comparison { AT_LEAST, ABOVE, AT_MOST, BELOW, EQUAL, N_COMPARISONS } comparison;

/* Longer ones first: ">=" begins with ">". */
static const struct {
    const char *text;
    comparison meaning;
} operators[N_COMPARISONS] = {
    {">=", AT_LEAST}, {"<=", AT_MOST}, {"==", EQUAL}, {">", ABOVE}, {"<", BELOW}};

typedef struct requirement {
    char name[NAME_SIZE];
    comparison comparison;
    const char *shown; /* the operator */
    double bound;
} requirement;

static const char *skip_blanks(const char *text)
{
    return text + strspn(text, " ");
}

static bool parse_name(requirement *out, const char **text)
{
    *text = skip_blanks(*text);
    const size_t length = strcspn(*text, " <>=");
    if (length == 0 || length >= NAME_SIZE)
        return false;
    memcpy(out->name, *text, length);
    out->name[length] = '\0';
    *text = skip_blanks(*text + length);
    return true;
}

static bool parse_operator(requirement *out, const char **text)
{
    for (size_t i = 0; i < N_COMPARISONS; i++) {
        const size_t length = strlen(operators[i].text);
        if (strncmp(*text, operators[i].text, length) == 0) {
            out->comparison = operators[i].meaning;
            out->shown = operators[i].text;
            *text = skip_blanks(*text + length);
            return true;
        }
    }
    return false;
}

static bool parse(requirement *out, const char *text)
{
    return parse_name(out, &text) && parse_operator(out, &text) &&
           pnd_parse_double(&out->bound, text);
}

static const eval_metric *find(const char *name, const eval_metric *metrics, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(metrics[i].name, name) == 0)
            return &metrics[i];
    return NULL;
}

static pnd_status unknown_name(const char *name, const eval_metric *known, size_t n, pnd_error *err)
{
    char names[PND_HINT_SIZE] = "one of";
    for (size_t i = 0; i < n; i++) {
        const size_t used = strlen(names), length = strlen(known[i].name);
        if (used + 1 + length + 1 > sizeof names)
            break;
        names[used] = ' ';
        memcpy(names + used + 1, known[i].name, length + 1);
    }
    return pnd_fail_hint(err, PND_EINVAL, names, "--require: unknown score '%s'", name);
}

pnd_status eval_require_parse(const char *text, const eval_metric *known, size_t n, pnd_error *err)
{
    requirement wanted;
    if (!parse(&wanted, text))
        return pnd_fail_hint(err, PND_EINVAL, "NAME, one of >= > <= < ==, NUMBER",
                             "--require: '%s' is no requirement", text);
    if (find(wanted.name, known, n) == NULL)
        return unknown_name(wanted.name, known, n, err);
    return PND_OK;
}

static bool holds(comparison wanted, double value, double bound)
{
    switch (wanted) { /* all false for NaN */
    case AT_LEAST:
        return value >= bound;
    case ABOVE:
        return value > bound;
    case AT_MOST:
        return value <= bound;
    case BELOW:
        return value < bound;
    case EQUAL:
        return value >= bound && value <= bound;
    default:
        return false;
    }
}

bool eval_require_met(const char *text, const eval_metric *metrics, size_t n, pnd_error *why)
{
    requirement wanted;
    char value[PND_NUMBER_SIZE], bound[PND_NUMBER_SIZE];
    const eval_metric *const metric = parse(&wanted, text) ? find(wanted.name, metrics, n) : NULL;
    if (metric == NULL) {
        (void)pnd_fail(why, PND_EINVAL, "'%s' is no requirement", text);
        return false;
    }
    if (holds(wanted.comparison, metric->value, wanted.bound))
        return true;
    (void)pnd_format_double(bound, wanted.bound);
    if (isnan(metric->value))
        (void)pnd_fail(why, PND_EMISMATCH, "%s is undefined, required %s %s", wanted.name,
                       wanted.shown, bound);
    else
        (void)pnd_fail(why, PND_EMISMATCH, "%s is %s, required %s %s", wanted.name,
                       pnd_format_double(value, metric->value), wanted.shown, bound);
    return false;
}
