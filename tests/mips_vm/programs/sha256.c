/* Output: SHA-256 of the input (FIPS 180-4), one yield for each block: all state
 * between blocks lives in the arena. */

#include "plumb.h"

typedef struct {
  uint32_t started;
  uint32_t block;
  uint32_t hash[8];
} progress_t;

static const uint32_t INITIAL[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

static const uint32_t K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
    0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
    0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
    0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
    0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
    0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
    0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
    0xc67178f2};

static uint32_t rotate(uint32_t x, int n) { return x >> n | x << (32 - n); }

/* Byte `at` of the padded message. */
static uint8_t padded(uint32_t at, uint32_t size, uint32_t blocks) {
  if (at < size)
    return PLUMB_INPUT[at];
  if (at == size)
    return 0x80;
  uint32_t from_end = 64 * blocks - 1 - at;
  return from_end < 8 ? (uint8_t)((uint64_t)size * 8 >> 8 * from_end) : 0;
}

static void absorb(progress_t *p, uint32_t size, uint32_t blocks) {
  uint32_t w[64], s[8];
  for (int i = 0; i < 16; i++) {
    w[i] = 0;
    for (int j = 0; j < 4; j++)
      w[i] = w[i] << 8 | padded(64 * p->block + 4 * i + j, size, blocks);
  }
  for (int i = 16; i < 64; i++) {
    uint32_t a = w[i - 15], b = w[i - 2];
    w[i] = w[i - 16] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) + w[i - 7] +
           (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
  }
  for (int i = 0; i < 8; i++)
    s[i] = p->hash[i];
  for (int i = 0; i < 64; i++) {
    uint32_t a = s[0], e = s[4];
    uint32_t t = s[7] + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) +
                 ((e & s[5]) ^ (~e & s[6])) + K[i] + w[i];
    uint32_t u = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) +
                 ((a & s[1]) ^ (a & s[2]) ^ (s[1] & s[2]));
    for (int j = 7; j > 0; j--)
      s[j] = s[j - 1];
    s[4] += t;
    s[0] = t + u;
  }
  for (int i = 0; i < 8; i++)
    p->hash[i] += s[i];
}

int main(void) {
  progress_t *p = (progress_t *)PLUMB_ARENA;
  uint32_t size = PLUMB_INPUT_SIZE, blocks = (size + 8) / 64 + 1;
  if (!p->started) {
    p->started = 1;
    for (int i = 0; i < 8; i++)
      p->hash[i] = INITIAL[i];
  }
  absorb(p, size, blocks);
  if (++p->block < blocks)
    plumb_yield();
  for (int i = 0; i < 32; i++)
    PLUMB_OUTPUT[i] = (uint8_t)(p->hash[i / 4] >> (24 - 8 * (i % 4)));
  PLUMB_OUTPUT_SIZE = 32;
  return 0;
}
