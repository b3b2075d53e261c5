/* Input: u32 n, up to 12. Output: the ways to place n queens, by backtracking in plain
 * recursion; the first way, a byte a row; then the moves of Hanoi's tower of n discs. */

#include "plumb.h"

static uint32_t n, ways;
static uint8_t column[16];

static int allowed(uint32_t row, uint32_t at) {
  for (uint32_t i = 0; i < row; i++)
    if (column[i] == at || column[i] + row - i == at || column[i] + i == at + row)
      return 0;
  return 1;
}

static void place(uint32_t row) {
  if (row == n) {
    if (!ways++)
      __builtin_memcpy(PLUMB_OUTPUT + 8, column, n);
    return;
  }
  for (uint32_t at = 0; at < n; at++)
    if (allowed(row, at)) {
      column[row] = (uint8_t)at;
      place(row + 1);
    }
}

static uint32_t hanoi(uint32_t discs, uint32_t from, uint32_t to) {
  if (!discs)
    return 0;
  uint32_t by = 3 - from - to;
  return hanoi(discs - 1, from, by) + 1 + hanoi(discs - 1, by, to);
}

int main(void) {
  n = *(const uint32_t *)PLUMB_INPUT;
  place(0);
  ((uint32_t *)PLUMB_OUTPUT)[0] = ways;
  ((uint32_t *)PLUMB_OUTPUT)[1] = hanoi(n, 0, 2);
  PLUMB_OUTPUT_SIZE = 8 + n;
  return 0;
}
