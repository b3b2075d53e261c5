/* e^z: the constants and steps of tinynn/operators/functions.py.
 *
 * Most z go a fast way, which does the same rounded operations on unpacked numbers: a
 * significand with its leading bit at bit 31, its last bit at bit 8, and an exponent.
 * Below that last bit are eight more, and the lowest of all holds whatever fell off
 * ("jammed"), so that one rounding to nearest, ties to even, is right. docs/float.md
 * says what makes it short. */

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

/* ------------------------------------------------------------------------------------
 * The plain way
 * ---------------------------------------------------------------------------------- */

/* x = n ln 2 + r. */
struct split {
  int32_t n;
  f32 r;
};

static struct split split(f32 x) {
  f32 shifted = f32_add(f32_mul(x, LOG2_E), ROUNDER);
  f32 n = f32_sub(shifted, ROUNDER);
  f32 r = f32_sub(f32_sub(x, f32_mul(n, LN2_HIGH)), f32_mul(n, LN2_LOW));
  return (struct split){(int32_t)(shifted - ROUNDER), r};
}

/* e^r - 1 for a small r. */
static f32 near_zero(f32 r) {
  return f32_add(f32_mul(f32_mul(r, r), POLYNOMIAL(terms, r)), r);
}

static f32 plain_exponential(f32 z) {
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

/* ------------------------------------------------------------------------------------
 * The fast way
 * ---------------------------------------------------------------------------------- */

#define LEADING 0x80000000u
#define KEPT 0xffffff00u /* a significand's bits */

/* Up to here n is 0: 0.34657359 times log2(e), rounded, is a half. */
#define NO_TURN 0x3eb17218u

/* Below, e^z is 1: 2^-25. */
#define NOTHING 0x33000000u

/* From 86 on the result might be subnormal or infinite. */
#define FAR 0x42ac0000u

#define HIGH_BY_2_25 (355u << 16) /* LN2_HIGH = 355 / 512, in units of 2^-25 */
#define LOW_BY_2_36 0xde8083u     /* -LN2_LOW in units of 2^-36 */
#define EXACT (1 << 25)           /* with fewer units of 2^-32 none may be dropped */
#define LEAST_EXPONENT (-26)

#define RARELY(condition) __builtin_expect(condition, 0)

/* sign * m * 2^(e - 31): `negative` is 0 or all ones, m has its bit 31. */
struct number {
  uint32_t negative;
  uint32_t m;
  int32_t e;
};

/* m >> n for n in [1, 31], jammed. */
ALWAYS_INLINE uint32_t shift_jam(uint32_t m, uint32_t n) {
  return m >> n | (m << (-n & 31) != 0);
}

/* a b / 2^32 for significands, rounded to 24 bits from its leading one, which is bit 30
 * or 31; a narrow one may be rounded up to 2^31. A carry to 2^32 can't be: the product
 * of the largest is less than 2^32 by more than half a last bit. Half a unit is added
 * and what is below the unit cleared; only if nothing was there it may have been a
 * tie. */
ALWAYS_INLINE uint32_t product(uint32_t a, uint32_t b) {
  uint64_t whole = (uint64_t)a * b;
  uint32_t h = (uint32_t)(whole >> 32), kept;
  if ((int32_t)h < 0) {
    kept = (h + 0x80) & KEPT;
    if (RARELY(kept == h + 0x80) && !(uint32_t)whole)
      kept &= ~0x100u;
  } else {
    kept = (h + 0x40) & ~0x7fu;
    if (RARELY(kept == h + 0x40) && !(uint32_t)whole)
      kept &= ~0x80u;
  }
  return kept;
}

/* A product as a significand, one more for its exponent if it is wide. */
ALWAYS_INLINE uint32_t to_leading(uint32_t m, int32_t *e) {
  uint32_t wide = m >> 31;
  *e += (int32_t)wide;
  return m << (1 - wide);
}

/* c + p r, each rounded, as significands: c's exponent is that of the sum, and exceeds
 * p's by `above`. p and c are positive. Bits that fall off in the shift matter only
 * where the rest looks like a tie. */
ALWAYS_INLINE uint32_t step(uint32_t p, struct number r, uint32_t c, int32_t above) {
  uint32_t t = product(p, r.m), n = (uint32_t)(above - 1 - r.e);
  uint32_t sum = c + ((t >> n ^ r.negative) - r.negative);
  uint32_t kept = (sum + 0x80) & KEPT;
  if (RARELY(kept == sum + 0x80)) {
    if (!(t << (-n & 31)))
      kept &= ~0x100u;
    else if (r.negative)
      kept -= 0x100;
  }
  return kept;
}

/* e^r - 1 for |r| below 0.348, an exponent of at least LEAST_EXPONENT. The sums of the
 * polynomial are near their constants, so all exponents but the last are known. */
ALWAYS_INLINE struct number near(struct number r) {
  uint32_t p = terms[0] << 8 | LEADING;
  p = step(p, r, terms[1] << 8 | LEADING, 3);
  p = step(p, r, terms[2] << 8 | LEADING, 3);
  p = step(p, r, terms[3] << 8 | LEADING, 2);
  p = step(p, r, terms[4] << 8 | LEADING, 2);
  /* 1/2 and what may take from it: below a half the last bit is finer. */
  uint32_t t = shift_jam(product(p, r.m), (uint32_t)(1 - r.e));
  int32_t e = -1;
  p = LEADING + ((t ^ r.negative) - r.negative);
  if (!(p & LEADING)) {
    p <<= 1;
    e = -2;
  }
  p += 0x7f + (p >> 8 & 1);
  if (p < LEADING) { /* rounded up to a half */
    p = LEADING;
    e = -1;
  }
  p &= KEPT;
  /* r r p + r */
  int32_t low = 2 * r.e;
  uint32_t square = to_leading(product(r.m, r.m), &low);
  low += e;
  uint32_t bent = to_leading(product(square, p), &low);
  t = shift_jam(bent, (uint32_t)(r.e - low));
  struct number y = {r.negative, 0, r.e};
  if (r.negative) {
    y.m = r.m - t;
    if (!(y.m & LEADING)) {
      y.m <<= 1;
      y.e--;
    }
  } else {
    y.m = r.m + t;
    if (y.m < t) { /* carried */
      y.m = LEADING | y.m >> 1 | (y.m & 1);
      y.e++;
    }
  }
  y.m += 0x7f + (y.m >> 8 & 1);
  if (y.m < LEADING) {
    y.m = LEADING;
    y.e++;
  }
  y.m &= KEPT;
  return y;
}

/* The remainder of z = n ln 2 + r, for |z| in (NO_TURN, FAR); its m is 0 if r is 0 or
 * too small. */
ALWAYS_INLINE struct number remainder_of(f32 z, int32_t *turns) {
  uint32_t m = z << 8 | LEADING;
  uint32_t exponent = f32_exponent(z); /* 125 to 133 */
  /* n is the product with log2(e), rounded, rounded to a whole number. */
  uint32_t y = product(m, LOG2_E << 8 | LEADING) >> 1;
  uint32_t shift = 156 - exponent; /* 23 to 31 */
  uint32_t n = y >> shift, rest = y << (-shift & 31);
  n += rest + (n & 1) > LEADING;
  /* In units of 2^-25 z less n LN2_HIGH is exact, and so is its float. */
  int32_t high = (int32_t)((m >> 8 << (exponent - 125)) - n * HIGH_BY_2_25);
  uint32_t low = n * LOW_BY_2_36;
  uint32_t extra = (uint32_t)__builtin_clz(low);
  if (extra < 8) {
    uint32_t last = 8 - extra;
    low = (low + (1u << (last - 1)) - 1 + (low >> last & 1)) >> last << last;
  }
  int32_t sum = (int32_t)(((uint32_t)high << 7) + (low >> 4));
  int32_t e = -1; /* of bit 31, in units of 2^-32 */
  if (sum < EXACT && sum > -EXACT) {
    sum = (int32_t)(((uint32_t)high << 11) + low);
    e = -5;
  } else {
    sum |= (low & 15) != 0;
  }
  uint32_t negative = (uint32_t)(sum >> 31);
  uint32_t size = ((uint32_t)sum ^ negative) - negative;
  *turns = z & F32_SIGN ? -(int32_t)n : (int32_t)n;
  negative ^= (uint32_t)((int32_t)z >> 31);
  if (!size)
    return (struct number){0, 0, 0};
  uint32_t zeros = (uint32_t)__builtin_clz(size);
  size <<= zeros;
  e -= (int32_t)zeros;
  size += 0x7f + (size >> 8 & 1);
  if (size < LEADING) {
    size = LEADING;
    e++;
  }
  if (e < LEAST_EXPONENT)
    return (struct number){0, 0, 0};
  return (struct number){negative, size & KEPT, e};
}

/* r of x = n ln 2 + r, for |x| in [NOTHING, FAR). */
ALWAYS_INLINE struct number reduced(f32 x, int32_t *n) {
  if ((x & F32_MAGNITUDE) > NO_TURN)
    return remainder_of(x, n);
  *n = 0;
  uint32_t negative = (uint32_t)((int32_t)x >> 31);
  return (struct number){negative, x << 8 | LEADING, (int32_t)f32_exponent(x) - F32_BIAS};
}

f32 exponential(f32 z) {
  uint32_t size = z & F32_MAGNITUDE;
  if (size < NOTHING)
    return F32_ONE;
  if (size >= FAR)
    return plain_exponential(z);
  int32_t n;
  struct number r = reduced(z, &n);
  if (!r.m)
    return plain_exponential(z);
  struct number y = near(r);
  uint32_t t = shift_jam(y.m, (uint32_t)-y.e);
  uint32_t e = LEADING + ((t ^ y.negative) - y.negative), exponent = F32_BIAS - 1;
  if (!(e & LEADING)) {
    e <<= 1;
    exponent--;
  }
  /* The leading bit adds itself to the exponent; so does a carry, twice. */
  uint32_t last = (e >> 8 & 1) + 0x7f;
  uint32_t kept = (e >> 8) + ((e & 0xff) + last >= 0x100);
  return ((exponent + (uint32_t)n) << F32_FRACTION_BITS) + kept;
}

f32 exponential_less_one(f32 x) {
  uint32_t size = x & F32_MAGNITUDE;
  if (!(size < EXPM1_SMALL))
    return f32_sub(exponential(x), F32_ONE);
  struct split part;
  f32 bent;
  struct number r = {0, 0, 0};
  if (size >= NOTHING)
    r = reduced(x, &part.n);
  if (r.m) {
    struct number y = near(r);
    bent = (y.negative & F32_SIGN) |
           ((uint32_t)(y.e + F32_BIAS - 1) << F32_FRACTION_BITS) + (y.m >> 8);
  } else {
    part = split(x);
    bent = near_zero(part.r);
  }
  f32 scale = power_of_two(part.n);
  return f32_add(f32_mul(scale, bent), f32_sub(scale, F32_ONE));
}

/* ------------------------------------------------------------------------------------
 * Rows of them
 * ---------------------------------------------------------------------------------- */

f32 largest(const f32 *x, uint32_t end, uint32_t stride) {
  f32 m = x[0];
  for (uint32_t i = stride; i < end; i += stride)
    if (f32_less(m, x[i]))
      m = x[i];
  return m;
}

void softmax_row(const f32 *x, f32 *y, uint32_t end, uint32_t stride) {
  f32 m = largest(x, end, stride), total = 0;
  for (uint32_t i = 0; i < end; i += stride) {
    y[i] = exponential(f32_sub(x[i], m));
    total = f32_add(total, y[i]);
  }
  for (uint32_t i = 0; i < end; i += stride)
    y[i] = f32_div(y[i], total);
}
