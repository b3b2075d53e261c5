/* Input: u32 words. Output: the same words, heap-sorted, then merge-sorted descending. */

#include "plumb.h"

#define LIMIT 4096

static uint32_t words[LIMIT], scratch[LIMIT];

static void sift_down(uint32_t *heap, uint32_t root, uint32_t count) {
  for (uint32_t child; (child = 2 * root + 1) < count; root = child) {
    if (child + 1 < count && heap[child + 1] > heap[child])
      child++;
    if (heap[root] >= heap[child])
      return;
    uint32_t swapped = heap[root];
    heap[root] = heap[child];
    heap[child] = swapped;
  }
}

static void heap_sort(uint32_t *heap, uint32_t count) {
  for (uint32_t i = count / 2; i-- > 0;)
    sift_down(heap, i, count);
  for (uint32_t end = count; end-- > 1;) {
    uint32_t largest = heap[0];
    heap[0] = heap[end];
    heap[end] = largest;
    sift_down(heap, 0, end);
  }
}

static int descending(uint32_t a, uint32_t b) { return a > b; }

static void merge_sort(uint32_t *items, uint32_t count,
                       int (*before)(uint32_t, uint32_t)) {
  if (count < 2)
    return;
  uint32_t half = count / 2;
  merge_sort(items, half, before);
  merge_sort(items + half, count - half, before);
  uint32_t left = 0, right = half;
  for (uint32_t i = 0; i < count; i++) {
    int from_left =
        right == count || (left < half && !before(items[right], items[left]));
    scratch[i] = items[from_left ? left++ : right++];
  }
  for (uint32_t i = 0; i < count; i++)
    items[i] = scratch[i];
}

static void put(uint32_t at, const uint32_t *items, uint32_t count) {
  for (uint32_t i = 0; i < count; i++)
    ((uint32_t *)PLUMB_OUTPUT)[at + i] = items[i];
}

int main(void) {
  uint32_t count = PLUMB_INPUT_SIZE / 4;
  if (count > LIMIT)
    count = LIMIT;
  for (uint32_t i = 0; i < count; i++)
    words[i] = ((const uint32_t *)PLUMB_INPUT)[i];
  heap_sort(words, count);
  put(0, words, count);
  merge_sort(words, count, descending);
  put(count, words, count);
  PLUMB_OUTPUT_SIZE = 8 * count;
  return 0;
}
