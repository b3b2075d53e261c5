/* Whole numbers times fixed-point factors: the twin of tinynn/operators/rescale.py. */

#include "kernels.h"

#define MOST_SHIFT 31

/* Divided by 2^shift, to nearest, ties away from zero; shift is 0 to 31. */
static int32_t divided(int32_t x, uint32_t shift) {
  const uint32_t mask = (1u << shift) - 1;
  const uint32_t rest = (uint32_t)x & mask;
  return (x >> shift) + (rest > (mask >> 1) + (x < 0));
}

static uint32_t limited(uint32_t shift) {
  return shift > MOST_SHIFT ? MOST_SHIFT : shift;
}

/* x * multiplier / 2^31, to nearest, ties up. */
static int32_t high(int32_t x, int32_t multiplier) {
  return (int32_t)(((int64_t)x * multiplier + (1 << 30)) >> 31);
}

/* x * multiplier / 2^(31 + right), to nearest, ties away from zero: rounded once. */
static int32_t at_once(int32_t x, int32_t multiplier, uint32_t right) {
  const int64_t product = (int64_t)x * multiplier;
  const int64_t half = (1ll << (30 + right)) - (product < 0);
  return (int32_t)((product + half) >> (31 + right));
}

static void store(void *y, uint32_t i, uint32_t type, int32_t value, int32_t zero) {
  const int32_t sum = (int32_t)((uint32_t)value + (uint32_t)zero);
  if (type == INT32) {
    ((int32_t *)y)[i] = sum;
    return;
  }
  const int32_t least = type == INT8 ? -128 : 0;
  ((uint8_t *)y)[i] =
      (uint8_t)(sum < least ? least : sum > least + 255 ? least + 255 : sum);
}

static int32_t zero_of(const struct call *c) {
  const void *zero = source(c, 3);
  if (c->target->type == INT32)
    return *(const int32_t *)zero;
  return c->target->type == INT8 ? *(const int8_t *)zero : *(const uint8_t *)zero;
}

/* Sources: x, int32, of any shape; multipliers and shifts, int32 (1) or as many as the
 * axis is long; the zero point (1). Target: y of the shape of x. Attributes: the axis, and
 * whether to round once. Neighbours along the axis may have different factors. */
void rescale(const struct call *c) {
  const int32_t *x = source(c, 0), *multipliers = source(c, 1), *shifts = source(c, 2);
  const uint32_t end = c->first + c->count, places = c->sources[1].count;
  const uint32_t inner = places == 1 ? end : axis_of(c->target, c->attributes[0]).inner;
  const uint32_t once = c->attributes[1];
  const int32_t zero = zero_of(c);
  void *y = target(c);
  for (uint32_t i = c->first; i < end;) {
    const uint32_t place = i / inner % places;
    const uint32_t stop = end - i < inner - i % inner ? end : i + (inner - i % inner);
    const int32_t multiplier = multipliers[place];
    const int32_t shift = shifts[place];
    const uint32_t left = shift < 0 ? 0 : limited((uint32_t)shift);
    const uint32_t right = shift < 0 ? limited(0u - (uint32_t)shift) : 0;
    for (; i < stop; i++) {
      int32_t shifted = (int32_t)((uint32_t)x[i] << left);
      int32_t whole = once ? at_once(shifted, multiplier, right)
                           : divided(high(shifted, multiplier), right);
      store(y, i, c->target->type, whole, zero);
    }
  }
}
