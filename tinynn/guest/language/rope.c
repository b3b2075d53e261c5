/* Pairs of elements turned by a pass's angles: the twin of
 * tinynn/operators/language/rope.py. */

#include "../kernels.h"
#include "../softfloat.h"

/* Sources: x (..., width), cosines and sines (rows, pairs), the pass (1). Target: y of the
 * shape of x. Attribute: whether the elements of a pair lie half of what is turned apart,
 * or are neighbours. */
void rope(const struct call *c) {
  const uint32_t width = c->target->shape[c->target->rank - 1];
  const uint32_t rows = c->sources[1].shape[0], pairs = c->sources[1].shape[1];
  const bool halves = c->attributes[0];
  const uint32_t pass = *(const uint32_t *)source(c, 3);
  const uint32_t row = pass < rows ? pass : rows - 1;
  const f32 *cosines = (const f32 *)source(c, 1) + row * pairs;
  const f32 *sines = (const f32 *)source(c, 2) + row * pairs;
  const uint32_t step = halves ? 1 : 2, apart = halves ? pairs : 1;
  for (uint32_t at = c->first; at < c->first + c->count; at += width) {
    const f32 *x = (const f32 *)source(c, 0) + at;
    f32 *y = (f32 *)target(c) + at;
    for (uint32_t i = 0; i < pairs; i++) {
      const f32 *a = x + i * step;
      const f32 cosine = cosines[i], sine = sines[i];
      y[i * step] = f32_sub(f32_mul(a[0], cosine), f32_mul(a[apart], sine));
      y[i * step + apart] = f32_add(f32_mul(a[0], sine), f32_mul(a[apart], cosine));
    }
    for (uint32_t i = 2 * pairs; i < width; i++)
      y[i] = f32_canonical(x[i]);
  }
}
