/* Rows of weights in blocks as floats. */

#include "blocks.h"

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

/* Sources: numbers of rows, int32 (n); weights [panels][blocks][block bytes].
 * Target: y (n, columns). Attributes: those of struct matrix. */
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
