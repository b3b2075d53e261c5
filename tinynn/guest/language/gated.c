/* A function of one number times another: the twin of
 * tinynn/operators/language/gated.py. */

#include "../functions.h"
#include "../kernels.h"

typedef f32 function(f32 x);

static function *const functions[] = {silu, gelu_tanh, gelu_erf};

/* Sources: gates of any shape, and as many others. Target: y of their shape.
 * Attribute: which function. */
void gated(const struct call *c) {
  const f32 *gate = (const f32 *)source(c, 0) + c->first;
  const f32 *up = (const f32 *)source(c, 1) + c->first;
  f32 *y = (f32 *)target(c) + c->first;
  function *of = functions[c->attributes[0]];
  const uint32_t count = c->count;
  for (uint32_t i = 0; i < count; i++)
    y[i] = f32_mul(of(gate[i]), up[i]);
}
