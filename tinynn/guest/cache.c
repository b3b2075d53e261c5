/* The twin of tinynn/operators/cache.py. */

#include "kernels.h"

/* Sources: a row x (...), the pass (1). Target: y (rows, ...).
 * Attributes: rows, and how many behind the pass is stored. */
void put_row(const struct call *c) {
  const uint32_t rows = c->attributes[0], bytes = item_bytes(c->target->type);
  const uint32_t size = c->sources[0].count * bytes;
  uint32_t row = *(const uint32_t *)source(c, 1) + c->attributes[1];
  if (row >= rows)
    row = rows - 1;
  const uint8_t *from = source(c, 0);
  uint8_t *to = (uint8_t *)target(c) + row * size;
  if (bytes == 4)
    for (uint32_t i = 0; i < size; i += 4)
      *(uint32_t *)(to + i) = *(const uint32_t *)(from + i);
  else
    for (uint32_t i = 0; i < size; i++)
      to[i] = from[i];
}

/* Sources: a row x (width), the pass (1). Target: y [rows / 8][width][8]: a row's elements
 * lie eight apart, beside those of seven other rows. Attribute: rows. */
void put_key(const struct call *c) {
  const uint32_t rows = c->attributes[0], count = c->sources[0].count;
  const uint32_t pass = *(const uint32_t *)source(c, 1);
  const uint32_t row = pass < rows ? pass : rows - 1;
  const uint32_t *from = source(c, 0);
  uint32_t *to = (uint32_t *)target(c) + row / 8 * count * 8 + row % 8;
  for (uint32_t i = 0; i < count; i++)
    to[8 * i] = from[i];
}
