#include "softfloat.h"

#pragma clang section text = ".text.near"

/* Between unpacking and rounding a significand has its hidden bit at bit 30, and seven
 * bits below the last that a result keeps. */
#define GUARD_BITS 7
#define GUARD_MASK 0x7fu
#define GUARD_HALF 0x40u
#define NORMAL 0x40000000u

static uint32_t leading_zeros(uint32_t m) { return (uint32_t)__builtin_clz(m); }

/* The number sign * m * 2^(e - 157), rounded once. m is below 2^31; it is NORMAL or
 * above unless the number is subnormal (e is 1 then). */
static f32 round_pack(uint32_t sign, int32_t e, uint32_t m) {
  if (e > 254)
    return sign | F32_INFINITY;
  if (e < 1) {
    m = shift_right_sticky(m, (uint32_t)(1 - e));
    e = 1;
  }
  uint32_t tie = (m & GUARD_MASK) == GUARD_HALF;
  m = (m + GUARD_HALF) >> GUARD_BITS;
  m &= ~tie;
  /* The hidden bit, if there is one, adds itself to the exponent; so does a carry. */
  return sign | (((uint32_t)(e - 1) << F32_FRACTION_BITS) + m);
}

/* Significand of a finite number with its exponent, which is 1 for subnormals. */
static uint32_t unpack(f32 a, int32_t *e) {
  uint32_t fraction = a & F32_FRACTION;
  uint32_t biased = f32_exponent(a);
  *e = biased ? (int32_t)biased : 1;
  return biased ? fraction | F32_HIDDEN : fraction;
}

/* The same, not zero, shifted until the hidden bit is at bit 23. */
static uint32_t unpack_normal(f32 a, int32_t *e) {
  uint32_t m = unpack(a, e);
  uint32_t shift = leading_zeros(m) - 8;
  *e -= (int32_t)shift;
  return m << shift;
}

static f32 add_any(f32 a, f32 b) {
  if ((a & F32_MAGNITUDE) < (b & F32_MAGNITUDE)) {
    f32 larger = b;
    b = a;
    a = larger;
  }
  bool opposite = (a ^ b) & F32_SIGN;
  if ((a & F32_MAGNITUDE) >= F32_INFINITY) {
    bool undefined = opposite && (b & F32_MAGNITUDE) == F32_INFINITY;
    return undefined ? F32_NAN : f32_canonical(a);
  }
  if (!(b & F32_MAGNITUDE))
    return a & F32_MAGNITUDE ? a : a & b;
  int32_t e, eb;
  uint32_t m = unpack(a, &e) << GUARD_BITS;
  uint32_t mb = unpack(b, &eb) << GUARD_BITS;
  mb = shift_right_sticky(mb, (uint32_t)(e - eb));
  if (!opposite) {
    m += mb;
    if (m >> 31) {
      m = shift_right_sticky(m, 1);
      e++;
    }
    return round_pack(a & F32_SIGN, e, m);
  }
  m -= mb;
  if (!m)
    return 0;
  int32_t shift = (int32_t)leading_zeros(m) - 1;
  if (shift > e - 1)
    shift = e - 1;
  return round_pack(a & F32_SIGN, e - shift, m << shift);
}

/* Normal numbers with a normal sum, or one that cancels: the usual case, in line. */
f32 f32_add(f32 a, f32 b) {
  uint32_t sizes = a << 1, other = b << 1;
  if (sizes < other) {
    uint32_t larger = b;
    b = a;
    a = larger;
    uint32_t size = other;
    other = sizes;
    sizes = size;
  }
  uint32_t e = sizes >> 24, distance = e - (other >> 24);
  /* The smaller is not subnormal, the larger neither infinite nor about to be. */
  if (other < F32_HIDDEN << 1 || e > 253)
    return add_any(a, b);
  if (distance > 25)
    return a;
  uint32_t m = (a << GUARD_BITS | NORMAL) & F32_MAGNITUDE;
  uint32_t mb = (b << GUARD_BITS | NORMAL) & F32_MAGNITUDE;
  mb = mb >> distance | (mb << (-distance & 31) != 0 && distance);
  if (!((a ^ b) & F32_SIGN)) {
    m += mb;
    uint32_t carry = m >> 31;
    m = m >> carry | (m & carry);
    e += carry;
  } else {
    m -= mb;
    if (!m)
      return 0;
    uint32_t shift = leading_zeros(m) - 1;
    if (shift >= e)
      return add_any(a, b);
    m <<= shift;
    e -= shift;
  }
  m = (m + (GUARD_HALF - 1) + (m >> GUARD_BITS & 1)) >> GUARD_BITS;
  return (a & F32_SIGN) | (((e - 1) << F32_FRACTION_BITS) + m);
}

f32 f32_sub(f32 a, f32 b) { return f32_add(a, b ^ F32_SIGN); }

static f32 mul_any(f32 a, f32 b) {
  uint32_t sign = (a ^ b) & F32_SIGN;
  a &= F32_MAGNITUDE;
  b &= F32_MAGNITUDE;
  if (a >= F32_INFINITY || b >= F32_INFINITY) {
    bool undefined = a > F32_INFINITY || b > F32_INFINITY || !a || !b;
    return undefined ? F32_NAN : sign | F32_INFINITY;
  }
  if (!a || !b)
    return sign;
  int32_t ea, eb;
  uint32_t ma = unpack_normal(a, &ea), mb = unpack_normal(b, &eb);
  uint64_t product = (uint64_t)(ma << 7) * (mb << 8);
  uint32_t m = (uint32_t)(product >> 32) | ((uint32_t)product != 0);
  int32_t e = ea + eb - (F32_BIAS - 1);
  if (m < NORMAL) {
    m <<= 1;
    e--;
  }
  return round_pack(sign, e, m);
}

/* Normal numbers with a normal product: the usual case, in line. */
f32 f32_mul(f32 a, f32 b) {
  uint32_t ea = f32_exponent(a), eb = f32_exponent(b), e = ea + eb - F32_BIAS;
  if (ea - 1 > 253 || eb - 1 > 253 || e - 1 > 251)
    return mul_any(a, b);
  uint64_t product = (uint64_t)(a << 8 | F32_SIGN) * (b << 8 | F32_SIGN);
  uint32_t h = (uint32_t)(product >> 32) | ((uint32_t)product != 0);
  uint32_t wide = h >> 31, last = GUARD_BITS + wide;
  h += (0x80u >> (1 - wide)) - 1 + (h >> last & 1);
  return ((a ^ b) & F32_SIGN) | (((e + wide - 1) << F32_FRACTION_BITS) + (h >> last));
}

static f32 div_any(f32 a, f32 b) {
  uint32_t sign = (a ^ b) & F32_SIGN;
  a &= F32_MAGNITUDE;
  b &= F32_MAGNITUDE;
  if (a > F32_INFINITY || b > F32_INFINITY || (a == b && (!a || a == F32_INFINITY)))
    return F32_NAN;
  if (a == F32_INFINITY || !b)
    return sign | F32_INFINITY;
  if (b == F32_INFINITY || !a)
    return sign;
  int32_t ea, eb;
  uint32_t ma = unpack_normal(a, &ea), mb = unpack_normal(b, &eb);
  int32_t e = ea - eb + F32_BIAS;
  if (ma < mb) {
    ma <<= 1;
    e--;
  }
  /* 30 bits of quotient in four short divisions; then ma is the remainder. */
  uint32_t quotient = (ma << 6) / mb;
  ma = (ma << 6) % mb;
  for (int digit = 0; digit < 3; digit++) {
    quotient = quotient << 8 | (ma << 8) / mb;
    ma = (ma << 8) % mb;
  }
  return round_pack(sign, e, quotient | (ma != 0));
}

/* Normal numbers with a normal quotient: the usual case, in line. */
f32 f32_div(f32 a, f32 b) {
  uint32_t ea = f32_exponent(a), eb = f32_exponent(b), e = ea - eb + F32_BIAS;
  if (ea - 1 > 253 || eb - 1 > 253 || e - 2 > 251)
    return div_any(a, b);
  uint32_t ma = (a & F32_FRACTION) | F32_HIDDEN, mb = (b & F32_FRACTION) | F32_HIDDEN;
  uint32_t less = ma < mb;
  ma <<= less;
  e -= less;
  /* 24 bits of quotient. What is left rounds them: it is never half of mb, since then
   * the quotient would have 25 bits, and its product with mb more than ma has. */
  uint32_t quotient = (ma << 7) / mb;
  ma = (ma << 7) % mb;
  for (int digit = 0; digit < 2; digit++) {
    quotient = quotient << 8 | (ma << 8) / mb;
    ma = (ma << 8) % mb;
  }
  quotient += ma << 1 > mb;
  return ((a ^ b) & F32_SIGN) | (((e - 1) << F32_FRACTION_BITS) + quotient);
}

f32 f32_sqrt(f32 a) {
  if (f32_is_nan(a))
    return F32_NAN;
  if (!(a & F32_MAGNITUDE) || a == F32_INFINITY)
    return a;
  if (a & F32_SIGN)
    return F32_NAN;
  int32_t e;
  uint32_t m = unpack_normal(a, &e);
  /* The root halves the exponent, so an odd one lends its bit to the radicand, whose
   * first two bits then are 10 or 11 and not 01. The bias is odd. */
  m <<= (e & 1) ? 7 : 8;
  /* Two bits of the radicand a round, highest first; one bit of the root. */
  uint32_t root = 0, remainder = 0;
  for (int bit = 0; bit < 25; bit++) {
    remainder = remainder << 2 | m >> 30;
    m <<= 2;
    uint32_t trial = root << 2 | 1;
    root <<= 1;
    if (remainder >= trial) {
      remainder -= trial;
      root |= 1;
    }
  }
  return round_pack(0, (e + F32_BIAS) >> 1, root << 6 | (remainder != 0));
}

f32 f32_from_u32(uint32_t n) {
  if (!n)
    return 0;
  uint32_t shift = leading_zeros(n);
  uint32_t m = shift_right_sticky(n << shift, 1);
  return round_pack(0, (int32_t)(F32_BIAS + 31 - shift), m);
}

f32 f32_from_i32(int32_t n) {
  uint32_t sign = (uint32_t)n & F32_SIGN;
  return sign | f32_from_u32(sign ? 0u - (uint32_t)n : (uint32_t)n);
}

int32_t f32_to_i32(f32 a) {
  int32_t e = (int32_t)f32_exponent(a) - F32_BIAS;
  if (f32_is_nan(a) || e < 0)
    return 0;
  if (e > 30)
    return a & F32_SIGN ? INT32_MIN : INT32_MAX;
  uint32_t m = ((a & F32_FRACTION) | F32_HIDDEN) << 8 >> (31 - e);
  return (int32_t)(a & F32_SIGN ? 0u - m : m);
}

/* Numbers in the order of their values, with both zeros at 0. */
static int32_t rank(f32 a) {
  int32_t magnitude = (int32_t)(a & F32_MAGNITUDE);
  return a & F32_SIGN ? -magnitude : magnitude;
}

static bool ordered(f32 a, f32 b) { return !f32_is_nan(a) && !f32_is_nan(b); }

bool f32_equal(f32 a, f32 b) { return ordered(a, b) && rank(a) == rank(b); }

bool f32_less(f32 a, f32 b) { return ordered(a, b) && rank(a) < rank(b); }

bool f32_less_equal(f32 a, f32 b) { return ordered(a, b) && rank(a) <= rank(b); }
