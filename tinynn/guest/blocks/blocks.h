/* Weights in blocks, as tinynn/blocks lays them out: panels of eight rows. */

#ifndef BLOCKS_H
#define BLOCKS_H

#include "../kernels.h"
#include "../softfloat.h"

#define PANEL_ROWS 8u
#define SHORT_BLOCK 32u
#define LONG_BLOCK 256u
#define WORD_TERMS 4u

/* Of a byte's unit, a unit of what is left of it: 2^7, and 2^-7 as a float. */
#define FINENESS 128
#define FINE_UNIT 0x3c000000u

/* The twin of BlockKind in tinynn/blocks/kinds.py. */
enum block_kind {
  FOUR,
  FOUR_MIN,
  EIGHT,
  EIGHT_MIN,
  LONG_FOUR_MIN,
  LONG_EIGHT_MIN,
  LONG_EIGHT,
};

/* What an operator's attributes say of a tensor. */
struct matrix {
  uint32_t rows, blocks;
  /* Terms of a block and of a group, and the least weight. */
  uint32_t block, group;
  int32_t least;
  bool four, low, two_level;
  /* Bytes of a block and of a group of a panel, and of what is before its words. */
  uint32_t block_bytes, block_head, group_bytes, group_head;
};

struct matrix matrix_of(const uint32_t *attributes);

/* A float of 16 bits as one of 32. */
f32 widened(uint32_t half);

/* A block's float of a row, scale or minimum. */
static inline f32 half_at(const uint8_t *block, uint32_t row, uint32_t which) {
  return widened(((const uint16_t *)block)[PANEL_ROWS * which + row]);
}

/* A group's small integer of a row, scale or minimum. */
static inline int32_t small_at(const uint8_t *group, uint32_t row, uint32_t which) {
  return ((const int8_t *)group)[PANEL_ROWS * which + row];
}

#endif
