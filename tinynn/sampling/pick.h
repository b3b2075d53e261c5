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

/* Whether tokens that the text has count for less, or more: a factor of 1 changes
 * nothing. */
static inline bool penalises(const struct draw *d) {
  return f32_less(0, d->options[PENALTY]) && d->options[PENALTY] != F32_ONE;
}

/* A logit as an integer in the order of the logits: a NaN is above all, zeros are equal. */
static inline int32_t key_of(f32 x) {
  uint32_t size = magnitude(x);
  if (size > F32_INFINITY)
    return INT32_MAX;
  return x & F32_SIGN ? -(int32_t)size : (int32_t)size;
}

/* The first logit from `i` on that is marked or whose key is above `least`; else the
 * vocabulary. The guest and the host each have their own way to look. */
uint32_t next_above(const struct draw *d, uint32_t i, int32_t least);

/* The token's number. */
uint32_t pick_token(const struct draw *d);

/* The first three bytes of keccak256 of the seed and the pass, little-endian both. */
uint32_t random_24(const uint8_t *seed, uint32_t pass);

#endif
