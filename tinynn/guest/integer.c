/* Exact sums of products of bytes, modulo 2^32: y = sum of (x - x_zero) (w - w_zero). */

#include "bytes.h"
#include "scratch.h"
#include "window.h"

#include <stdbool.h>

static SCRATCH(uint32_t, pairs, PAIR_WORDS(MAX_TERMS));

static int32_t byte_at(const void *bytes, uint32_t i, uint32_t type) {
  return type == INT8 ? ((const int8_t *)bytes)[i] : ((const uint8_t *)bytes)[i];
}

/* A zero point, one for all or one each, as the unsigned byte that stands for it. */
static uint32_t zero_at(const struct call *c, uint32_t which, uint32_t i) {
  const struct operand *zeros = &c->sources[which];
  int32_t zero = byte_at(source(c, which), zeros->count == 1 ? 0 : i, zeros->type);
  return (uint32_t)zero + (zeros->type == INT8 ? 128 : 0);
}

/* What makes a source's bytes unsigned ones. */
static uint32_t turn_of(const struct call *c, uint32_t which) {
  return c->sources[which].type == INT8 ? SIGNS : 0;
}

/* With unsigned bytes v and u and their zero points zv and zu,
 *
 *   sum of (v - zv) (u - zu) = sum of v u - zu sum of v + zv (terms zu - sum of u). */

/* Sources: x (..., rows, depth) and w (columns, depth) or (..., columns, depth), bytes;
 * their zero points, (1), that of w also (columns). Target: y, int32 (..., rows, columns). */
void matmul_integer(const struct call *c) {
  const struct operand *b = &c->sources[1];
  const uint32_t columns = b->shape[b->rank - 2], terms = b->shape[b->rank - 1];
  const uint32_t rows = c->target->shape[c->target->rank - 2];
  const uint32_t matrix = b->rank > 2 ? columns * terms : 0;
  const uint32_t a_zero = zero_at(c, 2, 0), turned = turn_of(c, 1);
  const uint32_t end = c->first + c->count;
  uint32_t *y = target(c);
  SCRATCH_TAKE(pairs, PAIR_WORDS(terms));
  for (uint32_t next = c->first; next < end;) {
    const uint8_t *row = (const uint8_t *)source(c, 0) + next / columns * terms;
    const uint8_t *w = (const uint8_t *)source(c, 1) + next / columns / rows * matrix;
    uint32_t sum = list_bytes(pairs, row, terms, turn_of(c, 0));
    uint32_t j = next % columns;
    for (w += j * terms; j < columns && next < end; j++, w += terms) {
      uint32_t zero = zero_at(c, 3, j);
      uint32_t total = dot_bytes(pairs, w, terms, turned) - zero * sum;
      if (a_zero)
        total += a_zero * (terms * zero - sum_of_bytes(w, terms, turned));
      y[next++] = total;
    }
  }
}

/* ------------------------------------------------------------------------------------
 * Convolution: the weights of several channels are listed, then the patches follow
 * ---------------------------------------------------------------------------------- */

/* The bytes of a patch, and room for a word behind them. */
static SCRATCH(uint32_t, patch, MAX_TERMS / 4 + 2);

/* Rows of the picture's planes as the window slides over them: spread and padded. */
#ifdef PLUMB_SCRATCH
#define LINE_BYTES (1u << 18)
#else
#define LINE_BYTES (1u << 22)
#endif
static SCRATCH(uint8_t, lines, LINE_BYTES);

#define MOST_TOGETHER 256

/* What a channel makes of a patch's products and the patch's sum. */
struct channel {
  uint32_t zero, offset;
};
static SCRATCH(struct channel, channels, MOST_TOGETHER);

/* What is the same for all patches of some channels. */
struct convolution {
  const struct window *window;
  /* Of the picture, whose first plane begins at `bytes`. */
  const uint8_t *bytes;
  uint32_t depth, height, width;
  /* Of the window. */
  uint32_t rows, columns;
  /* Of a line, and the lines that patches of one row reach over. */
  uint32_t wide, reach;
  /* What padding holds: the zero point. */
  uint8_t fill;
};

static struct convolution convolution_of(const struct call *c, uint32_t first_plane) {
  const uint32_t *x = c->sources[0].shape, *kernel = c->sources[1].shape;
  const struct window *w = (const struct window *)c->attributes;
  return (struct convolution){
      .window = w,
      .bytes = (const uint8_t *)source(c, 0) + first_plane * x[2] * x[3],
      .depth = kernel[1],
      .height = x[2],
      .width = x[3],
      .rows = kernel[2],
      .columns = kernel[3],
      .wide = (x[3] - 1) * w->spread_columns + 1 + w->left + w->right,
      .reach = (kernel[2] - 1) * w->dilation_rows + 1,
      .fill = *(const uint8_t *)source(c, 2),
  };
}

/* For how many rows of `width` pixels to lay out lines at once; 0 if there is no room for
 * one, or if windows would leave out most of what is laid out. */
static uint32_t rows_at_once(const struct convolution *v, uint32_t width) {
  const uint32_t most = LINE_BYTES / (v->depth * v->wide);
  if (most < v->reach || v->wide * v->reach / 2 > v->rows * v->columns * width)
    return 0;
  return (most - v->reach) / v->window->stride_rows + 1;
}

/* Lays out `count` lines of each plane, counted from the first one of the padding. */
static void take_lines(const struct convolution *v, uint32_t first, uint32_t count) {
  const struct window *w = v->window;
  const uint8_t *plane = v->bytes;
  uint8_t *to = lines;
  for (uint32_t i = 0; i < v->depth; i++, plane += v->height * v->width) {
    for (uint32_t row = first; row < first + count; row++, to += v->wide) {
      __builtin_memset(to, v->fill, v->wide);
      uint32_t from = input_at(row - w->top, w->spread_rows, v->height);
      if (from >= v->height)
        continue;
      const uint8_t *line = plane + from * v->width;
      uint8_t *next = to + w->left;
      for (uint32_t j = 0; j < v->width; j++, next += w->spread_columns)
        *next = line[j];
    }
  }
}

/* Copies a patch's bytes from `count` lines of each plane, the first tap at (top, left).
 * Rows without gaps are copied by words: what a word has too much is overwritten. */
static void take_patch(const struct convolution *v, uint32_t count, uint32_t top,
                       uint32_t left) {
  const uint32_t step = v->window->dilation_rows * v->wide, plane = count * v->wide;
  const uint32_t columns = v->columns, apart = v->window->dilation_columns;
  const uint8_t *from = lines + top * v->wide + left;
  uint8_t *next = (uint8_t *)patch;
  if (v->rows == 1 && columns == 1) {
    for (const uint8_t *end = next + v->depth; next != end; from += plane)
      *next++ = *from;
    return;
  }
  for (uint32_t i = 0; i < v->depth; i++, from += plane) {
    const uint8_t *line = from;
    for (uint32_t j = 0; j < v->rows; j++, line += step, next += columns) {
      if (apart == 1)
        for (uint32_t k = 0; k < columns; k += 4)
          __builtin_memcpy(next + k, line + k, 4);
      else
        for (uint32_t k = 0; k < columns; k++)
          next[k] = line[k * apart];
    }
  }
}

/* The same straight from the picture, where there is no room for lines. */
static void take_taps(const struct convolution *v, uint32_t top, uint32_t left) {
  const struct window *w = v->window;
  const uint8_t *plane = v->bytes;
  uint8_t *next = (uint8_t *)patch;
  for (uint32_t i = 0; i < v->depth; i++, plane += v->height * v->width)
    for (uint32_t j = 0; j < v->rows; j++) {
      uint32_t place = top + j * w->dilation_rows - w->top;
      uint32_t row = input_at(place, w->spread_rows, v->height);
      for (uint32_t k = 0; k < v->columns; k++) {
        place = left + k * w->dilation_columns - w->left;
        uint32_t column = input_at(place, w->spread_columns, v->width);
        bool inside = row < v->height && column < v->width;
        *next++ = inside ? plane[row * v->width + column] : v->fill;
      }
    }
}

/* Lists the weights of channels [from, to) of one batch, and what they add. */
static void take_channels(const struct call *c, uint32_t from, uint32_t to,
                          uint32_t terms) {
  const uint8_t *w = (const uint8_t *)source(c, 1) + from * terms;
  const uint32_t *bias = c->source_count == 5 ? source(c, 4) : 0;
  const uint32_t x_zero = zero_at(c, 2, 0);
  uint32_t *next = pairs;
  for (uint32_t m = from; m < to; m++, w += terms, next += PAIR_WORDS(terms)) {
    uint32_t zero = zero_at(c, 3, m);
    uint32_t sum = list_bytes(next, w, terms, turn_of(c, 1));
    channels[m - from].zero = zero;
    channels[m - from].offset = x_zero * (terms * zero - sum) + (bias ? bias[m] : 0);
  }
}

/* Pixels [pixel, last) of the listed channels, whose planes begin at `y`. */
static void conv_pixels(const struct call *c, const struct convolution *v, uint32_t *y,
                        uint32_t count, uint32_t pixel, uint32_t last) {
  const struct window *w = v->window;
  const uint32_t width = c->target->shape[3], plane = c->target->shape[2] * width;
  const uint32_t terms = v->depth * v->rows * v->columns, turned = turn_of(c, 0);
  const uint32_t at_once = rows_at_once(v, width);
  uint32_t first = 0, end = 0, taken = 0;
  for (; pixel < last; pixel++) {
    uint32_t row = pixel / width, left = pixel % width * w->stride_columns;
    if (at_once && row >= end) {
      first = row;
      end = row + at_once < (last - 1) / width + 1 ? row + at_once : (last - 1) / width + 1;
      taken = (end - first - 1) * w->stride_rows + v->reach;
      take_lines(v, first * w->stride_rows, taken);
    }
    if (at_once)
      take_patch(v, taken, (row - first) * w->stride_rows, left);
    else
      take_taps(v, row * w->stride_rows, left);
    const uint8_t *bytes = (const uint8_t *)patch;
    const uint32_t sum = sum_of_bytes(bytes, terms, turned);
    const uint32_t *list = pairs;
    for (uint32_t m = 0; m < count; m++, list += PAIR_WORDS(terms))
      y[m * plane + pixel] = dot_bytes(list, bytes, terms, turned) -
                             channels[m].zero * sum + channels[m].offset;
  }
}

/* Channels [from, to), counted through all batches, of one batch and group. Of a single
 * one only what lies in the tile. */
static void conv_channels(const struct call *c, uint32_t from, uint32_t to) {
  const uint32_t *w = c->sources[1].shape;
  const uint32_t plane = c->target->shape[2] * c->target->shape[3];
  const uint32_t outputs = w[0], channel = from % outputs, span = outputs / c->attributes[1];
  const uint32_t first = from / outputs * c->sources[0].shape[1] + channel / span * w[1];
  const struct convolution v = convolution_of(c, first);
  uint32_t pixel = 0, last = plane;
  if (to - from == 1) {
    const uint32_t end = c->first + c->count;
    pixel = c->first > from * plane ? c->first - from * plane : 0;
    last = end < to * plane ? end - from * plane : plane;
  }
  take_channels(c, channel, channel + to - from, w[1] * w[2] * w[3]);
  conv_pixels(c, &v, (uint32_t *)target(c) + from * plane, to - from, pixel, last);
}

/* As many channels at once as there is room for. */
static uint32_t most_channels(const uint32_t *w) {
  const uint32_t room = PAIR_WORDS(MAX_TERMS) / PAIR_WORDS(w[1] * w[2] * w[3]);
  return room < MOST_TOGETHER ? room : MOST_TOGETHER;
}

static void conv_span(const struct call *c, uint32_t from, uint32_t to) {
  const uint32_t most = most_channels(c->sources[1].shape);
  for (; to - from > most; from += most)
    conv_channels(c, from, from + most);
  conv_channels(c, from, to);
}

/* Sources: x (n, channels, height, width) and w (outputs, channels / group, rows,
 * columns), bytes; their zero points, (1), that of w also (outputs); bias, int32 (outputs),
 * or none. Target: y, int32 (n, outputs, height, width). Attributes: struct window. */
void conv_integer(const struct call *c) {
  const uint32_t plane = c->target->shape[2] * c->target->shape[3];
  const uint32_t *w = c->sources[1].shape;
  const uint32_t span = w[0] / c->attributes[1];
  SCRATCH_TAKE(pairs, PAIR_WORDS(w[1] * w[2] * w[3]) *
                          (span < most_channels(w) ? span : most_channels(w)));
  SCRATCH_TAKE(patch, w[1] * w[2] * w[3] / 4 + 2);
  SCRATCH_TAKE(lines, LINE_BYTES);
  SCRATCH_TAKE(channels, MOST_TOGETHER);
  for_each_span(c, plane, span, conv_span);
}
