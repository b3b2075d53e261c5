/* Convolutions: y[n, m, p] = (((+0 + x[p, 0] w[m, 0]) + ...) + bias[m], where x[p, ...] is
 * the patch of pixel p. It is listed once and used by every channel of a tile. */

#include "dot.h"
#include "window.h"

struct picture {
  const f32 *x;
  uint32_t channels, height, width;
  uint32_t rows, columns;
};

/* Lists the patch of the output pixel at (row, column). */
static void list_patch(struct list *list, const struct picture *p,
                       const struct window *w, uint32_t row, uint32_t column,
                       bool skip_zeros) {
  struct list grown = *list;
  const f32 *plane = p->x;
  uint32_t offset = 0;
  const uint32_t top = row * w->stride_rows - w->top;
  const uint32_t left = column * w->stride_columns - w->left;
  for (uint32_t channel = 0; channel < p->channels; channel++) {
    uint32_t y = top;
    for (uint32_t i = 0; i < p->rows; i++, y += w->dilation_rows) {
      uint32_t from = input_at(y, w->spread_rows, p->height);
      if (from >= p->height && skip_zeros) {
        offset += 4 * p->columns;
        continue;
      }
      const f32 *line = plane + from * p->width;
      uint32_t x = left;
      for (uint32_t j = 0; j < p->columns; j++, x += w->dilation_columns) {
        uint32_t at = input_at(x, w->spread_columns, p->width);
        f32 value = from < p->height && at < p->width ? line[at] : 0;
        if (!skip_zeros || value << 1)
          list_add(&grown, value, offset);
        offset += 4;
      }
    }
    plane += p->height * p->width;
  }
  list->end = grown.end;
  list->link = grown.link;
}

/* The input planes that channels of one batch and group read. */
static struct picture picture_of(const struct call *c, uint32_t channel) {
  const struct window *window = (const struct window *)c->attributes;
  const uint32_t *x = c->sources[0].shape, *w = c->sources[1].shape;
  const uint32_t outputs = w[0], span = outputs / window->group;
  uint32_t batch = channel / outputs, group = channel % outputs / span;
  return (struct picture){
      .x = (const f32 *)source(c, 0) + (batch * x[1] + group * w[1]) * x[2] * x[3],
      .channels = w[1],
      .height = x[2],
      .width = x[3],
      .rows = w[2],
      .columns = w[3],
  };
}

/* Channels [from, to), counted through all batches, of one batch and group. Of a single
 * one only what lies in the tile. */
static void conv_span(const struct call *c, uint32_t from, uint32_t to) {
  const struct window *window = (const struct window *)c->attributes;
  const struct picture p = picture_of(c, from);
  const uint32_t *shape = c->target->shape;
  const uint32_t width = shape[3], plane = shape[2] * width;
  const uint32_t terms = p.channels * p.rows * p.columns;
  const uint32_t first = from % shape[1];
  const f32 *weights = (const f32 *)source(c, 1) + first * terms;
  const f32 *bias = c->source_count == 3 ? source(c, 2) : 0;
  const uint32_t end = c->first + c->count;
  f32 *y = target(c);
  uint32_t pixel = 0, last = plane;
  if (to - from == 1) {
    pixel = c->first > from * plane ? c->first - from * plane : 0;
    last = end < to * plane ? end - from * plane : plane;
  }
  for (; pixel < last; pixel++) {
    struct list list;
    list_open(&list);
    list_patch(&list, &p, window, pixel / width, pixel % width,
               window->flags & FINITE_WEIGHTS);
    list_close(&list);
    f32 *results = y + from * plane + pixel;
    dots(&list, weights, 4 * terms, to - from, results, plane);
    for (uint32_t m = 0; bias && m < to - from; m++)
      results[m * plane] = f32_add(results[m * plane], bias[first + m]);
  }
}

/* Sources: x (n, channels, height, width), w (outputs, channels / group, rows, columns),
 * bias (outputs) or none. Target: y (n, outputs, height, width).
 * Attributes: struct window. */
void conv(const struct call *c) {
  const struct window *window = (const struct window *)c->attributes;
  const uint32_t plane = c->target->shape[2] * c->target->shape[3];
  const uint32_t *w = c->sources[1].shape;
  SCRATCH_TAKE(terms, w[1] * w[2] * w[3] + 1);
  for_each_span(c, plane, w[0] / window->group, conv_span);
}
