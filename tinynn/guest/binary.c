/* Functions of two elements, with broadcasting: the twins of tinynn/operators/binary.py. */

#include "functions.h"
#include "walk.h"

typedef uint32_t function(uint32_t a, uint32_t b);

static inline uint32_t load(const void *elements, uint32_t i, uint32_t bytes) {
  return bytes == 4 ? ((const uint32_t *)elements)[i] : ((const uint8_t *)elements)[i];
}

static inline void store(void *elements, uint32_t i, uint32_t bytes, uint32_t value) {
  if (bytes == 4)
    ((uint32_t *)elements)[i] = value;
  else
    ((uint8_t *)elements)[i] = (uint8_t)value;
}

static void walk_start(struct walk *w, const struct call *c, uint32_t sources) {
  w->rank = c->target->rank;
  w->shape = c->target->shape;
  for (uint32_t i = 0; i < sources; i++) {
    walk_broadcast(w, i, &c->sources[i]);
    w->at[i] = 0;
  }
  walk_to(w, sources, c->first);
}

/* Sources: a and b, which are broadcast to the target y.
 * `from` and `to` are the bytes of a source's and of the target's elements. */
ALWAYS_INLINE void zip(const struct call *c, uint32_t from, uint32_t to, function *of) {
  const void *a = source(c, 0), *b = source(c, 1);
  void *y = target(c);
  struct walk w;
  walk_start(&w, c, 2);
  const uint32_t step_a = walk_step(&w, 0), step_b = walk_step(&w, 1);
  for (uint32_t i = c->first, end = c->first + c->count; i < end;) {
    uint32_t run = walk_left_in_row(&w), at_a = w.at[0], at_b = w.at[1];
    if (run > end - i)
      run = end - i;
    for (uint32_t stop = i + run; i < stop; i++) {
      store(y, i, to, of(load(a, at_a, from), load(b, at_b, from)));
      at_a += step_a;
      at_b += step_b;
    }
    walk_on(&w, 2, run);
  }
}

/* Defines an operator on float32 by one function, on int32 by another. */
#define ZIP(name, to, of_floats, of_integers)                                          \
  void name(const struct call *c) {                                                    \
    if (c->sources[0].type == FLOAT32)                                                 \
      zip(c, 4, to, of_floats);                                                        \
    else                                                                               \
      zip(c, 4, to, of_integers);                                                      \
  }

static uint32_t add(uint32_t a, uint32_t b) { return a + b; }
static uint32_t subtract(uint32_t a, uint32_t b) { return a - b; }
static uint32_t multiply(uint32_t a, uint32_t b) { return a * b; }

/* Towards zero. The machine wraps the one quotient that is too large. */
static uint32_t divide(uint32_t a, uint32_t b) {
  if (!b)
    return 0;
  if (b == 0xffffffffu)
    return 0 - a;
  return (uint32_t)((int32_t)a / (int32_t)b);
}

static uint32_t less(uint32_t a, uint32_t b) { return (int32_t)a < (int32_t)b; }
static uint32_t less_equal(uint32_t a, uint32_t b) { return (int32_t)a <= (int32_t)b; }
static uint32_t equal(uint32_t a, uint32_t b) { return a == b; }
static uint32_t least(uint32_t a, uint32_t b) { return less(a, b) ? a : b; }
static uint32_t greatest(uint32_t a, uint32_t b) { return less(b, a) ? a : b; }

static uint32_t float_less(f32 a, f32 b) { return f32_less(a, b); }
static uint32_t float_less_equal(f32 a, f32 b) { return f32_less_equal(a, b); }
static uint32_t float_equal(f32 a, f32 b) { return f32_equal(a, b); }

static f32 float_least(f32 a, f32 b) {
  return f32_canonical(f32_is_nan(a) || f32_less(a, b) ? a : b);
}

static f32 float_greatest(f32 a, f32 b) {
  return f32_canonical(f32_is_nan(a) || f32_less(b, a) ? a : b);
}

static f32 sloped(f32 x, f32 slope) {
  return f32_less(x, 0) ? f32_mul(slope, x) : f32_canonical(x);
}

static uint32_t both(uint32_t a, uint32_t b) { return a && b; }
static uint32_t either(uint32_t a, uint32_t b) { return a || b; }
static uint32_t one_of_two(uint32_t a, uint32_t b) { return !a != !b; }

static uint32_t common_bits(uint32_t a, uint32_t b) { return a & b; }
static uint32_t all_bits(uint32_t a, uint32_t b) { return a | b; }
static uint32_t other_bits(uint32_t a, uint32_t b) { return a ^ b; }

ZIP(zip_add, 4, f32_add, add)
ZIP(zip_sub, 4, f32_sub, subtract)
ZIP(zip_mul, 4, f32_mul, multiply)
ZIP(zip_div, 4, f32_div, divide)
ZIP(zip_min, 4, float_least, least)
ZIP(zip_max, 4, float_greatest, greatest)
ZIP(zip_equal, 1, float_equal, equal)
ZIP(zip_less, 1, float_less, less)
ZIP(zip_less_equal, 1, float_less_equal, less_equal)

void zip_pow(const struct call *c) { zip(c, 4, 4, power); }
void zip_prelu(const struct call *c) { zip(c, 4, 4, sloped); }
void zip_and(const struct call *c) { zip(c, 1, 1, both); }
void zip_or(const struct call *c) { zip(c, 1, 1, either); }
void zip_xor(const struct call *c) { zip(c, 1, 1, one_of_two); }
void zip_bit_and(const struct call *c) { zip(c, 4, 4, common_bits); }
void zip_bit_or(const struct call *c) { zip(c, 4, 4, all_bits); }
void zip_bit_xor(const struct call *c) { zip(c, 4, 4, other_bits); }

/* Sources: condition, bool, a and b, which are broadcast to the target y. */
ALWAYS_INLINE void choose(const struct call *c, uint32_t bytes) {
  const uint8_t *condition = source(c, 0);
  const void *a = source(c, 1), *b = source(c, 2);
  void *y = target(c);
  struct walk w;
  walk_start(&w, c, 3);
  for (uint32_t i = c->first, end = c->first + c->count; i < end; i++) {
    bool first = condition[w.at[0]];
    store(y, i, bytes, first ? load(a, w.at[1], bytes) : load(b, w.at[2], bytes));
    walk_next(&w, 3);
  }
}

void zip_where(const struct call *c) {
  if (item_bytes(c->target->type) == 4)
    choose(c, 4);
  else
    choose(c, 1);
}
