/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers as text, the same in every locale. newlocale("C") returns a static object in glibc and
 * musl, so asking for it per call costs nothing and needs no global.
 */
#define _GNU_SOURCE /* strtod_l */
#include <panodepth/buffer.h>

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double read_double(const char *text, char **end)
{
    const locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    const double value = strtod_l(text, end, c_locale);
    freelocale(c_locale);
    return value;
}

/* Significant digits and decimal exponent of the shortest text that round-trips: 17 always do. */
static int shortest_digits(char digits[18], double magnitude)
{
    char text[40];
    const locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    const locale_t callers = uselocale(c_locale); /* this thread's only */
    for (int precision = 1; precision <= 17; precision++) {
        (void)snprintf(text, sizeof text, "%.*e", precision - 1, magnitude);
        if (strtod(text, NULL) == magnitude)
            break;
    }
    (void)uselocale(callers);
    freelocale(c_locale);
    int n = 0;
    const char *p = text;
    for (; *p != 'e'; p++)
        if (*p != '.')
            digits[n++] = *p;
    while (n > 1 && digits[n - 1] == '0')
        n--;
    digits[n] = '\0';
    return (int)strtol(p + 1, NULL, 10);
}

/* Python's repr(): positional for exponents -4..15, else d.ddde±XX. */
static void lay_out(char *out, const char *digits, int exponent)
{
    const int n = (int)strlen(digits);
    if (exponent < -4 || exponent >= 16) {
        (void)sprintf(out, n > 1 ? "%c.%se%+03d" : "%c%se%+03d", digits[0], digits + 1, exponent);
        return;
    }
    if (exponent < 0) {
        (void)sprintf(out, "0.%.*s%s", -exponent - 1, "0000", digits);
        return;
    }
    for (int i = 0; i <= exponent; i++)
        *out++ = i < n ? digits[i] : '0';
    (void)sprintf(out, ".%s", n > exponent + 1 ? digits + exponent + 1 : "0");
}

char *pnd_format_double(char text[PND_NUMBER_SIZE], double value)
{
    char digits[18] = "";
    if (isnan(value))
        return strcpy(text, "nan");
    if (isinf(value))
        return strcpy(text, value < 0 ? "-inf" : "inf");
    const int exponent = shortest_digits(digits, fabs(value));
    char *out = text;
    if (signbit(value))
        *out++ = '-';
    lay_out(out, digits, exponent);
    return text;
}

bool pnd_parse_double(double *value, const char *text)
{
    if (text[0] == '\0' || strspn(text, "+-.0123456789eE") != strlen(text))
        return false;
    char *end = NULL;
    const double number = read_double(text, &end);
    if (end == text || *end != '\0' || isinf(number))
        return false;
    *value = number;
    return true;
}

bool pnd_parse_int(int64_t *value, const char *text, int64_t low, int64_t high)
{
    const size_t sign = (text[0] == '-' || text[0] == '+') ? 1 : 0;
    if (text[sign] == '\0' || strspn(text + sign, "0123456789") != strlen(text + sign))
        return false;
    errno = 0;
    const long long number = strtoll(text, NULL, 10);
    if (errno != 0 || number < low || number > high)
        return false;
    *value = number;
    return true;
}
