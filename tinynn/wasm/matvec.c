/* Rows of weights in blocks times a vector of bytes, for compilers that multiply bytes by
 * themselves: the sums are exact, and what is rounded is so in the order of
 * guest/blocks/matvec.c. */

#include "../guest/blocks/blocks.h"

/* Of a panel's rows: what their groups add up to. */
struct sums {
  int32_t of[PANEL_ROWS];
};

/* Weights of a group times its bytes, for each row. Weights of eight bits at even places
 * have their sign turned. */
static void add_group(const struct matrix *m, const uint8_t *words, const int8_t *x,
                      struct sums *sums) {
  const uint32_t count = (m->group >> m->four) / WORD_TERMS;
  for (uint32_t k = 0; k < count; k++, x += WORD_TERMS) {
    for (uint32_t row = 0; row < PANEL_ROWS; row++, words += WORD_TERMS) {
      int32_t sum = 0;
      for (uint32_t j = 0; j < WORD_TERMS; j++) {
        if (m->four)
          sum += ((words[j] & 15) + m->least) * x[j] +
                 ((words[j] >> 4) + m->least) * x[j + m->group / 2];
        else
          sum += (int8_t)(words[j] ^ (j & 1 ? 0 : 0x80)) * x[j];
      }
      sums->of[row] += sum;
    }
  }
}

static int32_t sum_of(const int8_t *x, uint32_t count) {
  int32_t sum = 0;
  for (uint32_t i = 0; i < count; i++)
    sum += x[i];
  return sum;
}

/* To all totals (half scale) f32(sum), half being the block's scales or its minima. */
static void add_products(f32 *totals, const uint8_t *block, uint32_t which, f32 scale,
                         const struct sums *sums) {
  for (uint32_t row = 0; row < PANEL_ROWS; row++) {
    const f32 factor = f32_mul(half_at(block, row, which), scale);
    totals[row] = f32_add(totals[row], f32_mul(factor, f32_from_i32(sums->of[row])));
  }
}

static void add_long(const struct matrix *m, const uint8_t *block, const int8_t *x,
                     f32 scale, f32 *totals) {
  struct sums all = {{0}}, lows = {{0}};
  const uint8_t *group = block + m->block_head;
  for (uint32_t i = 0; i < LONG_BLOCK; i += m->group, group += m->group_bytes) {
    struct sums sums = {{0}};
    add_group(m, group + m->group_head, x + i, &sums);
    const int32_t sum = sum_of(x + i, m->group);
    for (uint32_t row = 0; row < PANEL_ROWS; row++) {
      all.of[row] += small_at(group, row, 0) * sums.of[row];
      if (m->low)
        lows.of[row] += small_at(group, row, 1) * sum;
    }
  }
  add_products(totals, block, 0, scale, &all);
  if (m->low)
    add_products(totals, block, 1, scale ^ F32_SIGN, &lows);
}

/* `rest` is what is left of the bytes, or null. */
static void add_short(const struct matrix *m, const uint8_t *block, const int8_t *x,
                      const int8_t *rest, f32 scale, f32 *totals) {
  struct sums sums = {{0}};
  add_group(m, block + m->block_head, x, &sums);
  int32_t sum = sum_of(x, SHORT_BLOCK);
  if (rest) {
    for (uint32_t row = 0; row < PANEL_ROWS; row++)
      sums.of[row] *= FINENESS;
    add_group(m, block + m->block_head, rest, &sums);
    sum = sum * FINENESS + sum_of(rest, SHORT_BLOCK);
    scale = f32_mul(scale, FINE_UNIT);
  }
  add_products(totals, block, 0, scale, &sums);
  if (!m->low)
    return;
  const f32 y = f32_mul(scale, f32_from_i32(sum));
  for (uint32_t row = 0; row < PANEL_ROWS; row++)
    totals[row] = f32_add(totals[row], f32_mul(half_at(block, row, 1), y));
}

/* A panel's rows times one vector. */
static void multiply(const struct matrix *m, const uint8_t *block, const int8_t *x,
                     const int8_t *rest, const f32 *scales, f32 *totals) {
  for (uint32_t row = 0; row < PANEL_ROWS; row++)
    totals[row] = 0;
  for (uint32_t b = 0; b < m->blocks; b++, block += m->block_bytes) {
    const uint32_t place = b * m->block;
    if (m->two_level)
      add_long(m, block, x + place, scales[b], totals);
    else
      add_short(m, block, x + place, rest ? rest + place : 0, scales[b], totals);
  }
}

void block_matvec(const struct call *c) {
  const struct matrix m = matrix_of(c->attributes);
  f32 *y = target(c);
  const uint32_t end = c->first + c->count;
  for (uint32_t next = c->first; next < end;) {
    const uint32_t vector = next / m.rows, row = next % m.rows;
    const uint32_t place = vector * m.blocks * m.block;
    const uint8_t *block = source(c, 2);
    f32 totals[PANEL_ROWS];
    multiply(&m, block + row / PANEL_ROWS * m.blocks * m.block_bytes,
             (const int8_t *)source(c, 0) + place,
             c->source_count == 4 ? (const int8_t *)source(c, 3) + place : 0,
             (const f32 *)source(c, 1) + vector * m.blocks, totals);
    const uint32_t stop = (row / PANEL_ROWS + 1) * PANEL_ROWS;
    for (uint32_t i = row; i < stop && i < m.rows && next < end; i++)
      y[next++] = totals[i % PANEL_ROWS];
  }
}
