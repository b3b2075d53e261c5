/* Functions of one number, from exact operations: the twins of
 * tinynn/operators/functions.py. docs/float.md defines their bits. */

#ifndef FUNCTIONS_H
#define FUNCTIONS_H

#include "softfloat.h"

#define F32_HALF 0x3f000000u
#define F32_ONE 0x3f800000u
#define F32_TWO 0x40000000u

f32 exponential(f32 z);
f32 exponential_less_one(f32 x);
f32 logarithm(f32 x);
/* log(1 + x) for x in [0, 1]. */
f32 logarithm_of_one_and(f32 x);
f32 hyperbolic_tangent(f32 x);
f32 error_function(f32 x);
f32 power(f32 a, f32 b);
f32 sine(f32 x);
f32 cosine(f32 x);
/* To the nearest whole number, ties to even. */
f32 rounded(f32 x);
f32 silu(f32 x);
f32 gelu_erf(f32 x);
f32 gelu_tanh(f32 x);

/* The first of x[0], x[stride], ... below x[end], or what compares greater. */
f32 largest(const f32 *x, uint32_t end, uint32_t stride);

/* Softmax of x[0], x[stride], ... below x[end], to the same places of y. */
void softmax_row(const f32 *x, f32 *y, uint32_t end, uint32_t stride);

static inline f32 magnitude(f32 x) { return x & F32_MAGNITUDE; }

static inline f32 signed_as(f32 size, f32 x) {
  return (size & F32_MAGNITUDE) | (x & F32_SIGN);
}

/* By Horner's rule, the highest power first. */
ALWAYS_INLINE f32 polynomial(const f32 *coefficients, uint32_t count, f32 x) {
  f32 total = coefficients[0];
  for (uint32_t i = 1; i < count; i++)
    total = f32_add(f32_mul(total, x), coefficients[i]);
  return total;
}

#define POLYNOMIAL(coefficients, x)                                                    \
  polynomial(coefficients, sizeof coefficients / sizeof *coefficients, x)

#endif
