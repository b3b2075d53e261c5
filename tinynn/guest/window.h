/* A window that slides over pictures (n, c, h, w): the attributes of conv.py. */

#ifndef WINDOW_H
#define WINDOW_H

#include "kernels.h"

struct window {
  uint32_t flags;
  uint32_t group;
  /* Distance between the input's neighbours; between them are zeros. */
  uint32_t spread_rows, spread_columns;
  uint32_t stride_rows, stride_columns;
  uint32_t dilation_rows, dilation_columns;
  uint32_t top, left, bottom, right;
};

/* Number of the input's row or column that a tap at `place` falls on, if it falls on one
 * of `count`; otherwise `count` or more. */
static inline uint32_t input_at(uint32_t place, uint32_t spread, uint32_t count) {
  if (spread == 1)
    return place;
  /* A place in front of the input is negative, so too large. */
  return place % spread || (int32_t)place < 0 ? count : place / spread;
}

#endif
