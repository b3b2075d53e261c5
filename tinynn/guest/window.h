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

typedef void span_kernel(const struct call *c, uint32_t from, uint32_t to);

/* Calls `run` for the channels [from, to) of a tile, counted through all batches: spans
 * that lie in one batch and group, those that the tile cuts by themselves. */
static inline void for_each_span(const struct call *c, uint32_t plane, uint32_t span,
                                 span_kernel *run) {
  const uint32_t last = c->first + c->count;
  const uint32_t end = (last - 1) / plane + 1;
  for (uint32_t from = c->first / plane; from < end;) {
    uint32_t to = from - from % span + span;
    if (to > end)
      to = end;
    if (to * plane > last)
      to--;
    if (from * plane < c->first || to == from)
      to = from + 1;
    run(c, from, to);
    from = to;
  }
}

#endif
