/* e^z: the constants and steps of tinynn/operators/softmax.py. */

#include "functions.h"

#define LOG2_E 0x3fb8aa3bu
#define ROUNDER 0x4b400000u
#define LN2_HIGH 0x3f318000u
#define LN2_LOW 0xb95e8083u
#define OVERFLOW 0x42b20000u
#define UNDERFLOW 0xc2d00000u
#define EXPM1_SMALL 0x41800000u

/* From the highest power down. */
static const f32 terms[] = {
    0x3950c611, 0x3ab6ce1b, 0x3c08884f, 0x3d2aaa3d, 0x3e2aaaab, 0x3f000000,
};

static f32 power_of_two(int32_t n) {
  return (uint32_t)(n + F32_BIAS) << F32_FRACTION_BITS;
}

/* x = n ln 2 + r. */
struct split {
  int32_t n;
  f32 r;
};

ALWAYS_INLINE struct split split(f32 x) {
  f32 shifted = f32_add(f32_mul(x, LOG2_E), ROUNDER);
  f32 n = f32_sub(shifted, ROUNDER);
  f32 r = f32_sub(f32_sub(x, f32_mul(n, LN2_HIGH)), f32_mul(n, LN2_LOW));
  return (struct split){(int32_t)(shifted - ROUNDER), r};
}

/* e^r - 1 for a small r. */
ALWAYS_INLINE f32 near_zero(f32 r) {
  return f32_add(f32_mul(f32_mul(r, r), POLYNOMIAL(terms, r)), r);
}

f32 exponential(f32 z) {
  if (f32_less(OVERFLOW, z))
    return F32_INFINITY;
  if (f32_less(z, UNDERFLOW))
    return 0;
  if (f32_is_nan(z))
    return F32_NAN;
  struct split part = split(z);
  f32 e = f32_add(near_zero(part.r), F32_ONE);
  int32_t half = part.n >> 1;
  return f32_mul(f32_mul(e, power_of_two(half)), power_of_two(part.n - half));
}

f32 exponential_less_one(f32 x) {
  if (!f32_less(magnitude(x), EXPM1_SMALL))
    return f32_sub(exponential(x), F32_ONE);
  struct split part = split(x);
  f32 scale = power_of_two(part.n);
  return f32_add(f32_mul(scale, near_zero(part.r)), f32_sub(scale, F32_ONE));
}
