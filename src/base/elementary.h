/* The functions that activations are made of, written so that loops over them vectorise, and give
 * the same bits whatever the width of the vectors: no branches, no tables, no library calls. In
 * the double build they are the C library's.
 *
 * Source of the method: range reduction by a multiple of ln 2 in two parts (Cody and Waite,
 * "Software manual for the elementary functions", 1980), polynomials of least largest error by
 * the exchange algorithm of Remez; the tail of the normal distribution as e^(-t^2/2) times a
 * smooth function, a polynomial in (t - 4) / (t + 4) (Shepherd and Laframboise, "Chebyshev
 * approximation of (1 + 2x) exp(x^2) erfc x", Math. Comp. 36, 1981).
 *
 * Errors in ulp, at most: exp, expm1 and tanh 2, sigmoid and the density 2.5, Phi 4. Results below
 * the least normal number have an absolute error of one of the least denormal. NaN gives NaN. */
#ifndef LOCKSTEP_BASE_ELEMENTARY_H
#define LOCKSTEP_BASE_ELEMENTARY_H

#include <stdint.h>
#include <string.h>

#include "src/base/real.h"

#define LS_INV_SQRT_2 0.70710678118654752440
#define LS_INV_SQRT_2PI 0.39894228040143267794

#ifdef LS_REAL_IS_DOUBLE

static inline real ls_exp(real x)
{
    return exp(x);
}

static inline real ls_expm1(real x)
{
    return expm1(x);
}

static inline real ls_tanh(real x)
{
    return tanh(x);
}

/* Phi by erfc, which keeps the digits of the left tail. */
static inline real ls_normal(real x, real *density)
{
    *density = LS_INV_SQRT_2PI * exp(-x * x / 2);
    return erfc(-x * LS_INV_SQRT_2) / 2;
}

#else

/* 2^n of n in [-126, 127]; unsigned, as n is anything where x is NaN */
static inline float ls_power_of_2(int32_t n)
{
    const uint32_t bits = (uint32_t)(n + 127) << 23;
    float power;
    memcpy(&power, &bits, sizeof power);
    return power;
}

/* n = x / ln 2 rounded to a whole number, as a float and, for |x| < 2^21, as an integer: adding
 * 1.5 2^23 leaves no bits after the point, and the number in the last ones. */
static inline float ls_round_to_powers(float x, int32_t *n)
{
    const float shift = 0x1.8p23f, shifted = x * 0x1.715476p0f + shift;
    int32_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    *n = bits - 0x4b400000;
    return shifted - shift;
}

/* x - n ln 2; the first part of ln 2 has so few bits that its product with n is exact */
static inline float ls_reduce(float x, float n)
{
    return (x - n * 0x1.62e4p-1f) - n * 0x1.7f7d1cp-20f;
}

/* e^(x + rest), |rest| far below |x| or both small */
static inline float ls_exp_sum(float x, float rest)
{
    /* beyond these ends the result is infinite or 0 anyway; NaN passes both */
    x = x > 89.0f ? 89.0f : x;
    x = x < -105.0f ? -105.0f : x;
    int32_t n;
    const float r = ls_reduce(x, ls_round_to_powers(x, &n)) + rest;
    float p = 0x1.6dbb74p-10f;
    p = p * r + 0x1.1240b6p-7f;
    p = p * r + 0x1.555456p-5f;
    p = p * r + 0x1.555488p-3f;
    p = p * r + 0x1p-1f;
    p = p * (r * r) + r + 1;
    /* in two steps, as 2^n alone may be out of range */
    const int32_t half = n >> 1;
    return p * ls_power_of_2(half) * ls_power_of_2(n - half);
}

static inline float ls_exp(float x)
{
    return ls_exp_sum(x, -0.0f);
}

/* e^x - 1 = 2^n (e^r - 1) + (2^n - 1), in halves so that 2^n stays in range; -0 gives 0 */
static inline float ls_expm1(float x)
{
    x = x > 89.0f ? 89.0f : x;
    x = x < -18.0f ? -18.0f : x;
    int32_t n;
    const float r = ls_reduce(x, ls_round_to_powers(x, &n));
    float p = 0x1.6d9f3ap-10f;
    p = p * r + 0x1.122c84p-7f;
    p = p * r + 0x1.55548p-5f;
    p = p * r + 0x1.5554aap-3f;
    p = p * r + 0x1p-1f;
    p = p * (r * r) + r;
    const float half = ls_power_of_2(n - 1);
    return 2 * (half * p + (half - 0.5f));
}

/* tanh |x| = e / (e + 2), e = e^(2|x|) - 1, from 0.625 on, a polynomial below; from 10 on it is 1
 */
static inline float ls_tanh(float x)
{
    const float size = fabsf(x), e = ls_expm1(2 * (size > 10 ? 10 : size)), square = x * x;
    float p = -0x1.79b518p-8f;
    p = p * square + 0x1.5319bp-6f;
    p = p * square - 0x1.b8669ap-5f;
    p = p * square + 0x1.1108a4p-3f;
    p = p * square - 0x1.55553cp-2f;
    const float small = size + size * (square * p), large = e / (e + 2);
    return copysignf(size < 0.625f ? small : large, x);
}

/* Phi(-t) = e^(-t^2/2) f(t), f(t) (1 + t) a polynomial, for t >= 0; then by symmetry. The square
 * is taken in two parts, as e^ makes its absolute error a relative one. */
static inline float ls_normal(float x, float *density)
{
    const float size = fabsf(x), t = size > 15 ? 15 : size;
    const float high = (t + 0x1p12f * t) - 0x1p12f * t; /* 12 bits: its square is exact */
    const float e = ls_exp_sum(-0.5f * (high * high), -0.5f * ((t - high) * (t + high)));
    const float s = (t - 4) / (t + 4);
    float p = -0x1.2cb22ep-14f;
    p = p * s - 0x1.fdc712p-15f;
    p = p * s + 0x1.6b2f14p-11f;
    p = p * s - 0x1.3e721cp-12f;
    p = p * s - 0x1.47f60ap-8f;
    p = p * s + 0x1.25eebp-6f;
    p = p * s - 0x1.07c29ap-5f;
    p = p * s + 0x1.d495p-6f;
    p = p * s + 0x1.cabd22p-7f;
    p = p * s - 0x1.8c18fp-4f;
    p = p * s + 0x1.e361eap-2f;
    const float tail = e * (p / (1 + t));
    *density = LS_R(LS_INV_SQRT_2PI) * e;
    return x > 0 ? 1 - tail : tail;
}

#endif

/** 1 / (1 + e^-x); e^-x may overflow to infinity, which gives 0 as it should. */
static inline real ls_sigmoid(real x)
{
    return 1 / (1 + ls_exp(-x));
}

#endif
