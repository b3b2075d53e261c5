#include "kernels.h"
#include "softfloat.h"

void scale_u8(const struct operator_row *row, uint32_t first, uint32_t count) {
  /* Each byte value is multiplied once. A result is kept as its complement, which is
   * never zero: no canonical number is all ones. */
  static f32 complements[256];
  const uint8_t *x = (const uint8_t *)row->source + first;
  f32 *y = (f32 *)row->target + first;
  for (uint32_t i = 0; i < count; i++) {
    f32 *known = &complements[x[i]];
    if (!*known)
      *known = ~f32_mul(f32_from_u32(x[i]), row->parameter);
    y[i] = ~*known;
  }
}

void relu(const struct operator_row *row, uint32_t first, uint32_t count) {
  const f32 *x = (const f32 *)row->source + first;
  f32 *y = (f32 *)row->target + first;
  for (uint32_t i = 0; i < count; i++) {
    if (f32_is_nan(x[i]))
      y[i] = F32_NAN;
    else
      y[i] = x[i] & F32_SIGN ? 0 : x[i];
  }
}

void argmax(const struct operator_row *row) {
  const f32 *x = (const f32 *)row->source;
  uint32_t best = 0;
  for (uint32_t i = 0; i < row->source_count; i++) {
    if (f32_is_nan(x[i])) {
      best = i;
      break;
    }
    if (f32_less(x[best], x[i]))
      best = i;
  }
  *(uint32_t *)row->target = best;
}

/* ------------------------------------------------------------------------------------
 * Softmax: the constants and steps of tinynn/operators/softmax.py
 * ---------------------------------------------------------------------------------- */

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

static f32 exponential(f32 z) {
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

void softmax(const struct operator_row *row) {
  const f32 *x = (const f32 *)row->source;
  f32 *y = (f32 *)row->target;
  uint32_t count = row->source_count;
  f32 m = x[0];
  for (uint32_t i = 1; i < count; i++)
    if (f32_less(m, x[i]))
      m = x[i];
  f32 total = 0;
  for (uint32_t i = 0; i < count; i++) {
    y[i] = exponential(f32_sub(x[i], m));
    total = f32_add(total, y[i]);
  }
  for (uint32_t i = 0; i < count; i++)
    y[i] = f32_div(y[i], total);
}
