/* The model image, as docs/model-image.md lays it out. All fields are u32. */

#ifndef IMAGE_H
#define IMAGE_H

#include "plumb.h"

#define IMAGE_BASE 0x80000000u
#define NAME_WORDS 8
#define MAX_RANK 8

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
  uint32_t records_offset;
  uint32_t constants_offset;
  uint32_t name[NAME_WORDS];
  uint32_t loop_first;
  uint32_t loop_end;
  uint32_t passes;
  uint32_t stop;
  uint32_t length;
  uint32_t flags;
  uint32_t unused[2];
};

/* Flags of the header: the last input may be shorter than its tensor. */
#define VARIES 1u

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
  uint32_t source_count;
  uint32_t attribute_count;
  uint32_t record;
};

/* What a record is made of: first the target, then the sources, then attribute words. */
struct operand {
  uint32_t address;
  uint32_t type;
  uint32_t count;
  uint32_t rank;
  uint32_t shape[MAX_RANK];
};

struct segment {
  uint32_t operator_index;
  uint32_t first;
  uint32_t count;
  uint32_t skip;
};

/* The skip field of a segment that is never skipped, or 0; else it is an address. */
#define NEVER 1u

_Static_assert(sizeof(struct header) == 128, "header");
_Static_assert(sizeof(struct tensor) == 80, "tensor");
_Static_assert(sizeof(struct operator_row) == 16, "operator_row");
_Static_assert(sizeof(struct operand) == 48, "operand");
_Static_assert(sizeof(struct segment) == 16, "segment");

enum element_type { UINT8 = 1, INT32 = 2, FLOAT32 = 3, INT8 = 4, BOOL = 5 };

static inline uint32_t item_bytes(uint32_t type) {
  return type == INT32 || type == FLOAT32 ? 4 : 1;
}

#define FINITE_WEIGHTS 1u

/* Where data lie: at their address, unless plumb.h says otherwise, or for qemu constants
 * where its model region is. */
static inline const void *at(uint32_t address) {
#ifdef PLUMB_AT
  return PLUMB_AT(address);
#endif
#ifdef PLUMB_QEMU
  if (address >= IMAGE_BASE)
    return PLUMB_MODEL + (address - IMAGE_BASE);
#endif
  return (const void *)address;
}

#endif
