/* Input: text. Output: its lines, each with its words reversed, capitalised and
 * counted, then the sum of all its numbers. Every copy is by library call or struct, so
 * that unaligned accesses (lwl, lwr, swl, swr) occur. */

#include "plumb.h"

void *memcpy(void *restrict, const void *restrict, size_t);
void *memmove(void *, const void *, size_t);

typedef struct __attribute__((packed)) {
  uint8_t tag;
  uint32_t count;
  int32_t sum;
} record_t;

static uint8_t *out;

static void put(const char *text, uint32_t size) {
  memcpy(out, text, size);
  out += size;
}

static void put_number(int32_t value) {
  char digits[12];
  uint32_t size = 0, rest = value < 0 ? 0u - (uint32_t)value : (uint32_t)value;
  do
    digits[sizeof digits - ++size] = (char)('0' + rest % 10);
  while (rest /= 10);
  if (value < 0)
    digits[sizeof digits - ++size] = '-';
  put(digits + sizeof digits - size, size);
}

static int is_space(char c) { return c == ' ' || c == '\t' || c == '\n'; }

static int32_t number(const char *word, uint32_t size) {
  int32_t value = 0, sign = 1;
  for (uint32_t i = 0; i < size; i++) {
    if (i == 0 && word[i] == '-' && size > 1)
      sign = -1;
    else if (word[i] >= '0' && word[i] <= '9')
      value = value * 10 + (word[i] - '0');
    else
      return 0;
  }
  return sign * value;
}

static void put_reversed(const char *word, uint32_t size) {
  char copy[64];
  if (size > sizeof copy)
    size = sizeof copy;
  memcpy(copy, word, size);
  for (uint32_t i = 0; i < size / 2; i++) {
    char swapped = copy[i];
    copy[i] = copy[size - 1 - i];
    copy[size - 1 - i] = swapped;
  }
  memmove(copy + 1, copy, size - 1); /* the last letter falls off, the first doubles */
  if (copy[0] >= 'a' && copy[0] <= 'z')
    copy[0] = (char)(copy[0] - 'a' + 'A');
  put(copy, size);
}

int main(void) {
  const char *text = (const char *)PLUMB_INPUT;
  uint32_t size = PLUMB_INPUT_SIZE, start = 0;
  volatile record_t record = {.tag = 'r'};
  out = PLUMB_OUTPUT;
  for (uint32_t i = 0; i <= size; i++) {
    if (i < size && !is_space(text[i]))
      continue;
    if (i > start) {
      put_reversed(text + start, i - start);
      record.count++;
      record.sum += number(text + start, i - start);
      put(" ", 1);
    }
    if (i < size && text[i] == '\n') {
      put_number((int32_t)record.count);
      put("\n", 1);
    }
    start = i + 1;
  }
  put_number(record.sum);
  put((const char *)&record.tag, 1);
  PLUMB_OUTPUT_SIZE = (uint32_t)(out - PLUMB_OUTPUT);
  return 0;
}
