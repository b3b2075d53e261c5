/* Compresses the input by references to what came before, and expands it again.
 * Output: u32 compressed size, then the expanded bytes. */

#include "plumb.h"

#define WINDOW 1024
#define SHORTEST 4
#define LONGEST 67

static uint8_t packed[1 << 16];

static uint32_t match(const uint8_t *data, uint32_t at, uint32_t size, uint32_t *from) {
  uint32_t best = 0;
  for (uint32_t start = at > WINDOW ? at - WINDOW : 0; start < at; start++) {
    uint32_t length = 0;
    while (length < LONGEST && at + length < size && data[start + length] == data[at + length])
      length++;
    if (length > best) {
      best = length;
      *from = start;
    }
  }
  return best;
}

/* Bytes: 0 and a literal, or length - SHORTEST + 1 and a distance of two bytes. */
static uint32_t compress(const uint8_t *data, uint32_t size) {
  uint8_t *out = packed;
  for (uint32_t at = 0; at < size;) {
    uint32_t from = 0, length = match(data, at, size, &from);
    if (length < SHORTEST) {
      *out++ = 0;
      *out++ = data[at++];
    } else {
      *out++ = (uint8_t)(length - SHORTEST + 1);
      *out++ = (uint8_t)(at - from);
      *out++ = (uint8_t)((at - from) >> 8);
      at += length;
    }
  }
  return (uint32_t)(out - packed);
}

static uint32_t expand(uint32_t size, uint8_t *out) {
  uint8_t *begin = out;
  for (uint32_t at = 0; at < size;) {
    uint32_t head = packed[at++];
    if (!head) {
      *out++ = packed[at++];
      continue;
    }
    const uint8_t *from = out - (packed[at] | packed[at + 1] << 8);
    at += 2;
    for (uint32_t length = head + SHORTEST - 1; length; length--)
      *out++ = *from++;
  }
  return (uint32_t)(out - begin);
}

int main(void) {
  uint32_t size = compress(PLUMB_INPUT, PLUMB_INPUT_SIZE);
  *(uint32_t *)PLUMB_OUTPUT = size;
  PLUMB_OUTPUT_SIZE = 4 + expand(size, PLUMB_OUTPUT + 4);
  return 0;
}
