/* The Merkle roots of regions: docs/state-encoding.md. */

#include "export.h"
#include "keccak.h"

#define PAIR_BYTES (2 * HASH_BYTES)
#define MAX_DEPTH 27u

/* Two leaves of the data, whose end is followed by zeros. */
static void join_leaves(const uint8_t *data, uint32_t left, uint8_t *hash) {
  uint8_t pair[PAIR_BYTES] = {0};
  __builtin_memcpy(pair, data, left < PAIR_BYTES ? left : PAIR_BYTES);
  keccak256(pair, PAIR_BYTES, hash);
}

/* Root of a region of 2^depth leaves, depth 1 to MAX_DEPTH: `bytes` of data, then zeros.
 * `nodes[level]` waits for its right neighbour where bit `level` of the count of pairs is
 * set. */
void EXPORT(region_root)(const uint8_t *data, uint32_t bytes, uint32_t depth,
                         uint8_t *root) {
  uint8_t nodes[MAX_DEPTH + 1][HASH_BYTES], node[HASH_BYTES], zero[HASH_BYTES] = {0};
  const uint32_t pairs = bytes / PAIR_BYTES + (bytes % PAIR_BYTES != 0);
  for (uint32_t i = 0; i < pairs; i++) {
    join_leaves(data + i * PAIR_BYTES, bytes - i * PAIR_BYTES, node);
    uint32_t level = 1;
    for (uint32_t carried = i; carried & 1; carried >>= 1, level++)
      join_nodes(nodes[level], node, node);
    __builtin_memcpy(nodes[level], node, HASH_BYTES);
  }
  /* What waits is joined from below, and what is missing is zeros; a node that is
   * complete at the top is the root. */
  join_nodes(zero, zero, zero);
  __builtin_memcpy(node, zero, HASH_BYTES);
  for (uint32_t level = 1; level < depth; level++) {
    if (pairs >> (level - 1) & 1)
      join_nodes(nodes[level], node, node);
    else
      join_nodes(node, zero, node);
    join_nodes(zero, zero, zero);
  }
  const uint8_t *found = pairs >> (depth - 1) & 1 ? nodes[depth] : node;
  __builtin_memcpy(root, found, HASH_BYTES);
}

/* Room for a host's few bytes: what is hashed, and hashes. */
uint8_t *EXPORT(notes)(void) {
  static uint8_t room[1024];
  return room;
}
