/* The guest's operator: the twin of tinynn/operators/language/pick.py. */

#include "../guest/kernels.h"
#include "pick.h"

#define MAX_VOCABULARY (1u << 20)

static uint8_t marks[MAX_VOCABULARY];

/* Sources: logits, tokens, the pass, the seed, the options. */
void pick(const struct call *c) {
  const uint32_t rows = c->sources[1].count;
  const uint32_t pass = *(const uint32_t *)source(c, 2);
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
