/* e^z: the constants and steps of tinynn/operators/softmax.py. */

#include "functions.h"

#define LOG2_E 0x3fb8aa3bu
#define ROUNDER 0x4b400000u
#define LN2_HIGH 0x3f318000u
#define LN2_LOW 0xb95e8083u
#define OVERFLOW 0x42b20000u
#define UNDERFLOW 0xc2d00000u
#define ONE 0x3f800000u

/* From the highest power down. */
static const f32 polynomial[] = {
    0x3950c611, 0x3ab6ce1b, 0x3c08884f, 0x3d2aaa3d, 0x3e2aaaab, 0x3f000000,
};
#define TERMS (sizeof polynomial / sizeof *polynomial)

static f32 power_of_two(int32_t n) {
  return (uint32_t)(n + F32_BIAS) << F32_FRACTION_BITS;
}

f32 exponential(f32 z) {
  if (f32_less(OVERFLOW, z))
    return F32_INFINITY;
  if (f32_less(z, UNDERFLOW))
    return 0;
  if (f32_is_nan(z))
    return F32_NAN;
  f32 shifted = f32_add(f32_mul(z, LOG2_E), ROUNDER);
  f32 n = f32_sub(shifted, ROUNDER);
  f32 r = f32_sub(f32_sub(z, f32_mul(n, LN2_HIGH)), f32_mul(n, LN2_LOW));
  f32 p = polynomial[0];
  for (uint32_t i = 1; i < TERMS; i++)
    p = f32_add(f32_mul(p, r), polynomial[i]);
  f32 e = f32_add(f32_add(f32_mul(f32_mul(r, r), p), r), ONE);
  int32_t exponent = (int32_t)(shifted - ROUNDER);
  int32_t half = exponent >> 1;
  return f32_mul(f32_mul(e, power_of_two(half)), power_of_two(exponent - half));
}
