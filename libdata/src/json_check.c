/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A strict JSON validator: RFC 8259 in one pass, with a stack of its own instead of recursion.
 *
 * Keys of the open objects lie on one shared stack, each as a hash and a pointer into the text. An
 * object's keys are compared when it closes: the few keys of a usual object pairwise, those of a
 * large one after sorting by (hash, spelling), so that no input is quadratic. Two keys are equal
 * when they decode to the same characters: "a" and "\u0061" are.
 */
#include "json_check.h"
#include "utf8.h"

#include <panodepth/alloc.h>
#include <panodepth/buffer.h>

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FEW_KEYS = 16 };

typedef struct key_ref {
    uint64_t hash;
    const uint8_t *text; /* the character after the opening quote; validated */
} key_ref;

typedef struct container {
    bool is_object;
    size_t first_key; /* of an object, on the key stack */
} container;

typedef struct checker {
    const uint8_t *begin, *at, *end;
    const char *name;
    pnd_error *err;
    size_t n_values;
    container stack[PND_JSON_MAX_DEPTH];
    int depth;
    key_ref *keys;
    size_t n_keys, key_capacity;
} checker;

/* ---- messages */

static pnd_status fail_at(const checker *c, const uint8_t *where, pnd_status status,
                          const char *hint, const char *format, ...) PND_PRINTF(5, 6);

/* Lines and columns count from 1; columns are characters, not bytes. */
static pnd_status fail_at(const checker *c, const uint8_t *where, pnd_status status,
                          const char *hint, const char *format, ...)
{
    int64_t line = 1, column = 1;
    for (const uint8_t *p = c->begin; p < where; p++) {
        if (*p == '\n') {
            line++;
            column = 1;
        } else if ((*p & 0xc0) != 0x80)
            column++;
    }
    char text[256];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return pnd_fail_hint(c->err, status, hint, "%s:%" PRId64 ":%" PRId64 ": %s", c->name, line,
                         column, text);
}

static bool starts_with(const checker *c, const char *text)
{
    const size_t length = strlen(text);
    return (size_t)(c->end - c->at) >= length && memcmp(c->at, text, length) == 0;
}

static const char *guess_what_it_is(const checker *c)
{
    if (c->at != c->begin)
        return "";
    if (starts_with(c, "version https://git-lfs"))
        return "this is a Git LFS pointer; run: git lfs pull";
    if (starts_with(c, "<"))
        return "this is an HTML or XML page; a download may need a login";
    if (starts_with(c, "\xff\xfe") || starts_with(c, "\xfe\xff"))
        return "this is UTF-16; JSON files are UTF-8";
    return "";
}

static pnd_status fail_unexpected(const checker *c, const char *expected)
{
    if (c->at == c->end)
        return fail_at(c, c->at, PND_EFORMAT, "is the file truncated?",
                       "expected %s, found the end of the file", expected);
    const char *hint = guess_what_it_is(c);
    if (*c->at > 0x20 && *c->at < 0x7f)
        return fail_at(c, c->at, PND_EFORMAT, hint, "expected %s, found '%c'", expected, *c->at);
    return fail_at(c, c->at, PND_EFORMAT, hint, "expected %s, found byte 0x%02x", expected,
                   (unsigned)*c->at);
}

static void skip_space(checker *c)
{
    while (c->at < c->end && (*c->at == ' ' || *c->at == '\n' || *c->at == '\r' || *c->at == '\t'))
        c->at++;
}

/* ---- strings */

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    const int letter = c | 0x20;
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

/* The four hex digits at p, or -1. */
static int32_t hex4(const uint8_t *p, const uint8_t *end)
{
    int32_t value = 0;
    for (int i = 0; i < 4; i++) {
        const int digit = p + i < end ? hex_digit(p[i]) : -1;
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

static pnd_status check_unicode_escape(checker *c, const uint8_t *escape)
{
    const int32_t unit = hex4(escape + 2, c->end);
    if (unit < 0)
        return fail_at(c, escape, PND_EFORMAT, "", "\\u needs four hexadecimal digits");
    if (unit == 0)
        return fail_at(c, escape, PND_EFORMAT, "", "\\u0000 (a NUL in a string) is not accepted");
    c->at = escape + 6;
    if (unit < 0xd800 || unit > 0xdfff)
        return PND_OK;
    const bool paired = unit < 0xdc00 && c->end - c->at >= 6 && c->at[0] == '\\' && c->at[1] == 'u';
    const int32_t low = paired ? hex4(c->at + 2, c->end) : -1;
    if (low < 0xdc00 || low > 0xdfff)
        return fail_at(c, escape, PND_EFORMAT, "", "\\u%04x is half of a surrogate pair",
                       (unsigned)unit);
    c->at += 6;
    return PND_OK;
}

static pnd_status check_escape(checker *c)
{
    const uint8_t *escape = c->at;
    if (escape + 1 < c->end && escape[1] == 'u')
        return check_unicode_escape(c, escape);
    if (escape + 1 < c->end && strchr("\"\\/bfnrt", escape[1]) != NULL && escape[1] != '\0') {
        c->at += 2;
        return PND_OK;
    }
    return fail_at(c, escape, PND_EFORMAT, "a backslash itself is written \\\\",
                   "unknown escape in a string");
}

/* c->at is on the opening quote; afterwards behind the closing one. */
static pnd_status check_string(checker *c)
{
    const uint8_t *open = c->at++;
    while (c->at < c->end && *c->at != '"') {
        uint32_t code = 0;
        if (*c->at == '\\') {
            const pnd_status status = check_escape(c);
            if (status != PND_OK)
                return status;
        } else if (*c->at < 0x20)
            return fail_at(c, c->at, PND_EFORMAT, "", "control character 0x%02x in a string",
                           (unsigned)*c->at);
        else if (*c->at < 0x80)
            c->at++;
        else {
            const size_t length = utf8_decode(&code, c->at, (size_t)(c->end - c->at));
            if (length == 0)
                return fail_at(c, c->at, PND_EFORMAT, "save the file as UTF-8",
                               "byte 0x%02x is not UTF-8", (unsigned)*c->at);
            c->at += length;
        }
    }
    if (c->at == c->end)
        return fail_at(c, open, PND_EFORMAT, "is the file truncated?", "string without an end");
    c->at++;
    return PND_OK;
}

/* ---- unique keys */

static uint32_t unescape(const uint8_t **at)
{
    const uint8_t *p = *at; /* on the backslash of a validated string */
    *at += 2;
    switch (p[1]) {
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    case 'u':
        break;
    default:
        return p[1];
    }
    const uint32_t unit = (uint32_t)hex4(p + 2, p + 6);
    *at = p + 6;
    if (unit < 0xd800 || unit > 0xdfff)
        return unit;
    *at = p + 12;
    return 0x10000 + ((unit - 0xd800) << 10) + ((uint32_t)hex4(p + 8, p + 12) - 0xdc00);
}

/* The next character of a validated string, or 0 at its closing quote (NUL cannot occur inside). */
static uint32_t next_character(const uint8_t **at)
{
    if (**at == '"')
        return 0;
    if (**at == '\\')
        return unescape(at);
    uint32_t code = 0;
    *at += utf8_decode(&code, *at, 4);
    return code;
}

static uint64_t hash_key(const uint8_t *text)
{
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a over characters */
    for (uint32_t c = next_character(&text); c != 0; c = next_character(&text))
        hash = (hash ^ c) * UINT64_C(1099511628211);
    return hash;
}

static int compare_keys(const void *a_, const void *b_)
{
    const key_ref *a = a_, *b = b_;
    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    const uint8_t *p = a->text, *q = b->text;
    for (;;) {
        const uint32_t x = next_character(&p), y = next_character(&q);
        if (x != y)
            return x < y ? -1 : 1;
        if (x == 0)
            return 0;
    }
}

static pnd_status fail_duplicate(const checker *c, const key_ref *a, const key_ref *b)
{
    const uint8_t *second = a->text > b->text ? a->text : b->text;
    const uint8_t *close = second;
    while (next_character(&close) != 0) {
    }
    const int shown = close - second > 60 ? 60 : (int)(close - second);
    return fail_at(c, second - 1, PND_EFORMAT, "which of the two counts is not defined",
                   "duplicate key \"%.*s\"", shown, (const char *)second);
}

static pnd_status check_unique(checker *c, size_t first)
{
    const size_t n = c->n_keys - first;
    if (n < 2)
        return PND_OK;
    key_ref *keys = c->keys + first;
    if (n > FEW_KEYS)
        qsort(keys, n, sizeof *keys, compare_keys);
    for (size_t i = 1; i < n; i++)
        for (size_t j = n > FEW_KEYS ? i - 1 : 0; j < i; j++)
            if (keys[i].hash == keys[j].hash && compare_keys(&keys[i], &keys[j]) == 0)
                return fail_duplicate(c, &keys[i], &keys[j]);
    return PND_OK;
}

static pnd_status push_key(checker *c, const uint8_t *text)
{
    if (c->n_keys == c->key_capacity) {
        const size_t capacity = c->key_capacity > 0 ? 2 * c->key_capacity : 256;
        key_ref *keys = pnd_realloc_array(c->keys, capacity, sizeof *keys);
        if (keys == NULL)
            return pnd_fail(c->err, PND_ENOMEM, "%s: out of memory", c->name);
        c->keys = keys;
        c->key_capacity = capacity;
    }
    c->keys[c->n_keys++] = (key_ref){hash_key(text), text};
    return PND_OK;
}

/* ---- numbers and words */

static size_t skip_digits(checker *c)
{
    const uint8_t *first = c->at;
    while (c->at < c->end && *c->at >= '0' && *c->at <= '9')
        c->at++;
    return (size_t)(c->at - first);
}

/* Is the number, whose decimal exponent is near the largest one, still a finite double? */
static pnd_status check_finite(checker *c, const uint8_t *first)
{
    pnd_buffer text = {0};
    double value = 0;
    pnd_buffer_append(&text, first, (size_t)(c->at - first));
    pnd_status status = pnd_buffer_status(&text, c->err);
    if (status == PND_OK && !pnd_parse_double(&value, pnd_buffer_text(&text)))
        status = fail_at(c, first, PND_EFORMAT, "", "%.40s does not fit a double",
                         pnd_buffer_text(&text));
    pnd_buffer_clear(&text);
    return status;
}

/* [eE][+-]digits, if there. The value saturates: only its size near 308 matters. */
static pnd_status check_exponent(checker *c, int64_t *exponent)
{
    *exponent = 0;
    if (c->at == c->end || (*c->at != 'e' && *c->at != 'E'))
        return PND_OK;
    c->at++;
    const bool negative = c->at < c->end && *c->at == '-';
    if (c->at < c->end && (*c->at == '+' || *c->at == '-'))
        c->at++;
    const uint8_t *digits = c->at;
    if (skip_digits(c) == 0)
        return fail_unexpected(c, "a digit in the exponent");
    for (; digits < c->at && *exponent < INT64_C(100000000000); digits++)
        *exponent = *exponent * 10 + (*digits - '0');
    if (negative)
        *exponent = -*exponent;
    return PND_OK;
}

static pnd_status check_number(checker *c)
{
    const uint8_t *first = c->at;
    if (*c->at == '-')
        c->at++;
    if (starts_with(c, "Infinity"))
        return fail_at(c, first, PND_EFORMAT, "write null", "-Infinity is not JSON");
    const uint8_t *integer = c->at;
    const size_t n_integer = skip_digits(c);
    if (n_integer == 0)
        return fail_unexpected(c, "a digit");
    if (n_integer > 1 && *integer == '0')
        return fail_at(c, first, PND_EFORMAT, "", "a number must not begin with a zero");
    if (c->at < c->end && *c->at == '.') {
        c->at++;
        if (skip_digits(c) == 0)
            return fail_unexpected(c, "a digit after the decimal point");
    }
    int64_t exponent = 0;
    const pnd_status status = check_exponent(c, &exponent);
    if (status != PND_OK || (int64_t)n_integer + exponent <= 300)
        return status;
    return check_finite(c, first);
}

static pnd_status check_word(checker *c)
{
    static const char *const words[] = {"true", "false", "null"};
    static const char *const not_json[] = {"NaN", "Infinity", "nan", "inf"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (starts_with(c, words[i])) {
            c->at += strlen(words[i]);
            return PND_OK;
        }
    for (size_t i = 0; i < sizeof not_json / sizeof *not_json; i++)
        if (starts_with(c, not_json[i]))
            return fail_at(c, c->at, PND_EFORMAT, "write null", "%s is not JSON", not_json[i]);
    return fail_unexpected(c, "a value");
}

/* ---- structure */

static pnd_status check_key(checker *c)
{
    skip_space(c);
    if (c->at == c->end || *c->at != '"')
        return fail_unexpected(c, "a key in double quotes");
    const uint8_t *text = c->at + 1;
    pnd_status status = check_string(c);
    if (status == PND_OK)
        status = push_key(c, text);
    if (status != PND_OK)
        return status;
    skip_space(c);
    if (c->at == c->end || *c->at != ':')
        return fail_unexpected(c, "':' after a key");
    c->at++;
    return PND_OK;
}

static pnd_status close_container(checker *c)
{
    const container *top = &c->stack[c->depth - 1];
    const pnd_status status = top->is_object ? check_unique(c, top->first_key) : PND_OK;
    c->n_keys = top->first_key;
    c->depth--;
    c->at++;
    return status;
}

/* On '{' or '['. *want_value tells whether a value must follow. */
static pnd_status open_container(checker *c, bool *want_value)
{
    const bool is_object = *c->at == '{';
    if (c->depth == PND_JSON_MAX_DEPTH)
        return fail_at(c, c->at, PND_ELIMIT, "", "nested deeper than %d levels",
                       PND_JSON_MAX_DEPTH);
    c->stack[c->depth++] = (container){is_object, c->n_keys};
    c->at++;
    skip_space(c);
    *want_value = !(c->at < c->end && *c->at == (is_object ? '}' : ']'));
    if (!*want_value)
        return close_container(c);
    return is_object ? check_key(c) : PND_OK;
}

static pnd_status check_value(checker *c, bool *want_value)
{
    if (c->at == c->end)
        return fail_unexpected(c, "a value");
    if (++c->n_values > PND_JSON_MAX_VALUES)
        return fail_at(c, c->at, PND_ELIMIT, "", "more than %d values", PND_JSON_MAX_VALUES);
    const uint8_t first = *c->at;
    if (first == '{' || first == '[')
        return open_container(c, want_value);
    *want_value = false;
    if (first == '"')
        return check_string(c);
    if (first == '-' || (first >= '0' && first <= '9'))
        return check_number(c);
    return check_word(c);
}

/* Behind a value inside a container: a comma, or the end of the container. */
static pnd_status check_separator(checker *c, bool *want_value)
{
    const bool in_object = c->stack[c->depth - 1].is_object;
    if (c->at < c->end && *c->at == (in_object ? '}' : ']'))
        return close_container(c);
    if (c->at == c->end || *c->at != ',')
        return fail_unexpected(c, in_object ? "',' or '}'" : "',' or ']'");
    c->at++;
    *want_value = true;
    return in_object ? check_key(c) : PND_OK;
}

static pnd_status check_document(checker *c)
{
    bool want_value = true;
    pnd_status status = PND_OK;
    while (status == PND_OK && (want_value || c->depth > 0)) {
        skip_space(c);
        status = want_value ? check_value(c, &want_value) : check_separator(c, &want_value);
    }
    skip_space(c);
    if (status == PND_OK && c->at < c->end)
        status = fail_at(c, c->at, PND_EFORMAT, "", "text after the end of the document");
    return status;
}

pnd_status json_check(const uint8_t *bytes, size_t size, const char *name, pnd_error *err)
{
    if (size == 0)
        return pnd_fail(err, PND_EFORMAT, "%s:1:1: empty file", name);
    checker c = {.begin = bytes, .at = bytes, .end = bytes + size, .name = name, .err = err};
    const pnd_status status = check_document(&c);
    free(c.keys);
    return status;
}
