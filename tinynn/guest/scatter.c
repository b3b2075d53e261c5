/* Rows of a matrix, replaced by rows of updates or combined with them, in order: the twin
 * of tinynn/operators/scatter.py. */

#include "functions.h"
#include "kernels.h"

enum how { REPLACE, ADD, MULTIPLY, KEEP_LARGER, KEEP_SMALLER };

static f32 combine_floats(enum how how, f32 a, f32 b) {
  switch (how) {
  case ADD:
    return f32_add(a, b);
  case MULTIPLY:
    return f32_mul(a, b);
  case KEEP_LARGER:
    return f32_less(a, b) || f32_is_nan(b) ? f32_canonical(b) : a;
  case KEEP_SMALLER:
    return f32_less(b, a) || f32_is_nan(b) ? f32_canonical(b) : a;
  default:
    return b;
  }
}

static uint32_t combine_integers(enum how how, uint32_t a, uint32_t b) {
  switch (how) {
  case ADD:
    return a + b;
  case MULTIPLY:
    return a * b;
  case KEEP_LARGER:
    return (int32_t)b > (int32_t)a ? b : a;
  case KEEP_SMALLER:
    return (int32_t)b < (int32_t)a ? b : a;
  default:
    return b;
  }
}

/* Where row k of the updates goes: inside the matrix, whatever its number says. */
static uint32_t row_of(const struct call *c, uint32_t k) {
  const int32_t rows = (int32_t)c->target->shape[0];
  int32_t row = ((const int32_t *)source(c, 1))[k];
  if (row < 0)
    row += rows;
  if (row < 0)
    return 0;
  return (uint32_t)(row < rows ? row : rows - 1);
}

/* Elements of the target that row k of the updates falls on in this segment. */
struct span {
  uint32_t start, from, to;
};

static struct span span_of(const struct call *c, uint32_t k, uint32_t width) {
  const uint32_t start = row_of(c, k) * width, last = c->first + c->count;
  return (struct span){
      .start = start,
      .from = start > c->first ? start : c->first,
      .to = start + width < last ? start + width : last,
  };
}

static void scatter_words(const struct call *c, uint32_t count, uint32_t width) {
  const enum how how = (enum how)c->attributes[0];
  const bool floats = c->target->type == FLOAT32;
  const uint32_t *x = source(c, 0), *updates = source(c, 2);
  uint32_t *y = target(c);
  for (uint32_t i = c->first; i < c->first + c->count; i++)
    y[i] = how != REPLACE && floats ? f32_canonical(x[i]) : x[i];
  for (uint32_t k = 0; k < count; k++, updates += width) {
    const struct span at = span_of(c, k, width);
    for (uint32_t i = at.from; i < at.to; i++) {
      const uint32_t b = updates[i - at.start];
      y[i] = floats ? combine_floats(how, y[i], b) : combine_integers(how, y[i], b);
    }
  }
}

static void scatter_bytes(const struct call *c, uint32_t count, uint32_t width) {
  const uint8_t *x = source(c, 0), *updates = source(c, 2);
  uint8_t *y = target(c);
  for (uint32_t i = c->first; i < c->first + c->count; i++)
    y[i] = x[i];
  for (uint32_t k = 0; k < count; k++, updates += width) {
    const struct span at = span_of(c, k, width);
    for (uint32_t i = at.from; i < at.to; i++)
      y[i] = updates[i - at.start];
  }
}

/* Sources: x (n, width), rows of updates, int32 (k), updates (k, width). Target: y of the
 * shape of x. Attribute: enum how. */
void scatter(const struct call *c) {
  const uint32_t *shape = c->sources[2].shape;
  if (item_bytes(c->target->type) == 4)
    scatter_words(c, shape[0], shape[1]);
  else
    scatter_bytes(c, shape[0], shape[1]);
}
