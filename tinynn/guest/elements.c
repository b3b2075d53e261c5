/* Bytes to numbers, and ReLU. */

#include "kernels.h"
#include "scratch.h"
#include "softfloat.h"

#define BYTE_VALUES 256

/* Each byte value is multiplied once. A result is kept as its complement, which is
 * never zero: no canonical number is all ones. */
static SCRATCH(f32, complements, BYTE_VALUES);

/* Source: x, uint8, of any shape. Target: y, float32, of its shape. Attribute: the scale. */
void scale_u8(const struct call *c) {
  SCRATCH_TAKE(complements, BYTE_VALUES);
  const uint8_t *x = (const uint8_t *)source(c, 0) + c->first;
  f32 *y = (f32 *)target(c) + c->first;
  const uint32_t count = c->count;
  for (uint32_t i = 0; i < count; i++) {
    f32 *known = &complements[x[i]];
    if (!*known)
      *known = ~f32_mul(f32_from_u32(x[i]), c->attributes[0]);
    y[i] = ~*known;
  }
}

/* Source: x of any shape. Target: y of its shape. */
void relu(const struct call *c) {
  const f32 *x = (const f32 *)source(c, 0) + c->first;
  f32 *y = (f32 *)target(c) + c->first;
  const uint32_t count = c->count;
  for (uint32_t i = 0; i < count; i++) {
    f32 kept = x[i] & F32_SIGN ? 0 : x[i];
    y[i] = f32_is_nan(x[i]) ? F32_NAN : kept;
  }
}
