/* Dense layers: y[j] = (((+0 + x[0] w[0,j]) + x[1] w[1,j]) + ...) + b[j].
 *
 * One multiply-add is a product rounded to f32 and a sum rounded to f32. `dot` does both
 * on unpacked numbers and returns to plain f32_mul and f32_add where a number is unusual.
 */

#include "kernels.h"
#include "softfloat.h"

#define MAX_INPUTS (1u << 22)

/* ------------------------------------------------------------------------------------
 * Terms: the inputs of a layer, unpacked once and used by every output
 * ---------------------------------------------------------------------------------- */

/* An input is usual if its exponent is in this range: then every product with a weight
 * whose exponent would make trouble (zero, subnormal, infinite, NaN) is too far from a
 * usual accumulator for the fast path. */
#define X_LEAST 107u
#define X_MOST 147u
#define ACC_LEAST 53u
#define ACC_MOST 204u
/* With such a weight, a usual input's product is normal. */
#define W_LEAST 21u
#define W_MOST 232u

struct term {
  f32 x;
  /* With the hidden bit at bit 31. */
  uint32_t significand;
  /* Sign and exponent, biased so that adding a weight's bits gives those of the product,
   * taken as significand with its leading bit at bit 31. Of an unusual term: the address
   * of the next unusual term, or of the list's end. */
  uint32_t scale;
  /* In bytes, from an output's first weight to its weight for this term. */
  uint32_t offset;
};

#define PRODUCT_BIAS ((uint32_t)(F32_BIAS - 1) << F32_FRACTION_BITS)

static struct term terms[MAX_INPUTS + 1];

struct list {
  const struct term *end;
  const struct term *first_unusual;
};

/* Lists the inputs that matter: all, or only those that are not zero. */
static struct list list_terms(const f32 *x, uint32_t count, uint32_t stride,
                              bool skip_zeros) {
  struct term *t = terms;
  uint32_t first_unusual;
  uint32_t *link = &first_unusual;
  for (uint32_t offset = 0; count; count--, x++, offset += stride) {
    if (skip_zeros && !(*x & F32_MAGNITUDE))
      continue;
    t->x = *x;
    t->offset = offset;
    if (f32_exponent(*x) - X_LEAST <= X_MOST - X_LEAST) {
      t->significand = F32_SIGN | *x << 8;
      t->scale = (*x & ~F32_FRACTION) - PRODUCT_BIAS;
    } else {
      *link = (uint32_t)t;
      link = &t->scale;
    }
    t++;
  }
  *link = (uint32_t)t;
  return (struct list){t, (const struct term *)first_unusual};
}

/* ------------------------------------------------------------------------------------
 * The dot product
 * ---------------------------------------------------------------------------------- */

/* An accumulator with its exponent in [ACC_LEAST, ACC_MOST]. */
struct accumulator {
  /* Minus the significand, whose hidden bit is at bit 31 and whose low 8 bits are zero:
   * in (0, 2^31]. Negative as signed once a sum leaves [2^31, 2^32). */
  uint32_t negated;
  /* Sign, exponent, and ones, so that subtracting a weight's bits borrows nothing. */
  uint32_t scale;
};

static inline bool is_usual(f32 a) {
  return f32_exponent(a) - ACC_LEAST <= ACC_MOST - ACC_LEAST;
}

static inline struct accumulator unpack(f32 a) {
  return (struct accumulator){0u - (F32_SIGN | a << 8), a | F32_FRACTION};
}

static inline f32 pack(struct accumulator a) {
  return (a.scale & ~F32_FRACTION) | ((0u - a.negated) >> 8 & F32_FRACTION);
}

/* Significand of the rounded product, its unit at the same bit whether it lies in
 * [2^30, 2^31) or above: no normalising. */
static inline uint32_t product_of(uint32_t significand, f32 w) {
  uint64_t product = (uint64_t)significand * (F32_SIGN | w << 8);
  uint32_t high = (uint32_t)(product >> 32);
  uint32_t unit = (int32_t)high < 0 ? 0x100 : 0x80;
  uint32_t up = high + unit / 2;
  uint32_t rounded = up & (0u - unit);
  /* Only a tie, or what looks like one without the low half, leaves no bits. */
  if (rounded == up && !(uint32_t)product)
    rounded &= ~unit;
  return rounded;
}

/* The sum of a usual accumulator and a product whose weight is normal and whose exponent
 * is in [2, 253]; any exponents, signs and cancellation. */
static f32 add_product(struct accumulator a, uint32_t product, uint32_t product_scale) {
  uint32_t m = (0u - a.negated) >> 1;
  uint32_t p = product >> 1;
  int32_t e = (int32_t)f32_exponent(a.scale);
  int32_t distance = e - (int32_t)f32_exponent(product_scale);
  if (distance >= 0) {
    p = shift_right_sticky(p, (uint32_t)distance);
  } else {
    m = shift_right_sticky(m, (uint32_t)-distance);
    e -= distance;
  }
  uint32_t sign = a.scale & F32_SIGN;
  if (!((a.scale ^ product_scale) & F32_SIGN)) {
    m += p;
  } else if (m >= p) {
    m -= p;
  } else {
    m = p - m;
    sign ^= F32_SIGN;
  }
  if (!m)
    return 0;
  int32_t shift = __builtin_clz(m);
  m <<= shift;
  e -= shift;
  uint32_t tie = (m & 0xff) == 0x80;
  m = ((m >> 7) + 1) >> 1;
  m &= ~tie;
  /* The hidden bit adds itself to the exponent, and so does a carry. */
  return (sign | (uint32_t)e << F32_FRACTION_BITS) + m;
}

static f32 multiply_add(f32 total, f32 x, f32 w) { return f32_add(total, f32_mul(x, w)); }

/* A term that the fast path can't add: its sum has another exponent, or its weight or its
 * product is unusual. */
static f32 add_slowly(struct accumulator a, uint32_t product, const struct term *t, f32 w) {
  if (f32_exponent(w) - W_LEAST > W_MOST - W_LEAST)
    return multiply_add(pack(a), t->x, w);
  return add_product(a, product, t->scale + w);
}

static f32 dot(struct list list, const uint8_t *column) {
  const struct term *t = terms, *stop = list.first_unusual;
  f32 total = 0;
  for (;;) {
    while (t != stop && !is_usual(total)) {
      total = multiply_add(total, t->x, *(const f32 *)(column + t->offset));
      t++;
    }
    if (t == stop) {
      if (t == list.end)
        return total;
      stop = (const struct term *)t->scale;
      total = multiply_add(total, t->x, *(const f32 *)(column + t->offset));
      t++;
      continue;
    }
    struct accumulator a = unpack(total);
    for (;;) {
      f32 w = *(const f32 *)(column + t->offset);
      uint32_t product = product_of(t->significand, w);
      /* Sign and exponent at once: positive if the signs are equal and the accumulator's
       * exponent is larger; 256 less if the signs differ. */
      int32_t distance = (int32_t)(a.scale - t->scale - w) >> F32_FRACTION_BITS;
      uint32_t sum = 0;
      if (distance > 0) {
        if (distance < 32) {
          uint32_t up = (product >> distance) + 0x80;
          uint32_t rounded = up & ~0xffu;
          sum = a.negated - rounded;
          if (rounded == up && !(product << (32 - distance)))
            sum += sum & 0x100;
        }
      } else if ((uint32_t)(distance + 255) < 31) {
        uint32_t up = (product >> (distance & 31)) + 0x80;
        uint32_t rounded = up & ~0xffu;
        sum = a.negated + rounded;
        if (rounded == up && !(product << (-distance & 31)))
          sum -= sum & 0x100;
      }
      if ((int32_t)sum > 0) {
        a.negated = sum;
      } else {
        total = add_slowly(a, product, t, w);
        if (!is_usual(total)) {
          t++;
          break;
        }
        a = unpack(total);
      }
      if (++t == stop) {
        total = pack(a);
        break;
      }
    }
  }
}

void dense(const struct operator_row *row, uint32_t first, uint32_t count) {
  const uint32_t width = row->target_count;
  struct list list = list_terms((const f32 *)row->source, row->source_count, 4 * width,
                                row->flags & FINITE_WEIGHTS);
  const f32 *weights = constant(row->weights);
  const f32 *bias = constant(row->bias);
  f32 *y = (f32 *)row->target;
  for (uint32_t j = first; j < first + count; j++) {
    f32 total = dot(list, (const uint8_t *)(weights + j));
    y[j] = f32_add(total, bias[j]);
  }
}
