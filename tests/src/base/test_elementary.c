/* The functions of activations, in float, against the C library's in double. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/base/elementary.h"
#include "src/base/vector.h"

enum { LEN = 1 << 12, STRIDE = 499 }; /* of the bit patterns of all floats, in blocks of LEN */

static float phi(float x)
{
    float density;
    return ls_normal(x, &density);
}

static float density_of(float x)
{
    float density;
    ls_normal(x, &density);
    return density;
}

/* The same functions in loops, as layers use them: these vectorise. */
#define LOOP(name, function)                                                                       \
    static LS_VECTOR void name(const float *x, float *y)                                           \
    {                                                                                              \
        _Pragma("omp simd") for (size_t i = 0; i < LEN; i++) y[i] = function(x[i]);                \
    }
LOOP(loop_exp, ls_exp)
LOOP(loop_expm1, ls_expm1)
LOOP(loop_tanh, ls_tanh)
LOOP(loop_sigmoid, ls_sigmoid)
LOOP(loop_phi, phi)
LOOP(loop_density, density_of)

static double exact_exp(double x)
{
    return exp(x);
}

static double exact_expm1(double x)
{
    return expm1(x);
}

static double exact_tanh(double x)
{
    return tanh(x);
}

static double exact_sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

static double exact_phi(double x)
{
    return erfc(-x * LS_INV_SQRT_2) / 2;
}

static double exact_density(double x)
{
    return LS_INV_SQRT_2PI * exp(-x * x / 2);
}

static float from_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* The distance in units of the last place of a float near `want`. */
static double count_ulps(float have, double want)
{
    if (isnan(want) || isinf((float)want))
        return (isnan(want) ? isnan(have) : (double)have == (double)(float)want) ? 0 : INFINITY;
    int exponent;
    frexp(want, &exponent);
    const double unit = ldexp(1, (exponent > -125 ? exponent : -125) - 24);
    return fabs((double)have - want) / unit;
}

/* Walks over floats of all sizes and both signs, infinities and NaN, and asserts that no error is
 * above `most` where the result is a normal number, and `tiny` units of a denormal below. */
static void check(void (*loop)(const float *, float *), double (*exact)(double), double most,
                  double tiny)
{
    static float x[LEN], y[LEN];
    double worst = 0, worst_tiny = 0;
    float at = 0;
    for (uint64_t first = 0; first <= UINT32_MAX; first += (uint64_t)LEN * STRIDE) {
        for (uint64_t i = 0; i < LEN; i++)
            x[i] = from_bits((uint32_t)(first + i * STRIDE));
        x[0] = first % 3 == 0 ? INFINITY : first % 3 == 1 ? -INFINITY : NAN;
        loop(x, y);
        for (size_t i = 0; i < LEN; i++) {
            const double want = exact((double)x[i]), error = count_ulps(y[i], want);
            const int is_tiny = fabs(want) < (double)FLT_MIN;
            if (is_tiny && error > worst_tiny)
                worst_tiny = error;
            if (!is_tiny && error > worst) {
                worst = error;
                at = x[i];
            }
        }
    }
    if (!(worst <= most && worst_tiny <= tiny))
        fail_msg("an error of %.3f ulp at %.9g, and of %.3f among denormals", worst, (double)at,
                 worst_tiny);
}

static void exp_is_within_2_ulp_everywhere(void **state)
{
    (void)state;
    check(loop_exp, exact_exp, 2, 1);
}

static void expm1_is_within_2_ulp_everywhere(void **state)
{
    (void)state;
    check(loop_expm1, exact_expm1, 2, 1);
}

static void tanh_is_within_2_ulp_everywhere(void **state)
{
    (void)state;
    check(loop_tanh, exact_tanh, 2, 1);
}

/* below e^-88.7 it is 0: all that is lost is a denormal */
static void sigmoid_is_within_2_5_ulp_everywhere(void **state)
{
    (void)state;
    check(loop_sigmoid, exact_sigmoid, 2.5, 0x1p23);
}

static void normal_keeps_its_digits_in_the_left_tail(void **state)
{
    (void)state;
    check(loop_phi, exact_phi, 4, 1);
    check(loop_density, exact_density, 2.5, 1);
}

static void loops_give_the_bits_of_single_calls(void **state)
{
    (void)state;
    static float x[LEN], y[LEN];
    for (uint32_t i = 0; i < LEN; i++)
        x[i] = ((float)i - LEN / 2) * 0.047F;
    loop_exp(x, y);
    for (size_t i = 0; i < LEN; i++)
        assert_true(y[i] == ls_exp(x[i]));
    loop_tanh(x, y);
    for (size_t i = 0; i < LEN; i++)
        assert_true(y[i] == ls_tanh(x[i]));
    loop_phi(x, y);
    for (size_t i = 0; i < LEN; i++)
        assert_true(y[i] == phi(x[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exp_is_within_2_ulp_everywhere),
        cmocka_unit_test(expm1_is_within_2_ulp_everywhere),
        cmocka_unit_test(tanh_is_within_2_ulp_everywhere),
        cmocka_unit_test(sigmoid_is_within_2_5_ulp_everywhere),
        cmocka_unit_test(normal_keeps_its_digits_in_the_left_tail),
        cmocka_unit_test(loops_give_the_bits_of_single_calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
