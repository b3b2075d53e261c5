/* The functions as kernels of tinynn/kernels/: arguments are 64-bit words in memory. */

#include "source/decode.c"
#include "source/encode.c"
#include "source/merge.c"
#include "source/normal.c"
#include "operators.c"
#include "source/table.c"
#include "source/words.c"

#define AT(type, word) ((type *)(uintptr_t)(word))

/* Words: table, its bytes, text, its bytes at most, length, offset, affixes, prefix,
 * suffix, tokens, rows, scratch. */
void kernel_encode(const uint64_t *words) {
  const struct prompt p = {
      .table = AT(const uint8_t, words[0]),
      .table_bytes = (uint32_t)words[1],
      .text = AT(const uint8_t, words[2]),
      .text_bytes = (uint32_t)words[3],
      .length = *AT(const int32_t, words[4]),
      .offset = (uint32_t)words[5],
      .affixes = AT(const uint32_t, words[6]),
      .prefix = (uint32_t)words[7],
      .suffix = (uint32_t)words[8],
      .ids = AT(uint32_t, words[9]),
      .rows = (uint32_t)words[10],
      .scratch = AT(uint32_t, words[11]),
  };
  encode_prompt(&p);
}

/* Words: tokens, rows, target. */
void kernel_count(const uint64_t *words) {
  *AT(uint32_t, words[2]) = count_tokens(AT(const uint32_t, words[0]), (uint32_t)words[1]);
}

static struct answer answer_of(const uint64_t *words) {
  return (struct answer){
      .table = AT(const uint8_t, words[0]),
      .table_bytes = (uint32_t)words[1],
      .ids = AT(const uint32_t, words[2]),
      .rows = (uint32_t)words[3],
      .first = *AT(const uint32_t, words[4]),
      .strip = (uint32_t)words[5],
      .room = (uint32_t)words[6],
  };
}

/* Words: table, its bytes, tokens, rows, first, strip, room, target. */
void kernel_decode(const uint64_t *words) {
  const struct answer a = answer_of(words);
  decode_answer(&a, AT(uint8_t, words[7]));
}

void kernel_length(const uint64_t *words) {
  const struct answer a = answer_of(words);
  *AT(uint32_t, words[7]) = decode_answer(&a, 0);
}
