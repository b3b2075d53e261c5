/* Scores of rows, summed up over a forest: the twin of tinynn/operators/trees.py. */

#include "kernels.h"
#include "scratch.h"
#include "softfloat.h"

#define MAX_COLUMNS (1u << 16)
#define MINUS_INFINITY (F32_SIGN | F32_INFINITY)

enum how { SUM, LEAST, GREATEST };

/* Distances are in bytes: the column's among the keys, the children's from the node.
 * A leaf is 0 from its children, and its threshold is the place of its first weight. */
struct node {
  uint32_t column;
  int32_t threshold;
  uint32_t child[2];
};

struct tree {
  uint32_t root;
  uint32_t width;
};

static SCRATCH(int32_t, keys, MAX_COLUMNS);

/* An integer in the order of the floats, zeros alike. */
static inline int32_t key_of(f32 x, bool low) {
  const uint32_t size = x & F32_MAGNITUDE;
  if (size > F32_INFINITY)
    return low ? INT32_MIN : INT32_MAX;
  const uint32_t sign = (uint32_t)((int32_t)x >> 31);
  return (int32_t)((size ^ sign) - sign);
}

static void list_keys(const f32 *row, const uint32_t *columns, uint32_t count) {
  for (uint32_t i = 0; i < count; i++)
    keys[i] = key_of(row[columns[i] >> 1], columns[i] & 1);
}

/* The leaf where the walk from a node ends. */
ALWAYS_INLINE const struct node *leaf_of(const struct node *node) {
  for (;;) {
    const int32_t key = *(const int32_t *)((const uint8_t *)keys + node->column);
    const uint32_t step = node->child[key > node->threshold];
    if (!step)
      return node;
    node = (const struct node *)((const uint8_t *)node + step);
  }
}

static f32 combined(enum how how, f32 a, f32 b) {
  if (how == SUM)
    return f32_add(a, b);
  return (how == LEAST ? f32_less(b, a) : f32_less(a, b)) ? b : a;
}

static void score(const struct call *c, f32 *y) {
  const enum how how = (enum how)c->attributes[0];
  const uint8_t *nodes = source(c, 2);
  const struct tree *tree = source(c, 3), *end = tree + c->sources[3].shape[0];
  const uint32_t *targets = source(c, 4);
  const f32 *weights = source(c, 5);
  for (; tree < end; tree++) {
    uint32_t at = (uint32_t)leaf_of((const struct node *)(nodes + tree->root))->threshold;
    for (const uint32_t last = at + tree->width; at < last; at++) {
      /* A sum that starts at +0 is never -0, so a zero changes nothing. */
      if (how == SUM && !(weights[at] & F32_MAGNITUDE))
        continue;
      y[targets[at]] = combined(how, y[targets[at]], weights[at]);
    }
  }
}

/* Sources: x (..., features); columns, int32 (keys); nodes; trees (count, 2); of the
 * weights: where each goes, int32, and itself, float32. Target: y (..., scores).
 * Attributes: enum how, scores. */
void trees(const struct call *c) {
  static const f32 starts[] = {0, F32_INFINITY, MINUS_INFINITY};
  const struct operand *rows = &c->sources[0];
  const uint32_t features = rows->shape[rows->rank - 1], count = c->attributes[1];
  const f32 *row = (const f32 *)source(c, 0) + c->first / count * features;
  f32 *y = (f32 *)target(c) + c->first;
  SCRATCH_TAKE(keys, c->sources[1].count);
  for (const f32 *end = y + c->count; y < end; y += count, row += features) {
    list_keys(row, source(c, 1), c->sources[1].count);
    for (uint32_t i = 0; i < count; i++)
      y[i] = starts[c->attributes[0]];
    score(c, y);
  }
}
