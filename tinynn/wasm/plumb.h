/* What the guest needs of its machine, where that is a WebAssembly instance: its regions
 * lie behind one another in one memory, each as large as the image says. The machine's
 * own plumb.h is mips_vm/runtime/plumb.h. */

#ifndef PLUMB_H
#define PLUMB_H

#include <stddef.h>
#include <stdint.h>

#define PLUMB_ARENA_BASE 0x40000000u
#define PLUMB_INPUT_BASE 0x10000000u
#define PLUMB_MODEL_BASE 0x80000000u

/* Where the regions begin. Input and output: a u32 length, then that many bytes. */
extern struct regions {
  uint8_t *image, *input, *output, *arena;
} plumb_regions;

#define PLUMB_MODEL ((const uint8_t *)plumb_regions.image)
#define PLUMB_ARENA plumb_regions.arena
#define PLUMB_INPUT_SIZE (*(const uint32_t *)plumb_regions.input)
#define PLUMB_INPUT ((const uint8_t *)plumb_regions.input + 4)
#define PLUMB_OUTPUT_SIZE (*(uint32_t *)plumb_regions.output)
#define PLUMB_OUTPUT (plumb_regions.output + 4)

/* Where data lie that an image says are at `address`. */
static inline const void *plumb_at(uint32_t address) {
  if (address >= PLUMB_MODEL_BASE)
    return plumb_regions.image + (address - PLUMB_MODEL_BASE);
  if (address >= PLUMB_ARENA_BASE)
    return plumb_regions.arena + (address - PLUMB_ARENA_BASE);
  return plumb_regions.input + (address - PLUMB_INPUT_BASE);
}

#define PLUMB_AT(address) plumb_at(address)

/* Zeros, until the operator ends. */
void *plumb_scratch(uint32_t bytes);

#define PLUMB_SCRATCH(bytes) plumb_scratch(bytes)

/* A segment ends by returning: what is joined to it follows. */
_Noreturn static inline void plumb_yield(void) { __builtin_trap(); }

#endif
