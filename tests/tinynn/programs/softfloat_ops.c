/* Applies soft-float operations to the input: triples (operation, a, b) in, words out. */

#include "../../../tinynn/guest/softfloat.h"
#include "plumb.h"

static uint32_t apply(uint32_t operation, uint32_t a, uint32_t b) {
  switch (operation) {
  case 0:
    return f32_add(a, b);
  case 1:
    return f32_sub(a, b);
  case 2:
    return f32_mul(a, b);
  case 3:
    return f32_div(a, b);
  case 4:
    return f32_sqrt(a);
  case 5:
    return f32_from_u32(a);
  case 6:
    return f32_from_i32((int32_t)a);
  case 7:
    return (uint32_t)f32_to_i32(a);
  case 8:
    return f32_equal(a, b);
  case 9:
    return f32_less(a, b);
  case 10:
    return f32_less_equal(a, b);
  default:
    return ~0u;
  }
}

int main(void) {
  const uint32_t *triples = (const uint32_t *)PLUMB_INPUT;
  uint32_t *results = (uint32_t *)PLUMB_OUTPUT;
  uint32_t count = PLUMB_INPUT_SIZE / 12;
  for (uint32_t i = 0; i < count; i++)
    results[i] = apply(triples[3 * i], triples[3 * i + 1], triples[3 * i + 2]);
  PLUMB_OUTPUT_SIZE = 4 * count;
  return 0;
}
