/* Sums of products in a fixed order: ((+0 + x[0] w[0]) + x[1] w[1]) + ...
 *
 * The inputs x are listed once and used for many columns of weights. Whoever lists them
 * leaves out zeros where docs/float.md allows it.
 */

#ifndef DOT_H
#define DOT_H

#include "scratch.h"
#include "softfloat.h"

#define MAX_TERMS (1u << 22)

#define rare(condition) __builtin_expect(condition, 0)

/* An input is usual if its exponent is in this range: then every product with a weight
 * whose exponent would make trouble (zero, subnormal, infinite, NaN) is too far from a
 * usual accumulator for the fast path. */
#define X_LEAST 107u
#define X_MOST 147u

#define PRODUCT_BIAS ((uint32_t)(F32_BIAS - 1) << F32_FRACTION_BITS)

/* A float unpacked, usually with its exponent in a range that dot.c and
 * blocks/matvec.c know. */
struct accumulator {
  /* Minus the significand, whose hidden bit is at bit 31 and whose low 8 bits are zero:
   * in (0, 2^31]. Negative as signed once a sum leaves [2^31, 2^32). */
  uint32_t negated;
  /* Sign, exponent, and ones, so that subtracting a weight's bits borrows nothing. */
  uint32_t scale;
};

static inline struct accumulator unpack(f32 a) {
  return (struct accumulator){0u - (F32_SIGN | a << 8), a | F32_FRACTION};
}

static inline f32 pack(struct accumulator a) {
  return (a.scale & ~F32_FRACTION) | ((0u - a.negated) >> 8 & F32_FRACTION);
}

struct term {
  /* Of a usual input: with the hidden bit at bit 31. Else the input. */
  uint32_t significand;
  /* Sign and exponent, biased so that adding a weight's bits gives those of the product,
   * taken as significand with its leading bit at bit 31. Of an unusual term: the address
   * of the next unusual term, or of the list's end. */
  uint32_t scale;
  /* In bytes, from an output's first weight to its weight for this term. */
  uint32_t offset;
};

/* A list of terms; there is one at a time, since all lie in one array, of which a kernel
 * takes one more than it lists. */
struct list {
  struct term *end;
  uint32_t first_unusual;
  /* Where the address of the next unusual term belongs. */
  uint32_t *link;
};

EXTERN_SCRATCH(struct term, terms, MAX_TERMS + 1);

static inline void list_open(struct list *list) {
  list->end = terms;
  list->link = &list->first_unusual;
}

static inline bool is_usual_input(f32 x) {
  return f32_exponent(x) - X_LEAST <= X_MOST - X_LEAST;
}

static inline void add_usual(struct list *list, f32 x, uint32_t offset) {
  *list->end++ = (struct term){
      .significand = F32_SIGN | x << 8,
      .scale = (x & ~F32_FRACTION) - PRODUCT_BIAS,
      .offset = offset,
  };
}

static inline void add_unusual(struct list *list, f32 x, uint32_t offset) {
  struct term *t = list->end++;
  t->significand = x;
  t->offset = offset;
  *list->link = (uint32_t)t;
  list->link = &t->scale;
}

/* Adds input `x`, whose weight lies `offset` bytes after a column's first. */
static inline void list_add(struct list *list, f32 x, uint32_t offset) {
  if (is_usual_input(x))
    add_usual(list, x, offset);
  else
    add_unusual(list, x, offset);
}

static inline void list_close(struct list *list) { *list->link = (uint32_t)list->end; }

/* Adds `count` neighbouring inputs, whose weights are `stride` bytes apart from a
 * column's first on. */
void list_row(struct list *list, const f32 *inputs, uint32_t count, uint32_t stride,
              bool skip_zeros);

/* The sum of the listed inputs' products with a column of weights. */
f32 dot(const struct list *list, const void *column);

/* The same for `count` columns, whose weights begin `step` bytes apart. */
void dots(const struct list *list, const void *first, uint32_t step, uint32_t count,
          f32 *results, uint32_t result_step);

#endif
