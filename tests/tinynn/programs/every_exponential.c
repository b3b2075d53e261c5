/* The guest's exponentials on the host, against the host's own floats: both are given
 * every STRIDE-th of all 2^32 floats, from FIRST on. Prints inputs that differ. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "softfloat.c"

#include "exponential.c"

/* Every operation is stored, so rounded by itself. */
typedef volatile float rounded_float;

static float number(f32 bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

static f32 bits_of(float x) {
  f32 bits;
  memcpy(&bits, &x, sizeof bits);
  return f32_canonical(bits);
}

/* x = n ln 2 + r; e^r - 1. */
static float bent(f32 x, int32_t *n) {
  rounded_float shifted = number(x) * number(LOG2_E);
  shifted = shifted + number(ROUNDER);
  *n = (int32_t)(bits_of(shifted) - ROUNDER);
  rounded_float whole = shifted - number(ROUNDER), part = whole * number(LN2_HIGH);
  rounded_float r = number(x) - part;
  part = whole * number(LN2_LOW);
  r = r - part;
  rounded_float p = number(terms[0]), y = r * r;
  for (int i = 1; i < 6; i++) {
    p = p * r;
    p = p + number(terms[i]);
  }
  y = y * p;
  y = y + r;
  return y;
}

static f32 expected_exponential(f32 z) {
  if (f32_is_nan(z))
    return F32_NAN;
  if (number(z) > number(OVERFLOW))
    return F32_INFINITY;
  if (number(z) < number(UNDERFLOW))
    return 0;
  int32_t n, half;
  rounded_float e = bent(z, &n);
  e = e + 1.0f;
  half = n >> 1;
  e = e * number(power_of_two(half));
  e = e * number(power_of_two(n - half));
  return bits_of(e);
}

static f32 expected_less_one(f32 x) {
  rounded_float y, scale, rest;
  if ((x & F32_MAGNITUDE) < EXPM1_SMALL) {
    int32_t n;
    y = bent(x, &n);
    scale = number(power_of_two(n));
    y = y * scale;
    rest = scale - 1.0f;
    y = y + rest;
  } else {
    y = number(expected_exponential(x));
    y = y - 1.0f;
  }
  return bits_of(y);
}

int main(int count, char **arguments) {
  if (count != 3)
    return 2;
  uint32_t stride = (uint32_t)atol(arguments[1]), wrong = 0;
  for (uint64_t x = (uint64_t)atol(arguments[2]); x >> 32 == 0; x += stride) {
    f32 z = (f32)x;
    if (exponential(z) != expected_exponential(z) && wrong++ < 10)
      printf("exponential %08x\n", z);
    if (exponential_less_one(z) != expected_less_one(z) && wrong++ < 10)
      printf("exponential_less_one %08x\n", z);
  }
  return wrong != 0;
}
