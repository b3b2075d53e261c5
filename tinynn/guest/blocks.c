/* Weights in blocks: docs/float.md and tinynn/operators/blocks.py say how. */

#include "blocks.h"

#define LEVELS 0x42fe0000u
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

void block_scale(const struct call *c) {
  const uint32_t group = c->attributes[0];
  const f32 *x = (const f32 *)source(c, 0) + c->first * group;
  f32 *y = (f32 *)target(c) + c->first;
  for (f32 *end = y + c->count; y < end; y++) {
    f32 most = 0;
    for (const f32 *stop = x + group; x < stop; x++) {
      const f32 size = *x & F32_MAGNITUDE;
      if (size <= F32_INFINITY && size > most)
        most = size;
    }
    *y = f32_div(most, LEVELS);
  }
}

/* The whole number nearest to a quotient, ties to even, at most 127 in magnitude. */
static int32_t nearest_byte(f32 quotient) {
  const uint32_t size = quotient & F32_MAGNITUDE;
  if (size > F32_INFINITY)
    return 0;
  /* Adding 2^23 leaves no fraction. */
  const uint32_t most = 0x43000000u, whole = 0x4b000000u;
  const uint32_t sum = f32_add(size > most ? most : size, whole) - whole;
  const int32_t near = (int32_t)(sum > 127 ? 127 : sum);
  return quotient >> 31 ? -near : near;
}

#define MOST_BYTE 127

/* Quotients from a half to 2^8 have such a difference of exponents, or one more. */
#define LEAST_DISTANCE (-1)
#define MOST_DISTANCE 7

/* How near to a multiple of a half a quotient is that rounds to it: in units of 1 / 2^24
 * of the divisor, less than this for every quotient below 2^8. */
#define NEAR 1024u

/* Exponents of a divisor: a zero or subnormal quotient is far smaller than it, a NaN or
 * an infinity far larger. */
#define DIVISOR_LEAST 2u
#define DIVISOR_MOST 246u

/* The bytes of a group, by a scale that is neither small nor large. Twice the quotient's whole
 * part and what is left of that division say how it is rounded, unless it is next to a
 * half: then it may be rounded to that first. */
static void quantize_group(const f32 *x, const f32 *end, f32 scale, int8_t *y) {
  const uint32_t divisor = (scale & F32_FRACTION) | F32_HIDDEN;
  const uint32_t exponent = f32_exponent(scale), sign = scale & F32_SIGN;
  for (; x < end; x++, y++) {
    const int32_t distance = (int32_t)(f32_exponent(*x) - exponent);
    if (distance < LEAST_DISTANCE) {
      *y = 0;
      continue;
    }
    const uint32_t m = ((*x & F32_FRACTION) | F32_HIDDEN) << ((distance + 1) & 31);
    const uint32_t halves = m / divisor, rest = m % divisor;
    if (distance > MOST_DISTANCE || rest - NEAR > divisor - 2 * NEAR) {
      *y = (int8_t)nearest_byte(f32_div(*x, scale));
      continue;
    }
    int32_t near = (int32_t)((halves + 1) >> 1);
    if (near > MOST_BYTE)
      near = MOST_BYTE;
    *y = (int8_t)((*x & F32_SIGN) == sign ? near : -near);
  }
}

void block_quantize(const struct call *c) {
  const uint32_t group = c->attributes[0];
  const f32 *x = (const f32 *)source(c, 0) + c->first;
  const f32 *scale = (const f32 *)source(c, 1) + c->first / group;
  int8_t *y = (int8_t *)target(c) + c->first;
  for (const int8_t *end = y + c->count; y < end; scale++, x += group, y += group) {
    if (f32_exponent(*scale) - DIVISOR_LEAST <= DIVISOR_MOST - DIVISOR_LEAST) {
      quantize_group(x, x + group, *scale, y);
      continue;
    }
    for (uint32_t i = 0; i < group; i++)
      y[i] = (int8_t)(*scale & F32_MAGNITUDE ? nearest_byte(f32_div(x[i], *scale)) : 0);
  }
}

/* Weights of word k of a row's group: those of the low halves, and of the high ones. */
struct quants {
  int32_t low[WORD_TERMS], high[WORD_TERMS];
};

static struct quants quants_of(const struct matrix *m, const uint8_t *words, uint32_t k,
                               uint32_t row) {
  struct quants q;
  const uint8_t *bytes = words + WORD_TERMS * (PANEL_ROWS * k + row);
  for (uint32_t j = 0; j < WORD_TERMS; j++) {
    if (m->four) {
      q.low[j] = (bytes[j] & 15) + m->least;
      q.high[j] = (bytes[j] >> 4) + m->least;
    } else {
      q.low[j] = (int8_t)(bytes[j] ^ (j & 1 ? 0 : 0x80));
    }
  }
  return q;
}

static uint32_t words_of(const struct matrix *m) {
  return (m->group >> m->four) / WORD_TERMS;
}

/* A row's group as floats. */
static void group_row(const struct matrix *m, const uint8_t *words, uint32_t row,
                      f32 scale, f32 low, f32 *y) {
  for (uint32_t k = 0; k < words_of(m); k++, y += WORD_TERMS) {
    struct quants q = quants_of(m, words, k, row);
    for (uint32_t j = 0; j < WORD_TERMS; j++) {
      y[j] = f32_mul(f32_from_i32(q.low[j]), scale);
      if (m->low)
        y[j] = f32_add(y[j], low);
      if (!m->four)
        continue;
      f32 *high = &y[j + m->group / 2];
      *high = f32_mul(f32_from_i32(q.high[j]), scale);
      if (m->low)
        *high = f32_add(*high, low);
    }
  }
}

static void block_of_row(const struct matrix *m, const uint8_t *block, uint32_t row,
                         f32 *y) {
  const f32 d = half_at(block, row, 0), least = m->low ? half_at(block, row, 1) : 0;
  const uint8_t *group = block + m->block_head, *end = block + m->block_bytes;
  for (; group < end; group += m->group_bytes, y += m->group) {
    f32 scale = d, low = least;
    if (m->two_level) {
      scale = f32_mul(d, f32_from_i32(small_at(group, row, 0)));
      if (m->low)
        low = F32_SIGN ^ f32_mul(least, f32_from_i32(small_at(group, row, 1)));
    }
    group_row(m, group + m->group_head, row, scale, low, y);
  }
}

void block_row(const struct call *c) {
  const struct matrix m = matrix_of(c->attributes);
  const uint32_t columns = m.blocks * m.block;
  const int32_t *ids = (const int32_t *)source(c, 0) + c->first / columns;
  f32 *y = (f32 *)target(c) + c->first;
  for (const f32 *end = y + c->count; y < end; ids++) {
    uint32_t row = *ids < 0 ? 0 : (uint32_t)*ids;
    row = row < m.rows ? row : m.rows - 1;
    const uint8_t *block = source(c, 1);
    block += row / PANEL_ROWS * m.blocks * m.block_bytes;
    for (uint32_t b = 0; b < m.blocks; b++, y += m.block, block += m.block_bytes)
      block_of_row(&m, block, row % PANEL_ROWS, y);
  }
}
