/* The kernels of bytes.h, for compilers that multiply bytes by themselves. A list holds
 * the bytes as they are, turned, in the first half of its room. */

#include "../guest/bytes.h"

uint32_t list_bytes(uint32_t *pairs, const uint8_t *bytes, uint32_t terms,
                    uint32_t turned) {
  uint8_t *listed = (uint8_t *)pairs;
  uint32_t sum = 0;
  for (uint32_t i = 0; i < terms; i++) {
    listed[i] = bytes[i] ^ (uint8_t)turned;
    sum += listed[i];
  }
  return sum;
}

uint32_t dot_bytes(const uint32_t *pairs, const uint8_t *bytes, uint32_t terms,
                   uint32_t turned) {
  const uint8_t *listed = (const uint8_t *)pairs;
  uint32_t sum = 0;
  for (uint32_t i = 0; i < terms; i++)
    sum += (uint32_t)listed[i] * (uint8_t)(bytes[i] ^ (uint8_t)turned);
  return sum;
}

uint32_t sum_of_bytes(const uint8_t *bytes, uint32_t terms, uint32_t turned) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < terms; i++)
    sum += (uint8_t)(bytes[i] ^ (uint8_t)turned);
  return sum;
}
