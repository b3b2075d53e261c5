#include "operators.h"

void encode_prompt(const struct prompt *p) {
  uint32_t stored = 0, length = 0;
  if (p->length > 0 && (uint32_t)p->length > p->offset)
    length = (uint32_t)p->length - p->offset;
  if (length > p->text_bytes)
    length = p->text_bytes;
  for (uint32_t i = 0; i < p->prefix && stored < p->rows; i++)
    p->ids[stored++] = p->affixes[i];
  stored += tokens_encode(p->table, p->table_bytes, p->text, length, p->ids + stored,
                          p->rows - stored, p->scratch);
  for (uint32_t i = 0; i < p->suffix && stored < p->rows; i++)
    p->ids[stored++] = p->affixes[p->prefix + i];
  while (stored < p->rows)
    p->ids[stored++] = NONE;
}

uint32_t count_tokens(const uint32_t *ids, uint32_t rows) {
  uint32_t count = 0;
  while (count < rows && ids[count] != NONE)
    count++;
  return count;
}

uint32_t decode_answer(const struct answer *a, uint8_t *text) {
  const uint32_t first = a->first < a->rows ? a->first : a->rows;
  const uint32_t stored = tokens_decode(a->table, a->table_bytes, a->ids + first,
                                        a->rows - first, a->strip, text, a->room);
  for (uint32_t i = stored; text && i < a->room; i++)
    text[i] = 0;
  return stored;
}
