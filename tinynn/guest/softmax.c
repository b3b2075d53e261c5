/* Softmax: y[i] = e^(x[i] - m) / s, and its logarithm (x[i] - m) - log(s), along one axis,
 * every row by itself. */

#include "functions.h"
#include "kernels.h"

static void log_softmax_row(const f32 *x, f32 *y, uint32_t end, uint32_t stride) {
  f32 m = largest(x, end, stride), total = 0;
  for (uint32_t i = 0; i < end; i += stride)
    total = f32_add(total, exponential(f32_sub(x[i], m)));
  f32 logarithm_of_total = logarithm(total);
  for (uint32_t i = 0; i < end; i += stride)
    y[i] = f32_sub(f32_sub(x[i], m), logarithm_of_total);
}

typedef void row_function(const f32 *x, f32 *y, uint32_t end, uint32_t stride);

/* Source: x (outer..., n, inner...). Target: y of its shape. Attribute: the axis of n. */
static void each_row(const struct call *c, row_function *of) {
  struct axis axis = axis_of(c->target, c->attributes[0]);
  const uint32_t block = axis.n * axis.inner;
  const f32 *x = source(c, 0);
  f32 *y = target(c);
  for (uint32_t i = c->first; i < c->first + c->count; i += block)
    for (uint32_t j = i; j < i + axis.inner; j++)
      of(x + j, y + j, block, axis.inner);
}

void softmax(const struct call *c) { each_row(c, softmax_row); }

void log_softmax(const struct call *c) { each_row(c, log_softmax_row); }
