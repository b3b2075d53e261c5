/* A walk over the elements of a shape, in row-major order, with the places in up to
 * three sources that each of them is computed from. */

#ifndef WALK_H
#define WALK_H

#include "kernels.h"

#define MOST_SOURCES 3

struct walk {
  uint32_t rank;
  const uint32_t *shape;
  uint32_t index[MAX_RANK];
  /* By source and axis: elements from one neighbour to the next. Signed. */
  uint32_t stride[MOST_SOURCES][MAX_RANK];
  /* By source: where the current element is computed from. */
  uint32_t at[MOST_SOURCES];
};

/* Strides of a source that is broadcast to the walk's shape. */
void walk_broadcast(struct walk *w, uint32_t source, const struct operand *operand);

/* Goes to an element, whose number is counted in row-major order. */
void walk_to(struct walk *w, uint32_t sources, uint32_t element);

/* Goes to the next element. */
void walk_next(struct walk *w, uint32_t sources);

/* Goes on by `run` elements, at least one, all in the row of the current one. */
void walk_on(struct walk *w, uint32_t sources, uint32_t run);

static inline uint32_t walk_left_in_row(const struct walk *w) {
  return w->rank ? w->shape[w->rank - 1] - w->index[w->rank - 1] : 1;
}

static inline uint32_t walk_step(const struct walk *w, uint32_t source) {
  return w->rank ? w->stride[source][w->rank - 1] : 0;
}

#endif
