/* Pooling: windows over (n, c, h, w), taps row by row, those in the padding left out. */

#include "kernels.h"
#include "softfloat.h"

#define NOTHING (F32_SIGN | F32_INFINITY)

struct pooling {
  uint32_t rows, columns;
  uint32_t stride_rows, stride_columns;
  uint32_t dilation_rows, dilation_columns;
  uint32_t top, left;
  uint32_t output_rows, output_columns;
  uint32_t counted_rows, counted_columns;
};

/* A window's place: its plane's first element, and the row and column of its first tap. */
struct place {
  uint32_t plane;
  uint32_t height, width;
  uint32_t row, column;
};

static struct place place_of(const struct call *c, const struct pooling *p, uint32_t i) {
  const uint32_t *shape = c->sources[0].shape;
  uint32_t column = i % p->output_columns;
  i /= p->output_columns;
  uint32_t row = i % p->output_rows;
  i /= p->output_rows;
  return (struct place){
      .plane = i * shape[2] * shape[3],
      .height = shape[2],
      .width = shape[3],
      .row = row * p->stride_rows - p->top,
      .column = column * p->stride_columns - p->left,
  };
}

/* A row or column in front of the picture is as large as one behind it. */
static f32 largest(const f32 *x, const struct pooling *p, struct place at) {
  f32 best = NOTHING;
  bool empty = true;
  for (uint32_t i = 0; i < p->rows; i++) {
    uint32_t row = at.row + i * p->dilation_rows;
    if (row >= at.height)
      continue;
    const f32 *line = x + at.plane + row * at.width;
    for (uint32_t j = 0; j < p->columns; j++) {
      uint32_t column = at.column + j * p->dilation_columns;
      if (column >= at.width)
        continue;
      if (f32_is_nan(line[column]))
        return F32_NAN;
      if (empty || f32_less(best, line[column]))
        best = line[column];
      empty = false;
    }
  }
  return best;
}

/* A signed byte is an unsigned one with its sign bit turned. */
static uint8_t largest_byte(const uint8_t *x, uint8_t turned, const struct pooling *p,
                            struct place at) {
  uint8_t best = 0;
  for (uint32_t i = 0; i < p->rows; i++) {
    uint32_t row = at.row + i * p->dilation_rows;
    if (row >= at.height)
      continue;
    const uint8_t *line = x + at.plane + row * at.width;
    for (uint32_t j = 0; j < p->columns; j++) {
      uint32_t column = at.column + j * p->dilation_columns;
      if (column < at.width && (line[column] ^ turned) > best)
        best = line[column] ^ turned;
    }
  }
  return best ^ turned;
}

static f32 average(const f32 *x, const struct pooling *p, struct place at) {
  f32 total = 0;
  uint32_t count = 0;
  for (uint32_t i = 0; i < p->rows; i++) {
    uint32_t row = at.row + i * p->dilation_rows;
    bool counted = row + p->top < p->counted_rows;
    if (row >= at.height && !counted)
      continue;
    const f32 *line = x + at.plane + row * at.width;
    for (uint32_t j = 0; j < p->columns; j++) {
      uint32_t column = at.column + j * p->dilation_columns;
      if (row < at.height && column < at.width) {
        total = f32_add(total, line[column]);
        count++;
      } else if (counted && column + p->left < p->counted_columns) {
        count++;
      }
    }
  }
  return f32_div(total, f32_from_u32(count ? count : 1));
}

/* Source: x (n, channels, height, width). Target: y (n, channels, output rows, output
 * columns). Attributes: struct pooling. */
void max_pool(const struct call *c) {
  const struct pooling *p = (const struct pooling *)c->attributes;
  const uint32_t type = c->target->type, end = c->first + c->count;
  for (uint32_t i = c->first; i < end; i++) {
    struct place at = place_of(c, p, i);
    if (type == FLOAT32)
      ((f32 *)target(c))[i] = largest(source(c, 0), p, at);
    else
      ((uint8_t *)target(c))[i] =
          largest_byte(source(c, 0), type == INT8 ? 0x80 : 0, p, at);
  }
}

/* The same, float32. */
void average_pool(const struct call *c) {
  const struct pooling *p = (const struct pooling *)c->attributes;
  f32 *y = target(c);
  for (uint32_t i = c->first; i < c->first + c->count; i++)
    y[i] = average(source(c, 0), p, place_of(c, p, i));
}
