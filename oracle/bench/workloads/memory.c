/* Memory: a sieve, a sort by counting, a walk at random. Few instructions an access. */
#include <stdint.h>

#include "rounds.h"

#define SIEVE (1u << 19)
#define KEYS (1u << 17)
#define COUNTS 4096u
#define WORDS (1u << 20)

static uint8_t composite[SIEVE];
static uint16_t keys[KEYS], sorted[KEYS];
static uint32_t counts[COUNTS], words[WORDS];

static uint32_t sieve(void) {
  uint32_t primes = 0;
  for (uint32_t i = 0; i < SIEVE; i++)
    composite[i] = 0;
  for (uint32_t i = 2; i < SIEVE; i++) {
    if (composite[i])
      continue;
    primes++;
    for (uint32_t j = 2 * i; j < SIEVE; j += i)
      composite[j] = 1;
  }
  return primes;
}

static uint32_t sort(uint32_t seed) {
  for (uint32_t i = 0; i < COUNTS; i++)
    counts[i] = 0;
  for (uint32_t i = 0; i < KEYS; i++) {
    seed = seed * 1664525u + 1013904223u;
    keys[i] = (uint16_t)(seed >> 20);
    counts[keys[i]]++;
  }
  uint32_t below = 0;
  for (uint32_t i = 0; i < COUNTS; i++) {
    uint32_t count = counts[i];
    counts[i] = below;
    below += count;
  }
  for (uint32_t i = 0; i < KEYS; i++)
    sorted[counts[keys[i]]++] = keys[i];
  return sorted[KEYS / 2];
}

static uint32_t walk(uint32_t seed) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < KEYS; i++) {
    seed = seed * 1664525u + 1013904223u;
    sum += words[seed >> 12];
    words[seed >> 12] = sum ^ i;
  }
  return sum;
}

uint32_t round_of(uint32_t seed) { return sieve() + sort(seed) * 31 + walk(seed); }
