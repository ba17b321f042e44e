/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers are compared only when everything but the method is the same. */
#include "compare.h"

#include <stdio.h>
#include <string.h>

/* A part "key=value" of a signature; the first part, "pnd1", has no key. */
typedef struct part {
    const char *key, *value;
    int key_length, value_length;
} part;

/* The next part; false at the end. */
static bool next_part(part *out, const char **text)
{
    const char *const start = *text;
    if (*start == '\0')
        return false;
    const size_t length = strcspn(start, ";");
    const size_t equals = strcspn(start, "=;");
    const bool has_key = equals < length;
    out->key = start;
    out->key_length = has_key ? (int)equals : 0;
    out->value = has_key ? start + equals + 1 : start;
    out->value_length = (int)length - (has_key ? (int)equals + 1 : 0);
    *text = start[length] == ';' ? start + length + 1 : start + length;
    return true;
}

static bool same_text(const char *a, int a_length, const char *b, int b_length)
{
    return a_length == b_length && strncmp(a, b, (size_t)a_length) == 0;
}

static bool find_part(part *out, const char *signature, const part *like)
{
    while (next_part(out, &signature))
        if (same_text(out->key, out->key_length, like->key, like->key_length))
            return true;
    return false;
}

static bool is_allowed(const tool_list *allowed, const part *p)
{
    for (size_t i = 0; i < allowed->n; i++)
        if (same_text(allowed->items[i], (int)strlen(allowed->items[i]), p->key, p->key_length))
            return true;
    return false;
}

static void add_problem(tool_problems *problems, size_t m, const pnd_error *err)
{
    tool_problems_add(problems, (int32_t)m, NULL, TOOL_INPUT, err);
}

/* Keep "a,b": each key once. */
static void note_differing(pnd_buffer *differing, const part *p)
{
    const char *text = pnd_buffer_text(differing);
    while (*text != '\0') {
        const size_t length = strcspn(text, ",");
        if (same_text(text, (int)length, p->key, p->key_length))
            return;
        text += length + (text[length] == ',');
    }
    pnd_buffer_printf(differing, "%s%.*s", differing->size > 0 ? "," : "", p->key_length, p->key);
}

/* "key is 'x'" or "has no key". */
static void describe(char text[256], const part *p, const part *like)
{
    const int length = like->key_length > 0 ? like->key_length : 7;
    const char *const key = like->key_length > 0 ? like->key : "version";
    if (p == NULL)
        (void)snprintf(text, 256, "has no %.*s", length, key);
    else
        (void)snprintf(text, 256, "says %.*s=%.*s", length, key, p->value_length, p->value);
}

/* `a` or `b` is NULL where that signature lacks the key. */
static void report_part(tool_problems *problems, comparison *c, size_t m, const part *a,
                        const part *b, const tool_list *allowed)
{
    const part *const p = a != NULL ? a : b;
    char own[256], first[256];
    pnd_error err = {0};
    if (p->key_length > 0 && is_allowed(allowed, p)) {
        note_differing(&c->differing, p);
        return;
    }
    describe(own, b, p);
    describe(first, a, p);
    (void)pnd_fail_hint(&err, PND_EMISMATCH,
                        "--allow-different KEY compares all the same, if it does not matter",
                        "%s: the signature %s, that of %s %s", c->methods[m].set.path, own,
                        c->methods[0].set.path, first);
    add_problem(problems, m, &err);
}

static void check_signatures(tool_problems *problems, comparison *c, size_t m,
                             const tool_list *allowed)
{
    const char *const first = c->methods[0].set.signature, *const own = c->methods[m].set.signature;
    part a, b;
    for (const char *text = first; next_part(&a, &text);) {
        const bool found = find_part(&b, own, &a);
        if (!found || !same_text(a.value, a.value_length, b.value, b.value_length))
            report_part(problems, c, m, &a, found ? &b : NULL, allowed);
    }
    for (const char *text = own; next_part(&b, &text);)
        if (!find_part(&a, first, &b))
            report_part(problems, c, m, NULL, &b, allowed);
}

static bool has_image(const score_set *set, const char *id, size_t guess)
{
    if (guess < set->n_images && strcmp(set->image_ids[guess], id) == 0)
        return true;
    for (size_t i = 0; i < set->n_images; i++)
        if (strcmp(set->image_ids[i], id) == 0)
            return true;
    return false;
}

/* "a, b, c and 7 more" of the images that only `set` holds; the number of them. */
static size_t list_missing(char *text, size_t size, const score_set *set, const score_set *other)
{
    enum { NAMED = 5 };
    size_t n = 0, used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < set->n_images; i++) {
        if (has_image(other, set->image_ids[i], i))
            continue;
        if (n++ < NAMED && used < size)
            used += (size_t)snprintf(text + used, size - used, "%s%.80s", n > 1 ? ", " : "",
                                     set->image_ids[i]);
    }
    if (n > NAMED && used < size)
        (void)snprintf(text + used, size - used, " and %zu more", n - NAMED);
    return n;
}

static void check_images(tool_problems *problems, const comparison *c, size_t m)
{
    const score_set *const sets[2] = {&c->methods[0].set, &c->methods[m].set};
    bool reported = false;
    for (int k = 0; k < 2; k++) {
        char text[512];
        pnd_error err = {0};
        const size_t n = list_missing(text, sizeof text, sets[k], sets[!k]);
        if (n == 0)
            continue;
        (void)pnd_fail_hint(&err, PND_EMISMATCH, "score both methods on the same images",
                            "%s lacks %zu image%s of %s: %s", sets[!k]->path, n, n == 1 ? "" : "s",
                            sets[k]->path, text);
        add_problem(problems, m, &err);
        reported = true;
    }
    for (size_t i = 0; !reported && i < sets[0]->n_images; i++)
        if (i >= sets[1]->n_images || strcmp(sets[0]->image_ids[i], sets[1]->image_ids[i]) != 0) {
            pnd_error err = {0};
            (void)pnd_fail(&err, PND_EMISMATCH, "%s: the images stand in another order than in %s",
                           sets[1]->path, sets[0]->path);
            add_problem(problems, m, &err);
            reported = true;
        }
}

static void check_scores(tool_problems *problems, const comparison *c, size_t m)
{
    const score_set *const first = &c->methods[0].set, *const own = &c->methods[m].set;
    pnd_error err = {0};
    bool same = first->n_scores == own->n_scores;
    for (size_t s = 0; same && s < first->n_scores; s++)
        same = strcmp(first->scores[s].key, own->scores[s].key) == 0 &&
               strcmp(first->scores[s].label, own->scores[s].label) == 0 &&
               first->scores[s].higher_is_better == own->scores[s].higher_is_better;
    if (same)
        return;
    (void)pnd_fail(&err, PND_EMISMATCH, "%s: other scores or categories than in %s", own->path,
                   first->path);
    add_problem(problems, m, &err);
}

void compare_check_alike(tool_problems *problems, comparison *c, size_t m, const tool_list *allowed)
{
    const score_set *const first = &c->methods[0].set, *const own = &c->methods[m].set;
    if (strcmp(first->task, own->task) != 0) {
        pnd_error err = {0};
        (void)pnd_fail(&err, PND_EMISMATCH, "%s holds %s scores, %s %s scores", own->path,
                       own->task, first->path, first->task);
        add_problem(problems, m, &err);
        return;
    }
    check_signatures(problems, c, m, allowed);
    check_images(problems, c, m);
    check_scores(problems, c, m);
}
