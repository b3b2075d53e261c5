/* Tokenizers in the machine. The model region holds the table. The input is words: the
 * table's bytes; 0 to encode, 1 to decode, 2 for the length of what that makes; then
 *
 *   to encode: rows, offset, length, prefix, suffix, bytes of text at most, affixes, text
 *   to decode: room, strip, first, rows, tokens
 *
 * Out come all rows, all bytes of the room, or one word. */

#include "../../../tinynn/tokens/operators.h"
#include "plumb.h"

static uint32_t scratch[SCRATCH_BYTES(MAX_TEXT_BYTES) / 4];

static uint32_t encode(uint32_t table_bytes, const uint32_t *words) {
  const struct prompt p = {
      .table = PLUMB_MODEL,
      .table_bytes = table_bytes,
      .text = (const uint8_t *)(words + 6 + words[3] + words[4]),
      .text_bytes = words[5],
      .length = (int32_t)words[2],
      .offset = words[1],
      .affixes = words + 6,
      .prefix = words[3],
      .suffix = words[4],
      .ids = (uint32_t *)PLUMB_OUTPUT,
      .rows = words[0],
      .scratch = scratch,
  };
  encode_prompt(&p);
  return 4 * p.rows;
}

static uint32_t decode(uint32_t table_bytes, const uint32_t *words, bool store) {
  const struct answer a = {
      .table = PLUMB_MODEL,
      .table_bytes = table_bytes,
      .ids = words + 4,
      .rows = words[3],
      .first = words[2],
      .strip = words[1],
      .room = words[0],
  };
  const uint32_t length = decode_answer(&a, store ? PLUMB_OUTPUT : 0);
  if (store)
    return a.room;
  *(uint32_t *)PLUMB_OUTPUT = length;
  return sizeof length;
}

int main(void) {
  const uint32_t *words = (const uint32_t *)PLUMB_INPUT;
  PLUMB_OUTPUT_SIZE = words[1] ? decode(words[0], words + 2, words[1] == 1)
                               : encode(words[0], words + 2);
  return 0;
}
