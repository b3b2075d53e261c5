/* Rows of weights in blocks times a vector of bytes.
 *
 * A block after another, and all rows of it before the next: so the bytes stay in
 * registers. Assembly, which sums.py and products.py write, does the usual
 * case; it stops where a number is unusual, and that row is done here.
 */

#include "../dot.h"
#include "blocks.h"

#include <stddef.h>

#define ROWS_TOGETHER 1024u
#define LISTED 16u
#define LEAST_BYTE (-128)

/* Exponents of a vector's scale that leave every product usual. */
#define SCALE_LEAST 67u
#define SCALE_MOST 157u

/* A row of the result so far, and what a block adds to it. */
struct row {
  struct accumulator total;
  int32_t sum;
};

/* What one group of the vector is multiplied with, and where its sums belong. */
struct group {
  /* Weights of the first row; its small scale or minimum, if it has one. */
  const uint8_t *words, *smalls;
  /* The first row's sum, the first one's of the next panel, and behind the last. */
  int32_t *sums, *stop, *last;
  /* Bytes from behind a panel's words to the next panel's. */
  uint32_t stride;
  /* Whose product a sum starts at, and what is added to it in the end. */
  int32_t start, unit, added;
  int32_t listed[LISTED];
  /* Of the group's bytes. */
  int32_t sum;
};

/* What a block's sums are multiplied by and added to. */
struct products {
  const uint16_t *halves;
  /* The first row, the first of the next panel, and the end. */
  struct row *rows;
  const struct row *stop, *last;
  uint32_t stride;
  /* Of the vector's scale, and of what the minima are multiplied by: with the hidden bit
   * at bit 31; sign and exponent, less what the exponents of a product count twice. */
  uint32_t x, x_scale, y, y_scale;
};

_Static_assert(offsetof(struct group, listed) == 36, "sums.py knows it");
_Static_assert(sizeof(struct products) == 36, "products.py knows it");
_Static_assert(sizeof(struct row) == 12, "both know it");

void sum_four(const struct group *g);
void sum_eight(const struct group *g);
void sum_small_four(const struct group *g);
void sum_small_eight(const struct group *g);
void sum_small_half(const struct group *g);
void fine_four(const struct group *g);
void fine_four_more(const struct group *g);
void fine_eight(const struct group *g);
void fine_eight_more(const struct group *g);
void sum_lows_four(const struct group *g);
void sum_lows_eight(const struct group *g);

/* The row that they stopped at. */
struct row *add_products(const struct products *p);
struct row *add_products_and_lows(const struct products *p);

static struct row rows[ROWS_TOGETHER], others[ROWS_TOGETHER];

/* Some rows of the tensor, whole panels, and what one block of the vector is. */
struct part {
  const struct matrix *m;
  /* The block of the first panel. */
  const uint8_t *block;
  uint32_t rows, stride;
  /* Its bytes, and what is left of each, or null. */
  const int8_t *x, *rest;
  f32 scale;
};

/* ------------------------------------------------------------------------------------
 * Exact sums
 * ---------------------------------------------------------------------------------- */

static inline int32_t apart(int32_t low, int32_t high, uint32_t bits) {
  return (int32_t)((uint32_t)low + ((uint32_t)high << bits));
}

/* Four bytes, and what is known of all that were read: their sum, that of those at even
 * places, and a number that is negative if one was the least. */
struct bytes {
  int32_t b[WORD_TERMS];
};

struct known {
  int32_t sum, even, least;
};

static inline struct bytes read(struct known *known, const int8_t *x) {
  const struct bytes four = {{x[0], x[1], x[2], x[3]}};
  const int32_t *b = four.b, most = -1 - LEAST_BYTE;
  known->least |= (b[0] + most) | (b[1] + most) | (b[2] + most) | (b[3] + most);
  known->even += b[0] + b[2];
  known->sum += b[0] + b[1] + b[2] + b[3];
  return four;
}

/* Lists a group as sums.py says; false if a byte is the least. */
static bool list(const struct matrix *m, struct group *g, const int8_t *x) {
  struct known known = {0, 0, 0};
  int32_t *next = g->listed;
  if (m->four) {
    for (const int8_t *end = x + SHORT_BLOCK / 2; x < end; x += WORD_TERMS, next += 4) {
      const struct bytes low = read(&known, x), high = read(&known, x + SHORT_BLOCK / 2);
      next[0] = apart(low.b[2], low.b[0], 16) * 16;
      next[1] = apart(high.b[2], high.b[0], 16);
      next[2] = apart(low.b[3], low.b[1], 16) * 16;
      next[3] = apart(high.b[3], high.b[1], 16);
    }
    g->unit = 1 << 19;
    g->start = 1 - 16 * known.sum;
    g->added = (m->least + 8) * known.sum;
  } else {
    for (const int8_t *end = x + m->group; x < end; x += WORD_TERMS, next += 2) {
      const struct bytes four = read(&known, x);
      next[0] = apart(four.b[3], four.b[0], 24);
      next[1] = apart(four.b[1], four.b[2], 24);
    }
    g->unit = 1 << 23;
    g->start = 1 - 256 * known.even;
  }
  g->sum = known.sum;
  return known.least >= 0;
}

/* Field by field: an initialiser would fill what is listed with zeros. */
static void begin(struct group *g, const struct part *p, const uint8_t *at,
                  struct row *to) {
  g->words = at + p->m->group_head;
  g->smalls = at;
  g->sums = &to->sum;
  g->stop = &to[PANEL_ROWS].sum;
  g->last = &to[p->rows].sum;
  g->stride = p->stride - PANEL_ROWS * WORD_TERMS;
}

static void sum_listed(const struct matrix *m, const struct group *g) {
  if (m->two_level)
    (m->four ? sum_small_four : m->group == SHORT_BLOCK ? sum_small_eight : sum_small_half)(g);
  else
    (m->four ? sum_four : sum_eight)(g);
}

/* The same where a byte is the least: of both halves of each. */
static void sum_halves(const struct part *p, struct group *g, const int8_t *x) {
  const struct matrix *m = p->m;
  int8_t halves[2][SHORT_BLOCK];
  for (uint32_t i = 0; i < m->group; i++) {
    halves[0][i] = (int8_t)(x[i] >> 1);
    halves[1][i] = (int8_t)(x[i] - halves[0][i]);
  }
  list(m, g, halves[0]);
  sum_listed(m, g);
  if (!m->two_level)
    begin(g, p, g->smalls, others);
  list(m, g, halves[1]);
  sum_listed(m, g);
  for (uint32_t i = 0; !m->two_level && i < p->rows; i++)
    rows[i].sum += others[i].sum;
}

/* All rows' sums of the group at `at`; added to what is there in two levels. The sum of
 * its bytes. */
static int32_t sum_group(const struct part *p, const uint8_t *at, const int8_t *x) {
  struct group g;
  begin(&g, p, at, rows);
  const bool usual = list(p->m, &g, x);
  const int32_t sum = g.sum;
  if (usual)
    sum_listed(p->m, &g);
  else
    sum_halves(p, &g, x);
  return sum;
}

/* The sums of a block in two levels; what its minima are multiplied with is listed. */
static void sum_long(const struct part *p, struct group *lows) {
  const struct matrix *m = p->m;
  const uint8_t *at = p->block + m->block_head;
  begin(lows, p, at + PANEL_ROWS, rows);
  for (uint32_t i = 0; i < p->rows; i++)
    rows[i].sum = 0;
  for (uint32_t i = 0; i < LONG_BLOCK / m->group; i++, at += m->group_bytes)
    lows->listed[i] = sum_group(p, at, p->x + i * m->group);
}

/* The same of a group alone, with what is left of its bytes. */
static int32_t sum_fine(const struct part *p, const uint8_t *at) {
  const struct matrix *m = p->m;
  int32_t x[SHORT_BLOCK], sum = 0, even = 0;
  for (uint32_t i = 0; i < SHORT_BLOCK; i++) {
    x[i] = p->x[i] * FINENESS + p->rest[i];
    sum += x[i];
    if (i % 2 == 0)
      even += x[i];
  }
  for (uint32_t half = 0; half < 2; half++) {
    struct group g;
    begin(&g, p, at + half * (m->group_bytes / 2), rows);
    g.start = m->four ? m->least * sum : -128 * even;
    for (uint32_t i = 0; i < LISTED; i++)
      g.listed[i] = m->four ? x[LISTED / 2 * half + i / 2 + i % 2 * (SHORT_BLOCK / 2)]
                            : x[LISTED * half + i];
    if (m->four)
      (half ? fine_four_more : fine_four)(&g);
    else
      (half ? fine_eight_more : fine_eight)(&g);
  }
  return sum;
}

/* ------------------------------------------------------------------------------------
 * Rounded products
 * ---------------------------------------------------------------------------------- */

static uint32_t significand(f32 x) { return F32_SIGN | x << 8; }

/* Sign and exponent, more by so many. */
static uint32_t scale_of(f32 x, int32_t more) {
  return (x & ~F32_FRACTION) + ((uint32_t)more << F32_FRACTION_BITS);
}

static bool is_usual_scale(f32 x) {
  return f32_exponent(x) - SCALE_LEAST <= SCALE_MOST - SCALE_LEAST;
}

/* A row's part of what add_all does. */
static void add_row(const struct part *p, uint32_t i, uint32_t which, f32 scale,
                    const f32 *y) {
  const uint8_t *block = p->block + i / PANEL_ROWS * p->stride;
  struct row *row = &rows[i];
  f32 factor = f32_mul(half_at(block, i % PANEL_ROWS, which), scale);
  f32 total = f32_add(pack(row->total), f32_mul(factor, f32_from_i32(row->sum)));
  if (y)
    total = f32_add(total, f32_mul(half_at(block, i % PANEL_ROWS, 1), *y));
  row->total = unpack(total);
}

/* To all totals (w.d scale) f32(sum), w.d the block's scales or, as `which` says, its
 * minima; then, unless y is null, w.m y. */
static void add_all(const struct part *p, uint32_t which, f32 scale, const f32 *y) {
  struct products fast = {
      .last = rows + p->rows,
      .stride = p->stride - PANEL_ROWS * 2,
      .x = significand(scale),
      .x_scale = scale_of(scale, 18),
      .y = y ? significand(*y) : 0,
      .y_scale = y ? scale_of(*y, -14) : 0,
  };
  const bool usual = is_usual_scale(scale) && (!y || *y & F32_MAGNITUDE);
  for (uint32_t i = 0; i < p->rows; i++) {
    if (usual) {
      const uint8_t *block = p->block + i / PANEL_ROWS * p->stride;
      fast.halves = (const uint16_t *)block + PANEL_ROWS * which + i % PANEL_ROWS;
      fast.rows = rows + i;
      fast.stop = rows + (i & ~(PANEL_ROWS - 1)) + PANEL_ROWS;
      i = (uint32_t)((y ? add_products_and_lows : add_products)(&fast) - rows);
      if (i == p->rows)
        break;
    }
    add_row(p, i, which, scale, y);
  }
}

static void add_block(const struct part *p) {
  const struct matrix *m = p->m;
  if (m->two_level) {
    struct group lows;
    sum_long(p, &lows);
    add_all(p, 0, p->scale, 0);
    if (m->low) {
      (m->four ? sum_lows_four : sum_lows_eight)(&lows);
      add_all(p, 1, p->scale ^ F32_SIGN, 0);
    }
    return;
  }
  const uint8_t *at = p->block + m->block_head;
  const int32_t sum = p->rest ? sum_fine(p, at) : sum_group(p, at, p->x);
  const f32 y = f32_mul(p->scale, f32_from_i32(sum));
  add_all(p, 0, p->scale, m->low ? &y : 0);
}

/* Rows [first, end) of one vector, first a panel's first. */
static void multiply(const struct call *c, const struct matrix *m, uint32_t vector,
                     uint32_t first, uint32_t end) {
  const uint32_t panel_bytes = m->blocks * m->block_bytes;
  const f32 *scale = (const f32 *)source(c, 1) + vector * m->blocks;
  const uint32_t place = vector * m->blocks * m->block;
  struct part p = {
      .m = m,
      .block = (const uint8_t *)source(c, 2) + first / PANEL_ROWS * panel_bytes,
      .rows = (end - first + PANEL_ROWS - 1) & ~(PANEL_ROWS - 1),
      .stride = panel_bytes,
      .x = (const int8_t *)source(c, 0) + place,
      .rest = c->source_count == 4 ? (const int8_t *)source(c, 3) + place : 0,
  };
  for (uint32_t i = 0; i < p.rows; i++)
    rows[i].total = unpack(0);
  for (uint32_t b = 0; b < m->blocks; b++) {
    p.scale = p.rest ? f32_mul(scale[b], FINE_UNIT) : scale[b];
    add_block(&p);
    p.block += m->block_bytes;
    p.x += m->block;
    if (p.rest)
      p.rest += m->block;
  }
  f32 *y = (f32 *)target(c) + vector * m->rows;
  for (uint32_t row = first; row < end; row++)
    y[row] = f32_canonical(pack(rows[row - first].total));
}

/* Sources: x, int8 (..., columns), scales (..., blocks), weights [panels][blocks][block
 * bytes]. Target: y (..., rows). Attributes: those of struct matrix. */
void block_matvec(const struct call *c) {
  const struct matrix m = matrix_of(c->attributes);
  const uint32_t end = c->first + c->count;
  for (uint32_t next = c->first; next < end;) {
    const uint32_t vector = next / m.rows, start = vector * m.rows;
    uint32_t stop = start + m.rows < end ? start + m.rows : end;
    if (stop - next > ROWS_TOGETHER)
      stop = next + ROWS_TOGETHER;
    multiply(c, &m, vector, next - start, stop - start);
    next = stop;
  }
}
