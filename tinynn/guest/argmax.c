/* Argmax and argmin along one axis: ties to the lowest index, the first NaN before all. */

#include "kernels.h"
#include "softfloat.h"

static uint32_t find_extreme(const f32 *x, uint32_t n, uint32_t stride, bool least) {
  uint32_t best = 0;
  for (uint32_t i = 0; i < n; i++) {
    f32 a = x[i * stride], b = x[best * stride];
    if (f32_is_nan(a))
      return i;
    if (least ? f32_less(a, b) : f32_less(b, a))
      best = i;
  }
  return best;
}

/* Source: x of any shape. Target: y, int32, whose axis has length 1.
 * Attributes: the axis, and whether the least is sought. */
void argmax(const struct call *c) {
  struct axis axis = axis_of(&c->sources[0], c->attributes[0]);
  const f32 *x = source(c, 0);
  uint32_t *y = target(c);
  for (uint32_t j = c->first; j < c->first + c->count; j++) {
    uint32_t start = j / axis.inner * axis.n * axis.inner + j % axis.inner;
    y[j] = find_extreme(x + start, axis.n, axis.inner, c->attributes[1]);
  }
}
