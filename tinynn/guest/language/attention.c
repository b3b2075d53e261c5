/* Attention over the rows that the passes of a loop have put: the twins of
 * tinynn/operators/language/attention.py. */

#include "../dot.h"
#include "../functions.h"
#include "../kernels.h"

/* Positions whose keys lie beside each other. */
#define PANEL 8u

/* The rows that count in a pass. */
struct reach {
  uint32_t start;
  uint32_t end;
};

static struct reach reach_of(uint32_t pass, uint32_t rows, uint32_t window) {
  uint32_t end = pass < rows ? pass + 1 : rows;
  return (struct reach){window && window < end ? end - window : 0, end};
}

/* Stores +0 in a row, but for what is reached. */
static void clear_around(f32 *y, uint32_t rows, struct reach reach) {
  for (uint32_t i = 0; i < reach.start; i++)
    y[i] = 0;
  for (uint32_t i = reach.end; i < rows; i++)
    y[i] = 0;
}

/* Sources: queries (heads, width), keys [rows / 8][kv heads * width][8], the pass (1).
 * Target: y (heads, rows). Attributes: rows, kv heads, the scale, the window. */
void attention_scores(const struct call *c) {
  const uint32_t rows = c->attributes[0];
  const uint32_t heads = c->sources[0].shape[0], width = c->sources[0].shape[1];
  const uint32_t all = c->sources[1].shape[1], group = heads / c->attributes[1];
  const f32 scale = c->attributes[2];
  const struct reach reach =
      reach_of(*(const uint32_t *)source(c, 2), rows, c->attributes[3]);
  const f32 *queries = source(c, 0), *keys = source(c, 1);
  const uint32_t last = (c->first + c->count) / rows;
  SCRATCH_TAKE(terms, width + 1);
  for (uint32_t head = c->first / rows; head < last; head++) {
    f32 *y = (f32 *)target(c) + head * rows;
    const f32 *column = keys + head / group * width * PANEL;
    clear_around(y, rows, reach);
    struct list list;
    list_open(&list);
    list_row(&list, queries + head * width, width, sizeof(f32) * PANEL, false);
    list_close(&list);
    for (uint32_t row = reach.start, next; row < reach.end; row = next) {
      next = (row | (PANEL - 1)) + 1;
      if (next > reach.end)
        next = reach.end;
      dots(&list, column + row / PANEL * all * PANEL + row % PANEL, sizeof(f32),
           next - row, y + row, 1);
      for (uint32_t i = row; i < next; i++)
        y[i] = f32_mul(y[i], scale);
    }
  }
}

/* Sources: scores (heads, rows), the pass (1). Target: y of their shape.
 * Attribute: the window. */
void attention_softmax(const struct call *c) {
  const uint32_t rows = c->target->shape[1];
  const struct reach reach =
      reach_of(*(const uint32_t *)source(c, 1), rows, c->attributes[0]);
  for (uint32_t at = c->first; at < c->first + c->count; at += rows) {
    const f32 *x = (const f32 *)source(c, 0) + at;
    f32 *y = (f32 *)target(c) + at;
    clear_around(y, rows, reach);
    softmax_row(x + reach.start, y + reach.start, reach.end - reach.start, 1);
  }
}

/* Sources: shares (heads, rows), values (rows, kv heads, width), the pass (1).
 * Target: y (heads, width). Attribute: the window. */
void attention_mix(const struct call *c) {
  const uint32_t heads = c->sources[0].shape[0], rows = c->sources[0].shape[1];
  const uint32_t width = c->target->shape[1], kv_heads = c->sources[1].shape[1];
  const uint32_t all = kv_heads * width, group = heads / kv_heads;
  const struct reach reach =
      reach_of(*(const uint32_t *)source(c, 2), rows, c->attributes[0]);
  const f32 *shares = source(c, 0), *values = source(c, 1);
  const uint32_t last = (c->first + c->count) / width;
  SCRATCH_TAKE(terms, rows + 1);
  for (uint32_t head = c->first / width; head < last; head++) {
    struct list list;
    list_open(&list);
    list_row(&list, shares + head * rows + reach.start, reach.end - reach.start,
             sizeof(f32) * all, false);
    list_close(&list);
    dots(&list, values + reach.start * all + head / group * width, sizeof(f32), width,
         (f32 *)target(c) + head * width, 1);
  }
}
