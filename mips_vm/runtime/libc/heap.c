/* malloc, over the arena.
 *
 * Blocks lie side by side from the arena's start to `top`; each says its own size and
 * that of the block before, so a freed one grows together with free neighbours. Free
 * blocks are in bins by the power of two below their size.
 */

#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#include "../plumb.h"

#define ALIGNMENT 8u
#define HEADER offsetof(Block, next)
#define LEAST sizeof(Block)
#define MOST 0x3fff0000u
#define USED 1u
#define TRIES 32

typedef struct Block {
  uint32_t size;   /* of all of it, header included; the lowest bit says USED */
  uint32_t before; /* size of the block that ends here; 0 for the first */
  struct Block *next, *previous; /* in its bin, while it is free */
} Block;

extern char plumb_arena_end[]; /* an address, not a variable */

static uint32_t top;  /* where the unused rest begins; 0 before the first use */
static uint32_t last; /* size of the block that ends at top */
static uint32_t filled; /* bit n: bin n is not empty */
static Block *bins[32];

void *memcpy(void *, const void *, size_t);
void *memset(void *, int, size_t);

static uint32_t size_of(const Block *block) { return block->size & ~USED; }

static Block *after(const Block *block) {
  return (Block *)((uintptr_t)block + size_of(block));
}

static Block *holder(const void *payload) {
  return (Block *)((uintptr_t)payload - HEADER);
}

static unsigned bin_of(uint32_t size) { return 31u - (unsigned)__builtin_clz(size); }

static void insert(Block *block) {
  unsigned bin = bin_of(block->size);
  block->previous = 0;
  block->next = bins[bin];
  if (block->next)
    block->next->previous = block;
  bins[bin] = block;
  filled |= 1u << bin;
}

static void remove(Block *block) {
  unsigned bin = bin_of(block->size);
  if (block->next)
    block->next->previous = block->previous;
  if (block->previous)
    block->previous->next = block->next;
  else if (!(bins[bin] = block->next))
    filled &= ~(1u << bin);
}

/* Says how large a block is, to itself and to the one after it. */
static void set_size(Block *block, uint32_t size, uint32_t used) {
  block->size = size | used;
  if ((uintptr_t)block + size == top)
    last = size;
  else
    after(block)->before = size;
}

/* Frees what is in no bin: grown together with its neighbours, or back to the rest. */
static void release(Block *block) {
  uint32_t size = size_of(block);
  if (block->before) {
    Block *neighbour = (Block *)((uintptr_t)block - block->before);
    if (!(neighbour->size & USED)) {
      remove(neighbour);
      size += neighbour->size;
      block = neighbour;
    }
  }
  if ((uintptr_t)block + size != top) {
    Block *neighbour = (Block *)((uintptr_t)block + size);
    if (!(neighbour->size & USED)) {
      remove(neighbour);
      size += neighbour->size;
    }
  }
  if ((uintptr_t)block + size == top) {
    top = (uintptr_t)block;
    last = block->before;
    return;
  }
  set_size(block, size, 0);
  insert(block);
}

/* Keeps the first `size` bytes of a used block, and frees the rest if it is a block. */
static void cut(Block *block, uint32_t size) {
  uint32_t rest = size_of(block) - size;
  if (rest < LEAST)
    return;
  Block *second = (Block *)((uintptr_t)block + size);
  second->before = size;
  set_size(second, rest, USED);
  block->size = size | USED;
  release(second);
}

static Block *search(unsigned bin, uint32_t size, unsigned tries) {
  for (Block *block = bins[bin]; block && tries--; block = block->next)
    if (block->size >= size)
      return block;
  return 0;
}

static Block *find(uint32_t size) {
  unsigned bin = bin_of(size);
  Block *block = search(bin, size, TRIES);
  uint32_t larger = filled & ~((2u << bin) - 1);
  if (!block && larger)
    block = bins[__builtin_ctz(larger)];
  return block;
}

static Block *extend(uint32_t size) {
  if (!top)
    top = PLUMB_ARENA_BASE;
  if (size > (uintptr_t)plumb_arena_end - top)
    return search(bin_of(size), size, ~0u);
  Block *block = (Block *)top;
  top += size;
  block->before = last;
  block->size = size | USED;
  last = size;
  return block;
}

static uint32_t needed(size_t bytes) {
  uint32_t size = (uint32_t)((bytes + HEADER + ALIGNMENT - 1) & ~(ALIGNMENT - 1));
  return size < LEAST ? LEAST : size;
}

void *malloc(size_t bytes) {
  Block *block = 0;
  if (bytes < MOST) {
    uint32_t size = needed(bytes);
    block = find(size);
    if (!block)
      block = extend(size);
    if (block && !(block->size & USED)) {
      remove(block);
      block->size |= USED;
      cut(block, size);
    }
  }
  if (!block) {
    errno = ENOMEM;
    return 0;
  }
  return (char *)block + HEADER;
}

void free(void *payload) {
  if (payload)
    release(holder(payload));
}

void *calloc(size_t count, size_t bytes) {
  size_t all;
  if (__builtin_mul_overflow(count, bytes, &all))
    all = SIZE_MAX;
  void *payload = malloc(all);
  /* Also what was never used: the arena outlives a yield, and the heap does not. */
  return payload ? memset(payload, 0, all) : 0;
}

void *realloc(void *payload, size_t bytes) {
  if (!payload)
    return malloc(bytes);
  Block *block = holder(payload);
  uint32_t have = size_of(block);
  if (bytes < MOST && needed(bytes) <= have) {
    cut(block, needed(bytes));
    return payload;
  }
  void *moved = malloc(bytes);
  if (moved) {
    memcpy(moved, payload, have - HEADER);
    free(payload);
  }
  return moved;
}

void *reallocarray(void *payload, size_t count, size_t bytes) {
  size_t all;
  return realloc(payload, __builtin_mul_overflow(count, bytes, &all) ? SIZE_MAX : all);
}

void *aligned_alloc(size_t alignment, size_t bytes) {
  if (alignment & (alignment - 1) || alignment > MOST || bytes > MOST - alignment) {
    errno = EINVAL;
    return 0;
  }
  if (alignment <= ALIGNMENT)
    return malloc(bytes);
  char *payload = malloc(bytes + alignment + LEAST);
  if (!payload)
    return 0;
  uintptr_t address = ((uintptr_t)payload + alignment - 1) & ~(alignment - 1);
  uint32_t skip = (uint32_t)(address - (uintptr_t)payload);
  if (skip) {
    if (skip < LEAST)
      skip += alignment;
    Block *first = holder(payload), *block = holder(payload + skip);
    uint32_t rest = size_of(first) - skip;
    block->before = skip;
    set_size(block, rest, USED);
    first->size = skip | USED;
    release(first);
    payload += skip;
  }
  cut(holder(payload), needed(bytes));
  return payload;
}

void *memalign(size_t alignment, size_t bytes) { return aligned_alloc(alignment, bytes); }

int posix_memalign(void **out, size_t alignment, size_t bytes) {
  void *payload = alignment < sizeof(void *) ? 0 : aligned_alloc(alignment, bytes);
  if (!payload)
    return alignment < sizeof(void *) ? EINVAL : errno;
  *out = payload;
  return 0;
}

size_t malloc_usable_size(void *payload) {
  return payload ? size_of(holder(payload)) - HEADER : 0;
}

void *__libc_malloc(size_t bytes) { return malloc(bytes); }
void *__libc_calloc(size_t count, size_t bytes) { return calloc(count, bytes); }
void *__libc_realloc(void *payload, size_t bytes) { return realloc(payload, bytes); }
void __libc_free(void *payload) { free(payload); }
