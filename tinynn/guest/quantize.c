/* Between numbers and bytes; docs/float.md and tinynn/operators/quantize.py say how. */

#include "kernels.h"
#include "softfloat.h"

/* Where rounded numbers end: far beyond any byte. */
#define LARGE (1 << 20)
#define LEVELS 0x437f0000u
#define ONE 0x3f800000u

/* `m` divided by 2^shift, to nearest, ties to even; shift is 1 to 60. */
static uint64_t halved(uint64_t m, uint32_t shift) {
  uint64_t whole = m >> shift;
  uint64_t rest = m << (64 - shift);
  const uint64_t half = 1ull << 63;
  return whole + (rest > half || (rest == half && (whole & 1)));
}

/* sign * m * 2^-shift as a whole number in [-LARGE, LARGE], ties to even. */
static int32_t near(bool negative, uint64_t m, int32_t shift) {
  int32_t rounded;
  if (!m || shift > 60) {
    rounded = 0;
  } else if (shift < 1) {
    rounded = LARGE;
  } else {
    uint64_t whole = halved(m, (uint32_t)shift);
    rounded = whole > LARGE ? LARGE : (int32_t)whole;
  }
  return negative ? -rounded : rounded;
}

static uint32_t significand(f32 a) {
  return (a & F32_FRACTION) | (f32_exponent(a) ? F32_HIDDEN : 0);
}

/* Of the number with that exponent, whose significand is whole. */
static int32_t shift_of(f32 a) {
  uint32_t exponent = f32_exponent(a);
  return F32_BIAS + F32_FRACTION_BITS - (int32_t)(exponent ? exponent : 1);
}

static int32_t nearest(f32 a) {
  return f32_is_nan(a) ? 0 : near(a & F32_SIGN, significand(a), shift_of(a));
}

static int32_t nearest_product(int32_t x, f32 factor) {
  if (f32_is_nan(factor))
    return 0;
  uint32_t magnitude = x < 0 ? 0u - (uint32_t)x : (uint32_t)x;
  bool negative = (x < 0) != (factor >> 31);
  return near(negative, (uint64_t)magnitude * significand(factor), shift_of(factor));
}

static int32_t integer_at(const void *at, uint32_t i, uint32_t type) {
  if (type == INT32)
    return ((const int32_t *)at)[i];
  return type == INT8 ? ((const int8_t *)at)[i] : ((const uint8_t *)at)[i];
}

static uint8_t clamped(int32_t y, uint32_t type) {
  const int32_t least = type == INT8 ? -128 : 0;
  if (y < least)
    y = least;
  return (uint8_t)(y > least + 255 ? least + 255 : y);
}

/* Where an element's scale or zero point is among those of a source. */
static uint32_t place_of(const struct call *c, uint32_t which, uint32_t i,
                         uint32_t inner) {
  uint32_t count = c->sources[which].count;
  return count == 1 ? 0 : i / inner % count;
}

static int32_t zero_of(const struct call *c, uint32_t i, uint32_t inner) {
  return integer_at(source(c, 2), place_of(c, 2, i, inner), c->sources[2].type);
}

static uint32_t inner_of(const struct call *c) {
  return c->target->rank ? axis_of(c->target, c->attributes[0]).inner : 1;
}

/* Sources: x, float32, of any shape; scales and zero points, (1) or as many as the axis is
 * long. Target: y, bytes, of the shape of x. Attribute: the axis. */
void quantize(const struct call *c) {
  const f32 *x = source(c, 0), *scales = source(c, 1);
  const uint32_t inner = inner_of(c), end = c->first + c->count;
  uint8_t *y = target(c);
  for (uint32_t i = c->first; i < end; i++) {
    f32 quotient = f32_div(x[i], scales[place_of(c, 1, i, inner)]);
    y[i] = clamped(nearest(quotient) + zero_of(c, i, inner), c->target->type);
  }
}

/* |x| times a factor's significand, which fills 32 bits, divided by 2^(32 + shift), to
 * nearest, ties to even; shift is 1 to 31. The product's low word matters only where it
 * breaks a tie. */
static inline uint32_t nearest_high(uint32_t magnitude, uint32_t significand,
                                    uint32_t shift) {
  uint64_t product = (uint64_t)magnitude * significand;
  uint32_t high = (uint32_t)(product >> 32), low = (uint32_t)product;
  uint32_t odd = high >> shift & 1;
  return (high + (1u << (shift - 1)) - 1 + ((low | odd) != 0)) >> shift;
}

/* Elements [i, end), which have one factor. */
static void requantize_run(const struct call *c, uint32_t i, uint32_t end, f32 factor,
                           int32_t zero) {
  const int32_t *x = source(c, 0);
  const uint32_t type = c->target->type;
  const uint32_t shift = (uint32_t)shift_of(factor) - F32_FRACTION_BITS - 1;
  uint8_t *y = target(c);
  if (factor >> 31 || shift - 1 >= 31) {
    for (; i < end; i++)
      y[i] = clamped(nearest_product(x[i], factor) + zero, type);
    return;
  }
  const uint32_t significand_ = significand(factor) << 8;
  for (; i < end; i++) {
    int32_t whole = x[i] < 0
                        ? -(int32_t)nearest_high(0u - (uint32_t)x[i], significand_, shift)
                        : (int32_t)nearest_high((uint32_t)x[i], significand_, shift);
    y[i] = clamped(whole + zero, type);
  }
}

/* Sources: x, int32, of any shape; factors, float32, and zero points, (1) or as many as the
 * axis is long. Target: y, bytes, of the shape of x. Attribute: the axis.
 * Neighbours along the axis may have different factors. */
void requantize(const struct call *c) {
  const f32 *factors = source(c, 1);
  const uint32_t inner = inner_of(c), end = c->first + c->count;
  const bool one = c->sources[1].count == 1 && c->sources[2].count == 1;
  for (uint32_t i = c->first; i < end;) {
    uint32_t stop = one ? end : i - i % inner + inner;
    if (stop > end)
      stop = end;
    requantize_run(c, i, stop, factors[place_of(c, 1, i, inner)], zero_of(c, i, inner));
    i = stop;
  }
}

/* Sources: x, integers of any shape; scales and zero points, (1) or as many as the axis is
 * long. Target: y, float32, of the shape of x. Attribute: the axis. */
void dequantize(const struct call *c) {
  const f32 *scales = source(c, 1);
  const uint32_t inner = inner_of(c), end = c->first + c->count;
  f32 *y = target(c);
  for (uint32_t i = c->first; i < end; i++) {
    uint32_t x = (uint32_t)integer_at(source(c, 0), i, c->sources[0].type);
    int32_t difference = (int32_t)(x - (uint32_t)zero_of(c, i, inner));
    y[i] = f32_mul(f32_from_i32(difference), scales[place_of(c, 1, i, inner)]);
  }
}

/* The least and the greatest of the data and +0. */
struct range {
  f32 low, high;
};

static struct range range_of(const struct call *c) {
  const f32 *x = source(c, 0);
  struct range r = {0, 0};
  for (uint32_t i = 0; i < c->sources[0].count; i++) {
    if (f32_less(x[i], r.low))
      r.low = x[i];
    if (f32_less(r.high, x[i]))
      r.high = x[i];
  }
  return r;
}

/* Source: x of any shape. Target: y (1). */
void dynamic_scale(const struct call *c) {
  struct range r = range_of(c);
  f32 *y = target(c);
  *y = r.low == r.high ? ONE : f32_div(f32_sub(r.high, r.low), LEVELS);
}

/* Sources: x of any shape, its scale (1). Target: y, uint8 (1). */
void dynamic_zero(const struct call *c) {
  const f32 *scale = source(c, 1);
  f32 low = range_of(c).low ^ F32_SIGN;
  uint8_t *y = target(c);
  *y = clamped(nearest(f32_div(low, *scale)), UINT8);
}
