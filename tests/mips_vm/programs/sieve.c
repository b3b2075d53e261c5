/* Input: u32 n. Output: how many primes lie below n, and the factors of n - 1 in order. */

#include "plumb.h"

#define MOST 40000

static uint8_t composite[MOST];

int main(void) {
  uint32_t n = *(const uint32_t *)PLUMB_INPUT, count = 0;
  uint32_t *out = (uint32_t *)PLUMB_OUTPUT + 1;
  for (uint32_t i = 2; i < n; i++) {
    if (composite[i])
      continue;
    count++;
    for (uint32_t j = i * i; j < n && i < 65536; j += i)
      composite[j] = 1;
  }
  uint32_t rest = n - 1;
  for (uint32_t factor = 2; rest > 1; factor++)
    for (; rest % factor == 0; rest /= factor)
      *out++ = factor;
  *(uint32_t *)PLUMB_OUTPUT = count;
  PLUMB_OUTPUT_SIZE = (uint32_t)((uint8_t *)out - PLUMB_OUTPUT);
  return 0;
}
