/* The guest's operators on text: the twin of tinynn/operators/text.py. */

#include "../guest/kernels.h"
#include "../guest/scratch.h"
#include "operators.h"

enum { TABLE, TEXT, LENGTH, AFFIXES };
enum { IDS = 1, FIRST };

static SCRATCH(uint32_t, scratch, SCRATCH_BYTES(MAX_TEXT_BYTES) / 4);

/* Sources: table, uint8; text, uint8 (room); its length, int32 (1); the prefix's and the
 * suffix's tokens, int32, or none. Target: tokens, int32 (rows).
 * Attributes: rows, bytes before the text, tokens before it. */
void encode(const struct call *c) {
  const bool around = c->source_count > AFFIXES;
  const uint32_t prefix = c->attributes[2];
  SCRATCH_TAKE(scratch, SCRATCH_BYTES(c->sources[TEXT].count) / 4);
  const struct prompt p = {
      .table = source(c, TABLE),
      .table_bytes = c->sources[TABLE].count,
      .text = source(c, TEXT),
      .text_bytes = c->sources[TEXT].count,
      .length = *(const int32_t *)source(c, LENGTH),
      .offset = c->attributes[1],
      .affixes = around ? source(c, AFFIXES) : 0,
      .prefix = prefix,
      .suffix = around ? c->sources[AFFIXES].count - prefix : 0,
      .ids = target(c),
      .rows = c->target->count,
      .scratch = scratch,
  };
  encode_prompt(&p);
}

/* Source: tokens, int32 (rows). Target: how many there are, int32 (1). */
void token_count(const struct call *c) {
  *(uint32_t *)target(c) = count_tokens(source(c, 0), c->sources[0].count);
}

/* Sources: table, uint8; tokens, int32 (rows); the first of the answer, int32 (1).
 * Attributes: the room, whether a space at the beginning goes. */
static struct answer answer_of(const struct call *c) {
  return (struct answer){
      .table = source(c, TABLE),
      .table_bytes = c->sources[TABLE].count,
      .ids = source(c, IDS),
      .rows = c->sources[IDS].count,
      .first = *(const uint32_t *)source(c, FIRST),
      .strip = c->attributes[1],
      .room = c->attributes[0],
  };
}

/* Target: text, uint8 (room). */
void decode(const struct call *c) {
  const struct answer a = answer_of(c);
  decode_answer(&a, target(c));
}

/* Target: bytes of the text, int32 (1). */
void decode_length(const struct call *c) {
  const struct answer a = answer_of(c);
  *(uint32_t *)target(c) = decode_answer(&a, 0);
}
