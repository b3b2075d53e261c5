/* Output: the input in base 64, a newline, then what that decodes to. */

#include "plumb.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static char *encode(char *out, const uint8_t *data, uint32_t size) {
  for (uint32_t i = 0; i < size; i += 3) {
    uint32_t bits = (uint32_t)data[i] << 16;
    bits |= i + 1 < size ? (uint32_t)data[i + 1] << 8 : 0;
    bits |= i + 2 < size ? data[i + 2] : 0;
    for (uint32_t j = 0; j < 4; j++)
      *out++ = i + j > size ? '=' : alphabet[bits >> (18 - 6 * j) & 63];
  }
  return out;
}

static uint32_t digit(char c) {
  uint32_t value = 0;
  while (alphabet[value] != c)
    value++;
  return value;
}

static uint8_t *decode(uint8_t *out, const char *text, uint32_t size) {
  for (uint32_t i = 0; i < size; i += 4) {
    uint32_t bits = 0, count = 0;
    for (; count < 4 && text[i + count] != '='; count++)
      bits |= digit(text[i + count]) << (18 - 6 * count);
    for (uint32_t j = 0; j + 1 < count; j++)
      *out++ = (uint8_t)(bits >> (16 - 8 * j));
  }
  return out;
}

int main(void) {
  char *text = (char *)PLUMB_OUTPUT;
  char *end = encode(text, PLUMB_INPUT, PLUMB_INPUT_SIZE);
  *end = '\n';
  uint8_t *last = decode((uint8_t *)end + 1, text, (uint32_t)(end - text));
  PLUMB_OUTPUT_SIZE = (uint32_t)(last - PLUMB_OUTPUT);
  return 0;
}
