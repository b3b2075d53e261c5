/* Products of matrices: y[i, j] = (((+0 + a[i, 0] b[0, j]) + ...) + bias[j]. */

#include "dot.h"
#include "kernels.h"

#define TRANSPOSED_A 2u
#define TRANSPOSED_B 4u

/* Where the matrix of the target's `batch` begins in a source, in elements: an axis of
 * length 1 is the same for all. */
static uint32_t matrix_at(const struct operand *target, const struct operand *source,
                          uint32_t batch) {
  const uint32_t *shape = source->shape + source->rank;
  uint32_t stride = shape[-1] * shape[-2];
  uint32_t at = 0;
  for (uint32_t i = 3; i <= source->rank; i++) {
    uint32_t extent = target->shape[target->rank - i];
    if (*(shape - i) != 1)
      at += batch % extent * stride;
    stride *= *(shape - i);
    batch /= extent;
  }
  return at;
}

/* Lists `count` inputs that lie `step` elements apart. */
static void list_column(struct list *list, const f32 *inputs, uint32_t count,
                        uint32_t step, uint32_t stride, bool skip_zeros) {
  for (uint32_t k = 0; k < count; k++) {
    f32 x = inputs[k * step];
    if (!skip_zeros || x << 1)
      list_add(list, x, k * stride);
  }
}

/* Sources: a (..., rows, depth) and b (..., depth, columns), each turned if its flag is
 * set, bias (columns) or none. Target: y (..., rows, columns). Attribute: flags. */
void matmul(const struct call *c) {
  const uint32_t flags = c->attributes[0];
  const struct operand *left = &c->sources[0], *right = &c->sources[1];
  const uint32_t *shape = left->shape + left->rank - 2;
  const uint32_t rows = flags & TRANSPOSED_A ? shape[1] : shape[0];
  const uint32_t depth = flags & TRANSPOSED_A ? shape[0] : shape[1];
  const uint32_t columns = c->target->shape[c->target->rank - 1];
  const uint32_t term_step = flags & TRANSPOSED_B ? 1 : columns;
  const uint32_t column_step = flags & TRANSPOSED_B ? depth : 1;
  const f32 *bias = c->source_count == 3 ? source(c, 2) : 0;
  f32 *y = target(c);
  const uint32_t end = c->first + c->count;
  SCRATCH_TAKE(terms, depth + 1);
  for (uint32_t next = c->first; next < end;) {
    uint32_t row = next / columns, j = next % columns;
    uint32_t batch = row / rows;
    const f32 *a = (const f32 *)source(c, 0) + matrix_at(c->target, left, batch);
    const f32 *b = (const f32 *)source(c, 1) + matrix_at(c->target, right, batch);
    struct list list;
    list_open(&list);
    if (flags & TRANSPOSED_A)
      list_column(&list, a + row % rows, depth, rows, 4 * term_step,
                  flags & FINITE_WEIGHTS);
    else
      list_row(&list, a + row % rows * depth, depth, 4 * term_step,
               flags & FINITE_WEIGHTS);
    list_close(&list);
    uint32_t stop = next - j + columns < end ? next - j + columns : end;
    dots(&list, b + j * column_step, 4 * column_step, stop - next, y + next, 1);
    for (; next < stop; next++, j++)
      if (bias)
        y[next] = f32_add(y[next], bias[j]);
  }
}
