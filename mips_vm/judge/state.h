/* The processor's half of a state: the twin of state.py. */

#ifndef STATE_H
#define STATE_H

#include "keccak.h"

#include <stdbool.h>
#include <stdint.h>

enum status { RUNNING, YIELDED, HALTED, FAULTED };

#define PACKED_BYTES 176u
#define REGISTERS 32

struct state {
  uint8_t memory_root[HASH_BYTES];
  uint32_t pc, next_pc, lo, hi;
  uint32_t r[REGISTERS];
};

/* Big-endian. */
static inline uint32_t big_at(const uint8_t *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
         bytes[3];
}

static inline void put_big(uint8_t *bytes, uint32_t word) {
  for (int i = 0; i < 4; i++)
    bytes[i] = (uint8_t)(word >> (24 - 8 * i));
}

static inline void state_unpack(struct state *s, const uint8_t *packed) {
  __builtin_memcpy(s->memory_root, packed, HASH_BYTES);
  uint32_t *words = &s->pc;
  for (uint32_t i = 0; i < 4 + REGISTERS; i++)
    words[i] = big_at(packed + HASH_BYTES + 4 * i);
}

static inline void state_root(const struct state *s, enum status status, uint8_t *root) {
  uint8_t packed[PACKED_BYTES];
  const uint32_t *words = &s->pc;
  __builtin_memcpy(packed, s->memory_root, HASH_BYTES);
  for (uint32_t i = 0; i < 4 + REGISTERS; i++)
    put_big(packed + HASH_BYTES + 4 * i, words[i]);
  keccak256(packed, PACKED_BYTES, root);
  root[0] = (uint8_t)status;
}

static inline void state_write(struct state *s, uint32_t number, uint32_t value) {
  if (number)
    s->r[number] = value;
}

static inline void state_jump(struct state *s, uint32_t target) {
  s->pc = s->next_pc;
  s->next_pc = target;
}

static inline void state_advance(struct state *s) { state_jump(s, s->next_pc + 4); }

static inline void state_skip_slot(struct state *s) {
  s->pc = s->next_pc + 4;
  s->next_pc += 8;
}

static inline void state_reboot(struct state *s) {
  __builtin_memset(&s->pc, 0, sizeof(struct state) - HASH_BYTES);
  s->next_pc = 4;
}

_Static_assert(sizeof(struct state) == PACKED_BYTES, "words follow one another");

#endif
