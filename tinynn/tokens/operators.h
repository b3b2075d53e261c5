/* What a model's operators do with a tokenizer, in the guest and natively. */

#ifndef TOKEN_OPERATORS_H
#define TOKEN_OPERATORS_H

#include "source/tokens.h"

struct prompt {
  const uint8_t *table;
  uint32_t table_bytes;
  const uint8_t *text;
  /* At most so many bytes; of these, `length` less `offset`. */
  uint32_t text_bytes;
  int32_t length;
  uint32_t offset;
  /* Tokens before the text, and behind it. */
  const uint32_t *affixes;
  uint32_t prefix;
  uint32_t suffix;
  uint32_t *ids;
  uint32_t rows;
  uint32_t *scratch;
};

/* Stores prefix, text and suffix, as far as there are rows, and NONE in the others. */
void encode_prompt(const struct prompt *p);

/* Rows before the first that is NONE. */
uint32_t count_tokens(const uint32_t *ids, uint32_t rows);

struct answer {
  const uint8_t *table;
  uint32_t table_bytes;
  const uint32_t *ids;
  uint32_t rows;
  /* The answer's first row. */
  uint32_t first;
  uint32_t strip;
  uint32_t room;
};

/* Bytes of the text of all rows from the first on. They are stored at `text`, and zeros
 * in what is left of its room, unless it is null. */
uint32_t decode_answer(const struct answer *a, uint8_t *text);

#endif
