/* Input: u32 n. Output: n! in decimal, and 3^n mod 2^127 - 1 as four words: schoolbook
 * arithmetic on 32-bit limbs, so multu, maddu and divu. */

#include "plumb.h"

#define LIMBS 512

static uint32_t number[LIMBS];

static uint32_t times(uint32_t *limbs, uint32_t count, uint32_t factor) {
  uint64_t carry = 0;
  for (uint32_t i = 0; i < count; i++) {
    carry += (uint64_t)limbs[i] * factor;
    limbs[i] = (uint32_t)carry;
    carry >>= 32;
  }
  if (carry)
    limbs[count++] = (uint32_t)carry;
  return count;
}

static uint32_t divide(uint32_t *limbs, uint32_t count, uint32_t divisor) {
  uint64_t rest = 0;
  for (uint32_t i = count; i-- > 0;) {
    rest = rest << 32 | limbs[i];
    limbs[i] = (uint32_t)(rest / divisor);
    rest %= divisor;
  }
  return (uint32_t)rest;
}

static uint32_t decimal(uint8_t *text, uint32_t count) {
  uint32_t size = 0;
  while (count) {
    text[size++] = (uint8_t)('0' + divide(number, count, 10));
    while (count && !number[count - 1])
      count--;
  }
  for (uint32_t i = 0; i < size / 2; i++) {
    uint8_t swapped = text[i];
    text[i] = text[size - 1 - i];
    text[size - 1 - i] = swapped;
  }
  return size;
}

/* x * y mod 2^127 - 1: the product's upper part, shifted down, is added to the lower. */
static void multiply_mod(uint32_t x[4], const uint32_t y[4]) {
  uint32_t product[9] = {0};
  for (int i = 0; i < 4; i++) {
    uint64_t carry = 0;
    for (int j = 0; j < 4; j++) {
      carry += product[i + j] + (uint64_t)x[i] * y[j];
      product[i + j] = (uint32_t)carry;
      carry >>= 32;
    }
    product[i + 4] = (uint32_t)carry;
  }
  uint64_t carry = 0;
  for (int i = 0; i < 4; i++) {
    uint32_t low = i == 3 ? product[3] & 0x7fffffff : product[i];
    uint32_t high = product[i + 3] >> 31 | product[i + 4] << 1;
    carry += (uint64_t)low + high;
    x[i] = (uint32_t)carry;
    carry >>= 32;
  }
  uint64_t top = x[3] >> 31;
  x[3] &= 0x7fffffff;
  for (int i = 0; i < 4; i++) {
    top += x[i];
    x[i] = (uint32_t)top;
    top >>= 32;
  }
}

int main(void) {
  uint32_t n = *(const uint32_t *)PLUMB_INPUT, count = 1;
  number[0] = 1;
  for (uint32_t factor = 2; factor <= n && count < LIMBS - 1; factor++)
    count = times(number, count, factor);
  uint32_t size = decimal(PLUMB_OUTPUT, count);
  uint32_t power[4] = {1}, square[4] = {3};
  for (uint32_t bits = n; bits; bits >>= 1) {
    if (bits & 1)
      multiply_mod(power, square);
    multiply_mod(square, square);
  }
  __builtin_memcpy(PLUMB_OUTPUT + size, power, sizeof power);
  PLUMB_OUTPUT_SIZE = size + sizeof power;
  return 0;
}
