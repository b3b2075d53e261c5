/* Keccak of one block: the hash as Ethereum has it of 32 bytes, and SHAKE-256 of 44. */

#include "pick.h"
#include "uniform.h"

#define LANES 25
#define ROUNDS 24

/* The lanes in the order in which rho and pi go through them, and how far each turns. */
static const uint8_t order[] = {10, 7,  11, 17, 18, 3,  5,  16, 8,  21, 24, 4,
                                15, 23, 19, 13, 12, 2,  20, 14, 22, 9,  6,  1};
static const uint8_t turns[] = {1,  3,  6,  10, 15, 21, 28, 36, 45, 55, 2,  14,
                                27, 41, 56, 8,  25, 43, 62, 18, 39, 61, 20, 44};

static const uint64_t constants[] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
    0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
    0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
};

/* n in [1, 63]. */
static uint64_t turned(uint64_t x, uint32_t n) { return x << n | x >> (64 - n); }

static void permute(uint64_t *a) {
  for (uint32_t round = 0; round < ROUNDS; round++) {
    uint64_t column[5];
    for (uint32_t x = 0; x < 5; x++)
      column[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
    for (uint32_t x = 0; x < 5; x++) {
      uint64_t mixed = column[x ? x - 1 : 4] ^ turned(column[x < 4 ? x + 1 : 0], 1);
      for (uint32_t y = 0; y < LANES; y += 5)
        a[x + y] ^= mixed;
    }
    uint64_t moved = a[1];
    for (uint32_t i = 0; i < ROUNDS; i++) {
      uint64_t next = a[order[i]];
      a[order[i]] = turned(moved, turns[i]);
      moved = next;
    }
    for (uint32_t y = 0; y < LANES; y += 5) {
      uint64_t first = a[y], second = a[y + 1];
      a[y] ^= ~a[y + 1] & a[y + 2];
      a[y + 1] ^= ~a[y + 2] & a[y + 3];
      a[y + 2] ^= ~a[y + 3] & a[y + 4];
      a[y + 3] ^= ~a[y + 4] & first;
      a[y + 4] ^= ~first & second;
    }
    a[0] ^= constants[round];
  }
}

uint32_t random_24(const uint8_t *seed, uint32_t pass) {
  uint64_t a[LANES];
  for (uint32_t i = 0; i < LANES; i++)
    a[i] = 0;
  for (uint32_t i = 0; i < SEED_BYTES; i++)
    a[i / 8] |= (uint64_t)seed[i] << (i % 8 * 8);
  a[3] |= (uint64_t)pass << 32;
  /* The padding: a one behind the message, a one at the end of the block. */
  a[4] = 1;
  a[16] = (uint64_t)1 << 63;
  permute(a);
  return (uint32_t)a[0] & 0xffffff;
}

void random_words(const uint8_t *seed, const uint32_t *place, uint32_t *words) {
  uint64_t a[LANES];
  for (uint32_t i = 0; i < LANES; i++)
    a[i] = 0;
  for (uint32_t i = 0; i < NOISE_SEED_BYTES; i++)
    a[i / 8] |= (uint64_t)seed[i] << (i % 8 * 8);
  a[4] = place[0] | (uint64_t)place[1] << 32;
  /* FIPS 202's suffix of an extendable output, and its padding. */
  a[5] = place[2] | (uint64_t)0x1f << 32;
  a[16] = (uint64_t)1 << 63;
  permute(a);
  for (uint32_t i = 0; i < BLOCK_WORDS; i++)
    words[i] = (uint32_t)(a[i / 2] >> (i % 2 * 32));
}
