/* Input: a pattern, a newline, a text. Output: where the pattern occurs, overlaps too,
 * as u32s: first by Horspool's skips, then by a prefix function. */

#include "plumb.h"

static uint32_t prefix[256];

static uint32_t *by_skips(const uint8_t *pattern, uint32_t m, const uint8_t *text, uint32_t n,
                          uint32_t *out) {
  uint8_t skip[256];
  for (uint32_t i = 0; i < 256; i++)
    skip[i] = (uint8_t)m;
  for (uint32_t i = 0; i + 1 < m; i++)
    skip[pattern[i]] = (uint8_t)(m - 1 - i);
  for (uint32_t at = 0; at + m <= n; at += skip[text[at + m - 1]]) {
    uint32_t i = m;
    while (i && pattern[i - 1] == text[at + i - 1])
      i--;
    if (!i)
      *out++ = at;
  }
  return out;
}

static uint32_t *by_prefixes(const uint8_t *pattern, uint32_t m, const uint8_t *text, uint32_t n,
                             uint32_t *out) {
  for (uint32_t i = 1, length = 0; i < m; i++) {
    while (length && pattern[i] != pattern[length])
      length = prefix[length - 1];
    length += pattern[i] == pattern[length];
    prefix[i] = length;
  }
  for (uint32_t i = 0, length = 0; i < n; i++) {
    while (length && (length == m || text[i] != pattern[length]))
      length = prefix[length - 1];
    length += text[i] == pattern[length];
    if (length == m)
      *out++ = i + 1 - m;
  }
  return out;
}

int main(void) {
  const uint8_t *pattern = PLUMB_INPUT, *end = pattern + PLUMB_INPUT_SIZE;
  const uint8_t *text = pattern;
  while (*text++ != '\n')
    ;
  uint32_t m = (uint32_t)(text - pattern) - 1, n = (uint32_t)(end - text);
  uint32_t *out = (uint32_t *)PLUMB_OUTPUT;
  out = by_skips(pattern, m, text, n, out);
  out = by_prefixes(pattern, m, text, n, out);
  PLUMB_OUTPUT_SIZE = (uint32_t)((uint8_t *)out - PLUMB_OUTPUT);
  return 0;
}
