/* keccak-256, as the EVM has it. */

#ifndef KECCAK_H
#define KECCAK_H

#include <stdbool.h>
#include <stdint.h>

#define HASH_BYTES 32u

void keccak256(const uint8_t *data, uint32_t bytes, uint8_t *hash);

/* The parent of two nodes; it may be one of them. */
void join_nodes(const uint8_t *left, const uint8_t *right, uint8_t *parent);

static inline bool is_same_hash(const uint8_t *a, const uint8_t *b) {
  uint8_t different = 0;
  for (uint32_t i = 0; i < HASH_BYTES; i++)
    different |= a[i] ^ b[i];
  return !different;
}

#endif
