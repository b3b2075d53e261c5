/* The kernels of bytes.h for WebAssembly. With vectors, compilers multiply bytes by
 * themselves, and a list holds the bytes as they are, turned, in the first half of its
 * room. Without, four products are two multiplications of 64 bits. */

#include "../guest/bytes.h"

#ifdef __wasm_simd128__

uint32_t list_bytes(uint32_t *pairs, const uint8_t *bytes, uint32_t terms,
                    uint32_t turned) {
  uint8_t *listed = (uint8_t *)pairs;
  uint32_t sum = 0;
  for (uint32_t i = 0; i < terms; i++) {
    listed[i] = bytes[i] ^ (uint8_t)turned;
    sum += listed[i];
  }
  return sum;
}

uint32_t dot_bytes(const uint32_t *pairs, const uint8_t *bytes, uint32_t terms,
                   uint32_t turned) {
  const uint8_t *listed = (const uint8_t *)pairs;
  uint32_t sum = 0;
  for (uint32_t i = 0; i < terms; i++)
    sum += (uint32_t)listed[i] * (uint8_t)(bytes[i] ^ (uint8_t)turned);
  return sum;
}

#else

#define WORD_TERMS 4u

/* Terms whose products fit in a lane: 128 times 2 times 255^2 < 2^24. */
#define LANE_TERMS 256u

#define OUTER 0xff0000ffu
#define LANE 24
#define LANE_MASK 0xffffffu

/* A number of 32 bits, any place. */
static inline uint32_t word_of(const uint8_t *bytes) {
  uint32_t word;
  __builtin_memcpy(&word, bytes, sizeof word);
  return word;
}

static inline uint32_t half_turn(uint32_t word) { return word << 16 | word >> 16; }

uint32_t list_bytes(uint32_t *pairs, const uint8_t *bytes, uint32_t terms,
                    uint32_t turned) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < terms; i += WORD_TERMS, pairs += 2) {
    uint32_t v[WORD_TERMS] = {0};
    for (uint32_t j = 0; j < WORD_TERMS && i + j < terms; j++) {
      v[j] = bytes[i + j] ^ (uint8_t)turned;
      sum += v[j];
    }
    pairs[0] = v[3] | v[0] << LANE;
    pairs[1] = v[1] | v[2] << LANE;
  }
  return sum;
}

/* Of at most LANE_TERMS. */
static uint32_t dot_lane(const uint32_t *pairs, const uint8_t *bytes, uint32_t terms,
                         uint32_t turned) {
  uint64_t sums = 0;
  for (uint32_t i = 0; i < terms; i += WORD_TERMS, pairs += 2) {
    const uint32_t word = word_of(bytes + i) ^ turned;
    sums += (uint64_t)(word & OUTER) * pairs[0] +
            (uint64_t)(half_turn(word) & OUTER) * pairs[1];
  }
  return (uint32_t)(sums >> LANE) & LANE_MASK;
}

uint32_t dot_bytes(const uint32_t *pairs, const uint8_t *bytes, uint32_t terms,
                   uint32_t turned) {
  uint32_t sum = 0;
  for (; terms > LANE_TERMS; terms -= LANE_TERMS, bytes += LANE_TERMS) {
    sum += dot_lane(pairs, bytes, LANE_TERMS, turned);
    pairs += PAIR_WORDS(LANE_TERMS);
  }
  return sum + dot_lane(pairs, bytes, terms, turned);
}

#endif

uint32_t sum_of_bytes(const uint8_t *bytes, uint32_t terms, uint32_t turned) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < terms; i++)
    sum += (uint8_t)(bytes[i] ^ (uint8_t)turned);
  return sum;
}
