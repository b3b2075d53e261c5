#include "walk.h"

void walk_broadcast(struct walk *w, uint32_t source, const struct operand *operand) {
  uint32_t stride = 1, missing = w->rank - operand->rank;
  for (uint32_t axis = 0; axis < missing; axis++)
    w->stride[source][axis] = 0;
  for (uint32_t axis = operand->rank; axis--;) {
    uint32_t extent = operand->shape[axis];
    w->stride[source][missing + axis] = extent == 1 ? 0 : stride;
    stride *= extent;
  }
}

void walk_to(struct walk *w, uint32_t sources, uint32_t element) {
  for (uint32_t axis = w->rank; axis--;) {
    w->index[axis] = element % w->shape[axis];
    element /= w->shape[axis];
    for (uint32_t i = 0; i < sources; i++)
      w->at[i] += w->index[axis] * w->stride[i][axis];
  }
}

void walk_next(struct walk *w, uint32_t sources) {
  for (uint32_t axis = w->rank; axis--;) {
    if (++w->index[axis] < w->shape[axis]) {
      for (uint32_t i = 0; i < sources; i++)
        w->at[i] += w->stride[i][axis];
      return;
    }
    w->index[axis] = 0;
    for (uint32_t i = 0; i < sources; i++)
      w->at[i] -= (w->shape[axis] - 1) * w->stride[i][axis];
  }
}

void walk_on(struct walk *w, uint32_t sources, uint32_t run) {
  if (!w->rank)
    return;
  w->index[w->rank - 1] += run - 1;
  for (uint32_t i = 0; i < sources; i++)
    w->at[i] += (run - 1) * walk_step(w, i);
  walk_next(w, sources);
}
