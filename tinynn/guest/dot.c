/* One multiply-add is a product rounded to f32 and a sum rounded to f32. `dot` does both
 * on unpacked numbers and returns to plain f32_mul and f32_add where a number is unusual.
 */

#include "dot.h"

#include <stddef.h>

#pragma clang section text = ".text.near"

SCRATCH(struct term, terms, MAX_TERMS + 1);

/* The first of the words from `next` on that is not ±0, or `end`. */
static const f32 *skip_zero_words(const f32 *next, const f32 *end) {
  while (end - next >= 4 && !((next[0] | next[1] | next[2] | next[3]) << 1))
    next += 4;
  while (next != end && !(*next << 1))
    next++;
  return next;
}

void list_row(struct list *list, const f32 *inputs, uint32_t count, uint32_t stride,
              bool skip_zeros) {
  const f32 *next = inputs, *end = inputs + count;
  struct list grown = *list;
  for (uint32_t offset = 0;; next++, offset += stride) {
    for (; next != end && is_usual_input(*next); next++, offset += stride)
      add_usual(&grown, *next, offset);
    if (skip_zeros) {
      const f32 *skipped = skip_zero_words(next, end);
      offset += (uint32_t)(skipped - next) * stride;
      next = skipped;
    }
    if (next == end)
      break;
    list_add(&grown, *next, offset);
  }
  list->end = grown.end;
  list->link = grown.link;
}

/* ------------------------------------------------------------------------------------
 * The dot product
 * ---------------------------------------------------------------------------------- */

/* Exponents of a usual accumulator. */
#define ACC_LEAST 53u
#define ACC_MOST 204u

static inline bool is_usual(f32 a) {
  return f32_exponent(a) - ACC_LEAST <= ACC_MOST - ACC_LEAST;
}

/* `m` rounded to a multiple of `unit`, a power of two. A tie leaves no bits below the
 * unit once half of it is added; `exact` says that none were lost before. Wraps to 0. */
static inline uint32_t round_to(uint32_t unit, uint32_t m, bool exact) {
  uint32_t up = m + unit / 2;
  uint32_t rounded = up & (0u - unit);
  if (rare(rounded == up) && exact)
    rounded &= ~unit;
  return rounded;
}

/* Significand of the rounded product. It lies in [2^30, 2^31) or above; its exponent is
 * as if it lay above, so there is no normalising. */
static inline uint32_t product_of(uint32_t significand, f32 w) {
  uint64_t product = (uint64_t)significand * (F32_SIGN | w << 8);
  uint32_t high = (uint32_t)(product >> 32);
  if ((int32_t)high < 0)
    return round_to(0x100, high, !(uint32_t)product);
  return round_to(0x80, high, !(uint32_t)product);
}

/* `m` shifted right by n + 1, n in [0, 31]; what falls off sets the lowest bit. */
static inline uint32_t shift_and_halve(uint32_t m, uint32_t n) {
  return m >> n >> 1 | ((m << (~n & 31)) != 0);
}

/* Sign and exponent of the accumulator minus those of a product, at once: positive if
 * the signs are equal and the accumulator's exponent is larger. If the signs differ it
 * is 256 less, or more. */
static inline int32_t distance_of(struct accumulator a, uint32_t product_scale) {
  return (int32_t)(a.scale - product_scale) >> F32_FRACTION_BITS;
}

/* The sum of an accumulator and a product when its exponent may be another than the
 * accumulator's. False if it is no usual accumulator; `a` is unchanged then. */
static inline bool add_any(struct accumulator *a, uint32_t product,
                           uint32_t product_scale) {
  int32_t distance = (int8_t)distance_of(*a, product_scale);
  if ((uint32_t)(distance + 31) > 62)
    return false;
  uint32_t m = 0u - a->negated;
  uint32_t e = f32_exponent(a->scale) + 1;
  if (distance >= 0) {
    m >>= 1;
    product = shift_and_halve(product, (uint32_t)distance);
  } else {
    e -= (uint32_t)distance;
    m = shift_and_halve(m, (uint32_t)-distance);
    product >>= 1;
  }
  uint32_t sign = a->scale & F32_SIGN;
  if ((int32_t)(a->scale ^ product_scale) >= 0) {
    m += product;
  } else {
    m -= product;
    if ((int32_t)m <= 0) {
      if (!m)
        return false;
      m = 0u - m;
      sign ^= F32_SIGN;
    }
  }
  uint32_t shift = (uint32_t)__builtin_clz(m);
  m = round_to(0x100, m << shift, true);
  e -= shift;
  if (rare(!m)) {
    m = F32_SIGN;
    e++;
  }
  if (e - ACC_LEAST > ACC_MOST - ACC_LEAST)
    return false;
  a->negated = 0u - m;
  a->scale = sign | e << F32_FRACTION_BITS | F32_FRACTION;
  return true;
}

/* Adds a usual term. False, with `a` unchanged, if the sum is no usual accumulator. */
static inline bool add_term(struct accumulator *a, const struct term *t, f32 w) {
  uint32_t product = product_of(t->significand, w);
  uint32_t product_scale = t->scale + w;
  int32_t distance = distance_of(*a, product_scale);
  uint32_t sum = 0;
  if (distance > 0) {
    if (distance < 32) {
      bool exact = !(product << (-distance & 31));
      uint32_t up = (product >> distance) + 0x80;
      uint32_t rounded = up & ~0xffu;
      sum = a->negated - rounded;
      if (rare(rounded == up) && exact)
        sum += sum & 0x100;
    }
  } else if ((uint32_t)(distance + 255) < 31) {
    bool exact = !(product << (-distance & 31));
    uint32_t up = (product >> (distance & 31)) + 0x80;
    uint32_t rounded = up & ~0xffu;
    sum = a->negated + rounded;
    if (rare(rounded == up) && exact)
      sum -= sum & 0x100;
  }
  if ((int32_t)sum <= 0)
    return add_any(a, product, product_scale);
  a->negated = sum;
  return true;
}

/* The input that add_usual was given. */
static f32 usual_input(const struct term *t) {
  return (t->scale + PRODUCT_BIAS) | (t->significand >> 8 & F32_FRACTION);
}

static const struct term *next_unusual(const struct term *unusual) {
  return (const struct term *)unusual->scale;
}

/* Adds terms from `t` until `stop`, or until one that leaves no usual accumulator, which
 * is the one returned. */
static inline const struct term *add_terms(struct accumulator *total,
                                           const struct term *t,
                                           const struct term *stop,
                                           const uint8_t *column) {
  struct accumulator a = *total;
  while (add_term(&a, t, *(const f32 *)(column + t->offset)) && ++t != stop)
    ;
  *total = a;
  return t;
}

/* `total` and the terms [t, end) of a column; `unusual` is the first such term from `t`
 * on. */
static f32 add_column(f32 total, const struct term *t, const struct term *end,
                      const struct term *unusual, const uint8_t *column) {
  while (t != end) {
    const struct term *stop = unusual < end ? unusual : end;
    if (t != stop && is_usual(total)) {
      struct accumulator a = unpack(total);
      t = add_terms(&a, t, stop, column);
      total = pack(a);
      if (t == stop)
        continue;
    }
    f32 x = t == unusual ? t->significand : usual_input(t);
    total = f32_add(total, f32_mul(x, *(const f32 *)(column + t->offset)));
    if (t == unusual)
      unusual = next_unusual(t);
    t++;
  }
  return total;
}

/* +0 and the first term, which the plain addition would find no sum to add to. */
static f32 first_sum(f32 x, const uint8_t *column) {
  f32 product = f32_mul(x, *(const f32 *)(column + terms->offset));
  return product == F32_SIGN ? 0 : product;
}

f32 dot(const struct list *list, const void *column) {
  const struct term *unusual = (const struct term *)list->first_unusual;
  if (list->end == terms)
    return 0;
  f32 x = terms == unusual ? terms->significand : usual_input(terms);
  if (terms == unusual)
    unusual = next_unusual(terms);
  return add_column(first_sum(x, column), terms + 1, list->end, unusual, column);
}

/* ------------------------------------------------------------------------------------
 * Several columns
 * ---------------------------------------------------------------------------------- */

#define COLUMNS 4

/* What add_to_block reads and writes. */
struct block {
  struct accumulator sums[COLUMNS];
  const uint8_t *columns[COLUMNS];
  /* Columns that have the term it stopped at already. */
  uint32_t ahead;
};

_Static_assert(sizeof(struct term) == 12, "dot_block.py knows it");
_Static_assert(offsetof(struct block, columns) == 32, "dot_block.py knows it");
_Static_assert(offsetof(struct block, ahead) == 48, "dot_block.py knows it");

/* Adds usual terms from `t` until `stop`, or until one that leaves a sum unusual, which
 * is the one returned: add_terms for several columns. dot_block.py writes it. */
const struct term *add_to_block(struct block *block, const struct term *t,
                                const struct term *stop);

/* The same if columns' weights are neighbours. */
const struct term *add_to_neighbours(struct block *block, const struct term *t,
                                     const struct term *stop);

static bool are_usual(const f32 *totals) {
  for (uint32_t c = 0; c < COLUMNS; c++)
    if (!is_usual(totals[c]))
      return false;
  return true;
}

static const struct term *add_fast(f32 *totals, struct block *block,
                                   const struct term *t, const struct term *stop) {
  for (uint32_t c = 0; c < COLUMNS; c++)
    block->sums[c] = unpack(totals[c]);
  bool neighbours = block->columns[1] - block->columns[0] == sizeof(f32);
  t = (neighbours ? add_to_neighbours : add_to_block)(block, t, stop);
  for (uint32_t c = 0; c < COLUMNS; c++)
    totals[c] = pack(block->sums[c]);
  return t;
}

/* Where the fast path gives up the columns go on one by one: for a single term if that
 * is what is unusual, else for ever longer, so that this is hardly ever slower. */
static void dot_block(const struct list *list, const uint8_t *first, uint32_t step,
                      f32 *totals) {
  struct block block;
  const struct term *t = terms, *end = list->end;
  const struct term *unusual = (const struct term *)list->first_unusual;
  f32 x = t == unusual ? t->significand : usual_input(t);
  for (uint32_t c = 0; c < COLUMNS; c++) {
    block.columns[c] = first + c * step;
    totals[c] = t == end ? 0 : first_sum(x, block.columns[c]);
  }
  if (t != end) {
    if (t == unusual)
      unusual = next_unusual(unusual);
    t++;
  }
  uint32_t patience = 1;
  while (t != end) {
    block.ahead = 0;
    if (t != unusual && are_usual(totals))
      t = add_fast(totals, &block, t, unusual);
    const struct term *stop = t + 1;
    if (t != unusual) {
      stop = (uint32_t)(end - t) > patience ? t + patience : end;
      patience *= 2;
    } else if (t == end) {
      break;
    }
    for (uint32_t c = 0; c < COLUMNS; c++)
      totals[c] = add_column(totals[c], t + (c < block.ahead), stop, unusual,
                             block.columns[c]);
    for (t = stop; unusual < t;)
      unusual = next_unusual(unusual);
  }
}

void dots(const struct list *list, const void *first, uint32_t step, uint32_t count,
          f32 *results, uint32_t result_step) {
  const uint8_t *column = first;
  for (; count >= COLUMNS; count -= COLUMNS) {
    f32 totals[COLUMNS];
    dot_block(list, column, step, totals);
    for (uint32_t c = 0; c < COLUMNS; c++, results += result_step)
      *results = totals[c];
    column += COLUMNS * step;
  }
  for (; count; count--, column += step, results += result_step)
    *results = dot(list, column);
}
