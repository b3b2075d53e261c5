/* Bytes of activations, their scales, and what is left: docs/float.md says how. */

#include "blocks.h"

#define LEVELS 0x42fe0000u

/* Source: x (..., columns). Target: scales (..., columns / group). Attribute: the group. */
void block_scale(const struct call *c) {
  const uint32_t group = c->attributes[0];
  const f32 *x = (const f32 *)source(c, 0) + c->first * group;
  f32 *y = (f32 *)target(c) + c->first;
  for (f32 *end = y + c->count; y < end; y++) {
    f32 most = 0;
    for (const f32 *stop = x + group; x < stop; x++) {
      const f32 size = *x & F32_MAGNITUDE;
      if (size <= F32_INFINITY && size > most)
        most = size;
    }
    *y = f32_div(most, LEVELS);
  }
}

/* The whole number nearest to a quotient, ties to even, at most 127 in magnitude. */
static int32_t nearest_byte(f32 quotient) {
  const uint32_t size = quotient & F32_MAGNITUDE;
  if (size > F32_INFINITY)
    return 0;
  /* Adding 2^23 leaves no fraction. */
  const uint32_t most = 0x43000000u, whole = 0x4b000000u;
  const uint32_t sum = f32_add(size > most ? most : size, whole) - whole;
  const int32_t near = (int32_t)(sum > 127 ? 127 : sum);
  return quotient >> 31 ? -near : near;
}

#define MOST_BYTE 127

/* Quotients from a half to 2^8 have such a difference of exponents, or one more. */
#define LEAST_DISTANCE (-1)
#define MOST_DISTANCE 7

/* How near to a multiple of a half a quotient is that rounds to it: in units of 1 / 2^24
 * of the divisor, less than this for every quotient below 2^8. */
#define NEAR 1024u

/* Exponents of a divisor: a zero or subnormal quotient is far smaller than it, a NaN or
 * an infinity far larger. */
#define DIVISOR_LEAST 2u
#define DIVISOR_MOST 246u

/* The bytes of a group, by a scale that is neither small nor large. Twice the quotient's whole
 * part and what is left of that division say how it is rounded, unless it is next to a
 * half: then it may be rounded to that first. */
static void quantize_group(const f32 *x, const f32 *end, f32 scale, int8_t *y) {
  const uint32_t divisor = (scale & F32_FRACTION) | F32_HIDDEN;
  const uint32_t exponent = f32_exponent(scale), sign = scale & F32_SIGN;
  for (; x < end; x++, y++) {
    const int32_t distance = (int32_t)(f32_exponent(*x) - exponent);
    if (distance < LEAST_DISTANCE) {
      *y = 0;
      continue;
    }
    const uint32_t m = ((*x & F32_FRACTION) | F32_HIDDEN) << ((distance + 1) & 31);
    const uint32_t halves = m / divisor, rest = m % divisor;
    if (distance > MOST_DISTANCE || rest - NEAR > divisor - 2 * NEAR) {
      *y = (int8_t)nearest_byte(f32_div(*x, scale));
      continue;
    }
    int32_t near = (int32_t)((halves + 1) >> 1);
    if (near > MOST_BYTE)
      near = MOST_BYTE;
    *y = (int8_t)((*x & F32_SIGN) == sign ? near : -near);
  }
}

/* Sources: x (..., columns), scales (..., columns / group). Target: y, int8, of the shape
 * of x. Attribute: the group. */
void block_quantize(const struct call *c) {
  const uint32_t group = c->attributes[0];
  const f32 *x = (const f32 *)source(c, 0) + c->first;
  const f32 *scale = (const f32 *)source(c, 1) + c->first / group;
  int8_t *y = (int8_t *)target(c) + c->first;
  for (const int8_t *end = y + c->count; y < end; scale++, x += group, y += group) {
    if (f32_exponent(*scale) - DIVISOR_LEAST <= DIVISOR_MOST - DIVISOR_LEAST) {
      quantize_group(x, x + group, *scale, y);
      continue;
    }
    for (uint32_t i = 0; i < group; i++)
      y[i] = (int8_t)(*scale & F32_MAGNITUDE ? nearest_byte(f32_div(x[i], *scale)) : 0);
  }
}

/* Twice a quotient in units of 1 / FINENESS has so many more bits than its whole part. */
#define FINE_BITS 8

/* As NEAR, of a quotient so much larger. */
#define FINE_NEAR (NEAR << 5)

/* No subnormal number is as near to a divisor of such an exponent. */
#define FINE_DIVISOR_LEAST (FINE_BITS + 1)

static int8_t rest_of(f32 x, f32 scale, int32_t q) {
  const f32 left = f32_add(f32_div(x, scale), f32_from_i32(-q));
  return (int8_t)nearest_byte(f32_mul(left, f32_from_i32(FINENESS)));
}

/* What is left of a group, by a scale that is neither small nor large: as the bytes are
 * made, but that the rest of the first division is divided again. Where the difference
 * is not exact it is beyond what a byte holds, or far nearer to right than FINE_NEAR. */
static void rest_group(const f32 *x, const f32 *end, f32 scale, const int8_t *q,
                       int8_t *y) {
  const uint32_t divisor = (scale & F32_FRACTION) | F32_HIDDEN;
  const uint32_t exponent = f32_exponent(scale), sign = scale & F32_SIGN;
  for (; x < end; x++, q++, y++) {
    const int32_t distance = (int32_t)(f32_exponent(*x) - exponent);
    if (distance < -FINE_BITS || distance > MOST_DISTANCE) {
      *y = rest_of(*x, scale, *q);
      continue;
    }
    uint32_t m = (*x & F32_FRACTION) | F32_HIDDEN, whole = 0;
    if (distance < 0) {
      m <<= distance + FINE_BITS;
    } else {
      m <<= distance;
      whole = m / divisor << FINE_BITS;
      m = m % divisor << FINE_BITS;
    }
    const uint32_t halves = whole + m / divisor, rest = m % divisor;
    if (rest - FINE_NEAR > divisor - 2 * FINE_NEAR) {
      *y = rest_of(*x, scale, *q);
      continue;
    }
    const int32_t near = (int32_t)((halves + 1) >> 1);
    const int32_t left =
        ((*x & F32_SIGN) == sign ? near : -near) - FINENESS * *q;
    *y = (int8_t)(left > MOST_BYTE ? MOST_BYTE : left < -MOST_BYTE ? -MOST_BYTE : left);
  }
}

/* In units of which a byte's is FINENESS. */
void block_rest(const struct call *c) {
  const uint32_t group = c->attributes[0];
  const f32 *x = (const f32 *)source(c, 0) + c->first;
  const f32 *scale = (const f32 *)source(c, 1) + c->first / group;
  const int8_t *q = (const int8_t *)source(c, 2) + c->first;
  int8_t *y = (int8_t *)target(c) + c->first;
  for (const int8_t *end = y + c->count; y < end;
       scale++, x += group, q += group, y += group) {
    if (f32_exponent(*scale) - FINE_DIVISOR_LEAST <= DIVISOR_MOST - FINE_DIVISOR_LEAST) {
      rest_group(x, x + group, *scale, q, y);
      continue;
    }
    for (uint32_t i = 0; i < group; i++)
      y[i] = *scale & F32_MAGNITUDE ? rest_of(x[i], *scale, q[i]) : 0;
  }
}
