/* Output: CRC-32 of the input, once by a table and once bit by bit. */

#include "plumb.h"

#define POLYNOMIAL 0xEDB88320u

static uint32_t table[256];

static uint32_t eight_bits(uint32_t crc) {
  for (int i = 0; i < 8; i++)
    crc = crc & 1 ? crc >> 1 ^ POLYNOMIAL : crc >> 1;
  return crc;
}

int main(void) {
  uint32_t by_table = ~0u, by_bit = ~0u;
  for (uint32_t i = 0; i < 256; i++)
    table[i] = eight_bits(i);
  for (uint32_t i = 0; i < PLUMB_INPUT_SIZE; i++) {
    by_table = by_table >> 8 ^ table[(by_table ^ PLUMB_INPUT[i]) & 0xFF];
    by_bit = eight_bits(by_bit ^ PLUMB_INPUT[i]);
  }
  ((uint32_t *)PLUMB_OUTPUT)[0] = ~by_table;
  ((uint32_t *)PLUMB_OUTPUT)[1] = ~by_bit;
  PLUMB_OUTPUT_SIZE = 8;
  return 0;
}
