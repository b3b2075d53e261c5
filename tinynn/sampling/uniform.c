#include "uniform.h"

/* 2^-24 (2 k + 1), k < 2^23, which a float holds exactly: neither 0 nor 1. */
static f32 between(uint32_t k) {
  return f32_mul(f32_from_u32(2 * k + 1), 0x33800000u);
}

void draw_uniform(const uint8_t *seed, uint32_t stream, uint32_t pass, uint32_t first,
                  uint32_t count, f32 *target) {
  uint32_t place[] = {stream, pass, first / BLOCK_WORDS}, words[BLOCK_WORDS];
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t at = i % BLOCK_WORDS;
    if (at == 0) {
      random_words(seed, place, words);
      place[2]++;
    }
    target[i] = between(words[at] >> 9);
  }
}
