#include "keccak.h"

#define ROUNDS 24
#define LANES 25
#define RATE 136u

static const uint64_t round_constants[ROUNDS] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
    0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
    0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
};

/* Of lane x + 5y: by how much it is turned. */
static const uint8_t turns[LANES] = {0,  1,  62, 28, 27, 36, 44, 6,  55, 20, 3,  10, 43,
                                     25, 39, 41, 45, 15, 21, 8,  18, 2,  61, 56, 14};

static inline uint64_t turn(uint64_t lane, uint32_t by) {
  return lane << by | lane >> (-by & 63);
}

static void permute(uint64_t *a) {
  for (int round = 0; round < ROUNDS; round++) {
    uint64_t sums[5], b[LANES];
#pragma clang loop unroll(full)
    for (int x = 0; x < 5; x++)
      sums[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
#pragma clang loop unroll(full)
    for (int x = 0; x < 5; x++) {
      const uint64_t d = sums[(x + 4) % 5] ^ turn(sums[(x + 1) % 5], 1);
#pragma clang loop unroll(full)
      for (int y = 0; y < 5; y++)
        b[y + 5 * ((2 * x + 3 * y) % 5)] = turn(a[x + 5 * y] ^ d, turns[x + 5 * y]);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < LANES; i++)
      a[i] = b[i] ^ (~b[i / 5 * 5 + (i + 1) % 5] & b[i / 5 * 5 + (i + 2) % 5]);
    a[0] ^= round_constants[round];
  }
}

/* Lanes are little-endian, as every processor is that this is compiled for. */
void keccak256(const uint8_t *data, uint32_t bytes, uint8_t *hash) {
  uint64_t state[LANES] = {0};
  uint8_t *absorbed = (uint8_t *)state;
  for (; bytes >= RATE; bytes -= RATE, data += RATE) {
    for (uint32_t i = 0; i < RATE / 8; i++) {
      uint64_t lane;
      __builtin_memcpy(&lane, data + 8 * i, sizeof lane);
      state[i] ^= lane;
    }
    permute(state);
  }
  for (uint32_t i = 0; i < bytes; i++)
    absorbed[i] ^= data[i];
  absorbed[bytes] ^= 0x01;
  absorbed[RATE - 1] ^= 0x80;
  permute(state);
  __builtin_memcpy(hash, state, HASH_BYTES);
}

void join_nodes(const uint8_t *left, const uint8_t *right, uint8_t *parent) {
  uint8_t pair[2 * HASH_BYTES];
  __builtin_memcpy(pair, left, HASH_BYTES);
  __builtin_memcpy(pair + HASH_BYTES, right, HASH_BYTES);
  keccak256(pair, sizeof pair, parent);
}
