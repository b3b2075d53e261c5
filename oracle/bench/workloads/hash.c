/* Integer arithmetic in registers: rounds of a 64-bit hash over a small block. */
#include <stdint.h>

#include "rounds.h"

static uint64_t turn(uint64_t word, int count) {
  return word << count | word >> (64 - count);
}

uint32_t round_of(uint32_t seed) {
  uint64_t state[4] = {seed, 0x9e3779b97f4a7c15u, 0xbf58476d1ce4e5b9u, 1};
  for (int i = 0; i < 300000; i++) {
    state[0] += state[1], state[3] = turn(state[3] ^ state[0], 32);
    state[2] += state[3], state[1] = turn(state[1] ^ state[2], 24);
    state[0] += state[1] ^ (uint64_t)i, state[3] = turn(state[3] ^ state[0], 16);
    state[2] += state[3], state[1] = turn(state[1] ^ state[2], 63);
  }
  uint64_t sum = state[0] ^ state[1] ^ state[2] ^ state[3];
  return (uint32_t)(sum ^ sum >> 32);
}
