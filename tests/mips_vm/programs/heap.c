/* malloc, realloc and free at random, each block's bytes watched; then all of it. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Through variables: the compiler knows what malloc is, and leaves out some calls. */
static void *(*volatile get)(size_t) = malloc;
static void *(*volatile get_zeros)(size_t, size_t) = calloc;
static void *(*volatile change)(void *, size_t) = realloc;
static void (*volatile give_back)(void *) = free;

#define COUNT 150
#define ROUNDS 1500

static struct {
  uint8_t *bytes;
  size_t size;
  uint8_t value;
} blocks[COUNT];

static uint32_t seed = 1;

static uint32_t draw(uint32_t limit) {
  seed = seed * 1664525u + 1013904223u;
  return (seed >> 8) % limit;
}

static void check(int i, size_t size) {
  for (size_t at = 0; at < size; at++)
    if (blocks[i].bytes[at] != blocks[i].value) {
      printf("block %d: expected %d at %zu, got %d\n", i, blocks[i].value, at,
             blocks[i].bytes[at]);
      exit(1);
    }
}

static void fill(int i, uint8_t *bytes, size_t size) {
  if (!bytes || (uintptr_t)bytes % 8)
    exit(2);
  blocks[i].bytes = bytes;
  blocks[i].size = size;
  blocks[i].value = (uint8_t)draw(256);
  memset(bytes, blocks[i].value, size);
}

static void play(void) {
  for (int round = 0; round < ROUNDS; round++) {
    int i = (int)draw(COUNT);
    size_t size = draw(8) ? draw(60) : draw(800);
    uint8_t *old = blocks[i].bytes;
    if (!old) {
      uint32_t alignment = 1u << draw(8);
      uint8_t *bytes = draw(4) ? malloc(size) : aligned_alloc(alignment, size);
      fill(i, bytes, size);
      continue;
    }
    check(i, blocks[i].size);
    if (draw(2)) {
      free(old);
      blocks[i].bytes = 0;
    } else {
      size_t kept = size < blocks[i].size ? size : blocks[i].size;
      blocks[i].bytes = realloc(old, size);
      check(i, kept);
      fill(i, blocks[i].bytes, size);
    }
  }
  for (int i = 0; i < COUNT; i++) {
    if (blocks[i].bytes)
      check(i, blocks[i].size);
    free(blocks[i].bytes);
    blocks[i].bytes = 0;
  }
}

/* The largest power of two that can be had. */
static size_t largest(void) {
  for (size_t size = (size_t)1 << 31; size; size >>= 1) {
    void *all = get(size);
    give_back(all);
    if (all)
      return size;
  }
  return 0;
}

int main(void) {
  size_t before = largest();
  uint8_t *first = get(16);
  give_back(first);
  play();
  uint8_t *again = get(16);
  printf("%d %d\n", largest() == before, first == again);
  uint8_t *zeros = get_zeros(1000, 1);
  for (int i = 0; i < 1000; i++)
    if (zeros[i])
      return 3;
  volatile size_t half = (size_t)1 << 31, two = 2;
  printf("%d %d\n", get_zeros(half, two) == 0, errno == ENOMEM);
  errno = 0;
  volatile size_t more = (size_t)-1;
  printf("%d %d %d\n", get(more) == 0, change(zeros, more) == 0, errno == ENOMEM);
  printf("%d\n", aligned_alloc(4096, 10) != 0);
  return 0;
}
