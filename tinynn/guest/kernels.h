/* The operators. Each stores elements [first, first + count) of its target.
 * docs/float.md defines the arithmetic. */

#ifndef KERNELS_H
#define KERNELS_H

#include "image.h"
#include "opcodes.h"

/* One operator's record, and the part of its target that a segment computes. */
struct call {
  const struct operand *target;
  const struct operand *sources;
  uint32_t source_count;
  const uint32_t *attributes;
  uint32_t first;
  uint32_t count;
};

#define DECLARE(opcode, name) void name(const struct call *c);
OPERATORS(DECLARE)
#undef DECLARE

/* The first element of a source. */
static inline const void *source(const struct call *c, uint32_t i) {
  return at(c->sources[i].address);
}

/* The first element of the target: of all of it, not of the segment's part. */
static inline void *target(const struct call *c) { return (void *)at(c->target->address); }

/* Elements along an axis, and between two neighbours on it. */
struct axis {
  uint32_t n;
  uint32_t inner;
};

static inline struct axis axis_of(const struct operand *operand, uint32_t axis) {
  uint32_t inner = 1;
  for (uint32_t i = operand->rank; i-- > axis + 1;)
    inner *= operand->shape[i];
  return (struct axis){operand->shape[axis], inner};
}

#endif
