/* UTF-8, whatever the bytes: each maximal invalid subpart is one character, as the
 * Unicode standard recommends (section 3.9, "U+FFFD Substitution"). */

#ifndef UTF8_H
#define UTF8_H

#include <stdint.h>

#define REPLACEMENT 0xfffdu

/* What no character is: bytes that are none, and the beginning of one, cut off. */
#define UTF8_WRONG 0x110000u
#define UTF8_CUT 0x110001u

#define MOST_BYTES 4u

/* The character at the beginning of `left` bytes, at least one, and how long it is. */
static inline uint32_t utf8_next(const uint8_t *bytes, uint32_t left, uint32_t *length) {
  const uint32_t lead = bytes[0];
  *length = 1;
  if (lead < 0x80)
    return lead;
  if (lead < 0xc2 || lead > 0xf4)
    return UTF8_WRONG;
  const uint32_t more = 1 + (lead >= 0xe0) + (lead >= 0xf0);
  uint32_t least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  uint32_t most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  uint32_t code = lead & (0x3f >> more);
  for (uint32_t i = 1; i <= more; i++) {
    *length = i;
    if (i >= left)
      return UTF8_CUT;
    if (bytes[i] < least || bytes[i] > most)
      return UTF8_WRONG;
    code = code << 6 | (bytes[i] & 0x3f);
    least = 0x80;
    most = 0xbf;
  }
  *length = more + 1;
  return code;
}

/* Writes a character, U+FFFD for what is none; how many bytes it has. */
static inline uint32_t utf8_put(uint8_t *bytes, uint32_t code) {
  if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
    code = REPLACEMENT;
  if (code < 0x80) {
    bytes[0] = (uint8_t)code;
    return 1;
  }
  const uint32_t more = 1 + (code >= 0x800) + (code >= 0x10000);
  for (uint32_t i = more; i; i--, code >>= 6)
    bytes[i] = (uint8_t)(0x80 | (code & 0x3f));
  bytes[0] = (uint8_t)(0xff00u >> (more + 1) | code);
  return more + 1;
}

#endif
