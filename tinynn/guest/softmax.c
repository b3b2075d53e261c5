/* Softmax: y[i] = e^(x[i] - m) / s along one axis, every row by itself. */

#include "functions.h"
#include "kernels.h"

static void softmax_row(const f32 *x, f32 *y, uint32_t n, uint32_t stride) {
  const uint32_t end = n * stride;
  f32 m = x[0];
  for (uint32_t i = stride; i < end; i += stride)
    if (f32_less(m, x[i]))
      m = x[i];
  f32 total = 0;
  for (uint32_t i = 0; i < end; i += stride) {
    y[i] = exponential(f32_sub(x[i], m));
    total = f32_add(total, y[i]);
  }
  for (uint32_t i = 0; i < end; i += stride)
    y[i] = f32_div(y[i], total);
}

void softmax(const struct call *c) {
  struct axis axis = axis_of(c->target, c->attributes[0]);
  const f32 *x = source(c, 0);
  f32 *y = target(c);
  for (uint32_t i = c->first; i < c->first + c->count; i += axis.n * axis.inner)
    for (uint32_t j = i; j < i + axis.inner; j++)
      softmax_row(x + j, y + j, axis.n, axis.inner);
}
