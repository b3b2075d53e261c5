/* Input: i32s. Output: each of them printed in many formats by a printf of our own, so
 * variable arguments, which o32 passes in registers and on the stack. */

#include "plumb.h"
#include <stdarg.h>

typedef struct {
  char *next;
  int width, left, zero;
} field_t;

static void put_padded(field_t *field, const char *text, int size) {
  int padding = field->width - size;
  char pad = field->zero && !field->left ? '0' : ' ';
  if (pad == '0' && size && *text == '-') {
    *field->next++ = *text++;
    size--;
  }
  for (; !field->left && padding > 0; padding--)
    *field->next++ = pad;
  for (int i = 0; i < size; i++)
    *field->next++ = text[i];
  for (; field->left && padding > 0; padding--)
    *field->next++ = ' ';
}

static void put_number(field_t *field, uint64_t value, uint32_t base, int negative) {
  char digits[24];
  int at = sizeof digits;
  do
    digits[--at] = "0123456789abcdef"[value % base];
  while (value /= base);
  if (negative)
    digits[--at] = '-';
  put_padded(field, digits + at, (int)sizeof digits - at);
}

static int format(char *out, const char *pattern, ...) {
  va_list arguments;
  va_start(arguments, pattern);
  field_t field = {.next = out};
  for (; *pattern; pattern++) {
    if (*pattern != '%') {
      *field.next++ = *pattern;
      continue;
    }
    field.width = field.left = field.zero = 0;
    for (pattern++; *pattern == '-' || *pattern == '0'; pattern++)
      *(*pattern == '-' ? &field.left : &field.zero) = 1;
    for (; *pattern >= '0' && *pattern <= '9'; pattern++)
      field.width = 10 * field.width + *pattern - '0';
    if (*pattern == 'd') {
      int64_t value = va_arg(arguments, int32_t);
      put_number(&field, (uint64_t)(value < 0 ? -value : value), 10, value < 0);
    } else if (*pattern == 'u') {
      put_number(&field, va_arg(arguments, uint32_t), 10, 0);
    } else if (*pattern == 'x') {
      put_number(&field, va_arg(arguments, uint32_t), 16, 0);
    } else if (*pattern == 'l') {
      put_number(&field, va_arg(arguments, uint64_t), 10, 0);
    } else if (*pattern == 'c') {
      char c = (char)va_arg(arguments, int);
      put_padded(&field, &c, 1);
    } else if (*pattern == 's') {
      const char *text = va_arg(arguments, const char *);
      int size = 0;
      while (text[size])
        size++;
      put_padded(&field, text, size);
    }
  }
  va_end(arguments);
  return (int)(field.next - out);
}

int main(void) {
  const int32_t *numbers = (const int32_t *)PLUMB_INPUT;
  char *out = (char *)PLUMB_OUTPUT;
  for (uint32_t i = 0; i < PLUMB_INPUT_SIZE / 4; i++) {
    int32_t x = numbers[i];
    out += format(out, "%d %08d %-12d|%12u %x %s %c\n", x, x, x, x, x,
                  x < 0 ? "negative" : "not negative", 'a' + (x & 15));
    out += format(out, "%l %20l %-6s|%6s|\n", (uint64_t)(uint32_t)x * (uint32_t)x,
                  (uint64_t)(uint32_t)x << 20, "ab", "cd");
  }
  PLUMB_OUTPUT_SIZE = (uint32_t)(out - (char *)PLUMB_OUTPUT);
  return 0;
}
