/* Rows made to have mean 0 and variance 1: y = (x - m) / sqrt(v + e). */

#include "kernels.h"
#include "softfloat.h"

#define CENTRED 1u
#define ONE 0x3f800000u

static f32 mean_of(const f32 *x, uint32_t n, f32 size) {
  f32 total = 0;
  for (uint32_t i = 0; i < n; i++)
    total = f32_add(total, x[i]);
  return f32_div(total, size);
}

static void normalize_row(const f32 *x, f32 *y, uint32_t n, bool centred, f32 epsilon) {
  f32 size = f32_from_u32(n);
  f32 mean = centred ? mean_of(x, n, size) : 0;
  f32 squares = 0;
  for (uint32_t i = 0; i < n; i++) {
    y[i] = centred ? f32_sub(x[i], mean) : x[i];
    squares = f32_add(squares, f32_mul(y[i], y[i]));
  }
  f32 variance = f32_div(squares, size);
  f32 scale = f32_div(ONE, f32_sqrt(f32_add(variance, epsilon)));
  for (uint32_t i = 0; i < n; i++)
    y[i] = f32_mul(y[i], scale);
}

/* Source: x (outer..., n...). Target: y of its shape. Attributes: the first axis of n,
 * flags, epsilon. */
void normalize(const struct call *c) {
  struct axis axis = axis_of(c->target, c->attributes[0]);
  uint32_t n = axis.n * axis.inner;
  const f32 *x = source(c, 0);
  f32 *y = target(c);
  for (uint32_t i = c->first; i < c->first + c->count; i += n)
    normalize_row(x + i, y + i, n, c->attributes[1] & CENTRED, c->attributes[2]);
}

/* Sources: x (..., n), weights (n). Target: y of the shape of x. Attribute: epsilon. */
void rms_norm(const struct call *c) {
  uint32_t n = c->sources[1].count;
  const f32 *x = source(c, 0), *weights = source(c, 1);
  f32 *y = target(c);
  for (uint32_t i = c->first; i < c->first + c->count; i += n) {
    normalize_row(x + i, y + i, n, false, c->attributes[0]);
    for (uint32_t j = 0; j < n; j++)
      y[i + j] = f32_mul(y[i + j], weights[j]);
  }
}
