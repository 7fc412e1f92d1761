/* Comparing doubles in tests: within `tolerance`, absolute. */
#ifndef LOCKSTEP_TESTS_CLOSE_H
#define LOCKSTEP_TESTS_CLOSE_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define assert_close(got, expected, tolerance)                                                     \
    close_or_fail((got), (expected), (tolerance), __FILE__, __LINE__)

static inline void close_or_fail(double got, double expected, double tolerance, const char *file,
                                 int line)
{
    if (fabs(got - expected) <= tolerance)
        return;
    print_error("%.17g is not within %g of %.17g\n", got, tolerance, expected);
    _fail(file, line);
}

#endif
