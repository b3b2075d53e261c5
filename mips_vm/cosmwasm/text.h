/* Texts that grow, and bytes as texts. */

#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stdint.h>

/* `room` is the contract's own reckoning: a text that outgrows it traps. */
struct text {
  uint8_t *bytes;
  uint32_t count, room;
};

void put_bytes(struct text *t, const uint8_t *bytes, uint32_t count);
void put(struct text *t, const char *words);
void put_decimal(struct text *t, uint64_t number);
void put_hex(struct text *t, const uint8_t *bytes, uint32_t count);
void put_base64(struct text *t, const uint8_t *bytes, uint32_t count);

/* Inside of a JSON string: quotes, backslashes and control characters escaped. */
void put_escaped(struct text *t, const uint8_t *bytes, uint32_t count);

static inline bool is_digit(uint8_t c) { return c >= '0' && c <= '9'; }

static inline bool is_letter(uint8_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* How long the bytes' base64 is. */
static inline uint32_t base64_bytes(uint32_t count) { return (count + 2) / 3 * 4; }

/* Base64 with its padding (RFC 4648, section 4) to bytes, which may take its place. False
 * unless it is the one spelling of them. */
bool read_base64(const uint8_t *text, uint32_t count, uint8_t *out, uint32_t *bytes);

/* 2 `bytes` hex digits of either case. */
bool read_hex(const uint8_t *text, uint32_t count, uint8_t *out, uint32_t bytes);

#endif
