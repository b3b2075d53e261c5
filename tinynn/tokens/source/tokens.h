/* Text to tokens and back, by a tokenizer's table: docs/tokens.md has every byte of it.
 *
 * Everything here is total. A table, a text or a list of tokens of any bits has one
 * result, within the time and memory of an honest one of the same size. */

#ifndef TOKENS_H
#define TOKENS_H

#include <stdbool.h>
#include <stdint.h>

/* No token, no row, no rank. */
#define NONE 0xffffffffu

#define MAX_TEXT_BYTES 98304u

/* Bytes that a text has at most once it is made valid and brought to normal form. */
#define TEXT_ROOM(bytes) (3u * (bytes) + 4u)

/* Bytes that `tokens_encode` needs beside a text of at most so many. */
#define SCRATCH_BYTES(bytes) (52u * TEXT_ROOM(bytes))

/* The tokens of a text, at most `room` of them, at `ids`; how many there are. The table
 * begins at a multiple of 4, and so does `scratch`, whose contents don't matter. */
uint32_t tokens_encode(const uint8_t *table, uint32_t table_bytes, const uint8_t *text,
                       uint32_t text_bytes, uint32_t *ids, uint32_t room,
                       uint32_t *scratch);

/* The text of tokens, at most `room` bytes of it, at `text`, or nowhere if that is null;
 * how many bytes it has. Always valid UTF-8: an incomplete end is left out, and so is
 * what a character too many begins. With `strip`, a space at its beginning is, too. */
uint32_t tokens_decode(const uint8_t *table, uint32_t table_bytes, const uint32_t *ids,
                       uint32_t count, uint32_t strip, uint8_t *text, uint32_t room);

#endif
