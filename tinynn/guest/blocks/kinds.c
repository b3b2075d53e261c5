/* What a kind of weights is, and its floats of 16 bits. */

#include "blocks.h"

#define HALF_FRACTION_BITS 10
#define HALF_MAGNITUDE 0x7fffu
#define HALF_INFINITY 0x7c00u
#define HALF_BIAS 15

struct matrix matrix_of(const uint32_t *attributes) {
  const enum block_kind kind = (enum block_kind)attributes[0];
  struct matrix m = {
      .rows = attributes[1],
      .four = kind == FOUR || kind == FOUR_MIN || kind == LONG_FOUR_MIN,
      .low = kind != FOUR && kind != EIGHT && kind != LONG_EIGHT,
      .two_level = kind >= LONG_FOUR_MIN,
      .group = kind == LONG_EIGHT ? 16 : SHORT_BLOCK,
      .least = kind == FOUR ? -8 : 0,
  };
  m.block = m.two_level ? LONG_BLOCK : SHORT_BLOCK;
  m.blocks = attributes[2] / m.block;
  m.block_head = 2 * PANEL_ROWS << m.low;
  m.group_head = m.two_level ? PANEL_ROWS << m.low : 0;
  m.group_bytes = m.group_head + (PANEL_ROWS * m.group >> m.four);
  m.block_bytes = m.block_head + m.block / m.group * m.group_bytes;
  return m;
}

f32 widened(uint32_t half) {
  const uint32_t sign = half << 16 & F32_SIGN, size = half & HALF_MAGNITUDE;
  const uint32_t rebias = (F32_BIAS - HALF_BIAS) << F32_FRACTION_BITS;
  const uint32_t wide = size << (F32_FRACTION_BITS - HALF_FRACTION_BITS);
  if (size >= HALF_INFINITY)
    return sign | (wide + 2 * rebias);
  if (size >> HALF_FRACTION_BITS)
    return sign | (wide + rebias);
  if (!size)
    return sign;
  /* Subnormal: a whole number of 2^-24. */
  const uint32_t above = (uint32_t)__builtin_clz(size) - 8;
  return sign | (((F32_BIAS - 2 - above) << F32_FRACTION_BITS) + (size << above));
}
