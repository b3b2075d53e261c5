/* The functions but for the exponential; constants as in tinynn/operators/functions.py. */

#include "functions.h"

static const f32 log_terms[] = {0x3e6f083b, 0x3e922d84, 0x3eccccf7, 0x3f2aaaab};

static const f32 tanh_terms[] = {
    0x3b164149, 0xbc08b630, 0x3cb25526, 0xbd5d046e, 0x3e088875, 0xbeaaaaab,
};

static const f32 erf_terms[] = {
    0x38aee6dd, 0xba554844, 0x3baa68f8, 0xbcdc07d9, 0x3de7170c, 0xbec093a2, 0x3e0375d4,
};

static const f32 erfc_terms[] = {
    0x35da875e, 0xb84053b9, 0x3a1bf0b1, 0xbb9ba12e, 0x3cd82e32,
    0xbde1515b, 0xbf21c407, 0xbf90aa02, 0x39a18eef,
};

static const f32 sin_terms[] = {0x3636dee6, 0xb95009d3, 0x3c088887, 0xbe2aaaab};

static const f32 cos_terms[] = {0x37cde37f, 0xbab6094e, 0x3d2aaaaa};

/* 2 / pi in binary after two words of zeros. */
static const uint32_t two_by_pi[] = {
    0x00000000, 0x00000000, 0xa2f9836e, 0x4e441529, 0xfc2757d1,
    0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab, 0xdebbc561,
};

#define LN2_HIGH 0x3f318000u
#define LN2_LOW 0xb95e8083u
#define SQRT_HALF 0x3f3504f3u
#define TWO_TO_23 0x4b000000u
#define TWO_TO_25 0x4c000000u
#define TANH_SMALL 0x3f200000u
#define ERF_SMALL 0x3f6ccccdu
#define ERF_LARGE 0x407ccccdu
#define QUARTER_PI 0x3f490fdbu
#define HALF_PI 0xc90fdaa2u /* times 2^31 */

f32 rounded(f32 x) {
  f32 a = magnitude(x);
  if (f32_less(a, TWO_TO_23))
    a = f32_sub(f32_add(a, TWO_TO_23), TWO_TO_23);
  return f32_canonical(signed_as(a, x));
}

/* A number as the sum of two. */
struct pair {
  f32 high;
  f32 low;
};

/* log(x) for positive finite x. */
static struct pair log_parts(f32 x) {
  int32_t k = 0;
  if (x < F32_HIDDEN) {
    x = f32_mul(x, TWO_TO_25);
    k = -25;
  }
  uint32_t above = x - SQRT_HALF;
  k += (int32_t)above >> F32_FRACTION_BITS;
  f32 f = f32_sub((above & F32_FRACTION) + SQRT_HALF, F32_ONE);
  f32 s = f32_div(f, f32_add(F32_TWO, f));
  f32 z = f32_mul(s, s);
  f32 n = f32_from_i32(k);
  f32 bent = f32_sub(f, f32_mul(z, POLYNOMIAL(log_terms, z)));
  f32 low = f32_sub(f32_mul(s, bent), f32_mul(n, LN2_LOW));
  f32 near = f32_sub(f, low), far = f32_mul(n, LN2_HIGH);
  f32 total = f32_add(far, near);
  f32 lost = f32_sub(near, f32_sub(total, far));
  return (struct pair){total, f32_add(lost, f32_sub(f32_sub(f, near), low))};
}

f32 logarithm(f32 x) {
  if (f32_is_nan(x) || (x & F32_SIGN && x != F32_SIGN))
    return F32_NAN;
  if (!magnitude(x))
    return F32_SIGN | F32_INFINITY;
  return x == F32_INFINITY ? x : log_parts(x).high;
}

f32 logarithm_of_one_and(f32 x) {
  f32 u = f32_add(F32_ONE, x);
  f32 lost = f32_sub(x, f32_sub(u, F32_ONE));
  return f32_add(logarithm(u), f32_div(lost, u));
}

f32 hyperbolic_tangent(f32 x) {
  if (f32_is_nan(x))
    return F32_NAN;
  f32 a = magnitude(x);
  if (a < TANH_SMALL) {
    f32 z = f32_mul(a, a);
    f32 bent = f32_mul(z, POLYNOMIAL(tanh_terms, z));
    return signed_as(f32_add(a, f32_mul(a, bent)), x);
  }
  f32 e = exponential(f32_add(a, a));
  return signed_as(f32_sub(F32_ONE, f32_div(F32_TWO, f32_add(e, F32_ONE))), x);
}

f32 error_function(f32 x) {
  if (f32_is_nan(x))
    return F32_NAN;
  f32 a = magnitude(x);
  if (a < ERF_SMALL) {
    f32 bent = POLYNOMIAL(erf_terms, f32_mul(a, a));
    return signed_as(f32_add(a, f32_mul(a, bent)), x);
  }
  if (a > ERF_LARGE)
    return signed_as(F32_ONE, x);
  return signed_as(f32_sub(F32_ONE, exponential(POLYNOMIAL(erfc_terms, a))), x);
}

/* ------------------------------------------------------------------------------------
 * Sine and cosine
 * ---------------------------------------------------------------------------------- */

/* An angle r + quarter * pi / 2 with |r| <= pi / 4. */
struct angle {
  f32 r;
  uint32_t quarter;
};

/* `m` of 64 bits, below 2^63, times 2^-62, rounded once. */
static f32 round_fraction(uint64_t m) {
  uint32_t shift = 0;
  while (m >> 32) {
    m = m >> 1 | (m & 1);
    shift++;
  }
  return f32_mul(f32_from_u32((uint32_t)m), (F32_BIAS - 62 + shift) << F32_FRACTION_BITS);
}

/* 24 bits of x times 96 digits of 2 / pi, from the first one on that does not stand for
 * a multiple of four quarters. x is finite and not negative. */
static struct angle reduce(f32 x) {
  if (x <= QUARTER_PI)
    return (struct angle){x, 0};
  uint32_t first = f32_exponent(x) - 152 + 64;
  const uint32_t *at = &two_by_pi[first >> 5];
  uint32_t shift = first & 31;
  uint32_t digits[3];
  for (int i = 0; i < 3; i++)
    digits[i] = (uint32_t)((((uint64_t)at[i] << 32 | at[i + 1]) << shift) >> 32);
  uint64_t m = (x & F32_FRACTION) | F32_HIDDEN;
  uint64_t product = (m * digits[0] << 32) + m * digits[1] + (m * digits[2] >> 32);
  uint64_t quarter = (product + ((uint64_t)1 << 61)) >> 62;
  uint64_t fraction = (product - (quarter << 62)) << 1;
  uint32_t sign = (uint32_t)(fraction >> 32) & F32_SIGN;
  if (sign)
    fraction = 0 - fraction;
  uint64_t r = (fraction >> 32) * HALF_PI + ((fraction & 0xffffffff) * HALF_PI >> 32);
  return (struct angle){sign | round_fraction(r), (uint32_t)quarter};
}

static f32 sine_or_cosine(f32 r, uint32_t quarter) {
  f32 z = f32_mul(r, r), y;
  if (quarter & 1)
    y = f32_add(f32_sub(F32_ONE, f32_mul(F32_HALF, z)),
                f32_mul(f32_mul(z, z), POLYNOMIAL(cos_terms, z)));
  else
    y = f32_add(r, f32_mul(r, f32_mul(z, POLYNOMIAL(sin_terms, z))));
  return y ^ (quarter & 2) << 30;
}

f32 sine(f32 x) {
  if (magnitude(x) >= F32_INFINITY)
    return F32_NAN;
  struct angle a = reduce(magnitude(x));
  return sine_or_cosine(a.r, a.quarter) ^ (x & F32_SIGN);
}

f32 cosine(f32 x) {
  if (magnitude(x) >= F32_INFINITY)
    return F32_NAN;
  struct angle a = reduce(magnitude(x));
  return sine_or_cosine(a.r, a.quarter + 1);
}

/* ------------------------------------------------------------------------------------
 * Powers
 * ---------------------------------------------------------------------------------- */

#define SPLITTER 0x45800800u
#define MOST_FACTORS 0x41000000u
#define MOST_EXPONENT 0x43000000u
#define TWO_TO_24 0x4b800000u

static struct pair split(f32 x) {
  f32 c = f32_mul(x, SPLITTER);
  f32 high = f32_sub(c, f32_sub(c, x));
  return (struct pair){high, f32_sub(x, high)};
}

/* What rounding b * log took away from the exponent, and log.low adds to it. */
static f32 lost_of(f32 b, struct pair log, f32 exponent) {
  struct pair p = split(b), q = split(log.high);
  f32 lost = f32_sub(f32_mul(p.high, q.high), exponent);
  f32 cross = f32_add(f32_mul(p.high, q.low), f32_mul(p.low, q.high));
  lost = f32_add(f32_add(lost, cross), f32_mul(p.low, q.low));
  return f32_add(lost, f32_mul(b, log.low));
}

static f32 whole_power(f32 a, uint32_t n) {
  f32 y = F32_ONE;
  for (; n; n >>= 1) {
    if (n & 1)
      y = f32_mul(y, a);
    if (n > 1)
      a = f32_mul(a, a);
  }
  return y;
}

/* |a|^b for a that is no NaN and not 1 in magnitude. */
static f32 general_power(f32 size, f32 b) {
  struct pair log;
  if (!size)
    log = (struct pair){F32_SIGN | F32_INFINITY, 0};
  else if (size == F32_INFINITY)
    log = (struct pair){F32_INFINITY, 0};
  else
    log = log_parts(size);
  f32 exponent = f32_mul(b, log.high), near = exponential(exponent);
  if (!f32_less(magnitude(exponent), MOST_EXPONENT))
    return near;
  f32 lost = lost_of(b, log, exponent);
  return magnitude(lost) ? f32_add(near, f32_mul(near, lost)) : near;
}

f32 power(f32 a, f32 b) {
  f32 size = magnitude(a), count = magnitude(b);
  if (!count || a == F32_ONE)
    return F32_ONE;
  if (f32_is_nan(a) || f32_is_nan(b))
    return F32_NAN;
  bool small = f32_less(count, TWO_TO_24);
  uint32_t times = small ? (uint32_t)f32_to_i32(count) : 0;
  bool whole = !small || f32_equal(f32_from_u32(times), count);
  if (whole && f32_less_equal(count, MOST_FACTORS)) {
    f32 y = whole_power(a, times);
    return b & F32_SIGN ? f32_div(F32_ONE, y) : y;
  }
  if (f32_less(a, 0) && size != F32_INFINITY && !whole)
    return F32_NAN;
  f32 y = size == F32_ONE ? F32_ONE : general_power(size, b);
  return a & F32_SIGN && whole && times & 1 ? y ^ F32_SIGN : y;
}
