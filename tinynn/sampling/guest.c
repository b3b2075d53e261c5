/* The guest's operators: the twins of tinynn/operators/language/pick.py and uniform.py. */

#include "../guest/kernels.h"
#include "../guest/scratch.h"
#include "pick.h"
#include "uniform.h"

#define MAX_VOCABULARY (1u << 20)

static SCRATCH(uint8_t, marks, MAX_VOCABULARY);

#define NEGATIVE_NANS 0xff800000u

/* Of numbers with signs their bits are in order; a NaN with a sign is not among them. */
static uint32_t next_above_zero(const struct draw *d, uint32_t i, int32_t least) {
  const f32 *x = d->logits + i, *end = d->logits + d->vocabulary;
  while (x != end && (int32_t)*x <= least && *x <= NEGATIVE_NANS)
    x++;
  return (uint32_t)(x - d->logits);
}

uint32_t next_above(const struct draw *d, uint32_t i, int32_t least) {
  if (!penalises(d) && least >= 0)
    return next_above_zero(d, i, least);
  while (i < d->vocabulary && !d->marks[i] && key_of(d->logits[i]) <= least)
    i++;
  return i;
}

/* Sources: logits (vocabulary), tokens, int32 (rows), the pass (1), the seed, the options.
 * Target: the next token, int32 (1). */
void pick(const struct call *c) {
  const uint32_t rows = c->sources[1].count;
  const uint32_t pass = *(const uint32_t *)source(c, 2);
  SCRATCH_TAKE(marks, c->sources[0].count);
  const struct draw d = {
      .logits = source(c, 0),
      .vocabulary = c->sources[0].count,
      .ids = source(c, 1),
      .count = pass < rows ? pass + 1 : rows,
      .pass = pass,
      .seed = source(c, 3),
      .options = source(c, 4),
      .marks = marks,
  };
  *(uint32_t *)target(c) = pick_token(&d);
}

/* Sources: the seed, the pass (1). Target: random numbers (n). Attributes: n, and which
 * stream they are of. */
void uniform(const struct call *c) {
  draw_uniform(source(c, 0), c->attributes[1], *(const uint32_t *)source(c, 1), c->first,
               c->count, (f32 *)target(c) + c->first);
}
