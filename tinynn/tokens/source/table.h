/* A tokenizer's table, opened: the twin of tinynn/tokens/table.py. */

#ifndef TABLE_H
#define TABLE_H

#include "tokens.h"

#define TABLE_MAGIC 0x4b4f5450u
#define TABLE_VERSION 1u

enum kind { CHARACTERS = 1, BYTES = 2 };

enum words { GPT2 = 1, SMOLLM = 2, QWEN2 = 3, LLAMA3 = 4 };

enum flag {
  SPACE_FIRST = 1,
  SPACE_EACH = 2,
  SPACE_ONCE = 4,
  TRIM = 8,
  MARK = 16,
  NORMAL = 32,
  WHOLE = 64,
  FALLBACK = 128,
  FUSE = 256,
};

/* The parts, in the order of the header. */
enum part {
  ENDS,
  TEXT,
  SORTED,
  SINGLES,
  LEFT,
  PAIRS,
  ADDED_RAW,
  ADDED,
  CLASSES,
  MARKS,
  APART,
  TOGETHER,
  PARTS
};

struct rows {
  const uint32_t *at;
  uint32_t count;
};

struct table {
  uint32_t kind;
  uint32_t words;
  uint32_t flags;
  uint32_t vocabulary;
  uint32_t unknown;
  const uint8_t *text;
  uint32_t text_bytes;
  struct rows part[PARTS];
};

struct span {
  const uint8_t *at;
  uint32_t length;
};

/* Words of a row, by part; the text has bytes. */
#define PAIR_WIDTH 3u
#define ADDED_WIDTH 4u
#define APART_WIDTH 5u
#define TOGETHER_WIDTH 3u

/* A part that does not lie in the table has no rows; a table that says it is of another
 * kind or version has no parts. */
void table_open(struct table *t, const uint8_t *bytes, uint32_t size);

/* A symbol's bytes; none if there is no such symbol. */
struct span table_symbol(const struct table *t, uint32_t id);

/* The token with exactly these bytes, of those that a text may have; or NONE. */
uint32_t table_find(const struct table *t, struct span text);

/* The pair's row: right, rank, what it becomes; or null. */
const uint32_t *table_pair(const struct table *t, uint32_t left, uint32_t right);

/* The longest added token that the text begins with: its length, or 0. */
uint32_t table_added(const struct table *t, enum part part, struct span text,
                     uint32_t *id);

/* What the last row that begins at or before a character says of it: its low byte. */
uint32_t table_property(const struct table *t, enum part part, uint32_t code);

/* The row that begins with `keys` words, one or two; or null. */
const uint32_t *table_row(struct rows rows, uint32_t width, const uint32_t *key,
                          uint32_t keys);

#endif
