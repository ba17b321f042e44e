/* SPDX-License-Identifier: Apache-2.0 */
/* The only file that includes cmocka.h: version 1.1.5 needs these four headers before it, in this
 * order. */
#ifndef PND_TEST_H
#define PND_TEST_H

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#include <panodepth/base.h>

#include <math.h>
#include <string.h>

/* |actual - expected| <= relative * |expected|, or both NaN. */
#define pnd_assert_close(actual, expected, relative)                                               \
    do {                                                                                           \
        const double a_ = (actual), e_ = (expected);                                               \
        if (!(isnan(a_) && isnan(e_)) && !(fabs(a_ - e_) <= (relative)*fabs(e_)))                  \
            fail_msg("%s: %.17g, expected %.17g", #actual, a_, e_);                                \
    } while (0)

/* The call succeeds; else show its message. Expects a pnd_error named err. */
#define pnd_assert_ok(call)                                                                        \
    do {                                                                                           \
        if ((call) != PND_OK)                                                                      \
            fail_msg("%s: %s (%s)", #call, err.message, err.hint);                                 \
    } while (0)

/* The call fails with this status and a message that contains this text. */
#define pnd_assert_fails(call, wanted, text)                                                       \
    do {                                                                                           \
        err = (pnd_error){0};                                                                      \
        assert_string_equal(pnd_status_name(call), pnd_status_name(wanted));                       \
        if (strstr(err.message, (text)) == NULL && strstr(err.hint, (text)) == NULL)               \
            fail_msg("\"%s\" (%s) does not mention \"%s\"", err.message, err.hint, (text));        \
    } while (0)

#endif
