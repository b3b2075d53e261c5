#include "memory.h"

#define ALIGNMENT 64u
#define PAGE 65536u

extern uint8_t __heap_base[];

static uint64_t end, kept;

uint8_t *memory_take(uint32_t bytes) {
  const uint64_t start = (end + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  const uint64_t pages = (start + bytes + PAGE - 1) / PAGE;
  const uint32_t held = __builtin_wasm_memory_size(0);
  if (pages > PAGE)
    return 0;
  if (pages > held &&
      __builtin_wasm_memory_grow(0, (uint32_t)pages - held) == (__SIZE_TYPE__)-1)
    return 0;
  end = start + bytes;
  return (uint8_t *)(uint32_t)start;
}

void memory_clear(void) {
  end = (uint32_t)__heap_base;
  memory_keep();
}

void memory_keep(void) { kept = end; }

void memory_release(void) { end = kept; }
