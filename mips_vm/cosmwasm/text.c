#include "text.h"

void put_bytes(struct text *t, const uint8_t *bytes, uint32_t count) {
  if (t->room - t->count < count)
    __builtin_trap();
  __builtin_memcpy(t->bytes + t->count, bytes, count);
  t->count += count;
}

static void put_one(struct text *t, uint8_t c) { put_bytes(t, &c, 1); }

void put(struct text *t, const char *words) {
  uint32_t count = 0;
  while (words[count])
    count++;
  put_bytes(t, (const uint8_t *)words, count);
}

void put_decimal(struct text *t, uint64_t number) {
  uint8_t digits[20];
  uint32_t at = sizeof digits;
  do
    digits[--at] = (uint8_t)('0' + number % 10);
  while (number /= 10);
  put_bytes(t, digits + at, (uint32_t)sizeof digits - at);
}

static uint8_t hex_digit(uint32_t value) { return (uint8_t)"0123456789abcdef"[value & 15]; }

void put_hex(struct text *t, const uint8_t *bytes, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    put_one(t, hex_digit(bytes[i] >> 4));
    put_one(t, hex_digit(bytes[i]));
  }
}

void put_escaped(struct text *t, const uint8_t *bytes, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    if (bytes[i] == '"' || bytes[i] == '\\') {
      put_one(t, '\\');
    } else if (bytes[i] < 0x20 || bytes[i] == 0x7f) {
      put(t, "\\u00");
      put_hex(t, bytes + i, 1);
      continue;
    }
    put_one(t, bytes[i]);
  }
}

/* ------------------------------------------------------------------------------------
 * Base64: four letters for three bytes.
 * ---------------------------------------------------------------------------------- */

#define BYTES 3u
#define LETTERS 4u

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void put_base64(struct text *t, const uint8_t *bytes, uint32_t count) {
  if (t->room - t->count < base64_bytes(count))
    __builtin_trap();
  for (; count; bytes += BYTES) {
    const uint32_t taken = count < BYTES ? count : BYTES;
    uint32_t group = (uint32_t)bytes[0] << 16;
    if (taken > 1)
      group |= (uint32_t)bytes[1] << 8;
    if (taken > 2)
      group |= bytes[2];
    for (uint32_t i = 0; i < LETTERS; i++, group <<= 6)
      t->bytes[t->count++] = i > taken ? '=' : (uint8_t)alphabet[group >> 18 & 63];
    count -= taken;
  }
}

/* 64 and more for what is no letter. */
static uint32_t value_of(uint8_t letter) {
  if (letter >= 'A' && letter <= 'Z')
    return letter - 'A';
  if (letter >= 'a' && letter <= 'z')
    return letter - 'a' + 26u;
  if (letter >= '0' && letter <= '9')
    return letter - '0' + 52u;
  return letter == '+' ? 62 : letter == '/' ? 63 : 64;
}

/* One group; how many bytes it says, or 0. */
static uint32_t read_group(const uint8_t *letters, bool last, uint8_t *out) {
  uint32_t taken = BYTES, group = 0;
  if (last && letters[3] == '=')
    taken = letters[2] == '=' ? 1 : 2;
  for (uint32_t i = 0; i <= taken; i++) {
    const uint32_t value = value_of(letters[i]);
    if (value > 63)
      return 0;
    group |= value << (18 - 6 * i);
  }
  if (group & (0xffffffu >> 8 * taken))
    return 0;
  for (uint32_t i = 0; i < taken; i++)
    out[i] = (uint8_t)(group >> (16 - 8 * i));
  return taken;
}

bool read_base64(const uint8_t *text, uint32_t count, uint8_t *out, uint32_t *bytes) {
  *bytes = 0;
  if (count % LETTERS)
    return false;
  for (uint32_t i = 0; i < count; i += LETTERS) {
    const uint32_t taken = read_group(text + i, i + LETTERS == count, out + *bytes);
    if (!taken)
      return false;
    *bytes += taken;
  }
  return true;
}

static uint32_t hex_value(uint8_t c) {
  const uint8_t letter = c | 0x20;
  if (c >= '0' && c <= '9')
    return c - '0';
  return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10u : 16u;
}

bool read_hex(const uint8_t *text, uint32_t count, uint8_t *out, uint32_t bytes) {
  if (count != 2 * bytes)
    return false;
  for (uint32_t i = 0; i < bytes; i++) {
    const uint32_t high = hex_value(text[2 * i]), low = hex_value(text[2 * i + 1]);
    if (high > 15 || low > 15)
      return false;
    out[i] = (uint8_t)(high << 4 | low);
  }
  return true;
}
