/* The functions that a compiler calls by itself, where memory.copy and memory.fill are not
 * to be had. */

#include <stddef.h>
#include <stdint.h>

/* Else these loops would be taken for calls of what they define. */
#define PLAIN __attribute__((no_builtin("memcpy", "memmove", "memset")))

#define WORD sizeof(uint64_t)

PLAIN void *memcpy(void *restrict to, const void *restrict from, size_t bytes) {
  uint8_t *t = to;
  const uint8_t *f = from;
  for (; bytes >= WORD; bytes -= WORD, t += WORD, f += WORD)
    *(uint64_t *)t = *(const uint64_t *)f;
  for (; bytes; bytes--)
    *t++ = *f++;
  return to;
}

PLAIN void *memmove(void *to, const void *from, size_t bytes) {
  uint8_t *t = to;
  const uint8_t *f = from;
  if (t <= f || t >= f + bytes)
    for (size_t i = 0; i < bytes; i++)
      t[i] = f[i];
  else
    while (bytes--)
      t[bytes] = f[bytes];
  return to;
}

PLAIN void *memset(void *to, int value, size_t bytes) {
  uint8_t *t = to;
  const uint64_t word = (uint8_t)value * 0x0101010101010101u;
  for (; bytes >= WORD; bytes -= WORD, t += WORD)
    *(uint64_t *)t = word;
  for (; bytes; bytes--)
    *t++ = (uint8_t)value;
  return to;
}
