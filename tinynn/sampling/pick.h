/* The next token, of logits: greedy, or drawn from the likeliest. docs/float.md defines
 * it. */

#ifndef PICK_H
#define PICK_H

#include "../guest/functions.h"

/* A token is drawn among so many, at most. */
#define MOST_CANDIDATES 256

#define SEED_BYTES 28

/* Words of the options that matter here. */
enum { TEMPERATURE = 1, TOP_K, TOP_P, PENALTY };

struct draw {
  /* (vocabulary). */
  const f32 *logits;
  uint32_t vocabulary;
  /* The text's tokens so far, the first of (rows); any words. */
  const uint32_t *ids;
  uint32_t count;
  uint32_t pass;
  /* SEED_BYTES. */
  const uint8_t *seed;
  const uint32_t *options;
  /* (vocabulary), zeros; zeros again in the end. */
  uint8_t *marks;
};

/* The token's number. */
uint32_t pick_token(const struct draw *d);

/* The first three bytes of keccak256 of the seed and the pass, little-endian both. */
uint32_t random_24(const uint8_t *seed, uint32_t pass);

#endif
