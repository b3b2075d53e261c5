/* Input: JSON of integers. Output: the same without spaces, a newline, then its depth,
 * its values and the sum of its numbers as i32s. Recursive descent. */

#include "plumb.h"

static const char *in;
static char *out;
static int32_t depth, deepest, values, sum;

static void spaces(void) {
  while (*in == ' ' || *in == '\n' || *in == '\t')
    in++;
}

static int take(char wanted) {
  spaces();
  if (*in != wanted)
    return 0;
  *out++ = *in++;
  return 1;
}

static void string(void) {
  take('"');
  while (*in != '"') {
    if (*in == '\\')
      *out++ = *in++;
    *out++ = *in++;
  }
  take('"');
}

static void number(void) {
  int32_t sign = *in == '-' ? -1 : 1, value = 0;
  if (sign < 0)
    *out++ = *in++;
  while (*in >= '0' && *in <= '9') {
    value = 10 * value + (*in - '0');
    *out++ = *in++;
  }
  sum += sign * value;
}

static void value(void);

static void members(char end, int named) {
  depth++;
  if (depth > deepest)
    deepest = depth;
  while (!take(end)) {
    if (named) {
      spaces();
      string();
      take(':');
    }
    value();
    take(',');
  }
  depth--;
}

static void value(void) {
  spaces();
  values++;
  if (take('{'))
    members('}', 1);
  else if (take('['))
    members(']', 0);
  else if (*in == '"')
    string();
  else if (*in == '-' || (*in >= '0' && *in <= '9'))
    number();
  else
    while (*in >= 'a' && *in <= 'z')
      *out++ = *in++;
}

int main(void) {
  in = (const char *)PLUMB_INPUT;
  out = (char *)PLUMB_OUTPUT;
  value();
  *out++ = '\n';
  int32_t facts[] = {deepest, values, sum};
  __builtin_memcpy(out, facts, sizeof facts);
  PLUMB_OUTPUT_SIZE = (uint32_t)(out - (char *)PLUMB_OUTPUT) + sizeof facts;
  return 0;
}
