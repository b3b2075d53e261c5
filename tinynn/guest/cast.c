/* Elements as another type: the twin of tinynn/operators/cast.py. */

#include "kernels.h"
#include "softfloat.h"

/* An element that is no float, as an integer. */
static int32_t load(const void *x, uint32_t i, uint32_t type) {
  switch (type) {
  case INT32:
    return ((const int32_t *)x)[i];
  case INT8:
    return ((const int8_t *)x)[i];
  case BOOL:
    return ((const uint8_t *)x)[i] != 0;
  default:
    return ((const uint8_t *)x)[i];
  }
}

static int32_t clamp(int32_t n, int32_t low, int32_t high) {
  return n < low ? low : n > high ? high : n;
}

/* Towards zero, at most the ends of the type. */
static int32_t truncate(f32 x, uint32_t type) {
  if (type == BOOL)
    return (x & F32_MAGNITUDE) != 0;
  int32_t n = f32_to_i32(x);
  if (type == INT8)
    return clamp(n, -128, 127);
  return type == UINT8 ? clamp(n, 0, 255) : n;
}

/* Source: x of any shape and type. Target: y of its shape. Attribute: the target's type. */
void cast(const struct call *c) {
  const uint32_t from = c->sources[0].type, to = c->target->type;
  const void *x = source(c, 0);
  void *y = target(c);
  for (uint32_t i = c->first, end = c->first + c->count; i < end; i++) {
    uint32_t element = from == FLOAT32 ? ((const f32 *)x)[i] : (uint32_t)load(x, i, from);
    if (to == FLOAT32)
      element = from == FLOAT32 ? f32_canonical(element)
                                : f32_from_i32((int32_t)element);
    else if (from == FLOAT32)
      element = (uint32_t)truncate(element, to);
    else if (to == BOOL)
      element = element != 0;
    if (item_bytes(to) == 4)
      ((uint32_t *)y)[i] = element;
    else
      ((uint8_t *)y)[i] = (uint8_t)element;
  }
}
