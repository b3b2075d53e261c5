/* Random numbers between 0 and 1, by their places in a stream. docs/float.md defines
 * them. */

#ifndef UNIFORM_H
#define UNIFORM_H

#include "../guest/softfloat.h"

#define NOISE_SEED_BYTES 32

/* What SHAKE-256 gives before it permutes again: 136 bytes. */
#define BLOCK_WORDS 34

/* The first 136 bytes of SHAKE-256 of the seed and three words, as little-endian words. */
void random_words(const uint8_t *seed, const uint32_t *place, uint32_t *words);

/* Stores numbers [first, first + count) of a stream at `target`; `first` is a multiple of
 * BLOCK_WORDS. */
void draw_uniform(const uint8_t *seed, uint32_t stream, uint32_t pass, uint32_t first,
                  uint32_t count, f32 *target);

#endif
