/* Elements moved as they are: the twins of movement.py and gather.py in
 * tinynn/operators/. */

#include "softfloat.h"
#include "walk.h"

#define EITHER_SIZE(name, copy)                                                        \
  void name(const struct call *c) {                                                    \
    if (item_bytes(c->target->type) == 4)                                              \
      copy(c, 4);                                                                      \
    else                                                                               \
      copy(c, 1);                                                                      \
  }

/* One element of 4 bytes or 1. */
ALWAYS_INLINE void move(void *to, uint32_t i, const void *from, uint32_t j,
                        uint32_t bytes) {
  if (bytes == 4)
    ((uint32_t *)to)[i] = ((const uint32_t *)from)[j];
  else
    ((uint8_t *)to)[i] = ((const uint8_t *)from)[j];
}

/* Source: x of any shape, read as a flat row. Target: y of any shape.
 * Attributes: the first place, the target's extents, its strides. */
ALWAYS_INLINE void copy_strided(const struct call *c, uint32_t bytes) {
  const void *x = source(c, 0);
  void *y = target(c);
  struct walk w = {.rank = c->target->rank, .shape = c->target->shape};
  const uint32_t *strides = c->attributes + 1 + w.rank;
  for (uint32_t axis = 0; axis < w.rank; axis++)
    w.stride[0][axis] = strides[axis];
  w.at[0] = c->attributes[0];
  walk_to(&w, 1, c->first);
  const uint32_t step = walk_step(&w, 0);
  for (uint32_t i = c->first, end = c->first + c->count; i < end;) {
    uint32_t run = walk_left_in_row(&w), at = w.at[0];
    if (run > end - i)
      run = end - i;
    for (uint32_t stop = i + run; i < stop; i++, at += step)
      move(y, i, x, at, bytes);
    walk_on(&w, 1, run);
  }
}

EITHER_SIZE(strided, copy_strided)

/* Sources: as many as there are, of one shape but for the axis. Target: y, whose axis is as
 * long as theirs together. Attribute: the axis. A row is a stretch of every source. */
ALWAYS_INLINE void copy_joined(const struct call *c, uint32_t bytes) {
  void *y = target(c);
  const uint32_t axis = c->attributes[0], end = c->first + c->count;
  const struct axis joined = axis_of(c->target, axis);
  const uint32_t width = joined.n * joined.inner;
  uint32_t row = c->first / width, i = c->first;
  for (uint32_t start = row * width; i < end; row++) {
    for (uint32_t s = 0; s < c->source_count; s++) {
      uint32_t part = c->sources[s].shape[axis] * joined.inner;
      uint32_t stop = start + part < end ? start + part : end;
      uint32_t from = row * part + i - start;
      for (const void *x = source(c, s); i < stop; i++, from++)
        move(y, i, x, from, bytes);
      start += part;
    }
  }
}

EITHER_SIZE(concat, copy_joined)

/* Whether the current row, by all axes but the last, has elements of the source. */
static bool row_is_inside(const struct walk *w, const struct operand *x,
                          const uint32_t *before) {
  for (uint32_t axis = 0; axis + 1 < w->rank; axis++)
    if (w->index[axis] - before[axis] >= x->shape[axis])
      return false;
  return true;
}

/* Sources: x of any shape, the value (1). Target: y, longer by what is before and after.
 * Attributes: elements before, by axis, and after. */
ALWAYS_INLINE void copy_padded(const struct call *c, uint32_t bytes) {
  const void *x = source(c, 0), *value = source(c, 1);
  const uint32_t *before = c->attributes;
  void *y = target(c);
  struct walk w = {.rank = c->target->rank, .shape = c->target->shape};
  if (!w.rank) {
    move(y, 0, x, 0, bytes);
    return;
  }
  const uint32_t last = w.rank - 1, length = c->sources[0].shape[last];
  uint32_t stride = 1;
  for (uint32_t axis = w.rank; axis--;) {
    w.stride[0][axis] = stride;
    w.at[0] -= before[axis] * stride;
    stride *= c->sources[0].shape[axis];
  }
  walk_to(&w, 1, c->first);
  for (uint32_t i = c->first, end = c->first + c->count; i < end;) {
    uint32_t run = walk_left_in_row(&w);
    if (run > end - i)
      run = end - i;
    bool inside = row_is_inside(&w, &c->sources[0], before);
    uint32_t at = w.at[0], column = w.index[last] - before[last];
    for (uint32_t stop = i + run; i < stop; i++, at++, column++) {
      if (inside && column < length)
        move(y, i, x, at, bytes);
      else
        move(y, i, value, 0, bytes);
    }
    walk_on(&w, 1, run);
  }
}

EITHER_SIZE(pad, copy_padded)

static uint32_t inside(int32_t index, uint32_t n) {
  if (index < 0)
    index += (int32_t)n;
  if (index < 0)
    return 0;
  return (uint32_t)index < n ? (uint32_t)index : n - 1;
}

/* Sources: x (outer..., n, inner...), indices, int32, of any shape. Target: y (outer...,
 * indices..., inner...). Attribute: the axis of n. */
ALWAYS_INLINE void copy_gathered(const struct call *c, uint32_t bytes) {
  const void *x = source(c, 0);
  const int32_t *indices = source(c, 1);
  void *y = target(c);
  const struct axis axis = axis_of(&c->sources[0], c->attributes[0]);
  const uint32_t along = c->sources[1].count, end = c->first + c->count;
  uint32_t j = c->first % axis.inner, number = c->first / axis.inner;
  uint32_t k = number % along, outer = number / along;
  for (uint32_t i = c->first; i < end;) {
    uint32_t from = (outer * axis.n + inside(indices[k], axis.n)) * axis.inner;
    for (; j < axis.inner && i < end; i++, j++)
      move(y, i, x, from + j, bytes);
    j = 0;
    if (++k == along) {
      k = 0;
      outer++;
    }
  }
}

EITHER_SIZE(gather, copy_gathered)

/* Sources: x (outer..., n, inner...), indices, int32 (outer..., k, inner...). Target: y of
 * the shape of the indices. Attribute: the axis of n. */
ALWAYS_INLINE void copy_elements(const struct call *c, uint32_t bytes) {
  const void *x = source(c, 0);
  const int32_t *indices = source(c, 1);
  void *y = target(c);
  const struct axis axis = axis_of(&c->sources[0], c->attributes[0]);
  const uint32_t row = c->target->shape[c->attributes[0]] * axis.inner;
  for (uint32_t i = c->first, end = c->first + c->count; i < end; i++) {
    uint32_t from = i / row * axis.n + inside(indices[i], axis.n);
    move(y, i, x, from * axis.inner + i % axis.inner, bytes);
  }
}

EITHER_SIZE(gather_elements, copy_elements)
