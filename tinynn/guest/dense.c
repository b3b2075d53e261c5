/* Dense layers: y[j] = (((+0 + x[0] w[0,j]) + x[1] w[1,j]) + ...) + b[j]. */

#include "dot.h"
#include "kernels.h"

#pragma clang section text = ".text.near"

/* Sources: x (depth), w (depth, columns), bias (columns). Target: y (columns).
 * Attribute: flags. */
void dense(const struct call *c) {
  struct list list;
  SCRATCH_TAKE(terms, c->sources[0].count + 1);
  list_open(&list);
  list_row(&list, source(c, 0), c->sources[0].count, 4 * c->target->count,
           c->attributes[0] & FINITE_WEIGHTS);
  list_close(&list);
  const f32 *weights = source(c, 1);
  const f32 *bias = source(c, 2);
  f32 *y = target(c);
  dots(&list, weights + c->first, sizeof *weights, c->count, y + c->first, 1);
  for (uint32_t j = c->first; j < c->first + c->count; j++)
    y[j] = f32_add(y[j], bias[j]);
}
