/* Exact sums of products of bytes, modulo 2^32: y = sum of (x - x_zero) (w - w_zero). */

#include "window.h"

#define MAX_TERMS (1u << 22)

/* The differences x - x_zero of one row or patch, and their sum. */
static int32_t differences[MAX_TERMS];

static int32_t byte_at(const void *bytes, uint32_t i, uint32_t type) {
  return type == INT8 ? ((const int8_t *)bytes)[i] : ((const uint8_t *)bytes)[i];
}

/* A zero point: one for all, or one each. */
static int32_t zero_at(const struct call *c, uint32_t which, uint32_t i) {
  const struct operand *zeros = &c->sources[which];
  return byte_at(source(c, which), zeros->count == 1 ? 0 : i, zeros->type);
}

#define DOT(name, byte) \
  static int32_t name(const byte *w, uint32_t terms) { \
    const int32_t *x = differences; \
    uint32_t sum = 0; \
    for (; terms >= 8; terms -= 8, x += 8, w += 8) { \
      sum += (uint32_t)(x[0] * w[0]) + (uint32_t)(x[1] * w[1]); \
      sum += (uint32_t)(x[2] * w[2]) + (uint32_t)(x[3] * w[3]); \
      sum += (uint32_t)(x[4] * w[4]) + (uint32_t)(x[5] * w[5]); \
      sum += (uint32_t)(x[6] * w[6]) + (uint32_t)(x[7] * w[7]); \
    } \
    while (terms--) \
      sum += (uint32_t)(*x++ * *w++); \
    return (int32_t)sum; \
  }

DOT(dot_signed, int8_t)
DOT(dot_unsigned, uint8_t)

/* The listed differences times row i of the weights at `w`, whose zero point is taken off the
 * whole: sum of d (w - z) = sum of d w - z sum of d. */
static uint32_t product(const struct call *c, const uint8_t *w, uint32_t i,
                        uint32_t terms, uint32_t sum) {
  w += i * terms;
  uint32_t total = (uint32_t)(c->sources[1].type == INT8
                                  ? dot_signed((const int8_t *)w, terms)
                                  : dot_unsigned(w, terms));
  return total - (uint32_t)zero_at(c, 3, i) * sum;
}

void matmul_integer(const struct call *c) {
  const struct operand *b = &c->sources[1];
  const uint32_t columns = b->shape[b->rank - 2], terms = b->shape[b->rank - 1];
  const uint32_t rows = c->target->shape[c->target->rank - 2];
  const uint32_t matrix = b->rank > 2 ? columns * terms : 0;
  const uint32_t type = c->sources[0].type;
  const int32_t zero = zero_at(c, 2, 0);
  const uint32_t end = c->first + c->count;
  uint32_t *y = target(c);
  for (uint32_t next = c->first; next < end;) {
    const uint8_t *row = (const uint8_t *)source(c, 0) + next / columns * terms;
    const uint8_t *w = (const uint8_t *)source(c, 1) + next / columns / rows * matrix;
    uint32_t sum = 0;
    for (uint32_t k = 0; k < terms; k++) {
      differences[k] = byte_at(row, k, type) - zero;
      sum += (uint32_t)differences[k];
    }
    for (uint32_t j = next % columns; j < columns && next < end; j++)
      y[next++] = product(c, w, j, terms, sum);
  }
}

/* A row of a patch: `count` taps, the first at `place`, over a line of the picture of
 * which the first `inside` bytes may be read. */
struct row {
  const uint8_t *line;
  uint32_t inside, place, step, count;
};

/* Lists a row's differences; their sum. A signed byte is an unsigned one with its sign bit
 * turned, less 128. */
static inline uint32_t list_row(int32_t *next, struct row r, uint32_t turned,
                                uint32_t zero, uint32_t spread, uint32_t width) {
  uint32_t sum = 0;
  for (int32_t *end = next + r.count; next != end; next++, r.place += r.step) {
    uint32_t at = input_at(r.place, spread, width);
    uint32_t difference = at < r.inside ? (r.line[at] ^ turned) - zero : 0;
    *next = (int32_t)difference;
    sum += difference;
  }
  return sum;
}

/* Lists the differences of the output pixel at (row, column), whose group's first plane
 * begins at `bytes`; their sum. */
static uint32_t list_patch(const struct call *c, const uint8_t *bytes, uint32_t row,
                           uint32_t column) {
  const struct window *w = (const struct window *)c->attributes;
  const uint32_t *x = c->sources[0].shape, *kernel = c->sources[1].shape;
  const uint32_t height = x[2], width = x[3], spread = w->spread_columns;
  const uint32_t turned = c->sources[0].type == INT8 ? 0x80 : 0;
  const uint32_t zero = (uint32_t)zero_at(c, 2, 0) + turned;
  const uint32_t top = row * w->stride_rows - w->top;
  struct row r = {
      .place = column * w->stride_columns - w->left,
      .step = w->dilation_columns,
      .count = kernel[3],
  };
  int32_t *next = differences;
  uint32_t sum = 0;
  for (uint32_t channel = 0; channel < kernel[1]; channel++) {
    for (uint32_t i = 0; i < kernel[2]; i++, next += r.count) {
      uint32_t from = input_at(top + i * w->dilation_rows, w->spread_rows, height);
      r.line = bytes + from * width;
      r.inside = from < height ? width : 0;
      sum += spread == 1 ? list_row(next, r, turned, zero, 1, width)
                         : list_row(next, r, turned, zero, spread, width);
    }
    bytes += height * width;
  }
  return sum;
}

/* Channels [from, to), counted through all batches, of one batch and group. Of a single
 * one only what lies in the tile. */
static void conv_span(const struct call *c, uint32_t from, uint32_t to) {
  const uint32_t *x = c->sources[0].shape, *w = c->sources[1].shape;
  const uint32_t width = c->target->shape[3], plane = c->target->shape[2] * width;
  const uint32_t outputs = w[0], terms = w[1] * w[2] * w[3];
  const uint32_t span = outputs / c->attributes[1];
  const uint32_t first = from / outputs * x[1] + from % outputs / span * w[1];
  const uint8_t *bytes = (const uint8_t *)source(c, 0) + first * x[2] * x[3];
  const uint32_t *bias = c->source_count == 5 ? source(c, 4) : 0;
  const uint32_t end = c->first + c->count;
  uint32_t *y = target(c);
  uint32_t pixel = 0, last = plane;
  if (to - from == 1) {
    pixel = c->first > from * plane ? c->first - from * plane : 0;
    last = end < to * plane ? end - from * plane : plane;
  }
  for (; pixel < last; pixel++) {
    uint32_t sum = list_patch(c, bytes, pixel / width, pixel % width);
    for (uint32_t m = from; m < to; m++) {
      uint32_t channel = m % outputs;
      uint32_t total = product(c, source(c, 1), channel, terms, sum);
      y[m * plane + pixel] = total + (bias ? bias[channel] : 0);
    }
  }
}

void conv_integer(const struct call *c) {
  const uint32_t plane = c->target->shape[2] * c->target->shape[3];
  const uint32_t span = c->sources[1].shape[0] / c->attributes[1];
  for_each_span(c, plane, span, conv_span);
}
