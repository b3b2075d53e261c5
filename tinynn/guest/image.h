/* The model image, as docs/model-image.md lays it out. All fields are u32. */

#ifndef IMAGE_H
#define IMAGE_H

#include "plumb.h"

#define IMAGE_BASE 0x80000000u
#define NAME_WORDS 8
#define MAX_RANK 4

struct header {
  uint32_t magic;
  uint32_t version;
  uint32_t image_bytes;
  uint32_t arena_bytes;
  uint32_t input_bytes;
  uint32_t output_bytes;
  uint32_t input_count;
  uint32_t output_count;
  uint32_t operator_count;
  uint32_t segment_count;
  uint32_t inputs_offset;
  uint32_t outputs_offset;
  uint32_t operators_offset;
  uint32_t segments_offset;
  uint32_t constants_offset;
  uint32_t reserved;
  uint32_t name[NAME_WORDS];
  uint32_t unused[8];
};

struct tensor {
  uint32_t name[NAME_WORDS];
  uint32_t type;
  uint32_t rank;
  uint32_t shape[MAX_RANK];
  uint32_t address;
  uint32_t bytes;
};

struct operator_row {
  uint32_t opcode;
  uint32_t flags;
  uint32_t source;
  uint32_t source_count;
  uint32_t target;
  uint32_t target_count;
  uint32_t weights;
  uint32_t bias;
  uint32_t parameter;
  uint32_t unused[7];
};

struct segment {
  uint32_t operator_index;
  uint32_t first;
  uint32_t count;
  uint32_t repeat;
};

_Static_assert(sizeof(struct header) == 128, "header");
_Static_assert(sizeof(struct tensor) == 64, "tensor");
_Static_assert(sizeof(struct operator_row) == 64, "operator_row");
_Static_assert(sizeof(struct segment) == 16, "segment");

enum opcode {
  SCALE_U8 = 1,
  DENSE = 2,
  RELU = 3,
  SOFTMAX = 4,
  ARGMAX = 5,
};

#define FINITE_WEIGHTS 1u

/* Where a constant lies: at its address, or for qemu where its model region is. */
static inline const void *constant(uint32_t address) {
  return PLUMB_MODEL + (address - IMAGE_BASE);
}

#endif
