#include "rounds.h"

#include "plumb.h"

int main(void) {
  uint32_t value = 1;
  for (uint32_t left = *(const uint32_t *)PLUMB_INPUT; left; left--)
    value = round_of(value);
  __builtin_memcpy(PLUMB_OUTPUT, &value, sizeof value);
  PLUMB_OUTPUT_SIZE = sizeof value;
  return 0;
}
