/* Many elements to one, and running sums, along an axis and strictly in order: the twins
 * of reduce.py, scan.py and top.py in tinynn/operators/. */

#include "functions.h"
#include "kernels.h"

typedef uint32_t combine(uint32_t total, uint32_t x);

ALWAYS_INLINE uint32_t fold(const uint32_t *x, uint32_t end, uint32_t stride,
                            uint32_t total, combine *with) {
  for (uint32_t i = 0; i < end; i += stride)
    total = with(total, x[i]);
  return total;
}

/* Where in the source the row begins that makes element i of the target. */
static uint32_t row_start(struct axis axis, uint32_t i) {
  return i / axis.inner * axis.n * axis.inner + i % axis.inner;
}

/* Source: x (outer..., n, inner...). Target: y (outer..., 1, inner...). Attribute: the axis.
 * Defines an operator; its body sees a row x, which ends at `end`, and its stride. */
#define REDUCTION(name, result)                                                        \
  void name(const struct call *c) {                                                    \
    const struct axis axis = axis_of(&c->sources[0], c->attributes[0]);                \
    const bool floats = c->target->type == FLOAT32;                                    \
    const uint32_t stride = axis.inner, end = axis.n * stride;                         \
    const uint32_t *elements = source(c, 0);                                           \
    uint32_t *y = target(c);                                                           \
    for (uint32_t i = c->first, stop = c->first + c->count; i < stop; i++) {           \
      const uint32_t *x = elements + row_start(axis, i);                               \
      y[i] = result;                                                                   \
    }                                                                                  \
    (void)floats;                                                                      \
  }

static uint32_t add(uint32_t a, uint32_t b) { return a + b; }
static uint32_t multiply(uint32_t a, uint32_t b) { return a * b; }
static uint32_t greater(uint32_t a, uint32_t b) {
  return (int32_t)b > (int32_t)a ? b : a;
}
static uint32_t smaller(uint32_t a, uint32_t b) {
  return (int32_t)b < (int32_t)a ? b : a;
}

static f32 float_greater(f32 best, f32 x) {
  return f32_less(best, x) || f32_is_nan(x) ? f32_canonical(x) : best;
}
static f32 float_smaller(f32 best, f32 x) {
  return f32_less(x, best) || f32_is_nan(x) ? f32_canonical(x) : best;
}
static f32 add_square(f32 total, f32 x) { return f32_add(total, f32_mul(x, x)); }

REDUCTION(reduce_sum, floats ? fold(x, end, stride, 0, f32_add)
                             : fold(x, end, stride, 0, add))
REDUCTION(reduce_mean, f32_div(fold(x, end, stride, 0, f32_add), f32_from_u32(axis.n)))
REDUCTION(reduce_max, floats ? fold(x, end, stride, f32_canonical(x[0]), float_greater)
                             : fold(x, end, stride, x[0], greater))
REDUCTION(reduce_min, floats ? fold(x, end, stride, f32_canonical(x[0]), float_smaller)
                             : fold(x, end, stride, x[0], smaller))
REDUCTION(reduce_prod, floats ? fold(x, end, stride, F32_ONE, f32_mul)
                              : fold(x, end, stride, 1, multiply))
REDUCTION(reduce_l2, f32_sqrt(fold(x, end, stride, 0, add_square)))

/* ------------------------------------------------------------------------------------
 * Running sums
 * ---------------------------------------------------------------------------------- */

ALWAYS_INLINE void sum_up(const uint32_t *x, uint32_t *y, uint32_t n, uint32_t step,
                          bool exclusive, combine *with) {
  uint32_t total = 0;
  for (uint32_t i = 0, at = 0; i < n; i++, at += step) {
    uint32_t next = with(total, x[at]);
    y[at] = exclusive ? total : next;
    total = next;
  }
}

/* Source: x of any shape. Target: y of its shape.
 * Attributes: the axis, whether it is exclusive, whether it runs from the end. */
void cumsum(const struct call *c) {
  const struct axis axis = axis_of(c->target, c->attributes[0]);
  const bool exclusive = c->attributes[1], reverse = c->attributes[2];
  const uint32_t block = axis.n * axis.inner;
  const uint32_t step = reverse ? 0 - axis.inner : axis.inner;
  const uint32_t begin = reverse ? block - axis.inner : 0;
  const uint32_t *x = source(c, 0);
  uint32_t *y = target(c);
  for (uint32_t i = c->first; i < c->first + c->count; i += block)
    for (uint32_t j = i + begin; j < i + begin + axis.inner; j++) {
      if (c->target->type == FLOAT32)
        sum_up(x + j, y + j, axis.n, step, exclusive, f32_add);
      else
        sum_up(x + j, y + j, axis.n, step, exclusive, add);
    }
}

/* ------------------------------------------------------------------------------------
 * The k largest or smallest
 * ---------------------------------------------------------------------------------- */

/* An integer in the order of the elements; NaNs are above all numbers. */
static int32_t key_of(uint32_t x, bool floats) {
  if (!floats)
    return (int32_t)x;
  if (f32_is_nan(x))
    return INT32_MAX;
  int32_t size = (int32_t)magnitude(x);
  return x & F32_SIGN ? -size : size;
}

static bool comes_before(int32_t a, int32_t b, bool least) {
  return least ? a < b : a > b;
}

/* Keeps the best k indices in y, sorted; each element sinks in from the end. */
static void find_top(const uint32_t *x, uint32_t *y, uint32_t n, uint32_t k,
                     uint32_t stride, bool least, bool floats) {
  for (uint32_t i = 0; i < n; i++) {
    int32_t key = key_of(x[i * stride], floats);
    uint32_t at = i < k ? i : k;
    while (at && comes_before(key, key_of(x[y[(at - 1) * stride] * stride], floats),
                              least)) {
      if (at < k)
        y[at * stride] = y[(at - 1) * stride];
      at--;
    }
    if (at < k)
      y[at * stride] = i;
  }
}

/* Source: x (outer..., n, inner...). Target: y, int32 (outer..., k, inner...).
 * Attributes: the axis, k, and whether the smallest are sought. */
void top_indices(const struct call *c) {
  const struct axis axis = axis_of(&c->sources[0], c->attributes[0]);
  const uint32_t k = c->attributes[1], inner = axis.inner;
  const bool floats = c->sources[0].type == FLOAT32;
  const uint32_t *elements = source(c, 0);
  uint32_t *indices = target(c);
  for (uint32_t i = c->first; i < c->first + c->count; i += k * inner) {
    const uint32_t *x = elements + i / (k * inner) * axis.n * inner;
    for (uint32_t j = 0; j < inner; j++)
      find_top(x + j, indices + i + j, axis.n, k, inner, c->attributes[2], floats);
  }
}
